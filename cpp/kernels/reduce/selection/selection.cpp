// SPDX-License-Identifier: BSD-3-Clause
// selection: sampling, narrowing, threads. The kernels make keys and keep those between two bounds.
#include "kernels/reduce/selection/selection.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <vector>

#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/reduce/reduction_plan.hpp"
#include "kernels/reduce/selection/selection_keys.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(SelectionKernels, selection_kernels);

namespace {

// Below this many keys quickselect is faster than a sample and a pass.
constexpr std::ptrdiff_t few = 600;
// Items longer than this are read by all threads, block by block, and never copied as a whole.
constexpr std::ptrdiff_t long_item = std::ptrdiff_t{1} << 18, block = 4096, slack = 64;
// Ranks narrowed together in one pass over a block in L1; more are selected from a copy.
constexpr std::ptrdiff_t most_clusters = 16;

template <class T>
using KeyOf = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;

template <class T>
std::ptrdiff_t make_keys(const SelectionKernels& kernels, const T* x, std::ptrdiff_t n, KeyOf<T>* keys) {
    if constexpr (std::is_same_v<T, double>)
        return kernels.keys_f64(x, n, keys);
    else if constexpr (std::is_same_v<T, float>)
        return kernels.keys_f32(x, n, keys);
    std::memcpy(keys, x, static_cast<std::size_t>(n) * sizeof(T));
    return 0;
}

template <class T>
T element_of(KeyOf<T> key) {
    if constexpr (std::is_floating_point_v<T>) {
        using Key = KeyOf<T>;
        constexpr Key magnitude = static_cast<Key>(~std::make_unsigned_t<Key>{0} >> 1);
        return std::bit_cast<T>(static_cast<Key>(key ^ ((key >> (8 * sizeof(T) - 1)) & magnitude)));
    } else {
        return key;
    }
}

template <class Key>
std::ptrdiff_t between(const SelectionKernels& kernels, const Key* keys, std::ptrdiff_t n, Key low, Key high, Key* to,
                       std::ptrdiff_t* below) {
    if constexpr (sizeof(Key) == 8)
        return kernels.between_i64(keys, n, low, high, to, below);
    else
        return kernels.between_i32(keys, n, low, high, to, below);
}

// A rank, and where its key goes.
template <class Key>
struct Wanted {
    std::ptrdiff_t rank;
    Key* to;
};

// Neighbouring ranks first .. last-1 (of the sorted list) and the bounds between which their keys are expected.
template <class Key>
struct Cluster {
    std::ptrdiff_t first, last;
    Key low, high;
};

// Wanted ranks are sorted. Quickselect around the middle one, then on both sides; reorders the keys.
template <class Key>
void quickselect(Key* keys, std::ptrdiff_t n, std::ptrdiff_t offset, Wanted<Key>* wanted, std::ptrdiff_t count) {
    if (count == 0) return;
    const std::ptrdiff_t middle = count / 2, at = wanted[middle].rank - offset;
    std::nth_element(keys, keys + at, keys + n);
    std::ptrdiff_t first = middle, last = middle + 1;
    *wanted[middle].to = keys[at];
    while (first > 0 && wanted[first - 1].rank == wanted[middle].rank) *wanted[--first].to = keys[at];
    while (last < count && wanted[last].rank == wanted[middle].rank) *wanted[last++].to = keys[at];
    quickselect(keys, at, offset, wanted, first);
    quickselect(keys + at + 1, n - at - 1, offset + at + 1, wanted + last, count - last);
}

// Bounds from a sorted sample of s of n keys. A sample's rank p s is off by sqrt(p (1-p) s) one time in three; 4 times that and one
// more are wrong once in 10^4, which costs a quickselect.
template <class Key>
std::ptrdiff_t make_clusters(const Key* sample, std::ptrdiff_t s, std::ptrdiff_t n, const Wanted<Key>* wanted, std::ptrdiff_t count,
                             Cluster<Key>* clusters) {
    std::ptrdiff_t made = 0;
    for (std::ptrdiff_t i = 0; i < count;) {
        std::ptrdiff_t last = i + 1;
        while (last < count && wanted[last].rank - wanted[i].rank <= n / s) ++last;
        if (made == most_clusters) return made + 1;
        const auto place = [&](std::ptrdiff_t rank, double sign) {
            const double p = (static_cast<double>(rank) + 0.5) / static_cast<double>(n);
            const double margin = 4 * std::sqrt(p * (1 - p) * static_cast<double>(s)) + 2;
            return static_cast<std::ptrdiff_t>(std::floor(p * static_cast<double>(s) + sign * margin));
        };
        const std::ptrdiff_t low = place(wanted[i].rank, -1), high = place(wanted[last - 1].rank, 1);
        constexpr Key smallest = static_cast<Key>(std::make_unsigned_t<Key>{1} << (8 * sizeof(Key) - 1));
        clusters[made++] = {i, last, low < 0 ? smallest : sample[low], high >= s ? static_cast<Key>(~smallest) : sample[high]};
        i = last;
    }
    return made;
}

// Where sample k of s among n lies: spread evenly, with a shift that no period of the data meets (a Weyl sequence).
inline std::ptrdiff_t sample_place(std::ptrdiff_t k, std::ptrdiff_t s, std::ptrdiff_t n) {
    const std::ptrdiff_t step = n / s;
    const std::uint64_t weyl = static_cast<std::uint64_t>(k + 1) * 0x9e3779b97f4a7c15u;
    return k * step + static_cast<std::ptrdiff_t>((weyl >> 32) * static_cast<std::uint64_t>(step) >> 32);
}
// n^(2/3) / 8 balances sorting the sample against what is left between the bounds.
inline std::ptrdiff_t sample_size(std::ptrdiff_t n) {
    return std::clamp(static_cast<std::ptrdiff_t>(std::cbrt(static_cast<double>(n) * static_cast<double>(n)) / 8),
                      std::ptrdiff_t{32}, std::ptrdiff_t{8192});
}

template <class Key>
void select_from(const SelectionKernels& kernels, Key* keys, std::ptrdiff_t n, Wanted<Key>* wanted, std::ptrdiff_t count);

// Selects the cluster's ranks from the keys between its bounds. False when they are not there.
template <class Key>
bool finish_cluster(const SelectionKernels& kernels, const Cluster<Key>& cluster, Key* inside, std::ptrdiff_t count,
                    std::ptrdiff_t below, Wanted<Key>* wanted) {
    Wanted<Key>* const mine = wanted + cluster.first;
    const std::ptrdiff_t ranks = cluster.last - cluster.first;
    if (mine[0].rank < below || mine[ranks - 1].rank >= below + count) return false;
    for (std::ptrdiff_t r = 0; r < ranks; ++r) mine[r].rank -= below;
    if (cluster.low == cluster.high)
        for (std::ptrdiff_t r = 0; r < ranks; ++r) *mine[r].to = cluster.low;
    else
        select_from(kernels, inside, count, mine, ranks);
    return true;
}

// keys: room for n + slack; reordered.
template <class Key>
void select_from(const SelectionKernels& kernels, Key* keys, std::ptrdiff_t n, Wanted<Key>* wanted, std::ptrdiff_t count) {
    if (n > few) {
        const std::ptrdiff_t s = sample_size(n);
        Workspace workspace(whole_lines(static_cast<std::size_t>(s) * sizeof(Key)) +
                            whole_lines(static_cast<std::size_t>(n + slack) * sizeof(Key)));
        Key* const sample = workspace.take<Key>(static_cast<std::size_t>(s));
        Key* const inside = workspace.take<Key>(static_cast<std::size_t>(n + slack));
        for (std::ptrdiff_t k = 0; k < s; ++k) sample[k] = keys[sample_place(k, s, n)];
        std::sort(sample, sample + s);
        Cluster<Key> clusters[most_clusters];
        const std::ptrdiff_t made = make_clusters(sample, s, n, wanted, count, clusters);
        bool done = made <= most_clusters / 2;
        for (std::ptrdiff_t c = 0; done && c < made; ++c) {
            std::ptrdiff_t below = 0;
            const std::ptrdiff_t left = between(kernels, keys, n, clusters[c].low, clusters[c].high, inside, &below);
            // A bound that keeps most of them (few distinct keys) would not get anywhere.
            done = (left <= n / 4 * 3 || clusters[c].low == clusters[c].high) &&
                   finish_cluster(kernels, clusters[c], inside, left, below, wanted);
            if (!done) {  // clusters before this one are finished
                wanted += clusters[c].first;
                count -= clusters[c].first;
            }
        }
        if (done) return;
    }
    quickselect(keys, n, 0, wanted, count);
}

// Elements first .. first+count-1 of an item, in any fixed order: where they lie, or copied to `buffer`.
template <class T>
const T* elements(const T* item, const ReductionPlan& plan, std::ptrdiff_t first, std::ptrdiff_t count, T* buffer) {
    if (plan.contiguous()) return item + first;
    using Bits = std::conditional_t<sizeof(T) == 8, double, float>;  // copied by size
    pack_elements(reinterpret_cast<const Bits*>(item), plan.reduced, first, count, reinterpret_cast<Bits*>(buffer));
    return buffer;
}

// One item, by all threads: the keys between the bounds are gathered from blocks in whatever order; only how many and which
// matters.
template <class T>
std::ptrdiff_t select_long(const SelectionKernels& kernels, const T* item, const ReductionPlan& plan, Wanted<KeyOf<T>>* wanted,
                           std::ptrdiff_t count, int threads) {
    using Key = KeyOf<T>;
    const std::ptrdiff_t n = plan.reduced.total, s = sample_size(n), blocks = (n + block - 1) / block;
    Cluster<Key> clusters[most_clusters];
    std::ptrdiff_t made = 0;
    if (count > 0) {
        std::vector<Key> sample(static_cast<std::size_t>(s));
        for (std::ptrdiff_t k = 0; k < s; ++k) {
            const T value = item[plan.reduced.offset(sample_place(k, s, n))];
            make_keys(kernels, &value, 1, &sample[static_cast<std::size_t>(k)]);
        }
        std::sort(sample.begin(), sample.end());
        made = make_clusters(sample.data(), s, n, wanted, count, clusters);
    }
    std::atomic<std::ptrdiff_t> nans{0};
    if (made <= most_clusters) {
        const std::ptrdiff_t room = n / 4;  // per cluster; more is taken as "the sample misleads"
        Workspace workspace(static_cast<std::size_t>(made) * whole_lines(static_cast<std::size_t>(room + slack) * sizeof(Key)));
        Key* inside[most_clusters];
        std::atomic<std::ptrdiff_t> used[most_clusters], below[most_clusters];
        for (std::ptrdiff_t c = 0; c < made; ++c) {
            inside[c] = workspace.take<Key>(static_cast<std::size_t>(room + slack));
            used[c] = below[c] = 0;
        }
        constexpr std::ptrdiff_t blocks_per_task = 16;
        parallel_for((blocks + blocks_per_task - 1) / blocks_per_task, threads, [&](std::ptrdiff_t task) {
            alignas(64) T buffer[block];
            alignas(64) Key keys[block], kept[block + slack];
            std::ptrdiff_t my_nans = 0, my_below[most_clusters] = {};
            for (std::ptrdiff_t b = task * blocks_per_task; b < std::min(blocks, (task + 1) * blocks_per_task); ++b) {
                const std::ptrdiff_t here = std::min(block, n - b * block);
                my_nans += make_keys(kernels, elements(item, plan, b * block, here, buffer), here, keys);
                for (std::ptrdiff_t c = 0; c < made; ++c) {
                    if (clusters[c].low == clusters[c].high) {  // one value: counting will do
                        used[c].fetch_add(between(kernels, keys, here, clusters[c].low, clusters[c].high, kept, &my_below[c]));
                        continue;
                    }
                    const std::ptrdiff_t got = between(kernels, keys, here, clusters[c].low, clusters[c].high, kept, &my_below[c]);
                    const std::ptrdiff_t at = used[c].fetch_add(got, std::memory_order_relaxed);
                    if (at + got <= room) std::memcpy(inside[c] + at, kept, static_cast<std::size_t>(got) * sizeof(Key));
                }
            }
            nans.fetch_add(my_nans, std::memory_order_relaxed);
            for (std::ptrdiff_t c = 0; c < made; ++c) below[c].fetch_add(my_below[c], std::memory_order_relaxed);
        });
        std::ptrdiff_t done = 0;
        while (done < made && (used[done] <= room || clusters[done].low == clusters[done].high) &&
               finish_cluster(kernels, clusters[done], inside[done], used[done].load(), below[done].load(), wanted))
            ++done;
        if (done == made) return nans;
        count -= clusters[done].first;
        wanted += clusters[done].first;
    }
    // Many ranks, or values the sample did not show: from a copy.
    Workspace workspace(static_cast<std::size_t>(n + slack) * sizeof(Key));
    Key* const keys = workspace.take<Key>(static_cast<std::size_t>(n + slack));
    std::atomic<std::ptrdiff_t> counted{0};
    parallel_for(blocks, threads, [&](std::ptrdiff_t b) {
        alignas(64) T buffer[block];
        const std::ptrdiff_t here = std::min(block, n - b * block);
        counted.fetch_add(make_keys(kernels, elements(item, plan, b * block, here, buffer), here, keys + b * block));
    });
    select_from(kernels, keys, n, wanted, count);
    return counted;
}

}  // namespace

template <class T>
void select_ranks(ArrayView<const T> x, AxisSet axes, const std::ptrdiff_t* ranks, std::ptrdiff_t count, bool per_item, T* values,
                  std::ptrdiff_t* nans, int threads) {
    using Key = KeyOf<T>;
    const SelectionKernels& kernels = active(selection_kernels_by_level);
    std::ptrdiff_t out_strides[max_axes], items = 1;
    for (int a = x.axes - 1; a >= 0; --a) {
        out_strides[a] = (axes >> a & 1) != 0 ? 0 : items;
        if ((axes >> a & 1) == 0) items *= x.shape[a];
    }
    const ReductionPlan plan = plan_reduction(x.axes, x.shape, x.strides, axes, out_strides);
    const std::ptrdiff_t n = plan.reduced.total;
    const auto fill = [&](std::ptrdiff_t item, Wanted<Key>* wanted, Key* keys) {
        for (std::ptrdiff_t r = 0; r < count; ++r) wanted[r] = {per_item ? ranks[r * items + item] : ranks[r], keys + r};
        std::sort(wanted, wanted + count, [](const auto& a, const auto& b) { return a.rank < b.rank; });
    };
    const auto deliver = [&](std::ptrdiff_t item, const Key* keys) {
        for (std::ptrdiff_t r = 0; r < count; ++r) values[r * items + item] = element_of<T>(keys[r]);
    };
    const T* const data = x.data + plan.origin;
    if (n > long_item) {
        std::vector<Wanted<Key>> wanted(static_cast<std::size_t>(count));
        std::vector<Key> found(static_cast<std::size_t>(count));
        for (std::ptrdiff_t k = 0; k < items; ++k) {
            const std::ptrdiff_t item = plan.out_origin + plan.kept.out_offset(k);
            fill(item, wanted.data(), found.data());
            nans[item] = select_long(kernels, data + plan.kept.offset(k), plan, wanted.data(), count, threads);
            deliver(item, found.data());
        }
        return;
    }
    // Several short items to a task. Neighbours in memory (axis 0 of a C-ordered matrix) are copied eight at a time, so that every
    // cache line is fetched once.
    const bool by_columns = plan.by_columns();
    const std::ptrdiff_t together = by_columns ? 8 : 1;
    const std::ptrdiff_t group = std::max<std::ptrdiff_t>(1, 32768 / n / together) * together;
    const std::ptrdiff_t run = by_columns ? plan.kept.size[plan.kept.count - 1] : 1;
    const std::ptrdiff_t pitch = n + slack;
    parallel_for((items + group - 1) / group, n * items < 16384 ? 1 : threads, [&](std::ptrdiff_t g) {
        Workspace workspace(whole_lines(static_cast<std::size_t>(pitch * together) * sizeof(T)) +
                            whole_lines(static_cast<std::size_t>(pitch) * sizeof(Key)) +
                            whole_lines(static_cast<std::size_t>(count) * sizeof(Wanted<Key>)) +
                            whole_lines(static_cast<std::size_t>(count) * sizeof(Key)));
        T* const buffer = workspace.take<T>(static_cast<std::size_t>(pitch * together));
        Key* const keys = workspace.take<Key>(static_cast<std::size_t>(pitch));
        auto* const wanted = workspace.take<Wanted<Key>>(static_cast<std::size_t>(count));
        Key* const found = workspace.take<Key>(static_cast<std::size_t>(count));
        const std::ptrdiff_t end = std::min(items, (g + 1) * group);
        for (std::ptrdiff_t k = g * group; k < end;) {
            const std::ptrdiff_t here = by_columns ? std::min({together, run - k % run, end - k}) : 1;
            const T* const at = data + plan.kept.offset(k);
            if (by_columns) {
                const Axes& along = plan.reduced;
                for (std::ptrdiff_t i = 0; i < n; ++i) {
                    const T* const row = at + (along.count == 1 ? i * along.stride[0] : along.offset(i));
                    for (std::ptrdiff_t c = 0; c < here; ++c) buffer[c * pitch + i] = row[c];
                }
            }
            for (std::ptrdiff_t c = 0; c < here; ++c) {
                const std::ptrdiff_t item = plan.out_origin + plan.kept.out_offset(k + c);
                const T* const values_of = by_columns ? buffer + c * pitch : elements(at, plan, 0, n, buffer);
                nans[item] = make_keys(kernels, values_of, n, keys);
                fill(item, wanted, found);
                select_from(kernels, keys, n, wanted, count);
                deliver(item, found);
            }
            k += here;
        }
    });
}

template void select_ranks(ArrayView<const double>, AxisSet, const std::ptrdiff_t*, std::ptrdiff_t, bool, double*, std::ptrdiff_t*,
                           int);
template void select_ranks(ArrayView<const float>, AxisSet, const std::ptrdiff_t*, std::ptrdiff_t, bool, float*, std::ptrdiff_t*,
                           int);
template void select_ranks(ArrayView<const std::int64_t>, AxisSet, const std::ptrdiff_t*, std::ptrdiff_t, bool, std::int64_t*,
                           std::ptrdiff_t*, int);
template void select_ranks(ArrayView<const std::int32_t>, AxisSet, const std::ptrdiff_t*, std::ptrdiff_t, bool, std::int32_t*,
                           std::ptrdiff_t*, int);

}  // namespace mlmath
