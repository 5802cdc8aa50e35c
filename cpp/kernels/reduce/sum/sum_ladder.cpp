// SPDX-License-Identifier: BSD-3-Clause
// sum, the ladder: one idea per rung.
#include "kernels/reduce/sum/sum_ladder.hpp"

#include <cmath>

#include "kernels/reduce/sum/sum.hpp"
#include "kernels/reduce/sum/sum_textbook.hpp"

namespace mlmath::ladder {

template <class T>
T sum_naive(VectorView<const T> x, int) {
    return textbook::sum(x);
}

namespace {

// Constraint: a call costs more than an addition. Arithmetic: 128 additions take 400 cycles in one chain, a call and two
// branches 10. Decision: runs of 128, as NumPy has them.
template <class T>
T halves(const T* x, std::ptrdiff_t stride, std::ptrdiff_t n) {
    if (n <= 128) return textbook::sum(VectorView<const T>{x, n, stride});
    const std::ptrdiff_t half = n / 2;
    return halves(x, stride, half) + halves(x + half * stride, stride, n - half);
}

}  // namespace

template <class T>
T sum_pairwise(VectorView<const T> x, int) {
    return halves(x.data, x.stride, x.size);
}

// s + x rounds to t; what was lost is (s - t) + x when |s| >= |x|, else (x - t) + s, exactly. A sum that is no longer finite has
// lost nothing that could be repaired.
template <class T>
T sum_compensated(VectorView<const T> x, int) {
    T sum = 0, lost = 0;
    for (std::ptrdiff_t i = 0; i < x.size; ++i) {
        const T term = x.data[i * x.stride], next = sum + term;
        if (std::isfinite(next)) lost += std::fabs(sum) >= std::fabs(term) ? (sum - next) + term : (term - next) + sum;
        sum = next;
    }
    return sum + lost;
}

template <class T>
T sum_simd(VectorView<const T> x, int) {
    return static_cast<T>(mlmath::sum(x, 1));
}

template <class T>
T sum_threaded(VectorView<const T> x, int threads) {
    return static_cast<T>(mlmath::sum(x, threads));
}

#define MLMATH_SUM_RUNG(rung)                            \
    template double rung(VectorView<const double>, int); \
    template float rung(VectorView<const float>, int)
MLMATH_SUM_RUNG(sum_naive);
MLMATH_SUM_RUNG(sum_pairwise);
MLMATH_SUM_RUNG(sum_compensated);
MLMATH_SUM_RUNG(sum_simd);
MLMATH_SUM_RUNG(sum_threaded);
#undef MLMATH_SUM_RUNG

}  // namespace mlmath::ladder
