// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: the constants that take an integer's digits to its residue, and the proof that they do, for every modulus.
//
// An integer x, |x| <= 0x7f7f...7f, is written with digits in base 256 from -128 to 127: x = sum_j (u_j - 128) 256^j, where u_j
// are the bytes of x + 0x8080...80. Modulo p, with w_j the residue of 256^j that is smallest in magnitude,
//   1. s = bias + sum_j w_j u_j    four bytes times bytes to a VPDPBUSD; bias = -128 sum_j w_j modulo p, and so large that s >= 0
//                                  (for A 128 more: r - 128 is then the signed residue)
//   2. v = s, where s < 2^16 whatever the digits;
//      v = centre + s_0 + w_1 s_1 + w_2 s_2    otherwise, of the bytes of s: one more VPDPBUSD
//   3. r = v - p floor(v R / 2^(16 + shift)), R = floor(2^(16 + shift) / p): 16-bit words; high half, low half, subtraction
// R is too small, so the quotient is, and r >= 0. It exceeds p - 1 by at most p v / 2^(16 + shift) (2^(16 + shift) / p - R). With
// shift = 0 R has 9 bits, which do for the small v of a second stage; with shift = 7 it has 16 bits and is good for all v < 2^16,
// at one more operation.
#pragma once
#include <cstdint>

#include "kernels/blas/gemm_crt/gemm_crt_moduli.hpp"

namespace mlmath {

struct CrtDigits {
    std::uint32_t low, high;  // w_0 .. w_3 and w_4 .. w_7, signed bytes
    std::int32_t bias;
    bool second;          // whether there is a second stage
    std::uint32_t small;  // 1, w_1, w_2, 0, signed bytes
    std::int32_t centre;  // of the second stage: a multiple of p that makes v non-negative
    std::uint16_t reciprocal, modulus;
    std::int32_t largest;  // v is from 0 to this

    constexpr int shift() const { return second ? 0 : 7; }
};

constexpr int crt_smallest(int residue, int p) { return residue > p / 2 - (p % 2 == 0) ? residue - p : residue; }

/// Of x + offset, where x has `count` digits, 4 or 8.
constexpr CrtDigits crt_digits(int p, int count, int offset) {
    CrtDigits c{};
    int power = 1, sum = 0, above = 0, below = 0;
    for (int j = 0; j < count; ++j) {
        const int w = crt_smallest(power, p);
        (j < 4 ? c.low : c.high) |= static_cast<std::uint32_t>(w & 255) << (8 * (j % 4));
        sum += w;
        (w > 0 ? above : below) += 255 * w;
        power = power * 256 % p;
    }
    c.bias = offset - 128 * sum;
    while (c.bias + below >= p) c.bias -= p;
    while (c.bias + below < 0) c.bias += p;
    c.largest = c.bias + above;
    c.second = c.largest >= 1 << 16;
    if (c.second) {
        const int w[2] = {crt_smallest(256 % p, p), crt_smallest(65536 % p, p)}, digit[2] = {255, c.largest >> 16};
        int least = 0;
        c.largest = 255;
        for (int j = 0; j < 2; ++j) (w[j] > 0 ? c.largest : least) += w[j] * digit[j];
        while (c.centre + least < 0) c.centre += p;
        c.largest += c.centre;
        c.small = static_cast<std::uint32_t>(1 | (w[0] & 255) << 8 | (w[1] & 255) << 16);
    }
    c.reciprocal = static_cast<std::uint16_t>((1 << (16 + c.shift())) / p);
    c.modulus = static_cast<std::uint16_t>(p);
    return c;
}

/// Whether r is in [0, 255] for every v in [0, largest]: within the v of one quotient r grows by one as v does, so that the first
/// and the last v of each tell.
constexpr bool crt_digits_right(const CrtDigits& c) {
    const std::int64_t unit = std::int64_t{1} << (16 + c.shift()), r = c.reciprocal;
    if (c.largest >= 1 << 16) return false;
    for (std::int64_t q = 0;; ++q) {
        const std::int64_t first = (q * unit + r - 1) / r, next = ((q + 1) * unit + r - 1) / r;
        const std::int64_t last = next - 1 < c.largest ? next - 1 : c.largest;
        if (first > c.largest) return true;
        if (first - q * c.modulus < 0 || last - q * c.modulus > 255) return false;
    }
}

struct CrtDigitsTable {
    CrtDigits of[2][2][crt_most_moduli];  // [residues are signed][integers have eight digits, not four][modulus]
};
constexpr CrtDigitsTable crt_digits_table() {
    CrtDigitsTable table{};
    for (int left = 0; left < 2; ++left)
        for (int wide = 0; wide < 2; ++wide)
            for (int t = 0; t < crt_most_moduli; ++t)
                table.of[left][wide][t] = crt_digits(crt_moduli[t], wide ? 8 : 4, left ? 128 : 0);
    return table;
}
constexpr bool crt_digits_table_right(int left, int wide) {
    const CrtDigitsTable table = crt_digits_table();
    for (int t = 0; t < crt_most_moduli; ++t)
        if (!crt_digits_right(table.of[left][wide][t]) || (!wide && table.of[left][wide][t].second)) return false;
    return true;
}
static_assert(crt_digits_table_right(0, 0) && crt_digits_table_right(0, 1));  // and four digits never need a second stage
static_assert(crt_digits_table_right(1, 0) && crt_digits_table_right(1, 1));

}  // namespace mlmath
