// SPDX-License-Identifier: BSD-3-Clause
// eigh_lanes, the ladder: one idea per rung.
#include "kernels/eigen/eigh_lanes/eigh_lanes_ladder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/check.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/eigh_lanes/eigh_lanes.hpp"
#include "kernels/eigen/jacobi_eigh/jacobi_eigh_textbook.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(EighLanesKernels, eigh_lanes_kernels);

}  // namespace mlmath

namespace mlmath::ladder {
namespace {

// Matrices side by side in rung 2: several registers of the oldest CPU, for which this is compiled, so that a chain of operations
// does not wait.
constexpr int lanes = 8;

// one(first) for matrices 0, step, 2 step, ...; looks up for Ctrl-C every 16 times. `one` returns how many did not converge.
template <class One>
std::ptrdiff_t each(std::ptrdiff_t count, std::ptrdiff_t step, One&& one) {
    std::ptrdiff_t failed = 0;
    parallel(1, [&](Team& team) {
        for (std::ptrdiff_t t = 0, turn = 0; t < count; t += step, ++turn) {
            if (turn % 16 == 0 && team.poll()) return;
            failed += one(t);
        }
    });
    return failed;
}

void check_order(std::ptrdiff_t n) {
    if (n < 2 || n > eigh_lanes_jacobi) invalid_argument("eigh", "the ladder takes matrices of order 2 to 4");
}

// Eight matrices: element (i, j) of matrix l at a[i][j][l].
template <class T>
struct Eight {
    std::ptrdiff_t n;
    T a[4][4][lanes], v[4][4][lanes];

    // tan phi = a_pq / (h + sign(h) sqrt(h^2 + a_pq^2)), h = (a_qq - a_pp) / 2. Every lane is rotated; by nothing where a_pq is
    // nothing.
    void rotate(std::ptrdiff_t p, std::ptrdiff_t q) {
        T c[lanes], s[lanes];
        for (int l = 0; l < lanes; ++l) {
            const T off = a[q][p][l], h = (a[q][q][l] - a[p][p][l]) / 2, root = std::sqrt(h * h + off * off);
            const T sum = h < 0 ? h - root : h + root, t = off != 0 ? off / sum : 0;
            c[l] = 1 / std::sqrt(1 + t * t);
            s[l] = t * c[l];
            a[p][p][l] -= t * off;
            a[q][q][l] += t * off;
            a[q][p][l] = 0;
        }
        const auto turn = [&](T* x, T* y) {
            for (int l = 0; l < lanes; ++l) {
                const T xl = x[l], yl = y[l];
                x[l] = c[l] * xl - s[l] * yl;
                y[l] = s[l] * xl + c[l] * yl;
            }
        };
        for (std::ptrdiff_t k = 0; k < n; ++k) {
            turn(v[k][p], v[k][q]);
            if (k != p && k != q) turn(k < p ? a[p][k] : a[k][p], k < q ? a[q][k] : a[k][q]);
        }
    }

    // Elements beside the diagonal below eps / 4 of the largest (about 1) become zero; how many lanes have others.
    int look() {
        int open = 0;
        for (int l = 0; l < lanes; ++l) {
            T largest = 0;
            for (std::ptrdiff_t i = 0; i < n; ++i)
                for (std::ptrdiff_t j = 0; j < i; ++j) largest = std::max(largest, std::abs(a[i][j][l]));
            if (largest > std::numeric_limits<T>::epsilon() / 4) {
                ++open;
                continue;
            }
            for (std::ptrdiff_t i = 0; i < n; ++i)
                for (std::ptrdiff_t j = 0; j < i; ++j) a[i][j][l] = 0;
        }
        return open;
    }

    void write(int l, int exponent, T* w, MatrixView<T> to) const {
        std::ptrdiff_t order[4] = {0, 1, 2, 3};
        std::stable_sort(order, order + n, [&](std::ptrdiff_t i, std::ptrdiff_t j) { return a[i][i][l] < a[j][j][l]; });
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            T largest = 0;
            w[j] = std::ldexp(a[order[j]][order[j]][l], exponent);
            for (std::ptrdiff_t i = 0; i < n; ++i)
                if (std::abs(v[i][order[j]][l]) > std::abs(largest)) largest = v[i][order[j]][l];
            for (std::ptrdiff_t i = 0; i < n; ++i)
                to.data[i * to.row_stride + j * to.column_stride] = largest < 0 ? -v[i][order[j]][l] : v[i][order[j]][l];
        }
    }
};

// Runs of `step` matrices by the production kernel.
template <class T>
std::ptrdiff_t by_kernel(const Stack<const T>& a, T* w, const Stack<T>& v, std::ptrdiff_t groups) {
    const std::ptrdiff_t n = a.first.rows, count = a.count();
    check_order(n);
    const EighLanesKernel<T>& kernel = active(eigh_lanes_kernels_by_level).of(T());
    const std::ptrdiff_t most = groups * kernel.lanes;
    return each(count, most, [&](std::ptrdiff_t first) {
        constexpr int places = eigh_lanes_jacobi_groups * most_lanes;
        const T* from[places];
        T *values[places], *to[places];
        int infos[places];
        const std::ptrdiff_t some = std::min(most, count - first);
        for (std::ptrdiff_t l = 0; l < most; ++l) {
            const std::ptrdiff_t t = first + std::min(l, some - 1);
            from[l] = a.at(t).data;
            values[l] = w + t * n;
            to[l] = v.at(t).data;
        }
        kernel.run({n, some, from, a.first.row_stride, a.first.column_stride, values, to, v.first.row_stride, v.first.column_stride,
                    nullptr, infos});
        return std::count_if(infos, infos + some, [](int info) { return info > 0; });
    });
}

}  // namespace

template <class T>
std::ptrdiff_t eigh_one_at_a_time(const Stack<const T>& a, T* w, const Stack<T>& v) {
    const std::ptrdiff_t n = a.first.rows;
    check_order(n);
    return each(a.count(), 1, [&](std::ptrdiff_t t) -> std::ptrdiff_t {
        T full[16];
        const MatrixView<const T> one = a.at(t);
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t j = 0; j <= i; ++j)
                full[i * n + j] = full[j * n + i] = one.data[i * one.row_stride + j * one.column_stride];
        return textbook::jacobi_eigh<T>({full, n, n, n, 1}, {w + t * n, n, 1}, v.at(t)) < 0 ? 1 : 0;
    });
}

// The last group names the last matrix again and again to be full. A matrix with NaN or infinity is replaced by zero, and its
// results by NaN.
template <class T>
std::ptrdiff_t eigh_interleaved(const Stack<const T>& a, T* w, const Stack<T>& v) {
    const std::ptrdiff_t n = a.first.rows, count = a.count();
    check_order(n);
    return each(count, lanes, [&](std::ptrdiff_t first) -> std::ptrdiff_t {
        Eight<T> eight{n, {}, {}};
        int exponent[lanes] = {};
        bool finite[lanes] = {};
        for (int l = 0; l < lanes; ++l) {
            const MatrixView<const T> one = a.at(std::min(first + l, count - 1));
            T largest = 0, undefined = 0;
            for (std::ptrdiff_t i = 0; i < n; ++i)
                for (std::ptrdiff_t j = 0; j <= i; ++j) {
                    const T x = one.data[i * one.row_stride + j * one.column_stride];
                    largest = std::max(largest, std::abs(x));
                    undefined += x * 0;
                }
            finite[l] = undefined == 0;
            if (finite[l] && largest != 0) std::frexp(largest, &exponent[l]);
            for (std::ptrdiff_t i = 0; i < n; ++i) {
                eight.v[i][i][l] = 1;
                for (std::ptrdiff_t j = 0; j <= i; ++j)
                    eight.a[i][j][l] =
                        finite[l] ? std::ldexp(one.data[i * one.row_stride + j * one.column_stride], -exponent[l]) : 0;
            }
        }
        int open = lanes;
        for (int sweep = 0; open > 0 && sweep < eigh_lanes_most_sweeps; ++sweep) {
            for (std::ptrdiff_t p = 0; p < n; ++p)
                for (std::ptrdiff_t q = p + 1; q < n; ++q) eight.rotate(p, q);
            open = eight.look();
        }
        for (std::ptrdiff_t l = 0; l < std::min<std::ptrdiff_t>(lanes, count - first); ++l) {
            T* const values = w + (first + l) * n;
            eight.write(static_cast<int>(l), exponent[l], values, v.at(first + l));
            if (finite[l]) continue;
            std::fill_n(values, n, std::numeric_limits<T>::quiet_NaN());
            fill(v.at(first + l), std::numeric_limits<T>::quiet_NaN());
        }
        return open;
    });
}

template <class T>
std::ptrdiff_t eigh_across_lanes(const Stack<const T>& a, T* w, const Stack<T>& v) {
    return by_kernel<T>(a, w, v, 1);
}

template <class T>
std::ptrdiff_t eigh_groups_in_flight(const Stack<const T>& a, T* w, const Stack<T>& v) {
    return by_kernel<T>(a, w, v, eigh_lanes_jacobi_groups);
}

#define MLMATH_EIGH_RUNG(rung)                                                               \
    template std::ptrdiff_t rung(const Stack<const double>&, double*, const Stack<double>&); \
    template std::ptrdiff_t rung(const Stack<const float>&, float*, const Stack<float>&)
MLMATH_EIGH_RUNG(eigh_one_at_a_time);
MLMATH_EIGH_RUNG(eigh_interleaved);
MLMATH_EIGH_RUNG(eigh_across_lanes);
MLMATH_EIGH_RUNG(eigh_groups_in_flight);
#undef MLMATH_EIGH_RUNG

}  // namespace mlmath::ladder
