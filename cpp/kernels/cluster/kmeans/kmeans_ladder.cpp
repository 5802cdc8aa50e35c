// SPDX-License-Identifier: BSD-3-Clause
// kmeans: the rungs of the assignment's ladder.
#include "kernels/cluster/kmeans/kmeans_ladder.hpp"

#include <algorithm>
#include <vector>

#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/cluster/kmeans/kmeans.hpp"
#include "kernels/cluster/kmeans/kmeans_textbook.hpp"

namespace mlmath::ladder {

// d (1 subtraction, 1 square, 1 addition) for every row and centre.
template <class T>
void kmeans_assignment_textbook(MatrixView<const T> x, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels, int) {
    for (std::ptrdiff_t i = 0; i < x.rows; ++i) {
        double smallest = HUGE_VAL;
        labels[i] = 0;
        for (std::ptrdiff_t k = 0; k < clusters; ++k) {
            const double distance = textbook::squared_distance(x, i, centers + k * x.columns);
            if (distance < smallest) smallest = distance, labels[i] = static_cast<std::int32_t>(k);
        }
    }
}

// |c|^2 of every centre, in T.
template <class T>
std::vector<T> squared_norms(std::ptrdiff_t clusters, std::ptrdiff_t d, const double* centers) {
    std::vector<T> norms(static_cast<std::size_t>(clusters));
    for (std::ptrdiff_t k = 0; k < clusters; ++k) {
        double sum = 0;
        for (std::ptrdiff_t j = 0; j < d; ++j) sum += centers[k * d + j] * centers[k * d + j];
        norms[static_cast<std::size_t>(k)] = static_cast<T>(sum);
    }
    return norms;
}

// |x - c|^2 = |x|^2 - 2 x.c + |c|^2, and |x|^2 is the same for all centres: one product is left.
template <class T>
void kmeans_assignment_norm_trick(MatrixView<const T> x, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels,
                                  int) {
    const std::vector<T> norms = squared_norms<T>(clusters, x.columns, centers);
    for (std::ptrdiff_t i = 0; i < x.rows; ++i) {
        T smallest = static_cast<T>(HUGE_VAL);
        labels[i] = 0;
        for (std::ptrdiff_t k = 0; k < clusters; ++k) {
            T product = 0;
            for (std::ptrdiff_t j = 0; j < x.columns; ++j)
                product += x.data[i * x.row_stride + j * x.column_stride] * static_cast<T>(centers[k * x.columns + j]);
            const T score = norms[static_cast<std::size_t>(k)] - 2 * product;
            if (score < smallest) smallest = score, labels[i] = static_cast<std::int32_t>(k);
        }
    }
}

// The products are a matrix product, a block of rows at a time so that they stay in L2: what scikit-learn does.
template <class T>
void kmeans_assignment_gemm(MatrixView<const T> x, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels, int) {
    constexpr std::ptrdiff_t block = 256;
    const std::vector<T> norms = squared_norms<T>(clusters, x.columns, centers);
    const std::vector<T> c(centers, centers + clusters * x.columns);
    std::vector<T> products(static_cast<std::size_t>(block * clusters));
    for (std::ptrdiff_t from = 0; from < x.rows; from += block) {
        const std::ptrdiff_t rows = std::min(block, x.rows - from);
        gemm<T>(-2, {x.data + from * x.row_stride, rows, x.columns, x.row_stride, x.column_stride},
                {c.data(), x.columns, clusters, 1, x.columns}, 0, {products.data(), rows, clusters, clusters, 1}, 1);
        for (std::ptrdiff_t i = 0; i < rows; ++i) {
            T smallest = static_cast<T>(HUGE_VAL);
            labels[from + i] = 0;
            for (std::ptrdiff_t k = 0; k < clusters; ++k) {
                const T score = norms[static_cast<std::size_t>(k)] + products[static_cast<std::size_t>(i * clusters + k)];
                if (score < smallest) smallest = score, labels[from + i] = static_cast<std::int32_t>(k);
            }
        }
    }
}

// A row per lane, the smallest found in registers as the centres go by: no product is ever stored.
template <class T>
void kmeans_assignment_simd(MatrixView<const T> x, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels, int) {
    kmeans_assign<T>(x, clusters, centers, labels, 1);
}

template <class T>
void kmeans_assignment_threaded(MatrixView<const T> x, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels,
                                int threads) {
    kmeans_assign<T>(x, clusters, centers, labels, threads);
}

#define MLMATH_RUNGS(T)                                                                                                    \
    template void kmeans_assignment_textbook<T>(MatrixView<const T>, std::ptrdiff_t, const double*, std::int32_t*, int);   \
    template void kmeans_assignment_norm_trick<T>(MatrixView<const T>, std::ptrdiff_t, const double*, std::int32_t*, int); \
    template void kmeans_assignment_gemm<T>(MatrixView<const T>, std::ptrdiff_t, const double*, std::int32_t*, int);       \
    template void kmeans_assignment_simd<T>(MatrixView<const T>, std::ptrdiff_t, const double*, std::int32_t*, int);       \
    template void kmeans_assignment_threaded<T>(MatrixView<const T>, std::ptrdiff_t, const double*, std::int32_t*, int)
MLMATH_RUNGS(double);
MLMATH_RUNGS(float);
#undef MLMATH_RUNGS

}  // namespace mlmath::ladder
