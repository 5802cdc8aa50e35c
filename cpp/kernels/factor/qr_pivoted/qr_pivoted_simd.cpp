// SPDX-License-Identifier: BSD-3-Clause
// qr_pivoted: measuring columns, the reflection of the longest, and passes over strips of columns. Compiled once per level.
#include "kernels/factor/columns_simd.hpp"
#include "kernels/factor/qr_pivoted/qr_pivoted_kernels.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// LAPACK's tol3z: the root of eps (its eps is half of the distance from 1 to the next number).
template <class T>
constexpr T lost_digits = sizeof(T) == 8 ? T(0x1.6a09e667f3bcdp-27) : T(0x1p-12);

template <class T>
constexpr T infinity = T(__builtin_inf());

template <class T>
MLMATH_INLINE T* element(const PivotedWork<T>& w, std::ptrdiff_t i, std::ptrdiff_t j) {
    constexpr std::ptrdiff_t S = qr_strip<T>;
    return w.a + (j / S * w.m + i) * S + j % S;
}

// ---- norms ---------------------------------------------------------------------------------------------------------------------

// sums_j = sum_i (c_ij - v_i h_j)^2, or of c_ij alone, for Count registers of columns.
template <int Count, bool Less, class T>
MLMATH_INLINE void square_columns(const T* v, const T* h, const T* c, std::ptrdiff_t rows, T* sums) {
    vec<T> sum[parts][Count] = {}, hr[Count] = {};
    if constexpr (Less) {
        MLMATH_UNROLL for (int r = 0; r < Count; ++r) hr[r] = load(h + r * width<T>);
    }
    const auto row = [&](std::ptrdiff_t i, vec<T>* into) __attribute__((always_inline)) {
        MLMATH_UNROLL for (int r = 0; r < Count; ++r) {
            vec<T> x = load(c + i * qr_strip<T> + r * width<T>);
            if constexpr (Less) x = fnma(broadcast(v[i]), hr[r], x);
            into[r] = fma(x, x, into[r]);
        }
    };
    std::ptrdiff_t i = 0;
    for (; i + parts <= rows; i += parts) {
        MLMATH_UNROLL for (int l = 0; l < parts; ++l) row(i + l, sum[l]);
    }
    MLMATH_UNROLL for (int l = 0; l < parts - 1; ++l) if (i + l < rows) row(i + l, sum[l]);
    MLMATH_UNROLL for (int r = 0; r < Count; ++r) store(sums + r * width<T>, (sum[0][r] + sum[2][r]) + (sum[1][r] + sum[3][r]));
}

// The norm of x_i = c_i - v_i h, or of c alone, of any magnitude; NaN when one is no number or infinite.
template <bool Less, class T>
T careful_norm(const T* v, T h, const T* c, std::ptrdiff_t rows) {
    const auto at = [&](std::ptrdiff_t i)
                        __attribute__((always_inline)) { return Less ? fnma(v[i], h, c[i * qr_strip<T>]) : c[i * qr_strip<T>]; };
    T largest = 0, nothing = 0;
    for (std::ptrdiff_t i = 0; i < rows; ++i) {
        const T x = magnitude(at(i));
        largest = x > largest ? x : largest;
        nothing = fma(x, T(0), nothing);
    }
    if (nothing != 0 || largest == 0) return nothing;
    const T shrink = inverse_power(largest), again = inverse_power(largest * shrink);
    T sum = 0;
    for (std::ptrdiff_t i = 0; i < rows; ++i) {
        const T x = at(i) * shrink * again;
        sum = fma(x, x, sum);
    }
    return root(sum) / again / shrink;
}

// The norms of a strip's columns from row k on, less h times v (from row k on) or as they are; of those marked, or of all.
template <bool Less, class T>
void measure_columns(const PivotedWork<T>& w, std::ptrdiff_t k, std::ptrdiff_t s, const T* v, const T* h, bool all_of_them) {
    constexpr std::ptrdiff_t S = qr_strip<T>, step = strip * width<T>;
    const T* const c = element(w, k, s * S);
    const std::ptrdiff_t rows = w.m - k;
    alignas(64) T sums[S];
    for (std::ptrdiff_t j = 0; j < S; j += step) square_columns<strip, Less>(v, h + j, c + j, rows, sums + j);
    for (std::ptrdiff_t j = 0; j < S; ++j) {
        T *const norm = w.norm + s * S + j, *const reference = w.reference + s * S + j;
        if (!all_of_them && !(*reference < 0)) continue;
        const bool fine = sums[j] >= least_square<T> && sums[j] <= largest_square<T>;
        *norm = *reference = fine ? root(sums[j]) : careful_norm<Less>(v, h[j], c + j, rows);
    }
}

template <class T>
void measure(const PivotedWork<T>& w, std::ptrdiff_t s) {
    measure_columns<false>(w, 0, s, w.v, w.product, true);
}

template <class T>
void scale(const PivotedWork<T>& w, std::ptrdiff_t s, T first, T second) {
    T* const c = element(w, 0, s * qr_strip<T>);
    for (std::ptrdiff_t i = 0; i < w.m * qr_strip<T>; i += width<T>)
        store(c + i, load(c + i) * broadcast(first) * broadcast(second));
}

template <class T>
std::ptrdiff_t longest(const PivotedWork<T>& w, std::ptrdiff_t k) {
    constexpr int W = width<T>;
    vec<T> most = broadcast(T(-1));
    for (std::ptrdiff_t j = k; j < w.n; j += W) {
        const vec<T> x = load_first_or(w.norm + j, w.n - j < W ? w.n - j : W, broadcast(T(-1)));
        most = maximum<T>(select<T>(x == x, x, broadcast(infinity<T>)), most);
    }
    T best = most[0];
    for (int l = 1; l < W; ++l) best = most[l] > best ? most[l] : best;
    while (w.norm[k] < best) ++k;
    return k;
}

// ---- one column ----------------------------------------------------------------------------------------------------------------

// x -= sum_l v_l f_l, columns of v `ld` apart.
template <class T>
void subtract_products(T* x, const T* v, std::ptrdiff_t ld, const T* f, std::ptrdiff_t count, std::ptrdiff_t rows) {
    constexpr int W = width<T>, at_once = 4;
    std::ptrdiff_t i = 0;
    for (; i + at_once * W <= rows; i += at_once * W) {
        vec<T> sum[at_once];
        MLMATH_UNROLL for (int r = 0; r < at_once; ++r) sum[r] = load(x + i + r * W);
        for (std::ptrdiff_t l = 0; l < count; ++l) {
            const vec<T> fl = broadcast(f[l]);
            MLMATH_UNROLL for (int r = 0; r < at_once; ++r) sum[r] = fnma(fl, load(v + l * ld + i + r * W), sum[r]);
        }
        MLMATH_UNROLL for (int r = 0; r < at_once; ++r) store(x + i + r * W, sum[r]);
    }
    for (; i < rows; i += W) {
        const std::ptrdiff_t some = rows - i < W ? rows - i : W;
        vec<T> sum = load_first(x + i, some);
        for (std::ptrdiff_t l = 0; l < count; ++l) sum = fnma(broadcast(f[l]), load_first(v + l * ld + i, some), sum);
        store_first(x + i, sum, some);
    }
}

// The reflection that turns (alpha, x) into (beta, 0): x becomes v without its one. Returns beta.
template <class T>
T reflection(T alpha, T* x, std::ptrdiff_t rows, T* tau) {
    T squares = run_product(x, x, rows), shrink = 1, again = 1;
    const T total = fma(alpha, alpha, squares);
    if (!(total >= least_square<T> && total <= largest_square<T> && squares >= least_square<T>)) {
        // The tail is zero, tiny, huge, or not a number. (A tail that is tiny beside alpha is scaled like a tiny column.)
        T largest = 0, nothing = 0;
        for (std::ptrdiff_t i = 0; i < rows; ++i) {
            largest = magnitude(x[i]) > largest ? magnitude(x[i]) : largest;
            nothing = fma(x[i], T(0), nothing);
        }
        *tau = 0;
        if (largest == 0 && nothing == 0) return alpha;
        largest = magnitude(alpha) > largest ? magnitude(alpha) : largest;
        if (nothing == 0 && alpha - alpha == 0) {
            shrink = inverse_power(largest);
            again = inverse_power(largest * shrink);
            for (std::ptrdiff_t i = 0; i < rows; ++i) x[i] = x[i] * shrink * again;
            squares = run_product(x, x, rows);
        }
    }
    const T size = alpha * shrink * again, norm = root(fma(size, size, squares)),
            beta = size > 0 || (size == 0 && !__builtin_signbit(size)) ? -norm : norm;
    *tau = (beta - size) / beta;
    const T factor = 1 / (size - beta);
    for (std::ptrdiff_t i = 0; i < rows; ++i) x[i] *= factor;
    return beta / again / shrink;
}

template <class T>
void reflect(PivotedWork<T>& w, std::ptrdiff_t first, std::ptrdiff_t k, std::ptrdiff_t pivot, bool overlaps) {
    constexpr std::ptrdiff_t S = qr_strip<T>;
    T* const x = w.v + k * w.ld;
    T *const from = element(w, 0, pivot), *const place = element(w, 0, k);
    const std::ptrdiff_t count = k - first, rows = w.m - k;
    for (std::ptrdiff_t i = k; i < w.m; ++i) {
        x[i] = from[i * S];
        from[i * S] = place[i * S];
    }
    for (std::ptrdiff_t l = 0; l < count; ++l) {
        T* const row = w.product + l * w.product_ld;
        w.overlap[l] = row[pivot];
        row[pivot] = row[k];
    }
    w.exchanged[0] = w.norm[k];
    w.exchanged[1] = w.reference[k];
    w.pivot[k] = pivot;
    const std::ptrdiff_t number = w.column[k];
    w.column[k] = w.column[pivot];
    w.column[pivot] = number;
    const T* const v = w.v + first * w.ld + k;
    subtract_products(x + k, v, w.ld, w.overlap, count, rows);
    w.diagonal[k] = reflection(x[k], x + k + 1, rows - 1, w.tau + k);
    x[k] = 1;
    if (!overlaps) return;
    for (std::ptrdiff_t l = 0; l < count; ++l) {
        w.head[l] = v[l * w.ld];
        w.overlap[l] = run_product(v + l * w.ld, x + k, rows);
    }
}

// ---- strips --------------------------------------------------------------------------------------------------------------------

// The norms of the columns that changed places in step k.
template <class T>
MLMATH_INLINE void exchange_norms(const PivotedWork<T>& w, std::ptrdiff_t k, std::ptrdiff_t s) {
    const std::ptrdiff_t pivot = w.pivot[k];
    if (pivot / qr_strip<T> == s) {
        w.norm[pivot] = w.exchanged[0];
        w.reference[pivot] = w.exchanged[1];
    }
    if (k / qr_strip<T> == s) w.norm[k] = 0;
}

// norm'^2 = norm^2 - r_kj^2 for the columns at j, whose elements of row k are given. True lanes: too few digits are left
// [DrmacBujanovic2008]; their norms are as before.
template <class T>
MLMATH_INLINE mask<T> downdate(const PivotedWork<T>& w, std::ptrdiff_t j, vec<T> row) {
    const vec<T> norm = load(w.norm + j), zero{}, one = broadcast(T(1));
    const vec<T> share = absolute(row) / norm, left = maximum<T>(zero, fnma(share, share, one)), age = norm / load(w.reference + j);
    const mask<T> empty = norm == zero, lost = (left * age * age <= broadcast(lost_digits<T>)) & ~empty;
    store(w.norm + j, select<T>(lost | empty, norm, norm * square_root(left)));
    return lost;
}

// Columns whose norms must be computed anew.
template <class T>
MLMATH_INLINE void mark(T* reference, mask<T> lost) {
    store(reference, select<T>(lost, broadcast(T(-1)), load(reference)));
}

// c_ij -= v_i h_j, and s_j = sum_i x_i c_ij of the new ones, for Count registers of columns.
template <int Count, class T>
MLMATH_INLINE void subtract_and_sum(const T* v, const T* h, const T* x, T* c, std::ptrdiff_t rows, T* s) {
    constexpr std::ptrdiff_t S = qr_strip<T>;
    vec<T> sum[parts][Count] = {}, hr[Count];
    MLMATH_UNROLL for (int r = 0; r < Count; ++r) hr[r] = load(h + r * width<T>);
    const auto row = [&](std::ptrdiff_t i, vec<T>* into) __attribute__((always_inline)) {
        const vec<T> vi = broadcast(v[i]), xi = broadcast(x[i]);
        MLMATH_UNROLL for (int r = 0; r < Count; ++r) {
            T* const at = c + i * S + r * width<T>;
            const vec<T> element = fnma(vi, hr[r], load(at));
            store(at, element);
            into[r] = fma(xi, element, into[r]);
        }
    };
    std::ptrdiff_t i = 0;
    for (; i + parts <= rows; i += parts) {
        MLMATH_UNROLL for (int l = 0; l < parts; ++l) row(i + l, sum[l]);
    }
    MLMATH_UNROLL for (int l = 0; l < parts - 1; ++l) if (i + l < rows) row(i + l, sum[l]);
    MLMATH_UNROLL for (int r = 0; r < Count; ++r) store(s + r * width<T>, (sum[0][r] + sum[2][r]) + (sum[1][r] + sum[3][r]));
}

template <class T>
void pass(const PivotedWork<T>& w, std::ptrdiff_t k, std::ptrdiff_t s) {
    constexpr std::ptrdiff_t S = qr_strip<T>, step = strip * width<T>;
    exchange_norms(w, k, s);
    T *const top = element(w, k, s * S), *const h = w.product + s * S;
    const std::ptrdiff_t rows = w.m - k - 1;
    const T *const x = w.v + k * w.ld + k + 1, *const v = k > 0 ? x - w.ld : x;  // (step 0 finds zeros in h)
    const vec<T> taus = broadcast(w.tau[k]), head = broadcast(k > 0 ? v[-1] : T(0));
    alignas(64) T sums[S];
    mask<T> lost{};
    for (std::ptrdiff_t j = 0; j < S; j += step) subtract_and_sum<strip>(v, h + j, x, top + S + j, rows, sums + j);
    for (std::ptrdiff_t j = 0; j < S; j += width<T>) {
        const vec<T> row = fnma(head, load(h + j), load(top + j)), taken = (row + load(sums + j)) * taus;
        store(h + j, taken);
        store(top + j, row - taken);
        const mask<T> now = downdate(w, s * S + j, row - taken);
        mark(w.reference + s * S + j, now);
        lost = lost | now;
    }
    if (any(lost)) measure_columns<true>(w, k + 1, s, x, h, false);
}

template <class T>
bool delay(const PivotedWork<T>& w, std::ptrdiff_t first, std::ptrdiff_t k, std::ptrdiff_t s) {
    constexpr std::ptrdiff_t S = qr_strip<T>;
    exchange_norms(w, k, s);
    T *const top = element(w, k, s * S), *const h = w.product + s * S;
    const std::ptrdiff_t count = k - first;
    const vec<T> taus = broadcast(w.tau[k]);
    alignas(64) T sums[S];
    mask<T> lost{};
    sums_of(w.v + k * w.ld + k, top, S, w.m - k, S, sums);
    for (std::ptrdiff_t j = 0; j < S; j += width<T>) {
        vec<T> sum = load(sums + j), row = load(top + j);
        for (std::ptrdiff_t l = 0; l < count; ++l) {
            const vec<T> before = load(h + l * w.product_ld + j);
            sum = fnma(before, broadcast(w.overlap[l]), sum);
            row = fnma(before, broadcast(w.head[l]), row);
        }
        const vec<T> taken = sum * taus;
        store(h + count * w.product_ld + j, taken);
        store(top + j, row - taken);
        const mask<T> now = downdate(w, s * S + j, row - taken);
        mark(w.reference + s * S + j, now);
        lost = lost | now;
    }
    return any(lost);
}

// C -= V H for Rows rows and Count registers of columns.
template <int Rows, int Count, class T>
MLMATH_INLINE void subtract_block(const T* v, std::ptrdiff_t ld, const T* h, std::ptrdiff_t h_ld, std::ptrdiff_t count, T* c) {
    constexpr std::ptrdiff_t S = qr_strip<T>;
    vec<T> sum[Rows][Count];
    MLMATH_UNROLL for (int i = 0; i < Rows; ++i) {
        MLMATH_UNROLL for (int r = 0; r < Count; ++r) sum[i][r] = load(c + i * S + r * width<T>);
    }
    for (std::ptrdiff_t l = 0; l < count; ++l) {
        vec<T> hr[Count];
        MLMATH_UNROLL for (int r = 0; r < Count; ++r) hr[r] = load(h + l * h_ld + r * width<T>);
        MLMATH_UNROLL for (int i = 0; i < Rows; ++i) {
            const vec<T> vi = broadcast(v[l * ld + i]);
            MLMATH_UNROLL for (int r = 0; r < Count; ++r) sum[i][r] = fnma(vi, hr[r], sum[i][r]);
        }
    }
    MLMATH_UNROLL for (int i = 0; i < Rows; ++i) {
        MLMATH_UNROLL for (int r = 0; r < Count; ++r) store(c + i * S + r * width<T>, sum[i][r]);
    }
}

template <class T>
void apply(const PivotedWork<T>& w, std::ptrdiff_t first, std::ptrdiff_t end, std::ptrdiff_t s) {
    constexpr std::ptrdiff_t S = qr_strip<T>, step = strip * width<T>;
    constexpr int at_once = 6;  // 24 sums in 32 registers, 12 in 16
    const T* const v = w.v + first * w.ld;
    bool lost = false;
    for (std::ptrdiff_t j = 0; j < S; j += step) {
        const T* const h = w.product + s * S + j;
        std::ptrdiff_t i = end;
        for (; i + at_once <= w.m; i += at_once)
            subtract_block<at_once, strip>(v + i, w.ld, h, w.product_ld, end - first, element(w, i, s * S + j));
        for (; i < w.m; ++i) subtract_block<1, strip>(v + i, w.ld, h, w.product_ld, end - first, element(w, i, s * S + j));
    }
    for (std::ptrdiff_t j = s * S; j < (s + 1) * S; ++j) lost = lost || w.reference[j] < 0;
    if (lost) measure_columns<false>(w, end, s, w.v, w.product, false);
}

template <class T>
void whole(PivotedWork<T>& w) {
    const std::ptrdiff_t order = w.m < w.n ? w.m : w.n;
    for (std::ptrdiff_t k = 0; k < order; ++k) {
        reflect(w, k > 0 ? k - 1 : 0, k, longest(w, k), false);
        for (std::ptrdiff_t j = k + 1; j < w.n; j = (j / qr_strip<T> + 1) * qr_strip<T>) pass(w, k, j / qr_strip<T>);
    }
}

template <class T>
constexpr PivotedKernel<T> kernel_of = {measure<T>, scale<T>, longest<T>, reflect<T>, pass<T>, delay<T>, apply<T>, whole<T>};

}  // namespace

extern const PivotedKernels qr_pivoted_kernels;
const PivotedKernels qr_pivoted_kernels = {kernel_of<double>, kernel_of<float>};

}  // namespace mlmath::MLMATH_LEVEL
