// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_bisection, eigenvalues: intervals from counts on a grid, then two shifts a pass around what Newton's method expects.
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection.hpp"

#include <vector>

#include "core/interruption.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection_kernels.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection_scaled.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(TridiagonalKernels, tridiagonal_kernels);

namespace {

// Eigenvalues under way at once, with two shifts each; those that one thread takes together. Constraint: some take 20 passes, most
// 7, and none should wait; a part for every thread. Arithmetic: with 4 for each slot the last ones leave slots idle for a fifth of
// the time. Decision: 64.
constexpr std::ptrdiff_t slots = count_shifts / 2, group = 4 * slots;

// Passes in which Newton's method may choose, and all. Constraint: every loop ends. Arithmetic: thirds of an interval of 4 |T| are
// smaller than eps |T| / 4 after log 2^56 / log 3 = 36 passes.
constexpr int newton_passes = 30, most_passes = newton_passes + 40;

struct Shifts {
    double x[count_shifts];
    std::int64_t count[count_shifts];
    double slope[count_shifts];
};

void evaluate(const ScaledTridiagonal& t, Shifts& shifts) {
    active(tridiagonal_kernels_by_level).count(t.n(), t.d(), t.e2(), shifts.x, shifts.count, shifts.slope);
    interruption_point();
}

// One eigenvalue, number k: not more than k are below low, more than k are below high.
struct Interval {
    double low, high;
    std::ptrdiff_t below_low, below_high;  // how many are
    double guess = std::numeric_limits<double>::quiet_NaN();
    double step = 0;   // how far the shift was from which the guess was made
    double reach = 0;  // the error of a guess is taken for step^2 / reach
    int passes = 0;

    bool alone(std::ptrdiff_t k) const { return below_low == k && below_high == k + 1; }
    void learn(double x, std::ptrdiff_t below, std::ptrdiff_t k) {
        if (below <= k) {
            if (x > low) low = x, below_low = below;
        } else if (x < high) {
            high = x, below_high = below;
        }
    }
};

class Bisection {
public:
    Bisection(const ScaledTridiagonal& t, double eps) : t_(t), eps_(eps) {}

    void run(std::ptrdiff_t from, std::ptrdiff_t to, double* w, int threads) {
        // Gershgorin's bounds, a little outside: rounding must not leave an eigenvalue out.
        const double beyond = 4 * eps_ * t_.norm() + 0x1p-290;
        Interval all{t_.low() - beyond, t_.high() + beyond, 0, t_.n()};
        // Twice a grid of 32 shifts around the wanted ones, then two shifts for each of them.
        for (int again = 0; again < 2; ++again) {
            const Interval first = narrowed(all, from), last = to - from > 1 ? narrowed(all, to - 1) : first;
            all = {first.low, last.high, first.below_low, last.below_high};
        }
        const std::ptrdiff_t grids = (to - from + slots - 1) / slots, points = grids * count_shifts;
        std::vector<Shifts> grid(static_cast<std::size_t>(grids));
        parallel_for(grids, threads, [&](std::ptrdiff_t g) {
            for (int i = 0; i < count_shifts; ++i) grid[g].x[i] = point(all, g * count_shifts + i, points);
            evaluate(t_, grid[g]);
        });
        parallel_for((to - from + group - 1) / group, threads, [&](std::ptrdiff_t g) {
            solve(from + g * group, std::min(to, from + (g + 1) * group), all, grid, w + g * group);
        });
        for (std::ptrdiff_t k = 1; k < to - from; ++k) w[k] = std::max(w[k], w[k - 1]);
    }

private:
    static double point(const Interval& all, std::ptrdiff_t i, std::ptrdiff_t points) {
        return all.low + (all.high - all.low) * (static_cast<double>(i + 1) / static_cast<double>(points + 1));
    }

    Interval narrowed(Interval all, std::ptrdiff_t k) const {
        Shifts shifts;
        for (int i = 0; i < count_shifts; ++i) shifts.x[i] = point(all, i, count_shifts);
        evaluate(t_, shifts);
        for (int i = 0; i < count_shifts; ++i) all.learn(shifts.x[i], shifts.count[i], k);
        return all;
    }

    bool narrow_enough(const Interval& one) const {
        return one.high - one.low <= eps_ * (2 * std::max(std::fabs(one.low), std::fabs(one.high)) + t_.norm() / 4);
    }

    // Eigenvalues [begin, end), a group at most.
    void solve(std::ptrdiff_t begin, std::ptrdiff_t end, const Interval& all, const std::vector<Shifts>& grid, double* w) const {
        Interval of[group];
        const std::ptrdiff_t points = static_cast<std::ptrdiff_t>(grid.size()) * count_shifts;
        const auto shift_of = [&](std::ptrdiff_t i) { return grid[i / count_shifts].x[i % count_shifts]; };
        const auto count_of = [&](std::ptrdiff_t i) { return grid[i / count_shifts].count[i % count_shifts]; };
        for (std::ptrdiff_t k = begin; k < end; ++k) {
            std::ptrdiff_t low = -1, high = points;  // counts ascend along the grid
            while (high - low > 1) {
                const std::ptrdiff_t middle = (low + high) / 2;
                (count_of(middle) <= k ? low : high) = middle;
            }
            Interval& one = of[k - begin] = all;
            if (low >= 0) one.learn(shift_of(low), count_of(low), k);
            if (high < points) one.learn(shift_of(high), count_of(high), k);
        }
        // Sixteen at a time; one that is done makes room for the next.
        Shifts shifts;
        std::ptrdiff_t at[slots], next = std::min(slots, end - begin), left = next;
        for (std::ptrdiff_t s = 0; s < slots; ++s) at[s] = s < left ? s : -1;
        while (left > 0) {
            for (std::ptrdiff_t s = 0; s < slots; ++s) {
                while (at[s] >= 0 && !choose(of[at[s]], shifts.x + 2 * s)) {
                    at[s] = next < end - begin ? next++ : -1;
                    if (at[s] < 0) --left;
                }
                if (at[s] < 0) shifts.x[2 * s] = shifts.x[2 * s + 1] = t_.high();
            }
            if (left == 0) break;
            evaluate(t_, shifts);
            for (std::ptrdiff_t s = 0; s < slots; ++s)
                if (at[s] >= 0) learn(of[at[s]], begin + at[s], shifts, 2 * s);
        }
        for (std::ptrdiff_t i = 0; i < end - begin; ++i) w[i] = of[i].low + (of[i].high - of[i].low) / 2;
    }

    // The next two shifts: both sides of the guess, as far from it as its error may be; thirds of the interval when there is none.
    // False: the interval is narrow enough.
    bool choose(Interval& one, double* x) const {
        if (one.passes == most_passes || narrow_enough(one)) return false;
        const double third = (one.high - one.low) / 3;
        x[0] = one.low + third;
        x[1] = one.high - third;
        if (++one.passes > newton_passes || !(one.guess > one.low && one.guess < one.high)) return true;
        const double least = eps_ * (std::fabs(one.guess) + t_.norm() / 8) / 2;
        const double error = std::max(one.step * one.step / one.reach, least);
        if (!(error < third)) return true;
        x[0] = one.guess - error > one.low ? one.guess - error : one.guess;
        x[1] = one.guess + error < one.high ? one.guess + error : one.guess;
        return true;
    }

    void learn(Interval& one, std::ptrdiff_t k, const Shifts& shifts, std::ptrdiff_t at) const {
        const double low = one.low, high = one.high;
        const bool guessed = one.alone(k) && one.reach > 0;
        for (const std::ptrdiff_t i : {at, at + 1}) one.learn(shifts.x[i], shifts.count[i], k);
        if (!one.alone(k)) return;
        // Both shifts on one side: the guess was worse than thought.
        if (guessed && (one.low == low || one.high == high)) one.reach /= 16;
        if (!guessed) one.reach = one.high - one.low;
        // Newton's step from the shift nearer to the eigenvalue: p / p' = 1 / slope.
        const std::ptrdiff_t nearer = std::fabs(shifts.slope[at]) >= std::fabs(shifts.slope[at + 1]) ? at : at + 1;
        one.step = 1 / shifts.slope[nearer];
        one.guess = shifts.x[nearer] - one.step;
    }

    const ScaledTridiagonal& t_;
    const double eps_;
};

}  // namespace

template <class T>
std::ptrdiff_t tridiagonal_count(std::ptrdiff_t n, const T* d, const T* e, T x) {
    if (n == 0) return 0;
    const ScaledTridiagonal t(n, d, e);
    if (!t.finite()) return 0;
    Shifts shifts;
    std::fill_n(shifts.x, count_shifts, std::min(std::max(t.scaled(x), t.low() - 1), t.high() + 1));
    parallel(1, [&](Team&) { evaluate(t, shifts); });
    return shifts.count[0];
}

template <class T>
void tridiagonal_bisection(std::ptrdiff_t n, const T* d, const T* e, std::ptrdiff_t from, std::ptrdiff_t to, T* w, int threads) {
    if (from >= to) return;
    const ScaledTridiagonal t(n, d, e);
    if (!t.finite()) return void(std::fill_n(w, to - from, std::numeric_limits<T>::quiet_NaN()));
    if (t.norm() == 0) return void(std::fill_n(w, to - from, T(0)));
    std::vector<double> values(static_cast<std::size_t>(to - from));
    Bisection(t, static_cast<double>(std::numeric_limits<T>::epsilon())).run(from, to, values.data(), threads);
    for (std::ptrdiff_t k = 0; k < to - from; ++k) w[k] = t.unscaled<T>(values[k]);
}

template std::ptrdiff_t tridiagonal_count(std::ptrdiff_t, const double*, const double*, double);
template std::ptrdiff_t tridiagonal_count(std::ptrdiff_t, const float*, const float*, float);
template void tridiagonal_bisection(std::ptrdiff_t, const double*, const double*, std::ptrdiff_t, std::ptrdiff_t, double*, int);
template void tridiagonal_bisection(std::ptrdiff_t, const float*, const float*, std::ptrdiff_t, std::ptrdiff_t, float*, int);

}  // namespace mlmath
