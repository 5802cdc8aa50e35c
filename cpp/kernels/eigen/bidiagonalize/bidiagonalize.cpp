// SPDX-License-Identifier: BSD-3-Clause
// bidiagonalize: the matrix in memory of its own, panels on several threads, what remains in place.
#include "kernels/eigen/bidiagonalize/bidiagonalize.hpp"

#include <algorithm>
#include <cmath>

#include "core/scaling.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/eigen/bidiagonalize/bidiagonalize_kernels.hpp"
#include "kernels/factor/block_reflections.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(BidiagonalKernels, bidiagonal_kernels);

namespace {

// Parts of the matrix: block number b of columns or rows belongs to owner b mod owners, whose sums are added in order. Constraint:
// the bits must not depend on the number of threads, but columns should be met by the thread that has them in its cache. Decision:
// 4 owners, dealt to as many threads or fewer.
constexpr std::ptrdiff_t owners = 4;

// Bytes from which changes of the matrix are deferred for the steps of a panel. Constraint: in place every element is read and
// written in every step; deferred it is only read, but every row and column costs sums over up to 2 bidiagonal_panel vectors.
// Arithmetic, one Zen 5 core with 1 MiB and 32 MiB of caches: n = 512 5.1 ms in place, 8.9 deferred; n = 1000 54 and 68 ms; n =
// 2000 713 and 577, and 558 when the steps of the last 12 MiB are in place. Decision: 12 MiB, panels of 16.
constexpr double far_bytes = 12582912;

// Columns from which what remains is finished by one thread: two barriers a step, of about 0.3 us each, are as long as half its
// work.
constexpr std::ptrdiff_t in_place = 192;

// n = 256: 0.59 ms on one thread, 0.53 on two.
bool worth_threads(std::ptrdiff_t m, std::ptrdiff_t n) {
    return static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(n) >= 16777216;
}

constexpr std::ptrdiff_t pairs = 2 * bidiagonal_panel;

template <class T>
constexpr std::ptrdiff_t whole(std::ptrdiff_t count, std::ptrdiff_t unit = 64 / static_cast<std::ptrdiff_t>(sizeof(T))) {
    return (count + unit - 1) / unit * unit;
}

template <class T>
BidiagonalReflector<T> reflector(T alpha, T squares) {
    return {alpha, squares, std::sqrt(alpha * alpha + squares)};
}

}  // namespace

template <class T>
Bidiagonalization<T>::Bidiagonalization(std::ptrdiff_t m, std::ptrdiff_t n)
    : m_(m), n_(n), ld_(row_places<T>(m)), wide_(whole<T>(n, bidiagonal_columns)), v_ld_(row_places<T>(n)) {}

namespace {
template <class T>
struct Sizes {
    std::ptrdiff_t left, right, z, sums;
    Sizes(std::ptrdiff_t ld, std::ptrdiff_t wide) {
        left = ld * pairs;
        right = (wide + 16) * pairs;
        z = ld * (owners + 1 + owners);                      // parts of A r, the next column, every thread's u
        sums = 2 * owners * (pairs + 2) * bidiagonal_lanes;  // products with right, with left, their squares
    }
    std::ptrdiff_t all(std::ptrdiff_t wide) const { return left + right + z + sums + whole<T>(wide); }
};
}  // namespace

template <class T>
std::size_t Bidiagonalization<T>::bytes() const {
    const bool panels = n_ > in_place;
    const std::ptrdiff_t work = panels ? std::max(Sizes<T>(ld_, wide_).all(wide_), 2 * ld_ + 4 * wide_) : 2 * ld_ + 4 * wide_;
    return static_cast<std::size_t>(ld_ * wide_ + v_ld_ * n_ + 2 * whole<T>(n_) + work + n_ * reflections_of_block(n_)) *
               sizeof(T) +
           8 * cache_line;
}

template <class T>
void Bidiagonalization<T>::take(Workspace& workspace) {
    const bool panels = n_ > in_place;
    a_ = workspace.take<T>(static_cast<std::size_t>(ld_ * wide_));
    v_ = workspace.take<T>(static_cast<std::size_t>(v_ld_ * n_));
    left_tau_ = workspace.take<T>(static_cast<std::size_t>(n_));
    right_tau_ = workspace.take<T>(static_cast<std::size_t>(n_));
    triangles_ = workspace.take<T>(static_cast<std::size_t>(n_ * reflections_of_block(n_)));
    work_ = workspace.take<T>(
        static_cast<std::size_t>(panels ? std::max(Sizes<T>(ld_, wide_).all(wide_), 2 * ld_ + 4 * wide_) : 2 * ld_ + 4 * wide_));
}

// By columns, zeros in the places behind rows and columns.
template <class T>
void Bidiagonalization<T>::copy_in(MatrixView<const T> a, int exponent, int threads) {
    over_rows(wide_, m_, threads, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
        const std::ptrdiff_t some = std::min(to, n_) - from;
        if (some > 0) {
            const MatrixView<const T> part = part_of(a, 0, m_, from, from + some);
            if (exponent == 0)
                copy(part, {a_ + from * ld_, m_, some, 1, ld_});
            else
                copy_scaled(transposed(part), exponent, a_ + from * ld_, ld_);
        }
        for (std::ptrdiff_t c = from; c < to; ++c) std::fill(a_ + c * ld_ + (c < n_ ? m_ : 0), a_ + (c + 1) * ld_, T(0));
    });
}

// All of the panels: what the members of the team share.
template <class T>
struct Bidiagonalization<T>::Region {
    const BidiagonalKernel<T>& kernel;
    Bidiagonalization& of;
    T *d, *e;
    std::ptrdiff_t m, right_ld;
    T *left, *right, *z, *next, *u, *r, *h, *g;
    const T* z_parts[owners];

    Region(const BidiagonalKernel<T>& table, Bidiagonalization& owner, T* diagonal, T* beside)
        : kernel(table), of(owner), d(diagonal), e(beside), m(whole<T>(owner.m_)), right_ld(owner.wide_ + 16) {
        const Sizes<T> sizes(of.ld_, of.wide_);
        left = of.work_;
        right = left + sizes.left;
        z = right + sizes.right;
        next = z + owners * of.ld_;
        u = next + of.ld_;
        h = z + sizes.z;
        g = h + sizes.sums / 2;
        r = g + sizes.sums / 2;
        for (std::ptrdiff_t o = 0; o < owners; ++o) z_parts[o] = z + o * of.ld_;
        std::fill(left, left + sizes.all(of.wide_), T(0));
    }

    static constexpr std::ptrdiff_t sums = (pairs + 2) * bidiagonal_lanes;
    static constexpr std::ptrdiff_t square_at = (pairs + 1) * bidiagonal_lanes;

    // mine(o) for the owners of this member.
    template <class Mine>
    static void each_owner(const Team& team, Mine&& mine) {
        for (std::ptrdiff_t o = team.rank(); o < owners; o += team.size()) mine(o);
    }
    // body(from, to) for the owner's blocks of `unit` that reach behind `first`, up to `last`.
    template <class Body>
    static void each_block(std::ptrdiff_t o, std::ptrdiff_t unit, std::ptrdiff_t first, std::ptrdiff_t last, Body&& body) {
        std::ptrdiff_t b = first / unit;
        b += ((o - b) % owners + owners) % owners;
        for (; b * unit < last; b += owners) body(b * unit, std::min(last, (b + 1) * unit));
    }
    // to[j] <- the owners' sums, folded before, one after the other.
    void gather(const T* from, std::ptrdiff_t count, T* to, T& squares) const {
        for (std::ptrdiff_t j = 0; j < count; ++j) {
            to[j] = from[j];
            for (std::ptrdiff_t o = 1; o < owners; ++o) to[j] += from[o * sums + j];
        }
        squares = from[square_at];
        for (std::ptrdiff_t o = 1; o < owners; ++o) squares += from[o * sums + square_at];
    }

    // Steps [begin, end) in place: each changes what the one before has left, in the pass in which it takes its own products.
    void direct(Team& team, std::ptrdiff_t begin, std::ptrdiff_t end) {
        const std::ptrdiff_t n = of.n_, ld = of.ld_;
        T* const mine = u + (team.size() > 1 ? team.rank() : 0) * ld;
        alignas(64) T lanes[3 * bidiagonal_lanes];
        T *const products = lanes, *const square = lanes + 2 * bidiagonal_lanes;
        BidiagonalStep<T> step{};
        T weight, across, squares;
        step.a = of.a_, step.ld = ld, step.right_ld = right_ld, step.m = m, step.r = r, step.z = z_parts, step.parts = owners;
        step.u = mine, step.weight = &weight, step.across = &across, step.next = next;
        for (std::ptrdiff_t k = begin; k < end; ++k) {
            if (team.poll()) return;
            const T* const column = k == begin ? of.a_ + k * ld : next;
            if (k == begin)
                squares = kernel.square(column + k + 1, of.m_ - k - 1);
            else
                gather(g, 0, nullptr, squares);
            const BidiagonalReflector<T> h_k = reflector(column[k], squares);
            std::fill(mine + k / 16 * 16, mine + k, T(0));
            for (std::ptrdiff_t i = k + 1; i < of.m_; ++i) mine[i] = column[i] * h_k.scale;
            mine[k] = 1;
            if (k > begin)
                step.last_u = step.left, step.last_x = step.left + ld, step.last_y = step.right,
                step.last_v = step.right + right_ld;
            step.left = left + k % 2 * 2 * ld;
            step.right = right + k % 2 * 2 * right_ld;
            step.k = k;
            step.tau = h_k.tau;
            if (team.rank() == 0) d[k] = h_k.beta, of.left_tau_[k] = h_k.tau;
            each_owner(team, [&](std::ptrdiff_t o) {
                each_block(o, bidiagonal_rows, k, of.m_, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
                    const std::ptrdiff_t first = std::max(from, k / 16 * 16);
                    std::copy(mine + first, mine + to, step.left + first);
                });
                std::fill(z + o * ld + k / 16 * 16, z + o * ld + m, T(0));
                std::fill(lanes, lanes + 3 * bidiagonal_lanes, T(0));
                each_block(o, bidiagonal_columns, k + 1, n, [&](std::ptrdiff_t from, std::ptrdiff_t) {
                    kernel.change(step, from, from + bidiagonal_columns, z + o * ld, products, square);
                });
                kernel.fold(products, 1, h + o * sums);
                kernel.fold(square, 1, h + o * sums + square_at);
            });
            team.barrier();
            gather(h, 1, &weight, squares);
            const BidiagonalReflector<T> g_k = reflector(r[k + 1], squares);
            across = step.right[k + 1];
            weight = (weight - g_k.beta * across) * (g_k.scale * g_k.tau);
            if (team.rank() == 0) e[k] = g_k.beta, of.right_tau_[k] = g_k.tau;
            step.factor = g_k.tau * g_k.scale;
            step.beta = g_k.beta;
            each_owner(team, [&](std::ptrdiff_t o) {
                each_block(o, bidiagonal_columns, k + 1, n, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
                    T *const v = step.right + right_ld, *const kept = of.v_ + k * of.v_ld_;
                    for (std::ptrdiff_t c = std::max(from, k / 16 * 16); c < to; ++c)
                        kept[c] = v[c] = c <= k ? T(0) : c == k + 1 ? T(1) : r[c] * g_k.scale;
                });
                std::fill(lanes, lanes + 3 * bidiagonal_lanes, T(0));
                each_block(o, bidiagonal_rows, k, of.m_, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
                    const std::ptrdiff_t first = std::max(from, k / 16 * 16);  // now that no member reads column k
                    std::copy(mine + first, mine + to, of.a_ + k * ld + first);
                });
                each_block(o, bidiagonal_rows, k + 1, m,
                           [&](std::ptrdiff_t from, std::ptrdiff_t to) { kernel.rows(step, from, to, products, square); });
                kernel.fold(square, 1, g + o * sums + square_at);
            });
            team.barrier();
        }
        each_owner(team, [&](std::ptrdiff_t o) {
            each_block(o, bidiagonal_columns, end, n, [&](std::ptrdiff_t from, std::ptrdiff_t) {
                kernel.update(of.a_, ld, step.left, step.right, right_ld, 2, end, m, std::max(from, end),
                              from + bidiagonal_columns);
            });
        });
        team.barrier();
    }

    // Steps [begin, end) of one panel, and what they do to the columns behind it.
    void panel(Team& team, std::ptrdiff_t begin, std::ptrdiff_t end) {
        const std::ptrdiff_t n = of.n_, ld = of.ld_;
        T* const mine = u + (team.size() > 1 ? team.rank() : 0) * ld;
        T products[pairs + 2], row[pairs + 2], weight[pairs + 2], across[pairs + 2];
        alignas(64) T lanes[(pairs + 2) * bidiagonal_lanes];
        for (std::ptrdiff_t k = begin; k < end; ++k) {
            if (team.poll()) return;
            const std::ptrdiff_t count = 2 * (k - begin);
            T squares;
            const T* const column = k == begin ? of.a_ + k * ld : next;
            if (k == begin)
                squares = kernel.square(column + k + 1, of.m_ - k - 1);
            else
                gather(g, count, products, squares);
            const BidiagonalReflector<T> h_k = reflector(column[k], squares);
            for (std::ptrdiff_t j = 0; j < count; ++j) {
                row[j] = left[j * ld + k];
                products[j] = (products[j] - h_k.beta * row[j]) * h_k.scale;
            }
            row[count] = 1;
            std::fill(mine + k / 16 * 16, mine + k, T(0));
            for (std::ptrdiff_t i = k + 1; i < of.m_; ++i) mine[i] = column[i] * h_k.scale;
            mine[k] = 1;
            each_owner(team, [&](std::ptrdiff_t o) {
                each_block(o, bidiagonal_rows, k, of.m_, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
                    const std::ptrdiff_t first = std::max(from, k / 16 * 16);
                    std::copy(mine + first, mine + to, left + count * ld + first);
                });
            });
            if (team.rank() == 0) d[k] = h_k.beta, of.left_tau_[k] = h_k.tau;
            BidiagonalStep<T> step{of.a_, ld,      left,     right, right_ld, m,       k,       count,
                                   mine,  h_k.tau, products, row,   r,        z_parts, owners,  0,
                                   0,     weight,  across,   next,  nullptr,  nullptr, nullptr, nullptr};
            each_owner(team, [&](std::ptrdiff_t o) {
                std::fill(z + o * ld + k / 16 * 16, z + o * ld + m, T(0));
                std::fill(lanes, lanes + (count + 1) * bidiagonal_lanes, T(0));
                std::fill(lanes + square_at, lanes + square_at + bidiagonal_lanes, T(0));
                each_block(o, bidiagonal_columns, k + 1, n, [&](std::ptrdiff_t from, std::ptrdiff_t) {
                    kernel.columns(step, from, from + bidiagonal_columns, z + o * ld, lanes, lanes + square_at);
                });
                kernel.fold(lanes, count + 1, h + o * sums);
                kernel.fold(lanes + square_at, 1, h + o * sums + square_at);
            });
            team.barrier();
            gather(h, count + 1, weight, squares);
            const BidiagonalReflector<T> g_k = reflector(r[k + 1], squares);
            for (std::ptrdiff_t j = 0; j <= count; ++j) {
                across[j] = right[j * right_ld + k + 1];
                weight[j] = (weight[j] - g_k.beta * across[j]) * (g_k.scale * g_k.tau);
            }
            if (team.rank() == 0) e[k] = g_k.beta, of.right_tau_[k] = g_k.tau;
            step.factor = g_k.tau * g_k.scale;
            step.beta = g_k.beta;
            each_owner(team, [&](std::ptrdiff_t o) {
                each_block(o, bidiagonal_columns, k + 1, n, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
                    T *const v = right + (count + 1) * right_ld, *const kept = of.v_ + k * of.v_ld_;
                    for (std::ptrdiff_t c = std::max(from, k / 16 * 16); c < to; ++c)
                        kept[c] = v[c] = c <= k ? T(0) : c == k + 1 ? T(1) : r[c] * g_k.scale;
                });
                std::fill(lanes, lanes + (count + 2) * bidiagonal_lanes, T(0));
                std::fill(lanes + square_at, lanes + square_at + bidiagonal_lanes, T(0));
                each_block(o, bidiagonal_rows, k, of.m_, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
                    const std::ptrdiff_t first = std::max(from, k / 16 * 16);  // now that no member reads column k
                    std::copy(mine + first, mine + to, of.a_ + k * ld + first);
                });
                each_block(o, bidiagonal_rows, k + 1, m,
                           [&](std::ptrdiff_t from, std::ptrdiff_t to) { kernel.rows(step, from, to, lanes, lanes + square_at); });
                kernel.fold(lanes, count + 2, g + o * sums);
                kernel.fold(lanes + square_at, 1, g + o * sums + square_at);
            });
            team.barrier();
        }
        each_owner(team, [&](std::ptrdiff_t o) {
            each_block(o, bidiagonal_columns, end, n, [&](std::ptrdiff_t from, std::ptrdiff_t) {
                if (team.poll()) return;  // from this block, and so from all: the barrier throws
                kernel.update(of.a_, ld, left, right, right_ld, pairs, end, m, std::max(from, end), from + bidiagonal_columns);
            });
        });
        team.barrier();
    }
};

template <class T>
void Bidiagonalization<T>::reduce(MatrixView<const T> a, int exponent, T* d, T* e, int threads) {
    const BidiagonalKernel<T>& kernel = active(bidiagonal_kernels_by_level).of(T());
    copy_in(a, exponent, threads);
    std::ptrdiff_t k = 0;
    if (n_ > in_place) {
        Region region(kernel, *this, d, e);
        const std::ptrdiff_t steps = (n_ - in_place + bidiagonal_panel - 1) / bidiagonal_panel * bidiagonal_panel;
        const auto bytes_left = [&](std::ptrdiff_t p) {
            return static_cast<double>(m_ - p) * static_cast<double>(n_ - p) * static_cast<double>(sizeof(T));
        };
        parallel(worth_threads(m_, n_) ? std::min<int>(threads, owners) : 1, [&](Team& team) {
            std::ptrdiff_t p = 0;
            while (p < steps && bytes_left(p) > far_bytes) {
                region.panel(team, p, p + bidiagonal_panel);
                p += bidiagonal_panel;
            }
            if (p < steps) region.direct(team, p, steps);
        });
        k = steps;
    }
    kernel.finish(a_, ld_, whole<T>(m_), n_, k, d, e, left_tau_, right_tau_, v_, v_ld_, work_);
}

template <class T>
void Bidiagonalization<T>::apply_left(MatrixView<T> c, int threads) {
    BlockReflections<T>{a_, ld_, m_, n_, 0, left_tau_, triangles_}.apply(c, threads);
}

template <class T>
void Bidiagonalization<T>::apply_right(MatrixView<T> c, int threads) {
    BlockReflections<T>{v_, v_ld_, n_, n_ - 1, 1, right_tau_, triangles_}.apply(transposed(c), threads);
}

template class Bidiagonalization<double>;
template class Bidiagonalization<float>;

}  // namespace mlmath
