// SPDX-License-Identifier: BSD-3-Clause
// eigh_complex: Householder reduction to a real tridiagonal matrix, real and imaginary parts in planes of their own, and back.
#include "kernels/eigen/eigh/eigh_complex.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/check.hpp"
#include "core/interruption.hpp"
#include "core/scaling.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/eigen/eigh/eigh.hpp"
#include "kernels/eigen/jacobi_eigh/jacobi_eigh.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection.hpp"
#include "kernels/eigen/tridiagonal_dc/tridiagonal_dc.hpp"
#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql.hpp"
#include "kernels/factor/stack_work.hpp"

namespace mlmath {

namespace {

/// Runs of real and imaginary parts.
template <class T>
struct Planes {
    T *re, *im;
    Planes at(std::ptrdiff_t offset) const { return {re + offset, im + offset}; }
};

// y <- y + (f + i g) x, or with the conjugate of x (sign = -1).
template <class T>
void add_scaled(std::ptrdiff_t n, T f, T g, Planes<T> x, T sign, Planes<T> y) {
    for (std::ptrdiff_t j = 0; j < n; ++j) {
        const T re = x.re[j], im = sign * x.im[j];
        y.re[j] += f * re - g * im;
        y.im[j] += f * im + g * re;
    }
}

template <class T>
class ComplexEigh {
public:
    using Complex = std::complex<T>;

    ComplexEigh(MatrixView<const Complex> a, bool lower, T* w, MatrixView<Complex> v, int threads, FailingWays ways)
        : a_(a),
          lower_(lower),
          w_(w),
          v_(v),
          n_(a.rows),
          ld_(row_places<T>(n_)),
          threads_(threads),
          ways_(ways),
          workspace_((4 * bytes_of(n_ * ld_) + 10 * bytes_of(n_))),
          m_(take(n_ * ld_)),
          c_(take(n_ * ld_)),
          v_k_(take(n_)),
          p_(take(n_)),
          tau_(take(n_)),
          d_(take(n_)),
          d_again_(take(n_)) {}

    int solve() {
        if (n_ == 0) return 0;
        const T largest = largest_part();
        int info = 0;
        if (!(largest <= std::numeric_limits<T>::max())) {
            info = eigh_not_finite;
        } else {
            const int exponent = exponent_to_one(largest);
            load(exponent);
            reduce();
            if (!(v_.data == nullptr ? values() : vectors())) info = 1;
            for (std::ptrdiff_t j = 0; j < n_; ++j) w_[j] = std::ldexp(d_.re[j], -exponent);
        }
        if (info == 0) return 0;
        constexpr T nan = std::numeric_limits<T>::quiet_NaN();
        std::fill(w_, w_ + n_, nan);
        if (v_.data != nullptr) fill(v_, Complex(nan, nan));
        return info;
    }

private:
    static std::size_t bytes_of(std::ptrdiff_t count) { return whole_lines(static_cast<std::size_t>(count) * sizeof(T)); }
    Planes<T> take(std::ptrdiff_t count) {
        T* const re = workspace_.take<T>(static_cast<std::size_t>(count));
        return {re, workspace_.take<T>(static_cast<std::size_t>(count))};
    }
    // Element (i, j) with j <= i of the lower triangle.
    Complex element(std::ptrdiff_t i, std::ptrdiff_t j) const {
        return lower_ ? a_.data[i * a_.row_stride + j * a_.column_stride]
                      : std::conj(a_.data[j * a_.row_stride + i * a_.column_stride]);
    }

    T largest_part() const {
        T largest = 0, undefined = 0;
        each_row(n_, n_, [&](std::ptrdiff_t i) {
            for (std::ptrdiff_t j = 0; j <= i; ++j) {
                const Complex x = element(i, j);
                const T re = std::abs(x.real()), im = j < i ? std::abs(x.imag()) : T(0);
                largest = std::max({largest, re, im});
                undefined += re * 0 + im * 0;
            }
        });
        return largest + undefined;
    }

    void load(int exponent) {
        const PowerOfTwo<T> scaled(exponent);
        each_row(n_, n_, [&](std::ptrdiff_t i) {
            for (std::ptrdiff_t j = 0; j <= i; ++j) {
                const Complex x = element(i, j);
                const T re = scaled(x.real()), im = j < i ? scaled(x.imag()) : T(0);
                m_.re[i * ld_ + j] = m_.re[j * ld_ + i] = re;
                m_.im[i * ld_ + j] = im;
                m_.im[j * ld_ + i] = -im;
            }
        });
    }

    // H_k = I - tau v v^H with H_k^H x = (0, .., 0, beta), beta real, for x = the first k elements of column k: T = Q^H A Q with
    // Q = H_{n-1} ... H_1 is real. v stays where row k was.
    void reduce() {
        tau_.re[0] = tau_.im[0] = 0;
        for (std::ptrdiff_t k = n_ - 1; k > 0; --k) {
            const Planes<T> row = m_.at(k * ld_);
            d_.re[k] = row.re[k];
            T scale_back = 1, squares = 0, largest = 0;
            for (std::ptrdiff_t j = 0; j < k; ++j) {
                v_k_.re[j] = row.re[j];
                v_k_.im[j] = -row.im[j];
                largest = std::max({largest, std::abs(row.re[j]), std::abs(row.im[j])});
            }
            if (largest == 0 || largest < (sizeof(T) == 8 ? T(0x1p-400) : T(0x1p-40))) {  // squares must not underflow
                const int exponent = exponent_to_one(largest);
                scale_back = std::ldexp(T(1), -exponent);
                scale_run(v_k_.re, k, exponent);
                scale_run(v_k_.im, k, exponent);
            }
            for (std::ptrdiff_t j = 0; j + 1 < k; ++j) squares += v_k_.re[j] * v_k_.re[j] + v_k_.im[j] * v_k_.im[j];
            const T re = v_k_.re[k - 1], im = v_k_.im[k - 1];
            if (squares == 0 && im == 0) {
                d_.im[k - 1] = re * scale_back;
                tau_.re[k] = tau_.im[k] = 0;
                continue;
            }
            const T beta = -std::copysign(std::sqrt(re * re + im * im + squares), re);
            tau_.re[k] = (beta - re) / beta;
            tau_.im[k] = -im / beta;
            d_.im[k - 1] = beta * scale_back;
            // 1 / (alpha - beta), whose real part is the larger: no square of it can underflow.
            const T length = (re - beta) * (re - beta) + im * im, f = (re - beta) / length, g = -im / length;
            for (std::ptrdiff_t j = 0; j + 1 < k; ++j) {
                const T x = v_k_.re[j], y = v_k_.im[j];
                v_k_.re[j] = x * f - y * g;
                v_k_.im[j] = x * g + y * f;
            }
            v_k_.re[k - 1] = 1;
            v_k_.im[k - 1] = 0;
            change(k);
            std::copy_n(v_k_.re, k, row.re);
            std::copy_n(v_k_.im, k, row.im);
        }
        d_.re[0] = m_.re[0];
    }

    // A <- H^H A H = A - v w^H - w v^H, w = p - (tau / 2) (p^H v) v, p = tau A v.
    void change(std::ptrdiff_t k) {
        std::fill(p_.re, p_.re + k, T(0));
        std::fill(p_.im, p_.im + k, T(0));
        each_row(k, k, [&](std::ptrdiff_t j) {  // column j is the conjugate of row j
            add_scaled(k, v_k_.re[j], v_k_.im[j], m_.at(j * ld_), T(-1), p_);
        });
        T product_re = 0, product_im = 0;
        const T tau_re = tau_.re[k], tau_im = tau_.im[k];
        for (std::ptrdiff_t j = 0; j < k; ++j) {
            const T re = p_.re[j], im = p_.im[j];
            p_.re[j] = tau_re * re - tau_im * im;
            p_.im[j] = tau_re * im + tau_im * re;
            product_re += p_.re[j] * v_k_.re[j] + p_.im[j] * v_k_.im[j];
            product_im += p_.re[j] * v_k_.im[j] - p_.im[j] * v_k_.re[j];
        }
        add_scaled(k, -(tau_re * product_re - tau_im * product_im) / 2, -(tau_re * product_im + tau_im * product_re) / 2, v_k_,
                   T(1), p_);
        each_row(k, k, [&](std::ptrdiff_t i) {
            add_scaled(k, -v_k_.re[i], -v_k_.im[i], p_, T(-1), m_.at(i * ld_));
            add_scaled(k, -p_.re[i], -p_.im[i], v_k_, T(-1), m_.at(i * ld_));
        });
        if (k % 16 == 0) interruption_point();  // those of up to 500 elements
    }

    // A way of T works with a copy of it; the values go to d_.re when it has succeeded.
    template <class Way>
    bool tried(bool fails, MatrixView<T> left, Way&& way) {
        std::copy_n(d_.re, n_, d_again_.re);
        std::copy_n(d_.im, n_, d_again_.im);
        const bool good = way(d_again_.re, d_again_.im);
        if (!FailingWays::succeeded(good, fails, left, MatrixView<T>{d_again_.re, 1, n_, n_, 1})) return false;
        std::copy_n(d_again_.re, n_, d_.re);
        return true;
    }

    bool values() {
        const MatrixView<T> none{nullptr, n_, n_, 0, 0};
        if (tried(ways_.values, none, [&](T* d, T* e) { return tridiagonal_values<T>(n_, d, e); })) return true;
        return tried(false, none, [&](T* d, T*) {
            tridiagonal_bisection<T>(n_, d_.re, d_.im, 0, n_, d, threads_);
            return true;
        });
    }

    bool vectors() {
        const MatrixView<T> z{c_.re, n_, n_, ld_, 1}, other{c_.im, n_, n_, ld_, 1};
        const auto division = [&](T* d, T* e) { return tridiagonal_dc<T>(n_, d, e, z, threads_); };
        const auto ql = [&](T* d, T* e) {
            fill(other, T(0));
            for (std::ptrdiff_t i = 0; i < n_; ++i) other.data[i * (ld_ + 1)] = 1;
            return tridiagonal_ql<T>(n_, d, e, other.data, ld_, n_);
        };
        const auto jacobi = [&](T* d, T*) {
            fill(other, T(0));
            for (std::ptrdiff_t i = 0; i < n_; ++i) {
                other.data[i * (ld_ + 1)] = d_.re[i];
                if (i > 0) other.data[i * ld_ + i - 1] = d_.im[i - 1];
            }
            Workspace workspace(bytes_of(n_ * n_));
            T* const v = workspace.take<T>(static_cast<std::size_t>(n_ * n_));
            if (!jacobi_eigh<T>(1, as_const(other), 0, true, d, v, threads_)) return false;
            copy<T>({v, n_, n_, 1, n_}, other);
            return true;
        };
        if (n_ <= eigh_ql_most || !tried(ways_.division, z, division)) {
            if (!tried(ways_.iteration, other, ql) && !tried(false, other, jacobi)) return false;
            copy(as_const(transposed(other)), z);
        }
        fill(MatrixView<T>{c_.im, n_, n_, ld_, 1}, T(0));
        constexpr std::ptrdiff_t columns = 64;
        parallel_for((n_ + columns - 1) / columns, n_ >= 128 ? threads_ : 1, [&](std::ptrdiff_t piece) {
            const std::ptrdiff_t left = piece * columns;
            transform_back(left, std::min(columns, n_ - left));
        });
        return true;
    }

    // Columns [left, left + count) of Q Z, each turned in the complex plane.
    void transform_back(std::ptrdiff_t left, std::ptrdiff_t count) {
        T sum_re[64], sum_im[64], most[64];
        const Planes<T> sum{sum_re, sum_im};
        for (std::ptrdiff_t k = 1; k < n_; ++k) {
            if (tau_.re[k] == 0 && tau_.im[k] == 0) continue;
            interruption_point();
            const Planes<T> v = m_.at(k * ld_);
            std::fill_n(sum_re, count, T(0));
            std::fill_n(sum_im, count, T(0));
            for (std::ptrdiff_t i = 0; i < k; ++i) add_scaled(count, v.re[i], -v.im[i], c_.at(i * ld_ + left), T(1), sum);
            for (std::ptrdiff_t j = 0; j < count; ++j) {
                const T re = sum_re[j], im = sum_im[j];
                sum_re[j] = tau_.re[k] * re - tau_.im[k] * im;
                sum_im[j] = tau_.re[k] * im + tau_.im[k] * re;
            }
            for (std::ptrdiff_t i = 0; i < k; ++i) add_scaled(count, -v.re[i], -v.im[i], sum, T(1), c_.at(i * ld_ + left));
        }
        std::fill_n(most, count, T(0));
        std::ptrdiff_t where[64] = {};
        for (std::ptrdiff_t i = 0; i < n_; ++i)
            for (std::ptrdiff_t j = 0; j < count; ++j) {
                const T re = c_.re[i * ld_ + left + j], im = c_.im[i * ld_ + left + j], square = re * re + im * im;
                if (square > most[j]) most[j] = square, where[j] = i;
            }
        for (std::ptrdiff_t j = 0; j < count; ++j) {
            const std::ptrdiff_t at = where[j] * ld_ + left + j;
            const T length = std::sqrt(most[j]), f = c_.re[at] / length, g = -c_.im[at] / length;
            for (std::ptrdiff_t i = 0; i < n_; ++i) {
                const T re = c_.re[i * ld_ + left + j], im = c_.im[i * ld_ + left + j];
                v_.data[i * v_.row_stride + (left + j) * v_.column_stride] = Complex(f * re - g * im, f * im + g * re);
            }
            v_.data[where[j] * v_.row_stride + (left + j) * v_.column_stride] = Complex(length, 0);
        }
    }

    const MatrixView<const Complex> a_;
    const bool lower_;
    T* const w_;
    const MatrixView<Complex> v_;
    const std::ptrdiff_t n_, ld_;
    const int threads_;
    const FailingWays ways_;
    Workspace workspace_;
    const Planes<T> m_, c_, v_k_, p_, tau_, d_, d_again_;  // d_: diagonal and off-diagonal of T
};

}  // namespace

template <class T>
void eigh_complex(const Stack<const std::complex<T>>& a, bool lower, T* w, const Stack<std::complex<T>>& v, int* info, int threads,
                  FailingWays ways) {
    const std::ptrdiff_t n = a.first.rows, count = a.count();
    check_shape("eigh_complex", "a", n, a.first.columns, n, n);
    const bool vectors = v.first.data != nullptr;
    if (vectors) {
        check_shape("eigh_complex", "v", v.first.rows, v.first.columns, n, n);
        check_same_stack("eigh_complex", "a", a, "v", v);
    }
    const double size = static_cast<double>(n), flops = 30 * size * size * size;
    over_matrices(count, flops, threads, [&](std::ptrdiff_t i, int inside) {
        const MatrixView<std::complex<T>> none{nullptr, n, n, 0, 0};
        info[i] = ComplexEigh<T>(a.at(i), lower, w + i * n, vectors ? v.at(i) : none, inside, ways).solve();
    });
}

template void eigh_complex(const Stack<const std::complex<double>>&, bool, double*, const Stack<std::complex<double>>&, int*, int,
                           FailingWays);
template void eigh_complex(const Stack<const std::complex<float>>&, bool, float*, const Stack<std::complex<float>>&, int*, int,
                           FailingWays);

}  // namespace mlmath
