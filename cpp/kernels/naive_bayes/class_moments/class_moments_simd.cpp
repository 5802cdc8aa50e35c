// SPDX-License-Identifier: BSD-3-Clause
// class_moments of one block of rows: every row is added to the sums of its class. Compiled once per level.
//
// Constraint: memory delivers some 8 bytes a cycle to a core.
// Arithmetic: a register of doubles takes four loads (x, shift, two sums), two stores and three operations: 2 cycles for 64 bytes
//   where two loads and one store start per cycle. A row of the same class as the one before waits for its stores: 12 cycles, less
//   than the row takes from 6 registers on.
// Decision: no sorting by class, no sums in registers: the sums of all classes stay in the nearest cache that holds them.
#include "kernels/naive_bayes/class_moments/class_moments_block.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// add(x, weight, j, class) for every register of columns of every row.
template <class T, class Add>
MLMATH_INLINE void each_row_of_block(const ClassBlock<T>& block, double* weight, Add add) {
    for (std::ptrdiff_t i = 0; i < block.rows; ++i) {
        const T* row = block.x + i * block.row_stride;
        const std::ptrdiff_t k = block.codes == nullptr ? 0 : block.codes[i];
        const double s = block.weights == nullptr ? 1 : static_cast<double>(block.weights[i]);
        weight[k] += s;
        const vec_f64 sv = broadcast(s);
        std::ptrdiff_t j = 0;
        for (; j + width<double> <= block.columns; j += width<double>) add(load_as_f64(row + j), sv, k * block.stride + j);
        if (j < block.columns) add(load_first_as_f64(row + j, block.columns - j), sv, k * block.stride + j);
    }
}

// Lanes behind the last column: x and the shift are zero there, so the sums stay zero.
template <class T>
void moments_of_block(const ClassBlock<T>& block, const ClassSums& sums) {
    each_row_of_block(block, sums.weight, [&](vec_f64 x, vec_f64 s, std::ptrdiff_t at) __attribute__((always_inline)) {
        const vec_f64 t = x - load(block.shift + at), st = s * t;
        store(sums.first + at, load(sums.first + at) + st);
        store(sums.second + at, fma(st, t, load(sums.second + at)));
    });
}

template <class T>
void sums_of_block(const ClassBlock<T>& block, const ClassSums& sums) {
    each_row_of_block(block, sums.weight, [&](vec_f64 x, vec_f64 s, std::ptrdiff_t at) __attribute__((always_inline)) {
        store(sums.first + at, fma(x, s, load(sums.first + at)));
    });
}

template <class T>
void counts_of_block(const ClassBlock<T>& block, const ClassSums& sums) {
    const vec_f64 threshold = broadcast(block.threshold);
    each_row_of_block(block, sums.weight, [&](vec_f64 x, vec_f64 s, std::ptrdiff_t at) __attribute__((always_inline)) {
        store(sums.first + at, load(sums.first + at) + select<double>(x > threshold, s, vec_f64{}));
    });
}

}  // namespace

extern const ClassMomentsKernels class_moments_kernels;
const ClassMomentsKernels class_moments_kernels = {moments_of_block<double>, moments_of_block<float>, sums_of_block<double>,
                                                   sums_of_block<float>,     counts_of_block<double>, counts_of_block<float>};

}  // namespace mlmath::MLMATH_LEVEL
