// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt, the sums of lines: squares are the textbook's bits whatever the strides, roots the definition's; the cheap root is
// a lower bound.
#include <limits>

#include "kernels/blas/gemm_crt/gemm_crt_sums.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_textbook.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_units.hpp"
#include "tests/arrays.hpp"

namespace mlmath::tests {
namespace {

bool skipped() {
    if (supports_int8_unit(Int8Unit::vnni)) return false;
    std::printf("gemm_crt_sums: skipped on vnni, which this machine does not have\n");
    return true;
}

bool same(double x, double y) { return same_bits(&x, &y, 1); }

// Memory of its own for each line's strides; between the elements lie NaNs, which must not be counted.
template <class T>
struct Lines {
    std::ptrdiff_t lines, depth, line_stride, depth_stride, first;
    std::vector<T> storage;

    Lines(std::ptrdiff_t l, std::ptrdiff_t k, std::ptrdiff_t across, std::ptrdiff_t along)
        : lines(l), depth(k), line_stride(across), depth_stride(along), first(0) {
        std::ptrdiff_t last = 0;
        for (const std::ptrdiff_t reach : {(lines - 1) * line_stride, (depth - 1) * depth_stride})
            reach < 0 ? first -= reach : last += reach;
        storage.assign(static_cast<std::size_t>(first + last + 1), std::numeric_limits<T>::quiet_NaN());
    }
    const T* line(std::ptrdiff_t l) const { return storage.data() + first + l * line_stride; }
    void fill(Numbers& numbers) {
        for (std::ptrdiff_t l = 0; l < lines; ++l)
            for (std::ptrdiff_t p = 0; p < depth; ++p)
                storage[static_cast<std::size_t>(first + l * line_stride + p * depth_stride)] =
                    static_cast<T>(numbers.next() * std::ldexp(1.0, static_cast<int>(20 * numbers.next())));
    }
    bool right() const {
        const CrtSums untouched{-7, -8, -9};
        std::vector<CrtSums> out(static_cast<std::size_t>(lines + 1), untouched);
        crt_unit<T>(Int8Unit::vnni).sums({line(0), lines, depth, line_stride, depth_stride}, out.data());
        bool all = same(out.back().squares, -7) && same(out.back().roots, -8) && same(out.back().root_squares, -9);
        for (std::ptrdiff_t l = 0; l < lines; ++l) {
            const CrtSums expected = crt_sums_of_line(line(l), depth, depth_stride), &found = out[static_cast<std::size_t>(l)];
            all = all && same(found.squares, textbook::crt_squares(line(l), depth, depth_stride)) &&
                  same(found.roots, expected.roots) && same(found.root_squares, expected.root_squares);
        }
        if (!all)
            std::printf("gemm_crt_sums: %s, %td lines %td apart, %td deep %td apart\n", sizeof(T) == 8 ? "f64" : "f32", lines,
                        line_stride, depth, depth_stride);
        return all;
    }
};

template <class T>
void check_sums(std::ptrdiff_t lines, std::ptrdiff_t depth, Numbers& numbers) {
    const std::ptrdiff_t strides[][2] = {{depth, 1},      {depth + 3, 1}, {1, lines},  {1, lines + 5},  {2, 2 * lines + 1},
                                         {-depth - 1, 1}, {depth, -1},    {-1, lines}, {1, -lines - 2}, {3 * depth, 3},
                                         {0, 1},          {1, 0},         {0, 0}};
    for (const auto& stride : strides) {
        Lines<T> x(lines, depth, stride[0], stride[1]);
        x.fill(numbers);
        MLMATH_CHECK(x.right());
    }
}

MLMATH_TEST(gemm_crt_sums_of_lines) {
    if (skipped()) return;
    Numbers numbers(1);
    for (const std::ptrdiff_t lines : {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 127, 128, 129, 131, 260})
        for (const std::ptrdiff_t depth : {1, 2, 7, 8, 9, 15, 16, 17, 23, 24, 25, 31, 32, 33, 100, 511}) {
            check_sums<double>(lines, depth, numbers);
            check_sums<float>(lines, depth, numbers);
        }
    for (std::ptrdiff_t depth = 1; depth <= 70; ++depth) {
        check_sums<double>(9, depth, numbers);
        check_sums<float>(9, depth, numbers);
    }
    check_sums<double>(3, 20000, numbers);
    check_sums<float>(3, 20000, numbers);
}

// An infinity, a NaN, a square that overflows: the sum is not finite, wherever they are; the other lines do not notice.
MLMATH_TEST(gemm_crt_sums_not_finite) {
    if (skipped()) return;
    Numbers numbers(2);
    for (const bool across : {false, true})
        for (const double special : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                                     std::numeric_limits<double>::quiet_NaN(), 1e200})
            for (std::ptrdiff_t p = 0; p < 37; ++p) {
                constexpr std::ptrdiff_t lines = 11, depth = 37, line = 6;
                Lines<double> x(lines, depth, across ? 1 : depth, across ? lines : 1);
                x.fill(numbers);
                x.storage[static_cast<std::size_t>(line * x.line_stride + p * x.depth_stride)] = special;
                CrtSums out[lines];
                crt_unit<double>(Int8Unit::vnni).sums({x.line(0), lines, depth, x.line_stride, x.depth_stride}, out);
                for (std::ptrdiff_t l = 0; l < lines; ++l) MLMATH_CHECK(std::isfinite(out[l].squares) == (l != line));
            }
}

// f(x)^2 <= |x|, where it is tightest (either side of 2^odd) and for all magnitudes; and not much less.
MLMATH_TEST(gemm_crt_sums_cheap_root) {
    Numbers numbers(3);
    const auto check = [](double x) {
        const double root = crt_root_scale * crt_unscaled_root(x);
        const double exact = std::sqrt(std::fabs(x));
        MLMATH_CHECK(root <= exact && root >= 0.9427 * exact);
    };
    for (int e = -1021; e < 1023; ++e) {
        for (const double mantissa : {1.0, 1.0 + 0x1p-52, 1.5, 2 - 0x1p-52}) check(std::ldexp(mantissa, e));
        for (int i = 0; i < 20; ++i) check(std::ldexp(1.5 + 0.5 * numbers.next(), e));
    }
    // Zero and below the normal numbers: nothing that a sum of roots of doubles would notice.
    for (const double x : {0.0, -0.0, 5e-324, 1e-310, 0x1p-1022}) MLMATH_CHECK(crt_unscaled_root(x) <= 0x1.8p-511);
}

}  // namespace
}  // namespace mlmath::tests
