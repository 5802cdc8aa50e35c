// SPDX-License-Identifier: BSD-3-Clause
// One chunk in 32 lanes of double, for kernel units: along consecutive elements, or down a block of columns.
//
// Element i of a chunk belongs to lane i mod 32; the lanes are then folded in halves (l and l + 16, l and l + 8, ...). A lane
// begins as -0, which changes nothing it is added to: chunks of fewer than 32 elements need no case of their own, and a sum of -0
// stays -0. Both functions perform the same additions in the same order.
#pragma once
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

constexpr int lanes = reduction_lanes<double>, lane_registers = reduction_registers<double>;

// Constraint: a chunk may need two sums at once, and AVX2 and SSE have 16 registers. Arithmetic: 2 x 4 sums and their terms fit; an
//   addition takes 3 to 4 cycles and one load per cycle feeds it, so 4 chains keep it busy.
// Decision: sweeps of 4 registers (AVX-512: the whole 32 lanes), as many as it takes, over a chunk that lies in L1.
constexpr int sweep_registers = lane_registers < 4 ? lane_registers : 4;

// Asks for the `bytes` at p, which will be wanted soon; p need not be valid.
MLMATH_INLINE void prefetch_bytes(const void* p, std::ptrdiff_t bytes) {
    for (std::ptrdiff_t at = 0; at < bytes; at += 64) prefetch(static_cast<const char*>(p) + at);
}
// Constraint: between the elements of two short rows lie a hundred instructions of folding, so that only a few cache lines are on
// their way at a time. Arithmetic: 20 GB/s x 100 ns = 2 KiB must be. Decision: rows of at most 1 KiB ask for the bytes 2 KiB ahead.
constexpr std::ptrdiff_t short_row_bytes = 1024, bytes_ahead = 2048;

// 32 lanes to one number, in halves: l and l + 16, l and l + 8, ...
MLMATH_INLINE double fold_lanes(vec_f64 (&total)[lane_registers]) {
    MLMATH_UNROLL for (int half = lane_registers / 2; half >= 1; half /= 2) MLMATH_UNROLL for (int r = 0; r < half; ++r) total[r] +=
        total[r + half];
    alignas(64) double lane[width<double>];
    store(lane, total[0]);
    return fold_sum<width<double>>(lane);
}

// result[k] = sum k of the n elements at x. add(x, sum): adds the terms of one register to its Count sums. `next`: where the
// following chunk lies, fetched meanwhile, or null.
template <int Count, class T, class Add>
MLMATH_INLINE void reduce_run(const T* x, std::ptrdiff_t n, double (&result)[Count], const T* next, Add&& add) {
    vec_f64 total[Count][lane_registers];
    const std::ptrdiff_t whole = n / lanes * lanes;
    for (int first = 0; first < lane_registers; first += sweep_registers) {
        vec_f64 sum[sweep_registers][Count];
        MLMATH_UNROLL for (int r = 0; r < sweep_registers; ++r) MLMATH_UNROLL for (int k = 0; k < Count; ++k) sum[r][k] =
            broadcast(-0.0);
        const T* const lane = x + first * width<double>;
        for (std::ptrdiff_t i = 0; i < whole; i += lanes) {
            if (next != nullptr && first == 0) prefetch_bytes(next + i, lanes * sizeof(T));
            MLMATH_UNROLL for (int r = 0; r < sweep_registers; ++r) add(load_as_f64(lane + i + r * width<double>), sum[r]);
        }
        MLMATH_UNROLL for (int r = 0; r < sweep_registers; ++r) {  // the rest: masked, in the same lanes
            const std::ptrdiff_t left = n - whole - (first + r) * width<double>;
            if (left > 0) {
                vec_f64 with_rest[Count];
                MLMATH_UNROLL for (int k = 0; k < Count; ++k) with_rest[k] = sum[r][k];
                add(load_first_as_f64(lane + whole + r * width<double>, left < width<double> ? left : width<double>), with_rest);
                MLMATH_UNROLL for (int k = 0; k < Count; ++k) sum[r][k] =
                    select<double>(first_lanes<double>(left), with_rest[k], sum[r][k]);
            }
        }
        MLMATH_UNROLL for (int r = 0; r < sweep_registers; ++r) MLMATH_UNROLL for (int k = 0; k < Count; ++k) total[k][first + r] =
            sum[r][k];
    }
    MLMATH_UNROLL for (int k = 0; k < Count; ++k) result[k] = fold_lanes(total[k]);
}

// One sum each of two runs of n elements at x and y, n a multiple of 32, in the order of reduce_run.
// Constraint: how much of the memory's rate one core gets depends on how many streams its prefetchers follow. Measured where memory
// is fast: one stream 137 GB/s on two cores, two streams 160, one stream with software prefetches 2 KiB ahead 117; where it is
// slow, all the same. Decision: two.
template <class T, class Add>
MLMATH_INLINE void reduce_two_runs(const T* x, const T* y, std::ptrdiff_t n, double& of_x, double& of_y, Add&& add) {
    vec_f64 total[2][lane_registers];
    for (int first = 0; first < lane_registers; first += sweep_registers) {
        vec_f64 sum[2][sweep_registers];
        MLMATH_UNROLL for (int r = 0; r < sweep_registers; ++r) sum[0][r] = sum[1][r] = broadcast(-0.0);
        const std::ptrdiff_t lane = first * width<double>;
        for (std::ptrdiff_t i = lane; i < n; i += lanes) {
            MLMATH_UNROLL for (int r = 0; r < sweep_registers; ++r) add(load_as_f64(x + i + r * width<double>), &sum[0][r]);
            MLMATH_UNROLL for (int r = 0; r < sweep_registers; ++r) add(load_as_f64(y + i + r * width<double>), &sum[1][r]);
        }
        MLMATH_UNROLL for (int r = 0; r < sweep_registers; ++r) {
            total[0][first + r] = sum[0][r];
            total[1][first + r] = sum[1][r];
        }
    }
    of_x = fold_lanes(total[0]);
    of_y = fold_lanes(total[1]);
}

// The sums of a block of columns; row r begins at x + offsets[r]. Lane l of column c is lane[k][l][c], which stays in L1.
// Constraint: an addition in memory costs a load and a store beside the load of the element. Arithmetic: rows r, r + 32, r + 64, r
//   + 96 share a lane; adding four at a time takes 6 accesses instead of 12, and 128 rows of 32 to 64 columns (64 KiB at most) are
//   near.
// Decision: windows of 4 x 32 rows.
template <int Count, int Block>
struct ColumnLanes {
    static_assert(Block % width<double> == 0);
    static constexpr int rows_together = 4;
    alignas(64) double lane[Count][lanes][Block];

    // add(terms, sum, v): adds the terms of column register v. Columns beyond `columns` in the last register are zeros.
    template <class T, class Add>
    MLMATH_INLINE void reduce(const T* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns, Add&& add) {
        const std::ptrdiff_t whole = columns / width<double>, rest = columns % width<double>;
        // Adds the rows offsets[0], offsets[32], ... (`together` of them) to lane l.
        const auto add_rows = [&](const std::ptrdiff_t* offset, int l, int together, bool begin) __attribute__((always_inline)) {
            const T* row[rows_together];
            for (int i = 0; i < together; ++i) row[i] = x + offset[i * lanes];
            if (together > 1) {  // the window after this one; a guess where rows are not evenly spaced
                const std::ptrdiff_t ahead = (offset[lanes] - offset[0]) * rows_together;
                for (int i = 0; i < together; ++i) prefetch_bytes(row[i] + ahead, columns * static_cast<std::ptrdiff_t>(sizeof(T)));
            }
            const auto add_register = [&](std::ptrdiff_t v, auto&& load_terms) __attribute__((always_inline)) {
                vec_f64 sum[Count];
                MLMATH_UNROLL for (int k = 0; k < Count; ++k) sum[k] =
                    begin ? broadcast(-0.0) : load(lane[k][l] + v * width<double>);
                for (int i = 0; i < together; ++i) add(load_terms(row[i] + v * width<double>), sum, v);
                MLMATH_UNROLL for (int k = 0; k < Count; ++k) store(lane[k][l] + v * width<double>, sum[k]);
            };
            for (std::ptrdiff_t v = 0; v < whole; ++v)
                add_register(
                    v, [](const T* p) __attribute__((always_inline)) { return load_as_f64(p); });
            if (rest > 0)
                add_register(
                    whole, [rest](const T* p) __attribute__((always_inline)) { return load_first_as_f64(p, rest); });
        };
        std::ptrdiff_t r = 0;
        for (; r < rows && r < lanes; ++r) {
            // A few rows are met again at the next block of columns, which lies to the right.
            if (rows <= lanes) prefetch_bytes(x + offsets[r] + columns, columns * static_cast<std::ptrdiff_t>(sizeof(T)));
            add_rows(offsets + r, static_cast<int>(r), 1, true);
        }
        for (; r + rows_together * lanes <= rows; r += rows_together * lanes)
            for (int l = 0; l < lanes; ++l) add_rows(offsets + r + l, l, rows_together, false);
        for (; r < rows; ++r) add_rows(offsets + r, static_cast<int>(r % lanes), 1, false);

        std::ptrdiff_t filled = rows < lanes ? rows : lanes;
        for (int half = lanes / 2; half >= 1; half /= 2) {
            for (int l = 0; l + half < filled; ++l)
                for (int k = 0; k < Count; ++k)
                    for (std::ptrdiff_t v = 0; v < whole + (rest > 0); ++v) {
                        double* const to = lane[k][l] + v * width<double>;
                        store(to, load(to) + load(lane[k][l + half] + v * width<double>));
                    }
            if (filled > half) filled = half;
        }
    }
    double result(int k, std::ptrdiff_t column) const { return lane[k][0][column]; }
};

// The sums of a block of columns whose rows lie one behind the other: 32 rows are one run of 32 x columns numbers, and lane l of
// column c is number l * columns + c of it. No row has a rest of a register, and memory is read as it lies; the additions are those
// of ColumnLanes.
template <int Count, int Block>
struct DenseLanes {
    // Constraint: an addition in memory costs a load and a store beside the load of the element, and memory is read fastest in
    // several streams. Measured: windows of 1, 2, 4, 8 runs, without software prefetches, 74, 58, 78, 86 GB/s where reading alone
    // has 85. Decision: 8.
    static constexpr int windows_together = 8;
    alignas(64) double lane[Count][lanes * Block + width<double>];

    // add(terms, sum, j): adds the terms of the register at number j of the run. `ahead`, when asked for: bytes from an element to
    // one that will be wanted later, fetched into L2 meanwhile; it need not be there.
    template <bool ask_ahead, class T, class Add>
    MLMATH_INLINE void reduce(const T* x, std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t ahead, Add&& add) {
        const std::ptrdiff_t run = lanes * columns, whole = rows / lanes;
        for (int k = 0; k < Count; ++k)
            for (std::ptrdiff_t j = 0; j < run; j += width<double>) store(lane[k] + j, broadcast(-0.0));
        const auto add_windows = [&]<int together>(const T* p) __attribute__((always_inline)) {
            for (std::ptrdiff_t j = 0; j < run; j += width<double>) {
                vec_f64 sum[Count];
                MLMATH_UNROLL for (int k = 0; k < Count; ++k) sum[k] = load(lane[k] + j);
                MLMATH_UNROLL for (int i = 0; i < together; ++i) {
                    if constexpr (ask_ahead) prefetch_far(reinterpret_cast<const char*>(p + i * run + j) + ahead);
                    add(load_as_f64(p + i * run + j), sum, j);
                }
                MLMATH_UNROLL for (int k = 0; k < Count; ++k) store(lane[k] + j, sum[k]);
            }
        };
        std::ptrdiff_t w = 0;
        for (; w + windows_together <= whole; w += windows_together) add_windows.template operator()<windows_together>(x + w * run);
        for (; w < whole; ++w) add_windows.template operator()<1>(x + w * run);
        const T* const rest = x + whole * run;
        const std::ptrdiff_t left = (rows - whole * lanes) * columns;
        for (std::ptrdiff_t j = 0; j < left; j += width<double>) {
            const std::ptrdiff_t some = left - j < width<double> ? left - j : width<double>;
            vec_f64 sum[Count];
            MLMATH_UNROLL for (int k = 0; k < Count; ++k) sum[k] = load(lane[k] + j);
            add(load_first_as_f64(rest + j, some), sum, j);
            MLMATH_UNROLL for (int k = 0; k < Count; ++k) store_first(lane[k] + j, sum[k], some);
        }
        // The last register of a fold may reach beyond it, into numbers that are folded already.
        for (std::ptrdiff_t half = run / 2; half >= columns; half /= 2)
            for (int k = 0; k < Count; ++k)
                for (std::ptrdiff_t j = 0; j < half; j += width<double>)
                    store(lane[k] + j, load(lane[k] + j) + load(lane[k] + j + half));
    }
    double result(int k, std::ptrdiff_t column) const { return lane[k][column]; }
};

}  // namespace mlmath::MLMATH_LEVEL
