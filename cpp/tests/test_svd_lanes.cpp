// SPDX-License-Identifier: BSD-3-Clause
// svd_lanes against the textbook and by property: all orders, shapes, counts around the lanes, strides, threads, bad numbers
// beside good ones, zero and equal singular values, the ends of the numbers, small integers by the ten thousand.
#include <algorithm>
#include <limits>

#include "kernels/eigen/svd_lanes/svd_lanes.hpp"
#include "kernels/eigen/svd_lanes/svd_lanes_textbook.hpp"
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
    Factors& of(const T* a, int threads = 1) { return of({a, m, n, n, 1}, m * n, threads); }
    Factors& of(MatrixView<const T> first, std::ptrdiff_t item, int threads) {
        const std::ptrdiff_t u_item = m * p, vt_item = p * n;
        svd_lanes<T>({first, 1, &count, &item}, {{u.data(), m, p, p, 1}, 1, &count, &u_item}, s.data(),
                     {{vt.data(), p, n, n, 1}, 1, &count, &vt_item}, info.data(), threads);
        return *this;
    }
    bool operator==(const Factors& other) const {
        return same_bits(u, other.u) && same_bits(s, other.s) && same_bits(vt, other.vt) && info == other.info;
    }
};

// Largest column sum of |X X^T - I| for `rows` rows.
template <class T>
long double off_orthogonal(const T* x, std::ptrdiff_t rows, std::ptrdiff_t count, std::ptrdiff_t row, std::ptrdiff_t step) {
    long double largest = 0;
    for (std::ptrdiff_t i = 0; i < rows; ++i) {
        long double sum = 0;
        for (std::ptrdiff_t j = 0; j < rows; ++j) {
            long double product = i == j ? -1 : 0;
            for (std::ptrdiff_t k = 0; k < count; ++k)
                product += static_cast<long double>(x[i * row + k * step]) * x[j * row + k * step];
            sum += std::fabs(product);
        }
        largest = std::max(largest, sum);
    }
    return largest;
}

// LAPACK's ratios of one matrix, all at most 10; order and signs. Norms are taken of A 2^-exponent.
template <class T>
void check_ratios(const T* a, const Factors<T>& f, std::ptrdiff_t b, int exponent = 0) {
    const std::ptrdiff_t m = f.m, n = f.n, p = f.p;
    const T *const u = f.u.data() + b * m * p, *const s = f.s.data() + b * p, *const vt = f.vt.data() + b * p * n;
    const long double eps = std::numeric_limits<T>::epsilon(), size = std::max(m, n);
    const auto scaled = [&](T x) { return std::ldexp(static_cast<long double>(x), -exponent); };
    MLMATH_CHECK(f.info[b] == 0);
    long double norm = 0, residual = 0;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        long double column = 0, sum = 0;
        for (std::ptrdiff_t i = 0; i < m; ++i) {
            long double r = scaled(a[i * n + j]);
            column += std::fabs(r);
            for (std::ptrdiff_t k = 0; k < p; ++k) r -= static_cast<long double>(u[i * p + k]) * scaled(s[k]) * vt[k * n + j];
            sum += std::fabs(r);
        }
        norm = std::max(norm, column);
        residual = std::max(residual, sum);
    }
    const long double rounding = std::ldexp(static_cast<long double>(std::numeric_limits<T>::denorm_min()), -exponent);
    MLMATH_CHECK(residual <= 10 * size * eps * norm + size * rounding);
    MLMATH_CHECK(off_orthogonal(u, p, m, 1, p) <= 10 * m * eps);
    MLMATH_CHECK(off_orthogonal(vt, p, n, n, 1) <= 10 * n * eps);
    for (std::ptrdiff_t k = 0; k < p; ++k) {
        T largest = 0;
        for (std::ptrdiff_t j = 0; j < n; ++j)
            if (std::fabs(vt[k * n + j]) > std::fabs(largest)) largest = vt[k * n + j];
        MLMATH_CHECK(largest > 0);
        MLMATH_CHECK(s[k] >= 0 && (k == 0 || s[k - 1] >= s[k]));
    }
}

template <class T>
void check_shape_of(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t count) {
    const std::vector<T> a = random<T>(count * m * n, 1000 * m + 10 * n + count);
    Factors<T> f(count, m, n);
    f.of(a.data());
    const std::ptrdiff_t p = f.p, rows = std::max(m, n), item = m * n;
    for (std::ptrdiff_t b = 0; b < count; ++b) check_ratios(a.data() + b * item, f, b);
    for (std::ptrdiff_t b = 0; b < count; b += 7) {  // the textbook in double, of the tall one of A and A^T
        std::vector<double> tall(rows * p), left(rows * p), values(p), right(p * p);
        for (std::ptrdiff_t r = 0; r < m; ++r)
            for (std::ptrdiff_t c = 0; c < n; ++c) tall[m >= n ? r * p + c : c * p + r] = a[b * item + r * n + c];
        MLMATH_CHECK(textbook::svd_lanes<double>({{tall.data(), rows, p, p, 1}, 0, nullptr, nullptr},
                                                 {{left.data(), rows, p, p, 1}, 0, nullptr, nullptr}, values.data(),
                                                 {{right.data(), p, p, p, 1}, 0, nullptr, nullptr}));
        for (std::ptrdiff_t k = 0; k < p; ++k)
            MLMATH_CHECK_NEAR(f.s[b * p + k], values[k],
                              2 * static_cast<double>(rows) * std::numeric_limits<T>::epsilon() * values[0]);
    }
    std::vector<T> alone(count * p);
    std::vector<int> info(count);
    const Stack<T> none{{nullptr, 0, 0, 0, 0}, 1, &count, &item};
    svd_lanes<T>({{a.data(), m, n, n, 1}, 1, &count, &item}, none, alone.data(), none, info.data(), 1);
    for (std::ptrdiff_t i = 0; i < count * p; ++i)
        MLMATH_CHECK_NEAR(alone[i], f.s[i], 10 * static_cast<double>(m * n) * std::numeric_limits<T>::epsilon());
}

// Place in the stack, count, threads and strides: the same bits.
template <class T>
void check_bits(std::ptrdiff_t m, std::ptrdiff_t n) {
    constexpr std::ptrdiff_t count = 37;
    const std::ptrdiff_t item = m * n, p = std::min(m, n);
    const std::vector<T> a = random<T>(count * item, 9 * m + n);
    Factors<T> f(count, m, n);
    f.of(a.data());
    for (const int threads : {2, 3}) MLMATH_CHECK(Factors<T>(count, m, n).of(a.data(), threads) == f);
    for (std::ptrdiff_t b = 0; b < count; b += 9) {
        Factors<T> one(1, m, n);
        one.of(a.data() + b * item);
        MLMATH_CHECK(same_bits(one.s.data(), f.s.data() + b * p, p));
        MLMATH_CHECK(same_bits(one.u.data(), f.u.data() + b * m * p, m * p));
        MLMATH_CHECK(same_bits(one.vt.data(), f.vt.data() + b * p * n, p * n));
    }
    std::vector<T> turned(a.size()), spread(count * m * 2 * n * 3, std::numeric_limits<T>::quiet_NaN());
    for (std::ptrdiff_t b = 0; b < count; ++b)
        for (std::ptrdiff_t i = 0; i < m; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) {
                turned[b * item + j * m + i] = a[b * item + i * n + j];
                spread[((count - 1 - b) * m + i) * 6 * n + 3 * j] = a[b * item + i * n + j];
            }
    MLMATH_CHECK(Factors<T>(count, m, n).of({turned.data(), m, n, 1, m}, item, 3) == f);
    MLMATH_CHECK(Factors<T>(count, m, n).of({spread.data() + (count - 1) * m * 6 * n, m, n, 6 * n, 3}, -m * 6 * n, 2) == f);
    // Results by columns, and apart.
    const std::ptrdiff_t u_item = 2 * m * p, vt_item = 3 * p * n;
    std::vector<T> s(count * p), u(count * u_item, T(7)), vt(count * vt_item, T(7));
    std::vector<int> info(count);
    for (const bool by_columns : {true, false}) {
        const MatrixView<T> u_first{u.data(), m, p, by_columns ? 1 : 2 * p, by_columns ? m : 2};
        const MatrixView<T> vt_first{vt.data(), p, n, by_columns ? 1 : 3 * n, by_columns ? p : 3};
        svd_lanes<T>({{a.data(), m, n, n, 1}, 1, &count, &item}, {u_first, 1, &count, &u_item}, s.data(),
                     {vt_first, 1, &count, &vt_item}, info.data(), 1);
        MLMATH_CHECK(s == f.s);
        for (std::ptrdiff_t b = 0; b < count; ++b)
            for (std::ptrdiff_t k = 0; k < p; ++k) {
                for (std::ptrdiff_t i = 0; i < m; ++i)
                    MLMATH_CHECK(u[b * u_item + i * u_first.row_stride + k * u_first.column_stride] == f.u[b * m * p + i * p + k]);
                for (std::ptrdiff_t j = 0; j < n; ++j)
                    MLMATH_CHECK(vt[b * vt_item + k * vt_first.row_stride + j * vt_first.column_stride] ==
                                 f.vt[b * p * n + k * n + j]);
            }
    }
}

template <class T>
void check_bad_numbers(std::ptrdiff_t m, std::ptrdiff_t n) {
    constexpr std::ptrdiff_t count = 40;
    const std::ptrdiff_t p = std::min(m, n);
    std::vector<T> a = random<T>(count * m * n, 5 * n);
    Factors<T> before(count, m, n), after(count, m, n);
    before.of(a.data());
    for (const std::ptrdiff_t b : {0, 7, 8, 39})
        a[b * m * n + (b % 2) * (m * n - 1)] =
            b % 3 == 0 ? std::numeric_limits<T>::quiet_NaN() : -std::numeric_limits<T>::infinity();
    after.of(a.data());
    for (std::ptrdiff_t b = 0; b < count; ++b) {
        const bool bad = b == 0 || b == 7 || b == 8 || b == 39;
        MLMATH_CHECK(after.info[b] == (bad ? svd_lanes_not_finite : 0));
        const auto same = [&](const std::vector<T>& x, const std::vector<T>& y, std::ptrdiff_t item) {
            for (std::ptrdiff_t i = b * item; i < (b + 1) * item; ++i) MLMATH_CHECK(bad ? std::isnan(x[i]) : x[i] == y[i]);
        };
        same(after.u, before.u, m * p);
        same(after.s, before.s, p);
        same(after.vt, before.vt, p * n);
    }
}

// Products of thin factors (exact zeros among the values or not), graded rows and columns, equal values, shifts, zero.
template <class T>
void check_special(std::ptrdiff_t m, std::ptrdiff_t n, int exponent) {
    constexpr std::ptrdiff_t count = 80;
    const std::ptrdiff_t p = std::min(m, n);
    Numbers numbers(31 * m + n);
    std::vector<T> a(count * m * n);
    for (std::ptrdiff_t b = 0; b < count; ++b) {
        const auto rank = static_cast<std::ptrdiff_t>((numbers.next() + 1) / 2 * static_cast<double>(p));
        std::vector<double> left(m * p), right(p * n);
        for (double& x : left) x = b % 2 == 0 ? numbers.next() : std::floor(3 * numbers.next());
        for (double& x : right) x = b % 2 == 0 ? numbers.next() : std::floor(3 * numbers.next());
        for (std::ptrdiff_t i = 0; i < m; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) {
                double sum = 0;
                for (std::ptrdiff_t k = 0; k <= rank && k < p; ++k) sum += left[i * p + k] * right[k * n + j];
                const double places = static_cast<double>(i + j);
                const double x = b % 8 == 2   ? sum * std::exp2(-5 * places)
                                 : b % 8 == 4 ? sum * std::exp2(5 * (places - static_cast<double>(m + n)))
                                 : b % 8 == 5 ? static_cast<double>(i == j)
                                 : b % 8 == 6 ? static_cast<double>(i + 1 == j)
                                 : b == 7     ? 0
                                 : b == 15    ? 1
                                              : sum;
                a[b * m * n + i * n + j] = static_cast<T>(std::ldexp(x, exponent));
            }
    }
    Factors<T> f(count, m, n);
    f.of(a.data());
    for (std::ptrdiff_t b = 0; b < count; ++b) check_ratios(a.data() + b * m * n, f, b, exponent);
}

template <class T>
void check_powers(std::ptrdiff_t m, std::ptrdiff_t n) {
    constexpr std::ptrdiff_t count = 20;
    const std::vector<T> a = random<T>(count * m * n, 3 * n);
    Factors<T> f(count, m, n);
    f.of(a.data());
    for (const int exponent : {-3, 5, sizeof(T) == 8 ? 900 : 100, sizeof(T) == 8 ? -900 : -90}) {
        std::vector<T> scaled(a);
        for (T& x : scaled) x = std::ldexp(x, exponent);
        Factors<T> again(count, m, n);
        again.of(scaled.data());
        for (T& x : again.s) x = std::ldexp(x, -exponent);
        MLMATH_CHECK(again == f);
    }
}

template <class T>
void check_integers(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t count) {
    Numbers numbers(m + n);
    std::vector<T> a(count * m * n);
    for (T& x : a) x = static_cast<T>(std::floor(1.5 * (numbers.next() + 1)) - 1);
    Factors<T> f(count, m, n);
    f.of(a.data(), 2);
    for (std::ptrdiff_t b = 0; b < count; ++b) check_ratios(a.data() + b * m * n, f, b);
    for (std::ptrdiff_t b = 0; b < count; b += 97) {  // zeros too have the same bits whatever the neighbours
        Factors<T> one(1, m, n);
        one.of(a.data() + b * m * n);
        MLMATH_CHECK(same_bits(one.u.data(), f.u.data() + b * m * f.p, m * f.p));
        MLMATH_CHECK(same_bits(one.vt.data(), f.vt.data() + b * f.p * n, f.p * n));
    }
}

// Square U and V: the same first p vectors and values, orthogonal, signs; bad numbers and threads as ever.
template <class T>
void check_full(std::ptrdiff_t m, std::ptrdiff_t n) {
    constexpr std::ptrdiff_t count = 19;
    const std::ptrdiff_t item = m * n, p = std::min(m, n), u_item = m * m, vt_item = n * n;
    std::vector<T> a = random<T>(count * item, 77 * m + n);
    a[3 * item] = std::numeric_limits<T>::quiet_NaN();
    std::fill_n(a.begin() + 5 * item, item, T(0));
    Factors<T> thin(count, m, n);
    thin.of(a.data());
    std::vector<T> u(count * u_item), s(count * p), vt(count * vt_item), first_u, first_vt;
    std::vector<int> info(count, 9);
    for (const int threads : {1, 2, 3}) {
        std::fill(u.begin(), u.end(), T(7));
        std::fill(vt.begin(), vt.end(), T(7));
        svd_lanes<T>({{a.data(), m, n, n, 1}, 1, &count, &item}, {{u.data(), m, m, m, 1}, 1, &count, &u_item}, s.data(),
                     {{vt.data(), n, n, n, 1}, 1, &count, &vt_item}, info.data(), threads);
        if (threads == 1) first_u = u, first_vt = vt;
        MLMATH_CHECK(same_bits(u, first_u) && same_bits(vt, first_vt));
    }
    MLMATH_CHECK(same_bits(s, thin.s) && info == thin.info);
    const T eps = std::numeric_limits<T>::epsilon();
    for (std::ptrdiff_t b = 0; b < count; ++b) {
        const T *const ub = u.data() + b * u_item, *const vb = vt.data() + b * vt_item;
        for (std::ptrdiff_t i = 0; i < m; ++i) MLMATH_CHECK(same_bits(ub + i * m, thin.u.data() + (b * m + i) * p, p));
        MLMATH_CHECK(same_bits(vb, thin.vt.data() + b * p * n, p * n));
        if (b == 3) {
            MLMATH_CHECK(std::all_of(ub, ub + u_item, [](T x) { return std::isnan(x); }));
            MLMATH_CHECK(std::all_of(vb, vb + vt_item, [](T x) { return std::isnan(x); }));
            continue;
        }
        MLMATH_CHECK(off_orthogonal(ub, m, m, 1, m) <= static_cast<long double>(10 * m) * eps);
        MLMATH_CHECK(off_orthogonal(vb, n, n, n, 1) <= static_cast<long double>(10 * n) * eps);
        const auto positive = [&](const T* x, std::ptrdiff_t length, std::ptrdiff_t step) {
            T largest = 0;
            for (std::ptrdiff_t i = 0; i < length; ++i)
                if (std::fabs(x[i * step]) > std::fabs(largest)) largest = x[i * step];
            return largest > 0;
        };
        for (std::ptrdiff_t k = p; k < m; ++k) MLMATH_CHECK(positive(ub + k, m, m));
        for (std::ptrdiff_t k = p; k < n; ++k) MLMATH_CHECK(positive(vb + k * n, n, 1));
    }
}

}  // namespace

MLMATH_TEST(svd_lanes_shapes_and_counts) {
    for (std::ptrdiff_t n = 1; n <= svd_lanes_most; ++n) {
        const std::ptrdiff_t other = 1 + 13 * n % svd_lanes_most, count = n % 3 == 0 ? 17 : n % 3 == 1 ? 7 : 33;
        check_shape_of<double>(n, n, count);
        check_shape_of<float>(n, n, count);
        check_shape_of<double>(n, other, n % 2 == 0 ? 9 : 1);
        check_shape_of<float>(other, n, n % 2 == 0 ? 1 : 18);
    }
    for (const std::ptrdiff_t count : {1, 2, 8, 9, 15, 16, 23, 47, 48, 65, 97}) {
        check_shape_of<double>(3, 3, count);
        check_shape_of<float>(3, 3, count);
        check_shape_of<float>(5, 3, count);
    }
}

MLMATH_TEST(svd_lanes_same_bits) {
    const std::ptrdiff_t shapes[][2] = {{2, 2}, {3, 3}, {4, 4}, {3, 5}, {5, 3}, {8, 8}, {17, 9}, {9, 32}, {32, 32}, {1, 6}, {6, 1}};
    for (const auto& [m, n] : shapes) {
        check_bits<double>(m, n);
        check_bits<float>(m, n);
    }
}

MLMATH_TEST(svd_lanes_bad_numbers_beside_good_ones) {
    const std::ptrdiff_t shapes[][2] = {{2, 2}, {3, 3}, {4, 4}, {5, 5}, {9, 4}, {4, 9}, {32, 32}};
    for (const auto& [m, n] : shapes) {
        check_bad_numbers<double>(m, n);
        check_bad_numbers<float>(m, n);
    }
}

MLMATH_TEST(svd_lanes_special_values_and_scales) {
    const std::ptrdiff_t shapes[][2] = {{1, 1}, {2, 2}, {3, 3},   {4, 4},   {5, 5},  {6, 4},
                                        {3, 7}, {8, 8}, {16, 16}, {32, 20}, {32, 32}};
    for (const auto& [m, n] : shapes) {
        for (const int exponent : {0, 1000, -1040}) check_special<double>(m, n, exponent);
        for (const int exponent : {0, 100, -140}) check_special<float>(m, n, exponent);
        check_powers<double>(m, n);
        check_powers<float>(m, n);
    }
}

MLMATH_TEST(svd_lanes_small_integers) {
    for (std::ptrdiff_t n = 2; n <= 12; ++n) {
        check_integers<double>(n, n, n <= 4 ? 20000 : 3000);
        check_integers<float>(n, n, n <= 4 ? 20000 : 3000);
        check_integers<double>(n, n - 1, 2000);
        check_integers<float>(n - 1, n, 2000);
    }
}

MLMATH_TEST(svd_lanes_refuses_what_does_not_fit) {
    std::vector<double> a(33 * 33), s(33);
    int info = 0;
    const Stack<double> none{{nullptr, 0, 0, 0, 0}, 0, nullptr, nullptr};
    const std::ptrdiff_t shapes[][2] = {{33, 3}, {3, 33}, {0, 3}};
    for (const auto& shape : shapes)
        MLMATH_CHECK(refused([&] {
            svd_lanes<double>({{a.data(), shape[0], shape[1], shape[1], 1}, 0, nullptr, nullptr}, none, s.data(), none, &info, 1);
        }));
}

MLMATH_TEST(svd_lanes_full) {
    const std::ptrdiff_t shapes[][2] = {{20, 10}, {10, 20}, {5, 1}, {1, 5}, {4, 3}, {32, 31}, {9, 32}, {3, 3}, {7, 7}, {2, 32}};
    for (const auto& [m, n] : shapes) {
        check_full<double>(m, n);
        check_full<float>(m, n);
    }
}

}  // namespace mlmath::tests
