// SPDX-License-Identifier: BSD-3-Clause
// least_squares: what the driver and the per-level units agree on. Matrices lie in rows of `places` elements (a multiple of 64
// bytes, zeros behind the last column): the n columns of X, then the right-hand sides, so that every transformation reaches both.
#pragma once
#include <cstddef>

namespace mlmath {

// Constraint: a block of rows is read and written once per column, so it should stay in L1 (32 KiB on the smallest machines).
// Arithmetic: rows * n * sizeof(T) <= 32 KiB: 128 rows of 31 doubles. Below 32 rows the triangle, read as often, outweighs the
// block. Decision: 32 KiB, but 32 to 256 rows, a multiple of 8. It depends on n alone, or a right-hand side would change its
// neighbours' bits.
template <class T>
constexpr std::ptrdiff_t block_rows(std::ptrdiff_t n) {
    const std::ptrdiff_t rows = 32768 / (static_cast<std::ptrdiff_t>(sizeof(T)) * (n > 0 ? n : 1)) / 8 * 8;
    return rows < 32 ? 32 : rows > 256 ? 256 : rows;
}

// Constraint: chunks are fixed whatever the number of threads, each ends in a triangle, and merging triangles is serial.
// Arithmetic: merging costs n rows per chunk: 1/16 of the work at 16n rows per chunk. 64 chunks keep 16 threads busy and 64
//   triangles of n = 100 in 5 MB.
// Decision: at least 16n rows and 4 blocks, at most 64 chunks.
template <class T>
constexpr std::ptrdiff_t chunk_rows(std::ptrdiff_t m, std::ptrdiff_t n) {
    const std::ptrdiff_t block = block_rows<T>(n);
    std::ptrdiff_t rows = 16 * n > 4 * block ? 16 * n : 4 * block;
    rows = rows > m / 64 ? rows : m / 64;
    return (rows + block - 1) / block * block;
}

template <class T>
struct LeastSquaresPanel {
    // Q^T [R; B] = [R'; 0]: rotates `rows` rows of b into the n x n triangle r by n Householder reflections; what remains of the
    // right-hand sides stays in b behind column n. work: rows + 3 * places elements.
    void (*absorb)(T* r, std::ptrdiff_t r_stride, T* b, std::ptrdiff_t b_stride, std::ptrdiff_t rows, std::ptrdiff_t n,
                   std::ptrdiff_t places, T* work);

    // sums[j] += sum_i b[i][from + j]^2 for `count` columns.
    void (*add_squares)(const T* b, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t from, std::ptrdiff_t count, T* sums);

    // Householder QR with column pivoting of the first n columns of a (rows x places). Returns the rank: the number of leading
    // |R_kk| > rcond |R_11|. column[k]: which column of X stands in place k. work: rows + 3 * places elements.
    std::ptrdiff_t (*factor)(T* a, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::ptrdiff_t places, T rcond,
                             std::ptrdiff_t* column, T* work);

    // From the right: the first `rank` rows of R become [T 0] by one reflection each; their vectors stay where the zeros are, their
    // first elements in head, their factors in factor.
    void (*reduce_rows)(T* a, std::ptrdiff_t stride, std::ptrdiff_t rank, std::ptrdiff_t n, T* head, T* factor);

    // Z = T^-1 C: rows of `places` elements, in place (c == z allowed).
    void (*solve)(const T* t, std::ptrdiff_t t_stride, std::ptrdiff_t rank, T* z, std::ptrdiff_t z_stride, std::ptrdiff_t places);

    // The reflections of reduce_rows applied to the n rows of z.
    void (*expand)(const T* a, std::ptrdiff_t stride, std::ptrdiff_t rank, std::ptrdiff_t n, const T* head, const T* factor, T* z,
                   std::ptrdiff_t z_stride, std::ptrdiff_t places);
};

struct LeastSquaresKernels {
    LeastSquaresPanel<double> f64;
    LeastSquaresPanel<float> f32;

    const LeastSquaresPanel<double>& of(double) const { return f64; }
    const LeastSquaresPanel<float>& of(float) const { return f32; }
};

}  // namespace mlmath
