// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_ql: the iteration, and the rotations applied to rows. Compiled once per level.
//
// A sweep with shift s writes T - s as Q L, from the last row up, and T becomes L Q + s. With pi the pivot of row i + 1 and e =
// e_i:
//   r^2 = pi^2 + e^2,   cos = pi / r,   sin = e / r,   new pi = cos (d_i - s) - sin cos_before e.
// In terms of p = pi^2 and gamma = pi cos_before this needs the squares alone [Parlett1998, sec. 8.15]:
//   cos^2 = p / (p + e^2),   new gamma = cos^2 (d_i - s) - sin^2 gamma,   new p = new gamma^2 / cos^2.
//
// Constraint: each step waits for the one before. Arithmetic: sqrt(f^2 + g^2) and a division by it are some 50 cycles from pi to
// pi. With N = p (d_i - s) - e^2 gamma the new gamma is N / (p + e^2), the new p is N / (p + e^2) N / p: the two divisions do not
// wait for each other nor for N: 25 cycles.
// Decision: squares always; for the vectors the roots of cos^2 and sin^2 are taken after the sweep, registers at a time.
#include "core/interruption.hpp"
#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql_kernels.hpp"
#include "kernels/factor/columns_simd.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

MLMATH_INLINE std::uint64_t bits_of(double x) { return __builtin_bit_cast(std::uint64_t, x); }
MLMATH_INLINE double with_sign(double x, std::uint64_t sign) { return __builtin_bit_cast(double, bits_of(x) | sign); }
constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

// p below this is taken for zero: its reciprocal is a number above.
constexpr double tiny = 0x1p-1000;

/// A block of T without negligible elements, as seen from one of its ends: index i of it is place i * way of the arrays.
struct Block {
    double *d, *e;
    std::uint64_t* sign;
    std::ptrdiff_t way, last;

    MLMATH_INLINE bool negligible(const QlMatrix& t, std::ptrdiff_t i) const {
        return e[i * way] <= fma(t.relative, magnitude(d[i * way] * d[(i + 1) * way]), t.floor);
    }
};

// The eigenvalue of the first 2x2 block nearer to its first element.
MLMATH_INLINE double shift_of(const Block& b) {
    const double beside = root(b.e[0]), half = (b.d[b.way] - b.d[0]) / (2 * beside), length = root(fma(half, half, 1.0));
    return b.d[0] - beside / (half + (half < 0 ? -length : length));
}

// One sweep. rotation(i, cos^2, sin^2) with the signs of cos and sin, i = last - 1 .. 0. The lowest index at which the new
// off-diagonal is negligible, or -1.
template <class Rotation>
MLMATH_INLINE std::ptrdiff_t sweep(const QlMatrix& t, const Block& b, Rotation&& rotation) {
    const double shift = shift_of(b);
    const std::ptrdiff_t way = b.way;
    double *d = b.d + b.last * way, *e = b.e + b.last * way, below = 0;
    double gamma = *d - shift, p = gamma * gamma, c = 1, s = 0;
    std::uint64_t sign = 0;
    std::ptrdiff_t split = -1;
    for (std::ptrdiff_t i = b.last - 1; i >= 0; --i) {
        const double square = e[-way], r = p + square, inverse = 1 / r, above = d[-way];
        const double e_new = s * r;
        sign ^= bits_of(gamma) & sign_bit;
        double next;
        if (p > tiny) {
            const double product = fma(p, above - shift, -(square * gamma)), quotient = product * (1 / p);
            c = p * inverse;
            next = product * inverse;
            p = next * quotient;
        } else {
            next = -gamma;
            p = c * square;
            c = 0;
        }
        s = square * inverse;
        *e = e_new;
        const double d_new = gamma + (above - next);
        *d = d_new;
        if (e_new <= fma(t.relative, magnitude(d_new * below), t.floor) && i != b.last - 1) split = i + 1;
        below = d_new;
        gamma = next;
        rotation(i, with_sign(c, sign), s);
        d -= way;
        e -= way;
    }
    *e = s * p;
    *d = shift + gamma;
    b.sign[0] ^= sign ^ (bits_of(gamma) & sign_bit);
    return b.negligible(t, 0) ? 0 : split;
}

// Steps of sweeps between two looks for Ctrl-C: 2^14 of 25 cycles are 0.1 ms.
constexpr std::ptrdiff_t steps_between_polls = 1 << 14;

// begin(block), then one(block) as often as needed for every block, which makes a sweep and tells where the block splits, or -1.
template <class One>
MLMATH_INLINE bool iterate(const QlMatrix& t, One&& one) {
    std::ptrdiff_t sweeps = 0, steps = 0;
    for (std::ptrdiff_t from = 0, to; from + 1 < t.n; from = to + 1) {
        const auto negligible = [&](std::ptrdiff_t i)
                                    __attribute__((always_inline)) { return Block{t.d, t.e, t.sign, 1, 0}.negligible(t, i); };
        to = from;
        while (to + 1 < t.n && !negligible(to)) ++to;
        t.e[to] = 0;
        if (to == from) continue;
        // QL from the end with the smaller diagonal element: the small eigenvalues of a graded matrix are found first, before
        // rounding has spread the large ones.
        const bool up = magnitude(t.d[to]) < magnitude(t.d[from]);
        std::ptrdiff_t first = from, last = to;
        while (last > first) {
            const Block b = up ? Block{t.d + last, t.e + last - 1, t.sign + last - 1, -1, last - first}
                               : Block{t.d + first, t.e + first, t.sign + first, 1, last - first};
            if (++sweeps > ql_sweeps * t.n) return false;
            if ((steps += b.last) >= steps_between_polls) {
                if (interruption_requested()) return false;
                steps = 0;
            }
            const std::ptrdiff_t split = one(b);
            if (split < 0) continue;
            // What lies behind a split is taken up again later, as a block of its own.
            b.e[split * b.way] = 0;
            if (split > 0) break;
            up ? --last : ++first;
        }
        if (last > first) to = from - 1;
    }
    return true;
}

bool values(const QlMatrix& t) {
    return iterate(
        t, [&](const Block& b) { return sweep(t, b, [](std::ptrdiff_t, double, double) __attribute__((always_inline)) {}); });
}

// ---- rotations of rows --------------------------------------------------------------------------------------------------------

/// The rotations of a sweep: number i mixes rows i and i + 1, counted from `rows` with `stride` (of either sign).
template <class T>
struct Sweep {
    T* rows;
    std::ptrdiff_t stride, count;
    T *cosine, *sine;
};

// Roots of the squares, with their signs. The pair is then brought to c^2 + s^2 = 1 by one Newton step, within what its format
// allows: every row is rotated some 2 n times.
template <class T>
MLMATH_INLINE vec<T> root_with_sign(vec<T> square) {
    return with_sign_of<T>(square_root(absolute(square)), square);
}
template <class T>
void take_roots(const Sweep<T>& s) {
    for (std::ptrdiff_t i = 0; i < s.count; i += width<T>) {
        const vec<T> c = root_with_sign<T>(load(s.cosine + i)), n = root_with_sign<T>(load(s.sine + i));
        const vec<T> excess = broadcast(T(0.5)) * fma(n, n, fma(c, c, broadcast(T(-1))));
        store(s.cosine + i, fnma(c, excess, c));
        store(s.sine + i, fnma(n, excess, n));
    }
}

// Rotation i of a sweep, applied to `columns` (whole registers).
template <class T>
MLMATH_INLINE void rotate(const Sweep<T>& s, std::ptrdiff_t i, std::ptrdiff_t columns) {
    const vec<T> cosine = broadcast(s.cosine[i]), sine = broadcast(s.sine[i]);
    T *x = s.rows + i * s.stride, *y = x + s.stride;
    for (std::ptrdiff_t j = 0; j < columns; j += width<T>) {
        const vec<T> xj = load(x + j), yj = load(y + j);
        store(y + j, fma(sine, xj, cosine * yj));
        store(x + j, fnma(sine, yj, cosine * xj));
    }
}

// All rotations of a sweep in Count registers of columns; the upper row of one is the lower row of the next.
template <int Count, class T>
MLMATH_INLINE void rotate_strip(const Sweep<T>& s, std::ptrdiff_t offset) {
    vec<T> carried[Count];
    T* y = s.rows + s.count * s.stride + offset;
    MLMATH_UNROLL for (int r = 0; r < Count; ++r) carried[r] = load(y + r * width<T>);
    for (std::ptrdiff_t i = s.count - 1; i >= 0; --i, y -= s.stride) {
        const vec<T> cosine = broadcast(s.cosine[i]), sine = broadcast(s.sine[i]);
        MLMATH_UNROLL for (int r = 0; r < Count; ++r) {
            const vec<T> xr = load(y - s.stride + r * width<T>);
            store(y + r * width<T>, fma(sine, xr, cosine * carried[r]));
            carried[r] = fnma(sine, carried[r], cosine * xr);
        }
    }
    MLMATH_UNROLL for (int r = 0; r < Count; ++r) store(y + r * width<T>, carried[r]);
}
template <class T>
void rotate_all(const Sweep<T>* sweeps, std::ptrdiff_t count, std::ptrdiff_t columns) {
    std::ptrdiff_t j = 0;
    for (; j + strip * width<T> <= columns && !interruption_requested(); j += strip * width<T>)
        for (std::ptrdiff_t k = 0; k < count; ++k) rotate_strip<strip>(sweeps[k], j);
    for (; j < columns; j += width<T>)
        for (std::ptrdiff_t k = 0; k < count; ++k) rotate_strip<1>(sweeps[k], j);
}

template <class T>
bool vectors(const QlMatrix& t, T* zt, std::ptrdiff_t ld, std::ptrdiff_t columns, T* rotations) {
    constexpr std::ptrdiff_t line = 64 / static_cast<std::ptrdiff_t>(sizeof(T));
    const std::ptrdiff_t whole = (columns + width<T> - 1) / width<T> * width<T>, places = (t.n + line - 1) / line * line;
    const auto new_sweep = [&](const Block& b, std::ptrdiff_t place) __attribute__((always_inline)) {
        T* const cosine = rotations + 2 * place * places;
        return Sweep<T>{zt + (b.d - t.d) * ld, b.way * ld, b.last, cosine, cosine + places};
    };
    const auto note = [](const Sweep<T>& s, const Block& b, std::ptrdiff_t i, double c, double sine)
                          __attribute__((always_inline)) {
                              s.cosine[i] = static_cast<T>(c);
                              s.sine[i] = static_cast<T>(with_sign(sine, b.sign[i * b.way]));
                          };
    // Constraint: the chain of a sweep leaves the registers idle. Decision: while rows fit the first-level cache, the rotations of
    // the sweep before are applied between its steps; longer rows wait until many sweeps can be applied to a strip of them.
    if (whole * static_cast<std::ptrdiff_t>(sizeof(T)) <= 1024) {
        Sweep<T> before{}, now{};
        std::ptrdiff_t left = -1, place = 0;
        const bool done = iterate(t, [&](const Block& b) __attribute__((always_inline)) {
            now = new_sweep(b, place ^= 1);
            const std::ptrdiff_t split = sweep(t, b, [&](std::ptrdiff_t i, double c, double sine) __attribute__((always_inline)) {
                note(now, b, i, c, sine);
                if (left >= 0) rotate(before, left--, whole);
            });
            while (left >= 0) rotate(before, left--, whole);
            take_roots(now);
            before = now;
            left = now.count - 1;
            return split;
        });
        while (left >= 0) rotate(before, left--, whole);
        return done;
    }
    Sweep<T> kept[ql_sweeps_kept];
    std::ptrdiff_t count = 0;
    const bool done = iterate(t, [&](const Block& b) {
        if (count == ql_sweeps_kept) {
            rotate_all(kept, count, whole);
            count = 0;
        }
        Sweep<T>& now = kept[count];
        now = new_sweep(b, count++);
        const std::ptrdiff_t split =
            sweep(t, b, [&](std::ptrdiff_t i, double c, double sine) __attribute__((always_inline)) { note(now, b, i, c, sine); });
        take_roots(now);
        return split;
    });
    rotate_all(kept, count, whole);
    return done;
}

template <class T>
constexpr TridiagonalQlKernel<T> kernel_of = {values, vectors<T>};

}  // namespace

extern const TridiagonalQlKernels tridiagonal_ql_kernels;
const TridiagonalQlKernels tridiagonal_ql_kernels = {kernel_of<double>, kernel_of<float>};

}  // namespace mlmath::MLMATH_LEVEL
