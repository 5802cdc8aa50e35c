// SPDX-License-Identifier: BSD-3-Clause
// tridiagonalize: one pass over the triangle, one reflection, Q as a matrix. Compiled once per level.
//
// Sums along a row run in 64 bytes of virtual lanes on every level, sums over rows one row after the other: the bits do not depend
// on the width of the registers.
#include "kernels/eigen/tridiagonalize/tridiagonalize_kernels.hpp"
#include "kernels/factor/columns_simd.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
constexpr int lanes = 64 / static_cast<int>(sizeof(T));
// Registers in a cache line.
constexpr int line_registers = 64 / register_bytes;

// A sum of lanes as a tree, whatever the registers: halves of the line, quarters, ...
template <class T>
MLMATH_INLINE T sum_of(const vec<T> (&part)[line_registers]) {
    vec<T> half[line_registers];
    MLMATH_UNROLL for (int r = 0; r < line_registers; ++r) half[r] = part[r];
    if constexpr (line_registers == 4) half[0] += half[2], half[1] += half[3];
    if constexpr (line_registers >= 2) half[0] += half[1];
    vec<T> v = half[0];
#if MLMATH_VECTOR_BYTES == 64
    v += (vec<T>)__builtin_shufflevector((vec_f64)v, (vec_f64)v, 4, 5, 6, 7, 0, 1, 2, 3);
    v += (vec<T>)__builtin_shufflevector((vec_f64)v, (vec_f64)v, 2, 3, 0, 1, 6, 7, 4, 5);
#elif MLMATH_VECTOR_BYTES == 32
    v += (vec<T>)__builtin_shufflevector((vec_f64)v, (vec_f64)v, 2, 3, 0, 1);
#endif
    if constexpr (sizeof(T) == 8)
        return v[0] + v[1];
    else
        return (v[0] + v[2]) + (v[1] + v[3]);
}

// Constraint: the coefficients and sums of `at_once` rows and a register of each vector stay in registers: 4 at_once + 5 of them.
// Decision: 4 rows where there are 32 registers, 2 where there are 16.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int at_once = 4;
#else
constexpr int at_once = 2;
#endif

// R rows from row i on. Four loads and three stores for 4 elements of a column, and four operations on each: what a core's two
// multipliers can do in the time its one store port takes for a little more than half of them.
template <int R, bool Change, class T>
MLMATH_INLINE void pass_rows(T* row, std::ptrdiff_t ld, std::ptrdiff_t i, const T* u, const T* w, const T* x, T* p, T* along) {
    constexpr int W = width<T>, L = lanes<T>;
    vec<T> ui[R], wi[R], xi[R], sum[R][line_registers] = {};
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        if constexpr (Change) ui[r] = broadcast(u[i + r]), wi[r] = broadcast(w[i + r]);
        xi[r] = broadcast(x[i + r]);
    }
    const std::ptrdiff_t full = i / L * L;
    for (std::ptrdiff_t j = 0; j < full; j += L) {
        MLMATH_UNROLL for (int l = 0; l < line_registers; ++l) {
            const std::ptrdiff_t at = j + l * W;
            const vec<T> uj = Change ? load(u + at) : vec<T>{}, wj = Change ? load(w + at) : vec<T>{}, xj = load(x + at);
            vec<T> pj = load(p + at);
            MLMATH_UNROLL for (int r = 0; r < R; ++r) {
                T* const element = row + r * ld + at;
                vec<T> a = load(element);
                if constexpr (Change) {
                    a = fnma(wi[r], uj, fnma(ui[r], wj, a));
                    store(element, a);
                }
                pj = fma(a, xi[r], pj);
                sum[r][l] = fma(a, xj, sum[r][l]);
            }
            store(p + at, pj);
        }
    }
    // The line with the diagonal, which counts once; what stands right of it is changed too and never looked at.
    using Int = typename Lane<T>::sint;
    MLMATH_UNROLL for (int l = 0; l < line_registers; ++l) {
        const std::ptrdiff_t at = full + l * W;
        const vec<T> uj = Change ? load(u + at) : vec<T>{}, wj = Change ? load(w + at) : vec<T>{}, xj = load(x + at), zero{};
        vec<T> pj = load(p + at);
        const mask<T> column = iota<Int>() + broadcast(static_cast<Int>(l * W));
        MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            const mask<T> diagonal = broadcast(static_cast<Int>(i + r - full));
            T* const element = row + r * ld + at;
            vec<T> a = load(element);
            if constexpr (Change) {
                a = fnma(wi[r], uj, fnma(ui[r], wj, a));
                store(element, a);
            }
            pj = fma(select<T>(column < diagonal, a, zero), xi[r], pj);
            sum[r][l] = fma(select<T>(column <= diagonal, a, zero), xj, sum[r][l]);
        }
        store(p + at, pj);
    }
    MLMATH_UNROLL for (int r = 0; r < R; ++r) along[r] = sum_of<T>(sum[r]);
}

// Groups of 4 rows on every level; the sums along them are added when all 4 have met the columns.
template <bool Change, class T>
MLMATH_INLINE void pass_all(T* a, std::ptrdiff_t ld, std::ptrdiff_t from, std::ptrdiff_t to, const T* u, const T* w, const T* x,
                            T* p) {
    T along[4];
    std::ptrdiff_t i = from;
    for (; i + 4 <= to; i += 4) {
        MLMATH_UNROLL for (int r = 0; r < 4; r += at_once)
            pass_rows<at_once, Change>(a + (i + r) * ld, ld, i + r, u, w, x, p, along + r);
        MLMATH_UNROLL for (int r = 0; r < 4; ++r) p[i + r] += along[r];
    }
    if (i + 2 <= to) {
        pass_rows<2, Change>(a + i * ld, ld, i, u, w, x, p, along);
        p[i] += along[0];
        p[i + 1] += along[1];
        i += 2;
    }
    if (i < to) {
        pass_rows<1, Change>(a + i * ld, ld, i, u, w, x, p, along);
        p[i] += along[0];
    }
}
template <class T>
void pass(T* a, std::ptrdiff_t ld, std::ptrdiff_t from, std::ptrdiff_t to, const T* u, const T* w, const T* x, T* p) {
    pass_all<true>(a, ld, from, to, u, w, x, p);
}
template <class T>
void multiply(T* a, std::ptrdiff_t ld, std::ptrdiff_t from, std::ptrdiff_t to, const T* x, T* p) {
    pass_all<false>(a, ld, from, to, x, x, x, p);
}

// Sum of f(at) over the whole registers of n elements (and the rest of their cache line), in two alternating lines.
template <class T, class F>
MLMATH_INLINE T sum_lines(std::ptrdiff_t n, F&& f) {
    constexpr int W = width<T>, L = lanes<T>;
    vec<T> even[line_registers] = {}, odd[line_registers] = {};
    for (std::ptrdiff_t j = 0; j < n; j += 2 * L) {
        MLMATH_UNROLL for (int l = 0; l < line_registers; ++l) even[l] = f(j + l * W, even[l]);
        if (j + L < n) {
            MLMATH_UNROLL for (int l = 0; l < line_registers; ++l) odd[l] = f(j + L + l * W, odd[l]);
        }
    }
    MLMATH_UNROLL for (int l = 0; l < line_registers; ++l) even[l] += odd[l];
    return sum_of<T>(even);
}

// The reflection of x (n elements, zeros behind), which annihilates all of it but the last element: x <- v, returns tau.
template <class T>
T reflect(std::ptrdiff_t n, T* x, T* e) {
    T alpha = x[n - 1], back = 1;
    x[n - 1] = 0;
    const auto square = [&](std::ptrdiff_t at, vec<T> sum)
                            __attribute__((always_inline)) { return fma(load(x + at), load(x + at), sum); };
    T squares = sum_lines<T>(n, square);
    const bool tiny = !(fma(alpha, alpha, squares) >= least_square<T>);
    if (squares == 0 || tiny) {
        T largest = 0;
        for (std::ptrdiff_t j = 0; j < n; ++j) largest = magnitude(x[j]) > largest ? magnitude(x[j]) : largest;
        if (largest == 0) {
            *e = alpha;
            return 0;
        }
        if (tiny) {
            largest = magnitude(alpha) > largest ? magnitude(alpha) : largest;
            const T first = inverse_power(largest), second = inverse_power(largest * first);
            for (std::ptrdiff_t j = 0; j < n; ++j) x[j] = x[j] * first * second;
            alpha = alpha * first * second;
            back = 1 / first / second;
            squares = sum_lines<T>(n, square);
        }
    }
    const T norm = root(fma(alpha, alpha, squares)), beta = alpha > 0 ? -norm : norm;
    // tau = (beta - alpha) / beta would make H orthogonal if v had not been rounded: equal elements are all off alike. 2 / (v . v)
    // is the tau of the v that is used.
    const vec<T> scale = broadcast(1 / (alpha - beta));
    const T tail = sum_lines<T>(n, [&](std::ptrdiff_t at, vec<T> sum) __attribute__((always_inline)) {
        const vec<T> v = load(x + at) * scale;
        store(x + at, v);
        return fma(v, v, sum);
    });
    x[n - 1] = 1;
    *e = beta * back;
    return 2 / (1 + tail);
}

// Whole cache lines of n elements.
template <class T>
constexpr std::ptrdiff_t whole(std::ptrdiff_t n) {
    return (n + lanes<T> - 1) / lanes<T> * lanes<T>;
}

// to <- to - sum_j (left_j w_j + right_j u_j), n elements, two registers of columns at a time so that every pair is met in order.
template <class T>
MLMATH_INLINE void subtract_pairs(std::ptrdiff_t n, const PendingPairs<T>& pairs, const T* left, const T* right,
                                  std::ptrdiff_t factor_stride, T* to) {
    constexpr int W = width<T>, Count = 64 / register_bytes;
    for (std::ptrdiff_t j = 0; j < n; j += W * Count) {
        vec<T> sum[Count];
        MLMATH_UNROLL for (int r = 0; r < Count; ++r) sum[r] = load(to + j + r * W);
        for (std::ptrdiff_t k = 0; k < pairs.count; ++k) {
            const vec<T> l = broadcast(left[k * factor_stride]), m = broadcast(right[k * factor_stride]);
            const T *const u = pairs.u + k * pairs.stride + j, *const w = pairs.w + k * pairs.stride + j;
            MLMATH_UNROLL for (int r = 0; r < Count; ++r) sum[r] = fnma(m, load(u + r * W), fnma(l, load(w + r * W), sum[r]));
        }
        MLMATH_UNROLL for (int r = 0; r < Count; ++r) store(to + j + r * W, sum[r]);
    }
}

template <class T>
void finish(std::ptrdiff_t n, int owners, const T* p, std::ptrdiff_t p_stride, const PendingPairs<T>& pairs, const T* u, T tau,
            T* w, T* factors) {
    const auto summed = [&](std::ptrdiff_t at) __attribute__((always_inline)) {
        vec<T> pj = load(p + at);
        for (int o = 1; o < owners; ++o) pj += load(p + o * p_stride + at);
        return pj;
    };
    T product;
    if (pairs.count == 0) {
        product = sum_lines<T>(n, [&](std::ptrdiff_t at, vec<T> sum) __attribute__((always_inline)) {
            const vec<T> pj = summed(at);
            store(w + at, pj);
            return fma(pj, load(u + at), sum);
        });
    } else {
        for (std::ptrdiff_t j = 0; j < whole<T>(n); j += width<T>) store(w + j, summed(j));
        for (std::ptrdiff_t k = 0; k < pairs.count; ++k) {
            const T *const uk = pairs.u + k * pairs.stride, *const wk = pairs.w + k * pairs.stride;
            factors[2 * k] = sum_lines<T>(n, [&](std::ptrdiff_t at, vec<T> sum)
                                                 __attribute__((always_inline)) { return fma(load(uk + at), load(u + at), sum); });
            factors[2 * k + 1] = sum_lines<T>(n, [&](std::ptrdiff_t at, vec<T> sum) __attribute__((always_inline)) {
                return fma(load(wk + at), load(u + at), sum);
            });
        }
        subtract_pairs(n, pairs, factors, factors + 1, 2, w);
        product = sum_lines<T>(
            n, [&](std::ptrdiff_t at, vec<T> sum) __attribute__((always_inline)) { return fma(load(w + at), load(u + at), sum); });
    }
    // w = tau p - (tau^2 / 2) (p . u) u: A - u w^T - w u^T = H A H.
    const vec<T> taus = broadcast(tau), parts = broadcast(-T(0.5) * tau * tau * product);
    for (std::ptrdiff_t j = 0; j < whole<T>(n); j += width<T>) store(w + j, fma(taus, load(w + j), parts * load(u + j)));
}

template <class T>
T begin(std::ptrdiff_t k, const T* row, const PendingPairs<T>& pairs, const T* u, const T* w, T* x, T* d, T* e) {
    const vec<T> uk = broadcast(u[k]), wk = broadcast(w[k]);
    const std::ptrdiff_t n = whole<T>(k + 1);
    if (pairs.count == 0) {
        for (std::ptrdiff_t j = 0; j < n; j += width<T>) store(x + j, fnma(wk, load(u + j), fnma(uk, load(w + j), load(row + j))));
    } else {
        for (std::ptrdiff_t j = 0; j < n; j += width<T>) store(x + j, load(row + j));
        subtract_pairs(n, pairs, pairs.u + k, pairs.w + k, pairs.stride, x);
        for (std::ptrdiff_t j = 0; j < n; j += width<T>) store(x + j, fnma(wk, load(u + j), fnma(uk, load(w + j), load(x + j))));
    }
    *d = x[k];
    for (std::ptrdiff_t j = k; j < n; ++j) x[j] = 0;
    return reflect(k, x, e);
}

template <class T>
void form(std::ptrdiff_t n, const T* v, std::ptrdiff_t ld, const T* tau, T* q, T* sums) {
    // H_k .. H_1 leaves all but the first k rows and columns alone.
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < ld; j += width<T>) store(q + i * ld + j, vec<T>{});
    for (std::ptrdiff_t i = 0; i < n; ++i) q[i * ld + i] = 1;
    for (std::ptrdiff_t k = 2; k < n; ++k) {
        if (tau[k] == 0) continue;
        const std::ptrdiff_t columns = (k + width<T> - 1) / width<T> * width<T>;
        sums_of(v + k * ld, q, ld, k, columns, sums);
        const vec<T> taus = broadcast(tau[k]);
        for (std::ptrdiff_t j = 0; j < columns; j += width<T>) store(sums + j, load(sums + j) * taus);
        subtract_from(v + k * ld, sums, q, ld, k, columns);
    }
}

template <class T>
constexpr TridiagonalizeKernel<T> kernel_of = {pass<T>, multiply<T>, finish<T>, begin<T>, form<T>};

}  // namespace

extern const TridiagonalizeKernels tridiagonalize_kernels;
const TridiagonalizeKernels tridiagonalize_kernels = {kernel_of<double>, kernel_of<float>};

}  // namespace mlmath::MLMATH_LEVEL
