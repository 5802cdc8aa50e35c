// SPDX-License-Identifier: BSD-3-Clause
// dot, the ladder: one idea per rung.
#include "kernels/blas/dot/dot_ladder.hpp"

#include "core/check.hpp"
#include "kernels/blas/dot/dot.hpp"
#include "kernels/blas/dot/dot_textbook.hpp"

namespace mlmath::ladder {

template <class T>
T dot_textbook(VectorView<const T> x, VectorView<const T> y, int) {
    check_same_size("dot", "x", x.size, "y", y.size);
    return textbook::dot(x, y);
}

// Constraint: an addition waits for the one before it. In one chain the loop runs at the latency of an addition, 3 to 4 cycles;
//   the core could start two per cycle.
// Arithmetic: 4 cycles x 2 per cycle = 8 additions in flight.
// Decision: 8 chains. Which chain an element joins is fixed by its index, so a compiler may put neighbouring chains into one
//   register without changing a bit. Making chains is ours to do: it changes the order of the sum, which a compiler must not.
template <class T>
T dot_lanes(VectorView<const T> x, VectorView<const T> y, int) {
    check_same_size("dot", "x", x.size, "y", y.size);
    constexpr int lanes = 8;
    T sum[lanes] = {};
    std::ptrdiff_t i = 0;
    if (x.stride == 1 && y.stride == 1) {
        for (; i + lanes <= x.size; i += lanes)
            for (int l = 0; l < lanes; ++l) sum[l] += x.data[i + l] * y.data[i + l];
    }
    for (; i < x.size; ++i) sum[i % lanes] += x.data[i * x.stride] * y.data[i * y.stride];
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

// One register holds 2 to 8 doubles and one instruction multiplies and adds all of them: the production kernel (dot_simd.cpp), kept
// on the calling thread.
template <class T>
T dot_simd(VectorView<const T> x, VectorView<const T> y, int) {
    return dot(x, y, 1);
}

#define MLMATH_DOT_RUNG(rung)                                                      \
    template double rung(VectorView<const double>, VectorView<const double>, int); \
    template float rung(VectorView<const float>, VectorView<const float>, int)
MLMATH_DOT_RUNG(dot_textbook);
MLMATH_DOT_RUNG(dot_lanes);
MLMATH_DOT_RUNG(dot_simd);
#undef MLMATH_DOT_RUNG

}  // namespace mlmath::ladder
