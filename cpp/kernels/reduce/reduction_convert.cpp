// SPDX-License-Identifier: BSD-3-Clause
// Which conversion of the active level leads from one type to another.
#include "kernels/reduce/reduction_convert.hpp"

#include <bit>

#include "kernels/reduce/reduction_source.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(ConvertKernels, convert_kernels);

Convert converter(Element from, Element to) {
    if (from == to) return nullptr;
    const ConvertKernels& kernels = active(convert_kernels_by_level);
    if (to == Element::f64) return kernels.to_f64[static_cast<int>(from)];
    if (to == Element::f32) return kernels.f16_to_f32;
    return kernels.to_i64[static_cast<int>(from)];
}

void transpose_elements(const void* from, int bytes, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns,
                        void* to, std::ptrdiff_t to_stride) {
    active(convert_kernels_by_level)
        .transpose[std::countr_zero(static_cast<unsigned>(bytes))](from, from_stride, rows, columns, to, to_stride);
}

}  // namespace mlmath
