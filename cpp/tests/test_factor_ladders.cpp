// SPDX-License-Identifier: BSD-3-Clause
// The rungs of cholesky, lu, qr and batched_solve give back the matrix they were given: orders around the block of 32, any strides.
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/factor/cholesky/cholesky_ladder.hpp"
#include "kernels/factor/lu/lu_ladder.hpp"
#include "kernels/factor/qr/qr_ladder.hpp"
#include "kernels/factor/solve/batched_solve_ladder.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

// rows x columns, by rows or, strided, by columns with a gap behind each element.
template <class T>
struct Matrix {
    std::vector<T> memory;
    MatrixView<T> view;
    Matrix(std::ptrdiff_t rows, std::ptrdiff_t columns, bool strided = false)
        : memory(static_cast<std::size_t>(rows * columns * (strided ? 2 : 1))),
          view{memory.data(), rows, columns, strided ? 2 : columns, strided ? 2 * rows : 1} {}
    T& operator()(std::ptrdiff_t i, std::ptrdiff_t j) { return view.data[i * view.row_stride + j * view.column_stride]; }
    void fill(Numbers& numbers) {
        for (std::ptrdiff_t i = 0; i < view.rows; ++i)
            for (std::ptrdiff_t j = 0; j < view.columns; ++j) (*this)(i, j) = static_cast<T>(numbers.next());
    }
};

template <class T>
constexpr double eps = std::numeric_limits<T>::epsilon();

template <class T>
void check_cholesky(std::ptrdiff_t n, bool strided) {
    Numbers numbers(static_cast<unsigned long long>(n));
    Matrix<T> b(n, n), a(n, n, strided);
    b.fill(numbers);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            double sum = i == j;
            for (std::ptrdiff_t p = 0; p < n; ++p) sum += double(b(i, p)) * double(b(j, p));
            a(i, j) = j <= i ? static_cast<T>(sum) : std::numeric_limits<T>::quiet_NaN();
        }
    for (const auto rung : {ladder::cholesky_textbook<T>, ladder::cholesky_outer_product<T>, ladder::cholesky_blocked<T>,
                            ladder::cholesky_recursive<T>}) {
        Matrix<T> l(n, n);
        MLMATH_CHECK(rung(as_const(a.view), l.view) == 0);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) {
                double sum = 0;
                for (std::ptrdiff_t p = 0; p < n; ++p) sum += double(l(i, p)) * double(l(j, p));
                if (j <= i) MLMATH_CHECK_NEAR(sum, a(i, j), (double(n) + 3) * eps<T> * (double(n) + 1));
                if (j > i) MLMATH_CHECK(l(i, j) == 0);
            }
        Matrix<T> spoiled = a;
        spoiled.view.data = spoiled.memory.data();
        spoiled(n - 1, n - 1) = -1;
        MLMATH_CHECK(rung(as_const(spoiled.view), l.view) == n);
    }
}

template <class T>
void check_lu(std::ptrdiff_t m, std::ptrdiff_t n) {
    Numbers numbers(static_cast<unsigned long long>(100 * m + n));
    const std::ptrdiff_t order = std::min(m, n);
    Matrix<T> a(m, n), expected(m, n);
    a.fill(numbers);
    std::vector<int> wanted(static_cast<std::size_t>(order)), pivots = wanted;
    expected.memory = a.memory;
    expected.view.data = expected.memory.data();
    MLMATH_CHECK(ladder::lu_textbook(expected.view, wanted.data()) == 0);
    for (const auto rung : {ladder::lu_blocked<T>, ladder::lu_recursive<T>}) {
        Matrix<T> lu(m, n);
        lu.memory = a.memory;
        lu.view.data = lu.memory.data();
        MLMATH_CHECK(rung(lu.view, pivots.data()) == 0);
        MLMATH_CHECK(pivots == wanted);
        for (std::ptrdiff_t i = 0; i < m; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) MLMATH_CHECK_NEAR(lu(i, j), expected(i, j), 2000 * (double(order) + 1) * eps<T>);
        std::fill(lu.memory.begin(), lu.memory.end(), T(0));
        MLMATH_CHECK(rung(lu.view, pivots.data()) == 1);
    }
}

template <class T>
void check_qr(std::ptrdiff_t m, std::ptrdiff_t n, bool strided) {
    Numbers numbers(static_cast<unsigned long long>(100 * m + n));
    const std::ptrdiff_t order = std::min(m, n);
    Matrix<T> a(m, n, strided);
    a.fill(numbers);
    for (std::ptrdiff_t i = 0; i < order; ++i) a(i, i) += 8;  // well conditioned: Gram-Schmidt is held to the same bounds
    for (const auto rung :
         {ladder::qr_gram_schmidt<T>, ladder::qr_modified_gram_schmidt<T>, ladder::qr_householder<T>, ladder::qr_blocked<T>}) {
        Matrix<T> q(m, order, strided), r(order, n, !strided);
        rung(as_const(a.view), q.view, r.view);
        for (std::ptrdiff_t i = 0; i < m; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) {
                double sum = 0;
                for (std::ptrdiff_t p = 0; p < order; ++p) sum += double(q(i, p)) * double(r(p, j));
                MLMATH_CHECK_NEAR(sum, a(i, j), 100 * (double(m) + 4) * eps<T>);
                if (i < order && j < i) MLMATH_CHECK(r(i, j) == 0);
            }
        for (std::ptrdiff_t i = 0; i < order; ++i)
            for (std::ptrdiff_t j = 0; j < order; ++j) {
                double sum = 0;
                for (std::ptrdiff_t p = 0; p < m; ++p) sum += double(q(p, i)) * double(q(p, j));
                MLMATH_CHECK_NEAR(sum, double(i == j), 100 * (double(m) + 4) * eps<T>);
            }
    }
}

template <class T>
void check_batched_solve(std::ptrdiff_t count, std::ptrdiff_t n, std::ptrdiff_t k) {
    Numbers numbers(static_cast<unsigned long long>(100 * count + n));
    Matrix<T> a(count * n, n), b(count * n, k), x(count * n, k);  // one below the other
    a.fill(numbers);
    b.fill(numbers);
    for (std::ptrdiff_t t = 0; t < count; ++t)
        for (std::ptrdiff_t i = 0; i < n; ++i) a(t * n + i, n - 1 - i) += 4;  // well conditioned, and every row changes its place
    const std::ptrdiff_t step = n * n, right_step = n * k;
    const Stack<const T> matrices{{a.memory.data(), n, n, n, 1}, 1, &count, &step};
    const Stack<const T> right{{b.memory.data(), n, k, k, 1}, 1, &count, &right_step};
    const Stack<T> solutions{{x.memory.data(), n, k, k, 1}, 1, &count, &right_step};
    for (const auto rung :
         {ladder::batched_solve_one_at_a_time<T>, ladder::batched_solve_interleaved<T>, ladder::batched_solve_across_lanes<T>}) {
        std::fill(x.memory.begin(), x.memory.end(), T(7));
        MLMATH_CHECK(rung(matrices, right, solutions) == 0);
        for (std::ptrdiff_t t = 0; t < count; ++t)
            for (std::ptrdiff_t i = 0; i < n; ++i)
                for (std::ptrdiff_t j = 0; j < k; ++j) {
                    double sum = 0;
                    for (std::ptrdiff_t p = 0; p < n; ++p) sum += double(a(t * n + i, p)) * double(x(t * n + p, j));
                    MLMATH_CHECK_NEAR(sum, b(t * n + i, j), 100 * (double(n) + 1) * eps<T>);
                }
        if (count == 0 || n == 0) continue;
        const std::vector<T> good = a.memory;
        std::fill_n(a.memory.begin() + (count - 1) * step, step, T(0));
        MLMATH_CHECK(rung(matrices, right, solutions) == count);
        std::copy(good.begin(), good.end(), a.memory.begin());
    }
}

MLMATH_TEST(rungs_of_cholesky) {
    for (std::ptrdiff_t n : {1, 2, 5, 31, 32, 33, 64, 65, 100})
        for (bool strided : {false, true}) {
            check_cholesky<double>(n, strided);
            check_cholesky<float>(n, strided);
        }
}

MLMATH_TEST(rungs_of_lu) {
    for (std::ptrdiff_t m : {1, 7, 9, 32, 65, 100})
        for (std::ptrdiff_t n : {1, 8, 17, 33, 70}) {
            check_lu<double>(m, n);
            check_lu<float>(m, n);
        }
}

MLMATH_TEST(rungs_of_qr) {
    for (std::ptrdiff_t m : {1, 5, 32, 33, 70})
        for (std::ptrdiff_t n : {1, 4, 32, 45, 80})
            for (bool strided : {false, true}) {
                check_qr<double>(m, n, strided);
                check_qr<float>(m, n, strided);
            }
}

MLMATH_TEST(rungs_of_batched_solve) {
    for (std::ptrdiff_t count : {0, 1, 7, 8, 9, 50})
        for (std::ptrdiff_t n : {1, 4, 8, 11})
            for (std::ptrdiff_t k : {1, 3}) {
                check_batched_solve<double>(count, n, k);
                check_batched_solve<float>(count, n, k);
            }
}

}  // namespace
}  // namespace mlmath::tests
