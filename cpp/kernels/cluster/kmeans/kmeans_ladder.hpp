// SPDX-License-Identifier: BSD-3-Clause
// kmeans, the ladder: the nearest centre of every row, from the definition to the production kernel.
#pragma once
#include <cstdint>

#include "core/view.hpp"

namespace mlmath::ladder {

/// label_i = the smallest k with the smallest |x_i - c_k|^2. centers: K x d, contiguous, in T's values. All but the last use one
/// thread.
template <class T>
void kmeans_assignment_textbook(MatrixView<const T> x, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels,
                                int threads);
template <class T>
void kmeans_assignment_norm_trick(MatrixView<const T> x, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels,
                                  int threads);
template <class T>
void kmeans_assignment_gemm(MatrixView<const T> x, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels,
                            int threads);
template <class T>
void kmeans_assignment_simd(MatrixView<const T> x, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels,
                            int threads);
template <class T>
void kmeans_assignment_threaded(MatrixView<const T> x, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels,
                                int threads);

}  // namespace mlmath::ladder
