// SPDX-License-Identifier: BSD-3-Clause
// cumulative: chunk by chunk, in rows or in tiles of columns; items shared among threads.
#include "kernels/reduce/cumulative/cumulative.hpp"

#include "kernels/reduce/cumulative/cumulative_chunk.hpp"
#include "kernels/reduce/reduction_tree.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(CumulativeKernels, cumulative_kernels);

namespace {

template <class W>
W products(const W* x, std::ptrdiff_t n, W carry, W* out) {
    for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = carry *= x[i];
    return carry;
}

template <class W>
struct Run {
    W (*scan)(const W* x, std::ptrdiff_t n, W carry, W* out);
    W begin;  // changes nothing, not even the sign of a zero
    bool skip_nan;
    const ReductionSource& source;
    const ReductionPlan& plan;
    const ReductionOutput& out;
    std::ptrdiff_t out_step;
    bool tiled;

    void write(const W* values, std::ptrdiff_t n, std::ptrdiff_t at) const {
        if (element_bytes(out.type) == sizeof(W) && out_step == 1) {
            std::copy(values, values + n, static_cast<W*>(out.data) + at);
            return;
        }
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            if constexpr (std::is_same_v<W, double>)
                out.put(at + i * out_step, values[i]);
            else
                out.put(at + i * out_step, static_cast<std::int64_t>(values[i]));
        }
    }

    // scan; where skip_nan says so, of x with every NaN replaced by 0 (products: 1), by way of `to`.
    W chunk(const W* x, std::ptrdiff_t n, W carry, W* to) const {
        if constexpr (std::is_same_v<W, double>)
            if (skip_nan) {
                std::transform(x, x + n, to, [instead = begin + 0.0](double v) { return __builtin_isnan(v) ? instead : v; });
                return scan(to, n, carry, to);
            }
        return scan(x, n, carry, to);
    }

    // The items first .. first+count-1 (neighbours, when they come in tiles). stop(): asked after every chunk.
    template <class Stop>
    void items(std::ptrdiff_t first, std::ptrdiff_t count, Stop&& stop) const {
        const std::ptrdiff_t n = plan.reduced.total;
        const std::size_t read_bytes = source.buffer_bytes((tiled ? tile_columns : 1) * reduction_chunk);
        const std::ptrdiff_t results = (tiled ? tile_columns : 1) * reduction_chunk;
        Workspace workspace(read_bytes + static_cast<std::size_t>(results) * sizeof(W) + cache_line);
        std::byte* const buffer = workspace.take<std::byte>(read_bytes);
        W* const result = workspace.take<W>(static_cast<std::size_t>(results));
        W carry[tile_columns];
        std::fill(carry, carry + tile_columns, begin);
        const std::ptrdiff_t at = plan.kept.offset(first), out_at = plan.out_origin + plan.kept.out_offset(first);
        const std::ptrdiff_t next_item = plan.kept.count > 0 ? plan.kept.out_stride[plan.kept.count - 1] : 0;
        std::ptrdiff_t offsets[reduction_chunk];
        for (std::ptrdiff_t begin_of = 0; begin_of < n && !stop(); begin_of += reduction_chunk) {
            const std::ptrdiff_t some = std::min(reduction_chunk, n - begin_of), to = out_at + begin_of * out_step;
            if (!tiled) {
                const std::byte* const x = source.read(at, 0, plan, begin_of, some, buffer, nullptr);
                carry[0] = chunk(reinterpret_cast<const W*>(x), some, carry[0], result);
                write(result, some, to);
                continue;
            }
            const bool even = plan.reduced.count == 1;
            for (std::ptrdiff_t r = 0; r < some; ++r) offsets[r] = plan.reduced.offset(begin_of + r);
            const std::byte* const x = source.tile(at, offsets, even ? plan.reduced.stride[0] : 0, some, count, buffer);
            for (std::ptrdiff_t c = 0; c < count; ++c)
                carry[c] = chunk(reinterpret_cast<const W*>(x) + c * reduction_chunk, some, carry[c], result + c * reduction_chunk);
            if (element_bytes(out.type) == sizeof(W) && next_item == 1)
                transpose_elements(result, sizeof(W), reduction_chunk, count, some, static_cast<W*>(out.data) + to, out_step);
            else
                for (std::ptrdiff_t c = 0; c < count; ++c) write(result + c * reduction_chunk, some, to + c * next_item);
        }
    }
};

template <class W>
void run(W (*scan)(const W*, std::ptrdiff_t, W, W*), W begin, bool skip_nan, const ReductionInput& in, const ReductionOutput& out,
         std::ptrdiff_t out_step, int threads) {
    const ReductionPlan plan = plan_reduction(in, out);
    ReductionSource source(in, std::is_same_v<W, double> ? Element::f64 : Element::i64);
    source.move(plan.origin, 0);
    const bool tiled = plan.by_columns();
    const Run<W> work{scan, begin, skip_nan, source, plan, out, out_step, tiled};
    const std::ptrdiff_t n = plan.reduced.total, items = plan.kept.total;
    const std::ptrdiff_t row = tiled ? plan.kept.size[plan.kept.count - 1] : 1,
                         blocks = tiled ? reduction::ceil_div(row, tile_columns) : 1;
    const std::ptrdiff_t groups = items / row * blocks;
    const auto one_group = [&](std::ptrdiff_t g, auto&& stop) {
        const std::ptrdiff_t first = g / blocks * row + g % blocks * tile_columns;
        work.items(tiled ? first : g, tiled ? std::min(tile_columns, row - g % blocks * tile_columns) : 1, stop);
    };
    if (n * items < elements_worth_a_thread) {
        for (std::ptrdiff_t g = 0; g < groups; ++g) one_group(g, [] { return false; });
        return;
    }
    parallel(static_cast<int>(std::min<std::ptrdiff_t>(threads, groups)), [&](Team& team) {
        const std::ptrdiff_t end = groups * (team.rank() + 1) / team.size();
        for (std::ptrdiff_t g = groups * team.rank() / team.size(); g < end; ++g) {
            if (team.poll()) return;
            one_group(g, [&] { return team.poll(); });
        }
    });
}

}  // namespace

void cumulative_sum(const ReductionInput& in, const ReductionOutput& out, std::ptrdiff_t out_step, bool skip_nan, int threads) {
    const CumulativeKernels& kernels = active(cumulative_kernels_by_level);
    if (is_floating(out.type))
        run<double>(kernels.sums_f64, -0.0, skip_nan, in, out, out_step, threads);
    else
        run<std::uint64_t>(kernels.sums_i64, 0, false, in, out, out_step, threads);
}

void cumulative_product(const ReductionInput& in, const ReductionOutput& out, std::ptrdiff_t out_step, bool skip_nan, int threads) {
    if (is_floating(out.type))
        run<double>(products<double>, 1, skip_nan, in, out, out_step, threads);
    else
        run<std::uint64_t>(products<std::uint64_t>, 1, false, in, out, out_step, threads);
}

}  // namespace mlmath
