// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt, textbook: integers, residues, exact products modulo each modulus, and the Chinese remainder theorem. Finite operands.
#pragma once
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/fp_state.hpp"
#include "core/view.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_moduli.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_scaling.hpp"

namespace mlmath::textbook {

/// Of the line x_p = x[p * stride]: sum of squares in 16 lanes, as crt_exponent() wants it.
template <class T>
double crt_squares(const T* x, std::ptrdiff_t k, std::ptrdiff_t stride) {
    double lanes[crt_sum_lanes] = {};
    for (std::ptrdiff_t p = 0; p < k; ++p) {
        const double value = x[p * stride];
        lanes[p % crt_sum_lanes] = std::fma(value, value, lanes[p % crt_sum_lanes]);
    }
    for (int half = crt_sum_lanes / 2; half > 0; half /= 2)
        for (int l = 0; l < half; ++l) lanes[l] += lanes[l + half];
    return lanes[0];
}

/// x modulo p, in 0 .. p - 1.
inline std::vector<int> crt_residues(const std::vector<std::int64_t>& x, int p) {
    std::vector<int> residues(x.size());
    for (std::size_t e = 0; e < x.size(); ++e) residues[e] = static_cast<int>((x[e] % p + p) % p);
    return residues;
}

/// The integer in (-M/2, M/2) with these residues.
inline int128 crt_reconstruct(const int* residues, int moduli) {
    const int128 product = crt_product(moduli);
    int128 sum = 0;
    for (int t = 0; t < moduli; ++t) {
        const int digit = crt_inverse(moduli, t) * residues[t] % crt_moduli[t];
        sum += digit * (product / crt_moduli[t]);
        if (sum >= product) sum -= product;
    }
    return sum > product / 2 ? sum - product : sum;
}

template <class T>
void gemm_crt(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int moduli) {
    const std::ptrdiff_t m = a.rows, n = b.columns, k = a.columns;
    const auto integers = [&](const T* x, std::ptrdiff_t stride, std::int64_t* out) {
        const int s = crt_exponent(crt_squares(x, k, stride), k, crt_norm_limit(moduli));
        for (std::ptrdiff_t p = 0; p < k; ++p) out[p] = std::llrint(std::ldexp(static_cast<double>(x[p * stride]), s));
        return s;
    };
    std::vector<std::int64_t> rows(m * k), columns(n * k);
    std::vector<int> s(m), t(n);
    const unsigned flags = fp_flags();  // squares, and elements that become 0, may leave the range where the product does not
    for (std::ptrdiff_t i = 0; i < m; ++i) s[i] = integers(a.data + i * a.row_stride, a.column_stride, rows.data() + i * k);
    for (std::ptrdiff_t j = 0; j < n; ++j) t[j] = integers(b.data + j * b.column_stride, b.row_stride, columns.data() + j * k);
    fp_clear();
    fp_raise(flags);
    std::vector<int> residues(m * n * moduli);  // of C
    for (int q = 0; q < moduli; ++q) {
        const std::vector<int> x = crt_residues(rows, crt_moduli[q]), y = crt_residues(columns, crt_moduli[q]);
        for (std::ptrdiff_t i = 0; i < m; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) {
                std::int64_t sum = 0;
                for (std::ptrdiff_t p = 0; p < k; ++p) sum += x[i * k + p] * y[j * k + p];
                residues[(i * n + j) * moduli + q] = static_cast<int>(sum % crt_moduli[q]);
            }
    }
    for (std::ptrdiff_t i = 0; i < m; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            const double sum = static_cast<double>(crt_reconstruct(residues.data() + (i * n + j) * moduli, moduli));
            c.data[i * c.row_stride + j * c.column_stride] = static_cast<T>(std::ldexp(sum, -(s[i] + t[j])));
        }
}

}  // namespace mlmath::textbook
