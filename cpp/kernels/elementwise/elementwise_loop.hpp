// SPDX-License-Identifier: BSD-3-Clause
// The loop of an elementwise unit: a function of registers over a strided run. A unit writes each function as a type, exports it,
//
//     struct Exp {
//         template <class V> MLMATH_INLINE V operator()(V x) const { return exp(x); }       // V: vec_f64 and vec_f32
//     };
//     const ExpKernels exp_kernels = {elementwise_kernels<Exp, 1>, ...};                     // 2: operator()(V x, V y)
//
// and may add to the type:
//
//     static constexpr int registers = 4;       how many registers are in flight (2 or 4 unless said)
//     static constexpr double padding = 0.5;    what fills lanes behind the end: an operand that raises no flag (1 unless said)
//     unusual(V x), usual(V x)                  a mask of the lanes that need operator(), and what is right elsewhere: one test and
//                                               one branch then serve all registers in flight
#pragma once
// Constraint: GCC emits the registers in flight one after the other, and the processor's window holds about four such chains; it
// can interleave them before registers are allotted, which pays where there are 32. Decision: on AVX-512.
#if defined(__GNUC__) && !defined(__clang__) && defined(__AVX512F__)
#pragma GCC optimize("schedule-insns")
#endif
#include "kernels/elementwise/elementwise_kernels.hpp"
#include "simd/vec.hpp"

// Not copied for constant arguments: the function inside is long.
#if defined(__clang__)
#define MLMATH_ONE_COPY __attribute__((noinline))
#else
#define MLMATH_ONE_COPY __attribute__((noinline, noclone))
#endif

namespace mlmath::MLMATH_LEVEL {

// vec_f64 -> double, vec_f32 -> float.
template <class V>
struct ElementOf;
template <>
struct ElementOf<vec_f64> {
    using type = double;
};
template <>
struct ElementOf<vec_f32> {
    using type = float;
};
template <class V>
using element_of = typename ElementOf<V>::type;

namespace elementwise_detail {

// Constraint: constants that a function takes from memory are taken once for all registers in flight, and its chains of dependent
// operations, of 4 cycles each, can overlap. Decision: two side by side, four where there are 32 registers.
template <class F>
constexpr int registers_in_flight() {
    if constexpr (requires { F::registers; })
        return F::registers;
    else
        return register_bytes == 64 ? 4 : 2;
}

template <class F>
constexpr double padding() {
    if constexpr (requires { F::padding; })
        return F::padding;
    else
        return 1;
}

template <class T, int Operands>
using Pointers = const T* const (&)[Operands];

// f of one register at position i of every operand.
template <class F, class T, int Operands>
MLMATH_INLINE vec<T> apply(Pointers<T, Operands> x, std::ptrdiff_t i) {
    if constexpr (Operands == 1)
        return F{}(load(x[0] + i));
    else
        return F{}(load(x[0] + i), load(x[1] + i));
}

// The registers in flight, from position i on.
template <class F, class T, int Operands, int R>
MLMATH_INLINE void apply_all(Pointers<T, Operands> x, std::ptrdiff_t i, vec<T> (&y)[R]) {
    if constexpr (requires(vec<T> v) { F{}.usual(v); }) {
        static_assert(Operands == 1);
        vec<T> v[R];
        MLMATH_UNROLL for (int r = 0; r < R; ++r) v[r] = load(x[0] + i + r * width<T>);
        auto unusual = F{}.unusual(v[0]);
        MLMATH_UNROLL for (int r = 1; r < R; ++r) unusual = static_cast<decltype(unusual)>(unusual | F{}.unusual(v[r]));
        if (!any(unusual)) [[likely]] {
            MLMATH_UNROLL for (int r = 0; r < R; ++r) y[r] = F{}.usual(v[r]);
            return;
        }
    }
    MLMATH_UNROLL for (int r = 0; r < R; ++r) y[r] = apply<F, T, Operands>(x, i + r * width<T>);
}

// Contiguous operands and n a multiple of R registers. Streaming: out aligned to the register.
template <class F, class T, int Operands>
MLMATH_ONE_COPY void map_groups(Pointers<T, Operands> given, T* out, std::ptrdiff_t n, bool streaming) {
    constexpr int R = registers_in_flight<F>();
    const T* x[Operands];  // by value, so that stores to out cannot change them
    MLMATH_UNROLL for (int o = 0; o < Operands; ++o) x[o] = given[o];
    for (std::ptrdiff_t i = 0; i < n; i += R * width<T>) {
        vec<T> y[R];
        apply_all<F, T, Operands>(x, i, y);
        if (streaming) {
            MLMATH_UNROLL for (int r = 0; r < R; ++r) stream(out + i + r * width<T>, y[r]);
        } else {
            MLMATH_UNROLL for (int r = 0; r < R; ++r) store(out + i + r * width<T>, y[r]);
        }
    }
}

// Contiguous, fewer elements than R registers: through buffers.
template <class F, class T, int Operands>
MLMATH_INLINE void map_few(Pointers<T, Operands> x, T* out, std::ptrdiff_t n) {
    constexpr int R = registers_in_flight<F>();
    alignas(64) T buffer[Operands][R * width<T>];
    const T* packed[Operands];
    const auto lanes = [n](int r) __attribute__((always_inline)) {
        const std::ptrdiff_t left = n - r * width<T>;
        return left < 0 ? 0 : left < width<T> ? left : width<T>;
    };
    MLMATH_UNROLL for (int o = 0; o < Operands; ++o) {
        MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            const std::ptrdiff_t count = lanes(r);
            const vec<T> rest = broadcast(static_cast<T>(padding<F>()));
            store(buffer[o] + r * width<T>, count > 0 ? load_first_or(x[o] + r * width<T>, count, rest) : rest);
        }
        packed[o] = buffer[o];
    }
    map_groups<F, T, Operands>(packed, buffer[0], R * width<T>, false);
    MLMATH_UNROLL for (int r = 0; r < R; ++r) if (lanes(r) > 0)
        store_first(out + r * width<T>, load(buffer[0] + r * width<T>), lanes(r));
}

template <class F, class T, int Operands>
MLMATH_INLINE void map_contiguous(Pointers<T, Operands> x, T* out, std::ptrdiff_t n, bool streaming) {
    constexpr std::ptrdiff_t lanes = registers_in_flight<F>() * width<T>;
    const std::ptrdiff_t whole = n / lanes * lanes;
    if (whole > 0) map_groups<F, T, Operands>(x, out, whole, streaming);
    if (whole == n) return;
    const T* rest[Operands];
    for (int o = 0; o < Operands; ++o) rest[o] = x[o] + whole;
    map_few<F, T, Operands>(rest, out + whole, n - whole);
}

// Operands that do not lie side by side are packed into blocks, which stay in the first-level cache: the function itself is
// compiled for contiguous data alone, and rounds alike whatever the layout.
constexpr std::ptrdiff_t block = 512;

template <class F, class T, int Operands>
MLMATH_ONE_COPY void map_blocks(const ElementwiseRun<T, Operands>& run) {
    alignas(64) T buffer[Operands][block], result[block];
    for (std::ptrdiff_t i = 0; i < run.n; i += block) {
        const std::ptrdiff_t count = run.n - i < block ? run.n - i : block;
        const T* x[Operands];
        for (int o = 0; o < Operands; ++o) {
            const std::ptrdiff_t step = run.x_stride[o];
            const T* from = run.x[o] + i * step;
            if (step == 1) {
                x[o] = from;
                continue;
            }
            x[o] = buffer[o];
            if (step == 0) {
                if (i > 0) continue;  // it is the same number in every block
                const vec<T> same = broadcast(*from);
                for (std::ptrdiff_t k = 0; k < count; k += width<T>) store(buffer[o] + k, same);
            } else {
                for (std::ptrdiff_t k = 0; k < count; ++k) buffer[o][k] = from[k * step];
            }
        }
        if (run.out_stride == 1) {
            map_contiguous<F, T, Operands>(x, run.out + i, count, false);
        } else {
            map_contiguous<F, T, Operands>(x, result, count, false);
            T* to = run.out + i * run.out_stride;
            for (std::ptrdiff_t k = 0; k < count; ++k) to[k * run.out_stride] = result[k];
        }
    }
}

template <class F, class T, int Operands>
void map_run(const ElementwiseRun<T, Operands>& run) {
    bool contiguous = run.out_stride == 1;
    for (int o = 0; o < Operands; ++o) contiguous &= run.x_stride[o] == 1;
    if (!contiguous) return map_blocks<F, T, Operands>(run);
    if (!run.streaming) return map_contiguous<F, T, Operands>(run.x, run.out, run.n, false);
    // Up to the first element that is aligned to a register, then whole registers past the caches.
    const auto beyond = static_cast<std::ptrdiff_t>(reinterpret_cast<std::uintptr_t>(run.out) / sizeof(T) % width<T>);
    std::ptrdiff_t head = beyond == 0 ? 0 : width<T> - beyond;
    if (head > run.n) head = run.n;
    const T* x[Operands];
    for (int o = 0; o < Operands; ++o) x[o] = run.x[o] + head;
    if (head > 0) map_contiguous<F, T, Operands>(run.x, run.out, head, false);
    map_contiguous<F, T, Operands>(x, run.out + head, run.n - head, true);
    stream_fence();
}

}  // namespace elementwise_detail

template <class F, int Operands>
constexpr ElementwiseKernels<Operands> elementwise_kernels = {elementwise_detail::map_run<F, double, Operands>,
                                                              elementwise_detail::map_run<F, float, Operands>};

}  // namespace mlmath::MLMATH_LEVEL
