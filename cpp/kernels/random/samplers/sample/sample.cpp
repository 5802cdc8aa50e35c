// SPDX-License-Identifier: BSD-3-Clause
// sample: the sets of what has been taken, the race of the keys, threads.
#include "kernels/random/samplers/sample/sample.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <vector>

#include "core/interruption.hpp"
#include "core/thread_pool.hpp"
#include "kernels/random/draw/draw.hpp"
#include "kernels/random/engines/xblock/xblock_textbook.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(SampleKernels, sample_kernels);

namespace {

__extension__ typedef unsigned __int128 Wide;

// Reaching a place inside a block of the stream costs up to a microsecond: blocks are read in one piece.
constexpr auto words_per_block = static_cast<std::ptrdiff_t>(xblock_words_per_block);
std::ptrdiff_t to_end_of_block(std::uint64_t place) {
    return static_cast<std::ptrdiff_t>(xblock_words_per_block - place % xblock_words_per_block);
}

// Numbers that are 0. The system clears pages when they are touched first: half a gigabyte in one go would take 0.2 s, in which
// nobody looks for Ctrl-C.
template <class T>
class Zeros {
public:
    explicit Zeros(std::size_t count) : data_(static_cast<T*>(std::calloc(count, sizeof(T)))) {
        if (data_ == nullptr) throw std::bad_alloc();
    }
    T& operator[](std::size_t i) { return data_.get()[i]; }

private:
    struct Free {
        void operator()(T* data) const { std::free(data); }
    };
    std::unique_ptr<T[], Free> data_;
};

// A bit for every number.
class BitMap {
public:
    explicit BitMap(std::uint64_t population) : bits_(population / 64 + 1) {}
    bool insert(std::uint64_t value) {
        std::uint64_t& word = bits_[value / 64];
        const std::uint64_t bit = std::uint64_t(1) << value % 64;
        const bool fresh = (word & bit) == 0;
        word |= bit;
        return fresh;
    }

private:
    Zeros<std::uint64_t> bits_;
};

// Open addressing, at most half full. The numbers are random already: their low bits are the place. 0 is an empty place.
template <class Slot>
class HashSet {
public:
    explicit HashSet(std::ptrdiff_t count) : mask_(std::bit_ceil(static_cast<std::size_t>(2 * count)) - 1), slots_(mask_ + 1) {}
    bool insert(std::uint64_t value) {
        const auto mine = static_cast<Slot>(value + 1);
        for (std::size_t at = value & mask_;; at = (at + 1) & mask_) {
            if (slots_[at] == 0) {
                slots_[at] = mine;
                return true;
            }
            if (slots_[at] == mine) return false;
        }
    }

private:
    std::size_t mask_;
    Zeros<Slot> slots_;
};

template <class Set>
void sample_into(Set&& taken, const StreamKey& key, std::uint64_t start, std::uint64_t population, std::int64_t* out,
                 std::ptrdiff_t count) {
    std::uint64_t words[words_per_block];
    const std::uint64_t unfair = -population % population;  // 2^64 mod population
    for (std::ptrdiff_t first = 0, n; first < count; first += n) {
        interruption_point();  // a block takes 0.5 ms at most
        const std::uint64_t place = start + static_cast<std::uint64_t>(first);
        n = std::min(to_end_of_block(place), count - first);
        stream_words(key, place, words, n);
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            std::uint64_t word = words[i], extra[4];
            for (std::uint64_t tried = 0;; ++tried) {
                const Wide product = static_cast<Wide>(word) * population;
                const auto value = static_cast<std::uint64_t>(product >> 64);
                if (static_cast<std::uint64_t>(product) >= unfair && taken.insert(value)) [[likely]] {
                    out[first + i] = static_cast<std::int64_t>(value);
                    break;
                }
                if (tried % 4 == 0)
                    textbook::xblock_extra_words(key, place + static_cast<std::uint64_t>(i), tried / 4 + 1, domain_sample, extra);
                word = extra[tried % 4];
            }
        }
    }
}

// Where an exchange goes is known from its word alone: a tile's places are asked for before any of them is needed.
template <class Index>
void shuffle_front(const StreamKey& key, std::uint64_t start, std::uint64_t population, std::int64_t* out, std::ptrdiff_t count) {
    const auto numbers = std::make_unique_for_overwrite<Index[]>(population);
    for (std::uint64_t i = 0; i < population; ++i) {
        if (i % (1 << 18) == 0) interruption_point();
        numbers[i] = static_cast<Index>(i);
    }
    constexpr std::ptrdiff_t group = 64;
    std::uint64_t words[words_per_block];
    for (std::ptrdiff_t first = 0, n; first < count; first += n) {
        interruption_point();
        const std::uint64_t place = start + static_cast<std::uint64_t>(first);
        n = std::min(to_end_of_block(place), count - first);
        stream_words(key, place, words, n);
        for (std::ptrdiff_t from = 0; from < n; from += group) {
            const std::ptrdiff_t until = std::min(from + group, n);
            for (std::ptrdiff_t i = from; i < until; ++i) {
                const std::uint64_t left = population - static_cast<std::uint64_t>(first + i);
                Wide product = static_cast<Wide>(words[i]) * left;
                std::uint64_t extra[4];
                for (std::uint64_t tried = 0; static_cast<std::uint64_t>(product) < left; ++tried) {  // rarely: then a division
                    if (static_cast<std::uint64_t>(product) >= -left % left) break;
                    if (tried % 4 == 0)
                        textbook::xblock_extra_words(key, place + static_cast<std::uint64_t>(i), tried / 4 + 1, domain_sample,
                                                     extra);
                    product = static_cast<Wide>(extra[tried % 4]) * left;
                }
                words[i] = static_cast<std::uint64_t>(first + i) + static_cast<std::uint64_t>(product >> 64);
                __builtin_prefetch(&numbers[words[i]], 1);
            }
            for (std::ptrdiff_t i = from; i < until; ++i) {
                Index& mine = numbers[static_cast<std::size_t>(first + i)];
                Index& other = numbers[words[i]];
                const Index taken = other;
                other = mine, mine = taken;
                out[first + i] = static_cast<std::int64_t>(taken);
            }
        }
    }
}

// The order of the draws. Sorting ten million takes a second, so the comparison looks for Ctrl-C now and then: every millisecond.
class Before {
public:
    explicit Before(std::uint32_t& calls) : calls_(&calls) {}
    bool operator()(const SampleCandidate& a, const SampleCandidate& b) const {
        if (++*calls_ % (1 << 17) == 0) interruption_point();
        return a.key != b.key ? a.key < b.key : a.index < b.index;
    }

private:
    std::uint32_t* calls_;
};

// What one thread has found so far: the `count` smallest keys are among the list's.
struct Finds {
    std::vector<SampleCandidate> list;
    std::size_t size = 0;
    double limit = std::numeric_limits<double>::max();
    std::uint32_t calls = 0;

    void keep(std::size_t count) {
        if (size <= count) return;
        std::nth_element(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(count) - 1,
                         list.begin() + static_cast<std::ptrdiff_t>(size), Before(calls));
        limit = list[count - 1].key;
        size = count;
    }
};

constexpr std::ptrdiff_t item_tile = 1024;

}  // namespace

// Constraint: taking a place must not miss the caches more than need be.
// Arithmetic: a map is population / 8 bytes, a table 8 to 16 bytes (4-byte slots) per element drawn.
// Decision: the map when it is the smaller, or small.
void sample(const StreamKey& key, std::uint64_t start, std::uint64_t population, std::int64_t* out, std::ptrdiff_t count) {
    if (count <= 0) return;
    parallel(1, [&](Team&) {  // a team of one: so that it can be interrupted
        if (population / 8 <= std::max<std::uint64_t>(32768, 8 * static_cast<std::uint64_t>(count)))
            sample_into(BitMap(population), key, start, population, out, count);
        else if (population < std::numeric_limits<std::uint32_t>::max())
            sample_into(HashSet<std::uint32_t>(count), key, start, population, out, count);
        else
            sample_into(HashSet<std::uint64_t>(count), key, start, population, out, count);
    });
}

void shuffled_front(const StreamKey& key, std::uint64_t start, std::uint64_t population, std::int64_t* out, std::ptrdiff_t count) {
    parallel(1, [&](Team&) {
        if (population < std::numeric_limits<std::uint32_t>::max())
            shuffle_front<std::uint32_t>(key, start, population, out, count);
        else
            shuffle_front<std::uint64_t>(key, start, population, out, count);
    });
}

void weighted_sample(const StreamKey& key, std::uint64_t start, const double* p, std::ptrdiff_t n, std::int64_t* out,
                     std::ptrdiff_t count, int threads) {
    if (count <= 0) return;
    const auto wanted = static_cast<std::size_t>(count);
    // Constraint: pruning costs a selection over the list, and a list too short is pruned too often.
    // Decision: when twice the wanted number and four tiles have gathered.
    const std::size_t most = 2 * wanted + 4 * item_tile;
    std::vector<Finds> finds(static_cast<std::size_t>(std::max(threads, 1)));
    const std::ptrdiff_t in_first = to_end_of_block(start);
    const std::ptrdiff_t blocks = n <= in_first ? 1 : 1 + (n - in_first + words_per_block - 1) / words_per_block;
    parallel_for(blocks, threads, [&](std::ptrdiff_t b, Team& team) {
        Finds& mine = finds[static_cast<std::size_t>(team.rank())];
        mine.list.resize(most + item_tile + 16);
        std::uint64_t words[words_per_block];
        const std::ptrdiff_t first = b == 0 ? 0 : in_first + (b - 1) * words_per_block;
        const std::ptrdiff_t count_here = std::min(in_first + b * words_per_block, n) - first;
        stream_words(key, start + static_cast<std::uint64_t>(first), words, count_here);
        for (std::ptrdiff_t i = 0; i < count_here; i += item_tile) {
            const std::ptrdiff_t now = std::min(item_tile, count_here - i);
            SampleCandidate* end = mine.list.data() + mine.size;
            const std::ptrdiff_t found =
                active(sample_kernels_by_level).append_below(words + i, p + first + i, now, first + i, mine.limit, end);
            mine.size += static_cast<std::size_t>(found);
            if (mine.size > most) mine.keep(wanted);
        }
    });
    parallel(1, [&](Team&) {
        Finds& all = finds[0];
        for (std::size_t t = 0; t < finds.size(); ++t) {
            finds[t].keep(wanted);
            if (t == 0) continue;
            all.list.resize(all.size);
            all.list.insert(all.list.end(), finds[t].list.begin(),
                            finds[t].list.begin() + static_cast<std::ptrdiff_t>(finds[t].size));
            all.size = all.list.size();
        }
        all.keep(wanted);
        std::sort(all.list.begin(), all.list.begin() + static_cast<std::ptrdiff_t>(std::min(wanted, all.size)), Before(all.calls));
        for (std::size_t i = 0; i < wanted && i < all.size; ++i) out[i] = all.list[i].index;
    });
}

}  // namespace mlmath
