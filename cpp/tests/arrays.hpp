// SPDX-License-Identifier: BSD-3-Clause
// What tests decompose, and how they compare: random arrays, symmetric matrices, equal bits.
#pragma once
#include <cstring>
#include <vector>

#include "tests/check.hpp"

namespace mlmath::tests {

template <class T>
std::vector<T> random(std::ptrdiff_t count, unsigned long long seed) {
    Numbers numbers(seed);
    std::vector<T> x(static_cast<std::size_t>(count));
    for (auto& e : x) e = static_cast<T>(numbers.next());
    return x;
}

/// `count` matrices n x n, in row order.
template <class T>
std::vector<T> symmetric(std::ptrdiff_t count, std::ptrdiff_t n, unsigned long long seed) {
    Numbers numbers(seed);
    std::vector<T> a(static_cast<std::size_t>(count * n * n));
    for (std::ptrdiff_t b = 0; b < count; ++b)
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j <= i; ++j)
                a[b * n * n + i * n + j] = a[b * n * n + j * n + i] = static_cast<T>(numbers.next());
    return a;
}
template <class T>
std::vector<T> symmetric(std::ptrdiff_t n, unsigned long long seed) {
    return symmetric<T>(1, n, seed);
}

/// Equal bits: 0 and -0 differ, a NaN is equal to itself.
template <class T>
bool same_bits(const T* x, const T* y, std::ptrdiff_t count) {
    return count == 0 || std::memcmp(x, y, static_cast<std::size_t>(count) * sizeof(T)) == 0;
}
template <class T>
bool same_bits(const std::vector<T>& x, const std::vector<T>& y) {
    return x.size() == y.size() && same_bits(x.data(), y.data(), static_cast<std::ptrdiff_t>(x.size()));
}

}  // namespace mlmath::tests
