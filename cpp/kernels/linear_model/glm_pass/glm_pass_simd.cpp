// SPDX-License-Identifier: BSD-3-Clause
// glm_pass of one block of rows: scores, losses, gradient, rows scaled for X^T W X. Compiled once per level.
#include "kernels/linear_model/glm_pass/glm_pass_block.hpp"
#include "kernels/linear_model/losses_simd.hpp"
#include "simd/vec.hpp"
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr std::ptrdiff_t max_rows = glm_block_rows;

// Constraint: the first reading of a block waits for memory while the formulas and the later readings leave memory idle.
// Decision: while one block is worked on, the next is asked for, line by line, spread over the scores and the gradient. Running
//   past the end of the data is harmless: a prefetch never faults.
class Ahead {
public:
    Ahead() = default;
    template <class T>
    explicit Ahead(const GlmBlock<T>& block) {
        if (!block.goes_on || block.row_stride < block.columns || block.row_stride > 2 * block.columns) return;
        at_ = reinterpret_cast<const char*>(block.x + block.rows * block.row_stride);
        const std::ptrdiff_t lines = (block.rows * block.row_stride * static_cast<std::ptrdiff_t>(sizeof(T)) + 63) / 64;
        per_row_ = static_cast<int>((lines + 2 * block.rows - 1) / (2 * block.rows));
    }
    MLMATH_INLINE void rows(int count) {
        for (int l = 0; l < count * per_row_; ++l, at_ += 64) __builtin_prefetch(at_, 0, 2);
    }

private:
    const char* at_ = nullptr;
    int per_row_ = 0;
};

// ---- scores: z_i = x_i . w + b ------------------------------------------------------------------------------------------------

// Constraint: an FMA takes 4 cycles, two start per cycle: 8 accumulators. Decision: 8 registers: 8, 4 or 2 rows of 64 bytes.
template <class T, int Rows>
MLMATH_INLINE void scores_of_rows(const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t columns, const T* w, T b, T* z) {
    constexpr int lanes = glm_lanes<T>, registers = 64 / register_bytes;
    vec<T> sum[Rows][registers] = {};
    std::ptrdiff_t j = 0;
    for (; j + lanes <= columns; j += lanes) {
        MLMATH_UNROLL for (int p = 0; p < registers; ++p) {
            const T* at = x + j + p * width<T>;
            const vec<T> wv = load(w + j + p * width<T>);
            MLMATH_UNROLL for (int i = 0; i < Rows; ++i) sum[i][p] = fma(load(at + i * row_stride), wv, sum[i][p]);
        }
    }
    if (j < columns) {
        MLMATH_UNROLL for (int p = 0; p < registers; ++p) {
            const std::ptrdiff_t left = columns - j - p * width<T>, count = left < 0 ? 0 : left < width<T> ? left : width<T>;
            const T* at = x + j + p * width<T>;
            const vec<T> wv = load(w + j + p * width<T>);
            MLMATH_UNROLL for (int i = 0; i < Rows; ++i) sum[i][p] = fma(load_first(at + i * row_stride, count), wv, sum[i][p]);
        }
    }
    if constexpr (Rows == width<T> && registers == 1 && lanes == 8) {
        // Rows become lanes; then the tree of fold_sum, eight rows at a time: the same additions.
        vec<T> v[width<T>];
        MLMATH_UNROLL for (int i = 0; i < Rows; ++i) v[i] = sum[i][0];
        transpose<T>(v);
        const vec<T> total = ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
        store(z, total + broadcast(b));
    } else {
        MLMATH_UNROLL for (int i = 0; i < Rows; ++i) {
            alignas(64) T lane[lanes];
            MLMATH_UNROLL for (int p = 0; p < registers; ++p) store(lane + p * width<T>, sum[i][p]);
            z[i] = fold_sum<lanes>(lane) + b;
        }
    }
}

template <class T>
void scores(const GlmBlock<T>& block, const T* w, T b, T* z, Ahead& ahead) {
    constexpr int group = register_bytes / 8;
    const std::ptrdiff_t stride = block.row_stride, columns = block.columns;
    std::ptrdiff_t i = 0;
    for (; i + group <= block.rows; i += group) {
        ahead.rows(group);
        scores_of_rows<T, group>(block.x + i * stride, stride, columns, w, b, z + i);
    }
    for (; i < block.rows; ++i) scores_of_rows<T, 1>(block.x + i * stride, stride, columns, w, b, z + i);
    for (; i % width<T> != 0; ++i) z[i] = 0;
}

// ---- losses -------------------------------------------------------------------------------------------------------------------

// What a block of rows needs besides its scores; rows behind the end have weight 0.
template <class T>
struct Rows {
    alignas(64) T y[max_rows], weight[max_rows], z[max_rows], loss[max_rows], residual[max_rows], curvature[max_rows];
};

template <LinearLoss Kind, class T>
void losses_of(Rows<T>& of, std::ptrdiff_t rows, T delta) {
    for (std::ptrdiff_t i = 0; i < rows; i += width<T>) {
        const vec<T> s = load(of.weight + i);
        const LossRegisters<T> l = linear_loss<Kind, T>(load(of.y + i), load(of.z + i), delta);
        store(of.loss + i, s * l.loss);
        store(of.residual + i, s * l.derivative);
        store(of.curvature + i, s * l.curvature);
    }
}

template <class T>
void losses(LinearLoss kind, Rows<T>& of, std::ptrdiff_t rows, T delta) {
    switch (kind) {
        case LinearLoss::squared:
            return losses_of<LinearLoss::squared>(of, rows, delta);
        case LinearLoss::logistic:
            return losses_of<LinearLoss::logistic>(of, rows, delta);
        case LinearLoss::poisson:
            return losses_of<LinearLoss::poisson>(of, rows, delta);
        case LinearLoss::huber:
            return losses_of<LinearLoss::huber>(of, rows, delta);
        case LinearLoss::multinomial:
            return;  // multinomial_losses
    }
}

// z: K x max_rows scores, which become s r. Each is read three times, in cache: the maximum, the exponentials, the residuals.
template <class T>
void multinomial_losses(Rows<T>& of, std::ptrdiff_t rows, std::ptrdiff_t outputs, T* z) {
    for (std::ptrdiff_t i = 0; i < rows; i += width<T>) {
        const vec<T> y = load(of.y + i), s = load(of.weight + i);
        vec<T> largest = load(z + i);
        for (std::ptrdiff_t k = 1; k < outputs; ++k) largest = maximum<T>(largest, load(z + k * max_rows + i));
        vec<T> sum{}, own{};  // own: largest - z of the row's class
        for (std::ptrdiff_t k = 0; k < outputs; ++k) {
            const vec<T> below = load(z + k * max_rows + i) - largest;
            own = select<T>(y == broadcast(static_cast<T>(k)), -below, own);
            const vec<T> e = exp(below);
            sum = sum + e;
            store(z + k * max_rows + i, e);
        }
        store(of.loss + i, s * (own + log(sum)));
        const vec<T> inverse = broadcast(T(1)) / sum;
        for (std::ptrdiff_t k = 0; k < outputs; ++k) {
            const vec<T> target = select<T>(y == broadcast(static_cast<T>(k)), broadcast(T(1)), vec<T>{});
            store(z + k * max_rows + i, s * (load(z + k * max_rows + i) * inverse - target));
        }
    }
}

template <class T>
void copy_rows(const T* y, const T* weights, std::ptrdiff_t rows, Rows<T>& of) {
    const std::ptrdiff_t padded = (rows + width<T> - 1) / width<T> * width<T>;
    for (std::ptrdiff_t i = 0; i < rows; ++i) of.y[i] = y[i];
    for (std::ptrdiff_t i = 0; i < rows; ++i) of.weight[i] = weights == nullptr ? T(1) : weights[i];
    for (std::ptrdiff_t i = rows; i < padded; ++i) of.y[i] = of.weight[i] = 0;
}

// ---- sums over the rows -------------------------------------------------------------------------------------------------------

// Eight interleaved sums in double, folded: the same order whatever the register.
template <class T>
double sum_of(const T* value, std::ptrdiff_t rows) {
    double lane[8] = {};
    std::ptrdiff_t i = 0;
    for (; i + 8 <= rows; i += 8) {
        MLMATH_UNROLL for (int l = 0; l < 8; ++l) lane[l] += static_cast<double>(value[i + l]);
    }
    for (int l = 0; i + l < rows; ++l) lane[l] += static_cast<double>(value[i + l]);
    return fold_sum<8>(lane);
}

// gradient_j += sum_i r_i x_ij for Registers registers of columns, the last `last` wide. Each column is one chain over the rows.
template <class T, int Registers>
void gradient_of_columns(const GlmBlock<T>& block, std::ptrdiff_t from, std::ptrdiff_t last, const T* residual, double* gradient,
                         Ahead& ahead) {
    vec<T> sum[Registers] = {};
    const T* row = block.x + from;
    for (std::ptrdiff_t i = 0; i < block.rows; ++i, row += block.row_stride) {
        ahead.rows(1);
        const vec<T> r = broadcast(residual[i]);
        MLMATH_UNROLL for (int p = 0; p + 1 < Registers; ++p) sum[p] = fma(load(row + p * width<T>), r, sum[p]);
        sum[Registers - 1] = fma(load_first(row + (Registers - 1) * width<T>, last), r, sum[Registers - 1]);
    }
    alignas(64) T lane[Registers * width<T>];
    MLMATH_UNROLL for (int p = 0; p < Registers; ++p) store(lane + p * width<T>, sum[p]);
    for (std::ptrdiff_t j = 0; j < (Registers - 1) * width<T> + last; ++j) gradient[from + j] += static_cast<double>(lane[j]);
}

template <class T>
using GradientOfColumns = void (*)(const GlmBlock<T>&, std::ptrdiff_t, std::ptrdiff_t, const T*, double*, Ahead&);

// Constraint: chains over the rows wait 4 cycles for each FMA. Decision: up to 8 registers of columns at a time.
template <class T>
void gradient(const GlmBlock<T>& block, const T* residual, double* result, Ahead& ahead) {
    static constexpr GradientOfColumns<T> of[] = {gradient_of_columns<T, 1>, gradient_of_columns<T, 2>, gradient_of_columns<T, 3>,
                                                  gradient_of_columns<T, 4>, gradient_of_columns<T, 5>, gradient_of_columns<T, 6>,
                                                  gradient_of_columns<T, 7>, gradient_of_columns<T, 8>};
    for (std::ptrdiff_t j = 0; j < block.columns; j += 8 * width<T>) {
        const std::ptrdiff_t left = block.columns - j < 8 * width<T> ? block.columns - j : 8 * width<T>;
        const std::ptrdiff_t registers = (left + width<T> - 1) / width<T>;
        of[registers - 1](block, j, left - (registers - 1) * width<T>, residual, result, ahead);
        ahead = Ahead();
    }
}

// sqrt(s_i h_i) (x_i, 1): the product of these rows with themselves is X^T W X, bordered by the intercept's row. Registers behind
// column d hold zeros.
template <class T>
void scale(const GlmBlock<T>& block, const T* curvature) {
    alignas(64) T root[max_rows];
    for (std::ptrdiff_t i = 0; i < block.rows; i += width<T>) store(root + i, square_root(load(curvature + i)));
    const std::ptrdiff_t d = block.columns, whole = d / width<T> * width<T>;
    for (std::ptrdiff_t i = 0; i < block.rows; ++i) {
        const T* from = block.x + i * block.row_stride;
        T* to = block.scaled + i * block.scaled_stride;
        const vec<T> q = broadcast(root[i]);
        for (std::ptrdiff_t j = 0; j < whole; j += width<T>) store(to + j, q * load(from + j));
        store(to + whole, q * load_first(from + whole, d - whole));
        to[d] = root[i];
    }
}

template <class T>
void glm_of_block(const GlmBlock<T>& block, const GlmBlockSums& sums) {
    Rows<T> of;
    const std::ptrdiff_t rows = block.rows;
    copy_rows(block.y, block.weights, rows, of);
    Ahead ahead(block);
    if (block.loss == LinearLoss::multinomial) {
        T* const z = block.scratch;
        for (std::ptrdiff_t k = 0; k < block.outputs; ++k) {
            Ahead nothing;
            scores(block, block.coef + k * block.coef_stride, block.intercept[k], z + k * max_rows, k == 0 ? ahead : nothing);
            for (std::ptrdiff_t i = 0; block.scores != nullptr && i < rows; ++i)
                block.scores[k * block.scores_stride + i] = z[k * max_rows + i];
        }
        multinomial_losses(of, rows, block.outputs, z);
        *sums.loss += sum_of(of.loss, rows);
        for (std::ptrdiff_t k = 0; k < block.outputs; ++k) {
            sums.residual[k] += sum_of(z + k * max_rows, rows);
            gradient(block, z + k * max_rows, sums.gradient + k * block.columns, ahead);
        }
        return;
    }
    scores(block, block.coef, block.intercept[0], of.z, ahead);
    for (std::ptrdiff_t i = 0; block.scores != nullptr && i < rows; ++i) block.scores[i] = of.z[i];
    losses(block.loss, of, rows, block.delta);
    *sums.loss += sum_of(of.loss, rows);
    *sums.residual += sum_of(of.residual, rows);
    gradient(block, of.residual, sums.gradient, ahead);
    if (block.curvatures == nullptr && block.scaled == nullptr) return;
    *sums.curvature += sum_of(of.curvature, rows);
    if (block.scaled != nullptr) return scale(block, of.curvature);
    for (std::ptrdiff_t i = 0; i < rows; ++i) block.curvatures[i] = of.curvature[i];
}

template <class T>
void losses_on_line(const GlmLine<T>& line, double* loss, double* slope) {
    Rows<T> of;
    *loss = *slope = 0;
    for (std::ptrdiff_t at = 0; at < line.rows; at += max_rows) {
        const std::ptrdiff_t rows = line.rows - at < max_rows ? line.rows - at : max_rows;
        copy_rows(line.y + at, line.weights == nullptr ? nullptr : line.weights + at, rows, of);
        const vec<T> t = broadcast(line.t);
        for (std::ptrdiff_t i = 0; i < rows; i += width<T>) {
            const vec<T> from = load_first(line.from + at + i, rows - i < width<T> ? rows - i : width<T>);
            const vec<T> to = load_first(line.to + at + i, rows - i < width<T> ? rows - i : width<T>);
            store(of.z + i, fma(t, to - from, from));
        }
        losses(line.loss, of, rows, line.delta);
        *loss += sum_of(of.loss, rows);
        for (std::ptrdiff_t i = 0; i < rows; ++i) of.residual[i] *= line.to[at + i] - line.from[at + i];
        *slope += sum_of(of.residual, rows);
    }
}

}  // namespace

extern const GlmKernels glm_kernels;
const GlmKernels glm_kernels = {glm_of_block<double>, glm_of_block<float>, losses_on_line<double>, losses_on_line<float>};

}  // namespace mlmath::MLMATH_LEVEL
