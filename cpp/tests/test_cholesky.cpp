// SPDX-License-Identifier: BSD-3-Clause
// cholesky against its textbook: orders around blocks and registers, layouts, stacks, threads, matrices that have no root.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/blas/triangular.hpp"
#include "kernels/factor/cholesky/cholesky.hpp"
#include "kernels/factor/cholesky/cholesky_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

// `count` matrices of order n, by rows (0), by columns (1) or with gaps (2), one after the other.
template <class T>
struct Matrices {
    std::ptrdiff_t count, n, row, column, item;
    std::vector<T> memory;
    Matrices(std::ptrdiff_t matrices, std::ptrdiff_t order, int layout, T value = 0)
        : count(matrices),
          n(order),
          row(layout == 1   ? 1
              : layout == 2 ? 2 * order + 3
                            : order),
          column(layout == 1   ? order
                 : layout == 2 ? 2
                               : 1),
          item(n * (layout == 2 ? row : n)),
          memory(count * item + 1, value) {}
    T& operator()(std::ptrdiff_t m, std::ptrdiff_t i, std::ptrdiff_t j) { return memory[m * item + i * row + j * column]; }
    Stack<T> stack() { return {{memory.data(), n, n, row, column}, 1, &count, &item}; }
    Stack<const T> read() const { return {{memory.data(), n, n, row, column}, 1, &count, &item}; }
};

// A = B B^T + n/4 I in the lower triangle, NaN above.
template <class T>
void make_positive(Matrices<T>& a, std::ptrdiff_t m, Numbers& numbers) {
    const std::ptrdiff_t n = a.n;
    std::vector<double> b(n * n + 1);
    for (double& x : b) x = numbers.next();
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            double sum = i == j ? double(n) / 4 : 0;
            for (std::ptrdiff_t p = 0; p < n; ++p) sum += b[i * n + p] * b[j * n + p];
            a(m, i, j) = j <= i ? static_cast<T>(sum) : std::numeric_limits<T>::quiet_NaN();
        }
}

template <class T>
void check_stack(std::ptrdiff_t count, std::ptrdiff_t n, int layout) {
    Numbers numbers(static_cast<unsigned long long>(n * 100 + count));
    Matrices<T> a(count, n, layout), expected(count, n, 0), first(count, n, (layout + 1) % 3);
    for (std::ptrdiff_t m = 0; m < count; ++m) {
        make_positive(a, m, numbers);
        MLMATH_CHECK(cholesky_textbook<T>(a.read().at(m), expected.stack().at(m)) == 0);
    }
    std::vector<int> info(count + 1, 7);
    for (int threads : {1, 2, 3}) {
        Matrices<T> l(count, n, (layout + 1) % 3, 5);
        MLMATH_CHECK(cholesky<T>(a.read(), l.stack(), info.data(), threads) == 0);
        for (std::ptrdiff_t m = 0; m < count; ++m) {
            MLMATH_CHECK(info[m] == 0);
            for (std::ptrdiff_t i = 0; i < n; ++i)
                for (std::ptrdiff_t j = 0; j < n; ++j) {
                    if (j > i) MLMATH_CHECK(l(m, i, j) == 0);
                    MLMATH_CHECK_NEAR(l(m, i, j), expected(m, i, j),
                                      20 * (double(n) + 1) * double(std::numeric_limits<T>::epsilon()) * std::sqrt(double(n)));
                }
        }
        if (threads == 1) first = l;
        MLMATH_CHECK(std::equal(l.memory.begin(), l.memory.end() - 1, first.memory.begin()));
    }
    // A matrix alone, in another layout, has the bits it has in the stack.
    for (std::ptrdiff_t m : {std::ptrdiff_t{0}, count - 1}) {
        if (count == 0) continue;
        Matrices<T> alone(1, n, (layout + 2) % 3), l(1, n, layout);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) alone(0, i, j) = a(m, i, j);
        cholesky<T>(alone.read(), l.stack(), info.data(), 1);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) MLMATH_CHECK(l(0, i, j) == first(m, i, j));
    }
}

}  // namespace

MLMATH_TEST(cholesky_matches_textbook) {
    for (std::ptrdiff_t n : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 130, 200})
        for (std::ptrdiff_t count : {0, 1, 3, 19}) {
            if (n > 40 && count > 3) continue;
            check_stack<double>(count, n, static_cast<int>((n + count) % 3));
            check_stack<float>(count, n, static_cast<int>((n + count + 1) % 3));
        }
}

MLMATH_TEST(cholesky_names_the_minor_that_fails) {
    const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
    for (std::ptrdiff_t n : {1, 3, 8, 20, 32, 50, 64, 100, 150})
        for (std::ptrdiff_t bad : {std::ptrdiff_t{0}, n / 2, n - 1}) {
            const std::ptrdiff_t count = 17, place = (bad + n) % count;
            for (double value : {0.0, -1.0, nan, infinity, -infinity}) {
                Matrices<double> a(count, n, 0), l(count, n, 0), good(count, n, 0);
                Numbers numbers(static_cast<unsigned long long>(n));
                for (std::ptrdiff_t m = 0; m < count; ++m) make_positive(a, m, numbers);
                std::vector<int> info(count, 9);
                cholesky<double>(a.read(), good.stack(), info.data(), 1);
                for (std::ptrdiff_t j = 0; j < bad && value == 0; ++j) a(place, bad, j) = 0;
                a(place, bad, bad) = value;
                MLMATH_CHECK(cholesky<double>(a.read(), l.stack(), info.data(), 2) == 1);
                for (std::ptrdiff_t m = 0; m < count; ++m) {
                    MLMATH_CHECK(info[m] == (m != place ? 0 : value <= 0 ? static_cast<int>(bad + 1) : -1));
                    for (std::ptrdiff_t i = 0; i < n; ++i)
                        for (std::ptrdiff_t j = 0; j < n; ++j)
                            MLMATH_CHECK(m == place ? std::isnan(l(m, i, j)) : l(m, i, j) == good(m, i, j));
                }
            }
        }
}

MLMATH_TEST(cholesky_refuses_shapes_that_do_not_fit) {
    Matrices<double> a(2, 3, 0), b(3, 3, 0), c(2, 4, 0);
    int info[4];
    for (Stack<double> l : {b.stack(), c.stack()}) MLMATH_CHECK(refused([&] { cholesky<double>(a.read(), l, info, 1); }));
}

}  // namespace mlmath::tests
