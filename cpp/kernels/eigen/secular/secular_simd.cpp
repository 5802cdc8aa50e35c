// SPDX-License-Identifier: BSD-3-Clause
// secular: a lane for each root, all of them past the same poles. Compiled once per level.
//
// A sum over the poles is split at the root: those left of it from the first one up, those right of it from the last one down, so
// that the large terms come last. For a group of roots that are neighbours, all but the poles between them are on one side.
// Constraint: a division for each pole and root is what it costs (one of 64 bytes every 8 to 10 cycles, as 16 fused operations).
// Decision: two poles share one, 1/p and 1/q from 1/(p q): neighbouring differences are neither both tiny nor huge.
#include "kernels/eigen/secular/secular_kernels.hpp"
#include "simd/numbers.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
constexpr int lanes = static_cast<int>(secular_group<T>);
template <class T>
constexpr int registers = lanes<T> / width<T>;

// d - x, or d^2 - x^2, at x = near + offset.
template <bool Squared, class T>
MLMATH_INLINE vec<T> difference(vec<T> d, vec<T> near, vec<T> offset) {
    const vec<T> below = (d - near) - offset;
    if constexpr (Squared) return below * ((d + near) + offset);
    return below;
}

// ---- roots ---------------------------------------------------------------------------------------------------------------------

// One register of roots, and what a pass over the poles leaves.
template <bool Squared, class T>
struct Roots {
    using Int = typename Lane<T>::sint;
    vec<T> near, offset;
    vec<T> left, right, left_slope, right_slope, left_error, right_error;  // errors: every second partial sum, summed

    MLMATH_INLINE void clear() { left = right = left_slope = right_slope = left_error = right_error = vec<T>{}; }
    MLMATH_INLINE vec<T> at(T d) const { return difference<Squared, T>(broadcast(d), near, offset); }

    template <bool Right>
    MLMATH_INLINE void add(T d, T z) {
        vec<T>&sum = Right ? right : left, &slope = Right ? right_slope : left_slope, &error = Right ? right_error : left_error;
        const vec<T> zj = broadcast(z), t = zj / at(d);
        sum = fma(zj, t, sum);
        slope = fma(t, t, slope);
        error = error + sum;
    }
    template <bool Right>
    MLMATH_INLINE void add(T d, T z, T d2, T z2) {
        vec<T>&sum = Right ? right : left, &slope = Right ? right_slope : left_slope, &error = Right ? right_error : left_error;
        const vec<T> p = at(d), q = at(d2), inverse = broadcast(T(1)) / (p * q);
        const vec<T> zj = broadcast(z), zj2 = broadcast(z2), t = zj * (inverse * q), t2 = zj2 * (inverse * p);
        sum = sum + fma(zj2, t2, zj * t);  // one addition is all that waits for the pair before
        slope = slope + fma(t2, t2, t * t);
        error = error + sum;
    }
    // A pole between the group's roots: left of those of `on_left`.
    MLMATH_INLINE void add_between(T d, T z, mask<T> on_left) {
        const vec<T> zero{}, half = broadcast(T(0.5)), zj = broadcast(z), t = zj / at(d), term = zj * t, square = t * t;
        left = left + select<T>(on_left, term, zero);
        right = right + select<T>(on_left, zero, term);
        left_slope = left_slope + select<T>(on_left, square, zero);
        right_slope = right_slope + select<T>(on_left, zero, square);
        left_error = fma(half, left, left_error);
        right_error = fma(half, right, right_error);
    }
};

// All the group's roots.
template <bool Squared, class T>
MLMATH_INLINE void pass(const SecularEquation<T>& e, std::ptrdiff_t first, Roots<Squared, T>* roots) {
    using Int = typename Lane<T>::sint;
    constexpr int R = registers<T>, L = lanes<T>;
    const T *const d = e.d, *const z = e.z;
    const std::ptrdiff_t behind = first + L < e.k ? first + L : e.k;
    MLMATH_UNROLL for (int r = 0; r < R; ++r) roots[r].clear();
    for (std::ptrdiff_t j = 0; j < first; j += 2)
        MLMATH_UNROLL for (int r = 0; r < R; ++r) roots[r].template add<false>(d[j], z[j], d[j + 1], z[j + 1]);
    std::ptrdiff_t j = e.k - 1;
    if ((e.k - behind) % 2 != 0) {
        MLMATH_UNROLL for (int r = 0; r < R; ++r) roots[r].template add<true>(d[j], z[j]);
        --j;
    }
    for (; j > behind; j -= 2)
        MLMATH_UNROLL for (int r = 0; r < R; ++r) roots[r].template add<true>(d[j], z[j], d[j - 1], z[j - 1]);
    for (j = first; j < behind; ++j) MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            const auto on_left = iota<Int>() >= broadcast(static_cast<Int>(j - first - r * width<T>));
            roots[r].add_between(d[j], z[j], on_left);
        }
}

// A step is the last one when it is below this, measured by the distance from the pole. Arithmetic: f'' is at most 2 f' by that
// distance D, as each of its terms is, and the interpolation is right but for f'': a step h leaves an error of about 2 h^2 / D, 2
// (h / D)^2 of the distance. Decision: sqrt(eps).
template <class T>
constexpr T last_step = sizeof(T) == 8 ? T(0x1p-26) : T(0x1p-12);

// What stays the same for one register of roots while they are looked for, and the bracket of the distance from `near`.
template <bool Squared, class T>
struct Search {
    // Two poles, their distances from `near`, and the squares of their z. Those around the root, or (last) the two left of it.
    vec<T> first, second, from_first, from_second, weight, second_weight;
    mask<T> last;
    vec<T> sign, lower, upper;
    mask<T> active;

    // After a pass: the next place to look at, or none.
    MLMATH_INLINE void step(Roots<Squared, T>& root, T inverse_rho, T rounding, int number) {
        const vec<T> zero{}, one = broadcast(T(1)), x = root.near + root.offset;
        const vec<T> f = (broadcast(inverse_rho) + root.left) + root.right;
        const vec<T> to_first = from_first - root.offset, to_second = from_second - root.offset;
        const vec<T> l = Squared ? to_first * (first + x) : to_first, r = Squared ? to_second * (second + x) : to_second;
        vec<T> a = weight / (l * l), b = second_weight / (r * r), offset = root.offset;
        mask<T> good = first_lanes<T>(0);  // f is nothing but rounding, perhaps: one step more, which costs nothing
        if (number == 0) {                 // in the middle: which pole is the nearer one, and how near the root may be to it
            const mask<T> turn = (f < zero) & ~last;
            root.near = select<T>(turn, second, root.near);
            offset = select<T>(turn, -root.offset, root.offset);
            sign = select<T>(turn, -one, one);
            from_first = select<T>(turn, -from_second, from_first);
            from_second = select<T>(turn, zero, from_second);
            const vec<T> others = broadcast(inverse_rho) + select<T>(turn, root.left, root.right);
            const vec<T> w = select<T>(turn | last, second_weight, weight) / absolute(others);
            lower = minimum<T>((Squared ? w / (second + second + upper) : w) * broadcast(1 - rounding), upper);
        } else {
            const vec<T> sums = root.right - root.left, partial_sums = root.right_error - root.left_error;
            const vec<T> error = fma(broadcast(T(8)), sums, fma(broadcast(T(2)), partial_sums, broadcast(inverse_rho)));
            good = absolute(f) <= error * broadcast(epsilon<T>);
            const vec<T> size = absolute(root.offset);
            const mask<T> below = sign * f < zero;
            lower = select<T>(active & below, size, lower);
            upper = select<T>(active & ~below, size, upper);
            // The weight of the pole next to the root as it is, the other one for the slope of all the rest; every second time
            // both for the slopes of their sides.
            const vec<T> slope = root.left_slope + root.right_slope;
            const mask<T> nearer_first = (sign > zero) & ~last;
            const mask<T> middle = (number % 2 == 0 ? first_lanes<T>(width<T>) : first_lanes<T>(0)) & ~last;
            a = select<T>(middle, root.left_slope, select<T>(nearer_first, a, slope - b));
            b = select<T>(middle, root.right_slope, select<T>(nearer_first, slope - a, b));
        }
        // c + a/(l - y) + b/(r - y) = 0, or c y^2 - p y + q = 0: the root between l and r, or (last) behind both.
        const vec<T> c = fnma(r, b, fnma(l, a, f)), lr = l * r, q = lr * f, side = select<T>(last, -one, one);
        const vec<T> p = side * fnma(lr, a + b, (l + r) * f);
        const vec<T> inside = fnma(broadcast(T(4)) * q, c, p * p), s = square_root(maximum<T>(inside, zero));
        const mask<T> minus = p <= zero;
        const vec<T> below = select<T>(minus, c + c, p + s);
        const vec<T> y = side * select<T>(minus, p - s, q + q) / select<T>(below == zero, one, below);
        const vec<T> moved = Squared ? y / (x + square_root(maximum<T>(fma(x, x, y), zero))) : y;
        vec<T> size = sign * (offset + moved);
        mask<T> outside = ~((size > lower) & (size < upper));
        if (number > secular_quick_steps && number % 2 == 0) outside = first_lanes<T>(width<T>);
        if (any(outside & active & ~good)) {
            size = select<T>(outside, square_root(lower) * square_root(upper), size);
            if (number > secular_quick_steps) good = good | ~((size > lower) & (size < upper));
        }
        root.offset = select<T>(active & ~(good & outside), sign * size, offset);
        if (number > 0)
            active = active & ~good & (outside | (absolute(root.offset - offset) > absolute(offset) * broadcast(last_step<T>)));
    }
};

template <bool Squared, class T>
void find_roots(const SecularEquation<T>& e, T reach, std::ptrdiff_t first, T* near, T* offset) {
    constexpr int R = registers<T>, L = lanes<T>, W = width<T>;
    alignas(64) T pole[L], second[L], from_first[L], from_second[L], weight[L], second_weight[L], nearest[L], upper[L], last[L];
    for (int l = 0; l < L; ++l) {
        const std::ptrdiff_t i = first + l < e.k ? first + l : e.k - 1;
        const bool end = i + 1 == e.k;
        const std::ptrdiff_t p = end && i > 0 ? i - 1 : i, q = end ? i : i + 1;
        const T gap = p < q ? e.d[q] - e.d[p] : reach;
        pole[l] = p < q ? e.d[p] : e.d[p] - gap;  // alone: another one without weight
        second[l] = e.d[q];
        nearest[l] = e.d[i];
        from_first[l] = end ? -gap : T(0);
        from_second[l] = end ? T(0) : gap;
        weight[l] = p < q ? e.z[p] * e.z[p] : T(0);
        second_weight[l] = e.z[q] * e.z[q];
        upper[l] = end ? reach : gap * T(0.5);
        last[l] = T(end);
    }
    Roots<Squared, T> roots[R];
    Search<Squared, T> search[R];
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        roots[r].near = load(nearest + r * W);
        search[r].first = load(pole + r * W);
        search[r].second = load(second + r * W);
        search[r].from_first = load(from_first + r * W);
        search[r].from_second = load(from_second + r * W);
        search[r].weight = load(weight + r * W);
        search[r].second_weight = load(second_weight + r * W);
        search[r].last = load(last + r * W) > vec<T>{};
        search[r].sign = broadcast(T(1));
        search[r].upper = roots[r].offset = load(upper + r * W);
        search[r].active = first_lanes<T>(W);
    }
    const T inverse_rho = 1 / e.rho, rounding = 8 * static_cast<T>(e.k) * epsilon<T>;
    for (int number = 0; number < secular_most_steps; ++number) {
        pass<Squared, T>(e, first, roots);
        bool more = false;
        MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            search[r].step(roots[r], inverse_rho, rounding, number);
            more = more || any(search[r].active);
        }
        if (!more) break;
    }
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        const std::ptrdiff_t some = e.k - first - r * W < W ? e.k - first - r * W : W;
        if (some <= 0) break;
        store_first(near + first + r * W, roots[r].near, some);
        store_first(offset + first + r * W, roots[r].offset, some);
    }
}

template <class T>
void roots(const SecularEquation<T>& e, T reach, std::ptrdiff_t first, T* near, T* offset) {
    if (e.poles == Poles::squared) return find_roots<true, T>(e, reach, first, near, offset);
    find_roots<false, T>(e, reach, first, near, offset);
}

// ---- weights -------------------------------------------------------------------------------------------------------------------

// x - d_i, or x^2 - d_i^2, for the poles of a register.
template <bool Squared, class T>
MLMATH_INLINE vec<T> beyond(T near, T offset, vec<T> d) {
    const vec<T> at = broadcast(near), by = broadcast(offset), above = (at - d) + by;
    if constexpr (Squared) return above * ((at + d) + by);
    return above;
}

// weight_i^2 = (x_last - d_i) / rho times the product of (x_j - d_i) / (d_j - d_i) over j < i and (x_j - d_i) / (d_{j+1} - d_i)
// over j >= i: factors below one, so that the product only falls to what it ends with.
template <bool Squared, class T>
void find_weights(const SecularEquation<T>& e, const T* near, const T* offset, std::ptrdiff_t first, T* weight) {
    using Int = typename Lane<T>::sint;
    constexpr int R = registers<T>, L = lanes<T>, W = width<T>;
    const std::ptrdiff_t end = e.k - 1, behind = first + L < end ? first + L : end;
    alignas(64) T pole[L], z[L];
    for (int l = 0; l < L; ++l) {
        pole[l] = e.d[first + l < e.k ? first + l : end];
        z[l] = e.z[first + l < e.k ? first + l : end];
    }
    vec<T> d[R], square[R];
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        d[r] = load(pole + r * W);
        square[r] = beyond<Squared, T>(near[end], offset[end], d[r]) / broadcast(e.rho);
    }
    // Two factors with one division; in this order nothing comes near the smallest numbers.
    const auto factors = [&](std::ptrdiff_t j, const T* from) __attribute__((always_inline)) {
        MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            const vec<T> n = beyond<Squared, T>(near[j], offset[j], d[r]),
                         n2 = beyond<Squared, T>(near[j + 1], offset[j + 1], d[r]);
            const vec<T> m = beyond<Squared, T>(from[j], 0, d[r]), m2 = beyond<Squared, T>(from[j + 1], 0, d[r]);
            square[r] = square[r] * (n / (m * m2) * n2);
        }
    };
    for (std::ptrdiff_t j = 0; j < first; j += 2) factors(j, e.d);
    for (std::ptrdiff_t j = first; j < behind; ++j) MLMATH_UNROLL for (int r = 0; r < R; ++r) {
            const auto on_left = iota<Int>() > broadcast(static_cast<Int>(j - first - r * W));
            const vec<T> from = select<T>(on_left, broadcast(e.d[j]), broadcast(e.d[j + 1])), above = from - d[r];
            square[r] = square[r] * (beyond<Squared, T>(near[j], offset[j], d[r]) / (Squared ? above * (from + d[r]) : above));
        }
    std::ptrdiff_t j = behind;
    for (; j + 1 < end; j += 2) factors(j, e.d + 1);
    if (j < end)
        MLMATH_UNROLL for (int r = 0; r < R; ++r) square[r] =
            square[r] * (beyond<Squared, T>(near[j], offset[j], d[r]) / beyond<Squared, T>(e.d[j + 1], 0, d[r]));
    MLMATH_UNROLL for (int r = 0; r < R; ++r) {
        const std::ptrdiff_t some = e.k - first - r * W < W ? e.k - first - r * W : W;
        if (some <= 0) break;
        const vec<T> size = square_root(square[r]);
        store_first(weight + first + r * W, select<T>(load(z + r * W) < vec<T>{}, -size, size), some);
    }
}

template <class T>
void weights(const SecularEquation<T>& e, const T* near, const T* offset, std::ptrdiff_t first, T* weight) {
    if (e.poles == Poles::squared) return find_weights<true, T>(e, near, offset, first, weight);
    find_weights<false, T>(e, near, offset, first, weight);
}

// ---- vectors -------------------------------------------------------------------------------------------------------------------

// Lanes are poles here. The sums of squares run in the lanes of the reductions (simd/vec.hpp).
template <class T>
struct Squares {
    vec<T> part[reduction_registers<T>] = {};
    MLMATH_INLINE T inverse_length(T more) {
        alignas(64) T lane[reduction_lanes<T>];
        MLMATH_UNROLL for (int r = 0; r < reduction_registers<T>; ++r) store(lane + r * width<T>, part[r]);
        return 1 / root(fold_sum<reduction_lanes<T>>(lane) + more);
    }
};
template <class T>
MLMATH_INLINE void scale(T* x, T factor, std::ptrdiff_t k) {
    const vec<T> by = broadcast(factor);
    for (std::ptrdiff_t j = 0; j < k; j += width<T>) {
        const std::ptrdiff_t some = k - j < width<T> ? k - j : width<T>;
        store_first(x + j, load_first(x + j, some) * by, some);
    }
}

template <bool Squared, bool Left, class T>
MLMATH_INLINE void form_vectors(std::ptrdiff_t k, const T* d, const T* weight, const T* near, const T* offset, std::ptrdiff_t from,
                                std::ptrdiff_t to, T* v, std::ptrdiff_t v_stride, T* u, std::ptrdiff_t u_stride) {
    constexpr int W = width<T>;
    for (std::ptrdiff_t i = from; i < to; ++i) {
        T *const right = v + i * v_stride, *const left = Left ? u + i * u_stride : nullptr;
        const vec<T> at = broadcast(near[i]), by = broadcast(offset[i]);
        Squares<T> squares, left_squares;
        for (std::ptrdiff_t j = 0; j < k; j += reduction_lanes<T>) MLMATH_UNROLL for (int r = 0; r < reduction_registers<T>; ++r) {
                const std::ptrdiff_t p = j + r * W, some = k - p < W ? k - p : W;
                if (some <= 0) break;
                // Behind the last pole the first one again, without weight: no root is there.
                const vec<T> dj = load_first_or(d + p, some, broadcast(d[0]));
                const vec<T> x = load_first(weight + p, some) / difference<Squared, T>(dj, at, by);
                store_first(right + p, x, some);
                squares.part[r] = fma(x, x, squares.part[r]);
                if constexpr (Left) {
                    const vec<T> y = dj * x;
                    store_first(left + p, y, some);
                    left_squares.part[r] = fma(y, y, left_squares.part[r]);
                }
            }
        scale(right, squares.inverse_length(0), k);
        if constexpr (Left) {
            left[0] = -1;
            scale(left, left_squares.inverse_length(1), k);
        }
    }
}

template <class T>
void vectors(Poles poles, std::ptrdiff_t k, const T* d, const T* weight, const T* near, const T* offset, std::ptrdiff_t from,
             std::ptrdiff_t to, T* v, std::ptrdiff_t v_stride, T* u, std::ptrdiff_t u_stride) {
    if (poles == Poles::plain) return form_vectors<false, false>(k, d, weight, near, offset, from, to, v, v_stride, u, u_stride);
    if (u != nullptr) return form_vectors<true, true>(k, d, weight, near, offset, from, to, v, v_stride, u, u_stride);
    form_vectors<true, false>(k, d, weight, near, offset, from, to, v, v_stride, u, u_stride);
}

}  // namespace

extern const SecularKernels secular_kernels;
const SecularKernels secular_kernels = {{roots<double>, weights<double>, vectors<double>},
                                        {roots<float>, weights<float>, vectors<float>}};

}  // namespace mlmath::MLMATH_LEVEL
