// SPDX-License-Identifier: BSD-3-Clause
// eigh_lanes against the textbook and by property: all orders, counts around the lanes, triangles, strides, threads, bad numbers
// beside good ones, degenerate spectra, the ends of the numbers, small integers by the ten thousand.
#include <algorithm>
#include <limits>

#include "kernels/eigen/eigh_lanes/eigh_lanes.hpp"
#include "kernels/eigen/eigh_lanes/eigh_lanes_ladder.hpp"
#include "kernels/eigen/eigh_lanes/eigh_lanes_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Eigen {
    std::ptrdiff_t count, n;
    std::vector<T> w, v;
    std::vector<int> info;
    Eigen(std::ptrdiff_t matrices, std::ptrdiff_t order)
        : count(matrices), n(order), w(count * n), v(count * n * n), info(count, 9) {}
    // a: `count` matrices in row order, unless strides are given.
    Eigen& of(const T* a, int threads = 1, bool lower = true) { return of({a, n, n, n, 1}, n * n, threads, lower); }
    Eigen& of(MatrixView<const T> first, std::ptrdiff_t item, int threads, bool lower) {
        const std::ptrdiff_t square = n * n;
        eigh_lanes<T>({first, 1, &count, &item}, lower, w.data(), {{v.data(), n, n, n, 1}, 1, &count, &square}, info.data(),
                      threads);
        return *this;
    }
    bool operator==(const Eigen& other) const { return same_bits(w, other.w) && same_bits(v, other.v) && info == other.info; }
};

// Q diag(values) Q^T with Q a product of reflections, in double.
template <class T>
void with_spectrum(std::ptrdiff_t n, const std::vector<double>& values, Numbers& numbers, T* a) {
    std::vector<double> m(n * n), x(n);
    for (std::ptrdiff_t i = 0; i < n; ++i) m[i * n + i] = values[i];
    for (std::ptrdiff_t r = 0; r < n; ++r) {
        double square = 0;
        for (double& e : x) {
            e = numbers.next();
            square += e * e;
        }
        for (int side = 0; side < 2; ++side)
            for (std::ptrdiff_t i = 0; i < n; ++i) {
                const std::ptrdiff_t step = side == 0 ? 1 : n, at = side == 0 ? i * n : i;
                double product = 0;
                for (std::ptrdiff_t k = 0; k < n; ++k) product += m[at + k * step] * x[k];
                for (std::ptrdiff_t k = 0; k < n; ++k) m[at + k * step] -= 2 * product / square * x[k];
            }
    }
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) a[i * n + j] = static_cast<T>(m[std::max(i, j) * n + std::min(i, j)]);
}

// LAPACK's ratios of one matrix, all at most `most`; order and signs. The norm is taken of A 2^-exponent, so that it is a number.
template <class T>
void check_ratios(const T* a, const Eigen<T>& e, std::ptrdiff_t b, int exponent = 0, double most = 10) {
    const std::ptrdiff_t n = e.n;
    const T *const w = e.w.data() + b * n, *const v = e.v.data() + b * n * n;
    const long double eps = std::numeric_limits<T>::epsilon();
    const auto scaled = [&](T x) { return std::ldexp(static_cast<long double>(x), -exponent); };
    MLMATH_CHECK(e.info[b] == 0);
    long double norm = 0, residual = 0, gram = 0;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        long double column = 0, r_sum = 0, g_sum = 0;
        T largest = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            column += std::fabs(scaled(a[i * n + j]));
            long double r = -scaled(w[j]) * v[i * n + j], g = i == j ? -1 : 0;
            for (std::ptrdiff_t k = 0; k < n; ++k) {
                r += scaled(a[i * n + k]) * v[k * n + j];
                g += static_cast<long double>(v[k * n + i]) * v[k * n + j];
            }
            r_sum += std::fabs(r);
            g_sum += std::fabs(g);
            if (std::fabs(v[i * n + j]) > std::fabs(largest)) largest = v[i * n + j];
        }
        MLMATH_CHECK(largest > 0);
        MLMATH_CHECK(j == 0 || w[j - 1] <= w[j]);
        norm = std::max(norm, column);
        residual = std::max(residual, r_sum);
        gram = std::max(gram, g_sum);
    }
    // (A denormal matrix has eigenvalues rounded to denormal numbers.)
    const long double rounding = std::ldexp(static_cast<long double>(std::numeric_limits<T>::denorm_min()), -exponent);
    MLMATH_CHECK(residual <= most * n * eps * norm + n * rounding);
    MLMATH_CHECK(gram <= most * n * eps);
}

template <class T>
void check_order(std::ptrdiff_t n, std::ptrdiff_t count) {
    const std::vector<T> a = symmetric<T>(count, n, 100 * n + count);
    Eigen<T> e(count, n);
    e.of(a.data());
    for (std::ptrdiff_t b = 0; b < count; ++b) check_ratios(a.data() + b * n * n, e, b);
    // The textbook, in double, of some.
    for (std::ptrdiff_t b = 0; b < count; b += 7) {
        std::vector<double> m(a.begin() + b * n * n, a.begin() + (b + 1) * n * n), w(n), v(n * n);
        MLMATH_CHECK(textbook::eigh_lanes<double>({{m.data(), n, n, n, 1}, 0, nullptr, nullptr}, w.data(),
                                                  {{v.data(), n, n, n, 1}, 0, nullptr, nullptr}));
        const double size = std::max(std::fabs(w[0]), std::fabs(w[n - 1]));
        for (std::ptrdiff_t j = 0; j < n; ++j)
            MLMATH_CHECK_NEAR(e.w[b * n + j], w[j], 2 * static_cast<double>(n) * std::numeric_limits<T>::epsilon() * size);
    }
    // Values alone need not have the same bits.
    std::vector<T> alone(count * n);
    std::vector<int> info(count);
    const std::ptrdiff_t item = n * n;
    eigh_lanes<T>({{a.data(), n, n, n, 1}, 1, &count, &item}, true, alone.data(), {{nullptr, n, n, 0, 0}, 1, &count, &item},
                  info.data(), 1);
    for (std::ptrdiff_t i = 0; i < count * n; ++i)
        MLMATH_CHECK_NEAR(alone[i], e.w[i], 10 * static_cast<double>(n * n) * std::numeric_limits<T>::epsilon());
}

// Place in the stack, count, threads, strides and triangle: the same bits.
template <class T>
void check_bits(std::ptrdiff_t n) {
    constexpr std::ptrdiff_t count = 61;
    const std::vector<T> a = symmetric<T>(count, n, 9 * n);
    Eigen<T> e(count, n);
    e.of(a.data());
    for (const int threads : {2, 3}) MLMATH_CHECK(Eigen<T>(count, n).of(a.data(), threads) == e);
    for (std::ptrdiff_t b = 0; b < count; b += 13) {
        Eigen<T> one(1, n);
        one.of(a.data() + b * n * n);
        MLMATH_CHECK(same_bits(one.w.data(), e.w.data() + b * n, n));
        MLMATH_CHECK(same_bits(one.v.data(), e.v.data() + b * n * n, n * n));
    }
    const T nan = std::numeric_limits<T>::quiet_NaN();
    std::vector<T> lower(a), upper(a), spread(count * n * 2 * n * 3, nan);
    for (std::ptrdiff_t b = 0; b < count; ++b)
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) {
                if (j > i) lower[b * n * n + i * n + j] = upper[b * n * n + j * n + i] = nan;
                spread[((count - 1 - b) * n + i) * 6 * n + 3 * j] = a[b * n * n + i * n + j];
            }
    MLMATH_CHECK(Eigen<T>(count, n).of(lower.data()) == e);
    MLMATH_CHECK(Eigen<T>(count, n).of(upper.data(), 1, false) == e);
    MLMATH_CHECK(Eigen<T>(count, n).of({spread.data() + (count - 1) * n * 6 * n, n, n, 6 * n, 3}, -n * 6 * n, 3, true) == e);
    MLMATH_CHECK(Eigen<T>(count, n).of({lower.data(), n, n, 1, n}, n * n, 2, false) == e);
    // Results by columns, and apart.
    const std::ptrdiff_t item = n * n, apart = n * 2 * n * 3;
    std::vector<T> w(count * n), turned(count * n * n), far(count * apart, T(7));
    std::vector<int> info(count);
    eigh_lanes<T>({{a.data(), n, n, n, 1}, 1, &count, &item}, true, w.data(), {{turned.data(), n, n, 1, n}, 1, &count, &item},
                  info.data(), 1);
    MLMATH_CHECK(w == e.w);
    eigh_lanes<T>({{a.data(), n, n, n, 1}, 1, &count, &item}, true, w.data(), {{far.data(), n, n, 6 * n, 3}, 1, &count, &apart},
                  info.data(), 1);
    MLMATH_CHECK(w == e.w);
    for (std::ptrdiff_t b = 0; b < count; ++b)
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) {
                MLMATH_CHECK(turned[b * item + j * n + i] == e.v[b * item + i * n + j]);
                MLMATH_CHECK(far[b * apart + i * 6 * n + 3 * j] == e.v[b * item + i * n + j]);
                MLMATH_CHECK(far[b * apart + i * 6 * n + 3 * j + 1] == 7);
            }
}

// NaN and infinity: NaN there, and the bits of the others as if they had not been.
template <class T>
void check_bad_numbers(std::ptrdiff_t n) {
    constexpr std::ptrdiff_t count = 50;
    std::vector<T> a = symmetric<T>(count, n, 5 * n);
    Eigen<T> before(count, n), after(count, n);
    before.of(a.data());
    for (const std::ptrdiff_t b : {0, 7, 8, 33, 49}) {
        const bool diagonal = b % 2 == 0;
        a[b * n * n + (n - 1) * n + (diagonal ? n - 1 : 0)] =
            b % 3 == 0 ? std::numeric_limits<T>::quiet_NaN() : -std::numeric_limits<T>::infinity();
    }
    after.of(a.data());
    for (std::ptrdiff_t b = 0; b < count; ++b) {
        const bool bad = b == 0 || b == 7 || b == 8 || b == 33 || b == 49;
        MLMATH_CHECK(after.info[b] == (bad ? eigh_lanes_not_finite : 0));
        for (std::ptrdiff_t i = 0; i < n; ++i)
            MLMATH_CHECK(bad ? std::isnan(after.w[b * n + i]) : after.w[b * n + i] == before.w[b * n + i]);
        for (std::ptrdiff_t i = b * n * n; i < (b + 1) * n * n; ++i)
            MLMATH_CHECK(bad ? std::isnan(after.v[i]) : after.v[i] == before.v[i]);
    }
}

template <class T>
void check_spectra(std::ptrdiff_t n) {
    constexpr std::ptrdiff_t count = 120;
    Numbers numbers(77 + n);
    std::vector<T> a(count * n * n);
    const double eps = std::numeric_limits<T>::epsilon();
    for (std::ptrdiff_t b = 0; b < count; ++b) {
        std::vector<double> values(n);
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const double degenerate[] = {1, 1, 2, 1e-8, 1e-14}, pick = (numbers.next() + 1) * 2.5;
            const double x = n > 1 ? static_cast<double>(i) / static_cast<double>(n - 1) : 0;
            values[i] = b % 6 == 0   ? degenerate[static_cast<int>(pick)]
                        : b % 6 == 1 ? std::pow(eps, x)          // geometric
                        : b % 6 == 2 ? (i == 0 ? 1 : eps)        // one large
                        : b % 6 == 3 ? (i + 1 == n ? eps : -1)   // one small
                        : b % 6 == 4 ? 1 + eps * numbers.next()  // nearly the identity
                                     : (i < n / 2 ? 1 : 0);      // a projection
        }
        with_spectrum(n, values, numbers, a.data() + b * n * n);
    }
    Eigen<T> e(count, n);
    e.of(a.data());
    for (std::ptrdiff_t b = 0; b < count; ++b) check_ratios(a.data() + b * n * n, e, b);
}

template <class T>
void check_scales(std::ptrdiff_t n) {
    constexpr std::ptrdiff_t count = 40;
    const std::vector<T> a = symmetric<T>(count, n, 3 * n);
    Eigen<T> e(count, n);
    e.of(a.data());
    const int exponents[] = {-3, 5, sizeof(T) == 8 ? 900 : 100, sizeof(T) == 8 ? -900 : -90};
    for (const int exponent : exponents) {  // exact
        std::vector<T> scaled(a);
        for (T& x : scaled) x = std::ldexp(x, exponent);
        Eigen<T> again(count, n);
        again.of(scaled.data());
        for (T& x : again.w) x = std::ldexp(x, -exponent);
        MLMATH_CHECK(again == e);
    }
    const int ends[] = {sizeof(T) == 8 ? 1018 : 122, sizeof(T) == 8 ? -1040 : -140};
    for (const int exponent : ends) {
        std::vector<T> scaled(a);
        for (T& x : scaled) x = std::ldexp(x, exponent);
        Eigen<T> again(count, n);
        again.of(scaled.data());
        for (std::ptrdiff_t b = 0; b < count; ++b) check_ratios(scaled.data() + b * n * n, again, b, exponent);
    }
    // Zero, identity, a row that is all: exact.
    std::vector<T> special(3 * n * n);
    for (std::ptrdiff_t i = 0; i < n; ++i) special[n * n + i * n + i] = 1;
    for (std::ptrdiff_t i = 0; i < n; ++i) special[2 * n * n + i * n + i] = static_cast<T>(n - i);
    Eigen<T> exact(3, n);
    exact.of(special.data());
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        MLMATH_CHECK(exact.w[i] == 0 && exact.w[n + i] == 1 && exact.w[2 * n + i] == static_cast<T>(i + 1));
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            MLMATH_CHECK(exact.v[i * n + j] == T(i == j) && exact.v[n * n + i * n + j] == T(i == j));
            MLMATH_CHECK(exact.v[2 * n * n + i * n + j] == T(i == n - 1 - j));
        }
    }
}

template <class T>
void check_integers(std::ptrdiff_t n, std::ptrdiff_t count) {
    Numbers numbers(n);
    std::vector<T> a(count * n * n);
    for (std::ptrdiff_t b = 0; b < count; ++b)
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j <= i; ++j)
                a[b * n * n + i * n + j] = a[b * n * n + j * n + i] = static_cast<T>(std::floor(1.5 * (numbers.next() + 1)) - 1);
    Eigen<T> e(count, n);
    e.of(a.data(), 2);
    for (std::ptrdiff_t b = 0; b < count; ++b) check_ratios(a.data() + b * n * n, e, b);
    for (std::ptrdiff_t b = 0; b < count; b += 97) {  // zeros too have the same bits whatever the neighbours
        Eigen<T> one(1, n);
        one.of(a.data() + b * n * n);
        MLMATH_CHECK(same_bits(one.w.data(), e.w.data() + b * n, n));
        MLMATH_CHECK(same_bits(one.v.data(), e.v.data() + b * n * n, n * n));
    }
}

}  // namespace

MLMATH_TEST(eigh_lanes_orders_and_counts) {
    for (std::ptrdiff_t n = 1; n <= eigh_lanes_most; ++n) {
        const std::ptrdiff_t counts[] = {1, n % 2 == 0 ? 7 : 8, n % 3 == 0 ? 17 : 33};
        for (const std::ptrdiff_t count : counts) {
            check_order<double>(n, count);
            check_order<float>(n, count);
        }
    }
    for (const std::ptrdiff_t count : {2, 15, 16, 23, 24, 25, 47, 48, 49, 97}) {
        check_order<double>(3, count);
        check_order<float>(3, count);
        check_order<float>(6, count);
    }
}

MLMATH_TEST(eigh_lanes_same_bits) {
    for (const std::ptrdiff_t n : {2, 3, 4, 5, 8, 11, 17, 32}) {
        check_bits<double>(n);
        check_bits<float>(n);
    }
}

MLMATH_TEST(eigh_lanes_bad_numbers_beside_good_ones) {
    for (const std::ptrdiff_t n : {2, 3, 4, 5, 9, 32}) {
        check_bad_numbers<double>(n);
        check_bad_numbers<float>(n);
    }
}

MLMATH_TEST(eigh_lanes_spectra_and_scales) {
    for (const std::ptrdiff_t n : {2, 3, 4, 5, 6, 8, 13, 16, 32}) {
        check_spectra<double>(n);
        check_spectra<float>(n);
        check_scales<double>(n);
        check_scales<float>(n);
    }
}

MLMATH_TEST(eigh_lanes_small_integers) {
    for (std::ptrdiff_t n = 2; n <= 12; ++n) {
        check_integers<double>(n, n <= 4 ? 20000 : 4000);
        check_integers<float>(n, n <= 4 ? 20000 : 4000);
    }
}

MLMATH_TEST(eigh_lanes_ladder) {
    for (std::ptrdiff_t n = 2; n <= 4; ++n) {
        constexpr std::ptrdiff_t count = 101;
        const std::ptrdiff_t item = n * n;
        std::vector<double> a = symmetric<double>(count, n, 8 * n);
        std::fill_n(a.begin() + 5 * item, item, 0.0);
        for (std::ptrdiff_t i = 6 * item; i < 7 * item; ++i) a[i] *= 0x1p-1000;
        for (std::ptrdiff_t b = 0; b < count; ++b)  // the upper triangle is not read
            a[b * item + n - 1] = std::numeric_limits<double>::quiet_NaN();
        Eigen<double> e(count, n), rung(count, n);
        e.of(a.data());
        for (std::ptrdiff_t b = 0; b < count; ++b) a[b * item + n - 1] = a[b * item + (n - 1) * n];
        const Stack<const double> stack{{a.data(), n, n, n, 1}, 1, &count, &item};
        const auto check = [&](std::ptrdiff_t (*climb)(const Stack<const double>&, double*, const Stack<double>&), bool same) {
            std::fill(rung.v.begin(), rung.v.end(), 9.0);
            MLMATH_CHECK(climb(stack, rung.w.data(), {{rung.v.data(), n, n, n, 1}, 1, &count, &item}) == 0);
            std::fill(rung.info.begin(), rung.info.end(), 0);
            if (same) MLMATH_CHECK(rung == e);
            for (std::ptrdiff_t b = 0; b < count; ++b) check_ratios(a.data() + b * item, rung, b, b == 6 ? -1000 : 0);
        };
        check(ladder::eigh_one_at_a_time<double>, false);
        check(ladder::eigh_interleaved<double>, false);
        check(ladder::eigh_across_lanes<double>, true);
        check(ladder::eigh_groups_in_flight<double>, true);
    }
}

MLMATH_TEST(eigh_lanes_refuses_what_does_not_fit) {
    std::vector<double> a(33 * 33), w(33);
    int info = 0;
    const Stack<double> none{{nullptr, 0, 0, 0, 0}, 0, nullptr, nullptr};
    for (const std::ptrdiff_t rows : {3, 33})
        MLMATH_CHECK(refused(
            [&] { eigh_lanes<double>({{a.data(), rows, 33, 33, 1}, 0, nullptr, nullptr}, true, w.data(), none, &info, 1); }));
}

}  // namespace mlmath::tests
