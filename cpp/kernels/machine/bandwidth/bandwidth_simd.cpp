// SPDX-License-Identifier: BSD-3-Clause
// bandwidth: the accesses in whole registers, eight or more in flight. Compiled once per level.
#include "kernels/machine/bandwidth/bandwidth_rows.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr int per_row = static_cast<int>(bandwidth_row) / width<double>;  // registers of one row

// Before every pass the compiler is made to believe that the array has moved and changed: it may then neither drop a pass whose
// values the next one overwrites nor read an array once for all passes.
template <class P>
MLMATH_INLINE void next_pass(P*& p) {
    asm volatile("" : "+r"(p) : : "memory");
}

std::uint64_t read(const double* a, std::ptrdiff_t n, std::ptrdiff_t passes) {
    constexpr int sums = 8;  // an integer addition takes one cycle: two loads per cycle need two sums, and 8 leave slack
    vec_u64 sum[sums] = {};
    for (std::ptrdiff_t pass = 0; pass < passes; ++pass) {
        next_pass(a);
        for (std::ptrdiff_t i = 0; i < n; i += bandwidth_row) {
            MLMATH_UNROLL for (int r = 0; r < per_row; ++r) sum[r % sums] =
                sum[r % sums] + bits_as<std::uint64_t>(load(a + i + r * width<double>));
        }
    }
    MLMATH_UNROLL for (int r = 1; r < sums; ++r) sum[0] = sum[0] + sum[r];
    std::uint64_t lane[width<double>];
    store(lane, sum[0]);
    return fold_sum<width<double>>(lane);
}

template <bool non_temporal>
void write(double* a, double value, std::ptrdiff_t n, std::ptrdiff_t passes) {
    for (std::ptrdiff_t pass = 0; pass < passes; ++pass) {
        next_pass(a);
        const vec_f64 v = broadcast(value + static_cast<double>(pass));
        for (std::ptrdiff_t i = 0; i < n; i += bandwidth_row) {
            MLMATH_UNROLL for (int r = 0; r < per_row; ++r) {
                if constexpr (non_temporal)
                    stream(a + i + r * width<double>, v);
                else
                    store(a + i + r * width<double>, v);
            }
        }
    }
    if constexpr (non_temporal) stream_fence();
}

void copy(double* a, const double* b, std::ptrdiff_t n, std::ptrdiff_t passes) {
    for (std::ptrdiff_t pass = 0; pass < passes; ++pass) {
        next_pass(a);
        next_pass(b);
        for (std::ptrdiff_t i = 0; i < n; i += bandwidth_row) {
            MLMATH_UNROLL for (int r = 0; r < per_row; ++r) store(a + i + r * width<double>, load(b + i + r * width<double>));
        }
    }
}

void triad(double* a, const double* b, double s, const double* c, std::ptrdiff_t n, std::ptrdiff_t passes) {
    for (std::ptrdiff_t pass = 0; pass < passes; ++pass) {
        next_pass(a);
        next_pass(b);
        next_pass(c);
        for (std::ptrdiff_t i = 0; i < n; i += bandwidth_row) {
            MLMATH_UNROLL for (int r = 0; r < per_row; ++r) {
                const std::ptrdiff_t at = i + r * width<double>;
                store(a + at, fma(broadcast(s), load(c + at), load(b + at)));
            }
        }
    }
}

void add(double* a, const double* b, std::ptrdiff_t n, std::ptrdiff_t passes) {
    for (std::ptrdiff_t pass = 0; pass < passes; ++pass) {
        next_pass(a);
        next_pass(b);
        for (std::ptrdiff_t i = 0; i < n; i += bandwidth_row) {
            MLMATH_UNROLL for (int r = 0; r < per_row; ++r) {
                const std::ptrdiff_t at = i + r * width<double>;
                store(a + at, load(a + at) + load(b + at));
            }
        }
    }
}

void update(double* a, double* b, double* c, const double* d, std::ptrdiff_t n, std::ptrdiff_t passes) {
    for (std::ptrdiff_t pass = 0; pass < passes; ++pass) {
        next_pass(a);
        next_pass(b);
        next_pass(c);
        next_pass(d);
        for (std::ptrdiff_t i = 0; i < n; i += bandwidth_row) {
            MLMATH_UNROLL for (int r = 0; r < per_row; ++r) {
                const std::ptrdiff_t at = i + r * width<double>;
                const vec_f64 move = load(d + at);
                store(a + at, load(a + at) + move);
                store(b + at, load(b + at) + move);
                store(c + at, load(c + at) + move);
            }
        }
    }
}

}  // namespace

extern const BandwidthKernels bandwidth_kernels;
const BandwidthKernels bandwidth_kernels = {read, write<false>, write<true>, copy, triad, add, update};

}  // namespace mlmath::MLMATH_LEVEL
