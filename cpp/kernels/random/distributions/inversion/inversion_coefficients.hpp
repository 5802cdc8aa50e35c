// SPDX-License-Identifier: BSD-3-Clause
// inversion: the numbers of the logarithm. Part of the stream's definition (stream_version 1): no bit of them may change.
// Printed by inversion_coefficients.py beside this file. For kernel units.
#pragma once
#include "simd/vec_table.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// ln(1 - g) for 0 <= g <= 1/2: 1 - g = (1 - x) / c with c the table's number for g's step j = round(14 g), |x| <= 1/16.
//
// Constraint: beside the generator, the two ports that multiply are what limits a logarithm; permutations of one register of
//   doubles are free there. Step 0 has c = 1, so that a small g is its own x: nothing is lost near u = 1.
// Arithmetic: without a table the series on [0, 1/2] has 17 terms; 8 steps leave |x| <= 1/16 and 9 terms; 16 steps would save one
//   more, for a second permutation of two registers. 14 steps to 1 and not 16, because g = 1/2 occurs and must be step 7.
// Decision: 8 numbers, c with at most 9 bits: c - 1 is exact, and x = g c - (c - 1) is rounded once.
template <class T>
struct LogNumbers;

template <>
struct LogNumbers<double> {
    static constexpr double inverse_values[] = {0x1.00p+0, 0x1.14p+0, 0x1.2bp+0, 0x1.46p+0,
                                                0x1.66p+0, 0x1.8ep+0, 0x1.c0p+0, 0x1.eep+0};
    // ln c, and the same in two parts: multiples of 2^-42, and the rest.
    static constexpr double log_values[] = {0x0.0000000000000p+0, 0x1.341d7961bd1d1p-4, 0x1.3dfc2b0ecc62ap-3, 0x1.ef0adcbdc5936p-3,
                                            0x1.5767717455a6cp-2, 0x1.c3dd7a7cdad4dp-2, 0x1.1e85f5e7040d0p-1, 0x1.50913cc01686bp-1};
    static constexpr double high_values[] = {0x0.0000000000p+0, 0x1.341d7961bcp-4, 0x1.3dfc2b0eccp-3, 0x1.ef0adcbdc6p-3,
                                             0x1.5767717456p-2, 0x1.c3dd7a7cdbp-2, 0x1.1e85f5e704p-1, 0x1.50913cc0168p-1};
    static constexpr double low_values[] = {0x0.0000000000000p+0,   0x1.1d09299837610p-44,  0x1.8a72a62b8c13fp-45,
                                            -0x1.b26b79c86af24p-45, -0x1.64ead9524d7cap-44, -0x1.5946261f5a42bp-45,
                                            0x1.a07bd8b34be7cp-46,  0x1.ad2f2ce96c2d6p-47};
    static constexpr Table<double, 8> inverse{inverse_values}, log{log_values}, high{high_values}, low{low_values};
    // -ln(1 - x) / x: 2^-47.2
    static constexpr double terms[] = {0x1.0000000000000p+0, 0x1.fffffffffc5fap-2, 0x1.5555555552094p-2,
                                       0x1.00000030576e6p-2, 0x1.999999f180d6bp-3, 0x1.5553f9810cdfep-3,
                                       0x1.24910ce736ca1p-3, 0x1.01cf0f3f45331p-3, 0x1.ca666f2f62eb1p-4};
    // (-ln(1 - x) - x) / x^2: 2^-46.4, which is 2^-54 beside 1
    static constexpr double curve[] = {0x1.0000000000000p-1, 0x1.5555555552094p-2, 0x1.fffffffff9f46p-3,
                                       0x1.999999f180d6bp-3, 0x1.555555a5eb3b2p-3, 0x1.24910ce736ca1p-3,
                                       0x1.fffdbc2d970f7p-4, 0x1.ca666f2f62eb1p-4, 0x1.9c9d794fb4c6cp-4};
    static constexpr double ln2 = 0x1.62e42fefa39efp-1, ln2_high = 0x1.62e42fefa38p-1, ln2_low = 0x1.ef35793c76730p-45;
};

template <>
struct LogNumbers<float> {
    static constexpr float inverse_values[] = {0x1.00p+0f, 0x1.14p+0f, 0x1.2bp+0f, 0x1.46p+0f,
                                               0x1.66p+0f, 0x1.8ep+0f, 0x1.c0p+0f, 0x1.eep+0f};
    static constexpr float log_values[] = {0x0.000000p+0f, 0x1.341d7ap-4f, 0x1.3dfc2cp-3f, 0x1.ef0adcp-3f,
                                           0x1.576772p-2f, 0x1.c3dd7ap-2f, 0x1.1e85f6p-1f, 0x1.50913cp-1f};
    static constexpr Table<float, 8> inverse{inverse_values}, log{log_values};
    static constexpr float terms[] = {0x1.000000p+0f, 0x1.ffffcap-2f, 0x1.555528p-2f, 0x1.00d5f6p-2f, 0x1.9b086ep-3f};  // 2^-26.4
    static constexpr float ln2 = 0x1.62e430p-1f;
};

}  // namespace
}  // namespace mlmath::MLMATH_LEVEL
