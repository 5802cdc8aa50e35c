// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_ql by property: residual and orthogonality on random and on hard matrices, values against the textbook.
#include <algorithm>
#include <limits>

#include "core/workspace.hpp"
#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql.hpp"
#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Tridiagonal {
    std::vector<T> d, e;
};

constexpr int tridiagonal_kinds = 12;

template <class T>
Tridiagonal<T> tridiagonal(int kind, std::ptrdiff_t n) {
    Numbers numbers(31 * n + kind);
    Tridiagonal<T> t{std::vector<T>(n), std::vector<T>(n)};
    const double eps = std::numeric_limits<T>::epsilon();
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const double x = static_cast<double>(i), last = static_cast<double>(n - 1), u = numbers.next(), v = numbers.next();
        double d = u, e = v;
        if (kind == 1) d = 0.5, e = -0.25;                                                // Toeplitz
        if (kind == 2) d = std::fabs(x - last / 2) / n, e = 1.0 / n;                      // Wilkinson
        if (kind == 3) d = std::fabs(i % 21 - 10.0) / 10, e = i % 21 == 20 ? 1e-8 : 0.1;  // glued Wilkinson
        if (kind == 4) d = std::pow(10.0, -x), e = std::pow(10.0, -x - 0.5);              // graded, large at the top
        if (kind == 5) d = std::pow(10.0, x - last), e = std::pow(10.0, x + 0.5 - last);  // graded, large at the bottom
        if (kind == 6) d = 0, e = std::sqrt((x + 1) * (last - x)) / n;                    // Clement: pairs +-
        if (kind == 7) d = 0, e = std::pow(10.0, -x);                                     // graded without a diagonal
        if (kind == 8) d = 1, e = eps * v;                                                // nothing but deflation
        if (kind == 9) d = 0, e = 0;                                                      // zero
        if (kind == 10) d = std::exp(20 * u - 20), e = std::exp(20 * v - 20);             // log-random
        if (kind == 11) d = u, e = i % 3 == 2 ? 0 : v;                                    // blocks
        t.d[i] = static_cast<T>(d);
        t.e[i] = static_cast<T>(e);
    }
    return t;
}

template <class T>
void check_tridiagonal(int kind, std::ptrdiff_t n) {
    const Tridiagonal<T> t = tridiagonal<T>(kind, n);
    const double eps = std::numeric_limits<T>::epsilon();
    double norm = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i)
        norm = std::max(norm, static_cast<double>(std::fabs(t.d[i])) + (i > 0 ? std::fabs(t.e[i - 1]) : 0) +
                                  (i + 1 < n ? std::fabs(t.e[i]) : 0));
    const std::ptrdiff_t ld = (n + 15) / 16 * 16;
    Workspace workspace(n * ld * sizeof(T));
    T* const zt = workspace.take<T>(n * ld);
    std::fill(zt, zt + n * ld, T(0));
    for (std::ptrdiff_t i = 0; i < n; ++i) zt[i * ld + i] = 1;
    std::vector<T> w = t.d, e = t.e, values = t.d, values_e = t.e, expected = t.d, expected_e = t.e;
    MLMATH_CHECK(tridiagonal_ql<T>(n, w.data(), e.data(), zt, ld, n));
    MLMATH_CHECK(tridiagonal_values<T>(n, values.data(), values_e.data()));
    MLMATH_CHECK(textbook::tridiagonal_ql<T>(n, expected.data(), expected_e.data(), nullptr, 0, 0));
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        MLMATH_CHECK_NEAR(w[j], expected[j], 2 * n * eps * norm);
        MLMATH_CHECK_NEAR(values[j], expected[j], 2 * n * eps * norm);
        MLMATH_CHECK(j == 0 || (w[j - 1] <= w[j] && values[j - 1] <= values[j]));
        const T* z = zt + j * ld;
        double residual = 0, gram = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            double r = (static_cast<double>(t.d[i]) - w[j]) * z[i], g = i == j ? -1 : 0;
            if (i > 0) r += static_cast<double>(t.e[i - 1]) * z[i - 1];
            if (i + 1 < n) r += static_cast<double>(t.e[i]) * z[i + 1];
            for (std::ptrdiff_t k = 0; k < n; ++k) g += static_cast<double>(z[k]) * zt[i * ld + k];
            residual += std::fabs(r);
            gram += std::fabs(g);
        }
        MLMATH_CHECK(residual <= 5 * n * eps * norm);
        MLMATH_CHECK(gram <= 5 * n * eps);
    }
}

}  // namespace

MLMATH_TEST(tridiagonal_ql_random_and_hard) {
    for (std::ptrdiff_t n : {1, 2, 3, 4, 7, 8, 9, 16, 31, 32, 33, 64, 100, 150})
        for (int kind = 0; kind < tridiagonal_kinds; ++kind) {
            check_tridiagonal<double>(kind, n);
            check_tridiagonal<float>(kind, n);
        }
}

}  // namespace mlmath::tests
