// SPDX-License-Identifier: BSD-3-Clause
// draw: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

// Constraint: words and elements of a tile stay in L1 (32 KiB at least) beside each other, and a call through a pointer must cost
//   nothing beside a tile.
// Arithmetic: 64 steps are 8 KiB of words and 8 KiB of doubles; a law takes 0.3 us and more for them.
// Decision: 64 steps, as in the fused fills.
constexpr std::ptrdiff_t draw_tile_steps = 64;

struct DrawKernels {
    /// Copies bytes past the caches: whole cache lines of `to` by non-temporal stores, the ends by usual ones. `to` has the
    /// alignment of some element type. Ordered by fence().
    void (*copy_past_caches)(void* to, const void* from, std::ptrdiff_t bytes);
    void (*fence)();
};

}  // namespace mlmath
