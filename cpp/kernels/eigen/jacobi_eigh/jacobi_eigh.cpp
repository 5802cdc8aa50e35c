// SPDX-License-Identifier: BSD-3-Clause
// jacobi_eigh: scaling, the loop over sweeps and steps, threads, the order and signs of the result.
#include "kernels/eigen/jacobi_eigh/jacobi_eigh.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "core/interruption.hpp"
#include "core/scaling.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/eigen/jacobi_eigh/jacobi_eigh_step.hpp"
#include "kernels/eigen/signs.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(JacobiEighKernels, jacobi_eigh_kernels);

namespace {

const JacobiEighStep<double>& step_of(const JacobiEighKernels& k, double) { return k.f64; }
const JacobiEighStep<float>& step_of(const JacobiEighKernels& k, float) { return k.f32; }

// Constraint: a second thread must gain more than the barrier of every step costs.
// Arithmetic: a step of n = 128 takes about 2 us, a warm barrier 0.2 to 0.3 us. Decision: threads inside a matrix from n = 128 on;
//   a batch of smaller matrices is divided among the threads instead.
constexpr std::ptrdiff_t threads_inside_from = 128;

// One matrix being diagonalised. Everything a thread reads and writes alone (rotations, diagonal) exists once per thread: each
// computes all rotations of a step, which costs less than a second barrier would.
template <class T>
class Jacobi {
public:
    Jacobi(std::ptrdiff_t n, bool vectors, int threads, JacobiHistory* history = nullptr)
        : n_(n),
          stride_(jacobi_row_places<T>(n)),
          pairs_((n + 2) / 2),
          half_(whole(pairs_ + line)),
          vectors_(vectors),
          threads_(threads),
          history_(history),
          slab_width_(std::min<std::ptrdiff_t>(slab_bytes / sizeof(T), whole(n))),
          slabs_((n + slab_width_ - 1) / slab_width_),
          private_size_(2 * half_ + 4 * stride_ + half_ + stride_ + 2 * steps_per_group * half_),
          workspace_(bytes()),
          a_(workspace_.take<T>((n + 2) * stride_)),
          vt_(workspace_.take<T>(vectors ? slabs_ * n * slab_width_ : 0)),
          off_{workspace_.take<T>(half_), workspace_.take<T>(half_)},
          diagonal_(workspace_.take<T>(n + 2)),
          largest_(workspace_.take<T>(2 * threads)),
          private_(workspace_.take<T>(private_size_ * threads)),
          order_(workspace_.take<std::ptrdiff_t>(n)) {}

    /// The outcome; w and v (nullptr: not wanted) are NaN when it is not ok.
    Outcome solve(MatrixView<const T> a, bool lower, T* w, T* v) {
        const Outcome outcome = load(a, lower) ? iterate() : Outcome::not_finite;
        if (outcome != Outcome::ok) {
            std::fill(w, w + n_, std::numeric_limits<T>::quiet_NaN());
            if (v != nullptr) std::fill(v, v + n_ * n_, std::numeric_limits<T>::quiet_NaN());
            return outcome;
        }
        unload(w, v);
        return outcome;
    }

    std::ptrdiff_t sweeps() const { return sweeps_; }

private:
    static constexpr std::ptrdiff_t line = 64 / sizeof(T);
    static constexpr std::ptrdiff_t whole(std::ptrdiff_t n) { return (n + line - 1) / line * line; }
    static constexpr T eps = std::numeric_limits<T>::epsilon();

    std::size_t bytes() const {
        const std::ptrdiff_t elements = (n_ + 2) * stride_ + (vectors_ ? slabs_ * n_ * slab_width_ : 0) + 2 * half_ + (n_ + 2) +
                                        2 * threads_ + private_size_ * threads_;
        return elements * sizeof(T) + n_ * sizeof(std::ptrdiff_t) + 8 * cache_line;
    }

    // The triangle as an upper one, times a power of two that brings its largest magnitude to [1/2, 1): exact, and neither squares
    // nor products can then overflow. The diagonal goes to diagonal_, zeros take its place. False on NaN and infinity.
    bool load(MatrixView<const T> a, bool lower) {
        if (lower) a = transposed(a);
        const T largest = largest_finite_of_lower(transposed(a));
        if (std::isnan(largest)) return false;
        exponent_ = -exponent_to_one(largest);
        const PowerOfTwo<T> scaled(-exponent_);
        std::fill(a_, a_ + (n_ + 2) * stride_, T(0));
        std::fill(diagonal_, diagonal_ + n_ + 2, T(0));
        for (std::ptrdiff_t i = 0; i < n_; ++i) {
            diagonal_[i + 1] = scaled(a.data[i * (a.row_stride + a.column_stride)]);
            for (std::ptrdiff_t j = i + 1; j < n_; ++j)
                a_[(i + 1) * stride_ + j + 1] = scaled(a.data[i * a.row_stride + j * a.column_stride]);
        }
        if (vectors_) {
            std::fill(vt_, vt_ + slabs_ * n_ * slab_width_, T(0));
            for (std::ptrdiff_t i = 0; i < n_; ++i) vt_[vector_place(i, i)] = 1;
        }
        return true;
    }

    // Component i of the vector in row r of V^T.
    std::ptrdiff_t vector_place(std::ptrdiff_t r, std::ptrdiff_t i) const {
        return (i / slab_width_ * n_ + r) * slab_width_ + i % slab_width_;
    }

    Outcome iterate() {
        std::fill(off_[0], off_[0] + half_, T(0));
        std::fill(off_[1], off_[1] + half_, T(0));
        for (std::ptrdiff_t k = 0; 2 * k + 2 <= n_; ++k) off_[1][k] = a_[(2 * k + 1) * stride_ + 2 * k + 2];
        Outcome outcome = Outcome::ok;
        parallel(threads_, [&](Team& team) { run(team, outcome); });
        return outcome;
    }

    // What one thread keeps for itself. The diagonal is split by place: even[j] = d(2j), odd[j] = d(2j + 1), so that the partners
    // of a step are two contiguous runs: (odd[j], even[j + 1]) in phase 1, (even[j], odd[j]) in phase 0.
    struct Private {
        T *even, *odd;
        T *own[2], *partner[2];  // per phase; places without a partner keep 1 and 0
        T *kept, *weight, *rotations;

        T& diagonal(std::ptrdiff_t place) const { return place % 2 == 0 ? even[place / 2] : odd[place / 2]; }
    };

    Private take_private(int rank) const {
        T* next = private_ + rank * private_size_;
        auto take = [&](std::ptrdiff_t count, T value) {
            T* piece = next;
            std::fill(piece, piece + count, value);
            next += count;
            return piece;
        };
        Private own;
        own.even = take(half_, 0);
        own.odd = take(half_, 0);
        for (int phase : {0, 1}) {
            own.own[phase] = take(stride_, 1);
            own.partner[phase] = take(stride_, 0);
        }
        own.kept = take(half_, 0);
        own.weight = take(stride_, 0);
        own.rotations = next;  // 2 * steps_per_group * half_
        for (std::ptrdiff_t place = 0; place <= n_ + 1; ++place) own.diagonal(place) = diagonal_[place];
        return own;
    }

    void run(Team& team, Outcome& outcome) {
        const JacobiEighStep<T>& kernels = step_of(active(jacobi_eigh_kernels_by_level), T());
        Private mine = take_private(team.rank());
        const std::ptrdiff_t cut[2] = {row_cut(team.rank(), team.size()), row_cut(team.rank() + 1, team.size())};
        std::ptrdiff_t steps_done = 0;
        T before = std::numeric_limits<T>::infinity();
        for (int sweep = 0;; ++sweep) {
            if (team.rank() == 0) {
                sweeps_ = sweep;
                if (history_ != nullptr) history_->off_norm.push_back(off_norm());
            }
            if (small_enough(kernels, mine, team, cut, before)) break;
            if (sweep == max_sweeps) {
                if (team.rank() == 0) outcome = Outcome::not_converged;
                break;
            }
            const bool note = history_ != nullptr && team.rank() == 0;
            if (note) {
                history_->largest_angle.push_back(0);
                history_->rotations.push_back(0);
            }
            for (std::ptrdiff_t step = 0; step < n_; step += steps_per_group) {
                const std::ptrdiff_t steps = std::min(steps_per_group, n_ - step);
                for (std::ptrdiff_t t = 0; t < steps; ++t) {
                    if ((t == 0 || n_ >= threads_inside_from) && team.poll()) return;
                    const int phase = static_cast<int>((steps_done + t + 1) % 2);
                    one_step(kernels, mine, team, cut, phase, t);
                    if (note) note_step(mine.rotations + 2 * t * half_, (n_ - 1 + phase) / 2);
                }
                if (vectors_)
                    for (std::ptrdiff_t s = team.rank(); s < slabs_ && !team.poll(); s += team.size())
                        kernels.rotate_vectors(vt_ + s * n_ * slab_width_, slab_width_, n_, (steps_done + 1) % 2, steps,
                                               mine.rotations, 2 * half_, half_);
                steps_done += steps;
            }
        }
        if (team.rank() != 0) return;
        for (std::ptrdiff_t place = 1; place <= n_; ++place) diagonal_[place] = mine.diagonal(place);
    }

    void one_step(const JacobiEighStep<T>& kernels, Private& mine, Team& team, const std::ptrdiff_t (&cut)[2], int phase,
                  std::ptrdiff_t t) {
        const std::ptrdiff_t skip = 1 - phase;  // phase 0: pair 0 is (place 0, place 1), which has no partner for place 1
        T *first = phase == 1 ? mine.odd : mine.even + 1, *second = phase == 1 ? mine.even + 1 : mine.odd + 1;
        T *sine = mine.rotations + 2 * t * half_, *cosine = sine + half_;
        T *own = mine.own[phase], *partner = mine.partner[phase];
        if (phase == 0) mine.kept[0] = 0;
        kernels.angles((n_ - 1 + phase) / 2, first, second, off_[phase] + skip, sine, cosine, mine.kept + skip, own + 2 - phase,
                       partner + 2 - phase);
        if ((n_ + phase) % 2 == 0) {  // place n has no partner in this step: its block keeps its zero
            mine.kept[(n_ - phase) / 2] = 0;
        }
        const std::ptrdiff_t pairs = (n_ - phase) / 2 + 1;  // those whose first place is <= n
        kernels.rotate_matrix(a_, stride_, n_, phase, std::min(cut[0], pairs), std::min(cut[1], pairs), own, partner, mine.kept,
                              off_[1 - phase] + phase);
        team.barrier();
    }

    // No other thread writes to the matrix between two sweeps before all have met in small_enough().
    double off_norm() const {
        double sum = 0;
        for (std::ptrdiff_t i = 1; i <= n_; ++i)
            for (std::ptrdiff_t j = i + 1; j <= n_; ++j) {
                const double x = a_[i * stride_ + j];
                sum += x * x;
            }
        return std::ldexp(std::sqrt(2 * sum), exponent_);
    }
    void note_step(const T* sine, std::ptrdiff_t pairs) const {
        for (std::ptrdiff_t j = 0; j < pairs; ++j) {
            if (sine[j] == 0) continue;
            ++history_->rotations.back();
            const double angle = std::asin(std::min(1.0, std::abs(static_cast<double>(sine[j]))));
            history_->largest_angle.back() = std::max(history_->largest_angle.back(), angle);
        }
    }

    // Row pairs [cut(r), cut(r+1)) belong to rank r. Pair k costs n - 2k columns: equal areas of the triangle.
    std::ptrdiff_t row_cut(int rank, int size) const {
        if (rank == size) return pairs_ + 1;
        const double share = static_cast<double>(rank) / size;
        return static_cast<std::ptrdiff_t>((1 - std::sqrt(1 - share)) * static_cast<double>(pairs_));
    }

    // Converged: every |a_ij| <= eps sqrt|d_i d_j|. With a diagonal element that is nothing but rounding noise this may stay out of
    // reach: once every |a_ij| <= eps max|d| (all that a small backward error needs) a further sweep must bring the ratio down
    // tenfold. That ends: an element above eps max|d| is not negligible beside any two of the diagonal, so it is rotated away, and
    // |phi| <= pi/4 in an order that is equivalent to the cyclic one makes the sum of squares go to zero [ForsytheHenrici1960;
    // LukPark1989]. (max|d| and not the largest element of A, which may be n times smaller: what is negligible beside d = 2 would
    // never be rotated, and never be eps.)
    bool small_enough(const JacobiEighStep<T>& kernels, Private& mine, Team& team, const std::ptrdiff_t (&cut)[2], T& before) {
        constexpr T least = std::numeric_limits<T>::min() / eps;
        for (std::ptrdiff_t place = 1; place <= n_; ++place)
            mine.weight[place] = 1 / std::sqrt(std::abs(mine.diagonal(place)) + least);
        T on_diagonal = 0;
        for (std::ptrdiff_t place = 1; place <= n_; ++place) on_diagonal = std::max(on_diagonal, std::abs(mine.diagonal(place)));
        const std::ptrdiff_t from = std::min(2 * cut[0] + 1, n_ + 1), to = std::min(2 * cut[1] + 1, n_ + 1);
        kernels.off_diagonal(a_, stride_, n_, from, to, mine.weight, largest_ + 2 * team.rank(), largest_ + 2 * team.rank() + 1);
        team.barrier();
        T largest = 0, ratio = 0;
        for (int r = 0; r < team.size(); ++r) {
            largest = std::max(largest, largest_[2 * r]);
            ratio = std::max(ratio, largest_[2 * r + 1]);
        }
        const bool stuck = largest <= eps * on_diagonal && ratio > before / 10;
        before = ratio;
        return ratio <= eps || stuck;
    }

    // Ascending order (ties: by place), the power of two back, signs.
    void unload(T* w, T* v) {
        for (std::ptrdiff_t i = 0; i < n_; ++i) order_[i] = i;
        std::sort(order_, order_ + n_, [&](std::ptrdiff_t i, std::ptrdiff_t j) {
            return diagonal_[i + 1] != diagonal_[j + 1] ? diagonal_[i + 1] < diagonal_[j + 1] : i < j;
        });
        for (std::ptrdiff_t j = 0; j < n_; ++j) w[j] = std::ldexp(diagonal_[order_[j] + 1], exponent_);
        if (v == nullptr) return;
        each_row(n_, 8 * n_, [&](std::ptrdiff_t j) {  // a cache line for each component
            for (std::ptrdiff_t i = 0; i < n_; ++i) v[i * n_ + j] = vt_[vector_place(order_[j], i)];
        });
        choose_signs<T>({v, n_, n_, n_, 1});
    }

    const std::ptrdiff_t n_, stride_, pairs_, half_;
    const bool vectors_;
    const int threads_;
    JacobiHistory* const history_;
    const std::ptrdiff_t slab_width_, slabs_, private_size_;
    Workspace workspace_;
    T *const a_, *const vt_;
    T* const off_[2];  // a_pq of the pairs of phase 0 and 1, written by the owners of the rows in the step before
    T *const diagonal_, *const largest_, *const private_;
    std::ptrdiff_t* const order_;
    int exponent_ = 0, sweeps_ = 0;
};

}  // namespace

template <class T>
Status jacobi_eigh(std::ptrdiff_t count, MatrixView<const T> first, std::ptrdiff_t batch_stride, bool lower, T* w, T* v,
                   int threads, JacobiHistory* history) {
    if (history != nullptr) {
        *history = {};
        history->off_norm.reserve(max_sweeps + 1);
        history->largest_angle.reserve(max_sweeps);
        history->rotations.reserve(max_sweeps);
    }
    check_shape("jacobi_eigh", "a", first.rows, first.columns, first.rows, first.rows);
    const std::ptrdiff_t n = first.rows;
    if (count == 0 || n == 0) return {};
    auto matrix = [&](std::ptrdiff_t b) {
        MatrixView<const T> a = first;
        a.data += b * batch_stride;
        return a;
    };
    // Large matrices one after the other with all threads inside; small ones in chunks of about 50 us that reuse one scratch
    // memory.
    std::atomic<std::ptrdiff_t> failed{count}, sweeps{0};
    auto solve = [&](Jacobi<T>& jacobi, std::ptrdiff_t b) {
        if (jacobi.solve(matrix(b), lower, w + b * n, v == nullptr ? nullptr : v + b * n * n) != Outcome::not_converged) {
            for (std::ptrdiff_t most = sweeps; jacobi.sweeps() > most && !sweeps.compare_exchange_weak(most, jacobi.sweeps());) {
            }
            return;
        }
        for (std::ptrdiff_t known = failed; b < known && !failed.compare_exchange_weak(known, b);) {
        }
    };
    if (count == 1 || n >= threads_inside_from) {
        Jacobi<T> jacobi(n, v != nullptr, n >= threads_inside_from ? threads : 1, count == 1 ? history : nullptr);
        for (std::ptrdiff_t b = 0; b < count; ++b) solve(jacobi, b);
    } else {
        const std::ptrdiff_t chunk = std::max<std::ptrdiff_t>(1, 16384 / (n * n * n));
        parallel_for((count + chunk - 1) / chunk, threads, [&](std::ptrdiff_t c) {
            Jacobi<T> jacobi(n, v != nullptr, 1);
            for (std::ptrdiff_t b = c * chunk; b < std::min(count, (c + 1) * chunk); ++b) solve(jacobi, b);
        });
    }
    if (failed < count) return {Outcome::not_converged, failed, max_sweeps};
    return {Outcome::ok, -1, sweeps};
}

template Status jacobi_eigh(std::ptrdiff_t, MatrixView<const double>, std::ptrdiff_t, bool, double*, double*, int, JacobiHistory*);
template Status jacobi_eigh(std::ptrdiff_t, MatrixView<const float>, std::ptrdiff_t, bool, float*, float*, int, JacobiHistory*);

}  // namespace mlmath
