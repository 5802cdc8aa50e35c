// SPDX-License-Identifier: BSD-3-Clause
// normal: the numbers of the transform. Part of the stream's definition (stream_version 1): no bit of them may change.
#pragma once

namespace mlmath {
// Internal linkage: a compiler may put an array into memory, and a unit of one level must not define a symbol that others could be
// given.
namespace {

// Constraint: a relative error d in the transform shows only after about 1/d^2 draws. Decision: polynomials to 2^-46 (double) and
// to half an ulp (float); normal_coefficients.py beside this file prints them, near-minimax in relative error.
template <class T>
struct NormalCoefficients;

template <>
struct NormalCoefficients<double> {
    // -2 ln(1 - g) / g on 0 <= g <= 1/2: 2^-46.6
    static constexpr double log_terms[] = {0x1.000000000002ap+1, 0x1.ffffffffd1157p-1,  0x1.55555577e04eap-1, 0x1.ffffebe91a9cap-2,
                                           0x1.999caaa976366p-2, 0x1.550cdb3256bacp-2,  0x1.28f76eac31764p-2, 0x1.a197d5c04256ep-3,
                                           0x1.270f1f5a168d6p-1, -0x1.c8dc240f7985cp+0, 0x1.0c2d5cbcf93fdp+3, -0x1.8cd8872766dacp+4,
                                           0x1.bd087ef427852p+5, -0x1.5e209ea90c7e6p+6, 0x1.77b3740fb8990p+6, -0x1.e9da584a1f6e0p+5,
                                           0x1.2fc44836ac4fbp+4};
    // (cos(pi/2 a) - 1) / a^2 in powers of a^2, |a| <= 1/2: the cosine to 2^-51.8
    static constexpr double cos_terms[] = {-0x1.3bd3cc9be45dbp+0, 0x1.03c1f081b4b31p-2,   -0x1.55d3c7e0f8f80p-6,
                                           0x1.e1f5008833a4fp-11, -0x1.a6cc2c2350245p-16, 0x1.f4b28b670943ep-22};
    // sin(pi/2 a) / a in powers of a^2: 2^-47.6
    static constexpr double sin_terms[] = {0x1.921fb54442cf8p+0,  -0x1.4abbce62577bap-1, 0x1.466bc670fd262p-4,
                                           -0x1.32d2c629981b4p-8, 0x1.5071bedb5fa5bp-13, -0x1.dd4e56b720264p-19};
    static constexpr double two_ln2 = 0x1.62e42fefa39efp+0;
};

template <>
struct NormalCoefficients<float> {
    static constexpr float log_terms[] = {0x1.000000p+1f,  0x1.fffe20p-1f, 0x1.55b59ap-1f,  0x1.f14438p-2f, 0x1.1413aep-1f,
                                          -0x1.a0caaap-2f, 0x1.41f272p+1f, -0x1.b21ba0p+1f, 0x1.70e9f0p+1f};  // 2^-24.4
    static constexpr float cos_terms[] = {-0x1.3bd3ccp+0f, 0x1.03c1eap-2f, -0x1.55cb88p-6f,
                                          0x1.db5fa8p-11f};  // the cosine to 2^-26.2
    static constexpr float sin_terms[] = {0x1.921fb6p+0f, -0x1.4abbbap-1f, 0x1.465e92p-4f, -0x1.2d9302p-8f};  // 2^-24.8
    static constexpr float two_ln2 = 0x1.62e430p+0f;
};

}  // namespace

// A radius half below this is continued by 32 extra bits (see normal.hpp).
constexpr unsigned normal_f32_tail = 1u << 10;

}  // namespace mlmath
