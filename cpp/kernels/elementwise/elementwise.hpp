// SPDX-License-Identifier: BSD-3-Clause
// Functions of one or two elements applied to arrays: axes, broadcasting, masks, pieces, threads. Contract of the driver.
#pragma once
#include "core/view.hpp"
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath {

/// Arrays of one common shape; an operand that is broadcast has strides 0. Shape, strides and mask live with the caller.
template <class T, int Operands>
struct ElementwiseArrays {
    int axes;                     // <= max_axes
    const std::ptrdiff_t* shape;  // any size zero: nothing is done
    const T* x[Operands];
    const std::ptrdiff_t* x_strides[Operands];  // in elements, any sign
    T* out;
    const std::ptrdiff_t* out_strides;
    const bool* where = nullptr;  // only elements whose mask is set are computed, and only they raise flags; null: all
    const std::ptrdiff_t* where_strides = nullptr;
};

/// out[i] = f(x[0][i], ...) at every index.
///
/// Aliasing  out is x[k] with the same strides, or overlaps none of them.
/// Bits      an element's result depends on its operands alone: never on threads, layout, alignment, mask or neighbours.
/// Memory    where all arrays together exceed the last cache and out is not an operand, out is written past the caches.
/// Failure   Interrupted.
template <class T, int Operands>
void map_elements(ElementwiseKernel<T, Operands> kernel, const ElementwiseArrays<T, Operands>& arrays, int threads);

/// The same for one vector: the contract's simplest case.
template <class T>
void map_vector(const UnaryKernels& kernels, VectorView<const T> x, VectorView<T> out, int threads) {
    map_elements<T, 1>(kernels.of(x.data), {1, &x.size, {x.data}, {&x.stride}, out.data, &out.stride}, threads);
}
template <class T>
void map_vectors(const BinaryKernels& kernels, VectorView<const T> x, VectorView<const T> y, VectorView<T> out, int threads) {
    map_elements<T, 2>(kernels.of(x.data), {1, &out.size, {x.data, y.data}, {&x.stride, &y.stride}, out.data, &out.stride},
                       threads);
}

}  // namespace mlmath
