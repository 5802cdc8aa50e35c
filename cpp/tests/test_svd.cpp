// SPDX-License-Identifier: BSD-3-Clause
// svd against its textbook and by its properties: shapes, full matrices, stacks, strides, threads, hard matrices, scaling, bad
// numbers.
#include <algorithm>
#include <limits>

#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/eigen/svd/svd.hpp"
#include "kernels/eigen/svd/svd_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Factors {
    std::ptrdiff_t count, m, n, p, left, right;
    std::vector<T> u, s, vt;
    std::vector<int> info;
    Factors(std::ptrdiff_t matrices, std::ptrdiff_t rows, std::ptrdiff_t columns, bool full)
        : count(matrices),
          m(rows),
          n(columns),
          p(std::min(m, n)),
          left(full ? m : p),
          right(full ? n : p),
          u(count * m * left),
          s(count * p),
          vt(count * right * n),
          info(count, 9) {}
    // a: `count` matrices, strides as given.
    void of(const T* a, std::ptrdiff_t item, std::ptrdiff_t row, std::ptrdiff_t column, int threads,
            SvdDriver driver = SvdDriver::automatic) {
        const std::ptrdiff_t u_item = m * left, vt_item = right * n;
        svd<T>({{a, m, n, row, column}, 1, &count, &item}, {{u.data(), m, left, left, 1}, 1, &count, &u_item}, s.data(),
               {{vt.data(), right, n, n, 1}, 1, &count, &vt_item}, info.data(), threads, driver);
    }
    bool operator==(const Factors& other) const { return u == other.u && s == other.s && vt == other.vt && info == other.info; }
};

// LAPACK's ratios of one matrix: residual, orthogonality of both, order.
template <class T>
void check_one(const T* a, const Factors<T>& f, std::ptrdiff_t index, double most) {
    const double eps = std::numeric_limits<T>::epsilon();
    const std::ptrdiff_t m = f.m, n = f.n, p = f.p;
    const T* const s = f.s.data() + index * p;
    std::vector<double> u(f.u.begin() + index * m * f.left, f.u.begin() + (index + 1) * m * f.left),
        vt(f.vt.begin() + index * f.right * n, f.vt.begin() + (index + 1) * f.right * n), us(m * p), product(m * n);
    MLMATH_CHECK(f.info[index] == 0);
    for (std::ptrdiff_t k = 0; k < p; ++k) MLMATH_CHECK(s[k] >= 0 && (k == 0 || s[k] <= s[k - 1]));
    const double size = s[0] > 0 ? static_cast<double>(s[0]) : 1;  // scaled by it: squares and sums stay numbers
    for (std::ptrdiff_t i = 0; i < m; ++i)
        for (std::ptrdiff_t k = 0; k < p; ++k) us[i * p + k] = u[i * f.left + k] * (static_cast<double>(s[k]) / size);
    gemm<double>(1, {us.data(), m, p, p, 1}, {vt.data(), p, n, n, 1}, 0, {product.data(), m, n, n, 1}, 1);
    double norm = 0, residual = 0;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        double sum = 0, off = 0;
        for (std::ptrdiff_t i = 0; i < m; ++i) {
            const double e = static_cast<double>(a[i * n + j]) / size;
            sum += std::abs(e);
            off += std::abs(product[i * n + j] - e);
        }
        norm = std::max(norm, sum);
        residual = std::max(residual, off);
    }
    MLMATH_CHECK(residual <= most * static_cast<double>(std::max(m, n)) * eps * norm);
    for (const bool left : {true, false}) {
        const std::vector<double>& x = left ? u : vt;
        const std::ptrdiff_t long_side = left ? m : n, some = left ? f.left : f.right;
        std::vector<double> gram(some * some);
        const MatrixView<const double> q =
            left ? MatrixView<const double>{x.data(), m, some, some, 1} : MatrixView<const double>{x.data(), n, some, 1, n};
        gemm<double>(1, transposed(q), q, 0, {gram.data(), some, some, some, 1}, 1);
        double worst = 0;
        for (std::ptrdiff_t i = 0; i < some; ++i)
            for (std::ptrdiff_t j = 0; j < some; ++j) worst = std::max(worst, std::abs(gram[i * some + j] - (i == j)));
        MLMATH_CHECK(worst <= most * static_cast<double>(long_side) * eps);
    }
    for (std::ptrdiff_t k = 0; k < f.right; ++k) {
        std::ptrdiff_t largest = 0;
        for (std::ptrdiff_t j = 1; j < n; ++j)
            if (std::abs(vt[k * n + j]) > std::abs(vt[k * n + largest])) largest = j;
        MLMATH_CHECK(vt[k * n + largest] > 0);
    }
}

template <class T>
void check_shape(std::ptrdiff_t count, std::ptrdiff_t m, std::ptrdiff_t n, bool full, SvdDriver driver = SvdDriver::automatic) {
    const std::vector<T> a = random<T>(count * m * n, static_cast<unsigned long long>(1000 * m + n));
    Factors<T> factors(count, m, n, full);
    factors.of(a.data(), m * n, n, 1, 1, driver);
    const std::ptrdiff_t p = factors.p;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        check_one(a.data() + i * m * n, factors, i, 10);
        if (std::max(m, n) > 70) continue;
        std::vector<double> tall(m * n), left(m * n), values(p), right(p * p);
        for (std::ptrdiff_t r = 0; r < m; ++r)
            for (std::ptrdiff_t c = 0; c < n; ++c) tall[m >= n ? r * p + c : c * p + r] = a[i * m * n + r * n + c];
        const std::ptrdiff_t rows = std::max(m, n);
        MLMATH_CHECK(textbook::svd<double>({tall.data(), rows, p, p, 1}, {left.data(), rows, p, p, 1}, values.data(),
                                           {right.data(), p, p, p, 1}));
        for (std::ptrdiff_t k = 0; k < p; ++k)
            MLMATH_CHECK_NEAR(factors.s[i * p + k], values[k],
                              static_cast<double>(rows) * static_cast<double>(std::numeric_limits<T>::epsilon()) * values[0]);
    }
    // By columns and backwards, on more threads.
    std::vector<T> turned(a.size()), values(count * p);
    std::vector<int> info(count, 9);
    for (std::ptrdiff_t i = 0; i < count; ++i)
        for (std::ptrdiff_t r = 0; r < m; ++r)
            for (std::ptrdiff_t c = 0; c < n; ++c) turned[(count - 1 - i) * m * n + c * m + (m - 1 - r)] = a[i * m * n + r * n + c];
    for (const int threads : {2, 3}) {
        Factors<T> again(count, m, n, full);
        again.of(turned.data() + (count - 1) * m * n + m - 1, -m * n, -1, m, threads, driver);
        MLMATH_CHECK(again == factors);
    }
    // Values alone.
    const std::ptrdiff_t item = m * n, zero = 0;
    svd<T>({{a.data(), m, n, n, 1}, 1, &count, &item}, {{nullptr, 0, 0, 0, 0}, 1, &count, &zero}, values.data(),
           {{nullptr, 0, 0, 0, 0}, 1, &count, &zero}, info.data(), 2, driver);
    for (std::ptrdiff_t k = 0; k < count * p; ++k)
        MLMATH_CHECK_NEAR(
            values[k], factors.s[k],
            static_cast<double>(std::max(m, n)) * static_cast<double>(std::numeric_limits<T>::epsilon()) * factors.s[k / p * p]);
    for (const int status : info) MLMATH_CHECK(status == 0);
}

MLMATH_TEST(svd_shapes) {
    const std::ptrdiff_t shapes[][2] = {{1, 1},    {2, 2},    {3, 3},     {5, 3},     {3, 5},     {8, 8},     {9, 7},   {16, 16},
                                        {33, 33},  {40, 5},   {5, 40},    {65, 31},   {64, 64},   {65, 65},   {70, 66}, {66, 70},
                                        {150, 80}, {80, 150}, {200, 200}, {230, 225}, {300, 100}, {2700, 101}};
    for (const auto& [m, n] : shapes)
        for (const bool full : {false, true}) {
            if (full && m > 1000) continue;
            check_shape<double>(1, m, n, full);
            check_shape<float>(1, m, n, full);
            if (m * n > 1000) continue;
            check_shape<double>(19, m, n, full);
            check_shape<float>(19, m, n, full);
            check_shape<double>(3, m, n, full, SvdDriver::jacobi);
            check_shape<float>(3, m, n, full, SvdDriver::jacobi);
        }
}

// Zero, one number, ones, the identity, one column, graded rows, equal rows, a triangle; at all sizes of numbers.
template <class T>
void check_special(std::ptrdiff_t m, std::ptrdiff_t n, int kind, T scale, bool full) {
    std::vector<T> a(m * n);
    for (std::ptrdiff_t i = 0; i < m; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            const T value = T(1) / static_cast<T>(1 + (i * 7 + j * 3) % 11);
            a[i * n + j] = scale * (kind == 0   ? T(0)
                                    : kind == 1 ? T(i == 2 && j == 1)
                                    : kind == 2 ? T(1)
                                    : kind == 3 ? T(i == j)
                                    : kind == 4 ? T(j == 2) * value
                                    : kind == 5 ? value * std::ldexp(T(1), static_cast<int>(-i))
                                    : kind == 6 ? T(1) / static_cast<T>(1 + j)
                                                : T(j >= i) * value);
        }
    Factors<T> factors(1, m, n, full);
    factors.of(a.data(), m * n, n, 1, 2);
    check_one(a.data(), factors, 0, scale < std::numeric_limits<T>::min() ? 1e9 : 50);
}

MLMATH_TEST(svd_special) {
    const std::ptrdiff_t shapes[][2] = {{4, 4}, {12, 9}, {9, 12}, {40, 12}, {12, 40}, {80, 80}, {100, 90}, {250, 220}, {260, 90}};
    for (const auto& [m, n] : shapes)
        for (int kind = 0; kind < 8; ++kind)
            for (const bool full : {false, true}) {
                check_special<double>(m, n, kind, 1, full);
                check_special<float>(m, n, kind, 1, full);
                if (m > 100) continue;
                for (const double scale : {0x1p-1000, 0x1p+1000}) check_special<double>(m, n, kind, scale, full);
                for (const float scale : {0x1p-100f, 0x1p+110f}) check_special<float>(m, n, kind, scale, full);
            }
}

MLMATH_TEST(svd_scales_by_two) {
    const std::ptrdiff_t shapes[][2] = {{7, 5}, {40, 6}, {90, 80}, {220, 90}};
    for (const auto& [m, n] : shapes) {
        const std::vector<double> a = random<double>(m * n, 3);
        Factors<double> factors(1, m, n, false), scaled(1, m, n, false);
        factors.of(a.data(), m * n, n, 1, 1);
        for (const double power : {0x1p-60, 0x1p+800, 0x1p-900}) {
            std::vector<double> b = a;
            for (double& e : b) e *= power;
            scaled.of(b.data(), m * n, n, 1, 1);
            MLMATH_CHECK(scaled.u == factors.u && scaled.vt == factors.vt);
            for (std::size_t k = 0; k < factors.s.size(); ++k) MLMATH_CHECK(scaled.s[k] == factors.s[k] * power);
        }
    }
}

MLMATH_TEST(svd_not_finite_and_empty) {
    const std::ptrdiff_t shapes[][2] = {{4, 3}, {3, 4}, {40, 5}, {80, 80}, {2700, 100}};
    for (const auto& [m, n] : shapes)
        for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
            for (const std::ptrdiff_t count : {1, 2, 16}) {
                if (count > 2 && m > 100) continue;
                std::vector<double> a = random<double>(count * m * n, 4);
                a[(count - 1) * m * n + m * n / 2] = bad;
                Factors<double> factors(count, m, n, false);
                factors.of(a.data(), m * n, n, 1, 2);
                for (std::ptrdiff_t i = 0; i < count; ++i) {
                    const bool last = i == count - 1;
                    MLMATH_CHECK(factors.info[i] == (last ? svd_not_finite : 0));
                    for (std::ptrdiff_t k = 0; k < factors.p; ++k) MLMATH_CHECK(std::isnan(factors.s[i * factors.p + k]) == last);
                    MLMATH_CHECK(std::isnan(factors.u[i * m * factors.p]) == last &&
                                 std::isnan(factors.vt[i * factors.p * n]) == last);
                }
            }
    const double none = 0;
    Factors<double> wide(1, 0, 3, true), tall(1, 3, 0, true);
    wide.of(&none, 0, 3, 1, 1);
    tall.of(&none, 0, 0, 1, 1);
    for (int i = 0; i < 9; ++i) MLMATH_CHECK(wide.vt[i] == (i % 4 == 0) && tall.u[i] == (i % 4 == 0));
    double a[4] = {1, 2, 3, 4}, s[2], u[6];
    int info = 0;
    MLMATH_CHECK(refused([&] {
        svd<double>({{a, 2, 2, 2, 1}, 0, nullptr, nullptr}, {{u, 3, 2, 2, 1}, 0, nullptr, nullptr}, s,
                    {{u, 2, 2, 2, 1}, 0, nullptr, nullptr}, &info, 1);
    }));
}

}  // namespace
}  // namespace mlmath::tests
