// SPDX-License-Identifier: BSD-3-Clause
// Some eigenvalues: scaling, the reduction, the way back.
#include "kernels/eigen/eigh/eigh_subset.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/interruption.hpp"
#include "core/scaling.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/eigh/eigh_tridiagonal.hpp"
#include "kernels/eigen/signs.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection.hpp"

namespace mlmath {

template <class T>
EighSubset<T>::EighSubset(MatrixView<const T> a, bool lower, bool vectors)
    : a_(a), n_(a.rows), lower_(lower), reduced_(a.rows, vectors) {}

template <class T>
bool EighSubset<T>::reduce(int threads) {
    const MatrixView<const T> a = lower_ ? a_ : transposed(a_);
    bool finite = true;
    parallel(1, [&](Team&) {  // all regions in it share its clock: Ctrl-C is looked for in time
        const T largest = largest_finite_of_lower(a);
        finite = !std::isnan(largest);
        if (!finite) return;
        exponent_ = exponent_to_one(largest);
        const auto size = static_cast<std::size_t>(n_);
        workspace_ = std::make_unique<Workspace>(reduced_.bytes() + 2 * whole_lines(size * sizeof(T)));
        reduced_.take(*workspace_);
        d_ = workspace_->take<T>(size);
        e_ = workspace_->take<T>(size);
        reduced_.reduce(a_, lower_, exponent_, d_, e_, threads);
    });
    return finite;
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
    bool found = false;
    parallel(1, [&](Team&) {
        found = eigh_tridiagonal<T>(n_, d_, e_, from, to, w, v, threads);
        if (!found || v.data == nullptr || to == from) return;
        reduced_.apply(v, threads);
        choose_signs(v, threads);
    });
    if (!found) return false;
    scale_run(w, to - from, -exponent_);
    return true;
}

template class EighSubset<double>;
template class EighSubset<float>;

}  // namespace mlmath
