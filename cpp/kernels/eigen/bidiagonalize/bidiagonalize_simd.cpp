// SPDX-License-Identifier: BSD-3-Clause
// bidiagonalize: columns and rows of one step, what is deferred, and small matrices in place. Compiled once per level.
//
// The matrix lies by columns. y = A^T u are sums along columns, which are taken for a group of columns at once and turned into
// registers whose lanes are columns: all that follows of y, r, v is then done side by side. A r are sums of columns.
#include "kernels/eigen/bidiagonalize/bidiagonalize_kernels.hpp"
#include "kernels/factor/columns_simd.hpp"
#include "simd/vec_transpose.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Every sum runs in 64 bytes of lanes on every level, rows (columns) in lane number i mod lanes, so that the bits do not depend on
// the register: `parts` registers are one row of lanes. A group of columns is as many as there are lanes.
template <class T>
constexpr int lanes = 64 / static_cast<int>(sizeof(T));
template <class T>
constexpr int parts_of = lanes<T> / width<T>;
// Columns whose sums are under way together. Constraint: an FMA takes 4 cycles and two start in each. Decision: 8 registers of
// sums.
template <class T>
constexpr int columns_at_once = 8 / parts_of<T>;

template <class T>
MLMATH_INLINE T total(const vec<T>* v) {
    alignas(64) T lane[lanes<T>];
    MLMATH_UNROLL for (int p = 0; p < parts_of<T>; ++p) store(lane + p * width<T>, v[p]);
    return fold_sum<lanes<T>>(lane);
}
// The lanes below n, which may be negative.
template <class T>
MLMATH_INLINE mask<T> lanes_below(std::ptrdiff_t n) {
    return first_lanes<T>(n < 0 ? 0 : n);
}
// to[p]: the totals of columns p width ... (p + 1) width - 1, side by side; the same tree as total().
template <class T>
MLMATH_INLINE void totals(vec<T> (&sum)[lanes<T>][parts_of<T>], vec<T>* to) {
    MLMATH_UNROLL for (int p = 0; p < parts_of<T>; ++p) {
        vec<T> block[width<T>];
        MLMATH_UNROLL for (int l = 0; l < width<T>; ++l) {
            MLMATH_UNROLL for (int half = parts_of<T> / 2; half > 0; half /= 2) MLMATH_UNROLL for (int q = 0; q < half; ++q)
                sum[p * width<T> + l][q] = sum[p * width<T> + l][q] + sum[p * width<T> + l][q + half];
            block[l] = sum[p * width<T> + l][0];
        }
        transpose<T>(block);
        MLMATH_UNROLL for (int half = width<T> / 2; half > 0; half /= 2) MLMATH_UNROLL for (int l = 0; l < half; ++l) block[l] =
            block[l] + block[l + half];
        to[p] = block[0];
    }
}

// to: sum_i w_i a_ic for a group of columns; after a_ic -= u_i y_c + x_i v_c where Change.
template <bool Change, class T>
MLMATH_INLINE void column_sums(T* a, std::ptrdiff_t ld, const T* u, const T* x, const T* y, const T* v, const T* w,
                               std::ptrdiff_t rows, vec<T>* to) {
    constexpr int C = columns_at_once<T>, P = parts_of<T>;
    vec<T> all[lanes<T>][P];
    MLMATH_UNROLL for (int first = 0; first < lanes<T>; first += C) {
        vec<T> sum[C][P] = {}, yc[C], vc[C];
        if constexpr (Change) {
            MLMATH_UNROLL for (int c = 0; c < C; ++c) yc[c] = broadcast(y[first + c]), vc[c] = broadcast(v[first + c]);
        }
        for (std::ptrdiff_t i = 0; i < rows; i += lanes<T>) {
            MLMATH_UNROLL for (int p = 0; p < P; ++p) {
                const std::ptrdiff_t at = i + p * width<T>;
                const vec<T> wi = load(w + at);
                if constexpr (Change) {
                    const vec<T> ui = load(u + at), xi = load(x + at);
                    MLMATH_UNROLL for (int c = 0; c < C; ++c) {
                        T* const element = a + (first + c) * ld + at;
                        const vec<T> e = fnma(xi, vc[c], fnma(ui, yc[c], load(element)));
                        store(element, e);
                        sum[c][p] = fma(e, wi, sum[c][p]);
                    }
                } else {
                    MLMATH_UNROLL for (int c = 0; c < C; ++c) sum[c][p] = fma(load(a + (first + c) * ld + at), wi, sum[c][p]);
                }
            }
        }
        MLMATH_UNROLL for (int c = 0; c < C; ++c) MLMATH_UNROLL for (int p = 0; p < P; ++p) all[first + c][p] = sum[c][p];
    }
    totals<T>(all, to);
}
// z_i += sum_c a_ic r_c for 8 columns, in two parts.
template <class T>
MLMATH_INLINE void add_columns(const T* a, std::ptrdiff_t ld, const T* r, std::ptrdiff_t rows, T* z) {
    vec<T> rc[8];
    MLMATH_UNROLL for (int c = 0; c < 8; ++c) rc[c] = broadcast(r[c]);
    for (std::ptrdiff_t i = 0; i < rows; i += width<T>) {
        vec<T> even = load(z + i), odd = rc[1] * load(a + ld + i);
        MLMATH_UNROLL for (int c = 0; c < 8; c += 2) even = fma(rc[c], load(a + c * ld + i), even);
        MLMATH_UNROLL for (int c = 3; c < 8; c += 2) odd = fma(rc[c], load(a + c * ld + i), odd);
        store(z + i, even + odd);
    }
}

// ---- a step of a panel
// -----------------------------------------------------------------------------------------------------------

// What is deferred, for Q rows of lanes of columns from c on: y, r and the products with r.
template <int Q, class T>
MLMATH_INLINE void reduce_columns(const BidiagonalStep<T>& s, std::ptrdiff_t c, T* h, vec<T>* squares) {
    constexpr int W = width<T>, P = parts_of<T>, G = Q * P;
    T* const y = s.right + s.count * s.right_ld + c;
    vec<T> yc[G], rc[G];
    MLMATH_UNROLL for (int g = 0; g < G; ++g) yc[g] = load(y + g * W), rc[g] = load(s.r + c + g * W);
    const T* right = s.right + c;
    for (std::ptrdiff_t j = 0; j < s.count; ++j, right += s.right_ld) {
        const vec<T> product = broadcast(s.products[j]), row = broadcast(s.row[j]);
        MLMATH_UNROLL for (int g = 0; g < G; ++g) {
            const vec<T> e = load(right + g * W);
            yc[g] = fnma(e, product, yc[g]);
            rc[g] = fnma(e, row, rc[g]);
        }
    }
    const vec<T> tau = broadcast(s.tau);
    MLMATH_UNROLL for (int g = 0; g < G; ++g) {
        const std::ptrdiff_t done = s.k + 1 - c - g * W;
        yc[g] = select<T>(lanes_below<T>(done), vec<T>{}, yc[g] * tau);
        rc[g] = select<T>(lanes_below<T>(done), vec<T>{}, rc[g] - yc[g]);
        store(y + g * W, yc[g]);
        store(s.r + c + g * W, rc[g]);
        const vec<T> tail = select<T>(lanes_below<T>(done + 1), vec<T>{}, rc[g]);
        squares[g % P] = fma(tail, tail, squares[g % P]);
    }
    right = s.right + c;
    for (std::ptrdiff_t j = 0; j <= s.count; ++j, right += s.right_ld) {
        MLMATH_UNROLL for (int p = 0; p < P; ++p) {
            vec<T> hj = load(h + j * lanes<T> + p * W);
            MLMATH_UNROLL for (int g = p; g < G; g += P) hj = fma(load(right + g * W), rc[g], hj);
            store(h + j * lanes<T> + p * W, hj);
        }
    }
}

template <class T>
MLMATH_INLINE void load_lanes(const T* from, vec<T>* to) {
    MLMATH_UNROLL for (int p = 0; p < parts_of<T>; ++p) to[p] = load(from + p * width<T>);
}
template <class T>
MLMATH_INLINE void store_lanes(T* to, const vec<T>* from) {
    MLMATH_UNROLL for (int p = 0; p < parts_of<T>; ++p) store(to + p * width<T>, from[p]);
}

template <class T>
void columns(const BidiagonalStep<T>& s, std::ptrdiff_t from, std::ptrdiff_t to, T* z, T* h, T* squares) {
    constexpr int L = lanes<T>, W = width<T>, P = parts_of<T>, at_once = P < 4 ? 4 / P : 1;
    const std::ptrdiff_t top = s.k / L * L, first = from > s.k ? from : (s.k + 1) / L * L;
    T* const y = s.right + s.count * s.right_ld;
    for (std::ptrdiff_t c = first; c < to; c += L) {
        vec<T> sums[P];
        column_sums<false, T>(s.a + c * s.ld + top, s.ld, nullptr, nullptr, nullptr, nullptr, s.u + top, s.m - top, sums);
        MLMATH_UNROLL for (int p = 0; p < P; ++p) {
            store(y + c + p * W, sums[p]);
            store(s.r + c + p * W, load_strided(s.a + (c + p * W) * s.ld + s.k, s.ld));
        }
    }
    vec<T> sum[P];
    load_lanes(squares, sum);
    std::ptrdiff_t c = first;
    for (; c + at_once * L <= to; c += at_once * L) reduce_columns<at_once>(s, c, h, sum);
    for (; c < to; c += L) reduce_columns<1>(s, c, h, sum);
    store_lanes(squares, sum);
    for (c = first; c < to; c += 8) add_columns<T>(s.a + c * s.ld + top, s.ld, s.r + c, s.m - top, z + top);
}

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

// What is deferred, for Q rows of lanes from row i on: x, the next column and the products with it.
template <int Q, class T>
MLMATH_INLINE void reduce_rows(const BidiagonalStep<T>& s, std::ptrdiff_t i, T* g, vec<T>* squares) {
    constexpr int W = width<T>, P = parts_of<T>, R = Q * P;
    const std::ptrdiff_t above = s.k + 1 - i;
    const T* const column = s.a + (s.k + 1) * s.ld + i;
    const vec<T> factor = broadcast(s.factor), beta = broadcast(s.beta);
    vec<T> x[R], next[R];
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        vec<T> z = load(s.z[0] + i + r * W);
        for (std::ptrdiff_t p = 1; p < s.parts; ++p) z = z + load(s.z[p] + i + r * W);
        next[r] = load(column + r * W);
        x[r] = factor * fnma(beta, next[r], z);
    }
    const T* left = s.left + i;
    for (std::ptrdiff_t j = 0; j <= s.count; ++j, left += s.ld) {
        const vec<T> weight = broadcast(s.weight[j]), across = broadcast(s.across[j]);
        MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            const vec<T> e = load(left + r * W);
            x[r] = fnma(weight, e, x[r]);
            next[r] = fnma(across, e, next[r]);
        }
    }
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        x[r] = select<T>(lanes_below<T>(above - r * W), vec<T>{}, x[r]);
        next[r] = select<T>(lanes_below<T>(above - r * W), vec<T>{}, next[r] - x[r]);
        store(s.left + (s.count + 1) * s.ld + i + r * W, x[r]);
        store(s.next + i + r * W, next[r]);
        const vec<T> below = select<T>(lanes_below<T>(above + 1 - r * W), vec<T>{}, next[r]);
        squares[r % P] = fma(below, below, squares[r % P]);
    }
    left = s.left + i;
    for (std::ptrdiff_t j = 0; j <= s.count + 1; ++j, left += s.ld) {
        MLMATH_UNROLL for (int p = 0; p < P; ++p) {
            vec<T> gj = load(g + j * lanes<T> + p * W);
            MLMATH_UNROLL for (int r = p; r < R; r += P) gj = fma(load(left + r * W), next[r], gj);
            store(g + j * lanes<T> + p * W, gj);
        }
    }
}

template <class T>
void rows(const BidiagonalStep<T>& s, std::ptrdiff_t from, std::ptrdiff_t to, T* g, T* squares) {
    constexpr int L = lanes<T>, at_once = parts_of<T> < 4 ? 4 / parts_of<T> : 1;
    std::ptrdiff_t i = from > s.k ? from : (s.k + 1) / L * L;
    vec<T> sum[parts_of<T>];
    load_lanes(squares, sum);
    for (; i + at_once * L <= to; i += at_once * L) reduce_rows<at_once>(s, i, g, sum);
    for (; i < to; i += L) reduce_rows<1>(s, i, g, sum);
    store_lanes(squares, sum);
}

// Rows of R registers and 8 columns of A -= left right^T, all pairs at once.
template <int R, class T>
MLMATH_INLINE void update_tile(T* a, std::ptrdiff_t ld, const T* left, const T* right, std::ptrdiff_t right_ld,
                               std::ptrdiff_t count) {
    vec<T> sum[8][R] = {};
    for (std::ptrdiff_t j = 0; j < count; ++j, left += ld, right += right_ld) {
        vec<T> l[R];
        MLMATH_UNROLL for (int r = 0; r < R; ++r) l[r] = load(left + r * width<T>);
        MLMATH_UNROLL for (int c = 0; c < 8; ++c) {
            const vec<T> e = broadcast(right[c]);
            MLMATH_UNROLL for (int r = 0; r < R; ++r) sum[c][r] = fma(e, l[r], sum[c][r]);
        }
    }
    MLMATH_UNROLL for (int c = 0; c < 8; ++c) MLMATH_UNROLL for (int r = 0; r < R; ++r)
        store(a + c * ld + r * width<T>, load(a + c * ld + r * width<T>) - sum[c][r]);
}
// 8 columns of 3 registers are 24 sums, of 32 registers; of 16 registers 8.
#if defined(__AVX512F__) || defined(__aarch64__)
constexpr int tile = 3;
#else
constexpr int tile = 1;
#endif

template <class T>
void update(T* a, std::ptrdiff_t ld, const T* left, const T* right, std::ptrdiff_t right_ld, std::ptrdiff_t count,
            std::ptrdiff_t top, std::ptrdiff_t m, std::ptrdiff_t from, std::ptrdiff_t to) {
    constexpr int W = width<T>;
    std::ptrdiff_t i = top / lanes<T> * lanes<T>;
    for (; i + tile * W <= m; i += tile * W)
        for (std::ptrdiff_t c = from; c < to; c += 8) {
            MLMATH_UNROLL for (int p = 0; p < 8; ++p) {
                MLMATH_UNROLL for (int r = 0; r < tile; ++r) prefetch(a + (c + 8 + p) * ld + i + r * W);
            }
            update_tile<tile>(a + c * ld + i, ld, left + i, right + c, right_ld, count);
        }
    for (; i < m; i += W)
        for (std::ptrdiff_t c = from; c < to; c += 8) update_tile<1>(a + c * ld + i, ld, left + i, right + c, right_ld, count);
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

// ---- in place
// --------------------------------------------------------------------------------------------------------------------

// H = I - tau v v^T for (alpha, x), squares = |x|^2: v = (1, scale x). A tail below the window counts as zero: beside the matrix,
// whose largest number is about one, it is nothing.
template <class T>
struct Reflector {
    T beta, tau, scale;
    MLMATH_INLINE Reflector(T alpha, T squares) : beta(alpha), tau(0), scale(0) {
        if (squares < least_square<T>) return;
        const T norm = root(fma(alpha, alpha, squares));
        beta = alpha < 0 ? norm : -norm;
        tau = (beta - alpha) / beta;
        scale = 1 / (alpha - beta);
    }
};

// The reflection that clears x below row k; zeros above.
template <class T>
MLMATH_INLINE Reflector<T> left_reflection(T* x, std::ptrdiff_t rows, std::ptrdiff_t k) {
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
    const Reflector<T> h(alpha, total<T>(sum));
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
        const Reflector<T> left = left_reflection(u, height, k - top);
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
        const Reflector<T> right(alpha, total<T>(squares));
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
