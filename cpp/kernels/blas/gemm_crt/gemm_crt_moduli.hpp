// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: the moduli, what their product holds, and the constants of the way back.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

__extension__ typedef __int128 int128;

// Constraint: pairwise coprime, a residue fits eight bits, and the product of all of them fits 127 bits, so that plain 128-bit
//   integers can hold a reconstructed number.
// Decision: the largest such set with 256 in it (256 = 2^8, 253 = 11 23, 249 = 3 83, 247 = 13 19, 235 = 5 47, 217 = 7 31, primes
//   otherwise), in decreasing order; a product with fewer moduli takes the first ones. log2 of the product of all 16: 125.6.
constexpr int crt_most_moduli = 16, crt_least_moduli = 3;
constexpr int crt_moduli[crt_most_moduli] = {256, 253, 251, 249, 247, 241, 239, 235, 233, 229, 227, 223, 217, 211, 199, 197};

constexpr int greatest_common_divisor(int a, int b) { return b == 0 ? a : greatest_common_divisor(b, a % b); }
constexpr bool pairwise_coprime() {
    for (int i = 0; i < crt_most_moduli; ++i)
        for (int j = 0; j < i; ++j)
            if (greatest_common_divisor(crt_moduli[i], crt_moduli[j]) != 1) return false;
    return true;
}
static_assert(pairwise_coprime());

/// M = p_0 ... p_{count-1}.
constexpr int128 crt_product(int count) {
    int128 product = 1;
    for (int t = 0; t < count; ++t) product *= crt_moduli[t];
    return product;
}

/// h_t with h_t (M / p_t) = 1 modulo p_t: the integer with residues r_t is sum_t (h_t r_t mod p_t) (M / p_t), modulo M.
constexpr int crt_inverse(int count, int t) {
    const int cofactor = static_cast<int>(crt_product(count) / crt_moduli[t] % crt_moduli[t]);
    int inverse = 1;
    while (cofactor * inverse % crt_moduli[t] != 1) ++inverse;
    return inverse;
}

/// sqrt((1 - 2^-10) M / 2), rounded down by less than 2^-20 of itself: two lines of integers whose Euclidean norms are at most
/// this have an inner product of less than M / 2 in magnitude (Cauchy and Schwarz), and it can be told from its residues.
constexpr double crt_norm_limit(int count) {
    const double square = static_cast<double>(crt_product(count)) / 2 * (1 - 0x1p-10) * (1 - 0x1p-21);
    double root = 1;
    while (root * root < square) root *= 2;  // from above, Newton's iteration falls
    for (int i = 0; i < 12; ++i) root = (root + square / root) / 2;
    return root * (1 - 0x1p-22);
}

/// The fewest moduli whose lines carry bits + 3 bits: |c - exact| <= 2^-(bits + 2) sqrt(k) ||a_i|| ||b_j||, besides the rounding
/// of the result (gemm_crt.hpp). 0 when 16 are too few.
constexpr int crt_moduli_for(int bits) {
    for (int count = crt_least_moduli; count <= crt_most_moduli; ++count)
        if (crt_norm_limit(count) >= static_cast<double>(std::int64_t{1} << (bits + 3))) return count;
    return 0;
}
constexpr int crt_least_bits = 4, crt_most_bits = 59;
static_assert(crt_moduli_for(53) == 15 && crt_moduli_for(24) == 7 && crt_moduli_for(crt_most_bits) == 16);

}  // namespace mlmath
