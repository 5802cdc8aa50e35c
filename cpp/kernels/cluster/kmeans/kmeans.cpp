// SPDX-License-Identifier: BSD-3-Clause
// kmeans: checks, packing of the centres, blocks and their sums in a fixed order, the iterations, dispatch, threads.
#include "kernels/cluster/kmeans/kmeans.hpp"

#include <algorithm>
#include <cmath>

#include "core/check.hpp"
#include "core/packed_rows.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/cluster/kmeans/kmeans_block.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(KMeansKernels, kmeans_kernels);

namespace {

const KMeansKernelsOf<double>& of(const KMeansKernels& k, double) { return k.f64; }
const KMeansKernelsOf<float>& of(const KMeansKernels& k, float) { return k.f32; }

// Constraint: Ctrl-C and the other threads are looked for between blocks; a copy of a block (strided columns) should stay in L2.
// Decision: 256 rows, whole tiles of every level (32 floats at most).
constexpr std::ptrdiff_t block_rows = 256;
constexpr std::ptrdiff_t most_tile_rows = 32;

// Constraint: sums must not depend on the threads, so each run of blocks has sums of its own, added in order at the end.
// Decision: 64 runs, fewer when their sums exceed 32 MiB, never fewer than 8. Depends on the shapes alone.
std::ptrdiff_t runs_of(std::ptrdiff_t blocks, std::ptrdiff_t sums_size) {
    const std::ptrdiff_t affordable = std::clamp<std::ptrdiff_t>((std::ptrdiff_t{32} << 20) / (8 * sums_size), 8, 64);
    return std::min(blocks, affordable);
}

// Constraint: work handed to a thread that still watches for it costs a microsecond, waking one 5 to 60.
// Arithmetic: an element takes about 0.3 ns, and 0.04 for every centre. Decision: other threads that watch from 10 us on, sleeping
//   ones from 300 us on.
struct Threads {
    int count;
    Start start;
    Threads(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t centers, std::ptrdiff_t runs, int threads) {
        const double nanoseconds =
            static_cast<double>(n) * static_cast<double>(d + 1) * (0.3 + 0.04 * static_cast<double>(centers));
        count = nanoseconds < 1e4 ? 1 : static_cast<int>(std::clamp<std::ptrdiff_t>(threads, 1, std::max<std::ptrdiff_t>(runs, 1)));
        start = nanoseconds < 3e5 ? Start::watching : Start::waking;
    }
};

std::size_t bytes(std::ptrdiff_t count, std::size_t item) { return whole_lines(static_cast<std::size_t>(count) * item); }
std::ptrdiff_t padded(std::ptrdiff_t count, std::ptrdiff_t to) { return (count + to - 1) / to * to; }

template <class T>
void check_arguments(const char* function, const KMeansData<T>& data, std::ptrdiff_t clusters) {
    if (clusters < 1) invalid_argument(function, "there must be at least one centre, got " + std::to_string(clusters));
    if (data.weights.data != nullptr) check_same_size(function, "sample_weight", data.weights.size, "X", data.x.rows);
}

// The blocks of the rows and each thread's copies of them: what the three passes over x share.
template <class T>
class Blocks {
public:
    Blocks(const KMeansData<T>& data, int threads, std::ptrdiff_t own_extra_bytes)
        : data_(data),
          packed_(bytes(packed_rows_scratch(data.x, block_rows), sizeof(T))),
          own_(packed_ + bytes(block_rows, sizeof(T)) + whole_lines(static_cast<std::size_t>(own_extra_bytes))),
          workspace_(static_cast<std::size_t>(threads) * own_) {}

    static std::ptrdiff_t count(std::ptrdiff_t n) { return (n + block_rows - 1) / block_rows; }

    KMeansBlock<T> block(std::ptrdiff_t b, const Team& team, std::int32_t* labels) {
        std::byte* own = workspace_.data() + static_cast<std::size_t>(team.rank()) * own_;
        const std::ptrdiff_t row = b * block_rows, rows = std::min(block_rows, data_.x.rows - row);
        const PackedRows<T> x = packed_rows(data_.x, row, rows, reinterpret_cast<T*>(own));
        T* weights = nullptr;
        if (data_.weights.data != nullptr) {
            weights = reinterpret_cast<T*>(own + packed_);
            for (std::ptrdiff_t i = 0; i < rows; ++i) weights[i] = data_.weights.data[(row + i) * data_.weights.stride];
        }
        return {x.data, x.row_stride, rows, data_.x.columns, weights, labels == nullptr ? nullptr : labels + row};
    }
    template <class U>
    U* extra(const Team& team) {
        return reinterpret_cast<U*>(workspace_.data() + static_cast<std::size_t>(team.rank()) * own_ + packed_ +
                                    bytes(block_rows, sizeof(T)));
    }

private:
    const KMeansData<T>& data_;
    std::size_t packed_, own_;
    Workspace workspace_;
};

// Centres as the kernels want them: relative to their mean, -2 c in groups, |c|^2.
template <class T>
class Packing {
public:
    Packing(std::ptrdiff_t clusters, std::ptrdiff_t columns)
        : clusters_(clusters),
          columns_(columns),
          workspace_(bytes(clusters * columns, sizeof(T)) + bytes(clusters, sizeof(T)) + bytes(padded(columns, 16), sizeof(T))),
          packed_(workspace_.take<T>(static_cast<std::size_t>(clusters * columns))),
          norms_(workspace_.take<T>(static_cast<std::size_t>(clusters))),
          shift_(workspace_.take<T>(static_cast<std::size_t>(padded(columns, 16)))) {}

    void pack(const double* centers) {
        for (std::ptrdiff_t j = 0; j < padded(columns_, 16); ++j) {
            double sum = 0;
            for (std::ptrdiff_t k = 0; k < clusters_ && j < columns_; ++k)
                sum += centers[k * columns_ + j] / static_cast<double>(clusters_);
            shift_[j] = static_cast<T>(sum);
        }
        T* p = packed_;
        for (std::ptrdiff_t k = 0; k < clusters_; k += center_group) {
            const std::ptrdiff_t group = std::min(center_group, clusters_ - k);
            double square[center_group] = {};
            for (std::ptrdiff_t j = 0; j < columns_; ++j)
                for (std::ptrdiff_t g = 0; g < group; ++g) {
                    const T c = static_cast<T>(centers[(k + g) * columns_ + j] - static_cast<double>(shift_[j]));
                    square[g] += static_cast<double>(c) * static_cast<double>(c);
                    *p++ = -2 * c;
                }
            for (std::ptrdiff_t g = 0; g < group; ++g) norms_[k + g] = static_cast<T>(square[g]);
        }
    }
    PackedCenters<T> view(T* scratch) const { return {clusters_, packed_, norms_, shift_, scratch}; }
    std::ptrdiff_t scratch_bytes() const { return clusters_ * most_tile_rows * static_cast<std::ptrdiff_t>(sizeof(T)); }

private:
    std::ptrdiff_t clusters_, columns_;
    Workspace workspace_;
    T *packed_, *norms_, *shift_;
};

}  // namespace

template <class T>
KMeansOutcome kmeans_lloyd(const KMeansData<T>& data, std::ptrdiff_t clusters, std::ptrdiff_t most_iterations, double tolerance,
                           double* centers, std::int32_t* labels, double* sums, double* weight, int threads) {
    check_arguments("kmeans_lloyd", data, clusters);
    if (data.x.rows < 1) invalid_argument("kmeans_lloyd", "X must have at least one row, got 0");
    if (most_iterations < 1) invalid_argument("kmeans_lloyd", "most_iterations must be at least 1");
    const std::ptrdiff_t n = data.x.rows, d = data.x.columns, stride = padded(d, 8), blocks = Blocks<T>::count(n);
    const std::ptrdiff_t weight_at = clusters * stride, changed_at = weight_at + clusters, size = padded(changed_at + 1, 8);
    const std::ptrdiff_t runs = runs_of(blocks, size);
    const Threads team_of(n, d, clusters, runs, threads);
    Packing<T> packing(clusters, d);
    Blocks<T> rows(data, team_of.count, packing.scratch_bytes());
    Workspace workspace(bytes(runs * size, 8));
    double* run_sums = workspace.take<double>(static_cast<std::size_t>(runs * size));
    const KMeansKernelsOf<T>& kernels = of(active(kmeans_kernels_by_level), T());

    KMeansOutcome outcome = {KMeansStop::iterations, 0, true};
    parallel(1, [&](Team& caller) {
        while (outcome.iterations < most_iterations) {
            if (caller.poll()) return;
            ++outcome.iterations;
            packing.pack(centers);
            parallel_for(
                runs, team_of.count,
                [&](std::ptrdiff_t r, Team& team) {
                    double* s = run_sums + r * size;
                    std::fill(s, s + size, 0.0);
                    for (std::ptrdiff_t b = r * blocks / runs; b < (r + 1) * blocks / runs; ++b) {
                        if (team.poll()) return;
                        if (kernels.assign(rows.block(b, team, labels), packing.view(rows.template extra<T>(team)),
                                           {s, stride, s + weight_at}))
                            s[changed_at] = 1;
                    }
                },
                team_of.start);
            for (std::ptrdiff_t r = 1; r < runs; ++r)
                for (std::ptrdiff_t i = 0; i < size; ++i) run_sums[i] += run_sums[r * size + i];
            outcome.changed = run_sums[changed_at] != 0;
            bool empty = false;
            for (std::ptrdiff_t k = 0; k < clusters; ++k) {
                weight[k] = run_sums[weight_at + k];
                empty = empty || weight[k] == 0;
                std::copy(run_sums + k * stride, run_sums + k * stride + d, sums + k * d);
            }
            if (empty) {
                outcome.stop = KMeansStop::empty;
                return;
            }
            double moved = 0;
            for (std::ptrdiff_t k = 0; k < clusters; ++k)
                for (std::ptrdiff_t j = 0; j < d; ++j) {
                    const auto c = static_cast<double>(static_cast<T>(sums[k * d + j] / weight[k]));
                    moved += (c - centers[k * d + j]) * (c - centers[k * d + j]);
                    centers[k * d + j] = c;
                }
            if (!outcome.changed) {
                outcome.stop = KMeansStop::labels;
                return;
            }
            if (moved <= tolerance) {
                outcome.stop = KMeansStop::tolerance;
                return;
            }
        }
    });
    return outcome;
}

template <class T>
void kmeans_assign(MatrixView<const T> x, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels, int threads) {
    const KMeansData<T> data = {x, {nullptr, 0, 0}};
    check_arguments("kmeans_assign", data, clusters);
    const std::ptrdiff_t blocks = Blocks<T>::count(x.rows);
    const Threads team_of(x.rows, x.columns, clusters, blocks, threads);
    Packing<T> packing(clusters, x.columns);
    packing.pack(centers);
    Blocks<T> rows(data, team_of.count, packing.scratch_bytes());
    const KMeansKernelsOf<T>& kernels = of(active(kmeans_kernels_by_level), T());
    parallel_for(
        blocks, team_of.count,
        [&](std::ptrdiff_t b, Team& team) {
            kernels.assign(rows.block(b, team, labels), packing.view(rows.template extra<T>(team)), {nullptr, 0, nullptr});
        },
        team_of.start);
}

template <class T>
double kmeans_inertia(const KMeansData<T>& data, std::ptrdiff_t clusters, const double* centers, const std::int32_t* labels,
                      double* squares, int threads) {
    check_arguments("kmeans_inertia", data, clusters);
    const std::ptrdiff_t n = data.x.rows, d = data.x.columns, stride = padded(d, 8), blocks = Blocks<T>::count(n);
    const std::ptrdiff_t runs = std::min<std::ptrdiff_t>(blocks, 64);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        if (labels[i] < 0 || labels[i] >= clusters)
            invalid_argument("kmeans_inertia",
                             "labels must be in [0, " + std::to_string(clusters) + "), got " + std::to_string(labels[i]));
    const Threads team_of(n, d, 0, runs, threads);
    Blocks<T> rows(data, team_of.count, 0);
    Workspace workspace(bytes(clusters * stride, 8) + bytes(runs * 8, 8));
    double* c = workspace.take<double>(static_cast<std::size_t>(clusters * stride));
    double* lanes = workspace.take<double>(static_cast<std::size_t>(runs * 8));
    for (std::ptrdiff_t k = 0; k < clusters; ++k)
        for (std::ptrdiff_t j = 0; j < stride; ++j) c[k * stride + j] = j < d ? centers[k * d + j] : 0;
    const KMeansKernelsOf<T>& kernels = of(active(kmeans_kernels_by_level), T());
    parallel_for(
        runs, team_of.count,
        [&](std::ptrdiff_t r, Team& team) {
            std::fill(lanes + 8 * r, lanes + 8 * r + 8, 0.0);
            for (std::ptrdiff_t b = r * blocks / runs; b < (r + 1) * blocks / runs; ++b) {
                if (team.poll()) return;
                kernels.inertia(rows.block(b, team, const_cast<std::int32_t*>(labels)), c, stride,
                                squares == nullptr ? nullptr : squares + b * block_rows, lanes + 8 * r);
            }
        },
        team_of.start);
    double inertia = 0;
    for (std::ptrdiff_t i = 0; i < runs * 8; ++i) inertia += lanes[i];
    return inertia;
}

template <class T>
void kmeans_distances(const KMeansData<T>& data, std::ptrdiff_t points, const double* point, bool root, const T* closest, T* out,
                      double* potential, int threads) {
    check_arguments("kmeans_distances", data, points);
    const std::ptrdiff_t n = data.x.rows, d = data.x.columns, blocks = Blocks<T>::count(n);
    const std::ptrdiff_t runs = std::min<std::ptrdiff_t>(blocks, 64);
    const Threads team_of(n, d, points, runs, threads);
    Blocks<T> rows(data, team_of.count, points * most_tile_rows * 8);
    Workspace workspace(bytes(points * d, 8) + bytes(runs * points * 8, 8));
    double* packed = workspace.take<double>(static_cast<std::size_t>(points * d));
    double* lanes = workspace.take<double>(static_cast<std::size_t>(runs * points * 8));
    double* p = packed;
    for (std::ptrdiff_t k = 0; k < points; k += center_group)
        for (std::ptrdiff_t j = 0; j < d; ++j)
            for (std::ptrdiff_t g = k; g < std::min(points, k + center_group); ++g) *p++ = point[g * d + j];
    const KMeansKernelsOf<T>& kernels = of(active(kmeans_kernels_by_level), T());
    parallel_for(
        runs, team_of.count,
        [&](std::ptrdiff_t r, Team& team) {
            double* own = lanes + r * points * 8;
            std::fill(own, own + points * 8, 0.0);
            for (std::ptrdiff_t b = r * blocks / runs; b < (r + 1) * blocks / runs; ++b) {
                if (team.poll()) return;
                const std::ptrdiff_t row = b * block_rows;
                kernels.distances(
                    rows.block(b, team, nullptr),
                    {packed, points, rows.template extra<double>(team), root, closest == nullptr ? nullptr : closest + row,
                     out + row * (root ? points : 1), root ? points : 1, root ? 1 : n, own});
            }
        },
        team_of.start);
    for (std::ptrdiff_t k = 0; k < points && !root; ++k) {
        potential[k] = 0;
        for (std::ptrdiff_t r = 0; r < runs; ++r)
            for (int l = 0; l < 8; ++l) potential[k] += lanes[(r * points + k) * 8 + l];
    }
}

#define MLMATH_KMEANS(T)                                                                                                      \
    template KMeansOutcome kmeans_lloyd(const KMeansData<T>&, std::ptrdiff_t, std::ptrdiff_t, double, double*, std::int32_t*, \
                                        double*, double*, int);                                                               \
    template void kmeans_assign(MatrixView<const T>, std::ptrdiff_t, const double*, std::int32_t*, int);                      \
    template double kmeans_inertia(const KMeansData<T>&, std::ptrdiff_t, const double*, const std::int32_t*, double*, int);   \
    template void kmeans_distances(const KMeansData<T>&, std::ptrdiff_t, const double*, bool, const T*, T*, double*, int)
MLMATH_KMEANS(double);
MLMATH_KMEANS(float);
#undef MLMATH_KMEANS

}  // namespace mlmath
