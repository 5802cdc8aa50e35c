// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt, the ladder: the steps between the definition and the production kernel, each a real function. Contract.
#pragma once
#include "core/view.hpp"
#include "kernels/blas/gemm_crt/gemm_crt.hpp"

namespace mlmath::ladder {

/// The ordinary product's grade in double and in float.
template <class T>
constexpr int crt_moduli_of = crt_moduli_for(sizeof(T) == 8 ? 53 : 24);

// C = A B through crt_moduli_of<T> moduli. Shapes, strides, numbers, error and failures as in gemm_crt.hpp; every rung gives
// the same bits. `threads` is there for the production signature; all but the last run on the calling thread. Answers
// CrtOutcome::done, or why there is no product; C is then untouched.

/// Rung 1: the definition.
template <class T>
CrtOutcome gemm_crt_textbook(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads);

/// Rung 2: the same loops; nothing is computed twice, and residues take no division.
template <class T>
CrtOutcome gemm_crt_residues(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads);

/// Rung 3: bytes, products of 16 and sums of 32 bits over chunks of 512 along rows: a loop that compilers turn into vectors.
template <class T>
CrtOutcome gemm_crt_integers(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads);

/// Rung 4: dot products of bytes in registers. Needs Int8Unit::vnni, as the next two need Int8Unit::amx.
template <class T>
CrtOutcome gemm_crt_vnni(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads);

/// Rung 5: tiles; the sums of a block come to bytes after its products.
template <class T>
CrtOutcome gemm_crt_tiles(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads);

/// Rung 6: they come to bytes during the products of the next block.
template <class T>
CrtOutcome gemm_crt_interleaved(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads);

/// Rung 7: production, on the machine's best unit.
template <class T>
CrtOutcome gemm_crt_threaded(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads);

}  // namespace mlmath::ladder
