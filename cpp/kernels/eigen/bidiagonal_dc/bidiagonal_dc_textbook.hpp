// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_dc, textbook: halves down to nothing, each merge with full vectors [GuEisenstat1995, sec. 2]. Oracle of the tests.
#pragma once
#include "core/view.hpp"
#include "kernels/eigen/bidiagonal_dc/bidiagonal_dc_arrow_textbook.hpp"

namespace mlmath::textbook {

/// n rows and n + more columns (more: 0 or 1) with diagonal s and e above it, solved: d; left vectors u and right vectors v, row
/// by row. The last row of v, if there is more, maps to zero.
template <class T>
struct BidiagonalPart {
    using Row = std::vector<T>;
    Row d;
    std::vector<Row> u, v;

    BidiagonalPart(std::ptrdiff_t n, std::ptrdiff_t more, const T* s, const T* e) {
        if (n == 0 && more > 0) v = {{T(1)}};
        if (n == 0) return;
        const std::ptrdiff_t upper = (n - 1) / 2, columns = n + more;
        const BidiagonalPart a(upper, 1, s, e), b(n - 1 - upper, more, s + upper + 1, e + upper + 1);
        const auto at = [](std::ptrdiff_t first, std::ptrdiff_t size, const Row& part) {
            Row row(size);
            std::copy(part.begin(), part.end(), row.begin() + first);
            return row;
        };
        // In front the row between the halves and q; q and the null vector of the whole are made of those of the halves.
        const Row p = at(0, columns, a.v.back()), r = more > 0 ? at(upper + 1, columns, b.v.back()) : Row(columns);
        const T x = s[upper] * a.v.back().back(), y = more > 0 ? e[upper] * b.v.back().front() : T(0), length = std::hypot(x, y);
        const T c = length > 0 ? x / length : T(1), t = length > 0 ? y / length : T(0);
        Row q(columns), null(columns), poles{0}, z{length};
        for (std::ptrdiff_t j = 0; j < columns; ++j) q[j] = c * p[j] + t * r[j], null[j] = c * r[j] - t * p[j];
        std::vector<Row> left{at(upper, n, {1})}, right{q};
        T largest = std::max(std::abs(s[upper]), more > 0 || n > 1 ? std::abs(e[upper]) : T(0));
        for (std::ptrdiff_t i = 0; i < n - 1; ++i) {
            const bool first = i < upper;
            const std::ptrdiff_t k = first ? i : i - upper, from = first ? 0 : upper + 1;
            const BidiagonalPart& half = first ? a : b;
            left.push_back(at(from, n, half.u[k])), right.push_back(at(from, columns, half.v[k]));
            poles.push_back(half.d[k]), z.push_back(first ? s[upper] * half.v[k].back() : e[upper] * half.v[k].front());
            largest = std::max(largest, half.d[k]);
        }
        ArrowSvd<T> whole(poles, z, largest, left, right);
        d = whole.d, u = whole.u, v = whole.v;
        if (more > 0) v.push_back(null);
    }
};

/// Arguments as of bidiagonal_dc(); s and e are not changed, d: n singular values, descending.
template <class T>
void bidiagonal_dc(std::ptrdiff_t n, const T* s, const T* e, T* d, MatrixView<T> u, MatrixView<T> vt) {
    const BidiagonalPart<T> whole(n, 0, s, e);
    std::vector<std::ptrdiff_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto i, auto j) { return whole.d[i] > whole.d[j]; });
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        d[i] = whole.d[order[i]];
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            u.data[j * u.row_stride + i * u.column_stride] = whole.u[order[i]][j];
            vt.data[i * vt.row_stride + j * vt.column_stride] = whole.v[order[i]][j];
        }
    }
}

}  // namespace mlmath::textbook
