// SPDX-License-Identifier: BSD-3-Clause
// tridiagonalize: the loop over reflections, who owns which rows, the reflections applied in blocks.
#include "kernels/eigen/tridiagonalize/tridiagonalize.hpp"

#include <algorithm>
#include <cmath>

#include "core/scaling.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/gemmtr/gemmtr.hpp"
#include "kernels/blas/syrk/syrk.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/eigen/tridiagonalize/tridiagonalize_kernels.hpp"
#include "kernels/factor/stack_work.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(TridiagonalizeKernels, tridiagonalize_kernels);

namespace {

// Rows of the triangle belong to owners in blocks, 0 1 1 0 0 1 1 0 ...: what is left is divided nearly equally at every step,
// and a row stays in the cache of one core. Each owner has a sum of its own for A x; the sums are added in order. There are as
// many owners whatever the number of threads.
constexpr std::ptrdiff_t owned_rows = 16;
constexpr std::ptrdiff_t owners_from = 600;

// Constraint: two threads must gain more than a barrier at every step costs. Arithmetic: a pass over what is left of order k takes
// k^2 / 8 cycles, half of which is saved: 6400 at k = 320; a warm barrier takes about 1000, what both do alike as much; and on a
// busy machine each barrier waits for the scheduler: n = 512 on two threads takes 1.5 ms instead of 1.9, or 3.5 beside other work.
// Decision: threads from n = 600 on, alone below 320.
constexpr std::ptrdiff_t alone_below = 320;

std::ptrdiff_t owner_of(std::ptrdiff_t block, int owners) {
    const std::ptrdiff_t place = block % (2 * owners);
    return place < owners ? place : 2 * owners - 1 - place;
}

// Reflections applied together.
std::ptrdiff_t block_of(std::ptrdiff_t n) { return n <= 256 ? 32 : 64; }

template <class T>
std::ptrdiff_t whole(std::ptrdiff_t count) {
    constexpr std::ptrdiff_t line = 64 / sizeof(T);
    return (count + line - 1) / line * line;
}

// Pairs kept before they are taken off all together. Constraint: they are read twice for each row. Arithmetic: 24 pairs of n =
// 3000 are 1.2 MB, half of them on the way; the triangle is 36 MB. Decision: 24.
constexpr std::ptrdiff_t pairs_kept = 24;

template <class T>
std::size_t bytes_of(std::ptrdiff_t count) {
    return whole_lines(static_cast<std::size_t>(count) * sizeof(T));
}

}  // namespace

template <class T>
Tridiagonalization<T>::Tridiagonalization(std::ptrdiff_t n, bool vectors, std::ptrdiff_t deferring_from)
    : n_(n),
      ld_(row_places<T>(n)),
      block_(block_of(n)),
      blocks_((n + block_ - 1) / block_),
      owners_(n < owners_from ? 1 : 2),
      vectors_(vectors),
      deferring_from_(deferring_from) {}

template <class T>
std::size_t Tridiagonalization<T>::bytes() const {
    return bytes_of<T>(n_ * ld_) + bytes_of<T>(n_) + bytes_of<T>(4 * owners_ * ld_) + bytes_of<T>(2 * owners_ * ld_) +
           (n_ > deferring_from_ ? bytes_of<T>(3 * pairs_kept * ld_) : 0) +
           (vectors_ ? bytes_of<T>(n_ * ld_) + bytes_of<T>(blocks_ * block_ * block_) : 0);
}

template <class T>
void Tridiagonalization<T>::take(Workspace& workspace) {
    a_ = workspace.take<T>(static_cast<std::size_t>(n_ * ld_));
    tau_ = workspace.take<T>(static_cast<std::size_t>(n_));
    of_step_ = workspace.take<T>(static_cast<std::size_t>(4 * owners_ * ld_));
    if (n_ > deferring_from_) pairs_ = workspace.take<T>(static_cast<std::size_t>(3 * pairs_kept * ld_));
    products_ = workspace.take<T>(static_cast<std::size_t>(2 * owners_ * ld_));
    if (!vectors_) return;
    y_ = workspace.take<T>(static_cast<std::size_t>(n_ * ld_));
    gram_ = workspace.take<T>(static_cast<std::size_t>(blocks_ * block_ * block_));
}

template <class T>
std::ptrdiff_t Tridiagonalization<T>::block_end(std::ptrdiff_t block) const {
    return std::min(n_, (block + 1) * block_);
}

// The triangle as a lower one, and zeros right of it as far as a block of reflections will be read.
template <class T>
void Tridiagonalization<T>::load(MatrixView<const T> a, bool lower, int exponent, int threads) {
    if (!lower) a = transposed(a);
    constexpr std::ptrdiff_t tile = 32;
    const T first = std::ldexp(T(1), exponent / 2), second = std::ldexp(T(1), exponent - exponent / 2);
    over_rows(n_, n_ / 2, threads, [&](std::ptrdiff_t from, std::ptrdiff_t to) {
        for (std::ptrdiff_t i = from; i < to; i += tile) {
            const std::ptrdiff_t end = std::min(to, i + tile);
            if (a.column_stride != 1 && i > 0) copy(part_of(a, i, end, 0, i), MatrixView<T>{a_ + i * ld_, end - i, i, ld_, 1});
            for (std::ptrdiff_t r = i; r < end; ++r) {
                T* const row = a_ + r * ld_;
                const T* const source = a.data + r * a.row_stride;
                if (a.column_stride == 1)
                    std::copy_n(source, r + 1, row);
                else
                    for (std::ptrdiff_t j = i; j <= r; ++j) row[j] = source[j * a.column_stride];
                if (exponent != 0)
                    for (std::ptrdiff_t j = 0; j <= r; ++j) row[j] = row[j] * first * second;
                const std::ptrdiff_t zeros = std::min(ld_, std::max((r / block_ + 1) * block_, r / 16 * 16 + 16));
                std::fill(row + r + 1, row + zeros, T(0));
            }
        }
    });
}

template <class T>
void Tridiagonalization<T>::reduce(MatrixView<const T> a, bool lower, int exponent, T* d, T* e, int threads) {
    load(a, lower, exponent, threads);
    if (n_ == 0) return;
    std::fill(of_step_, of_step_ + 4 * owners_ * ld_, T(0));
    std::fill(products_, products_ + 2 * owners_ * ld_, T(0));
    if (owners_ == 1) {
        reduce_rows(n_ - 1, 0, false, nullptr, d, e);
    } else {
        std::ptrdiff_t k = n_ - 1;
        for (; k + 1 > deferring_from_; k -= pairs_kept) {
            parallel(std::min(threads, owners_), [&](Team& team) { reduce_rows(k, k - pairs_kept, true, &team, d, e); });
            // u, w, u: the products u w^T + w u^T of all pairs are one.
            const MatrixView<const T> left{pairs_, k - pairs_kept + 1, 2 * pairs_kept, 1, ld_};
            const MatrixView<const T> right{pairs_ + pairs_kept * ld_, 2 * pairs_kept, k - pairs_kept + 1, ld_, 1};
            gemmtr<T>(-1, left, right, 1, {a_, k - pairs_kept + 1, k - pairs_kept + 1, ld_, 1}, true, threads);
            std::fill(of_step_, of_step_ + 4 * owners_ * ld_, T(0));
            std::fill(products_, products_ + 2 * owners_ * ld_, T(0));
        }
        parallel(std::min(threads, owners_), [&](Team& team) { reduce_rows(k, 0, false, &team, d, e); });
    }
    d[0] = a_[0];
    tau_[0] = 0;
    std::fill(a_, a_ + whole<T>(1), T(0));
    if (n_ > 1) std::fill(a_ + ld_, a_ + ld_ + whole<T>(2), T(0));
}

// Rows first, first - 1, ..., last + 1, by every member of a team alike; what is written for all, by its first member. Changes of
// the triangle are made by the pass that follows them, or kept as pairs (deferred).
template <class T>
void Tridiagonalization<T>::reduce_rows(std::ptrdiff_t first, std::ptrdiff_t last, bool deferred, Team* team, T* d, T* e) {
    const TridiagonalizeKernel<T>& kernel = active(tridiagonalize_kernels_by_level).of(T());
    const int rank = team != nullptr ? team->rank() : 0;
    int size = team != nullptr ? team->size() : 1;
    T *u = of_step_ + 4 * rank * ld_, *w = u + ld_, *x = w + ld_, *const factors = x + ld_, tau = 0;
    PendingPairs<T> pairs{0, pairs_, pairs_ + pairs_kept * ld_, ld_};
    // The pair u, w of row k + 1, for the triangle to come: a thread's own is read before others' copies of it are.
    const auto keep = [&](std::ptrdiff_t k) {
        const std::ptrdiff_t place = first - 1 - k;
        if (rank != 0 || place < 0) return;
        std::copy_n(u, whole<T>(k + 1), pairs_ + place * ld_);
        std::copy_n(w, whole<T>(k + 1), pairs_ + (pairs_kept + place) * ld_);
        std::copy_n(u, whole<T>(k + 1), pairs_ + (2 * pairs_kept + place) * ld_);
    };
    for (std::ptrdiff_t k = first; k > last; --k) {
        if (size > 1 && k < alone_below) {
            if (rank > 0) return;
            size = 1;
        }
        if (team != nullptr && k % 16 == 0 && team->poll()) return;
        pairs.count = deferred ? std::max<std::ptrdiff_t>(0, first - 1 - k) : 0;
        T diagonal, beside;
        kernel.finish(k + 1, owners_, products_ + (k + 1) % 2 * owners_ * ld_, ld_, pairs, u, tau, w, factors);
        tau = kernel.begin(k, a_ + k * ld_, pairs, u, w, x, &diagonal, &beside);
        if (rank == 0) {
            d[k] = diagonal;
            e[k - 1] = beside;
            tau_[k] = tau;
            if (vectors_ && k < first) store_vector(k + 1, u);
        }
        if (deferred) keep(k);
        for (int owner = rank; owner < owners_; owner += size) {
            T* const p = products_ + (k % 2 * owners_ + owner) * ld_;
            std::fill(p, p + whole<T>(k), T(0));
            const std::ptrdiff_t rows = owners_ == 1 ? k : owned_rows;
            for (std::ptrdiff_t block = 0; block * rows < k; ++block) {
                const std::ptrdiff_t from = block * rows, to = std::min(k, from + rows);
                if (owners_ > 1 && owner_of(block, owners_) != owner) continue;
                if (deferred)
                    kernel.multiply(a_, ld_, from, to, x, p);
                else
                    kernel.pass(a_, ld_, from, to, u, w, x, p);
            }
        }
        if (size > 1) team->barrier();
        std::swap(u, x);
    }
    if (rank != 0) return;
    if (deferred) {
        pairs.count = first - 1 - last;
        kernel.finish(last + 1, owners_, products_ + (last + 1) % 2 * owners_ * ld_, ld_, pairs, u, tau, w, factors);
        keep(last);
    }
    if (vectors_ && last + 1 < n_) store_vector(last + 1, u);
}

// v_k, where row k of the triangle was.
template <class T>
void Tridiagonalization<T>::store_vector(std::ptrdiff_t k, const T* v) {
    T* const row = a_ + k * ld_;
    std::copy_n(v, whole<T>(k), row);
    std::fill(row + whole<T>(k), row + whole<T>(k + 1), T(0));
}

// The reflections of a block together are I - V^T S V with S^-1 = strict lower part of V V^T, plus 1 / tau on the diagonal
// [Puglisi1992]. Here Y = S V. The diagonal is taken as half of V V^T's: with S^-1 + S^-T = V V^T the product is orthogonal
// whatever the rounding of tau. (tau = 0 has v = 0: any diagonal element will do.)
template <class T>
void Tridiagonalization<T>::prepare(std::ptrdiff_t block) {
    const std::ptrdiff_t from = block * block_, to = block_end(block), count = to - from;
    const MatrixView<const T> v{a_ + from * ld_, count, to, ld_, 1};
    const MatrixView<T> gram{gram_ + block * block_ * block_, count, count, block_, 1}, y{y_ + from * ld_, count, to, ld_, 1};
    syrk<T>(1, v, 0, gram, true, 1);
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        T& diagonal = gram.data[i * (block_ + 1)];
        diagonal = tau_[from + i] == 0 ? T(1) : diagonal / 2;
    }
    copy(v, y);
    trsm<T>({as_const(gram), true, false}, y, 1);
}

template <class T>
void Tridiagonalization<T>::apply(MatrixView<T> c, int threads) {
    if (n_ < 3 || c.columns == 0) return;
    const double flops = 2.0 * static_cast<double>(n_) * static_cast<double>(n_) * static_cast<double>(c.columns);
    // 1e7 flops are 0.1 ms, of which half is worth waking a thread.
    const int inside = flops < 1e7 ? 1 : threads;
    parallel_for(blocks_, inside, [&](std::ptrdiff_t block) { prepare(block); });
    // Columns do not meet: some of them through all blocks are one task, and nobody waits. Constraint: every task reads all of V;
    // there must be at least four to divide. Arithmetic: pieces of 64 cost 3 % of n = 256 on one thread.
    const std::ptrdiff_t columns = n_ <= 256 ? 64 : n_ <= 1024 ? 128 : 192;
    parallel_for((c.columns + columns - 1) / columns, inside, [&](std::ptrdiff_t task) {
        const std::ptrdiff_t left = task * columns, right = std::min(c.columns, left + columns);
        Workspace workspace(bytes_of<T>(block_ * columns));
        const MatrixView<T> product{workspace.take<T>(0), block_, right - left, columns, 1};
        for (std::ptrdiff_t block = 0; block < blocks_; ++block) {
            const std::ptrdiff_t from = block * block_, to = block_end(block), count = to - from;
            const MatrixView<T> part = part_of(c, 0, to, left, right), h = rows_of(product, 0, count);
            gemm<T>(1, {y_ + from * ld_, count, to, ld_, 1}, as_const(part), 0, h, 1);
            gemm<T>(-1, {a_ + from * ld_, to, count, 1, ld_}, as_const(h), 1, part, 1);
        }
    });
}

template <class T>
void Tridiagonalization<T>::form(MatrixView<T> q, int threads) {
    if (n_ > 64) {
        fill(q, T(0));
        for (std::ptrdiff_t i = 0; i < n_; ++i) q.data[i * (q.row_stride + q.column_stride)] = 1;
        return apply(q, threads);
    }
    const TridiagonalizeKernel<T>& kernel = active(tridiagonalize_kernels_by_level).of(T());
    kernel.form(n_, a_, ld_, tau_, y_, products_);
    copy(MatrixView<const T>{y_, n_, n_, ld_, 1}, q);
}

template class Tridiagonalization<double>;
template class Tridiagonalization<float>;

}  // namespace mlmath
