// SPDX-License-Identifier: BSD-3-Clause
// trsm: one block by forward substitution, a few rows of a strip in registers. Compiled once per level.
#include "kernels/blas/divisor_simd.hpp"
#include "kernels/blas/triangular_simd.hpp"
#include "kernels/blas/trsm/trsm_kernels.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

struct Solve {
    static constexpr bool downward = true;
    // x_i = (x_i - sum_p l_ip x_p) / l_ii, p increasing; the division as divisor_simd.hpp has it.
    template <int R, class T, int Vectors, bool Tail>
    static void run(const TriangularBlock<T>& b, const Strip<T, Vectors, Tail>& strip, std::ptrdiff_t i) {
        const T* l = b.l + i * b.l_row;
        vec<T> sum[R][Vectors];
        MLMATH_UNROLL for (int r = 0; r < R; ++r) strip.load_row(i + r, sum[r]);
        for (std::ptrdiff_t p = 0; p < i; ++p, l += b.l_column) {
            vec<T> known[Vectors];
            strip.load_row(p, known);
            MLMATH_UNROLL for (int r = 0; r < R; ++r) {
                const vec<T> element = broadcast(l[r * b.l_row]);
                MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = fnma(element, known[v], sum[r][v]);
            }
        }
        MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            MLMATH_UNROLL for (int q = 0; q < r; ++q) {
                const vec<T> element = broadcast(l[r * b.l_row + q * b.l_column]);
                MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = fnma(element, sum[q][v], sum[r][v]);
            }
            if (!b.unit) {
                const Divisor<T> diagonal(l[r * b.l_row + r * b.l_column]);
                MLMATH_UNROLL for (int v = 0; v < Vectors; ++v) sum[r][v] = diagonal.into(sum[r][v]);
            }
            strip.store_row(i + r, sum[r]);
        }
    }
};

}  // namespace

extern const TrsmKernels trsm_kernels;
const TrsmKernels trsm_kernels = {all_strips<Solve, float>, all_strips<Solve, double>};

}  // namespace mlmath::MLMATH_LEVEL
