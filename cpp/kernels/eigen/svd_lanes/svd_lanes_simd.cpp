// SPDX-License-Identifier: BSD-3-Clause
// svd_lanes: one or several groups of matrices, a lane each: which method, and for the larger shapes the way in and out. Compiled
// once per level.
#include "kernels/eigen/lanes_places_simd.hpp"
#include "kernels/eigen/svd_lanes/svd_lanes_bidiagonal_simd.hpp"
#include "kernels/eigen/svd_lanes/svd_lanes_jacobi_simd.hpp"
#include "kernels/eigen/svd_lanes/svd_lanes_qr_simd.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// The pieces of a group's tile.
template <class T>
struct Tile {
    static constexpr int W = width<T>;
    T *a, *ut, *vt, *sorted, *d, *e, *left, *right, *x, *left_rotations, *right_rotations;
    Tile(T* tile, std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t u_vectors) {
        const auto take = [&](std::ptrdiff_t registers) {
            T* const piece = tile;
            tile += registers * W;
            return piece;
        };
        a = take(m * n);
        ut = take(m * u_vectors);
        vt = take(n * n);
        sorted = take(m * n);
        d = take(n);
        e = take(n);
        left = take(n);
        right = take(n);
        x = take(m);
        left_rotations = take(2 * n * svd_lanes_delay);
        right_rotations = take(2 * n * svd_lanes_delay);
    }
};

template <class T>
LaneScale<T> read(const SvdLanesWork<T>& work, const T* const* item, T* a) {
    constexpr int W = width<T>;
    const std::ptrdiff_t elements = work.m * work.n;
    pack_group<T>(item, work.m, work.n, work.a_row, work.a_column, a, work.n);
    Magnitude<T> magnitude;
    for (std::ptrdiff_t i = 0; i < elements; ++i) magnitude.look(load(a + i * W));
    const LaneScale<T> scale(magnitude);
    for (std::ptrdiff_t i = 0; i < elements; ++i) store(a + i * W, scale.to_one(load(a + i * W)));
    return scale;
}

// The vectors behind the first n: in place already, their largest component positive.
template <class T>
void write_more(const SvdLanesWork<T>& work, int group, const LaneScale<T>& scale, T* ut) {
    constexpr int W = width<T>;
    const std::ptrdiff_t m = work.m, n = work.n;
    if (work.u_vectors == n) return;
    for (std::ptrdiff_t k = n; k < work.u_vectors; ++k) {
        T* const u = ut + k * m * W;
        to_length_one<T>(u, m);
        const vec<T> sign = largest_component<T>(u, m);
        for (std::ptrdiff_t i = 0; i < m; ++i) store(u + i * W, scale.marked(with_sign_of<T>(load(u + i * W), sign)));
    }
    T* item[W];
    for (int l = 0; l < W; ++l) item[l] = work.u[group * W + l] + n * work.u_column;
    unpack_group<T>(ut + n * m * W, m, work.u_vectors - n, m, work.u_column, work.u_row, item);
}

// Values by size; the sign of a negative one goes to u, then both to the sign that is wanted.
template <class T>
void write(const SvdLanesWork<T>& work, int group, const LaneScale<T>& scale, const Tile<T>& tile) {
    constexpr int W = width<T>;
    const std::ptrdiff_t m = work.m, n = work.n;
    if (work.u != nullptr)
        for (std::ptrdiff_t k = 0; k < n; ++k) {
            T *const u = tile.ut + k * m * W, *const v = tile.vt + k * n * W;
            to_length_one<T>(u, m);  // before the signs: it may make components equal
            to_length_one<T>(v, n);
            const vec<T> of_v =
                work.signs_of_u ? with_sign_of<T>(largest_component<T>(u, m), load(tile.d + k * W)) : largest_component<T>(v, n);
            const vec<T> of_u = with_sign_of<T>(of_v, load(tile.d + k * W));
            for (std::ptrdiff_t i = 0; i < m; ++i) store(u + i * W, scale.marked(with_sign_of<T>(load(u + i * W), of_u)));
            for (std::ptrdiff_t i = 0; i < n; ++i) store(v + i * W, scale.marked(with_sign_of<T>(load(v + i * W), of_v)));
        }
    for (std::ptrdiff_t k = 0; k < n; ++k) store(tile.d + k * W, absolute(load(tile.d + k * W)));
    LanePlaces<T> places;
    places.template count<false>(tile.d, n);
    for (std::ptrdiff_t k = 0; k < n; ++k) store(tile.d + k * W, scale.marked(scale.back(load(tile.d + k * W))));
    places.write_values(tile.d, n, work.s + group * W);
    if (work.u == nullptr) return;
    places.write_vectors(tile.ut, n, m, work.u + group * W, work.u_column, work.u_row, tile.sorted);
    places.write_vectors(tile.vt, n, n, work.v + group * W, work.v_column, work.v_row, tile.sorted);
    write_more<T>(work, group, scale, tile.ut);
}

template <int Groups, class T>
void bidiagonal_groups(const SvdLanesWork<T>& work) {
    constexpr int W = width<T>;
    const std::ptrdiff_t m = work.m, n = work.n, vectors = work.u_vectors, size = svd_lanes_tile(m, n, vectors) * W;
    BidiagonalLanes<T> lanes[Groups];
    LaneScale<T> scale[Groups];
    T *ut[Groups], *vt[Groups];
    for (int g = 0; g < Groups; ++g) {
        const Tile<T> tile(work.tile + g * size, m, n, vectors);
        scale[g] = read<T>(work, work.a + g * W, tile.a);
        make_bidiagonal<T>(tile.a, m, n, tile.d, tile.e, tile.left, tile.right, tile.x);
        if (work.u != nullptr) form_vectors<T>(tile.a, m, n, vectors, tile.left, tile.right, tile.x, tile.ut, tile.vt);
        lanes[g].d = tile.d;
        lanes[g].e = tile.e;
        lanes[g].right = tile.right_rotations;
        lanes[g].left = tile.left_rotations;
        ut[g] = tile.ut;
        vt[g] = tile.vt;
    }
    if (work.u != nullptr)
        implicit_qr<Groups, true, T>(lanes, m, n, ut, vt);
    else
        implicit_qr<Groups, false, T>(lanes, m, n, ut, vt);
    for (int g = 0; g < Groups; ++g) {
        write<T>(work, g, scale[g], Tile<T>(work.tile + g * size, m, n, vectors));
        for (int l = 0; l < W; ++l) work.info[g * W + l] = !scale[g].finite[l] ? -1 : lanes[g].last[l] >= 0 ? 1 : 0;
    }
}

template <int N, class T>
void jacobi(const SvdLanesWork<T>& work) {
    const bool vectors = work.u != nullptr, all = work.matrices > width<T>;
    if (vectors)
        all ? column_groups<N, true, svd_lanes_jacobi_groups>(work) : column_groups<N, true, 1>(work);
    else
        all ? column_groups<N, false, svd_lanes_jacobi_groups>(work) : column_groups<N, false, 1>(work);
}

template <class T>
void run(const SvdLanesWork<T>& work) {
    switch (work.m == work.n ? work.n : 0) {
        case 2:
            return jacobi<2>(work);
        case 3:
            return jacobi<3>(work);
        case 4:
            return jacobi<4>(work);
        default:
            work.matrices > width<T> ? bidiagonal_groups<svd_lanes_qr_groups>(work) : bidiagonal_groups<1>(work);
    }
}

}  // namespace

extern const SvdLanesKernels svd_lanes_kernels;
const SvdLanesKernels svd_lanes_kernels = {{run<double>, width<double>}, {run<float>, width<float>}};

}  // namespace mlmath::MLMATH_LEVEL
