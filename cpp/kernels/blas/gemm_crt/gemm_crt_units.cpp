// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: which kernels a unit has. Amx shares everything but the products with vnni.
#include "kernels/blas/gemm_crt/gemm_crt_units.hpp"

#include "kernels/blas/gemm_crt/gemm_crt_sums.hpp"

namespace mlmath {

#if defined(__x86_64__)
namespace vnni {
extern const CrtSumsKernels<double> gemm_crt_sums_f64;
extern const CrtSumsKernels<float> gemm_crt_sums_f32;
extern const CrtResiduesKernels<double> gemm_crt_residues_f64;
extern const CrtResiduesKernels<float> gemm_crt_residues_f32;
extern const CrtReconstructKernels<double> gemm_crt_reconstruct_f64;
extern const CrtReconstructKernels<float> gemm_crt_reconstruct_f32;
extern const CrtProductKernels gemm_crt_products;
}  // namespace vnni
namespace amx {
extern const CrtProductKernels gemm_crt_tiles;
}

namespace {

template <class T>
CrtUnit<T> vector_unit(const CrtSumsKernels<T>& sums, const CrtResiduesKernels<T>& residues,
                       const CrtReconstructKernels<T>& reconstruct, const CrtProductKernels& products) {
    return {sums.sums, residues.residues, reconstruct.reconstruct, products.begin, products.end, products.product};
}

}  // namespace
#endif

namespace {

// The definition, line by line.
template <class T>
void plain_sums(const CrtLines<T>& lines, CrtSums* out) {
    for (std::ptrdiff_t l = 0; l < lines.lines; ++l)
        out[l] = crt_sums_of_line(lines.data + l * lines.line_stride, lines.depth, lines.depth_stride);
}

}  // namespace

template <>
CrtUnit<double> crt_unit(Int8Unit unit) {
#if defined(__x86_64__)
    if (unit == Int8Unit::vnni || unit == Int8Unit::amx)
        return vector_unit(vnni::gemm_crt_sums_f64, vnni::gemm_crt_residues_f64, vnni::gemm_crt_reconstruct_f64,
                           unit == Int8Unit::amx ? amx::gemm_crt_tiles : vnni::gemm_crt_products);
#endif
    static_cast<void>(unit);
    return {plain_sums<double>, nullptr, nullptr, nullptr, nullptr, nullptr};
}

template <>
CrtUnit<float> crt_unit(Int8Unit unit) {
#if defined(__x86_64__)
    if (unit == Int8Unit::vnni || unit == Int8Unit::amx)
        return vector_unit(vnni::gemm_crt_sums_f32, vnni::gemm_crt_residues_f32, vnni::gemm_crt_reconstruct_f32,
                           unit == Int8Unit::amx ? amx::gemm_crt_tiles : vnni::gemm_crt_products);
#endif
    static_cast<void>(unit);
    return {plain_sums<float>, nullptr, nullptr, nullptr, nullptr, nullptr};
}

}  // namespace mlmath
