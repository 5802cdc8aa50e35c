// SPDX-License-Identifier: BSD-3-Clause
// Hyperbolic functions of a run. Compiled once per level; the functions themselves are simd/math's.
#include "kernels/elementwise/elementwise_loop.hpp"
#include "kernels/elementwise/hyperbolic/hyperbolic_kernels.hpp"
#include "simd/math.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class V>
MLMATH_INLINE auto beyond_exp(V x) {
    return math_detail::beyond<element_of<V>>(x, MathConstants<element_of<V>>::exp_safe);
}

struct Sinh {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return sinh(x);
    }
    template <class V>
    MLMATH_INLINE auto unusual(V x) const {
        return beyond_exp(x);
    }
    template <class V>
    MLMATH_INLINE V usual(V x) const {
        return math_detail::sinh_in_range<element_of<V>>(x);
    }
};
struct Cosh {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return cosh(x);
    }
    template <class V>
    MLMATH_INLINE auto unusual(V x) const {
        return beyond_exp(x);
    }
    template <class V>
    MLMATH_INLINE V usual(V x) const {
        return math_detail::cosh_in_range<element_of<V>>(x);
    }
};
struct Tanh {
    static constexpr int registers = 2;  // its constants fill the other registers
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return tanh(x);
    }
    template <class V>
    MLMATH_INLINE auto unusual(V x) const {
        return math_detail::not_a_number<element_of<V>>(x);
    }
    template <class V>
    MLMATH_INLINE V usual(V x) const {
        return math_detail::tanh_of_number<element_of<V>>(x);
    }
};

}  // namespace

extern const HyperbolicKernels hyperbolic_kernels;
const HyperbolicKernels hyperbolic_kernels = {elementwise_kernels<Sinh, 1>, elementwise_kernels<Cosh, 1>,
                                              elementwise_kernels<Tanh, 1>};

}  // namespace mlmath::MLMATH_LEVEL
