// SPDX-License-Identifier: BSD-3-Clause
// secular: roots against the textbook, and what they are for: the vectors diagonalize diag(d) + rho z z^T (are the singular
// vectors of the matrix with z in its first row), orthogonal to working precision however close the poles and small the weights.
#include <algorithm>
#include <limits>

#include "kernels/eigen/secular/secular.hpp"
#include "kernels/eigen/secular/secular_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

enum class Kind { even, clustered, geometric, tiny_weights, one_large_weight };

template <class T>
struct Problem {
    std::vector<T> d, z;
    SecularEquation<T> equation;
    Problem(Poles poles, std::ptrdiff_t k, Kind kind, unsigned long long seed) : d(k), z(k) {
        Numbers numbers(seed);
        const T tolerance = 4 * std::numeric_limits<T>::epsilon();
        T squares = 0;
        for (std::ptrdiff_t j = 0; j < k; ++j) {
            const T step = kind == Kind::clustered ? (j % 7 == 3 ? T(1) : 2 * tolerance * static_cast<T>(k))
                           : kind == Kind::geometric
                               ? std::max(std::pow(T(0.7), static_cast<T>(k - j)), 2 * tolerance * static_cast<T>(k))
                               : static_cast<T>(1.1 + numbers.next());
            d[j] = j == 0 ? (poles == Poles::squared ? T(0) : T(-0.3)) : d[j - 1] + step / static_cast<T>(k);
            const auto size = static_cast<T>(numbers.next());
            const T magnitude = kind == Kind::tiny_weights       ? std::pow(tolerance, std::abs(size))
                                : kind == Kind::one_large_weight ? (j == k / 2 ? T(1) : 2 * tolerance)
                                                                 : std::max(std::abs(size), 2 * tolerance);
            z[j] = std::copysign(magnitude, static_cast<T>(numbers.next()));
            squares += z[j] * z[j];
        }
        for (T& e : z) e /= std::sqrt(squares);
        equation = {poles, k, d.data(), z.data(), poles == Poles::squared ? T(1) : T(0.8)};
    }
};

template <class T>
void check(Poles poles, std::ptrdiff_t k, Kind kind) {
    const Problem<T> problem(poles, k, kind, static_cast<unsigned long long>(k));
    const SecularEquation<T>& e = problem.equation;
    const bool squared = poles == Poles::squared;
    const double eps = std::numeric_limits<T>::epsilon(), size = static_cast<double>(k);
    const std::vector<double> d(problem.d.begin(), problem.d.end()), z(problem.z.begin(), problem.z.end());
    const SecularEquation<double> exact{poles, k, d.data(), z.data(), static_cast<double>(e.rho)};
    std::vector<T> near(k), offset(k), weight(k), v(k * k), u(k * k);
    secular_roots(e, near.data(), offset.data(), 1);
    secular_weights(e, near.data(), offset.data(), weight.data(), 1);
    const MatrixView<T> right{v.data(), k, k, k, 1}, left{u.data(), k, k, k, 1};
    secular_vectors(poles, k, e.d, weight.data(), near.data(), offset.data(), right, left, 1);
    for (std::ptrdiff_t i = 0; i < k; ++i) {
        double at = 0, by = 0;
        textbook::secular_root(exact, i, at, by);
        MLMATH_CHECK_NEAR(near[i] + offset[i], at + by, 16 * eps);
        MLMATH_CHECK(offset[i] != 0 && (near[i] == e.d[i] ? offset[i] > 0 : near[i] == e.d[i + 1] && offset[i] < 0));
        MLMATH_CHECK_NEAR(weight[i], e.z[i], 4 * (8 + size) * eps);
    }
    const auto element = [&](const std::vector<T>& x, std::ptrdiff_t i, std::ptrdiff_t j) {
        return static_cast<double>(x[i * k + j]);
    };
    double orthogonal = 0, residual = 0;
    for (std::ptrdiff_t i = 0; i < k; ++i)
        for (std::ptrdiff_t j = 0; j < k; ++j) {
            double vv = 0, uu = 0;
            for (std::ptrdiff_t p = 0; p < k; ++p) {
                vv += element(v, i, p) * element(v, j, p);
                uu += element(u, i, p) * element(u, j, p);
            }
            orthogonal = std::max(orthogonal, std::fabs(vv - (i == j)));
            if (squared) orthogonal = std::max(orthogonal, std::fabs(uu - (i == j)));
        }
    for (std::ptrdiff_t i = 0; i < k; ++i) {
        const double x = static_cast<double>(near[i]) + static_cast<double>(offset[i]);
        double product = 0;
        for (std::ptrdiff_t p = 0; p < k; ++p) product += static_cast<double>(e.z[p]) * element(v, i, p);
        for (std::ptrdiff_t j = 0; j < k; ++j) {
            const double dv = static_cast<double>(e.d[j]) * element(v, i, j);
            if (squared)  // M v = x u
                residual = std::max(residual, std::fabs((j == 0 ? product : dv) - x * element(u, i, j)));
            else
                residual = std::max(residual, std::fabs(dv + static_cast<double>(e.rho) * product * static_cast<double>(e.z[j]) -
                                                        x * element(v, i, j)));
        }
    }
    MLMATH_CHECK_NEAR(orthogonal, 0, (8 + size) * eps);
    MLMATH_CHECK_NEAR(residual, 0, (8 + size) * eps);
    // The same bits on more threads.
    std::vector<T> near3(k), offset3(k), weight3(k), v3(k * k), u3(k * k);
    secular_roots(e, near3.data(), offset3.data(), 3);
    secular_weights(e, near.data(), offset.data(), weight3.data(), 3);
    secular_vectors(poles, k, e.d, weight.data(), near.data(), offset.data(), {v3.data(), k, k, k, 1}, {u3.data(), k, k, k, 1}, 3);
    MLMATH_CHECK(near3 == near && offset3 == offset && weight3 == weight && v3 == v && (!squared || u3 == u));
}

MLMATH_TEST(secular_roots_and_vectors) {
    for (const Poles poles : {Poles::plain, Poles::squared})
        for (const Kind kind : {Kind::even, Kind::clustered, Kind::geometric, Kind::tiny_weights, Kind::one_large_weight})
            for (const std::ptrdiff_t k : {1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 64, 100, 257}) {
                check<double>(poles, k, kind);
                check<float>(poles, k, kind);
            }
}

}  // namespace
}  // namespace mlmath::tests
