// SPDX-License-Identifier: BSD-3-Clause
// Constants of sinh and tanh near 0. Written by coefficients_hyperbolic.py.
#pragma once
#include "simd/math/common.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

template <class T>
struct HyperbolicConstants;
template <>
struct HyperbolicConstants<double> {
    // (tanh y / y - 1) / z = above(z) / below(z), z = y^2, y <= tanh_small; times z in error by 2^-57.1
    static constexpr double tanh_small = 0x1.8p-1;
    static constexpr double tanh_above[] = {
        -0x1.5555555555547p-2, -0x1.4fb4f89c18979p-6, -0x1.a0e210e6e33dep-13};
    static constexpr double tanh_below[] = {
        0x1p+0, 0x1.d88b8836ddd41p-2, 0x1.7d69503500b5cp-6, 0x1.b0402f0ed0eb3p-13};
    // (sinh y / y - 1) / z, z = y^2 <= 1; times z in error by 2^-63.2
    static constexpr double sinh_terms[] = {
        0x1.5555555555556p-3, 0x1.11111111110a1p-7, 0x1.a01a01a02921bp-13, 0x1.71de3a45f587ap-19, 0x1.ae646767db636p-26,
        0x1.611a39995af0cp-33, 0x1.b4cfa2b04bfd2p-41};
};
template <>
struct HyperbolicConstants<float> {
    // (tanh y / y - 1) / z = above(z) / below(z), z = y^2, y <= tanh_small; times z in error by 2^-25.8
    static constexpr float tanh_small = 0x1.8p-1f;
    static constexpr float tanh_above[] = {
        -0x1.555526p-2f, -0x1.8f3ddp-10f};
    static constexpr float tanh_below[] = {
        0x1p+0f, 0x1.9e40d2p-2f};
    // (sinh y / y - 1) / z, z = y^2 <= 1; times z in error by 2^-34.0
    static constexpr float sinh_terms[] = {
        0x1.555556p-3f, 0x1.111136p-7f, 0x1.9ffe1p-13f, 0x1.7a26b2p-19f};
};

}  // namespace math_detail
}  // namespace mlmath::MLMATH_LEVEL
