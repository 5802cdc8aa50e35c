// SPDX-License-Identifier: BSD-3-Clause
// Sums over observations, deviations in panels, products of panels. Compiled once per level.
//
// Every result is one chain of additions in an order that neither the layout nor the register width changes: sums run in 8 lanes, a
// product's sum in one, whatever tile it is part of.
#include "kernels/reduce/covariance/covariance_panel.hpp"
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr int W = width<double>, sum_lanes = 8;
constexpr std::ptrdiff_t group = covariance_group;

template <class T>
MLMATH_INLINE double element(const T* x, std::ptrdiff_t at) {
    return static_cast<double>(x[at]);
}

// Observations lie one behind the other: a register holds W of the 8 lanes of one variable.
template <class T>
double sum_of_run(const T* x, const double* weights, std::ptrdiff_t n) {
    constexpr int registers = sum_lanes / W;
    vec_f64 sum[registers] = {};
    std::ptrdiff_t k = 0;
    for (; k + sum_lanes <= n; k += sum_lanes) MLMATH_UNROLL for (int r = 0; r < registers; ++r) {
            const vec_f64 v = load_as_f64(x + k + r * W);
            sum[r] = weights == nullptr ? sum[r] + v : fma(load(weights + k + r * W), v, sum[r]);
        }
    alignas(64) double lane[sum_lanes];
    MLMATH_UNROLL for (int r = 0; r < registers; ++r) store(lane + r * W, sum[r]);
    for (int l = 0; k < n; ++k, ++l)
        lane[l] = weights == nullptr ? lane[l] + element(x, k) : fma(weights[k], element(x, k), lane[l]);
    return fold_sum<sum_lanes>(lane);
}

// Variables lie one behind the other: V registers of them, 8 lanes each; the last register holds `rest` <= W of them. The sums stay
// in registers through whole rounds of the lanes; the last observations are added in memory.
template <int V, bool Weighted, class T>
MLMATH_INLINE void sum_of_columns(const T* x, std::ptrdiff_t step, const double* weights, std::ptrdiff_t n, std::ptrdiff_t rest,
                                  double* sums) {
    const auto terms = [=](std::ptrdiff_t k, int v) __attribute__((always_inline)) {
        const T* const from = x + k * step + v * W;
        return v < V - 1 ? load_as_f64(from) : load_first_as_f64(from, rest);
    };
    vec_f64 lane[sum_lanes][V] = {};
    std::ptrdiff_t k = 0;
    for (; k + sum_lanes <= n; k += sum_lanes)
        MLMATH_UNROLL for (int l = 0; l < sum_lanes; ++l) MLMATH_UNROLL for (int v = 0; v < V; ++v) {
            if constexpr (Weighted)
                lane[l][v] = fma(broadcast(weights[k + l]), terms(k + l, v), lane[l][v]);
            else
                lane[l][v] += terms(k + l, v);
        }
    alignas(64) double total[sum_lanes][V * W];
    MLMATH_UNROLL for (int l = 0; l < sum_lanes; ++l) MLMATH_UNROLL for (int v = 0; v < V; ++v) store(total[l] + v * W, lane[l][v]);
    for (int l = 0; k < n; ++k, ++l)
        for (int v = 0; v < V; ++v) {
            const vec_f64 before = load(total[l] + v * W), more = terms(k, v);
            store(total[l] + v * W, Weighted ? fma(broadcast(weights[k]), more, before) : before + more);
        }
    for (int half = sum_lanes / 2; half >= 1; half /= 2)
        for (int l = 0; l < half; ++l)
            for (int v = 0; v < V; ++v) store(total[l] + v * W, load(total[l] + v * W) + load(total[l + half] + v * W));
    MLMATH_UNROLL for (int v = 0; v < V; ++v) store_first(sums + v * W, load(total[0] + v * W), v < V - 1 ? W : rest);
}

// As many registers of variables at once as 8 lanes each leave room for: 3 of 32 registers, 1 of 16.
template <bool Weighted, class T>
MLMATH_INLINE void sums_of_columns(const T* x, std::ptrdiff_t variables, std::ptrdiff_t step, const double* weights,
                                   std::ptrdiff_t n, double* sums) {
    for (std::ptrdiff_t v = 0; v < variables;) {
        const std::ptrdiff_t left = variables - v;
        if (register_bytes == 64 && left > 2 * W) {
            sum_of_columns<3, Weighted>(x + v, step, weights, n, left < 3 * W ? left - 2 * W : W, sums + v);
            v += 3 * W;
        } else if (register_bytes == 64 && left > W) {
            sum_of_columns<2, Weighted>(x + v, step, weights, n, left < 2 * W ? left - W : W, sums + v);
            v += 2 * W;
        } else {
            sum_of_columns<1, Weighted>(x + v, step, weights, n, left < W ? left : W, sums + v);
            v += W;
        }
    }
}

template <class T>
void sums_of(const T* x, std::ptrdiff_t variables, std::ptrdiff_t variable_stride, std::ptrdiff_t observation_stride,
             const double* weights, std::ptrdiff_t n, double* sums) {
    if (observation_stride == 1) {
        for (std::ptrdiff_t v = 0; v < variables; ++v) sums[v] = sum_of_run(x + v * variable_stride, weights, n);
    } else if (variable_stride == 1) {
        if (weights == nullptr)
            sums_of_columns<false>(x, variables, observation_stride, weights, n, sums);
        else
            sums_of_columns<true>(x, variables, observation_stride, weights, n, sums);
    } else {
        for (std::ptrdiff_t v = 0; v < variables; ++v) {
            double lane[sum_lanes] = {};
            for (std::ptrdiff_t k = 0; k < n; ++k) {
                const double value = element(x, v * variable_stride + k * observation_stride);
                lane[k % sum_lanes] =
                    weights == nullptr ? lane[k % sum_lanes] + value : fma(weights[k], value, lane[k % sum_lanes]);
            }
            sums[v] = fold_sum<sum_lanes>(lane);
        }
    }
}

template <class T>
void center(const T* x, std::ptrdiff_t variables, std::ptrdiff_t variable_stride, std::ptrdiff_t observation_stride,
            const double* means, std::ptrdiff_t n, double* panel) {
    if (variable_stride == 1) {
        const std::ptrdiff_t whole = variables / W * W, rest = variables - whole;
        vec_f64 mean[group / W + 1];
        for (std::ptrdiff_t v = 0; v < whole; v += W) mean[v / W] = load(means + v);
        mean[whole / W] = load_first(means + whole, rest);
        for (std::ptrdiff_t k = 0; k < n; ++k) {
            const T* const row = x + k * observation_stride;
            double* const to = panel + k * group;
            for (std::ptrdiff_t v = 0; v < whole; v += W) store(to + v, load_as_f64(row + v) - mean[v / W]);
            if (rest > 0) store_first(to + whole, load_first_as_f64(row + whole, rest) - mean[whole / W], rest);
        }
    } else if (observation_stride == 1) {
        for (std::ptrdiff_t v = 0; v < variables; v += W) {
            const std::ptrdiff_t lines = variables - v < W ? variables - v : W;
            for (std::ptrdiff_t k = 0; k < n; k += W) {
                const std::ptrdiff_t here = n - k < W ? n - k : W;
                vec_f64 line[W];
                for (int l = 0; l < W; ++l) {
                    if (l >= lines) {
                        line[l] = vec_f64{};
                        continue;
                    }
                    const T* const from = x + (v + l) * variable_stride + k;
                    line[l] = (here == W ? load_as_f64(from) : load_first_as_f64(from, here)) - broadcast(means[v + l]);
                }
                transpose<double>(line);
                for (int l = 0; l < W; ++l) {
                    if (l >= here) break;
                    if (lines == W)
                        store(panel + (k + l) * group + v, line[l]);
                    else
                        store_first(panel + (k + l) * group + v, line[l], lines);
                }
            }
        }
    } else {
        for (std::ptrdiff_t k = 0; k < n; ++k)
            for (std::ptrdiff_t v = 0; v < variables; ++v)
                panel[k * group + v] = element(x, v * variable_stride + k * observation_stride) - means[v];
    }
}

void weigh(const double* panel, const double* weights, std::ptrdiff_t n, double* weighted) {
    for (std::ptrdiff_t k = 0; k < n; ++k)
        MLMATH_UNROLL for (int v = 0; v < group; v += W)
            store(weighted + k * group + v, load(panel + k * group + v) * broadcast(weights[k]));
}

// R rows by V registers of sums. columns: how many are wanted, at most V*W.
template <int R, int V>
MLMATH_INLINE void tile(const double* left, const double* right, std::ptrdiff_t n, std::ptrdiff_t rows, std::ptrdiff_t columns,
                        double* c, std::ptrdiff_t stride) {
    vec_f64 sum[R][V] = {};
    for (std::ptrdiff_t k = 0; k < n; ++k) {
        vec_f64 b[V];
        MLMATH_UNROLL for (int v = 0; v < V; ++v) b[v] = load(right + k * group + v * W);
        MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            const vec_f64 a = broadcast(left[k * group + r]);
            MLMATH_UNROLL for (int v = 0; v < V; ++v) sum[r][v] = fma(a, b[v], sum[r][v]);
        }
    }
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        if (r >= rows) break;
        MLMATH_UNROLL for (int v = 0; v < V; ++v) {
            double* const to = c + r * stride + v * W;
            const std::ptrdiff_t here = columns - v * W;
            if (here >= W)
                store(to, load(to) + sum[r][v]);
            else if (here > 0)
                store_first(to, load_first(to, here) + sum[r][v], here);
        }
    }
}

// Constraint: R*V sums, V factors and one broadcast in registers, and at least 8 sums to hide an FMA's 4 cycles on two ports.
// Arithmetic: AVX-512 (32 registers) 8 x 3, 2 broadcasts... 11 loads to 24 FMAs; 16 registers 4 x 3, 7 loads to 12.
// Decision: 8 rows with 32 registers, else 4; 4 rows also for a rest of at most 4.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int tile_rows = 8;
#else
constexpr int tile_rows = 4;
#endif

template <int R>
MLMATH_INLINE void tiles_of_rows(const double* left, const double* right, std::ptrdiff_t n, std::ptrdiff_t rows,
                                 std::ptrdiff_t first, std::ptrdiff_t columns, double* c, std::ptrdiff_t stride) {
    std::ptrdiff_t j = first;
    for (; columns - j > 2 * W; j += 3 * W) tile<R, 3>(left, right + j, n, rows, columns - j, c + j, stride);
    if (columns - j > W)
        tile<R, 2>(left, right + j, n, rows, columns - j, c + j, stride);
    else if (columns - j > 0)
        tile<R, 1>(left, right + j, n, rows, columns - j, c + j, stride);
}

void products(const double* left, const double* right, std::ptrdiff_t n, std::ptrdiff_t rows, std::ptrdiff_t columns, bool upper,
              double* c, std::ptrdiff_t stride) {
    for (std::ptrdiff_t i = 0; i < rows; i += tile_rows) {
        const std::ptrdiff_t first = upper ? i / W * W : 0, here = rows - i;
        if (tile_rows == 8 && here <= 4)
            tiles_of_rows<4>(left + i, right, n, here, first, columns, c + i * stride, stride);
        else
            tiles_of_rows<tile_rows>(left + i, right, n, here, first, columns, c + i * stride, stride);
    }
}

}  // namespace

extern const CovarianceKernels covariance_kernels;
const CovarianceKernels covariance_kernels = {sums_of<double>, sums_of<float>, center<double>, center<float>, weigh, products};

}  // namespace mlmath::MLMATH_LEVEL
