// SPDX-License-Identifier: BSD-3-Clause
// standardize: which way the matrix lies, pieces for the threads.
#include "kernels/preprocessing/standardize/standardize.hpp"

#include <algorithm>
#include <atomic>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/preprocessing/standardize/standardize_kernels.hpp"
#include "kernels/preprocessing/standardize/standardize_textbook.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(StandardizeKernels, standardize_kernels);

const StandardizeKernels& standardize_table() { return active(standardize_kernels_by_level); }

namespace {

std::ptrdiff_t ceiling(std::ptrdiff_t a, std::ptrdiff_t b) { return (a + b - 1) / b; }

// Constraint: a piece of about 10 us lets a thread that comes late find work, and the host be asked in time. Arithmetic: 16 bytes
//   an element at some 20 GB/s: 12000 doubles. Decision: 16384 elements.
constexpr std::ptrdiff_t piece = 16384;

// Rows of few features. Constraint: a loop over 4 elements costs its entry and its masked tail. Decision: the features repeated
//   until they fill lines of at least 256 elements, 32 registers of 8 doubles, where the tail is 3 %.
constexpr std::ptrdiff_t least_line = 256;

// Lines: rows, or columns when those lie side by side.
template <class T>
bool of_lines(const StandardizeKernels& kernels, const StandardizeLines<T>& all, int threads) {
    const bool whole = all.feature_step != 0;  // a row's mean and scale belong to its first element
    const std::ptrdiff_t lines = whole ? std::max<std::ptrdiff_t>(1, piece / std::max<std::ptrdiff_t>(1, all.length)) : 1;
    const std::ptrdiff_t length = whole ? all.length : std::min(all.length, piece);
    const std::ptrdiff_t across = ceiling(all.lines, lines), along = ceiling(all.length, length);
    std::atomic<bool> infinite{false};
    parallel_for(across * along, all.lines * all.length < 2 * piece ? 1 : threads, [&](std::ptrdiff_t p) {
        const std::ptrdiff_t line = p / along * lines, first = p % along * length;
        StandardizeLines<T> part = all;
        part.lines = std::min(lines, all.lines - line);
        part.length = std::min(length, all.length - first);
        part.x += line * all.x_stride + first;
        part.y += line * all.y_stride + first;
        if (!whole && part.mean != nullptr) part.mean += line;
        if (!whole && part.scale != nullptr) part.scale += line;
        if (kernels.lines(part)) infinite.store(true, std::memory_order_relaxed);
    });
    return infinite.load(std::memory_order_relaxed);
}

// Adjacent rows of few features as longer lines.
template <class T>
bool of_short_rows(const StandardizeKernels& kernels, const StandardizeLines<T>& rows, int threads) {
    const std::ptrdiff_t d = rows.length, times = ceiling(least_line, d), lines = rows.lines / times;
    Workspace workspace(2 * whole_lines(times * d * sizeof(T)));
    const auto repeated = [&](const T* feature) -> const T* {
        if (feature == nullptr) return nullptr;
        T* const to = workspace.take<T>(times * d);
        for (std::ptrdiff_t t = 0; t < times; ++t) std::copy_n(feature, d, to + t * d);
        return to;
    };
    StandardizeLines<T> longer = rows, rest = rows;
    longer.lines = lines, longer.length = longer.x_stride = longer.y_stride = times * d;
    longer.mean = repeated(rows.mean), longer.scale = repeated(rows.scale);
    rest.lines = rows.lines - lines * times;
    rest.x += lines * times * d, rest.y += lines * times * d;
    const bool infinite = of_lines(kernels, longer, threads);
    return kernels.lines(rest) || infinite;
}

template <class T>
bool of_any(MatrixView<const T> x, const T* mean, const T* scale, bool backwards, MatrixView<T> y, int threads) {
    const StandardizeKernels& kernels = standardize_table();
    // A stride of a single row or column says nothing.
    if (x.column_stride == 1 && y.column_stride == 1) {
        const StandardizeLines<T> rows = {x.data, y.data, x.rows, x.columns, x.row_stride, y.row_stride, mean, scale, 1, backwards};
        const bool adjacent = x.row_stride == x.columns && y.row_stride == x.columns;
        if (adjacent && x.columns > 0 && x.columns < least_line && x.rows * x.columns >= 2 * least_line)
            return of_short_rows(kernels, rows, threads);
        return of_lines(kernels, rows, threads);
    }
    if (x.row_stride == 1 && y.row_stride == 1)
        return of_lines<T>(
            kernels, {x.data, y.data, x.columns, x.rows, x.column_stride, y.column_stride, mean, scale, 0, backwards}, threads);
    return standardize_textbook(x, mean, scale, backwards, y);
}

}  // namespace

template <class T>
bool standardize(MatrixView<const T> x, const T* mean, const T* scale, bool backwards, MatrixView<T> y, int threads) {
    check_shape("standardize", "y", y.rows, y.columns, x.rows, x.columns);
    if (x.rows == 0 || x.columns == 0) return false;
    return of_any(x, mean, scale, backwards, y, threads);
}

#define MLMATH_STANDARDIZE(T) template bool standardize(MatrixView<const T>, const T*, const T*, bool, MatrixView<T>, int)
MLMATH_STANDARDIZE(double);
MLMATH_STANDARDIZE(float);
#undef MLMATH_STANDARDIZE

}  // namespace mlmath
