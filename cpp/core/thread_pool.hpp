// SPDX-License-Identifier: BSD-3-Clause
// The library's own threads: parallel regions, a barrier, fixed chunks. No mathematics, no Python.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <type_traits>

namespace mlmath {

/// Thrown on the calling thread when the host (Python) asked a running region to stop. The output is then unspecified.
struct Interrupted : std::exception {
    const char* what() const noexcept override { return "interrupted"; }
};

/// The threads inside one parallel region. Kernels divide their work by size() and rank(), but the *result* must not depend on
/// size(): a region may get fewer threads than it asked for (nested call, another caller holds the pool, forked child, quota).
class Team {
public:
    int size() const { return size_; }
    int rank() const { return rank_; }  // 0 is the calling thread

    /// All members wait for each other. Memory written before it is visible to every member after it. In a region that has been
    /// cancelled, or in which a member has thrown, it does not return but throws Interrupted, so that nobody waits for a member
    /// that has left; let it pass.
    void barrier();

    /// True when the work should stop early: the host asked for it, or another member failed. Cheap enough to be asked after every
    /// ~10 us of work: members read a flag; the calling thread looks at the clock, and every 50 ms calls the host's hook. A kernel
    /// that sees true just returns, even when others wait at a barrier (see there); run_region then throws.
    bool poll();
    bool cancelled() const;

    struct Shared;  // one per region, in thread_pool.cpp
    Team(Shared& shared, int rank, int size) : shared_(shared), rank_(rank), size_(size) {}

private:
    Shared& shared_;
    int rank_, size_;
};

using RegionBody = void (*)(void* context, Team& team);

/// Whether a region may wake sleeping threads. Waking takes 5 to 60 us, and the region ends when the last member has left: work of a
/// few microseconds is divided only among threads that still watch for it, and done alone otherwise. Short regions in close succession
/// wake the threads, without waiting for them, so that the later ones find them watching.
enum class Start { waking, watching };

/// Runs body on up to `threads` threads at once and returns when all have finished. The exception of the member with the lowest
/// rank is rethrown here; Interrupted when the hook asked to stop. Members compute in the caller's rounding and flush-to-zero
/// modes, and the floating-point flags they raise are raised in the caller's environment. Serial (team of one) when threads <= 1,
/// inside a team of more than one, when another caller has the pool, and when no thread can be created.
void run_region(int threads, RegionBody body, void* context, Start start = Start::waking);

/// body(Team&) on up to `threads` threads. A driver whose loop opens many short regions (iterations) runs the loop inside
/// parallel(1, ...): the regions in it get the pool all the same, and share its clock, so that the host is asked in time.
template <class Body>
void parallel(int threads, Body&& body, Start start = Start::waking) {
    using Plain = std::remove_reference_t<Body>;
    run_region(
        threads, [](void* context, Team& team) { (*static_cast<Plain*>(context))(team); },
        const_cast<void*>(static_cast<const void*>(&body)), start);
}

/// body(chunk), or body(chunk, team), for chunk = 0 .. chunks-1, each once, in any order, by up to `threads` threads. Chunks are fixed by the caller,
/// whatever the number of threads: that is what makes results reproducible. Polls for interrupts between chunks.
///
/// Constraint: data still in a core's own cache from the last call should be met by the same core again, and a memory prefetcher wants
///   neighbouring chunks; yet a thread that comes late must not be waited for.
/// Decision: every thread has a part of the chunks, contiguous and the same in every call, and helps with the others' when it is done.
///   Work too short to wake a thread for is also too short to move its data: there a part that has been begun is left to its thread.
template <class Body>
void parallel_for(std::ptrdiff_t chunks, int threads, Body&& body, Start start = Start::waking) {
    if (chunks <= 0) return;
    if (threads > chunks) threads = static_cast<int>(chunks);
    struct alignas(64) Part {  // a cache line each, so that counting is not shared
        std::atomic<std::ptrdiff_t> next;
        std::ptrdiff_t begin, end;
    };
    constexpr int most_parts = 16;  // with more threads than that, several begin in the same part
    Part part[most_parts];
    const int parts = threads < 1 ? 1 : threads < most_parts ? threads : most_parts;
    for (int p = 0; p < parts; ++p) {
        part[p].begin = chunks * p / parts;
        part[p].next.store(part[p].begin, std::memory_order_relaxed);
        part[p].end = chunks * (p + 1) / parts;
    }
    const auto member = [&](Team& team) {
        for (int p = 0; p < parts; ++p) {
            Part& mine = part[(team.rank() + p) % parts];
            if (p > 0 && start == Start::watching && mine.next.load(std::memory_order_relaxed) != mine.begin) continue;
            for (;;) {
                const std::ptrdiff_t chunk = mine.next.fetch_add(1, std::memory_order_relaxed);
                if (chunk >= mine.end) break;
                if (team.poll()) return;
                if constexpr (std::is_invocable_v<Body, std::ptrdiff_t, Team&>)
                    body(chunk, team);
                else
                    body(chunk);
            }
        }
    };
    parallel(threads, member, start);
}

// ---- how many threads --------------------------------------------------------------------------------------------------

/// Threads a kernel may use now: this thread's override if set, else the process-wide number.
int num_threads();
/// The process-wide number alone.
int process_num_threads();
/// Process-wide number, 1 <= n <= kMaxThreads (clamped). The pool grows when first needed.
void set_num_threads(int n);
/// Takes the process-wide number from the environment and the machine again, as at the first use. Throws std::invalid_argument when
/// MLMATH_NUM_THREADS is malformed (without this call a malformed value is ignored): a host calls it once, where it can report an
/// error.
void reset_num_threads();
/// This thread only; 0 removes the override. Returns the override that was in force (0: none).
int set_thread_local_threads(int n);

/// Host hook: called on the calling thread of a region every ~50 ms, first 50 ms after the first poll; true asks the region to
/// stop. It must not throw. nullptr: none.
using InterruptHook = bool (*)();
void set_interrupt_hook(InterruptHook hook);

/// For `info` and tests: where the process-wide number came from ("MLMATH_NUM_THREADS", "OMP_NUM_THREADS", "affinity", "cgroup
/// quota", "set_num_threads").
const char* num_threads_source();

}  // namespace mlmath
