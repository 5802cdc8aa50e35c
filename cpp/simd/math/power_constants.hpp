// SPDX-License-Identifier: BSD-3-Clause
// Constants of pow and cbrt. Written by coefficients_power.py.
#pragma once
#include "simd/vec_table.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

struct PowerConstants {
    // (log(1 + r) - r + r^2/2) / r^3; times |r|^2 in error by 2^-67.6
    static constexpr double log_terms[] = {
        0x1.5555555555556p-2, -0x1.ffffffffffe94p-3, 0x1.9999999995b74p-3, -0x1.555555580dc94p-3, 0x1.2492495c56815p-3,
        -0x1.ffffc88840461p-4, 0x1.c71a0c8f6dc59p-4, -0x1.9a813100b9404p-4, 0x1.7916bd8fec6fdp-4};
    // For floats. (log(1 + r) - r) / r^2; times |r| in error by 2^-37.2
    static constexpr double short_log[] = {
        -0x1.000000014c9eap-1, 0x1.555550e9ca398p-2, -0x1.ffff7f79d926ep-3, 0x1.9a054bd180bd9p-3, -0x1.57929baa4688dp-3};
    // (e^r - 1) / r; times |r| in error by 2^-33.5
    static constexpr double short_exp[] = {
        0x1.ffffffb1148ap-1, 0x1.ffffffc8cbd59p-2, 0x1.555f98baadc58p-3, 0x1.555e64f61247cp-5};
};
template <class T>
struct CubeRootConstants;
template <>
struct CubeRootConstants<double> {
    // m^(-1/3), 1 <= m <= 2, in error by 2^-20.1
    static constexpr double inverse_root[] = {
        0x1.e13958ab393c2p+0, -0x1.fc41b03a2802bp+0, 0x1.fa1b990e2fe27p+0, -0x1.45faad2b12c9fp+0, 0x1.0104937902b7fp-1,
        -0x1.c43bda879bf8p-4, 0x1.54684e7b5e568p-7};
    // 2^(-s/3), s = -1, 0, 1, by s mod 8.
    static constexpr double inverse_root_of_2_values[] = {
        0x1p+0, 0x1.965fea53d6e3dp-1, 0x1p+0, 0x1p+0, 0x1p+0, 0x1p+0, 0x1p+0, 0x1.428a2f98d728bp+0};
    static constexpr Table<double, 8> inverse_root_of_2{inverse_root_of_2_values};
};
template <>
struct CubeRootConstants<float> {
    // m^(-1/3), 1 <= m <= 2, in error by 2^-11.9
    static constexpr float inverse_root[] = {
        0x1.8ab91cp+0f, -0x1.9eb32p-1f, 0x1.45622p-2f, -0x1.991548p-5f};
    // 2^(-s/3), s = -1, 0, 1, by s mod 8.
    static constexpr float inverse_root_of_2_values[] = {
        0x1p+0f, 0x1.965feap-1f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1.428a3p+0f};
    static constexpr Table<float, 8> inverse_root_of_2{inverse_root_of_2_values};
};

}  // namespace math_detail
}  // namespace mlmath::MLMATH_LEVEL
