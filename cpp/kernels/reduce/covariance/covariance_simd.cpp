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

// Four interleaved chains (k mod 4) of the sums of deviations: an addition takes 2 to 4 cycles, and the store of a register one.
constexpr int deviation_lanes = 4;

// V registers of variables side by side, the last of `rest` <= W; sums[v] = sum over k of w_k (x_vk - means[v]).
// `whole`: zeros may be written behind them.
template <int V, bool Weighted, class T>
MLMATH_INLINE void center_columns(const T* x, std::ptrdiff_t step, const double* means, const double* weights, std::ptrdiff_t n,
                                  std::ptrdiff_t rest, bool whole, double* panel, double* sums) {
    const std::ptrdiff_t stored = whole ? W : rest;
    vec_f64 mean[V], lane[deviation_lanes][V] = {};
    MLMATH_UNROLL for (int v = 0; v < V; ++v) mean[v] = v < V - 1 ? load(means + v * W) : load_first(means + v * W, rest);
    const auto one = [&](std::ptrdiff_t k, int l) __attribute__((always_inline)) {
        const T* const from = x + k * step;
        double* const to = panel + k * group;
        MLMATH_UNROLL for (int v = 0; v < V; ++v) {
            const vec_f64 d = (v < V - 1 ? load_as_f64(from + v * W) : load_first_as_f64(from + v * W, rest)) - mean[v];
            if (v < V - 1 || stored == W)
                store(to + v * W, d);
            else
                store_first(to + v * W, d, rest);
            lane[l][v] = Weighted ? fma(broadcast(weights[k]), d, lane[l][v]) : lane[l][v] + d;
        }
    };
    std::ptrdiff_t k = 0;
    for (; k + deviation_lanes <= n; k += deviation_lanes) MLMATH_UNROLL for (int l = 0; l < deviation_lanes; ++l) one(k + l, l);
    MLMATH_UNROLL for (int l = 0; l < deviation_lanes - 1; ++l) if (k + l < n) one(k + l, l);
    MLMATH_UNROLL for (int v = 0; v < V; ++v)
        store_first(sums + v * W, (lane[0][v] + lane[2][v]) + (lane[1][v] + lane[3][v]), v < V - 1 ? W : rest);
}

// The same for any strides, one element after the other.
template <class T>
void center_elements(const T* x, std::ptrdiff_t step, double mean, const double* weights, std::ptrdiff_t n, double* panel,
                     double* sum) {
    double lane[deviation_lanes] = {};
    const auto one = [&](std::ptrdiff_t k, int l) __attribute__((always_inline)) {
        const double d = element(x, k * step) - mean;
        panel[k * group] = d;
        lane[l] = weights == nullptr ? lane[l] + d : fma(weights[k], d, lane[l]);
    };
    std::ptrdiff_t k = 0;
    for (; k + deviation_lanes <= n; k += deviation_lanes) MLMATH_UNROLL for (int l = 0; l < deviation_lanes; ++l) one(k + l, l);
    for (int l = 0; k + l < n; ++l) one(k + l, l);
    *sum = (lane[0] + lane[2]) + (lane[1] + lane[3]);
}

// W variables whose observations lie side by side: transposed in registers on their way. n is W times something.
template <class T>
MLMATH_INLINE void center_transposed(const T* x, std::ptrdiff_t variable_stride, const double* means, const double* weights,
                                     std::ptrdiff_t n, double* panel, double* sums) {
    vec_f64 lane[deviation_lanes] = {};
    const vec_f64 mean = load(means);
    for (std::ptrdiff_t k = 0; k < n; k += W) {
        vec_f64 line[W];
        MLMATH_UNROLL for (int l = 0; l < W; ++l) line[l] = load_as_f64(x + l * variable_stride + k);
        transpose<double>(line);
        MLMATH_UNROLL for (int l = 0; l < W; ++l) {
            const vec_f64 d = line[l] - mean;
            store(panel + (k + l) * group, d);
            vec_f64& sum = lane[(W < deviation_lanes ? k + l : l) % deviation_lanes];
            sum = weights == nullptr ? sum + d : fma(broadcast(weights[k + l]), d, sum);
        }
    }
    store(sums, (lane[0] + lane[2]) + (lane[1] + lane[3]));
}

template <bool Weighted, class T>
MLMATH_INLINE void center_rows(const T* x, std::ptrdiff_t variables, std::ptrdiff_t step, const double* means,
                               const double* weights, std::ptrdiff_t n, bool whole, double* panel, double* sums) {
    for (std::ptrdiff_t v = 0; v < variables;) {
        const std::ptrdiff_t left = variables - v;
        if (left > 2 * W) {
            center_columns<3, Weighted>(x + v, step, means + v, weights, n, left < 3 * W ? left - 2 * W : W, whole, panel + v,
                                        sums + v);
            v += 3 * W;
        } else if (left > W) {
            center_columns<2, Weighted>(x + v, step, means + v, weights, n, left - W, whole, panel + v, sums + v);
            v += 2 * W;
        } else {
            center_columns<1, Weighted>(x + v, step, means + v, weights, n, left, whole, panel + v, sums + v);
            v += W;
        }
    }
}

template <class T>
void center(const T* x, std::ptrdiff_t variables, std::ptrdiff_t variable_stride, std::ptrdiff_t observation_stride,
            const double* means, const double* weights, std::ptrdiff_t n, bool whole, double* panel, double* sums) {
    std::ptrdiff_t v = 0;
    if (variable_stride == 1 && variables > 1)
        return weights == nullptr ? center_rows<false>(x, variables, observation_stride, means, weights, n, whole, panel, sums)
                                  : center_rows<true>(x, variables, observation_stride, means, weights, n, whole, panel, sums);
    if (observation_stride == 1 && n % W == 0)
        for (; v + W <= variables; v += W)
            center_transposed(x + v * variable_stride, variable_stride, means + v, weights, n, panel + v, sums + v);
    for (; v < variables; ++v)
        center_elements(x + v * variable_stride, observation_stride, means[v], weights, n, panel + v, sums + v);
}

void weigh(const double* panel, const double* weights, std::ptrdiff_t n, double* weighted) {
    for (std::ptrdiff_t k = 0; k < n; ++k)
        MLMATH_UNROLL for (int v = 0; v < group; v += W)
            store(weighted + k * group + v, load(panel + k * group + v) * broadcast(weights[k]));
}

// one(k) for every observation; meanwhile the runs of lines of `ahead` are asked for, as far as they go.
template <class One>
MLMATH_INLINE void observations(std::ptrdiff_t n, CovarianceAhead& ahead, One&& one) {
    const std::ptrdiff_t* place = ahead.next;
    const std::ptrdiff_t step = place < ahead.end ? 1 : 0;
    std::ptrdiff_t k = 0;
    for (; k + ahead_lines <= n; k += ahead_lines) {
        const char* const line = ahead.base + *place;
        MLMATH_UNROLL for (int l = 0; l < ahead_lines; ++l) {
            prefetch(line + 64 * l);
            one(k + l);
        }
        place += step;
    }
    for (; k < n; ++k) one(k);
    ahead.next = place;
}

// R rows by V registers of sums: stored in c (`fresh`) or added to it.
template <int R, int V>
MLMATH_INLINE void tile(const double* left, const double* right, std::ptrdiff_t n, bool fresh, double* c, CovarianceAhead& ahead) {
    vec_f64 sum[R][V] = {};
    observations(n, ahead, [&](std::ptrdiff_t k) __attribute__((always_inline)) {
        vec_f64 b[V];
        MLMATH_UNROLL for (int v = 0; v < V; ++v) b[v] = load(right + k * group + v * W);
        MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            const vec_f64 a = broadcast(left[k * group + r]);
            MLMATH_UNROLL for (int v = 0; v < V; ++v) sum[r][v] = fma(a, b[v], sum[r][v]);
        }
    });
    MLMATH_UNROLL for (int r = 0; r < R; ++r) MLMATH_UNROLL for (int v = 0; v < V; ++v) {
        double* const to = c + r * group + v * W;
        store(to, fresh ? sum[r][v] : load(to) + sum[r][v]);
    }
}

// Constraint: R*V sums, V factors and one broadcast in registers, and at least 8 sums to hide an FMA's 4 cycles on two ports.
// Arithmetic: AVX-512 (32 registers) 8 x 3, 11 loads to 24 FMAs; 16 registers 4 x 3, 7 loads to 12.
// Decision: 8 rows with 32 registers, else 4; a rest is a tile of just as many rows.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int tile_rows = 8;
#else
constexpr int tile_rows = 4;
#endif

template <int R>
void tiles_of_rows(const double* left, const double* right, std::ptrdiff_t n, std::ptrdiff_t columns, bool fresh, double* c,
                   CovarianceAhead& ahead) {
    std::ptrdiff_t j = 0;
    for (; columns - j > 2 * W; j += 3 * W) tile<R, 3>(left, right + j, n, fresh, c + j, ahead);
    if (columns - j > W)
        tile<R, 2>(left, right + j, n, fresh, c + j, ahead);
    else if (columns - j > 0)
        tile<R, 1>(left, right + j, n, fresh, c + j, ahead);
}

using TilesOfRows = decltype(&tiles_of_rows<1>);
constexpr TilesOfRows tiles[] = {tiles_of_rows<1>, tiles_of_rows<2>, tiles_of_rows<4>,
                                 tiles_of_rows<4>,
#if defined(__AVX512F__) || defined(__aarch64__)
                                 tiles_of_rows<5>, tiles_of_rows<6>, tiles_of_rows<7>,
                                 tiles_of_rows<8>
#endif
};

#if defined(__AVX512F__)
// The triangle of a panel of 24 with itself. A block of 8 on the diagonal, computed in full, takes 8 FMAs for 36 products. Its
// variables times themselves rotated by s = 0 .. 4 lanes take 5: lane l of rotation s is the pair (l, (l + s) mod 8), and those of
// s = 4 come twice. Rotations go to another port than FMAs. Rotation s of block v is kept in row 16 + s, columns 8v .. 8v + 7 of
// the square, which are free then. c_ij is the same chain as in a tile, x y being y x.
constexpr int rotations = 5, rotated_row = 16;

template <int S>
MLMATH_INLINE vec_f64 rotated(vec_f64 x) {
    return S == 0 ? x : (vec_f64)_mm512_maskz_alignr_epi64(0xff, (__m512i)x, (__m512i)x, S);
}

// Rotations of the three blocks, and the tile of rows 8 .. 15 and columns 16 .. 23, whose loads leave the ports free for them.
void triangle_of_panel(const double* panel, std::ptrdiff_t n, bool fresh, double* c, CovarianceAhead& ahead) {
    vec_f64 turn[rotations][3] = {}, sum[8] = {};
    observations(n, ahead, [&](std::ptrdiff_t k) __attribute__((always_inline)) {
        const double* const row = panel + k * group;
        vec_f64 b[3];
        MLMATH_UNROLL for (int v = 0; v < 3; ++v) b[v] = load(row + v * 8);
        MLMATH_UNROLL for (int r = 0; r < 8; ++r) sum[r] = fma(broadcast(row[8 + r]), b[2], sum[r]);
        MLMATH_UNROLL for (int v = 0; v < 3; ++v) {
            turn[0][v] = fma(b[v], b[v], turn[0][v]);
            turn[1][v] = fma(b[v], rotated<1>(b[v]), turn[1][v]);
            turn[2][v] = fma(b[v], rotated<2>(b[v]), turn[2][v]);
            turn[3][v] = fma(b[v], rotated<3>(b[v]), turn[3][v]);
            turn[4][v] = fma(b[v], rotated<4>(b[v]), turn[4][v]);
        }
    });
    const auto keep = [=](double* to, vec_f64 more) __attribute__((always_inline)) { store(to, fresh ? more : load(to) + more); };
    MLMATH_UNROLL for (int r = 0; r < 8; ++r) keep(c + (8 + r) * group + 16, sum[r]);
    MLMATH_UNROLL for (int s = 0; s < rotations; ++s) MLMATH_UNROLL for (int v = 0; v < 3; ++v)
        keep(c + (rotated_row + s) * group + v * 8, turn[s][v]);
    tiles[7](panel, panel + 8, n, 16, fresh, c + 8, ahead);  // rows 0 .. 7, columns 8 .. 23
}

// Every pair to its place in the upper triangle.
void place_rotations(double* square) {
    double kept[rotations * group];
    for (int e = 0; e < rotations * group; ++e) kept[e] = square[rotated_row * group + e];
    for (int s = 0; s < rotations; ++s)
        for (int i = 0; i < group; ++i) {
            const int j = i / 8 * 8 + (i + s) % 8;
            square[i < j ? i * group + j : j * group + i] = kept[s * group + i];
        }
}
#endif

void products(const double* left, const double* right, std::ptrdiff_t n, std::ptrdiff_t rows, std::ptrdiff_t columns, bool upper,
              bool fresh, double* c, CovarianceAhead* ahead) {
#if defined(__AVX512F__)
    if (upper && rows == group && left == right) return triangle_of_panel(left, n, fresh, c, *ahead);
#endif
    for (std::ptrdiff_t i = 0; i < rows; i += tile_rows) {
        const std::ptrdiff_t first = upper ? i / W * W : 0, here = rows - i < tile_rows ? rows - i : tile_rows;
        tiles[here - 1](left + i, right + first, n, columns - first, fresh, c + i * group + first, *ahead);
    }
}

// use(j, load, store): registers of columns first .. columns - 1, the last one partly.
template <class Use>
MLMATH_INLINE void registers_of_row(std::ptrdiff_t first, std::ptrdiff_t columns, Use&& use) {
    std::ptrdiff_t j = first;
    for (; j + W <= columns; j += W) use(j, W);
    if (j < columns) use(j, columns - j);
}

void unpack(double* square, std::ptrdiff_t rows, std::ptrdiff_t columns, bool upper, bool weighted, const double* sums,
            const double* low, double* c, std::ptrdiff_t stride) {
#if defined(__AVX512F__)
    if (upper && rows == group && !weighted) place_rotations(square);
#endif
    static_cast<void>(weighted);
    for (std::ptrdiff_t i = 0; i < rows; ++i) {
        const vec_f64 sum = broadcast(sums[i]);
        registers_of_row(upper ? i : 0, columns, [=](std::ptrdiff_t j, std::ptrdiff_t count) __attribute__((always_inline)) {
            const vec_f64 repaired = load_first(square + i * group + j, count) - sum * load_first(low + j, count);
            store_first(c + i * stride + j, repaired, count);
        });
    }
}

void merge(const double* left, const double* right, const double* delta, const double* column_delta, double factor,
           std::ptrdiff_t first, std::ptrdiff_t last, std::ptrdiff_t columns, bool upper, double* out) {
    const vec_f64 f = broadcast(factor);
    for (std::ptrdiff_t i = first; i < last; ++i) {
        const vec_f64 d = broadcast(delta[i]);
        registers_of_row(upper ? i : 0, columns, [=](std::ptrdiff_t j, std::ptrdiff_t count) __attribute__((always_inline)) {
            const std::ptrdiff_t at = i * columns + j;
            const vec_f64 both = load_first(left + at, count) + load_first(right + at, count);
            store_first(out + at, both + d * load_first(column_delta + j, count) * f, count);
        });
    }
}

}  // namespace

extern const CovarianceKernels covariance_kernels;
const CovarianceKernels covariance_kernels = {sums_of<double>, sums_of<float>, center<double>, center<float>,
                                              weigh,           products,       unpack,         merge};

}  // namespace mlmath::MLMATH_LEVEL
