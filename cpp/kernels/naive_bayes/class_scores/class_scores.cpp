// SPDX-License-Identifier: BSD-3-Clause
// class_scores: checks, packing of the model, blocks of rows, dispatch, threads.
#include "kernels/naive_bayes/class_scores/class_scores.hpp"

#include <algorithm>
#include <atomic>

#include "core/check.hpp"
#include "core/packed_rows.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/naive_bayes/class_scores/class_scores_block.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(ClassScoresKernels, class_scores_kernels);

namespace {

bool run(const ClassScoresKernels& k, Likelihood likelihood, const ClassScoresBlock<double>& block) {
    return k.f64[static_cast<int>(likelihood)](block);
}
bool run(const ClassScoresKernels& k, Likelihood likelihood, const ClassScoresBlock<float>& block) {
    return k.f32[static_cast<int>(likelihood)](block);
}

// Constraint: Ctrl-C and the other threads are looked for between blocks; a copy of a block (strided columns) should stay in L2.
// Arithmetic: 256 rows of 50 doubles are 100 KB and take 10 us at memory speed.
// Decision: 256 rows. (Rows do not meet, so the result does not depend on it.)
constexpr std::ptrdiff_t block_rows = 256;

// Rows of the largest tile of any level: two registers of 8 doubles.
constexpr std::ptrdiff_t most_tile_rows = 16;

// Constraint: handing work over costs a few microseconds. Arithmetic: an element takes 0.2 ns for each class.
// Decision: a second thread from 65536 elements times classes on.
constexpr std::ptrdiff_t elements_worth_a_thread = 65536;

}  // namespace

template <class T>
bool class_scores(MatrixView<const T> x, const ClassModel& model, ClassResult result, double* out, std::int32_t* labels,
                  int threads) {
    constexpr const char* function = "class_scores";
    const std::ptrdiff_t n = x.rows, d = x.columns, classes = model.classes;
    if (classes < 1) invalid_argument(function, "classes must be at least 1, got " + std::to_string(classes));
    if ((result == ClassResult::label ? labels == nullptr : out == nullptr) && n > 0)
        invalid_argument(function, "no memory for the result");
    const std::ptrdiff_t values = model.likelihood == Likelihood::gaussian ? 2 : 1, blocks = (n + block_rows - 1) / block_rows;
    if (n * std::max<std::ptrdiff_t>(d, 1) * classes < elements_worth_a_thread) threads = 1;
    threads = static_cast<int>(std::clamp<std::ptrdiff_t>(threads, 1, std::max<std::ptrdiff_t>(blocks, 1)));

    const std::ptrdiff_t packed_rows_size = packed_rows_scratch(x, block_rows);
    const std::size_t scores_bytes = whole_lines(static_cast<std::size_t>(classes * most_tile_rows) * 8);
    const std::size_t own_bytes = scores_bytes + whole_lines(static_cast<std::size_t>(packed_rows_size) * sizeof(T));
    Workspace workspace(whole_lines(static_cast<std::size_t>(classes * d * values) * 8) +
                        static_cast<std::size_t>(threads) * own_bytes);
    double* packed = workspace.take<double>(static_cast<std::size_t>(classes * d * values));
    std::byte* own_scratch = reinterpret_cast<std::byte*>(workspace.take<double>(0));
    double* p = packed;
    for (std::ptrdiff_t k = 0; k < classes; k += class_group) {
        const std::ptrdiff_t group = std::min(class_group, classes - k);
        for (std::ptrdiff_t j = 0; j < d; ++j) {
            for (std::ptrdiff_t g = 0; g < group; ++g) *p++ = model.a[(k + g) * d + j];
            for (std::ptrdiff_t g = 0; values == 2 && g < group; ++g) *p++ = model.b[(k + g) * d + j];
        }
    }

    const ClassScoresKernels& kernels = active(class_scores_kernels_by_level);
    std::atomic<bool> finite{true};
    parallel_for(blocks, threads, [&](std::ptrdiff_t block, Team& team) {
        std::byte* own = own_scratch + static_cast<std::size_t>(team.rank()) * own_bytes;
        const std::ptrdiff_t row = block * block_rows, rows = std::min(block_rows, n - row);
        const PackedRows<T> at = packed_rows(x, row, rows, reinterpret_cast<T*>(own + scores_bytes));
        const bool all =
            run(kernels, model.likelihood,
                {at.data, at.row_stride, rows, d, classes, packed, model.c, model.threshold, result, reinterpret_cast<double*>(own),
                 out == nullptr ? nullptr : out + row * classes, labels == nullptr ? nullptr : labels + row});
        if (!all) finite.store(false, std::memory_order_relaxed);
    });
    return finite.load(std::memory_order_relaxed);
}

template bool class_scores(MatrixView<const double>, const ClassModel&, ClassResult, double*, std::int32_t*, int);
template bool class_scores(MatrixView<const float>, const ClassModel&, ClassResult, double*, std::int32_t*, int);

}  // namespace mlmath
