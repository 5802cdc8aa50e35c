// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_qr: the textbook.
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr.hpp"

#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr_textbook.hpp"

namespace mlmath {

template <class T>
bool bidiagonal_qr(std::ptrdiff_t n, T* s, T* e, T* ut, std::ptrdiff_t u_ld, std::ptrdiff_t u_columns, T* vt, std::ptrdiff_t v_ld,
                   std::ptrdiff_t v_columns) {
    return textbook::bidiagonal_qr(n, s, e, ut, u_ld, u_columns, vt, v_ld, v_columns);
}

template bool bidiagonal_qr(std::ptrdiff_t, double*, double*, double*, std::ptrdiff_t, std::ptrdiff_t, double*, std::ptrdiff_t,
                            std::ptrdiff_t);
template bool bidiagonal_qr(std::ptrdiff_t, float*, float*, float*, std::ptrdiff_t, std::ptrdiff_t, float*, std::ptrdiff_t,
                            std::ptrdiff_t);

}  // namespace mlmath
