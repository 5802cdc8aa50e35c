// SPDX-License-Identifier: BSD-3-Clause
#include "kernels/random/samplers/permutation/permutation_ladder.hpp"

#include <algorithm>
#include <utility>

#include "kernels/random/engines/word_stream.hpp"
#include "kernels/random/samplers/permutation/permutation.hpp"

namespace mlmath::ladder {

// Equally likely in 0 .. bound - 1: words beyond the last whole multiple of the bound would favour the smallest numbers.
static std::uint64_t die_by_remainder(WordStream& stream, std::uint64_t bound) {
    const std::uint64_t beyond = (std::uint64_t(0) - bound) % bound;  // 2^64 mod bound words are too many
    for (;;) {
        const std::uint64_t word = stream.next_word();
        if (word >= beyond) return word % bound;
    }
}

template <class T>
void shuffle_textbook(const StreamKey& key, T* items, std::ptrdiff_t n, int) {
    WordStream stream(key);
    for (std::ptrdiff_t i = n - 1; i > 0; --i)
        std::swap(items[i], items[die_by_remainder(stream, static_cast<std::uint64_t>(i) + 1)]);
}

// The upper half of word * bound [Lemire2019]: the remainder is computed when the lower half is less than the bound, hardly ever.
static std::uint64_t die_by_product(WordStream& stream, std::uint64_t bound) {
    auto product = static_cast<unsigned __int128>(stream.next_word()) * bound;
    if (static_cast<std::uint64_t>(product) < bound) {
        const std::uint64_t beyond = (std::uint64_t(0) - bound) % bound;
        while (static_cast<std::uint64_t>(product) < beyond) product = static_cast<unsigned __int128>(stream.next_word()) * bound;
    }
    return static_cast<std::uint64_t>(product >> 64);
}

template <class T>
void shuffle_no_division(const StreamKey& key, T* items, std::ptrdiff_t n, int) {
    WordStream stream(key);
    for (std::ptrdiff_t i = n - 1; i > 0; --i)
        std::swap(items[i], items[die_by_product(stream, static_cast<std::uint64_t>(i) + 1)]);
}

// Dice for the bounds m, m - 1, ..., m - count + 1 from one word [BrackettRozinsky2024]: what a product leaves below the point is
// the word for the next one. The lower half at the end must be at least 2^64 mod (m (m - 1) ...).
template <int count>
static void dice_of_word(WordStream& stream, std::uint64_t m, std::uint64_t* dice) {
    std::uint64_t bounds = 1;
    for (int k = 0; k < count; ++k) bounds *= m - static_cast<std::uint64_t>(k);
    for (;;) {
        std::uint64_t rest = stream.next_word();
        for (int k = 0; k < count; ++k) {
            const auto product = static_cast<unsigned __int128>(rest) * (m - static_cast<std::uint64_t>(k));
            dice[k] = static_cast<std::uint64_t>(product >> 64), rest = static_cast<std::uint64_t>(product);
        }
        if (rest >= bounds || rest >= (std::uint64_t(0) - bounds) % bounds) return;
    }
}

// Exchanges while there are at least `least` entries left; returns how many are left.
template <int count, class T>
static std::ptrdiff_t exchange_batches(WordStream& stream, T* items, std::ptrdiff_t left, std::ptrdiff_t least) {
    std::uint64_t dice[count];
    for (; left >= std::max<std::ptrdiff_t>(least, count); left -= count) {
        dice_of_word<count>(stream, static_cast<std::uint64_t>(left), dice);
        for (int k = 0; k < count; ++k) std::swap(items[left - 1 - k], items[dice[k]]);
    }
    return left;
}

template <class T>
void shuffle_batched_dice(const StreamKey& key, T* items, std::ptrdiff_t n, int) {
    WordStream stream(key);
    std::ptrdiff_t left = n;  // so many bounds that their product leaves few words to reject: the limits of the paper
    left = exchange_batches<1>(stream, items, left, std::ptrdiff_t(1) << 30);
    left = exchange_batches<2>(stream, items, left, std::ptrdiff_t(1) << 19);
    left = exchange_batches<3>(stream, items, left, std::ptrdiff_t(1) << 14);
    left = exchange_batches<4>(stream, items, left, std::ptrdiff_t(1) << 11);
    left = exchange_batches<5>(stream, items, left, std::ptrdiff_t(1) << 9);
    left = exchange_batches<6>(stream, items, left, 6);
    exchange_batches<1>(stream, items, left, 2);
}

template <class T>
void shuffle_simd_dice(const StreamKey& key, T* items, std::ptrdiff_t n, int) {
    permutation_items({key, 0, 0}, items, items, n, sizeof(T), 1);
}

template <class T>
void shuffle_buckets(const StreamKey& key, T* items, std::ptrdiff_t n, int) {
    permutation_items({key, 0, std::max(permutation_bits(n), 4)}, items, items, n, sizeof(T), 1);
}

template <class T>
void shuffle_threaded(const StreamKey& key, T* items, std::ptrdiff_t n, int threads) {
    permutation_items({key, 0, permutation_bits(n)}, items, items, n, sizeof(T), threads);
}

#define MLMATH_INSTANTIATE(T)                                                         \
    template void shuffle_textbook<T>(const StreamKey&, T*, std::ptrdiff_t, int);     \
    template void shuffle_no_division<T>(const StreamKey&, T*, std::ptrdiff_t, int);  \
    template void shuffle_batched_dice<T>(const StreamKey&, T*, std::ptrdiff_t, int); \
    template void shuffle_simd_dice<T>(const StreamKey&, T*, std::ptrdiff_t, int);    \
    template void shuffle_buckets<T>(const StreamKey&, T*, std::ptrdiff_t, int);      \
    template void shuffle_threaded<T>(const StreamKey&, T*, std::ptrdiff_t, int);
MLMATH_INSTANTIATE(double)
MLMATH_INSTANTIATE(float)
#undef MLMATH_INSTANTIATE

}  // namespace mlmath::ladder
