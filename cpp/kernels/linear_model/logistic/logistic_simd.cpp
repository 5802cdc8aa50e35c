// SPDX-License-Identifier: BSD-3-Clause
// logistic of one block of rows: scores, losses and residuals, gradient. Compiled once per level.
#include "kernels/linear_model/logistic/logistic_block.hpp"
#include "simd/math.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr std::ptrdiff_t max_rows = logistic_block_rows;

// Constraint: the first reading of a block waits for memory while the formulas and the second reading leave memory idle.
// Arithmetic: a block takes about as long to compute as to fetch.
// Decision: while one block is worked on, the next is asked for, line by line, spread over both readings. Running past the end of
//   the data is harmless: a prefetch never faults.
class Ahead {
public:
    Ahead() = default;
    template <class T>
    explicit Ahead(const LogisticBlock<T>& block) {
        if (block.row_stride < block.columns || block.row_stride > 2 * block.columns) return;
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
    constexpr int lanes = logistic_lanes<T>, registers = 64 / register_bytes;
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
    MLMATH_UNROLL for (int i = 0; i < Rows; ++i) {
        alignas(64) T lane[lanes];
        MLMATH_UNROLL for (int p = 0; p < registers; ++p) store(lane + p * width<T>, sum[i][p]);
        z[i] = fold_sum<lanes>(lane) + b;
    }
}

template <class T>
void scores(const LogisticBlock<T>& block, const T* w, T b, T* z, Ahead& ahead) {
    constexpr int group = register_bytes / 8;
    std::ptrdiff_t i = 0;
    for (; i + group <= block.rows; i += group) {
        ahead.rows(group);
        scores_of_rows<T, group>(block.x + i * block.row_stride, block.row_stride, block.columns, w, b, z + i);
    }
    for (; i < block.rows; ++i) scores_of_rows<T, 1>(block.x + i * block.row_stride, block.row_stride, block.columns, w, b, z + i);
    for (; i % width<T> != 0; ++i) z[i] = 0;
}

// ---- losses and residuals -----------------------------------------------------------------------------------------------------

// log(1 + exp t) and its derivative, from one exponential of -|t|: nothing overflows and nothing cancels.
template <class T>
MLMATH_INLINE void softplus_and_sigmoid(vec<T> t, vec<T>& value, vec<T>& derivative) {
    using Int = typename Lane<T>::sint;
    const mask<T> positive = bits_as<Int>(t) >= vec<Int>{};  // of the bits: a NaN raises nothing
    const vec<T> e = exp(-absolute(t));
    value = select<T>(positive, t, vec<T>{}) + log1p(e);
    derivative = select<T>(positive, broadcast(T(1)), e) / (e + T(1));
}

// z becomes the weighted residuals, loss the weighted losses; rows behind the end have weight 0.
template <class T>
void binary_losses(const T* label, const T* weight, std::ptrdiff_t rows, T* z, T* loss) {
    for (std::ptrdiff_t i = 0; i < rows; i += width<T>) {
        const vec<T> y = load(label + i), sign = broadcast(T(1)) - (y + y);  // label 1: log(1 + exp(-z)), so both signs turn
        const vec<T> s = load(weight + i);
        vec<T> value, derivative;
        softplus_and_sigmoid<T>(sign * load(z + i), value, derivative);
        store(loss + i, s * value);
        store(z + i, s * (sign * derivative));
    }
}

// The same for K >= 2 classes; z is K x max_rows.
template <class T>
void softmax_losses(const T* label, const T* weight, std::ptrdiff_t rows, std::ptrdiff_t outputs, T* z, T* loss) {
    for (std::ptrdiff_t i = 0; i < rows; i += width<T>) {
        const vec<T> y = load(label + i), s = load(weight + i);
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
        store(loss + i, s * (own + log(sum)));
        const vec<T> scale = broadcast(T(1)) / sum;
        for (std::ptrdiff_t k = 0; k < outputs; ++k) {
            const vec<T> target = select<T>(y == broadcast(static_cast<T>(k)), broadcast(T(1)), vec<T>{});
            store(z + k * max_rows + i, s * (load(z + k * max_rows + i) * scale - target));
        }
    }
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
void gradient_of_columns(const LogisticBlock<T>& block, const T* x, std::ptrdiff_t last, const T* residual, double* gradient,
                         Ahead& ahead) {
    vec<T> sum[Registers] = {};
    const std::ptrdiff_t rows = block.rows, row_stride = block.row_stride;
    for (std::ptrdiff_t i = 0; i < rows; ++i) {
        const T* row = x + i * row_stride;
        ahead.rows(1);
        const vec<T> r = broadcast(residual[i]);
        MLMATH_UNROLL for (int p = 0; p + 1 < Registers; ++p) sum[p] = fma(load(row + p * width<T>), r, sum[p]);
        sum[Registers - 1] = fma(load_first(row + (Registers - 1) * width<T>, last), r, sum[Registers - 1]);
    }
    alignas(64) T lane[Registers * width<T>];
    MLMATH_UNROLL for (int p = 0; p < Registers; ++p) store(lane + p * width<T>, sum[p]);
    for (std::ptrdiff_t j = 0; j < (Registers - 1) * width<T> + last; ++j) gradient[j] += static_cast<double>(lane[j]);
}

template <class T>
using GradientOfColumns = void (*)(const LogisticBlock<T>&, const T*, std::ptrdiff_t, const T*, double*, Ahead&);

// Constraint: chains over the rows wait 4 cycles for each FMA. Decision: up to 8 registers of columns at a time.
template <class T>
void gradient(const LogisticBlock<T>& block, const T* residual, double* result, Ahead& ahead) {
    static constexpr GradientOfColumns<T> of[] = {gradient_of_columns<T, 1>, gradient_of_columns<T, 2>, gradient_of_columns<T, 3>,
                                                  gradient_of_columns<T, 4>, gradient_of_columns<T, 5>, gradient_of_columns<T, 6>,
                                                  gradient_of_columns<T, 7>, gradient_of_columns<T, 8>};
    for (std::ptrdiff_t j = 0; j < block.columns; j += 8 * width<T>) {
        const std::ptrdiff_t left = block.columns - j < 8 * width<T> ? block.columns - j : 8 * width<T>;
        const std::ptrdiff_t registers = (left + width<T> - 1) / width<T>;
        of[registers - 1](block, block.x + j, left - (registers - 1) * width<T>, residual, result + j, ahead);
        ahead = Ahead();
    }
}

template <class T>
void logistic_of_block(const LogisticBlock<T>& block, const LogisticSums& sums) {
    alignas(64) T label[max_rows], weight[max_rows], loss[max_rows];
    const std::ptrdiff_t rows = block.rows, padded = (rows + width<T> - 1) / width<T> * width<T>;
    for (std::ptrdiff_t i = 0; i < rows; ++i) label[i] = static_cast<T>(block.labels[i]);
    for (std::ptrdiff_t i = 0; i < rows; ++i) weight[i] = block.weights == nullptr ? T(1) : block.weights[i];
    for (std::ptrdiff_t i = rows; i < padded; ++i) label[i] = weight[i] = 0;
    T* z = block.scratch;
    Ahead ahead(block);
    for (std::ptrdiff_t k = 0; k < block.outputs; ++k) {
        Ahead nothing;
        scores(block, block.coef + k * block.coef_stride, block.intercept[k], z + k * max_rows, k == 0 ? ahead : nothing);
    }
    if (block.outputs == 1)
        binary_losses(label, weight, rows, z, loss);
    else
        softmax_losses(label, weight, rows, block.outputs, z, loss);
    *sums.loss += sum_of(loss, rows);
    *sums.weight += sum_of(weight, rows);
    for (std::ptrdiff_t k = 0; k < block.outputs; ++k) {
        sums.intercept[k] += sum_of(z + k * max_rows, rows);
        gradient(block, z + k * max_rows, sums.coef + k * block.columns, ahead);
    }
}

}  // namespace

extern const LogisticKernels logistic_kernels;
const LogisticKernels logistic_kernels = {logistic_of_block<double>, logistic_of_block<float>};

}  // namespace mlmath::MLMATH_LEVEL
