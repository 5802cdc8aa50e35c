// SPDX-License-Identifier: BSD-3-Clause
// exp, exp2, expm1 of a run. Compiled once per level; the functions themselves are simd/math/exp.hpp's.
#include "kernels/elementwise/elementwise_loop.hpp"
#include "kernels/elementwise/exp/exp_kernels.hpp"
#include "simd/math.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// An operand beyond the usual range is told by one comparison of integers.
struct Exp {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return exp(x);
    }
    template <class V>
    MLMATH_INLINE auto unusual(V x) const {
        return math_detail::beyond<element_of<V>>(x, math_detail::exp_usual<element_of<V>>);
    }
    template <class V>
    MLMATH_INLINE V usual(V x) const {
        return math_detail::exp_in_range<element_of<V>>(x);
    }
};
struct Exp2 {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return exp2(x);
    }
    template <class V>
    MLMATH_INLINE auto unusual(V x) const {
        return math_detail::beyond<element_of<V>>(x, math_detail::exp2_usual<element_of<V>>);
    }
    template <class V>
    MLMATH_INLINE V usual(V x) const {
        return math_detail::exp2_in_range<element_of<V>>(x);
    }
};
struct Expm1 {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return expm1(x);
    }
    template <class V>
    MLMATH_INLINE auto unusual(V x) const {
        return math_detail::beyond<element_of<V>>(x, math_detail::expm1_usual<element_of<V>>);
    }
    template <class V>
    MLMATH_INLINE V usual(V x) const {
        return math_detail::expm1_in_range<element_of<V>>(x);
    }
};

}  // namespace

extern const ExpKernels exp_kernels;
const ExpKernels exp_kernels = {elementwise_kernels<Exp, 1>, elementwise_kernels<Exp2, 1>, elementwise_kernels<Expm1, 1>};

}  // namespace mlmath::MLMATH_LEVEL
