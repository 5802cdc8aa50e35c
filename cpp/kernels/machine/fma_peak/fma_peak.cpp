// SPDX-License-Identifier: BSD-3-Clause
// fma_peak: threads, clock, check.
#include "kernels/machine/fma_peak/fma_peak.hpp"

#include <atomic>
#include <stdexcept>

#include "core/check.hpp"
#include "kernels/machine/fma_peak/fma_peak_chains.hpp"
#include "kernels/machine/fma_peak/fma_peak_textbook.hpp"
#include "kernels/machine/machine_timing.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(FmaPeakKernels, fma_peak_kernels);

namespace {

const FmaPeakKernel<double>& kernel_of(const FmaPeakKernels& k, double) { return k.f64; }
const FmaPeakKernel<float>& kernel_of(const FmaPeakKernels& k, float) { return k.f32; }

}  // namespace

template <class T>
double fma_peak(int threads, double seconds) {
    check_positive("fma_peak", "threads", threads);
    check_positive("fma_peak", "seconds", seconds);
    const FmaPeakKernels& kernels = active(fma_peak_kernels_by_level);
    const FmaPeakKernel<T>& kernel = kernel_of(kernels, T());
    // 24 chains at 2 per cycle: 12 cycles a round, 0.1 ms for 20000. Odd numerators fill the significands, as real data do.
    constexpr std::ptrdiff_t rounds = 20000;
    const T u = T(11184811) / T(16777216), v = T(14380471) / T(16777216), start = T(1) / T(3);
    const T expected = textbook::fma_chain(u, v, start, rounds, kernels.fused);
    std::atomic<bool> right{true};

    const double block = best_block("fma_peak", threads, seconds, [&](Team&, auto&& timed) {
        alignas(64) T lanes[fma_peak_lanes_max];
        timed([&] { kernel.run(u, v, start, rounds, lanes); });
        for (std::ptrdiff_t l = 0; l < kernel.lanes; ++l)
            if (lanes[l] != expected) right = false;
    });
    if (!right) throw std::runtime_error("fma_peak: a lane differs from the scalar recurrence");
    return 2.0 * static_cast<double>(kernel.lanes) * static_cast<double>(rounds) * threads / block;
}

template double fma_peak<double>(int, double);
template double fma_peak<float>(int, double);

}  // namespace mlmath
