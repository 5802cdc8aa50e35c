// SPDX-License-Identifier: BSD-3-Clause
// inversion: words to elements of each law. Compiled once per level.
#include <type_traits>

#include "kernels/random/distributions/inversion/inversion_laws.hpp"
#include "kernels/random/engines/xblock/xblock_fill.hpp"
#include "simd/math/through_doubles.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

using math_detail::store_as_f32;

// ---- float's tails ----

// The distance from its end of the half that is element `element` of unit `unit`, continued by 32 extra bits.
double continued(const StreamKey& key, std::uint64_t domain, std::uint64_t unit, std::ptrdiff_t element, std::uint32_t folded) {
    std::uint64_t extra[4] = {unit * xblock_lanes + static_cast<std::uint64_t>(element / 2), 1, key.jump, domain};
    threefry4x64_20(key.key, extra);
    const std::uint64_t longer = (std::uint64_t(folded) << 32) | (extra[element % 2 * 2] >> 32) | 1;
    return static_cast<double>(static_cast<std::int64_t>(longer)) * 0x1p-64;  // exact: 42 bits
}

// Distances from the ends, continued where the half lies in a tail: one half in two million.
template <class T, class U>
__attribute__((noinline)) vec<T> with_tails(const StreamKey& key, std::uint64_t domain, std::uint64_t unit, std::ptrdiff_t first,
                                            vec<U> folded, vec<T> end) {
    for (int l = 0; l < width<T>; ++l)
        if (folded[l] < inversion_f32_tail)
            end[l] = static_cast<T>(continued(key, domain, unit, first + l, static_cast<std::uint32_t>(folded[l])));
    return end;
}

// Whether any half lies in a tail. (By a test of bits: see any_in_tail of the normal law.)
template <class U>
MLMATH_INLINE bool any_tail(vec<U> folded) {
#if defined(__AVX512F__)
    const auto above = (__m512i)broadcast<U>(~U(inversion_f32_tail - 1));
    if constexpr (sizeof(U) == 8)
        return _mm512_testn_epi64_mask((__m512i)folded, above) != 0;
    else
        return _mm512_testn_epi32_mask((__m512i)folded, above) != 0;
#else
    return any((folded & broadcast<U>(~U(inversion_f32_tail - 1))) == vec<U>{});
#endif
}

template <class T, class U>
MLMATH_INLINE void continue_tails(const StreamKey& key, std::uint64_t domain, std::uint64_t unit, std::ptrdiff_t first, vec<U> h,
                                  TwoSided<T>& u) {
    const vec<U> folded = folded_half(h);
    if (__builtin_expect(any_tail<U>(folded), 0)) {
        u.end = with_tails<T, U>(key, domain, unit, first, folded, u.end);
        u.nearest = select<T>((mask<T>)(folded < broadcast<U>(inversion_f32_tail)), u.end, u.nearest);
    }
}

// ---- loops ----

// Halves as 64-bit lanes, the low half of a word first.
MLMATH_INLINE vec_u64 widened(const std::uint32_t* p) {
    vec_u64 v{};
#if defined(__AVX512F__)
    v = (vec_u64)_mm512_maskz_cvtepu32_epi64(0xff, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
#else
    MLMATH_UNROLL for (int l = 0; l < width<std::uint64_t>; ++l) v[l] = p[l];
#endif
    return v;
}

MLMATH_INLINE vec_f64 load_parameter(const double* p, double) { return load(p); }
MLMATH_INLINE vec_f32 load_parameter(const double* p, float) {
    constexpr int half = width<double>;
    float v[2 * half];
    store_as_f32(v, load(p));
    store_as_f32(v + half, load(p + half));
    return load(v);
}

template <class T, int Count>
MLMATH_INLINE void load_parameters(const double* const* parameters, std::ptrdiff_t i, vec<T> (&p)[3]) {
    MLMATH_UNROLL for (int k = 0; k < Count; ++k) p[k] = load_parameter(parameters[k] + i, T());
}

constexpr std::uint64_t tail_domain(Inversion law) {
    return law <= Inversion::exponential ? domain_exponential_f32_tail : domain_continuous_f32_tail;
}

template <Inversion L, class T>
using Computed = std::conditional_t<in_double(L), double, T>;

MLMATH_INLINE void store_elements(double* p, vec_f64 x) { store(p, x); }
MLMATH_INLINE void store_elements(float* p, vec_f32 x) { store(p, x); }
MLMATH_INLINE void store_elements(float* p, vec_f64 x) { store_as_f32(p, x); }

// The uniforms of element i of units from `unit` on, and of its neighbours in the register of words.
template <Inversion L>
MLMATH_INLINE TwoSided<double> uniforms(const StreamKey&, std::uint64_t, vec_u64 word, std::ptrdiff_t, double) {
    return two_sided(word);
}
template <Inversion L>
MLMATH_INLINE TwoSided<float> uniforms(const StreamKey& key, std::uint64_t unit, vec_u64 word, std::ptrdiff_t i, float) {
    const vec_u32 h = bits_as<std::uint32_t>(word);
    TwoSided<float> u = two_sided_half(h);
    continue_tails<float, std::uint32_t>(key, tail_domain(L), unit, i, h, u);
    return u;
}
// Of half a register of words.
template <Inversion L>
MLMATH_INLINE TwoSided<double> uniforms_in_double(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words,
                                                  std::ptrdiff_t i) {
    std::uint32_t halves[width<double>];
    __builtin_memcpy(halves, words + i / 2, sizeof halves);
    const vec_u64 h = widened(halves);
    TwoSided<double> u = two_sided_half(h);
    continue_tails<double, std::uint64_t>(key, tail_domain(L), unit, i, h, u);
    return u;
}

// The steps after the first, of n elements. law_at(i) is the law of elements i, i + 1, ...: with parameters of its own for each,
// or the same every time.
template <class Made, class R, class T, class LawAt>
MLMATH_INLINE void finish(Between<R>* between, std::ptrdiff_t first, std::ptrdiff_t n, T* out, LawAt law_at) {
    constexpr int w = width<R>;
    if constexpr (Made::more_steps == 1)
        for (std::ptrdiff_t r = 0; r < n / w; ++r) between[r] = Made::between(between[r]);
    for (std::ptrdiff_t r = 0; r < n / w; ++r) store_elements(out + first + r * w, law_at(first + r * w).last(between[r]));
}

// Registers of a block. Arithmetic: 32 are 4 KiB between the steps, at 64 bytes; one pass is 250 cycles and more, so that its
// filling and draining do not matter. Decision: 32 with words from the generator, and no more than 16 steps of words.
constexpr std::ptrdiff_t block_steps = 16;

template <Inversion L, class T, class LawAt>
MLMATH_INLINE void transform(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                             LawAt law_at) {
    using R = Computed<L, T>;
    using Made = RegisterLaw<L, R>;
    constexpr int w = width<R>;
    constexpr std::ptrdiff_t per_word = 8 / static_cast<std::ptrdiff_t>(sizeof(T)), block = block_steps * xblock_lanes * per_word;
    Between<R> between[block / w];
    const std::ptrdiff_t n = units * xblock_lanes * per_word;
    for (std::ptrdiff_t first = 0; first < n; first += block) {
        const std::ptrdiff_t now = n - first < block ? n - first : block;
        for (std::ptrdiff_t r = 0; r < now / w; ++r) {
            const std::ptrdiff_t i = first + r * w;
            if constexpr (sizeof(R) != sizeof(T))
                between[r] = Made::first(uniforms_in_double<L>(key, unit, words, i));
            else
                between[r] = Made::first(uniforms<L>(key, unit, load(words + i / per_word), i, T()));
        }
        finish<Made>(between, first, now, out, law_at);
    }
}

// Elements made as the words come: the generator is a chain of its own, which the first step's arithmetic fills up.
template <Inversion L, class T>
struct Fused {
    const StreamKey& key;
    std::uint64_t first_unit;  // of the block, in the stream
    const RegisterLaw<L, T>& law;
    void steps(XBlockLanes& lanes, std::ptrdiff_t step, T* out, std::ptrdiff_t steps) const {
        using Made = RegisterLaw<L, T>;
        constexpr int w = width<T>;
        constexpr std::ptrdiff_t per_word = 8 / static_cast<std::ptrdiff_t>(sizeof(T)), per_step = xblock_lanes * per_word;
        Between<T> between[block_steps * per_step / w];
        const StreamKey& k = key;
        for (std::ptrdiff_t done = 0; done < steps; done += block_steps) {
            const std::ptrdiff_t now = steps - done < block_steps ? steps - done : block_steps;
            const std::uint64_t unit = first_unit + static_cast<std::uint64_t>(step + done);
            run_lanes(lanes, now, [&k, unit, &between](std::ptrdiff_t s, int lane, vec_u64 word) __attribute__((always_inline)) {
                const std::ptrdiff_t i = (s * xblock_lanes + lane) * per_word;
                between[i / w] = Made::first(uniforms<L>(k, unit, word, i, T()));
            });
            const Made& made = law;
            finish<Made>(between, done * per_step, now * per_step, out,
                         [&made](std::ptrdiff_t) __attribute__((always_inline)) { return made; });
        }
    }
};

template <Inversion L, class R>
MLMATH_INLINE RegisterLaw<L, R> prepared(const InversionParameters& parameters) {
    vec<R> p[3];
    MLMATH_UNROLL for (int k = 0; k < 3; ++k) p[k] = broadcast<R>(static_cast<R>(parameters.values[k]));
    return RegisterLaw<L, R>::of(p);
}

template <Inversion L, class T>
void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
             const InversionParameters& parameters) {
    const auto law = prepared<L, Computed<L, T>>(parameters);
    transform<L>(key, unit, words, units, out, [&law](std::ptrdiff_t) __attribute__((always_inline)) { return law; });
}

template <Inversion L, class T>
void convert_each(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                  const double* const* parameters) {
    using R = Computed<L, T>;
    transform<L>(key, unit, words, units, out, [parameters](std::ptrdiff_t i) __attribute__((always_inline)) {
        vec<R> p[3] = {};
        load_parameters<R, inversion_parameters[static_cast<int>(L)]>(parameters, i, p);
        return RegisterLaw<L, R>::of(p);
    });
}

template <Inversion L, class T>
void fill(const StreamKey& key, std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, T* out, bool streaming,
          const InversionParameters& parameters) {
    const auto law = prepared<L, T>(parameters);
    fill_part_of_block(key, block, first, count, out, streaming, Fused<L, T>{key, block * xblock_steps, law});
}

template <Inversion L, class T>
constexpr InversionFunctions<T> functions() {
    if constexpr (sizeof(Computed<L, T>) == sizeof(T))
        return {fill<L, T>, convert<L, T>, convert_each<L, T>};
    else
        return {nullptr, convert<L, T>, convert_each<L, T>};
}

#define MLMATH_ALL_INVERSIONS(T)                      \
    {functions<Inversion::standard_exponential, T>(), \
     functions<Inversion::exponential, T>(),          \
     functions<Inversion::rayleigh, T>(),             \
     functions<Inversion::gumbel, T>(),               \
     functions<Inversion::laplace, T>(),              \
     functions<Inversion::logistic, T>(),             \
     functions<Inversion::cauchy, T>(),               \
     functions<Inversion::weibull, T>(),              \
     functions<Inversion::pareto, T>(),               \
     functions<Inversion::power, T>(),                \
     functions<Inversion::triangular, T>()}

}  // namespace

extern const InversionKernels inversion_kernels;
const InversionKernels inversion_kernels = {MLMATH_ALL_INVERSIONS(double), MLMATH_ALL_INVERSIONS(float)};

}  // namespace mlmath::MLMATH_LEVEL
