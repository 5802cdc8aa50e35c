// SPDX-License-Identifier: BSD-3-Clause
// dot: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

// Constraint: the order of the sum must not depend on the number of threads, and a chunk must be worth handing to another core.
// Arithmetic: 4096 doubles of x and of y are 64 KiB read at ~15 GB/s, about 4 us; handing a chunk over costs well under 1 us.
// Decision: 4096 elements, for every dtype, so that float and double share one picture.
constexpr std::ptrdiff_t dot_chunk = 4096;

/// out[t * out_item] = x . y of item t, whose operands begin t * (x_item, y_item) elements further on; n <= dot_chunk elements
/// each.
template <class T>
struct DotItems {
    std::ptrdiff_t n, count;
    const T* x;
    std::ptrdiff_t x_stride, x_item;
    const T* y;
    std::ptrdiff_t y_stride, y_item;
    T* out;
    std::ptrdiff_t out_item;
};

// One chunk (n <= dot_chunk), and many. Each level provides them; dot.cpp picks the active level's table.
struct DotKernels {
    double (*f64)(const double* x, std::ptrdiff_t x_stride, const double* y, std::ptrdiff_t y_stride, std::ptrdiff_t n);
    float (*f32)(const float* x, std::ptrdiff_t x_stride, const float* y, std::ptrdiff_t y_stride, std::ptrdiff_t n);
    void (*items_f64)(const DotItems<double>& items);
    void (*items_f32)(const DotItems<float>& items);
    const char* level;  // as compiled into the unit: what a test of the dispatch compares with the level it forced
};

/// dot() of every item, on the calling thread: the same bits.
void dot_of_items(const DotItems<double>& items);
void dot_of_items(const DotItems<float>& items);

/// The level of the table that dot() would use now.
const char* dot_level();

}  // namespace mlmath
