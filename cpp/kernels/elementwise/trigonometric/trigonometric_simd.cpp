// SPDX-License-Identifier: BSD-3-Clause
// Trigonometric functions of a run. Compiled once per level; the functions themselves are simd/math's.
#include "kernels/elementwise/elementwise_loop.hpp"
#include "kernels/elementwise/trigonometric/trigonometric_kernels.hpp"
#include "simd/math.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class F>
struct OfAngle {
    // Constraint: with four registers of sines in flight GCC spills. Decision (14.1, 11.9, 12.2 us for 4, 3, 2): three.
    static constexpr int registers = register_bytes < 64 ? 2 : F::registers;
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return math_detail::trigonometric<F, element_of<V>>(x);
    }
    template <class V>
    MLMATH_INLINE auto unusual(V x) const {
        return math_detail::beyond_usual_angle<element_of<V>>(x);
    }
    template <class V>
    MLMATH_INLINE V usual(V x) const {
        return math_detail::trigonometric_in_range<F, element_of<V>>(x);
    }
};
using Sin = OfAngle<math_detail::SinOf>;
using Cos = OfAngle<math_detail::CosOf>;
using Tan = OfAngle<math_detail::TanOf>;

struct Sinpi {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return sin_pi(x);
    }
    template <class V>
    MLMATH_INLINE auto unusual(V x) const {
        return math_detail::unusual_half_turns<element_of<V>>(x);
    }
    template <class V>
    MLMATH_INLINE V usual(V x) const {
        return math_detail::sin_pi_in_range<element_of<V>>(x);
    }
};
struct Cospi {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return cos_pi(x);
    }
    template <class V>
    MLMATH_INLINE auto unusual(V x) const {
        return math_detail::unusual_half_turns<element_of<V>>(x);
    }
    template <class V>
    MLMATH_INLINE V usual(V x) const {
        return math_detail::cos_pi_in_range<element_of<V>>(x);
    }
};

struct Atan {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return atan(x);
    }
    template <class V>
    MLMATH_INLINE auto unusual(V x) const {
        return math_detail::not_a_number<element_of<V>>(x);
    }
    template <class V>
    MLMATH_INLINE V usual(V x) const {
        return math_detail::atan_of_number<element_of<V>>(x);
    }
};
struct Atan2 {
    template <class V>
    MLMATH_INLINE V operator()(V y, V x) const {
        return atan2(y, x);
    }
};

}  // namespace

extern const TrigonometricKernels trigonometric_kernels;
const TrigonometricKernels trigonometric_kernels = {
    elementwise_kernels<Sin, 1>,   elementwise_kernels<Cos, 1>,  elementwise_kernels<Tan, 1>,  elementwise_kernels<Sinpi, 1>,
    elementwise_kernels<Cospi, 1>, elementwise_kernels<Atan, 1>, elementwise_kernels<Atan2, 2>};

}  // namespace mlmath::MLMATH_LEVEL
