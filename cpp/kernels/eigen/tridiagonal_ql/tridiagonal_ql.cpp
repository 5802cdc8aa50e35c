// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_ql: scratch memory and the choice of the level.
#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql.hpp"

#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql_textbook.hpp"

namespace mlmath {

template <class T>
bool tridiagonal_ql(std::ptrdiff_t n, T* d, T* e, T* zt, std::ptrdiff_t ld, std::ptrdiff_t columns) {
    return textbook::tridiagonal_ql(n, d, e, zt, ld, columns);
}

template <class T>
bool tridiagonal_values(std::ptrdiff_t n, T* d, T* e) {
    return textbook::tridiagonal_ql<T>(n, d, e, nullptr, 0, 0);
}

#define MLMATH_TRIDIAGONAL_QL(T)                                                              \
    template bool tridiagonal_ql(std::ptrdiff_t, T*, T*, T*, std::ptrdiff_t, std::ptrdiff_t); \
    template bool tridiagonal_values(std::ptrdiff_t, T*, T*)
MLMATH_TRIDIAGONAL_QL(double);
MLMATH_TRIDIAGONAL_QL(float);

}  // namespace mlmath
