// SPDX-License-Identifier: BSD-3-Clause
// gemm against its textbook: sizes around the register tile and the chunk, layouts, alpha and beta, threads, batches.
#include <algorithm>
#include <limits>
#include <stdexcept>

#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/gemm/gemm_kernels.hpp"
#include "kernels/blas/gemm/gemm_plan.hpp"
#include "kernels/blas/gemm/gemm_textbook.hpp"
#include "tests/check.hpp"
#include "tests/layouts.hpp"

namespace mlmath::tests {
namespace {

template <class T>
void fill(Matrix<T>& x, Numbers& numbers) {
    for (std::ptrdiff_t i = 0; i < x.view.rows; ++i)
        for (std::ptrdiff_t j = 0; j < x.view.columns; ++j) x.at(i, j) = static_cast<T>(numbers.next());
}

template <class T>
void check_gemm(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, T alpha, T beta) {
    const T nan = std::numeric_limits<T>::quiet_NaN(), eps = std::numeric_limits<T>::epsilon();
    std::vector<T> first;  // the result of the first layout: all others must have the same bits
    for (const Layout layout : layouts) {
        Numbers numbers(static_cast<unsigned long long>(m * 1000003 + n * 1009 + k));
        const Layout other = layout == Layout::rows ? Layout::rows : layouts[(static_cast<int>(layout) + m) % 4];
        Matrix<T> a(m, k, layout, nan), b(k, n, other, nan), old(m, n, other, nan), expected(m, n, Layout::rows, nan);
        fill(a, numbers);
        fill(b, numbers);
        fill(old, numbers);
        for (std::ptrdiff_t i = 0; i < m; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) expected.at(i, j) = old.at(i, j);
        textbook::gemm<T>(alpha, a.read(), b.read(), beta, expected.view);
        for (int threads : {1, 2, 3}) {
            Matrix<T> c = old;
            c.view.data = c.memory.data() + (old.view.data - old.memory.data());
            if (beta == 0)
                for (std::ptrdiff_t i = 0; i < m; ++i)
                    for (std::ptrdiff_t j = 0; j < n; ++j) c.at(i, j) = nan;
            gemm<T>(alpha, a.read(), b.read(), beta, c.view, threads);
            if (first.empty())
                for (std::ptrdiff_t i = 0; i < m; ++i)
                    for (std::ptrdiff_t j = 0; j < n; ++j) {
                        // |a|, |b|, |c| <= 1, so the sum of magnitudes is at most |alpha| k + |beta|; both sides are within their
                        // bound.
                        MLMATH_CHECK_NEAR(c.at(i, j), expected.at(i, j),
                                          2 * double(k + 2) * eps * (std::fabs(alpha) * double(k) + std::fabs(beta)));
                    }
            std::vector<T> bits;
            for (std::ptrdiff_t i = 0; i < m; ++i)
                for (std::ptrdiff_t j = 0; j < n; ++j) bits.push_back(c.at(i, j));
            if (first.empty()) first = bits;
            MLMATH_CHECK(bits == first);
            const auto guards = std::count_if(c.memory.begin(), c.memory.end(), [](T x) { return std::isnan(x); });
            MLMATH_CHECK(guards == static_cast<std::ptrdiff_t>(c.memory.size()) - m * n);
        }
    }
}

template <class T>
void check_batch(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, int threads) {
    constexpr std::ptrdiff_t outer = 3, inner = 5;  // A: one per outer item, B: one per inner item, C: both
    Numbers numbers(7);
    std::vector<T> a(outer * m * k), b(inner * k * n), c(outer * inner * m * n), alone(m * n);
    for (auto* x : {&a, &b})
        for (auto& v : *x) v = static_cast<T>(numbers.next());
    const std::ptrdiff_t size[] = {outer, inner}, a_stride[] = {m * k, 0}, b_stride[] = {0, k * n},
                         c_stride[] = {inner * m * n, m * n};
    gemm_batch<T>(1, {a.data(), m, k, k, 1}, {b.data(), k, n, n, 1}, 0, {c.data(), m, n, n, 1},
                  {2, size, a_stride, b_stride, c_stride}, threads);
    for (std::ptrdiff_t o = 0; o < outer; ++o)
        for (std::ptrdiff_t i = 0; i < inner; ++i) {
            gemm<T>(1, {a.data() + o * m * k, m, k, k, 1}, {b.data() + i * k * n, k, n, n, 1}, 0, {alone.data(), m, n, n, 1}, 1);
            MLMATH_CHECK(std::equal(alone.begin(), alone.end(), c.begin() + (o * inner + i) * m * n));
        }
}

// Items side by side (or the same B for all): as each by itself, bit for bit, in every layout of B.
template <class T>
void check_items(std::ptrdiff_t count, std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, bool one_b, bool transposed_b) {
    Numbers numbers(static_cast<unsigned long long>(m * 101 + n * 11 + k));
    std::vector<T> a(count * m * k), b((one_b ? 1 : count) * k * n), c(count * m * n), alone(m * n);
    for (auto* x : {&a, &b})
        for (auto& v : *x) v = static_cast<T>(numbers.next());
    const std::ptrdiff_t a_stride = m * k, b_stride = one_b ? 0 : k * n, c_stride = m * n;
    MatrixView<const T> right = {b.data(), k, n, n, 1};
    if (transposed_b) right = {b.data(), k, n, 1, k};
    for (int threads : {1, 2, 3}) {
        std::fill(c.begin(), c.end(), std::numeric_limits<T>::quiet_NaN());
        gemm_batch<T>(1, {a.data(), m, k, k, 1}, right, 0, {c.data(), m, n, n, 1}, {1, &count, &a_stride, &b_stride, &c_stride},
                      threads);
        for (std::ptrdiff_t t = 0; t < count; ++t) {
            MatrixView<const T> mine = right;
            mine.data += t * b_stride;
            gemm<T>(1, {a.data() + t * m * k, m, k, k, 1}, mine, 0, {alone.data(), m, n, n, 1}, 1);
            MLMATH_CHECK(std::equal(alone.begin(), alone.end(), c.begin() + t * m * n));
        }
    }
}

}  // namespace

MLMATH_TEST(gemm_of_many_items) {
    for (std::ptrdiff_t m : {1, 2, 3, 8, 17})
        for (std::ptrdiff_t n : {1, 2, 3, 4, 5, 8, 9, 16, 33})
            for (std::ptrdiff_t k : {1, 3, 8, 9, 20})
                for (int kind : {0, 1, 2, 3}) {
                    check_items<double>(37, m, n, k, kind % 2 == 1, kind / 2 == 1);
                    check_items<float>(37, m, n, k, kind % 2 == 1, kind / 2 == 1);
                }
    check_items<double>(3000, 3, 3, 3, false, false);
}

MLMATH_TEST(gemm_matches_textbook) {
    constexpr std::ptrdiff_t sizes[] = {1, 2, 7, 8, 9, 17, 25, 49};
    for (std::ptrdiff_t m : sizes)
        for (std::ptrdiff_t n : sizes)
            for (std::ptrdiff_t k : {1, 3, 8, 31}) {
                check_gemm<double>(m, n, k, 1, 0);
                check_gemm<float>(m, n, k, 1, 0);
            }
    check_gemm<double>(70, 101, 385, 1, 0);
    check_gemm<float>(101, 70, 513, 1, 0);
    check_gemm<double>(3, 200, 800, 1, 0);
    check_gemm<float>(200, 3, 1100, 1, 0);
    check_gemm<double>(200, 230, 400, 1, 0);
}

MLMATH_TEST(gemm_scales_and_accumulates) {
    for (std::ptrdiff_t n : {1, 5, 24, 31, 70}) {
        check_gemm<double>(n, n + 2, 400, -2.5, 0.75);
        check_gemm<float>(n + 3, n, 600, 0.5f, -1);
        check_gemm<double>(n, n, 3, -1, 1);
        check_gemm<float>(n, 1, n, 2, 3);
    }
}

// Up to eight rows beside a B that exceeds half the second-level cache: read where it lies, by rows or by columns, k in chunks and
// in ends that are no whole register. check_gemm's layouts take both ways; C with gaps and backwards too.
MLMATH_TEST(gemm_of_few_rows_reads_b_where_it_lies) {
    const auto most = static_cast<std::ptrdiff_t>(second_level_cache() / 2 / sizeof(double));
    for (std::ptrdiff_t m : {1, 2, 3, 4, 5, 7, 8}) {
        const std::ptrdiff_t k = 805, n = most / k + 13;
        check_gemm<double>(m, n, k, 1, 0);
        if (m == 3) check_gemm<double>(m, n, k, -2, 0.5);
        if (m == 5) check_gemm<float>(n, m, 2 * k, 0.5f, 1);
    }
    check_gemm<double>(1, 37, 5001, 1, 0);
    check_gemm<float>(1, 5001, 37, 1, 2);
    check_gemm<double>(2001, 1, 301, 3, 1);
}

// Rows of A asked for ahead, in this block and below it, change no bit: on processors where the driver does not ask, too.
MLMATH_TEST(gemm_block_with_rows_fetched_ahead) {
    const GemmKernels<double>& kernels = gemm_kernels<double>();
    const std::ptrdiff_t m = 43, n = 61, k = 101;
    Numbers numbers(5);
    std::vector<double> a(m * k), b(k * n), plain(m * n), fetched(m * n), panels(round_up(m, kernels.tile_rows) * k);
    for (auto* x : {&a, &b})
        for (auto& v : *x) v = numbers.next();
    for (bool packed : {false, true}) {
        GemmBlock<double> block{m,       n, k, a.data(), kernels.tile_rows * k, k, 1, b.data(), kernels.tile_columns, n,
                                nullptr, n, 1, 0};
        if (packed) {
            kernels.pack_a(a.data(), 1, k, k, m, panels.data());
            block.a = panels.data();
            block.a_panel = kernels.tile_rows * k;
            block.a_row = 1;
            block.a_column = kernels.tile_rows;
        }
        for (std::ptrdiff_t rows : {std::ptrdiff_t{0}, m, m + 100}) {
            block.fetched = rows;
            block.c = rows == 0 ? plain.data() : fetched.data();
            kernels.block(block);
            if (rows > 0) MLMATH_CHECK(fetched == plain);
        }
    }
}

MLMATH_TEST(gemm_without_k_writes_zeros) {
    for (double beta : {0.0, 2.0}) {
        std::vector<double> c(6, beta == 0 ? std::numeric_limits<double>::quiet_NaN() : 3.0);
        gemm<double>(1, {nullptr, 2, 0, 0, 1}, {nullptr, 0, 3, 3, 1}, beta, {c.data(), 2, 3, 3, 1}, 2);
        for (double x : c) MLMATH_CHECK(x == 3.0 * beta);
    }
}

MLMATH_TEST(gemm_batch_is_gemm_of_each) {
    for (int threads : {1, 2, 3}) {
        for (std::ptrdiff_t n : {1, 2, 3, 4, 8, 17, 40}) check_batch<double>(n, n + 1, n + 2, threads);
        check_batch<float>(70, 1, 90, threads);
        check_batch<float>(70, 65, 90, threads);
    }
}

MLMATH_TEST(gemm_refuses_shapes_that_do_not_fit) {
    double x[16] = {};
    const auto refused = [&](std::ptrdiff_t k, std::ptrdiff_t rows, std::ptrdiff_t columns) {
        try {
            gemm<double>(1, {x, 2, 3, 3, 1}, {x, k, 2, 2, 1}, 0, {x, rows, columns, 2, 1}, 1);
        } catch (const std::invalid_argument&) {
            return true;
        }
        return false;
    };
    MLMATH_CHECK(refused(2, 2, 2));
    MLMATH_CHECK(refused(3, 3, 2));
    MLMATH_CHECK(refused(3, 2, 1));
}

}  // namespace mlmath::tests
