// SPDX-License-Identifier: BSD-3-Clause
// svd, the scalar ends: bringing rows near one before they are rotated, and what they are afterwards: lengths, order, directions.
// Parts of svd and lstsq.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "core/view.hpp"
#include "kernels/eigen/svd/svd_kernels.hpp"

namespace mlmath {

/// Largest magnitude; NaN when there is a NaN or an infinity among the elements.
template <class T>
T largest_finite(MatrixView<const T> a) {
    T largest = 0, not_finite = 0;
    for (std::ptrdiff_t i = 0; i < a.rows; ++i)
        for (std::ptrdiff_t j = 0; j < a.columns; ++j) {
            const T x = a.data[i * a.row_stride + j * a.column_stride];
            largest = std::max(largest, std::abs(x));
            not_finite += x * 0;
        }
    return not_finite == 0 ? largest : std::numeric_limits<T>::quiet_NaN();
}

/// The power of two that brings a finite magnitude to [1/2, 1); 0 for 0.
template <class T>
int exponent_to_one(T largest) {
    int exponent = 0;
    if (largest != 0) std::frexp(largest, &exponent);
    return -exponent;
}

/// to[i*stride + j] = a(i, j) 2^exponent, exactly; two factors, because 2^exponent itself may not be a number.
template <class T>
void copy_scaled(MatrixView<const T> a, int exponent, T* to, std::ptrdiff_t stride) {
    if (exponent == 0 && a.column_stride == 1) {
        for (std::ptrdiff_t i = 0; i < a.rows; ++i) std::copy_n(a.data + i * a.row_stride, a.columns, to + i * stride);
        return;
    }
    const T first = std::ldexp(T(1), exponent / 2), second = std::ldexp(T(1), exponent - exponent / 2);
    const bool by_columns = std::abs(a.column_stride) > std::abs(a.row_stride);  // in the order of memory
    const std::ptrdiff_t outer = by_columns ? a.columns : a.rows, inner = by_columns ? a.rows : a.columns;
    for (std::ptrdiff_t o = 0; o < outer; ++o)
        for (std::ptrdiff_t k = 0; k < inner; ++k) {
            const std::ptrdiff_t i = by_columns ? k : o, j = by_columns ? o : k;
            to[i * stride + j] = a.data[i * a.row_stride + j * a.column_stride] * first * second;
        }
}

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
            if (length_[k] * length_[k] >= svd_negligible_square<T>) {
                for (std::ptrdiff_t j = 0; j < n_; ++j) at(k, j) = row(k)[j] / length_[k];
                continue;
            }
            // Of n unit vectors at least one keeps a part of 1 / sqrt(n) outside of the rows so far.
            for (;; ++unit) {
                std::fill(candidate.begin(), candidate.end(), T(0));
                candidate[unit] = 1;
                for (int again = 0; again < 2; ++again)
                    for (std::ptrdiff_t i = 0; i < k; ++i) {
                        T product = 0;
                        for (std::ptrdiff_t j = 0; j < n_; ++j) product += candidate[j] * at(i, j);
                        for (std::ptrdiff_t j = 0; j < n_; ++j) candidate[j] -= product * at(i, j);
                    }
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
        if (square >= svd_negligible_square<T>) return std::sqrt(square);
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
