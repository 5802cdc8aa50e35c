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
#include "kernels/cluster/kmeans/kmeans_centers.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(KMeansKernels, kmeans_kernels);

namespace {

const KMeansKernelsOf<double>& of(const KMeansKernels& k, double) { return k.f64; }
const KMeansKernelsOf<float>& of(const KMeansKernels& k, float) { return k.f32; }

using kmeans_driver::bytes;
using kmeans_driver::most_tile_rows;
using kmeans_driver::Packing;
using kmeans_driver::padded;
using kmeans_driver::RowsFilter;
constexpr std::ptrdiff_t block_rows = kmeans_block_rows;

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
    std::byte* extra(const Team& team) {
        return workspace_.data() + static_cast<std::size_t>(team.rank()) * own_ + packed_ + bytes(block_rows, sizeof(T));
    }

private:
    const KMeansData<T>& data_;
    std::size_t packed_, own_;
    Workspace workspace_;
};

// A thread's scratch behind its copies of rows and weights, for labels.
template <class T>
struct LabelScratch {
    T* scores;
    float* filter_scores;
    std::int32_t* begin;

    static std::ptrdiff_t size(const Packing<T>& centers, const RowsFilter<T>& filter, std::ptrdiff_t clusters) {
        return static_cast<std::ptrdiff_t>(bytes(centers.scratch_size(), sizeof(T)) + bytes(filter.scratch_size(), 4) +
                                           bytes(clusters + 1, 4));
    }
    LabelScratch(std::byte* p, const Packing<T>& centers, const RowsFilter<T>& filter) {
        scores = reinterpret_cast<T*>(p), p += bytes(centers.scratch_size(), sizeof(T));
        filter_scores = reinterpret_cast<float*>(p), p += bytes(filter.scratch_size(), 4);
        begin = reinterpret_cast<std::int32_t*>(p);
    }
};

// One Lloyd run: what its iterations share.
//
// Constraint: sums of all rows read all of x; in most iterations few labels change.
// Decision: the sums are kept over the iterations, and only rows with another label moved from one to the other. What that rounds
//   differently is put right at the end, or when a cluster may be empty, by sums of all rows.
template <class T>
class Lloyd {
public:
    Lloyd(const KMeansData<T>& data, std::ptrdiff_t clusters, bool filtered, std::int32_t* labels, int threads)
        : both_(active(kmeans_kernels_by_level)),
          kernels_(of(both_, T())),
          clusters_(clusters),
          d_(data.x.columns),
          n_(data.x.rows),
          stride_(padded(d_, 8)),
          blocks_(Blocks<T>::count(n_)),
          weight_at_(clusters * stride_),
          changed_at_(weight_at_ + clusters),
          size_(padded(changed_at_ + 2, 8)),
          runs_(runs_of(blocks_, size_)),
          team_of_(n_, d_, clusters, runs_, threads),
          packing_(clusters, d_, both_.center_group),
          filter_(filtered ? blocks_ : 0, clusters, d_, both_.center_group),
          rows_(data, team_of_.count, LabelScratch<T>::size(packing_, filter_, clusters)),
          workspace_(bytes((runs_ + 1) * size_, 8)),
          run_sums_(workspace_.take<double>(static_cast<std::size_t>(runs_ * size_))),
          total_(workspace_.take<double>(static_cast<std::size_t>(size_))),
          labels_(labels) {}

    // Labels for these centres, and the sums brought up to date; whether a label changed.
    bool assign(const double* centers, Adding adding) {
        packing_.pack(centers);
        const bool make_rows = filter_.wanted() && !has_rows_;
        if (make_rows) filter_.frame(centers, packing_.shift());
        if (filter_.wanted()) filter_.pack(centers);
        each_block([&](std::ptrdiff_t b, bool first, Team& team, double* s) {
            double* counts = s + changed_at_;
            if (adding == Adding::all && first) std::fill(s, s + changed_at_, 0.0);
            if (first) counts[0] = counts[1] = 0;
            const LabelScratch<T> scratch(rows_.extra(team), packing_, filter_);
            const KMeansBlock<T> block = rows_.block(b, team, labels_);
            if (make_rows) kernels_.filter_rows(block, filter_.shift(), filter_.scale(), filter_.rows(b));
            const AssignOutcome found =
                kernels_.assign(block, packing_.view(scratch.scores), filter_.view(b, scratch.filter_scores),
                                {adding, s, stride_, s + weight_at_, scratch.begin});
            counts[0] += static_cast<double>(found.changed);
            counts[1] += static_cast<double>(found.uncertain);
        });
        has_rows_ = true;
        if (total_[changed_at_ + 1] > static_cast<double>(n_) / 4) filter_.give_up();
        return total_[changed_at_] != 0;
    }

    // Sums of all rows by the labels as they are.
    void add_all() {
        each_block([&](std::ptrdiff_t b, bool first, Team& team, double* s) {
            if (first) std::fill(s, s + changed_at_, 0.0);
            const LabelScratch<T> scratch(rows_.extra(team), packing_, filter_);
            kernels_.add(rows_.block(b, team, labels_), clusters_, {Adding::all, s, stride_, s + weight_at_, scratch.begin});
        });
    }

    const double* sum(std::ptrdiff_t k) const { return total_ + k * stride_; }
    double weight(std::ptrdiff_t k) const { return total_[weight_at_ + k]; }
    bool empty() const {
        for (std::ptrdiff_t k = 0; k < clusters_; ++k)
            if (weight(k) == 0) return true;
        return false;
    }
    // Whether a cluster has no weight, or so little that rows which came and went may have left it.
    bool nearly_empty() const {
        double all = 0, least = HUGE_VAL;
        for (std::ptrdiff_t k = 0; k < clusters_; ++k) all += weight(k), least = std::min(least, weight(k));
        return least <= 1e-6 * all / static_cast<double>(n_);
    }

    // c_k = sum_k / weight_k rounded to T; returns how far the centres have moved, squared.
    double move(double* centers) const {
        double moved = 0;
        for (std::ptrdiff_t k = 0; k < clusters_; ++k)
            for (std::ptrdiff_t j = 0; j < d_; ++j) {
                const auto c = static_cast<double>(static_cast<T>(sum(k)[j] / weight(k)));
                moved += (c - centers[k * d_ + j]) * (c - centers[k * d_ + j]);
                centers[k * d_ + j] = c;
            }
        return moved;
    }

private:
    // body(block, whether it is the first of its run, team, the run's sums); the runs' sums, in order, are the total.
    template <class Body>
    void each_block(Body body) {
        parallel_for(
            runs_, team_of_.count,
            [&](std::ptrdiff_t r, Team& team) {
                const std::ptrdiff_t begin = r * blocks_ / runs_, end = (r + 1) * blocks_ / runs_;
                for (std::ptrdiff_t b = begin; b < end; ++b) {
                    if (team.poll()) return;
                    body(b, b == begin, team, run_sums_ + r * size_);
                }
            },
            team_of_.start);
        std::fill(total_, total_ + size_, 0.0);
        for (std::ptrdiff_t r = 0; r < runs_; ++r)
            for (std::ptrdiff_t i = 0; i < size_; ++i) total_[i] += run_sums_[r * size_ + i];
    }

    const KMeansKernels& both_;
    const KMeansKernelsOf<T>& kernels_;
    std::ptrdiff_t clusters_, d_, n_, stride_, blocks_, weight_at_, changed_at_, size_, runs_;
    Threads team_of_;
    Packing<T> packing_;
    RowsFilter<T> filter_;
    Blocks<T> rows_;
    Workspace workspace_;
    double *run_sums_, *total_;
    std::int32_t* labels_;
    bool has_rows_ = false;
};

}  // namespace

template <class T>
KMeansOutcome kmeans_lloyd(const KMeansData<T>& data, std::ptrdiff_t clusters, std::ptrdiff_t most_iterations, double tolerance,
                           bool last_labels, double* centers, std::int32_t* labels, double* sums, double* weight, int threads) {
    check_arguments("kmeans_lloyd", data, clusters);
    if (data.x.rows < 1) invalid_argument("kmeans_lloyd", "X must have at least one row, got 0");
    if (most_iterations < 1) invalid_argument("kmeans_lloyd", "most_iterations must be at least 1");
    const std::ptrdiff_t d = data.x.columns;
    Lloyd<T> lloyd(data, clusters, most_iterations > 1, labels, threads);
    Adding adding = Adding::all;
    bool keep = true;  // the sums over the iterations
    KMeansOutcome outcome = {KMeansStop::iterations, 0, true};
    parallel(1, [&](Team& caller) {
        while (outcome.stop == KMeansStop::iterations && outcome.iterations < most_iterations) {
            if (caller.poll()) return;
            ++outcome.iterations;
            outcome.changed = lloyd.assign(centers, adding);
            bool by_changes = adding == Adding::changed;
            if (by_changes && lloyd.nearly_empty()) {
                lloyd.add_all();
                by_changes = false;
            }
            if (lloyd.empty()) {
                outcome.stop = KMeansStop::empty;
                break;
            }
            const double moved = lloyd.move(centers);
            if (!outcome.changed)
                outcome.stop = KMeansStop::labels;
            else if (moved <= tolerance)
                outcome.stop = KMeansStop::tolerance;
            adding = keep ? Adding::changed : Adding::all;
            if (!by_changes || (outcome.stop == KMeansStop::iterations && outcome.iterations < most_iterations)) continue;
            lloyd.add_all();
            // Another bit in a centre may change a label after all: then it goes on, with sums of all rows.
            if (lloyd.move(centers) == 0 || outcome.stop != KMeansStop::labels || !lloyd.assign(centers, Adding::none)) continue;
            keep = false;
            adding = Adding::all;
            lloyd.add_all();
            outcome.stop = lloyd.empty() ? KMeansStop::empty : KMeansStop::iterations;
            if (outcome.stop == KMeansStop::iterations) lloyd.move(centers);
        }
        for (std::ptrdiff_t k = 0; k < clusters; ++k) {
            weight[k] = lloyd.weight(k);
            std::copy(lloyd.sum(k), lloyd.sum(k) + d, sums + k * d);
        }
        if (last_labels && outcome.stop != KMeansStop::labels && outcome.stop != KMeansStop::empty)
            lloyd.assign(centers, Adding::none);
    });
    return outcome;
}

template <class T>
void kmeans_assign(MatrixView<const T> x, std::ptrdiff_t clusters, const double* centers, std::int32_t* labels, int threads) {
    const KMeansData<T> data = {x, {nullptr, 0, 0}};
    check_arguments("kmeans_assign", data, clusters);
    const KMeansKernels& both = active(kmeans_kernels_by_level);
    const std::ptrdiff_t blocks = Blocks<T>::count(x.rows);
    const Threads team_of(x.rows, x.columns, clusters, blocks, threads);
    Packing<T> packing(clusters, x.columns, both.center_group);
    packing.pack(centers);
    const RowsFilter<T> filter(0, clusters, x.columns, both.center_group);  // made and used once, it would cost what it saves
    Blocks<T> rows(data, team_of.count, LabelScratch<T>::size(packing, filter, clusters));
    parallel_for(
        blocks, team_of.count,
        [&](std::ptrdiff_t b, Team& team) {
            const LabelScratch<T> scratch(rows.extra(team), packing, filter);
            of(both, T()).assign(rows.block(b, team, labels), packing.view(scratch.scores), filter.view(b, nullptr),
                                 {Adding::none, nullptr, 0, nullptr, nullptr});
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
    const Threads team_of(n, d, points, blocks, threads);
    Blocks<T> rows(data, team_of.count, points * (most_tile_rows + 8) * 8);
    Workspace workspace(bytes(points * d, 8));
    double* packed = workspace.take<double>(static_cast<std::size_t>(points * d));
    double* p = packed;
    for (std::ptrdiff_t k = 0; k < points; k += point_group)
        for (std::ptrdiff_t j = 0; j < d; ++j)
            for (std::ptrdiff_t g = k; g < std::min(points, k + point_group); ++g) *p++ = point[g * d + j];
    const KMeansKernelsOf<T>& kernels = of(active(kmeans_kernels_by_level), T());
    parallel_for(
        blocks, team_of.count,
        [&](std::ptrdiff_t b, Team& team) {
            double* scratch = reinterpret_cast<double*>(rows.extra(team));
            double* lanes = scratch + points * most_tile_rows;
            std::fill(lanes, lanes + points * 8, 0.0);
            const std::ptrdiff_t row = b * block_rows;
            kernels.distances(rows.block(b, team, nullptr),
                              {packed, points, scratch, root, closest == nullptr ? nullptr : closest + row,
                               out + row * (root ? points : 1), root ? points : 1, root ? 1 : n, lanes});
            for (std::ptrdiff_t k = 0; k < points && !root; ++k) {
                double sum = 0;
                for (int l = 0; l < 8; ++l) sum += lanes[8 * k + l];
                potential[k * blocks + b] = sum;
            }
        },
        team_of.start);
}

#define MLMATH_KMEANS(T)                                                                                                    \
    template KMeansOutcome kmeans_lloyd(const KMeansData<T>&, std::ptrdiff_t, std::ptrdiff_t, double, bool, double*,        \
                                        std::int32_t*, double*, double*, int);                                              \
    template void kmeans_assign(MatrixView<const T>, std::ptrdiff_t, const double*, std::int32_t*, int);                    \
    template double kmeans_inertia(const KMeansData<T>&, std::ptrdiff_t, const double*, const std::int32_t*, double*, int); \
    template void kmeans_distances(const KMeansData<T>&, std::ptrdiff_t, const double*, bool, const T*, T*, double*, int)
MLMATH_KMEANS(double);
MLMATH_KMEANS(float);
#undef MLMATH_KMEANS

}  // namespace mlmath
