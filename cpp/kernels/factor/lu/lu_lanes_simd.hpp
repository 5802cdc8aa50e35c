// SPDX-License-Identifier: BSD-3-Clause
// Elimination of a group of small matrices, a lane each, right-hand sides beside them. Included by the per-level units of lu,
// solve, inv and det.
//
// Lanes choose different pivots. A step runs over the rows below twice: the new pivot row is gathered by selecting, lane by lane,
// from every row; then each row takes the old pivot row in the lanes that chose it and is eliminated in the same pass.
#pragma once
#include "kernels/blas/divisor_simd.hpp"
#include "kernels/factor/lanes_simd.hpp"

namespace mlmath::MLMATH_LEVEL {

// Columns at once: the old and the new pivot row in registers, one for the row and a few for masks and multipliers.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int lane_columns = 8;
#else
constexpr int lane_columns = 4;
#endif

template <class T>
struct LaneElimination {
    using Int = typename Lane<T>::sint;
    static constexpr int W = width<T>;
    T* tile;
    std::ptrdiff_t n, columns;      // of the matrices; of the tile, right-hand sides included
    bool keep = false;              // L is wanted: its rows change places as well
    vec<T> finite{};                // NaN in the lanes that have a NaN or an infinity (after look())
    vec<Int> singular{};            // the first pivot that is zero, from 1
    vec<Int> pivot{};               // of the current step
    vec<T> sign = broadcast(T(1));  // of the permutation

    MLMATH_INLINE T* at(std::ptrdiff_t i, std::ptrdiff_t j) const { return tile + (i * columns + j) * W; }

    // x * 0 is NaN for a NaN or an infinity and zero otherwise.
    MLMATH_INLINE void look() {
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) finite = fma(load(at(i, j)), vec<T>{}, finite);
    }

    // Columns [j, j + C) of step k. The first chunk (j = k) leaves the multipliers in column k and looks for the next pivot.
    template <int C, bool First>
    MLMATH_INLINE void chunk(std::ptrdiff_t k, std::ptrdiff_t j, const LaneDivisor<T>* divisor, vec<T>& best,
                             vec<Int>& next) const {
        vec<T> old[C], top[C];
        MLMATH_UNROLL for (int c = 0; c < C; ++c) old[c] = top[c] = load(at(k, j + c));
        for (std::ptrdiff_t i = k + 1; i < n; ++i) {
            const mask<T> chosen = pivot == broadcast(static_cast<Int>(i));
            MLMATH_UNROLL for (int c = 0; c < C; ++c) top[c] = select<T>(chosen, load(at(i, j + c)), top[c]);
        }
        MLMATH_UNROLL for (int c = 0; c < C; ++c) store(at(k, j + c), top[c]);
        for (std::ptrdiff_t i = k + 1; i < n; ++i) {
            const mask<T> chosen = pivot == broadcast(static_cast<Int>(i));
            vec<T> row[C];
            MLMATH_UNROLL for (int c = 0; c < C; ++c) row[c] = select<T>(chosen, old[c], load(at(i, j + c)));
            vec<T> multiplier;
            if constexpr (First) {
                multiplier = divisor->into(row[0]);
                store(at(i, j), multiplier);
            } else {
                multiplier = load(at(i, k));
            }
            MLMATH_UNROLL for (int c = First ? 1 : 0; c < C; ++c) {
                row[c] = fnma(multiplier, top[c], row[c]);
                store(at(i, j + c), row[c]);
            }
            if constexpr (First && C > 1) {
                const vec<T> size = absolute(row[1]);
                if (i == k + 1) {
                    best = size;
                } else {
                    const mask<T> larger = size > best;
                    best = select<T>(larger, size, best);
                    next = larger ? broadcast(static_cast<Int>(i)) : next;
                }
            }
        }
    }
    template <bool First>
    MLMATH_INLINE void some_columns(std::ptrdiff_t count, std::ptrdiff_t k, std::ptrdiff_t j, const LaneDivisor<T>* divisor,
                                    vec<T>& best, vec<Int>& next) const {
        switch (count) {
            case 1:
                return chunk<1, First>(k, j, divisor, best, next);
            case 2:
                return chunk<2, First>(k, j, divisor, best, next);
            case 3:
                return chunk<3, First>(k, j, divisor, best, next);
            case 4:
                return chunk<4, First>(k, j, divisor, best, next);
            case 5:
                return chunk < lane_columns<5 ? lane_columns : 5, First>(k, j, divisor, best, next);
            case 6:
                return chunk < lane_columns<6 ? lane_columns : 6, First>(k, j, divisor, best, next);
            case 7:
                return chunk < lane_columns<7 ? lane_columns : 7, First>(k, j, divisor, best, next);
            default:
                return chunk<lane_columns, First>(k, j, divisor, best, next);
        }
    }
    MLMATH_INLINE void swap_left(std::ptrdiff_t k) const {
        for (std::ptrdiff_t i = k + 1; i < n; ++i) {
            const mask<T> chosen = pivot == broadcast(static_cast<Int>(i));
            if (!any(chosen)) continue;
            for (std::ptrdiff_t j = 0; j < k; ++j) {
                const vec<T> mine = load(at(k, j)), other = load(at(i, j));
                store(at(k, j), select<T>(chosen, other, mine));
                store(at(i, j), select<T>(chosen, mine, other));
            }
        }
    }

    // All n steps. each(k) is called when the pivot of step k is known.
    template <class Each>
    void run(Each&& each) {
        vec<T> best = absolute(load(at(0, 0)));
        for (std::ptrdiff_t i = 1; i < n; ++i) {
            const vec<T> size = absolute(load(at(i, 0)));
            const mask<T> larger = size > best;
            best = select<T>(larger, size, best);
            pivot = larger ? broadcast(static_cast<Int>(i)) : pivot;
        }
        for (std::ptrdiff_t k = 0; k < n; ++k) {
            each(k);
            // The pivot itself, to divide by; a column of zeros has none and is left as it is.
            vec<T> diagonal = load(at(k, k));
            for (std::ptrdiff_t i = k + 1; i < n; ++i)
                diagonal = select<T>(pivot == broadcast(static_cast<Int>(i)), load(at(i, k)), diagonal);
            const mask<T> zero = diagonal == vec<T>{};
            if (any(zero)) {
                singular = zero & (singular == vec<Int>{}) ? broadcast(static_cast<Int>(k + 1)) : singular;
                diagonal = select<T>(zero, broadcast(T(1)), diagonal);
            }
            sign = select<T>(pivot == broadcast(static_cast<Int>(k)), sign, -sign);
            const LaneDivisor<T> divisor(diagonal);
            if (keep) swap_left(k);
            const std::ptrdiff_t wide = columns - k < lane_columns ? columns - k : lane_columns;
            vec<Int> next = broadcast(static_cast<Int>(k + 1));
            some_columns<true>(wide, k, k, &divisor, best, next);
            for (std::ptrdiff_t j = k + wide; j < columns; j += lane_columns)
                some_columns<false>(columns - j < lane_columns ? columns - j : lane_columns, k, j, nullptr, best, next);
            pivot = next;
        }
    }

    // X = U^-1 Y in place: the right-hand sides, columns n .. columns.
    template <int C>
    MLMATH_INLINE void back(std::ptrdiff_t i, std::ptrdiff_t j, const LaneDivisor<T>& divisor) const {
        vec<T> sum[C];
        MLMATH_UNROLL for (int c = 0; c < C; ++c) sum[c] = load(at(i, j + c));
        for (std::ptrdiff_t p = n - 1; p > i; --p) {
            const vec<T> u = load(at(i, p));
            MLMATH_UNROLL for (int c = 0; c < C; ++c) sum[c] = fnma(u, load(at(p, j + c)), sum[c]);
        }
        MLMATH_UNROLL for (int c = 0; c < C; ++c) store(at(i, j + c), divisor.into(sum[c]));
    }
    void substitute() const {
        for (std::ptrdiff_t i = n - 1; i >= 0; --i) {
            const LaneDivisor<T> divisor(load(at(i, i)));
            std::ptrdiff_t j = n;
            for (; j + 8 <= columns; j += 8) back<8>(i, j, divisor);
            if (columns - j >= 4) {
                back<4>(i, j, divisor);
                j += 4;
            }
            for (; j < columns; ++j) back<1>(i, j, divisor);
        }
    }
};

}  // namespace mlmath::MLMATH_LEVEL
