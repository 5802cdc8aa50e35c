// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_dqds: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>

namespace mlmath {

/// Transforms that one pass makes. Constraint: row i + 1 of a transform waits for row i: an addition, a division, a fused
/// operation, some 20 cycles, of which the divider is busy for one or two. But transform t can follow transform t - 1 two rows
/// behind, in the next lane of a register. Decision: 8, the doubles of the widest register, on every level, so that the bits are
/// the same.
constexpr std::ptrdiff_t dqds_stages = 8;

/// Rows that must stand behind the last one, q = dqds_pad, e = 0: stages that are done go on there. Rows before the first that are
/// written to.
constexpr std::ptrdiff_t dqds_rows_behind = 2 * dqds_stages + 2, dqds_rows_before = 2 * dqds_stages - 2;

/// The power of two below which the largest square is brought, and q of the rows behind and before. Constraint: products of two q
/// must be finite, quotients of two normal, and what those rows add to a trace small. Arithmetic: sums of squares grow to 4 times
/// the largest, 2^482; 14 rows before the first add 14 * 2^-508 to a trace of 2^-482 or more, 2^-22 of it, and lower a shift as
/// much.
constexpr int dqds_exponent = 480;
constexpr double dqds_pad = 0x1p508;

/// Squares below this are taken for 0: the product of two and the reciprocal of one are normal numbers.
constexpr double dqds_least = 0x1p-510;

/// Rows that one pass can find to be values.
constexpr int dqds_most_drops = 3;

/// What the stages of a pass do. Stage g subtracts shift[g]. Before stage stage_of_drop[j] the last row that is left is taken off:
/// what e beside it was, and the value that q of it was, to e and q.
struct DqdsPlan {
    double shift[dqds_stages];
    int drops;
    int stage_of_drop[dqds_most_drops];  // ascending, from 1 on
    double e[dqds_most_drops], q[dqds_most_drops];
};

struct DqdsKernels {
    /// new_q, new_e <- the transforms of q, e, which have n rows; e[n - 1] = 0. Of the matrix B that enters the last stage,
    /// trace[k] and trace2[k]: the traces of M^-1 and M^-2, M = C C^T, C its first k + 1 rows and columns. False: some d was not
    /// positive, and the results mean nothing.
    bool (*pass)(std::ptrdiff_t n, const double* q, const double* e, DqdsPlan& plan, double* new_q, double* new_e, double* trace,
                 double* trace2);
};

}  // namespace mlmath
