// SPDX-License-Identifier: BSD-3-Clause
// Matrices that lie in memory in every way a product must take.
#pragma once
#include <cstdlib>
#include <vector>

#include "core/view.hpp"

namespace mlmath::tests {

enum class Layout { rows, columns, strided, reversed };
constexpr Layout layouts[] = {Layout::rows, Layout::columns, Layout::strided, Layout::reversed};

// A matrix in memory of its own, with a guard behind every element that is not part of it.
template <class T>
struct Matrix {
    std::vector<T> memory;
    MatrixView<T> view{};

    Matrix(std::ptrdiff_t rows, std::ptrdiff_t columns, Layout layout, T fill = T(0.25)) : view{nullptr, rows, columns, 1, 1} {
        const std::ptrdiff_t r = rows == 0 ? 1 : rows, c = columns == 0 ? 1 : columns;
        switch (layout) {
            case Layout::rows:
                view = {nullptr, rows, columns, c + 1, 1};
                break;
            case Layout::columns:
                view = {nullptr, rows, columns, 1, r + 1};
                break;
            case Layout::strided:
                view = {nullptr, rows, columns, 2 * c + 1, 2};
                break;
            case Layout::reversed:
                view = {nullptr, rows, columns, -(c + 1), -1};
                break;
        }
        const std::ptrdiff_t reach = (r - 1) * std::abs(view.row_stride) + (c - 1) * std::abs(view.column_stride);
        memory.assign(static_cast<std::size_t>(reach + 1), fill);
        view.data = memory.data() + (layout == Layout::reversed ? reach : 0);
    }
    T& at(std::ptrdiff_t i, std::ptrdiff_t j) { return view.data[i * view.row_stride + j * view.column_stride]; }
    MatrixView<const T> read() const { return as_const(view); }
};

}  // namespace mlmath::tests
