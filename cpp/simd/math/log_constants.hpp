// SPDX-License-Identifier: BSD-3-Clause
// Constants of the logarithms: reciprocals of 16 points, their logarithms in two parts, polynomials.
// Written by coefficients_exp_log.py.
#pragma once
#include "simd/vec_table.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace math_detail {

constexpr int log_entries_below_1 = 10;

// Reciprocals 1/c.
template <class T>
struct LogReciprocals;
// One base: n unit + log c in two parts each; log r to that base is r (scale_high + scale_low) + r^2 terms(r).
template <class T>
struct NaturalLog;
template <class T>
struct BinaryLog;
template <class T>
struct DecimalLog;
template <>
struct LogReciprocals<double> {
    static constexpr double inverse_values[] = {
        0x1.745d1745d1746p+0, 0x1.642c8590b2164p+0, 0x1.5555555555555p+0, 0x1.47ae147ae147bp+0, 0x1.3b13b13b13b14p+0,
        0x1.3p+0, 0x1.28p+0, 0x1.18p+0, 0x1.1p+0, 0x1.08p+0, 0x1p+0, 0x1.ep-1, 0x1.c8p-1, 0x1.bp-1, 0x1.999999999999ap-1,
        0x1.8618618618618p-1};
    static constexpr Table<double, 16> inverse{inverse_values};
};
template <>
struct NaturalLog<double> {
    static constexpr double unit_high = 0x1.62e42fefa38p-1, unit_low = 0x1.ef35793c7673p-45;
    static constexpr double scale_high = 0x1p+0, scale_low = 0x0p+0;
    static constexpr double high_values[] = {
        -0x1.7fafa3bd81p-2, -0x1.522ae0738ap-2, -0x1.269621134ep-2, -0x1.f991c6cb3cp-3, -0x1.a93ed3c8aep-3,
        -0x1.5ff3070a7ap-3, -0x1.29552f82p-3, -0x1.6f0d28ae58p-4, -0x1.f0a30c0118p-5, -0x1.f829b0e78p-6, 0x0p+0,
        0x1.08598b59e4p-4, 0x1.da72763844p-4, 0x1.5bf406b544p-3, 0x1.c8ff7c79aap-3, 0x1.1675cababap-2};
    static constexpr Table<double, 16> high{high_values};
    static constexpr double low_values[] = {
        -0x1.471b79bf6d4cbp-44, -0x1.eba708164c759p-45, 0x1.1ba1f10522625p-44, 0x1.90b84cd7cc834p-44, 0x1.86a4350562169p-45,
        0x1.8586f183bebf2p-44, 0x1.5b967f4471dfcp-44, 0x1.4b4641b664613p-44, 0x1.d599e83368e91p-45, -0x1.980267c7e09e4p-45,
        0x0p+0, -0x1.7e5dd7009902cp-46, 0x1.a89401fa71733p-46, -0x1.27023eb68981cp-46, -0x1.7814f689f8434p-45,
        0x1.83c0e731f55c4p-44};
    static constexpr Table<double, 16> low{low_values};
    // times |r| in error by 1.6e-17
    static constexpr double terms[] = {
        -0x1.fffffffffffc1p-2, 0x1.5555555554c14p-2, -0x1.00000000d4bd5p-2, 0x1.999999b8859efp-3, -0x1.55553e0a372ebp-3,
        0x1.24915b705a31p-3, -0x1.0077cc431f70dp-3, 0x1.cbafa92ec5668p-4};
};
template <>
struct BinaryLog<double> {
    static constexpr double unit_high = 0x1p+0, unit_low = 0x0p+0;
    static constexpr double scale_high = 0x1.71547652b82fep+0, scale_low = 0x1.777d0ffda0d24p-56;
    static constexpr double high_values[] = {
        -0x1.14c560fe688p-1, -0x1.e7df5fe539p-2, -0x1.a8ff971811p-2, -0x1.6cb0f6865dp-2, -0x1.32bfee370fp-2,
        -0x1.fbc16b9026p-3, -0x1.acf5e2db4ep-3, -0x1.08c588cda8p-3, -0x1.663f6fac9p-4, -0x1.6bad3758fp-5, 0x0p+0,
        0x1.7d60496cfcp-4, 0x1.563dc29ffap-3, 0x1.f5fd8a9064p-3, 0x1.49a784bcd2p-2, 0x1.91bba891f1p-2};
    static constexpr Table<double, 16> high{high_values};
    static constexpr double low_values[] = {
        -0x1.7c6e9adf43f2fp-44, 0x1.535a6bba73a4bp-44, 0x1.68d64f1e45cebp-44, 0x1.c55c84aae3be6p-44, 0x1.962909403469ap-46,
        -0x1.0144751b3314fp-44, -0x1.927dfc23d978p-44, 0x1.871a7610e40bdp-45, -0x1.3167ccc538261p-44, 0x1.3c6764fc87b4ap-48,
        0x0p+0, -0x1.2ce6312ebb81dp-46, 0x1.964190e41bca7p-44, -0x1.cb6f70109b0f1p-47, -0x1.1d9cc2d296ee4p-44,
        0x1.c28981cad608fp-44};
    static constexpr Table<double, 16> low{low_values};
    // times |r| in error by 2.2e-17
    static constexpr double terms[] = {
        -0x1.71547652b82d1p-1, 0x1.ec709dc39f6a4p-2, -0x1.71547653eb1afp-2, 0x1.2776c52547f3ap-2, -0x1.ec707c28aa602p-3,
        0x1.a6160bb87c127p-3, -0x1.72014b45dd646p-3, 0x1.4b97ee7bb76ecp-3};
};
template <>
struct DecimalLog<double> {
    static constexpr double unit_high = 0x1.34413509f7p-2, unit_low = 0x1.3fde623e2566bp-43;
    static constexpr double scale_high = 0x1.bcb7b1526e50ep-2, scale_low = 0x1.95355baaafad3p-57;
    static constexpr double high_values[] = {
        -0x1.4d43f8275ap-3, -0x1.25ba8215bp-3, -0x1.ffbfc2bbc8p-4, -0x1.b721cd1714p-4, -0x1.715d0ce368p-4,
        -0x1.31b3055c48p-4, -0x1.02428c1f08p-4, -0x1.3ed1199a6p-5, -0x1.af5f92b01p-6, -0x1.b5e908eb2p-7, 0x0p+0,
        0x1.cb38fccd9p-6, 0x1.9c197abfp-5, 0x1.2e3a740b78p-4, 0x1.8cf1838864p-4, 0x1.e3bc1ab0ep-4};
    static constexpr Table<double, 16> high{high_values};
    static constexpr double low_values[] = {
        -0x1.20e665a6e1996p-45, 0x1.0089d896499b2p-44, 0x1.ff91cd0d41d8bp-46, -0x1.7e33cbb4338c4p-44, 0x1.40a56a54960abp-46,
        0x1.dcffc97be8c9cp-45, -0x1.5ea6bc2bc8c2cp-52, 0x1.bdafc8ad828b8p-45, 0x1.9f05921f59258p-46, 0x1.90dfe0d1601cap-44,
        0x0p+0, -0x1.00925a535ae72p-44, 0x1.badcf3d6e4566p-46, 0x1.d288560689912p-53, 0x1.015bce2014e1fp-45,
        0x1.9fffa0ddba65fp-44};
    static constexpr Table<double, 16> low{low_values};
    // times |r| in error by 6.8e-18
    static constexpr double terms[] = {
        -0x1.bcb7b1526e4d7p-3, 0x1.287a7636f3b55p-3, -0x1.bcb7b153dfe1dp-4, 0x1.63c6279000d24p-4, -0x1.287a61fb74a5fp-4,
        0x1.fc3e0925ee985p-5, -0x1.bd87cd8cd7a18p-5, 0x1.8f474133c3909p-5};
};
template <>
struct LogReciprocals<float> {
    static constexpr float inverse_values[] = {
        0x1.745d18p+0f, 0x1.642c86p+0f, 0x1.555556p+0f, 0x1.47ae14p+0f, 0x1.3b13b2p+0f, 0x1.3p+0f, 0x1.28p+0f, 0x1.18p+0f,
        0x1.1p+0f, 0x1.08p+0f, 0x1p+0f, 0x1.ep-1f, 0x1.c8p-1f, 0x1.bp-1f, 0x1.99999ap-1f, 0x1.861862p-1f};
    static constexpr Table<float, 16> inverse{inverse_values};
};
template <>
struct NaturalLog<float> {
    static constexpr float unit_high = 0x1.62e4p-1f, unit_low = 0x1.7f7d1cp-20f;
    static constexpr float scale_high = 0x1p+0f, scale_low = 0x0p+0f;
    static constexpr float high_values[] = {
        -0x1.7fbp-2f, -0x1.522cp-2f, -0x1.2698p-2f, -0x1.f99p-3f, -0x1.a94p-3f, -0x1.5ffp-3f, -0x1.2958p-3f, -0x1.6f1p-4f,
        -0x1.f0ap-5f, -0x1.f84p-6f, 0x0p+0f, 0x1.086p-4f, 0x1.da7p-4f, 0x1.5bf8p-3f, 0x1.c9p-3f, 0x1.1674p-2f};
    static constexpr Table<float, 16> high{high_values};
    static constexpr float low_values[] = {
        0x1.6909fap-20f, 0x1.1e4c76p-18f, 0x1.dcecb2p-18f, -0x1.c3cb3cp-19f, 0x1.273752p-19f, -0x1.83853cp-18f,
        0x1.683fp-18f, 0x1.6ba8d4p-19f, -0x1.86008cp-20f, 0x1.64f188p-18f, 0x0p+0f, -0x1.9d2988p-18f, 0x1.3b1c22p-19f,
        -0x1.fca55ep-18f, -0x1.0b0cacp-20f, 0x1.c97abap-18f};
    static constexpr Table<float, 16> low{low_values};
    // times |r| in error by 3.8e-10
    static constexpr float terms[] = {
        -0x1.fffffcp-2f, 0x1.55552ep-2f, -0x1.00378p-2f, 0x1.9b9f54p-3f};
};
template <>
struct BinaryLog<float> {
    static constexpr float unit_high = 0x1p+0f, unit_low = 0x0p+0f;
    static constexpr float scale_high = 0x1.715476p+0f, scale_low = 0x1.4ae0cp-26f;
    static constexpr float high_values[] = {
        -0x1.14c6p-1f, -0x1.e7ep-2f, -0x1.a9p-2f, -0x1.6cbp-2f, -0x1.32cp-2f, -0x1.fbcp-3f, -0x1.acf8p-3f, -0x1.08c8p-3f,
        -0x1.664p-4f, -0x1.6bap-5f, 0x0p+0f, 0x1.7d6p-4f, 0x1.564p-3f, 0x1.f6p-3f, 0x1.49a8p-2f, 0x1.91bcp-2f};
    static constexpr Table<float, 16> high{high_values};
    static constexpr float low_values[] = {
        0x1.3b2086p-18f, 0x1.3c9a3cp-19f, 0x1.98151ap-20f, -0x1.e8b8bcp-19f, 0x1.c5b3bep-23f, -0x1.6b9026p-19f,
        0x1.0e9258p-18f, 0x1.3b992cp-18f, 0x1.20a6dep-21f, -0x1.a6eb1ep-18f, 0x0p+0f, 0x1.25b3eep-22f, -0x1.1eb002p-18f,
        -0x1.3ab7cep-18f, -0x1.f2d20ap-20f, -0x1.64eeep-20f};
    static constexpr Table<float, 16> low{low_values};
    // times |r| in error by 5.5e-10
    static constexpr float terms[] = {
        -0x1.715474p-1f, 0x1.ec7064p-2f, -0x1.71a488p-2f, 0x1.28ec3ap-2f};
};
template <>
struct DecimalLog<float> {
    static constexpr float unit_high = 0x1.344p-2f, unit_low = 0x1.3509f8p-18f;
    static constexpr float scale_high = 0x1.bcb7b2p-2f, scale_low = -0x1.5b235ep-27f;
    static constexpr float high_values[] = {
        -0x1.4d4p-3f, -0x1.25b8p-3f, -0x1.ffcp-4f, -0x1.b72p-4f, -0x1.716p-4f, -0x1.31bp-4f, -0x1.024p-4f, -0x1.3eep-5f,
        -0x1.af4p-6f, -0x1.b6p-7f, 0x0p+0f, 0x1.cb4p-6f, 0x1.9c2p-5f, 0x1.2e4p-4f, 0x1.8cfp-4f, 0x1.e3cp-4f};
    static constexpr Table<float, 16> high{high_values};
    static constexpr float low_values[] = {
        -0x1.fcf208p-18f, -0x1.4195d2p-18f, 0x1.ce5648p-23f, -0x1.ca7c02p-20f, 0x1.776266p-19f, -0x1.82ae24p-19f,
        -0x1.460f84p-19f, 0x1.dcccb4p-18f, -0x1.f92bp-18f, 0x1.6f714ep-19f, 0x0p+0f, -0x1.c0cc9ep-20f, -0x1.a1504p-19f,
        -0x1.62fd22p-18f, 0x1.81cbacp-20f, -0x1.f3bd82p-19f};
    static constexpr Table<float, 16> low{low_values};
    // times |r| in error by 1.7e-10
    static constexpr float terms[] = {
        -0x1.bcb7aep-3f, 0x1.287a54p-3f, -0x1.bd181ap-4f, 0x1.6587d8p-4f};
};

}  // namespace math_detail
}  // namespace mlmath::MLMATH_LEVEL
