// SPDX-License-Identifier: BSD-3-Clause
// least_squares: Householder reflections on row-major panels. Lanes are columns, which never meet, so the bits do not depend on the
// register width. Compiled once per level.
#include "kernels/factor/columns_simd.hpp"
#include "kernels/factor/least_squares/least_squares_panel.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
constexpr T root_of_epsilon = sizeof(T) == 8 ? T(0x1p-26) : T(0x1.6a09e6p-12);
// A sum of squares below this has lost its accuracy; the numbers are scaled to about 1, so the column counts as zero.
template <class T>
constexpr T negligible_square = smallest_normal<T> / epsilon<T>;

// The reflection I - v v^T / (beta^2 - beta top_k), v = (top_k - beta, x), beta = -sign(top_k) |(top_k, x)|, that turns column k of
// [top; b] into (beta, 0): applied to columns k .. places. v^T a = g - beta a_top with g the product with the unchanged column, so
// one pass over b gives the norm and all products. Returns beta, or 0 when the column is zero (nothing is done then). work: rows +
// places.
template <class T>
T reflect(T* top, T* b, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t k, std::ptrdiff_t places, T* work) {
    T *h = work, *x = work + places;
    const T top_k = top[k];
    for (std::ptrdiff_t i = 0; i < rows; ++i) x[i] = b[i * stride + k];
    const std::ptrdiff_t start = k / width<T> * width<T>;
    sums_of(x, b + start, stride, rows, places - start, h + start);
    for (std::ptrdiff_t j = start; j < places; j += width<T>) store(h + j, fma(broadcast(top_k), load(top + j), load(h + j)));
    const T square = h[k];
    if (square <= negligible_square<T>) return 0;  // a NaN goes on, and with it into everything
    const T norm = root(square), beta = top_k > 0 ? -norm : norm;
    const T head = top_k - beta, factor = 1 / (square + norm * magnitude(top_k));
    const vec<T> factors = broadcast(factor), minus_beta = broadcast(-beta), heads = broadcast(head);
    for (std::ptrdiff_t j = start; j < places; j += width<T>) {
        const vec<T> t = load(top + j);
        vec<T> hj = fma(minus_beta, t, load(h + j)) * factors;
        if (j == start) hj = select<T>(first_lanes<T>(k - start), vec<T>{}, hj);  // columns left of k are finished
        store(h + j, hj);
        store(top + j, fnma(heads, hj, t));
    }
    top[k] = beta;
    subtract_from(x, h + start, b + start, stride, rows, places - start);
    return beta;
}

template <class T>
void absorb(T* r, std::ptrdiff_t r_stride, T* b, std::ptrdiff_t b_stride, std::ptrdiff_t rows, std::ptrdiff_t n,
            std::ptrdiff_t places, T* work) {
    for (std::ptrdiff_t k = 0; k < n; ++k) reflect(r + k * r_stride, b, b_stride, rows, k, places, work);
}

template <class T>
void add_squares(const T* b, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t from, std::ptrdiff_t count, T* sums) {
    for (std::ptrdiff_t j = 0; j < count; j += width<T>) {
        const std::ptrdiff_t left = count - j < width<T> ? count - j : width<T>;
        vec<T> sum = load_first(sums + j, left);
        for (std::ptrdiff_t i = 0; i < rows; ++i) {
            const vec<T> x = load_first(b + i * stride + from + j, left);
            sum = fma(x, x, sum);
        }
        store_first(sums + j, sum, left);
    }
}

// The norm of column j below and including row `from`, summed in one lane.
template <class T>
T column_norm(const T* a, std::ptrdiff_t stride, std::ptrdiff_t from, std::ptrdiff_t rows, std::ptrdiff_t j) {
    T sum = 0;
    for (std::ptrdiff_t i = from; i < rows; ++i) sum = fma(a[i * stride + j], a[i * stride + j], sum);
    return root(sum);
}

template <class T>
std::ptrdiff_t factor(T* a, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::ptrdiff_t places, T rcond,
                      std::ptrdiff_t* column, T* work) {
    // norm[j]: of the part of column j not yet reduced, downdated; reference[j]: the last value that was computed from the
    // elements.
    T *norm = work, *reference = work + places;
    T* scratch = work + 2 * places;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        column[j] = j;
        norm[j] = 0;
    }
    add_squares(a, stride, rows, 0, n, norm);
    for (std::ptrdiff_t j = 0; j < n; ++j) norm[j] = reference[j] = root(norm[j]);
    const std::ptrdiff_t most = rows < n ? rows : n;
    T least = 0;
    for (std::ptrdiff_t k = 0; k < most; ++k) {
        std::ptrdiff_t pivot = k;
        for (std::ptrdiff_t j = k + 1; j < n; ++j)
            if (norm[j] > norm[pivot]) pivot = j;
        if (pivot != k) {
            for (std::ptrdiff_t i = 0; i < rows; ++i) {
                const T swapped = a[i * stride + k];
                a[i * stride + k] = a[i * stride + pivot];
                a[i * stride + pivot] = swapped;
            }
            const std::ptrdiff_t c = column[k];
            column[k] = column[pivot];
            column[pivot] = c;
            norm[pivot] = norm[k];
            reference[pivot] = reference[k];
        }
        T* top = a + k * stride;
        const T diagonal = magnitude(reflect(top, top + stride, stride, rows - k - 1, k, places, scratch));
        if (k == 0) least = rcond * diagonal;
        if (!(diagonal > least)) return k;
        // norm'^2 = norm^2 - r_kj^2 loses all digits when the column was nearly dependent on those before: compute it anew when
        // fewer than half of them are left [DrmacBujanovic2008].
        for (std::ptrdiff_t j = k + 1; j < n; ++j) {
            if (norm[j] == 0) continue;
            const T part = magnitude(top[j]) / norm[j];
            const T left = 1 - part * part > 0 ? 1 - part * part : T(0);
            const T share = norm[j] / reference[j];
            if (left * share * share <= root_of_epsilon<T>)
                norm[j] = reference[j] = column_norm(a, stride, k + 1, rows, j);
            else
                norm[j] *= root(left);
        }
    }
    return most;
}

// y -= s x
template <class T>
MLMATH_INLINE void subtract_row(T s, const T* x, T* y, std::ptrdiff_t n) {
    for (std::ptrdiff_t j = 0; j < n; j += width<T>) {
        const std::ptrdiff_t count = n - j < width<T> ? n - j : width<T>;
        store_first(y + j, fnma(broadcast(s), load_first(x + j, count), load_first(y + j, count)), count);
    }
}

template <class T>
void reduce_rows(T* a, std::ptrdiff_t stride, std::ptrdiff_t rank, std::ptrdiff_t n, T* head, T* factor) {
    const std::ptrdiff_t tail = n - rank;
    for (std::ptrdiff_t k = rank - 1; k >= 0; --k) {
        T *row = a + k * stride, *u = row + rank;
        const T rest = run_product(u, u, tail), diagonal = row[k];
        head[k] = factor[k] = 0;
        if (!(rest > negligible_square<T>)) continue;
        const T square = fma(diagonal, diagonal, rest), norm = root(square), beta = diagonal > 0 ? -norm : norm;
        head[k] = diagonal - beta;
        factor[k] = 1 / (square + norm * magnitude(diagonal));
        row[k] = beta;
        for (std::ptrdiff_t i = 0; i < k; ++i) {
            T* other = a + i * stride;
            const T s = fma(other[k], head[k], run_product(other + rank, u, tail)) * factor[k];
            other[k] = fnma(s, head[k], other[k]);
            subtract_row(s, u, other + rank, tail);
        }
    }
}

template <class T>
void solve(const T* t, std::ptrdiff_t t_stride, std::ptrdiff_t rank, T* z, std::ptrdiff_t z_stride, std::ptrdiff_t places) {
    for (std::ptrdiff_t j = 0; j < places; j += width<T>) {
        for (std::ptrdiff_t i = rank - 1; i >= 0; --i) {
            vec<T> sum = load(z + i * z_stride + j);
            for (std::ptrdiff_t p = i + 1; p < rank; ++p)
                sum = fnma(broadcast(t[i * t_stride + p]), load(z + p * z_stride + j), sum);
            store(z + i * z_stride + j, sum / broadcast(t[i * t_stride + i]));
        }
    }
}

template <class T>
void expand(const T* a, std::ptrdiff_t stride, std::ptrdiff_t rank, std::ptrdiff_t n, const T* head, const T* factor, T* z,
            std::ptrdiff_t z_stride, std::ptrdiff_t places) {
    for (std::ptrdiff_t j = 0; j < places; j += width<T>) {
        for (std::ptrdiff_t k = 0; k < rank; ++k) {
            if (factor[k] == 0) continue;
            const T* u = a + k * stride;
            vec<T> s = broadcast(head[k]) * load(z + k * z_stride + j);
            for (std::ptrdiff_t p = rank; p < n; ++p) s = fma(broadcast(u[p]), load(z + p * z_stride + j), s);
            s = s * broadcast(factor[k]);
            store(z + k * z_stride + j, fnma(broadcast(head[k]), s, load(z + k * z_stride + j)));
            for (std::ptrdiff_t p = rank; p < n; ++p)
                store(z + p * z_stride + j, fnma(broadcast(u[p]), s, load(z + p * z_stride + j)));
        }
    }
}

template <class T>
constexpr LeastSquaresPanel<T> panel_of = {absorb<T>, add_squares<T>, factor<T>, reduce_rows<T>, solve<T>, expand<T>};

}  // namespace

extern const LeastSquaresKernels least_squares_kernels;
const LeastSquaresKernels least_squares_kernels = {panel_of<double>, panel_of<float>};

}  // namespace mlmath::MLMATH_LEVEL
