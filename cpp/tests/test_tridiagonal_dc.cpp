// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_dc: LAPACK's ratios on the matrices that break such methods, values against the textbook, strides and threads,
// scaling.
#include <algorithm>
#include <limits>

#include "kernels/eigen/tridiagonal_dc/tridiagonal_dc.hpp"
#include "kernels/eigen/tridiagonal_dc/tridiagonal_dc_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

enum class Zoo {
    random,
    toeplitz,
    glued8,
    glued14,
    glued_eps,
    clement,
    graded,
    clustered,
    equal,
    diagonal,
    zeros,
    one_coupling,
    last
};

template <class T>
struct Tridiagonal {
    std::ptrdiff_t n;
    std::vector<T> d, e;
    Tridiagonal(Zoo kind, std::ptrdiff_t rows) : n(rows), d(n), e(std::max<std::ptrdiff_t>(n - 1, 0)) {
        Numbers numbers(static_cast<unsigned long long>(n) * 31 + static_cast<unsigned long long>(kind));
        const double eps = std::numeric_limits<T>::epsilon(), size = static_cast<double>(n);
        const auto glued = [&](std::ptrdiff_t i, double glue, bool diagonal) {
            return diagonal ? std::fabs(static_cast<double>(i % 21 - 10)) / 10 : (i + 1) % 21 == 0 ? glue : 0.1;
        };
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const double at = static_cast<double>(i), random = numbers.next(), random2 = numbers.next();
            double x = random, y = random2;
            switch (kind) {
                case Zoo::toeplitz:
                    x = 0.5, y = -0.25;
                    break;
                case Zoo::glued8:
                    x = glued(i, 1e-8, true), y = glued(i, 1e-8, false);
                    break;
                case Zoo::glued14:
                    x = glued(i, 1e-14, true), y = glued(i, 1e-14, false);
                    break;
                case Zoo::glued_eps:
                    x = glued(i, eps, true), y = glued(i, eps, false);
                    break;
                case Zoo::clement:
                    x = 0, y = std::sqrt((at + 1) * (size - at - 1)) / size;
                    break;
                case Zoo::graded:
                    x = std::pow(10.0, -at / size * 20), y = x * random;
                    break;
                case Zoo::clustered:
                    x = i % 3 == 0 ? 1 : random * eps * 100 + 0.5, y = random2 * eps * 100;
                    break;
                case Zoo::equal:
                    x = 0.75, y = i % 2 == 0 ? 0.25 : eps;
                    break;
                case Zoo::diagonal:
                    y = 0;
                    break;
                case Zoo::zeros:
                    x = 0, y = 0;
                    break;
                case Zoo::one_coupling:
                    x = 0.5, y = 2 * i + 2 == n || i == 0 ? -0.5 : 0;
                    break;
                default:
                    break;
            }
            d[i] = static_cast<T>(x);
            if (i + 1 < n) e[i] = static_cast<T>(y);
        }
    }
};

template <class T>
void check(Zoo kind, std::ptrdiff_t n) {
    const Tridiagonal<T> t(kind, n);
    const double eps = std::numeric_limits<T>::epsilon();
    std::vector<T> w = t.d, e = t.e, z(n * n);
    MLMATH_CHECK(tridiagonal_dc<T>(n, w.data(), e.data(), {z.data(), n, n, n, 1}, 1));
    double size = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const double before = i > 0 ? std::fabs(static_cast<double>(t.e[i - 1])) : 0,
                     after = i + 1 < n ? std::fabs(static_cast<double>(t.e[i])) : 0;
        size = std::max(size, before + std::fabs(static_cast<double>(t.d[i])) + after);
    }
    // T z_j - w_j z_j, column by column, and Z^T Z - I, as far as a test has time.
    double residual = 0, orthogonal = 0;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        if (j > 0) MLMATH_CHECK(w[j - 1] <= w[j]);
        const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t c) { return static_cast<double>(z[i * n + c]); };
        double column = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            double sum = (static_cast<double>(t.d[i]) - static_cast<double>(w[j])) * at(i, j);
            if (i > 0) sum += static_cast<double>(t.e[i - 1]) * at(i - 1, j);
            if (i + 1 < n) sum += static_cast<double>(t.e[i]) * at(i + 1, j);
            column += std::fabs(sum);
        }
        residual = std::max(residual, column);
        double others = 0;
        for (std::ptrdiff_t c = 0; c < n; ++c) {
            double sum = c == j ? -1 : 0;
            for (std::ptrdiff_t i = 0; i < n; ++i) sum += at(i, j) * at(i, c);
            others += std::fabs(sum);
        }
        orthogonal = std::max(orthogonal, others);
    }
    MLMATH_CHECK_NEAR(residual, 0, 10 * static_cast<double>(n) * eps * size);
    MLMATH_CHECK_NEAR(orthogonal, 0, 10 * static_cast<double>(n) * eps);
    // The textbook's values.
    std::vector<T> v = t.d, x(n * n);
    textbook::tridiagonal_dc<T>(n, v.data(), t.e.data(), x.data());
    for (std::ptrdiff_t i = 0; i < n; ++i) MLMATH_CHECK_NEAR(w[i], v[i], 64 * std::sqrt(static_cast<double>(n)) * eps * size);
    // By columns, backwards, on more threads.
    std::vector<T> again = t.d, turned(n * n);
    e = t.e;
    MLMATH_CHECK(tridiagonal_dc<T>(n, again.data(), e.data(), {turned.data() + n - 1, n, n, -1, n}, 3));
    bool same = again == w;
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) same = same && turned[n - 1 - i + j * n] == z[i * n + j];
    MLMATH_CHECK(same);
}

MLMATH_TEST(tridiagonal_dc_zoo) {
    for (int kind = 0; kind < static_cast<int>(Zoo::last); ++kind)
        for (const std::ptrdiff_t n : {1, 2, 3, 31, 32, 33, 63, 64, 65, 127, 128, 129, 210, 300}) {
            check<double>(static_cast<Zoo>(kind), n);
            check<float>(static_cast<Zoo>(kind), n);
        }
}

MLMATH_TEST(tridiagonal_dc_larger) {
    for (const Zoo kind : {Zoo::random, Zoo::glued8, Zoo::graded}) {
        check<double>(kind, 500);
        check<float>(kind, 500);
    }
}

MLMATH_TEST(tridiagonal_dc_scales_by_powers_of_two) {
    constexpr std::ptrdiff_t n = 150;
    const Tridiagonal<double> t(Zoo::random, n);
    std::vector<double> w = t.d, e = t.e, z(n * n), turned(n * n);
    MLMATH_CHECK(tridiagonal_dc<double>(n, w.data(), e.data(), {z.data(), n, n, n, 1}, 2));
    for (const double power : {0x1p-300, 0x1p+200}) {
        std::vector<double> v = t.d, f = t.e;
        for (double& x : v) x *= power;
        for (double& x : f) x *= power;
        MLMATH_CHECK(tridiagonal_dc<double>(n, v.data(), f.data(), {turned.data(), n, n, n, 1}, 1));
        MLMATH_CHECK(turned == z);
        for (std::ptrdiff_t i = 0; i < n; ++i) MLMATH_CHECK(v[i] == w[i] * power);
    }
    MLMATH_CHECK(tridiagonal_dc<double>(0, nullptr, nullptr, {nullptr, 0, 0, 1, 1}, 1));
}

}  // namespace
}  // namespace mlmath::tests
