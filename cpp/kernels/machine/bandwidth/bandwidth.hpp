// SPDX-License-Identifier: BSD-3-Clause
// bandwidth: how fast this CPU moves bytes between registers and arrays of a given size. Contract.
#pragma once
#include <cstddef>

namespace mlmath {

enum class Access {
    read,    // sum of a
    write,   // a = constant
    stream,  // a = constant, non-temporal stores
    copy,    // a = b
    triad,   // a = b + s c
    add,     // a += b
    update,  // a += d, b += d, c += d: the walk of an optimizer over parameters, two moments and a gradient
};
inline constexpr int access_count = 7;

/// "read", "write", "stream", "copy", "triad", "add", "update".
const char* access_name(Access access);

/// The best rate of each access in `which[0 .. count)`, in bytes per second, into rates[0 .. count).
///
/// bytes     of all arrays of an access together, divided evenly among them and among `threads` threads; rounded up to whole rows
///           of 512 bytes per thread and array. Each thread first touches, and then works on, its own part.
/// Counting  what the program asks for: a copy counts 2 bytes per byte copied, a triad 3, an add 3 (two read, one written), an
///           update 7 (four read, three written). A cache that reads a line before it is written moves more than that for write,
///           copy and triad; add and update have read what they write.
/// Blocks    of about 0.1 ms or one pass, repeated for `seconds` per access (3 blocks at least); the best counts.
/// Result    is of the active level. Sums, copies and stored values are checked.
/// Failure   std::invalid_argument when bytes or threads < 1 or seconds is not positive; std::bad_alloc; std::runtime_error when a
///           value is wrong, or the pool, in use by another caller, gives fewer threads.
void bandwidth(const Access* which, int count, std::size_t bytes, int threads, double seconds, double* rates);

}  // namespace mlmath
