// SPDX-License-Identifier: BSD-3-Clause
// copy, lu, solve, inv, det, qr against their textbooks: sizes around blocks and registers, layouts, stacks, threads.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/blas/copy/copy.hpp"
#include "kernels/factor/det/det.hpp"
#include "kernels/factor/det/det_textbook.hpp"
#include "kernels/factor/inv/inv.hpp"
#include "kernels/factor/inv/inv_textbook.hpp"
#include "kernels/factor/lu/lu.hpp"
#include "kernels/factor/qr/qr.hpp"
#include "kernels/factor/qr/qr_textbook.hpp"
#include "kernels/factor/solve/solve.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

// `count` matrices, by rows (0), by columns (1) or with gaps and reversed columns (2), one after the other.
template <class T>
struct Matrices {
    std::ptrdiff_t count, m, n, row, column, item, first;
    std::vector<T> memory;
    Matrices(std::ptrdiff_t matrices, std::ptrdiff_t rows, std::ptrdiff_t columns, int layout, T value = 0)
        : count(matrices),
          m(rows),
          n(columns),
          row(layout == 1   ? 1
              : layout == 2 ? 2 * n + 3
                            : n),
          column(layout == 1   ? m
                 : layout == 2 ? -2
                               : 1),
          item(layout == 2 ? m * row : m * n),
          first(layout == 2 ? 2 * (n > 0 ? n - 1 : 0) : 0),
          memory(count * item + first + 1, value) {}
    static Matrices random(std::ptrdiff_t count, std::ptrdiff_t m, std::ptrdiff_t n, int layout, Numbers& numbers,
                           double scale = 1) {
        Matrices a(count, m, n, layout);
        for (std::ptrdiff_t x = 0; x < count; ++x)
            for (std::ptrdiff_t i = 0; i < m; ++i)
                for (std::ptrdiff_t j = 0; j < n; ++j) a(x, i, j) = static_cast<T>(scale * numbers.next() + (i == j ? 2 : 0));
        return a;
    }
    T& operator()(std::ptrdiff_t x, std::ptrdiff_t i, std::ptrdiff_t j) { return memory[first + x * item + i * row + j * column]; }
    Stack<T> stack() { return {{memory.data() + first, m, n, row, column}, 1, &count, &item}; }
    Stack<const T> read() const { return {{memory.data() + first, m, n, row, column}, 1, &count, &item}; }
};

template <class T>
double epsilon() {
    return std::numeric_limits<T>::epsilon();
}

template <class T>
void check_near(Matrices<T>& a, Matrices<T>& b, double tolerance) {
    for (std::ptrdiff_t x = 0; x < a.count; ++x)
        for (std::ptrdiff_t i = 0; i < a.m; ++i)
            for (std::ptrdiff_t j = 0; j < a.n; ++j) MLMATH_CHECK_NEAR(a(x, i, j), b(x, i, j), tolerance);
}

template <class T>
void check_copy(std::ptrdiff_t m, std::ptrdiff_t n) {
    Numbers numbers(static_cast<unsigned long long>(m * 100 + n));
    for (int from : {0, 1, 2})
        for (int to : {0, 1, 2}) {
            Matrices<T> a = Matrices<T>::random(1, m, n, from, numbers), b(1, m, n, to, 7);
            const T gap = b.memory.back();
            copy(a.read().at(0), b.stack().at(0));
            check_near(a, b, 0);
            MLMATH_CHECK(b.memory.back() == gap);
        }
}

template <class T>
void check_systems(std::ptrdiff_t count, std::ptrdiff_t n, int layout) {
    Numbers numbers(static_cast<unsigned long long>(n * 100 + count));
    // Rows that sum up to less than their diagonal: the condition stays small whatever n.
    Matrices<T> a = Matrices<T>::random(count, n, n, layout, numbers, 1.5 / double(n + 1));
    Matrices<T> b = Matrices<T>::random(count, n, 3, (layout + 1) % 3, numbers);
    Matrices<T> x(count, n, 3, (layout + 2) % 3), inverse(count, n, n, layout), expected(count, n, 3, 0),
        expected_inverse(count, n, n, 0);
    std::vector<T> determinants(count + 1), signs(count + 1), logarithms(count + 1);
    std::vector<int> info(count + 1, 9);
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        MLMATH_CHECK(solve_textbook<T>(a.read().at(i), b.read().at(i), expected.stack().at(i)) == 0);
        MLMATH_CHECK(inv_textbook<T>(a.read().at(i), expected_inverse.stack().at(i)) == 0);
    }
    const double tolerance = 50 * (double(n) + 1) * epsilon<T>();
    std::vector<T> first_x, first_inverse, first_determinants;
    for (int threads : {1, 2, 3}) {
        MLMATH_CHECK(solve<T>(a.read(), b.read(), x.stack(), info.data(), threads) == 0);
        MLMATH_CHECK(inv<T>(a.read(), inverse.stack(), info.data(), threads) == 0);
        MLMATH_CHECK(std::count(info.begin(), info.end() - 1, 0) == count);
        det<T>(a.read(), determinants.data(), threads);
        slogdet<T>(a.read(), signs.data(), logarithms.data(), threads);
        if (threads == 1) {
            check_near(x, expected, tolerance);
            check_near(inverse, expected_inverse, tolerance);
            first_x = x.memory;
            first_inverse = inverse.memory;
            first_determinants = determinants;
        }
        MLMATH_CHECK(x.memory == first_x);
        MLMATH_CHECK(inverse.memory == first_inverse);
        MLMATH_CHECK(determinants == first_determinants);
    }
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        if (n <= 40) {
            const double textbook = static_cast<double>(det_textbook<T>(a.read().at(i)));
            MLMATH_CHECK_NEAR(determinants[i], textbook, tolerance * std::abs(textbook));
            MLMATH_CHECK_NEAR(std::exp(double(logarithms[i])) * double(signs[i]), textbook, 40 * tolerance * std::abs(textbook));
        }
    }
    // A matrix alone has the bits it has in the stack.
    if (count > 1) {
        Matrices<T> one(1, n, n, 0), right(1, n, 3, 1), alone(1, n, 3, 0), alone_inverse(1, n, n, 1);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) one(0, i, j) = a(1, i, j);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < 3; ++j) right(0, i, j) = b(1, i, j);
        solve<T>(one.read(), right.read(), alone.stack(), info.data(), 1);
        inv<T>(one.read(), alone_inverse.stack(), info.data(), 1);
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            for (std::ptrdiff_t j = 0; j < 3; ++j) MLMATH_CHECK(alone(0, i, j) == x(1, i, j));
            for (std::ptrdiff_t j = 0; j < n; ++j) MLMATH_CHECK(alone_inverse(0, i, j) == inverse(1, i, j));
        }
    }
}

template <class T>
void check_lu(std::ptrdiff_t count, std::ptrdiff_t m, std::ptrdiff_t n, int layout) {
    Numbers numbers(static_cast<unsigned long long>(m * 100 + n));
    Matrices<T> a = Matrices<T>::random(count, m, n, layout, numbers), factors(count, m, n, 0), expected(count, m, n, 0);
    const std::ptrdiff_t order = std::min(m, n);
    std::vector<int> pivots(count * order + 1), textbook_pivots(order + 1), info(count + 1);
    std::vector<T> first;
    for (int threads : {1, 2, 3}) {
        MLMATH_CHECK(lu<T>(a.read(), factors.stack(), pivots.data(), info.data(), threads) == 0);
        if (threads == 1) first = factors.memory;
        MLMATH_CHECK(factors.memory == first);
    }
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        copy(a.read().at(i), expected.stack().at(i));
        lu_textbook<T>(expected.stack().at(i), textbook_pivots.data());
        MLMATH_CHECK(std::equal(pivots.begin() + i * order, pivots.begin() + (i + 1) * order, textbook_pivots.begin()));
    }
    check_near(factors, expected, 3000 * (double(order) + 1) * epsilon<T>());
}

template <class T>
void check_qr(std::ptrdiff_t count, std::ptrdiff_t m, std::ptrdiff_t n, bool complete, int layout) {
    Numbers numbers(static_cast<unsigned long long>(m * 100 + n));
    const std::ptrdiff_t k = complete ? m : std::min(m, n);
    Matrices<T> a = Matrices<T>::random(count, m, n, layout, numbers), q(count, m, k, (layout + 1) % 3),
                r(count, k, n, (layout + 2) % 3);
    Matrices<T> textbook_q(count, m, k, 0), textbook_r(count, m, n, 0), r_alone(count, k, n, 0);
    std::vector<T> first_q, first_r;
    for (int threads : {1, 2, 3}) {
        qr<T>(a.read(), q.stack(), r.stack(), threads);
        if (threads == 1) {
            first_q = q.memory;
            first_r = r.memory;
        }
        MLMATH_CHECK(q.memory == first_q);
        MLMATH_CHECK(r.memory == first_r);
    }
    Matrices<T> none(count, m, 0, 0);
    qr<T>(a.read(), none.stack(), r_alone.stack(), 2);
    check_near(r_alone, r, 0);
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        copy(a.read().at(i), textbook_r.stack().at(i));
        qr_textbook<T>(textbook_r.stack().at(i), textbook_q.stack().at(i));
        for (std::ptrdiff_t row = 0; row < k; ++row)
            for (std::ptrdiff_t j = 0; j < n; ++j)
                MLMATH_CHECK_NEAR(r(i, row, j), j < row ? T(0) : textbook_r(i, row, j), 300 * (double(m) + 1) * epsilon<T>());
    }
    check_near(q, textbook_q, 300 * (double(m) + 1) * epsilon<T>());
}

}  // namespace

MLMATH_TEST(copy_moves_every_layout_into_every_other) {
    for (std::ptrdiff_t m : {0, 1, 2, 7, 8, 9, 16, 17, 70})
        for (std::ptrdiff_t n : {0, 1, 3, 8, 15, 33, 65}) {
            check_copy<double>(m, n);
            check_copy<float>(m, n);
        }
}

MLMATH_TEST(systems_match_textbook) {
    for (std::ptrdiff_t n : {0, 1, 2, 3, 4, 7, 8, 9, 16, 17, 31, 32, 33, 63, 65, 130})
        for (std::ptrdiff_t count : {0, 1, 3, 19}) {
            if (n > 40 && count > 3) continue;
            check_systems<double>(count, n, static_cast<int>((n + count) % 3));
            check_systems<float>(count, n, static_cast<int>((n + count + 1) % 3));
        }
}

MLMATH_TEST(lu_matches_textbook) {
    const std::ptrdiff_t shapes[][2] = {{1, 1},     {3, 3},  {8, 8},  {16, 16},  {33, 33},  {64, 64}, {65, 65},
                                        {200, 200}, {5, 90}, {90, 5}, {70, 200}, {200, 70}, {0, 3},   {3, 0}};
    for (const auto& shape : shapes)
        for (std::ptrdiff_t count : {1, 11}) {
            if (shape[0] * shape[1] > 5000 && count > 1) continue;
            check_lu<double>(count, shape[0], shape[1], static_cast<int>((shape[0] + count) % 3));
            check_lu<float>(count, shape[0], shape[1], static_cast<int>((shape[1] + count) % 3));
        }
}

MLMATH_TEST(qr_matches_textbook) {
    const std::ptrdiff_t shapes[][2] = {{1, 1},   {3, 3},   {8, 5},     {5, 8},   {32, 32}, {33, 33},
                                        {64, 64}, {65, 70}, {130, 100}, {20, 90}, {0, 3},   {3, 0}};
    for (const auto& shape : shapes)
        for (std::ptrdiff_t count : {1, 11}) {
            if (shape[0] * shape[1] > 5000 && count > 1) continue;
            check_qr<double>(count, shape[0], shape[1], count == 1, static_cast<int>((shape[0] + count) % 3));
            check_qr<float>(count, shape[0], shape[1], shape[0] % 2 == 0, static_cast<int>((shape[1] + count) % 3));
        }
    check_qr<double>(1, 9000, 40, false, 0);
    check_qr<float>(1, 30000, 9, false, 1);
}

MLMATH_TEST(factorizations_refuse_shapes_that_do_not_fit) {
    Matrices<double> square(2, 3, 3, 0), flat(2, 2, 3, 0), three(3, 3, 3, 0), columns(2, 3, 3, 1);
    int info[4], pivots[12];
    double tau[12];
    MLMATH_CHECK(refused([&] { solve<double>(flat.read(), square.read(), square.stack(), info, 1); }));
    MLMATH_CHECK(refused([&] { solve<double>(square.read(), three.read(), square.stack(), info, 1); }));
    MLMATH_CHECK(refused([&] { inv<double>(square.read(), three.stack(), info, 1); }));
    MLMATH_CHECK(refused([&] { det<double>(flat.read(), tau, 1); }));
    MLMATH_CHECK(refused([&] { lu<double>(square.read(), columns.stack(), pivots, info, 1); }));
    MLMATH_CHECK(refused([&] { qr<double>(square.read(), square.stack(), flat.stack(), 1); }));
    MLMATH_CHECK(refused([&] { qr_raw<double>(square.read(), flat.stack(), tau, 1); }));
}

}  // namespace mlmath::tests
