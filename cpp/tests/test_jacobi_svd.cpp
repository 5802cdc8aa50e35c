// SPDX-License-Identifier: BSD-3-Clause
// jacobi_svd against its textbook: shapes, stacks, strides, threads, zero and equal singular values, scaling, bad numbers.
#include <algorithm>
#include <limits>

#include "kernels/eigen/jacobi_svd/jacobi_svd.hpp"
#include "kernels/eigen/jacobi_svd/jacobi_svd_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Factors {
    std::ptrdiff_t count, m, n, p;
    std::vector<T> u, s, vt;
    std::vector<int> info;
    Factors(std::ptrdiff_t matrices, std::ptrdiff_t rows, std::ptrdiff_t columns)
        : count(matrices),
          m(rows),
          n(columns),
          p(std::min(m, n)),
          u(count * m * p),
          s(count * p),
          vt(count * p * n),
          info(count, 9) {}
    // a: `count` matrices, strides as given.
    void of(const T* a, std::ptrdiff_t item, std::ptrdiff_t row, std::ptrdiff_t column, int threads) {
        const std::ptrdiff_t u_item = m * p, vt_item = p * n;
        jacobi_svd<T>({{a, m, n, row, column}, 1, &count, &item}, {{u.data(), m, p, p, 1}, 1, &count, &u_item}, s.data(),
                      {{vt.data(), p, n, n, 1}, 1, &count, &vt_item}, info.data(), threads);
    }
    bool operator==(const Factors& other) const { return u == other.u && s == other.s && vt == other.vt && info == other.info; }
};

template <class T>
void check_svd(std::ptrdiff_t count, std::ptrdiff_t m, std::ptrdiff_t n) {
    const std::vector<T> a = random<T>(count * m * n, static_cast<unsigned long long>(1000 * m + n));
    Factors<T> factors(count, m, n);
    factors.of(a.data(), m * n, n, 1, 1);
    const double eps = std::numeric_limits<T>::epsilon();
    const std::ptrdiff_t p = factors.p;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        MLMATH_CHECK(factors.info[i] == 0);
        const T *const u = factors.u.data() + i * m * p, *const s = factors.s.data() + i * p,
                       *const vt = factors.vt.data() + i * p * n;
        // The textbook in double, of the tall one of A and A^T.
        const std::ptrdiff_t rows = std::max(m, n);
        std::vector<double> tall(rows * p), left(rows * p), values(p), right(p * p);
        for (std::ptrdiff_t r = 0; r < m; ++r)
            for (std::ptrdiff_t c = 0; c < n; ++c) tall[m >= n ? r * p + c : c * p + r] = a[i * m * n + r * n + c];
        MLMATH_CHECK(textbook::jacobi_svd<double>({tall.data(), rows, p, p, 1}, {left.data(), rows, p, p, 1}, values.data(),
                                                  {right.data(), p, p, p, 1}) >= 0);
        const double size = p > 0 ? values[0] : 0, allowed = 20 * std::sqrt(static_cast<double>(rows)) * eps;
        for (std::ptrdiff_t k = 0; k < p; ++k) MLMATH_CHECK_NEAR(s[k], values[k], allowed * size);
        for (std::ptrdiff_t r = 0; r < m; ++r)
            for (std::ptrdiff_t c = 0; c < n; ++c) {
                double sum = 0;
                for (std::ptrdiff_t k = 0; k < p; ++k)
                    sum += static_cast<double>(u[r * p + k]) * static_cast<double>(s[k]) * static_cast<double>(vt[k * n + c]);
                MLMATH_CHECK_NEAR(sum, a[i * m * n + r * n + c], allowed * size);
            }
        for (std::ptrdiff_t k = 0; k < p; ++k)
            for (std::ptrdiff_t l = 0; l < p; ++l) {
                double of_u = 0, of_v = 0;
                for (std::ptrdiff_t r = 0; r < m; ++r)
                    of_u += static_cast<double>(u[r * p + k]) * static_cast<double>(u[r * p + l]);
                for (std::ptrdiff_t c = 0; c < n; ++c)
                    of_v += static_cast<double>(vt[k * n + c]) * static_cast<double>(vt[l * n + c]);
                MLMATH_CHECK_NEAR(of_u, k == l, 2 * allowed);
                MLMATH_CHECK_NEAR(of_v, k == l, 2 * allowed);
            }
    }
    if (m * n == 0) return;
    // By columns and backwards, on more threads.
    std::vector<T> turned(a.size());
    for (std::ptrdiff_t i = 0; i < count; ++i)
        for (std::ptrdiff_t r = 0; r < m; ++r)
            for (std::ptrdiff_t c = 0; c < n; ++c) turned[(count - 1 - i) * m * n + c * m + (m - 1 - r)] = a[i * m * n + r * n + c];
    Factors<T> again(count, m, n);
    again.of(turned.data() + (count - 1) * m * n + m - 1, -m * n, -1, m, 3);
    MLMATH_CHECK(again == factors);
}

MLMATH_TEST(svd_against_the_textbook) {
    const std::ptrdiff_t shapes[][2] = {{1, 1}, {2, 2},   {3, 3},   {5, 3},  {3, 5},  {8, 8},
                                        {9, 7}, {16, 16}, {33, 33}, {40, 5}, {5, 40}, {65, 31}};
    for (const auto& [m, n] : shapes) {
        check_svd<double>(1, m, n);
        check_svd<float>(1, m, n);
        if (m > 16) continue;
        check_svd<double>(19, m, n);
        check_svd<float>(19, m, n);
    }
    check_svd<double>(1, 0, 3);
    check_svd<double>(1, 3, 0);
}

// Singular values that are zero or equal, and the sizes at both ends of the numbers.
template <class T>
void check_special(T scale) {
    constexpr std::ptrdiff_t n = 6, count = 20;
    std::vector<T> a(count * n * n);
    for (std::ptrdiff_t i = 0; i < count; ++i)
        for (std::ptrdiff_t r = 0; r < n; ++r)
            for (std::ptrdiff_t c = 0; c < n; ++c) {
                const bool ones = i % 4 == 1, identity = i % 4 == 2, corner = i % 4 == 3 && r + c == 0;
                a[i * n * n + r * n + c] = ones || (identity && r == c) || corner ? scale : T(0);
            }
    for (const std::ptrdiff_t together : {std::ptrdiff_t{1}, count}) {
        for (std::ptrdiff_t first = 0; first + together <= count; first += together) {
            Factors<T> factors(together, n, n);
            factors.of(a.data() + first * n * n, n * n, n, 1, 1);
            for (std::ptrdiff_t i = 0; i < together; ++i) {
                const std::ptrdiff_t kind = (first + i) % 4;
                const double size = kind == 0 ? 0 : kind == 1 ? static_cast<double>(n) : 1, rest = kind == 2 ? 1 : 0;
                const double eps = std::numeric_limits<T>::epsilon();
                MLMATH_CHECK(factors.info[i] == 0);
                MLMATH_CHECK_NEAR(factors.s[i * n] / scale, size, 8 * eps * size);
                for (std::ptrdiff_t k = 1; k < n; ++k) MLMATH_CHECK_NEAR(factors.s[i * n + k] / scale, rest, 8 * eps);
                for (std::ptrdiff_t k = 0; k < n; ++k)
                    for (std::ptrdiff_t l = 0; l < n; ++l) {
                        double of_u = 0, of_v = 0;
                        for (std::ptrdiff_t e = 0; e < n; ++e) {
                            of_u += static_cast<double>(factors.u[i * n * n + e * n + k]) *
                                    static_cast<double>(factors.u[i * n * n + e * n + l]);
                            of_v += static_cast<double>(factors.vt[i * n * n + k * n + e]) *
                                    static_cast<double>(factors.vt[i * n * n + l * n + e]);
                        }
                        MLMATH_CHECK_NEAR(of_u, k == l, 30 * eps);
                        MLMATH_CHECK_NEAR(of_v, k == l, 30 * eps);
                    }
            }
        }
    }
}

MLMATH_TEST(svd_of_zero_equal_tiny_and_huge_values) {
    for (const double scale : {1.0, 1e-300, 1e300, 0x1p-1050}) check_special<double>(scale);
    for (const float scale : {1.0f, 1e-30f, 1e37f, 0x1p-140f}) check_special<float>(scale);
}

MLMATH_TEST(svd_scales_by_powers_of_two) {
    for (const std::ptrdiff_t count : {1, 9}) {
        const std::vector<double> a = random<double>(count * 35, 3);
        Factors<double> factors(count, 7, 5), scaled(count, 7, 5);
        factors.of(a.data(), 35, 5, 1, 1);
        for (const double power : {0x1p-60, 0x1p+800, 0x1p-900}) {
            std::vector<double> b = a;
            for (double& e : b) e *= power;
            scaled.of(b.data(), 35, 5, 1, 1);
            MLMATH_CHECK(scaled.u == factors.u && scaled.vt == factors.vt);
            for (std::size_t k = 0; k < factors.s.size(); ++k) MLMATH_CHECK(scaled.s[k] == factors.s[k] * power);
        }
    }
}

MLMATH_TEST(svd_of_what_is_no_number) {
    for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
        for (const std::ptrdiff_t count : {1, 16}) {
            std::vector<double> a = random<double>(count * 12, 4);
            a[(count - 1) * 12 + 5] = bad;
            Factors<double> factors(count, 4, 3);
            factors.of(a.data(), 12, 3, 1, 1);
            for (std::ptrdiff_t i = 0; i < count; ++i) {
                MLMATH_CHECK(factors.info[i] == (i == count - 1 ? jacobi_svd_not_finite : 0));
                for (std::ptrdiff_t k = 0; k < 3; ++k) MLMATH_CHECK(std::isnan(factors.s[i * 3 + k]) == (i == count - 1));
                for (std::ptrdiff_t k = 0; k < 12; ++k) MLMATH_CHECK(std::isnan(factors.u[i * 12 + k]) == (i == count - 1));
            }
        }
    double a[4] = {1, 2, 3, 4}, s[2], u[6];
    int info = 0;
    MLMATH_CHECK(refused([&] {
        jacobi_svd<double>({{a, 2, 2, 2, 1}, 0, nullptr, nullptr}, {{u, 3, 2, 2, 1}, 0, nullptr, nullptr}, s,
                           {{nullptr, 0, 2, 2, 1}, 0, nullptr, nullptr}, &info, 1);
    }));
}

}  // namespace
}  // namespace mlmath::tests
