// SPDX-License-Identifier: BSD-3-Clause
// jacobi_eigh: one step of disjoint Jacobi rotations, its application to matrix and eigenvectors, and the size of what is left.
// Compiled once per level.
#include "kernels/eigen/jacobi_eigh/jacobi_eigh_step.hpp"
#include "simd/numbers.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// theta = cot 2 phi = (d_q - d_p) / 2 a_pq,  t = tan phi = sign(theta) / (|theta| + sqrt(1 + theta^2)), |phi| <= pi/4
// [GolubVanLoan2013, sec. 8.5.2]. theta may overflow: then t = 0, which is right to the last bit. The squares in the test for
// negligible elements may underflow: then the element is rotated away like any other, unless it is below smallest_normal/eps itself
// (the matrix is scaled to a largest element near 1).
template <class T>
void angles(std::ptrdiff_t pairs, T* first, T* second, const T* off, T* sine, T* cosine, T* kept, T* own, T* partner) {
    const vec<T> one = broadcast<T>(1), half = broadcast<T>(T(0.5)), zero{};
    const vec<T> bound = broadcast<T>(epsilon<T> * epsilon<T>), tiny = broadcast<T>(smallest_normal<T>);
    const vec<T> floor = broadcast<T>(smallest_normal<T> / epsilon<T>);
    for (std::ptrdiff_t j = 0; j < pairs; j += width<T>) {
        const std::ptrdiff_t count = pairs - j < width<T> ? pairs - j : width<T>;
        const vec<T> p = load_first(first + j, count), q = load_first(second + j, count), a = load_first(off + j, count);
        const vec<T> square = a * a;
        const mask<T> negligible = (absolute(a) <= floor) | ((square <= bound * absolute(p * q)) & (square >= tiny));
        const vec<T> divisor = select<T>(negligible, one, a + a);
        const vec<T> theta = (q - p) / divisor;
        const vec<T> root = square_root(fma(theta, theta, one));
        const vec<T> t = select<T>(negligible, zero, with_sign_of<T>(one / (absolute(theta) + root), theta));
        // Three roundings leave c^2 + s^2 off by a few eps, and every row is rotated some 10 n times: one Newton step makes the
        // pair as orthogonal as its format allows.
        const vec<T> c = one / square_root(fma(t, t, one)), s = t * c;
        const vec<T> excess = half * fma(s, s, fma(c, c, -one));
        store_first(cosine + j, fnma(c, excess, c), count);
        store_first(sine + j, fnma(s, excess, s), count);
        store_first(kept + j, select<T>(negligible, a, zero), count);
        store_first(first + j, fma(t, a, q), count);
        store_first(second + j, fnma(t, a, p), count);
    }
    for (std::ptrdiff_t j = 0; j < pairs; ++j) {
        own[2 * j] = sine[j];
        own[2 * j + 1] = -sine[j];
        partner[2 * j] = partner[2 * j + 1] = cosine[j];
    }
}

template <class T>
void rotate_matrix(T* a, std::ptrdiff_t stride, std::ptrdiff_t n, int phase, std::ptrdiff_t from, std::ptrdiff_t to, const T* own,
                   const T* partner, const T* kept, T* next_off) {
    for (std::ptrdiff_t k = from; k < to; ++k) {
        const std::ptrdiff_t p = phase + 2 * k, q = p + 1;
        T *x = a + p * stride, *y = x + stride;
        const vec<T> own_p = broadcast(own[p]), own_q = broadcast(own[q]);
        const vec<T> partner_p = broadcast(partner[p]), partner_q = broadcast(partner[q]);
        // From the register that holds column p on. What lies left of the diagonal in it is never read for a result, and only
        // rotated, so it stays bounded.
        for (std::ptrdiff_t i = phase + 2 * k / width<T> * width<T>; i <= n; i += width<T>) {
            const vec<T> s = load(own + i), c = load(partner + i);
            const vec<T> xi = load(x + i), yi = load(y + i);
            const vec<T> xr = fma(s, xi, c * swap_pairs(xi)), yr = fma(s, yi, c * swap_pairs(yi));
            store(x + i, fma(own_p, xr, partner_p * yr));
            store(y + i, fma(own_q, yr, partner_q * xr));
        }
        x[p] = y[p] = y[q] = 0;
        x[q] = kept[k];
        next_off[k] = y[q + 1];
    }
}

// Registers of one row that are carried along together: three rows of them and two rotations must fit in 16 or 32 registers.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int strip = 4;
#else
constexpr int strip = 2;
#endif

template <int Count, class T>
struct Strip {
    vec<T> part[Count];
    MLMATH_INLINE void read(const T* p) { MLMATH_UNROLL for (int r = 0; r < Count; ++r) part[r] = load(p + r * width<T>); }
    MLMATH_INLINE void write(T* p) const { MLMATH_UNROLL for (int r = 0; r < Count; ++r) store(p + r * width<T>, part[r]); }
};

// Rotation with exchange of two rows: x' = s x + c y, y' = c x - s y.
template <int Count, class T>
MLMATH_INLINE void rotate(Strip<Count, T>& x, Strip<Count, T>& y, T sine, T cosine) {
    const vec<T> s = broadcast(sine), c = broadcast(cosine);
    MLMATH_UNROLL for (int r = 0; r < Count; ++r) {
        const vec<T> xr = x.part[r], yr = y.part[r];
        x.part[r] = fma(s, xr, c * yr);
        y.part[r] = fnma(s, yr, c * xr);
    }
}

// One step, in `Count` registers of columns.
template <int Count, class T>
void one_step(T* v, std::ptrdiff_t stride, std::ptrdiff_t n, int phase, const T* sine, const T* cosine) {
    Strip<Count, T> x, y;
    T* row = v + (1 - phase) * stride;
    for (std::ptrdiff_t j = 0; j < (n - 1 + phase) / 2; ++j, row += 2 * stride) {
        x.read(row);
        y.read(row + stride);
        rotate(x, y, sine[j], cosine[j]);
        x.write(row);
        y.write(row + stride);
    }
}

// Two steps in one pass: once a pair of the first step is rotated, its upper row and the row before it are a pair of the second, so
// every element is loaded and stored once for eight operations instead of four.
template <int Count, class T>
void two_steps(T* v, std::ptrdiff_t stride, std::ptrdiff_t n, int phase, const T* sine, const T* cosine, const T* next_sine,
               const T* next_cosine) {
    const std::ptrdiff_t first = 1 - phase, pairs = (n - 1 + phase) / 2;
    Strip<Count, T> before{}, x, y;
    T* row = v + first * stride;
    if (first == 1) before.read(v);
    for (std::ptrdiff_t j = 0; j < pairs; ++j, row += 2 * stride) {
        x.read(row);
        y.read(row + stride);
        rotate(x, y, sine[j], cosine[j]);
        if (first == 1 || j > 0) {
            const std::ptrdiff_t k = j - 1 + first;
            rotate(before, x, next_sine[k], next_cosine[k]);
            before.write(row - stride);
        }
        x.write(row);
        before = y;
    }
    if (first == 0 && pairs == 0) return;
    const std::ptrdiff_t done = first + 2 * pairs;  // rows the first step has reached; the last of them is in `before`
    if (done < n) {                                 // row n - 1 had no partner in the first step: it has one in the second
        const std::ptrdiff_t k = pairs - 1 + first;
        x.read(row);
        rotate(before, x, next_sine[k], next_cosine[k]);
        x.write(row);
    }
    before.write(row - stride);
}

template <int Count, class T>
MLMATH_INLINE void rotate_columns(T* v, std::ptrdiff_t stride, std::ptrdiff_t n, int phase, std::ptrdiff_t steps,
                                  const T* rotations, std::ptrdiff_t step_stride, std::ptrdiff_t cosine_offset) {
    std::ptrdiff_t step = 0;
    for (; step + 2 <= steps; step += 2, rotations += 2 * step_stride)
        two_steps<Count>(v, stride, n, phase, rotations, rotations + cosine_offset, rotations + step_stride,
                         rotations + step_stride + cosine_offset);
    if (step < steps) one_step<Count>(v, stride, n, phase, rotations, rotations + cosine_offset);
}

template <class T>
void rotate_vectors(T* slab, std::ptrdiff_t slab_width, std::ptrdiff_t n, int phase, std::ptrdiff_t steps, const T* rotations,
                    std::ptrdiff_t step_stride, std::ptrdiff_t cosine_offset) {
    std::ptrdiff_t i = 0;
    for (; i + strip * width<T> <= slab_width; i += strip * width<T>)
        rotate_columns<strip>(slab + i, slab_width, n, phase, steps, rotations, step_stride, cosine_offset);
    for (; i < slab_width; i += width<T>)
        rotate_columns<1>(slab + i, slab_width, n, phase, steps, rotations, step_stride, cosine_offset);
}

template <class T>
void off_diagonal(const T* a, std::ptrdiff_t stride, std::ptrdiff_t n, std::ptrdiff_t from, std::ptrdiff_t to, const T* weight,
                  T* largest, T* largest_weighted) {
    T all = 0, all_weighted = 0;
    for (std::ptrdiff_t i = from; i < to; ++i) {
        vec<T> row{}, weighted{};
        for (std::ptrdiff_t j = i + 1; j <= n; j += width<T>) {
            const std::ptrdiff_t count = n + 1 - j < width<T> ? n + 1 - j : width<T>;
            const vec<T> magnitude = absolute(load_first(a + i * stride + j, count));
            row = maximum<T>(magnitude, row);
            weighted = maximum<T>(magnitude * load_first(weight + j, count), weighted);
        }
        for (int l = 0; l < width<T>; ++l) {
            const T w = weighted[l] * weight[i];
            if (row[l] > all) all = row[l];
            if (w > all_weighted) all_weighted = w;
        }
    }
    *largest = all;
    *largest_weighted = all_weighted;
}

template <class T>
constexpr JacobiEighStep<T> step_of = {angles<T>, rotate_matrix<T>, rotate_vectors<T>, off_diagonal<T>};

}  // namespace

extern const JacobiEighKernels jacobi_eigh_kernels;
const JacobiEighKernels jacobi_eigh_kernels = {step_of<double>, step_of<float>};

}  // namespace mlmath::MLMATH_LEVEL
