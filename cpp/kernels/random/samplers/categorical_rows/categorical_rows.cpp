// SPDX-License-Identifier: BSD-3-Clause
// categorical_rows: rows or draws shared among threads, and the search.
#include "kernels/random/samplers/categorical_rows/categorical_rows.hpp"

#include <algorithm>
#include <atomic>
#include <vector>

#include "core/thread_pool.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(CategoricalRowsKernels, categorical_rows_kernels);

namespace {

WeightsOfRow<double> weights_of_row(const double*) { return active(categorical_rows_kernels_by_level).f64; }
WeightsOfRow<float> weights_of_row(const float*) { return active(categorical_rows_kernels_by_level).f32; }

struct RowTables {
    explicit RowTables(std::ptrdiff_t k)
        : chunks((k + rows_chunk - 1) / rows_chunk),
          weights(static_cast<std::size_t>(chunks * rows_chunk)),
          sums(static_cast<std::size_t>(chunks)) {}
    std::ptrdiff_t chunks;
    std::vector<double> weights, sums;

    // As the textbook; of many chunks by halving.
    std::int64_t pick(std::uint64_t word) const {
        const double whole = sums.back(), target = static_cast<double>(word >> 11) * 0x1p-53 * whole;
        const auto found = std::partition_point(sums.begin(), sums.end(), [&](double s) { return s <= target && s < whole; });
        const std::ptrdiff_t chunk = found - sums.begin();
        double sum = chunk == 0 ? 0.0 : found[-1];
        const double* e = weights.data() + chunk * rows_chunk;
        std::ptrdiff_t last = 0;
        for (std::ptrdiff_t j = 0; j < rows_chunk; ++j) {
            last = e[j] > 0 ? j : last;
            sum += e[j];
            if (sum > target) break;
        }
        return chunk * rows_chunk + last;
    }
};

// Constraint: a row's tables are computed by one thread, and waking another costs two microseconds.
// Arithmetic: an exponential takes about a nanosecond, a draw 20. Decision: chunks of rows of some 30 us; where rows are fewer
//   than that many chunks and draws many, the draws of each row in chunks of 1024 instead.
constexpr std::ptrdiff_t chunk_work = 32768, draws_per_chunk = 1024;

}  // namespace

template <class T>
BadRow categorical_rows(const T* logits, std::ptrdiff_t rows, std::ptrdiff_t k, std::ptrdiff_t samples, std::int64_t* in_out,
                        int threads) {
    const WeightsOfRow<T> weigh = weights_of_row(logits);
    if (rows < 16 && samples > draws_per_chunk) {
        RowTables tables(k);
        for (std::ptrdiff_t r = 0; r < rows; ++r) {
            const RowStatus status = weigh(logits + r * k, k, tables.weights.data(), tables.sums.data());
            if (status != RowStatus::fine) return {r, status};
            parallel_for((samples + draws_per_chunk - 1) / draws_per_chunk, threads, [&](std::ptrdiff_t c) {
                for (std::ptrdiff_t s = c * draws_per_chunk; s < std::min((c + 1) * draws_per_chunk, samples); ++s)
                    in_out[s * rows + r] = tables.pick(static_cast<std::uint64_t>(in_out[s * rows + r]));
            });
        }
        return {};
    }
    const std::ptrdiff_t rows_at_a_time = std::max<std::ptrdiff_t>(1, chunk_work / (k + 20 * (samples + 1)));
    const std::ptrdiff_t chunks = (rows + rows_at_a_time - 1) / rows_at_a_time;
    std::atomic<std::ptrdiff_t> first_bad = rows;
    parallel_for(chunks, threads, [&](std::ptrdiff_t c) {
        RowTables tables(k);
        for (std::ptrdiff_t r = c * rows_at_a_time; r < std::min((c + 1) * rows_at_a_time, rows); ++r) {
            if (weigh(logits + r * k, k, tables.weights.data(), tables.sums.data()) != RowStatus::fine) {
                std::ptrdiff_t before = first_bad.load();
                while (r < before && !first_bad.compare_exchange_weak(before, r)) {
                }
                return;
            }
            for (std::ptrdiff_t s = 0; s < samples; ++s)
                in_out[s * rows + r] = tables.pick(static_cast<std::uint64_t>(in_out[s * rows + r]));
        }
    });
    const std::ptrdiff_t bad = first_bad.load();
    if (bad == rows) return {};
    RowTables tables(k);
    return {bad, weigh(logits + bad * k, k, tables.weights.data(), tables.sums.data())};
}

template BadRow categorical_rows(const double*, std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, std::int64_t*, int);
template BadRow categorical_rows(const float*, std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, std::int64_t*, int);

}  // namespace mlmath
