// SPDX-License-Identifier: BSD-3-Clause
// standardize: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// Some lines of a matrix: rows when the features are the columns of a line (feature_step = 1: mean[j], scale[j] for element j),
/// columns when a line is one feature (feature_step = 0: mean[i], scale[i] for line i). Elements of a line are adjacent.
template <class T>
struct StandardizeLines {
    const T* x;
    T* y;
    std::ptrdiff_t lines, length, x_stride, y_stride;
    const T *mean, *scale;  // null: no such step
    int feature_step;
    bool backwards;
};

/// lines: returns whether an infinity was read. divided: y = y / scale in place (scale null: as it is) where x, mean, feature_step
/// and backwards are not looked at; returns whether all quotients are finite.
struct StandardizeKernels {
    bool (*lines_f32)(const StandardizeLines<float>&);
    bool (*lines_f64)(const StandardizeLines<double>&);
    bool (*divided_f32)(const StandardizeLines<float>&);
    bool (*divided_f64)(const StandardizeLines<double>&);

    bool lines(const StandardizeLines<float>& l) const { return lines_f32(l); }
    bool lines(const StandardizeLines<double>& l) const { return lines_f64(l); }
    bool divided(const StandardizeLines<float>& l) const { return divided_f32(l); }
    bool divided(const StandardizeLines<double>& l) const { return divided_f64(l); }
};

/// The active level's.
const StandardizeKernels& standardize_table();

}  // namespace mlmath
