// SPDX-License-Identifier: BSD-3-Clause
// jacobi_svd, what stands around the rotations: their scratch, and what the rows are afterwards: lengths, order, directions. Parts
// of svd and lstsq.
#pragma once
#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/interruption.hpp"
#include "core/scaling.hpp"
#include "core/workspace.hpp"
#include "kernels/eigen/jacobi_svd/jacobi_svd_kernels.hpp"

namespace mlmath {

/// The rotations (JacobiSvdKernel::orthogonalize) with their scratch.
template <class T>
class RowRotations {
public:
    explicit RowRotations(std::ptrdiff_t rows)
        : rows_(rows),
          workspace_(static_cast<std::size_t>(7 * rows) * sizeof(T) + static_cast<std::size_t>(rows) * sizeof(T*) + 3 * cache_line),
          squares_(workspace_.take<T>(static_cast<std::size_t>(rows))),
          work_(workspace_.take<T>(static_cast<std::size_t>(6 * rows))),
          row_(workspace_.take<T*>(static_cast<std::size_t>(rows))) {}

    /// False: not converged.
    bool run(const JacobiSvdKernel<T>& kernel, T* x, std::ptrdiff_t stride, std::ptrdiff_t n, std::ptrdiff_t places) {
        const bool converged = kernel.orthogonalize(x, stride, rows_, n, places, squares_, work_, row_) >= 0;
        interruption_point();
        return converged;
    }
    const T* squares() const { return squares_; }

private:
    std::ptrdiff_t rows_;
    Workspace workspace_;
    T *squares_, *work_;
    T** row_;
};

/// Orthogonal rows, the longest first.
template <class T>
class OrthogonalRows {
public:
    /// x: rows x n, the first n of each row's elements; squares: their sums, or null to take them here.
    OrthogonalRows(const T* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, const T* squares)
        : x_(x), stride_(stride), n_(n), order_(rows), length_(rows), unsorted_(rows) {
        for (std::ptrdiff_t i = 0; i < rows; ++i)
            unsorted_[i] = length_of(x + i * stride, squares != nullptr ? squares[i] : square_of(x + i * stride));
        std::iota(order_.begin(), order_.end(), std::ptrdiff_t{0});
        std::stable_sort(order_.begin(), order_.end(),
                         [&](std::ptrdiff_t i, std::ptrdiff_t j) { return unsorted_[i] > unsorted_[j]; });
        for (std::ptrdiff_t k = 0; k < rows; ++k) length_[k] = unsorted_[order_[k]];
    }
    std::ptrdiff_t rows() const { return static_cast<std::ptrdiff_t>(order_.size()); }
    const T* row(std::ptrdiff_t k) const { return x_ + order_[k] * stride_; }
    T length(std::ptrdiff_t k) const { return length_[k]; }

    /// to (rows x n) <- rows of length one. Rows too short to have been rotated are replaced by what completes the others.
    void directions(MatrixView<T> to) const {
        const auto at = [&](std::ptrdiff_t k, std::ptrdiff_t j) -> T& { return to.data[k * to.row_stride + j * to.column_stride]; };
        std::vector<T> candidate(static_cast<std::size_t>(n_));
        std::ptrdiff_t unit = 0;
        for (std::ptrdiff_t k = 0; k < rows(); ++k) {
            if (length_[k] * length_[k] >= jacobi_svd_negligible_square<T>) {
                for (std::ptrdiff_t j = 0; j < n_; ++j) at(k, j) = row(k)[j] / length_[k];
                continue;
            }
            // Of n unit vectors at least one keeps a part of 1 / sqrt(n) outside of the rows so far.
            for (;; ++unit) {
                std::fill(candidate.begin(), candidate.end(), T(0));
                candidate[unit] = 1;
                for (int again = 0; again < 2; ++again)
                    each_row(k, 2 * n_, [&](std::ptrdiff_t i) {
                        T product = 0;
                        for (std::ptrdiff_t j = 0; j < n_; ++j) product += candidate[j] * at(i, j);
                        for (std::ptrdiff_t j = 0; j < n_; ++j) candidate[j] -= product * at(i, j);
                    });
                interruption_point();
                T square = 0;
                for (const T c : candidate) square += c * c;
                if (square * 2 * static_cast<T>(n_) < 1) continue;
                for (std::ptrdiff_t j = 0; j < n_; ++j) at(k, j) = candidate[j] / std::sqrt(square);
                ++unit;
                break;
            }
        }
    }

private:
    T square_of(const T* row) const {
        T sum = 0;
        for (std::ptrdiff_t j = 0; j < n_; ++j) sum += row[j] * row[j];
        return sum;
    }
    T length_of(const T* row, T square) const {
        if (square >= jacobi_svd_negligible_square<T>) return std::sqrt(square);
        const T largest = largest_finite<T>({row, 1, n_, 0, 1});
        if (largest == 0) return 0;
        T sum = 0;
        for (std::ptrdiff_t j = 0; j < n_; ++j) sum += (row[j] / largest) * (row[j] / largest);
        return largest * std::sqrt(sum);
    }
    const T* x_;
    std::ptrdiff_t stride_, n_;
    std::vector<std::ptrdiff_t> order_;
    std::vector<T> length_, unsorted_;
};

}  // namespace mlmath
