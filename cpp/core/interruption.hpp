// SPDX-License-Identifier: BSD-3-Clause
// Whether to stop, asked by loops deep below a parallel region that know of no team. (Instruction-set units may include this
// header.)
#pragma once
#include <cstddef>

namespace mlmath {

/// Polls the innermost parallel region on this thread (Team::poll, thread_pool.hpp): true when its work should stop, and from then
/// on; false outside of any region. Costs a few nanoseconds. A kernel that sees true returns at once, as if it had failed.
///
/// Constraint: Ctrl-C is answered within 0.2 s, and the clock may be read on every 16th call only. Decision: loops ask after every
/// millisecond of work at the latest, where that can be had.
bool interruption_requested();

/// Throws Interrupted (thread_pool.hpp) in that case: after a call that may have returned for it, and between blocks of work.
void interruption_point();

/// body(i) for i = 0 .. rows-1, each of which touches `columns` elements; Ctrl-C is looked for after every 2^18 of those: a page
/// touched for the first time takes 1 us, so that these may take 0.5 ms.
template <class Body>
void each_row(std::ptrdiff_t rows, std::ptrdiff_t columns, Body&& body) {
    for (std::ptrdiff_t i = 0, moved = 0; i < rows; ++i) {
        body(i);
        if ((moved += columns) < 1 << 18) continue;
        interruption_point();
        moved = 0;
    }
}

}  // namespace mlmath
