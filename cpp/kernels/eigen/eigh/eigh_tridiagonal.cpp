// SPDX-License-Identifier: BSD-3-Clause
// Tridiagonal matrices: the choice between inverse iteration and divide and conquer, scaling for the latter, signs.
#include "kernels/eigen/eigh/eigh_tridiagonal.hpp"

#include <algorithm>
#include <cmath>

#include "core/interruption.hpp"
#include "core/scaling.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/eigen/signs.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection.hpp"
#include "kernels/eigen/tridiagonal_dc/tridiagonal_dc.hpp"
#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql.hpp"

namespace mlmath {
namespace {

// Constraint: inverse iteration takes 4 n c^2 flops for c neighbours, divide and conquer up to 8 n^3 / 3 in products, several times
// faster. Decision: all vectors from a quarter of them on.
constexpr std::ptrdiff_t division_from = 4;

// All vectors, by divide and conquer or by QL, and of them those that are wanted.
template <class T>
bool by_all(bool division, std::ptrdiff_t n, const T* diagonal, const T* off, std::ptrdiff_t from, std::ptrdiff_t to, T* w,
            MatrixView<T> z, int threads, FailingWays ways) {
    const auto size = static_cast<std::size_t>(n), places = static_cast<std::size_t>(row_places<T>(n));
    const MatrixView<const T> of_d{diagonal, 1, n, n, 1}, of_e{off, 1, n - 1, n, 1};
    const int exponent = exponent_to_one(std::max(largest_finite(of_d), largest_finite(of_e)));
    const bool all = to - from == n;
    Workspace workspace(2 * whole_lines(size * sizeof(T)) + whole_lines((all && division ? 0 : size * places) * sizeof(T)));
    T *const d = workspace.take<T>(size), *const e = workspace.take<T>(size);
    copy_scaled(of_d, exponent, d, n);
    copy_scaled(of_e, exponent, e, n);
    const MatrixView<T> vectors = all && division ? z : MatrixView<T>{workspace.take<T>(size * places), n, n, 1, row_places<T>(n)};
    bool found = false;
    if (division) {
        found = tridiagonal_dc<T>(n, d, e, vectors, threads);
    } else {
        fill(vectors, T(0));
        for (std::ptrdiff_t i = 0; i < n; ++i) vectors.data[i * (vectors.column_stride + 1)] = 1;
        found = tridiagonal_ql<T>(n, d, e, vectors.data, vectors.column_stride, n);
    }
    if (!FailingWays::succeeded(found, division ? ways.division : ways.iteration, vectors, MatrixView<T>{d, 1, n, n, 1}))
        return false;
    for (std::ptrdiff_t j = from; j < to; ++j) w[j - from] = std::ldexp(d[j], -exponent);
    if (!(all && division)) copy(as_const(part_of(vectors, 0, n, from, to)), z);
    return true;
}

}  // namespace

template <class T>
bool eigh_tridiagonal(std::ptrdiff_t n, const T* d, const T* e, std::ptrdiff_t from, std::ptrdiff_t to, T* w, MatrixView<T> z,
                      int threads, FailingWays ways) {
    const std::ptrdiff_t count = to - from;
    if (count == 0) return true;
    const bool vectors = z.data != nullptr;
    bool found = false;
    parallel(1, [&](Team&) {  // all regions in it share its clock: Ctrl-C is looked for in time
        const bool many = vectors && division_from * count > n;
        found = many && by_all(true, n, d, e, from, to, w, z, threads, ways);
        if (!found) {
            tridiagonal_bisection<T>(n, d, e, from, to, w, threads);
            found = !vectors || FailingWays::succeeded(tridiagonal_vectors<T>(n, d, e, count, w, z, threads), ways.inverse, z,
                                                       MatrixView<T>{w, 1, count, count, 1});
        }
        found = found || (!many && by_all(true, n, d, e, from, to, w, z, threads, ways)) ||
                by_all(false, n, d, e, from, to, w, z, threads, ways);
        if (found && vectors) choose_signs(z, threads);
    });
    return found;
}

template bool eigh_tridiagonal(std::ptrdiff_t, const double*, const double*, std::ptrdiff_t, std::ptrdiff_t, double*,
                               MatrixView<double>, int, FailingWays);
template bool eigh_tridiagonal(std::ptrdiff_t, const float*, const float*, std::ptrdiff_t, std::ptrdiff_t, float*,
                               MatrixView<float>, int, FailingWays);

}  // namespace mlmath
