// SPDX-License-Identifier: BSD-3-Clause
// secular: the roots of a secular equation and the vectors that belong to them, each root as a distance from the pole next to it.
// Contract.
#pragma once
#include "core/view.hpp"

namespace mlmath {

/// What stands under the weights: d_j - x (eigenvalues), or d_j^2 - x^2 with d_0 = 0 (singular values).
enum class Poles { plain, squared };

/// f(x) = 1/rho + sum_j z_j^2 / (d_j - x)        plain: eigenvalues x of diag(d) + rho z z^T
/// f(x) = 1/rho + sum_j z_j^2 / (d_j^2 - x^2)    squared, rho = 1: singular values x of M = diag(d) with z^T for its first row
///
/// d: k poles, strictly increasing, neighbours further apart than what rounding leaves of their difference; squared: d[0] = 0.
/// z: none is zero. rho > 0. 1 <= k. The largest of d, z and rho about 1. The callers' deflation sees to all that.
template <class T>
struct SecularEquation {
    Poles poles;
    std::ptrdiff_t k;
    const T* d;
    const T* z;
    T rho;
};

/// Root i, between d_i and d_{i+1} (the last one behind d_{k-1}), is near[i] + offset[i]: near[i] is the pole next to it,
/// offset[i] its distance from there, to full relative accuracy. So is every difference: d_j - x_i = (d_j - near[i]) - offset[i],
/// and d_j + x_i = (d_j + near[i]) + offset[i]. near + offset rounded is the eigenvalue (singular value); differences with that
/// are worthless.
///
/// Method    rational interpolation with the weight of the pole next to the root kept as it is, and by the middle way in turn
///           [Li1993]; bracketed, so that bisection of the offset's bits takes over where it does not converge: at most
///           secular_most_steps evaluations, always a root.
/// Error     |f(x_i)| <= c k eps (1/rho + sum_j |terms|): all that the weights below need.
/// Order     of every sum fixed by k and T alone: same bits for any number of threads, and on every level that has FMA.
/// Cost      about 5 evaluations of k terms (a multiplication and 2 fused ones each, half a division) for each root.
/// threads   >= 1: how many may work on it.
template <class T>
void secular_roots(const SecularEquation<T>& equation, T* near, T* offset, int threads);

/// Steps of interpolation; afterwards every second one halves the bracket. Arithmetic: 3 to 6 are usual; the bracket of a distance
/// spans 2^100 at most, whose exponent takes 7 halvings, and its bits 53 more.
constexpr int secular_quick_steps = 12, secular_most_steps = 160;

/// The weights of which the computed roots are the exact roots, by the product formula [GuEisenstat1994, eq. 3.3],
/// [GuEisenstat1995, eq. 3.3], with z's signs: vectors formed with them are orthogonal to working precision, however close the
/// roots. weight[j]: k numbers, within c k eps |z| of z_j.
template <class T>
void secular_weights(const SecularEquation<T>& equation, const T* near, const T* offset, T* weight, int threads);

/// Unit vectors of all roots: row i of v is v_ij ~ weight_j / (d_j - x_i), plain, or weight_j / (d_j^2 - x_i^2) (right vectors of
/// M); squared also, in row i of u, u_ij ~ d_j weight_j / (d_j^2 - x_i^2), u_i0 = -1 (left vectors of M: M v_i = x_i u_i).
///
/// d, weight: k poles in any order, each with its weight; squared: d[0] = 0 stays first. v: roots x k, rows contiguous
/// (column_stride = 1) in our own memory. u.data == nullptr, or plain: not wanted. near, offset: v.rows roots.
template <class T>
void secular_vectors(Poles poles, std::ptrdiff_t k, const T* d, const T* weight, const T* near, const T* offset, MatrixView<T> v,
                     MatrixView<T> u, int threads);

}  // namespace mlmath
