// SPDX-License-Identifier: BSD-3-Clause
// Counting elements by bin, with or without weights: the part histogram and bincount share. For drivers.
//
// locate(first, n, buffer): where the bins, 0 .. bins, of the n elements that begin with element `first` stand, in `buffer` or
// elsewhere; `bins` itself means "in none". Both functions add to what the output holds.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "core/thread_pool.hpp"
#include "core/workspace.hpp"

namespace mlmath::bin_counts {

// Elements located at once: their bins (8 KiB) stay in L1 beside the counters.
constexpr std::ptrdiff_t block = 1024;
// Constraint: an increment of a counter in memory waits for the last increment of the same counter to leave the store buffer, 4 to
//   14 cycles; equal neighbours are common. Arithmetic: 4 copies let 4 increments be under way; 4 x 2048 counters of 4 bytes are
//   32 KiB. Decision: 4 copies up to 2048 bins, one beyond (equal neighbours are rare there).
constexpr std::ptrdiff_t copies = 4, most_bins_copied = 2048;
// Constraint: every task clears and adds its own counters. Arithmetic: 16 elements per counter make that a few percent.
constexpr std::ptrdiff_t elements_per_task = std::ptrdiff_t{1} << 17;
// Weights are summed in blocks of this many elements, block after block: NumPy's blocks, and its bits.
constexpr std::ptrdiff_t weighted_block = 65536;

inline void count_indices(const std::int64_t* index, std::ptrdiff_t n, std::uint32_t* counts, std::ptrdiff_t step) {
    std::ptrdiff_t i = 0;
    for (; i + 4 <= n; i += 4) {
        ++counts[index[i]];
        ++counts[step + index[i + 1]];
        ++counts[2 * step + index[i + 2]];
        ++counts[3 * step + index[i + 3]];
    }
    for (; i < n; ++i) ++counts[index[i]];
}

/// counts[b] += the number of elements in bin b. Integers: the order does not matter.
template <class Locate>
void count(std::ptrdiff_t n, std::ptrdiff_t bin_count, std::int64_t* counts, int threads, Locate&& locate) {
    const std::ptrdiff_t slots = bin_count + 1, sets = bin_count <= most_bins_copied ? copies : 1;
    if (n < 4 * slots) {  // own counters would cost more than the counting
        alignas(64) std::int64_t buffer[block];
        for (std::ptrdiff_t i = 0; i < n; i += block) {
            const std::ptrdiff_t here = std::min(block, n - i);
            const std::int64_t* const at = locate(i, here, buffer);
            for (std::ptrdiff_t e = 0; e < here; ++e)
                if (at[e] < bin_count) ++counts[at[e]];
        }
        return;
    }
    // Counters of 32 bits: a task has fewer elements than they can count.
    const std::ptrdiff_t task = std::min(std::max(elements_per_task, 16 * slots), std::ptrdiff_t{1} << 31);
    const std::ptrdiff_t tasks = (n + task - 1) / task;
    parallel_for(tasks, n < 2 * block ? 1 : threads, [&](std::ptrdiff_t t) {
        Workspace workspace(whole_lines(slots * sets * 4) + block * 8);
        auto* const own = workspace.take<std::uint32_t>(slots * sets);
        auto* const index = workspace.take<std::int64_t>(block);
        std::memset(own, 0, static_cast<std::size_t>(slots * sets) * 4);
        const std::ptrdiff_t end = std::min(n, (t + 1) * task);
        for (std::ptrdiff_t i = t * task; i < end; i += block) {
            const std::ptrdiff_t here = std::min(block, end - i);
            count_indices(locate(i, here, index), here, own, sets == 1 ? 0 : slots);
        }
        for (std::ptrdiff_t b = 0; b < bin_count; ++b) {
            std::int64_t total = 0;
            for (std::ptrdiff_t s = 0; s < sets; ++s) total += own[s * slots + b];
            if (tasks == 1)
                counts[b] += total;
            else if (total != 0)
                std::atomic_ref<std::int64_t>(counts[b]).fetch_add(total, std::memory_order_relaxed);
        }
    });
}

/// sums[b] += the sum of the weights of the elements in bin b: one after the other within blocks of 65536 elements, blocks in
/// order; one after the other throughout when there are more bins than elements.
template <class Locate>
void add_weights(std::ptrdiff_t n, std::ptrdiff_t bin_count, const double* weights, double* sums, int threads, Locate&& locate) {
    const std::ptrdiff_t slots = bin_count + 1, blocks = (n + weighted_block - 1) / weighted_block;
    // Blocks on their way at once: 16, or as many as 16 MiB of sums allow. The result does not depend on it.
    const std::ptrdiff_t batch = std::min(blocks, std::clamp<std::ptrdiff_t>((std::ptrdiff_t{1} << 21) / slots, 1, 16));
    if (blocks <= 1 || slots > n) {
        alignas(64) std::int64_t buffer[block];
        for (std::ptrdiff_t i = 0; i < n; i += block) {
            const std::ptrdiff_t here = std::min(block, n - i);
            const std::int64_t* const at = locate(i, here, buffer);
            for (std::ptrdiff_t e = 0; e < here; ++e)
                if (at[e] < bin_count) sums[at[e]] += weights[i + e];
        }
        return;
    }
    Workspace workspace(batch * whole_lines(slots * 8));
    double* own[16];
    for (std::ptrdiff_t k = 0; k < batch; ++k) own[k] = workspace.take<double>(slots);
    parallel(1, [&](Team& team) {
        for (std::ptrdiff_t first = 0; first < blocks; first += batch) {
            if (team.poll()) return;
            const std::ptrdiff_t together = std::min(batch, blocks - first);
            parallel_for(together, threads, [&](std::ptrdiff_t k) {
                alignas(64) std::int64_t index[block];
                std::memset(own[k], 0, static_cast<std::size_t>(slots) * 8);
                const std::ptrdiff_t begin = (first + k) * weighted_block, end = std::min(n, begin + weighted_block);
                for (std::ptrdiff_t i = begin; i < end; i += block) {
                    const std::ptrdiff_t here = std::min(block, end - i);
                    const std::int64_t* const at = locate(i, here, index);
                    for (std::ptrdiff_t e = 0; e < here; ++e) own[k][at[e]] += weights[i + e];
                }
            });
            for (std::ptrdiff_t k = 0; k < together; ++k)
                for (std::ptrdiff_t b = 0; b < bin_count; ++b) sums[b] += own[k][b];
        }
    });
}

}  // namespace mlmath::bin_counts
