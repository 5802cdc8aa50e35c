// SPDX-License-Identifier: BSD-3-Clause
// Rows that lie side by side and are longer than short ones. Included by softmax.cpp alone.
#pragma once
#include "kernels/reduce/softmax/softmax_driver.hpp"

namespace mlmath::rows {

// A strip: up to row_columns neighbours. What is known of its rows once their chunks have been merged.
template <class T>
struct StripTotals {
    T shift[row_columns<T>], log_sum[row_columns<T>];
};

// The totals of a strip from its states [chunk][column]; factors [chunk][column] when they are wanted.
template <class T>
void merge_strip(Job<T>& job, const RowState* states, std::ptrdiff_t columns, std::ptrdiff_t chunks, StripTotals<T>& totals,
                 double* row_factors, T* factors) {
    for (std::ptrdiff_t c = 0; c < columns; ++c) {
        const RowTotal total = job.merge(states + c, row_columns<T>, chunks, factors != nullptr ? row_factors : nullptr);
        job.note(total.infinite);
        totals.shift[c] = static_cast<T>(total.shift);
        totals.log_sum[c] = static_cast<T>(total.log_sum);
        if (factors != nullptr)
            for (std::ptrdiff_t k = 0; k < chunks; ++k) factors[k * row_columns<T> + c] = static_cast<T>(row_factors[k]);
    }
}

template <class T>
struct Strips {
    explicit Strips(const Job<T>& job)
        : job(job), per_run(ceil_div(job.run(), row_columns<T>)), count(job.items() / job.run() * per_run) {}
    std::ptrdiff_t item(std::ptrdiff_t strip) const { return strip / per_run * job.run() + strip % per_run * row_columns<T>; }
    std::ptrdiff_t columns(std::ptrdiff_t strip) const {
        return std::min(row_columns<T>, job.run() - strip % per_run * row_columns<T>);
    }

    const Job<T>& job;
    std::ptrdiff_t per_run, count;
};

// Whole strips, kept in scratch memory between the passes.
template <class T>
void stashed_columns(Job<T>& job) {
    constexpr std::ptrdiff_t width = row_columns<T>;
    const std::ptrdiff_t n = job.n(), chunks = ceil_div(n, row_chunk), stride = job.reduced_stride();
    const Strips<T> strips(job);
    const std::ptrdiff_t group = std::max<std::ptrdiff_t>(1, task_elements / (n * width));
    const std::size_t tile_size = (job.sums() ? std::min(n, row_chunk) : n) * width;
    parallel_for(ceil_div(strips.count, group), job.threads, [&](std::ptrdiff_t g) {
        Workspace workspace(whole_lines(tile_size * sizeof(T)) + whole_lines(chunks * width * sizeof(RowState)) +
                            whole_lines(chunks * sizeof(double)) + whole_lines(chunks * width * sizeof(T)));
        T* const tile = workspace.take<T>(tile_size);
        RowState* const states = workspace.take<RowState>(chunks * width);
        double* const row_factors = workspace.take<double>(chunks);
        T* const factors = workspace.take<T>(chunks * width);
        for (std::ptrdiff_t strip = g * group; strip < std::min(strips.count, (g + 1) * group); ++strip) {
            const std::ptrdiff_t item = strips.item(strip), columns = strips.columns(strip),
                                 out_at = job.plan.kept.out_offset(item);
            const T* const from = job.x + job.plan.kept.offset(item);
            T* const out = job.y + out_at;
            for (std::ptrdiff_t c = 0; c < chunks; ++c)
                job.kernels.chunk_columns(from + c * row_chunk * stride, stride, columns, chunk_size(n, c),
                                          job.sums() ? tile : tile + c * row_chunk * width, job.probabilities(),
                                          !job.probabilities(), states + c * width);
            StripTotals<T> totals;
            merge_strip(job, states, columns, chunks, totals, row_factors, job.probabilities() ? factors : nullptr);
            if (job.sums())
                job.put_sums(totals.shift, totals.log_sum, columns, out_at);
            else if (job.probabilities())
                for (std::ptrdiff_t c = 0; c < chunks; ++c)
                    job.kernels.scale_columns(tile + c * row_chunk * width, width, columns, chunk_size(n, c), factors + c * width,
                                              out + c * row_chunk * job.reduced_out_stride(), job.reduced_out_stride());
            else
                job.kernels.shift_columns(tile, width, columns, n, totals.shift, totals.log_sum, out, job.reduced_out_stride());
        }
    });
}

// Longer rows: the chunks of a strip are shared among the threads. Tasks walk along memory: the strips of a chunk follow one
// another.
template <class T>
void long_columns(Job<T>& job) {
    constexpr std::ptrdiff_t width = row_columns<T>;
    const std::ptrdiff_t n = job.n(), chunks = ceil_div(n, row_chunk), stride = job.reduced_stride();
    const Strips<T> strips(job);
    const std::ptrdiff_t all = strips.count * chunks, group = std::min(strips.per_run, std::ptrdiff_t{8});
    Workspace shared(whole_lines(all * width * sizeof(RowState)) + whole_lines(strips.count * chunks * sizeof(double)) +
                     whole_lines(all * width * sizeof(T)) + whole_lines(strips.count * sizeof(StripTotals<T>)));
    RowState* const states = shared.take<RowState>(all * width);
    double* const row_factors = shared.take<double>(strips.count * chunks);
    T* const factors = shared.take<T>(all * width);
    StripTotals<T>* const totals = shared.take<StripTotals<T>>(strips.count);
    const auto each = [&](auto&& body) {
        parallel_for(ceil_div(all, group), job.threads, [&](std::ptrdiff_t g) {
            for (std::ptrdiff_t t = g * group; t < std::min(all, (g + 1) * group); ++t) {
                const std::ptrdiff_t block = t / strips.per_run, strip = block / chunks * strips.per_run + t % strips.per_run;
                body(strip, block % chunks, strips.item(strip), strips.columns(strip));
            }
        });
    };
    each([&](std::ptrdiff_t strip, std::ptrdiff_t c, std::ptrdiff_t item, std::ptrdiff_t columns) {
        Workspace workspace(row_chunk * width * sizeof(T));
        job.kernels.chunk_columns(job.x + job.plan.kept.offset(item) + c * row_chunk * stride, stride, columns, chunk_size(n, c),
                                  workspace.take<T>(row_chunk * width), false, !job.probabilities(),
                                  states + (strip * chunks + c) * width);
    });
    parallel_for(strips.count, job.threads, [&](std::ptrdiff_t strip) {
        merge_strip(job, states + strip * chunks * width, strips.columns(strip), chunks, totals[strip],
                    row_factors + strip * chunks, job.probabilities() ? factors + strip * chunks * width : nullptr);
        if (job.sums())
            job.put_sums(totals[strip].shift, totals[strip].log_sum, strips.columns(strip),
                         job.plan.kept.out_offset(strips.item(strip)));
    });
    if (job.sums()) return;
    each([&](std::ptrdiff_t strip, std::ptrdiff_t c, std::ptrdiff_t item, std::ptrdiff_t columns) {
        const T* const from = job.x + job.plan.kept.offset(item) + c * row_chunk * stride;
        T* const to = job.y + job.plan.kept.out_offset(item) + c * row_chunk * job.reduced_out_stride();
        const std::ptrdiff_t at = (strip * chunks + c) * width, count = chunk_size(n, c);
        if (job.probabilities()) {
            T maximum[row_columns<T>];
            for (std::ptrdiff_t i = 0; i < columns; ++i) maximum[i] = static_cast<T>(states[at + i].maximum);
            job.kernels.exp_scale_columns(from, stride, columns, count, maximum, factors + at, to, job.reduced_out_stride());
        } else {
            job.kernels.shift_columns(from, stride, columns, count, totals[strip].shift, totals[strip].log_sum, to,
                                      job.reduced_out_stride());
        }
    });
}

}  // namespace mlmath::rows
