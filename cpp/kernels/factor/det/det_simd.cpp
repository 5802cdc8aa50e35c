// SPDX-License-Identifier: BSD-3-Clause
// det: a group of small matrices, a lane each. Compiled once per level.
#include "kernels/factor/det/det_kernels.hpp"
#include "kernels/factor/lu/lu_lanes_simd.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
constexpr T largest_normal = sizeof(T) == 8 ? T(0x1.fffffffffffffp+1023) : T(0x1.fffffep+127);

template <class T>
void group(std::ptrdiff_t n, const T* const* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column, T* tile, T* diagonal, T* product,
           bool* safe) {
    constexpr int W = width<T>;
    LaneElimination<T> elimination{tile, n, n};
    pack_group<T>(a, n, n, a_row, a_column, tile, n);
    elimination.look();
    elimination.run([](std::ptrdiff_t) {});
    // finite is 0, or NaN where a NaN or an infinity stood.
    vec<T> all_pivots = elimination.sign + elimination.finite, smallest = broadcast(T(1)), largest = smallest;
    for (std::ptrdiff_t k = 0; k < n; ++k) {
        const vec<T> pivot = load(elimination.at(k, k));
        store(diagonal + k * W, k == 0 ? pivot * all_pivots : pivot);
        all_pivots = all_pivots * pivot;
        const vec<T> size = absolute(all_pivots);
        smallest = minimum<T>(size, smallest);
        largest = maximum<T>(size, largest);
    }
    store(product, all_pivots);
    const mask<T> normal = (smallest >= broadcast(smallest_normal<T>)) & (largest <= broadcast(largest_normal<T>));
    for (int l = 0; l < W; ++l) safe[l] = normal[l] != 0 && all_pivots[l] == all_pivots[l];
}

}  // namespace

extern const DetKernels det_kernels;
const DetKernels det_kernels = {{group<double>, width<double>}, {group<float>, width<float>}};

}  // namespace mlmath::MLMATH_LEVEL
