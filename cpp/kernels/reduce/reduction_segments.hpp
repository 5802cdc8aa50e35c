// SPDX-License-Identifier: BSD-3-Clause
// A reduction that goes on: elements that follow `before` whole chunks, cut where the tree of reduction_tree.hpp has subtrees.
//
// Every segment but the last is an aligned subtree of 2^height chunks of the tree of all elements so far, so that whoever keeps the
// stack of finished subtrees pushes them and has, bit for bit, what one pass over everything would have. An incomplete chunk at the
// end is a segment of its own, with height -1: nothing can follow it in the same tree.
#pragma once
#include "kernels/reduce/reduction_tree.hpp"

namespace mlmath {

struct Segment {
    std::ptrdiff_t first, chunks;  // of the elements at hand
    int height;
};
constexpr int most_segments = 128;

/// Cuts n elements that follow `before` chunks of `chunk` elements each; the number of segments.
inline int cut_segments(std::ptrdiff_t n, std::ptrdiff_t before, Segment (&segments)[most_segments],
                        std::ptrdiff_t chunk = reduction_chunk) {
    const std::ptrdiff_t whole = n / chunk;
    int count = 0;
    for (std::ptrdiff_t at = 0; at < whole;) {
        int height = 0;  // as high as the position is aligned and the rest reaches
        while (((before + at) >> height & 1) == 0 && (std::ptrdiff_t{2} << height) <= whole - at) ++height;
        segments[count++] = {at, std::ptrdiff_t{1} << height, height};
        at += std::ptrdiff_t{1} << height;
    }
    if (n % chunk != 0) segments[count++] = {whole, 1, -1};
    return count;
}

/// finish(segment, offset into out, state) once per kept item and segment, from several threads. Op: as in reduce().
template <class T, class Op, class Finish>
void reduce_segments(const Op& op, const T* x, const ReductionPlan& plan, const Segment* segments, int count, int threads,
                     Finish&& finish) {
    using State = typename Op::State;
    using reduction::ceil_div;
    const std::ptrdiff_t n = plan.reduced.total;
    if (n * plan.kept.total < elements_worth_a_thread) threads = 1;
    if (count == 1) {
        reduce(op, x, plan, threads, [&](std::ptrdiff_t at, const State& state) { finish(0, at, state); });
        return;
    }
    // A unit: one kept item, or a block of neighbouring ones.
    const bool by_columns = plan.by_columns();
    const std::ptrdiff_t run = by_columns ? plan.kept.size[plan.kept.count - 1] : 1;
    const std::ptrdiff_t block = by_columns ? std::min<std::ptrdiff_t>(Op::column_block, run) : 1;
    const std::ptrdiff_t blocks = ceil_div(run, block), units = plan.kept.total / run * blocks;
    const std::ptrdiff_t out_step = by_columns ? plan.kept.out_stride[plan.kept.count - 1] : 0;
    const ReductionInput in{element_of<T>, x + plan.origin, 0, nullptr, nullptr, 0};
    const ReductionSource source(in, in.type);
    const reduction::OnBytes<T, Op> bytes{op};
    const std::size_t buffer_bytes =
        by_columns || plan.contiguous() ? 0 : source.buffer_bytes(reduction::batch_chunks(source, plan) * reduction_chunk);
    // A task: chunks of one segment of a unit, an aligned subtree again.
    const std::ptrdiff_t task_chunks = reduction::power_of_two_at_least(ceil_div(elements_per_task, block * reduction_chunk));
    std::ptrdiff_t tasks = 0, task_of[most_segments + 1];
    for (int s = 0; s < count; ++s) {
        task_of[s] = tasks;
        tasks += ceil_div(segments[s].chunks, task_chunks);
    }
    task_of[count] = tasks;
    const auto item_of = [&](std::ptrdiff_t unit) { return unit / blocks * run + unit % blocks * block; };
    const auto width_of = [&](std::ptrdiff_t unit) { return std::min(block, run - unit % blocks * block); };
    const auto compute = [&](std::ptrdiff_t unit, std::ptrdiff_t first, std::ptrdiff_t last, std::byte* buffer, State* states) {
        const std::ptrdiff_t at = plan.kept.offset(item_of(unit));
        if (by_columns)
            reduction::columns(bytes, source, at, plan, width_of(unit), first, last, states, buffer);
        else
            *states = reduction::span(bytes, source, at, 0, plan, first, last, buffer);
    };
    const auto hand_over = [&](int segment, std::ptrdiff_t unit, const State* states) {
        const std::ptrdiff_t at = plan.out_origin + plan.kept.out_offset(item_of(unit));
        for (std::ptrdiff_t c = 0; c < width_of(unit); ++c) finish(segment, at + c * out_step, states[c]);
    };

    if (n * block <= elements_per_task) {  // whole units, several to a task
        const std::ptrdiff_t group = std::max<std::ptrdiff_t>(1, elements_per_task / (n * block));
        parallel_for(ceil_div(units, group), threads, [&](std::ptrdiff_t g) {
            Workspace workspace(whole_lines(buffer_bytes) + block * sizeof(State));
            std::byte* const buffer = workspace.take<std::byte>(buffer_bytes);
            State* const states = workspace.take<State>(block);
            for (std::ptrdiff_t unit = g * group; unit < std::min(units, (g + 1) * group); ++unit)
                for (int s = 0; s < count; ++s) {
                    compute(unit, segments[s].first, segments[s].first + segments[s].chunks, buffer, states);
                    hand_over(s, unit, states);
                }
        });
        return;
    }
    Workspace states_space(units * tasks * block * sizeof(State));
    State* const states = states_space.take<State>(units * tasks * block);
    parallel_for(units * tasks, threads, [&](std::ptrdiff_t t) {
        Workspace workspace(buffer_bytes);
        int s = 0;
        while (task_of[s + 1] <= t % tasks) ++s;
        const std::ptrdiff_t first = segments[s].first + (t % tasks - task_of[s]) * task_chunks;
        compute(t / tasks, first, std::min(first + task_chunks, segments[s].first + segments[s].chunks),
                workspace.take<std::byte>(buffer_bytes), states + t * block);
    });
    State merged[Op::column_block];
    for (std::ptrdiff_t unit = 0; unit < units; ++unit)
        for (int s = 0; s < count; ++s) {
            for (std::ptrdiff_t c = 0; c < width_of(unit); ++c) {
                CarryTree<State> tree;
                for (std::ptrdiff_t t = task_of[s]; t < task_of[s + 1]; ++t)
                    tree.push(states[(unit * tasks + t) * block + c], op.merge);
                merged[c] = tree.finish(op.merge);
            }
            hand_over(s, unit, merged);
        }
}

}  // namespace mlmath
