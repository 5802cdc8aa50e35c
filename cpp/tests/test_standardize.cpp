// SPDX-License-Identifier: BSD-3-Clause
// standardize and centered_product against their definitions: sizes around register and line, layouts, steps, in place, threads.
#include "kernels/preprocessing/standardize/standardize.hpp"

#include <algorithm>
#include <cfenv>
#include <limits>

#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/preprocessing/standardize/standardize_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

// Rows, columns, or with gaps both ways.
template <class T>
struct Layout {
    std::vector<T> memory;
    MatrixView<T> view{};

    Layout(std::ptrdiff_t n, std::ptrdiff_t d, int kind) : memory(4 * n * d + 1) {
        view = {memory.data(), n, d, kind == 0 ? d : kind == 1 ? 1 : 4 * d, kind == 0 ? 1 : kind == 1 ? n : 2};
    }
    T& at(std::ptrdiff_t i, std::ptrdiff_t j) { return view.data[i * view.row_stride + j * view.column_stride]; }
};

template <class T>
void check_case(std::ptrdiff_t n, std::ptrdiff_t d, int kind, bool with_mean, bool with_scale, bool backwards) {
    Numbers numbers(static_cast<unsigned long long>(n * 131 + d * 7 + kind));
    Layout<T> x(n, d, kind), expected(n, d, 0);
    std::vector<T> mean(d), scale(d);
    for (std::ptrdiff_t j = 0; j < d; ++j) mean[j] = T(numbers.next()), scale[j] = T(1.5 + numbers.next());
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < d; ++j) x.at(i, j) = T(numbers.next());
    const T *m = with_mean ? mean.data() : nullptr, *s = with_scale ? scale.data() : nullptr;
    standardize_textbook<T>(as_const(x.view), m, s, backwards, expected.view);
    for (int threads : {1, 2, 3})
        for (bool in_place : {false, true}) {
            Layout<T> y(n, d, kind);
            if (in_place) y.memory = x.memory;
            const MatrixView<const T> source = in_place ? as_const(y.view) : as_const(x.view);
            MLMATH_CHECK(!standardize<T>(source, m, s, backwards, y.view, threads));
            bool same = true;
            for (std::ptrdiff_t i = 0; i < n; ++i)
                for (std::ptrdiff_t j = 0; j < d; ++j) same &= y.at(i, j) == expected.at(i, j);
            MLMATH_CHECK(same);
        }
}

template <class T>
void check_product(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t k, int kind, T offset) {
    Numbers numbers(static_cast<unsigned long long>(n * 31 + d + k));
    const double eps = std::numeric_limits<T>::epsilon();
    Layout<T> x(n, d, kind);
    std::vector<T> mean(d, offset), w(d * k), scale(k, T(2)), first;
    for (T& e : w) e = T(numbers.next());
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < d; ++j) x.at(i, j) = offset + T(numbers.next());
    for (int threads : {1, 2, 3}) {
        std::vector<T> z(n * k, std::numeric_limits<T>::quiet_NaN());
        centered_product<T>(as_const(x.view), mean.data(), {w.data(), d, k, k, 1}, scale.data(), {z.data(), n, k, k, 1}, threads);
        if (first.empty()) {
            first = z;
            for (std::ptrdiff_t i = 0; i < n; ++i)
                for (std::ptrdiff_t c = 0; c < k; ++c) {
                    double sum = 0, size = 0;
                    for (std::ptrdiff_t j = 0; j < d; ++j) {
                        const double term = (double(x.at(i, j)) - double(offset)) * double(w[j * k + c]);
                        sum += term, size += std::fabs(term);
                    }
                    MLMATH_CHECK_NEAR(z[i * k + c], sum / 2, (double(d) + 3) * eps * size + double(d) * 1e-15 * size);
                }
        }
        MLMATH_CHECK(z == first);
    }
}

}  // namespace

MLMATH_TEST(standardize_matches_textbook) {
    for (int kind : {0, 1, 2})
        for (int steps = 0; steps < 8; ++steps)
            for (std::ptrdiff_t d : {1, 3, 8, 17, 300}) {
                check_case<double>(70, d, kind, (steps & 1) != 0, (steps & 2) != 0, (steps & 4) != 0);
                check_case<float>(9, d, kind, (steps & 1) != 0, (steps & 2) != 0, (steps & 4) != 0);
            }
}

MLMATH_TEST(standardize_in_pieces) {
    check_case<double>(20011, 3, 0, true, true, false);
    check_case<float>(40000, 2, 1, true, true, true);
    check_case<double>(3, 33000, 0, true, true, false);
}

MLMATH_TEST(standardize_sees_an_infinity_wherever_it_is) {
    const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
    for (std::ptrdiff_t at : {0, 7, 8, 300, 1599}) {
        std::vector<double> x(1600, nan), y(1600);
        MLMATH_CHECK(!standardize<double>({x.data(), 400, 4, 4, 1}, nullptr, nullptr, false, {y.data(), 400, 4, 4, 1}, 2));
        x[at] = -infinity;
        MLMATH_CHECK(standardize<double>({x.data(), 400, 4, 4, 1}, nullptr, nullptr, false, {y.data(), 400, 4, 4, 1}, 2));
    }
}

MLMATH_TEST(centered_product_is_relative_to_the_deviations) {
    for (int kind : {0, 1, 2}) {
        check_product<double>(5, 7, 3, kind, 0.0);
        check_product<double>(700, 40, 5, kind, 1e9);
        check_product<float>(3000, 24, 2, kind, 1024.0f);
        check_product<double>(130, 1, 1, kind, 1e12);
    }
}

// The same bits as gemm of the deviations, then the quotients; a row alone; and whether all is finite.
template <class T>
void check_bits(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t k, int kind, int kind_of_z) {
    Numbers numbers(static_cast<unsigned long long>(n + 7 * d + 31 * k + kind));
    Layout<T> x(n, d, kind), deviations(n, d, 0), z(n, k, kind_of_z), expected(n, k, 0);
    std::vector<T> mean(d), w(d * k), scale(k);
    for (T& e : mean) e = T(numbers.next());
    for (T& e : w) e = T(numbers.next());
    for (T& e : scale) e = T(1.5 + numbers.next());
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < d; ++j) {
            x.at(i, j) = T(numbers.next());
            deviations.at(i, j) = x.at(i, j) - mean[j];
        }
    const MatrixView<const T> columns = {w.data(), d, k, 1, d};
    gemm<T>(1, as_const(deviations.view), columns, 0, expected.view, 1);
    MLMATH_CHECK(centered_product<T>(as_const(x.view), mean.data(), columns, scale.data(), z.view, 2));
    bool same = true;
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < k; ++j) same &= z.at(i, j) == expected.at(i, j) / scale[j];
    MLMATH_CHECK(same);
    std::vector<T> row(3 * k, T(0));
    const std::ptrdiff_t at = n / 2;
    MLMATH_CHECK(centered_product<T>(rows_of(as_const(x.view), at, std::min(n, at + 2)), mean.data(), columns, scale.data(),
                                     {row.data(), std::min<std::ptrdiff_t>(2, n - at), k, k, 1}, 1));
    for (std::ptrdiff_t j = 0; j < k && n - at > 1; ++j) MLMATH_CHECK(row[j] == z.at(at, j));
    for (std::ptrdiff_t column : {std::ptrdiff_t(0), d - 1})
        for (T bad : {std::numeric_limits<T>::infinity(), std::numeric_limits<T>::quiet_NaN()}) {
            const T kept = x.at(n - 1, column);
            x.at(n - 1, column) = bad;
            MLMATH_CHECK(!centered_product<T>(as_const(x.view), mean.data(), columns, scale.data(), z.view, 2));
            x.at(n - 1, column) = kept;
        }
}

MLMATH_TEST(centered_product_has_the_bits_of_gemm) {
    for (int kind : {0, 1, 2})
        for (std::ptrdiff_t k : {1, 2, 3, 8, 9, 17, 24, 25, 50}) {
            check_bits<double>(29, 21, k, kind, 0);
            check_bits<float>(75, 9, k, kind, kind);
        }
    for (int kind : {0, 1}) {
        check_bits<double>(67, 800, 26, kind, 0);   // three chunks of k
        check_bits<float>(33, 1200, 3, kind, 1);    // Z by columns: gemm
        check_bits<double>(40, 500, 300, kind, 0);  // W larger than half of most second-level caches
    }
}

MLMATH_TEST(centered_product_raises_no_flag_of_its_own) {
    // Copies of columns, not zeros, fill the registers: an infinity gives infinities and no 0 * infinity.
    std::vector<double> x(40 * 5, 1.0), mean(5, 0.5), w(5 * 3, 1.0), z(40 * 3);
    x[17] = std::numeric_limits<double>::infinity();
    std::feclearexcept(FE_ALL_EXCEPT);
    MLMATH_CHECK(!centered_product<double>({x.data(), 40, 5, 5, 1}, mean.data(), {w.data(), 5, 3, 3, 1}, nullptr,
                                           {z.data(), 40, 3, 3, 1}, 1));
    MLMATH_CHECK(std::fetestexcept(FE_INVALID) == 0);
}

MLMATH_TEST(standardize_refuses_sizes_that_do_not_fit) {
    double x[4] = {};
    MLMATH_CHECK(refused([&] { standardize<double>({x, 2, 2, 2, 1}, nullptr, nullptr, false, {x, 2, 1, 2, 1}, 1); }));
    MLMATH_CHECK(refused([&] { centered_product<double>({x, 1, 2, 2, 1}, x, {x, 1, 1, 1, 1}, nullptr, {x + 3, 1, 1, 1, 1}, 1); }));
}

}  // namespace mlmath::tests
