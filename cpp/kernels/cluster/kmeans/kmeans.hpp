// SPDX-License-Identifier: BSD-3-Clause
// kmeans: Lloyd's iterations, assignment, inertia, distances to points. Contract.
#pragma once
#include <cstdint>

#include "core/view.hpp"

namespace mlmath {

template <class T>
struct KMeansData {
    MatrixView<const T> x;        // (n, d), n >= 1, any strides
    VectorView<const T> weights;  // (n,), any stride; data == nullptr: all 1
};

enum class KMeansStop {
    labels,      // no label changed
    tolerance,   // the centres moved by sum |c - c_before|^2 <= tolerance
    iterations,  // neither, in the iterations allowed
    empty,       // a cluster has weight 0: its centre is for the caller to choose
};

struct KMeansOutcome {
    KMeansStop stop;
    std::ptrdiff_t iterations;  // the last one included
    bool changed;               // whether a label changed in the last one
};

/// Lloyd's algorithm [Lloyd1982]. One iteration, from centres c_k:
///   label_i = the smallest k with the smallest |x_i - c_k|^2,   weight_k = sum_{i in k} s_i,   sum_k = sum_{i in k} s_i x_i,
///   c_k = sum_k / weight_k rounded to T.
///
/// centers   K x d, in T's values. In: the start; out: the centres after the last iteration; before it when it stopped for `empty`.
/// labels    n; in: those of the iteration before, or anything outside of [0, K); out: those of the last iteration, which belong to
///           `centers` when it stopped for `labels`; with last_labels those that belong to `centers` in every case.
/// sums, weight  K x d and K of the last iteration.
/// Method    |x - c|^2 - |x|^2 = |c|^2 - 2 x.c in T, all relative to the mean of the centres: one FMA for each element and centre.
///           Of several iterations, first in float on a copy of the rows made once: the bound of its error shows which labels are
///           T's.
/// Error     of a compared number: (d + 6) eps (|x'| + |c'|)^2, x' and c' relative to the mean of the centres: a label is that of a
///           centre whose distance^2 is within twice that of the smallest. sums: (n / 64 + 64) eps of double, sum |s_i x_i|.
/// Result    the same bits for any threads and strides, and on every level that has FMA.
/// Numbers   x must be finite; squares of distances should neither overflow nor underflow in T.
/// Cost      2ndK flops an iteration, x read once from memory; scratch: 4nd bytes (one iteration: none), 64 partial sums at most.
/// Failure   std::invalid_argument; Interrupted (results are then unspecified).
template <class T>
KMeansOutcome kmeans_lloyd(const KMeansData<T>& data, std::ptrdiff_t clusters, std::ptrdiff_t most_iterations, double tolerance,
                           bool last_labels, double* centers, std::int32_t* labels, double* sums, double* weight, int threads);

/// Labels alone: those of an iteration from these centres. A row's label depends on the row and the centres alone.
template <class T>
void kmeans_assign(MatrixView<const T> x, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels, int threads);

/// sum_i s_i |x_i - c_label(i)|^2 by differences, in double: error (d / 8 + n / 512 + 80) eps of itself. squares: null, or n places
/// for |x_i - c_label(i)|^2.
template <class T>
double kmeans_inertia(const KMeansData<T>& data, std::ptrdiff_t clusters, const double* centers, const std::int32_t* labels,
                      double* squares, int threads);

/// Squared distances to m points (m x d, contiguous) by differences, in double, rounded to T at the end: error (d + 3) eps.
/// What is done with them:
///   root         out_ip = |x_i - p|, out: n x m
///   otherwise    out_pi = min(|x_i - p|^2, closest_i) (closest == nullptr: no minimum), out: m x n;
///                potential (m x ceil(n / 256)): sum_i s_i out_pi of the rows 256 b <= i < 256 (b + 1)
/// out shares no memory with closest.
template <class T>
void kmeans_distances(const KMeansData<T>& data, std::ptrdiff_t points, const double* point, bool root, const T* closest, T* out,
                      double* potential, int threads);

}  // namespace mlmath
