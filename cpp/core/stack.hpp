// SPDX-License-Identifier: BSD-3-Clause
// A stack of matrices of one shape: the first one, and how to step to the others along the axes in front.
#pragma once
#include "core/view.hpp"

namespace mlmath {

template <class T>
struct Stack {
    MatrixView<T> first;
    int axes;                       // in front of the matrices; 0: a single matrix
    const std::ptrdiff_t* shape;    // items along each
    const std::ptrdiff_t* strides;  // in elements, any sign, 0 allowed

    std::ptrdiff_t count() const {
        std::ptrdiff_t product = 1;
        for (int axis = 0; axis < axes; ++axis) product *= shape[axis];
        return product;
    }
    /// The matrix number `index`, counted with the last axis running fastest.
    MatrixView<T> at(std::ptrdiff_t index) const {
        MatrixView<T> matrix = first;
        if (axes == 1) {
            matrix.data += index * strides[0];
            return matrix;
        }
        for (int axis = axes - 1; axis >= 0; --axis) {
            matrix.data += index % shape[axis] * strides[axis];
            index /= shape[axis];
        }
        return matrix;
    }
};

template <class T>
Stack<T> transposed(Stack<T> stack) {
    stack.first = transposed(stack.first);
    return stack;
}

}  // namespace mlmath
