// SPDX-License-Identifier: BSD-3-Clause
// normal_product: blocks of rows that stay in a cache between the two products, parts for the threads. The arithmetic is gemm's.
#include "kernels/preprocessing/normal_product/normal_product.hpp"

#include <algorithm>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/gemm/gemm_kernels.hpp"
#include "kernels/blas/gemm/gemm_plan.hpp"

namespace mlmath {
namespace {

// Rows of a block.
// Constraint: a block is read from memory for Y and from the second-level cache (1 MiB on the machines aimed at) for X^T Y, whose
//   sums are loaded and stored once a block, 2 operations beside as many multiply-adds as there are rows. Part of the result's
//   definition, so by the sizes alone.
// Arithmetic: d = 2000 doubles: 32 rows are 512 KiB, and the sums cost 6 %; from 256 KiB to 1 MiB the time is the same to 5 %.
// Decision: 512 KiB, whole tiles of 8 rows, at most 96.
constexpr std::ptrdiff_t block_bytes = 512 << 10, block_unit = 8, most_rows = 96;
// Rows of a part, which has sums of its own (l d of them). Constraint: as in gram; all sums together stay below a quarter of X.
// Decision: 16 parts where n >= 64 l, at least 256 rows.
constexpr std::ptrdiff_t most_parts = 16, least_part = 256;

template <class T>
struct Sizes {
    std::ptrdiff_t n, d, l, wide, rows, part, parts;  // wide: l in whole panels

    Sizes(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t l, const GemmKernels<T>& kernels) : n(n), d(d), l(l) {
        constexpr std::ptrdiff_t bytes = sizeof(T);
        wide = round_up(l, kernels.tile_columns);
        rows = std::clamp(block_bytes / bytes / d / block_unit * block_unit, block_unit, most_rows);
        const std::ptrdiff_t wanted = std::clamp<std::ptrdiff_t>(n / (4 * l), 1, most_parts);
        part = round_up(std::max(ceiling(n, wanted), least_part), rows);
        parts = ceiling(n, part);
    }
};

// One part of the rows.
template <class T>
class Part {
public:
    Part(const GemmKernels<T>& kernels, const Sizes<T>& sizes, MatrixView<const T> x, const T* packed_q, const T* shift, T* y)
        : kernels_(kernels), s_(sizes), x_(x), packed_q_(packed_q), shift_(shift), y_(y) {}

    // X^T Y, transposed: l rows of d; and the sums of the columns of Y.
    void sum(std::ptrdiff_t from, std::ptrdiff_t to, T* products, T* totals, Team& team) const {
        std::fill(totals, totals + s_.l, T(0));
        for (std::ptrdiff_t i = from; i < to; i += s_.rows) {
            if (team.poll()) return;
            const std::ptrdiff_t count = std::min(s_.rows, to - i);
            forwards(i, count);
            shifted(count, totals);
            backwards(i, count, products, i == from);
        }
    }

private:
    void forwards(std::ptrdiff_t i, std::ptrdiff_t count) const {
        GemmBlock<T> block{};
        block.m = count, block.n = s_.l;
        block.a_panel = kernels_.tile_rows * x_.row_stride, block.a_row = x_.row_stride, block.a_column = 1;
        block.b_row = kernels_.tile_columns;
        block.c = y_, block.c_row = s_.l;
        block.alpha = 1;
        for (std::ptrdiff_t p = 0; p < s_.d; p += gemm_k_chunk<T>) {
            block.k = std::min(gemm_k_chunk<T>, s_.d - p);
            block.a = x_.data + i * x_.row_stride + p;
            block.b = packed_q_ + p * s_.wide, block.b_panel = block.k * kernels_.tile_columns;
            block.beta = p == 0 ? T(0) : T(1);
            block.fetched = x_.rows - i;
            kernels_.block(block);
        }
    }
    void shifted(std::ptrdiff_t count, T* totals) const {
        for (std::ptrdiff_t r = 0; shift_ != nullptr && r < count; ++r)
            for (std::ptrdiff_t j = 0; j < s_.l; ++j) totals[j] += y_[r * s_.l + j] -= shift_[j];
    }
    void backwards(std::ptrdiff_t i, std::ptrdiff_t count, T* products, bool first) const {
        GemmBlock<T> block{};
        block.m = s_.l, block.k = count;
        block.a = y_, block.a_panel = kernels_.tile_rows, block.a_row = 1, block.a_column = s_.l;
        block.b_panel = kernels_.tile_columns, block.b_row = x_.row_stride;
        block.c_row = s_.d;
        block.alpha = 1, block.beta = first ? T(0) : T(1);
        block.n = s_.d;
        block.b = x_.data + i * x_.row_stride;
        block.c = products;
        kernels_.block(block);
    }

    const GemmKernels<T>& kernels_;
    const Sizes<T>& s_;
    MatrixView<const T> x_;
    const T *packed_q_, *shift_;
    T* y_;
};

}  // namespace

template <class T>
void normal_product(MatrixView<const T> x, const T* mean, MatrixView<const T> q, MatrixView<T> z, int threads) {
    const std::ptrdiff_t n = x.rows, d = x.columns, l = q.columns;
    check_same_size("normal_product", "columns of x", d, "rows of q", q.rows);
    check_shape("normal_product", "z", z.rows, z.columns, d, l);
    if (d == 0 || l == 0) return;
    const GemmKernels<T>& kernels = gemm_kernels<T>();
    const Sizes<T> s(n, d, l, kernels);
    const GemmTeam use = team_for(2.0 * static_cast<double>(n) * static_cast<double>(d) * static_cast<double>(l), threads);
    const auto bytes = [](std::ptrdiff_t elements) { return whole_lines(static_cast<std::size_t>(elements) * sizeof(T)); };
    Workspace workspace(bytes(d * s.wide) + bytes(l) + use.threads * bytes(s.rows * l) + s.parts * (bytes(l * d) + bytes(l)));
    T* const packed = workspace.template take<T>(d * s.wide);
    T* const shift = workspace.template take<T>(l);
    const auto at = [&](std::ptrdiff_t p, std::ptrdiff_t j) { return q.data[p * q.row_stride + j * q.column_stride]; };
    for (std::ptrdiff_t p = 0; p < d; p += gemm_k_chunk<T>)
        kernels.pack_b(q.data + p * q.row_stride, q.row_stride, q.column_stride, std::min(gemm_k_chunk<T>, d - p), l,
                       packed + p * s.wide);
    std::fill(shift, shift + l, T(0));
    for (std::ptrdiff_t p = 0; mean != nullptr && p < d; ++p)
        for (std::ptrdiff_t j = 0; j < l; ++j) shift[j] += mean[p] * at(p, j);

    T* const y = workspace.template take<T>(use.threads * bytes(s.rows * l) / sizeof(T));
    T* const products = workspace.template take<T>(s.parts * bytes(l * d) / sizeof(T));
    T* const totals = workspace.template take<T>(s.parts * bytes(l) / sizeof(T));
    const std::ptrdiff_t of_part = bytes(l * d) / sizeof(T), of_totals = bytes(l) / sizeof(T);
    parallel_for(
        s.parts, use.threads,
        [&](std::ptrdiff_t p, Team& team) {
            const Part<T> part(kernels, s, x, packed, mean == nullptr ? nullptr : shift,
                               y + team.rank() * (bytes(s.rows * l) / sizeof(T)));
            part.sum(p * s.part, std::min(n, (p + 1) * s.part), products + p * of_part, totals + p * of_totals, team);
        },
        use.start);

    // The parts together, less m (1^T Y). Pieces of some 10 us.
    for (std::ptrdiff_t p = 1; p < s.parts; ++p)
        for (std::ptrdiff_t j = 0; j < l; ++j) totals[j] += totals[p * of_totals + j];
    const std::ptrdiff_t piece = std::max<std::ptrdiff_t>(16, 32768 / (l * (s.parts + 1)));
    parallel_for(
        ceiling(d, piece), use.threads,
        [&](std::ptrdiff_t t) {
            const std::ptrdiff_t from = t * piece, to = std::min(d, from + piece);
            for (std::ptrdiff_t j = 0; j < l; ++j) {
                T* const sums = products + j * d;
                for (std::ptrdiff_t p = 1; p < s.parts; ++p)
                    for (std::ptrdiff_t c = from; c < to; ++c) sums[c] += products[p * of_part + j * d + c];
                for (std::ptrdiff_t c = from; c < to; ++c)
                    z.data[c * z.row_stride + j * z.column_stride] = n == 0            ? T(0)
                                                                     : mean == nullptr ? sums[c]
                                                                                       : sums[c] - mean[c] * totals[j];
            }
        },
        use.start);
}

template void normal_product(MatrixView<const double>, const double*, MatrixView<const double>, MatrixView<double>, int);
template void normal_product(MatrixView<const float>, const float*, MatrixView<const float>, MatrixView<float>, int);

}  // namespace mlmath
