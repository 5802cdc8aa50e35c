// SPDX-License-Identifier: BSD-3-Clause
// jacobi_eigh against its textbook and by property: sizes around the registers, both triangles, strides, batches, threads, bad
// numbers.
#include <algorithm>
#include <limits>

#include "kernels/eigen/jacobi_eigh/jacobi_eigh.hpp"
#include "kernels/eigen/jacobi_eigh/jacobi_eigh_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
void check_against_textbook(std::ptrdiff_t n) {
    const std::vector<T> a = symmetric<T>(n, 7 * n + 1);
    const MatrixView<const T> view{a.data(), n, n, n, 1};
    std::vector<T> w(n), v(n * n), expected_w(n), expected_v(n * n);
    MLMATH_CHECK(jacobi_eigh<T>(1, view, 0, true, w.data(), v.data(), 1));
    MLMATH_CHECK(textbook::jacobi_eigh<T>(view, {expected_w.data(), n, 1}, {expected_v.data(), n, n, n, 1}) >= 0);
    const double eps = std::numeric_limits<T>::epsilon();
    double norm = 0;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        double column = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) column += std::fabs(a[i * n + j]);
        norm = std::max(norm, column);
    }
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        MLMATH_CHECK_NEAR(w[j], expected_w[j], 2 * n * eps * norm);
        MLMATH_CHECK(j == 0 || w[j - 1] <= w[j]);
        double residual = 0, gram = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            double r = -static_cast<double>(w[j]) * v[i * n + j], g = i == j ? -1 : 0;
            for (std::ptrdiff_t k = 0; k < n; ++k) {
                r += static_cast<double>(a[i * n + k]) * v[k * n + j];
                g += static_cast<double>(v[k * n + i]) * v[k * n + j];
            }
            residual += std::fabs(r);
            gram += std::fabs(g);
        }
        MLMATH_CHECK(residual <= 10 * n * eps * norm);
        MLMATH_CHECK(gram <= 10 * n * eps);
    }
}

template <class T>
void check_views_and_threads(std::ptrdiff_t n) {
    const std::vector<T> a = symmetric<T>(n, 3 * n + 2);
    std::vector<T> w(n), v(n * n), other_w(n), other_v(n * n);
    MLMATH_CHECK(jacobi_eigh<T>(1, {a.data(), n, n, n, 1}, 0, true, w.data(), v.data(), 1));
    auto same = [&](MatrixView<const T> view, bool lower, int threads) {
        MLMATH_CHECK(jacobi_eigh<T>(1, view, 0, lower, other_w.data(), other_v.data(), threads));
        MLMATH_CHECK(w == other_w && v == other_v);
        MLMATH_CHECK(jacobi_eigh<T>(1, view, 0, lower, other_w.data(), nullptr, threads));
        MLMATH_CHECK(w == other_w);
    };
    for (int threads : {2, 3, 7}) same({a.data(), n, n, n, 1}, true, threads);
    same({a.data(), n, n, n, 1}, false, 1);
    const T nan = std::numeric_limits<T>::quiet_NaN();
    std::vector<T> spread(2 * n * 3 * n, nan), upper(a), lower(a);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            spread[2 * i * 3 * n + 3 * j] = a[i * n + j];
            if (j > i) lower[i * n + j] = upper[j * n + i] = nan;
        }
    same({spread.data(), n, n, 6 * n, 3}, true, 1);
    same({lower.data(), n, n, n, 1}, true, 1);
    same({upper.data(), n, n, n, 1}, false, 1);
}

}  // namespace

MLMATH_TEST(eigh_matches_textbook) {
    for (std::ptrdiff_t n : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64}) {
        check_against_textbook<double>(n);
        check_against_textbook<float>(n);
    }
}

MLMATH_TEST(eigh_views_triangles_and_threads) {
    for (std::ptrdiff_t n : {1, 2, 5, 16, 33, 130}) {
        check_views_and_threads<double>(n);
        check_views_and_threads<float>(n);
    }
}

MLMATH_TEST(eigh_batches_and_bad_numbers) {
    constexpr std::ptrdiff_t n = 6, count = 40;
    std::vector<double> a(count * n * n), w(count * n), v(count * n * n), one_w(n), one_v(n * n);
    for (std::ptrdiff_t b = 0; b < count; ++b) {
        const auto matrix = symmetric<double>(n, b + 100);
        std::copy(matrix.begin(), matrix.end(), a.begin() + b * n * n);
    }
    a[17 * n * n + 2 * n + 1] = std::numeric_limits<double>::infinity();
    for (int threads : {1, 3}) {
        MLMATH_CHECK(jacobi_eigh<double>(count, {a.data(), n, n, n, 1}, n * n, true, w.data(), v.data(), threads));
        for (std::ptrdiff_t b = 0; b < count; ++b) {
            MLMATH_CHECK(jacobi_eigh<double>(1, {a.data() + b * n * n, n, n, n, 1}, 0, true, one_w.data(), one_v.data(), 1));
            if (b == 17) {
                MLMATH_CHECK(std::all_of(w.begin() + b * n, w.begin() + (b + 1) * n, [](double x) { return std::isnan(x); }));
                MLMATH_CHECK(
                    std::all_of(v.begin() + b * n * n, v.begin() + (b + 1) * n * n, [](double x) { return std::isnan(x); }));
            } else {
                MLMATH_CHECK(std::equal(one_w.begin(), one_w.end(), w.begin() + b * n));
                MLMATH_CHECK(std::equal(one_v.begin(), one_v.end(), v.begin() + b * n * n));
            }
        }
    }
    MLMATH_CHECK(jacobi_eigh<double>(0, {a.data(), n, n, n, 1}, n * n, true, nullptr, nullptr, 1));
    MLMATH_CHECK(jacobi_eigh<double>(5, {a.data(), 0, 0, 0, 1}, 0, true, nullptr, nullptr, 1));
}

MLMATH_TEST(eigh_history_of_sweeps) {
    for (const std::ptrdiff_t n : {1, 2, 33, 130}) {
        const std::vector<double> a = symmetric<double>(n, 11);
        std::vector<double> w(n), v(n * n), plain(n);
        double off = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) off += i == j ? 0 : a[i * n + j] * a[i * n + j];
        JacobiHistory history;
        const Status status = jacobi_eigh<double>(1, {a.data(), n, n, n, 1}, 0, true, w.data(), v.data(), 2, &history);
        MLMATH_CHECK(status);
        MLMATH_CHECK(jacobi_eigh<double>(1, {a.data(), n, n, n, 1}, 0, true, plain.data(), nullptr, 1) && plain == w);
        const auto sweeps = static_cast<std::size_t>(status.iterations);
        MLMATH_CHECK(history.off_norm.size() == sweeps + 1 && history.rotations.size() == sweeps &&
                     history.largest_angle.size() == sweeps);
        MLMATH_CHECK_NEAR(history.off_norm[0], std::sqrt(off), 1e-13 * n);
        for (std::size_t s = 0; s < sweeps; ++s) {
            MLMATH_CHECK(history.off_norm[s + 1] <= history.off_norm[s]);
            MLMATH_CHECK(history.rotations[s] > 0 && history.rotations[s] <= n * (n - 1) / 2);
            MLMATH_CHECK(history.largest_angle[s] > 0 && history.largest_angle[s] <= 0.7853981633974485);
        }
    }
}

// Elements from 1e-36 to 1, eigenvalues of 2: what is negligible beside these is more than eps of the largest element.
MLMATH_TEST(eigh_ends_where_eigenvalues_exceed_elements) {
    for (const std::ptrdiff_t n : {48, 64, 100}) {
        std::vector<float> a = symmetric<float>(n, 5), w(n);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) a[i * n + j] *= (i % 2 ? 1.0F : 1e-18F) * (j % 2 ? 1.0F : 1e-18F);
        const Status status = jacobi_eigh<float>(1, {a.data(), n, n, n, 1}, 0, true, w.data(), nullptr, 1);
        MLMATH_CHECK(status && status.iterations <= 16);
    }
}

}  // namespace mlmath::tests
