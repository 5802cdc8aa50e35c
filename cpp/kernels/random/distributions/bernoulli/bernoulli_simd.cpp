// SPDX-License-Identifier: BSD-3-Clause
// bernoulli: halves of words against a threshold. Compiled once per level.
#include "kernels/random/distributions/bernoulli/bernoulli_parts.hpp"
#include "kernels/random/engines/xblock/xblock_lanes.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr int halves_per_register = width<std::uint32_t>;

// A half that equals the threshold's upper half: 32 more bits decide. `number` counts halves from word `first` on.
__attribute__((noinline, cold)) bool decide_tie(const StreamKey& key, std::uint64_t first, std::ptrdiff_t number,
                                                std::uint64_t threshold) {
    std::uint64_t extra[4] = {first + static_cast<std::uint64_t>(number) / 2, 1, key.jump, domain_bernoulli};
    threefry4x64_20(key.key, extra);
    return extra[number % 2] >> 32 < (threshold & 0xffffffffu);
}

// Ones and zeros of T, from lanes that are all bits or none.
MLMATH_INLINE void store_truth(std::uint8_t* out, vec_i32 where) {
    typedef std::uint8_t Bytes __attribute__((vector_size(register_bytes / 4)));
    const Bytes bytes = __builtin_convertvector((vec_u32)where & broadcast<std::uint32_t>(1), Bytes);
    __builtin_memcpy(out, &bytes, sizeof bytes);
}
MLMATH_INLINE void store_truth(float* out, vec_i32 where) { store(out, (vec_f32)((vec_u32)where & (vec_u32)broadcast(1.0f))); }
MLMATH_INLINE void store_truth(double* out, vec_i32 where) {
    typedef std::int32_t Half __attribute__((vector_size(register_bytes / 2)));
    alignas(64) std::int32_t lanes[halves_per_register];
    store(lanes, where);
    MLMATH_UNROLL for (int part = 0; part < 2; ++part) {
        Half half;
        __builtin_memcpy(&half, lanes + part * width<double>, sizeof half);
        store(out + part * width<double>, (vec_f64)((vec_u64) __builtin_convertvector(half, vec_i64) & (vec_u64)broadcast(1.0)));
    }
}

template <class T>
void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
             const BernoulliParameters& parameters) {
    const BernoulliParameters p = parameters;
    const std::ptrdiff_t count = units * 2 * xblock_lanes;
    if (p.always) {
        for (std::ptrdiff_t i = 0; i < count; ++i) out[i] = T(1);
        return;
    }
    const vec_u32 bound = broadcast(static_cast<std::uint32_t>(p.threshold >> 32));
    for (std::ptrdiff_t i = 0; i < count; i += halves_per_register) {
        const vec_u32 h = bits_as<std::uint32_t>(load(words + i / 2));
        store_truth(out + i, (vec_i32)(h < bound));
        const auto tie = h == bound;
        if (__builtin_expect(any(tie), 0))
            for (int l = 0; l < halves_per_register; ++l)
                if (tie[l] != 0) out[i + l] = T(decide_tie(key, unit * xblock_lanes, i + l, p.threshold));
    }
}

// Of a half h and q = 2^32 p, both exact in double: h + e / 2^32 < q for every e in [0, 2^32) when h + 1 <= q, for none when h >=
// q.
template <class T>
void convert_each(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                  const double* const* parameters) {
    typedef std::int32_t Halves __attribute__((vector_size(register_bytes / 2)));
    typedef T Elements __attribute__((vector_size(width<double> * sizeof(T))));
    for (std::ptrdiff_t i = 0; i < units * 2 * xblock_lanes; i += width<double>) {
        Halves halves;
        __builtin_memcpy(&halves, reinterpret_cast<const unsigned char*>(words) + 4 * i, sizeof halves);
        // Conversions of signed integers exist on every level.
        const vec_f64 h = __builtin_convertvector(halves ^ INT32_MIN, vec_f64) + broadcast(0x1p31);
        const vec_f64 q = load(parameters[0] + i) * broadcast(0x1p32);
        const mask<double> truth = h < q, tie = truth & (q < h + broadcast(1.0));
        const Elements elements = __builtin_convertvector((vec_f64)((vec_u64)truth & (vec_u64)broadcast(1.0)), Elements);
        __builtin_memcpy(out + i, &elements, sizeof elements);
        if (__builtin_expect(any(tie), 0))
            for (int l = 0; l < width<double>; ++l)
                if (tie[l] != 0)
                    out[i + l] =
                        T(decide_tie(key, unit * xblock_lanes, i + l, static_cast<std::uint64_t>(parameters[0][i + l] * 0x1p64)));
    }
}

}  // namespace

extern const BernoulliKernels bernoulli_kernels;
const BernoulliKernels bernoulli_kernels = {{convert<std::uint8_t>, convert_each<std::uint8_t>},
                                            {convert<float>, convert_each<float>},
                                            {convert<double>, convert_each<double>}};

}  // namespace mlmath::MLMATH_LEVEL
