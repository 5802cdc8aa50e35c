// SPDX-License-Identifier: BSD-3-Clause
// power_iteration, the ladder's rungs.
#include "kernels/eigen/power_iteration/power_iteration_ladder.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/stack.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/dot/dot.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/eigen/power_iteration/power_iteration.hpp"
#include "kernels/eigen/power_iteration/power_iteration_textbook.hpp"
#include "kernels/factor/qr/qr.hpp"

namespace mlmath::ladder {
namespace {

template <class T>
T& at(MatrixView<T> a, std::ptrdiff_t i, std::ptrdiff_t j) {
    return a.data[i * a.row_stride + j * a.column_stride];
}

// Numbers of [-1, 1) that look like chance, the same in every rung.
template <class T>
void start(MatrixView<T> x) {
    std::uint64_t state = 1;
    for (std::ptrdiff_t j = 0; j < x.columns; ++j)
        for (std::ptrdiff_t i = 0; i < x.rows; ++i) {
            state = state * 6364136223846793005u + 1442695040888963407u;
            at(x, i, j) = static_cast<T>(static_cast<double>(state >> 40) * 0x1p-23 - 1);
        }
}

// The same in the order of magnitudes: power iteration finds two that are nearly equal in either order.
template <class T>
void sort_by_magnitude(T* w, MatrixView<T> v) {
    for (std::ptrdiff_t j = 1; j < v.columns; ++j)
        for (std::ptrdiff_t k = j; k > 0 && std::abs(w[k]) > std::abs(w[k - 1]); --k) {
            std::swap(w[k], w[k - 1]);
            for (std::ptrdiff_t i = 0; i < v.rows; ++i) std::swap(at(v, i, k), at(v, i, k - 1));
        }
}

}  // namespace

template <class T>
T power_tolerance(std::ptrdiff_t n) {
    return (16 + 4 * std::sqrt(static_cast<T>(n))) * std::numeric_limits<T>::epsilon();
}

template <class T>
bool power_iteration_textbook(MatrixView<const T> a, T* w, MatrixView<T> v, int) {
    start(v);
    T tolerance = 0;  // of the first vector: of the value found
    for (std::ptrdiff_t j = 0; j < v.columns; ++j) {
        std::ptrdiff_t steps = 0;
        w[j] = 0;
        if (j == 0) {  // the scale: a few steps are enough for the largest eigenvalue's magnitude
            textbook::power_iteration(a, v, j, T(0), std::ptrdiff_t{10}, w[j]);
            tolerance = power_tolerance<T>(a.rows) * std::abs(w[j]);
        }
        steps = textbook::power_iteration(a, v, j, tolerance * static_cast<T>(j + 1), power_most_steps, w[j]);
        if (steps < 0) return false;
    }
    sort_by_magnitude(w, v);
    return true;
}

template <class T>
bool power_iteration_products(MatrixView<const T> a, T* w, MatrixView<T> v, int threads) {
    const std::ptrdiff_t n = a.rows;
    start(v);
    std::vector<T> y(static_cast<std::size_t>(n)), products(static_cast<std::size_t>(v.columns));
    const MatrixView<T> of_y{y.data(), n, 1, 1, 1};
    const VectorView<const T> view{y.data(), n, 1};
    bool converged = true;
    parallel(1, [&](Team& team) {
        for (std::ptrdiff_t j = 0; j < v.columns && converged; ++j) {
            const MatrixView<T> before = part_of(v, 0, n, 0, j), x = part_of(v, 0, n, j, j + 1);
            const MatrixView<T> along{products.data(), j, 1, 1, 1};
            for (std::ptrdiff_t i = 0; i < n; ++i) y[i] = at(x, i, 0);
            converged = false;
            for (std::ptrdiff_t step = 0; step < power_most_steps && !converged && !team.poll(); ++step) {
                if (j > 0) {
                    gemm<T>(1, transposed(as_const(before)), as_const(of_y), 0, along, threads);
                    gemm<T>(-1, as_const(before), as_const(along), 1, of_y, threads);
                }
                const T length = std::sqrt(dot<T>(view, view, threads));
                for (std::ptrdiff_t i = 0; i < n; ++i) at(x, i, 0) = length > 0 ? y[i] / length : at(x, i, 0);
                gemm<T>(1, a, as_const(x), 0, of_y, threads);
                w[j] = dot<T>({x.data, n, x.row_stride}, view, threads);
                T residual = 0;
                for (std::ptrdiff_t i = 0; i < n; ++i) residual += (y[i] - w[j] * at(x, i, 0)) * (y[i] - w[j] * at(x, i, 0));
                converged = std::sqrt(residual) <= power_tolerance<T>(n) * static_cast<T>(j + 1) * std::abs(w[0]);
            }
        }
    });
    sort_by_magnitude(w, v);
    return converged;
}

template <class T>
bool power_iteration_orthogonal(MatrixView<const T> a, T* w, MatrixView<T> v, int threads) {
    const std::ptrdiff_t n = a.rows, k = v.columns;
    const auto alone = [](auto m) { return Stack<std::remove_pointer_t<decltype(m.data)>>{m, 0, nullptr, nullptr}; };
    std::vector<T> storage(static_cast<std::size_t>(n * k + k * k));
    const MatrixView<T> y{storage.data(), n, k, k, 1}, r{storage.data() + n * k, k, k, k, 1};
    start(y);
    bool converged = false;
    parallel(1, [&](Team& team) {
        for (std::ptrdiff_t step = 0; step < power_most_steps && !converged && !team.poll(); ++step) {
            qr<T>(alone(as_const(y)), alone(v), alone(r), threads);
            gemm<T>(1, a, as_const(v), 0, y, threads);
            converged = true;
            for (std::ptrdiff_t j = 0; j < k; ++j) {
                w[j] = dot<T>({v.data + j * v.column_stride, n, v.row_stride}, {y.data + j, n, k}, threads);
                T residual = 0;
                for (std::ptrdiff_t i = 0; i < n; ++i)
                    residual += (at(y, i, j) - w[j] * at(v, i, j)) * (at(y, i, j) - w[j] * at(v, i, j));
                converged = converged && std::sqrt(residual) <= power_tolerance<T>(n) * std::abs(w[0]);
            }
        }
    });
    sort_by_magnitude(w, v);
    return converged;
}

template <class T>
bool power_iteration_subspace(MatrixView<const T> a, T* w, MatrixView<T> v, int threads) {
    const std::ptrdiff_t n = a.rows, k = v.columns, b = std::min(n, 2 * k);
    std::vector<T> storage(static_cast<std::size_t>(n * b + b)), values, residuals;
    const MatrixView<T> x{storage.data(), n, b, b, 1};
    start(x);
    const PowerOutcome outcome =
        power_iteration<T>(a, x, k, power_tolerance<T>(n), power_most_steps, storage.data() + n * b, values, residuals, threads);
    std::copy_n(storage.data() + n * b, k, w);
    for (std::ptrdiff_t i = 0; i < n; ++i)
        for (std::ptrdiff_t j = 0; j < k; ++j) at(v, i, j) = at(x, i, j);
    return outcome.converged;
}

#define MLMATH_INSTANTIATE(T)                                                              \
    template T power_tolerance<T>(std::ptrdiff_t);                                         \
    template bool power_iteration_textbook(MatrixView<const T>, T*, MatrixView<T>, int);   \
    template bool power_iteration_products(MatrixView<const T>, T*, MatrixView<T>, int);   \
    template bool power_iteration_orthogonal(MatrixView<const T>, T*, MatrixView<T>, int); \
    template bool power_iteration_subspace(MatrixView<const T>, T*, MatrixView<T>, int)
MLMATH_INSTANTIATE(double);
MLMATH_INSTANTIATE(float);
#undef MLMATH_INSTANTIATE

}  // namespace mlmath::ladder
