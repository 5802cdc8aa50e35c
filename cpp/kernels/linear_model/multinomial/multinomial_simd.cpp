// SPDX-License-Identifier: BSD-3-Clause
// multinomial: one block of rows: scores, probabilities, loss, gradient, curvature; and the small solves. Compiled once per level.
#include "kernels/linear_model/multinomial/multinomial_block.hpp"
#include "simd/math.hpp"
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

using Numbers = vec_f64;
constexpr int W = width<double>;
constexpr int registers_of_8 = 8 / W;  // sums over rows run in 8 lanes on every level

// ---- scores: z_k = sum_j w_kj x_j ---------------------------------------------------------------------------------------------

// Constraint: an FMA takes 4 cycles, two start per cycle; each reads a broadcast coefficient or a register of rows.
// Arithmetic: C classes x V registers are C V FMAs for C + V loads. Decision: up to 8 classes, C V <= 24 of the 32 registers (12 of
// 16).
constexpr int score_registers = register_bytes == 64 ? 24 : 12;
template <int C>
constexpr int rows_of = score_registers / C > 6   ? 6
                        : score_registers / C < 1 ? 1
                                                  : score_registers / C;

template <int C, int V>
MLMATH_INLINE void scores_tile(const MultinomialBlock& b, const double* theta, const double* x, double* z) {
    Numbers sum[C][V] = {};
    for (std::ptrdiff_t j = 0; j < b.columns; ++j) {
        Numbers row[V];
        MLMATH_UNROLL for (int v = 0; v < V; ++v) row[v] = load(x + j * b.stride + v * W);
        MLMATH_UNROLL for (int c = 0; c < C; ++c) {
            const Numbers w = broadcast(theta[c * b.row_stride + j]);
            MLMATH_UNROLL for (int v = 0; v < V; ++v) sum[c][v] = fma(w, row[v], sum[c][v]);
        }
    }
    MLMATH_UNROLL for (int c = 0; c < C; ++c) {
        MLMATH_UNROLL for (int v = 0; v < V; ++v) store(z + c * b.stride + v * W, sum[c][v]);
    }
}

template <int C>
void scores_of_classes(const MultinomialBlock& b, std::ptrdiff_t k) {
    constexpr int V = rows_of<C>;
    std::ptrdiff_t i = 0;
    for (; i + V * W <= b.stride; i += V * W)
        scores_tile<C, V>(b, b.theta + k * b.row_stride, b.x + i, b.probability + k * b.stride + i);
    for (; i < b.stride; i += W) scores_tile<C, 1>(b, b.theta + k * b.row_stride, b.x + i, b.probability + k * b.stride + i);
}

void scores(const MultinomialBlock& b) {
    using Of = void (*)(const MultinomialBlock&, std::ptrdiff_t);
    static constexpr Of of[8] = {scores_of_classes<1>, scores_of_classes<2>, scores_of_classes<3>, scores_of_classes<4>,
                                 scores_of_classes<5>, scores_of_classes<6>, scores_of_classes<7>, scores_of_classes<8>};
    const std::ptrdiff_t groups = (b.classes + 7) / 8;  // of nearly equal size
    for (std::ptrdiff_t g = 0; g < groups; ++g) {
        const std::ptrdiff_t first = g * b.classes / groups, last = (g + 1) * b.classes / groups;
        of[last - first - 1](b, first);
    }
}

// ---- probabilities, residuals, loss ---------------------------------------------------------------------------------------------

void softmax(const MultinomialBlock& b, double* loss, double* shortfall) {
    constexpr double lowest = -1.7976931348623157e308;
    alignas(64) double losses[8] = {}, worst[8];
    for (double& w : worst) w = lowest;
    for (std::ptrdiff_t i = 0; i < b.stride; i += W) {
        double* z = b.probability + i;
        double* r = b.residual + i;
        const Numbers y = load(b.label + i), s = load(b.weight + i);
        Numbers largest = load(z), own{}, other = broadcast(lowest), sum{};
        for (std::ptrdiff_t k = 1; k < b.classes; ++k) largest = maximum<double>(largest, load(z + k * b.stride));
        for (std::ptrdiff_t k = 0; k < b.classes; ++k) {
            const mask<double> here = y == broadcast(static_cast<double>(k));
            const Numbers below = load(z + k * b.stride) - largest, e = exp(below);
            own = select<double>(here, below, own);
            other = select<double>(here, other, maximum<double>(below, other));
            sum = sum + e;
            store(z + k * b.stride, e);
        }
        double* at = losses + i % 8;
        store(at, fma(s, log(sum) - own, load(at)));
        double* worst_at = worst + i % 8;
        store(worst_at, maximum<double>(select<double>(s > Numbers{}, other - own, broadcast(lowest)), load(worst_at)));
        const Numbers scale = broadcast(1.0) / sum;
        for (std::ptrdiff_t k = 0; k < b.classes; ++k) {
            const mask<double> here = y == broadcast(static_cast<double>(k));
            const Numbers p = load(z + k * b.stride) * scale;
            store(z + k * b.stride, p);
            store(r + k * b.stride, s * (p - select<double>(here, broadcast(1.0), Numbers{})));
        }
    }
    *loss += fold_sum<8>(losses);
    for (double w : worst) *shortfall = w > *shortfall ? w : *shortfall;
}

// ---- sums over rows: out_aj += sum_i a_i x_ij -----------------------------------------------------------------------------------

// Constraint: as for the scores, but both factors are registers of rows, and the sums stay apart by lane until the end of the
// block. Arithmetic: A x J sums are A J FMAs for A + J loads; folding J = W sums at once by a transpose costs about 4 instructions
// a sum. Decision: 3 x 8 of 32 registers; 1 x 4 (1 x 2) sums of two (four) registers below AVX-512.
constexpr int most_a = register_bytes == 64 ? 3 : 1, most_j = W;

template <int A, int J>
void products_tile(const double* a, const double* x, std::ptrdiff_t stride, double* out, std::ptrdiff_t row_stride) {
    Numbers sum[A][J][registers_of_8] = {};
    for (std::ptrdiff_t i = 0; i < stride; i += 8) {
        MLMATH_UNROLL for (int r = 0; r < registers_of_8; ++r) {
            Numbers left[A];
            MLMATH_UNROLL for (int c = 0; c < A; ++c) left[c] = load(a + c * stride + i + r * W);
            MLMATH_UNROLL for (int j = 0; j < J; ++j) {
                const Numbers column = load(x + j * stride + i + r * W);
                MLMATH_UNROLL for (int c = 0; c < A; ++c) sum[c][j][r] = fma(left[c], column, sum[c][j][r]);
            }
        }
    }
    MLMATH_UNROLL for (int c = 0; c < A; ++c) {
        Numbers t[W] = {};
        MLMATH_UNROLL for (int j = 0; j < J; ++j) {  // lanes l and l + 4, then l + 2
            if constexpr (registers_of_8 == 1) t[j] = sum[c][j][0];
            if constexpr (registers_of_8 == 2) t[j] = sum[c][j][0] + sum[c][j][1];
            if constexpr (registers_of_8 == 4) t[j] = (sum[c][j][0] + sum[c][j][2]) + (sum[c][j][1] + sum[c][j][3]);
        }
        transpose<double>(t);
        Numbers total;
        if constexpr (W == 8) total = ((t[0] + t[4]) + (t[2] + t[6])) + ((t[1] + t[5]) + (t[3] + t[7]));
        if constexpr (W == 4) total = (t[0] + t[2]) + (t[1] + t[3]);
        if constexpr (W == 2) total = t[0] + t[1];
        double* at = out + c * row_stride;
        store_first(at, load_first(at, J) + total, J);
    }
}

template <int A, int... J>
struct ProductTiles {
    using Of = void (*)(const double*, const double*, std::ptrdiff_t, double*, std::ptrdiff_t);
    static constexpr Of of[] = {products_tile<A, J>...};
};
template <int A>
MLMATH_INLINE void products_of(const double* a, const double* x, std::ptrdiff_t stride, std::ptrdiff_t columns, double* out,
                               std::ptrdiff_t row_stride) {
    if constexpr (W == 8) ProductTiles<A, 1, 2, 3, 4, 5, 6, 7, 8>::of[columns - 1](a, x, stride, out, row_stride);
    if constexpr (W == 4) ProductTiles<A, 1, 2, 3, 4>::of[columns - 1](a, x, stride, out, row_stride);
    if constexpr (W == 2) ProductTiles<A, 1, 2>::of[columns - 1](a, x, stride, out, row_stride);
}

// For up to most_a rows `a` of length stride, and columns first .. of x.
void products(const double* a, std::ptrdiff_t count, const MultinomialBlock& b, std::ptrdiff_t first, std::ptrdiff_t last,
              double* out, std::ptrdiff_t row_stride) {
    for (std::ptrdiff_t j = first; j < last; j += most_j) {
        const std::ptrdiff_t columns = last - j < most_j ? last - j : most_j;
        const double* x = b.x + j * b.stride;
        if constexpr (most_a == 3) {
            if (count == 3) products_of<3>(a, x, b.stride, columns, out + j, row_stride);
            if (count == 2) products_of<2>(a, x, b.stride, columns, out + j, row_stride);
        }
        if (count == 1) products_of<1>(a, x, b.stride, columns, out + j, row_stride);
    }
}

// A tile of columns stays in L1 for all classes.
void gradient(const MultinomialBlock& b, double* out) {
    for (std::ptrdiff_t j = 0; j < b.columns; j += most_j) {
        const std::ptrdiff_t last = j + most_j < b.columns ? j + most_j : b.columns;
        for (std::ptrdiff_t k = 0; k < b.classes; k += most_a)
            products(b.residual + k * b.stride, b.classes - k < most_a ? b.classes - k : most_a, b, j, last, out + k * b.row_stride,
                     b.row_stride);
    }
}

// ---- curvature: X^T diag(c) X with c = s p_k ([k = l] - p_l) ------------------------------------------------------------------

void curvature_weights(const MultinomialBlock& b, std::ptrdiff_t k, std::ptrdiff_t l, double* c) {
    for (std::ptrdiff_t i = 0; i < b.stride; i += W) {
        const Numbers p = load(b.probability + k * b.stride + i), q = load(b.probability + l * b.stride + i);
        store(c + i, load(b.weight + i) * p * (k == l ? broadcast(1.0) - q : -q));
    }
}

// Columns a, a + 1, ... times c, against the columns from a on (k = l: the upper triangle) or all of them.
void curvature_block(const MultinomialBlock& b, std::ptrdiff_t k, std::ptrdiff_t l, double* out, std::ptrdiff_t row_stride) {
    double *c = b.scaled, *columns = c + b.stride;
    curvature_weights(b, k, l, c);
    for (std::ptrdiff_t a = 0; a < b.columns; a += most_a) {
        const std::ptrdiff_t count = b.columns - a < most_a ? b.columns - a : most_a;
        for (std::ptrdiff_t m = 0; m < count; ++m)
            for (std::ptrdiff_t i = 0; i < b.stride; i += W)
                store(columns + m * b.stride + i, load(c + i) * load(b.x + (a + m) * b.stride + i));
        products(columns, count, b, k == l ? a : 0, b.columns, out + a * row_stride, row_stride);
    }
}

void diagonal(const MultinomialBlock& b, std::ptrdiff_t k, double* out) {
    curvature_weights(b, k, k, b.scaled);
    for (std::ptrdiff_t j = 0; j < b.columns; ++j) {
        const double* x = b.x + j * b.stride;
        for (std::ptrdiff_t i = 0; i < b.stride; i += W) store(b.scaled + b.stride + i, load(x + i) * load(b.scaled + i));
        products(b.scaled + b.stride, 1, b, j, j + 1, out, b.row_stride);
    }
}

void block(const MultinomialBlock& b, const MultinomialSums& sums) {
    scores(b);
    softmax(b, sums.loss, sums.shortfall);
    gradient(b, sums.gradient);
    if (sums.curvature == MultinomialCurvature::none) return;
    for (std::ptrdiff_t k = 0; k < b.classes; ++k) {
        if (sums.curvature == MultinomialCurvature::diagonal)
            diagonal(b, k, sums.hessian + k * b.row_stride);
        else if (sums.curvature == MultinomialCurvature::blocks)
            curvature_block(b, k, k, sums.hessian + k * b.columns * b.row_stride, b.row_stride);
        else
            for (std::ptrdiff_t l = k; l < b.classes; ++l)
                curvature_block(b, k, l, sums.hessian + k * b.columns * sums.full_stride + l * b.columns, sums.full_stride);
    }
}

// ---- small solves, by rows of the upper factor
// ------------------------------------------------------------------------------------

double dot(const double* x, const double* y, std::ptrdiff_t n) {
    Numbers sum[registers_of_8] = {};
    std::ptrdiff_t i = 0;
    for (; i + 8 <= n; i += 8) {
        MLMATH_UNROLL for (int r = 0; r < registers_of_8; ++r) sum[r] = fma(load(x + i + r * W), load(y + i + r * W), sum[r]);
    }
    alignas(64) double lane[8];
    MLMATH_UNROLL for (int r = 0; r < registers_of_8; ++r) store(lane + r * W, sum[r]);
    for (; i < n; ++i) lane[i % 8] = fma(x[i], y[i], lane[i % 8]);
    return fold_sum<8>(lane);
}

void axpy(double a, const double* x, double* y, std::ptrdiff_t n) {
    const Numbers factor = broadcast(a);
    std::ptrdiff_t i = 0;
    for (; i + W <= n; i += W) store(y + i, fma(factor, load(x + i), load(y + i)));
    for (; i < n; ++i) y[i] = fma(a, x[i], y[i]);
}

void cholesky(double* a, std::ptrdiff_t n, std::ptrdiff_t stride) {
    const double negligible = static_cast<double>(n) * 0x1p-49;  // 8 n eps of the diagonal before elimination
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        // Row j minus the combination of the rows above, four at a time: the row is loaded and stored once for four FMAs.
        double* row = a + j * stride;
        const double whole = row[j];
        std::ptrdiff_t m = 0;
        for (; m + 4 <= j; m += 4) {
            const double* r = a + m * stride;
            const Numbers f0 = broadcast(r[j]), f1 = broadcast(r[stride + j]), f2 = broadcast(r[2 * stride + j]),
                          f3 = broadcast(r[3 * stride + j]);
            std::ptrdiff_t i = j;
            for (; i + W <= n; i += W) {
                Numbers sum = fnma(f0, load(r + i), load(row + i));
                sum = fnma(f1, load(r + stride + i), sum);
                sum = fnma(f2, load(r + 2 * stride + i), sum);
                store(row + i, fnma(f3, load(r + 3 * stride + i), sum));
            }
            for (; i < n; ++i)
                for (int q = 0; q < 4; ++q) row[i] = fnma(r[q * stride + j], r[q * stride + i], row[i]);
        }
        for (; m < j; ++m) axpy(-a[m * stride + j], a + m * stride + j, row + j, n - j);
        const double pivot = row[j];
        const double inverse = pivot > negligible * whole ? 1 / __builtin_sqrt(pivot) : 0;
        for (std::ptrdiff_t i = j + 1; i < n; ++i) row[i] *= inverse;
        row[j] = inverse;
    }
}

void solve(const double* r, std::ptrdiff_t n, std::ptrdiff_t stride, double* v) {
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        const double* row = r + j * stride;
        v[j] *= row[j];
        axpy(-v[j], row + j + 1, v + j + 1, n - j - 1);
    }
    for (std::ptrdiff_t j = n - 1; j >= 0; --j) {
        const double* row = r + j * stride;
        v[j] = (v[j] - dot(row + j + 1, v + j + 1, n - j - 1)) * row[j];
    }
}

}  // namespace

extern const MultinomialKernels multinomial_kernels;
const MultinomialKernels multinomial_kernels = {block, cholesky, solve, dot, axpy};

}  // namespace mlmath::MLMATH_LEVEL
