// SPDX-License-Identifier: BSD-3-Clause
// latency: what the thread pool and the virtual memory cost on this machine. Contract.
#pragma once
#include <cstddef>

namespace mlmath {

/// Times in seconds: the shortest and the median of many samples.
struct Latency {
    double best;
    double median;
};

/// A parallel region of `threads` threads with nothing in it, one after the other while the workers are still awake.
Latency region_latency(int threads, double seconds);

/// A barrier inside a region.
Latency barrier_latency(int threads, double seconds);

/// A region in which all threads meet at a barrier, entered after a pause of 2 ms in which the workers have gone to sleep.
/// `seconds` includes the pauses.
Latency wake_latency(int threads, double seconds);

/// The first write to a page of fresh memory, per page of `page_bytes`; {0, 0} when the system does not give pages of that kind
/// (the count of page faults tells).
struct PageLatency {
    Latency touch;
    std::size_t page_bytes;
};
PageLatency page_latency(bool huge, double seconds);

// All: std::invalid_argument when threads < 1 or seconds is not positive; std::runtime_error when the pool, in use by another
// caller, gives fewer threads; std::bad_alloc.

}  // namespace mlmath
