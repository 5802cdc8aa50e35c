// SPDX-License-Identifier: BSD-3-Clause
// Packing, converting, masking: what happens to elements between an array of any layout and a kernel that wants runs of one type.
#include "kernels/reduce/reduction_source.hpp"

#include <bit>
#include <cfenv>
#include <cmath>

#include "kernels/reduce/reduction_tree.hpp"

namespace mlmath {
namespace {

void pack(const std::byte* x, int bytes, const Axes& axes, std::ptrdiff_t first, std::ptrdiff_t count, std::byte* to, bool other) {
    const auto as = [&]<class T>(T*) {
        pack_elements(reinterpret_cast<const T*>(x), axes, first, count, reinterpret_cast<T*>(to), other);
    };
    switch (bytes) {
        case 1:
            return as(static_cast<unsigned char*>(nullptr));
        case 2:
            return as(static_cast<std::uint16_t*>(nullptr));
        case 4:
            return as(static_cast<float*>(nullptr));
        default:
            return as(static_cast<double*>(nullptr));
    }
}

// Selected elements to the front, chunk by chunk. The store comes first and the position moves after it: no branch to mispredict.
template <class T>
void select_elements(const std::byte* from, const std::byte* mask, std::ptrdiff_t count, std::byte* to, std::ptrdiff_t* counts) {
    const T* const x = reinterpret_cast<const T*>(from);
    for (std::ptrdiff_t begin = 0; begin < count; begin += reduction_chunk, ++counts) {
        T* const chunk = reinterpret_cast<T*>(to) + begin;
        const std::ptrdiff_t end = std::min(count, begin + reduction_chunk);
        std::ptrdiff_t kept = 0;
        for (std::ptrdiff_t i = begin; i < end; ++i) {
            const T value = x[i];  // `to` may be `from`: what is written lies behind what is read
            chunk[kept] = value;
            kept += mask[i] != std::byte{0};
        }
        *counts = kept;
    }
}

// Rows that are not evenly spaced. Sixteen rows of a column are written before the next column's.
template <class T>
void gather_tile(const std::byte* from, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, std::byte* to) {
    const T* const x = reinterpret_cast<const T*>(from);
    for (std::ptrdiff_t r = 0; r < rows; r += 16) {
        const std::ptrdiff_t some = std::min<std::ptrdiff_t>(16, rows - r);
        for (std::ptrdiff_t c = 0; c < columns; ++c) {
            T* const column = reinterpret_cast<T*>(to) + c * reduction_chunk + r;
            for (std::ptrdiff_t i = 0; i < some; ++i) column[i] = x[offsets[r + i] + c];
        }
    }
}

// Round to nearest even, by integers: 1 + 5 + 10 bits.
std::uint16_t half_of(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const auto sign = static_cast<std::uint16_t>(bits >> 48 & 0x8000);
    const std::uint64_t magnitude = bits & 0x7fffffffffffffffu;
    if (magnitude > 0x7ff0000000000000u) return static_cast<std::uint16_t>(sign | 0x7e00);
    if (magnitude == 0x7ff0000000000000u) return static_cast<std::uint16_t>(sign | 0x7c00);
    const double size = std::bit_cast<double>(magnitude);
    if (size >= 65520.0) {  // the middle between the largest half and 65536
        std::feraiseexcept(FE_OVERFLOW | FE_INEXACT);
        return static_cast<std::uint16_t>(sign | 0x7c00);
    }
    // Below 2^-14 halves are multiples of 2^-24, above they have 10 bits behind the first: adding and subtracting a power of two
    // rounds there, whatever the exponent.
    const int exponent = std::max(std::ilogb(size == 0 ? 1e-300 : size), -14);
    const double unit = std::ldexp(1.0, exponent - 10),
                 steps = std::nearbyint(size / unit);  // at most 2^11, exact but for rounding
    const double rounded = steps * unit;
    const auto encoded = rounded < 0x1p-14 ? static_cast<std::uint64_t>(rounded * 0x1p24)
                                           : (std::bit_cast<std::uint64_t>(rounded) >> 42) - (std::uint64_t{1023 - 15} << 10);
    return static_cast<std::uint16_t>(sign | encoded);
}

}  // namespace

void ReductionOutput::put_half(std::ptrdiff_t at, double value) const { static_cast<std::uint16_t*>(data)[at] = half_of(value); }

void ReductionOutput::put(std::ptrdiff_t at, std::int64_t value) const {
    switch (element_bytes(type)) {
        case 1:
            static_cast<std::int8_t*>(data)[at] = static_cast<std::int8_t>(value);
            return;
        case 2:
            static_cast<std::int16_t*>(data)[at] = static_cast<std::int16_t>(value);
            return;
        case 4:
            static_cast<std::int32_t*>(data)[at] = static_cast<std::int32_t>(value);
            return;
        default:
            static_cast<std::int64_t*>(data)[at] = value;
            return;
    }
}

ReductionSource::ReductionSource(const ReductionInput& in, Element wanted)
    : data_(static_cast<const std::byte*>(in.data)),
      other_data_(static_cast<const std::byte*>(in.other_data)),
      bytes_(element_bytes(in.type)),
      other_bytes_(in.other == Other::none     ? 0
                   : in.other == Other::select ? 1
                                               : 8),
      wide_(element_bytes(wanted)),
      convert_(converter(in.type, wanted)),
      other_(in.other) {}

const std::byte* ReductionSource::read(std::ptrdiff_t offset, std::ptrdiff_t other_offset, const ReductionPlan& plan,
                                       std::ptrdiff_t first, std::ptrdiff_t count, std::byte* buffer,
                                       std::ptrdiff_t* counts) const {
    const std::byte* x = data_ + offset * bytes_;
    std::byte* const packed = buffer;
    std::byte* const converted = buffer + whole_lines(static_cast<std::size_t>(count) * 8);
    std::byte* const packed_other = converted + whole_lines(static_cast<std::size_t>(count) * 8);
    if (plan.contiguous()) {
        x += first * bytes_;
    } else {
        pack(x, bytes_, plan.reduced, first, count, packed, false);
        x = packed;
    }
    if (convert_ != nullptr) {
        convert_(x, count, converted);
        x = converted;
    }
    if (other_ == Other::none) return x;

    const std::byte* other = other_data_ + other_offset * other_bytes_;
    pack(other, other_bytes_, plan.reduced, first, count, packed_other, true);
    other = packed_other;
    if (other_ == Other::select) {
        switch (wide_) {
            case 1:
                select_elements<unsigned char>(x, other, count, converted, counts);
                break;
            case 2:
                select_elements<std::uint16_t>(x, other, count, converted, counts);
                break;
            case 4:
                select_elements<float>(x, other, count, converted, counts);
                break;
            default:
                select_elements<double>(x, other, count, converted, counts);
                break;
        }
    } else {
        const double *const a = reinterpret_cast<const double*>(x), *const b = reinterpret_cast<const double*>(other);
        double* const to = reinterpret_cast<double*>(converted);
        if (other_ == Other::multiply)
            for (std::ptrdiff_t i = 0; i < count; ++i) to[i] = a[i] * b[i];
        else
            for (std::ptrdiff_t i = 0; i < count; ++i) to[i] = a[i] - b[i];
    }
    return converted;
}

const std::byte* ReductionSource::read_run(std::ptrdiff_t offset, std::ptrdiff_t count, std::byte* buffer) const {
    const std::byte* const x = data_ + offset * bytes_;
    if (convert_ == nullptr) return x;
    convert_(x, count, buffer);
    return buffer;
}

const std::byte* ReductionSource::tile(std::ptrdiff_t offset, const std::ptrdiff_t* offsets, std::ptrdiff_t row_stride,
                                       std::ptrdiff_t rows, std::ptrdiff_t columns, std::byte* buffer) const {
    const std::byte* const x = data_ + offset * bytes_;
    if (row_stride != 0) {
        transpose_elements(x + offsets[0] * bytes_, bytes_, row_stride, rows, columns, buffer, reduction_chunk);
    } else {
        switch (bytes_) {
            case 1:
                gather_tile<unsigned char>(x, offsets, rows, columns, buffer);
                break;
            case 2:
                gather_tile<std::uint16_t>(x, offsets, rows, columns, buffer);
                break;
            case 4:
                gather_tile<float>(x, offsets, rows, columns, buffer);
                break;
            default:
                gather_tile<double>(x, offsets, rows, columns, buffer);
                break;
        }
    }
    if (convert_ == nullptr) return buffer;
    std::byte* const converted = buffer + whole_lines(static_cast<std::size_t>(tile_columns * reduction_chunk) * 8);
    for (std::ptrdiff_t c = 0; c < columns; ++c)
        convert_(buffer + c * reduction_chunk * bytes_, rows, converted + c * reduction_chunk * wide_);
    return converted;
}

}  // namespace mlmath
