// SPDX-License-Identifier: BSD-3-Clause
// copy: one matrix into another of any layout. Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// B = A, element by element: between layouts, so that B's rows may lie where A's columns do (a transposition in memory).
///
/// Shapes    A, B: (m, n), each size >= 0; any strides in both, B's elements distinct. A and B share no memory, or are one view.
/// Numbers   bits are moved, not numbers: NaN keep their payload, nothing is raised.
/// Cost      mn elements read and written once; no workspace. Runs on the calling thread.
/// Failure   std::invalid_argument when shapes differ.
template <class T>
void copy(MatrixView<const T> a, MatrixView<T> b);

}  // namespace mlmath
