// SPDX-License-Identifier: BSD-3-Clause
// Keys of elements; the keys between two bounds. Compiled once per level.
#include "kernels/reduce/reduction_extremes.hpp"
#include "kernels/reduce/selection/selection_keys.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
std::ptrdiff_t keys_of(const T* x, std::ptrdiff_t n, order_key<T>* keys) {
    using Key = order_key<T>;
    // Magnitudes above infinity's are NaN. Each lane counts down by its mask; a lane counts 2^31 elements at most per call.
    const vec<Key> infinity = broadcast(key_of_infinity<T>), magnitude = broadcast(all_but_sign<T>),
                   largest = broadcast(all_but_sign<T>);
    vec<Key> counted{};
    std::ptrdiff_t i = 0, nans = 0;
    for (; i + width<T> <= n; i += width<T>) {
        const vec<T> v = load(x + i);
        const vec<Key> nan = ((vec<Key>)v & magnitude) > infinity;
        counted -= nan;
        store(keys + i, nan ? largest : key_of<T>(v));
    }
    for (int l = 0; l < width<T>; ++l) nans += counted[l];
    for (; i < n; ++i) {
        const bool nan = (__builtin_bit_cast(Key, x[i]) & all_but_sign<T>) > key_of_infinity<T>;
        nans += nan;
        keys[i] = nan ? all_but_sign<T> : key_of<T>(x[i]);
    }
    return nans;
}

// Without a branch: every key is written, and the place moves on only past the wanted ones.
template <class Key>
std::ptrdiff_t between(const Key* keys, std::ptrdiff_t n, Key low, Key high, Key* to, std::ptrdiff_t* below) {
    std::ptrdiff_t count = 0, smaller = 0, i = 0;
#if defined(__AVX512F__)
    // Compressed in a register and stored whole: a compressing store to memory is microcode on some CPUs.
    const __m512i lows = (__m512i)broadcast(low), highs = (__m512i)broadcast(high);
    for (; i + width<Key> <= n; i += width<Key>) {
        const __m512i v = (__m512i)load(keys + i);
        unsigned under, inside;
        __m512i packed;
        if constexpr (sizeof(Key) == 8) {
            under = _mm512_cmplt_epi64_mask(v, lows);
            inside = static_cast<__mmask8>(_mm512_cmple_epi64_mask(v, highs) & ~under);
            packed = _mm512_maskz_compress_epi64(static_cast<__mmask8>(inside), v);
        } else {
            under = _mm512_cmplt_epi32_mask(v, lows);
            inside = static_cast<__mmask16>(_mm512_cmple_epi32_mask(v, highs) & ~under);
            packed = _mm512_maskz_compress_epi32(static_cast<__mmask16>(inside), v);
        }
        store(to + count, (vec<Key>)packed);
        count += __builtin_popcount(inside);
        smaller += __builtin_popcount(under);
    }
#endif
    for (; i < n; ++i) {
        const Key key = keys[i];
        to[count] = key;
        count += (key >= low) & (key <= high);
        smaller += key < low;
    }
    *below += smaller;
    return count;
}

}  // namespace

extern const SelectionKernels selection_kernels;
const SelectionKernels selection_kernels = {keys_of<double>, keys_of<float>, between<std::int64_t>, between<std::int32_t>};

}  // namespace mlmath::MLMATH_LEVEL
