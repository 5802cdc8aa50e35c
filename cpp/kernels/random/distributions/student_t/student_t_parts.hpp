// SPDX-License-Identifier: BSD-3-Clause
// student_t: what the driver and the per-level units agree on.
#pragma once
#include "kernels/random/engines/xblock/xblock_parts.hpp"

namespace mlmath {

struct StudentTParameters {
    double df;
};

constexpr int student_t_halves = 4;
constexpr int student_t_tile_elements = 512;    // of a driver's tile, 64 steps
constexpr double student_t_small_df = 0.25;     // below: exponentials apart, for e^(90 / df) overflows
constexpr double student_t_normal_df = 0x1p60;  // from here on the law is the normal one

template <class T>
struct StudentTFunctions {
    void (*convert)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                    const StudentTParameters& parameters);
    void (*convert_each)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                         const double* const* parameters);
};
struct StudentTKernels {
    StudentTFunctions<double> f64;
    StudentTFunctions<float> f32;
};

}  // namespace mlmath
