// SPDX-License-Identifier: BSD-3-Clause
// kmeans: the centres as the kernels want them, and the filter: all rows in float, kept over the iterations, with what makes its
// answers certain. Part of the driver.
#pragma once
#include <algorithm>
#include <cmath>

#include "core/workspace.hpp"
#include "kernels/cluster/kmeans/kmeans_block.hpp"

namespace mlmath::kmeans_driver {

constexpr std::ptrdiff_t most_tile_rows = 32;

inline std::size_t bytes(std::ptrdiff_t count, std::size_t item) { return whole_lines(static_cast<std::size_t>(count) * item); }
inline std::ptrdiff_t padded(std::ptrdiff_t count, std::ptrdiff_t to) { return (count + to - 1) / to * to; }

// Centres relative to a point, -2 c in groups, |c|^2.
template <class T>
class Packing {
public:
    Packing(std::ptrdiff_t clusters, std::ptrdiff_t columns, std::ptrdiff_t most_grouped)
        : clusters_(clusters),
          columns_(columns),
          group_(most_grouped),
          workspace_(bytes(clusters * columns, sizeof(T)) + bytes(clusters, sizeof(T)) + bytes(padded(columns, 16), sizeof(T))),
          packed_(workspace_.take<T>(static_cast<std::size_t>(clusters * columns))),
          norms_(workspace_.take<T>(static_cast<std::size_t>(clusters))),
          shift_(workspace_.take<T>(static_cast<std::size_t>(padded(columns, 16)))) {}

    // Relative to the mean of the centres.
    void pack(const double* centers) {
        for (std::ptrdiff_t j = 0; j < padded(columns_, 16); ++j) {
            double sum = 0;
            for (std::ptrdiff_t k = 0; k < clusters_ && j < columns_; ++k)
                sum += centers[k * columns_ + j] / static_cast<double>(clusters_);
            shift_[j] = static_cast<T>(sum);
        }
        pack(centers, shift_, 1);
    }

    // (c - shift) * scale; returns the largest |c|.
    template <class Shift>
    double pack(const double* centers, const Shift* shift, double scale) {
        T* p = packed_;
        double largest = 0;
        for (CenterGroup g(clusters_, group_); g.size > 0; g.next()) {
            std::fill(squares_, squares_ + g.size, 0.0);
            for (std::ptrdiff_t j = 0; j < columns_; ++j)
                for (std::ptrdiff_t k = 0; k < g.size; ++k) {
                    const T c = static_cast<T>((centers[(g.first + k) * columns_ + j] - static_cast<double>(shift[j])) * scale);
                    squares_[k] += static_cast<double>(c) * static_cast<double>(c);
                    *p++ = -2 * c;
                }
            for (std::ptrdiff_t k = 0; k < g.size; ++k) {
                norms_[g.first + k] = static_cast<T>(squares_[k]);
                largest = std::max(largest, squares_[k]);
            }
        }
        return std::sqrt(largest);
    }
    const T* shift() const { return shift_; }
    PackedCenters<T> view(T* scratch) const { return {clusters_, packed_, norms_, shift_, scratch}; }
    std::ptrdiff_t scratch_size() const { return clusters_ * most_tile_rows; }

private:
    static constexpr std::ptrdiff_t most_in_a_group = 16;
    std::ptrdiff_t clusters_, columns_, group_;
    Workspace workspace_;
    T *packed_, *norms_, *shift_;
    double squares_[most_in_a_group];
};

// Constraint: labels are defined by T's numbers; half of those of double are the flops of float, and every iteration turns the same
//   rows into tiles again.
// Arithmetic: u = 2^-24, everything relative to one point and scaled. A row and a centre rounded to float, |c|^2 and d FMA are
//   wrong by (d + 6) u (|x| + |c|)^2. T's own numbers, relative to the mean m of the centres, |x - m| + |c - m| <= 3 (|x| + |c|):
//   nothing for double, 9 times as much for float. With C the largest |c|, a row whose two smallest numbers are farther apart than
//   twice the sum of both, at |x| + C, has T's label; others are asked again in T. Of normal rows around 10 or 50 centres these
//   are 2 to 5 in 10^5 of double, 2 to 3 in 10^4 of float; around 100 centres in the plane ten times as many. What falls below
//   2^-126 is lost: d 2^-100 covers it.
// Decision: rows in float are made once (4 n d bytes) and read by all iterations; given up for good when a quarter of the rows was
//   uncertain, and for an iteration when a centre is 2^20 times as far out as all were in the beginning: rows are cut off at 2^50,
//   and are uncertain there.
template <class T>
class RowsFilter {
public:
    // blocks == 0: no filter.
    RowsFilter(std::ptrdiff_t blocks, std::ptrdiff_t clusters, std::ptrdiff_t columns, std::ptrdiff_t most_grouped)
        : columns_(columns),
          clusters_(clusters),
          wanted_(blocks > 0),
          centers_(wanted_ ? clusters : 1, wanted_ ? columns : 0, most_grouped),
          workspace_(bytes(blocks * kmeans_block_rows * columns, sizeof(float)) + bytes(blocks * kmeans_block_rows, sizeof(float)) +
                     bytes(padded(columns, 16), sizeof(T)) + 1),
          tiles_(workspace_.take<float>(static_cast<std::size_t>(blocks * kmeans_block_rows * columns))),
          norms_(workspace_.take<float>(static_cast<std::size_t>(blocks * kmeans_block_rows))),
          shift_(workspace_.take<T>(static_cast<std::size_t>(padded(columns, 16)))) {}

    bool wanted() const { return wanted_; }
    void give_up() { wanted_ = false; }

    // The frame of all iterations: relative to `shift`, scaled by the power of two that makes the farthest coordinate of a centre 1
    // or little less.
    void frame(const double* centers, const T* shift) {
        std::copy(shift, shift + padded(columns_, 16), shift_);
        double farthest = 0;
        for (std::ptrdiff_t k = 0; k < clusters_; ++k)
            for (std::ptrdiff_t j = 0; j < columns_; ++j)
                farthest = std::max(farthest, std::fabs(centers[k * columns_ + j] - static_cast<double>(shift[j])));
        int exponent = 0;
        if (farthest > 0) std::frexp(farthest, &exponent);
        constexpr int most = sizeof(T) == sizeof(double) ? 900 : 70;  // 2^50 / scale stays finite
        scale_ = std::ldexp(1.0, -std::clamp(exponent, -most, most));
    }
    const T* shift() const { return shift_; }
    T scale() const { return static_cast<T>(scale_); }

    void pack(const double* centers) {
        largest_ = 1e300;
        // Checked before anything is rounded to float, so that nothing overflows.
        for (std::ptrdiff_t k = 0; k < clusters_; ++k)
            for (std::ptrdiff_t j = 0; j < columns_; ++j)
                if (!(std::fabs(centers[k * columns_ + j] - static_cast<double>(shift_[j])) * scale_ <= farthest_out)) return;
        largest_ = centers_.pack(centers, shift_, scale_);
    }

    FilterRows rows(std::ptrdiff_t block) const {
        return {tiles_ + block * kmeans_block_rows * columns_, norms_ + block * kmeans_block_rows};
    }
    Filter view(std::ptrdiff_t block, float* scratch) const {
        if (!wanted_ || !(largest_ <= farthest_out)) return {{nullptr, nullptr}, {}, 0, 0, 0};
        const double d = static_cast<double>(columns_), u = 0x1p-24, own = sizeof(T) == sizeof(float) ? 10 : 1;
        // The bounds' own rounding: 1 % and 2 (d + 8) u.
        const double slack = 2 * (d + 6) * u * own * (1.01 + 4 * (d + 8) * u);
        return {rows(block), centers_.view(scratch), static_cast<float>(largest_ * 1.0001), static_cast<float>(slack),
                static_cast<float>((d + 1) * 0x1p-100)};
    }
    std::ptrdiff_t scratch_size() const { return wanted_ ? clusters_ * most_tile_rows : 0; }

private:
    static constexpr double farthest_out = 0x1p20;
    std::ptrdiff_t columns_, clusters_;
    bool wanted_;
    double scale_ = 1, largest_ = 0;
    Packing<float> centers_;
    Workspace workspace_;
    float *tiles_, *norms_;
    T* shift_;
};

}  // namespace mlmath::kmeans_driver
