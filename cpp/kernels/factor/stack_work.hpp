// SPDX-License-Identifier: BSD-3-Clause
// How the work on a stack of matrices is divided: groups side by side, matrix by matrix, or the threads inside each matrix.
#pragma once
#include <algorithm>

#include "core/check.hpp"
#include "core/interruption.hpp"
#include "core/stack.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"

namespace mlmath {

/// Matrices that go side by side at most: 64 bytes of floats.
constexpr int most_lanes = 16;

/// Every element of a matrix, along its runs.
template <class T>
void fill(MatrixView<T> a, T value) {
    if (a.column_stride != 1 && a.row_stride == 1) a = transposed(a);
    each_row(a.rows, a.columns, [&](std::ptrdiff_t i) {
        for (std::ptrdiff_t j = 0; j < a.columns; ++j) a.data[i * a.row_stride + j * a.column_stride] = value;
    });
}

/// Elements from row to row of a matrix in our own memory. Constraint: rows a multiple of 4096 bytes apart meet in the same set of
/// the first-level cache, of which it has 8 to 12 places, and a panel's columns evict each other: LU of n = 512 runs at 33
/// Gflop/s, of 520 at 45. Decision: whole registers, and one cache line more where rows would be a multiple of 1 KiB apart.
template <class T>
constexpr std::ptrdiff_t row_places(std::ptrdiff_t n) {
    constexpr std::ptrdiff_t line = 64 / static_cast<std::ptrdiff_t>(sizeof(T));
    const std::ptrdiff_t whole = (n + line - 1) / line * line;
    return n >= 2 * line && whole % (16 * line) == 0 ? whole + line : whole;
}

/// body(from, to) for pieces of `rows` rows, on several threads where 2^17 elements or more are moved: those take a thread 0.1 ms.
/// Between the pieces Ctrl-C is looked for, on one thread too.
template <class Body>
void over_rows(std::ptrdiff_t rows, std::ptrdiff_t columns, int threads, Body&& body) {
    if (rows * columns < 1 << 17) return body(std::ptrdiff_t{0}, rows);
    constexpr std::ptrdiff_t at_once = 32;
    parallel_for((rows + at_once - 1) / at_once, threads,
                 [&](std::ptrdiff_t piece) { body(piece * at_once, std::min(rows, (piece + 1) * at_once)); });
}

/// Two stacks of equally many matrices at equal places.
template <class A, class B>
void check_same_stack(const char* function, const char* a_name, const Stack<A>& a, const char* b_name, const Stack<B>& b) {
    if (a.axes == b.axes && std::equal(a.shape, a.shape + a.axes, b.shape)) return;
    invalid_argument(function, std::string("the axes in front of ") + a_name + " and " + b_name + " must agree");
}

/// work(begin, end) over pieces of [0, groups): each piece a task of one thread, between which Ctrl-C is looked for. Constraint:
/// taking a task costs about 0.1 us and its data should be met in the caches it was read into. Decision: tasks of 64 KiB,
/// `group_bytes` each group; a total below 10 us of work (`total_flops` at 2 Gflop/s, what small matrices reach with all the
/// moving) is done at once on the calling thread.
template <class Work>
void over_groups(std::ptrdiff_t groups, std::ptrdiff_t group_bytes, double total_flops, int threads, Work&& work) {
    if (total_flops < 20000) return work(std::ptrdiff_t{0}, groups);
    const std::ptrdiff_t at_once =
        std::max<std::ptrdiff_t>(1, (std::ptrdiff_t{64} << 10) / std::max<std::ptrdiff_t>(1, group_bytes));
    const std::ptrdiff_t pieces = (groups + at_once - 1) / at_once;
    parallel_for(
        pieces, threads, [&](std::ptrdiff_t p) { work(p * at_once, std::min(groups, (p + 1) * at_once)); },
        total_flops < 200000 ? Start::watching : Start::waking);
}

/// one(index, threads) for every matrix. Small ones are divided among the threads; where one alone keeps them all busy (2^23 flops
/// are a tenth of a millisecond), or is the only one, the threads work inside. The regions opened there share the clock of the one
/// around them, so that Ctrl-C is looked for in time.
template <class One>
void over_matrices(std::ptrdiff_t count, double flops, int threads, One&& one) {
    if (count == 1 && flops < 1000000) return one(std::ptrdiff_t{0}, threads);
    if (count == 1 || flops > 8388608)
        return parallel(1, [&](Team& team) {
            for (std::ptrdiff_t i = 0; i < count && !team.poll(); ++i) one(i, threads);
        });
    const std::ptrdiff_t at_once = std::max<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(20000 / std::max(1.0, flops)));
    over_groups(count, (std::ptrdiff_t{64} << 10) / at_once, flops * static_cast<double>(count), threads,
                [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
                    for (std::ptrdiff_t i = begin; i < end; ++i) one(i, 1);
                });
}

/// The matrices of one group: `some` of the stack from `first` on; further lanes repeat the last one.
struct Lanes {
    std::ptrdiff_t first, some;
    std::ptrdiff_t index(int lane) const { return first + std::min<std::ptrdiff_t>(lane, some - 1); }
};

/// body(Lanes, tile) for all groups of a stack of `count` matrices; tile: `elements` registers of T.
template <class T, class Body>
void over_lanes(std::ptrdiff_t count, std::ptrdiff_t lanes, std::ptrdiff_t elements, double flops, int threads, Body&& body) {
    const std::size_t bytes = static_cast<std::size_t>(elements * lanes) * sizeof(T);
    over_groups((count + lanes - 1) / lanes, static_cast<std::ptrdiff_t>(bytes), flops * static_cast<double>(count), threads,
                [&](std::ptrdiff_t begin, std::ptrdiff_t end) {
                    Workspace workspace(bytes);
                    for (std::ptrdiff_t g = begin; g < end; ++g)
                        body(Lanes{g * lanes, std::min(lanes, count - g * lanes)}, reinterpret_cast<T*>(workspace.data()));
                });
}

}  // namespace mlmath
