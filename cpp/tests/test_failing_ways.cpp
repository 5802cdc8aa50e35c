// SPDX-License-Identifier: BSD-3-Clause
// eigh and svd when a way fails after it has run: each that follows must find the results, with the order and the signs promised.
// And when the host asks to stop the links that are long only as fallbacks.
#include <algorithm>
#include <complex>
#include <limits>

#include "core/thread_pool.hpp"
#include "kernels/eigen/bidiagonal_dqds/bidiagonal_dqds.hpp"
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr.hpp"
#include "kernels/eigen/eigh/eigh.hpp"
#include "kernels/eigen/eigh/eigh_complex.hpp"
#include "kernels/eigen/eigh/eigh_tridiagonal.hpp"
#include "kernels/eigen/svd/svd.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection.hpp"
#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

using Wide = std::complex<double>;

template <class X>
struct RealOf {
    using type = X;
};
template <class R>
struct RealOf<std::complex<R>> {
    using type = R;
};
template <class X>
using Real = typename RealOf<X>::type;

template <class X>
std::vector<X> random(std::ptrdiff_t count, unsigned long long seed) {
    Numbers numbers(seed);
    std::vector<X> x(static_cast<std::size_t>(count));
    for (X& e : x) {
        const auto re = static_cast<Real<X>>(numbers.next());
        if constexpr (std::is_same_v<X, Real<X>>)
            e = re;
        else
            e = X(re, static_cast<Real<X>>(numbers.next()));
    }
    return x;
}

// In ratios of n eps |A| (largest sum of a column): what the drivers promise, with room for Jacobi's and QL's rounding.
constexpr double most = 10;

// Columns of length one, orthogonal to each other.
template <class X>
void check_orthonormal(MatrixView<const X> q) {
    const double eps = std::numeric_limits<Real<X>>::epsilon();
    for (std::ptrdiff_t i = 0; i < q.columns; ++i)
        for (std::ptrdiff_t j = 0; j <= i; ++j) {
            Wide sum = i == j ? -1 : 0;
            for (std::ptrdiff_t k = 0; k < q.rows; ++k)
                sum += std::conj(Wide(q.data[k * q.row_stride + i * q.column_stride])) *
                       Wide(q.data[k * q.row_stride + j * q.column_stride]);
            MLMATH_CHECK(std::abs(sum) <= most * static_cast<double>(q.rows) * eps);
        }
}

// A V = V diag(w), w ascending, the largest component of each column of V (the first, should there be several) positive.
template <class X>
void check_eigen(const X* a, std::ptrdiff_t n, const Real<X>* w, std::ptrdiff_t count, MatrixView<const X> v) {
    const double eps = std::numeric_limits<Real<X>>::epsilon();
    const auto at = [&](std::ptrdiff_t i, std::ptrdiff_t j) { return Wide(v.data[i * v.row_stride + j * v.column_stride]); };
    double norm = 0;
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        double sum = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) sum += std::abs(Wide(a[i * n + j]));
        norm = std::max(norm, sum);
    }
    for (std::ptrdiff_t j = 0; j < count; ++j) {
        MLMATH_CHECK(j == 0 || w[j - 1] <= w[j]);
        Wide largest = 0;
        double residual = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            if (std::abs(at(i, j)) > std::abs(largest)) largest = at(i, j);
            Wide sum = -static_cast<double>(w[j]) * at(i, j);
            for (std::ptrdiff_t k = 0; k < n; ++k) sum += Wide(a[i * n + k]) * at(k, j);
            residual += std::abs(sum);
        }
        MLMATH_CHECK(residual <= most * static_cast<double>(n) * eps * norm);
        MLMATH_CHECK(largest.real() > 0 && std::abs(largest.imag()) <= eps);
    }
    check_orthonormal(v);
}

template <class X>
std::vector<X> hermitian(std::ptrdiff_t n, unsigned long long seed) {
    std::vector<X> a = random<X>(n * n, seed);
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        a[i * n + i] = std::real(a[i * n + i]);
        for (std::ptrdiff_t j = 0; j < i; ++j)
            if constexpr (std::is_same_v<X, Real<X>>)
                a[j * n + i] = a[i * n + j];
            else
                a[j * n + i] = std::conj(a[i * n + j]);
    }
    return a;
}

// `count` matrices; vectors by rows and by columns, and values alone.
template <class X>
void check_eigh(std::ptrdiff_t count, std::ptrdiff_t n, FailingWays ways) {
    using R = Real<X>;
    const std::ptrdiff_t item = n * n, zero = 0;
    std::vector<X> a, v(count * item);
    for (std::ptrdiff_t b = 0; b < count; ++b) {
        const std::vector<X> one = hermitian<X>(n, static_cast<unsigned long long>(100 * n + b));
        a.insert(a.end(), one.begin(), one.end());
    }
    const auto call = [&](const Stack<const X>& of, R* w, const Stack<X>& to, int* info, int threads) {
        if constexpr (std::is_same_v<X, R>)
            eigh<R>(of, true, w, to, info, threads, ways);
        else
            eigh_complex<R>(of, true, w, to, info, threads, ways);
    };
    const Stack<const X> of{{a.data(), n, n, n, 1}, 1, &count, &item};
    std::vector<R> first(count * n);
    for (const bool by_rows : {true, false}) {
        std::vector<R> w(count * n);
        std::vector<int> info(count, 9);
        call(of, w.data(), {{v.data(), n, n, by_rows ? n : 1, by_rows ? 1 : n}, 1, &count, &item}, info.data(), by_rows ? 1 : 2);
        for (std::ptrdiff_t b = 0; b < count; ++b) {
            MLMATH_CHECK(info[b] == 0);
            check_eigen<X>(a.data() + b * item, n, w.data() + b * n, n,
                           {v.data() + b * item, n, n, by_rows ? n : 1, by_rows ? 1 : n});
        }
        MLMATH_CHECK(by_rows || w == first);
        first = w;
    }
    std::vector<R> values(count * n);
    std::vector<int> info(count, 9);
    call(of, values.data(), {{nullptr, n, n, 0, 0}, 1, &count, &zero}, info.data(), 2);
    for (std::ptrdiff_t k = 0; k < count * n; ++k) {
        MLMATH_CHECK(info[k / n] == 0);
        const R size = std::max(std::abs(first[k / n * n]), std::abs(first[k / n * n + n - 1]));
        MLMATH_CHECK_NEAR(values[k], first[k], 2 * static_cast<double>(n) * std::numeric_limits<R>::epsilon() * size);
    }
}

constexpr FailingWays eigh_ways[] = {{.lanes = true},
                                     {.division = true},
                                     {.values = true},
                                     {.iteration = true},
                                     {.division = true, .iteration = true},
                                     {.lanes = true, .division = true, .inverse = true, .values = true, .iteration = true}};

MLMATH_TEST(failing_ways_eigh) {
    for (const FailingWays& ways : eigh_ways) {
        for (const std::ptrdiff_t n : {2, 7, 20, 49, 90}) check_eigh<double>(1, n, ways), check_eigh<float>(1, n, ways);
        for (const std::ptrdiff_t n : {3, 17, 32, 50}) check_eigh<double>(5, n, ways), check_eigh<float>(5, n, ways);
    }
}

MLMATH_TEST(failing_ways_eigh_complex) {
    for (const FailingWays& ways : eigh_ways) {
        check_eigh<std::complex<double>>(1, 12, ways);
        check_eigh<std::complex<float>>(2, 60, ways);
        check_eigh<std::complex<double>>(2, 60, ways);
    }
}

// Values [from, to) of a tridiagonal matrix and their vectors.
template <class T>
void check_some(std::ptrdiff_t n, std::ptrdiff_t from, std::ptrdiff_t to, FailingWays ways) {
    const std::vector<T> d = random<T>(n, 5), e = random<T>(n, 6);
    std::vector<T> a(n * n, T(0)), w(to - from), values(to - from), z(n * (to - from));
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        a[i * n + i] = d[i];
        if (i + 1 < n) a[i * n + i + 1] = a[(i + 1) * n + i] = e[i];
    }
    const std::ptrdiff_t count = to - from;
    MLMATH_CHECK(eigh_tridiagonal<T>(n, d.data(), e.data(), from, to, values.data(), {nullptr, n, count, 0, 0}, 1));
    for (const bool by_rows : {true, false}) {
        const MatrixView<T> to_z{z.data(), n, count, by_rows ? count : 1, by_rows ? 1 : n};
        MLMATH_CHECK(eigh_tridiagonal<T>(n, d.data(), e.data(), from, to, w.data(), to_z, 2, ways));
        check_eigen<T>(a.data(), n, w.data(), count, as_const(to_z));
        for (std::ptrdiff_t k = 0; k < count; ++k)
            MLMATH_CHECK_NEAR(w[k], values[k], 2 * static_cast<double>(n) * std::numeric_limits<T>::epsilon() * 2);
    }
}

MLMATH_TEST(failing_ways_eigh_tridiagonal) {
    for (const FailingWays& ways : {FailingWays{.division = true}, FailingWays{.inverse = true},
                                    FailingWays{.division = true, .inverse = true}, FailingWays{.iteration = true}})
        for (const std::ptrdiff_t n : {1, 9, 100})
            for (const std::ptrdiff_t count : {n, (n + 9) / 10, (n + 1) / 2}) {
                check_some<double>(n, n - count, n, ways);
                check_some<float>(n, (n - count) / 2, (n - count) / 2 + count, ways);
            }
    // Nothing is left: that is told.
    const std::vector<double> d = random<double>(50, 5), e = random<double>(50, 6);
    std::vector<double> w(50), z(2500);
    for (const std::ptrdiff_t count : {3, 50})
        MLMATH_CHECK(!eigh_tridiagonal<double>(50, d.data(), e.data(), 0, count, w.data(), {z.data(), 50, count, count, 1}, 1,
                                               {.division = true, .inverse = true, .iteration = true}));
}

template <class T>
void check_svd(std::ptrdiff_t count, std::ptrdiff_t m, std::ptrdiff_t n, bool full, FailingWays ways) {
    const double eps = std::numeric_limits<T>::epsilon();
    const std::ptrdiff_t p = std::min(m, n), left = full ? m : p, right = full ? n : p;
    const std::ptrdiff_t item = m * n, u_item = m * left, vt_item = right * n, zero = 0;
    const std::vector<T> a = random<T>(count * item, static_cast<unsigned long long>(1000 * m + n));
    std::vector<T> u(count * u_item), vt(count * vt_item), s(count * p), values(count * p);
    const Stack<const T> of{{a.data(), m, n, n, 1}, 1, &count, &item};
    std::vector<int> info(count, 9), again(count, 9);
    svd<T>(of, {{u.data(), m, left, left, 1}, 1, &count, &u_item}, s.data(), {{vt.data(), right, n, n, 1}, 1, &count, &vt_item},
           info.data(), 2, SvdDriver::automatic, ways);
    const Stack<T> none{{nullptr, 0, 0, 0, 0}, 1, &count, &zero};
    svd<T>(of, none, values.data(), none, again.data(), 2, SvdDriver::automatic, ways);
    for (std::ptrdiff_t b = 0; b < count; ++b) {
        MLMATH_CHECK(info[b] == 0 && again[b] == 0);
        const T *const sb = s.data() + b * p, *const ub = u.data() + b * u_item, *const vb = vt.data() + b * vt_item;
        for (std::ptrdiff_t k = 0; k < p; ++k) {
            MLMATH_CHECK(sb[k] >= 0 && (k == 0 || sb[k] <= sb[k - 1]));
            MLMATH_CHECK_NEAR(values[b * p + k], sb[k], static_cast<double>(std::max(m, n)) * eps * sb[0]);
        }
        double norm = 0, residual = 0;
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            double sum = 0, off = 0;
            for (std::ptrdiff_t i = 0; i < m; ++i) {
                double e = static_cast<double>(a[b * item + i * n + j]);
                sum += std::abs(e);
                for (std::ptrdiff_t k = 0; k < p; ++k) e -= static_cast<double>(ub[i * left + k]) * sb[k] * vb[k * n + j];
                off += std::abs(e);
            }
            norm = std::max(norm, sum);
            residual = std::max(residual, off);
        }
        MLMATH_CHECK(residual <= most * static_cast<double>(std::max(m, n)) * eps * norm);
        check_orthonormal<T>({ub, m, left, left, 1});
        check_orthonormal<T>({vb, n, right, 1, n});
        // The first of the largest elements of every row of V^T, and of what completes U.
        const auto positive = [](const T* x, std::ptrdiff_t length, std::ptrdiff_t stride) {
            T largest = 0;
            for (std::ptrdiff_t i = 0; i < length; ++i)
                if (std::abs(x[i * stride]) > std::abs(largest)) largest = x[i * stride];
            return largest > 0;
        };
        for (std::ptrdiff_t k = 0; k < right; ++k) MLMATH_CHECK(positive(vb + k * n, n, 1));
        for (std::ptrdiff_t k = p; k < left; ++k) MLMATH_CHECK(positive(ub + k, m, left));
    }
}

MLMATH_TEST(failing_ways_svd) {
    constexpr FailingWays svd_ways[] = {{.lanes = true},
                                        {.division = true},
                                        {.values = true},
                                        {.iteration = true},
                                        {.division = true, .values = true, .iteration = true},
                                        {.lanes = true, .division = true, .values = true, .iteration = true}};
    constexpr std::ptrdiff_t shapes[][2] = {{1, 1},   {6, 6},   {5, 3},   {3, 5},   {20, 20},  {45, 45},
                                            {50, 40}, {40, 50}, {90, 20}, {20, 90}, {260, 50}, {50, 260}};
    for (const FailingWays& ways : svd_ways)
        for (const auto [m, n] : shapes)
            for (const bool full : {false, true}) {
                check_svd<double>(1, m, n, full, ways);
                check_svd<float>(1, m, n, full, ways);
                if (std::max(m, n) <= 50) check_svd<double>(5, m, n, full, ways), check_svd<float>(5, m, n, full, ways);
            }
}

// Links that run for seconds on one thread, and only as fallbacks or of large tridiagonal matrices: the host is asked in time.
MLMATH_TEST(failing_ways_interrupted) {
    const auto identity = [](std::ptrdiff_t n) {
        std::vector<double> x(n * n, 0.0);
        for (std::ptrdiff_t i = 0; i < n; ++i) x[i * (n + 1)] = 1;
        return x;
    };
    const auto interrupted = [](std::ptrdiff_t n, auto&& link) {
        std::vector<double> d = random<double>(n, 5), e = random<double>(n, 6);
        for (double& x : e) x = 0.5 + 0.25 * x;
        set_interrupt_hook([] { return true; });
        bool stopped = false;
        try {
            parallel(1, [&](Team&) { link(d.data(), e.data()); });
        } catch (const Interrupted&) {
            stopped = true;
        }
        set_interrupt_hook(nullptr);
        return stopped;
    };
    std::vector<double> x = identity(1536), y = x, w(400);
    MLMATH_CHECK(interrupted(1536, [&](double* d, double* e) { tridiagonal_ql<double>(1536, d, e, x.data(), 1536, 1536); }));
    MLMATH_CHECK(interrupted(30000, [&](double* d, double* e) { tridiagonal_values<double>(30000, d, e); }));
    x = y;
    MLMATH_CHECK(interrupted(
        1536, [&](double* d, double* e) { bidiagonal_qr<double>(1536, d, e, x.data(), 1536, 1536, y.data(), 1536, 1536); }));
    MLMATH_CHECK(
        interrupted(30000, [&](double* d, double* e) { bidiagonal_qr<double>(30000, d, e, nullptr, 0, 0, nullptr, 0, 0); }));
    MLMATH_CHECK(interrupted(100000, [&](double* d, double* e) { bidiagonal_dqds<double>(100000, d, e); }));
    MLMATH_CHECK(
        interrupted(200000, [&](double* d, double* e) { tridiagonal_bisection<double>(200000, d, e, 0, 400, w.data(), 1); }));
}

}  // namespace
}  // namespace mlmath::tests
