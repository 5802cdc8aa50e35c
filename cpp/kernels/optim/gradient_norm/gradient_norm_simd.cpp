// SPDX-License-Identifier: BSD-3-Clause
// gradient_norm: the sum of squares of one chunk. Compiled once per level.
#include "kernels/optim/gradient_norm/gradient_norm_row.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Which element falls into which lane does not depend on the register (see reduction_lanes).
template <class T>
double square_sum(const T* g, std::ptrdiff_t n) {
    constexpr int L = reduction_lanes<double>, R = reduction_registers<double>, W = width<double>;
    vec_f64 sum[R] = {};
    std::ptrdiff_t i = 0;
    for (; i + L <= n; i += L) MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            const vec_f64 v = load_as_f64(g + i + r * W);
            sum[r] = fma(v, v, sum[r]);
        }
    for (int r = 0; r < R && i < n; ++r, i += W) {
        const vec_f64 v = load_first_as_f64(g + i, n - i < W ? n - i : W);
        sum[r] = fma(v, v, sum[r]);
    }
    double lane[L];
    for (int r = 0; r < R; ++r) store(lane + r * W, sum[r]);
    return fold_sum<L>(lane);
}

}  // namespace

extern const GradientNormKernels gradient_norm_kernels;
const GradientNormKernels gradient_norm_kernels = {square_sum<double>, square_sum<float>};

}  // namespace mlmath::MLMATH_LEVEL
