// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_dc, one merge: two solved blocks and the row between them become one.
//
// A node holds n rows and n + more columns of B (more is 0 or 1). Its left vectors are the rows of an n x n block of ut, its right
// vectors those of an (n + more)^2 block of vt, whose last row, if there is more, is the one that the block maps to zero. The
// blocks of the two halves, of n1 and n2 rows, lie on the diagonal of their parent's, the row between them at place n1:
//
//       B1  0                          U1^T                       V1^T
//      a  b           left vectors:         1       right:        v1
//       0  B2                                  U2^T                    V2^T
//                                                                      v2
//
// In that basis B is diag(d) but for the row between, which becomes z: a times the last components of V1, b times the first of V2.
// v1 and v2 are turned into q, which takes their share of z, and the null vector of the whole. With q and the row between in
// front the matrix is M of secular.hpp: d_0 = 0, z its first row.
#pragma once
#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/interruption.hpp"
#include "core/scaling.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/eigen/secular/secular.hpp"

namespace mlmath {

/// What a node works with: blocks of the big arrays, all of them its own while it is merged.
template <class T>
struct BidiagonalNode {
    std::ptrdiff_t n1, n2, more;
    T above_left, above_right;  // the row between: its diagonal element, and the one above the diagonal
    T *ut, *vt;                 // blocks as above, rows `stride` apart
    std::ptrdiff_t stride;
    T *d, *z, *poles, *weights, *near, *offset, *grouped, *grouped_weights;  // n + 1 numbers each; d: place i belongs to row i
    std::ptrdiff_t *order, *row, *rank;                                      // n + 1 each; order: rows by ascending d, half by half
    std::uint8_t* kind;
    T *basis_u, *basis_v;                // (n + 1)^2 / 2 elements and some
    T *coefficients_u, *coefficients_v;  // n rows of n + 2, `stride` apart
};

/// Where a basis vector of M is not zero: in the columns of the upper half alone, of both, of the lower half alone.
enum : std::uint8_t { upper_half = 0, both_halves = 1, lower_half = 2, deflated = 3 };

template <class T>
class BidiagonalMerge {
public:
    BidiagonalMerge(const BidiagonalNode<T>& node, int threads)
        : node_(node), n1_(node.n1), n2_(node.n2), n_(node.n1 + 1 + node.n2), ld_(node.stride), threads_(threads) {}

    /// d: singular values of the node; order: its rows by ascending d. False when a root is not finite or out of order.
    bool run() {
        const int exponent = bring_near_one();
        first_row();
        if (!(largest_ > 0)) {
            nothing();
            return true;
        }
        deflate();
        const SecularEquation<T> equation{Poles::squared, k_, node_.poles, node_.weights, T(1)};
        for (std::ptrdiff_t j = 1; j < k_; ++j) assert(node_.poles[j - 1] < node_.poles[j]);
        secular_roots(equation, node_.near, node_.offset, threads_);
        secular_weights(equation, node_.near, node_.offset, node_.z, threads_);
        group();
        secular_vectors<T>(Poles::squared, k_, node_.grouped, node_.grouped_weights, node_.near, node_.offset,
                           {node_.coefficients_v, k_, k_, ld_, 1}, {node_.coefficients_u, k_, k_, ld_, 1}, threads_);
        bases();
        keep_deflated();
        products();
        return values(exponent);
    }

private:
    // Constraint: what is set to zero is an error of B; what is left must leave poles whose differences mean something, and in
    // float no term of the secular equation may overflow: the smallest root is t^2 of the largest element for a tolerance t, and
    // its slope t^-6. Arithmetic: 32 eps (LAPACK's choice, in terms of roots found less carefully) leaves residuals of up to 3 n
    // eps where 8 leave 1, with the same orthogonality; t = 8 eps of float: 10^36. Decision: 8 eps of the largest element.
    static constexpr T tolerance = 8 * std::numeric_limits<T>::epsilon();

    T* u_row(std::ptrdiff_t i) const { return node_.ut + i * ld_; }
    T* v_row(std::ptrdiff_t i) const { return node_.vt + i * ld_; }

    // d and the row between, times a power of two: products of four of them must not underflow.
    int bring_near_one() {
        T largest = std::max(std::abs(node_.above_left), std::abs(node_.above_right));
        for (std::ptrdiff_t i = 0; i < n_; ++i)
            if (i != n1_) largest = std::max(largest, node_.d[i]);
        const int exponent = exponent_to_one(largest);
        node_.d[n1_] = 0;
        scale_run(node_.d, n_, exponent);
        left_ = std::ldexp(node_.above_left, exponent), right_ = std::ldexp(node_.above_right, exponent);
        largest_ = std::ldexp(largest, exponent);
        return exponent;
    }

    // z by rows of the node; its share along v1 and v2 turned into q.
    void first_row() {
        for (std::ptrdiff_t i = 0; i < n1_; ++i) node_.z[i] = left_ * v_row(i)[n1_];
        for (std::ptrdiff_t i = n1_ + 1; i < n_; ++i) node_.z[i] = right_ * v_row(i)[n1_ + 1];
        const T x = left_ * v_row(n1_)[n1_], y = node_.more > 0 ? right_ * v_row(n_)[n1_ + 1] : T(0);
        const T length = std::hypot(x, y);
        tolerance_ = tolerance * largest_;
        const bool negligible = length <= tolerance_;
        cosine_ = negligible ? T(1) : x / length;
        sine_ = negligible ? T(0) : y / length;
        node_.z[n1_] = std::max(length, tolerance_);
    }

    void nothing() {  // all zero: the vectors are those of the halves, with zeros between
        k_ = 0;
        widen(0, n_);
        for (std::ptrdiff_t i = 0; i < n_; ++i) node_.order[i] = i;
        clear(u_row(n1_), 0, n_);
        u_row(n1_)[n1_] = 1;
    }

    void clear(T* row, std::ptrdiff_t from, std::ptrdiff_t to) const { std::fill(row + from, row + to, T(0)); }

    // Rows of the halves as rows of the node: zeros where the other half is.
    void widen_row(std::ptrdiff_t i) const {
        if (i < n1_) {
            clear(u_row(i), n1_, n_);
            clear(v_row(i), n1_ + 1, n_ + node_.more);
        } else if (i > n1_) {
            clear(u_row(i), 0, n1_ + 1);
            clear(v_row(i), 0, n1_ + 1);
        } else {
            clear(v_row(i), n1_ + 1, n_ + node_.more);
        }
    }
    void widen(std::ptrdiff_t from, std::ptrdiff_t to) const {
        for (std::ptrdiff_t i = from; i < to; ++i) widen_row(i);
        if (node_.more > 0) clear(v_row(n_), 0, n1_ + 1);
    }

    // The rows i, by ascending d, become poles 1 .. k-1 (row[j] is that of pole j) or are deflated.
    void deflate() {
        std::ptrdiff_t* const ascending = node_.rank;
        for (std::ptrdiff_t i = n1_ + 1; i < n_; ++i) node_.order[i] += n1_ + 1;
        std::merge(node_.order, node_.order + n1_, node_.order + n1_ + 1, node_.order + n_, ascending,
                   [&](std::ptrdiff_t i, std::ptrdiff_t j) { return node_.d[i] < node_.d[j]; });
        for (std::ptrdiff_t i = 0; i < n_; ++i) node_.kind[i] = i < n1_ ? upper_half : i == n1_ ? both_halves : lower_half;
        node_.row[0] = n1_;
        k_ = 1;
        for (std::ptrdiff_t a = 0; a + 1 < n_; ++a) {
            const std::ptrdiff_t i = ascending[a];
            if (n_ >= 256) interruption_point();  // each may move rows
            if (std::abs(node_.z[i]) <= tolerance_) {
                node_.kind[i] = deflated_from(i);
                continue;
            }
            if (k_ > 1 && turned_away(node_.row[k_ - 1], i)) {
                node_.row[k_ - 1] = i;
                continue;
            }
            node_.row[k_++] = i;
        }
        for (std::ptrdiff_t j = 0; j < k_; ++j) {
            node_.poles[j] = node_.d[node_.row[j]];
            node_.weights[j] = node_.z[node_.row[j]];
        }
        if (k_ > 1) node_.poles[1] = std::max(node_.poles[1], tolerance_);  // apart from pole 0; pole 2 lies behind
    }

    std::uint8_t deflated_from(std::ptrdiff_t i) const {
        if (node_.kind[i] != both_halves) widen_row(i);
        return deflated;
    }

    // Two poles that are close: a rotation of both rows leaves all of z with the second, if what it leaves off the diagonal is
    // negligible. The first is deflated then.
    bool turned_away(std::ptrdiff_t i, std::ptrdiff_t j) {
        const T length = std::hypot(node_.z[i], node_.z[j]), c = node_.z[j] / length, s = -node_.z[i] / length;
        const T between = node_.d[j] - node_.d[i];
        if (std::abs(between * c * s) > tolerance_) return false;
        if (node_.kind[i] != node_.kind[j]) {
            for (std::ptrdiff_t r : {i, j})
                if (node_.kind[r] != both_halves) widen_row(r);
            node_.kind[i] = node_.kind[j] = both_halves;
        }
        const std::uint8_t kind = node_.kind[i];
        const auto turn = [&](T* x, T* y, std::ptrdiff_t from, std::ptrdiff_t to) {
            for (std::ptrdiff_t m = from; m < to; ++m) {
                const T moved = c * x[m] + s * y[m];
                y[m] = c * y[m] - s * x[m];
                x[m] = moved;
            }
        };
        turn(u_row(i), u_row(j), kind == lower_half ? n1_ + 1 : 0, kind == upper_half ? n1_ : n_);
        turn(v_row(i), v_row(j), kind == lower_half ? n1_ + 1 : 0, kind == upper_half ? n1_ + 1 : n_ + node_.more);
        node_.z[j] = length;
        node_.d[j] -= s * s * between;
        node_.d[i] += s * s * between;
        node_.kind[i] = deflated_from(i);
        return true;
    }

    // Poles by the halves their vectors live in, so that products need no columns of zeros; pole 0 stays in front.
    void group() {
        std::ptrdiff_t place[4] = {1, 1, 1, 1};
        for (std::ptrdiff_t j = 1; j < k_; ++j) ++place[node_.kind[node_.row[j]] + 1];
        upper_ = place[1] - 1, both_ = place[2] - 1, lower_ = place[3] - 1;
        place[1] = 1 + upper_, place[2] = 1 + upper_ + both_;
        node_.grouped[0] = 0, node_.grouped_weights[0] = node_.z[0];
        for (std::ptrdiff_t j = 1; j < k_; ++j) {
            const std::ptrdiff_t to = place[node_.kind[node_.row[j]]]++;
            node_.rank[to] = node_.row[j];
            node_.grouped[to] = node_.poles[j];
            node_.grouped_weights[to] = node_.z[j];
        }
    }

    // over_rows() of rows of n elements, with looks for Ctrl-C, from 2^16 elements on: the threads are awake here, and they are 25
    // us for each of two.
    template <class Body>
    void over(std::ptrdiff_t rows, Body&& body) const {
        constexpr std::ptrdiff_t at_once = 32;
        if (rows * n_ < 1 << 16) return body(std::ptrdiff_t{0}, rows);
        parallel_for((rows + at_once - 1) / at_once, threads_,
                     [&](std::ptrdiff_t p) { body(p * at_once, std::min(rows, (p + 1) * at_once)); });
    }

    // Copies of the basis vectors that M's are multiplied with, half by half:
    //   basis_v: q, upper, both | both, lower, q        basis_u: upper, both | both, lower
    void bases() {
        const std::ptrdiff_t left = n1_ + 1, right = n2_ + node_.more;
        T *const upper_v = node_.basis_v, *const lower_v = upper_v + (1 + upper_ + both_) * left;
        T *const upper_u = node_.basis_u, *const lower_u = upper_u + (upper_ + both_) * n1_;
        over(k_ - 1, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
            for (std::ptrdiff_t j = from; j < to; ++j) {
                const T *u = u_row(node_.rank[j + 1]), *v = v_row(node_.rank[j + 1]);
                if (j < upper_ + both_) {
                    std::copy_n(u, n1_, upper_u + j * n1_);
                    std::copy_n(v, left, upper_v + (j + 1) * left);
                }
                if (j >= upper_) {
                    std::copy_n(u + left, n2_, lower_u + (j - upper_) * n2_);
                    std::copy_n(v + left, right, lower_v + (j - upper_) * right);
                }
            }
        });
        const T* v1 = v_row(n1_);
        for (std::ptrdiff_t m = 0; m < left; ++m) upper_v[m] = cosine_ * v1[m];
        if (node_.more > 0) {
            T *const v2 = v_row(n_), *const q = lower_v + (both_ + lower_) * right;
            for (std::ptrdiff_t m = 0; m < right; ++m) {
                q[m] = sine_ * v2[left + m];
                v2[left + m] *= cosine_;
            }
            for (std::ptrdiff_t m = 0; m < left; ++m) v2[m] = -sine_ * v1[m];
            for (std::ptrdiff_t i = 0; i < k_; ++i) node_.coefficients_v[i * ld_ + k_] = node_.coefficients_v[i * ld_];
        }
    }

    // Deflated rows to the places behind the k new ones, the last first, so that none is overwritten before it has moved.
    void keep_deflated() {
        std::ptrdiff_t to = n_;
        for (std::ptrdiff_t i = n_ - 1; i >= 0; --i) {
            if (node_.kind[i] != deflated || --to == i) continue;
            if (n_ >= 256) interruption_point();
            std::copy_n(u_row(i), n_, u_row(to));
            std::copy_n(v_row(i), n_ + node_.more, v_row(to));
            node_.d[to] = node_.d[i];
        }
        assert(to == k_);
    }

    void products() {
        const std::ptrdiff_t left = n1_ + 1, right = n2_ + node_.more, upper = upper_ + both_, lower = both_ + lower_;
        const T *const lower_v = node_.basis_v + (1 + upper) * left, *const lower_u = node_.basis_u + upper * n1_;
        const auto product = [&](const T* coefficients, std::ptrdiff_t inner, const T* basis, T* to, std::ptrdiff_t columns) {
            gemm<T>(1, {coefficients, k_, inner, ld_, 1}, {basis, inner, columns, columns, 1}, 0, {to, k_, columns, ld_, 1},
                    threads_);
        };
        product(node_.coefficients_v, 1 + upper, node_.basis_v, node_.vt, left);
        product(node_.coefficients_v + 1 + upper_, lower + node_.more, lower_v, node_.vt + left, right);
        product(node_.coefficients_u + 1, upper, node_.basis_u, node_.ut, n1_);
        product(node_.coefficients_u + 1 + upper_, lower, lower_u, node_.ut + left, n2_);
        for (std::ptrdiff_t i = 0; i < k_; ++i) u_row(i)[n1_] = node_.coefficients_u[i * ld_];
    }

    bool values(int exponent) {
        bool good = true;
        for (std::ptrdiff_t i = 0; i < k_; ++i) node_.d[i] = node_.near[i] + node_.offset[i];
        for (std::ptrdiff_t i = 0; i < k_; ++i) good &= i > 0 ? node_.d[i] >= node_.d[i - 1] : node_.d[i] >= 0;
        for (std::ptrdiff_t i = k_; i < n_; ++i) good &= node_.d[i] >= 0;
        for (std::ptrdiff_t i = 0; i < n_; ++i) node_.row[i] = i;
        const auto less = [&](std::ptrdiff_t i, std::ptrdiff_t j) { return node_.d[i] < node_.d[j]; };
        std::sort(node_.row + k_, node_.row + n_, less);
        std::merge(node_.row, node_.row + k_, node_.row + k_, node_.row + n_, node_.order, less);
        scale_run(node_.d, n_, -exponent);
        return good;
    }

    const BidiagonalNode<T>& node_;
    const std::ptrdiff_t n1_, n2_, n_, ld_;
    const int threads_;
    std::ptrdiff_t k_ = 0, upper_ = 0, both_ = 0, lower_ = 0;
    T left_ = 0, right_ = 0, largest_ = 0, tolerance_ = 0, cosine_ = 1, sine_ = 0;
};

}  // namespace mlmath
