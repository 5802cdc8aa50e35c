// SPDX-License-Identifier: BSD-3-Clause
// selection: what the driver and the per-level units agree on. Selection compares integers ("keys") that order the elements.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

struct SelectionKernels {
    // keys[i] orders x[i]; a NaN gets the largest key. Returns how many NaN there are.
    std::ptrdiff_t (*keys_f64)(const double* x, std::ptrdiff_t n, std::int64_t* keys);
    std::ptrdiff_t (*keys_f32)(const float* x, std::ptrdiff_t n, std::int32_t* keys);
    // Copies the keys with low <= key <= high to `to` (room for n + 64, elements behind the result are overwritten), adds the
    // number of keys below `low` to *below, returns how many were copied.
    std::ptrdiff_t (*between_i64)(const std::int64_t* keys, std::ptrdiff_t n, std::int64_t low, std::int64_t high, std::int64_t* to,
                                  std::ptrdiff_t* below);
    std::ptrdiff_t (*between_i32)(const std::int32_t* keys, std::ptrdiff_t n, std::int32_t low, std::int32_t high, std::int32_t* to,
                                  std::ptrdiff_t* below);
};

}  // namespace mlmath
