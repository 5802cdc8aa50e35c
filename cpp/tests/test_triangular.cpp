// SPDX-License-Identifier: BSD-3-Clause
// gemmtr, syrk, syr2k, symm, trmm, trsm against their textbooks: sizes around blocks and registers, layouts, halves, threads.
#include <algorithm>
#include <limits>

#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/gemmtr/gemmtr.hpp"
#include "kernels/blas/gemmtr/gemmtr_textbook.hpp"
#include "kernels/blas/symm/symm.hpp"
#include "kernels/blas/symm/symm_textbook.hpp"
#include "kernels/blas/syrk/syrk.hpp"
#include "kernels/blas/syrk/syrk_textbook.hpp"
#include "kernels/blas/trmm/trmm.hpp"
#include "kernels/blas/trmm/trmm_textbook.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/blas/trsm/trsm_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

// A matrix by rows (0), by columns (1), or with gaps and both axes reversed (2), in memory of its own.
template <class T>
class Matrix {
public:
    Matrix(std::ptrdiff_t m, std::ptrdiff_t n, int layout, T value) : memory_(std::max<std::ptrdiff_t>(1, 6 * m * n), value) {
        const std::ptrdiff_t row = layout == 0 ? n : layout == 1 ? 1 : -3 * n, column = layout == 0 ? 1 : layout == 1 ? m : -2;
        first_ = layout == 2 && m * n > 0 ? 3 * n * (m - 1) + 2 * (n - 1) : 0;
        shape_ = {nullptr, m, n, row, column};
    }
    static Matrix random(std::ptrdiff_t m, std::ptrdiff_t n, int layout, Numbers& numbers) {
        Matrix a(m, n, layout, 0);
        for (std::ptrdiff_t i = 0; i < m; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) a(i, j) = static_cast<T>(numbers.next());
        return a;
    }
    T& operator()(std::ptrdiff_t i, std::ptrdiff_t j) { return memory_[first_ + i * shape_.row_stride + j * shape_.column_stride]; }
    MatrixView<T> view() {
        MatrixView<T> v = shape_;
        v.data = memory_.data() + first_;
        return v;
    }
    MatrixView<const T> read() { return as_const(view()); }
    bool operator==(const Matrix& other) const { return memory_ == other.memory_; }

private:
    std::vector<T> memory_;
    std::ptrdiff_t first_;
    MatrixView<T> shape_{};
};

template <class T>
double epsilon() {
    return std::numeric_limits<T>::epsilon();
}

template <class T>
void check_products(std::ptrdiff_t n, std::ptrdiff_t k, bool lower, T beta, int layout) {
    Numbers numbers(static_cast<unsigned long long>(n * 1000 + k));
    Matrix<T> a = Matrix<T>::random(n, k, layout, numbers), b = Matrix<T>::random(k, n, (layout + 1) % 3, numbers);
    Matrix<T> b2 = Matrix<T>::random(n, k, 2 - layout, numbers), start = Matrix<T>::random(n, n, layout, numbers);
    const T alpha = T(-0.5);
    const double tolerance = 4 * (double(k) + 3) * epsilon<T>() * (double(k) + 1);
    const auto agree = [&](auto&& ours, auto&& textbook, bool like_gemm) {
        Matrix<T> expected = start, whole = start;
        textbook(expected.view());
        if (like_gemm) gemm<T>(alpha, a.read(), b.read(), beta, whole.view(), 1);
        for (int threads : {1, 2, 3}) {
            Matrix<T> c = start;
            ours(c.view(), threads);
            for (std::ptrdiff_t i = 0; i < n; ++i)
                for (std::ptrdiff_t j = 0; j < n; ++j) {
                    if (i != j && (j < i) != lower)
                        MLMATH_CHECK(c(i, j) == start(i, j));
                    else
                        MLMATH_CHECK_NEAR(c(i, j), expected(i, j), tolerance);
                    if (like_gemm && n > 1 && (i == j || (j < i) == lower)) MLMATH_CHECK(c(i, j) == whole(i, j));
                }
            if (threads > 1) {
                Matrix<T> alone = start;
                ours(alone.view(), 1);
                MLMATH_CHECK(c == alone);
            }
        }
    };
    agree([&](MatrixView<T> c, int threads) { gemmtr<T>(alpha, a.read(), b.read(), beta, c, lower, threads); },
          [&](MatrixView<T> c) { gemmtr_textbook<T>(alpha, a.read(), b.read(), beta, c, lower); }, true);
    agree([&](MatrixView<T> c, int threads) { syrk<T>(alpha, a.read(), beta, c, lower, threads); },
          [&](MatrixView<T> c) { syrk_textbook<T>(alpha, a.read(), beta, c, lower); }, false);
    agree([&](MatrixView<T> c, int threads) { syr2k<T>(alpha, a.read(), b2.read(), beta, c, lower, threads); },
          [&](MatrixView<T> c) { syr2k_textbook<T>(alpha, a.read(), b2.read(), beta, c, lower); }, false);
}

template <class T>
void check_triangular(std::ptrdiff_t n, std::ptrdiff_t m, bool lower, bool unit, int layout) {
    Numbers numbers(static_cast<unsigned long long>(n * 1000 + m));
    Matrix<T> l = Matrix<T>::random(n, n, layout, numbers);
    const T nan = std::numeric_limits<T>::quiet_NaN();
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            // Rows of |L| below 3/2 of the diagonal at most: the condition stays small whatever n. What must not be read is NaN.
            if (i == j)
                l(i, j) = unit ? nan : T(1) + l(i, j) / 4;
            else
                l(i, j) = (j < i) == lower ? l(i, j) / T(2 * n) : nan;
        }
    const Triangular<T> triangle{l.read(), lower, unit};
    Matrix<T> b = Matrix<T>::random(n, m, (layout + 2) % 3, numbers);
    const double tolerance = 8 * (double(n) + 3) * epsilon<T>();
    const auto agree = [&](auto&& ours, auto&& textbook) {
        Matrix<T> expected = b, first = b;
        textbook(expected.view());
        for (int threads : {1, 2, 3}) {
            Matrix<T> x = b;
            ours(x.view(), threads);
            for (std::ptrdiff_t i = 0; i < n; ++i)
                for (std::ptrdiff_t j = 0; j < m; ++j) MLMATH_CHECK_NEAR(x(i, j), expected(i, j), tolerance);
            if (threads == 1) first = x;
            MLMATH_CHECK(x == first);
        }
        // A column alone has the bits it has among others.
        for (std::ptrdiff_t j : {std::ptrdiff_t{0}, m - 1}) {
            if (m == 0) continue;
            Matrix<T> x = b;
            ours(part_of(x.view(), 0, n, j, j + 1), 1);
            for (std::ptrdiff_t i = 0; i < n; ++i) MLMATH_CHECK(x(i, j) == first(i, j));
        }
    };
    agree([&](MatrixView<T> x, int threads) { trsm<T>(triangle, x, threads); },
          [&](MatrixView<T> x) { trsm_textbook<T>(triangle, x); });
    agree([&](MatrixView<T> x, int threads) { trmm<T>(triangle, x, threads); },
          [&](MatrixView<T> x) { trmm_textbook<T>(triangle, x); });
}

template <class T>
void check_symm(std::ptrdiff_t n, std::ptrdiff_t m, bool lower, T beta, int layout) {
    Numbers numbers(static_cast<unsigned long long>(n * 1000 + m));
    Matrix<T> a = Matrix<T>::random(n, n, layout, numbers), whole(n, n, 0, 0);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            const bool stored = i == j || (j < i) == lower;
            whole(i, j) = stored ? a(i, j) : a(j, i);
        }
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < n; ++j)
            if (i != j && (j < i) != lower) a(i, j) = std::numeric_limits<T>::quiet_NaN();
    Matrix<T> b = Matrix<T>::random(n, m, 2 - layout, numbers), start = Matrix<T>::random(n, m, layout, numbers);
    Matrix<T> expected = start, product = start;
    symm_textbook<T>(2, a.read(), lower, b.read(), beta, expected.view());
    gemm<T>(2, whole.read(), b.read(), beta, product.view(), 1);
    for (int threads : {1, 2, 3}) {
        Matrix<T> c = start;
        symm<T>(2, a.read(), lower, b.read(), beta, c.view(), threads);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j < m; ++j) {
                MLMATH_CHECK_NEAR(c(i, j), expected(i, j), 8 * (double(n) + 3) * epsilon<T>() * (double(n) + 1));
                MLMATH_CHECK(c(i, j) == product(i, j));
            }
    }
}

}  // namespace

MLMATH_TEST(triangles_of_products_match_textbook) {
    for (std::ptrdiff_t n : {0, 1, 2, 7, 8, 47, 48, 49, 100, 150})
        for (std::ptrdiff_t k : {0, 1, 5, 64, 400})
            for (bool lower : {true, false}) {
                check_products<double>(n, k, lower, 0, static_cast<int>((n + k) % 3));
                check_products<float>(n, k, lower, 1.5f, static_cast<int>((n + k + 1) % 3));
            }
}

MLMATH_TEST(triangular_systems_and_products_match_textbook) {
    for (std::ptrdiff_t n : {0, 1, 2, 3, 4, 5, 8, 31, 63, 64, 65, 66, 130, 200})
        for (std::ptrdiff_t m : {0, 1, 2, 8, 17, 24, 25, 47, 49, 150})
            for (bool lower : {true, false}) {
                check_triangular<double>(n, m, lower, (n + m) % 2 == 0, static_cast<int>((n + m) % 3));
                check_triangular<float>(n, m, lower, (n + m) % 2 == 1, static_cast<int>((n + 2 * m) % 3));
            }
}

MLMATH_TEST(symm_matches_textbook_and_gemm) {
    for (std::ptrdiff_t n : {1, 2, 9, 64, 65, 400})
        for (std::ptrdiff_t m : {0, 1, 3, 24, 70})
            for (bool lower : {true, false}) {
                check_symm<double>(n, m, lower, 0, static_cast<int>((n + m) % 3));
                check_symm<float>(n, m, lower, 1.5f, static_cast<int>((n + m + 1) % 3));
            }
}

MLMATH_TEST(triangular_kernels_refuse_shapes_that_do_not_fit) {
    std::vector<double> memory(100);
    const MatrixView<double> square{memory.data(), 3, 3, 3, 1}, flat{memory.data(), 2, 3, 3, 1};
    MLMATH_CHECK(refused([&] { trsm<double>({as_const(square), true, false}, flat, 1); }));
    MLMATH_CHECK(refused([&] { trsm<double>({as_const(flat), true, false}, square, 1); }));
    MLMATH_CHECK(refused([&] { trmm<double>({as_const(square), true, false}, flat, 1); }));
    MLMATH_CHECK(refused([&] { syrk<double>(1, as_const(flat), 0, square, true, 1); }));
    MLMATH_CHECK(refused([&] { syr2k<double>(1, as_const(square), as_const(flat), 0, square, true, 1); }));
    MLMATH_CHECK(refused([&] { gemmtr<double>(1, as_const(square), as_const(square), 0, flat, true, 1); }));
    MLMATH_CHECK(refused([&] { symm<double>(1, as_const(flat), true, as_const(square), 0, square, 1); }));
}

}  // namespace mlmath::tests
