// SPDX-License-Identifier: BSD-3-Clause
// count: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// counts[r] = how many of the n <= reduction_chunk elements at x + r*row_stride have a bit of `mask` set.
using CountRows = void (*)(const void* x, std::ptrdiff_t row_stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::uint64_t mask,
                           std::int64_t* counts);

// By log2 of the element's bytes.
struct CountKernels {
    CountRows by_size[4];
};

}  // namespace mlmath
