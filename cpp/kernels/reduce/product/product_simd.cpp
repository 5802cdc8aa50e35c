// SPDX-License-Identifier: BSD-3-Clause
// Product of a chunk. Compiled once per level.
//
// Lanes multiply other elements than a running product does, and might overflow where it does not: mantissas and exponents are
// therefore multiplied and added on their own. A lane meets 32 mantissas below 2 at most, less than 2^32.
#include "kernels/reduce/product/product_chunk.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr int lanes = reduction_lanes<double>, registers = reduction_registers<double>;
constexpr std::uint64_t exponent_bits = 0x7ff0000000000000u, one_bits = 0x3ff0000000000000u;
constexpr std::int64_t bias = 1023, largest_exponent = 2047;

// v = mantissa * 2^(exponent - bias), |mantissa| in [1, 2), for normal numbers.
MLMATH_INLINE vec_i64 exponent_of(vec_f64 v) { return (vec_i64)(((vec_u64)v & broadcast(exponent_bits)) >> 52); }
MLMATH_INLINE vec_f64 mantissa_of(vec_f64 v) { return (vec_f64)(((vec_u64)v & broadcast(~exponent_bits)) | broadcast(one_bits)); }

// The same for a finite number other than zero, denormals included.
MLMATH_INLINE void split(double& mantissa, std::int64_t& exponent) {
    auto bits = __builtin_bit_cast(std::uint64_t, mantissa);
    std::int64_t e = static_cast<std::int64_t>((bits & exponent_bits) >> 52);
    if (e == largest_exponent || (bits << 1) == 0) return;
    if (e == 0) {  // 2^64 makes it normal, exactly
        bits = __builtin_bit_cast(std::uint64_t, mantissa * 0x1p64);
        e = static_cast<std::int64_t>((bits & exponent_bits) >> 52) - 64;
    }
    mantissa = __builtin_bit_cast(double, (bits & ~exponent_bits) | one_bits);
    exponent += e - bias;
}

// Zeros, denormals, infinities or NaNs are among the elements: one by one, into the same lanes.
ScaledProduct product_of_any(const double* x, std::ptrdiff_t n, bool numbers_only) {
    double lane[lanes];
    std::int64_t exponent = 0;
    for (double& l : lane) l = 1;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        double value = x[i];
        if (numbers_only && (__builtin_bit_cast(std::uint64_t, value) << 1) > exponent_bits << 1) continue;
        split(value, exponent);
        lane[i % lanes] *= value;
    }
    for (double& l : lane) split(l, exponent);
    ScaledProduct product = {fold<lanes>(
                                 lane, [](double a, double b) __attribute__((always_inline)) { return a * b; }),
                             exponent};
    split(product.mantissa, product.exponent);
    return product;
}

template <bool numbers_only>
void product_rows(const double* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, ScaledProduct* products) {
    for (std::ptrdiff_t row = 0; row < rows; ++row) {
        const double* const p = x + row * row_stride;
        vec_f64 product[registers];
        vec_i64 exponent = {}, special = {};
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) product[r] = broadcast(1.0);
        for (std::ptrdiff_t i = 0; i < n; i += lanes) {
            MLMATH_UNROLL for (int r = 0; r < registers; ++r) {
                const std::ptrdiff_t at = i + r * width<double>, left = n - at;
                if (left <= 0) break;
                const vec_f64 v = left >= width<double> ? load(p + at) : load_first_or(p + at, left, broadcast(1.0));
                const vec_i64 e = exponent_of(v);
                special |= (vec_i64)(e == 0) | (vec_i64)(e == broadcast(largest_exponent));
                exponent += e - broadcast(bias);
                product[r] *= mantissa_of(v);
            }
        }
        if (any(special)) {
            products[row] = product_of_any(p, n, numbers_only);
            continue;
        }
        alignas(64) double lane[lanes];
        std::int64_t exponents[width<double>];
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) {
            exponent += exponent_of(product[r]) - broadcast(bias);
            store(lane + r * width<double>, mantissa_of(product[r]));
        }
        store(exponents, exponent);
        ScaledProduct& result = products[row];
        result = {fold<lanes>(
                      lane, [](double a, double b) __attribute__((always_inline)) { return a * b; }),
                  fold_sum<width<double>>(exponents)};
        split(result.mantissa, result.exponent);
    }
}

void integer_rows(const std::uint64_t* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n,
                  std::uint64_t* products) {
    for (std::ptrdiff_t row = 0; row < rows; ++row) {
        const std::uint64_t* const p = x + row * row_stride;
        std::uint64_t product = 1;
        for (std::ptrdiff_t i = 0; i < n; ++i) product *= p[i];
        products[row] = product;
    }
}

}  // namespace

extern const ProductKernels product_kernels;
const ProductKernels product_kernels = {product_rows<false>, product_rows<true>, integer_rows};

}  // namespace mlmath::MLMATH_LEVEL
