// SPDX-License-Identifier: BSD-3-Clause
// sgd of a run of rows: scores, steps, additions to the weights. Compiled once per level.
#include "kernels/linear_model/sgd/sgd_block.hpp"
#include "simd/math.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr int W = width<double>, registers = static_cast<int>(sgd_lanes) / W;  // registers of one group of 16 lanes
constexpr std::ptrdiff_t max_rows = sgd_block_rows;

// ---- doubles computed, T kept -------------------------------------------------------------------------------------------------

// Products of two floats round to float in scikit-learn's scores, and a kink of the loss makes such a difference visible: so here.
template <class T>
MLMATH_INLINE vec_f64 rounded(vec_f64 v) {
    if constexpr (sizeof(T) == 8) {
        return v;
    } else {
#if defined(__AVX512F__)
        return (vec_f64)_mm512_maskz_cvtps_pd(0xff, _mm512_maskz_cvtpd_ps(0xff, (__m512d)v));
#elif defined(__AVX2__)
        return (vec_f64)_mm256_cvtps_pd(_mm256_cvtpd_ps((__m256d)v));
#elif defined(__SSE2__)
        return (vec_f64)_mm_cvtps_pd(_mm_cvtpd_ps((__m128d)v));
#else
        return (vec_f64)vcvt_f64_f32(vcvt_f32_f64((float64x2_t)v));
#endif
    }
}

MLMATH_INLINE void store_as(double* p, vec_f64 v) { store(p, v); }
MLMATH_INLINE void store_as(float* p, vec_f64 v) {
#if defined(__AVX512F__)
    _mm256_storeu_ps(p, _mm512_maskz_cvtpd_ps(0xff, (__m512d)v));
#elif defined(__AVX2__)
    _mm_storeu_ps(p, _mm256_cvtpd_ps((__m256d)v));
#elif defined(__SSE2__)
    _mm_storel_pi(reinterpret_cast<__m64*>(p), _mm_cvtpd_ps((__m128d)v));
#else
    vst1_f32(p, vcvt_f32_f64((float64x2_t)v));
#endif
}

// The sum of 16 lanes: halves folded onto each other, the same tree on every level.
MLMATH_INLINE double sum_of_lanes(vec_f64 (&v)[registers]) {
    MLMATH_UNROLL for (int half = registers / 2; half >= 1; half /= 2) {
        MLMATH_UNROLL for (int r = 0; r < half; ++r) v[r] = v[r] + v[r + half];
    }
#if defined(__AVX512F__)
    // (Not by the cast: GCC 12 takes its undefined upper half for a use of one.)
    const __m256d four = _mm256_add_pd((__m256d)__builtin_shufflevector(v[0], v[0], 0, 1, 2, 3),
                                       (__m256d)__builtin_shufflevector(v[0], v[0], 4, 5, 6, 7));
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
    return two[0] + two[1];
#elif defined(__AVX2__)
    const __m128d two = _mm_add_pd(_mm256_castpd256_pd128((__m256d)v[0]), _mm256_extractf128_pd((__m256d)v[0], 1));
    return two[0] + two[1];
#else
    return v[0][0] + v[0][1];
#endif
}

// body(j, r, load): for the registers of d columns; load(p) reads p[j ..], zeros behind the last column.
template <class Body>
MLMATH_INLINE void over_columns(std::ptrdiff_t columns, Body body) {
    std::ptrdiff_t j = 0;
    for (; j + sgd_lanes <= columns; j += sgd_lanes) {
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) {
            body(j + r * W, r, [&](const auto* p) __attribute__((always_inline)) { return load_as_f64(p + j + r * W); });
        }
    }
    if (j == columns) return;
    MLMATH_UNROLL for (int r = 0; r < registers; ++r) {
        const std::ptrdiff_t left = columns - j - r * W;
        const auto read = [&](const auto* p)
                              __attribute__((always_inline)) { return load_first_as_f64(p + j + r * W, left < W ? left : W); };
        if (left > 0) body(j + r * W, r, read);
    }
}

template <class T>
MLMATH_INLINE double score(const T* x, const T* w, std::ptrdiff_t columns) {
    vec_f64 sum[registers] = {};
    over_columns(columns, [&](std::ptrdiff_t j, int r, auto read) __attribute__((always_inline)) {
        if constexpr (sizeof(T) == 8)
            sum[r] = fma(read(x), load_as_f64(w + j), sum[r]);
        else
            sum[r] = sum[r] + rounded<T>(read(x) * load_as_f64(w + j));
    });
    return sum_of_lanes(sum);
}

// w += c x; the sums of squares and magnitudes of the result when they are wanted.
template <bool Squares, bool Magnitudes, class T>
MLMATH_INLINE void add_row(const T* x, double c, T* w, std::ptrdiff_t columns, double& squares, double& magnitudes) {
    vec_f64 square[registers] = {}, magnitude[registers] = {};
    const vec_f64 cv = broadcast(c);
    over_columns(columns, [&](std::ptrdiff_t j, int r, auto read) __attribute__((always_inline)) {
        const vec_f64 v = rounded<T>(fma(read(x), cv, load_as_f64(w + j)));
        store_as(w + j, v);
        if constexpr (Squares) square[r] = fma(v, v, square[r]);
        if constexpr (Magnitudes) magnitude[r] = magnitude[r] + absolute(v);
    });
    if constexpr (Squares) squares = sum_of_lanes(square);
    if constexpr (Magnitudes) magnitudes = sum_of_lanes(magnitude);
}

// ---- losses -------------------------------------------------------------------------------------------------------------------

// d loss / d p, clipped. One switch a row, always the same way: predicted.
MLMATH_INLINE double slope(SgdLoss loss, double c, double y, double p) {
    const double z = y * p, r = p - y;
    double g = 0;
    switch (loss) {
        case SgdLoss::hinge:
            g = z <= c ? -y : 0;
            break;
        case SgdLoss::squared_hinge:
            g = c - z > 0 ? -2 * y * (c - z) : 0;
            break;
        case SgdLoss::modified_huber:
            g = z >= 1 ? 0 : z >= -1 ? 2 * (1 - z) * -y : -4 * y;
            break;
        case SgdLoss::log: {
            // 1 / (1 + e^-p) - y without cancellation; below -37 the sigmoid is e^p to the last bit.
            const double e = exp(broadcast(p > -37 ? -p : p))[0];
            g = p > -37 ? ((1 - y) - y * e) / (1 + e) : e - y;
            break;
        }
        case SgdLoss::squared:
            g = r;
            break;
        case SgdLoss::huber:
            g = r > c ? c : r < -c ? -c : r;
            break;
        case SgdLoss::epsilon:
            g = -r > c ? -1 : r > c ? 1 : 0;
            break;
        case SgdLoss::squared_epsilon:
            g = r > c ? 2 * (r - c) : r < -c ? 2 * (r + c) : 0;
            break;
    }
    constexpr double most = 1e12;
    return g < -most ? -most : g > most ? most : g;
}

template <class Loss>
MLMATH_INLINE double sum_of(const double* y, double* p, std::ptrdiff_t count, Loss loss) {
    std::ptrdiff_t i = 0;
    for (; i < count; i += W) store(p + i, loss(load(y + i), load(p + i)));
    for (std::ptrdiff_t k = count; k < max_rows && k < count + sgd_lanes; ++k) p[k] = 0;
    vec_f64 sum[registers] = {};
    for (i = 0; i < count; i += sgd_lanes) {
        MLMATH_UNROLL for (int r = 0; r < registers; ++r) sum[r] = sum[r] + load(p + i + r * W);
    }
    return sum_of_lanes(sum);
}

// The losses of `count` scores, which are overwritten.
double losses_of(SgdLoss loss, double threshold, const double* y, double* p, std::ptrdiff_t count) {
    using V = vec_f64;
    const V c = broadcast(threshold), zero{};
    const auto above = [=](V v) __attribute__((always_inline)) { return maximum<double>(v, zero); };
    switch (loss) {
        case SgdLoss::hinge:
            return sum_of(y, p, count, [=](V a, V b) { return above(c - a * b); });
        case SgdLoss::squared_hinge:
            return sum_of(y, p, count, [=](V a, V b) { return above(c - a * b) * above(c - a * b); });
        case SgdLoss::modified_huber:
            return sum_of(y, p, count, [=](V a, V b) {
                const V z = a * b, m = above(1.0 - z);
                return select<double>(z >= broadcast(-1.0), m * m, -4.0 * z);
            });
        case SgdLoss::log:
            return sum_of(y, p, count, [=](V a, V b) { return softplus(b) - a * b; });
        case SgdLoss::squared:
            return sum_of(y, p, count, [=](V a, V b) { return 0.5 * (a - b) * (a - b); });
        case SgdLoss::huber:
            return sum_of(y, p, count, [=](V a, V b) {
                const V r = absolute(a - b);
                return select<double>(r <= c, 0.5 * r * r, c * (r - 0.5 * c));
            });
        case SgdLoss::epsilon:
            return sum_of(y, p, count, [=](V a, V b) { return above(absolute(a - b) - c); });
        case SgdLoss::squared_epsilon:
            return sum_of(y, p, count, [=](V a, V b) { return above(absolute(a - b) - c) * above(absolute(a - b) - c); });
    }
    return 0;
}

// ---- weights ------------------------------------------------------------------------------------------------------------------

// Numbers go in by value: a state whose address is taken would be written and read again at every row.
template <class T>
__attribute__((noinline)) void settle_weights(T* w, T* average, std::ptrdiff_t columns, double scale, double a, double b) {
    for (std::ptrdiff_t j = 0; j < columns && average != nullptr; ++j) {
        const T sum = static_cast<T>(average[j] + static_cast<T>(a) * w[j]);
        average[j] = static_cast<T>(static_cast<T>(1 / b) * sum);
    }
    for (std::ptrdiff_t j = 0; j < columns; ++j) w[j] *= static_cast<T>(scale);
}

template <class T>
MLMATH_INLINE void settle_state(SgdState<T>& s, std::ptrdiff_t columns) {
    settle_weights(s.w, s.average, columns, s.scale, s.average_a, s.average_b);
    if (s.average != nullptr) s.average_a = 0, s.average_b = 1;
    s.scale = 1;
}

template <class T>
void settle(SgdState<T>& s, std::ptrdiff_t columns) {
    settle_state(s, columns);
}

template <class T>
MLMATH_INLINE void shrink(SgdState<T>& s, double factor, std::ptrdiff_t columns) {
    const double f = static_cast<double>(static_cast<T>(factor));
    s.scale *= f;
    s.squares *= f * f;
    s.magnitudes *= f;
    // Constraint: w grows as scale falls; neither may leave the range. Decision: far inside it, at scikit-learn's threshold, so
    // that
    //   both round in the same places.
    if (s.scale < (sizeof(T) == 8 ? 1e-9 : 1e-6)) [[unlikely]]
        settle_state(s, columns);
}

template <class T>
MLMATH_INLINE void add_to_average(SgdState<T>& s, const T* x, double update, std::ptrdiff_t columns, double first) {
    const double number = static_cast<double>(static_cast<T>(s.t - first + 1)), mu = 1 / number;
    if (update != 0) {
        double unused;
        add_row<false, false>(x, s.average_a * (-static_cast<double>(static_cast<T>(update)) / s.scale), s.average, columns, unused,
                              unused);
    }
    if (number > 1) s.average_b /= 1 - mu;
    s.average_a += mu * s.average_b * s.scale;
    s.average_intercept += (s.intercept - s.average_intercept) / (s.t - first + 1);
}

// The cumulative penalty [Tsuruoka2009, fig. 2]: each weight is moved towards zero, not across it, by what it still owes of u.
template <class T>
void penalize(T* w, T* penalty, std::ptrdiff_t columns, double total, double scale_of_weights) {
    const vec_f64 u = broadcast(total), scale = broadcast(scale_of_weights), inverse = broadcast(1 / scale_of_weights), zero{};
    for (std::ptrdiff_t j = 0; j < columns; j += W) {
        const vec_f64 z = load_as_f64(w + j), q = load_as_f64(penalty + j);
        const vec_f64 down = rounded<T>(maximum<double>(fnma(u + q, inverse, z), zero));
        const vec_f64 up = rounded<T>(minimum<double>(fma(u - q, inverse, z), zero));
        const vec_f64 v = select<double>(z > zero, down, select<double>(z < zero, up, z));
        store_as(w + j, v);
        store_as(penalty + j, fma(scale, v - z, q));
    }
}

// ---- rows ---------------------------------------------------------------------------------------------------------------------

// eta and the factor of the weights, for t, t + 1, ...
void steps_of(const SgdOptions& o, double optimal_start, double t, double eta, std::ptrdiff_t count, double* step, double* factor) {
    for (std::ptrdiff_t i = 0; i < count; i += W) {
        const vec_f64 now = broadcast(t + static_cast<double>(i)) + iota<double>();
        vec_f64 e = broadcast(eta);
        if (o.rate == SgdRate::optimal) e = 1.0 / (o.alpha * (optimal_start + now - 1.0));
        if (o.rate == SgdRate::inverse_scaling) e = o.eta0 / pow(now, broadcast(o.power));
        store(step + i, e);
        store(factor + i, maximum<double>(1.0 - e * o.l2, vec_f64{}));
    }
}

// Constraint: rows come in random order, so nobody but us knows the next ones; memory answers after about 100 ns.
// Arithmetic: a row of 50 doubles takes 15 to 25 ns: 5 rows are on their way. Rows of more than 4 KiB the hardware follows by
// itself
//   once it has seen their beginning.
// Decision: 8 rows ahead, the first 4 KiB of each.
constexpr std::ptrdiff_t rows_ahead = 8, bytes_ahead = 4096;

template <class T>
struct Rows {
    alignas(64) double y[max_rows], p[max_rows], step[max_rows], factor[max_rows], weight[max_rows];
};

// Everything that is read in the epoch's order except X.
template <class T>
void gather(const SgdProblem<T>& problem, const std::int32_t* order, std::ptrdiff_t count, Rows<T>& rows) {
    const SgdData<T>& data = problem.data;
    const double other = problem.options.loss == SgdLoss::log ? 0 : -1;
    for (std::ptrdiff_t i = 0; i < count; ++i)
        rows.y[i] = data.targets != nullptr                      ? static_cast<double>(data.targets[order[i]])
                    : data.classes[order[i]] == problem.positive ? 1
                                                                 : other;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const T weight = rows.y[i] > 0 ? problem.positive_weight : problem.negative_weight;
        rows.weight[i] = static_cast<double>(data.weights == nullptr ? weight : static_cast<T>(weight * data.weights[order[i]]));
    }
}

template <class T, bool Plain>  // Plain: no L1, no averages; magnitudes are not wanted
void work(const SgdProblem<T>& problem, SgdState<T>& state, const std::int32_t* order, std::ptrdiff_t count, std::ptrdiff_t known) {
    Rows<T> rows;
    const SgdOptions& o = problem.options;
    gather(problem, order, count, rows);
    for (std::ptrdiff_t k = count; k < max_rows && k < count + W; ++k) rows.y[k] = rows.p[k] = 0;
    steps_of(o, problem.optimal_start, state.t, state.eta, count, rows.step, rows.factor);
    const std::ptrdiff_t columns = problem.data.x.columns, row_stride = problem.data.x.row_stride;
    const std::ptrdiff_t row_bytes = columns * static_cast<std::ptrdiff_t>(sizeof(T));
    const std::ptrdiff_t ahead_bytes = row_bytes < bytes_ahead ? row_bytes : bytes_ahead;
    const bool shrinks = o.l2 != 0;
    SgdState<T> s = state;  // in registers
    double penalties = 0;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        const std::ptrdiff_t next = i + rows_ahead < known ? i + rows_ahead : known - 1;
        const char* at = reinterpret_cast<const char*>(problem.data.x.data + order[next] * row_stride);
        for (std::ptrdiff_t b = 0; b < ahead_bytes; b += 64) prefetch(at + b);
        prefetch(at + ahead_bytes - 1);

        const T* x = problem.data.x.data + order[i] * row_stride;
        const double y = rows.y[i];
        const double p = static_cast<double>(static_cast<T>(score(x, s.w, columns) * s.scale)) + s.intercept;
        rows.p[i] = p;
        if (problem.watch) {
            const T norm = static_cast<T>(__builtin_sqrt(s.squares));
            penalties += 0.5 * o.l2 * static_cast<double>(norm * norm);
            if constexpr (!Plain) penalties += o.l1 * static_cast<double>(static_cast<T>(s.magnitudes));
        }
        const double update = -rows.step[i] * slope(o.loss, o.threshold, y, p) * rows.weight[i];
        if (shrinks) shrink(s, rows.factor[i], columns);
        if (update != 0) {
            // By the inverse of the scale, which is known before p is; floats by a division, as scikit-learn rounds.
            const double c = sizeof(T) == 8 ? update * (1 / s.scale)
                                            : static_cast<double>(static_cast<T>(static_cast<T>(update) / static_cast<T>(s.scale)));
            add_row<true, !Plain>(x, c, s.w, columns, s.squares, s.magnitudes);
            s.squares *= s.scale * s.scale;
            s.magnitudes *= s.scale;
            if (o.intercept) s.intercept += update;
        }
        if constexpr (!Plain) {
            if (o.average > 0 && static_cast<double>(o.average) <= s.t)
                add_to_average(s, x, update, columns, static_cast<double>(o.average));
            if (o.l1 != 0) {
                s.l1_total += rows.step[i] * o.l1;
                penalize(s.w, s.penalty, columns, s.l1_total, s.scale);
            }
        }
        s.t += 1;
    }
    s.eta = rows.step[count - 1];
    s.penalties += penalties;
    if (problem.watch) s.losses += losses_of(o.loss, o.threshold, rows.y, rows.p, count);
    state = s;
}

template <class T>
void run(const SgdProblem<T>& problem, SgdState<T>& state, const std::int32_t* order, std::ptrdiff_t count, std::ptrdiff_t known) {
    (problem.options.l1 == 0 && problem.options.average == 0 ? work<T, true> : work<T, false>)(problem, state, order, count, known);
}

}  // namespace

extern const SgdKernels sgd_kernels;
const SgdKernels sgd_kernels = {run<double>, run<float>, settle<double>, settle<float>};

}  // namespace mlmath::MLMATH_LEVEL
