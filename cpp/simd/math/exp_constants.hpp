// SPDX-License-Identifier: BSD-3-Clause
// Constants of exp, exp2, expm1: 2^(j/8), ln(2)/8 in two parts, polynomials on half a step.
// Written by coefficients_exp_log.py.
#pragma once
#include "simd/vec_table.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

template <class T>
struct ExpConstants;
template <>
struct ExpConstants<double> {
    static constexpr double steps_per_unit = 0x1.71547652b82fep+3;  // 8 / ln 2
    // ln(2)/8: 39 bits, and the rest.
    static constexpr double step_high = 0x1.62e42fefap-4, step_low = 0x1.cf79abc9e3b3ap-43;
    // 2^(j/8) rounded, and what the rounding left, relative to it.
    static constexpr double power_values[] = {
        0x1p+0, 0x1.172b83c7d517bp+0, 0x1.306fe0a31b715p+0, 0x1.4bfdad5362a27p+0, 0x1.6a09e667f3bcdp+0, 0x1.8ace5422aa0dbp+0,
        0x1.ae89f995ad3adp+0, 0x1.d5818dcfba487p+0};
    static constexpr Table<double, 8> power{power_values};
    static constexpr double power_tail_values[] = {
        0x0p+0, -0x1.01b15eaa59348p-55, 0x1.34d754db0abb6p-55, 0x1.690cebb7aafbp-56, -0x1.3b3efbf5e2229p-54,
        0x1.db72fc1f0eab4p-55, 0x1.c1a7792cb3386p-55, 0x1.4a385a63d07a7p-56};
    static constexpr Table<double, 8> power_tail{power_tail_values};
    // (e^r - 1 - r) / r^2, |r| <= ln(2)/16; times r^2 in error by 2.8e-18
    static constexpr double terms[] = {
        0x1.000000000011p-1, 0x1.5555555555662p-3, 0x1.55555547ec2c9p-5, 0x1.11111107c5d3ap-7, 0x1.6c1cc412a5ce6p-10,
        0x1.a0207b9f27d96p-13};
    // The same for e^r - 1 by itself: times |r| in error by 3.1e-19
    static constexpr double terms_minus_1[] = {
        0x1p-1, 0x1.55555555555cep-3, 0x1.55555555555f5p-5, 0x1.1111110b19db4p-7, 0x1.6c16c16385e9ap-10,
        0x1.a01f59c64a998p-13, 0x1.a01f70b499754p-16};
    // (2^r - 1) / r, |r| <= 1/16: 1 and the terms above, times powers of ln 2
    static constexpr double terms_of_2[] = {
        0x1.62e42fefa39efp-1, 0x1.ebfbdff82c79ap-3, 0x1.c6b08d704a225p-5, 0x1.3b2ab6ef42edfp-7, 0x1.5d87fe6cc0f88p-10,
        0x1.430e6820c07ap-13, 0x1.ffd3f3a61f97cp-17};
};
template <>
struct ExpConstants<float> {
    static constexpr float steps_per_unit = 0x1.715476p+3f;  // 8 / ln 2
    // ln(2)/8: 13 bits, and the rest.
    static constexpr float step_high = 0x1.62ep-4f, step_low = 0x1.0bfbe8p-18f;
    // 2^(j/8) rounded, and what the rounding left, relative to it.
    static constexpr float power_values[] = {
        0x1p+0f, 0x1.172b84p+0f, 0x1.306fep+0f, 0x1.4bfdaep+0f, 0x1.6a09e6p+0f, 0x1.8ace54p+0f, 0x1.ae89fap+0f,
        0x1.d5818ep+0f};
    static constexpr Table<float, 8> power{power_values};
    static constexpr float power_tail_values[] = {
        0x0p+0f, -0x1.9c0c22p-27f, 0x1.125002p-25f, -0x1.0a3552p-25f, 0x1.26055cp-26f, 0x1.67a1cap-28f, -0x1.f9c306p-27f,
        -0x1.a5217cp-28f};
    static constexpr Table<float, 8> power_tail{power_tail_values};
    // (e^r - 1 - r) / r^2, |r| <= ln(2)/16; times r^2 in error by 1.7e-10
    static constexpr float terms[] = {
        0x1p-1f, 0x1.555c7ap-3f, 0x1.555daap-5f};
    // The same for e^r - 1 by itself: times |r| in error by 1.3e-11
    static constexpr float terms_minus_1[] = {
        0x1p-1f, 0x1.555556p-3f, 0x1.555c2ep-5f, 0x1.11163ep-7f};
    // (2^r - 1) / r, |r| <= 1/16: 1 and the terms above, times powers of ln 2
    static constexpr float terms_of_2[] = {
        0x1.62e43p-1f, 0x1.ebfbep-3f, 0x1.c6ba1p-5f, 0x1.3b3268p-7f};
};

}  // namespace math_detail
}  // namespace mlmath::MLMATH_LEVEL
