// SPDX-License-Identifier: BSD-3-Clause
// bandwidth, textbook: the accesses as loops over n doubles.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>

namespace mlmath::textbook {

/// Of the bit patterns, modulo 2^64: exact in any order, and an addition is as fast as the load.
inline std::uint64_t read(const double* a, std::ptrdiff_t n) {
    std::uint64_t sum = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) sum += std::bit_cast<std::uint64_t>(a[i]);
    return sum;
}
inline void write(double* a, double value, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i) a[i] = value;
}
inline void copy(double* a, const double* b, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i) a[i] = b[i];
}
inline void triad(double* a, const double* b, double s, const double* c, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i) a[i] = b[i] + s * c[i];
}
inline void add(double* a, const double* b, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i) a[i] += b[i];
}
inline void update(double* a, double* b, double* c, const double* d, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i) a[i] += d[i], b[i] += d[i], c[i] += d[i];
}

}  // namespace mlmath::textbook
