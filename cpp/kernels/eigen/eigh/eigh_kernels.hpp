// SPDX-License-Identifier: BSD-3-Clause
// eigh: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

template <class T>
struct EighKernel {
    /// Largest magnitude in n runs of elements, `step` apart, of `count`, count + growth, ... elements; NaN when one is not
    /// finite.
    T (*largest)(std::ptrdiff_t n, const T* a, std::ptrdiff_t step, std::ptrdiff_t count, std::ptrdiff_t growth);

    /// Rows [0, rows) of `columns` elements: a row's sign is turned when its component of largest magnitude is negative (the
    /// first).
    void (*turn_rows)(T* z, std::ptrdiff_t ld, std::ptrdiff_t rows, std::ptrdiff_t columns);
    /// The same for columns, of adjacent elements in each row.
    void (*turn_columns)(T* z, std::ptrdiff_t ld, std::ptrdiff_t rows, std::ptrdiff_t columns);
};

struct EighKernels {
    EighKernel<double> f64;
    EighKernel<float> f32;

    const EighKernel<double>& of(double) const { return f64; }
    const EighKernel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
