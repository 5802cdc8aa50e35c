// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: each unit of this machine against the textbook bit for bit: sizes around tiles and chunks, moduli, layouts, blockings,
// threads; and what it refuses.
#include "kernels/blas/gemm_crt/gemm_crt.hpp"

#include <limits>

#include "kernels/blas/gemm_crt/gemm_crt_textbook.hpp"
#include "kernels/blas/gemm_crt/gemm_engine.hpp"
#include "tests/amx_emulator.hpp"
#include "tests/arrays.hpp"
#include "tests/layouts.hpp"

namespace mlmath::tests {
namespace {

// Rows of different sizes, now and then an element far from its row's others.
template <class T>
void fill(Matrix<T>& x, unsigned long long seed) {
    Numbers numbers(seed);
    for (std::ptrdiff_t i = 0; i < x.view.rows; ++i)
        for (std::ptrdiff_t j = 0; j < x.view.columns; ++j) {
            const double value = numbers.next();
            x.at(i, j) = static_cast<T>(std::ldexp(value, static_cast<int>(7 * i % 40) - 20 - ((i + 3 * j) % 11 == 0 ? 12 : 0)));
        }
}

// The units that multiply, beside the textbook: amx by the emulator where the machine has none.
std::vector<Int8Unit> units() {
    static bool told = false;
    if (supports_int8_unit(Int8Unit::vnni)) return {Int8Unit::vnni, Int8Unit::amx};
    if (!told) std::printf("gemm_crt: skipped on vnni and amx, this machine has no AVX-512 VNNI\n");
    told = true;
    return {};
}

template <class T>
bool equal(Matrix<T>& x, Matrix<T>& y) {
    bool same = true;
    for (std::ptrdiff_t i = 0; i < x.view.rows; ++i)
        for (std::ptrdiff_t j = 0; j < x.view.columns; ++j) same = same && same_bits(&x.at(i, j), &y.at(i, j), 1);
    return same;
}

template <class T>
void check_against_textbook(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, int moduli, Layout layout, CrtBlocking blocking,
                            int threads) {
    Matrix<T> a(m, k, layout), b(k, n, layout), expected(m, n, Layout::rows);
    fill(a, 1);
    fill(b, 2);
    textbook::gemm_crt(a.read(), b.read(), expected.view, moduli);
    AmxEmulator emulator;
    for (const Int8Unit unit : units()) {
        Matrix<T> c(m, n, layout, std::numeric_limits<T>::quiet_NaN()), untouched = c;
        MLMATH_CHECK(gemm_crt(a.read(), b.read(), c.view, {moduli, unit, false, blocking}, threads) == CrtOutcome::done);
        const bool same = equal(c, expected);
        MLMATH_CHECK(same);
        if (!same)
            std::printf("  %s, m %td n %td k %td, %d moduli, layout %d, %d threads\n", int8_unit_name(unit), m, n, k, moduli,
                        static_cast<int>(layout), threads);
        for (std::ptrdiff_t i = 0; i < m; ++i)
            for (std::ptrdiff_t j = 0; j < n; ++j) c.at(i, j) = std::numeric_limits<T>::quiet_NaN();
        MLMATH_CHECK(same_bits(c.memory.data(), untouched.memory.data(), static_cast<std::ptrdiff_t>(c.memory.size())));
    }
    MLMATH_CHECK(emulator.complaint().empty());
}

}  // namespace

MLMATH_TEST_ONCE(gemm_crt_sizes_around_tiles_and_chunks) {
    const std::ptrdiff_t edges[] = {1, 15, 17, 32, 33, 65};
    for (const std::ptrdiff_t m : edges)
        for (const std::ptrdiff_t n : edges) check_against_textbook<double>(m, n, 1 + (m * n) % 70, 15, Layout::rows, {}, 1);
    for (const std::ptrdiff_t k : {1, 7, 15, 16, 17, 63, 64, 65, 127, 511, 512, 513, 575, 577, 1024, 1025, 1600}) {
        check_against_textbook<double>(5, 35, k, 15, Layout::rows, {}, 1);
        check_against_textbook<float>(35, 5, k, 7, Layout::rows, {}, 1);
    }
}

MLMATH_TEST_ONCE(gemm_crt_every_number_of_moduli) {
    for (int moduli = crt_least_moduli; moduli <= crt_most_moduli; ++moduli) {
        check_against_textbook<double>(33, 34, 530, moduli, Layout::rows, {}, 2);
        check_against_textbook<float>(34, 33, 70, moduli, Layout::columns, {}, 2);
    }
}

MLMATH_TEST_ONCE(gemm_crt_layouts) {
    for (const Layout layout : layouts) {
        check_against_textbook<double>(37, 41, 90, 15, layout, {}, 1);
        check_against_textbook<float>(41, 37, 600, 7, layout, {}, 1);
        check_against_textbook<double>(70, 3, 130, 8, layout, {}, 2);
    }
}

MLMATH_TEST_ONCE(gemm_crt_blockings_and_threads) {
    for (const int threads : {1, 2, 3})
        for (const CrtBlocking blocking : {CrtBlocking{}, {512, 0, 0}, {512, 32, 64}, {1024, 96, 32}, {600, 64, 64}}) {
            check_against_textbook<double>(70, 150, 1100, 15, Layout::rows, blocking, threads);
            check_against_textbook<float>(600, 40, 700, 7, Layout::rows, blocking, threads);
        }
}

MLMATH_TEST_ONCE(gemm_crt_refuses_what_it_cannot_hold) {
    const double infinity = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
    AmxEmulator emulator;
    std::vector<Int8Unit> all = units();
    all.push_back(Int8Unit::textbook);
    for (const Int8Unit unit : all) {
        const struct {
            double value;
            CrtOutcome outcome;
        } cases[] = {{infinity, CrtOutcome::not_finite}, {-infinity, CrtOutcome::not_finite}, {nan, CrtOutcome::not_finite},
                     {1e200, CrtOutcome::out_of_range},  {1.7e308, CrtOutcome::out_of_range}, {1.0, CrtOutcome::done}};
        for (const auto& one : cases)
            for (const bool left : {false, true}) {
                Matrix<double> a(20, 40, Layout::rows), b(40, 18, Layout::rows), c(20, 18, Layout::rows);
                fill(a, 3);
                fill(b, 4);
                (left ? a.at(11, 17) : b.at(11, 17)) = one.value;
                MLMATH_CHECK(gemm_crt(a.read(), b.read(), c.view, {15, unit, false}, 1) == one.outcome);
                if (one.outcome != CrtOutcome::done) MLMATH_CHECK(c.at(0, 0) == 0.25);
            }
        for (const double tiny : {1e-140, 1e-200, 5e-324}) {  // alone in its row; beside ordinary numbers it is nothing
            Matrix<double> a(3, 4, Layout::rows), b(4, 3, Layout::rows), c(3, 3, Layout::rows);
            for (std::ptrdiff_t p = 0; p < 4; ++p) a.at(1, p) = 0;
            a.at(1, 2) = tiny;
            MLMATH_CHECK(gemm_crt(a.read(), b.read(), c.view, {15, unit, false}, 1) == CrtOutcome::out_of_range);
            a.at(1, 3) = 1;
            MLMATH_CHECK(gemm_crt(a.read(), b.read(), c.view, {15, unit, false}, 1) == CrtOutcome::done);
            MLMATH_CHECK(c.at(1, 0) == 0.25);
        }
        Matrix<double> a(2, 3, Layout::rows, 0.0), b(3, 2, Layout::rows, -0.0), c(2, 2, Layout::rows);
        MLMATH_CHECK(gemm_crt(a.read(), b.read(), c.view, {15, unit, false}, 1) == CrtOutcome::done);
        const double zero = 0;
        MLMATH_CHECK(same_bits(&c.at(1, 1), &zero, 1));
        Matrix<double> none_a(2, 0, Layout::rows), none_b(0, 2, Layout::rows);
        c.at(0, 1) = 7;
        MLMATH_CHECK(gemm_crt(none_a.read(), none_b.read(), c.view, {15, unit, false}, 1) == CrtOutcome::done);
        MLMATH_CHECK(c.at(0, 1) == 0);
        MLMATH_CHECK(refused([&] { gemm_crt(a.read(), a.read(), c.view, {15, unit, false}, 1); }));
    }
}

MLMATH_TEST_ONCE(gemm_crt_guard) {
    // Even data pass; a row whose elements span many orders of magnitude, or with zeros where the other operand has its numbers,
    // do not.
    AmxEmulator emulator;
    std::vector<Int8Unit> all = units();
    all.push_back(Int8Unit::textbook);
    for (const Int8Unit unit : all)
        for (const int uneven : {0, 1, 2}) {
            Matrix<double> a(40, 200, Layout::rows), b(200, 40, Layout::rows), c(40, 40, Layout::rows);
            Numbers numbers(5);
            for (std::ptrdiff_t i = 0; i < 40; ++i)
                for (std::ptrdiff_t p = 0; p < 200; ++p) {
                    a.at(i, p) = numbers.next() * std::ldexp(1.0, static_cast<int>(i));
                    b.at(p, i) = numbers.next();
                }
            for (std::ptrdiff_t p = 0; p < 200; ++p) {
                if (uneven == 1) a.at(17, p) = std::exp(20 * numbers.next());
                if (uneven == 2) (p < 100 ? a.at(3, p) : b.at(p, 9)) = 0;
            }
            const CrtOutcome expected = uneven == 0 ? CrtOutcome::done : CrtOutcome::uneven;
            MLMATH_CHECK(gemm_crt(a.read(), b.read(), c.view, {15, unit, true}, 2) == expected);
            MLMATH_CHECK(gemm_crt(a.read(), b.read(), c.view, {15, unit, false}, 2) == CrtOutcome::done);
        }
}

}  // namespace mlmath::tests
