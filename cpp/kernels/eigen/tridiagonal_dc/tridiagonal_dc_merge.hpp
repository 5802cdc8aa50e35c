// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_dc: two halves become one. Part of tridiagonal_dc.cpp.
#pragma once
#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/interruption.hpp"
#include "core/scaling.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/eigen/secular/secular.hpp"
#include "kernels/eigen/tridiagonal_dc/tridiagonal_dc_kernels.hpp"
#include "kernels/factor/stack_work.hpp"

namespace mlmath {

/// Scratch of all parts; a part of m rows from `first` on uses [first, first + m) of every array, and rows of its own length from
/// first * pitch on: parts that are worked on side by side do not meet.
template <class T>
struct MergeSpace {
    std::ptrdiff_t pitch;
    T* d;          // a part's eigenvalues, in the order of its rows of x
    T *x, *y, *s;  // eigenvectors by rows; the halves' rows, sorted by kind; vectors of the secular equation, by rows
    T *z, *pole, *weight, *near, *offset, *exact, *cosine, *sine;
    std::ptrdiff_t* order;  // rows of a part by ascending eigenvalue
    std::ptrdiff_t *sorted, *kept, *left_place, *right_place, *turned, *against, *aside;
    unsigned char* kind;

    /// Rows of the halves are longer together than the whole's by a line's rest and one line more each (row_places).
    static std::ptrdiff_t pitch_of(std::ptrdiff_t n) { return row_places<T>(n) + 4 * static_cast<std::ptrdiff_t>(64 / sizeof(T)); }
    static std::size_t bytes(std::ptrdiff_t n) {
        const auto count = static_cast<std::size_t>(n), square = count * static_cast<std::size_t>(pitch_of(n));
        return 3 * whole_lines(square * sizeof(T)) + 9 * whole_lines(count * sizeof(T)) +
               8 * whole_lines(count * sizeof(std::ptrdiff_t)) + whole_lines(count);
    }
    MergeSpace(Workspace& workspace, std::ptrdiff_t n, T* values) : pitch(pitch_of(n)), d(values) {
        const auto count = static_cast<std::size_t>(n), square = count * static_cast<std::size_t>(pitch);
        for (T** piece : {&x, &y, &s}) *piece = workspace.take<T>(square);
        for (T** piece : {&z, &pole, &weight, &near, &offset, &exact, &cosine, &sine}) *piece = workspace.take<T>(count);
        for (std::ptrdiff_t** piece : {&order, &sorted, &kept, &left_place, &right_place, &turned, &against, &aside})
            *piece = workspace.take<std::ptrdiff_t>(count);
        kind = workspace.take<unsigned char>(count);
    }
};

/// The merge of the part of m rows from `first` on, whose first `left` rows and the others have been decomposed, coupled by e.
template <class T>
class Merge {
public:
    Merge(const MergeKernel<T>& kernel, const MergeSpace<T>& space, std::ptrdiff_t first, std::ptrdiff_t left, std::ptrdiff_t m,
          T e, int threads)
        : kernel_(kernel),
          m_(m),
          left_(left),
          right_(m - left),
          rho_(std::abs(e)),
          sign_(e < 0 ? T(-1) : T(1)),
          threads_(threads),
          places_(row_places<T>(m)),
          left_places_(row_places<T>(left)),
          right_places_(row_places<T>(m - left)),
          at_(space),
          x_(space.x + first * space.pitch),
          left_x_(x_),
          right_x_(space.x + (first + left) * space.pitch),
          left_y_(space.y + first * space.pitch),
          right_y_(left_y_ + m * left_places_),
          s_(space.s + first * space.pitch) {
        for (T** piece : {&at_.d, &at_.z, &at_.pole, &at_.weight, &at_.near, &at_.offset, &at_.exact, &at_.cosine, &at_.sine})
            *piece += first;
        for (std::ptrdiff_t** piece :
             {&at_.order, &at_.sorted, &at_.kept, &at_.left_place, &at_.right_place, &at_.turned, &at_.against, &at_.aside})
            *piece += first;
        at_.kind += first;
    }

    void run() {
        sort();
        deflate();
        place();
        gather();
        solve();
        multiply();
        finish();
    }

private:
    enum Kind : unsigned char { in_left = 1, in_right = 2, in_both = 3 };  // where a row has elements: bits

    // Both halves' eigenvalues in one ascending order, and their weights: the halves' vectors at the rows that meet.
    void sort() {
        const std::ptrdiff_t* const right_order = at_.order + left_;
        for (std::ptrdiff_t i = 0, a = 0, b = 0; i < m_; ++i) {
            const bool from_left = b == right_ || (a < left_ && at_.d[at_.order[a]] <= at_.d[left_ + right_order[b]]);
            at_.sorted[i] = from_left ? at_.order[a++] : left_ + right_order[b++];
        }
        for (std::ptrdiff_t i = 0; i < left_; ++i) {
            at_.z[i] = left_x_[i * left_places_ + left_ - 1];
            at_.kind[i] = in_left;
        }
        for (std::ptrdiff_t i = 0; i < right_; ++i) {
            at_.z[left_ + i] = sign_ * right_x_[i * right_places_];
            at_.kind[left_ + i] = in_right;
        }
    }

    // What the tear does not change is set aside: rows without weight, and of two poles that a rotation decouples, one.
    // Constraint: every row set aside costs up to the tolerance in the residual; poles nearer than it must not be left, or their
    // differences are noise. Arithmetic: differences of poles are exact to a rounding however close they are, so that some
    // roundings of the norm of diag(d) + rho z z^T are enough; with 64 units of 2^-53 the residual of float matrices of order 64
    // was 8 times what QL leaves. Decision: 8 units.
    void deflate() {
        const T eps = std::numeric_limits<T>::epsilon();
        const T most = std::max({std::abs(at_.d[at_.sorted[0]]), std::abs(at_.d[at_.sorted[m_ - 1]]), rho_});
        const T tolerance = 4 * eps * most;
        // Parts of a graded matrix may be tiny: the secular equation wants them near one.
        constexpr int least = std::numeric_limits<T>::min_exponent;
        exponent_ = std::min(exponent_to_one(most), -least);
        k_ = turns_ = asides_ = 0;
        for (std::ptrdiff_t a = 0; a < m_; ++a) {
            const std::ptrdiff_t i = at_.sorted[a];
            if (rho_ * std::abs(at_.z[i]) <= tolerance) {
                set_aside(i);
                continue;
            }
            if (k_ > 0) {
                const std::ptrdiff_t p = at_.kept[k_ - 1];
                // Weights are below 1 and above `tolerance`: squares neither overflow nor vanish.
                const T length = std::sqrt(at_.z[p] * at_.z[p] + at_.z[i] * at_.z[i]), c = at_.z[i] / length, s = at_.z[p] / length;
                if (std::abs((at_.d[i] - at_.d[p]) * c * s) <= tolerance) {
                    const T moved = s * s * (at_.d[i] - at_.d[p]);
                    at_.d[p] += moved;
                    at_.d[i] -= moved;
                    at_.z[i] = length;
                    at_.kind[p] = at_.kind[i] = at_.kind[p] | at_.kind[i];
                    at_.turned[turns_] = p;
                    at_.against[turns_] = i;
                    at_.cosine[turns_] = c;
                    at_.sine[turns_++] = s;
                    set_aside(p);
                    --k_;
                }
            }
            at_.kept[k_++] = i;
        }
    }
    // In ascending order. A rotation moves a value between its pole and the next, past few of those before it.
    void set_aside(std::ptrdiff_t row) {
        std::ptrdiff_t at = asides_++;
        for (; at > 0 && at_.d[at_.aside[at - 1]] > at_.d[row]; --at) at_.aside[at] = at_.aside[at - 1];
        at_.aside[at] = row;
    }

    // Where each row's two pieces go: those of one half alone, those of both, and those set aside, so that a product reads no
    // zeros.
    void place() {
        const T factor = std::ldexp(T(1), exponent_);
        std::ptrdiff_t count[4] = {};
        for (std::ptrdiff_t i = 0; i < k_; ++i) ++count[at_.kind[at_.kept[i]]];
        only_left_ = count[in_left];
        both_ = count[in_both];
        std::ptrdiff_t next[4] = {0, 0, only_left_ + both_, only_left_};
        for (std::ptrdiff_t i = 0; i < k_; ++i) {
            const std::ptrdiff_t row = at_.kept[i], place = next[at_.kind[row]]++;
            at_.pole[i] = at_.d[row] * factor;
            at_.weight[i] = at_.z[row];
            at_.sorted[i] = place;  // of pole i among the columns of s
            at_.left_place[row] = at_.kind[row] & in_left ? place : -1;
            at_.right_place[row] = at_.kind[row] & in_right ? place - only_left_ : -1;
        }
        std::ptrdiff_t left = only_left_ + both_, right = k_ - only_left_;
        for (std::ptrdiff_t i = 0; i < asides_; ++i) {
            const std::ptrdiff_t row = at_.aside[i];
            at_.left_place[row] = at_.kind[row] & in_left ? left++ : -1;
            at_.right_place[row] = at_.kind[row] & in_right ? right++ : -1;
        }
    }

    // Rows to their places, then the rotations in the order in which they were found.
    void gather() {
        over_rows(m_, m_, threads_, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
            for (std::ptrdiff_t row = from; row < to; ++row) {
                const bool from_left = row < left_;
                if (at_.left_place[row] >= 0)
                    put(from_left ? left_x_ + row * left_places_ : nullptr, left_y_ + at_.left_place[row] * left_places_, left_);
                if (at_.right_place[row] >= 0)
                    put(from_left ? nullptr : right_x_ + (row - left_) * right_places_,
                        right_y_ + at_.right_place[row] * right_places_, right_);
            }
        });
        for (std::ptrdiff_t t = 0; t < turns_; ++t) {
            const std::ptrdiff_t p = at_.turned[t], i = at_.against[t];  // p has got elements wherever either had
            if (m_ >= 256) interruption_point();
            const T c = at_.cosine[t], s = at_.sine[t];
            if (at_.left_place[p] >= 0)
                kernel_.rotate(left_y_ + at_.left_place[p] * left_places_, left_y_ + at_.left_place[i] * left_places_, left_, c, s);
            if (at_.right_place[p] >= 0)
                kernel_.rotate(right_y_ + at_.right_place[p] * right_places_, right_y_ + at_.right_place[i] * right_places_, right_,
                               c, s);
        }
    }
    static void put(const T* from, T* to, std::ptrdiff_t count) {
        if (from == nullptr)
            std::fill_n(to, count, T(0));
        else
            std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(T));
    }

    // Eigenvectors of diag(pole) + rho weight weight^T, their elements in the places of the rows they multiply.
    void solve() {
        if (k_ == 0) return;
        for (std::ptrdiff_t i = 1; i < k_; ++i) assert(at_.pole[i] > at_.pole[i - 1]);
        const SecularEquation<T> equation{Poles::plain, k_, at_.pole, at_.weight, std::ldexp(rho_, exponent_)};
        secular_roots(equation, at_.near, at_.offset, threads_);
        secular_weights(equation, at_.near, at_.offset, at_.exact, threads_);
        T *const pole = at_.cosine, *const weight = at_.sine;  // the rotations are done
        for (std::ptrdiff_t i = 0; i < k_; ++i) {
            pole[at_.sorted[i]] = at_.pole[i];
            weight[at_.sorted[i]] = at_.exact[i];
        }
        secular_vectors<T>(Poles::plain, k_, pole, weight, at_.near, at_.offset, vectors(), {nullptr, 0, 0, 0, 1}, threads_);
    }
    MatrixView<T> vectors() const { return {s_, k_, k_, row_places<T>(k_), 1}; }

    void multiply() {
        if (k_ > 0) {
            const std::ptrdiff_t of_left = only_left_ + both_, of_right = k_ - only_left_;
            const MatrixView<const T> s = as_const(vectors());
            const MatrixView<T> x{x_, k_, m_, places_, 1};
            gemm<T>(1, part_of(s, 0, k_, 0, of_left), {left_y_, of_left, left_, left_places_, 1}, 0, part_of(x, 0, k_, 0, left_),
                    threads_);
            gemm<T>(1, part_of(s, 0, k_, only_left_, k_), {right_y_, of_right, right_, right_places_, 1}, 0,
                    part_of(x, 0, k_, left_, m_), threads_);
        }
        over_rows(asides_, m_, threads_, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
            for (std::ptrdiff_t i = from; i < to; ++i) {
                const std::ptrdiff_t row = at_.aside[i], left = at_.left_place[row], right = at_.right_place[row];
                T* const to_row = x_ + (k_ + i) * places_;
                put(left < 0 ? nullptr : left_y_ + left * left_places_, to_row, left_);
                put(right < 0 ? nullptr : right_y_ + right * right_places_, to_row + left_, right_);
            }
        });
    }

    // Roots ascend, and so do the values set aside behind them.
    void finish() {
        for (std::ptrdiff_t i = 0; i < asides_; ++i) at_.pole[i] = at_.d[at_.aside[i]];
        std::copy_n(at_.pole, asides_, at_.d + k_);
        const T factor = std::ldexp(T(1), -exponent_);
        for (std::ptrdiff_t i = 0; i < k_; ++i) at_.d[i] = (at_.near[i] + at_.offset[i]) * factor;
        for (std::ptrdiff_t i = 0, a = 0, b = k_; i < m_; ++i)
            at_.order[i] = b == m_ || (a < k_ && at_.d[a] <= at_.d[b]) ? a++ : b++;
    }

    const MergeKernel<T>& kernel_;
    const std::ptrdiff_t m_, left_, right_;
    const T rho_, sign_;
    const int threads_;
    const std::ptrdiff_t places_, left_places_, right_places_;
    MergeSpace<T> at_;
    T *const x_, *const left_x_, *const right_x_, *const left_y_, *const right_y_, *const s_;
    std::ptrdiff_t k_ = 0, turns_ = 0, asides_ = 0, only_left_ = 0, both_ = 0;
    int exponent_ = 0;
};

}  // namespace mlmath
