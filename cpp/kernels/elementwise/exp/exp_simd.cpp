// SPDX-License-Identifier: BSD-3-Clause
// exp, exp2, expm1 of a run. Compiled once per level; the functions themselves are simd/math/exp.hpp's.
#include "kernels/elementwise/elementwise_loop.hpp"
#include "kernels/elementwise/exp/exp_kernels.hpp"
#include "simd/math.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

struct Exp {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return exp(x);
    }
};

}  // namespace

extern const ExpKernels exp_kernels;
const ExpKernels exp_kernels = {elementwise_kernels<Exp, 1>};

}  // namespace mlmath::MLMATH_LEVEL
