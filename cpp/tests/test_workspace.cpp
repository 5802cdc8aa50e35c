// SPDX-License-Identifier: BSD-3-Clause
// Workspace: blocks that are kept, the large one among them, and given back.
#include "core/workspace.hpp"

#include <cstdio>
#include <cstring>
#include <thread>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "tests/check.hpp"

namespace mlmath::tests {

MLMATH_TEST_ONCE(workspace_keeps_one_large_block) {
    constexpr std::size_t mib = std::size_t{1} << 20;
    trim_workspace();
    MLMATH_CHECK(workspace_bytes_kept() == 0);
    const void* first;
    {
        Workspace large(100 * mib);
        std::memset(large.data(), 1, large.bytes());
        first = large.data();
        Workspace other(80 * mib);  // at the same time: another one
        MLMATH_CHECK(other.data() != first);
    }
    const std::size_t kept = workspace_bytes_kept();
#if defined(__linux__)
    MLMATH_CHECK(kept >= 100 * mib && kept < 180 * mib);  // the larger of the two
    {
        Workspace again(70 * mib);
        MLMATH_CHECK(again.data() == first);
        std::memset(again.data(), 2, again.bytes());
        for (std::size_t i = 0; i < again.bytes(); i += 4096) MLMATH_CHECK(again.data()[i] == std::byte{2});
    }
    {
        Workspace more(200 * mib);  // too large for what is kept
        MLMATH_CHECK(more.bytes() >= 200 * mib);
    }
    MLMATH_CHECK(workspace_bytes_kept() >= 200 * mib);
#endif
    {
        Workspace small(mib);  // small ones do not take it
        MLMATH_CHECK(small.bytes() < 64 * mib);
    }
    {
        Workspace huge((std::size_t{1} << 30) + mib);  // not kept at all
    }
    MLMATH_CHECK(workspace_bytes_kept() < std::size_t{1} << 30);
    trim_workspace();
    MLMATH_CHECK(workspace_bytes_kept() == 0);
}

#if defined(__linux__) && defined(MADV_PAGEOUT)
// What the system does when it is short of memory: a page marked as free is gone, and reads as zeros.
MLMATH_TEST_ONCE(workspace_kept_block_survives_that_the_system_takes_its_pages) {
    constexpr std::size_t bytes = std::size_t{96} << 20;
    trim_workspace();
    std::byte* first;
    {
        Workspace large(bytes);
        std::memset(large.data(), 1, large.bytes());
        first = large.data() - cache_line;  // a page begins here, with what workspace.cpp knows of the block
    }
    const std::size_t kept = workspace_bytes_kept();
    MLMATH_CHECK(kept >= bytes);
    if (madvise(first, bytes, MADV_PAGEOUT) != 0) {
        std::printf("workspace: the system takes no pages on demand, skipped\n");
        return;
    }
    MLMATH_CHECK(workspace_bytes_kept() == kept);
    {
        Workspace again(bytes);
        MLMATH_CHECK(again.data() == first + cache_line && again.bytes() == kept);
        std::memset(again.data(), 2, again.bytes());
    }
    trim_workspace();
    MLMATH_CHECK(workspace_bytes_kept() == 0);
}
#endif

MLMATH_TEST_ONCE(workspace_from_many_threads) {
    constexpr std::size_t bytes = std::size_t{65} << 20;
    const auto work = [](int value) {
        for (int i = 0; i < 50; ++i) {
            Workspace mine(bytes);
            mine.data()[0] = mine.data()[bytes - 1] = std::byte(value);
            std::this_thread::yield();
            MLMATH_CHECK(mine.data()[0] == std::byte(value) && mine.data()[bytes - 1] == std::byte(value));
        }
    };
    std::thread other(work, 1);
    work(2);
    other.join();
    trim_workspace();
}

}  // namespace mlmath::tests
