// SPDX-License-Identifier: BSD-3-Clause
// Constants of the trigonometric functions and their inverses. Written by coefficients_trigonometric.py.
#pragma once
#include "simd/math/common.hpp"
#include "simd/vec_table.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

// Sixty-four zeros, then the bits of 2/pi.
constexpr std::uint64_t two_over_pi_bits[] = {
    0x0000000000000000, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
    0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41,
    0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7,
    0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08};

template <class T>
struct TrigonometricConstants;
template <>
struct TrigonometricConstants<double> {
    static constexpr double two_over_pi = 0x1.45f306dc9c883p-1;
    static constexpr double half_pi_high = 0x1.921fb54442d18p+0, half_pi_middle = 0x1.1a62633145c07p-54,
                            half_pi_low = -0x1.f1976b7ed8fbcp-110;
    static constexpr double pi_high = 0x1.921fb54442d18p+1, pi_middle = 0x1.1a62633145c07p-53,
                            pi_low = -0x1.f1976b7ed8fbcp-109;
    // (sin r / r - 1) / r^2 in r^2, |r| <= pi/4 and a little; times r^2 in error by 2^-57.9
    static constexpr double sine[] = {
        -0x1.5555555555548p-3, 0x1.111111110f74p-7, -0x1.a01a019be89f7p-13, 0x1.71de3552d494cp-19, -0x1.ae5e4864180e2p-26,
        0x1.5d8a1939bb1acp-33};
    // (cos r - 1 + r^2/2) / r^4 in r^2; times r^4 in error by 2^-64.1
    static constexpr double cosine[] = {
        0x1.555555555554bp-5, -0x1.6c16c16c1502ap-10, 0x1.a01a019c8f1d4p-16, -0x1.27e4f7eff36ebp-22, 0x1.1ee9d9a1f7ec4p-29,
        -0x1.8fa4da19beb9p-37};
    // (atan t / t - 1) / t^2 in t^2, |t| <= 0.125; times t^2 in error by 2^-58.9
    static constexpr double atan_terms[] = {
        -0x1.55555555554ccp-2, 0x1.9999999945e8fp-3, -0x1.2492489ccedfcp-3, 0x1.c71ba718f5f7ep-4, -0x1.74107609efe47p-4,
        0x1.2cc1abb8f542cp-4};
    // t = (a p - s) / (p + a s), s/p the point; the angle of the point in two parts.
    static constexpr double atan_p_values[] = {
        0x1p+0, 0x1p+0, 0x1p+0, 0x1p+0, 0x1p+0, 0x1p+0, 0x1p+0, 0x1p+0, 0x1p+0, 0x1p+0, 0x1p+0, 0x1p+0, 0x1p+0, 0x0p+0,
        0x0p+0, 0x0p+0};
    static constexpr Table<double, 16> atan_p{atan_p_values};
    static constexpr double atan_s_values[] = {
        0x0p+0, 0x1.3ap-3, 0x1.bcp-3, 0x1.3ap-2, 0x1.bcp-2, 0x1.3ap-1, 0x1.bcp-1, 0x1.3ap+0, 0x1.bcp+0, 0x1.3ap+1, 0x1.bcp+1,
        0x1.3ap+2, 0x1.bcp+2, 0x1p+0, 0x0p+0, 0x0p+0};
    static constexpr Table<double, 16> atan_s{atan_s_values};
    static constexpr double atan_high_values[] = {
        0x0p+0, 0x1.3792df352951ep-3, 0x1.b53bd290edf69p-3, 0x1.30adc7e7c25f9p-2, 0x1.a2f233e5e530bp-2, 0x1.19aa5e5299f9ap-1,
        0x1.6dc44551553afp-1, 0x1.c60b1cafdff0ap-1, 0x1.0c3b2e1423c0fp+0, 0x1.2f0829a61847p+0, 0x1.4a453598759cp+0,
        0x1.5ea68c2777fa6p+0, 0x1.6d79b31a369dfp+0, 0x1.921fb54442d18p+0, 0x0p+0, 0x0p+0};
    static constexpr Table<double, 16> atan_high{atan_high_values};
    static constexpr double atan_low_values[] = {
        0x0p+0, 0x1.f89d93a4e3503p-58, -0x1.728a826d84c42p-58, 0x1.01a97f1b8301p-59, 0x1.814d5f797086bp-58,
        -0x1.a606c2c58f835p-55, -0x1.bf8863573828ep-58, 0x1.fbc8bb26ef1ebp-55, -0x1.ac7ddfb7312b5p-55, 0x1.d96ef2bed791dp-54,
        -0x1.666bc3f7a196ep-55, 0x1.34acc02bc3c23p-55, -0x1.81895cac911d7p-54, 0x1.1a62633145c07p-54, 0x0p+0, 0x0p+0};
    static constexpr Table<double, 16> atan_low{atan_low_values};
};
template <>
struct TrigonometricConstants<float> {
    static constexpr float two_over_pi = 0x1.45f306p-1f;
    static constexpr float half_pi_high = 0x1.921fb6p+0f, half_pi_middle = -0x1.777a5cp-25f,
                            half_pi_low = -0x1.ee59dap-50f;
    static constexpr float pi_high = 0x1.921fb6p+1f, pi_middle = -0x1.777a5cp-24f,
                            pi_low = -0x1.ee59dap-49f;
    // (sin r / r - 1) / r^2 in r^2, |r| <= pi/4 and a little; times r^2 in error by 2^-28.0
    static constexpr float sine[] = {
        -0x1.555546p-3f, 0x1.11072ep-7f, -0x1.993d72p-13f};
    // (cos r - 1 + r^2/2) / r^4 in r^2; times r^4 in error by 2^-33.2
    static constexpr float cosine[] = {
        0x1.55554ap-5f, -0x1.6c0c58p-10f, 0x1.99f2dep-16f};
    // (atan t / t - 1) / t^2 in t^2, |t| <= 0.125; times t^2 in error by 2^-34.0
    static constexpr float atan_terms[] = {
        -0x1.55555p-2f, 0x1.998a24p-3f, -0x1.1ddc82p-3f};
    // t = (a p - s) / (p + a s), s/p the point; the angle of the point in two parts.
    static constexpr float atan_p_values[] = {
        0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f,
        0x0p+0f, 0x0p+0f, 0x0p+0f};
    static constexpr Table<float, 16> atan_p{atan_p_values};
    static constexpr float atan_s_values[] = {
        0x0p+0f, 0x1.3ap-3f, 0x1.bcp-3f, 0x1.3ap-2f, 0x1.bcp-2f, 0x1.3ap-1f, 0x1.bcp-1f, 0x1.3ap+0f, 0x1.bcp+0f, 0x1.3ap+1f,
        0x1.bcp+1f, 0x1.3ap+2f, 0x1.bcp+2f, 0x1p+0f, 0x0p+0f, 0x0p+0f};
    static constexpr Table<float, 16> atan_s{atan_s_values};
    static constexpr float atan_high_values[] = {
        0x0p+0f, 0x1.3792ep-3f, 0x1.b53bd2p-3f, 0x1.30adc8p-2f, 0x1.a2f234p-2f, 0x1.19aa5ep-1f, 0x1.6dc446p-1f,
        0x1.c60b1cp-1f, 0x1.0c3b2ep+0f, 0x1.2f082ap+0f, 0x1.4a4536p+0f, 0x1.5ea68cp+0f, 0x1.6d79b4p+0f, 0x1.921fb6p+0f,
        0x0p+0f, 0x0p+0f};
    static constexpr Table<float, 16> atan_high{atan_high_values};
    static constexpr float atan_low_values[] = {
        0x0p+0f, -0x1.95ad5cp-28f, 0x1.21dbeep-28f, -0x1.83da06p-30f, -0x1.a1acf4p-30f, 0x1.4a67e6p-27f, -0x1.5d558ap-26f,
        0x1.5fbfe2p-26f, 0x1.423c0ep-28f, -0x1.679ee4p-26f, -0x1.9e299p-26f, 0x1.3bbfd4p-27f, -0x1.cb92c4p-25f,
        -0x1.777a5cp-25f, 0x0p+0f, 0x0p+0f};
    static constexpr Table<float, 16> atan_low{atan_low_values};
};

}  // namespace math_detail
}  // namespace mlmath::MLMATH_LEVEL
