// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: matrix product by exact integer products modulo small numbers. Contract.
#pragma once
#include "core/view.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_moduli.hpp"
#include "simd/int8_unit.hpp"

namespace mlmath {

/// Why there is no product: its entries are not worth the scheme's, and the ordinary product must be taken. C is untouched.
enum class CrtOutcome {
    done,
    not_finite,    // a line holds an infinity or a NaN
    out_of_range,  // the norm of a line that is not zero is outside [2^-448, 2^448]
    too_deep,      // k so large that rounding it to integers leaves no room: sqrt(k) against the moduli
    uneven,        // guarded only: a line so uneven that the norm-wise error could exceed the ordinary product's
};

enum class CrtStores { by_size, cached, past_caches };

/// How a product is cut, and residues stored; the plan's own choice where 0. Tests and the ladder set it; it changes no bit of the
/// result.
struct CrtBlocking {
    std::ptrdiff_t block = 0;      // most rows, columns, depth converted at once
    std::ptrdiff_t task_rows = 0;  // of C multiplied at once by a thread
    std::ptrdiff_t task_columns = 0;
    CrtStores stores = CrtStores::by_size;
};

/// Where the time of a product went, in seconds. Products and reconstruction take turns in every task: their time together is divided
/// as the tasks' threads spent it.
struct CrtSeconds {
    double sums = 0, residues_a = 0, residues_b = 0, products = 0, reconstruction = 0;
};

struct CrtProductKernels;

struct CrtOptions {
    int moduli;     // crt_least_moduli .. crt_most_moduli; crt_moduli_for(bits)
    Int8Unit unit;  // not none; one that this machine has
    bool guarded;   // look at the data first, and refuse where the error bound is worse than gemm()'s
    CrtBlocking blocking = {};
    const CrtProductKernels* products = nullptr;  // in place of the unit's own: a rung of the ladder
    CrtSeconds* seconds = nullptr;                // added to, where somebody wants to know
};

/// C = A B with each line (row a_i of A, column b_j of B) rounded to integers a'_i = round(2^s_i a_i), b'_j = round(2^t_j b_j),
/// and c_ij = 2^-(s_i + t_j) sum_p a'_ip b'_pj, where the sum is exact and the result rounded to double (then to T) once.
///
/// Shapes    A: (m, k), B: (k, n), C: (m, n), each size >= 0; any strides in all three (0 and negative too, but the elements of C
///           are distinct). C shares no memory with A or B; A and B may be the same array.
/// Integers  s_i is the largest for which 2^s_i ||a_i|| + sqrt(k) / 2 <= L, t_j likewise, with L = crt_norm_limit(moduli); so the
///           sum is below M / 2 in magnitude [Ozaki2025], the product of the moduli being M, and its residues tell it.
/// Order     none: integers. The same bits on every unit, for any threads, blocks, strides, alone or in a batch.
/// Error     |c_ij - exact| <= 2 sqrt(k) / L' ||a_i|| ||b_j|| + u |c_ij|, L' = L - sqrt(k) / 2: each element is off by at most
///           2^-s_i / 2 <= ||a_i|| / L', so sum_p |da_ip| |b_pj| <= ||a_i|| / L' sqrt(k) ||b_j||, the same for B, and their
///           product is far smaller. 15 moduli: L = 2^58.5. Within a line whose largest and smallest elements differ by more, the
///           small ones lose bits that gemm() keeps: `guarded` refuses those.
/// Numbers   what is not finite or leaves the range of exponents is refused, not computed. Flags: those of the rounding of
///           results.
/// Cost      2mnk moduli operations on bytes; m k, k n, m n rounded up to multiples of 32, 64, 32. Workspace: at most 16 bytes for
///           each element of a block of 4096 x 4096 of A, of B, and with k > 4096 of C (768 MiB), as much less as they are
///           smaller.
/// Failure   std::invalid_argument when shapes do not fit; std::bad_alloc before any work; Interrupted (C is then unspecified).
template <class T>
CrtOutcome gemm_crt(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, const CrtOptions& options, int threads);

}  // namespace mlmath
