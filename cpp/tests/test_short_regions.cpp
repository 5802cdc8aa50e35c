// SPDX-License-Identifier: BSD-3-Clause
// Regions that do not wake anybody (Start::watching).
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "core/cpu_count.hpp"
#include "core/thread_pool.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {

// Short regions: done alone while the workers sleep, together once they watch; every chunk once in either case, and a part that its
// thread has begun stays with it.
MLMATH_TEST(short_regions) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the workers sleep now
    int alone = 0;
    parallel(
        2,
        [&](Team& team) {
            if (team.rank() == 0) alone = team.size();
        },
        Start::watching);
    MLMATH_CHECK(alone == 1);
    int together = 0;
    for (int i = 0; i < 20000 && together < 2; ++i)  // in close succession: the workers are woken without a job
        parallel(
            2,
            [&](Team& team) {
                if (team.rank() == 0) together = team.size();
            },
            Start::watching);
    MLMATH_CHECK(together == 2 || affinity_cpus() == 1);
    for (int round = 0; round < 200; ++round) {
        std::vector<std::atomic<int>> seen(24);
        parallel_for(24, 3, [&](std::ptrdiff_t chunk) { ++seen[static_cast<std::size_t>(chunk)]; }, Start::watching);
        for (auto& count : seen) MLMATH_CHECK(count == 1);
    }
    // Inside a team, and for one thread, it is serial like any other region.
    parallel(2, [](Team&) {
        int size = 0;
        parallel(2, [&](Team& inner) { size = inner.size(); }, Start::watching);
        MLMATH_CHECK(size == 1);
    });
}

}  // namespace mlmath::tests
