// SPDX-License-Identifier: BSD-3-Clause
// Sorting and merging axes; copying a span of elements into logical order.
#include "kernels/reduce/reduction_plan.hpp"

#include <algorithm>

#include "kernels/reduce/reduction_source.hpp"

namespace mlmath {
namespace {

// Neighbouring loops that step through memory as one become one.
void merge(Axes& axes) {
    int last = 0;
    for (int a = 1; a < axes.count; ++a) {
        const auto runs_on = [&](const std::ptrdiff_t* stride) { return stride[last] == axes.size[a] * stride[a]; };
        const bool one = runs_on(axes.stride) && runs_on(axes.out_stride) && runs_on(axes.other_stride);
        if (one) {
            axes.size[last] *= axes.size[a];
        } else {
            axes.size[++last] = axes.size[a];
        }
        axes.stride[last] = axes.stride[a];
        axes.out_stride[last] = axes.out_stride[a];
        axes.other_stride[last] = axes.other_stride[a];
    }
    if (axes.count > 0) axes.count = last + 1;
}

// Largest stride outermost (insertion sort: an array has a few axes).
void sort_by_stride(Axes& axes) {
    for (int a = 1; a < axes.count; ++a)
        for (int b = a; b > 0 && axes.stride[b - 1] < axes.stride[b]; --b) {
            std::swap(axes.size[b - 1], axes.size[b]);
            std::swap(axes.stride[b - 1], axes.stride[b]);
            std::swap(axes.out_stride[b - 1], axes.out_stride[b]);
            std::swap(axes.other_stride[b - 1], axes.other_stride[b]);
        }
}

}  // namespace

ReductionPlan plan_reduction(int axes, const std::ptrdiff_t* shape, const std::ptrdiff_t* strides, AxisSet reduced,
                             const std::ptrdiff_t* out_strides, const std::ptrdiff_t* other_strides, bool full_result) {
    ReductionPlan plan;
    for (int a = 0; a < axes; ++a) {
        const bool is_reduced = (reduced >> a & 1) != 0;
        const std::ptrdiff_t other_stride = other_strides == nullptr ? 0 : other_strides[a];
        Axes& list = is_reduced ? plan.reduced : plan.kept;
        list.total *= shape[a];
        if (shape[a] == 1) continue;
        if (is_reduced) {
            list.append(shape[a], strides[a], full_result ? out_strides[a] : 0, other_stride);
        } else if (strides[a] >= 0) {
            list.append(shape[a], strides[a], out_strides[a], other_stride);
        } else {
            plan.origin += (shape[a] - 1) * strides[a];
            plan.out_origin += (shape[a] - 1) * out_strides[a];
            plan.other_origin += (shape[a] - 1) * other_stride;
            list.append(shape[a], -strides[a], -out_strides[a], -other_stride);
        }
    }
    sort_by_stride(plan.kept);
    merge(plan.kept);
    merge(plan.reduced);
    return plan;
}

// The two innermost axes are copied as a table. Where the outer of the two is the one that runs along memory (a Fortran-ordered
// matrix, read in logical order), whole rows are copied, several at a time: at least eight, since a cache line holds eight doubles
// of a column, and as many as fit half an L1 (2048 doubles), so that few columns are read in long runs.
template <class T>
void pack_elements(const T* x, const Axes& axes, std::ptrdiff_t first, std::ptrdiff_t count, T* to, bool other) {
    if (axes.count == 0) {
        if (count > 0) *to = *x;
        return;
    }
    const std::ptrdiff_t* const stride = other ? axes.other_stride : axes.stride;
    const int inner = axes.count - 1;
    const std::ptrdiff_t columns = axes.size[inner], step = stride[inner];
    const std::ptrdiff_t wanted_rows = std::max<std::ptrdiff_t>(8, 2048 / columns / 8 * 8);
    const std::ptrdiff_t rows_size = inner > 0 ? axes.size[inner - 1] : 1, row_step = inner > 0 ? stride[inner - 1] : 0;
    const bool against_memory = inner > 0 && std::abs(row_step) < std::abs(step);
    while (count > 0) {
        const T* from = x + (other ? axes.other_offset(first) : axes.offset(first));
        const std::ptrdiff_t column = first % columns, row = first / columns % rows_size;
        const std::ptrdiff_t whole_rows = column == 0 ? std::min(count / columns, rows_size - row) : 0;
        std::ptrdiff_t done;
        if (whole_rows >= 8 && against_memory) {
            const std::ptrdiff_t rows = std::min(whole_rows, wanted_rows);
            if (row_step == 1) {
                transpose_elements(from, sizeof(T), step, columns, rows, to, columns);
            } else {
                for (std::ptrdiff_t c = 0; c < columns; ++c) {
                    const T* const at = from + c * step;
                    for (std::ptrdiff_t r = 0; r < rows; ++r) to[r * columns + c] = at[r * row_step];
                }
            }
            done = rows * columns;
        } else {
            done = std::min(count, columns - column);
            if (step == 1)
                for (std::ptrdiff_t c = 0; c < done; ++c) to[c] = from[c];
            else
                for (std::ptrdiff_t c = 0; c < done; ++c) to[c] = from[c * step];
        }
        first += done;
        count -= done;
        to += done;
    }
}

template void pack_elements(const double*, const Axes&, std::ptrdiff_t, std::ptrdiff_t, double*, bool);
template void pack_elements(const float*, const Axes&, std::ptrdiff_t, std::ptrdiff_t, float*, bool);
template void pack_elements(const std::uint16_t*, const Axes&, std::ptrdiff_t, std::ptrdiff_t, std::uint16_t*, bool);
template void pack_elements(const unsigned char*, const Axes&, std::ptrdiff_t, std::ptrdiff_t, unsigned char*, bool);

}  // namespace mlmath
