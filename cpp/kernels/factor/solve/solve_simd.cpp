// SPDX-License-Identifier: BSD-3-Clause
// solve: a group of small systems, a lane each: eliminated with the right-hand sides beside the matrix. Compiled once per level.
#include "kernels/factor/lu/lu_lanes_simd.hpp"
#include "kernels/factor/solve/solve_kernels.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
void group(std::ptrdiff_t n, std::ptrdiff_t k, const T* const* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column, const T* const* b,
           std::ptrdiff_t b_row, std::ptrdiff_t b_column, T* const* x, std::ptrdiff_t x_row, std::ptrdiff_t x_column, T* tile,
           int* info) {
    constexpr int W = width<T>;
    const std::ptrdiff_t columns = n + k;
    LaneElimination<T> elimination{tile, n, columns};
    pack_group<T>(a, n, n, a_row, a_column, tile, columns);
    if (b != nullptr)
        pack_group<T>(b, n, k, b_row, b_column, tile + n * W, columns);
    else
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) store(elimination.at(i, n + j), broadcast(T(i == j)));
    elimination.look();
    elimination.run([](std::ptrdiff_t) {});
    elimination.substitute();
    const mask<T> bad = ~(elimination.finite == vec<T>{}) | (elimination.singular != vec<typename Lane<T>::sint>{});
    if (any(bad))
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = n; j < columns; ++j)
                store(elimination.at(i, j),
                      select<T>(bad, broadcast(static_cast<T>(__builtin_nan(""))), load(elimination.at(i, j))));
    unpack_group<T>(tile + n * W, columns, n, k, x_row, x_column, x);
    for (int l = 0; l < W; ++l) info[l] = elimination.finite[l] == 0 ? static_cast<int>(elimination.singular[l]) : -1;
}

}  // namespace

extern const SolveKernels solve_kernels;
const SolveKernels solve_kernels = {{group<double>, width<double>}, {group<float>, width<float>}};

}  // namespace mlmath::MLMATH_LEVEL
