// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: the sums of lines, 16 lanes each: along a line two registers, across lines one row of lanes for every line.
#include "kernels/blas/gemm_crt/gemm_crt_kernels.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_sums.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

MLMATH_INLINE __m512d root_of(__m512d x) {
    const __m512i bits = _mm512_srli_epi64(_mm512_castpd_si512(_mm512_abs_pd(x)), 1);
    return _mm512_castsi512_pd(_mm512_add_epi64(bits, _mm512_set1_epi64(static_cast<long long>(crt_root_offset))));
}

template <class T>
MLMATH_INLINE __m512d load_some(const T* x, std::ptrdiff_t stride, std::ptrdiff_t count) {
    const auto mask = static_cast<__mmask8>((1 << (count < 8 ? count : 8)) - 1);
    if (stride == 1) {
        if constexpr (sizeof(T) == 8)
            return _mm512_maskz_loadu_pd(mask, x);
        else
            return _mm512_maskz_cvtps_pd(mask, _mm256_maskz_loadu_ps(mask, x));
    }
    alignas(64) double values[8] = {};
    for (std::ptrdiff_t i = 0; i < count && i < 8; ++i) values[i] = x[i * stride];
    return _mm512_load_pd(values);
}

struct Lanes {
    __m512d squares, roots, root_squares;
    MLMATH_INLINE void add(__m512d x, __mmask8 mask) {
        const __m512d root = root_of(x);
        squares = _mm512_fmadd_pd(x, x, squares);
        roots = _mm512_mask_add_pd(roots, mask, roots, root);
        root_squares = _mm512_mask3_fmadd_pd(root, root, root_squares, mask);
    }
};

MLMATH_INLINE double folded(const double* lanes, std::ptrdiff_t stride) {
    double sums[crt_sum_lanes];
    for (int l = 0; l < crt_sum_lanes; ++l) sums[l] = lanes[l * stride];
    for (int half = crt_sum_lanes / 2; half > 0; half /= 2)
        for (int l = 0; l < half; ++l) sums[l] += sums[l + half];
    return sums[0];
}

// Along a line: lanes 0..7 and 8..15 in a register each.
template <class T>
void along(const CrtLines<T>& x, CrtSums* out) {
    constexpr std::ptrdiff_t ahead = 1024;  // bytes: some 100 ns at 10 GB/s
    for (std::ptrdiff_t l = 0; l < x.lines; ++l) {
        const T* line = x.data + l * x.line_stride;
        Lanes lanes[2] = {};
        const auto add = [&](std::ptrdiff_t p, int h, std::ptrdiff_t count) __attribute__((always_inline)) {
            lanes[h].add(load_some(line + (p + 8 * h) * x.depth_stride, x.depth_stride, count),
                         static_cast<__mmask8>((1 << count) - 1));
        };
        std::ptrdiff_t p = 0;
        for (; p + 16 <= x.depth; p += 16) {
            if (x.depth_stride == 1) _mm_prefetch(reinterpret_cast<const char*>(line + p) + ahead, _MM_HINT_T0);
            add(p, 0, 8);
            add(p, 1, 8);
        }
        const std::ptrdiff_t left = x.depth - p;
        if (left > 0) add(p, 0, left < 8 ? left : 8);
        if (left > 8) add(p, 1, left - 8);
        alignas(64) double sums[3][16];
        for (int h = 0; h < 2; ++h) {
            _mm512_store_pd(sums[0] + 8 * h, lanes[h].squares);
            _mm512_store_pd(sums[1] + 8 * h, lanes[h].roots);
            _mm512_store_pd(sums[2] + 8 * h, lanes[h].root_squares);
        }
        out[l] = {folded(sums[0], 1), crt_root_scale * folded(sums[1], 1), crt_root_scale * crt_root_scale * folded(sums[2], 1)};
    }
}

// Across lines: lane p mod 16 of a line lies in memory, sums[.][p mod 16][line].
constexpr std::ptrdiff_t across_lines = 256, across_rows = 4;
struct LanesOfLines {
    alignas(64) double squares[crt_sum_lanes][across_lines], roots[crt_sum_lanes][across_lines],
        root_squares[crt_sum_lanes][across_lines];
};

// Rows p, p + 16, ... , `rows` of them, to the same lane of each line; the same rows of p + 1 are what comes next.
template <std::ptrdiff_t rows, class T>
MLMATH_INLINE void add_rows(const T* row, std::ptrdiff_t stride, std::ptrdiff_t lines, LanesOfLines& lanes, std::ptrdiff_t lane) {
    constexpr std::ptrdiff_t ahead = 1;
    for (std::ptrdiff_t l = 0; l < lines; l += 8) {
        Lanes sum{_mm512_load_pd(lanes.squares[lane] + l), _mm512_load_pd(lanes.roots[lane] + l),
                  _mm512_load_pd(lanes.root_squares[lane] + l)};
        MLMATH_UNROLL for (std::ptrdiff_t r = 0; r < rows; ++r) {
            const T* const at = row + r * crt_sum_lanes * stride + l;
            // A prefetch of what is not there does nothing; the address is computed as a number for that.
            if (sizeof(T) == 8 || l % 16 == 0)
                _mm_prefetch(reinterpret_cast<const char*>(reinterpret_cast<std::uintptr_t>(at) +
                                                           static_cast<std::uintptr_t>(ahead * stride) * sizeof(T)),
                             _MM_HINT_T0);
            sum.add(load_some(at, 1, lines - l), 0xff);
        }
        _mm512_store_pd(lanes.squares[lane] + l, sum.squares);
        _mm512_store_pd(lanes.roots[lane] + l, sum.roots);
        _mm512_store_pd(lanes.root_squares[lane] + l, sum.root_squares);
    }
}

// Constraint: rows lie a page or more apart, where no prefetcher of the CPU goes, and each is a page to look up; lanes take 384
//   bytes a line, and passing over them for every row means three loads and three stores for a load of data.
// Decision: the four rows of 64 that share a lane at once, a quarter of those passes: 1.6 times the rate in the second-level
//   cache. Rows of 2 KiB (256 lines; lanes of 96 KiB, in the second-level cache), asked for one lane, 8 KiB, ahead: rows of 1 KiB
//   gain 1.3 times where data come from there too, and lose 1.15 times where they come from memory, which they mostly do.
template <class T>
void across(const CrtLines<T>& x, CrtSums* out) {
    LanesOfLines lanes;
    for (std::ptrdiff_t from = 0; from < x.lines; from += across_lines) {
        const std::ptrdiff_t lines = x.lines - from < across_lines ? x.lines - from : across_lines, stride = x.depth_stride;
        __builtin_memset(&lanes, 0, sizeof lanes);
        for (std::ptrdiff_t p = 0; p < x.depth; p += across_rows * crt_sum_lanes)
            for (std::ptrdiff_t lane = 0; lane < crt_sum_lanes && p + lane < x.depth; ++lane) {
                const T* const row = x.data + from * x.line_stride + (p + lane) * stride;
                const std::ptrdiff_t there = (x.depth - p - lane + crt_sum_lanes - 1) / crt_sum_lanes;
                if (there >= across_rows)
                    add_rows<across_rows>(row, stride, lines, lanes, lane);
                else
                    for (std::ptrdiff_t r = 0; r < there; ++r)
                        add_rows<1>(row + r * crt_sum_lanes * stride, stride, lines, lanes, lane);
            }
        for (std::ptrdiff_t l = 0; l < lines; ++l)
            out[from + l] = {folded(lanes.squares[0] + l, across_lines), crt_root_scale * folded(lanes.roots[0] + l, across_lines),
                             crt_root_scale * crt_root_scale * folded(lanes.root_squares[0] + l, across_lines)};
    }
}

template <class T>
void sums(const CrtLines<T>& lines, CrtSums* out) {
    lines.line_stride == 1 && lines.lines > 1 ? across(lines, out) : along(lines, out);
}

}  // namespace

extern const CrtSumsKernels<double> gemm_crt_sums_f64;
const CrtSumsKernels<double> gemm_crt_sums_f64 = {sums<double>};
extern const CrtSumsKernels<float> gemm_crt_sums_f32;
const CrtSumsKernels<float> gemm_crt_sums_f32 = {sums<float>};

}  // namespace mlmath::MLMATH_LEVEL
