// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_bisection, eigenvectors: sixteen at a time from two factorizations that meet, those of neighbours made orthogonal.
#include <vector>

#include "core/interruption.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection_kernels.hpp"
#include "kernels/eigen/tridiagonal_bisection/tridiagonal_bisection_scaled.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(TridiagonalKernels, tridiagonal_kernels);

namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

// Constraint: a vector's part along another one is its error over the gap, eps |T| / gap, and that is what orthogonality lacks.
// Decision: eigenvalues closer than 1e-3 |T| are neighbours, whose vectors are made orthogonal afterwards: LAPACK's number.
constexpr double neighbours = 1e-3;

// Solutions with one eigenvalue by elimination, two from each start; passes of twisted factorizations with a better eigenvalue each
// time; projections on the complement of the neighbours. Constraint: every loop ends. Arithmetic: random, Wilkinson's, glued,
// graded and clustered matrices of orders 50 to 801 take the first start always, 2 solutions; no better eigenvalue in float64, 1 in
// float32 and 3 in two groups of a hundred; 2 projections, and where the start lies along the neighbours up to 6. Decision: four
// starts, 3 and 6; what is not settled then goes to divide and conquer.
constexpr int most_solutions = 8, most_refinements = 3, most_projections = 6;

class Vectors {
public:
    Vectors(const ScaledTridiagonal& t, std::ptrdiff_t count, const double* w, double eps_of_w)
        : t_(t),
          n_(t.n()),
          stride_((n_ + 7) / 8 * 8),
          count_(count),
          w_(w),
          eps_of_w_(eps_of_w),
          // The best vector has a residual of sqrt(n) times the error of the eigenvalue at most, which is about half an eps |T|
          // where bisection ends; and T - w I is multiplied and divided with a few eps |T| more.
          allowed_(eps_of_w * t.norm() * (4 + std::sqrt(static_cast<double>(n_)) / 2)),
          // A better eigenvalue than a float costs one more pass, and its vector is then right to an eighth of a unit.
          wanted_(eps_of_w > eps ? eps_of_w * t.norm() / 8 : allowed_),
          workspace_(static_cast<std::size_t>(count * stride_) * sizeof(double) + cache_line),
          rows_(workspace_.take<double>(static_cast<std::size_t>(count * stride_))),
          fine_(static_cast<std::size_t>(count)) {}

    bool run(int threads) {
        std::vector<std::ptrdiff_t> first{0};  // of each run of neighbours
        // Constraint: c neighbours take 6 n c^2 flops, a row at a time on one thread, and most of them an elimination; divide and
        // conquer makes all vectors, but where many eigenvalues are neighbours it sets most of them aside. Arithmetic: a quarter of
        // the vectors of n = 256 take 0.95 ms in runs of 23 and 1.2 in runs of 51, and all by divide and conquer 0.1 to 0.4; of n =
        // 800 34 ms in runs of 38, 40 in runs of 100, and 0.6 to 2.5. Decision: n / 8, and 32 in any case, which take no more than
        // their eliminations.
        const std::ptrdiff_t longest = std::max<std::ptrdiff_t>(32, n_ / 8);
        for (std::ptrdiff_t k = 1; k <= count_; ++k)
            if (k == count_ || w_[k] - w_[k - 1] > neighbours * t_.norm()) {
                if (k - first.back() > longest) return false;
                first.push_back(k);
            }
        parallel_for((count_ + vector_lanes - 1) / vector_lanes, threads,
                     [&](std::ptrdiff_t g) { together(g * vector_lanes, std::min(count_, (g + 1) * vector_lanes)); });
        std::vector<char> found(first.size(), 1);
        parallel_for(static_cast<std::ptrdiff_t>(first.size()) - 1, threads, [&](std::ptrdiff_t c, Team& team) {
            std::vector<double> products(static_cast<std::size_t>(first[c + 1] - first[c]));
            for (std::ptrdiff_t k = first[c]; k < first[c + 1] && found[c] && !team.poll(); ++k)
                found[c] = settle(first[c], k, products.data());
        });
        return std::all_of(found.begin(), found.end(), [](char one) { return one != 0; });
    }

    double* row(std::ptrdiff_t k) const { return rows_ + k * stride_; }

private:
    void together(std::ptrdiff_t begin, std::ptrdiff_t end) {
        Workspace workspace(static_cast<std::size_t>(3 * n_ * vector_lanes) * sizeof(double) + 2 * cache_line);
        double* const z = workspace.take<double>(static_cast<std::size_t>(n_ * vector_lanes));
        double* const work = workspace.take<double>(static_cast<std::size_t>(2 * n_ * vector_lanes));
        double x[vector_lanes], square[vector_lanes], residual2[vector_lanes], gamma[vector_lanes];
        for (std::ptrdiff_t l = 0; l < vector_lanes; ++l) x[l] = w_[std::min(begin + l, end - 1)];
        for (int pass = 0;; ++pass) {
            active(tridiagonal_kernels_by_level).twisted(n_, t_.d(), t_.e(), t_.e2(), x, z, work, square, residual2, gamma);
            interruption_point();
            bool again = false;
            for (std::ptrdiff_t k = begin; k < end; ++k) {
                const std::ptrdiff_t l = k - begin;
                fine_[k] = std::sqrt(residual2[l]) <= wanted_ * std::sqrt(square[l]);
                // The Rayleigh quotient of z is x + gamma / |z|^2.
                if (!fine_[k] && std::isfinite(gamma[l] / square[l])) {
                    x[l] += gamma[l] / square[l];
                    again = true;
                }
            }
            if (!again || pass == most_refinements) break;
        }
        for (std::ptrdiff_t k = begin; k < end; ++k) {
            interruption_point();
            if (!fine_[k]) continue;
            const double length = 1 / std::sqrt(square[k - begin]);
            const double* const from = z + (k - begin);
            for (std::ptrdiff_t i = 0; i < n_; ++i) row(k)[i] = from[i * vector_lanes] * length;
            std::fill(row(k) + n_, row(k) + stride_, 0.0);
        }
    }

    // Vector k, orthogonal to those of its run from `first` on. What the twisted factorizations gave is kept when little is taken
    // from it and it still is a vector of T; otherwise elimination with row exchanges, from other starts.
    bool settle(std::ptrdiff_t first, std::ptrdiff_t k, double* products) const {
        if (fine_[k] && orthogonal(first, k, products) > 0.5 && residual(k, 2 * allowed_) <= 2 * allowed_) return true;
        std::vector<double> work(static_cast<std::size_t>(4 * n_));
        std::vector<char> exchanged(static_cast<std::size_t>(n_));
        std::uint64_t state = 0x9e3779b97f4a7c15u * static_cast<std::uint64_t>(k + 1);
        for (int solution = 0; solution < most_solutions; ++solution) {
            // Two solutions from each start, with a shift a little below w, where those of smaller values have been found: with w
            // itself (T - w I)^-1 may turn the plane of two vectors, to w + t and w - t, by a right angle, and what is orthogonal
            // to the first of them then goes to the first.
            if (solution % 2 == 0) {
                eliminate(w_[k] - (2 + solution) * eps_of_w_ * t_.norm(), work.data(), exchanged.data());
                for (std::ptrdiff_t i = 0; i < stride_; ++i) {
                    state = state * 6364136223846793005u + 1442695040888963407u;
                    row(k)[i] = i < n_ ? static_cast<double>(state >> 11) * 0x1p-52 - 1 : 0.0;
                }
            }
            interruption_point();
            solve(work.data(), exchanged.data(), row(k));
            if (!(scale_to_one(k) > 0)) continue;
            orthogonal(first, k, products);
            // What is enough, of the second solution and of later starts.
            const double enough = solution % 2 == 0 ? allowed_ / 4 : solution < most_solutions / 2 ? 2 * allowed_ : 4 * allowed_;
            if (residual(k, enough) <= enough) return true;
        }
        return false;
    }

    // The part of row k's length that is left without the rows before it; afterwards it has length one.
    double orthogonal(std::ptrdiff_t first, std::ptrdiff_t k, double* products) const {
        if (first == k) return 1;
        double left = 1, kept = 0;
        // Once more as long as most of it goes; with a part of 1/2 or more left, what is along the others is rounding.
        for (int again = 0; again < 2 || (kept < 0.5 && again < most_projections); ++again) {
            active(tridiagonal_kernels_by_level).project(stride_, row(first), stride_, k - first, row(k), products);
            kept = scale_to_one(k);
            left *= kept;
        }
        return left;
    }

    // The length row k had.
    double scale_to_one(std::ptrdiff_t k) const {
        double largest = 0, sum = 0;
        for (std::ptrdiff_t i = 0; i < n_; ++i) largest = std::max(largest, std::fabs(row(k)[i]));
        if (!(largest > 0 && largest <= std::numeric_limits<double>::max())) return 0;
        for (std::ptrdiff_t i = 0; i < n_; ++i) sum += (row(k)[i] / largest) * (row(k)[i] / largest);
        const double root = std::sqrt(sum);
        for (std::ptrdiff_t i = 0; i < n_; ++i) row(k)[i] = row(k)[i] / largest / root;
        return largest * root;
    }

    // |T z - theta z|, theta = z . T z; infinite when theta is farther than `drift` from the eigenvalue.
    double residual(std::ptrdiff_t k, double drift) const {
        const double* const z = row(k);
        const auto product = [&](std::ptrdiff_t i) {  // of row i of T - w I
            return (t_.d()[i] - w_[k]) * z[i] + (i > 0 ? t_.e()[i] * z[i - 1] : 0) + (i + 1 < n_ ? t_.e()[i + 1] * z[i + 1] : 0);
        };
        double theta = 0, sum = 0;
        for (std::ptrdiff_t i = 0; i < n_; ++i) theta += product(i) * z[i];
        for (std::ptrdiff_t i = 0; i < n_; ++i) {
            const double r = product(i) - theta * z[i];
            sum += r * r;
        }
        return std::fabs(theta) <= drift ? std::sqrt(sum) : std::numeric_limits<double>::infinity();
    }

    // T - x I = L U with row exchanges: U's three diagonals and L's multipliers to work, n numbers each.
    void eliminate(double x, double* work, char* exchanged) const {
        double *const u = work, *const v = u + n_, *const t = v + n_, *const l = t + n_;
        const double least = eps * t_.norm() + 0x1p-500;
        double pivot = t_.d()[0] - x, right = t_.e()[n_ > 1 ? 1 : n_];
        for (std::ptrdiff_t i = 0; i < n_; ++i) {
            const double below = i + 1 < n_ ? t_.e()[i + 1] : 0, next = i + 1 < n_ ? t_.d()[i + 1] - x : 0;
            const double after = i + 2 < n_ ? t_.e()[i + 2] : 0;
            exchanged[i] = std::fabs(below) > std::fabs(pivot);
            u[i] = exchanged[i] ? below : pivot;
            v[i] = exchanged[i] ? next : right;
            t[i] = exchanged[i] ? after : 0;
            if (std::fabs(u[i]) < least) u[i] = u[i] < 0 ? -least : least;
            l[i] = (exchanged[i] ? pivot : below) / u[i];
            pivot = (exchanged[i] ? right : next) - l[i] * v[i];
            right = (exchanged[i] ? 0 : after) - l[i] * t[i];
        }
    }

    void solve(const double* work, const char* exchanged, double* z) const {
        const double *const u = work, *const v = u + n_, *const t = v + n_, *const l = t + n_;
        for (std::ptrdiff_t i = 0; i + 1 < n_; ++i) {
            if (exchanged[i]) std::swap(z[i], z[i + 1]);
            z[i + 1] -= l[i] * z[i];
        }
        for (std::ptrdiff_t i = n_ - 1; i >= 0; --i)
            z[i] = (z[i] - (i + 1 < n_ ? v[i] * z[i + 1] : 0) - (i + 2 < n_ ? t[i] * z[i + 2] : 0)) / u[i];
    }

    const ScaledTridiagonal& t_;
    const std::ptrdiff_t n_, stride_, count_;
    const double* const w_;
    const double eps_of_w_, allowed_, wanted_;
    Workspace workspace_;
    double* const rows_;
    std::vector<char> fine_;
};

}  // namespace

template <class T>
bool tridiagonal_vectors(std::ptrdiff_t n, const T* d, const T* e, std::ptrdiff_t count, const T* w, MatrixView<T> z, int threads) {
    if (n == 0 || count == 0) return true;
    const ScaledTridiagonal t(n, d, e);
    if (!t.finite()) return false;
    if (t.norm() == 0) {
        for (std::ptrdiff_t i = 0; i < n; ++i)
            for (std::ptrdiff_t k = 0; k < count; ++k) z.data[i * z.row_stride + k * z.column_stride] = i == k ? T(1) : T(0);
        return true;
    }
    std::vector<double> values(static_cast<std::size_t>(count));
    for (std::ptrdiff_t k = 0; k < count; ++k) values[k] = t.scaled(w[k]);
    Vectors vectors(t, count, values.data(), static_cast<double>(std::numeric_limits<T>::epsilon()));
    if (!vectors.run(threads)) return false;
    each_row(n, count, [&](std::ptrdiff_t i) {
        for (std::ptrdiff_t k = 0; k < count; ++k)
            z.data[i * z.row_stride + k * z.column_stride] = static_cast<T>(vectors.row(k)[i]);
    });
    return true;
}

template bool tridiagonal_vectors(std::ptrdiff_t, const double*, const double*, std::ptrdiff_t, const double*, MatrixView<double>,
                                  int);
template bool tridiagonal_vectors(std::ptrdiff_t, const float*, const float*, std::ptrdiff_t, const float*, MatrixView<float>, int);

}  // namespace mlmath
