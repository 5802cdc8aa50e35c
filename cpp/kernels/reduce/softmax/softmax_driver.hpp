// SPDX-License-Identifier: BSD-3-Clause
// Who computes which rows, and how a row that is longer than a chunk is put together. Included by softmax.cpp alone.
//
// Three ways to reach the elements, chosen by the layout; none of them changes a bit:
//   rows      a row's elements lie one behind the other
//   columns   rows lie side by side: a register of them at once
//   packed    neither: rows are copied into scratch memory, results out of it
#pragma once
#include <algorithm>
#include <atomic>

#include "core/caches.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/reduce/reduction_plan.hpp"
#include "kernels/reduce/softmax/softmax_parts.hpp"

namespace mlmath::rows {

// Constraint: handing a task to another thread costs about a microsecond. Arithmetic: 16384 elements take 15 to 30 us. Decision:
// tasks of that many elements, a second thread from two tasks on.
constexpr std::ptrdiff_t task_elements = 16384;
// Constraint: a row's exponentials wait in scratch memory for the row's sum, so that memory is read once. Arithmetic: 256 KiB are a
// quarter to an eighth of a second-level cache. Decision: up to that; longer rows are read, and their exponentials computed, twice.
template <class T>
constexpr std::ptrdiff_t stash_elements = (256 << 10) / static_cast<std::ptrdiff_t>(sizeof(T));
// Rows that are copied, and their results: 16 KiB each, a third of L1.
template <class T>
constexpr std::ptrdiff_t staging_elements = (16 << 10) / static_cast<std::ptrdiff_t>(sizeof(T));

inline std::ptrdiff_t ceil_div(std::ptrdiff_t a, std::ptrdiff_t b) { return (a + b - 1) / b; }
inline std::ptrdiff_t chunk_size(std::ptrdiff_t n, std::ptrdiff_t chunk) { return std::min(row_chunk, n - chunk * row_chunk); }

template <class T>
struct Job {
    const RowKernels<T>& kernels;
    RowTotal (*merge)(const RowState*, std::ptrdiff_t, std::ptrdiff_t, double*);
    RowOutput output;  // not `both`
    const ReductionPlan& plan;
    const T* x;  // at the plan's origin
    T* y;        // at its out_origin; the results of `sums`: one per row
    int threads;
    std::atomic<bool> special{false};

    std::ptrdiff_t n() const { return plan.reduced.total; }
    std::ptrdiff_t items() const { return plan.kept.total; }
    std::ptrdiff_t run() const { return plan.kept.count > 0 ? plan.kept.size[plan.kept.count - 1] : 1; }
    std::ptrdiff_t step() const { return plan.kept.count > 0 ? plan.kept.stride[plan.kept.count - 1] : 0; }
    std::ptrdiff_t out_step() const { return plan.kept.count > 0 ? plan.kept.out_stride[plan.kept.count - 1] : 0; }
    std::ptrdiff_t reduced_stride() const { return plan.reduced.count > 0 ? plan.reduced.stride[0] : 1; }
    std::ptrdiff_t reduced_out_stride() const { return plan.reduced.count > 0 ? plan.reduced.out_stride[0] : 1; }
    bool sums() const { return output == RowOutput::sums; }
    bool probabilities() const { return output == RowOutput::probabilities; }

    bool by_rows() const { return plan.reduced.count <= 1 && reduced_stride() == 1 && (sums() || reduced_out_stride() == 1); }
    bool by_columns() const { return plan.reduced.count <= 1 && run() > 1 && step() == 1 && (sums() || out_step() == 1); }
    bool streaming() const {
        const std::ptrdiff_t bytes = n() * items() * static_cast<std::ptrdiff_t>(sizeof(T));
        return !sums() && bytes > last_level_cache_bytes() / 2 && static_cast<const void*>(x) != static_cast<const void*>(y);
    }
    void note(bool infinite) {
        if (infinite) special.store(true, std::memory_order_relaxed);
    }

    // body(first item, count, offset in x, offset in y) for blocks of up to `most` neighbours of the innermost kept axis.
    template <class Body>
    void blocks(std::ptrdiff_t begin, std::ptrdiff_t end, std::ptrdiff_t most, Body&& body) const {
        while (begin < end) {
            const std::ptrdiff_t count = std::min({most, end - begin, run() - begin % run()});
            body(begin, count, plan.kept.offset(begin), plan.kept.out_offset(begin));
            begin += count;
        }
    }
    // Row results in logical order to where they belong.
    void scatter(const T* from, std::ptrdiff_t first, std::ptrdiff_t count, T* to) const {
        const Axes& axes = plan.reduced;
        const std::ptrdiff_t inner = axes.count > 0 ? axes.size[axes.count - 1] : 1;
        const std::ptrdiff_t stride = axes.count > 0 ? axes.out_stride[axes.count - 1] : 0;
        while (count > 0) {
            const std::ptrdiff_t at = first % inner, length = std::min(count, inner - at);
            T* const line = to + axes.out_offset(first);
            for (std::ptrdiff_t i = 0; i < length; ++i) line[i * stride] = from[i];
            first += length, count -= length, from += length;
        }
    }
    void put_sums(const T* shift, const T* log_sum, std::ptrdiff_t count, std::ptrdiff_t at) const {
        for (std::ptrdiff_t i = 0; i < count; ++i) y[at + i * out_step()] = shift[i] + log_sum[i];
    }
};

// Rows of at most one chunk, by rows or packed.
template <class T>
void one_chunk_rows(Job<T>& job) {
    const std::ptrdiff_t n = job.n(), group = std::max<std::ptrdiff_t>(1, task_elements / n);
    const bool direct = job.by_rows();
    const bool streaming = direct && job.streaming() && job.out_step() == n;
    const std::ptrdiff_t most =
        std::min({group, std::ptrdiff_t{256}, direct ? group : std::max<std::ptrdiff_t>(1, staging_elements<T> / n)});
    const auto kernel = job.kernels.rows[static_cast<int>(job.output)];
    parallel_for(ceil_div(job.items(), group), job.threads, [&](std::ptrdiff_t g) {
        const std::size_t packed_size = direct ? 0 : most * n, staging_size = direct || job.sums() ? 0 : most * n;
        Workspace workspace(whole_lines(packed_size * sizeof(T)) + whole_lines(staging_size * sizeof(T)));
        T* const packed = workspace.take<T>(packed_size);
        T* const staging = workspace.take<T>(staging_size);
        T shift[256], log_sum[256];
        job.blocks(g * group, std::min(job.items(), (g + 1) * group), most,
                   [&](std::ptrdiff_t, std::ptrdiff_t count, std::ptrdiff_t at, std::ptrdiff_t out_at) {
                       const T* const from = job.x + at;
                       T* const out = job.y + out_at;
                       if (direct) {
                           job.note(kernel(from, job.step(), count, n, out, job.out_step(), shift, log_sum, streaming));
                       } else {
                           for (std::ptrdiff_t i = 0; i < count; ++i)
                               pack_elements(from + i * job.step(), job.plan.reduced, 0, n, packed + i * n);
                           job.note(kernel(packed, n, count, n, staging, n, shift, log_sum, false));
                       }
                       if (job.sums())
                           job.put_sums(shift, log_sum, count, out_at);
                       else if (!direct)
                           for (std::ptrdiff_t i = 0; i < count; ++i) job.scatter(staging + i * n, 0, n, out + i * job.out_step());
                   });
    });
}

// Short rows side by side.
template <class T>
void short_columns(Job<T>& job) {
    const std::ptrdiff_t n = job.n();
    const std::ptrdiff_t group = std::max(row_columns<T>, task_elements / n / row_columns<T> * row_columns<T>);
    const auto kernel = job.kernels.columns[static_cast<int>(job.output)];
    parallel_for(ceil_div(job.items(), group), job.threads, [&](std::ptrdiff_t g) {
        T shift[256], log_sum[256];
        job.blocks(g * group, std::min(job.items(), (g + 1) * group), 256,
                   [&](std::ptrdiff_t, std::ptrdiff_t count, std::ptrdiff_t at, std::ptrdiff_t out_at) {
                       job.note(kernel(job.x + at, job.reduced_stride(), count, n, job.y + out_at, job.reduced_out_stride(), shift,
                                       log_sum));
                       if (job.sums()) job.put_sums(shift, log_sum, count, out_at);
                   });
    });
}

// Rows of several chunks whose exponentials fit the stash: one after the other, by rows or packed.
template <class T>
void stashed_rows(Job<T>& job) {
    const std::ptrdiff_t n = job.n(), chunks = ceil_div(n, row_chunk);
    const bool direct = job.by_rows(), streaming = direct && job.streaming(), stash = job.probabilities();
    const std::ptrdiff_t group = std::max<std::ptrdiff_t>(1, task_elements / n);
    const std::size_t buffer = direct && !stash ? 0 : n, scratch = direct || job.sums() ? 0 : row_chunk;
    parallel_for(ceil_div(job.items(), group), job.threads, [&](std::ptrdiff_t g) {
        Workspace workspace(whole_lines(buffer * sizeof(T)) + whole_lines(scratch * sizeof(T)) +
                            whole_lines(chunks * sizeof(RowState)) + whole_lines(chunks * sizeof(double)));
        T* const values = workspace.take<T>(buffer);
        T* const result = workspace.take<T>(scratch);
        RowState* const states = workspace.take<RowState>(chunks);
        double* const factors = workspace.take<double>(chunks);
        for (std::ptrdiff_t item = g * group; item < std::min(job.items(), (g + 1) * group); ++item) {
            const T* from = job.x + job.plan.kept.offset(item);
            T* const out = job.y + job.plan.kept.out_offset(item);
            if (!direct) {
                pack_elements(from, job.plan.reduced, 0, n, values);
                from = values;
            }
            for (std::ptrdiff_t c = 0; c < chunks; ++c)
                job.kernels.chunk(from + c * row_chunk, chunk_size(n, c), stash ? values + c * row_chunk : nullptr, !stash,
                                  states + c);
            const RowTotal total = job.merge(states, 1, chunks, stash ? factors : nullptr);
            job.note(total.infinite);
            const T shift = static_cast<T>(total.shift), log_sum = static_cast<T>(total.log_sum);
            if (job.sums()) {
                *out = shift + log_sum;
                continue;
            }
            for (std::ptrdiff_t c = 0; c < chunks; ++c) {
                T* const to = direct ? out + c * row_chunk : result;
                if (stash)
                    job.kernels.scale(values + c * row_chunk, chunk_size(n, c), static_cast<T>(factors[c]), to, streaming);
                else
                    job.kernels.shift(from + c * row_chunk, chunk_size(n, c), shift, log_sum, to, streaming);
                if (!direct) job.scatter(to, c * row_chunk, chunk_size(n, c), out);
            }
        }
    });
}

// Longer rows, shared among the threads: states of all chunks, totals, results.
template <class T>
void long_rows(Job<T>& job) {
    const std::ptrdiff_t n = job.n(), chunks = ceil_div(n, row_chunk), all = job.items() * chunks;
    const bool direct = job.by_rows(), streaming = direct && job.streaming();
    const std::ptrdiff_t group = task_elements / row_chunk;
    Workspace shared(whole_lines(all * sizeof(RowState)) + whole_lines(all * sizeof(double)) +
                     whole_lines(job.items() * sizeof(RowTotal)));
    RowState* const states = shared.take<RowState>(all);
    double* const factors = shared.take<double>(all);
    RowTotal* const totals = shared.take<RowTotal>(job.items());
    // body(item, chunk, its elements, room for as many)
    const auto each_chunk = [&](auto&& body) {
        parallel_for(ceil_div(all, group), job.threads, [&](std::ptrdiff_t g) {
            alignas(64) T packed[row_chunk];
            for (std::ptrdiff_t t = g * group; t < std::min(all, (g + 1) * group); ++t) {
                const std::ptrdiff_t item = t / chunks, c = t % chunks;
                const T* const row = job.x + job.plan.kept.offset(item);
                if (!direct) pack_elements(row, job.plan.reduced, c * row_chunk, chunk_size(n, c), packed);
                body(item, c, direct ? row + c * row_chunk : packed, packed);
            }
        });
    };
    each_chunk([&](std::ptrdiff_t item, std::ptrdiff_t c, const T* from, T*) {
        job.kernels.chunk(from, chunk_size(n, c), nullptr, !job.probabilities(), states + item * chunks + c);
    });
    parallel_for(job.items(), job.threads, [&](std::ptrdiff_t item) {
        totals[item] = job.merge(states + item * chunks, 1, chunks, job.probabilities() ? factors + item * chunks : nullptr);
        job.note(totals[item].infinite);
        if (job.sums())
            job.y[job.plan.kept.out_offset(item)] = static_cast<T>(totals[item].shift) + static_cast<T>(totals[item].log_sum);
    });
    if (job.sums()) return;
    each_chunk([&](std::ptrdiff_t item, std::ptrdiff_t c, const T* from, T* room) {
        T* const out = job.y + job.plan.kept.out_offset(item);
        T* const to = direct ? out + c * row_chunk : room;
        const std::ptrdiff_t count = chunk_size(n, c), t = item * chunks + c;
        if (job.probabilities())
            job.kernels.exp_scale(from, count, static_cast<T>(states[t].maximum), static_cast<T>(factors[t]), to, streaming);
        else
            job.kernels.shift(from, count, static_cast<T>(totals[item].shift), static_cast<T>(totals[item].log_sum), to, streaming);
        if (!direct) job.scatter(room, c * row_chunk, count, out);
    });
}

}  // namespace mlmath::rows
