// SPDX-License-Identifier: BSD-3-Clause
// gemm of many small items, one after the other, without a plan or a call for each. Included by the per-level units.
#pragma once
#include "kernels/blas/gemm/gemm_pack.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace small_detail {

// The first n lanes of a register: a row of B, its product with an element of A added to sums, the sums stored. Lanes behind them
// must raise no flag: AVX-512 leaves them out of the arithmetic, elsewhere they repeat b[0].
template <class T>
struct Full {  // all of them
    using type = vec<T>;
    std::ptrdiff_t n;

    MLMATH_INLINE type load(const T* b) const { return MLMATH_LEVEL::load(b); }
    MLMATH_INLINE type fma(T a, type b, type c) const { return MLMATH_LEVEL::fma(broadcast(a), b, c); }
    MLMATH_INLINE void store(T* c, type v) const { MLMATH_LEVEL::store(c, v); }
};
template <class T>
struct Whole {
    using type = vec<T>;
    std::ptrdiff_t n;

    MLMATH_INLINE type load(const T* b) const {
#if defined(__AVX512F__)
        return load_first(b, n);
#else
        return n == width<T> ? MLMATH_LEVEL::load(b) : load_first_or(b, n, broadcast(b[0]));
#endif
    }
    MLMATH_INLINE type fma(T a, type b, type c) const {
#if defined(__AVX512F__)
        if constexpr (sizeof(T) == 8)
            return (type)_mm512_mask3_fmadd_pd((__m512d)broadcast(a), (__m512d)b, (__m512d)c, low_bits8(n));
        else
            return (type)_mm512_mask3_fmadd_ps((__m512)broadcast(a), (__m512)b, (__m512)c, low_bits16(n));
#else
        return MLMATH_LEVEL::fma(broadcast(a), b, c);
#endif
    }
    MLMATH_INLINE void store(T* c, type v) const { store_first(c, v, n); }
};

#if defined(__AVX512F__)
// The same in half a register. Constraint: where a 512-bit multiply-add takes the time of two of 256 bits, lanes without a column
// cost as much as others. Decision: for at most half a register of columns. (A lane's sum does not know how wide its register is.)
template <class T>
struct Half;
template <>
struct Half<double> {
    using type = __m256d;
    std::ptrdiff_t n;

    MLMATH_INLINE type load(const double* b) const { return _mm256_maskz_loadu_pd(low_bits8(n), b); }
    MLMATH_INLINE type fma(double a, type b, type c) const { return _mm256_mask3_fmadd_pd(_mm256_set1_pd(a), b, c, low_bits8(n)); }
    MLMATH_INLINE void store(double* c, type v) const { _mm256_mask_storeu_pd(c, low_bits8(n), v); }
};
template <>
struct Half<float> {
    using type = __m256;
    std::ptrdiff_t n;

    MLMATH_INLINE type load(const float* b) const { return _mm256_maskz_loadu_ps(low_bits8(n), b); }
    MLMATH_INLINE type fma(float a, type b, type c) const { return _mm256_mask3_fmadd_ps(_mm256_set1_ps(a), b, c, low_bits8(n)); }
    MLMATH_INLINE void store(float* c, type v) const { _mm256_mask_storeu_ps(c, low_bits8(n), v); }
};
#else
template <class T>
using Half = Whole<T>;
#endif

// Items of at most one register of columns and K steps of k: B lies in registers, each element of A is one broadcast. The sums are
// those of the tiles: from +0, by fma. Strides are copied first: a store to C could change them for all that the compiler knows.
template <class Lanes, class T, int K>
void items_in_registers(const GemmItems<T>& g) {
    const Lanes lanes{g.block.n};
    const std::ptrdiff_t m = g.block.m, a_row = g.block.a_row, a_column = g.block.a_column, b_row = g.block.b_row,
                         c_row = g.block.c_row;
    const std::ptrdiff_t a_item = g.a_item, b_item = g.b_item, c_item = g.c_item;
    const T *first_a = g.block.a, *first_b = g.block.b;
    T* first_c = g.block.c;
    for (std::ptrdiff_t left = g.count; left > 0; --left, first_a += a_item, first_b += b_item, first_c += c_item) {
        typename Lanes::type row[K];
        const T* b = first_b;
        MLMATH_UNROLL for (int p = 0; p < K; ++p) {
            row[p] = lanes.load(b);
            b += b_row;
            forget(b);
        }
        const auto rows = [&](const auto& element) __attribute__((always_inline)) {
            const T* a = first_a;
            T* c = first_c;
            for (std::ptrdiff_t i = 0; i < m; ++i) {
                typename Lanes::type sum{};
                MLMATH_UNROLL for (int p = 0; p < K; ++p) sum = lanes.fma(element(a, p), row[p], sum);
                lanes.store(c, sum);
                a += a_row;
                c += c_row;
            }
        };
        if (a_column == 1)
            rows([](const T* a, int p) __attribute__((always_inline)) { return a[p]; });
        else
            rows([=](const T* a, int p) __attribute__((always_inline)) { return a[p * a_column]; });
    }
}

// at[k - 1]; half: for up to half a register of columns; full: for a whole one.
template <class T>
struct ItemsByDepth {
    void (*full[small_depth])(const GemmItems<T>&) = {};
    void (*at[small_depth])(const GemmItems<T>&) = {};
    void (*half[small_depth])(const GemmItems<T>&) = {};
    constexpr ItemsByDepth() { fill<small_depth>(); }

private:
    template <int K>
    constexpr void fill() {
        full[K - 1] = items_in_registers<Full<T>, T, K>;
        at[K - 1] = items_in_registers<Whole<T>, T, K>;
        half[K - 1] = items_in_registers<Half<T>, T, K>;
        if constexpr (K > 1) fill<K - 1>();
    }
};
template <class T>
constexpr ItemsByDepth<T> items_by_depth;

// To where no cache is wanted: whole lines past the caches, the ends as usual.
template <class T>
void copy_past_caches(const T* from, T* to, std::ptrdiff_t n) {
    std::ptrdiff_t i = 0;
    while (i < n && reinterpret_cast<std::uintptr_t>(to + i) % 64 != 0) {
        to[i] = from[i];
        ++i;
    }
    for (; i + width<T> <= n; i += width<T>) stream(to + i, load(from + i));
    for (; i < n; ++i) to[i] = from[i];
}

template <class T>
void items_in_place(const GemmItems<T>& g) {
    const GemmBlock<T>& block = g.block;
    if (block.n <= width<T> && block.k <= small_depth && g.b_column == 1 && block.alpha == T(1) && block.beta == T(0))
        return (block.n == width<T>       ? items_by_depth<T>.full
                : 2 * block.n <= width<T> ? items_by_depth<T>.half
                                          : items_by_depth<T>.at)[block.k - 1](g);
    alignas(64) T packed[small_pack_elements<T>];
    for (std::ptrdiff_t t = 0; t < g.count; ++t) {
        GemmBlock<T> item = block;
        item.a += t * g.a_item;
        item.b += t * g.b_item;
        item.c += t * g.c_item;
        if (g.b_column != 1) {
            pack_panels<tile_columns<T>>(item.b, block.b_row, g.b_column, block.k, block.n, packed);
            item.b = packed;
            item.b_row = tile_columns<T>;
            item.b_panel = block.k * tile_columns<T>;
        }
        block_of_tiles(item);
    }
}

}  // namespace small_detail

// Results that lie side by side and are not wanted in a cache are staged a few KiB at a time.
template <class T>
void small_items(const GemmItems<T>& g) {
    using namespace small_detail;
    constexpr std::ptrdiff_t staged = 8192 / static_cast<std::ptrdiff_t>(sizeof(T));
    const std::ptrdiff_t size = g.block.m * g.block.n;
    if (!g.past_caches || size > staged) return items_in_place(g);
    alignas(64) T results[staged];
    const std::ptrdiff_t at_once = staged / size;
    for (std::ptrdiff_t t = 0; t < g.count; t += at_once) {
        GemmItems<T> some = g;
        some.count = g.count - t < at_once ? g.count - t : at_once;
        some.block.a += t * g.a_item;
        some.block.b += t * g.b_item;
        some.block.c = results;
        some.block.c_row = g.block.n;
        some.c_item = size;
        items_in_place(some);
        copy_past_caches(results, g.block.c + t * size, some.count * size);
    }
    stream_fence();
}

}  // namespace mlmath::MLMATH_LEVEL
