// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_bisection: the matrix as doubles, times a power of two that brings its largest magnitude to [1/2, 1).
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/scaling.hpp"
#include "core/workspace.hpp"

namespace mlmath {

class ScaledTridiagonal {
public:
    template <class T>
    ScaledTridiagonal(std::ptrdiff_t n, const T* diagonal, const T* off)
        : n_(n), workspace_(static_cast<std::size_t>(3 * n + 2) * sizeof(double) + 3 * cache_line) {
        const T of_d = largest_finite<T>({diagonal, 1, n, 0, 1}), of_e = largest_finite<T>({off, 1, n - 1, 0, 1});
        finite_ = !std::isnan(of_d) && !std::isnan(of_e);
        if (!finite_) return;
        exponent_ = exponent_to_one(std::max(of_d, of_e));
        const auto size = static_cast<std::size_t>(n + 1);
        d_ = workspace_.take<double>(size);
        e_ = workspace_.take<double>(size);
        e2_ = workspace_.take<double>(size);
        for (std::ptrdiff_t i = 0; i < n; ++i) d_[i] = scaled(diagonal[i]);
        e_[0] = e_[n] = 0;
        for (std::ptrdiff_t i = 1; i < n; ++i) e_[i] = scaled(off[i - 1]);
        for (std::ptrdiff_t i = 0; i <= n; ++i) e2_[i] = e_[i] * e_[i];
        low_ = high_ = norm_ = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const double radius = std::fabs(e_[i]) + std::fabs(e_[i + 1]);
            low_ = i == 0 ? d_[i] - radius : std::min(low_, d_[i] - radius);
            high_ = i == 0 ? d_[i] + radius : std::max(high_, d_[i] + radius);
            norm_ = std::max(norm_, std::fabs(d_[i]) + radius);
        }
    }
    bool finite() const { return finite_; }
    std::ptrdiff_t n() const { return n_; }
    const double* d() const { return d_; }
    /// Between rows i - 1 and i; the first and the last of the n + 1 are 0. And their squares.
    const double* e() const { return e_; }
    const double* e2() const { return e2_; }
    /// Gershgorin's bounds of the eigenvalues; the largest sum of magnitudes in a row.
    double low() const { return low_; }
    double high() const { return high_; }
    double norm() const { return norm_; }

    template <class T>
    double scaled(T x) const {
        return std::ldexp(static_cast<double>(x), exponent_);
    }
    template <class T>
    T unscaled(double x) const {
        return static_cast<T>(std::ldexp(x, -exponent_));
    }

private:
    std::ptrdiff_t n_;
    Workspace workspace_;
    bool finite_;
    int exponent_ = 0;
    double *d_ = nullptr, *e_ = nullptr, *e2_ = nullptr;
    double low_ = 0, high_ = 0, norm_ = 0;
};

}  // namespace mlmath
