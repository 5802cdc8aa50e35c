// SPDX-License-Identifier: BSD-3-Clause
// lstsq against its textbook: alone and in stacks, full and short rank, rotations and normal equations, threads.
#include <algorithm>
#include <limits>

#include "kernels/factor/lstsq/lstsq.hpp"
#include "kernels/factor/lstsq/lstsq_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Solutions {
    std::ptrdiff_t count, m, n, q;
    std::vector<T> x, residuals, s;
    std::vector<std::int64_t> rank;
    std::vector<int> info;
    Solutions(std::ptrdiff_t matrices, std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t right)
        : count(matrices),
          m(rows),
          n(columns),
          q(right),
          x(count * n * q),
          residuals(count * q),
          s(count * std::min(m, n)),
          rank(count),
          info(count, 9) {}
    void of(const std::vector<T>& a, const std::vector<T>& b, double rcond, int threads) {
        const std::ptrdiff_t a_item = m * n, b_item = m * q, x_item = n * q;
        lstsq<T>({{a.data(), m, n, n, 1}, 1, &count, &a_item}, {{b.data(), m, q, q, 1}, 1, &count, &b_item}, rcond,
                 {{x.data(), n, q, q, 1}, 1, &count, &x_item}, residuals.data(), rank.data(), s.data(), info.data(), threads);
    }
};

template <class T>
void check_lstsq(std::ptrdiff_t count, std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t rank) {
    const unsigned long long seed = static_cast<unsigned long long>(100 * m + n);
    std::vector<T> a = random<T>(count * m * n, seed), b = random<T>(count * m, seed + 1);
    if (rank < n)  // the last columns repeat the first ones
        for (std::ptrdiff_t i = 0; i < count * m; ++i)
            for (std::ptrdiff_t j = rank; j < n; ++j) a[i * n + j] = a[i * n + j - rank];
    const double eps = std::numeric_limits<T>::epsilon(), rcond = static_cast<double>(std::max(m, n)) * eps;
    Solutions<T> found(count, m, n, 1), again(count, m, n, 1);
    found.of(a, b, rcond, 1);
    again.of(a, b, rcond, 3);
    MLMATH_CHECK(found.x == again.x && found.s == again.s && found.rank == again.rank);
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        std::vector<double> wide(a.begin() + i * m * n, a.begin() + (i + 1) * m * n),
            right(b.begin() + i * m, b.begin() + (i + 1) * m), x(n), s(n);
        MLMATH_CHECK(found.info[i] == 0 && found.rank[i] == rank);
        MLMATH_CHECK(textbook::lstsq<double>({wide.data(), m, n, n, 1}, {right.data(), m, 1}, rcond, {x.data(), n, 1}, s.data()) ==
                     rank);
        const double condition = s[0] / s[rank - 1], allowed = 30 * std::sqrt(static_cast<double>(m)) * eps;
        double size = 0, residual = 0, y = 0;
        for (const double e : x) size = std::max(size, std::abs(e));
        for (std::ptrdiff_t k = 0; k < n; ++k) MLMATH_CHECK_NEAR(found.s[i * n + k], s[k], allowed * s[0]);
        for (std::ptrdiff_t j = 0; j < n; ++j) MLMATH_CHECK_NEAR(found.x[i * n + j], x[j], allowed * condition * condition * size);
        for (std::ptrdiff_t r = 0; r < m; ++r) {
            double rest = right[r];
            for (std::ptrdiff_t j = 0; j < n; ++j) rest -= wide[r * n + j] * x[j];
            residual += rest * rest;
            y += right[r] * right[r];
        }
        if (rank == n && m > n)
            MLMATH_CHECK_NEAR(found.residuals[i], residual, allowed * condition * y);
        else
            MLMATH_CHECK(std::isnan(found.residuals[i]));
    }
}

MLMATH_TEST(lstsq_against_the_textbook) {
    const std::ptrdiff_t shapes[][3] = {{1, 1, 1},    {4, 3, 3}, {8, 8, 8},  {20, 5, 5}, {31, 20, 20},
                                        {40, 39, 39}, {6, 4, 2}, {30, 9, 5}, {90, 12, 7}};
    for (const auto& [m, n, rank] : shapes) {
        check_lstsq<double>(1, m, n, rank);
        check_lstsq<float>(1, m, n, rank);
        check_lstsq<double>(17, m, n, rank);
        check_lstsq<float>(17, m, n, rank);
    }
    check_lstsq<double>(1, 9000, 8, 8);  // normal equations
    check_lstsq<float>(1, 9000, 8, 8);
    check_lstsq<double>(1, 9000, 8, 5);
}

}  // namespace
}  // namespace mlmath::tests
