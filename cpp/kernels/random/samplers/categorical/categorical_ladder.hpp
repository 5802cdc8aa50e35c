// SPDX-License-Identifier: BSD-3-Clause
// categorical, the ladder: outcomes of uniform numbers, from the definition to the production kernel.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath::ladder {

/// out[i] = the outcome of u[i] in [0, 1), P(j) = p_j / sum p. k >= 1 numbers p as build_alias_table takes them. The first three
/// are the inverse of the distribution function and agree in every outcome; the last two share the alias table's map and agree as
/// well. All but the last use one thread. They allocate their tables.
void categorical_textbook(const double* u, std::ptrdiff_t n, const double* p, std::ptrdiff_t k, std::int32_t* out, int threads);
void categorical_search(const double* u, std::ptrdiff_t n, const double* p, std::ptrdiff_t k, std::int32_t* out, int threads);
void categorical_guide(const double* u, std::ptrdiff_t n, const double* p, std::ptrdiff_t k, std::int32_t* out, int threads);
void categorical_alias(const double* u, std::ptrdiff_t n, const double* p, std::ptrdiff_t k, std::int32_t* out, int threads);
void categorical_threaded(const double* u, std::ptrdiff_t n, const double* p, std::ptrdiff_t k, std::int32_t* out, int threads);

}  // namespace mlmath::ladder
