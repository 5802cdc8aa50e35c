// SPDX-License-Identifier: BSD-3-Clause
// What a reduction reads and writes, whatever the dtype: elements converted, masked or weighted on their way into a kernel.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/reduce/reduction_plan.hpp"

namespace mlmath {

enum class Element : unsigned char { boolean, i8, u8, i16, u16, i32, u32, i64, u64, f16, f32, f64 };
constexpr int element_types = 12;

constexpr int element_bytes(Element type) {
    constexpr int bytes[element_types] = {1, 1, 1, 2, 2, 4, 4, 8, 8, 2, 4, 8};
    return bytes[static_cast<int>(type)];
}
constexpr bool is_floating(Element type) { return type >= Element::f16; }
constexpr bool is_unsigned(Element type) {
    return type == Element::boolean || type == Element::u8 || type == Element::u16 || type == Element::u32 || type == Element::u64;
}
template <class T>
inline constexpr Element element_of = Element::f64;
template <>
inline constexpr Element element_of<float> = Element::f32;
template <>
inline constexpr Element element_of<std::int64_t> = Element::i64;

/// to[j*to_stride + i] = from[i*from_stride + j], i < rows, j < columns; strides in elements of that many bytes.
void transpose_elements(const void* from, int bytes, std::ptrdiff_t from_stride, std::ptrdiff_t rows, std::ptrdiff_t columns,
                        void* to, std::ptrdiff_t to_stride);

/// What is done with a second operand of the input's shape.
enum class Other : unsigned char {
    none,
    select,    // bool: elements where it is false are left out
    multiply,  // double: elements become double and are multiplied by it
    subtract,  // double: it is subtracted from them
};

/// The array a reduction reads. Any shape without a zero; strides in elements, any sign; shape and strides live with the caller.
struct ReductionInput {
    Element type;
    const void* data;
    int axes;
    const std::ptrdiff_t *shape, *strides;
    AxisSet reduced;
    Other other = Other::none;
    const void* other_data = nullptr;
    const std::ptrdiff_t* other_strides = nullptr;
};

/// Where the results go: one per kept index; strides as plan_reduction() has them.
struct ReductionOutput {
    Element type;
    void* data;
    const std::ptrdiff_t* strides;

    /// Rounds once to the type; a finite number that overflows it raises the flag. Floating types only.
    void put(std::ptrdiff_t at, double value) const {
        if (type == Element::f64)
            static_cast<double*>(data)[at] = value;
        else if (type == Element::f32)
            static_cast<float*>(data)[at] = static_cast<float>(value);
        else
            put_half(at, value);
    }
    /// Integer types and bool: wraps.
    void put(std::ptrdiff_t at, std::int64_t value) const;

private:
    void put_half(std::ptrdiff_t at, double value) const;
};

inline ReductionPlan plan_reduction(const ReductionInput& in, const ReductionOutput& out) {
    return plan_reduction(in.axes, in.shape, in.strides, in.reduced, out.strides,
                          in.other == Other::none ? nullptr : in.other_strides);
}

/// n numbers of another type: rounded once where the type is floating, wrapped where it is an integer.
using Convert = void (*)(const void* from, std::ptrdiff_t n, void* to);
/// From any type to f64, from integers and bool to i64, from f16 to f32; null where the bytes are the same.
Convert converter(Element from, Element to);

/// Hands out elements in logical order, as the operation's type.
class ReductionSource {
public:
    /// `wanted`: what the operation's kernels read: f64 for any type, f32 for f16 and f32, i64 for bool and integers, or the type
    /// itself.
    ReductionSource(const ReductionInput& in, Element wanted);

    /// The elements can be read as they lie.
    bool direct() const { return convert_ == nullptr && other_ == Other::none; }
    bool selects() const { return other_ == Other::select; }
    bool has_other() const { return other_ != Other::none; }
    int wide() const { return wide_; }  // bytes of an element as it is handed out
    /// Bytes of buffer read() and tile() need for `elements`.
    std::size_t buffer_bytes(std::ptrdiff_t elements) const { return static_cast<std::size_t>(elements) * 24 + 192; }

    /// Where item and element offsets are counted from.
    const std::byte* at(std::ptrdiff_t offset) const { return data_ + offset * bytes_; }
    void move(std::ptrdiff_t offset, std::ptrdiff_t other_offset) {
        data_ += offset * bytes_;
        other_data_ += other_offset * other_bytes_;
    }

    /// `count` elements of the item at (offset, other_offset), from number `first` on. When the source selects, each chunk's
    /// selected elements stand at the begin of its place, and counts[c] says how many they are.
    const std::byte* read(std::ptrdiff_t offset, std::ptrdiff_t other_offset, const ReductionPlan& plan, std::ptrdiff_t first,
                          std::ptrdiff_t count, std::byte* buffer, std::ptrdiff_t* counts) const;
    /// `count` elements that lie one behind the other; no second operand.
    const std::byte* read_run(std::ptrdiff_t offset, std::ptrdiff_t count, std::byte* buffer) const;
    /// `columns` neighbouring items (columns <= 16): item c's elements at offsets[0 .. rows-1] + c stand at
    /// buffer + c * reduction_chunk elements afterwards. row_stride: between the offsets, or 0 when they are not evenly spaced. No
    /// second operand.
    const std::byte* tile(std::ptrdiff_t offset, const std::ptrdiff_t* offsets, std::ptrdiff_t row_stride, std::ptrdiff_t rows,
                          std::ptrdiff_t columns, std::byte* buffer) const;

private:
    const std::byte *data_, *other_data_;
    int bytes_, other_bytes_, wide_;
    Convert convert_;
    Other other_;
};

constexpr std::ptrdiff_t tile_columns = 16;

}  // namespace mlmath
