// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_ql: scratch memory, the choice of the level, ascending order.
#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/interruption.hpp"
#include "core/workspace.hpp"
#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(TridiagonalQlKernels, tridiagonal_ql_kernels);

namespace {

// Constraint: an element may be taken for zero when that changes no eigenvalue by more than rounding would, and, in a graded
// matrix, no small eigenvalue by more than its neighbours' rounding. Decision: |e_i| <= u sqrt|d_i d_{i+1}|, with a floor of u^2
// times the largest element, about one: a diagonal that is rounding noise would otherwise keep its neighbours for ever.
template <class T>
QlMatrix matrix_of(Workspace& workspace, std::ptrdiff_t n, const T* d, const T* e) {
    constexpr double unit = std::numeric_limits<T>::epsilon() / 2.0;
    QlMatrix t{n, workspace.take<double>(n), workspace.take<double>(n + 1) + 1, workspace.take<std::uint64_t>(n), unit * unit, 0};
    double largest = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const double off = i + 1 < n ? static_cast<double>(e[i]) : 0;
        t.d[i] = d[i];
        t.e[i] = off * off;
        t.sign[i] = std::signbit(off) ? std::uint64_t{1} << 63 : 0;
        largest = std::max({largest, std::abs(t.d[i]), std::abs(off)});
    }
    t.e[-1] = 0;
    const double floor = unit * unit * largest;
    t.floor = floor * floor;
    return t;
}

std::size_t matrix_bytes(std::ptrdiff_t n) { return 3 * whole_lines(static_cast<std::size_t>(n + 1) * sizeof(double)); }

}  // namespace

template <class T>
bool tridiagonal_ql(std::ptrdiff_t n, T* d, const T* e, T* zt, std::ptrdiff_t ld, std::ptrdiff_t columns) {
    if (n == 0) return true;
    constexpr std::ptrdiff_t line = 64 / static_cast<std::ptrdiff_t>(sizeof(T));
    const std::ptrdiff_t places = (n + line - 1) / line * line;
    Workspace workspace(matrix_bytes(n) + static_cast<std::size_t>(2 * places * ql_sweeps_kept) * sizeof(T));
    const QlMatrix t = matrix_of(workspace, n, d, e);
    T* const rotations = workspace.take<T>(static_cast<std::size_t>(2 * places * ql_sweeps_kept));
    const bool found = active(tridiagonal_ql_kernels_by_level).of(T()).vectors(t, zt, ld, columns, rotations);
    interruption_point();
    if (!found) return false;
    // Ascending, by exchanges with the smallest of what is left: every row moves at most once more than it must.
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const std::ptrdiff_t smallest = std::min_element(t.d + i, t.d + n) - t.d;
        d[i] = static_cast<T>(t.d[smallest]);
        if (smallest == i) continue;
        t.d[smallest] = t.d[i];
        std::swap_ranges(zt + i * ld, zt + i * ld + columns, zt + smallest * ld);
    }
    return true;
}

template <class T>
bool tridiagonal_values(std::ptrdiff_t n, T* d, const T* e) {
    if (n == 0) return true;
    Workspace workspace(matrix_bytes(n));
    const QlMatrix t = matrix_of(workspace, n, d, e);
    const bool found = active(tridiagonal_ql_kernels_by_level).of(T()).values(t);
    interruption_point();
    if (!found) return false;
    std::sort(t.d, t.d + n);
    std::transform(t.d, t.d + n, d, [](double x) { return static_cast<T>(x); });
    return true;
}

#define MLMATH_TRIDIAGONAL_QL(T)                                                                    \
    template bool tridiagonal_ql(std::ptrdiff_t, T*, const T*, T*, std::ptrdiff_t, std::ptrdiff_t); \
    template bool tridiagonal_values(std::ptrdiff_t, T*, const T*)
MLMATH_TRIDIAGONAL_QL(double);
MLMATH_TRIDIAGONAL_QL(float);

}  // namespace mlmath
