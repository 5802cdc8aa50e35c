// SPDX-License-Identifier: BSD-3-Clause
// Some eigenvalues: scaling, the reduction, the way back.
#include "kernels/eigen/eigh/eigh_subset.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/scaling.hpp"
#include "kernels/eigen/eigh/eigh_tridiagonal.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection.hpp"

namespace mlmath {

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
    if (!eigh_tridiagonal<T>(n_, d_, e_, from, to, w, v, threads)) return false;
    if (v.data != nullptr && to > from) {
        reduced_.apply(v, threads);
        choose_signs(v, threads);
    }
    for (std::ptrdiff_t j = 0; j < to - from; ++j) w[j] = std::ldexp(w[j], -exponent_);
    return true;
}

template class EighSubset<double>;
template class EighSubset<float>;

}  // namespace mlmath
