// SPDX-License-Identifier: BSD-3-Clause
// latency: regions, barriers, wake-ups, fresh pages.
#include "kernels/machine/latency/latency.hpp"

#include <algorithm>
#include <chrono>
#include <new>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#endif

#include "core/check.hpp"
#include "kernels/machine/machine_timing.hpp"

namespace mlmath {
namespace {

// Samples of sample() until `seconds` have passed, 5 at least.
template <class Sample>
Latency latency_of(double seconds, Sample&& sample) {
    std::vector<double> times;
    const auto end = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
    while (times.size() < 5 || now_ns() < end) times.push_back(sample());
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    return {*std::min_element(times.begin(), times.end()), *middle};
}

void check_arguments(const char* function, int threads, double seconds) {
    check_positive(function, "threads", threads);
    check_positive(function, "seconds", seconds);
}

}  // namespace

Latency region_latency(int threads, double seconds) {
    check_arguments("region_latency", threads, seconds);
    // 64 regions per reading of the clock: its 20 to 50 ns would otherwise be a good part of a region.
    constexpr int regions = 64;
    best_block("region_latency", threads, 0, [](Team&, auto&& timed) { timed([] {}); }, 1);
    return latency_of(seconds, [&] {
        const auto start = now_ns();
        for (int i = 0; i < regions; ++i) parallel(threads, [](Team&) {});
        return static_cast<double>(now_ns() - start) * 1e-9 / regions;
    });
}

Latency barrier_latency(int threads, double seconds) {
    check_arguments("barrier_latency", threads, seconds);
    constexpr int barriers = 256;
    return latency_of(seconds, [&] {
        return best_block(
                   "barrier_latency", threads, 0,
                   [](Team& team, auto&& timed) {
                       timed([&] {
                           for (int i = 0; i < barriers; ++i) team.barrier();
                       });
                   },
                   1) /
               barriers;
    });
}

Latency wake_latency(int threads, double seconds) {
    check_arguments("wake_latency", threads, seconds);
    return latency_of(seconds, [&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        const auto start = now_ns();
        parallel(threads, [](Team& team) { team.barrier(); });
        return static_cast<double>(now_ns() - start) * 1e-9;
    });
}

PageLatency page_latency(bool huge, double seconds) {
    check_positive("page_latency", "seconds", seconds);
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    const std::size_t page = huge ? std::size_t(1) << 21 : static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    // 16 huge pages, or 2 MiB of small ones; one page more, to begin at a multiple of the page.
    const std::size_t pages = huge ? 16 : (std::size_t(1) << 21) / page;
    bool as_asked = true;
    const Latency touch = latency_of(seconds, [&] {
        const std::size_t mapped = (pages + 1) * page;
        void* const raw = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (raw == MAP_FAILED) throw std::bad_alloc();
        const auto address = reinterpret_cast<std::uintptr_t>(raw);
        auto* first = reinterpret_cast<volatile char*>((address + page - 1) / page * page);
        madvise(raw, mapped, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
        rusage before, after;
        getrusage(RUSAGE_THREAD, &before);
        const auto start = now_ns();
        for (std::size_t i = 0; i < pages; ++i) first[i * page] = 1;
        const double elapsed = static_cast<double>(now_ns() - start) * 1e-9;
        getrusage(RUSAGE_THREAD, &after);
        // One fault per page; a huge page that is given as small ones faults once here as well, but again on its next 4 KiB.
        const long faults = after.ru_minflt - before.ru_minflt;
        if (huge) {
            for (std::size_t i = 0; i < pages; ++i) first[i * page + page / 2] = 1;
            getrusage(RUSAGE_THREAD, &before);
            as_asked = as_asked && before.ru_minflt - after.ru_minflt < static_cast<long>(pages) / 2;
        } else {
            as_asked = as_asked && faults >= static_cast<long>(pages);
        }
        munmap(raw, mapped);
        return elapsed / static_cast<double>(pages);
    });
    return {as_asked ? touch : Latency{0, 0}, page};
#else
    (void)huge;
    return {{0, 0}, 0};
#endif
}

}  // namespace mlmath
