// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_bisection against its textbook, by counts and by property: glued, clustered, split, graded matrices, threads.
#include <algorithm>
#include <limits>

#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Tridiagonal {
    std::vector<T> d, e;
    std::ptrdiff_t n() const { return static_cast<std::ptrdiff_t>(d.size()); }
    double norm() const {
        double largest = 0;
        for (std::size_t i = 0; i < d.size(); ++i)
            largest =
                std::max(largest, std::fabs(static_cast<double>(d[i])) + (i > 0 ? std::fabs(static_cast<double>(e[i - 1])) : 0) +
                                      (i + 1 < d.size() ? std::fabs(static_cast<double>(e[i])) : 0));
        return largest;
    }
};

// Toeplitz 1-2-1, random, Wilkinson, glued Wilkinson, split, nearly equal values, graded, zero, identity, small integers, Clement,
// no diagonal and planes of values +-tiny, tiny off-diagonals.
constexpr int kinds = 13;
template <class T>
Tridiagonal<T> tridiagonal(int kind, std::ptrdiff_t n) {
    Numbers numbers(31 * static_cast<unsigned long long>(n) + static_cast<unsigned long long>(kind));
    const auto entry = [&](std::ptrdiff_t i, bool diagonal) -> double {
        const double x = numbers.next();
        switch (kind) {
            case 0:
                return diagonal ? 2 : -1;
            case 1:
                return x;
            case 2:
                return diagonal ? std::fabs(static_cast<double>(i) - static_cast<double>(n / 2)) : 1;
            case 3:
                return diagonal ? std::fabs(static_cast<double>(i % 21) - 10) : i % 21 == 20 ? 1e-8 : 1;
            case 4:
                return diagonal ? static_cast<double>(i % 3) : i % 3 == 2 ? 0 : 1;
            case 5:
                return diagonal ? 1 + 1e-13 * x : 1e-13 * x;
            case 6:
                return std::exp2(-60 * static_cast<double>(i) / static_cast<double>(n)) * x;
            case 7:
                return 0;
            case 8:
                return diagonal ? 1 : 0;
            case 9:
                return std::floor(1.5 * x + 0.5);
            case 10:
                return diagonal ? 0 : std::sqrt(static_cast<double>((i + 1) * (n - 1 - i)));
            default:
                return diagonal ? static_cast<double>(i % 4) : 1e-9 * x;
        }
    };
    Tridiagonal<T> t;
    for (std::ptrdiff_t i = 0; i < n; ++i) t.d.push_back(static_cast<T>(entry(i, true)));
    for (std::ptrdiff_t i = 0; i + 1 < n; ++i) t.e.push_back(static_cast<T>(entry(i, false)));
    return t;
}

template <class T>
void check_values(int kind, std::ptrdiff_t n) {
    const Tridiagonal<T> t = tridiagonal<T>(kind, n);
    const double eps = std::numeric_limits<T>::epsilon(), norm = t.norm();
    std::vector<T> w(static_cast<std::size_t>(n)), again(w), part(w);
    tridiagonal_bisection<T>(n, t.d.data(), t.e.data(), 0, n, w.data(), 1);
    tridiagonal_bisection<T>(n, t.d.data(), t.e.data(), 0, n, again.data(), 3);
    MLMATH_CHECK(w == again);
    const std::vector<double> d(t.d.begin(), t.d.end()), e(t.e.begin(), t.e.end());
    std::vector<double> expected(static_cast<std::size_t>(n));
    textbook::tridiagonal_bisection<double>(n, d.data(), e.data(), 0, n, expected.data());
    for (std::ptrdiff_t k = 0; k < n; ++k) {
        const double allowed = eps * (2 * std::fabs(expected[k]) + norm);
        MLMATH_CHECK(k == 0 || w[k - 1] <= w[k]);
        MLMATH_CHECK_NEAR(w[k], expected[k], allowed);
        MLMATH_CHECK(textbook::tridiagonal_count<double>(n, d.data(), e.data(), w[k] - 2 * allowed - 1e-300) <= k);
        MLMATH_CHECK(textbook::tridiagonal_count<double>(n, d.data(), e.data(), w[k] + 2 * allowed + 1e-300) > k);
    }
    for (const auto& [from, to] : {std::pair{n / 3, n / 2}, {n - 1, n}, {std::ptrdiff_t{0}, std::ptrdiff_t{1}}, {n / 2, n / 2}}) {
        tridiagonal_bisection<T>(n, t.d.data(), t.e.data(), from, to, part.data(), 2);
        for (std::ptrdiff_t k = from; k < to; ++k)
            MLMATH_CHECK_NEAR(part[k - from], expected[k], eps * (2 * std::fabs(expected[k]) + norm));
    }
}

template <class T>
void check_vectors(int kind, std::ptrdiff_t n, std::ptrdiff_t from, std::ptrdiff_t to) {
    const Tridiagonal<T> t = tridiagonal<T>(kind, n);
    const double eps = std::numeric_limits<T>::epsilon(), norm = t.norm();
    const std::ptrdiff_t count = to - from;
    std::vector<T> w(static_cast<std::size_t>(count)), z(static_cast<std::size_t>(n * count)), turned(z);
    tridiagonal_bisection<T>(n, t.d.data(), t.e.data(), from, to, w.data(), 1);
    MLMATH_CHECK((tridiagonal_vectors<T>(n, t.d.data(), t.e.data(), count, w.data(), {z.data(), n, count, count, 1}, 1)));
    MLMATH_CHECK((tridiagonal_vectors<T>(n, t.d.data(), t.e.data(), count, w.data(), {turned.data(), n, count, 1, n}, 3)));
    double worst = 0, gram = 0;
    for (std::ptrdiff_t k = 0; k < count; ++k) {
        double sum = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            MLMATH_CHECK(z[i * count + k] == turned[k * n + i]);
            const auto at = [&](std::ptrdiff_t row) { return row < 0 || row >= n ? 0.0 : static_cast<double>(z[row * count + k]); };
            const double r = (static_cast<double>(t.d[i]) - static_cast<double>(w[k])) * at(i) +
                             (i > 0 ? static_cast<double>(t.e[i - 1]) * at(i - 1) : 0) +
                             (i + 1 < n ? static_cast<double>(t.e[i]) * at(i + 1) : 0);
            sum += r * r;
        }
        worst = std::max(worst, std::sqrt(sum));
        for (std::ptrdiff_t l = 0; l <= k; ++l) {
            double product = k == l ? -1 : 0;
            for (std::ptrdiff_t i = 0; i < n; ++i)
                product += static_cast<double>(z[i * count + k]) * static_cast<double>(z[i * count + l]);
            gram = std::max(gram, std::fabs(product));
        }
    }
    const double root = std::sqrt(static_cast<double>(n));
    MLMATH_CHECK_NEAR(worst, 0, eps * norm * (4 + 2 * root));
    MLMATH_CHECK_NEAR(gram, 0, eps * (1000 + 4 * root));
}

MLMATH_TEST(tridiagonal_bisection_values) {
    for (int kind = 0; kind < kinds; ++kind)
        for (const std::ptrdiff_t n : {1, 2, 3, 5, 16, 17, 32, 33, 64, 105}) {
            check_values<double>(kind, n);
            check_values<float>(kind, n);
        }
}

MLMATH_TEST(tridiagonal_bisection_vectors) {
    for (int kind = 0; kind < kinds; ++kind)
        for (const std::ptrdiff_t n : {1, 2, 3, 5, 16, 17, 32}) {
            check_vectors<double>(kind, n, 0, n);
            check_vectors<float>(kind, n, 0, n);
            check_vectors<double>(kind, n, n / 2, n);
        }
    for (int kind = 0; kind < kinds; ++kind) check_vectors<double>(kind, 210, 90, 120);
    // All of a spectrum that lies together: the whole decomposition is faster.
    const Tridiagonal<double> t = tridiagonal<double>(8, 100);
    std::vector<double> w(100, 1.0), z(10000);
    MLMATH_CHECK(!(tridiagonal_vectors<double>(100, t.d.data(), t.e.data(), 100, w.data(), {z.data(), 100, 100, 100, 1}, 1)));
}

MLMATH_TEST(tridiagonal_counts) {
    // 2 - 2 cos(k pi / (n + 1)): between two of them the count is their number.
    constexpr std::ptrdiff_t n = 40;
    const Tridiagonal<double> t = tridiagonal<double>(0, n);
    for (std::ptrdiff_t k = 0; k <= n; ++k) {
        const double x = 2 - 2 * std::cos((static_cast<double>(k) + 0.5) * std::acos(-1.0) / (n + 1));
        MLMATH_CHECK((tridiagonal_count<double>(n, t.d.data(), t.e.data(), x) == k));
        MLMATH_CHECK((textbook::tridiagonal_count<double>(n, t.d.data(), t.e.data(), x) == k));
    }
    const double infinity = std::numeric_limits<double>::infinity();
    MLMATH_CHECK((tridiagonal_count<double>(n, t.d.data(), t.e.data(), infinity) == n));
    MLMATH_CHECK((tridiagonal_count<double>(n, t.d.data(), t.e.data(), -infinity) == 0));
    // Both ends of the numbers, and what is none.
    for (const double scale : {0x1p-1000, 0x1p+1020}) {
        Tridiagonal<double> far(t);
        for (double& x : far.d) x *= scale;
        for (double& x : far.e) x *= scale;
        std::vector<double> w(n), expected(n);
        tridiagonal_bisection<double>(n, far.d.data(), far.e.data(), 0, n, w.data(), 1);
        tridiagonal_bisection<double>(n, t.d.data(), t.e.data(), 0, n, expected.data(), 1);
        for (std::ptrdiff_t k = 0; k < n; ++k) MLMATH_CHECK(w[k] == expected[k] * scale);
    }
    Tridiagonal<double> bad(t);
    bad.e[7] = std::numeric_limits<double>::quiet_NaN();
    std::vector<double> w(n);
    tridiagonal_bisection<double>(n, bad.d.data(), bad.e.data(), 0, n, w.data(), 1);
    MLMATH_CHECK(std::isnan(w[0]) && std::isnan(w[n - 1]));
}

}  // namespace
}  // namespace mlmath::tests
