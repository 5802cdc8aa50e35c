// SPDX-License-Identifier: BSD-3-Clause
#include "kernels/eigen/secular/secular.hpp"

#include <cmath>

#include "kernels/eigen/secular/secular_textbook.hpp"

namespace mlmath {

template <class T>
void secular_roots(const SecularEquation<T>& e, T* near, T* offset, int) {
    for (std::ptrdiff_t i = 0; i < e.k; ++i) textbook::secular_root(e, i, near[i], offset[i]);
}

template <class T>
void secular_weights(const SecularEquation<T>& e, const T* near, const T* offset, T* weight, int) {
    textbook::secular_weights(e, near, offset, weight);
}

template <class T>
void secular_vectors(Poles poles, std::ptrdiff_t k, const T* d, const T* weight, const T* near, const T* offset, MatrixView<T> v,
                     MatrixView<T> u, int) {
    for (std::ptrdiff_t i = 0; i < v.rows; ++i) {
        T* const row = v.data + i * v.row_stride;
        T squares = 0, u_squares = 1;
        for (std::ptrdiff_t j = 0; j < k; ++j) {
            row[j] = weight[j] / textbook::secular_difference(poles, d[j], near[i], offset[i]);
            squares += row[j] * row[j];
            u_squares += d[j] * row[j] * d[j] * row[j];
        }
        if (poles == Poles::squared && u.data != nullptr) {
            T* const left = u.data + i * u.row_stride;
            for (std::ptrdiff_t j = 0; j < k; ++j) left[j] = (j == 0 ? T(-1) : d[j] * row[j]) / std::sqrt(u_squares);
        }
        for (std::ptrdiff_t j = 0; j < k; ++j) row[j] /= std::sqrt(squares);
    }
}

#define MLMATH_SECULAR(T)                                                                  \
    template void secular_roots(const SecularEquation<T>&, T*, T*, int);                   \
    template void secular_weights(const SecularEquation<T>&, const T*, const T*, T*, int); \
    template void secular_vectors(Poles, std::ptrdiff_t, const T*, const T*, const T*, const T*, MatrixView<T>, MatrixView<T>, int)
MLMATH_SECULAR(double);
MLMATH_SECULAR(float);
#undef MLMATH_SECULAR

}  // namespace mlmath
