// SPDX-License-Identifier: BSD-3-Clause
// bidiagonalize against its textbook and by its property: A = Q B P^T with orthogonal factors, in place and by panels.
#include <algorithm>
#include <limits>

#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/eigen/bidiagonalize/bidiagonalize.hpp"
#include "kernels/eigen/bidiagonalize/bidiagonalize_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Factors {
    std::ptrdiff_t m, n;
    std::vector<T> d, e, q, p;
    Factors(std::ptrdiff_t rows, std::ptrdiff_t columns) : m(rows), n(columns), d(n), e(n), q(m * n), p(n * n) {}
    void of(MatrixView<const T> a, int exponent, int threads) {
        Bidiagonalization<T> both(m, n);
        Workspace workspace(both.bytes());
        both.take(workspace);
        both.reduce(a, exponent, d.data(), e.data(), threads);
        for (std::ptrdiff_t i = 0; i < n; ++i) q[i * n + i] = p[i * n + i] = 1;
        both.apply_left({q.data(), m, n, n, 1}, threads);
        both.apply_right({p.data(), n, n, n, 1}, threads);  // P^T
    }
    bool operator==(const Factors& other) const { return d == other.d && e == other.e && q == other.q && p == other.p; }
};

template <class T>
void check_factors(const std::vector<T>& a, const Factors<T>& factors) {
    const std::ptrdiff_t m = factors.m, n = factors.n;
    const double eps = std::numeric_limits<T>::epsilon();
    const std::vector<double> q(factors.q.begin(), factors.q.end()), p(factors.p.begin(), factors.p.end());
    std::vector<double> qb(m * n), product(m * n), gram(n * n);
    for (std::ptrdiff_t i = 0; i < m; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j)
            qb[i * n + j] = q[i * n + j] * static_cast<double>(factors.d[j]) +
                            (j > 0 ? q[i * n + j - 1] * static_cast<double>(factors.e[j - 1]) : 0);
    gemm<double>(1, {qb.data(), m, n, n, 1}, {p.data(), n, n, n, 1}, 0, {product.data(), m, n, n, 1}, 1);
    double norm = 0, residual = 0;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        double sum = 0, off = 0;
        for (std::ptrdiff_t i = 0; i < m; ++i) {
            sum += std::abs(static_cast<double>(a[i * n + j]));
            off += std::abs(product[i * n + j] - static_cast<double>(a[i * n + j]));
        }
        norm = std::max(norm, sum);
        residual = std::max(residual, off);
    }
    MLMATH_CHECK(residual <= 4 * static_cast<double>(m) * eps * norm);
    for (const bool left : {true, false}) {
        const std::vector<double>& x = left ? q : p;
        const std::ptrdiff_t rows = left ? m : n;
        gemm<double>(1, {x.data(), n, rows, 1, n}, {x.data(), rows, n, n, 1}, 0, {gram.data(), n, n, n, 1}, 1);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) MLMATH_CHECK_NEAR(gram[i * n + j], i == j, 10 * static_cast<double>(rows) * eps);
    }
}

template <class T>
void check_shape(std::ptrdiff_t m, std::ptrdiff_t n) {
    const std::vector<T> a = random<T>(m * n, static_cast<unsigned long long>(1000 * m + n));
    Factors<T> factors(m, n);
    factors.of({a.data(), m, n, n, 1}, 0, 1);
    check_factors(a, factors);
    if (m <= 40) {
        std::vector<T> d(n), e(n), q(m * n), p(n * n);
        textbook::bidiagonalize<T>({a.data(), m, n, n, 1}, d.data(), e.data(), {q.data(), m, n, n, 1}, {p.data(), n, n, n, 1});
        const double allowed = 1000 * static_cast<double>(std::numeric_limits<T>::epsilon());
        for (std::ptrdiff_t k = 0; k < n; ++k) {
            MLMATH_CHECK_NEAR(factors.d[k], d[k], allowed);
            if (k + 1 < n) MLMATH_CHECK_NEAR(factors.e[k], e[k], allowed);
        }
    }
    // By columns and backwards, on more threads; and small, with the power of two that brings it back.
    std::vector<T> turned(a.size());
    for (std::ptrdiff_t r = 0; r < m; ++r)
        for (std::ptrdiff_t c = 0; c < n; ++c) turned[c * m + (m - 1 - r)] = a[r * n + c] * T(0x1p-50);
    for (const int threads : {1, 2, 3}) {
        Factors<T> again(m, n);
        again.of({turned.data() + m - 1, m, n, -1, m}, 50, threads);
        MLMATH_CHECK(again == factors);
    }
}

MLMATH_TEST(bidiagonalize_shapes) {
    const std::ptrdiff_t shapes[][2] = {{1, 1},   {2, 1},   {2, 2},   {3, 2},    {5, 5},     {9, 7},     {16, 16},   {17, 17},
                                        {33, 20}, {40, 40}, {64, 64}, {130, 65}, {193, 193}, {230, 225}, {400, 210}, {300, 257}};
    for (const auto& [m, n] : shapes) {
        check_shape<double>(m, n);
        check_shape<float>(m, n);
    }
}

// So large that changes of the matrix are deferred.
template <class T>
void check_large(std::ptrdiff_t m, std::ptrdiff_t n) {
    const std::vector<T> a = random<T>(m * n, 5);
    Factors<T> one(m, n), two(m, n);
    one.of({a.data(), m, n, n, 1}, 0, 1);
    check_factors(a, one);
    two.of({a.data(), m, n, n, 1}, 0, 2);
    MLMATH_CHECK(one == two);
}
MLMATH_TEST(bidiagonalize_large) {
    check_large<double>(1800, 1000);
    check_large<float>(4100, 800);
}

// Columns and rows that need no reflection, dependent columns, one number.
template <class T>
void check_special(std::ptrdiff_t m, std::ptrdiff_t n, int kind) {
    std::vector<T> a(m * n);
    for (std::ptrdiff_t i = 0; i < m; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            const T value = T(1) / static_cast<T>(1 + (i * 7 + j * 3) % 11);
            a[i * n + j] = kind == 0   ? T(0)
                           : kind == 1 ? T(i == j)
                           : kind == 2 ? T(1)
                           : kind == 3 ? (i == 2 && j == 3 ? T(-1) : T(0))
                           : kind == 4 ? (j % 3 == 0 || i % 5 == 0 ? T(0) : value)
                                       : (j >= i ? value : T(0));
        }
    Factors<T> factors(m, n);
    factors.of({a.data(), m, n, n, 1}, 0, 2);
    check_factors(a, factors);
}

MLMATH_TEST(bidiagonalize_special) {
    for (int kind = 0; kind < 6; ++kind) {
        check_special<double>(12, 9, kind);
        check_special<float>(12, 9, kind);
        check_special<double>(260, 240, kind);
        check_special<float>(260, 240, kind);
    }
}

}  // namespace
}  // namespace mlmath::tests
