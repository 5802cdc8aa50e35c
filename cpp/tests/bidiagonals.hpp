// SPDX-License-Identifier: BSD-3-Clause
// Bidiagonal matrices that are hard on someone, and how good a decomposition of one is. Shared by the tests of bidiagonal_qr and
// bidiagonal_dc.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/view.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {

template <class T>
struct Bidiagonal {
    const char* name;
    std::vector<T> diagonal, above;
};

// Largest magnitude near one.
template <class T>
void bring_near_one(Bidiagonal<T>& b) {
    T largest = 0;
    for (T x : b.diagonal) largest = std::max(largest, std::abs(x));
    for (T x : b.above) largest = std::max(largest, std::abs(x));
    int exponent = 0;
    if (largest > 0) std::frexp(largest, &exponent);
    for (T& x : b.diagonal) x = std::ldexp(x, -exponent);
    for (T& x : b.above) x = std::ldexp(x, -exponent);
}

template <class T>
std::vector<Bidiagonal<T>> bidiagonal_zoo(std::ptrdiff_t n) {
    std::vector<Bidiagonal<T>> zoo;
    Numbers numbers(31 * n + 5);
    const double eps = std::numeric_limits<T>::epsilon(), count = static_cast<double>(n);
    const auto add = [&](const char* name, auto diagonal, auto above) {
        Bidiagonal<T> b{name, std::vector<T>(n), std::vector<T>(std::max<std::ptrdiff_t>(n - 1, 0))};
        for (std::ptrdiff_t i = 0; i < n; ++i) b.diagonal[i] = static_cast<T>(diagonal(static_cast<double>(i)));
        for (std::ptrdiff_t i = 0; i + 1 < n; ++i) b.above[i] = static_cast<T>(above(static_cast<double>(i)));
        bring_near_one(b);
        zoo.push_back(b);
    };
    const auto next = [&](double) { return numbers.next(); };
    const auto log_random = [&](double) { return std::exp(-2 * std::log(eps) * numbers.next()); };
    const auto one = [](double) { return 1.0; };
    const auto zero = [](double) { return 0.0; };
    add("random", next, next);
    add("log-random", log_random, log_random);
    add(
        "graded down", [&](double i) { return std::pow(eps, i / count); },
        [&](double i) { return std::pow(eps, (i + 0.5) / count); });
    add(
        "graded up", [&](double i) { return std::pow(eps, 1 - i / count); },
        [&](double i) { return std::pow(eps, 1 - (i + 0.5) / count); });
    add(
        "steep", [](double i) { return std::pow(0.1, std::min(i, 30.0)); },
        [](double i) { return std::pow(0.1, std::min(i, 30.0)); });
    add(
        "identity and noise", [&](double) { return 1 + 4 * eps * numbers.next(); },
        [&](double) { return 4 * eps * numbers.next(); });
    add("identity and small", one, [](double) { return 1e-5; });
    add("clusters", [](double i) { return std::fmod(i, 3.0) + 1; }, [&](double) { return 1e-4 * eps * numbers.next(); });
    add("one to everything", [](double i) { return i == 0 ? 1 : 1e-3; }, [&](double) { return 100 * eps * numbers.next(); });
    add("ones", one, one);
    add("signs", [](double i) { return std::fmod(i, 2.0) == 0 ? -1.0 : 1.0; }, one);
    add("zeros on the diagonal", [&](double i) { return std::fmod(i, 5.0) == 2 ? 0 : numbers.next(); }, next);
    add("zero at the end", [&](double i) { return i == count - 1 ? 0 : numbers.next(); }, next);
    add("zero at the start", [&](double i) { return i == 0 ? 0 : numbers.next(); }, next);
    add("zeros above", next, [&](double i) { return std::fmod(i, 7.0) == 3 ? 0 : numbers.next(); });
    add("diagonal alone", next, zero);
    add("above alone", zero, one);
    add("nothing", zero, zero);
    add("Kahan", [](double i) { return std::pow(0.9, i); }, [](double i) { return -0.4 * std::pow(0.9, i); });
    add("companion", [&](double i) { return i < 1 ? 1e9 : i < 2 ? 1e-3 : 1; }, [](double i) { return i < 1 ? 1e8 : 1e-9 * i; });
    add(
        "integers", [&](double) { return std::floor(1.5 * numbers.next() + 0.5); },
        [&](double) { return std::floor(1.5 * numbers.next() + 0.5); });
    add(
        "glued", [](double i) { return std::fabs(std::fmod(i, 21.0) - 10); },
        [](double i) { return std::fmod(i, 21.0) == 20 ? 1e-8 : 1.0; });
    add("two", [](double i) { return i < 40 ? 1 : 0.5; }, [](double i) { return i == 39 ? 1e-3 : 1e-14; });
    const double tiny = std::numeric_limits<T>::min() * 1e10;
    add("one and tiny ones", [&](double i) { return i < 1 ? 1 : tiny; }, [&](double i) { return i < 1 ? 0.5 : tiny / 2; });
    return zoo;
}

// The largest of |B - U S V^T| / (|B| n eps), |U^T U - I| / (n eps), |V V^T - I| / (n eps), 1-norms; infinite when s is not
// descending or negative. u and vt: n x n.
template <class T>
double svd_ratio(const Bidiagonal<T>& b, const T* s, MatrixView<const T> u, MatrixView<const T> vt) {
    const std::ptrdiff_t n = u.rows;
    const double unit = static_cast<double>(n) * std::numeric_limits<T>::epsilon();
    const auto at = [](MatrixView<const T> a, std::ptrdiff_t i, std::ptrdiff_t j) {
        return static_cast<double>(a.data[i * a.row_stride + j * a.column_stride]);
    };
    double norm = 0, residual = 0, left = 0, right = 0;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        if (!(s[j] >= 0) || (j > 0 && s[j - 1] < s[j])) return std::numeric_limits<double>::infinity();
        norm = std::max(norm, std::fabs(double(b.diagonal[j])) + (j > 0 ? std::fabs(double(b.above[j - 1])) : 0));
        std::vector<double> r(n), p(n), q(n);
        r[j] = -b.diagonal[j];
        if (j > 0) r[j - 1] = -b.above[j - 1];
        p[j] = q[j] = -1;
        for (std::ptrdiff_t k = 0; k < n; ++k) {
            const double x = static_cast<double>(s[k]) * at(vt, k, j), y = at(u, k, j), z = at(vt, k, j);
            for (std::ptrdiff_t i = 0; i < n; ++i) {
                r[i] += at(u, i, k) * x;
                p[i] += at(u, k, i) * y;
                q[i] += at(vt, k, i) * z;
            }
        }
        double sum_r = 0, sum_p = 0, sum_q = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) sum_r += std::fabs(r[i]), sum_p += std::fabs(p[i]), sum_q += std::fabs(q[i]);
        if (!(sum_r + sum_p + sum_q < 1e300)) return std::numeric_limits<double>::infinity();
        residual = std::max(residual, sum_r), left = std::max(left, sum_p), right = std::max(right, sum_q);
    }
    return std::max(norm > 0 ? residual / norm : residual, std::max(left, right)) / unit;
}

}  // namespace mlmath::tests
