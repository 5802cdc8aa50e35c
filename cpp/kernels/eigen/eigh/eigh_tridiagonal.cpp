// SPDX-License-Identifier: BSD-3-Clause
// Tridiagonal matrices: the choice between inverse iteration and divide and conquer, scaling for the latter, signs.
#include "kernels/eigen/eigh/eigh_tridiagonal.hpp"

#include <algorithm>
#include <cmath>

#include "core/scaling.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/eigen/signs.hpp"
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
    if (found && vectors) choose_signs(z);
    return found;
}

template bool eigh_tridiagonal(std::ptrdiff_t, const double*, const double*, std::ptrdiff_t, std::ptrdiff_t, double*,
                               MatrixView<double>, int);
template bool eigh_tridiagonal(std::ptrdiff_t, const float*, const float*, std::ptrdiff_t, std::ptrdiff_t, float*,
                               MatrixView<float>, int);

}  // namespace mlmath
