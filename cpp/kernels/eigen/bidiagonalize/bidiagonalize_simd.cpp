// SPDX-License-Identifier: BSD-3-Clause
// bidiagonalize: steps in place, each in one pass that also makes the change of the step before. Compiled once per level.
#include "kernels/eigen/bidiagonalize/bidiagonalize_panel_simd.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// A group of columns from c on in one pass: what the last step changes, y, the finished row r, z += A r.
template <class T>
MLMATH_INLINE void change_group(const BidiagonalStep<T>& s, std::ptrdiff_t c, T* z, vec<T>* across, vec<T>* squares) {
    constexpr int L = lanes<T>, W = width<T>, P = parts_of<T>;
    const std::ptrdiff_t top = s.k / L * L, height = s.m - top;
    T* const at = s.a + c * s.ld + top;
    vec<T> sums[P];
    if (s.last_u != nullptr)
        column_sums<true, T>(at, s.ld, s.last_u + top, s.last_x + top, s.last_y + c, s.last_v + c, s.u + top, height, sums);
    else
        column_sums<false, T>(at, s.ld, nullptr, nullptr, nullptr, nullptr, s.u + top, height, sums);
    const vec<T> tau = broadcast(s.tau);
    MLMATH_UNROLL for (int p = 0; p < P; ++p) {
        const std::ptrdiff_t done = s.k + 1 - c - p * W;
        const vec<T> row = load_strided(at + p * W * s.ld + s.k - top, s.ld),
                     y = select<T>(lanes_below<T>(done), vec<T>{}, sums[p] * tau),
                     r = select<T>(lanes_below<T>(done), vec<T>{}, row - y),
                     tail = select<T>(lanes_below<T>(done + 1), vec<T>{}, r);
        store(s.right + c + p * W, y);
        store(s.r + c + p * W, r);
        squares[p] = fma(tail, tail, squares[p]);
        across[p] = fma(y, r, across[p]);
    }
    MLMATH_UNROLL for (int g = 0; g < L; g += 8) add_columns<T>(at + g * s.ld, s.ld, s.r + c + g, height, z + top);
}
template <class T>
void change(const BidiagonalStep<T>& s, std::ptrdiff_t from, std::ptrdiff_t to, T* z, T* h, T* squares) {
    vec<T> across[parts_of<T>], sum[parts_of<T>];
    load_lanes(h, across);
    load_lanes(squares, sum);
    for (std::ptrdiff_t c = from > s.k ? from : (s.k + 1) / lanes<T> * lanes<T>; c < to; c += lanes<T>)
        change_group(s, c, z, across, sum);
    store_lanes(h, across);
    store_lanes(squares, sum);
}

template <class T>
void fold(const T* from, std::ptrdiff_t count, T* to) {
    vec<T> v[parts_of<T>];
    for (std::ptrdiff_t j = 0; j < count; ++j) load_lanes(from + j * lanes<T>, v), to[j] = total<T>(v);
}
template <class T>
T square(const T* x, std::ptrdiff_t n) {
    return run_product(x, x, n);
}

template <class T>
MLMATH_INLINE BidiagonalReflector<T> reflector(T alpha, T squares) {
    return {alpha, squares, root(fma(alpha, alpha, squares))};
}

// The reflection that clears x below row k; zeros above.
template <class T>
MLMATH_INLINE BidiagonalReflector<T> left_reflection(T* x, std::ptrdiff_t rows, std::ptrdiff_t k) {
    constexpr int W = width<T>, P = parts_of<T>;
    const T alpha = x[k];
    vec<T> sum[P];
    MLMATH_UNROLL for (int p = 0; p < P; ++p) {
        const vec<T> tail = select<T>(lanes_below<T>(k + 1 - p * W), vec<T>{}, load(x + p * W));
        store(x + p * W, tail);
        sum[p] = tail * tail;
    }
    for (std::ptrdiff_t i = lanes<T>; i < rows; i += lanes<T>)
        MLMATH_UNROLL for (int p = 0; p < P; ++p) sum[p] = fma(load(x + i + p * W), load(x + i + p * W), sum[p]);
    const BidiagonalReflector<T> h = reflector(alpha, total<T>(sum));
    const vec<T> scale = broadcast(h.scale);
    for (std::ptrdiff_t i = 0; i < rows; i += W) store(x + i, scale * load(x + i));
    x[k] = 1;
    return h;
}

template <class T>
void finish(T* a, std::ptrdiff_t ld, std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, T* d, T* e, T* left_tau, T* right_tau,
            T* v, std::ptrdiff_t v_ld, T* work) {
    constexpr int L = lanes<T>, W = width<T>, P = parts_of<T>;
    const std::ptrdiff_t begin = k, wide = (n + L - 1) / L * L;
    T *const z = work, *const x = z + m, *const r = x + m, *const old = r + wide, *y = old + wide, *old_y = y + wide;
    for (; k < n; ++k) {
        const std::ptrdiff_t top = k / L * L, height = m - top;
        T* const u = a + k * ld + top;
        const T* const last_u = u - ld;
        const bool changed = k > begin;
        T* const swap = old_y;
        old_y = y, y = swap;
        if (changed) {
            const vec<T> yk = broadcast(old_y[k]), vk = broadcast(old[k]);
            for (std::ptrdiff_t i = 0; i < height; i += W)
                store(u + i, fnma(load(x + top + i), vk, fnma(load(last_u + i), yk, load(u + i))));
            old_y[k] = old[k] = 0;  // column k has seen it
        }
        const BidiagonalReflector<T> left = left_reflection(u, height, k - top);
        d[k] = left.beta;
        left_tau[k] = left.tau;
        if (k + 1 == n) return;
        for (std::ptrdiff_t i = top; i < m; i += W) store(z + i, vec<T>{});
        const std::ptrdiff_t start = (k + 1) / L * L;
        vec<T> squares[P] = {}, across[P] = {};
        BidiagonalStep<T> step{};
        step.a = a, step.ld = ld, step.m = m, step.k = k, step.u = u - top, step.tau = left.tau, step.right = y, step.r = r;
        if (changed) step.last_u = last_u - top, step.last_x = x, step.last_y = old_y, step.last_v = old;
        for (std::ptrdiff_t c = start; c < wide; c += L) change_group(step, c, z, across, squares);
        const T alpha = r[k + 1];
        const BidiagonalReflector<T> right = reflector(alpha, total<T>(squares));
        e[k] = right.beta;
        right_tau[k] = right.tau;
        // v = scale (r - beta e_1), x = tau (A v - u y.v)
        const vec<T> scale = broadcast(right.scale), beta = broadcast(right.beta), factor = broadcast(right.tau * right.scale);
        T* const out = v + k * v_ld;
        for (std::ptrdiff_t c = start; c < wide; c += W) store<T>(old + c, scale * load(r + c));
        old[k + 1] = 1;
        for (std::ptrdiff_t c = start; c < wide; c += W) store_first(out + c, load(old + c), n - c < W ? n - c : W);
        const vec<T> inside = broadcast(right.tau * right.scale * (total<T>(across) - right.beta * y[k + 1]));
        const T* const column = a + (k + 1) * ld + top;
        for (std::ptrdiff_t i = 0; i < height; i += W)
            store(x + top + i, fnma(inside, load(u + i), factor * fnma(beta, load(column + i), load(z + top + i))));
        if (right.tau == 0)
            for (std::ptrdiff_t c = start; c < wide; c += W) store(old + c, vec<T>{});
    }
}

template <class T>
constexpr BidiagonalKernel<T> kernel = {columns<T>, change<T>, rows<T>, update<T>, fold<T>, square<T>, finish<T>};

}  // namespace

extern const BidiagonalKernels bidiagonal_kernels;
const BidiagonalKernels bidiagonal_kernels = {kernel<double>, kernel<float>};

}  // namespace mlmath::MLMATH_LEVEL
