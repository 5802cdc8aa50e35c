// SPDX-License-Identifier: BSD-3-Clause
// Which engine computes a matrix product: the multiply-add units (gemm) or the int8 unit (gemm_crt). Contract.
#pragma once
#include "core/view.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "simd/int8_unit.hpp"

namespace mlmath {

/// fma        gemm(), always
/// crt        gemm_crt() wherever there is an int8 unit and the operands allow it
/// automatic  gemm_crt() only where it is faster on this CPU and a look at the data shows that its error bound is not worse
enum class Engine : int { fma, crt, automatic };

/// Why the engine that ran ran. `asked`: it was asked for, or (automatic) is the better one.
enum class EngineReason : int { asked, no_unit, small, bits, not_finite, out_of_range, too_deep, uneven };

struct EngineReport {
    Engine ran = Engine::fma;  // fma or crt; of a batch: fma when any item went there
    EngineReason reason = EngineReason::asked;
    Int8Unit unit = Int8Unit::none;           // that multiplied, when crt ran
    int moduli = 0;                           // when crt ran
    std::ptrdiff_t items = 1, crt_items = 0;  // of a batch
};

/// C = A B by the engine asked for, or by gemm() where that one cannot or should not. bits: what each line must carry at least
/// (crt_moduli_for); 53 and 24 are the ordinary products' grade in double and float. Shapes, strides and failures as in gemm().
template <class T>
EngineReport gemm_by_engine(Engine engine, int bits, MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads);

/// Of every item of a batch, one after the other; same bits as item after item.
template <class T>
EngineReport gemm_batch_by_engine(Engine engine, int bits, MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c,
                                  const GemmBatch& batch, int threads);

}  // namespace mlmath
