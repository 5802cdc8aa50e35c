// SPDX-License-Identifier: BSD-3-Clause
// What every update rule shares: parameters with their gradient and state, and the walk over them in fixed chunks.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <new>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/view.hpp"
#include "core/workspace.hpp"
#include "kernels/optim/parameter_row.hpp"

namespace mlmath {

/// A matrix of parameters, its gradient, and what the rule remembers (Adam: both moments; momentum: the velocity; unused ones have
/// data == nullptr and stand last). All used ones have the same shape. A vector is one row; the views may have any strides but must
/// not share memory, except that the gradient may be exactly the parameters.
template <class T>
struct ParameterBlock {
    MatrixView<T> x;
    MatrixView<const T> gradient;
    MatrixView<T> state[most_states];
};

// Constraint: one step may get thousands of small arrays or one huge one, and must give every thread work in both cases, also when
//   another program takes a CPU away from one of them.
// Arithmetic: Adam moves 28 bytes per float; 8192 parameters are 224 KiB, about 10 us at 25 GB/s; handing a chunk over takes 1 us.
//   Threads that take chunks in turn each meet a jump in four arrays at every chunk, where the memory prefetcher starts anew: 10^7
//   floats took 2.8 ms with chunks of 8192, 2.4 ms with 131072, and 1.9 ms in two halves (two threads, an idle machine).
// Decision: a range of consecutive chunks for each thread, which then helps the others with what is left of theirs. Chunks of 8192
//   elements of the concatenated blocks, doubled as long as 64 are left to balance the threads, 2^15 at most (2 % faster than
//   8192); a second thread from 4 chunks on.
constexpr std::ptrdiff_t update_chunk = 8192;
constexpr std::ptrdiff_t update_chunk_most = 32768;
constexpr std::ptrdiff_t update_chunks_to_balance = 64;
constexpr std::ptrdiff_t update_chunks_worth_a_thread = 4;

/// body(c) once for every c in [0, chunks), on up to `threads` threads: each takes its own range, then the others'.
template <class Body>
void for_each_chunk(std::ptrdiff_t chunks, int threads, Body&& body) {
    struct alignas(cache_line) Range {
        std::atomic<std::ptrdiff_t> taken{0};
    };
    Workspace workspace(static_cast<std::size_t>(threads) * sizeof(Range));
    Range* ranges = workspace.take<Range>(static_cast<std::size_t>(threads));
    for (int r = 0; r < threads; ++r) new (ranges + r) Range;
    parallel(threads, [&](Team& team) {
        for (int k = 0; k < team.size(); ++k) {
            const int r = (team.rank() + k) % team.size();
            const std::ptrdiff_t first = chunks * r / team.size(), end = chunks * (r + 1) / team.size();
            for (std::ptrdiff_t c; (c = first + ranges[r].taken.fetch_add(1, std::memory_order_relaxed)) < end;) body(c);
        }
    });
}

/// body(ParameterRow<T>) for pieces of rows that together cover all blocks once. Rules are elementwise: the cut cannot change a
/// bit. A step is never interrupted half-way (28 bytes per parameter: about 0.1 s per 10^8 of them), so that state and parameters
/// agree.
template <class T, class Body>
void for_each_row(const char* function, const ParameterBlock<T>* blocks, std::ptrdiff_t count, int threads, Body&& body) {
    Workspace workspace(static_cast<std::size_t>(count + 1) * sizeof(std::ptrdiff_t));
    std::ptrdiff_t* first = workspace.take<std::ptrdiff_t>(static_cast<std::size_t>(count + 1));  // first element of each block
    first[0] = 0;
    for (std::ptrdiff_t b = 0; b < count; ++b) {
        const auto& block = blocks[b];
        check_shape(function, "gradient", block.gradient.rows, block.gradient.columns, block.x.rows, block.x.columns);
        for (const auto& state : block.state)
            if (state.data != nullptr) check_shape(function, "state", state.rows, state.columns, block.x.rows, block.x.columns);
        first[b + 1] = first[b] + block.x.rows * block.x.columns;
    }

    const auto walk = [&](std::ptrdiff_t from, std::ptrdiff_t to) {
        std::ptrdiff_t b = std::upper_bound(first, first + count + 1, from) - first - 1;
        while (from < to) {
            const auto& block = blocks[b];
            const std::ptrdiff_t end = std::min(to, first[b + 1]);
            while (from < end) {
                const std::ptrdiff_t columns = block.x.columns, i = (from - first[b]) / columns, j = (from - first[b]) % columns;
                const std::ptrdiff_t n = std::min(columns - j, end - from);
                const auto at = [i, j](const auto& view) { return view.data + i * view.row_stride + j * view.column_stride; };
                const std::ptrdiff_t gradient_stride = block.gradient.column_stride;
                ParameterRow<T> row{n, at(block.x), block.x.column_stride, at(block.gradient), gradient_stride, {}, {}};
                for (int s = 0; s < most_states; ++s)
                    if (block.state[s].data != nullptr)
                        row.state[s] = at(block.state[s]), row.state_stride[s] = block.state[s].column_stride;
                body(row);
                from += n;
            }
            ++b;
        }
    };

    const std::ptrdiff_t total = first[count];
    std::ptrdiff_t chunk = update_chunk;
    while (chunk < update_chunk_most && total > 2 * chunk * update_chunks_to_balance) chunk *= 2;
    const std::ptrdiff_t chunks = (total + chunk - 1) / chunk;
    if (threads <= 1 || chunks < update_chunks_worth_a_thread) return walk(0, total);
    for_each_chunk(chunks, static_cast<int>(std::min<std::ptrdiff_t>(threads, chunks)),
                   [&](std::ptrdiff_t c) { walk(c * chunk, std::min(total, (c + 1) * chunk)); });
}

}  // namespace mlmath
