// SPDX-License-Identifier: BSD-3-Clause
// Gamma functions of a run. Compiled once per level; the functions themselves are simd/math's.
#include "kernels/elementwise/elementwise_loop.hpp"
#include "kernels/elementwise/gamma/gamma_kernels.hpp"
#include "simd/math.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

struct Gammaln {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return gammaln(x);
    }
};
struct Digamma {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return digamma(x);
    }
};

}  // namespace

extern const GammaKernels gamma_kernels;
const GammaKernels gamma_kernels = {elementwise_kernels<Gammaln, 1>, elementwise_kernels<Digamma, 1>};

}  // namespace mlmath::MLMATH_LEVEL
