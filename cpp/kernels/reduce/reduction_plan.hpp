// SPDX-License-Identifier: BSD-3-Clause
// Which elements each result of a reduction is made of: the axes sorted into kept and reduced ones, merged where memory allows.
#pragma once
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "core/view.hpp"

namespace mlmath {

constexpr int max_axes = 64;  // NumPy's limit

/// Bit i: axis i is reduced.
using AxisSet = std::uint64_t;
constexpr AxisSet all_axes = ~AxisSet{0};

/// A few nested loops, outermost first. Strides in elements. A second operand (a mask, weights) is walked along: other_stride.
struct Axes {
    int count = 0;
    std::ptrdiff_t total = 1;  // product of the sizes
    std::ptrdiff_t size[max_axes], stride[max_axes], out_stride[max_axes], other_stride[max_axes];

    void append(std::ptrdiff_t n, std::ptrdiff_t step, std::ptrdiff_t out_step, std::ptrdiff_t other_step = 0) {
        size[count] = n;
        stride[count] = step;
        other_stride[count] = other_step;
        out_stride[count++] = out_step;
    }
    /// Whether the second last axis has the smaller stride: logical order and memory disagree.
    bool against_memory() const { return count > 1 && std::abs(stride[count - 2]) < std::abs(stride[count - 1]); }
    /// Offset of the item with this number, counted with the last axis fastest.
    std::ptrdiff_t offset(std::ptrdiff_t item) const { return offset_by(stride, item); }
    std::ptrdiff_t out_offset(std::ptrdiff_t item) const { return offset_by(out_stride, item); }
    std::ptrdiff_t other_offset(std::ptrdiff_t item) const { return offset_by(other_stride, item); }

private:
    std::ptrdiff_t offset_by(const std::ptrdiff_t* step, std::ptrdiff_t item) const {
        std::ptrdiff_t at = 0;
        for (int a = count - 1; a >= 0; --a) {
            at += item % size[a] * step[a];
            item /= size[a];
        }
        return at;
    }
};

struct ReductionPlan {
    /// In any order: every kept item is a reduction of its own. Sorted so that the last axis has the smallest stride; strides >= 0
    /// (an axis that runs backwards is walked from its other end: `origin`, `out_origin`).
    Axes kept;
    /// In logical (C) order, which is the order of every sum.
    Axes reduced;
    std::ptrdiff_t origin = 0, out_origin = 0, other_origin = 0;

    /// One run of consecutive elements per kept item.
    bool contiguous() const { return reduced.count == 0 || (reduced.count == 1 && reduced.stride[0] == 1); }
    /// Neighbouring kept items are neighbours in memory, and the elements of one item are not.
    bool by_columns() const {
        return kept.count > 0 && kept.stride[kept.count - 1] == 1 && kept.size[kept.count - 1] > 1 &&
               !(reduced.count > 0 && reduced.stride[reduced.count - 1] == 1) && reduced.total > 1;
    }
};

/// shape, strides: of the array, `axes` <= max_axes of them. out_strides: one per axis of the array; those of reduced axes are
/// ignored, unless the result has all the axes (`full_result`). other_strides: of a second operand of the array's shape, or null.
/// No size may be zero.
ReductionPlan plan_reduction(int axes, const std::ptrdiff_t* shape, const std::ptrdiff_t* strides, AxisSet reduced,
                             const std::ptrdiff_t* out_strides, const std::ptrdiff_t* other_strides = nullptr,
                             bool full_result = false);

/// Copies `count` elements of x, beginning with element `first` in logical order of `axes`, to `to`. T: by size, any type of 1, 2,
/// 4 or 8 bytes may be copied as unsigned char, uint16_t, float or double. With `other`, x is the second operand.
template <class T>
void pack_elements(const T* x, const Axes& axes, std::ptrdiff_t first, std::ptrdiff_t count, T* to, bool other = false);

}  // namespace mlmath
