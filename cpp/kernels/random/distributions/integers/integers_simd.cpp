// SPDX-License-Identifier: BSD-3-Clause
// integers: pieces of words to elements. Compiled once per level.
#include "kernels/random/distributions/integers/integers_parts.hpp"
#include "kernels/random/distributions/integers/integers_pieces.hpp"
#include "kernels/random/engines/extra_words.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

__extension__ typedef unsigned __int128 uint128;
using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;

constexpr std::ptrdiff_t tile_words = 64 * xblock_lanes;  // the most that is converted at a time
constexpr int words_per_register = width<u64>;

bool accepted(u64 extra, u64 span, u64 threshold, u64& value) {
    const uint128 product = uint128(extra) * span;
    value = static_cast<u64>(product >> 64);
    return static_cast<u64>(product) >= threshold;
}

// Pieces that were rejected, by their numbers in the words that are being converted.
template <int PerWord>
struct Rejected {
    u32 list[PerWord * tile_words + 64];
    std::ptrdiff_t count = 0;

    MLMATH_INLINE void append(u64 bits, std::ptrdiff_t first) {
        for (; bits != 0; bits &= bits - 1) list[count++] = static_cast<u32>(first + __builtin_ctzll(bits));
    }
};

// Where item i has its first word, for items of so many halves.
template <int Halves>
struct PlacesOf {
    u64 unit;
    MLMATH_INLINE vec_u64 operator()(vec_u64 i) const { return place_of(unit, Halves, i); }
};

// The elements of the rejected pieces from extra words: word e of a piece is word e mod 4 of attempt 1 + e / 4, and e goes from
// the piece's number in its word in steps of PerWord.
//
// Constraint: at most one piece in 256 is rejected (with bounds of each element up to one word in two).
// Arithmetic: the words of 8 attempts in a register of lanes cost 150 vector operations, those of one alone 200 cycles. The first
//   attempt of whole words holds four candidates.
// Decision: the first attempt in registers, later ones one by one.
template <int PerWord, class T, class PlaceOf>
void redo(const StreamKey& key, PlaceOf place_of_item, const Rejected<PerWord>& rejected, const IntegerParameters& p, T* out) {
    for (std::ptrdiff_t at = 0; at < rejected.count; at += words_per_register) {
        const auto n = static_cast<int>(rejected.count - at < words_per_register ? rejected.count - at : words_per_register);
        alignas(64) u64 numbers[words_per_register];
        alignas(64) u64 words[4][words_per_register], places[words_per_register];
        for (int l = 0; l < words_per_register; ++l) numbers[l] = rejected.list[at + (l < n ? l : n - 1)];
        const vec_u64 number = load(numbers), piece = number % PerWord;
        vec_u64 x[4] = {place_of_item(number / PerWord), piece / 4 + 1, broadcast(key.jump), broadcast(domain_integers)};
        store(places, x[0]);
        threefry4x64_20(key.key, x);
        MLMATH_UNROLL for (int k = 0; k < 4; ++k) store(words[k], x[k]);
        for (int l = 0; l < n; ++l) {
            u64 extra[4] = {words[0][l], words[1][l], words[2][l], words[3][l]}, value;
            u64 e = numbers[l] % PerWord, attempt = e / 4;
            while (!accepted(extra[e % 4], p.span, p.redo_threshold, value)) {
                e += PerWord;
                if (e / 4 == attempt) continue;
                attempt = e / 4;
                extra[0] = places[l], extra[1] = attempt + 1, extra[2] = key.jump, extra[3] = domain_integers;
                threefry4x64_20(key.key, extra);
            }
            out[numbers[l]] = static_cast<T>(p.low + value);
        }
    }
}

// Each map takes a register of words, or as many as make a register of elements, and returns the rejected pieces as bits.

struct Bytes8 {  // pieces of 8 bits
    using Element = u8;
    static constexpr int per_word = 8, words = words_per_register;
    static MLMATH_INLINE u64 map(const u64* from, u8* out, const IntegerParameters& p) {
        const auto x = load_bytes<lanes<u16>>(from), s = all_lanes(static_cast<u16>(p.span)), low_byte = all_lanes<u16>(0xff);
        const lanes<u16> even = (x & low_byte) * s, odd = (x >> 8) * s;  // at most 255 * 256
        const auto upper = (lanes<u8>)((even >> 8) | (odd & ~low_byte)), lower = (lanes<u8>)((even & low_byte) | (odd << 8));
        store_bytes(out, upper + all_lanes(static_cast<u8>(p.low)));
        return below<u8>(lower, all_lanes(static_cast<u8>(p.threshold)));
    }
};

template <class T>
struct Shorts16 {  // pieces of 16 bits to elements of 8 or 16; span < 2^16
    using Element = T;
    static constexpr int per_word = 4, words = words_per_register;
    static MLMATH_INLINE u64 map(const u64* from, T* out, const IntegerParameters& p) {
        const auto x = load_bytes<lanes<u16>>(from), s = all_lanes(static_cast<u16>(p.span));
        const lanes<u16> value = upper_product(x, s) + all_lanes(static_cast<u16>(p.low));
        store_bytes(out, __builtin_convertvector(value, lanes<T, register_bytes / 2>));
        return below<u16>(x * s, all_lanes(static_cast<u16>(p.threshold)));
    }
};

template <class T>
struct Halves32 {  // pieces of 32 bits to elements of 16 or 32; span < 2^32
    using Element = T;
    static constexpr int per_word = 2, words = words_per_register;
    static MLMATH_INLINE u64 map(const u64* from, T* out, const IntegerParameters& p) {
        const vec_u64 w = load(from), s = broadcast(p.span), low_half = broadcast<u64>(0xffffffffu);
        const vec_u64 even = product_of_halves(w, s), odd = product_of_halves(w >> 32, s);
        const auto upper = (lanes<u32>)((even >> 32) | (odd & ~low_half)), lower = (lanes<u32>)((even & low_half) | (odd << 32));
        store_bytes(out, __builtin_convertvector(upper + all_lanes(static_cast<u32>(p.low)), lanes<T, register_bytes / 4>));
        return below<u32>(lower, all_lanes(static_cast<u32>(p.threshold)));
    }
};

struct Wide32 {  // pieces of 32 bits to elements of 64; span < 2^32. Half a register of pieces at a time
    using Element = u64;
    static constexpr int per_word = 2, words = words_per_register;
    static MLMATH_INLINE u64 map(const u64* from, u64* out, const IntegerParameters& p) {
        const vec_u64 s = broadcast(p.span), low = broadcast(p.low), threshold = broadcast(p.threshold);
        u64 bits = 0;
        MLMATH_UNROLL for (int part = 0; part < 2; ++part) {
            const vec_u64 product = product_of_halves(widened(from + part * words_per_register / 2), s);
            store_bytes(out + part * words_per_register, (product >> 32) + low);
            bits |= below<u64>(product & broadcast<u64>(0xffffffffu), threshold) << (part * words_per_register);
        }
        return bits;
    }
};

template <class T, bool Short>
struct Words64 {  // whole words; span <= 2^32 (Short), or < 2^64
    using Element = T;
    static constexpr int per_word = 1, words = words_per_register;
    static MLMATH_INLINE u64 map(const u64* from, T* out, const IntegerParameters& p) {
        vec_u64 lower;
        const vec_u64 value = long_product<Short>(load(from), broadcast(p.span), lower) + broadcast(p.low);
        store_bytes(out, __builtin_convertvector(value, lanes<T, words_per_register>));
        return below<u64>(lower, broadcast(p.threshold));
    }
};

template <class Map>
void run(const StreamKey& key, u64 unit, const u64* words, std::ptrdiff_t units, void* to, const IntegerParameters& parameters) {
    using T = typename Map::Element;
    const IntegerParameters p = parameters;  // `out` may alias anything: in registers
    auto* out = static_cast<T*>(to);
    const std::ptrdiff_t count = units * xblock_lanes;
    if (p.threshold == 0) {  // a power of two: nothing is rejected
        for (std::ptrdiff_t i = 0; i < count; i += Map::words) Map::map(words + i, out + i * Map::per_word, p);
        return;
    }
    Rejected<Map::per_word> rejected;
    for (std::ptrdiff_t i = 0; i < count; i += Map::words) {
        const u64 bits = Map::map(words + i, out + i * Map::per_word, p);
        if (__builtin_expect(bits != 0, 0)) rejected.append(bits, i * Map::per_word);
    }
    redo<Map::per_word>(key, PlacesOf<2>{unit}, rejected, p, out);
}

// The words as they are, or with `low` added to each piece.
template <class Piece, class T>
void copy(const u64* words, std::ptrdiff_t units, void* to, u64 low) {
    constexpr int per_register = register_bytes / static_cast<int>(sizeof(Piece));
    const lanes<Piece> offset = all_lanes(static_cast<Piece>(low));
    auto* out = static_cast<T*>(to);
    for (std::ptrdiff_t i = 0; i < units * xblock_lanes; i += words_per_register, out += per_register)
        store_bytes(out, __builtin_convertvector(load_bytes<lanes<Piece>>(words + i) + offset, lanes<T, per_register>));
}

void bytes_8(const StreamKey& key, u64 unit, const u64* words, std::ptrdiff_t units, void* out, const IntegerParameters& p) {
    p.span == 256 ? copy<u8, u8>(words, units, out, p.low) : run<Bytes8>(key, unit, words, units, out, p);
}

void shorts_16(const StreamKey& key, u64 unit, const u64* words, std::ptrdiff_t units, void* out, const IntegerParameters& p) {
    p.span == 65536 ? copy<u16, u16>(words, units, out, p.low) : run<Shorts16<u16>>(key, unit, words, units, out, p);
}

void halves_32(const StreamKey& key, u64 unit, const u64* words, std::ptrdiff_t units, void* out, const IntegerParameters& p) {
    p.span >> 32 != 0 ? copy<u32, u32>(words, units, out, p.low) : run<Halves32<u32>>(key, unit, words, units, out, p);
}

// Span 2^32: half the words of a register make a register of elements.
void widened_halves(const u64* words, std::ptrdiff_t units, u64* out, u64 low) {
    for (std::ptrdiff_t i = 0; i < units * xblock_lanes; i += words_per_register / 2, out += words_per_register)
        store_bytes(out, widened(words + i) + broadcast(low));
}

void wide_32(const StreamKey& key, u64 unit, const u64* words, std::ptrdiff_t units, void* out, const IntegerParameters& p) {
    p.span >> 32 != 0 ? widened_halves(words, units, static_cast<u64*>(out), p.low) : run<Wide32>(key, unit, words, units, out, p);
}

template <class T>
void words_64(const StreamKey& key, u64 unit, const u64* words, std::ptrdiff_t units, void* out, const IntegerParameters& p) {
    if (sizeof(T) == 8 && p.span == 0)
        copy<u64, u64>(words, units, out, p.low);
    else
        p.span >> 32 == 0 ? run<Words64<T, true>>(key, unit, words, units, out, p)
                          : run<Words64<T, false>>(key, unit, words, units, out, p);
}

// 128 bits of two words each. A product of 192 bits of which the middle word is zero, 2^-64 of all, may be rejected.
void pairs_128(const StreamKey& key, u64 unit, const u64* words, std::ptrdiff_t units, void* to,
               const IntegerParameters& parameters) {
    const IntegerParameters p = parameters;
    auto* out = static_cast<u64*>(to);
    Rejected<1> rejected;
    const vec_u64 span = broadcast(p.span);
    for (std::ptrdiff_t i = 0; i < units * xblock_lanes; i += words_per_register) {
        const u64* from = words + 2 * i - i % xblock_lanes;  // a unit is 16 lower words and then 16 upper ones
        vec_u64 lowest, middle;
        const vec_u64 carry = long_product<false>(load(from), span, lowest);
        const vec_u64 highest = long_product<false>(load(from + xblock_lanes), span, middle);
        middle += carry;
        store_bytes(out + i, highest - (vec_u64)(middle < carry) + broadcast(p.low));  // a true lane is -1
        u64 suspects = below<u64>(middle, broadcast<u64>(1));
        if (__builtin_expect(suspects != 0, 0)) rejected.append(suspects & below<u64>(lowest, broadcast(p.threshold)), i);
    }
    redo<1>(key, PlacesOf<4>{unit}, rejected, p, out);
}

// Bounds of each element: a word each. `threshold` takes a division, which only products that leave less than span need.
template <class T>
void convert_each(const StreamKey& key, u64 unit, const u64* words, std::ptrdiff_t units, void* to,
                  const double* const* parameters) {
    auto* out = static_cast<T*>(to);
    for (std::ptrdiff_t i = 0; i < units * xblock_lanes; i += words_per_register) {
        const auto low = load_bytes<vec_u64>(parameters[0] + i), beyond = load_bytes<vec_u64>(parameters[1] + i);
        const vec_u64 span = beyond - low, w = load(words + i);
        vec_u64 lower;
        const vec_u64 product = long_product<false>(w, span, lower);
        const vec_u64 value = low + select<u64>(span == broadcast<u64>(0), w, product);
        store_bytes(out + i, __builtin_convertvector(value, lanes<T, words_per_register>));
        for (u64 bits = below<u64>(lower, span); bits != 0; bits &= bits - 1) {
            const int l = __builtin_ctzll(bits);
            const u64 threshold = (0 - span[l]) % span[l];
            if (lower[l] >= threshold) continue;
            Rejected<1> one;
            one.list[one.count++] = static_cast<u32>(i + l);
            redo<1>(key, PlacesOf<2>{unit}, one, {low[l], span[l], threshold, threshold, 64}, out);
        }
    }
}

}  // namespace

extern const IntegerKernels integer_kernels;
const IntegerKernels integer_kernels = {
    {{bytes_8, run<Shorts16<u8>>}, {shorts_16, run<Halves32<u16>>}, {halves_32, words_64<u32>}, {wide_32, words_64<u64>}},
    pairs_128,
    {convert_each<u8>, convert_each<u16>, convert_each<u32>, convert_each<u64>},
};

}  // namespace mlmath::MLMATH_LEVEL
