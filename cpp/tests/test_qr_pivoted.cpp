// SPDX-License-Identifier: BSD-3-Clause
// qr_pivoted against its textbook: passes and panels, one thread and several, layouts, stacks, scales, numbers that are none.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/blas/copy/copy.hpp"
#include "kernels/factor/qr_pivoted/qr_pivoted.hpp"
#include "kernels/factor/qr_pivoted/qr_pivoted_reduction.hpp"
#include "kernels/factor/qr_pivoted/qr_pivoted_textbook.hpp"
#include "simd/dispatch.hpp"
#include "tests/check.hpp"

namespace mlmath {
MLMATH_KERNEL_TABLE(PivotedKernels, qr_pivoted_kernels);
}

namespace mlmath::tests {
namespace {

// `count` matrices by rows, or by columns with a gap between them, one after the other.
template <class T>
struct Matrices {
    std::ptrdiff_t count, m, n, row, column, item;
    std::vector<T> memory;
    Matrices(std::ptrdiff_t matrices, std::ptrdiff_t rows, std::ptrdiff_t columns, bool by_columns)
        : count(matrices),
          m(rows),
          n(columns),
          row(by_columns ? 1 : n),
          column(by_columns ? m + 3 : 1),
          item(by_columns ? n * column : m * n),
          memory(static_cast<std::size_t>(count * item + 1)) {}
    T& operator()(std::ptrdiff_t x, std::ptrdiff_t i, std::ptrdiff_t j) { return memory[x * item + i * row + j * column]; }
    Stack<T> stack() { return {{memory.data(), m, n, row, column}, 1, &count, &item}; }
    Stack<const T> read() const { return {{memory.data(), m, n, row, column}, 1, &count, &item}; }
};

// Columns of lengths that differ by more than rounding, so that the textbook takes the same ones.
template <class T>
Matrices<T> random(std::ptrdiff_t count, std::ptrdiff_t m, std::ptrdiff_t n, bool by_columns, double scale = 1) {
    Numbers numbers(static_cast<unsigned long long>(m * 1000 + n));
    Matrices<T> a(count, m, n, by_columns);
    for (std::ptrdiff_t x = 0; x < count; ++x)
        for (std::ptrdiff_t i = 0; i < m; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j)
                a(x, i, j) = static_cast<T>(scale * numbers.next() * (1 + 0.5 * double((j * 7 + 3 * x) % (n + 1))));
    return a;
}

template <class T>
void check_pivoted(std::ptrdiff_t count, std::ptrdiff_t m, std::ptrdiff_t n, bool complete, bool by_columns) {
    const std::ptrdiff_t order = std::min(m, n), k = complete ? m : order;
    Matrices<T> a = random<T>(count, m, n, by_columns), q(count, m, k, !by_columns), r(count, k, n, by_columns),
                packed(count, m, n, !by_columns), r_alone(count, k, n, false), none(count, m, 0, false);
    std::vector<std::ptrdiff_t> p(count * n), again(count * n);
    std::vector<T> first_q, first_r, tau(count * order + 1);
    for (int threads : {1, 2, 3}) {
        qr_pivoted<T>(a.read(), q.stack(), r.stack(), threads == 1 ? p.data() : again.data(), threads);
        if (threads == 1) {
            first_q = q.memory;
            first_r = r.memory;
            again = p;
        }
        MLMATH_CHECK(q.memory == first_q);
        MLMATH_CHECK(r.memory == first_r);
        MLMATH_CHECK(again == p);
    }
    qr_pivoted<T>(a.read(), none.stack(), r_alone.stack(), again.data(), 2);
    MLMATH_CHECK(again == p);
    qr_pivoted_raw<T>(a.read(), packed.stack(), tau.data(), again.data(), 2);
    MLMATH_CHECK(again == p);
    const double tolerance = 300 * (double(m) + 1) * std::numeric_limits<T>::epsilon() * (double(n) + 2) / 2;
    Matrices<T> textbook_q(1, m, k, false), textbook_r(1, m, n, false);
    std::vector<std::ptrdiff_t> textbook_p(n);
    for (std::ptrdiff_t x = 0; x < count; ++x) {
        copy(a.read().at(x), textbook_r.stack().at(0));
        qr_pivoted_textbook<T>(textbook_r.stack().at(0), textbook_q.stack().at(0), textbook_p.data());
        MLMATH_CHECK(std::equal(textbook_p.begin(), textbook_p.end(), p.begin() + x * n));
        for (std::ptrdiff_t i = 0; i < k; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) {
                MLMATH_CHECK_NEAR(r(x, i, j), j < i ? T(0) : textbook_r(0, i, j), tolerance);
                MLMATH_CHECK(r_alone(x, i, j) == r(x, i, j));
                MLMATH_CHECK(j < i || i >= order || packed(x, i, j) == r(x, i, j));
            }
        for (std::ptrdiff_t i = 0; i < m; ++i) {
            for (std::ptrdiff_t j = 0; j < k; ++j) MLMATH_CHECK_NEAR(q(x, i, j), textbook_q(0, i, j), tolerance);
            for (std::ptrdiff_t j = 0; j < std::min(i, order); ++j)
                MLMATH_CHECK_NEAR(packed(x, i, j), textbook_r(0, i, j), tolerance);
        }
    }
}

// Panels, which only large matrices have, on small ones: the same columns as passes take, R as near as rounding lets it be.
template <class T>
void check_panels(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t rank) {
    const std::ptrdiff_t order = std::min(m, n), ld = row_places<T>(m);
    Matrices<T> a = random<T>(1, m, n, false), by_passes(1, order, n, false), by_panels(1, order, n, false);
    for (std::ptrdiff_t i = 0; i < m; ++i)
        for (std::ptrdiff_t j = rank; j < n; ++j) a(0, i, j) = (a(0, i, j % rank) + a(0, i, j * 5 % rank)) / T(4);
    std::vector<T> v(order * ld), tau(order), first_v, first_tau;
    std::vector<std::ptrdiff_t> p(n);
    T largest = 0;
    for (int threads : {0, 1, 2, 3}) {
        PivotedReduction<T> reduction(active(qr_pivoted_kernels_by_level).of(T()), m, n, threads == 0 ? 1 : pivoted_panel);
        Workspace workspace(reduction.bytes());
        reduction.take(workspace);
        reduction.factor(a.read().at(0), v.data(), ld, tau.data(), threads == 0 ? 1 : threads);
        reduction.copy_triangle((threads == 0 ? by_passes : by_panels).stack().at(0), threads);
        if (threads == 0) {
            std::copy_n(reduction.columns(), n, p.begin());
            largest = std::abs(by_passes(0, 0, 0));
        }
        MLMATH_CHECK(std::equal(p.begin(), p.begin() + std::min(rank, order), reduction.columns()));
        for (std::ptrdiff_t i = 0; i < std::min(rank, order); ++i)
            for (std::ptrdiff_t j = i; j < std::min(rank, order); ++j)
                MLMATH_CHECK_NEAR(by_panels(0, i, j) * (threads > 0) + by_passes(0, i, j) * (threads == 0), by_passes(0, i, j),
                                  30 * double(m) * std::numeric_limits<T>::epsilon() * double(largest));
        for (std::ptrdiff_t i = rank; i < order; ++i)  // nothing is left
            MLMATH_CHECK_NEAR((threads == 0 ? by_passes : by_panels)(0, i, i), 0,
                              30 * double(m) * std::numeric_limits<T>::epsilon() * double(largest));
        if (threads == 1) {
            first_v = v;
            first_tau = tau;
        }
        MLMATH_CHECK(threads < 2 || (v == first_v && tau == first_tau));
    }
}

}  // namespace

MLMATH_TEST(qr_pivoted_by_panels) {
    const std::ptrdiff_t shapes[][3] = {{5, 5, 5},       {40, 40, 40},    {33, 90, 90},    {90, 33, 33},
                                        {200, 170, 170}, {400, 380, 380}, {400, 350, 100}, {64, 64, 31}};
    for (const auto& shape : shapes) {
        check_panels<double>(shape[0], shape[1], shape[2]);
        check_panels<float>(shape[0], shape[1], shape[2]);
    }
}

MLMATH_TEST(qr_pivoted_matches_textbook) {
    const std::ptrdiff_t shapes[][2] = {{1, 1},   {3, 3},    {8, 5},   {5, 8},   {32, 32}, {33, 33}, {64, 64},   {65, 70},
                                        {20, 90}, {130, 60}, {40, 33}, {33, 65}, {0, 3},   {3, 0},   {190, 180}, {460, 440}};
    for (const auto& shape : shapes)
        for (std::ptrdiff_t count : {1, 5}) {
            if (shape[0] * shape[1] > 5000 && count > 1) continue;
            check_pivoted<double>(count, shape[0], shape[1], count == 1, shape[0] % 2 == 0);
            check_pivoted<float>(count, shape[0], shape[1], shape[0] % 2 == 0, count == 1);
        }
}

MLMATH_TEST(qr_pivoted_takes_the_first_of_equal_columns) {
    const std::ptrdiff_t m = 300, n = 290;
    for (double scale : {0.0, 1.0, 0x1p-1070, 0x1p1000}) {
        Matrices<double> a(1, m, n, false), q(1, m, n, false), r(1, n, n, false);
        std::vector<std::ptrdiff_t> p(n);
        for (std::ptrdiff_t j = 0; j < n; ++j) a(0, j, j) = scale;
        qr_pivoted<double>(a.read(), q.stack(), r.stack(), p.data(), 2);
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            MLMATH_CHECK(p[j] == j);
            MLMATH_CHECK(r(0, j, j) == scale);
            MLMATH_CHECK(q(0, j, j) == 1);
        }
    }
}

MLMATH_TEST(qr_pivoted_ends_with_numbers_that_are_none) {
    for (double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()})
        for (std::ptrdiff_t n : {4, 70, 270}) {
            Matrices<double> a = random<double>(1, n, n, false), q(1, n, n, false), r(1, n, n, false);
            a(0, n / 2, n / 3) = bad;
            std::vector<std::ptrdiff_t> p(n);
            qr_pivoted<double>(a.read(), q.stack(), r.stack(), p.data(), 2);
            MLMATH_CHECK(p[0] == n / 3);
            MLMATH_CHECK(!std::isfinite(r(0, n - 1, n - 1)));
            std::sort(p.begin(), p.end());
            for (std::ptrdiff_t j = 0; j < n; ++j) MLMATH_CHECK(p[j] == j);
        }
}

MLMATH_TEST(qr_pivoted_refuses_shapes_that_do_not_fit) {
    Matrices<double> a(2, 4, 3, false), q(2, 4, 3, false), r(2, 3, 3, false), flat(2, 2, 3, false), three(3, 3, 3, false);
    std::ptrdiff_t p[9];
    double tau[9];
    MLMATH_CHECK(refused([&] { qr_pivoted<double>(a.read(), q.stack(), flat.stack(), p, 1); }));
    MLMATH_CHECK(refused([&] { qr_pivoted<double>(a.read(), q.stack(), three.stack(), p, 1); }));
    MLMATH_CHECK(refused([&] { qr_pivoted<double>(a.read(), r.stack(), r.stack(), p, 1); }));
    MLMATH_CHECK(refused([&] { qr_pivoted_raw<double>(a.read(), r.stack(), tau, p, 1); }));
}

}  // namespace mlmath::tests
