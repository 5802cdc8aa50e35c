// SPDX-License-Identifier: BSD-3-Clause
// qr_pivoted of one matrix: strips, steps and panels, threads. Parts of qr_pivoted.cpp.
#pragma once
#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/factor/qr_pivoted/qr_pivoted_kernels.hpp"
#include "kernels/factor/stack_work.hpp"

namespace mlmath {

/// Bytes up to which every step updates all that is left, in the pass that multiplies it. Constraint: that reads and writes the
/// rest in every step; a panel only reads it, but pays for the products of each reflection with those before it in the panel, and
/// for one update of the rest. Arithmetic: from a cache the writes cost nothing beside the reads (float64, one thread: n = 1000
/// takes 44 ms by passes, 50 by panels; 2000: 530, 710), from memory they do (3000: 3.4 s, 2.5 s). Decision: 32 MiB, a usual last
/// cache.
constexpr std::ptrdiff_t pivoted_by_passes = std::ptrdiff_t{32} << 20;

/// Steps of a panel. Constraint: see above; each step of a panel costs two products with half as many columns. Decision: 32; 16
/// takes as long.
constexpr std::ptrdiff_t pivoted_panel = 32;

/// Bytes of a matrix from which on threads divide its strips (see factor()).
constexpr std::ptrdiff_t pivoted_by_one_thread = 3 << 19;

template <class T>
std::ptrdiff_t pivoted_steps(std::ptrdiff_t m, std::ptrdiff_t n) {
    return m * n * static_cast<std::ptrdiff_t>(sizeof(T)) <= pivoted_by_passes ? 1 : pivoted_panel;
}

template <class T>
class PivotedReduction {
public:
    /// panel: steps after which the rest is updated; 1: by passes.
    PivotedReduction(const PivotedKernel<T>& kernel, std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t panel)
        : kernel_(kernel),
          order_(std::min(m, n)),
          strips_((n + qr_strip<T> - 1) / qr_strip<T>),
          places_(row_places<T>(strips_ * qr_strip<T>)),
          panel_(panel) {
        work_.m = m;
        work_.n = n;
    }

    std::size_t bytes() const {
        return bytes_of<T>(strips_ * qr_strip<T> * work_.m) + bytes_of<T>(order_) + (2 + panel_) * bytes_of<T>(places_) +
               2 * bytes_of<T>(pivoted_panel) + 2 * bytes_of<std::ptrdiff_t>(work_.n);
    }
    void take(Workspace& workspace) {
        work_.a = workspace.take<T>(static_cast<std::size_t>(strips_ * qr_strip<T> * work_.m));
        work_.diagonal = workspace.take<T>(static_cast<std::size_t>(order_));
        work_.norm = workspace.take<T>(static_cast<std::size_t>(places_));
        work_.reference = workspace.take<T>(static_cast<std::size_t>(places_));
        work_.product = workspace.take<T>(static_cast<std::size_t>(panel_ * places_));
        work_.head = workspace.take<T>(static_cast<std::size_t>(pivoted_panel));
        work_.overlap = workspace.take<T>(static_cast<std::size_t>(pivoted_panel));
        work_.column = workspace.take<std::ptrdiff_t>(static_cast<std::size_t>(work_.n));
        work_.pivot = workspace.take<std::ptrdiff_t>(static_cast<std::size_t>(work_.n));
        work_.product_ld = places_;
    }

    /// v: m x min(m, n), columns `ld` apart; filled from the diagonal down. tau: min(m, n).
    void factor(MatrixView<const T> a, T* v, std::ptrdiff_t ld, T* tau, int threads) {
        work_.v = v;
        work_.ld = ld;
        work_.tau = tau;
        for (std::ptrdiff_t j = 0; j < work_.n; ++j) work_.column[j] = j;
        std::fill(work_.product, work_.product + panel_ * places_, T(0));
        // Constraint: two barriers in every step, and columns that change threads; with both threads, float64 takes 2.2 ms instead
        // of 2.3 at n = 362, 4.8 instead of 5.8 at 512, 27 instead of 42 at 1000; float32 3.3 instead of 3.1 at 512, 6.8 instead
        // of 7.7 at 700. When another program wants the CPU, barriers cost far more. Decision: threads from 1.5 MiB on. Without a
        // region nobody looks for Ctrl-C: up to 2^15 elements.
        const std::ptrdiff_t elements = work_.m * work_.n;
        if (elements <= 32768 && panel_ == 1) {
            for (std::ptrdiff_t s = 0; s < strips_; ++s) bring(a, s);
            choose_scale();
            for (std::ptrdiff_t s = 0; s < strips_; ++s) rescale(s);
            return kernel_.whole(work_);
        }
        parallel(elements * static_cast<std::ptrdiff_t>(sizeof(T)) < pivoted_by_one_thread ? 1 : threads, [&](Team& team) {
            // The same thread has the same strips from the first step to the last.
            const auto mine = [&](std::ptrdiff_t from, auto&& strip) {
                const std::ptrdiff_t size = team.size();
                for (std::ptrdiff_t s = from + (team.rank() - from % size + size) % size; s < strips_; s += size) strip(s);
            };
            mine(0, [&](std::ptrdiff_t s) { bring(a, s); });
            team.barrier();
            if (team.rank() == 0) choose_scale();
            team.barrier();
            mine(0, [&](std::ptrdiff_t s) { rescale(s); });
            team.barrier();
            for (std::ptrdiff_t first = 0; first < order_;)
                first = panel_ == 1 ? one_pass(team, first, mine) : one_panel(team, first, mine);
        });
    }

    /// r: as many rows as wanted; zeros below.
    void copy_triangle(MatrixView<T> r, int threads) const {
        over_rows(r.rows, r.columns, threads, [&](std::ptrdiff_t from, std::ptrdiff_t to) { copy_triangle_rows(r, from, to); });
    }
    const std::ptrdiff_t* columns() const { return work_.column; }

private:
    // Row i was written when exchanges i + 1, i + 2, ... had not yet been made. place: where in it the element of column j of R
    // stands; was: its inverse.
    void copy_triangle_rows(MatrixView<T> r, std::ptrdiff_t from, std::ptrdiff_t to) const {
        constexpr std::ptrdiff_t S = qr_strip<T>;
        const std::ptrdiff_t n = work_.n;
        fill(rows_of(r, from, to), T(0));
        Workspace workspace(2 * bytes_of<std::ptrdiff_t>(n));
        std::ptrdiff_t *const place = workspace.take<std::ptrdiff_t>(static_cast<std::size_t>(n)),
                              *const was = workspace.take<std::ptrdiff_t>(static_cast<std::size_t>(n));
        for (std::ptrdiff_t j = 0; j < n; ++j) place[j] = was[j] = j;
        for (std::ptrdiff_t i = order_ - 1; i >= from; --i) {
            T* const row = r.data + i * r.row_stride;
            const T* const written = work_.a + i * S;
            if (i < to) {
                row[i * r.column_stride] = restored(work_.diagonal[i]);
                for (std::ptrdiff_t j = i + 1; j < n; ++j)
                    row[j * r.column_stride] = restored(written[place[j] / S * (S * work_.m) + place[j] % S]);
            }
            const std::ptrdiff_t pivot = work_.pivot[i];
            std::swap(was[i], was[pivot]);
            place[was[i]] = i;
            place[was[pivot]] = pivot;
        }
    }
    template <class E>
    static std::size_t bytes_of(std::ptrdiff_t count) {
        return whole_lines(static_cast<std::size_t>(count) * sizeof(E));
    }
    T restored(T x) const { return scaled_ ? x / again_ / shrink_ : x; }

    void bring(MatrixView<const T> a, std::ptrdiff_t s) {
        constexpr std::ptrdiff_t S = qr_strip<T>;
        const std::ptrdiff_t from = s * S, to = std::min(work_.n, from + S);
        T* const strip = work_.a + from * work_.m;
        copy(part_of(a, 0, work_.m, from, to), {strip, work_.m, to - from, S, 1});
        for (std::ptrdiff_t i = 0; i < work_.m && to - from < S; ++i)
            std::fill(strip + i * S + to - from, strip + (i + 1) * S, T(0));
        kernel_.measure(work_, s);
    }
    // Constraint: products with elements of v below 2^-52 must not underflow beside the largest column; norms must be numbers.
    // Decision: as they are from 2^-450 (floats 2^-40) on, where squares are (factor/columns_simd.hpp), up to norms that overflow.
    void choose_scale() {
        scaled_ = false;
        T largest = 0;
        for (std::ptrdiff_t j = 0; j < work_.n; ++j) {
            if (std::isnan(work_.norm[j])) return;
            largest = std::max(largest, work_.norm[j]);
        }
        if (largest == 0 || (largest >= (sizeof(T) == 8 ? T(0x1p-450) : T(0x1p-40)) && !std::isinf(largest))) return;
        scaled_ = true;
        again_ = 1;
        if (std::isinf(largest)) {
            shrink_ = T(0x1p-64);
            return;
        }
        constexpr int most = std::numeric_limits<T>::max_exponent - 3;
        const int exponent = -std::ilogb(largest);
        shrink_ = std::ldexp(T(1), std::min(exponent, most));
        again_ = std::ldexp(T(1), exponent - std::min(exponent, most));
    }
    void rescale(std::ptrdiff_t s) {
        if (!scaled_) return;
        kernel_.scale(work_, s, shrink_, again_);
        kernel_.measure(work_, s);
    }

    // Whoever has the longest column's strip computes its reflection; all choose the same.
    void begin_step(Team& team, std::ptrdiff_t first, std::ptrdiff_t k, bool overlaps) {
        const std::ptrdiff_t pivot = kernel_.longest(work_, k);
        if (pivot / qr_strip<T> % team.size() == team.rank()) kernel_.reflect(work_, first, k, pivot, overlaps);
        team.barrier();
    }
    template <class Mine>
    std::ptrdiff_t one_pass(Team& team, std::ptrdiff_t k, Mine&& mine) {
        if (team.rank() == 0 && team.poll()) return order_;
        begin_step(team, std::max<std::ptrdiff_t>(0, k - 1), k, false);
        if (k + 1 < work_.n) mine((k + 1) / qr_strip<T>, [&](std::ptrdiff_t s) { kernel_.pass(work_, k, s); });
        team.barrier();
        return k + 1;
    }
    // Steps until the panel is full, or until a norm has lost its digits: they cannot be computed anew before the strips are
    // updated.
    template <class Mine>
    std::ptrdiff_t one_panel(Team& team, std::ptrdiff_t first, Mine&& mine) {
        std::ptrdiff_t k = first, lost = 0;
        for (; k < std::min(order_, first + panel_) && lost == 0; ++k) {
            if (team.rank() == 0 && team.poll()) return order_;
            begin_step(team, first, k, true);
            bool some = false;
            if (k + 1 < work_.n)
                mine((k + 1) / qr_strip<T>, [&](std::ptrdiff_t s) { some = kernel_.delay(work_, first, k, s) || some; });
            if (some) lost_in_.store(k, std::memory_order_relaxed);
            team.barrier();
            lost = lost_in_.load(std::memory_order_relaxed) == k;
        }
        if (k < work_.n) mine(k / qr_strip<T>, [&](std::ptrdiff_t s) { kernel_.apply(work_, first, k, s); });
        team.barrier();
        return k;
    }

    const PivotedKernel<T>& kernel_;
    const std::ptrdiff_t order_, strips_, places_, panel_;
    PivotedWork<T> work_{};
    bool scaled_ = false;
    T shrink_ = 1, again_ = 1;
    std::atomic<std::ptrdiff_t> lost_in_{-1};  // the last step in which a norm has lost its digits
};

}  // namespace mlmath
