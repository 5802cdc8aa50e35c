// SPDX-License-Identifier: BSD-3-Clause
// secular: groups of roots, weights and vectors among threads.
#include "kernels/eigen/secular/secular.hpp"

#include <algorithm>
#include <cmath>

#include "core/thread_pool.hpp"
#include "kernels/eigen/secular/secular_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(SecularKernels, secular_kernels);

namespace {

// body(piece) for every piece of a task whose whole work is `terms` divisions. Arithmetic: a register of 8 divisions takes 10
// cycles, 2^16 of them 20 us: less is not worth a second thread nor a look for Ctrl-C, and sleeping ones are woken for 2^19 and
// more.
template <class Body>
void over_pieces(std::ptrdiff_t pieces, double terms, int threads, Body&& body) {
    if (terms >= 65536) return parallel_for(pieces, threads, body, terms < 524288 ? Start::watching : Start::waking);
    for (std::ptrdiff_t piece = 0; piece < pieces; ++piece) body(piece);
}

template <class T>
std::ptrdiff_t groups(std::ptrdiff_t k) {
    return (k + secular_group<T> - 1) / secular_group<T>;
}

}  // namespace

template <class T>
void secular_roots(const SecularEquation<T>& e, T* near, T* offset, int threads) {
    const SecularKernel<T>& kernel = active(secular_kernels_by_level).of(T());
    T squares = 0;
    for (std::ptrdiff_t j = 0; j < e.k; ++j) squares += e.z[j] * e.z[j];
    const T reach = e.poles == Poles::plain ? e.rho * squares : std::sqrt(squares);
    over_pieces(groups<T>(e.k), 3 * static_cast<double>(e.k) * static_cast<double>(e.k), threads,
                [&](std::ptrdiff_t group) { kernel.roots(e, reach, group * secular_group<T>, near, offset); });
}

template <class T>
void secular_weights(const SecularEquation<T>& e, const T* near, const T* offset, T* weight, int threads) {
    const SecularKernel<T>& kernel = active(secular_kernels_by_level).of(T());
    over_pieces(groups<T>(e.k), static_cast<double>(e.k) * static_cast<double>(e.k), threads,
                [&](std::ptrdiff_t group) { kernel.weights(e, near, offset, group * secular_group<T>, weight); });
}

template <class T>
void secular_vectors(Poles poles, std::ptrdiff_t k, const T* d, const T* weight, const T* near, const T* offset, MatrixView<T> v,
                     MatrixView<T> u, int threads) {
    const SecularKernel<T>& kernel = active(secular_kernels_by_level).of(T());
    constexpr std::ptrdiff_t at_once = 16;
    over_pieces((v.rows + at_once - 1) / at_once, static_cast<double>(k) * static_cast<double>(v.rows), threads,
                [&](std::ptrdiff_t piece) {
                    const std::ptrdiff_t from = piece * at_once, to = std::min(v.rows, from + at_once);
                    kernel.vectors(poles, k, d, weight, near, offset, from, to, v.data, v.row_stride, u.data, u.row_stride);
                });
}

#define MLMATH_SECULAR(T)                                                                  \
    template void secular_roots(const SecularEquation<T>&, T*, T*, int);                   \
    template void secular_weights(const SecularEquation<T>&, const T*, const T*, T*, int); \
    template void secular_vectors(Poles, std::ptrdiff_t, const T*, const T*, const T*, const T*, MatrixView<T>, MatrixView<T>, int)
MLMATH_SECULAR(double);
MLMATH_SECULAR(float);
#undef MLMATH_SECULAR

}  // namespace mlmath
