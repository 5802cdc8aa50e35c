// SPDX-License-Identifier: BSD-3-Clause
// kmeans: what the driver and the per-level units agree on: one block of rows.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// Constraint: Ctrl-C and the other threads are looked for between blocks; a copy of a block (strided columns) should stay in L2;
//   the more rows of a block a cluster has, the longer its sums stay in registers.
// Decision: 256 rows, whole tiles of every level (32 floats at most).
constexpr std::ptrdiff_t kmeans_block_rows = 256;

// Points of `distances` whose sums are kept in registers together (see simd/row_tile.hpp: 4 x 2 registers).
constexpr std::ptrdiff_t point_group = 4;

// The groups that `count` centres are packed in: as few of at most `most` as will do, as even as they come, the larger ones first.
// (Inlined always: units of all levels use it.)
struct CenterGroup {
    std::ptrdiff_t first, size, left, groups;

    __attribute__((always_inline)) CenterGroup(std::ptrdiff_t count, std::ptrdiff_t most)
        : first(0), size(0), left(count), groups((count + most - 1) / most) {
        measure();
    }
    __attribute__((always_inline)) void next() {
        first += size;
        left -= size;
        --groups;
        measure();
    }

private:
    __attribute__((always_inline)) void measure() { size = groups > 0 ? (left + groups - 1) / groups : 0; }
};

template <class T>
struct KMeansBlock {
    const T* x;  // rows x columns, column stride 1
    std::ptrdiff_t row_stride, rows, columns;
    const T* weights;      // contiguous, or null
    std::int32_t* labels;  // in: before; out: now
};

// Centres relative to `shift`, by groups: per column so many values of -2 c.
template <class T>
struct PackedCenters {
    std::ptrdiff_t clusters;
    const T* packed;
    const T* norms;  // |c|^2
    const T* shift;  // zeros behind the columns up to whole registers
    T* scratch;      // K x rows of a tile, used for more than 128 columns
};

// The rows of a block in float, (x - shift) * scale cut off at +-2^50: tiles of two registers of rows, columns x rows each, whole
// tiles. And |x| of each row.
struct FilterRows {
    float* tiles;  // null: no filter
    float* norms;
};

// Centres in the same frame. A row's nearest centre is certain when the second is farther by more than
// slack * (|x| + largest)^2 + least in |c|^2 - 2 x.c.
struct Filter {
    FilterRows rows;
    PackedCenters<float> centers;
    float largest, slack, least;
};

// Sums by cluster, in double, `stride` apart, padded to whole registers, and which rows are added to them: all, or those whose
// label has changed, which are taken away from the sums they were in.
enum class Adding { none, changed, all };
struct ClusterSums {
    Adding adding;
    double* sums;
    std::ptrdiff_t stride;
    double* weight;
    std::int32_t* begin;  // K + 1, scratch
};

struct AssignOutcome {
    std::ptrdiff_t changed;    // labels
    std::ptrdiff_t uncertain;  // rows that the filter has left to T's numbers
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
    void (*filter_rows)(const KMeansBlock<T>& block, const T* shift, T scale, const FilterRows& out);
    AssignOutcome (*assign)(const KMeansBlock<T>& block, const PackedCenters<T>& centers, const Filter& filter,
                            const ClusterSums& sums);
    void (*add)(const KMeansBlock<T>& block, std::ptrdiff_t clusters, const ClusterSums& sums);  // all rows, labels as they are
    // lanes: 8 interleaved sums; centers: K x stride, zeros behind the columns; squares: rows, or null.
    void (*inertia)(const KMeansBlock<T>& block, const double* centers, std::ptrdiff_t stride, double* squares, double* lanes);
    void (*distances)(const KMeansBlock<T>& block, const DistancesBlock<T>& what);
};

struct KMeansKernels {
    KMeansKernelsOf<double> f64;
    KMeansKernelsOf<float> f32;
    std::ptrdiff_t center_group;  // the largest group that centres are packed in
};

}  // namespace mlmath
