// SPDX-License-Identifier: BSD-3-Clause
// extremes: dispatch, and which of two neighbours wins. Chunks and threads are reduction_tree.hpp's.
#include "kernels/reduce/extremes/extremes.hpp"

#include <atomic>

#include "kernels/reduce/extremes/extremes_chunk.hpp"
#include "kernels/reduce/reduction_tree.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(ExtremesKernels, extremes_kernels);

namespace {

// W: double, int64_t, uint64_t. Both merges keep the left one on a tie.
template <class W>
bool wins(W challenger, W leader, const ExtremeForm& form) {
    if constexpr (std::is_same_v<W, double>) {
        if (leader != leader) return form.numbers_only && challenger == challenger;
        if (challenger != challenger) return !form.numbers_only;
    }
    return form.largest ? challenger > leader : challenger < leader;
}

template <class W>
struct ValueOp {
    using State = W;
    static constexpr std::ptrdiff_t column_block = extremes_column_block;
    ExtremeKernel kernel;
    const ExtremeForm& form;

    void rows(const std::byte* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, W* out) const {
        kernel.rows(x, stride, rows, n, out, nullptr);
    }
    void columns(const std::byte* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, W* out) const {
        kernel.columns(x, offsets, rows, columns, out, nullptr);
    }
    struct Merge {
        const ExtremeForm& form;
        W operator()(W left, W right) const {
            // -0 + +0 is +0: the larger zero; the other way round with the signs changed.
            if constexpr (std::is_same_v<W, double>)
                if (left == 0 && right == 0) return form.largest ? left + right : -(-left + -right);
            return wins(right, left, form) ? right : left;
        }
    };
    const Merge merge{form};
};

template <class W>
struct PositionOp {
    struct State {
        W value;
        std::int64_t index, length;
    };
    static constexpr std::ptrdiff_t column_block = extremes_column_block;
    ExtremeKernel kernel;
    const ExtremeForm& form;

    void columns(const std::byte* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, State* out) const {
        W values[column_block];
        std::int64_t index[column_block];
        kernel.columns(x, offsets, rows, columns, values, index);
        for (std::ptrdiff_t c = 0; c < columns; ++c) out[c] = {values[c], index[c], rows};
    }
    void rows(const std::byte* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, State* out) const {
        constexpr std::ptrdiff_t batch = chunks_per_batch;
        W values[batch];
        std::int64_t index[batch];
        for (std::ptrdiff_t first = 0; first < rows; first += batch) {
            const std::ptrdiff_t count = std::min(batch, rows - first);
            kernel.rows(x + first * stride * bytes, stride, count, n, values, index);
            for (std::ptrdiff_t r = 0; r < count; ++r) out[first + r] = {values[r], index[r], n};
        }
    }
    struct Merge {
        const ExtremeForm& form;
        State operator()(const State& left, const State& right) const {
            const std::int64_t length = left.length + right.length;
            if (wins(right.value, left.value, form)) return {right.value, left.length + right.index, length};
            return {left.value, left.index, length};
        }
    };
    const int bytes;
    const Merge merge{form};
};

Element computed(Element type) { return type == Element::f16 ? Element::f32 : type; }

ExtremeKernel kernel_for(Element type, const ExtremeForm& form) {
    const ExtremesKernels& kernels = active(extremes_kernels_by_level);
    const int which = form.largest ? 1 : 0, wide = type == Element::f64 ? 1 : 0;
    if (form.of_magnitude) return kernels.absolute[which][wide];
    if (form.numbers_only && is_floating(type)) return kernels.numbers[which][wide];
    return kernels.by_type[which][static_cast<int>(type)];
}

template <class W>
void values_of(const ReductionInput& in, const ExtremeForm& form, const ReductionOutput& out, int threads) {
    const Element type = computed(in.type);
    const ValueOp<W> op{kernel_for(type, form), form};
    reduce(op, ReductionSource(in, type), plan_reduction(in, out), threads, [&](std::ptrdiff_t at, W value) {
        if (form.initial != nullptr) value = op.merge(*static_cast<const W*>(form.initial), value);
        if constexpr (std::is_same_v<W, double>)
            out.put(at, value);
        else
            out.put(at, static_cast<std::int64_t>(value));
    });
}

template <class W>
bool positions_of(const ReductionInput& in, const ExtremeForm& form, const ReductionOutput& out, int threads) {
    const Element type = computed(in.type);
    const PositionOp<W> op{kernel_for(type, form), form, element_bytes(type)};
    std::atomic<bool> found = true;
    reduce(op, ReductionSource(in, type), plan_reduction(in, out), threads, [&](std::ptrdiff_t at, const auto& state) {
        if (form.numbers_only && state.value != state.value) found.store(false, std::memory_order_relaxed);
        out.put(at, state.index);
    });
    return found;
}

}  // namespace

void extremes(const ReductionInput& in, const ExtremeForm& form, const ReductionOutput& out, int threads) {
    if (is_floating(in.type)) return values_of<double>(in, form, out, threads);
    if (is_unsigned(in.type)) return values_of<std::uint64_t>(in, form, out, threads);
    values_of<std::int64_t>(in, form, out, threads);
}

bool extreme_positions(const ReductionInput& in, const ExtremeForm& form, const ReductionOutput& out, int threads) {
    if (is_floating(in.type)) return positions_of<double>(in, form, out, threads);
    if (is_unsigned(in.type)) return positions_of<std::uint64_t>(in, form, out, threads);
    return positions_of<std::int64_t>(in, form, out, threads);
}

}  // namespace mlmath
