// SPDX-License-Identifier: BSD-3-Clause
// eigh_lanes: one or two groups of matrices, a lane each: which method, and for the larger orders the way in and out. Compiled
// once per level.
#include "kernels/eigen/eigh_lanes/eigh_lanes_jacobi_simd.hpp"
#include "kernels/eigen/eigh_lanes/eigh_lanes_ql_simd.hpp"
#include "kernels/eigen/eigh_lanes/eigh_lanes_tridiagonal_simd.hpp"
#include "kernels/eigen/lanes_places_simd.hpp"

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

// Eigenvalues in ascending order; rows of zt, with their signs, as columns of v.
template <class T>
void write(const EighLanesWork<T>& work, int group, const LaneScale<T>& scale, const Tile<T>& tile) {
    constexpr int W = width<T>;
    const std::ptrdiff_t n = work.n;
    LanePlaces<T> places;
    places.template count<true>(tile.d, n);
    for (std::ptrdiff_t i = 0; i < n; ++i) store(tile.d + i * W, scale.marked(scale.back(load(tile.d + i * W))));
    places.write_values(tile.d, n, work.w + group * W);
    if (work.v == nullptr) return;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        T* const row = tile.zt + i * n * W;
        to_length_one<T>(row, n);  // before the signs: it may make components equal
        const vec<T> sign = largest_component<T>(row, n);
        for (std::ptrdiff_t j = 0; j < n; ++j) store(row + j * W, scale.marked(with_sign_of<T>(load(row + j * W), sign)));
    }
    places.write_vectors(tile.zt, n, n, work.v + group * W, work.v_column, work.v_row, tile.sorted);
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

template <int N, class T>
void jacobi(const EighLanesWork<T>& work) {
    const bool vectors = work.v != nullptr, all = work.matrices > width<T>;
    if (vectors)
        all ? jacobi_groups<N, true, eigh_lanes_jacobi_groups>(work) : jacobi_groups<N, true, 1>(work);
    else
        all ? jacobi_groups<N, false, eigh_lanes_jacobi_groups>(work) : jacobi_groups<N, false, 1>(work);
}

template <class T>
void run(const EighLanesWork<T>& work) {
    switch (work.n) {
        case 2:
            return jacobi<2>(work);
        case 3:
            return jacobi<3>(work);
        case 4:
            return jacobi<4>(work);
        default:
            work.matrices > width<T> ? tridiagonal_groups<eigh_lanes_ql_groups>(work) : tridiagonal_groups<1>(work);
    }
}

}  // namespace

extern const EighLanesKernels eigh_lanes_kernels;
const EighLanesKernels eigh_lanes_kernels = {{run<double>, width<double>}, {run<float>, width<float>}};

}  // namespace mlmath::MLMATH_LEVEL
