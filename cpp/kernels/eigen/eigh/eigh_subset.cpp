// SPDX-License-Identifier: BSD-3-Clause
// Some eigenvalues: scaling, the choice between inverse iteration and divide and conquer, signs.
#include "kernels/eigen/eigh/eigh_subset.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/scaling.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection.hpp"
#include "kernels/eigen/tridiagonal_dc/tridiagonal_dc.hpp"

namespace mlmath {
namespace {

// Constraint: inverse iteration takes 4 n c^2 flops for c neighbours, divide and conquer up to 8 n^3 / 3 in products, several times
// faster. Decision: all vectors from a quarter of them on.
constexpr std::ptrdiff_t division_from = 4;

template <class T>
void turn(MatrixView<T> v) {
    for (std::ptrdiff_t j = 0; j < v.columns; ++j) {
        T* const column = v.data + j * v.column_stride;
        T largest = 0;
        for (std::ptrdiff_t i = 0; i < v.rows; ++i)
            if (const T x = column[i * v.row_stride]; std::abs(x) > std::abs(largest)) largest = x;
        if (largest < 0)
            for (std::ptrdiff_t i = 0; i < v.rows; ++i) column[i * v.row_stride] = -column[i * v.row_stride];
    }
}

}  // namespace

template <class T>
EighSubset<T>::EighSubset(MatrixView<const T> a, bool lower, bool vectors)
    : a_(a), n_(a.rows), lower_(lower), reduced_(a.rows, vectors) {}

template <class T>
bool EighSubset<T>::reduce(int threads) {
    const MatrixView<const T> a = lower_ ? a_ : transposed(a_);
    T largest = 0;
    for (std::ptrdiff_t i = 0; i < n_; ++i) {
        const T row = largest_finite(part_of(a, i, i + 1, 0, i + 1));
        if (!(row == row)) return false;
        largest = std::max(largest, row);
    }
    exponent_ = exponent_to_one(largest);
    const auto size = static_cast<std::size_t>(n_);
    workspace_ = std::make_unique<Workspace>(reduced_.bytes() + 2 * whole_lines(size * sizeof(T)));
    reduced_.take(*workspace_);
    d_ = workspace_->take<T>(size);
    e_ = workspace_->take<T>(size);
    reduced_.reduce(a_, lower_, exponent_, d_, e_, threads);
    return true;
}

template <class T>
std::ptrdiff_t EighSubset<T>::count_up_to(double x) const {
    constexpr T infinity = std::numeric_limits<T>::infinity();
    T nearest = static_cast<T>(x);
    if (static_cast<double>(nearest) > x) nearest = std::nextafter(nearest, -infinity);
    return tridiagonal_count<T>(n_, d_, e_, std::nextafter(std::ldexp(nearest, exponent_), infinity));
}

template <class T>
bool EighSubset<T>::solve(std::ptrdiff_t from, std::ptrdiff_t to, T* w, MatrixView<T> v, int threads) {
    const std::ptrdiff_t count = to - from;
    if (count == 0) return true;
    const bool vectors = v.data != nullptr;
    bool found = vectors && division_from * count > n_ && by_division(from, to, w, v, threads);
    if (!found) {
        tridiagonal_bisection<T>(n_, d_, e_, from, to, w, threads);
        found = !vectors || tridiagonal_vectors<T>(n_, d_, e_, count, w, v, threads) || by_division(from, to, w, v, threads);
    }
    if (!found) return false;
    if (vectors) {
        reduced_.apply(v, threads);
        turn(v);
    }
    for (std::ptrdiff_t j = 0; j < count; ++j) w[j] = std::ldexp(w[j], -exponent_);
    return true;
}

template <class T>
bool EighSubset<T>::by_division(std::ptrdiff_t from, std::ptrdiff_t to, T* w, MatrixView<T> v, int threads) {
    const auto size = static_cast<std::size_t>(n_);
    Workspace workspace(whole_lines(size * size * sizeof(T)) + 2 * whole_lines(size * sizeof(T)));
    T *const z = workspace.take<T>(size * size), *const d = workspace.take<T>(size), *const e = workspace.take<T>(size);
    std::copy_n(d_, n_, d);
    std::copy_n(e_, std::max<std::ptrdiff_t>(0, n_ - 1), e);
    const MatrixView<T> all{z, n_, n_, 1, n_};
    if (!tridiagonal_dc<T>(n_, d, e, all, threads)) return false;
    std::copy(d + from, d + to, w);
    copy(as_const(part_of(all, 0, n_, from, to)), v);
    return true;
}

template class EighSubset<double>;
template class EighSubset<float>;

}  // namespace mlmath
