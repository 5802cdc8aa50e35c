// SPDX-License-Identifier: BSD-3-Clause
// dirichlet: chunks of rows on threads; dispatch.
#include "kernels/random/distributions/dirichlet/dirichlet.hpp"

#include <algorithm>
#include <cmath>

#include "core/thread_pool.hpp"
#include "kernels/random/distributions/dirichlet/dirichlet_parts.hpp"
#include "kernels/random/draw/draw.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(DirichletKernels, dirichlet_kernels);

void dirichlet(const StreamKey& key, StreamPosition start, const double* alpha, std::ptrdiff_t k, double* out, std::ptrdiff_t rows,
               int threads) {
    if (rows <= 0 || k <= 0) return;
    const DirichletKernels& kernels = active(dirichlet_kernels_by_level);
    double largest = 0;
    bool numbers = true;
    for (std::ptrdiff_t j = 0; j < k; ++j) largest = std::max(largest, alpha[j]), numbers = numbers && !std::isnan(alpha[j]);
    if (largest == 0 && numbers) {
        std::fill(out, out + rows * k, 0.0);
        return;
    }
    const bool by_logarithms = numbers && largest < 0.1;
    const ArrayLawOf<double> law(dirichlet_halves, 1, by_logarithms ? kernels.log_gammas : kernels.gammas);
    // Constraint: gammas are read again for their row's sum while they lie in L1; a chunk's ends cost a unit each; short runs of
    //   alpha cost more to copy beside their rows than long ones.
    // Decision: chunks of about 2048 numbers, 16 KiB, or a row. Short alphas are laid out once for a whole chunk.
    constexpr std::ptrdiff_t chunk_elements = 2048;
    const std::ptrdiff_t per_chunk = std::min(rows, std::max<std::ptrdiff_t>(1, chunk_elements / k));
    double repeated[chunk_elements];
    const double* shapes = per_chunk > 1 ? repeated : alpha;
    if (per_chunk > 1)
        for (std::ptrdiff_t r = 0; r < per_chunk; ++r) std::copy(alpha, alpha + k, repeated + r * k);
    parallel_for((rows + per_chunk - 1) / per_chunk, rows * k < 2 * chunk_elements ? 1 : threads, [&](std::ptrdiff_t chunk) {
        const std::ptrdiff_t first = chunk * per_chunk, count = std::min(per_chunk, rows - first);
        double* to = out + first * k;
        BroadcastParameters parameters;
        parameters.dimensions = 1, parameters.extents[0] = count * k;
        parameters.count = 1, parameters.data[0] = shapes, parameters.strides[0][0] = 1;
        draw(key, advanced(start, first * k, dirichlet_halves), to, count * k, law, parameters, 1);
        (by_logarithms ? kernels.softmax : kernels.normalise)(to, count, k);
    });
}

}  // namespace mlmath
