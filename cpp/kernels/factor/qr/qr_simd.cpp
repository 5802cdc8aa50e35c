// SPDX-License-Identifier: BSD-3-Clause
// qr: a panel of reflections, reflections applied to rows, a group of small matrices side by side. Compiled once per level.
#include "kernels/factor/columns_simd.hpp"
#include "kernels/factor/lanes_simd.hpp"
#include "kernels/factor/qr/qr_kernels.hpp"
#include "kernels/factor/qr/qr_panel_simd.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
void apply(std::ptrdiff_t count, std::ptrdiff_t m, const T* v, std::ptrdiff_t ld, const T* tau, T* c, std::ptrdiff_t stride,
           std::ptrdiff_t columns, T* sums) {
    for (std::ptrdiff_t k = count - 1; k >= 0; --k) {
        if (tau[k] == 0) continue;
        const T* const x = v + k * ld + k + 1;
        T *const top = c + k * stride, *const below = top + stride;
        const std::ptrdiff_t rows = m - k - 1;
        sums_of(x, below, stride, rows, columns, sums);
        const vec<T> taus = broadcast(tau[k]);
        for (std::ptrdiff_t j = 0; j < columns; j += width<T>) {
            const vec<T> row = load(top + j), h = (row + load(sums + j)) * taus;
            store(sums + j, h);
            store(top + j, row - h);
        }
        subtract_from(x, sums, below, stride, rows, columns);
    }
}

// ---- a group, a lane each ------------------------------------------------------------------------------------------------------

template <class T>
struct Group {
    static constexpr int W = width<T>;
    std::ptrdiff_t m, n, k;
    T *a, *q, *tau;

    MLMATH_INLINE T* at(std::ptrdiff_t i, std::ptrdiff_t j) const { return a + (i * n + j) * W; }
    MLMATH_INLINE T* at_q(std::ptrdiff_t i, std::ptrdiff_t j) const { return q + (i * k + j) * W; }

    // C columns, `step` elements from row to row: reflected by v_p, which stands below the diagonal of a.
    template <int C>
    MLMATH_INLINE void reflect_columns(std::ptrdiff_t p, vec<T> factor, T* c, std::ptrdiff_t step) const {
        vec<T> sum[C];
        MLMATH_UNROLL for (int x = 0; x < C; ++x) sum[x] = load(c + x * W);
        for (std::ptrdiff_t i = p + 1; i < m; ++i) {
            const vec<T> v = load(at(i, p));
            MLMATH_UNROLL for (int x = 0; x < C; ++x) sum[x] = fma(v, load(c + (i - p) * step + x * W), sum[x]);
        }
        MLMATH_UNROLL for (int x = 0; x < C; ++x) {
            sum[x] = sum[x] * factor;
            store(c + x * W, load(c + x * W) - sum[x]);
        }
        for (std::ptrdiff_t i = p + 1; i < m; ++i) {
            const vec<T> v = load(at(i, p));
            MLMATH_UNROLL for (int x = 0; x < C; ++x) {
                T* const element = c + (i - p) * step + x * W;
                store(element, fnma(v, sum[x], load(element)));
            }
        }
    }
    MLMATH_INLINE void reflect_all(std::ptrdiff_t p, T* c, std::ptrdiff_t columns, std::ptrdiff_t step) const {
        const vec<T> factor = load(tau + p * W);
        std::ptrdiff_t j = 0;
        for (; j + 4 <= columns; j += 4) reflect_columns<4>(p, factor, c + j * W, step);
        if (columns - j >= 2) {
            reflect_columns<2>(p, factor, c + j * W, step);
            j += 2;
        }
        if (j < columns) reflect_columns<1>(p, factor, c + j * W, step);
    }

    MLMATH_INLINE void factor(std::ptrdiff_t p) const {
        const vec<T> alpha = load(at(p, p));
        vec<T> squares{}, shrink = broadcast(T(1)), again = shrink;
        for (std::ptrdiff_t i = p + 1; i < m; ++i) squares = fma(load(at(i, p)), load(at(i, p)), squares);
        const vec<T> total = fma(alpha, alpha, squares);
        const mask<T> fine = (total >= broadcast(least_square<T>)) & (total <= broadcast(largest_square<T>)) &
                             (squares >= broadcast(least_square<T>));
        mask<T> zero{};
        if (any(~fine)) {
            vec<T> largest{};
            for (std::ptrdiff_t i = p + 1; i < m; ++i) largest = maximum<T>(absolute(load(at(i, p))), largest);
            vec<T> undefined = alpha - alpha;
            for (std::ptrdiff_t i = p + 1; i < m; ++i) undefined = fma(load(at(i, p)), vec<T>{}, undefined);
            zero = (largest == vec<T>{}) & (undefined == vec<T>{});
            largest = maximum<T>(absolute(alpha), largest);
            for (int l = 0; l < W; ++l)
                if (!fine[l] && !zero[l] && undefined[l] == 0) {
                    shrink[l] = inverse_power(largest[l]);
                    again[l] = inverse_power(largest[l] * shrink[l]);
                }
            squares = vec<T>{};
            for (std::ptrdiff_t i = p + 1; i < m; ++i) {
                const vec<T> x = load(at(i, p)) * shrink * again;
                store(at(i, p), x);
                squares = fma(x, x, squares);
            }
        }
        const vec<T> size = alpha * shrink * again, norm = square_root(fma(size, size, squares));
        const vec<T> beta = with_sign_of<T>(-norm, size);  // -sign(alpha) |.|
        const vec<T> scale = select<T>(zero, vec<T>{}, broadcast(T(1)) / (size - beta));
        store(tau + p * W, select<T>(zero, vec<T>{}, (beta - size) / beta));
        for (std::ptrdiff_t i = p + 1; i < m; ++i) store(at(i, p), load(at(i, p)) * scale);
        store(at(p, p), select<T>(zero, alpha, beta / again / shrink));
    }
};

template <class T>
void group(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k, const T* const* a, std::ptrdiff_t a_row, std::ptrdiff_t a_column,
           T* const* q, std::ptrdiff_t q_row, std::ptrdiff_t q_column, T* const* r, std::ptrdiff_t r_rows, std::ptrdiff_t r_row,
           std::ptrdiff_t r_column, T* tile) {
    constexpr int W = width<T>;
    const std::ptrdiff_t order = m < n ? m : n;
    const Group<T> g{m, n, k, tile, tile + m * n * W, tile + (m * n + m * k) * W};
    pack_group<T>(a, m, n, a_row, a_column, tile, n);
    for (std::ptrdiff_t p = 0; p < order; ++p) {
        g.factor(p);
        g.reflect_all(p, g.at(p, p + 1), n - p - 1, n * W);
    }
    if (k > 0) {
        for (std::ptrdiff_t i = 0; i < m; ++i)
            for (std::ptrdiff_t j = 0; j < k; ++j) store(g.at_q(i, j), broadcast(T(i == j)));
        // Columns left of p are still those of the identity, which H_p leaves alone.
        for (std::ptrdiff_t p = order - 1; p >= 0; --p) g.reflect_all(p, g.at_q(p, p), k - p, k * W);
        unpack_group<T>(g.q, k, m, k, q_row, q_column, q);
    }
    for (std::ptrdiff_t i = 1; i < r_rows; ++i)
        for (std::ptrdiff_t j = 0; j < i && j < n; ++j) store(g.at(i, j), vec<T>{});
    unpack_group<T>(tile, n, r_rows, n, r_row, r_column, r);
}

}  // namespace

extern const QrKernels qr_kernels;
const QrKernels qr_kernels = {{panel<double>, gram<double>, apply<double>, group<double>, width<double>},
                              {panel<float>, gram<float>, apply<float>, group<float>, width<float>}};

}  // namespace mlmath::MLMATH_LEVEL
