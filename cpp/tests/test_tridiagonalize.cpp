// SPDX-License-Identifier: BSD-3-Clause
// tridiagonalize against its textbook and by property: sizes around registers, blocks and owners, triangles, strides, threads.
#include <algorithm>
#include <limits>

#include "kernels/eigen/tridiagonalize/tridiagonalize.hpp"
#include "kernels/eigen/tridiagonalize/tridiagonalize_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Reduced {
    std::vector<T> d, e, q;
};

template <class T>
Reduced<T> reduced(MatrixView<const T> a, bool lower, int exponent, int threads,
                   std::ptrdiff_t deferring_from = Tridiagonalization<T>::deferring) {
    const std::ptrdiff_t n = a.rows;
    Reduced<T> r{std::vector<T>(n), std::vector<T>(n), std::vector<T>(n * n)};
    Tridiagonalization<T> work(n, true, deferring_from);
    Workspace workspace(work.bytes());
    work.take(workspace);
    work.reduce(a, lower, exponent, r.d.data(), r.e.data(), threads);
    work.form({r.q.data(), n, n, n, 1}, threads);
    return r;
}

// |A Q - Q T| and |Q^T Q - I| in the 1-norm, in units of n eps.
template <class T>
void check_reduction(const std::vector<T>& a, std::ptrdiff_t n, const Reduced<T>& r) {
    const double eps = std::numeric_limits<T>::epsilon();
    double norm = 0;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        double column = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) column += std::fabs(a[i * n + j]);
        norm = std::max(norm, column);
    }
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        std::vector<double> product(n, 0.0), gram(n, 0.0);
        for (std::ptrdiff_t k = 0; k < n; ++k)
            for (std::ptrdiff_t i = 0; i < n; ++i) {
                product[i] += static_cast<double>(a[k * n + i]) * r.q[k * n + j];
                gram[i] += static_cast<double>(r.q[k * n + i]) * r.q[k * n + j];
            }
        double residual = 0, off = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            double x = product[i] - static_cast<double>(r.d[j]) * r.q[i * n + j];
            if (j > 0) x -= static_cast<double>(r.e[j - 1]) * r.q[i * n + j - 1];
            if (j + 1 < n) x -= static_cast<double>(r.e[j]) * r.q[i * n + j + 1];
            residual += std::fabs(x);
            off += std::fabs(gram[i] - (i == j));
        }
        MLMATH_CHECK(residual <= 5 * n * eps * norm);
        MLMATH_CHECK(off <= 5 * n * eps);
    }
}

template <class T>
void check_size(std::ptrdiff_t n) {
    const std::vector<T> a = symmetric<T>(n, 5 * n + 1);
    const MatrixView<const T> view{a.data(), n, n, n, 1};
    const Reduced<T> r = reduced<T>(view, true, 0, 1);
    check_reduction(a, n, r);
    const auto same = [&](const Reduced<T>& other) {
        MLMATH_CHECK(r.d == other.d && r.q == other.q && std::equal(r.e.begin(), r.e.end() - 1, other.e.begin()));
    };
    for (int threads : {2, 3}) same(reduced<T>(view, true, 0, threads));
    const T nan = std::numeric_limits<T>::quiet_NaN();
    std::vector<T> spread(2 * n * 3 * n, nan), upper(a), lower(a);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            spread[2 * i * 3 * n + 3 * j] = a[i * n + j];
            if (j > i) lower[i * n + j] = upper[j * n + i] = nan;
        }
    same(reduced<T>({spread.data(), n, n, 6 * n, 3}, true, 0, 1));
    same(reduced<T>({lower.data(), n, n, n, 1}, true, 0, 1));
    same(reduced<T>({upper.data(), n, n, n, 1}, false, 0, 1));
    std::vector<T> small(a);
    for (T& x : small) x *= T(0x1p-60);
    same(reduced<T>({small.data(), n, n, n, 1}, true, 60, 1));
}

}  // namespace

MLMATH_TEST(tridiagonalize_small) {
    for (std::ptrdiff_t n : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 100}) {
        check_size<double>(n);
        check_size<float>(n);
    }
}

MLMATH_TEST(tridiagonalize_owners_and_pairs) {
    const std::ptrdiff_t n = 620, from = 580;
    const std::vector<double> a = symmetric<double>(n, 11);
    const MatrixView<const double> view{a.data(), n, n, n, 1};
    const Reduced<double> r = reduced<double>(view, true, 0, 1, from), other = reduced<double>(view, true, 0, 2, from);
    MLMATH_CHECK(r.d == other.d && r.q == other.q);
    check_reduction(a, n, r);
    const Reduced<double> whole = reduced<double>(view, true, 0, 1), whole_again = reduced<double>(view, false, 0, 2);
    MLMATH_CHECK(whole.d == whole_again.d && whole.q == whole_again.q);
    check_reduction(a, n, whole);
}

MLMATH_TEST(tridiagonalize_matches_textbook) {
    for (std::ptrdiff_t n : {2, 6, 20}) {
        const std::vector<double> a = symmetric<double>(n, n);
        const Reduced<double> r = reduced<double>({a.data(), n, n, n, 1}, true, 0, 1);
        std::vector<double> d(n), e(n), q(n * n);
        textbook::tridiagonalize<double>({a.data(), n, n, n, 1}, d.data(), e.data(), {q.data(), n, n, n, 1});
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            MLMATH_CHECK_NEAR(r.d[i], d[i], 1e-13);
            if (i + 1 < n) MLMATH_CHECK_NEAR(r.e[i], e[i], 1e-13);
            for (std::ptrdiff_t j = 0; j < n; ++j) MLMATH_CHECK_NEAR(r.q[i * n + j], q[i * n + j], 1e-12);
        }
    }
}

MLMATH_TEST(tridiagonalize_tiny_and_zero_rows) {
    // Rows whose squares underflow; a diagonal matrix, which no reflection touches.
    const std::ptrdiff_t n = 24;
    std::vector<double> a = symmetric<double>(n, 3), diagonal(n * n, 0.0);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) a[i * n + j] *= std::pow(10.0, -12.0 * static_cast<double>(i + j));
    check_reduction(a, n, reduced<double>({a.data(), n, n, n, 1}, true, 0, 1));
    for (std::ptrdiff_t i = 0; i < n; ++i) diagonal[i * (n + 1)] = static_cast<double>(i) / n;
    const Reduced<double> r = reduced<double>({diagonal.data(), n, n, n, 1}, true, 0, 1);
    for (std::ptrdiff_t i = 0; i < n; ++i) MLMATH_CHECK(r.d[i] == diagonal[i * (n + 1)] && r.q[i * (n + 1)] == 1);
}

}  // namespace mlmath::tests
