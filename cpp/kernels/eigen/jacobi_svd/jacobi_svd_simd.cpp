// SPDX-License-Identifier: BSD-3-Clause
// jacobi_svd: rows made orthogonal by rotations of pairs. Compiled once per level.
//
// One matrix: the rows stand in a line of places; a step of phase 0 pairs places (0,1) (2,3) ..., one of phase 1 (1,2) (3,4) ...,
// and partners change places, so that in as many steps as there are rows each meets each other once: the odd-even ordering
// [LukPark1989]. Pairs of a step are disjoint, their angles come out of registers of pairs, and the product of a pair's first row
// with the row in front of it, a pair of the next step, is taken while both are in the first-level cache.
#include "core/interruption.hpp"
#include "kernels/eigen/jacobi_svd/jacobi_svd_kernels.hpp"
#include "kernels/factor/lanes_simd.hpp"
#include "simd/numbers.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Cosine and sine of the rotation x' = c x - s y, y' = s x + c y that makes rows with x.x = p, y.y = q and x.y = a orthogonal
// [GolubVanLoan2013, sec. 8.4.2]; c = 1 and s = 0 where they are (`rotated` is false there). t: what moves between p and q is t a.
template <class T>
struct Rotation {
    vec<T> c, s, t;
    mask<T> rotated;

    MLMATH_INLINE Rotation(vec<T> p, vec<T> q, vec<T> a, vec<T> tolerance) {
        const vec<T> zero{}, one = broadcast(T(1)), half = broadcast(T(0.5)), least = broadcast(jacobi_svd_negligible_square<T>);
        rotated = (absolute(a) > tolerance * square_root(p) * square_root(q)) & (p >= least) & (q >= least);
        const vec<T> theta = (q - p) * half / select<T>(rotated, a, one), size = absolute(theta);
        // Beyond 1 / eps the square of theta no longer matters but may overflow: t = 1 / (2 theta).
        const mask<T> far = size > broadcast(1 / epsilon<T>);
        const vec<T> hypotenuse = select<T>(far, size, square_root(fma(theta, theta, one)));
        const vec<T> tangent = one / (size + hypotenuse);
        t = select<T>(rotated, select<T>(theta < zero, -tangent, tangent), zero);
        // Three roundings leave c^2 + s^2 off by a few eps, and every row is rotated some 10 n times: one Newton step makes the
        // pair as orthogonal as its format allows.
        c = one / square_root(fma(t, t, one));
        s = t * c;
        const vec<T> excess = half * fma(s, s, fma(c, c, -one));
        c = fnma(c, excess, c);
        s = fnma(s, excess, s);
    }
};

// The n elements that count, in the lanes of the reductions (simd/vec.hpp), whatever the width of the registers.
template <class T>
struct Sum {
    static constexpr int lanes = reduction_lanes<T>, registers = reduction_registers<T>;
    vec<T> part[registers] = {};
    MLMATH_INLINE T total() {
        alignas(64) T lane[lanes];
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) store(lane + r * width<T>, part[r]);
        return fold_sum<lanes>(lane);
    }
};

template <class T>
T product(const T* x, const T* y, std::ptrdiff_t n) {
    Sum<T> sum;
    std::ptrdiff_t i = 0;
    for (; i + sum.lanes <= n; i += sum.lanes) {
        MLMATH_UNROLL for (int r = 0; r < sum.registers; ++r) sum.part[r] =
            fma(load(x + i + r * width<T>), load(y + i + r * width<T>), sum.part[r]);
    }
    MLMATH_UNROLL for (int r = 0; r < sum.registers; ++r) {
        const std::ptrdiff_t at = i + r * width<T>, left = n - at < width<T> ? n - at : width<T>;
        if (left > 0) sum.part[r] = fma(load_first(x + at, left), load_first(y + at, left), sum.part[r]);
    }
    return sum.total();
}

// Rotates x and y, and gives the product of `before` with what y becomes (the row that moves to the front of the pair).
template <class T>
T rotate(T* x, T* y, const T* before, std::ptrdiff_t n, std::ptrdiff_t places, T cosine, T sine) {
    const vec<T> c = broadcast(cosine), s = broadcast(sine);
    Sum<T> sum;
    const auto turn = [&](std::ptrdiff_t at) {
        const vec<T> xi = load(x + at), yi = load(y + at), front = fma(s, xi, c * yi);
        store(x + at, fnma(s, yi, c * xi));
        store(y + at, front);
        return front;
    };
    std::ptrdiff_t i = 0;
    for (; i + sum.lanes <= n; i += sum.lanes) {
        MLMATH_UNROLL for (int r = 0; r < sum.registers; ++r) {
            const std::ptrdiff_t at = i + r * width<T>;
            sum.part[r] = fma(load(before + at), turn(at), sum.part[r]);
        }
    }
    MLMATH_UNROLL for (int r = 0; r < sum.registers; ++r) {
        const std::ptrdiff_t at = i + r * width<T>, left = n - at < width<T> ? n - at : width<T>;
        if (left <= 0) continue;
        const vec<T> front = turn(at);
        sum.part[r] = fma(load_first(before + at, left), front, sum.part[r]);
    }
    for (i = (n + width<T> - 1) / width<T> * width<T>; i < places; i += width<T>) turn(i);
    return sum.total();
}

template <class T>
int orthogonalize(T* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::ptrdiff_t places, T* squares, T* work,
                  T** row) {
    // Of the pairs of a step, side by side: p, q, a, then c and s. (At most rows / 2 each, and room for a whole register.)
    T *const square = work, *const p = work + rows, *const q = p + rows, *const a = q + rows, *const cosine = a + rows,
             *const sine = cosine + rows;
    const vec<T> tolerance = broadcast(epsilon<T> * root(static_cast<T>(n > 1 ? n : 1)));
    for (std::ptrdiff_t i = 0; i < rows; ++i) row[i] = x + i * stride;
    int sweeps = 0;
    for (bool rotated = rows > 1; rotated; ++sweeps) {
        if (sweeps == jacobi_svd_most_sweeps) return -1;
        rotated = false;
        for (std::ptrdiff_t i = 0; i < rows; ++i) square[i] = product(row[i], row[i], n);
        for (std::ptrdiff_t k = 0; 2 * k + 1 < rows; ++k) a[k] = product(row[2 * k], row[2 * k + 1], n);
        for (std::ptrdiff_t step = 0; step < rows; ++step) {
            const std::ptrdiff_t phase = step % 2, pairs = (rows - phase) / 2;
            if (rows >= 64 && interruption_requested()) return -1;
            for (std::ptrdiff_t k = 0; k < pairs; ++k) {
                p[k] = square[phase + 2 * k];
                q[k] = square[phase + 2 * k + 1];
            }
            for (std::ptrdiff_t k = 0; k < pairs; k += width<T>) {
                const std::ptrdiff_t some = pairs - k < width<T> ? pairs - k : width<T>;
                const vec<T> pk = load_first(p + k, some), qk = load_first(q + k, some), ak = load_first(a + k, some);
                const Rotation<T> rotation(pk, qk, ak, tolerance);
                rotated = rotated || any(rotation.rotated);
                store_first(cosine + k, rotation.c, some);
                store_first(sine + k, rotation.s, some);
                store_first(p + k, maximum<T>(fnma(rotation.t, ak, pk), vec<T>{}), some);
                store_first(q + k, fma(rotation.t, ak, qk), some);
            }
            // a of the next step: pair k of this one brings its first row beside the second of pair k - 1 (phase 0 -> 1: next pair
            // k - 1; phase 1 -> 0: next pair k, the first row alone in front).
            for (std::ptrdiff_t k = 0; k < pairs; ++k) {
                const std::ptrdiff_t at = phase + 2 * k;
                const bool alone = at == 0;
                const T* const before = alone ? row[0] : row[at - 1];
                T *const first = row[at], *const second = row[at + 1];
                T beside = 0;
                if (sine[k] != 0)
                    beside = rotate(first, second, before, n, places, cosine[k], sine[k]);
                else if (!alone)
                    beside = product(before, second, n);
                if (!alone) a[phase == 0 ? k - 1 : k] = beside;
                row[at] = second;
                row[at + 1] = first;
                square[at] = q[k];
                square[at + 1] = p[k];
            }
            // The last row had no partner: it is the second of the next step's last pair.
            if ((rows - phase) % 2 == 1 && rows > 1) {
                const std::ptrdiff_t last = rows - 1;
                a[phase == 0 ? pairs - 1 : pairs] = product(row[last - 1], row[last], n);
            }
        }
    }
    for (std::ptrdiff_t i = 0; i < rows; ++i) squares[i] = product(x + i * stride, x + i * stride, n);
    return sweeps;
}

// ---- a group, a lane each ------------------------------------------------------------------------------------------------------

template <class T>
void group(T* const* item, std::ptrdiff_t rows, std::ptrdiff_t n, std::ptrdiff_t more, T* tile, bool* converged) {
    constexpr int W = width<T>;
    const std::ptrdiff_t columns = n + more;
    const vec<T> tolerance = broadcast(epsilon<T> * root(static_cast<T>(n > 1 ? n : 1)));
    pack_group<T>(item, rows, columns, columns, 1, tile, columns);
    mask<T> turned = first_lanes<T>(rows > 1 ? W : 0);
    // Round robin: row 0 stays, the others move on by one place each step; in rows - 1 steps (rows even) each meets each other once
    // and the pairs of a step are disjoint, so that their chains of roots and divisions overlap.
    const std::ptrdiff_t players = rows + rows % 2, around = players - 1;
    for (int sweep = 0; sweep < jacobi_svd_most_sweeps && any(turned); ++sweep) {
        turned = first_lanes<T>(0);
        for (std::ptrdiff_t step = 0; step < around; ++step)
            for (std::ptrdiff_t k = 0; 2 * k < players; ++k) {
                const std::ptrdiff_t one = k == 0 ? 0 : 1 + (k - 1 + step) % around;
                const std::ptrdiff_t other = 1 + (players - 2 - k + step) % around;
                const std::ptrdiff_t i = one < other ? one : other, j = one < other ? other : one;
                if (j >= rows) continue;
                T *const x = tile + i * columns * W, *const y = tile + j * columns * W;
                vec<T> p[2] = {}, q[2] = {}, a[2] = {};
                for (std::ptrdiff_t e = 0; e < n; ++e) {
                    const vec<T> xe = load(x + e * W), ye = load(y + e * W);
                    p[e % 2] = fma(xe, xe, p[e % 2]);
                    q[e % 2] = fma(ye, ye, q[e % 2]);
                    a[e % 2] = fma(xe, ye, a[e % 2]);
                }
                const Rotation<T> rotation(p[0] + p[1], q[0] + q[1], a[0] + a[1], tolerance);
                if (!any(rotation.rotated)) continue;
                turned = turned | rotation.rotated;
                for (std::ptrdiff_t e = 0; e < columns; ++e) {
                    const vec<T> xe = load(x + e * W), ye = load(y + e * W);
                    store(x + e * W, fnma(rotation.s, ye, rotation.c * xe));
                    store(y + e * W, fma(rotation.s, xe, rotation.c * ye));
                }
            }
    }
    alignas(64) T last[W];
    store(last, select<T>(turned, broadcast(T(1)), vec<T>{}));
    for (int l = 0; l < W; ++l) converged[l] = last[l] == 0;
    unpack_group<T>(tile, columns, rows, columns, columns, 1, item);
}

}  // namespace

extern const JacobiSvdKernels jacobi_svd_kernels;
const JacobiSvdKernels jacobi_svd_kernels = {{orthogonalize<double>, group<double>, width<double>},
                                             {orthogonalize<float>, group<float>, width<float>}};

}  // namespace mlmath::MLMATH_LEVEL
