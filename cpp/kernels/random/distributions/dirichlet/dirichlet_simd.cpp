// SPDX-License-Identifier: BSD-3-Clause
// dirichlet: gammas or their logarithms, and rows brought to sum 1. Compiled once per level.
#include "kernels/random/distributions/dirichlet/dirichlet_parts.hpp"
#include "kernels/random/distributions/gamma/gamma_tile.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

void gammas(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, double* out,
            const double* const* parameters) {
    gamma_tile(key, unit, words, gamma_halves, units, domain_dirichlet, ShapePerElement{parameters[0], 1}, out);
    for (std::ptrdiff_t i = 0; i < 16 * units; i += width<double>) {
        const vec_f64 shape = load(parameters[0] + i), g = load(out + i);
        const mask<double> boosted = shape < 1.0;
        if (!any(boosted)) continue;
        const vec_f64 q = gamma_boost(shape, gamma_second_word(words, gamma_halves, i));
        store(out + i, select<double>(boosted, g * exp_of_any(-q), g));
    }
}

void log_gammas(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, double* out,
                const double* const* parameters) {
    gamma_tile(key, unit, words, gamma_halves, units, domain_dirichlet, ShapePerElement{parameters[0], 1}, out);
    for (std::ptrdiff_t i = 0; i < 16 * units; i += width<double>) {
        const vec_f64 shape = load(parameters[0] + i);
        const vec_f64 q = gamma_boost(shape, gamma_second_word(words, gamma_halves, i));
        store(out + i, log_of_any(load(out + i)) - select<double>(shape < 1.0, q, vec_f64{}));
    }
}

// Four partial sums, then (s0 + s1) + (s2 + s3): a row's sum depends on its numbers alone, and waits for one addition in four.
MLMATH_INLINE double row_sum(const double* x, std::ptrdiff_t k) {
    double s[4] = {};
    std::ptrdiff_t j = 0;
    for (; j + 4 <= k; j += 4)
        for (int l = 0; l < 4; ++l) s[l] += x[j + l];
    for (; j < k; ++j) s[j % 4] += x[j];
    return (s[0] + s[1]) + (s[2] + s[3]);
}

void normalise(double* rows, std::ptrdiff_t count, std::ptrdiff_t k) {
    for (std::ptrdiff_t r = 0; r < count; ++r, rows += k) {
        const double inverse = 1 / row_sum(rows, k);
        for (std::ptrdiff_t j = 0; j < k; ++j) rows[j] *= inverse;
    }
}

void softmax(double* rows, std::ptrdiff_t count, std::ptrdiff_t k) {
    double* row = rows;
    for (std::ptrdiff_t r = 0; r < count; ++r, row += k) {
        double largest = row[0];
        for (std::ptrdiff_t j = 1; j < k; ++j) largest = row[j] > largest ? row[j] : largest;
        for (std::ptrdiff_t j = 0; j < k; ++j) row[j] -= largest;
    }
    for (std::ptrdiff_t i = 0; i < count * k; i += width<double>) {
        const std::ptrdiff_t left = count * k - i;
        if (left >= width<double>)
            store(rows + i, exp_of_any(load(rows + i)));
        else
            store_first(rows + i, exp_of_any(load_first(rows + i, left)), left);
    }
    normalise(rows, count, k);
}

}  // namespace

extern const DirichletKernels dirichlet_kernels;
const DirichletKernels dirichlet_kernels = {gammas, log_gammas, normalise, softmax};

}  // namespace mlmath::MLMATH_LEVEL
