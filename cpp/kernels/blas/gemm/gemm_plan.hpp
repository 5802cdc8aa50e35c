// SPDX-License-Identifier: BSD-3-Clause
// gemm: how one product is cut into tasks. The cut changes the time, never the result.
#pragma once
#include <algorithm>
#include <cstddef>

#include "core/thread_pool.hpp"

#if defined(__linux__)
#include <unistd.h>
#endif

namespace mlmath {

/// Bytes of the second-level cache of one core; 512 KiB when the system does not say.
inline std::size_t second_level_cache() {
    static const std::size_t bytes = [] {
        long size = -1;
#if defined(_SC_LEVEL2_CACHE_SIZE)
        size = sysconf(_SC_LEVEL2_CACHE_SIZE);
#endif
        return size > 0 ? static_cast<std::size_t>(size) : std::size_t{512} << 10;
    }();
    return bytes;
}

/// Whether this is one of Intel's processors: what pays beside their prefetchers was measured apart from the others.
inline bool is_intel() {
#if defined(__x86_64__)
    static const bool intel = __builtin_cpu_is("intel");
    return intel;
#else
    return false;
#endif
}

// Constraint: a region costs 0.2 us when its threads are watching, and the time a sleeping one takes to wake, 5 to 60 us, when not.
// Arithmetic: 2^15 multiply-adds take 0.7 us at 50 per ns, 1.1 at 30; 2^20 take 20 to 35 us.
// Decision: 2^15 per thread, so that n = 48 is on two threads; sleeping threads are woken for 2^20 and more.
constexpr double work_of_a_thread = 1 << 15, work_worth_waking = 1 << 20;

// Multiply-adds between two looks at the interrupt flag: 2^22 take 0.1 ms on AVX-512 and about 2 ms on the baseline.
constexpr double work_between_polls = 1 << 22;

/// How many of `threads` share `work` multiply-adds, and whether sleeping ones are woken for it.
struct GemmTeam {
    int threads;
    Start start;
};
inline GemmTeam team_for(double work, int threads) {
    return {static_cast<int>(std::max(1.0, std::min<double>(threads, work / work_of_a_thread))),
            work < work_worth_waking ? Start::watching : Start::waking};
}

// C is cut into row_blocks x column_blocks tasks of (rows x columns), handed out one by one. A task keeps `columns` of B, one chunk
// of k at a time, in its core's second-level cache, and moves A and C past it.
struct GemmPlan {
    std::ptrdiff_t rows, columns;
    std::ptrdiff_t row_blocks, column_blocks;
    bool pack_a, pack_b, fetch_a;
    int threads;
    Start start;
};

// Rows of a triangle that are computed together with the square on its diagonal, whose other half is in vain.
// Constraint: whole panels of B on all levels (24, 48; 8, 16; 4, 8 columns) and whole tiles of A (8, 6, 4 rows). Decision: 48.
constexpr std::ptrdiff_t diagonal_strip = 48;

struct GemmTileShape {
    int rows, columns, lanes;
};

constexpr std::ptrdiff_t ceiling(std::ptrdiff_t a, std::ptrdiff_t b) { return (a + b - 1) / b; }
constexpr std::ptrdiff_t round_up(std::ptrdiff_t a, std::ptrdiff_t unit) { return ceiling(a, unit) * unit; }

/// element: bytes of one. a_ready: rows of A can be read as they lie (adjacent along k). b_ready: B's columns are adjacent.
/// triangle: half of C is wanted; B is packed then, for its panels begin where strips of the diagonal do.
inline GemmPlan plan_gemm(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, std::size_t element, std::ptrdiff_t chunk,
                          GemmTileShape tile, bool a_ready, bool b_ready, bool triangle, int threads) {
    GemmPlan plan{};
    const double work = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k) / (triangle ? 2 : 1);
    const GemmTeam team = team_for(work, threads);
    plan.threads = team.threads;
    plan.start = team.start;

    // Constraint: packing B costs a read and a write per element, about 1.5 cycles, and each element then serves m / lanes / 2
    //   cycles of FMAs. It buys aligned loads in a row, where a panel of B otherwise jumps from page to page, within one cache set.
    // Arithmetic: below m = 48 rows the cost is over 5 %. 256 KiB are 64 pages, what the first-level TLB holds: 256 x 256 doubles
    //   packed are 12 % faster, 192 x 192 floats (144 KiB) 10 % slower on two threads. B behind the second-level cache comes faster
    //   in a row for any m.
    // Decision: from 256 KiB on for m >= 48, from half a second-level cache on for all m that are not thin.
    const std::size_t l2 = second_level_cache();
    const double b_bytes = static_cast<double>(k) * static_cast<double>(n) * static_cast<double>(element);
    plan.pack_b = !b_ready || triangle || (m >= 48 && b_bytes >= 256 << 10) || (m >= 2 && b_bytes > 0.5 * static_cast<double>(l2));

    // A is read one broadcast element at a time, so any layout works unpacked; but rows that are not adjacent along k touch a page
    // per element. A packed element is used for all columns of a block: from 4 vectors on the copy pays.
    plan.pack_a = !a_ready && n >= 4 * tile.lanes && k >= 8;

    // Constraint: A's next panel, met line by line, comes at the latency of the cache it lies in, unless the processor runs ahead by
    //   itself. Arithmetic: not asked for, 18 % slower at n = 2048 on one thread of a Zen 4; asked for, 2 to 4 % slower there on a
    //   Xeon, and 3 to 10 % slower everywhere where A lies in the second-level cache.
    // Decision: above 256 KiB, and not on Intel's processors.
    plan.fetch_a = !is_intel() && static_cast<double>(m) * static_cast<double>(k) * static_cast<double>(element) > 256 << 10;

    // Columns of a block. Constraint: chunk x columns of B stay in the second-level cache while A and C pass through it; the wider
    //   they are, the less often A passes. Arithmetic: of 1 or 2 MiB, five eighths leave room for two panels of A and their rows of
    //   C. Doubles pass twice the bytes per multiply-add: at n = 2048 and 4096 they are 2 to 3 % faster with a half, floats 3 to 7 %
    //   slower.
    // Decision: a half for doubles, five eighths for floats, in whole panels.
    const std::ptrdiff_t depth = std::min(k, chunk);
    const auto in_cache =
        static_cast<std::ptrdiff_t>(l2 * (element == 8 ? 4 : 5) / 8 / element) / std::max<std::ptrdiff_t>(depth, 1);
    const std::ptrdiff_t widest = std::max<std::ptrdiff_t>(tile.columns, in_cache / tile.columns * tile.columns);

    if (triangle) {
        // Every block of columns meets the rows on one side of the diagonal: unequal tasks, so four for a thread, but of whole
        // strips. Rows are not cut: B would be packed for each cut.
        const std::ptrdiff_t most = ceiling(n, diagonal_strip);
        const std::ptrdiff_t blocks =
            std::max(ceiling(n, widest), std::min<std::ptrdiff_t>(plan.threads > 1 ? 4L * plan.threads : 1, most));
        plan.rows = m;
        plan.row_blocks = 1;
        plan.columns = round_up(ceiling(n, blocks), diagonal_strip);
        plan.column_blocks = ceiling(n, plan.columns);
        return plan;
    }

    // Try row cuts; for each, the least number of column blocks that fits the cache and gives every thread the same number of
    // tasks. Cost of a task in cycles per step of k: FMAs of its whole tiles, packing of its B, and the first-level refill of its
    // A.
    double best = -1;
    // A try takes 15 ns: a short product has one per thread.
    const std::ptrdiff_t most_rows = ceiling(m, tile.rows), most_columns = ceiling(n, tile.lanes);
    const std::ptrdiff_t tries = std::min<std::ptrdiff_t>(most_rows, (work < work_worth_waking ? 1L : 4L) * plan.threads);
    for (std::ptrdiff_t row_blocks = 1; row_blocks <= tries; ++row_blocks) {
        std::ptrdiff_t column_blocks = ceiling(n, widest);
        while (plan.threads > 1 && column_blocks < most_columns && row_blocks * column_blocks < 4L * plan.threads &&
               row_blocks * column_blocks % plan.threads != 0)
            ++column_blocks;
        const std::ptrdiff_t rows = round_up(ceiling(m, row_blocks), tile.rows);
        const std::ptrdiff_t columns = round_up(ceiling(n, column_blocks), tile.lanes);
        const auto r = static_cast<double>(rows), c = static_cast<double>(columns);
        const double cycles =
            r * c / (2 * tile.lanes) + (plan.pack_b ? 1.5 * c : 0.1 * c) + (plan.pack_a ? r : 0.3 * r) * ceiling(columns, widest);
        const double turns = static_cast<double>(ceiling(ceiling(m, rows) * ceiling(n, columns), plan.threads));
        if (best < 0 || cycles * turns < best * 0.999) {
            best = cycles * turns;
            plan.rows = rows;
            plan.columns = columns;
            plan.row_blocks = ceiling(m, rows);
            plan.column_blocks = ceiling(n, columns);
        }
    }
    return plan;
}

}  // namespace mlmath
