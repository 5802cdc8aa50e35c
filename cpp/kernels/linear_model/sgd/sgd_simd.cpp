// SPDX-License-Identifier: BSD-3-Clause
// sgd of a run of rows: scores, steps, additions to the weights. Compiled once per level.
#include "kernels/linear_model/sgd/sgd_block.hpp"
#include "kernels/linear_model/sgd/sgd_slopes.hpp"
#include "kernels/linear_model/sgd/sgd_weights.hpp"
#include "simd/math.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// ---- weights ------------------------------------------------------------------------------------------------------------------

// Numbers go in by value: a state whose address is taken would be written and read again at every row.
template <class T>
__attribute__((noinline)) void settle_weights(T* w, T* average, std::ptrdiff_t columns, double scale, double a, double b) {
    for (std::ptrdiff_t j = 0; j < columns && average != nullptr; ++j) {
        const T sum = static_cast<T>(average[j] + static_cast<T>(a) * w[j]);
        average[j] = static_cast<T>(static_cast<T>(1 / b) * sum);
    }
    for (std::ptrdiff_t j = 0; j < columns; ++j) w[j] *= static_cast<T>(scale);
}

template <class T>
MLMATH_INLINE void settle_state(SgdState<T>& s, std::ptrdiff_t columns) {
    settle_weights(s.w, s.average, columns, s.scale, s.average_a, s.average_b);
    if (s.average != nullptr) s.average_a = 0, s.average_b = 1;
    s.scale = 1;
}

template <class T>
void settle(SgdState<T>& s, std::ptrdiff_t columns) {
    settle_state(s, columns);
}

template <class T>
MLMATH_INLINE void add_to_average(SgdState<T>& s, const T* x, double update, std::ptrdiff_t columns, double first) {
    const double number = static_cast<double>(static_cast<T>(s.t - first + 1)), mu = 1 / number;
    if (update != 0)
        add_row_in_doubles(x, s.average_a * (-static_cast<double>(static_cast<T>(update)) / s.scale), s.average, columns);
    if (number > 1) s.average_b /= 1 - mu;
    s.average_a += mu * s.average_b * s.scale;
    s.average_intercept += (s.intercept - s.average_intercept) / (s.t - first + 1);
}

// The cumulative penalty [Tsuruoka2009, fig. 2]: each weight is moved towards zero, not across it, by what it still owes of u.
template <class T>
void penalize(T* w, T* penalty, std::ptrdiff_t columns, double total, double scale_of_weights) {
    const vec_f64 u = broadcast(total), scale = broadcast(scale_of_weights), inverse = broadcast(1 / scale_of_weights), zero{};
    for (std::ptrdiff_t j = 0; j < columns; j += W) {
        const vec_f64 z = load_as_f64(w + j), q = load_as_f64(penalty + j);
        const vec_f64 down = rounded<T>(maximum<double>(fnma(u + q, inverse, z), zero));
        const vec_f64 up = rounded<T>(minimum<double>(fma(u - q, inverse, z), zero));
        const vec_f64 v = select<double>(z > zero, down, select<double>(z < zero, up, z));
        store_as(w + j, v);
        store_as(penalty + j, fma(scale, v - z, q));
    }
}

// ---- rows ---------------------------------------------------------------------------------------------------------------------

// eta and the factor of the weights, for t, t + 1, ...
void steps_of(const SgdOptions& o, double optimal_start, double t, double eta, std::ptrdiff_t count, double* step, double* factor) {
    for (std::ptrdiff_t i = 0; i < count; i += W) {
        const vec_f64 now = broadcast(t + static_cast<double>(i)) + iota<double>();
        vec_f64 e = broadcast(eta);
        if (o.rate == SgdRate::optimal) e = 1.0 / (o.alpha * (optimal_start + now - 1.0));
        if (o.rate == SgdRate::inverse_scaling) e = o.eta0 / pow(now, broadcast(o.power));
        store(step + i, e);
        store(factor + i, maximum<double>(1.0 - e * o.l2, vec_f64{}));
    }
}

template <class T>
struct Rows {
    alignas(64) double y[sgd_block_rows], p[sgd_block_rows], step[sgd_block_rows], factor[sgd_block_rows], gain[sgd_block_rows];
    const T *x[sgd_block_rows], *ahead[sgd_block_rows];
};

// Everything that is read in the epoch's order except X, of which the places are noted. gain: -step times the row's weight; of the
// passive-aggressive rates, whose steps depend on the score, the weight.
template <class T>
void gather(const SgdProblem<T>& problem, const std::int32_t* order, std::ptrdiff_t count, std::ptrdiff_t known,
            std::ptrdiff_t ahead, Rows<T>& rows) {
    const MatrixView<const T> x = problem.data.x;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        rows.x[i] = x.data + order[i] * x.row_stride;
        rows.ahead[i] = x.data + order[i + ahead < known ? i + ahead : known - 1] * x.row_stride;
    }
    const SgdData<T>& data = problem.data;
    const double other = problem.options.loss == SgdLoss::log ? 0 : -1;
    for (std::ptrdiff_t i = 0; i < count; ++i)
        rows.y[i] = data.targets != nullptr                      ? static_cast<double>(data.targets[order[i]])
                    : data.classes[order[i]] == problem.positive ? 1
                                                                 : other;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const T weight = rows.y[i] > 0 ? problem.positive_weight : problem.negative_weight;
        rows.gain[i] = (sgd_is_passive(problem.options.rate) ? 1 : -rows.step[i]) *
                       static_cast<double>(data.weights == nullptr ? weight : static_cast<T>(weight * data.weights[order[i]]));
    }
    for (std::ptrdiff_t k = count; k < sgd_block_rows && k < count + W; ++k) rows.y[k] = rows.p[k] = 0;
}

// The number that a row is multiplied by before it is added to the unscaled weights. By the inverse of the scale, which is known
// before the update is; floats by a division, as scikit-learn rounds.
MLMATH_INLINE double unscaled(double update, double scale, double) { return update * (1 / scale); }
MLMATH_INLINE float unscaled(double update, double scale, float) { return static_cast<float>(update) / static_cast<float>(scale); }

// No L1, no averages.
template <class T, class Weights>
void work(const SgdProblem<T>& problem, SgdState<T>& state, const std::int32_t* order, std::ptrdiff_t count, std::ptrdiff_t known,
          Weights w) {
    Rows<T> rows;
    const SgdOptions& o = problem.options;
    steps_of(o, problem.optimal_start, state.t, state.eta, count, rows.step, rows.factor);
    const std::ptrdiff_t columns = problem.data.x.columns;
    const Ahead ahead(columns * static_cast<std::ptrdiff_t>(sizeof(T)));
    gather(problem, order, count, known, ahead.rows, rows);
    const bool shrinks = o.l2 != 0, watch = problem.watch, intercept_too = o.intercept;
    const SgdLoss loss = o.loss;
    double scale = state.scale, squares = state.squares, intercept = state.intercept, penalties = 0;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        w.ask_for(rows.ahead[i]);
        const T* x = rows.x[i];
        const double y = rows.y[i];
        const double p = static_cast<double>(static_cast<T>(w.product(x) * scale)) + intercept;
        rows.p[i] = p;
        if (watch) {
            const T norm = static_cast<T>(__builtin_sqrt(squares));
            penalties += 0.5 * o.l2 * static_cast<double>(norm * norm);
        }
        if (shrinks) {
            const double f = static_cast<double>(static_cast<T>(rows.factor[i]));
            scale *= f;
            squares *= f * f;
            if (scale < sgd_least_scale<T>) [[unlikely]]
                w.multiply(scale), scale = 1;
        }
        const double update = update_of(loss, o.threshold, rows.gain[i], y, p);
        if (update != 0) {
            const T c = unscaled(update, scale, T{});
            if (watch) {
                w.add(x, c, squares);
                squares *= scale * scale;
            } else {
                w.add(x, c);
            }
            if (intercept_too) intercept += update;
        }
    }
    w.put_back();
    state.scale = scale, state.squares = squares, state.intercept = intercept;
    state.t += static_cast<double>(count);
    state.eta = rows.step[count - 1];
    state.penalties += penalties;
    if (watch) state.losses += losses_of(o.loss, o.threshold, rows.y, rows.p, count);
}

template <class T>
MLMATH_INLINE double squared_norm(const T* x, std::ptrdiff_t columns) {
    vec_f64 sum[registers] = {};
    over_columns(columns, [&](std::ptrdiff_t, int r, auto read)
                              __attribute__((always_inline)) { sum[r] = fma(widened(read(x)), widened(read(x)), sum[r]); });
    return sum_of_lanes(sum);
}

// The passive-aggressive step, in the direction that lowers the loss.
MLMATH_INLINE double passive_update(const SgdOptions& o, double norm, double y, double p) {
    const double r = p > y ? p - y : y - p, excess = o.loss == SgdLoss::hinge ? o.threshold - y * p : r - o.threshold;
    const double loss = excess > 0 ? excess : 0;
    double step = loss / (norm + 0.5 / o.eta0);
    if (o.rate == SgdRate::passive_aggressive_1) step = loss / norm < o.eta0 ? loss / norm : o.eta0;
    return o.loss == SgdLoss::hinge ? step * y : y - p < 0 ? -step : step;
}

// The same with everything: L1, averages, passive-aggressive steps.
template <class T>
void work_with_all(const SgdProblem<T>& problem, SgdState<T>& state, const std::int32_t* order, std::ptrdiff_t count,
                   std::ptrdiff_t known) {
    Rows<T> rows;
    const SgdOptions& o = problem.options;
    steps_of(o, problem.optimal_start, state.t, state.eta, count, rows.step, rows.factor);
    const std::ptrdiff_t columns = problem.data.x.columns;
    const Ahead ahead(columns * static_cast<std::ptrdiff_t>(sizeof(T)));
    gather(problem, order, count, known, ahead.rows, rows);
    const bool passive = sgd_is_passive(o.rate);
    SgdState<T> s = state;  // in registers
    double penalties = 0;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        ask_for_bytes(rows.ahead[i], ahead.bytes);
        const T* x = rows.x[i];
        const double y = rows.y[i];
        const double p = static_cast<double>(static_cast<T>(score(x, s.w, columns) * s.scale)) + s.intercept;
        rows.p[i] = p;
        if (problem.watch && !passive) {
            const T norm = static_cast<T>(__builtin_sqrt(s.squares));
            penalties += 0.5 * o.l2 * static_cast<double>(norm * norm);
            penalties += o.l1 * static_cast<double>(static_cast<T>(s.magnitudes));
        }
        const double norm = passive ? squared_norm(x, columns) : 1;
        if (norm == 0 && o.rate == SgdRate::passive_aggressive_1) continue;  // no update
        if (o.l2 != 0) {
            const double f = static_cast<double>(static_cast<T>(rows.factor[i]));
            s.scale *= f;
            s.squares *= f * f;
            s.magnitudes *= f;
            if (s.scale < sgd_least_scale<T>) [[unlikely]]
                settle_state(s, columns);
        }
        const double update =
            passive ? rows.gain[i] * passive_update(o, norm, y, p) : update_of(o.loss, o.threshold, rows.gain[i], y, p);
        if (update != 0) {
            add_row<true, true>(x, unscaled(update, s.scale, T{}), s.w, columns, s.squares, s.magnitudes);
            s.squares *= s.scale * s.scale;
            s.magnitudes *= s.scale;
            if (o.intercept) s.intercept += update;
        }
        if (o.average > 0 && static_cast<double>(o.average) <= s.t)
            add_to_average(s, x, update, columns, static_cast<double>(o.average));
        if (o.l1 != 0) {
            s.l1_total += rows.step[i] * o.l1;
            penalize(s.w, s.penalty, columns, s.l1_total, s.scale);
        }
        s.t += 1;
    }
    s.eta = rows.step[count - 1];
    s.penalties += penalties;
    if (problem.watch) s.losses += losses_of(o.loss, o.threshold, rows.y, rows.p, count);
    state = s;
}

template <class T, int Count>
void run_of_size(const SgdProblem<T>& problem, SgdState<T>& state, const std::int32_t* order, std::ptrdiff_t count,
                 std::ptrdiff_t known) {
    const std::ptrdiff_t columns = problem.data.x.columns;
    if constexpr (Count > most_kept) {
        work(problem, state, order, count, known, MemoryWeights<T>{state.w, columns});
    } else {
        if (columns > Count * W) return run_of_size<T, Count + 1>(problem, state, order, count, known);
        work(problem, state, order, count, known, RegisterWeights<T, Count>(state.w, columns));
    }
}

template <class T>
void run(const SgdProblem<T>& problem, SgdState<T>& state, const std::int32_t* order, std::ptrdiff_t count, std::ptrdiff_t known) {
    const SgdOptions& o = problem.options;
    (o.l1 == 0 && o.average == 0 && !sgd_is_passive(o.rate) ? run_of_size<T, 1> : work_with_all<T>)(problem, state, order, count,
                                                                                                    known);
}

template <class T>
void scores(const SgdData<T>& data, const T* w, const std::int32_t* order, std::ptrdiff_t count, double* p) {
    for (std::ptrdiff_t i = 0; i < count; ++i) p[i] = score(data.x.data + order[i] * data.x.row_stride, w, data.x.columns);
}

}  // namespace

extern const SgdKernels sgd_kernels;
const SgdKernels sgd_kernels = {run<double>, run<float>, scores<double>, scores<float>, settle<double>, settle<float>};

}  // namespace mlmath::MLMATH_LEVEL
