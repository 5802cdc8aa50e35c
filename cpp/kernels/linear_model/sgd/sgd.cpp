// SPDX-License-Identifier: BSD-3-Clause
// sgd: checks, the order of the rows, epochs and when to stop, dispatch, threads.
#include "kernels/linear_model/sgd/sgd.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/linear_model/sgd/sgd_block.hpp"
#include "kernels/linear_model/sgd/sgd_order.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(SgdKernels, sgd_kernels);

namespace {

using Rows = std::int32_t;

void run(const SgdKernels& k, const SgdProblem<double>& problem, SgdState<double>& state, const Rows* order, std::ptrdiff_t count,
         std::ptrdiff_t known) {
    k.f64(problem, state, order, count, known);
}
void run(const SgdKernels& k, const SgdProblem<float>& problem, SgdState<float>& state, const Rows* order, std::ptrdiff_t count,
         std::ptrdiff_t known) {
    k.f32(problem, state, order, count, known);
}
void settle(const SgdKernels& k, SgdState<double>& state, std::ptrdiff_t columns) { k.settle_f64(state, columns); }
void settle(const SgdKernels& k, SgdState<float>& state, std::ptrdiff_t columns) { k.settle_f32(state, columns); }

void scores(const SgdKernels& k, const SgdData<double>& data, const double* w, const Rows* order, std::ptrdiff_t count, double* p) {
    k.scores_f64(data, w, order, count, p);
}
void scores(const SgdKernels& k, const SgdData<float>& data, const float* w, const Rows* order, std::ptrdiff_t count, double* p) {
    k.scores_f32(data, w, order, count, p);
}

constexpr std::ptrdiff_t padded(std::ptrdiff_t columns) { return (columns + sgd_lanes - 1) / sgd_lanes * sgd_lanes; }

// What one model needs while it is fitted.
template <class T>
std::size_t scratch_bytes(std::ptrdiff_t n, std::ptrdiff_t d) {
    return 5 * whole_lines(static_cast<std::size_t>(n) * sizeof(Rows)) +
           3 * whole_lines(static_cast<std::size_t>(padded(d)) * sizeof(T));
}

template <class T>
T* taken(std::byte*& free, std::ptrdiff_t count) {
    T* piece = reinterpret_cast<T*>(free);
    free += whole_lines(static_cast<std::size_t>(count) * sizeof(T));
    return piece;
}

template <class T>
void copy_padded(const T* from, std::ptrdiff_t d, T* to) {
    std::copy(from, from + d, to);
    std::fill(to + d, to + padded(d), T(0));
}

// The score of the rows that are held out (sgd.hpp).
template <class T>
double held_out_score(const SgdKernels& kernels, const SgdProblem<T>& problem, const SgdState<T>& s, const Rows* rows,
                      std::ptrdiff_t count) {
    const SgdData<T>& data = problem.data;
    if (data.targets != nullptr && count < 2) return std::numeric_limits<double>::quiet_NaN();  // no R^2: never a reason to stop
    double p[sgd_block_rows], weights = 0, mean = 0, right = 0, residuals = 0, variance = 0;
    const auto weight = [&](Rows i) { return data.weights == nullptr ? 1.0 : static_cast<double>(data.weights[i]); };
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        weights += weight(rows[i]);
        if (data.targets != nullptr) mean += weight(rows[i]) * static_cast<double>(data.targets[rows[i]]);
    }
    mean /= weights;
    for (std::ptrdiff_t first = 0; first < count; first += sgd_block_rows) {
        const std::ptrdiff_t block = std::min(sgd_block_rows, count - first);
        scores(kernels, data, s.w, rows + first, block, p);
        for (std::ptrdiff_t i = 0; i < block; ++i) {
            const Rows row = rows[first + i];
            const double score = p[i] + s.intercept;
            if (data.targets == nullptr) {
                if ((score > 0) == (data.classes[row] == problem.positive)) right += weight(row);
            } else {
                const double y = static_cast<double>(data.targets[row]);
                residuals += weight(row) * (y - score) * (y - score);
                variance += weight(row) * (y - mean) * (y - mean);
            }
        }
    }
    if (data.targets == nullptr) return right / weights;
    return variance > 0 ? 1 - residuals / variance : residuals > 0 ? 0 : 1;
}

template <class T>
void fit_model(const SgdKernels& kernels, const SgdData<T>& data, const SgdOptions& options, SgdModel<T>& model, std::byte* scratch,
               Team& team) {
    const std::ptrdiff_t n = data.x.rows, d = data.x.columns;
    Rows* shuffle = taken<Rows>(scratch, n);
    Rows* order = taken<Rows>(scratch, n);
    Rows* other = taken<Rows>(scratch, n);
    Rows* learnt = taken<Rows>(scratch, n);    // of this epoch's order, those that are not held out
    Rows* held_out = taken<Rows>(scratch, n);  // the others
    std::ptrdiff_t tested = 0;
    SgdState<T> s{};
    s.w = taken<T>(scratch, padded(d));
    copy_padded(model.coef, d, s.w);
    if (T* average = taken<T>(scratch, padded(d)); options.average > 0) copy_padded(model.average_coef, d, s.average = average);
    if (T* penalty = taken<T>(scratch, padded(d)); options.l1 != 0) std::fill(s.penalty = penalty, penalty + padded(d), T(0));
    s.scale = s.average_b = 1;
    for (std::ptrdiff_t j = 0; j < d; ++j) {
        const double w = static_cast<double>(s.w[j]);
        s.squares += w * w, s.magnitudes += std::fabs(w);
    }
    s.intercept = model.intercept, s.average_intercept = model.average_intercept;
    s.t = options.first_update, s.eta = options.eta0;

    const bool stops = options.tolerance > -std::numeric_limits<double>::infinity();
    const bool watch = stops && data.held_out == nullptr;
    const SgdProblem<T> problem = {data,
                                   options,
                                   model.positive,
                                   static_cast<T>(model.positive_weight),
                                   static_cast<T>(model.negative_weight),
                                   options.rate == SgdRate::optimal ? sgd_optimal_start(options) : 0,
                                   watch};
    sgd_first_order(order, n);
    if (options.shuffle) sgd_shuffle(shuffle, n, model.seed);
    for (std::ptrdiff_t i = 0; i < n && data.held_out != nullptr; ++i)
        if (data.held_out[i] != 0) held_out[tested++] = static_cast<Rows>(i);
    const std::ptrdiff_t trained = n - tested;

    double best = std::numeric_limits<double>::infinity();
    int without_gain = 0;
    model.finite = true;
    for (int epoch = 1; epoch <= options.epochs; ++epoch) {
        model.epochs = epoch;
        if (options.shuffle) {
            for (std::ptrdiff_t i = 0; i < n; ++i) other[i] = order[shuffle[i]];
            std::swap(order, other);
        }
        const Rows* rows = order;
        if (data.held_out != nullptr) {
            for (std::ptrdiff_t i = 0, to = 0; i < n; ++i) {  // (no branch, which one row in ten would take by surprise)
                learnt[to] = order[i];
                to += data.held_out[order[i]] == 0;
            }
            rows = learnt;
        }
        s.losses = s.penalties = 0;
        for (std::ptrdiff_t i = 0; i < trained; i += sgd_block_rows) {
            if (team.poll()) return;
            run(kernels, problem, s, rows + i, std::min(sgd_block_rows, trained - i), trained - i);
        }
        model.finite = std::isfinite(s.intercept) && std::all_of(s.w, s.w + d, [](T w) { return std::isfinite(w); });
        if (!model.finite) break;
        // What is to fall: the objective, or the negative of the score.
        const double objective = data.held_out == nullptr ? (s.losses + s.penalties) / static_cast<double>(trained)
                                                          : -held_out_score(kernels, problem, s, held_out, tested);
        without_gain = stops && objective > best - options.tolerance ? without_gain + 1 : 0;
        best = std::min(best, objective);
        if (without_gain < options.patience) continue;
        if (options.rate != SgdRate::adaptive || !(s.eta > 1e-6)) break;
        s.eta /= 5;
        without_gain = 0;
    }
    settle(kernels, s, d);
    std::copy(s.w, s.w + d, model.coef);
    model.intercept = s.intercept;
    if (options.average > 0) {
        std::copy(s.average, s.average + d, model.average_coef);
        model.average_intercept = s.average_intercept;
    }
}

template <class T>
void check_arguments(const SgdData<T>& data, const SgdOptions& options, const SgdModel<T>* models, std::ptrdiff_t count) {
    constexpr const char* function = "sgd_fit";
    if (data.x.rows < 1 || data.x.columns < 1)
        invalid_argument(function, "X must have at least one row and one column, got (" + std::to_string(data.x.rows) + ", " +
                                       std::to_string(data.x.columns) + ")");
    if (data.x.rows > std::numeric_limits<Rows>::max())
        invalid_argument(function, "X must have fewer than 2^31 rows, got " + std::to_string(data.x.rows));
    if (data.x.column_stride != 1 && data.x.columns > 1)
        invalid_argument(function, "the columns of X must lie side by side, got stride " + std::to_string(data.x.column_stride));
    if ((data.targets == nullptr) == (data.classes == nullptr)) invalid_argument(function, "exactly one of targets and classes");
    if (options.epochs < 1) invalid_argument(function, "epochs must be at least 1, got " + std::to_string(options.epochs));
    check_non_negative(function, "l2", options.l2);
    check_non_negative(function, "l1", options.l1);
    if (options.rate == SgdRate::optimal) check_positive(function, "alpha", options.alpha);
    if (sgd_is_passive(options.rate)) {
        check_positive(function, "eta0", options.eta0);
        if (options.loss != SgdLoss::hinge && options.loss != SgdLoss::epsilon)
            invalid_argument(function, "passive-aggressive steps go with the losses hinge and epsilon");
    }
    if (data.held_out != nullptr) {
        const auto tested = data.x.rows - std::count(data.held_out, data.held_out + data.x.rows, std::uint8_t{0});
        if (tested < 1 || tested == data.x.rows)
            invalid_argument(function, "held_out must leave rows on both sides, got " + std::to_string(tested) + " of " +
                                           std::to_string(data.x.rows));
    }
    for (std::ptrdiff_t k = 0; k < count; ++k)
        if (options.average > 0 && models[k].average_coef == nullptr) invalid_argument(function, "average needs average_coef");
}

}  // namespace

template <class T>
void sgd_fit(const SgdData<T>& data, const SgdOptions& options, SgdModel<T>* models, std::ptrdiff_t count, int threads) {
    check_arguments(data, options, models, count);
    if (count < 1) return;
    SgdData<T> weighted = data;
    if (weighted.weights != nullptr &&
        std::all_of(data.weights, data.weights + data.x.rows, [](T weight) { return weight == T(1); }))
        weighted.weights = nullptr;  // one random access a row less
    threads = static_cast<int>(std::clamp<std::ptrdiff_t>(threads, 1, count));
    const std::size_t each = scratch_bytes<T>(data.x.rows, data.x.columns);
    Workspace workspace(each * static_cast<std::size_t>(threads));
    const SgdKernels& kernels = active(sgd_kernels_by_level);
    // Rows of one model follow each other, so only models can be shared out.
    parallel_for(count, threads, [&](std::ptrdiff_t k, Team& team) {
        fit_model(kernels, weighted, options, models[k], workspace.data() + static_cast<std::size_t>(team.rank()) * each, team);
    });
}

template void sgd_fit(const SgdData<double>&, const SgdOptions&, SgdModel<double>*, std::ptrdiff_t, int);
template void sgd_fit(const SgdData<float>&, const SgdOptions&, SgdModel<float>*, std::ptrdiff_t, int);

}  // namespace mlmath
