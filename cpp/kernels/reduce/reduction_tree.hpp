// SPDX-License-Identifier: BSD-3-Clause
// The order of every reduction, and who computes which part of it.
//
// The n elements of one result, in logical order, are cut into chunks of 1024. A kernel unit reduces a chunk in 32 lanes. Chunk
// results are merged by the binary tree whose subtree k of height h covers chunks k 2^h .. (k+1) 2^h - 1; what is missing at the
// right end is left out. The shape depends on n alone, any aligned subtree can be computed on its own (by any thread, or in an
// earlier call), and walking it needs one stack of log2(chunks) states.
#pragma once
#include <algorithm>
#include <optional>

#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/reduce/reduction_plan.hpp"
#include "kernels/reduce/reduction_source.hpp"

namespace mlmath {

// Constraint: a chunk is read twice by the variance, the second time from a near cache; by columns, a chunk is 1024 rows of a
// block. Arithmetic: 1024 doubles are 8 KiB (a quarter of a small L1); 1024 rows of 32 to 64 columns 256 to 512 KiB (half of an
//   L2). Folding 32 lanes costs about 15 cycles, adding 1024 doubles from L1 about 64.
// Decision: 1024.
constexpr std::ptrdiff_t reduction_chunk = 1024;
// Chunks a unit is given at once, and packed at once where they do not lie one behind the other. Constraint: packed chunks should
// still be in L1 when they are summed; but rows against memory order want eight at once, to use the cache lines they fetch.
// Decision: 4 chunks (32 KiB); against memory order 64 (512 KiB, half of an L2: eight rows of up to 8192).
constexpr std::ptrdiff_t chunks_per_batch = 64, chunks_per_pack = 4;
// Constraint: handing a task to another thread costs about a microsecond. Arithmetic: 64 Ki doubles take 20 us from memory, 8 from
// L2.
constexpr std::ptrdiff_t elements_per_task = 65536;
constexpr std::ptrdiff_t elements_worth_a_thread = 32768;

/// The stack of finished subtrees. State: copyable; merge(left, right) -> State.
template <class State>
class CarryTree {
public:
    template <class Merge>
    void push(State state, Merge&& merge) {
        for (std::ptrdiff_t bit = count_++; bit & 1; bit >>= 1) state = merge(stack_[--height_], state);
        stack_[height_++] = state;
    }
    template <class Merge>
    State finish(Merge&& merge) {
        State state = stack_[--height_];
        while (height_ > 0) state = merge(stack_[--height_], state);
        return state;
    }

private:
    State stack_[60];
    int height_ = 0;
    std::ptrdiff_t count_ = 0;
};

namespace reduction {

inline std::ptrdiff_t ceil_div(std::ptrdiff_t a, std::ptrdiff_t b) { return (a + b - 1) / b; }
inline std::ptrdiff_t power_of_two_at_least(std::ptrdiff_t n) {
    std::ptrdiff_t p = 1;
    while (p < n) p *= 2;
    return p;
}

// One task needs no region, which costs as much as adding a hundred numbers.
template <class Body>
void for_tasks(std::ptrdiff_t tasks, int threads, Body&& body) {
    if (tasks == 1)
        body(std::ptrdiff_t{0});
    else
        parallel_for(tasks, threads, body);
}

/// Scratch bytes; none costs nothing.
class Buffer {
public:
    explicit Buffer(std::size_t bytes) {
        if (bytes > 0) data_ = space_.emplace(bytes).take<std::byte>(bytes);
    }
    std::byte* data() const { return data_; }

private:
    std::optional<Workspace> space_;
    std::byte* data_ = nullptr;
};

inline std::ptrdiff_t batch_chunks(const ReductionSource& source, const ReductionPlan& plan) {
    if (plan.contiguous()) return source.direct() ? chunks_per_batch : chunks_per_pack;
    return plan.reduced.against_memory() ? chunks_per_batch : chunks_per_pack;
}

// Neighbouring items are reduced together: by the operation's own kernel for columns, or through transposed tiles.
template <class Op>
constexpr std::ptrdiff_t own_columns = 0;
template <class Op>
    requires(Op::column_block > 0)
constexpr std::ptrdiff_t own_columns<Op> = Op::column_block;
template <class Op>
constexpr std::ptrdiff_t most_columns = std::max(own_columns<Op>, tile_columns);

// One result's chunks first .. last-1, row by row.
template <class Op>
typename Op::State span(const Op& op, const ReductionSource& source, std::ptrdiff_t offset, std::ptrdiff_t other_offset,
                        const ReductionPlan& plan, std::ptrdiff_t first, std::ptrdiff_t last, std::byte* buffer) {
    using State = typename Op::State;
    const std::ptrdiff_t n = plan.reduced.total, batch = batch_chunks(source, plan);
    State states[chunks_per_batch];
    std::ptrdiff_t counts[chunks_per_batch];
    CarryTree<State> tree;
    for (std::ptrdiff_t chunk = first; chunk < last; chunk += batch) {
        const std::ptrdiff_t begin = chunk * reduction_chunk, chunks = std::min(batch, last - chunk);
        const std::ptrdiff_t elements = std::min(chunks * reduction_chunk, n - begin), full = elements / reduction_chunk;
        const std::byte* const x = source.read(offset, other_offset, plan, begin, elements, buffer, counts);
        const std::ptrdiff_t chunk_bytes = reduction_chunk * source.wide();
        if (source.selects()) {
            for (std::ptrdiff_t c = 0; c < chunks; ++c) op.rows(x + c * chunk_bytes, 0, 1, counts[c], states + c);
        } else {
            if (full > 0) op.rows(x, reduction_chunk, full, reduction_chunk, states);
            if (full < chunks) op.rows(x + full * chunk_bytes, 0, 1, elements - full * reduction_chunk, states + full);
        }
        for (std::ptrdiff_t c = 0; c < chunks; ++c) tree.push(states[c], op.merge);
    }
    return tree.finish(op.merge);
}

// A block of neighbouring results, chunks first .. last-1, column by column.
template <class Op>
void columns(const Op& op, const ReductionSource& source, std::ptrdiff_t block, const ReductionPlan& plan, std::ptrdiff_t width,
             std::ptrdiff_t first, std::ptrdiff_t last, typename Op::State* result, std::byte* buffer) {
    using State = typename Op::State;
    std::ptrdiff_t offsets[reduction_chunk];
    State states[most_columns<Op>];
    CarryTree<State> trees[most_columns<Op>];
    const std::ptrdiff_t n = plan.reduced.total;
    const Axes& axes = plan.reduced;
    for (std::ptrdiff_t chunk = first; chunk < last; ++chunk) {
        const std::ptrdiff_t begin = chunk * reduction_chunk, rows = std::min(reduction_chunk, n - begin);
        if (axes.count == 1)
            for (std::ptrdiff_t r = 0; r < rows; ++r) offsets[r] = (begin + r) * axes.stride[0];
        else
            for (std::ptrdiff_t r = 0; r < rows; ++r) offsets[r] = axes.offset(begin + r);
        const bool even = axes.count == 1;
        if (own_columns<Op> == 0 || !source.direct()) {
            op.rows(source.tile(block, offsets, even ? axes.stride[0] : 0, rows, width, buffer), reduction_chunk, width, rows,
                    states);
        } else if constexpr (own_columns<Op> > 0) {
            bool done = false;
            if constexpr (requires { &Op::dense_columns; }) {
                done = even && axes.stride[0] == width;
                if (done) op.dense_columns(source.at(block + begin * width), rows, width, states);
            }
            if (!done) op.columns(source.at(block), offsets, rows, width, states);
        }
        if (last - first == 1) {
            std::copy(states, states + width, result);
            return;
        }
        for (std::ptrdiff_t c = 0; c < width; ++c) trees[c].push(states[c], op.merge);
    }
    for (std::ptrdiff_t c = 0; c < width; ++c) result[c] = trees[c].finish(op.merge);
}

// Several items that lie one behind the other and are one chunk each, in one call of the kernel.
template <class Op, class Finish>
void short_rows(const Op& op, const ReductionSource& source, const ReductionPlan& plan, std::ptrdiff_t first, std::ptrdiff_t last,
                std::byte* buffer, Finish&& finish) {
    constexpr std::ptrdiff_t most = 64;
    typename Op::State states[most];
    const Axes& kept = plan.kept;
    const std::ptrdiff_t n = plan.reduced.total, run = kept.size[kept.count - 1], step = kept.stride[kept.count - 1];
    const std::ptrdiff_t out_step = kept.out_stride[kept.count - 1];
    const std::ptrdiff_t batch =
        source.direct() ? most : std::clamp<std::ptrdiff_t>(chunks_per_pack * reduction_chunk / n, 1, most);
    for (std::ptrdiff_t item = first; item < last;) {
        const std::ptrdiff_t at = kept.offset(item), out_at = kept.out_offset(item);
        const std::ptrdiff_t count = std::min({batch, last - item, run - item % run});
        op.rows(source.direct() ? source.at(at) : source.read_run(at, count * n, buffer), step, count, n, states);
        for (std::ptrdiff_t i = 0; i < count; ++i) finish(out_at + i * out_step, states[i]);
        item += count;
    }
}

// finish(out offset, state) for every kept item.
template <class Op, class Finish>
void by_rows(const Op& op, const ReductionSource& source, const ReductionPlan& plan, int threads, Finish&& finish) {
    using State = typename Op::State;
    const std::ptrdiff_t n = plan.reduced.total, items = plan.kept.total, chunks = ceil_div(n, reduction_chunk);
    const std::ptrdiff_t task_chunks = elements_per_task / reduction_chunk;
    const bool buffered = !source.direct() || !plan.contiguous();
    const std::size_t buffer_bytes =
        buffered ? source.buffer_bytes(std::min(batch_chunks(source, plan), std::max(chunks, chunks_per_pack)) * reduction_chunk)
                 : 0;

    if (chunks <= task_chunks) {  // whole items
        const std::ptrdiff_t group = std::max<std::ptrdiff_t>(1, elements_per_task / n);
        const bool together = chunks == 1 && plan.contiguous() && plan.kept.count > 0 && !source.has_other() &&
                              (source.direct() || plan.kept.stride[plan.kept.count - 1] == n);
        for_tasks(ceil_div(items, group), threads, [&](std::ptrdiff_t g) {
            const Buffer space(buffer_bytes);
            std::byte* const buffer = space.data();
            const std::ptrdiff_t end = std::min(items, (g + 1) * group);
            if (together) return short_rows(op, source, plan, g * group, end, buffer, finish);
            for (std::ptrdiff_t item = g * group; item < end; ++item)
                finish(plan.kept.out_offset(item),
                       span(op, source, plan.kept.offset(item), plan.kept.other_offset(item), plan, 0, chunks, buffer));
        });
        return;
    }

    // Items innermost: neighbours share cache lines where an item is strided.
    const std::ptrdiff_t tasks = ceil_div(chunks, task_chunks);
    Workspace states_space(items * tasks * sizeof(State));
    State* states = states_space.take<State>(items * tasks);
    parallel_for(items * tasks, threads, [&](std::ptrdiff_t t) {
        const Buffer buffer(buffer_bytes);
        const std::ptrdiff_t item = t % items, part = t / items, first = part * task_chunks;
        states[item * tasks + part] = span(op, source, plan.kept.offset(item), plan.kept.other_offset(item), plan, first,
                                           std::min(chunks, first + task_chunks), buffer.data());
    });
    for (std::ptrdiff_t item = 0; item < items; ++item) {
        CarryTree<State> tree;
        for (std::ptrdiff_t t = 0; t < tasks; ++t) tree.push(states[item * tasks + t], op.merge);
        finish(plan.kept.out_offset(item), tree.finish(op.merge));
    }
}

template <class Op, class Finish>
void by_columns(const Op& op, const ReductionSource& source, const ReductionPlan& plan, int threads, Finish&& finish) {
    using State = typename Op::State;
    const bool tiled = own_columns<Op> == 0 || !source.direct();
    const std::ptrdiff_t block = tiled ? tile_columns : own_columns<Op>;
    const std::ptrdiff_t n = plan.reduced.total, chunks = ceil_div(n, reduction_chunk);
    const std::ptrdiff_t run = plan.kept.size[plan.kept.count - 1], out_step = plan.kept.out_stride[plan.kept.count - 1];
    const std::ptrdiff_t outer = plan.kept.total / run, blocks = ceil_div(run, block);
    const std::ptrdiff_t chunk_elements = std::min(run, block) * std::min(n, reduction_chunk);
    const std::ptrdiff_t task_chunks =
        std::min(power_of_two_at_least(ceil_div(elements_per_task, chunk_elements)), power_of_two_at_least(chunks));
    const std::ptrdiff_t tasks = ceil_div(chunks, task_chunks);
    const std::size_t buffer_bytes = tiled ? source.buffer_bytes(tile_columns * reduction_chunk) : 0;

    if (tasks == 1) {  // whole columns; several blocks to a task when they are short
        const std::ptrdiff_t group = std::max<std::ptrdiff_t>(1, elements_per_task / (chunk_elements * chunks));
        for_tasks(ceil_div(outer * blocks, group), threads, [&](std::ptrdiff_t g) {
            State states[most_columns<Op>];
            const Buffer space(buffer_bytes);
            std::byte* const buffer = space.data();
            for (std::ptrdiff_t b = g * group; b < std::min(outer * blocks, (g + 1) * group); ++b) {
                const std::ptrdiff_t item = b / blocks * run + b % blocks * block,
                                     width = std::min(block, run - b % blocks * block);
                columns(op, source, plan.kept.offset(item), plan, width, 0, chunks, states, buffer);
                const std::ptrdiff_t out_at = plan.kept.out_offset(item);
                for (std::ptrdiff_t c = 0; c < width; ++c) finish(out_at + c * out_step, states[c]);
            }
        });
        return;
    }

    Workspace states_space(outer * blocks * tasks * block * sizeof(State));
    State* states = states_space.take<State>(outer * blocks * tasks * block);
    parallel_for(outer * blocks * tasks, threads, [&](std::ptrdiff_t t) {
        const Buffer buffer(buffer_bytes);
        const std::ptrdiff_t b = t / tasks, first = t % tasks * task_chunks;
        const std::ptrdiff_t item = b / blocks * run + b % blocks * block, width = std::min(block, run - b % blocks * block);
        columns(op, source, plan.kept.offset(item), plan, width, first, std::min(chunks, first + task_chunks), states + t * block,
                buffer.data());
    });
    for (std::ptrdiff_t b = 0; b < outer * blocks; ++b) {
        const std::ptrdiff_t item = b / blocks * run + b % blocks * block, width = std::min(block, run - b % blocks * block);
        const std::ptrdiff_t out_at = plan.kept.out_offset(item);
        for (std::ptrdiff_t c = 0; c < width; ++c) {
            CarryTree<State> tree;
            for (std::ptrdiff_t t = 0; t < tasks; ++t) tree.push(states[(b * tasks + t) * block + c], op.merge);
            finish(out_at + c * out_step, tree.finish(op.merge));
        }
    }
}

// An operation on typed pointers as one on bytes.
template <class T, class Op>
struct OnBytes {
    using State = typename Op::State;
    static constexpr std::ptrdiff_t column_block = Op::column_block;
    const Op& op;

    static State merge(const State& left, const State& right) { return Op::merge(left, right); }
    void rows(const std::byte* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, State* out) const {
        op.rows(reinterpret_cast<const T*>(x), stride, rows, n, out);
    }
    void columns(const std::byte* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, State* out) const {
        op.columns(reinterpret_cast<const T*>(x), offsets, rows, columns, out);
    }
};

}  // namespace reduction

/// Calls finish(offset into out, state) once per kept item, from several threads. Op:
///   State                                                    what a chunk is reduced to
///   rows(x, row_stride, rows, n, State*)                     `rows` runs of n <= reduction_chunk elements of source.wide() bytes,
///                                                            row_stride elements apart; n may be 0 when the source selects
///   merge(left, right)                                       two neighbours in the order of the elements
/// and, when it has a kernel of its own for them, on elements as they lie in memory:
///   column_block > 0, columns(x, offsets, rows, columns, State*)   `columns` <= column_block results, row r at x + offsets[r]
///   dense_columns(x, rows, columns, State*)                        optional: the same, row r at x + r*columns
/// No size in the plan may be zero.
template <class Op, class Finish>
void reduce(const Op& op, ReductionSource source, const ReductionPlan& plan, int threads, Finish&& finish) {
    if (plan.reduced.total * plan.kept.total < elements_worth_a_thread) threads = 1;
    auto to_out = [&](std::ptrdiff_t at, const typename Op::State& state) { finish(plan.out_origin + at, state); };
    source.move(plan.origin, plan.other_origin);
    if (plan.by_columns() && !source.has_other())
        reduction::by_columns(op, source, plan, threads, to_out);
    else
        reduction::by_rows(op, source, plan, threads, to_out);
}

/// The same for elements of type T as they lie, with rows() and columns() on pointers to T.
template <class T, class Op, class Finish>
void reduce(const Op& op, const T* x, const ReductionPlan& plan, int threads, Finish&& finish) {
    const ReductionInput in{element_of<T>, x, 0, nullptr, nullptr, 0};
    reduce(reduction::OnBytes<T, Op>{op}, ReductionSource(in, in.type), plan, threads, finish);
}

}  // namespace mlmath
