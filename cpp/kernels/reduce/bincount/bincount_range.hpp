// SPDX-License-Identifier: BSD-3-Clause
// bincount: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// range[0], range[1]: lowered and raised to the smallest and largest of the n elements.
struct BincountKernels {
    void (*range_i64)(const std::int64_t* x, std::ptrdiff_t n, std::int64_t* range);
    void (*range_i32)(const std::int32_t* x, std::ptrdiff_t n, std::int32_t* range);
};

}  // namespace mlmath
