// SPDX-License-Identifier: BSD-3-Clause
// det, slogdet: checks, groups side by side, products that keep their exponent apart.
#include "kernels/factor/det/det.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/blas/copy/copy.hpp"
#include "kernels/factor/det/det_kernels.hpp"
#include "kernels/factor/lu/lu.hpp"
#include "kernels/factor/lu/lu_kernels.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(DetKernels, det_kernels);

namespace {

// fraction * 2^exponent, 1/2 <= |fraction| < 1 (or zero, infinite, NaN with exponent 0).
template <class T>
struct Product {
    T fraction = T(0.5);
    std::ptrdiff_t exponent = 1;
    void times(T factor) {
        int own = 0, carried = 0;
        const T part = std::frexp(factor, &own);  // exact, denormals included
        fraction = std::frexp(fraction * part, &carried);
        exponent += own + carried;
    }
    T value() const { return std::ldexp(fraction, static_cast<int>(std::clamp<std::ptrdiff_t>(exponent, -100000, 100000))); }
};

// What is done with one matrix's product.
template <class T>
struct Sink {
    T *det, *sign, *logarithm;  // det, or the other two
    void put(std::ptrdiff_t i, T value) const {
        if (det != nullptr) {
            det[i] = value;
            return;
        }
        put_logarithm(i, value, std::log(static_cast<double>(std::abs(value))));
    }
    void put(std::ptrdiff_t i, const Product<T>& product) const {
        const T value = product.value();
        if (det != nullptr || std::isnan(value) || product.fraction == 0 || std::isinf(product.fraction)) return put(i, value);
        // One logarithm where the product is an ordinary number: nothing cancels near |det| = 1.
        if (std::abs(value) >= std::numeric_limits<T>::min() && std::abs(value) <= std::numeric_limits<T>::max())
            return put(i, value);
        put_logarithm(i, product.fraction,
                      std::log(static_cast<double>(std::abs(product.fraction))) +
                          static_cast<double>(product.exponent) * 0x1.62e42fefa39efp-1);
    }

private:
    void put_logarithm(std::ptrdiff_t i, T value, double log_of_magnitude) const {
        sign[i] = std::isnan(value) ? value : static_cast<T>((value > 0) - (value < 0));
        logarithm[i] = static_cast<T>(log_of_magnitude);
    }
};

template <class T>
void one_matrix(MatrixView<const T> a, std::ptrdiff_t index, const Sink<T>& sink, int threads) {
    const std::ptrdiff_t n = a.rows, places = row_places<T>(n);
    Workspace workspace(whole_lines(static_cast<std::size_t>(n * places) * sizeof(T)) + static_cast<std::size_t>(n) * sizeof(int));
    const MatrixView<T> factors{workspace.take<T>(static_cast<std::size_t>(n * places)), n, n, places, 1};
    int* pivots = workspace.take<int>(static_cast<std::size_t>(n));
    if (!copy_finite(a, factors, threads)) return sink.put(index, std::numeric_limits<T>::quiet_NaN());
    if (lu_in_place(factors, pivots, threads) != 0) return sink.put(index, T(0));
    Product<T> product;
    for (std::ptrdiff_t k = 0; k < n; ++k)
        product.times(pivots[k] == k ? factors.data[k * places + k] : -factors.data[k * places + k]);
    sink.put(index, product);
}

template <class T>
void determinants(const char* function, const Stack<const T>& a, const Sink<T>& sink, int threads) {
    const std::ptrdiff_t n = a.first.rows, count = a.count();
    check_same_size(function, "rows of a", n, "columns of a", a.first.columns);
    const DetKernel<T>& kernel = active(det_kernels_by_level).of(T());
    const double order = static_cast<double>(n), flops = 2 * order * order * order / 3;
    if (n == 0) {
        for (std::ptrdiff_t i = 0; i < count; ++i) sink.put(i, T(1));
    } else if (n > lu_lanes || count < kernel.lanes / 2) {
        over_matrices(count, flops, threads, [&](std::ptrdiff_t i, int inside) { one_matrix<T>(a.at(i), i, sink, inside); });
    } else {
        over_lanes<T>(count, kernel.lanes, n * n, flops, threads, [&](const Lanes& lanes, T* tile) {
            const T* from[most_lanes];
            alignas(64) T diagonal[lu_lanes * most_lanes], products[most_lanes];
            bool safe[most_lanes];
            for (int l = 0; l < kernel.lanes; ++l) from[l] = a.at(lanes.index(l)).data;
            kernel.group(n, from, a.first.row_stride, a.first.column_stride, tile, diagonal, products, safe);
            for (int l = 0; l < lanes.some; ++l) {
                if (safe[l]) {
                    sink.put(lanes.first + l, products[l]);
                    continue;
                }
                Product<T> product;
                for (std::ptrdiff_t k = 0; k < n; ++k) product.times(diagonal[k * kernel.lanes + l]);
                sink.put(lanes.first + l, product);
            }
        });
    }
}

}  // namespace

template <class T>
void det(const Stack<const T>& a, T* result, int threads) {
    determinants<T>("det", a, {result, nullptr, nullptr}, threads);
}
template <class T>
void slogdet(const Stack<const T>& a, T* sign, T* logarithm, int threads) {
    determinants<T>("slogdet", a, {nullptr, sign, logarithm}, threads);
}

template void det(const Stack<const double>&, double*, int);
template void det(const Stack<const float>&, float*, int);
template void slogdet(const Stack<const double>&, double*, double*, int);
template void slogdet(const Stack<const float>&, float*, float*, int);

}  // namespace mlmath
