// SPDX-License-Identifier: BSD-3-Clause
// svd of one matrix with at least as many rows as columns. Parts of svd.cpp.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/scaling.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/eigen/bidiagonal_dc/bidiagonal_dc.hpp"
#include "kernels/eigen/bidiagonal_dqds/bidiagonal_dqds.hpp"
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr.hpp"
#include "kernels/eigen/bidiagonalize/bidiagonalize.hpp"
#include "kernels/eigen/signs.hpp"
#include "kernels/eigen/svd/svd.hpp"
#include "kernels/eigen/svd/svd_orthogonal.hpp"
#include "kernels/factor/block_reflections.hpp"
#include "kernels/factor/qr/qr_blocked.hpp"
#include "kernels/factor/qr/qr_kernels.hpp"
#include "kernels/factor/qr/qr_tall.hpp"

namespace mlmath {

/// Orders up to which the bidiagonal matrix goes by QR iteration. Constraint: divide and conquer is the faster one from 17 rows on,
/// but sets to zero what is below 8 eps of the largest element, which in small graded matrices is several times the residual that
/// LAPACK leaves (a companion matrix of order 24: 1.3 n eps, by QR 0.1). Arithmetic: n = 32 takes 32 us by QR, 29 by division; n =
/// 64 150 and 95. Decision: 32.
constexpr std::ptrdiff_t svd_small = 32;

/// Whether QR comes first. Constraint: it saves 2 m n^2 flops of the bidiagonal form and makes all of that pass over n rows instead
/// of m; products of Q cost as much again. Arithmetic, one core with 1 MiB of second-level cache, doubles with vectors: n = 100, 2
/// / 3 / 4 rows for each column 437 / 545 / 617 us with QR, 375 / 486 / 583 without; n = 200 2.34 / 3.00 / 3.72 and 2.03 / 2.96
/// / 4.82 ms; n = 400 16.8 / 21.3 / 26.0 and 18.0 / 26.9 / 35.7. Decision: from 4 rows on, and from 1.6 where the matrix has 1 MiB.
template <class T>
bool svd_tall(std::ptrdiff_t m, std::ptrdiff_t n) {
    const bool far = static_cast<double>(m) * static_cast<double>(n) * sizeof(T) >= 1048576;
    return m > 8 && static_cast<double>(m) >= (far ? 1.6 : 4) * static_cast<double>(n);
}

template <class T>
class SvdOfMatrix {
public:
    /// m x n, m >= n >= 1. u: m x n or m x m, vt: n x n; signs_from_left: each column of u decides the sign, else the row of vt.
    /// u.data == nullptr: values alone.
    SvdOfMatrix(const QrKernel<T>& kernel, MatrixView<const T> a, MatrixView<T> u, T* s, MatrixView<T> vt, bool signs_from_left,
                int threads, FailingWays ways)
        : kernel_(kernel), a_(a), u_(u), s_(s), vt_(vt), from_left_(signs_from_left), threads_(threads), ways_(ways) {}

    /// 0, svd_not_finite (results unspecified), svd_failed (the same).
    int run() {
        const std::ptrdiff_t m = a_.rows, n = a_.columns;
        if (svd_tall<T>(m, n)) return tall();
        const T largest = largest_of(a_);
        if (std::isnan(largest)) return svd_not_finite;
        return reduced(a_, exponent_to_one(largest), u_);
    }

private:
    bool vectors() const { return u_.data != nullptr; }

    T largest_of(MatrixView<const T> a) const {
        if (std::abs(a.column_stride) > std::abs(a.row_stride)) a = transposed(a);
        std::vector<T> largest(static_cast<std::size_t>((a.rows + 31) / 32), T(0));
        over_rows(a.rows, a.columns, threads_, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
            const T some = largest_finite(rows_of(a, from, to));
            for (std::ptrdiff_t piece = from / 32; piece < (to + 31) / 32; ++piece) largest[piece] = some;
        });
        T all = 0;
        for (const T some : largest) {
            if (std::isnan(some)) return some;
            all = std::max(all, some);
        }
        return all;
    }

    // ---- the bidiagonal matrix -----------------------------------------------------------------------------------------------

    // d, e -> s; u_b, vt_b (n x n) when wanted. Divide and conquer, QR iteration: whichever finds them.
    bool solve(std::ptrdiff_t n, const T* d, const T* e, MatrixView<T> u_b, MatrixView<T> vt_b) const {
        std::vector<T> beside(static_cast<std::size_t>(n));
        const auto restart = [&] {
            std::copy_n(d, n, s_);
            std::copy_n(e, n - 1, beside.begin());
        };
        restart();
        const MatrixView<T> values{s_, 1, n, n, 1};
        if (u_b.data == nullptr) {
            if (FailingWays::succeeded(bidiagonal_dqds<T>(n, s_, beside.data()), ways_.values, values)) return true;
            restart();
            return FailingWays::succeeded(bidiagonal_qr<T>(n, s_, beside.data(), nullptr, 0, 0, nullptr, 0, 0), ways_.iteration,
                                          values);
        }
        if (n > svd_small) {
            if (FailingWays::succeeded(bidiagonal_dc<T>(n, s_, beside.data(), u_b, vt_b, threads_), ways_.division, values, u_b,
                                       vt_b))
                return true;
            restart();
        }
        const std::ptrdiff_t ld = row_places<T>(n);
        Workspace workspace(2 * static_cast<std::size_t>(n * ld) * sizeof(T));
        T *const ut = workspace.take<T>(static_cast<std::size_t>(n * ld)), *const v =
                                                                               workspace.take<T>(static_cast<std::size_t>(n * ld));
        std::fill(ut, ut + n * ld, T(0));
        std::fill(v, v + n * ld, T(0));
        for (std::ptrdiff_t i = 0; i < n; ++i) ut[i * (ld + 1)] = v[i * (ld + 1)] = 1;
        const bool found = bidiagonal_qr<T>(n, s_, beside.data(), ut, ld, n, v, ld, n);
        if (!FailingWays::succeeded(found, ways_.iteration, values, u_b, vt_b)) return false;
        copy({ut, n, n, 1, ld}, u_b);
        copy({v, n, n, ld, 1}, vt_b);
        return true;
    }

    // B times the power of two, which is returned, that brings its largest element near one. Constraint: what follows squares the
    // elements; matrices of low rank leave a trail of them that shrinks by eps from step to step. Decision: below 2^-200 of the
    // largest (float 2^-50), far below eps of it, they are zero.
    static int normalize(std::ptrdiff_t n, T* d, T* e) {
        T largest = std::abs(d[n - 1]);
        for (std::ptrdiff_t k = 0; k + 1 < n; ++k) largest = std::max({largest, std::abs(d[k]), std::abs(e[k])});
        const int exponent = exponent_to_one(largest);
        const auto scaled = [&](T x) {
            const T y = std::ldexp(x, exponent);
            return std::abs(y) < (sizeof(T) == 8 ? T(0x1p-200) : T(0x1p-50)) ? T(0) : y;
        };
        for (std::ptrdiff_t k = 0; k < n; ++k) d[k] = scaled(d[k]);
        for (std::ptrdiff_t k = 0; k + 1 < n; ++k) e[k] = scaled(e[k]);
        return exponent;
    }

    // a of about one after scaling: bidiagonal form, its vectors, and the way back. u has rows and columns of the result.
    int reduced(MatrixView<const T> a, int exponent, MatrixView<T> u) const {
        const std::ptrdiff_t m = a.rows, n = a.columns;
        Bidiagonalization<T> both(m, n);
        Workspace workspace(both.bytes() + 2 * whole_lines(static_cast<std::size_t>(n) * sizeof(T)));
        both.take(workspace);
        T *const d = workspace.take<T>(static_cast<std::size_t>(n)), *const e = workspace.take<T>(static_cast<std::size_t>(n));
        both.reduce(a, exponent, d, e, threads_);
        const int to_one = normalize(n, d, e);
        const MatrixView<T> u_b = vectors() ? part_of(u, 0, n, 0, n) : MatrixView<T>{};
        if (!solve(n, d, e, u_b, vt_)) return svd_failed;
        scale_run(s_, n, -exponent - to_one);
        if (!vectors()) return 0;
        if (n <= svd_corrected) make_orthogonal(u_b);
        extend(u);
        // The side that decides the signs first: of the other one small rows are turned, not the result.
        std::vector<T> signs(static_cast<std::size_t>(u.columns));
        if (from_left_ && u.rows == u_.rows) {
            both.apply_left(u, threads_);
            turn(u, part_of(vt_, 0, n, 0, n), signs.data());
            both.apply_right(vt_, threads_);
            if (n <= svd_corrected) make_orthogonal(vt_);
        } else {
            both.apply_right(vt_, threads_);
            if (n <= svd_corrected) make_orthogonal(vt_);
            if (!from_left_) turn(transposed(vt_), transposed(u_b), signs.data());
            both.apply_left(u, threads_);
            if (u.columns > n) {
                const MatrixView<T> more = part_of(u, 0, m, n, u.columns);
                turn(more, MatrixView<T>{nullptr, 0, 0, 0, 0}, signs.data());
            }
        }
        return 0;
    }
    // u (top left n x n known) <- [u 0; 0 I]
    void extend(MatrixView<T> u) const {
        const std::ptrdiff_t n = a_.columns;
        if (u.rows > n) fill(part_of(u, n, u.rows, 0, n), T(0));
        if (u.columns <= n) return;
        fill(part_of(u, 0, u.rows, n, u.columns), T(0));
        for (std::ptrdiff_t k = n; k < u.columns; ++k) u.data[k * (u.row_stride + u.column_stride)] = 1;
    }
    // Columns of x so that their largest elements are positive, rows of `other` with them.
    void turn(MatrixView<T> x, MatrixView<T> other, T* signs) const {
        row_signs(as_const(transposed(x)), signs, threads_);
        flip_rows(transposed(x), signs, threads_);
        if (other.data != nullptr) flip_rows(other, signs, threads_);
    }

    // ---- tall: QR first ------------------------------------------------------------------------------------------------------

    int tall() const {
        int status = triangular(a_, 0, false);
        if (status != again) return status;
        const std::ptrdiff_t m = a_.rows, n = a_.columns;
        const T largest = largest_of(a_);
        if (std::isnan(largest)) return svd_not_finite;
        const int exponent = exponent_to_one(largest);
        Workspace workspace(static_cast<std::size_t>(m * n) * sizeof(T));
        T* const scaled = workspace.take<T>(static_cast<std::size_t>(m * n));
        copy_scaled(a_, exponent, scaled, n);
        status = triangular({scaled, m, n, n, 1}, exponent, true);
        return status == again ? svd_failed : status;
    }
    static constexpr int again = 2;

    // a: scaled by 2^exponent already. `again`: NaN, or too large or small to have been exact, unless a is known to be neither.
    int triangular(MatrixView<const T> a, int exponent, bool known) const {
        const std::ptrdiff_t m = a.rows, n = a.columns;
        Workspace workspace(2 * whole_lines(static_cast<std::size_t>(n * row_places<T>(n)) * sizeof(T)));
        const MatrixView<T> r{workspace.take<T>(static_cast<std::size_t>(n * row_places<T>(n))), n, n, row_places<T>(n), 1};
        const MatrixView<T> u_r{vectors() ? workspace.take<T>(static_cast<std::size_t>(n * row_places<T>(n))) : nullptr, n, n,
                                row_places<T>(n), 1};
        const bool blocks = qr_is_tall<T>(m, n) && (!vectors() || u_.columns == n);
        return blocks ? by_blocks(a, exponent, known, r, u_r) : by_reflections(a, exponent, known, r, u_r);
    }
    // s, u_r and vt of r, or why not.
    int of_triangle(MatrixView<T> r, MatrixView<T> u_r, int exponent, bool known) const {
        const T largest = largest_finite(as_const(r));
        if (!known && !qr_lost_nothing(largest)) return again;
        const int to_one = exponent_to_one(largest);
        const int status = reduced(as_const(r), to_one, u_r);
        scale_run(s_, r.columns, -exponent);
        return status;
    }
    void finish_signs() const {
        std::vector<T> signs(static_cast<std::size_t>(u_.columns));
        const std::ptrdiff_t n = a_.columns;
        if (from_left_) turn(part_of(u_, 0, u_.rows, 0, n), vt_, signs.data());
        if (u_.columns > n) turn(part_of(u_, 0, u_.rows, n, u_.columns), MatrixView<T>{nullptr, 0, 0, 0, 0}, signs.data());
    }

    int by_reflections(MatrixView<const T> a, int exponent, bool known, MatrixView<T> r, MatrixView<T> u_r) const {
        const std::ptrdiff_t m = a.rows, n = a.columns;
        Reflections<T> reflections(kernel_, m, n);
        Workspace kept(reflections.kept_bytes());
        reflections.keep(kept);
        {
            Workspace passing(reflections.passing_bytes());
            reflections.pass(passing);
            reflections.factor(a, threads_);
            copy_upper(as_const(reflections.work()), r, threads_);
        }
        const int status = of_triangle(r, u_r, exponent, known);
        if (status != 0 || !vectors()) return status;
        copy(as_const(u_r), part_of(u_, 0, n, 0, n));
        extend(u_);
        const MatrixView<T> v = reflections.vectors();
        Workspace workspace(static_cast<std::size_t>(n * reflections_of_block(n)) * sizeof(T));
        BlockReflections<T>{v.data, v.column_stride, m, n, 0, reflections.tau(), workspace.take<T>(0)}.apply(u_, threads_);
        finish_signs();
        return 0;
    }

    // The tree of qr_tall.hpp, with U_R brought in at its top: no product with all of Q.
    int by_blocks(MatrixView<const T> a, int exponent, bool known, MatrixView<T> r, MatrixView<T> u_r) const {
        TallQr<T> tree(kernel_, a, vectors() ? u_ : MatrixView<T>{nullptr, 0, a.columns, a.columns, 1}, threads_);
        copy(tree.triangle(), r);
        const int status = of_triangle(r, u_r, exponent, known);
        if (status != 0 || !vectors()) return status;
        tree.form(as_const(u_r), threads_);
        finish_signs();
        return 0;
    }

    const QrKernel<T>& kernel_;
    MatrixView<const T> a_;
    MatrixView<T> u_;
    T* s_;
    MatrixView<T> vt_;
    bool from_left_;
    int threads_;
    FailingWays ways_;
};

}  // namespace mlmath
