// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_dqds: eight transforms in one pass over the rows, a lane each. Compiled once per level.
#include "kernels/eigen/bidiagonal_dqds/bidiagonal_dqds_kernels.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr int lanes = static_cast<int>(dqds_stages), registers = lanes / width<double>;

// One number for each stage: the last stage in lane 0 of register 0, the first in the last lane.
struct Stages {
    vec_f64 of[registers];
};

MLMATH_INLINE Stages all(double x) {
    Stages s;
    MLMATH_UNROLL for (int r = 0; r < registers; ++r) s.of[r] = broadcast(x);
    return s;
}

// a without its first lane, b's first lane behind it.
MLMATH_INLINE vec_f64 next_lanes(vec_f64 a, vec_f64 b) {
#if defined(__AVX512F__)
    return (vec_f64)_mm512_maskz_alignr_epi64(0xff, (__m512i)b, (__m512i)a, 1);
#elif defined(__AVX2__)
    return (vec_f64)_mm256_shuffle_pd((__m256d)a, _mm256_permute2f128_pd((__m256d)a, (__m256d)b, 0x21), 0x5);
#elif defined(__SSE2__)
    return (vec_f64)_mm_shuffle_pd((__m128d)a, (__m128d)b, 0x1);
#else
    return (vec_f64)vextq_f64((float64x2_t)a, (float64x2_t)b, 1);
#endif
}

// Each stage gets what the stage before it had; the first one gets x.
MLMATH_INLINE Stages handed_on(const Stages& s, double x) {
    Stages next;
    MLMATH_UNROLL for (int r = 0; r < registers; ++r) next.of[r] =
        next_lanes(s.of[r], r + 1 < registers ? s.of[r + 1 < registers ? r + 1 : 0] : broadcast(x));
    return next;
}

// At time t stage g (0, 1, ...) is at row k = t - 2g, from which it needs e_k and q_k+1 of the stage before: the latter two has
// finished e_k at time t - 2 and q_k+1 at time t - 1, so nothing waits but d. Rows k < 0 are q = dqds_pad, e = 0: d leaves them as
// it came.
//
//   q'_k = d_k + e_k    e'_k = e_k q_k+1 / q'_k    d_k+1 = d_k q_k+1 / q'_k - shift
//
// For C = the first k + 1 rows of B without a shift, x_k = 1/d_k is the last diagonal element of (C C^T)^-1, and the squares of the
// elements before it in the last row are (x_j prod_{j<=i<k} sqrt(e_i / q_i+1))^2, j < k, of which y_k is the sum:
//   x_k+1 = (1 + e_k x_k) / q_k+1    y_k+1 = (y_k + x_k^2) e_k / q_k+1    trace = sum x    trace2 = sum x^2 + 2 y
// The reciprocal of q_k+1 is there: the stage before has divided by it.
bool pass(std::ptrdiff_t n, const double* q, const double* e, DqdsPlan& plan, double* new_q, double* new_e, double* trace,
          double* trace2) {
    Stages q_new = all(dqds_pad), e_new = all(0), e_older = all(0), inverse = all(1 / dqds_pad), d = all(dqds_pad);
    Stages x = all(0), y = all(0), sum = all(0), sum2 = all(0), minus_shift;
    MLMATH_UNROLL for (int g = 0; g < lanes; ++g) minus_shift.of[(lanes - 1 - g) / width<double>][(lanes - 1 - g) % width<double>] =
        -plan.shift[g];
    mask<double> positive[registers];
    MLMATH_UNROLL for (int r = 0; r < registers; ++r) positive[r] = ~mask<double>{};
    constexpr std::ptrdiff_t behind = 2 * (lanes - 1);
    const auto step = [&](std::ptrdiff_t t, const Stages& q_next, const Stages& e_here) __attribute__((always_inline)) {
        const Stages inverse_next = handed_on(inverse, 0);
        e_older = e_new;
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) {
            const vec_f64 ek = e_here.of[r], qk = q_next.of[r], dk = d.of[r], xk = x.of[r];
            positive[r] &= dk > vec_f64{};
            q_new.of[r] = dk + ek;
            inverse.of[r] = broadcast(1.0) / q_new.of[r];
            e_new.of[r] = (ek * qk) * inverse.of[r];
            d.of[r] = fma(dk * qk, inverse.of[r], minus_shift.of[r]);
            const vec_f64 ratio = ek * inverse_next.of[r], with_square = fma(xk, xk, y.of[r]);
            sum.of[r] = sum.of[r] + xk;
            sum2.of[r] = sum2.of[r] + (with_square + y.of[r]);
            x.of[r] = fma(xk, ratio, inverse_next.of[r]);
            y.of[r] = with_square * ratio;
        }
        new_q[t - behind] = q_new.of[0][0];
        new_e[t - behind] = e_new.of[0][0];
        trace[t - behind] = sum.of[0][0];
        trace2[t - behind] = sum2.of[0][0];
    };
    std::ptrdiff_t t = -1;
    for (int j = 0; j <= plan.drops; ++j) {
        // Stage g has rows - 1 rows left: at its last one, e and the next q are those of the row that goes.
        const std::ptrdiff_t rows = n - 1 - j, to = j < plan.drops ? rows - 1 + 2 * plan.stage_of_drop[j] : n + behind;
        for (; t < to; ++t) step(t, handed_on(q_new, q[t + 1]), handed_on(e_older, t < 0 ? 0 : e[t]));
        if (j == plan.drops) break;
        double of_q[lanes], of_e[lanes];
        Stages q_next = handed_on(q_new, q[t + 1]), e_here = handed_on(e_older, e[t]);
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) {
            store(of_q + r * width<double>, q_next.of[r]);
            store(of_e + r * width<double>, e_here.of[r]);
        }
        const int lane = lanes - 1 - plan.stage_of_drop[j];
        plan.q[j] = of_q[lane];
        plan.e[j] = of_e[lane];
        of_q[lane] = dqds_pad;
        of_e[lane] = 0;
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) {
            q_next.of[r] = load(of_q + r * width<double>);
            e_here.of[r] = load(of_e + r * width<double>);
        }
        step(t++, q_next, e_here);
    }
    mask<double> every = positive[0];
    MLMATH_UNROLL for (int r = 1; r < registers; ++r) every &= positive[r];
    bool good = true;
    MLMATH_UNROLL for (int l = 0; l < width<double>; ++l) good = good && every[l] != 0;
    return good;
}

}  // namespace

extern const DqdsKernels dqds_kernels;
const DqdsKernels dqds_kernels = {pass};

}  // namespace mlmath::MLMATH_LEVEL
