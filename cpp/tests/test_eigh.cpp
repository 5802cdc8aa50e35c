// SPDX-License-Identifier: BSD-3-Clause
// eigh against its textbook and by property: sizes around the change of algorithm, triangles, strides, threads, stacks, bad
// numbers.
#include <algorithm>
#include <limits>

#include "kernels/eigen/eigh/eigh.hpp"
#include "kernels/eigen/eigh/eigh_complex.hpp"
#include "kernels/eigen/eigh/eigh_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Result {
    std::vector<T> w, v;
    int info;
    bool operator==(const Result&) const = default;
};

template <class T>
Result<T> solve(MatrixView<const T> a, bool lower, bool vectors, int threads) {
    const std::ptrdiff_t n = a.rows;
    Result<T> r{std::vector<T>(n), std::vector<T>(vectors ? n * n : 0), 7};
    eigh<T>({a, 0, nullptr, nullptr}, lower, r.w.data(), {{vectors ? r.v.data() : nullptr, n, n, n, 1}, 0, nullptr, nullptr},
            &r.info, threads);
    return r;
}

template <class T>
void check_size(std::ptrdiff_t n) {
    const std::vector<T> a = symmetric<T>(n, 7 * n + 3);
    const MatrixView<const T> view{a.data(), n, n, n, 1};
    const Result<T> r = solve<T>(view, true, true, 1), values = solve<T>(view, true, false, 1);
    MLMATH_CHECK(r.info == 0 && values.info == 0);
    std::vector<T> w(n), v(n * n);
    MLMATH_CHECK(textbook::eigh<T>(view, w.data(), {v.data(), n, n, n, 1}));
    const double eps = std::numeric_limits<T>::epsilon();
    double norm = 0;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        double column = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) column += std::fabs(a[i * n + j]);
        norm = std::max(norm, column);
    }
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        MLMATH_CHECK_NEAR(r.w[j], w[j], 2 * n * eps * norm);
        MLMATH_CHECK_NEAR(values.w[j], w[j], 2 * n * eps * norm);
        MLMATH_CHECK(j == 0 || (r.w[j - 1] <= r.w[j] && values.w[j - 1] <= values.w[j]));
        std::vector<double> product(n, 0.0), gram(n, 0.0);
        T largest = 0;
        for (std::ptrdiff_t k = 0; k < n; ++k) {
            const T x = r.v[k * n + j];
            if (std::fabs(x) > std::fabs(largest)) largest = x;
            for (std::ptrdiff_t i = 0; i < n; ++i) {
                product[i] += static_cast<double>(a[k * n + i]) * x;
                gram[i] += static_cast<double>(r.v[k * n + i]) * x;
            }
        }
        MLMATH_CHECK(largest > 0);
        double residual = 0, off = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            residual += std::fabs(product[i] - static_cast<double>(r.w[j]) * r.v[i * n + j]);
            off += std::fabs(gram[i] - (i == j));
        }
        MLMATH_CHECK(residual <= 10 * n * eps * norm);
        MLMATH_CHECK(off <= 10 * n * eps);
    }
    // The same bits from other threads, triangles, strides.
    for (int threads : {2, 3}) MLMATH_CHECK(solve<T>(view, true, true, threads) == r);
    const T nan = std::numeric_limits<T>::quiet_NaN();
    std::vector<T> spread(2 * n * 3 * n, nan), upper(a), lower(a), wide(2 * n * n, nan);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            spread[2 * i * 3 * n + 3 * j] = a[i * n + j];
            if (j > i) lower[i * n + j] = upper[j * n + i] = nan;
        }
    MLMATH_CHECK(solve<T>({spread.data(), n, n, 6 * n, 3}, true, true, 1) == r);
    MLMATH_CHECK(solve<T>({spread.data(), n, n, 6 * n, 3}, false, false, 1) == values);
    MLMATH_CHECK(solve<T>({lower.data(), n, n, n, 1}, true, true, 1) == r);
    MLMATH_CHECK(solve<T>({upper.data(), n, n, n, 1}, false, true, 1) == r);
    int info = 7;
    eigh<T>({view, 0, nullptr, nullptr}, true, w.data(), {{wide.data(), n, n, 2, 2 * n}, 0, nullptr, nullptr}, &info, 1);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) MLMATH_CHECK(wide[2 * i + j * 2 * n] == r.v[i * n + j]);
    // Powers of two come back.
    std::vector<T> scaled(a);
    for (T& x : scaled) x *= T(0x1p100);
    const Result<T> large = solve<T>({scaled.data(), n, n, n, 1}, true, true, 1);
    MLMATH_CHECK(large.v == r.v);
    for (std::ptrdiff_t j = 0; j < n; ++j) MLMATH_CHECK(large.w[j] == r.w[j] * T(0x1p100));
}

template <class T>
void check_complex(std::ptrdiff_t n, double size) {
    using Complex = std::complex<T>;
    Numbers numbers(n);
    std::vector<Complex> a(n * n), upper(n * n), v(n * n), other_v(n * n);
    std::vector<T> w(n), other_w(n), values(n);
    const T nan = std::numeric_limits<T>::quiet_NaN();
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j <= i; ++j) {
            a[i * n + j] = Complex(static_cast<T>(size * numbers.next()), i == j ? nan : static_cast<T>(size * numbers.next()));
            upper[j * n + i] = std::conj(a[i * n + j]);
            if (j < i) a[j * n + i] = upper[i * n + j] = nan;
        }
    int info[3] = {7, 7, 7};
    const auto stack = [&](auto* data) {
        return Stack<std::remove_pointer_t<decltype(data)>>{{data, n, n, n, 1}, 0, nullptr, nullptr};
    };
    eigh_complex<T>(stack(static_cast<const Complex*>(a.data())), true, w.data(), stack(v.data()), info, 1);
    eigh_complex<T>(stack(static_cast<const Complex*>(upper.data())), false, other_w.data(), stack(other_v.data()), info + 1, 2);
    eigh_complex<T>(stack(static_cast<const Complex*>(a.data())), true, values.data(), stack(static_cast<Complex*>(nullptr)),
                    info + 2, 1);
    MLMATH_CHECK(info[0] == 0 && info[1] == 0 && info[2] == 0 && w == other_w && v == other_v);
    const auto element = [&](std::ptrdiff_t i, std::ptrdiff_t j) {
        return i > j   ? std::complex<double>(a[i * n + j])
               : i < j ? std::conj(std::complex<double>(a[j * n + i]))
                       : a[i * n + i].real();
    };
    const double eps = std::numeric_limits<T>::epsilon();
    double norm = 0;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        double column = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) column += std::abs(element(i, j));
        norm = std::max(norm, column);
    }
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        MLMATH_CHECK_NEAR(values[j], w[j], 2 * n * eps * norm);
        MLMATH_CHECK(j == 0 || w[j - 1] <= w[j]);
        double residual = 0, off = 0;
        std::complex<double> largest = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            std::complex<double> r = -static_cast<double>(w[j]) * std::complex<double>(v[i * n + j]), g = i == j ? -1 : 0;
            for (std::ptrdiff_t k = 0; k < n; ++k) {
                r += element(i, k) * std::complex<double>(v[k * n + j]);
                g += std::conj(std::complex<double>(v[k * n + i])) * std::complex<double>(v[k * n + j]);
            }
            residual += std::abs(r);
            off += std::abs(g);
            if (v[i * n + j].imag() == 0 && v[i * n + j].real() > 0)
                largest = std::max(largest.real(), double(v[i * n + j].real()));
        }
        MLMATH_CHECK(residual <= 10 * n * eps * norm);
        MLMATH_CHECK(off <= 10 * n * eps);
        MLMATH_CHECK(largest.real() >= 1 / std::sqrt(2.0 * n));
    }
}

}  // namespace

MLMATH_TEST(eigh_complex_sizes) {
    for (std::ptrdiff_t n : {1, 2, 3, 5, 8, 17, 48, 49, 90}) {
        check_complex<double>(n, 1);
        check_complex<float>(n, 1);
    }
    check_complex<double>(12, 1e300);
    check_complex<double>(12, 1e-290);
}

MLMATH_TEST(eigh_driver_sizes) {
    for (std::ptrdiff_t n : {1, 2, 3, 4, 5, 8, 9, 16, 17, 31, 33, 48, 49, 64, 65, 100, 129}) {
        check_size<double>(n);
        check_size<float>(n);
    }
}

MLMATH_TEST(eigh_driver_stacks_and_bad_numbers) {
    constexpr std::ptrdiff_t n = 40, count = 12;
    std::vector<double> a(count * n * n), w(count * n), v(count * n * n);
    for (std::ptrdiff_t b = 0; b < count; ++b) {
        const auto matrix = symmetric<double>(n, b + 100);
        std::copy(matrix.begin(), matrix.end(), a.begin() + b * n * n);
    }
    const double inf = std::numeric_limits<double>::infinity();
    a[3 * n * n] = std::numeric_limits<double>::quiet_NaN();
    a[7 * n * n + (n - 1) * n + n - 2] = inf;
    a[5 * n * n + n - 1] = inf;  // not in the triangle that is read
    const std::ptrdiff_t shape[] = {3, 4}, strides[] = {4 * n * n, n * n};
    for (int threads : {1, 2}) {
        int info[count];
        eigh<double>({{a.data(), n, n, n, 1}, 2, shape, strides}, true, w.data(), {{v.data(), n, n, n, 1}, 2, shape, strides}, info,
                     threads);
        for (std::ptrdiff_t b = 0; b < count; ++b) {
            const Result<double> one = solve<double>({a.data() + b * n * n, n, n, n, 1}, true, true, 1);
            MLMATH_CHECK(info[b] == one.info && one.info == (b == 3 || b == 7 ? eigh_not_finite : 0));
            if (one.info == 0) {
                MLMATH_CHECK(std::equal(one.w.begin(), one.w.end(), w.begin() + b * n));
                MLMATH_CHECK(std::equal(one.v.begin(), one.v.end(), v.begin() + b * n * n));
            } else {
                MLMATH_CHECK(std::all_of(w.begin() + b * n, w.begin() + (b + 1) * n, [](double x) { return std::isnan(x); }));
                MLMATH_CHECK(
                    std::all_of(v.begin() + b * n * n, v.begin() + (b + 1) * n * n, [](double x) { return std::isnan(x); }));
            }
        }
    }
    const std::ptrdiff_t none[] = {0}, zero[] = {0};
    eigh<double>({{a.data(), n, n, n, 1}, 1, none, zero}, true, w.data(), {{v.data(), n, n, n, 1}, 1, none, zero}, nullptr, 2);
    int info = 7;
    eigh<double>({{a.data(), 0, 0, 0, 1}, 0, nullptr, nullptr}, true, w.data(), {{v.data(), 0, 0, 0, 1}, 0, nullptr, nullptr},
                 &info, 2);
    MLMATH_CHECK(info == 0);
}

MLMATH_TEST(eigh_driver_extreme_numbers) {
    for (double size : {1e300, 1e-300, 1e-310, 4.9406564584124654e-324}) {
        const std::ptrdiff_t n = 10;
        std::vector<double> a = symmetric<double>(n, 9);
        for (double& x : a) x *= size;
        const Result<double> r = solve<double>({a.data(), n, n, n, 1}, true, true, 1);
        MLMATH_CHECK(r.info == 0);
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            double length = 0;
            for (std::ptrdiff_t i = 0; i < n; ++i) length += r.v[i * n + j] * r.v[i * n + j];
            MLMATH_CHECK_NEAR(length, 1, 1e-13);
            MLMATH_CHECK(std::isfinite(r.w[j]));
        }
    }
}

}  // namespace mlmath::tests
