// SPDX-License-Identifier: BSD-3-Clause
// normal: dispatch and threads.
#include "kernels/random/distributions/normal/normal.hpp"

#include "kernels/random/engines/xblock/xblock_driver.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(NormalKernels, normal_kernels);

namespace {

template <class T>
const NormalFunctions<T>& functions() {
    const NormalKernels& kernels = active(normal_kernels_by_level);
    if constexpr (sizeof(T) == 8)
        return kernels.f64;
    else
        return kernels.f32;
}

}  // namespace

template <class T>
void normal(const XBlockKey& key, XBlockPosition start, T* out, std::ptrdiff_t n, NormalParameters<T> parameters, int threads) {
    const NormalFunctions<T>& f = functions<T>();
    const bool streaming = streams_past_caches(n * static_cast<std::ptrdiff_t>(sizeof(T)));
    for_each_block(start, 8 / sizeof(T), n, threads,
                   [&](std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, std::ptrdiff_t at) {
                       f.fill(key, block, first, count, out + at, streaming, parameters);
                   });
}

template <class T>
void normal_of_words(const XBlockKey& key, std::uint64_t step, const std::uint64_t* words, std::ptrdiff_t steps, T* out,
                     NormalParameters<T> parameters) {
    functions<T>().convert(key, step, words, steps, out, parameters);
}

template void normal(const XBlockKey&, XBlockPosition, double*, std::ptrdiff_t, NormalParameters<double>, int);
template void normal(const XBlockKey&, XBlockPosition, float*, std::ptrdiff_t, NormalParameters<float>, int);
template void normal_of_words(const XBlockKey&, std::uint64_t, const std::uint64_t*, std::ptrdiff_t, double*,
                              NormalParameters<double>);
template void normal_of_words(const XBlockKey&, std::uint64_t, const std::uint64_t*, std::ptrdiff_t, float*,
                              NormalParameters<float>);

}  // namespace mlmath
