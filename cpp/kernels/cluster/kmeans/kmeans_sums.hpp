// SPDX-License-Identifier: BSD-3-Clause
// kmeans: what the rows of each cluster add up to, over rows of one block whose labels are known. For kernel units.
//
// Constraint: to add every row to its cluster's sums as it comes is to load what was stored a few rows before, at places no
//   processor can foresee: some 20 cycles a row on Zen 5, more when neighbours share a cluster.
// Arithmetic: rows sorted by cluster keep the sums in registers: 4 cycles (one FMA after the other) a row, half of it with two sums
//   in turn. Sorting by a comparison of all labels with each cluster's number takes no more than a cycle per row for 10 clusters;
//   counting sort adds to counts in memory, the same trap, which many clusters avoid.
// Decision: sort each block of rows; comparisons for up to 32 clusters on AVX-512, counting sort otherwise; two sums in turn.
#pragma once
#include "kernels/cluster/kmeans/kmeans_block.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {

// The rows of cluster k are order[begin[k]], ..., order[begin[k + 1] - 1], ascending.
inline void sort_by_label(const std::int32_t* labels, std::ptrdiff_t rows, std::ptrdiff_t clusters, std::int32_t* order,
                          std::int32_t* begin) {
#if defined(__AVX512F__)
    if (clusters <= 32) {
        std::int32_t at = 0;
        for (std::ptrdiff_t k = 0; k < clusters; ++k) {
            begin[k] = at;
            const __m512i number = _mm512_set1_epi32(static_cast<int>(k));
            __m512i row = (__m512i)iota<std::int32_t>();
            for (std::ptrdiff_t i = 0; i < rows; i += 16, row = _mm512_add_epi32(row, _mm512_set1_epi32(16))) {
                const __mmask16 here = low_bits16(rows - i < 16 ? rows - i : 16);
                const __mmask16 own = _mm512_mask_cmpeq_epi32_mask(here, _mm512_maskz_loadu_epi32(here, labels + i), number);
                _mm512_storeu_si512(order + at, _mm512_maskz_compress_epi32(own, row));  // order has a register to spare
                at += __builtin_popcount(own);
            }
        }
        begin[clusters] = at;
        return;
    }
#endif
    for (std::ptrdiff_t k = 0; k <= clusters; ++k) begin[k] = 0;
    for (std::ptrdiff_t i = 0; i < rows; ++i) ++begin[labels[i] + 1];
    for (std::ptrdiff_t k = 0; k < clusters; ++k) begin[k + 1] += begin[k];
    for (std::ptrdiff_t i = 0; i < rows; ++i) order[begin[labels[i]]++] = static_cast<std::int32_t>(i);
    for (std::ptrdiff_t k = clusters; k > 0; --k) begin[k] = begin[k - 1];
    begin[0] = 0;
}

// sum[j] += sign s_i x_ij for the rows in `order` and `columns` columns, at most Registers registers of doubles, more than one
// less.
template <class T, int Registers>
void add_rows(const KMeansBlock<T>& block, const std::int32_t* order, std::ptrdiff_t rows, std::ptrdiff_t from,
              std::ptrdiff_t columns, double sign, double* sum) {
    constexpr int W = width<double>;
    const std::ptrdiff_t rest = columns - (Registers - 1) * W;
    vec_f64 total[2][Registers];
    MLMATH_UNROLL for (int r = 0; r < Registers; ++r) total[0][r] = load(sum + r * W), total[1][r] = vec_f64{};
    const auto add = [&](std::ptrdiff_t i, vec_f64* t) __attribute__((always_inline)) {
        const T* x = block.x + i * block.row_stride + from;
        const vec_f64 s = broadcast(block.weights == nullptr ? sign : sign * static_cast<double>(block.weights[i]));
        MLMATH_UNROLL for (int r = 0; r < Registers - 1; ++r) t[r] = fma(load_as_f64(x + r * W), s, t[r]);
        t[Registers - 1] = fma(load_first_as_f64(x + (Registers - 1) * W, rest), s, t[Registers - 1]);
    };
    std::ptrdiff_t i = 0;
    for (; i + 2 <= rows; i += 2) add(order[i], total[0]), add(order[i + 1], total[1]);
    if (i < rows) add(order[i], total[0]);
    MLMATH_UNROLL for (int r = 0; r < Registers; ++r) store(sum + r * W, total[0][r] + total[1][r]);
}

// Adds sign times `count` rows (row == null: the first) with these labels to the sums.
template <class T>
void add_to_sums(const KMeansBlock<T>& block, const std::int32_t* row, const std::int32_t* labels, std::ptrdiff_t count,
                 std::ptrdiff_t clusters, double sign, const ClusterSums& to) {
    constexpr std::ptrdiff_t W = width<double>;
    alignas(64) std::int32_t order[kmeans_block_rows + 16];
    sort_by_label(labels, count, clusters, order, to.begin);
    for (std::ptrdiff_t i = 0; i < count && row != nullptr; ++i) order[i] = row[order[i]];
    for (std::ptrdiff_t k = 0; k < clusters; ++k) {
        const std::int32_t* own = order + to.begin[k];
        const std::ptrdiff_t rows = to.begin[k + 1] - to.begin[k];
        if (rows == 0) continue;
        if (block.weights == nullptr)
            to.weight[k] += sign * static_cast<double>(rows);
        else
            for (std::ptrdiff_t i = 0; i < rows; ++i) to.weight[k] += sign * static_cast<double>(block.weights[own[i]]);
        for (std::ptrdiff_t j = 0; j < block.columns; j += 4 * W) {
            double* sum = to.sums + k * to.stride + j;
            const std::ptrdiff_t columns = block.columns - j;
            if (columns > 3 * W)
                add_rows<T, 4>(block, own, rows, j, columns < 4 * W ? columns : 4 * W, sign, sum);
            else if (columns > 2 * W)
                add_rows<T, 3>(block, own, rows, j, columns, sign, sum);
            else if (columns > W)
                add_rows<T, 2>(block, own, rows, j, columns, sign, sum);
            else
                add_rows<T, 1>(block, own, rows, j, columns, sign, sum);
        }
    }
}

// The rows where the labels differ. Returns how many.
MLMATH_INLINE std::ptrdiff_t find_changed(const std::int32_t* before, const std::int32_t* now, std::ptrdiff_t rows,
                                          std::int32_t* changed) {
    std::ptrdiff_t count = 0;
    for (std::ptrdiff_t i = 0; i < rows; i += width<std::int32_t>) {
        const std::ptrdiff_t left = rows - i, here = left < width<std::int32_t> ? left : width<std::int32_t>;
        if (!any(load_first(before + i, here) != load_first(now + i, here))) continue;
        for (std::ptrdiff_t l = i; l < i + here; ++l) {
            changed[count] = static_cast<std::int32_t>(l);
            count += before[l] != now[l];
        }
    }
    return count;
}

}  // namespace mlmath::MLMATH_LEVEL
