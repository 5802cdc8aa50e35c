// SPDX-License-Identifier: BSD-3-Clause
// The probes: they check their own results (an elided store or a dropped pass would be a wrong value), refuse nonsense, and give
// finite, positive rates. No statement about how fast a machine is.

#include "kernels/machine/bandwidth/bandwidth.hpp"
#include "kernels/machine/fma_peak/fma_peak.hpp"
#include "kernels/machine/latency/latency.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

bool positive(double value) { return value > 0 && std::isfinite(value); }

}  // namespace

MLMATH_TEST(machine_fma_peak_runs_and_checks_itself) {
    for (int threads : {1, 2, 3}) {
        MLMATH_CHECK(positive(fma_peak<double>(threads, 1e-4)));
        MLMATH_CHECK(positive(fma_peak<float>(threads, 1e-4)));
    }
    MLMATH_CHECK(refused([] { fma_peak<double>(0, 1e-3); }));
    MLMATH_CHECK(refused([] { fma_peak<float>(1, 0.0); }));
}

MLMATH_TEST(machine_bandwidth_runs_and_checks_itself) {
    constexpr Access all[] = {Access::read,  Access::write, Access::stream, Access::copy,
                              Access::triad, Access::add,   Access::update};
    for (int threads : {1, 2, 3}) {
        for (std::size_t bytes : {1, 512, 20000, 1000000, 5000000}) {
            double rates[access_count];
            bandwidth(all, access_count, bytes, threads, 1e-5, rates);
            for (double rate : rates) MLMATH_CHECK(positive(rate));
        }
    }
    double rate;
    MLMATH_CHECK(refused([&] { bandwidth(all, 1, 0, 1, 1e-3, &rate); }));
    MLMATH_CHECK(refused([&] { bandwidth(all, 1, 512, 0, 1e-3, &rate); }));
    MLMATH_CHECK(refused([&] { bandwidth(all, 1, 512, 1, -1, &rate); }));
}

MLMATH_TEST(machine_latencies_are_positive) {
    for (int threads : {1, 2, 3}) {
        for (const Latency l : {region_latency(threads, 1e-4), barrier_latency(threads, 1e-4), wake_latency(threads, 1e-4)}) {
            MLMATH_CHECK(positive(l.median) && l.best <= l.median);
        }
    }
    for (bool huge : {false, true}) {
        const PageLatency p = page_latency(huge, 1e-4);
        MLMATH_CHECK(p.touch.best >= 0 && p.touch.best <= p.touch.median);  // zero where there are no such pages
    }
    MLMATH_CHECK(refused([] { wake_latency(0, 1e-3); }));
}

}  // namespace mlmath::tests
