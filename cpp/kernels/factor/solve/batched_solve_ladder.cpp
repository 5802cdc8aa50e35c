// SPDX-License-Identifier: BSD-3-Clause
// batched_solve, the ladder: one idea per rung.
#include "kernels/factor/solve/batched_solve_ladder.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/factor/solve/solve.hpp"
#include "kernels/factor/solve/solve_textbook.hpp"

namespace mlmath::ladder {
namespace {

// Systems side by side. Constraint: whole registers of the oldest CPU, for which this is compiled; several, so that a chain of
// subtractions does not wait. Arithmetic: 8 doubles are four of them. Decision: 8.
constexpr int lanes = 8;

// one(first) for systems 0, step, 2 step, ...; looks up for Ctrl-C every 16 times. `one` returns the number of a singular system.
template <class One>
std::ptrdiff_t each_system(std::ptrdiff_t count, std::ptrdiff_t step, One&& one) {
    std::ptrdiff_t singular = 0;
    parallel(1, [&](Team& team) {
        for (std::ptrdiff_t t = 0, turn = 0; t < count && singular == 0; t += step, ++turn) {
            if (turn % 16 == 0 && team.poll()) return;
            singular = one(t);
        }
    });
    return singular;
}

template <class T>
T at(MatrixView<T> a, std::ptrdiff_t i, std::ptrdiff_t j) {
    return a.data[i * a.row_stride + j * a.column_stride];
}

// A row of eight systems: element j of system l at row[j * lanes + l]. row -= factor * other, each system with its own factor.
template <class T>
void subtract(T* row, const T* factor, const T* other, std::ptrdiff_t elements) {
    T own[lanes];
    std::copy_n(factor, lanes, own);
    for (std::ptrdiff_t j = 0; j < elements; ++j)
        for (int l = 0; l < lanes; ++l) row[j * lanes + l] -= own[l] * other[j * lanes + l];
}

// Rows of [A B] of eight systems, `columns` elements each: eliminated in place, B's columns beside A's so that they need no second
// pass; then X is left where B stood. Pivots stand in different rows, so that rows change places system by system; everything else
// is one loop over the eight, which a compiler turns into vectors. Returns the lane of a zero pivot, or `lanes`.
template <class T>
int eliminate_eight(T* tile, std::ptrdiff_t n, std::ptrdiff_t columns) {
    const auto row = [&](std::ptrdiff_t i) { return tile + i * columns * lanes; };
    for (std::ptrdiff_t k = 0; k < n; ++k) {
        T largest[lanes];
        int best[lanes];
        for (int l = 0; l < lanes; ++l) {
            best[l] = static_cast<int>(k);
            largest[l] = std::abs(row(k)[k * lanes + l]);
        }
        for (std::ptrdiff_t i = k + 1; i < n; ++i)
            for (int l = 0; l < lanes; ++l) {
                const T size = std::abs(row(i)[k * lanes + l]);
                best[l] = size > largest[l] ? static_cast<int>(i) : best[l];
                largest[l] = size > largest[l] ? size : largest[l];
            }
        for (int l = 0; l < lanes; ++l)
            for (std::ptrdiff_t j = k; j < columns && best[l] != k; ++j)
                std::swap(row(k)[j * lanes + l], row(best[l])[j * lanes + l]);
        T* const top = row(k);
        for (int l = 0; l < lanes; ++l)
            if (top[k * lanes + l] == T(0)) return l;
        for (std::ptrdiff_t j = k + 1; j < columns; ++j)
            for (int l = 0; l < lanes; ++l) top[j * lanes + l] /= top[k * lanes + l];
        for (std::ptrdiff_t i = k + 1; i < n; ++i)
            subtract(row(i) + (k + 1) * lanes, row(i) + k * lanes, top + (k + 1) * lanes, columns - k - 1);
    }
    for (std::ptrdiff_t i = n - 2; i >= 0; --i)
        for (std::ptrdiff_t p = i + 1; p < n; ++p)
            subtract(row(i) + n * lanes, row(i) + p * lanes, row(p) + n * lanes, columns - n);
    return lanes;
}

}  // namespace

template <class T>
std::ptrdiff_t batched_solve_one_at_a_time(const Stack<const T>& a, const Stack<const T>& b, const Stack<T>& x) {
    return each_system(a.count(), 1, [&](std::ptrdiff_t t) { return solve_textbook(a.at(t), b.at(t), x.at(t)) == 0 ? 0 : t + 1; });
}

// The last group names the last system again and again to be full.
template <class T>
std::ptrdiff_t batched_solve_interleaved(const Stack<const T>& a, const Stack<const T>& b, const Stack<T>& x) {
    const std::ptrdiff_t count = a.count(), n = a.first.rows, columns = n + b.first.columns;
    Workspace workspace(static_cast<std::size_t>(n * columns * lanes) * sizeof(T));
    T* const tile = workspace.take<T>(static_cast<std::size_t>(n * columns * lanes));
    return each_system(count, lanes, [&](std::ptrdiff_t first) -> std::ptrdiff_t {
        const auto system = [&](int lane) { return std::min(first + lane, count - 1); };
        for (int l = 0; l < lanes; ++l) {
            const MatrixView<const T> matrix = a.at(system(l)), right = b.at(system(l));
            for (std::ptrdiff_t i = 0; i < n; ++i) {
                for (std::ptrdiff_t j = 0; j < n; ++j) tile[(i * columns + j) * lanes + l] = at(matrix, i, j);
                for (std::ptrdiff_t j = n; j < columns; ++j) tile[(i * columns + j) * lanes + l] = at(right, i, j - n);
            }
        }
        if (const int lane = eliminate_eight(tile, n, columns); lane < lanes) return system(lane) + 1;
        for (int l = 0; l < lanes; ++l) {
            const MatrixView<T> solution = x.at(system(l));
            for (std::ptrdiff_t i = 0; i < n; ++i)
                for (std::ptrdiff_t j = n; j < columns; ++j)
                    solution.data[i * solution.row_stride + (j - n) * solution.column_stride] = tile[(i * columns + j) * lanes + l];
        }
        return 0;
    });
}

// Registers as wide as the level has, groups turned in them on the way in and out, and pivot rows gathered by selecting, lane by
// lane, so that nothing is left that goes system by system.
template <class T>
std::ptrdiff_t batched_solve_across_lanes(const Stack<const T>& a, const Stack<const T>& b, const Stack<T>& x) {
    const std::ptrdiff_t count = a.count();
    std::vector<int> infos(static_cast<std::size_t>(count));
    solve<T>(a, b, x, infos.data(), 1);
    for (std::ptrdiff_t t = 0; t < count; ++t)
        if (infos[static_cast<std::size_t>(t)] > 0) return t + 1;
    return 0;
}

#define MLMATH_SOLVE_RUNG(rung)                                                                                 \
    template std::ptrdiff_t rung(const Stack<const double>&, const Stack<const double>&, const Stack<double>&); \
    template std::ptrdiff_t rung(const Stack<const float>&, const Stack<const float>&, const Stack<float>&)
MLMATH_SOLVE_RUNG(batched_solve_one_at_a_time);
MLMATH_SOLVE_RUNG(batched_solve_interleaved);
MLMATH_SOLVE_RUNG(batched_solve_across_lanes);
#undef MLMATH_SOLVE_RUNG

}  // namespace mlmath::ladder
