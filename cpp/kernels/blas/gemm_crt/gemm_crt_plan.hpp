// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: how a product is cut into blocks that bound the workspace, and a block into tasks for threads. Never changes a bit.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "core/caches.hpp"
#include "kernels/blas/gemm/gemm_plan.hpp"
#include "kernels/blas/gemm_crt/gemm_crt.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_layout.hpp"

namespace mlmath {

// Constraint: residues take one byte a modulus, twice the doubles they stand for, and are written once and read several times.
// Arithmetic: converting a block's operands costs (1/rows + 1/columns) of its products, 15 % together at 4096 for a prototype on
//   tiles, and the double at 2048.
// Decision: blocks of at most 4096 in each direction, 16 x 2 x 4096^2 = 512 MiB of residues at most; where k is larger, the
//   residues of C are kept between blocks of k, 256 MiB more.
constexpr std::ptrdiff_t crt_block_most = 4096;

struct CrtPlan {
    std::ptrdiff_t block_rows, block_columns, block_depth;  // of a block; the last of each direction may be smaller
    std::ptrdiff_t task_rows, task_columns;                 // of a task: multiples of a panel
    bool past_caches;                                       // how residues of operands are stored
    int threads;
};

// Constraint: residues are read again, by several tasks. From the last-level cache that is quicker than from memory; but an
//   ordinary store reads its line first, and what does not stay is written twice over the memory's way.
// Arithmetic: 15 moduli take 30 n^2 bytes: 8 MiB at 512, 31 at 1024. Measured (Zen 5, 32 MiB, VNNI): ordinary stores 10 to 15 %
//   ahead at 384, level at 512 to 768, 2 to 4 % behind from 1024 on. Where tiles are ten times as fast, a Xeon's memory read at 30
//   GB/s and its last level at 52.
// Decision: past the caches when a block's residues exceed half of the last-level cache.
inline bool crt_past_caches(double residues_bytes, double last_level_bytes) { return residues_bytes > last_level_bytes / 2; }

/// The largest task whose panels stay in the second-level cache for one modulus and one chunk: rows x 512 bytes of A, 2 rows x 512
/// of B, rows x 2 rows of C, together 1536 r + 2 r^2 <= 5/8 of the cache: 512 x 1024 for 2 MiB, 288 x 576 for
/// 1 MiB. The rest is for the next chunk of B, which is fetched meanwhile.
inline std::ptrdiff_t crt_task_rows(std::ptrdiff_t second_level_bytes) {
    const double share = 0.625 * static_cast<double>(second_level_bytes);
    const auto rows = static_cast<std::ptrdiff_t>((std::sqrt(1536.0 * 1536.0 + 8 * share) - 1536) / 4);
    return std::max(crt_panel_lines, rows / crt_panel_lines * crt_panel_lines);
}

/// `extent` cut into blocks of nearly the same size, multiples of `unit`, at most `most`: the size of all but the last.
inline std::ptrdiff_t crt_even_part(std::ptrdiff_t extent, std::ptrdiff_t most, std::ptrdiff_t unit) {
    const std::ptrdiff_t units = ceiling(extent, unit), most_units = std::max<std::ptrdiff_t>(1, most / unit);
    const std::ptrdiff_t parts = ceiling(units, most_units);
    return std::max<std::ptrdiff_t>(1, ceiling(units, parts)) * unit;
}

/// Tasks of one block of rows x columns: as few rounds of `threads` tasks of the same size as there can be. A task reads each
/// panel of A columns / 1024 times from afar and each panel of B rows / 512 times, so small tasks pay: 32 rows or columns for
/// every one there is.
inline void crt_cut_tasks(CrtPlan& plan, std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t second_level_bytes) {
    const std::ptrdiff_t most_rows = crt_task_rows(second_level_bytes), most_columns = 2 * most_rows;
    double best = 0;
    for (int row_parts = 0; row_parts < 4; ++row_parts)
        for (int column_parts = 0; column_parts < 4; ++column_parts) {
            const auto part = [](std::ptrdiff_t extent, std::ptrdiff_t most, int more) {
                const std::ptrdiff_t panels = crt_panels(extent), least = crt_panels(crt_even_part(extent, most, crt_panel_lines));
                const std::ptrdiff_t parts = ceiling(panels, least) + more;
                return std::max<std::ptrdiff_t>(1, ceiling(panels, parts)) * crt_panel_lines;
            };
            const std::ptrdiff_t r = part(rows, most_rows, row_parts), c = part(columns, most_columns, column_parts);
            const std::ptrdiff_t tasks = ceiling(rows, r) * ceiling(columns, c);
            const double rounds = static_cast<double>(ceiling(tasks, plan.threads));
            const double cost = rounds * static_cast<double>(r + crt_panel_lines) * static_cast<double>(c + crt_panel_lines);
            if (best != 0 && cost >= best) continue;
            best = cost;
            plan.task_rows = r;
            plan.task_columns = c;
        }
}

struct CrtCaches {
    std::ptrdiff_t second_level = static_cast<std::ptrdiff_t>(second_level_cache()),
                   last_level = last_level_cache_bytes();  // bytes
};

inline CrtPlan plan_crt(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, int moduli, const CrtCaches& caches,
                        const CrtBlocking& asked, int threads) {
    CrtPlan plan{};
    plan.threads = std::max(1, threads);
    const std::ptrdiff_t most = asked.block > 0 ? asked.block : crt_block_most;
    plan.block_rows = crt_even_part(m, most, crt_panel_lines);
    plan.block_columns = crt_even_part(n, most, crt_panel_lines);
    plan.block_depth = crt_even_part(k, most, crt_chunk_depth);
    crt_cut_tasks(plan, std::min(m, plan.block_rows), std::min(n, plan.block_columns), caches.second_level);
    if (asked.task_rows > 0) plan.task_rows = crt_panels(std::min(asked.task_rows, plan.block_rows)) * crt_panel_lines;
    if (asked.task_columns > 0) plan.task_columns = crt_panels(std::min(asked.task_columns, plan.block_columns)) * crt_panel_lines;
    const double lines = static_cast<double>(std::min(m, plan.block_rows) + std::min(n, plan.block_columns));
    const double bytes = moduli * lines * static_cast<double>(std::min(k, plan.block_depth));
    plan.past_caches = asked.stores == CrtStores::by_size ? crt_past_caches(bytes, static_cast<double>(caches.last_level))
                                                          : asked.stores == CrtStores::past_caches;
    return plan;
}

}  // namespace mlmath
