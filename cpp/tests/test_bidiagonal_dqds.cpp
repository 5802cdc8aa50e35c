// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_dqds against its textbook in long double: every value to within a few eps of itself.
#include <algorithm>
#include <functional>
#include <limits>

#include "kernels/eigen/bidiagonal_dqds/bidiagonal_dqds.hpp"
#include "kernels/eigen/bidiagonal_dqds/bidiagonal_dqds_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

struct Bidiagonal {
    std::vector<double> s, e;
};

// Random, graded both ways, equal and nearly equal values, glued copies, zeros, small integers.
constexpr int kinds = 12;
Bidiagonal bidiagonal(int kind, std::ptrdiff_t n) {
    Numbers numbers(97 * static_cast<unsigned long long>(n) + static_cast<unsigned long long>(kind));
    Bidiagonal b{std::vector<double>(static_cast<std::size_t>(n)),
                 std::vector<double>(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, n - 1)))};
    const auto entry = [&](std::ptrdiff_t i, bool diagonal) {
        const double x = numbers.next(), part = static_cast<double>(i) / static_cast<double>(n);
        switch (kind) {
            case 0:
                return x;
            case 1:
                return std::exp2(-40 * part) * x;
            case 2:
                return std::exp2(40 * part - 40) * x;
            case 3:
                return std::exp2(40 * x);
            case 4:
                return 1.0;
            case 5:
                return diagonal ? 1 + 1e-14 * x : 1e-14 * x;
            case 6:
                return diagonal ? 1 + 1e-7 * x : 1e-7 * x;
            case 7:
                return diagonal ? std::fabs(static_cast<double>(i % 21) - 10) + 0.001 : i % 21 == 20 ? 1e-10 : 1.0;
            case 8:
                return std::fabs(x) < 0.3 ? 0.0 : x;
            case 9:
                return std::floor(1.5 * x + 0.5);
            case 10:
                return diagonal ? 0.001 * x : 1.0;
            default:
                return std::sqrt(static_cast<double>(n - i)) + 0.5 * x;  // as of a random matrix
        }
    };
    for (std::ptrdiff_t i = 0; i < n; ++i) b.s[i] = static_cast<float>(entry(i, true));
    for (std::ptrdiff_t i = 0; i + 1 < n; ++i) b.e[i] = static_cast<float>(entry(i, false));
    return b;
}

template <class T>
std::vector<T> values_of(const std::vector<double>& s, const std::vector<double>& e, bool& converged) {
    std::vector<T> of_s(s.begin(), s.end()), of_e(e.begin(), e.end());
    converged = bidiagonal_dqds<T>(static_cast<std::ptrdiff_t>(s.size()), of_s.data(), of_e.data());
    return of_s;
}

template <class T>
void check(const Bidiagonal& b) {
    const auto n = static_cast<std::ptrdiff_t>(b.s.size());
    bool converged = false;
    const std::vector<T> s = values_of<T>(b.s, b.e, converged);
    MLMATH_CHECK(converged);
    std::vector<long double> exact(b.s.begin(), b.s.end()), of_e(b.e.begin(), b.e.end());
    MLMATH_CHECK(textbook::bidiagonal_dqds<long double>(n, exact.data(), of_e.data()));
    const double eps = std::numeric_limits<T>::epsilon();
    const double least = std::numeric_limits<T>::min();                            // below, floats have fewer bits
    const double allowed = sizeof(T) == 4 ? 2 : 6 + 0.5 * static_cast<double>(n);  // floats: transformed as doubles
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        MLMATH_CHECK(i == 0 || s[i] <= s[i - 1]);
        const auto expected = static_cast<double>(exact[i]);
        MLMATH_CHECK_NEAR(s[i], expected, allowed * eps * expected + least);
    }
    // Turned round, and by a power of two: the values are the same, of the latter the bits too.
    std::vector<double> scaled_s(b.s), scaled_e(b.e);
    for (double& x : scaled_s) x *= -0x1p-40;
    for (double& x : scaled_e) x *= 0x1p-40;
    const std::vector<T> scaled = values_of<T>(scaled_s, scaled_e, converged);
    for (std::ptrdiff_t i = 0; i < n; ++i) MLMATH_CHECK(scaled[i] == s[i] * T(0x1p-40) || s[i] * T(0x1p-40) < least);
}

MLMATH_TEST(bidiagonal_dqds_against_the_textbook) {
    for (int kind = 0; kind < kinds; ++kind)
        for (const std::ptrdiff_t n : {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100, 129}) {
            const Bidiagonal b = bidiagonal(kind, n);
            check<double>(b);
            check<float>(b);
        }
}

MLMATH_TEST(bidiagonal_dqds_of_small_integers) {
    // Zeros and equal values in every place: 2000 matrices with entries -1, 0, 1.
    Numbers numbers(5);
    for (int trial = 0; trial < 2000; ++trial) {
        const std::ptrdiff_t n = 2 + trial % 11;
        Bidiagonal b{std::vector<double>(static_cast<std::size_t>(n)), std::vector<double>(static_cast<std::size_t>(n - 1))};
        for (double& x : b.s) x = std::floor(1.5 * numbers.next() + 0.5);
        for (double& x : b.e) x = std::floor(1.5 * numbers.next() + 0.5);
        check<double>(b);
    }
}

MLMATH_TEST(bidiagonal_dqds_at_both_ends_of_the_numbers) {
    bool converged = false;
    for (const std::ptrdiff_t n : {3, 20, 70}) {
        const Bidiagonal b = bidiagonal(11, n);
        for (const double scale : {0x1p-1000, 0x1p+1015}) {
            std::vector<double> s(b.s), e(b.e);
            for (double& x : s) x *= scale;
            for (double& x : e) x *= scale;
            const std::vector<double> got = values_of<double>(s, e, converged), plain = values_of<double>(b.s, b.e, converged);
            for (std::ptrdiff_t i = 0; i < n; ++i) MLMATH_CHECK(got[i] == plain[i] * scale);
        }
        // Entries over 1200 powers of two: the large ones are right, the least are small.
        Numbers numbers(3);
        std::vector<double> s(static_cast<std::size_t>(n)), e(static_cast<std::size_t>(n - 1));
        for (double& x : s) x = std::exp2(600 * numbers.next());
        for (double& x : e) x = std::exp2(600 * numbers.next());
        std::vector<long double> exact(s.begin(), s.end()), of_e(e.begin(), e.end());
        MLMATH_CHECK(textbook::bidiagonal_dqds<long double>(n, exact.data(), of_e.data()));
        const std::vector<double> got = values_of<double>(s, e, converged);
        MLMATH_CHECK(converged);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            MLMATH_CHECK_NEAR(got[i], static_cast<double>(exact[i]),
                              1e-13 * static_cast<double>(exact[i]) + 0x1p-480 * static_cast<double>(exact[0]));
        const std::vector<double> zeros(static_cast<std::size_t>(n));
        MLMATH_CHECK(values_of<double>(zeros, std::vector<double>(static_cast<std::size_t>(n - 1)), converged) == zeros);
        for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
            std::vector<double> bad_s(b.s), bad_e(b.e);
            bad_e[static_cast<std::size_t>(n / 2)] = bad;
            values_of<double>(b.s, bad_e, converged);
            MLMATH_CHECK(!converged);
            bad_s[0] = bad;
            values_of<double>(bad_s, b.e, converged);
            MLMATH_CHECK(!converged);
        }
    }
}

}  // namespace
}  // namespace mlmath::tests
