// SPDX-License-Identifier: BSD-3-Clause
// Nonzero elements of a chunk. Compiled once per level.
#include "kernels/reduce/count/count_chunk.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Constraint: counting in wider integers than the elements costs conversions. Arithmetic: 64 bytes of counters take at most
// 1024 / 64 counts each, which fits a byte. Decision: counters as wide as the elements.
template <class T>
void count_rows(const void* from, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::uint64_t mask,
                std::int64_t* counts) {
    constexpr int together = 64 / sizeof(T);
    const T wanted = static_cast<T>(mask);
    for (std::ptrdiff_t r = 0; r < rows; ++r) {
        const T* const x = static_cast<const T*>(from) + r * row_stride;
        std::ptrdiff_t i = 0;
        std::int64_t total = 0;
        if (n >= together) {
            T counter[together] = {};
            for (; i + together <= n; i += together)
                for (int l = 0; l < together; ++l) counter[l] = static_cast<T>(counter[l] + ((x[i + l] & wanted) != 0));
            for (int l = 0; l < together; ++l) total += static_cast<std::int64_t>(counter[l]);
        }
        for (; i < n; ++i) total += (x[i] & wanted) != 0;
        counts[r] = total;
    }
}

}  // namespace

extern const CountKernels count_kernels;
const CountKernels count_kernels = {
    {count_rows<std::uint8_t>, count_rows<std::uint16_t>, count_rows<std::uint32_t>, count_rows<std::uint64_t>}};

}  // namespace mlmath::MLMATH_LEVEL
