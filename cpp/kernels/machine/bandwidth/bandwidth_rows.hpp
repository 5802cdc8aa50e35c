// SPDX-License-Identifier: BSD-3-Clause
// bandwidth: what the driver and the per-level units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// Constraint: the loop must not be what is measured: its counter and branch should be a small part of the row.
// Arithmetic: 8 registers of 64 bytes are 4 cycles of loads at two per cycle, beside one fused compare and branch and one addition.
// Decision: rows of 512 bytes, 64 doubles.
constexpr std::ptrdiff_t bandwidth_row = 64;

// n is a multiple of bandwidth_row, pointers are aligned to 64 bytes and do not overlap. Each does all n elements `passes` times.
struct BandwidthKernels {
    std::uint64_t (*read)(const double* a, std::ptrdiff_t n, std::ptrdiff_t passes);  // passes * the sum of the bit patterns
    void (*write)(double* a, double value, std::ptrdiff_t n, std::ptrdiff_t passes);  // value + pass, pass = 0 .. passes-1
    void (*stream)(double* a, double value, std::ptrdiff_t n, std::ptrdiff_t passes);
    void (*copy)(double* a, const double* b, std::ptrdiff_t n, std::ptrdiff_t passes);
    void (*triad)(double* a, const double* b, double s, const double* c, std::ptrdiff_t n, std::ptrdiff_t passes);
    void (*add)(double* a, const double* b, std::ptrdiff_t n, std::ptrdiff_t passes);
    void (*update)(double* a, double* b, double* c, const double* d, std::ptrdiff_t n, std::ptrdiff_t passes);
};

}  // namespace mlmath
