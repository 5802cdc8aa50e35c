// SPDX-License-Identifier: BSD-3-Clause
// permutation: dice from words, exchanges, counts of labels, merges. Compiled once per level.
#include <cstring>

#include "kernels/random/engines/extra_words.hpp"
#include "kernels/random/engines/products.hpp"
#include "kernels/random/samplers/permutation/permutation_parts.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// A die whose product with 32 bits was in doubt (its lower half is less than the bound, one in 2^32 / bound).
__attribute__((noinline)) std::uint32_t doubtful(const StreamKey& key, std::uint64_t half, std::uint32_t h, std::uint32_t bound) {
    const std::uint64_t product = std::uint64_t(h) * bound;
    if (static_cast<std::uint32_t>(product) >= (0u - bound) % bound) return static_cast<std::uint32_t>(product >> 32);
    for (std::uint64_t attempt = 1;; ++attempt) {
        std::uint64_t x[4] = {half / 2, attempt, key.jump, domain_permutation};
        threefry4x64_20(key.key, x);
        const auto longer = static_cast<unsigned __int128>(x[half % 2 * 2]) * bound;
        if (static_cast<std::uint64_t>(longer) >= (std::uint64_t(0) - bound) % bound)
            return static_cast<std::uint32_t>(longer >> 64);
    }
}

void dice(const StreamKey& key, std::uint64_t half, const std::uint32_t* halves, std::ptrdiff_t count, std::uint64_t bound,
          std::uint32_t* dice) {
    constexpr int w = width<std::uint32_t>;
    const vec_u64 high = broadcast<std::uint64_t>(0xffffffff00000000u);
    vec_u32 bounds = iota<std::uint32_t>() + static_cast<std::uint32_t>(bound);
    std::ptrdiff_t i = 0;
    for (; i + w <= count; i += w, bounds += static_cast<std::uint32_t>(w)) {
        const vec_u64 h = bits_as<std::uint64_t>(load(halves + i)), m = bits_as<std::uint64_t>(bounds);
        const vec_u64 even = product_of_halves(h, m), odd = product_of_halves(h >> 32, m >> 32);
        store(dice + i, bits_as<std::uint32_t>((even >> 32) | (odd & high)));
        const vec_u32 low = bits_as<std::uint32_t>((even & ~high) | (odd << 32));
        if (__builtin_expect(any(low < bounds), 0))
            for (int l = 0; l < w; ++l)
                if (low[l] < bounds[l])
                    dice[i + l] = doubtful(key, half + static_cast<std::uint64_t>(i + l), halves[i + l], bounds[l]);
    }
    for (; i < count; ++i)
        dice[i] = doubtful(key, half + static_cast<std::uint64_t>(i), halves[i],
                           static_cast<std::uint32_t>(bound + static_cast<std::uint64_t>(i)));
}

void count(const std::uint16_t* labels, std::ptrdiff_t count, std::uint32_t mask, std::uint32_t* counts) {
    std::ptrdiff_t i = 0;
    for (; i + 4 <= count; i += 4) {
        std::uint64_t word;
        std::memcpy(&word, labels + i, sizeof word);
        ++counts[word & mask];
        ++counts[(word >> 16) & mask];
        ++counts[(word >> 32) & mask];
        ++counts[(word >> 48) & mask];
    }
    for (; i < count; ++i) ++counts[labels[i] & mask];
}

template <class Order>
void order(const std::uint32_t* dice, std::ptrdiff_t first, std::ptrdiff_t count, Order* order) {
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const std::ptrdiff_t j = dice[i];
        order[first + i] = order[j];
        order[j] = static_cast<Order>(first + i);
    }
}

// Constraint: each bucket is read in sequence, but K of them at once: the hardware follows a few such streams, and for some K none
//   (measured: 64, and 2048 upwards, 4.5 ns an element instead of 0.8).
// Decision: every read asks for the place two lines further on in its bucket.
constexpr std::ptrdiff_t ahead_bytes = 128;

template <class Order, class Cursor>
void merge(const std::uint16_t* labels, std::ptrdiff_t count, std::uint32_t mask, Cursor* cursors, const Order* order,
           std::int64_t* out) {
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        Cursor& cursor = cursors[labels[i] & mask];
        const Order* place = order + cursor.next++;
        __builtin_prefetch(place + ahead_bytes / static_cast<std::ptrdiff_t>(sizeof(Order)));
        out[i] = static_cast<std::int64_t>(cursor.start + *place);
    }
}

// An item of this size, of any alignment.
template <int Bytes>
struct Item {
    unsigned char bytes[Bytes];
};

template <int Bytes>
void inside_out(const std::uint32_t* dice, std::ptrdiff_t first, std::ptrdiff_t count, const void* from, void* to) {
    const auto* in = static_cast<const Item<Bytes>*>(from);
    auto* out = static_cast<Item<Bytes>*>(to);
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const std::ptrdiff_t j = dice[i];
        out[first + i] = out[j];
        out[j] = in[first + i];
    }
}

template <int Bytes>
void exchange(const std::uint32_t* dice, std::ptrdiff_t first, std::ptrdiff_t count, void* items) {
    auto* item = static_cast<Item<Bytes>*>(items);
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const std::ptrdiff_t j = dice[i];
        const Item<Bytes> here = item[first + i], there = item[j];
        item[first + i] = there;
        item[j] = here;
    }
}

template <int Bytes>
void merge_items(const std::uint16_t* labels, std::ptrdiff_t count, std::uint32_t mask, std::uint64_t* next, const void* items,
                 void* out) {
    const auto* in = static_cast<const Item<Bytes>*>(items);
    auto* to = static_cast<Item<Bytes>*>(out);
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const Item<Bytes>* item = in + next[labels[i] & mask]++;
        __builtin_prefetch(item + ahead_bytes / Bytes);
        to[i] = *item;
    }
}

template <int Bytes>
constexpr PermutationItemKernels item_kernels = {inside_out<Bytes>, exchange<Bytes>, merge_items<Bytes>};

}  // namespace

extern const PermutationKernels permutation_kernels;
const PermutationKernels permutation_kernels = {
    dice,
    count,
    order<std::uint16_t>,
    order<std::uint32_t>,
    merge<std::uint16_t, BucketCursor>,
    merge<std::uint32_t, WideBucketCursor>,
    item_kernels<1>,
    item_kernels<2>,
    item_kernels<4>,
    item_kernels<8>,
    item_kernels<16>,
};

}  // namespace mlmath::MLMATH_LEVEL
