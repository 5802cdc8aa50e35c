// SPDX-License-Identifier: BSD-3-Clause
// power_iteration and its rungs: against the textbook and known spectra, views, threads, what is not finite.
#include <algorithm>
#include <limits>

#include "kernels/eigen/power_iteration/power_iteration.hpp"
#include "kernels/eigen/power_iteration/power_iteration_ladder.hpp"
#include "kernels/eigen/power_iteration/power_iteration_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

// (I - 2 u u^T) diag((-0.7)^i) (I - 2 u u^T), u of length one: a full matrix with known eigenvalues and vectors.
template <class T>
std::vector<T> symmetric(std::ptrdiff_t n) {
    Numbers numbers(static_cast<unsigned long long>(n));
    std::vector<double> u(static_cast<std::size_t>(n)), q(static_cast<std::size_t>(n * n));
    double square = 0;
    for (double& x : u) {
        x = numbers.next();
        square += x * x;
    }
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) q[i * n + j] = (i == j) - 2 * u[i] * u[j] / square;
    std::vector<T> a(static_cast<std::size_t>(n * n));
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j <= i; ++j) {
            double sum = 0;
            for (std::ptrdiff_t k = 0; k < n; ++k) sum += q[i * n + k] * std::pow(-0.7, static_cast<double>(k)) * q[j * n + k];
            a[i * n + j] = a[j * n + i] = static_cast<T>(sum);
        }
    return a;
}

template <class T>
double residual(const std::vector<T>& a, std::ptrdiff_t n, T w, MatrixView<T> v, std::ptrdiff_t j) {
    double sum = 0;
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        double r = -static_cast<double>(w) * static_cast<double>(v.data[i * v.row_stride + j * v.column_stride]);
        for (std::ptrdiff_t k = 0; k < n; ++k)
            r += static_cast<double>(a[i * n + k]) * static_cast<double>(v.data[k * v.row_stride + j * v.column_stride]);
        sum += r * r;
    }
    return std::sqrt(sum);
}

template <class T>
void check(std::ptrdiff_t n, std::ptrdiff_t b, std::ptrdiff_t wanted) {
    const std::vector<T> a = symmetric<T>(n);
    const T eps = std::numeric_limits<T>::epsilon(), tolerance = 40 * eps;
    Numbers numbers(7);
    std::vector<T> start(static_cast<std::size_t>(n * b));
    for (T& x : start) x = static_cast<T>(numbers.next());
    const auto run = [&](MatrixView<const T> view, int threads, std::vector<T>& x, std::vector<T>& w, std::vector<T>& values,
                         std::vector<T>& residuals) {
        x = start;
        w.assign(static_cast<std::size_t>(b), T(0));
        values.clear();
        residuals.clear();
        return power_iteration<T>(view, {x.data(), n, b, b, 1}, wanted, tolerance, 2000, w.data(), values, residuals, threads);
    };
    std::vector<T> x, w, values, residuals, x2, w2, values2, residuals2;
    const PowerOutcome outcome = run({a.data(), n, n, n, 1}, 1, x, w, values, residuals);
    MLMATH_CHECK(outcome.finite && outcome.converged);
    MLMATH_CHECK(static_cast<std::ptrdiff_t>(values.size()) == outcome.steps * wanted && residuals.size() == values.size());
    for (std::ptrdiff_t j = 0; j < wanted; ++j) {
        MLMATH_CHECK_NEAR(w[j], std::pow(-0.7, static_cast<double>(j)), 100 * eps);
        MLMATH_CHECK_NEAR(residual<T>(a, n, w[j], {x.data(), n, b, b, 1}, j), 0, 60 * eps);
        MLMATH_CHECK(w[j] == values[values.size() - wanted + j]);
    }
    run({a.data(), n, n, 1, n}, 3, x2, w2, values2, residuals2);
    MLMATH_CHECK(x == x2 && w == w2 && values == values2 && residuals == residuals2);
    if (b > 1) return;
    T expected = 0;
    std::vector<T> v = start;
    MLMATH_CHECK((textbook::power_iteration<T>({a.data(), n, n, n, 1}, {v.data(), n, 1, 1, 1}, 0, tolerance, 2000, expected) > 0));
    MLMATH_CHECK_NEAR(w[0], expected, 20 * eps);
}

template <class T>
void check_rungs(std::ptrdiff_t n) {
    const std::vector<T> a = symmetric<T>(n);
    const std::ptrdiff_t k = std::min<std::ptrdiff_t>(n, 4);
    std::vector<T> w(static_cast<std::size_t>(k)), v(static_cast<std::size_t>(n * k));
    for (const auto rung : {ladder::power_iteration_textbook<T>, ladder::power_iteration_products<T>,
                            ladder::power_iteration_orthogonal<T>, ladder::power_iteration_subspace<T>}) {
        MLMATH_CHECK(rung({a.data(), n, n, n, 1}, w.data(), {v.data(), n, k, k, 1}, 2));
        for (std::ptrdiff_t j = 0; j < k; ++j) {
            MLMATH_CHECK_NEAR(w[j], std::pow(-0.7, static_cast<double>(j)), 10 * ladder::power_tolerance<T>(n));
            MLMATH_CHECK_NEAR(residual<T>(a, n, w[j], {v.data(), n, k, k, 1}, j), 0, 6 * ladder::power_tolerance<T>(n));
        }
    }
}

MLMATH_TEST(power_iteration_finds_the_largest) {
    for (const std::ptrdiff_t n : {1, 2, 3, 8, 33, 100}) {
        check<double>(n, 1, 1);
        check<float>(n, 1, 1);
        if (n < 3) continue;
        check<double>(n, 3, 2);
        check<float>(n, 3, 3);
    }
}

MLMATH_TEST(power_iteration_rungs) {
    for (const std::ptrdiff_t n : {1, 2, 3, 5, 16, 70}) {
        check_rungs<double>(n);
        check_rungs<float>(n);
    }
}

MLMATH_TEST(power_iteration_ends_where_it_does_not_converge) {
    const double a[4] = {0, 1, 1, 0}, bad[4] = {1, std::numeric_limits<double>::quiet_NaN(), 0, 1};
    double x[4] = {1, 0.5, 0, 1}, w[2];
    std::vector<double> values, residuals;
    PowerOutcome outcome = power_iteration<double>({a, 2, 2, 2, 1}, {x, 2, 1, 1, 1}, 1, 1e-8, 25, w, values, residuals, 1);
    MLMATH_CHECK(outcome.finite && !outcome.converged && outcome.steps == 25 && values.size() == 25);
    outcome = power_iteration<double>({bad, 2, 2, 2, 1}, {x, 2, 1, 1, 1}, 1, 1e-8, 25, w, values, residuals, 1);
    MLMATH_CHECK(!outcome.finite && values.size() == 25);
    x[0] = x[1] = 0;
    MLMATH_CHECK(!power_iteration<double>({a, 2, 2, 2, 1}, {x, 2, 1, 1, 1}, 1, 1e-8, 25, w, values, residuals, 1).finite);
}

}  // namespace
}  // namespace mlmath::tests
