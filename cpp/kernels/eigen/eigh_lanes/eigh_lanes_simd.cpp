// SPDX-License-Identifier: BSD-3-Clause
// eigh_lanes: one or two groups of matrices, a lane each: which method, and for the larger orders the way in and out. Compiled once per
// level.
#include "kernels/eigen/eigh_lanes/eigh_lanes_jacobi_simd.hpp"
#include "kernels/eigen/eigh_lanes/eigh_lanes_ql_simd.hpp"
#include "kernels/eigen/eigh_lanes/eigh_lanes_tridiagonal_simd.hpp"
#include "simd/block_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// The pieces of a group's tile.
template <class T>
struct Tile {
    static constexpr int W = width<T>;
    Triangle<T> a;
    T *zt, *d, *e, *tau, *x, *p, *rotations, *sorted;
    Tile(T* tile, std::ptrdiff_t n) : a{tile} {
        zt = tile + n * (n + 1) / 2 * W;
        d = zt + n * n * W;
        e = d + n * W;
        tau = e + n * W;
        x = tau + n * W;
        p = x + n * W;
        rotations = p + n * W;
        sorted = rotations + 2 * eigh_lanes_delay * n * W;
    }
};

// Scaled, the lower triangle; zt is scratch.
template <class T>
LaneScale<T> read(const EighLanesWork<T>& work, const T* const* item, const Tile<T>& tile) {
    constexpr int W = width<T>;
    const std::ptrdiff_t n = work.n;
    pack_group<T>(item, n, n, work.a_row, work.a_column, tile.zt, n);
    Magnitude<T> magnitude;
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j <= i; ++j) magnitude.look(load(tile.zt + (i * n + j) * W));
    const LaneScale<T> scale(magnitude);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j <= i; ++j) store(tile.a.row(i) + j * W, scale.to_one(load(tile.zt + (i * n + j) * W)));
    return scale;
}

// Rows of zt with their signs, in ascending order of d, as columns of v.
template <class T>
void write(const EighLanesWork<T>& work, int group, const LaneScale<T>& scale, const Tile<T>& tile) {
    constexpr int W = width<T>;
    const std::ptrdiff_t n = work.n;
    // Places of the eigenvalues, counted: lanes have orders of their own.
    alignas(64) T place[eigh_lanes_most][W];
    T* to[W];
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const vec<T> one = broadcast(T(1)), di = load(tile.d + i * W);
        vec<T> before{};
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            const vec<T> dj = load(tile.d + j * W);
            before = before + select<T>(j < i ? dj <= di : dj < di, one, vec<T>{});
        }
        store(place[i], before);
    }
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        alignas(64) T value[W];
        store(value, scale.marked(scale.back(load(tile.d + i * W))));
        for (int l = 0; l < W; ++l) work.w[group * W + l][static_cast<std::ptrdiff_t>(place[i][l])] = value[l];
    }
    if (work.v == nullptr) return;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        T* const row = tile.zt + i * n * W;
        vec<T> largest{}, size{};
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            const vec<T> e = load(row + j * W), magnitude = absolute(e);
            largest = select<T>(magnitude > size, e, largest);
            size = maximum<T>(magnitude, size);
        }
        for (std::ptrdiff_t j = 0; j < n; ++j) store(row + j * W, scale.marked(with_sign_of<T>(load(row + j * W), largest)));
    }
    const bool as_rows = work.v_row == 1;  // eigenvectors are runs of v: each to its place
    T* const sorted = tile.sorted;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        for (int l = 0; l < W; ++l) {
            const auto k = static_cast<std::ptrdiff_t>(place[i][l]);
            to[l] = as_rows ? work.v[group * W + l] + k * work.v_column : sorted + (l * n + k) * n;
        }
        for (std::ptrdiff_t j = 0; j < n; j += W) unpack_elements<T>(tile.zt + (i * n + j) * W, 1, to, j, n - j);
    }
    if (as_rows) return;
    for (int l = 0; l < W; ++l) {
        const T* const rows = sorted + l * n * n;
        T* const v = work.v[group * W + l];
        if (work.v_column == 1) {
            transpose_block<T>(rows, n, n, n, v, work.v_row);
            continue;
        }
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t k = 0; k < n; ++k) v[i * work.v_row + k * work.v_column] = rows[k * n + i];
    }
}

template <int Groups, class T>
void tridiagonal_groups(const EighLanesWork<T>& work) {
    constexpr int W = width<T>;
    const std::ptrdiff_t n = work.n;
    TridiagonalLanes<T> lanes[Groups];
    LaneScale<T> scale[Groups];
    T* zt[Groups];
    for (int g = 0; g < Groups; ++g) {
        const Tile<T> tile(work.tile + g * eigh_lanes_tile(n) * W, n);
        scale[g] = read<T>(work, work.a + g * W, tile);
        make_tridiagonal<T>(tile.a, n, tile.d, tile.e, tile.tau, tile.x, tile.p);
        if (work.v != nullptr) form_q<T>(tile.a, n, tile.tau, tile.x, tile.zt);
        lanes[g].d = tile.d;
        lanes[g].e = tile.e;
        lanes[g].rotations = tile.rotations;
        zt[g] = tile.zt;
    }
    implicit_ql<Groups, T>(lanes, n, work.v != nullptr ? zt : nullptr);
    for (int g = 0; g < Groups; ++g) {
        write<T>(work, g, scale[g], Tile<T>(work.tile + g * eigh_lanes_tile(n) * W, n));
        for (int l = 0; l < W; ++l) work.info[g * W + l] = !scale[g].finite[l] ? -1 : lanes[g].last[l] >= 0 ? 1 : 0;
    }
}

template <bool Vectors, class T>
void jacobi(const EighLanesWork<T>& work, bool two) {
    switch (work.n) {
        case 2: return two ? jacobi_groups<2, Vectors, 2>(work) : jacobi_groups<2, Vectors, 1>(work);
        case 3: return two ? jacobi_groups<3, Vectors, 2>(work) : jacobi_groups<3, Vectors, 1>(work);
        default: return two ? jacobi_groups<4, Vectors, 2>(work) : jacobi_groups<4, Vectors, 1>(work);
    }
}

template <class T>
void run(const EighLanesWork<T>& work) {
    const bool two = work.matrices > width<T>;
    if (work.n <= eigh_lanes_jacobi) return work.v != nullptr ? jacobi<true>(work, two) : jacobi<false>(work, two);
    two ? tridiagonal_groups<2>(work) : tridiagonal_groups<1>(work);
}

}  // namespace

extern const EighLanesKernels eigh_lanes_kernels;
const EighLanesKernels eigh_lanes_kernels = {{run<double>, width<double>}, {run<float>, width<float>}};

}  // namespace mlmath::MLMATH_LEVEL
