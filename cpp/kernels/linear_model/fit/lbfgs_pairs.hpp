// SPDX-License-Identifier: BSD-3-Clause
// L-BFGS: the last pairs of steps s and changes y of the gradient, and the product of the inverse Hessian they stand for with a
// vector.
#pragma once
#include <algorithm>
#include <cstddef>

#include "core/workspace.hpp"
#include "kernels/linear_model/fit/fit_constants.hpp"

namespace mlmath {

// `Vectors` has dot(a, b, n) and axpy(a, x, y, n): y += a x.
template <class Vectors>
class LbfgsPairs {
public:
    LbfgsPairs(std::ptrdiff_t size, const Vectors& vectors)
        : size_(size),
          vectors_(vectors),
          memory_((2 * lbfgs_pairs * (static_cast<std::size_t>(size) * sizeof(double) + cache_line))) {
        for (double*& s : step_) s = memory_.take<double>(static_cast<std::size_t>(size));
        for (double*& y : change_) y = memory_.take<double>(static_cast<std::size_t>(size));
    }

    int kept() const { return kept_; }
    void forget() { kept_ = 0; }

    /// The pair of the step from (theta, g) to (next, next_g), in the place of the oldest. False, and nothing kept: rounding has
    /// left no curvature, s.y > 0 up to eps y.y, which a convex function has.
    bool add(const double* theta, const double* next, const double* g, const double* next_g) {
        double *s = step_[last_], *y = change_[last_];
        for (std::ptrdiff_t j = 0; j < size_; ++j) s[j] = next[j] - theta[j], y[j] = next_g[j] - g[j];
        const double product = vectors_.dot(s, y, size_), square = vectors_.dot(y, y, size_);
        if (!(product > 0x1p-52 * square && square > 0)) {
            kept_ = std::min(kept_, lbfgs_pairs - 1);  // its place was the oldest's
            return false;
        }
        inverse_[last_] = 1 / product;
        last_ = (last_ + 1) % lbfgs_pairs;
        kept_ = std::min(kept_ + 1, lbfgs_pairs);
        return true;
    }
    const double* change() const { return change_[newest(0)]; }  // of the newest pair
    double product() const { return 1 / inverse_[newest(0)]; }   // s.y

    /// v := H v by the two-loop recursion [Nocedal2006, algorithm 7.4]; scale(v) multiplies v by the inverse Hessian it starts
    /// from.
    template <class Scale>
    void apply(double* v, const Scale& scale) const {
        double share[lbfgs_pairs];
        for (int m = 0; m < kept_; ++m) {
            const int at = newest(m);
            share[at] = vectors_.dot(step_[at], v, size_) * inverse_[at];
            vectors_.axpy(-share[at], change_[at], v, size_);
        }
        scale(v);
        for (int m = kept_ - 1; m >= 0; --m) {
            const int at = newest(m);
            const double back = vectors_.dot(change_[at], v, size_) * inverse_[at];
            vectors_.axpy(share[at] - back, step_[at], v, size_);
        }
    }

private:
    int newest(int back) const { return (last_ - 1 - back + 2 * lbfgs_pairs) % lbfgs_pairs; }

    std::ptrdiff_t size_;
    const Vectors& vectors_;
    Workspace memory_;
    double *step_[lbfgs_pairs], *change_[lbfgs_pairs], inverse_[lbfgs_pairs];
    int kept_ = 0, last_ = 0;  // last_: where the next one goes
};

}  // namespace mlmath
