// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_bisection: pivots for many shifts at once, vectors for many eigenvalues at once. Compiled once per level.
#include "core/interruption.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection_kernels.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Registers of shifts that share the loop: 4 chains of divisions. With 16 registers each chain still has its three numbers in one.
constexpr int chains = 4;

// Rows between two looks for Ctrl-C: 2^16 of some 20 cycles are 0.4 ms.
constexpr std::ptrdiff_t rows_between_polls = 1 << 16;

// p_i / p_i-1 = q_i = d_i - x - e2_i / q_i-1, so that p' / p = sum q_i' / q_i with q_i' = -1 + (e2_i / q_i-1) (q_i-1' / q_i-1).
// Quotients are e2 times a reciprocal: both roundings are monotone, and with them q_i in x [DemmelDhillonRen1995].
void count(std::ptrdiff_t n, const double* d, const double* e2, const double* x, std::int64_t* counts, double* slopes) {
    constexpr int at_once = chains * width<double>;
    const vec_f64 one = broadcast(1.0), least = broadcast(least_pivot);
    for (int first = 0; first < count_shifts; first += at_once) {
        vec_f64 shift[chains], t[chains], ratio[chains], sum[chains];
        vec_i64 negative[chains];
        MLMATH_UNROLL for (int c = 0; c < chains; ++c) {
            shift[c] = load(x + first + c * width<double>);
            t[c] = ratio[c] = sum[c] = vec_f64{};  // t = 1 / q of the row before; none before the first
            negative[c] = vec_i64{};
        }
        for (std::ptrdiff_t begin = 0; begin < n; begin += rows_between_polls) {
            if (begin > 0 && interruption_requested()) return;
            const std::ptrdiff_t end = n - begin < rows_between_polls ? n : begin + rows_between_polls;
            for (std::ptrdiff_t i = begin; i < end; ++i) {
                const vec_f64 di = broadcast(d[i]), ei = broadcast(e2[i]);
                MLMATH_UNROLL for (int c = 0; c < chains; ++c) {
                    const vec_f64 quotient = ei * t[c];
                    vec_f64 q = (di - shift[c]) - quotient;
                    q = select<double>(absolute(q) < least, -least, q);
                    negative[c] += q < vec_f64{};
                    t[c] = one / q;
                    ratio[c] = fma(quotient, ratio[c], -one) * t[c];
                    sum[c] = sum[c] + ratio[c];
                }
            }
        }
        MLMATH_UNROLL for (int c = 0; c < chains; ++c) {
            store<std::int64_t>(counts + first + c * width<double>, -negative[c]);
            store(slopes + first + c * width<double>, sum[c]);
        }
    }
}

// Forward pivots p_i, backward pivots m_i, gamma_i = p_i - e2_i+1 / m_i+1; then z outward from the row r of the smallest |gamma|:
// z_i = -(e_i+1 / p_i) z_i+1 above it, z_i = -(e_i / m_i) z_i-1 below it.
void twisted(std::ptrdiff_t n, const double* d, const double* e, const double* e2, const double* x, double* z, double* work,
             double* square, double* residual2, double* gamma) {
    constexpr int registers = vector_lanes / width<double>;
    constexpr int together = registers < 4 ? registers : 4;
    const vec_f64 one = broadcast(1.0), least = broadcast(least_pivot);
    const auto stop = [](std::ptrdiff_t i) { return i % rows_between_polls == rows_between_polls - 1 && interruption_requested(); };
    const auto guarded = [&](vec_f64 q) __attribute__((always_inline)) { return select<double>(absolute(q) < least, -least, q); };
    for (int first = 0; first < vector_lanes; first += together * width<double>) {
        double *const forward = work + first, *const backward = work + n * vector_lanes + first, *const to = z + first;
        vec_f64 shift[together], t[together], smallest[together], row[together];
        MLMATH_UNROLL for (int c = 0; c < together; ++c) {
            shift[c] = load(x + first + c * width<double>);
            t[c] = vec_f64{};
        }
        for (std::ptrdiff_t i = 0; i < n; ++i) {  // 1 / p_i to forward, p_i to `to`
            if (stop(i)) return;
            MLMATH_UNROLL for (int c = 0; c < together; ++c) {
                const vec_f64 p = guarded(fnma(broadcast(e2[i]), t[c], broadcast(d[i]) - shift[c]));
                t[c] = one / p;
                store(forward + i * vector_lanes + c * width<double>, t[c]);
                store(to + i * vector_lanes + c * width<double>, p);
            }
        }
        MLMATH_UNROLL for (int c = 0; c < together; ++c) {
            t[c] = row[c] = vec_f64{};
            smallest[c] = broadcast(0x1p1000);
        }
        for (std::ptrdiff_t i = n - 1; i >= 0; --i) {
            if (stop(i)) return;
            MLMATH_UNROLL for (int c = 0; c < together; ++c) {
                const vec_f64 ei = broadcast(e2[i + 1]);
                const vec_f64 g = fnma(ei, t[c], load(to + i * vector_lanes + c * width<double>));
                const mask<double> better = absolute(g) < absolute(smallest[c]);
                smallest[c] = select<double>(better, g, smallest[c]);
                row[c] = select<double>(better, broadcast(static_cast<double>(i)), row[c]);
                t[c] = one / guarded(fnma(ei, t[c], broadcast(d[i]) - shift[c]));
                store(backward + i * vector_lanes + c * width<double>, t[c]);
            }
        }
        vec_f64 last[together], sum[together], rest[together];
        MLMATH_UNROLL for (int c = 0; c < together; ++c) last[c] = sum[c] = rest[c] = vec_f64{};
        for (std::ptrdiff_t i = n - 1; i >= 0; --i) {
            if (stop(i)) return;
            MLMATH_UNROLL for (int c = 0; c < together; ++c) {
                const vec_f64 up = -(broadcast(e[i + 1]) * load(forward + i * vector_lanes + c * width<double>)) * last[c];
                last[c] = select<double>(row[c] == broadcast(static_cast<double>(i)), one, up);
                store(to + i * vector_lanes + c * width<double>, last[c]);
            }
        }
        MLMATH_UNROLL for (int c = 0; c < together; ++c) last[c] = vec_f64{};
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            if (stop(i)) return;
            MLMATH_UNROLL for (int c = 0; c < together; ++c) {
                const vec_f64 down = -(broadcast(e[i]) * load(backward + i * vector_lanes + c * width<double>)) * last[c];
                last[c] = select<double>(row[c] < broadcast(static_cast<double>(i)), down,
                                         load(to + i * vector_lanes + c * width<double>));
                store(to + i * vector_lanes + c * width<double>, last[c]);
                sum[c] = fma(last[c], last[c], sum[c]);
            }
        }
        MLMATH_UNROLL for (int c = 0; c < together; ++c) {
            if (n >= rows_between_polls && interruption_requested()) return;
            vec_f64 before{}, here = load(to + c * width<double>);
            for (std::ptrdiff_t i = 0; i < n; ++i) {
                const vec_f64 after = i + 1 < n ? load(to + (i + 1) * vector_lanes + c * width<double>) : vec_f64{};
                const vec_f64 r =
                    fma(broadcast(e[i]), before, fma(broadcast(e[i + 1]), after, (broadcast(d[i]) - shift[c]) * here));
                rest[c] = fma(r, r, rest[c]);
                before = here;
                here = after;
            }
            store(square + first + c * width<double>, sum[c]);
            store(residual2 + first + c * width<double>, rest[c]);
            store(gamma + first + c * width<double>, smallest[c]);
        }
    }
}

// Four rows at a time; a last group is filled up with rows whose product is not used.
void project(std::ptrdiff_t n, const double* rows, std::ptrdiff_t stride, std::ptrdiff_t count, double* z, double* products) {
    constexpr int line = 8 / width<double>;
    for (std::ptrdiff_t k = 0; k < count; k += 4) {
        const double* row[4];
        vec_f64 sum[4][line];
        MLMATH_UNROLL for (int r = 0; r < 4; ++r) {
            row[r] = rows + (k + r < count ? k + r : k) * stride;
            MLMATH_UNROLL for (int l = 0; l < line; ++l) sum[r][l] = vec_f64{};
        }
        for (std::ptrdiff_t i = 0; i < n; i += 8) MLMATH_UNROLL for (int l = 0; l < line; ++l) {
                const vec_f64 v = load(z + i + l * width<double>);
                MLMATH_UNROLL for (int r = 0; r < 4; ++r) sum[r][l] = fma(load(row[r] + i + l * width<double>), v, sum[r][l]);
            }
        for (int r = 0; r < 4 && k + r < count; ++r) {
            double lane[8];
            MLMATH_UNROLL for (int l = 0; l < line; ++l) store(lane + l * width<double>, sum[r][l]);
            products[k + r] = fold_sum<8>(lane);
        }
    }
    for (std::ptrdiff_t k = 0; k < count; k += 4) {
        const double* row[4];
        double c[4];
        MLMATH_UNROLL for (int r = 0; r < 4; ++r) {
            row[r] = rows + (k + r < count ? k + r : k) * stride;
            c[r] = k + r < count ? products[k + r] : 0;
        }
        for (std::ptrdiff_t i = 0; i < n; i += width<double>) {
            vec_f64 v = load(z + i);
            MLMATH_UNROLL for (int r = 0; r < 4; ++r) v = fnma(broadcast(c[r]), load(row[r] + i), v);
            store(z + i, v);
        }
    }
}

}  // namespace

extern const TridiagonalKernels tridiagonal_kernels;
const TridiagonalKernels tridiagonal_kernels = {count, twisted, project};

}  // namespace mlmath::MLMATH_LEVEL
