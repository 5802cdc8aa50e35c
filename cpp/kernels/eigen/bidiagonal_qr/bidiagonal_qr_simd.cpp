// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_qr: the angles of a sweep, and rotations applied to rows of vectors. Compiled once per level.
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr_kernels.hpp"
#include "kernels/factor/columns_simd.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// ---- the angles ----------------------------------------------------------------------------------------------------------------

// What is found on the way, k by k: these chains are short and run beside that of the angles.
struct Watch {
    double tolerance, threshold;
    double mu = 0, least = 0, most = 0, lowest_square = 1;
    bool split = false;

    // Of row k: the diagonal element, and the one above it in the row before.
    MLMATH_INLINE void see(std::ptrdiff_t k, double above, double diagonal) {
        above = magnitude(above), diagonal = magnitude(diagonal);
        if (k == 0) {
            mu = least = most = diagonal;
            return;
        }
        split |= (above <= tolerance * mu) | (above <= threshold);
        mu = diagonal * (mu / (mu + above));
        least = mu < least ? mu : least;
        most = above > most ? above : most;
        most = diagonal > most ? diagonal : most;
    }
    MLMATH_INLINE void square(double x) { lowest_square = x < lowest_square ? x : lowest_square; }
};

// A chase is started, goes from k = 0 to size - 1, and is ended. It writes down, piece by piece of size + 8 numbers, the vectors
// (f, g) whose directions are the right rotations' and the left rotations', k by k.
struct Chase {
    double *d, *e, *to;
    std::ptrdiff_t step, size, piece;
    Watch watch;

    MLMATH_INLINE explicit Chase(const BidiagonalBlock& block, double tolerance, double threshold, double* work)
        : d(block.d),
          e(block.e),
          to(work),
          step(block.step),
          size(block.size),
          piece(block.size + 8),
          watch{tolerance, threshold} {}

    MLMATH_INLINE void note(double f, double g, double f_left, double g_left) {
        to[0] = f, to[piece] = g, to[2 * piece] = f_left, to[3 * piece] = g_left;
        ++to;
    }
};

// A shifted sweep [DemmelKahan1990, sec. 3]. In words of the textbook, with r = |(x, y)| and the rotations' divisions put off:
// f_left = r (c d + s f), g_left = r s d', and with R = |(f_left, g_left)| the elements of the next step are products divided by
// r R alone. So each step waits for one root and one division instead of two of each: its length decides the time of small
// matrices.
struct Shifted : Chase {
    double a, b, f, g;

    MLMATH_INLINE Shifted(const BidiagonalBlock& block, double shift, double tolerance, double threshold, double* work)
        : Chase(block, tolerance, threshold, work),
          a(*d),
          b(*e),
          f((magnitude(a) - shift) * (__builtin_copysign(1.0, a) + shift / a)),
          g(b) {}

    MLMATH_INLINE void go(std::ptrdiff_t k) {
        const double a_next = d[step], b_next = k + 1 < size ? e[step] : 0;
        const double square = fma(f, f, g * g);
        const double f_left = fma(f, a, g * b), g_left = g * a_next;
        const double p = fnma(g, a, f * b), q = f * a_next;
        const double square_left = fma(f_left, f_left, g_left * g_left);
        note(f, g, f_left, g_left);
        watch.square(square), watch.square(square_left);
        const double r = root(square), r_left = root(square_left), inverse = 1 / (r * r_left);
        f = fma(f_left, p, g_left * q) * inverse;
        a = fnma(g_left, p, f_left * q) * inverse;
        g = g_left * (b_next * r) * inverse;
        b = f_left * (b_next * r) * inverse;
        if (k > 0) e[-step] = r;
        *d = square_left * inverse;
        watch.see(k, r, *d);
        d += step, e += step;
    }
    MLMATH_INLINE void end() {
        e[-step] = f;
        *d = a;
    }
};

// A sweep without shift, which keeps the relative accuracy of every element [DemmelKahan1990, sec. 3].
struct Unshifted : Chase {
    double c = 1, c_left = 1, s_left = 0;

    MLMATH_INLINE Unshifted(const BidiagonalBlock& block, double, double tolerance, double threshold, double* work)
        : Chase(block, tolerance, threshold, work) {}

    MLMATH_INLINE void go(std::ptrdiff_t k) {
        const double f = *d * c, g = *e, square = fma(f, f, g * g);
        const double r = root(square), inverse = 1 / r, s = g * inverse;
        c = f * inverse;
        const double above = s_left * r;
        if (k > 0) e[-step] = above;
        const double f_left = c_left * r, g_left = d[step] * s, square_left = fma(f_left, f_left, g_left * g_left);
        const double r_left = root(square_left), inverse_left = 1 / r_left;
        c_left = f_left * inverse_left, s_left = g_left * inverse_left;
        note(f, g, f_left, g_left);
        watch.square(square), watch.square(square_left);
        *d = r_left;
        watch.see(k, above, r_left);
        d += step, e += step;
    }
    MLMATH_INLINE void end() {
        const double h = *d * c;
        e[-step] = h * s_left;
        *d = h * c_left;
    }
};

MLMATH_INLINE void put(double* p, vec<double> v, std::ptrdiff_t count) { store_first(p, v, count); }
MLMATH_INLINE void put(float* p, vec<double> v, std::ptrdiff_t count) {
    for (int l = 0; l < width<double>; ++l)
        if (l < count) p[l] = static_cast<float>(v[l]);
}

// (c, s) = (f, g) / |(f, g)|. Constraint: every row is rotated some 4 n times, and what c^2 + s^2 differs from 1 by adds up.
// Decision: one Newton step makes the pair as orthogonal as its format allows.
template <class T>
void angles(const double* f, const double* g, std::ptrdiff_t count, T* c, T* s) {
    const vec<double> one = broadcast(1.0), half = broadcast(0.5);
    for (std::ptrdiff_t k = 0; k < count; k += width<double>) {
        const std::ptrdiff_t some = count - k;
        const std::ptrdiff_t lanes = some < width<double> ? some : width<double>;
        const vec<double> x = load_first_or(f + k, lanes, one), y = load_first(g + k, lanes);
        const vec<double> inverse = one / square_root(fma(x, x, y * y));
        const vec<double> cosine = x * inverse, sine = y * inverse;
        const vec<double> excess = half * fma(sine, sine, fma(cosine, cosine, -one));
        put(c + k, fnma(cosine, excess, cosine), lanes);
        put(s + k, fnma(sine, excess, sine), lanes);
    }
}

template <class T>
MLMATH_INLINE void finish(BidiagonalSweep<T>& sweep, const Watch& watch) {
    const std::ptrdiff_t size = sweep.block.size, piece = size + 8, places = sweep.places;
    const bool fine = watch.lowest_square >= least_square<double>;
    sweep.result = {watch.mu, watch.least, watch.most, watch.split, fine};
    if (!fine) return;
    angles(sweep.work, sweep.work + piece, size, sweep.rotations, sweep.rotations + places);
    angles(sweep.work + 2 * piece, sweep.work + 3 * piece, size, sweep.rotations + 2 * places, sweep.rotations + 3 * places);
}

template <class Kind, class T>
void one_sweep(BidiagonalSweep<T>& sweep) {
    Kind chase(sweep.block, sweep.shift, sweep.tolerance, sweep.threshold, sweep.work);
    for (std::ptrdiff_t k = 0; k < sweep.block.size; ++k) chase.go(k);
    chase.end();
    finish(sweep, chase.watch);
}

template <class T>
void sweeps(BidiagonalSweep<T>& first, BidiagonalSweep<T>* second) {
    if (second == nullptr || first.shift == 0 || second->shift == 0) {
        first.shift == 0 ? one_sweep<Unshifted>(first) : one_sweep<Shifted>(first);
        if (second != nullptr) sweeps<T>(*second, nullptr);
        return;
    }
    Shifted x(first.block, first.shift, first.tolerance, first.threshold, first.work);
    Shifted y(second->block, second->shift, second->tolerance, second->threshold, second->work);
    const std::ptrdiff_t both = first.block.size < second->block.size ? first.block.size : second->block.size;
    for (std::ptrdiff_t k = 0; k < both; ++k) x.go(k), y.go(k);
    for (std::ptrdiff_t k = both; k < first.block.size; ++k) x.go(k);
    for (std::ptrdiff_t k = both; k < second->block.size; ++k) y.go(k);
    x.end(), y.end();
    finish(first, x.watch), finish(*second, y.watch);
}

// ---- rotations of rows ---------------------------------------------------------------------------------------------------------

// Registers of a row that are carried along together: three rows of them and two rotations must fit in 16 or 32 registers, and
// four independent ones keep both multipliers busy over the latency of a rotation.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int strip_registers = 4;
#else
constexpr int strip_registers = 2;
#endif

// Count registers of a row; Whole = false: one, of which only the first `some` lanes exist.
template <int Count, bool Whole, class T>
struct Strip {
    vec<T> part[Count];
    MLMATH_INLINE void read(const T* p, std::ptrdiff_t some) {
        if constexpr (Whole) {
            MLMATH_UNROLL for (int r = 0; r < Count; ++r) part[r] = load(p + r * width<T>);
        } else {
            part[0] = load_first(p, some);
        }
    }
    MLMATH_INLINE void write(T* p, std::ptrdiff_t some) const {
        if constexpr (Whole) {
            MLMATH_UNROLL for (int r = 0; r < Count; ++r) store(p + r * width<T>, part[r]);
        } else {
            store_first(p, part[0], some);
        }
    }
};

template <int Count, bool Whole, class T>
MLMATH_INLINE void turn(Strip<Count, Whole, T>& x, Strip<Count, Whole, T>& y, T cosine, T sine) {
    const vec<T> c = broadcast(cosine), s = broadcast(sine);
    MLMATH_UNROLL for (int r = 0; r < Count; ++r) {
        const vec<T> xr = x.part[r], yr = y.part[r];
        x.part[r] = fma(s, yr, c * xr);
        y.part[r] = fnma(s, xr, c * yr);
    }
}

// A pass over Count registers of columns. With two sweeps, rotation k - 1 of the second follows rotation k of the first, when the
// three rows they share are in registers: each element is loaded and stored once for both [VanZee2014].
template <int Count, bool Whole, class T>
void pass_over(T* row, std::ptrdiff_t stride, const RotationPass<T>& pass, std::ptrdiff_t some) {
    Strip<Count, Whole, T> x, y, z;
    y.read(row, some);
    if (pass.c_second == nullptr) {
        for (std::ptrdiff_t k = 0; k < pass.count; ++k, row += stride) {
            z.read(row + stride, some);
            turn(y, z, pass.c[k], pass.s[k]);
            y.write(row, some);
            y = z;
        }
        y.write(row, some);
        return;
    }
    z.read(row + stride, some);
    turn(y, z, pass.c[0], pass.s[0]);
    x = y, y = z;
    for (std::ptrdiff_t k = 1; k < pass.count; ++k, row += stride) {
        z.read(row + 2 * stride, some);
        turn(y, z, pass.c[k], pass.s[k]);
        turn(x, y, pass.c_second[k - 1], pass.s_second[k - 1]);
        x.write(row, some);
        x = y, y = z;
    }
    turn(x, y, pass.c_second[pass.count - 1], pass.s_second[pass.count - 1]);
    x.write(row, some);
    y.write(row + stride, some);
}

template <class T>
void rotate(T* rows, std::ptrdiff_t stride, std::ptrdiff_t columns, const RotationPass<T>* passes, std::ptrdiff_t count) {
    constexpr int together = strip_registers * width<T>;
    const auto all = [&](auto body) __attribute__((always_inline)) {
        for (std::ptrdiff_t p = 0; p < count; ++p) body(passes[p], rows + passes[p].first * stride, passes[p].step * stride);
    };
    std::ptrdiff_t left = columns;
    for (; left >= together; left -= together, rows += together)
        all([&](const RotationPass<T>& pass, T* row, std::ptrdiff_t by) { pass_over<strip_registers, true>(row, by, pass, 0); });
    for (; left >= width<T>; left -= width<T>, rows += width<T>)
        all([&](const RotationPass<T>& pass, T* row, std::ptrdiff_t by) { pass_over<1, true>(row, by, pass, 0); });
    if (left > 0) all([&](const RotationPass<T>& pass, T* row, std::ptrdiff_t by) { pass_over<1, false>(row, by, pass, left); });
}

template <class T>
constexpr BidiagonalQrKernel<T> kernel_of = {sweeps<T>, rotate<T>};

}  // namespace

extern const BidiagonalQrKernels bidiagonal_qr_kernels;
const BidiagonalQrKernels bidiagonal_qr_kernels = {kernel_of<double>, kernel_of<float>};

}  // namespace mlmath::MLMATH_LEVEL
