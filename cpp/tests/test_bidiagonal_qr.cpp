// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_qr by property on the matrices of bidiagonals.hpp, against its textbook, and what must not change its bits.
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr.hpp"
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr_textbook.hpp"
#include "tests/bidiagonals.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Svd {
    std::vector<T> s, e, ut, vt;
    bool ok = false;
    std::ptrdiff_t n, ld;

    // Rows of n elements, `extra` unused ones behind each.
    explicit Svd(const Bidiagonal<T>& b, std::ptrdiff_t extra = 0)
        : s(b.diagonal), e(b.above), n(static_cast<std::ptrdiff_t>(s.size())), ld(n + extra) {
        ut.assign(n * ld, T(7));
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) ut[i * ld + j] = T(i == j);
        vt = ut;
    }
    double ratio(const Bidiagonal<T>& b) const {
        return svd_ratio<T>(b, s.data(), {ut.data(), n, n, 1, ld}, {vt.data(), n, n, ld, 1});
    }
};

template <class T>
Svd<T> fast(const Bidiagonal<T>& b, std::ptrdiff_t extra = 0) {
    Svd<T> x(b, extra);
    x.ok = bidiagonal_qr(x.n, x.s.data(), x.e.data(), x.ut.data(), x.ld, x.n, x.vt.data(), x.ld, x.n);
    return x;
}

template <class T>
void check_zoo(std::ptrdiff_t n) {
    const T eps = std::numeric_limits<T>::epsilon();
    for (const Bidiagonal<T>& b : bidiagonal_zoo<T>(n)) {
        const Svd<T> ours = fast(b);
        Svd<T> book(b);
        book.ok = textbook::bidiagonal_qr(n, book.s.data(), book.e.data(), book.ut.data(), n, n, book.vt.data(), n, n);
        MLMATH_CHECK(ours.ok && book.ok);
        const double ratio = ours.ratio(b), book_ratio = book.ratio(b);
        const double limit = b.name == std::string("random") ? 10 : 50;  // LAPACK's own on hard matrices
        if (ratio > limit || book_ratio > limit) std::printf("%s, n = %d: %g, textbook %g\n", b.name, int(n), ratio, book_ratio);
        MLMATH_CHECK(ratio <= limit);
        MLMATH_CHECK(book_ratio <= limit);
        // Every singular value to its own digits; below the square root of the smallest number nothing is promised.
        const T floor = std::sqrt(std::numeric_limits<T>::min());
        for (std::ptrdiff_t i = 0; i < n; ++i)
            if (ours.s[i] > floor || book.s[i] > floor)
                MLMATH_CHECK_NEAR(ours.s[i], book.s[i], (40 + 2 * static_cast<double>(n)) * eps * std::max(ours.s[i], book.s[i]));
    }
}

template <class T>
void check_rows(std::ptrdiff_t n) {
    for (const Bidiagonal<T>& b : bidiagonal_zoo<T>(n)) {
        const Svd<T> plain = fast(b), spread = fast(b, 3);
        MLMATH_CHECK(plain.s == spread.s);
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            for (std::ptrdiff_t j = 0; j < n; ++j) {
                MLMATH_CHECK(plain.ut[i * n + j] == spread.ut[i * spread.ld + j]);
                MLMATH_CHECK(plain.vt[i * n + j] == spread.vt[i * spread.ld + j]);
            }
            for (std::ptrdiff_t j = n; j < spread.ld; ++j)
                MLMATH_CHECK(spread.ut[i * spread.ld + j] == 7 && spread.vt[i * spread.ld + j] == 7);
        }
        Svd<T> values(b), half(b);
        MLMATH_CHECK(bidiagonal_qr<T>(n, values.s.data(), values.e.data(), nullptr, 0, 0, nullptr, 0, 0));
        MLMATH_CHECK(values.s == plain.s);
        MLMATH_CHECK(bidiagonal_qr<T>(n, half.s.data(), half.e.data(), nullptr, 0, 0, half.vt.data() + n / 2, n, n - n / 2));
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = n / 2; j < n; ++j) MLMATH_CHECK(half.vt[i * n + j] == plain.vt[i * n + j]);
    }
}

// Each matrix of the zoo beside each other one of another order.
template <class T>
void check_pairs(std::ptrdiff_t n, std::ptrdiff_t other) {
    const std::vector<Bidiagonal<T>> zoo = bidiagonal_zoo<T>(n), others = bidiagonal_zoo<T>(other);
    for (std::size_t i = 0; i < zoo.size(); ++i)
        for (std::size_t j = 0; j < others.size(); j += 3) {
            Svd<T> x(zoo[i]), y(others[j]);
            const auto problem = [](Svd<T>& a) {
                return BidiagonalProblem<T>{a.n, a.s.data(), a.e.data(), a.ut.data(), a.ld, a.n, a.vt.data(), a.ld, a.n};
            };
            const BidiagonalProblem<T> second = problem(y);
            MLMATH_CHECK(bidiagonal_qr<T>(problem(x), &second));
            const Svd<T> one = fast(zoo[i]), two = fast(others[j]);
            MLMATH_CHECK(x.s == one.s && x.ut == one.ut && x.vt == one.vt);
            MLMATH_CHECK(y.s == two.s && y.ut == two.ut && y.vt == two.vt);
        }
}

}  // namespace

MLMATH_TEST(bidiagonal_qr_zoo) {
    for (std::ptrdiff_t n : {1, 2, 3, 4, 5, 8, 9, 16, 17, 31, 32, 33, 48, 64, 65, 100}) {
        check_zoo<double>(n);
        check_zoo<float>(n);
    }
}

MLMATH_TEST(bidiagonal_qr_same_bits) {
    for (std::ptrdiff_t n : {1, 2, 7, 33, 70}) {
        check_rows<double>(n);
        check_rows<float>(n);
    }
}

MLMATH_TEST(bidiagonal_qr_two_at_a_time) {
    check_pairs<double>(16, 15);
    check_pairs<double>(7, 20);
    check_pairs<float>(9, 1);
}

MLMATH_TEST(bidiagonal_qr_ends_on_bad_numbers) {
    for (double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
        for (std::ptrdiff_t at : {0, 1, 5, 9}) {
            std::vector<double> s(10, 1.0), e(9, 0.5);
            s[at] = bad;
            bidiagonal_qr<double>(10, s.data(), e.data(), nullptr, 0, 0, nullptr, 0, 0);
            s.assign(10, 1.0), e.assign(9, 0.5);
            e[std::min<std::ptrdiff_t>(at, 8)] = bad;
            bidiagonal_qr<double>(10, s.data(), e.data(), nullptr, 0, 0, nullptr, 0, 0);
        }
    MLMATH_CHECK(bidiagonal_qr<double>(0, nullptr, nullptr, nullptr, 0, 0, nullptr, 0, 0));
}

}  // namespace mlmath::tests
