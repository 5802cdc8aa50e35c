// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: what the driver and the units of the int8 instruction sets agree on. Plain pointers and sizes.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/blas/gemm_crt/gemm_crt_layout.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_scaling.hpp"

namespace mlmath {

/// Some lines of an operand: element p of line l is data[l * line_stride + p * depth_stride]; any strides.
template <class T>
struct CrtLines {
    const T* data;
    std::ptrdiff_t lines, depth, line_stride, depth_stride;
};

enum class CrtSide { left, right };  // lines are rows of A, or columns of B

template <class T>
struct CrtConversion {
    CrtLines<T> lines;     // at most one panel (32) and one chunk (512)
    const int* exponents;  // one per line: integers are round(2^exponent x), ties to even whatever the rounding mode
    CrtSide side;
    int moduli;  // the first so many of crt_moduli
    bool wide;   // integers may exceed 0x7f7f7f7f in magnitude (never 0x7f7f7f7f7f7f7f7f): four digits of eight bits, or eight
    bool past_caches;   // non-temporal stores
    std::uint8_t* out;  // panel `out + t * modulus_stride` of modulus t: crt_steps(depth) steps, 64-byte aligned
    std::ptrdiff_t modulus_stride;
};

template <class T>
struct CrtReconstruction {
    const std::uint8_t* residues;  // of one 32 x 32 block of C: residues + t * modulus_stride
    std::ptrdiff_t modulus_stride;
    int moduli;
    const int *row_exponents, *column_exponents;  // of the block's rows and columns
    std::ptrdiff_t rows, columns;                 // at most 32 each
    T* c;                                         // c_ij = (T)(2^-(row + column exponent) (double)integer), columns adjacent
    std::ptrdiff_t row_stride;
};

/// The sums of each of any number of lines of any depth.
template <class T>
struct CrtSumsKernels {
    void (*sums)(const CrtLines<T>& lines, CrtSums* out);
};

template <class T>
struct CrtResiduesKernels {
    void (*residues)(const CrtConversion<T>& conversion);
};

template <class T>
struct CrtReconstructKernels {
    void (*reconstruct)(const CrtReconstruction<T>& block);
};

/// One chunk of the product of some panels of A and of B, modulo one modulus.
struct CrtProduct {
    const std::int8_t* a;                      // panel i begins at a + i * steps * crt_step_bytes
    const std::uint8_t* b;                     // panel j likewise
    std::ptrdiff_t a_panels, b_panels, steps;  // steps: 1 .. crt_chunk_steps
    std::uint8_t* c;                           // block (i, j) at c + (i * b_panels + j) * crt_block_bytes
    bool first;                                // C is written, not added to (it may hold anything)
    int modulus;                               // index into crt_moduli
    const void *next_a,
        *next_b;  // of what will be asked for next, as many panels of B: worth fetching into the second-level cache; or null
};

struct CrtProductKernels {
    void (*begin)();  // before a thread's first product; and after its last: tile state costs every switch of threads
    void (*end)();
    void (*product)(const CrtProduct& product);
};

}  // namespace mlmath
