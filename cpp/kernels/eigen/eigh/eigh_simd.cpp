// SPDX-License-Identifier: BSD-3-Clause
// eigh: one step of disjoint Jacobi rotations, its application to matrix and eigenvectors, and the size of what is left. Compiled once
// per level.
#include "kernels/eigen/eigh/eigh_step.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T> constexpr T epsilon = sizeof(T) == 8 ? T(0x1p-52) : T(0x1p-23);
template <class T> constexpr T smallest_normal = sizeof(T) == 8 ? T(0x1p-1022) : T(0x1p-126);

template <class T> MLMATH_INLINE vec<T> with_sign_of(vec<T> magnitude, vec<T> sign) {
    using Uint = typename Lane<T>::uint;
    const vec<Uint> top = broadcast<Uint>(Uint(1) << (8 * sizeof(T) - 1));
    return bits_as<T>((bits_as<Uint>(sign) & top) | bits_as<Uint>(magnitude));
}

// theta = cot 2 phi = (d_q - d_p) / 2 a_pq,  t = tan phi = sign(theta) / (|theta| + sqrt(1 + theta^2)), |phi| <= pi/4 [GolubVanLoan2013, eq. 8.5.3].
// theta may overflow: then t = 0, which is right to the last bit. The squares in the test for negligible elements may underflow: then the
// element is rotated away like any other, unless it is below smallest_normal/eps itself (the matrix is scaled to a largest element near 1).
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
        // Three roundings leave c^2 + s^2 off by a few eps, and every row is rotated some 10 n times: one Newton step makes the pair
        // as orthogonal as its format allows.
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

template <class T>
void rotate_vectors(T* slab, std::ptrdiff_t slab_width, std::ptrdiff_t n, int phase, std::ptrdiff_t steps, const T* rotations,
                    std::ptrdiff_t step_stride, std::ptrdiff_t cosine_offset) {
    for (std::ptrdiff_t step = 0; step < steps; ++step, phase = 1 - phase, rotations += step_stride) {
        const std::ptrdiff_t pairs = (n - 1 + phase) / 2;
        T* x = slab + (1 - phase) * slab_width;
        for (std::ptrdiff_t j = 0; j < pairs; ++j, x += 2 * slab_width) {
            T* y = x + slab_width;
            const vec<T> s = broadcast(rotations[j]), c = broadcast(rotations[cosine_offset + j]);
            for (std::ptrdiff_t i = 0; i < slab_width; i += width<T>) {
                const vec<T> xi = load(x + i), yi = load(y + i);
                store(x + i, fma(s, xi, c * yi));
                store(y + i, fnma(s, yi, c * xi));
            }
        }
    }
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

template <class T> constexpr EighStep<T> step_of = {angles<T>, rotate_matrix<T>, rotate_vectors<T>, off_diagonal<T>};

}  // namespace

extern const EighKernels eigh_kernels;
const EighKernels eigh_kernels = {step_of<double>, step_of<float>};

}  // namespace mlmath::MLMATH_LEVEL
