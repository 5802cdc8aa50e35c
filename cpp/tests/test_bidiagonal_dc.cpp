// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_dc by property on the matrices of bidiagonals.hpp, against bidiagonal_qr, and what must not change its bits.
#include "kernels/eigen/bidiagonal_dc/bidiagonal_dc.hpp"

#include "kernels/eigen/bidiagonal_dc/bidiagonal_dc_textbook.hpp"
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr.hpp"
#include "tests/bidiagonals.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Svd {
    std::vector<T> s, e, u, vt;
    bool ok;

    Svd(const Bidiagonal<T>& b, int threads) : s(b.diagonal), e(b.above), u(s.size() * s.size()), vt(u.size()) {
        const std::ptrdiff_t n = static_cast<std::ptrdiff_t>(s.size());
        ok = bidiagonal_dc<T>(n, s.data(), e.data(), {u.data(), n, n, n, 1}, {vt.data(), n, n, n, 1}, threads);
    }
};

template <class T>
void check_zoo(std::ptrdiff_t n) {
    const double eps = std::numeric_limits<T>::epsilon();
    for (const Bidiagonal<T>& b : bidiagonal_zoo<T>(n)) {
        const Svd<T> ours(b, 2);
        std::vector<T> s = b.diagonal, e = b.above;
        MLMATH_CHECK(ours.ok);
        MLMATH_CHECK(bidiagonal_qr<T>(n, s.data(), e.data(), nullptr, 0, 0, nullptr, 0, 0));
        const double ratio = svd_ratio<T>(b, ours.s.data(), {ours.u.data(), n, n, n, 1}, {ours.vt.data(), n, n, n, 1});
        if (!(ratio <= 10)) std::printf("%s, n = %d: %g\n", b.name, int(n), ratio);
        MLMATH_CHECK(ratio <= 10);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            MLMATH_CHECK_NEAR(ours.s[i], s[i], 20 * std::sqrt(static_cast<double>(n)) * eps * static_cast<double>(s[0]));
    }
}

template <class T>
void check_textbook(std::ptrdiff_t n) {
    const double eps = std::numeric_limits<T>::epsilon();
    for (const Bidiagonal<T>& b : bidiagonal_zoo<T>(n)) {
        const Svd<T> ours(b, 1);
        std::vector<T> d(n), u(n * n), vt(n * n);
        textbook::bidiagonal_dc<T>(n, b.diagonal.data(), b.above.data(), d.data(), {u.data(), n, n, n, 1}, {vt.data(), n, n, n, 1});
        const double ratio = svd_ratio<T>(b, d.data(), {u.data(), n, n, n, 1}, {vt.data(), n, n, n, 1});
        if (!(ratio <= 10)) std::printf("%s, n = %d: textbook %g\n", b.name, int(n), ratio);
        MLMATH_CHECK(ratio <= 10);
        const double unit = std::max(20 * std::sqrt(static_cast<double>(n)) * eps * static_cast<double>(d[0]), 1e-15);
        for (std::ptrdiff_t i = 0; i < n; ++i) MLMATH_CHECK_NEAR(ours.s[i], d[i], unit);
    }
}

template <class T>
void check_same_bits(std::ptrdiff_t n) {
    for (const Bidiagonal<T>& b : bidiagonal_zoo<T>(n)) {
        const Svd<T> one(b, 1);
        for (int threads : {2, 3}) {
            const Svd<T> other(b, threads);
            MLMATH_CHECK(one.s == other.s && one.u == other.u && one.vt == other.vt);
        }
        Bidiagonal<T> small = b;
        for (std::vector<T>* numbers : {&small.diagonal, &small.above})
            for (T& x : *numbers) x = std::ldexp(x, -5);
        const Svd<T> scaled(small, 2);
        MLMATH_CHECK(one.u == scaled.u && one.vt == scaled.vt);
        for (std::ptrdiff_t i = 0; i < n; ++i) MLMATH_CHECK(scaled.s[i] == std::ldexp(one.s[i], -5));
        std::vector<T> s = b.diagonal, e = b.above, u(6 * n * n, T(7)), vt(6 * n * n, T(7));
        MLMATH_CHECK(bidiagonal_dc<T>(n, s.data(), e.data(), {u.data(), n, n, 2, 3 * n}, {vt.data(), n, n, 6 * n, 3}, 2));
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) {
                MLMATH_CHECK(u[2 * i + 3 * n * j] == one.u[i * n + j]);
                MLMATH_CHECK(vt[6 * n * i + 3 * j] == one.vt[i * n + j]);
            }
    }
}

}  // namespace

MLMATH_TEST(bidiagonal_dc_zoo) {
    for (std::ptrdiff_t n : {1, 2, 3, 31, 32, 33, 34, 48, 63, 64, 65, 66, 100, 129}) {
        check_zoo<double>(n);
        check_zoo<float>(n);
    }
}

MLMATH_TEST(bidiagonal_dc_textbook) {
    for (std::ptrdiff_t n : {1, 2, 3, 4, 9, 40}) {
        check_textbook<double>(n);
        check_textbook<float>(n);
    }
}

MLMATH_TEST(bidiagonal_dc_same_bits) {
    for (std::ptrdiff_t n : {1, 33, 64, 140}) {
        check_same_bits<double>(n);
        check_same_bits<float>(n);
    }
}

}  // namespace mlmath::tests
