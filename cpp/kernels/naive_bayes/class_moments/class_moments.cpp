// SPDX-License-Identifier: BSD-3-Clause
// class_moments: checks, shifts, blocks and their sums in a fixed order, a second pass where it is needed, dispatch, threads.
#include "kernels/naive_bayes/class_moments/class_moments.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

#include "core/check.hpp"
#include "core/packed_rows.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/naive_bayes/class_moments/class_moments_block.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(ClassMomentsKernels, class_moments_kernels);

namespace {

enum class Kind { moments, sums, counts };

void run(const ClassMomentsKernels& k, Kind kind, const ClassBlock<double>& block, const ClassSums& sums) {
    (kind == Kind::moments ? k.moments_f64 : kind == Kind::sums ? k.sums_f64 : k.counts_f64)(block, sums);
}
void run(const ClassMomentsKernels& k, Kind kind, const ClassBlock<float>& block, const ClassSums& sums) {
    (kind == Kind::moments ? k.moments_f32 : kind == Kind::sums ? k.sums_f32 : k.counts_f32)(block, sums);
}

// Constraint: chains of additions should be short, for the error's sake, and moving the sums on should not show.
// Arithmetic: sums of K classes are K rows long; moving them on after R rows costs K / R of the work.
// Decision: 512 rows, or 8 K when that is more.
std::ptrdiff_t rows_of_block(std::ptrdiff_t classes) { return std::max<std::ptrdiff_t>(512, 8 * classes); }

// Constraint: sums must not depend on the threads, so each run of blocks has sums of its own, added in order at the end.
// Decision: 64 runs, fewer when their sums exceed 32 MiB, never fewer than 8. Depends on the shapes alone.
std::ptrdiff_t runs_of(std::ptrdiff_t blocks, std::ptrdiff_t sums_size) {
    const std::ptrdiff_t affordable = std::clamp<std::ptrdiff_t>((std::ptrdiff_t{32} << 20) / (8 * sums_size), 8, 64);
    return std::min(blocks, affordable);
}

// Constraint: handing work over costs a few microseconds. Arithmetic: an element takes 0.1 to 0.3 ns.
// Decision: a second thread from 65536 elements on.
constexpr std::ptrdiff_t elements_worth_a_thread = 65536;

template <class T>
void check_arguments(const char* function, const LabelledRows<T>& data, std::ptrdiff_t classes) {
    if (data.x.rows < 1) invalid_argument(function, "X must have at least one row, got 0");
    if (classes < 1) invalid_argument(function, "classes must be at least 1, got " + std::to_string(classes));
    if (data.weights.data != nullptr) check_same_size(function, "sample_weight", data.weights.size, "X", data.x.rows);
    if (data.codes == nullptr) return;
    const auto ends = std::minmax_element(data.codes, data.codes + data.x.rows);
    if (*ends.first < 0 || *ends.second >= classes)
        invalid_argument(function, "codes must be in [0, " + std::to_string(classes) + "), got " +
                                       std::to_string(*ends.first < 0 ? *ends.first : *ends.second));
}

// Sums of all rows in the order of blocks and runs. `total` holds K weights, then K x stride first sums, then second sums
// (moments).
template <class T>
void add_all(const LabelledRows<T>& data, std::ptrdiff_t classes, Kind kind, const double* shift, std::ptrdiff_t stride,
             double threshold, double* total, int threads) {
    const std::ptrdiff_t n = data.x.rows, d = data.x.columns;
    const std::ptrdiff_t first_at = (classes + 7) / 8 * 8, second_at = first_at + classes * stride;
    const std::ptrdiff_t size = second_at + (kind == Kind::moments ? classes * stride : 0);
    const std::ptrdiff_t block_rows = rows_of_block(classes), blocks = (n + block_rows - 1) / block_rows;
    const std::ptrdiff_t runs = runs_of(blocks, size);
    if (n * std::max<std::ptrdiff_t>(d, 1) < elements_worth_a_thread) threads = 1;
    threads = static_cast<int>(std::clamp<std::ptrdiff_t>(threads, 1, runs));

    // A run's own sums, and per thread the block's, a copy of its rows when they do not lie side by side, and of its weights.
    const auto bytes = [](std::ptrdiff_t count, std::size_t item) { return whole_lines(static_cast<std::size_t>(count) * item); };
    const std::ptrdiff_t packed = packed_rows_scratch(data.x, block_rows);
    const std::size_t own_bytes = bytes(size, 8) + bytes(packed, sizeof(T)) + bytes(block_rows, sizeof(T));
    Workspace workspace(bytes(runs * size, 8) + static_cast<std::size_t>(threads) * own_bytes);
    double* sums = workspace.take<double>(static_cast<std::size_t>(runs * size));
    std::byte* own_scratch = reinterpret_cast<std::byte*>(workspace.take<double>(0));

    const ClassMomentsKernels& kernels = active(class_moments_kernels_by_level);
    std::atomic<std::ptrdiff_t> next{0};
    parallel(threads, [&](Team& team) {
        std::byte* own = own_scratch + static_cast<std::size_t>(team.rank()) * own_bytes;
        double* block_sums = reinterpret_cast<double*>(own);
        T* weights = reinterpret_cast<T*>(own + bytes(size, 8));
        T* scratch = reinterpret_cast<T*>(own + bytes(size, 8) + bytes(block_rows, sizeof(T)));
        for (std::ptrdiff_t r; (r = next.fetch_add(1, std::memory_order_relaxed)) < runs;) {
            double* run_sums = sums + r * size;
            std::fill(run_sums, run_sums + size, 0.0);
            const std::ptrdiff_t last = (r + 1) * blocks / runs;
            for (std::ptrdiff_t b = r * blocks / runs; b < last; ++b) {
                if (team.poll()) return;
                const std::ptrdiff_t row = b * block_rows, rows = std::min(block_rows, n - row);
                const PackedRows<T> x = packed_rows(data.x, row, rows, scratch);
                if (data.weights.data != nullptr)
                    for (std::ptrdiff_t i = 0; i < rows; ++i) weights[i] = data.weights.data[(row + i) * data.weights.stride];
                std::fill(block_sums, block_sums + size, 0.0);
                run(kernels, kind,
                    {x.data, x.row_stride, rows, d, data.codes == nullptr ? nullptr : data.codes + row,
                     data.weights.data == nullptr ? nullptr : weights, shift, stride, threshold},
                    {block_sums, block_sums + first_at, block_sums + second_at});
                for (std::ptrdiff_t i = 0; i < size; ++i) run_sums[i] += block_sums[i];
            }
        }
    });
    std::copy(sums, sums + size, total);
    for (std::ptrdiff_t r = 1; r < runs; ++r)
        for (std::ptrdiff_t i = 0; i < size; ++i) total[i] += sums[r * size + i];
}

// The mean of each class's first 8 rows, as a first row plus the mean difference from it: equal rows give themselves.
template <class T>
void first_shift(const LabelledRows<T>& data, std::ptrdiff_t classes, std::ptrdiff_t stride, double* shift) {
    constexpr int wanted = 8;
    const std::ptrdiff_t d = data.x.columns;
    std::vector<int> seen(static_cast<std::size_t>(classes), 0);
    std::vector<double> difference(static_cast<std::size_t>(classes * d), 0.0);
    std::ptrdiff_t missing = wanted * classes;
    for (std::ptrdiff_t i = 0; i < data.x.rows && missing > 0; ++i) {
        const std::ptrdiff_t k = data.codes == nullptr ? 0 : data.codes[i];
        if (seen[static_cast<std::size_t>(k)] == wanted) continue;
        const T* row = data.x.data + i * data.x.row_stride;
        const bool first = seen[static_cast<std::size_t>(k)]++ == 0;
        --missing;
        for (std::ptrdiff_t j = 0; j < d; ++j) {
            const double x = static_cast<double>(row[j * data.x.column_stride]);
            if (first)
                shift[k * stride + j] = x;
            else
                difference[static_cast<std::size_t>(k * d + j)] += x - shift[k * stride + j];
        }
    }
    for (std::ptrdiff_t k = 0; k < classes; ++k)
        for (std::ptrdiff_t j = 0; j < d && seen[static_cast<std::size_t>(k)] > 0; ++j)
            shift[k * stride + j] += difference[static_cast<std::size_t>(k * d + j)] / seen[static_cast<std::size_t>(k)];
}

std::ptrdiff_t stride_of(std::ptrdiff_t columns) { return (columns + 7) / 8 * 8; }

}  // namespace

template <class T>
void class_moments(const LabelledRows<T>& data, std::ptrdiff_t classes, double* weight, double* mean, double* squares,
                   int threads) {
    check_arguments("class_moments", data, classes);
    const std::ptrdiff_t d = data.x.columns, stride = stride_of(d), first_at = (classes + 7) / 8 * 8;
    Workspace workspace(whole_lines(static_cast<std::size_t>(classes * stride) * 8) +
                        whole_lines(static_cast<std::size_t>(first_at + 2 * classes * stride) * 8));
    double* shift = workspace.take<double>(static_cast<std::size_t>(classes * stride));
    double* total = workspace.take<double>(static_cast<std::size_t>(first_at + 2 * classes * stride));
    std::fill(shift, shift + classes * stride, 0.0);
    first_shift(data, classes, stride, shift);
    for (int pass = 0;; ++pass) {
        add_all(data, classes, Kind::moments, shift, stride, 0, total, threads);
        bool far = false;
        for (std::ptrdiff_t k = 0; k < classes; ++k) {
            weight[k] = total[k];
            for (std::ptrdiff_t j = 0; j < d; ++j) {
                const double first = total[first_at + k * stride + j], second = total[first_at + (classes + k) * stride + j];
                const double taken = total[k] == 0 ? 0 : first * (first / total[k]);
                const double rest = second - taken;
                // Cauchy-Schwarz: with weights >= 0 the rest is negative by rounding alone.
                squares[k * d + j] = total[k] == 0 || (rest < 0 && second >= 0) ? 0 : rest;
                mean[k * d + j] = total[k] == 0 ? 0 : shift[k * stride + j] + first / total[k];
                far = far || taken > 4 * squares[k * d + j];
            }
        }
        if (!far || pass == 1) return;
        for (std::ptrdiff_t k = 0; k < classes; ++k)
            for (std::ptrdiff_t j = 0; j < d; ++j) shift[k * stride + j] = mean[k * d + j];
    }
}

template <class T>
void class_sums(const LabelledRows<T>& data, std::ptrdiff_t classes, const T* threshold, double* weight, double* sums,
                int threads) {
    check_arguments("class_sums", data, classes);
    const std::ptrdiff_t d = data.x.columns, stride = stride_of(d), first_at = (classes + 7) / 8 * 8;
    Workspace workspace(whole_lines(static_cast<std::size_t>(first_at + classes * stride) * 8));
    double* total = workspace.take<double>(static_cast<std::size_t>(first_at + classes * stride));
    add_all(data, classes, threshold == nullptr ? Kind::sums : Kind::counts, nullptr, stride,
            threshold == nullptr ? 0 : static_cast<double>(*threshold), total, threads);
    std::copy(total, total + classes, weight);
    for (std::ptrdiff_t k = 0; k < classes; ++k)
        std::copy(total + first_at + k * stride, total + first_at + k * stride + d, sums + k * d);
}

template void class_moments(const LabelledRows<double>&, std::ptrdiff_t, double*, double*, double*, int);
template void class_moments(const LabelledRows<float>&, std::ptrdiff_t, double*, double*, double*, int);
template void class_sums(const LabelledRows<double>&, std::ptrdiff_t, const double*, double*, double*, int);
template void class_sums(const LabelledRows<float>&, std::ptrdiff_t, const float*, double*, double*, int);

}  // namespace mlmath
