// SPDX-License-Identifier: BSD-3-Clause
// logistic: checks, packing, blocks and their sums in a fixed order, dispatch, threads.
#include "kernels/linear_model/logistic/logistic.hpp"

#include <algorithm>
#include <atomic>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/linear_model/logistic/logistic_block.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(LogisticKernels, logistic_kernels);

namespace {

void run(const LogisticKernels& k, const LogisticBlock<double>& block, const LogisticSums& sums) { k.f64(block, sums); }
void run(const LogisticKernels& k, const LogisticBlock<float>& block, const LogisticSums& sums) { k.f32(block, sums); }

// Constraint: sums must not depend on the threads, so each run of blocks has sums of its own, added in order at the end.
// Arithmetic: 64 runs keep a dozen cores busy evenly; for K d = 10^6 they would take 512 MB.
// Decision: 64 runs, fewer when their sums exceed 32 MiB, never fewer than 8. Depends on the shapes alone.
std::ptrdiff_t runs_of(std::ptrdiff_t blocks, std::ptrdiff_t sums_size) {
    const std::ptrdiff_t affordable = std::clamp<std::ptrdiff_t>((std::ptrdiff_t{32} << 20) / (8 * sums_size), 8, 64);
    return std::min(blocks, affordable);
}

// Constraint: handing work over costs about a microsecond. Arithmetic: a block element takes about 0.15 ns per output in cache.
// Decision: a second thread from 65536 elements times outputs (10 us) on.
constexpr std::ptrdiff_t elements_worth_a_thread = 65536;

template <class T>
void check_arguments(const LogisticData<T>& data, const LogisticModel<T>& model, const MatrixView<T>& coef_gradient,
                     const VectorView<T>& intercept_gradient) {
    constexpr const char* function = "logistic_loss_gradient";
    if (data.x.rows < 1) invalid_argument(function, "X must have at least one row, got 0");
    if (model.coef.rows < 1) invalid_argument(function, "coef must have at least one row, got 0");
    check_shape(function, "coef", model.coef.rows, model.coef.columns, model.coef.rows, data.x.columns);
    check_shape(function, "coef_gradient", coef_gradient.rows, coef_gradient.columns, model.coef.rows, data.x.columns);
    check_same_size(function, "intercept_gradient", intercept_gradient.size, "coef", model.coef.rows);
    if (model.intercept.data != nullptr) check_same_size(function, "intercept", model.intercept.size, "coef", model.coef.rows);
    if (data.weights.data != nullptr) check_same_size(function, "sample_weight", data.weights.size, "X", data.x.rows);
    check_non_negative(function, "l2", model.l2);
}

}  // namespace

template <class T>
double logistic_loss_gradient(const LogisticData<T>& data, const LogisticModel<T>& model, MatrixView<T> coef_gradient,
                              VectorView<T> intercept_gradient, int threads) {
    check_arguments(data, model, coef_gradient, intercept_gradient);
    const std::ptrdiff_t n = data.x.rows, d = data.x.columns, outputs = model.coef.rows;
    const std::ptrdiff_t block_rows = logistic_rows_of_block<T>(d), blocks = (n + block_rows - 1) / block_rows;
    const std::ptrdiff_t sums_size = 2 + outputs + outputs * d, runs = runs_of(blocks, sums_size);
    if (n * std::max<std::ptrdiff_t>(d, 1) * outputs < elements_worth_a_thread) threads = 1;
    threads = static_cast<int>(std::clamp<std::ptrdiff_t>(threads, 1, runs));

    const std::ptrdiff_t lanes = logistic_lanes<T>, coef_stride = (d + lanes - 1) / lanes * lanes;
    const bool pack = data.x.column_stride != 1 && d > 1;
    const std::ptrdiff_t scratch_size = outputs * logistic_block_rows, packed_size = pack ? block_rows * d : 0;
    const auto bytes = [](std::ptrdiff_t count, std::size_t size) { return whole_lines(static_cast<std::size_t>(count) * size); };
    Workspace workspace(bytes(runs * sums_size, 8) + bytes(outputs * coef_stride, sizeof(T)) + bytes(outputs, sizeof(T)) +
                        static_cast<std::size_t>(threads) * (bytes(scratch_size, sizeof(T)) + bytes(packed_size, sizeof(T)) +
                                                             bytes(logistic_block_rows, sizeof(T))));
    double* sums = workspace.take<double>(static_cast<std::size_t>(runs * sums_size));
    T* coef = workspace.take<T>(static_cast<std::size_t>(outputs * coef_stride));
    T* intercept = workspace.take<T>(static_cast<std::size_t>(outputs));
    std::byte* own_scratch = reinterpret_cast<std::byte*>(workspace.take<T>(0));
    const std::size_t own_bytes =
        bytes(scratch_size, sizeof(T)) + bytes(packed_size, sizeof(T)) + bytes(logistic_block_rows, sizeof(T));

    const MatrixView<const T>& w = model.coef;
    for (std::ptrdiff_t k = 0; k < outputs; ++k) {
        for (std::ptrdiff_t j = 0; j < coef_stride; ++j)
            coef[k * coef_stride + j] = j < d ? w.data[k * w.row_stride + j * w.column_stride] : T(0);
        intercept[k] = model.intercept.data == nullptr ? T(0) : model.intercept.data[k * model.intercept.stride];
    }

    const LogisticKernels& kernels = active(logistic_kernels_by_level);
    std::atomic<std::ptrdiff_t> next{0};
    parallel(threads, [&](Team& team) {
        std::byte* own = own_scratch + static_cast<std::size_t>(team.rank()) * own_bytes;
        T* scratch = reinterpret_cast<T*>(own);
        T* weights = reinterpret_cast<T*>(own + bytes(scratch_size, sizeof(T)));
        T* packed = weights + logistic_block_rows;
        for (std::ptrdiff_t run_index; (run_index = next.fetch_add(1, std::memory_order_relaxed)) < runs;) {
            double* s = sums + run_index * sums_size;
            std::fill(s, s + sums_size, 0.0);
            const std::ptrdiff_t last = (run_index + 1) * blocks / runs;
            for (std::ptrdiff_t b = run_index * blocks / runs; b < last; ++b) {
                if (team.poll()) return;
                const std::ptrdiff_t row = b * block_rows, rows = std::min(block_rows, n - row);
                const T* x = data.x.data + row * data.x.row_stride;
                std::ptrdiff_t row_stride = data.x.row_stride;
                if (pack) {
                    for (std::ptrdiff_t j = 0; j < d; ++j)
                        for (std::ptrdiff_t i = 0; i < rows; ++i)
                            packed[i * d + j] = x[i * data.x.row_stride + j * data.x.column_stride];
                    x = packed, row_stride = d;
                }
                if (data.weights.data != nullptr)
                    for (std::ptrdiff_t i = 0; i < rows; ++i) weights[i] = data.weights.data[(row + i) * data.weights.stride];
                run(kernels,
                    {x, row_stride, rows, d, data.labels + row, data.weights.data == nullptr ? nullptr : weights, outputs, coef,
                     coef_stride, intercept, scratch},
                    {s, s + 1, s + 2, s + 2 + outputs});
            }
        }
    });

    for (std::ptrdiff_t r = 1; r < runs; ++r)
        for (std::ptrdiff_t i = 0; i < sums_size; ++i) sums[i] += sums[r * sums_size + i];
    const double total = sums[1];
    if (!(total > 0))
        invalid_argument("logistic_loss_gradient", "sample_weight must have a positive sum, got " + std::to_string(total));
    double squares = 0;
    for (std::ptrdiff_t k = 0; k < outputs; ++k) {
        for (std::ptrdiff_t j = 0; j < d; ++j) {
            const double wkj = static_cast<double>(coef[k * coef_stride + j]);
            squares += wkj * wkj;
            coef_gradient.data[k * coef_gradient.row_stride + j * coef_gradient.column_stride] =
                static_cast<T>(sums[2 + outputs + k * d + j] / total + model.l2 * wkj);
        }
        intercept_gradient.data[k * intercept_gradient.stride] = static_cast<T>(sums[2 + k] / total);
    }
    return sums[0] / total + model.l2 / 2 * squares;
}

template double logistic_loss_gradient(const LogisticData<double>&, const LogisticModel<double>&, MatrixView<double>,
                                       VectorView<double>, int);
template double logistic_loss_gradient(const LogisticData<float>&, const LogisticModel<float>&, MatrixView<float>,
                                       VectorView<float>, int);

}  // namespace mlmath
