// SPDX-License-Identifier: BSD-3-Clause
// Which conversion of the active level leads from one type to another.
#include "kernels/reduce/reduction_convert.hpp"

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

}  // namespace mlmath
