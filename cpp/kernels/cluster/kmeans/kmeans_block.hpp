// SPDX-License-Identifier: BSD-3-Clause
// kmeans: what the driver and the per-level units agree on: one block of rows.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// Centres whose sums are kept in registers together (see simd/row_tile.hpp: 4 x 2 registers).
constexpr std::ptrdiff_t center_group = 4;

template <class T>
struct KMeansBlock {
    const T* x;  // rows x columns, column stride 1
    std::ptrdiff_t row_stride, rows, columns;
    const T* weights;      // contiguous, or null
    std::int32_t* labels;  // in: before; out: now
};

// Centres relative to `shift`, in groups of 4 (the last of what is left, g): per column g values of -2 c.
template <class T>
struct PackedCenters {
    std::ptrdiff_t clusters;
    const T* packed;
    const T* norms;  // |c|^2
    const T* shift;  // zeros behind the columns up to whole registers
    T* scratch;      // K x rows of a tile, used for more than 128 columns
};

// Sums by cluster, in double, `stride` apart, padded to whole registers; sums == null: labels alone.
struct ClusterSums {
    double* sums;
    std::ptrdiff_t stride;
    double* weight;
};

// Points in groups of 4 (the last of what is left): per column so many values.
template <class T>
struct DistancesBlock {
    const double* packed;
    std::ptrdiff_t points;
    double* scratch;  // points x rows of a tile
    bool root;
    const T* closest;  // rows, or null
    T* out;
    std::ptrdiff_t out_row_stride, out_point_stride;
    double* potential;  // points x 8 lanes; null with root
};

template <class T>
struct KMeansKernelsOf {
    bool (*assign)(const KMeansBlock<T>& block, const PackedCenters<T>& centers,
                   const ClusterSums& sums);  // whether a label changed
    // lanes: 8 interleaved sums; centers: K x stride, zeros behind the columns; squares: rows, or null.
    void (*inertia)(const KMeansBlock<T>& block, const double* centers, std::ptrdiff_t stride, double* squares, double* lanes);
    void (*distances)(const KMeansBlock<T>& block, const DistancesBlock<T>& what);
};

struct KMeansKernels {
    KMeansKernelsOf<double> f64;
    KMeansKernelsOf<float> f32;
};

}  // namespace mlmath
