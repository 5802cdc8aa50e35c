// SPDX-License-Identifier: BSD-3-Clause
// multivariate_normal: tiles of rows, threads; dispatch.
#include "kernels/random/distributions/multivariate_normal/multivariate_normal.hpp"

#include <algorithm>

#include "core/workspace.hpp"
#include "kernels/random/distributions/normal/normal.hpp"
#include "kernels/random/draw/draw.hpp"
#include "kernels/random/draw/draw_parts.hpp"
#include "kernels/random/engines/xblock/xblock_driver.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(MultivariateNormalKernels, multivariate_normal_kernels);
MLMATH_KERNEL_TABLE(DrawKernels, draw_kernels);

namespace {

// Constraint: reaching the first row of a chunk inside a block of the stream costs up to 1 us; Z of a chunk must stay in L2; a
//   large factor is read once for each chunk.
// Arithmetic: 16384 normals are 128 KiB and take 10 us. 64 rows reuse each element of the factor 64 times: 1/8 byte per fma.
// Decision: 16384 normals, but 64 rows at least.
constexpr std::ptrdiff_t chunk_elements = 16384, fewest_rows = 64;

// Constraint: results that go past the caches are written to a tile first, which should stay in L1 beside its part of Z.
// Decision: 16 KiB of each, but 32 rows at least.
constexpr std::ptrdiff_t tile_bytes = 16384, fewest_tile_rows = 32;

std::ptrdiff_t whole_groups(std::ptrdiff_t rows) { return (rows + normal_row_group - 1) / normal_row_group * normal_row_group; }

template <class T>
const NormalRows<T>& functions() {
    const MultivariateNormalKernels& kernels = active(multivariate_normal_kernels_by_level);
    if constexpr (sizeof(T) == 8)
        return kernels.f64;
    else
        return kernels.f32;
}

}  // namespace

template <class T>
void multivariate_normal(const StreamKey& key, StreamPosition start, const NormalFactor<T>& factor, const T* mean, T* out,
                         std::ptrdiff_t rows, int threads, Memory memory) {
    const std::ptrdiff_t d = factor.order;
    if (rows <= 0 || d <= 0) return;
    const NormalLaw<T> law({0, 1});
    const std::ptrdiff_t item = static_cast<std::ptrdiff_t>(sizeof(T)), row_bytes = d * item;
    const bool streaming = memory == Memory::used && streams_past_caches(rows * row_bytes);
    const std::ptrdiff_t chunk_rows = std::min(rows, std::max(fewest_rows, whole_groups(chunk_elements / d)));
    const std::ptrdiff_t tile_rows = std::min(chunk_rows, std::max(fewest_tile_rows, whole_groups(tile_bytes / row_bytes)));
    const DrawKernels& kernels = active(draw_kernels_by_level);
    const auto chunks = (rows - 1) / chunk_rows + 1;
    parallel_for(chunks, threads, [&](std::ptrdiff_t c) {
        const std::ptrdiff_t first = c * chunk_rows, count = std::min(chunk_rows, rows - first);
        Workspace scratch(whole_lines(static_cast<std::size_t>(chunk_rows * row_bytes)) +
                          whole_lines(static_cast<std::size_t>(tile_rows * row_bytes)));
        T* z = scratch.take<T>(static_cast<std::size_t>(chunk_rows * d));
        T* tile = scratch.take<T>(static_cast<std::size_t>(tile_rows * d));
        T* x = out + first * d;
        draw_serial(key, advanced(start, first * d, law.halves), z, count * d, law);
        if (!streaming) {
            functions<T>().product(factor, mean, z, count, x);
            return;
        }
        for (std::ptrdiff_t r = 0; r < count; r += tile_rows) {
            const std::ptrdiff_t n = std::min(tile_rows, count - r);
            functions<T>().product(factor, mean, z + r * d, n, tile);
            kernels.copy_past_caches(x + r * d, tile, n * row_bytes);
        }
        kernels.fence();
    });
}

template <class T>
void pack_normal_factor(const double* a, std::ptrdiff_t order, T* panels) {
    constexpr std::ptrdiff_t columns = normal_panel_columns<T>;
    std::fill_n(panels, packed_factor_elements<T>(order), T(0));
    for (std::ptrdiff_t i = 0; i < order; ++i)
        for (std::ptrdiff_t k = 0; k < order; ++k)
            panels[(i / columns * order + k) * columns + i % columns] = static_cast<T>(a[i * order + k]);
}

#define MLMATH_MULTIVARIATE_NORMAL(T)                                                                                              \
    template void multivariate_normal(const StreamKey&, StreamPosition, const NormalFactor<T>&, const T*, T*, std::ptrdiff_t, int, \
                                      Memory);                                                                                     \
    template void pack_normal_factor(const double*, std::ptrdiff_t, T*);
MLMATH_MULTIVARIATE_NORMAL(double)
MLMATH_MULTIVARIATE_NORMAL(float)

}  // namespace mlmath
