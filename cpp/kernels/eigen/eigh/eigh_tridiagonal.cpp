// SPDX-License-Identifier: BSD-3-Clause
// Tridiagonal matrices: the choice between inverse iteration and divide and conquer, scaling for the latter, signs.
#include "kernels/eigen/eigh/eigh_tridiagonal.hpp"

#include <algorithm>
#include <cmath>
#include <type_traits>

#include "core/scaling.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection.hpp"
#include "kernels/eigen/tridiagonal_dc/tridiagonal_dc.hpp"

namespace mlmath {
namespace {

// Constraint: inverse iteration takes 4 n c^2 flops for c neighbours, divide and conquer up to 8 n^3 / 3 in products, several times
// faster. Decision: all vectors from a quarter of them on.
constexpr std::ptrdiff_t division_from = 4;

template <class T>
bool by_division(std::ptrdiff_t n, const T* diagonal, const T* off, std::ptrdiff_t from, std::ptrdiff_t to, T* w, MatrixView<T> z,
                 int threads) {
    const auto size = static_cast<std::size_t>(n);
    const MatrixView<const T> of_d{diagonal, 1, n, n, 1}, of_e{off, 1, n - 1, n, 1};
    const int exponent = exponent_to_one(std::max(largest_finite(of_d), largest_finite(of_e)));
    const bool all = to - from == n;
    Workspace workspace(2 * whole_lines(size * sizeof(T)) + (all ? 0 : whole_lines(size * size * sizeof(T))));
    T *const d = workspace.take<T>(size), *const e = workspace.take<T>(size);
    copy_scaled(of_d, exponent, d, n);
    copy_scaled(of_e, exponent, e, n);
    const MatrixView<T> vectors = all ? z : MatrixView<T>{workspace.take<T>(size * size), n, n, 1, n};
    if (!tridiagonal_dc<T>(n, d, e, vectors, threads)) return false;
    for (std::ptrdiff_t j = from; j < to; ++j) w[j - from] = std::ldexp(d[j], -exponent);
    if (!all) copy(as_const(part_of(vectors, 0, n, from, to)), z);
    return true;
}

}  // namespace

template <class T>
void choose_signs(MatrixView<T> v, int threads) {
    // Constraint: a column of a row-major V is a cache line for each element: down one column after the other, 1000 x 1000 floats
    // took 1.1 ms of the 2.3 that all of their eigenvectors took. Decision: 64 columns at once, whose extremes fill a few
    // registers.
    constexpr std::ptrdiff_t strip = 64;
    const bool by_rows = std::abs(v.column_stride) < std::abs(v.row_stride);
    const std::ptrdiff_t at_once = by_rows ? strip : 1, strips = (v.columns + at_once - 1) / at_once;
    parallel_for(strips, v.rows * v.columns >= 131072 ? threads : 1, [&](std::ptrdiff_t s) {  // fewer are moved in 0.1 ms
        const std::ptrdiff_t first = s * at_once, count = std::min(at_once, v.columns - first);
        const auto turn = [&](auto step) {
            T extreme[2][strip] = {};
            T *const high = extreme[0], *const low = extreme[1];
            T* const columns = v.data + first * v.column_stride;
            const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t j) -> T& { return columns[i * v.row_stride + j * step]; };
            for (std::ptrdiff_t i = 0; i < v.rows; ++i)
                for (std::ptrdiff_t j = 0; j < count; ++j) {
                    high[j] = at(i, j) > high[j] ? at(i, j) : high[j];
                    low[j] = at(i, j) < low[j] ? at(i, j) : low[j];
                }
            T* const sign = high;
            for (std::ptrdiff_t j = 0; j < count; ++j) {
                std::ptrdiff_t i = 0;  // of equal ones the first decides
                while (high[j] == -low[j] && i + 1 < v.rows && std::abs(at(i, j)) != high[j]) ++i;
                sign[j] = (high[j] == -low[j] ? at(i, j) < 0 : high[j] < -low[j]) ? T(-1) : T(1);
            }
            for (std::ptrdiff_t i = 0; i < v.rows; ++i)
                for (std::ptrdiff_t j = 0; j < count; ++j) at(i, j) *= sign[j];
        };
        if (v.column_stride == 1)
            turn(std::integral_constant<std::ptrdiff_t, 1>());
        else
            turn(v.column_stride);
    });
}

template <class T>
bool eigh_tridiagonal(std::ptrdiff_t n, const T* d, const T* e, std::ptrdiff_t from, std::ptrdiff_t to, T* w, MatrixView<T> z,
                      int threads) {
    const std::ptrdiff_t count = to - from;
    if (count == 0) return true;
    const bool vectors = z.data != nullptr;
    bool found = vectors && division_from * count > n && by_division(n, d, e, from, to, w, z, threads);
    if (!found) {
        tridiagonal_bisection<T>(n, d, e, from, to, w, threads);
        found = !vectors || tridiagonal_vectors<T>(n, d, e, count, w, z, threads) || by_division(n, d, e, from, to, w, z, threads);
    }
    if (found && vectors) choose_signs(z, threads);
    return found;
}

template bool eigh_tridiagonal(std::ptrdiff_t, const double*, const double*, std::ptrdiff_t, std::ptrdiff_t, double*,
                               MatrixView<double>, int);
template bool eigh_tridiagonal(std::ptrdiff_t, const float*, const float*, std::ptrdiff_t, std::ptrdiff_t, float*,
                               MatrixView<float>, int);
template void choose_signs(MatrixView<double>, int);
template void choose_signs(MatrixView<float>, int);

}  // namespace mlmath
