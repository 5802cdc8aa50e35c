// SPDX-License-Identifier: BSD-3-Clause
// trmm: one block from the bottom up, a few rows of a strip in registers. Compiled once per level.
#include "kernels/blas/triangular_simd.hpp"
#include "kernels/blas/trmm/trmm_kernels.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

struct Multiply {
    static constexpr bool downward = false;
    // x_i = sum_p l_ip x_p, p <= i, from +0, p increasing: the rows above are still what they were.
    template <int R, class T, int Vectors, bool Tail>
    static void run(const TriangularBlock<T>& b, const Strip<T, Vectors, Tail>& strip, std::ptrdiff_t i) {
        const T* l = b.l + i * b.l_row;
        vec<T> sum[R][Vectors], own[R][Vectors];
        MLMATH_UNROLL for (int r = 0; r < R; ++r) { MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = vec<T>{}; }
        for (std::ptrdiff_t p = 0; p < i; ++p, l += b.l_column) {
            vec<T> above[Vectors];
            strip.load_row(p, above);
            MLMATH_UNROLL for (int r = 0; r < R; ++r) {
                const vec<T> element = broadcast(l[r * b.l_row]);
                MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = fma(element, above[v], sum[r][v]);
            }
        }
        MLMATH_UNROLL for (int q = 0; q < R; ++q) {
            strip.load_row(i + q, own[q]);
            MLMATH_UNROLL for (int r = q; r < R; ++r) {
                const vec<T> element = broadcast(r == q && b.unit ? T(1) : l[r * b.l_row + q * b.l_column]);
                MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = fma(element, own[q][v], sum[r][v]);
            }
        }
        MLMATH_UNROLL for (int r = 0; r < R; ++r) strip.store_row(i + r, sum[r]);
    }
};

}  // namespace

extern const TrmmKernels trmm_kernels;
const TrmmKernels trmm_kernels = {all_strips<Multiply, float>, all_strips<Multiply, double>};

}  // namespace mlmath::MLMATH_LEVEL
