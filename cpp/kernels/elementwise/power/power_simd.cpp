// SPDX-License-Identifier: BSD-3-Clause
// Powers and cube roots of a run. Compiled once per level; the functions themselves are simd/math's.
#include "kernels/elementwise/elementwise_loop.hpp"
#include "kernels/elementwise/power/power_kernels.hpp"
#include "simd/math.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

struct Pow {
    static constexpr int registers = 2;  // forty numbers at once fill the others
    template <class V>
    MLMATH_INLINE V operator()(V x, V y) const {
        return pow(x, y);
    }
};
struct Cbrt {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return cbrt(x);
    }
    template <class V>
    MLMATH_INLINE auto unusual(V x) const {
        return math_detail::cbrt_unusual<element_of<V>>(x);
    }
    template <class V>
    MLMATH_INLINE V usual(V x) const {
        return math_detail::cbrt_in_range<element_of<V>>(x);
    }
};

}  // namespace

extern const PowerKernels power_kernels;
const PowerKernels power_kernels = {elementwise_kernels<Cbrt, 1>, elementwise_kernels<Pow, 2>};

}  // namespace mlmath::MLMATH_LEVEL
