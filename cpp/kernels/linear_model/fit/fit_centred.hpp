// SPDX-License-Identifier: BSD-3-Clause
// fit: columns less their means, for data whose spread Newton's Hessian cannot see beside them.
#pragma once
#include <cmath>
#include <limits>

#include "core/workspace.hpp"
#include "kernels/linear_model/fit/fit.hpp"
#include "kernels/linear_model/fit/fit_problem.hpp"

namespace mlmath {

// Constraint: with columns of mean m and spread 1 products x x^T carry m^2, scores x . w + b cancel m w against b: at m = 1e8
// nothing is left in double. With b' = b + m . w scores are (x - m) . w + b', and neither happens; the minimizer in w is the same.
// Arithmetic: m_j is a number of T near the column's values, so that x - m is exact (Sterbenz) wherever they are within a factor
// of 2 of it. One copy of X and three readings, for such data only.
template <class T>
class CentredColumns {
public:
    explicit CentredColumns(const LinearData<T>& data)
        : memory_(count(data.x.rows * data.x.columns) * sizeof(T) + count(3 * data.x.columns + 1) * sizeof(double) +
                  5 * cache_line) {
        const std::ptrdiff_t n = data.x.rows, d = data.x.columns;
        T* const moved = memory_.template take<T>(count(n * d));
        means_ = memory_.template take<double>(count(d));
        room_ = memory_.template take<double>(count(d + 1));
        double* const squares = memory_.template take<double>(count(d));
        x_ = {moved, n, d, d, 1};
        // Sums of deviations from the first row: the mean of a constant column is that constant.
        for (std::ptrdiff_t j = 0; j < d; ++j) means_[j] = squares[j] = 0;
        const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t j) {
            return data.x.data[i * data.x.row_stride + j * data.x.column_stride];
        };
        double total = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const double s = data.weights.data == nullptr ? 1 : static_cast<double>(data.weights.data[i * data.weights.stride]);
            total += s;
            for (std::ptrdiff_t j = 0; j < d; ++j) means_[j] += s * (static_cast<double>(at(i, j)) - static_cast<double>(at(0, j)));
        }
        for (std::ptrdiff_t j = 0; j < d; ++j)
            means_[j] = static_cast<double>(static_cast<T>(static_cast<double>(at(0, j)) + means_[j] / total));
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const double s = data.weights.data == nullptr ? 1 : static_cast<double>(data.weights.data[i * data.weights.stride]);
            for (std::ptrdiff_t j = 0; j < d; ++j) {
                const T deviation = moved[i * d + j] = at(i, j) - static_cast<T>(means_[j]);
                squares[j] += s * static_cast<double>(deviation) * static_cast<double>(deviation);
            }
        }
        for (std::ptrdiff_t j = 0; j < d; ++j)
            far_ = far_ || (means_[j] != 0 && squares[j] / total <= far_variance<T> * means_[j] * means_[j]);
    }

    bool far() const { return far_; }  // whether any column is
    MatrixView<const T> x() const { return x_; }
    const double* means() const { return means_; }
    double* room() const { return room_; }

private:
    static std::size_t count(std::ptrdiff_t elements) { return static_cast<std::size_t>(elements); }

    Workspace memory_;
    MatrixView<const T> x_;
    double *means_, *room_;
    bool far_ = false;
};

}  // namespace mlmath
