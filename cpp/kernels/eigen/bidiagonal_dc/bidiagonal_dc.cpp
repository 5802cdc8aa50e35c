// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_dc: the tree of blocks, leaves, threads, the order of the result.
#include "kernels/eigen/bidiagonal_dc/bidiagonal_dc.hpp"

#include <atomic>
#include <vector>

#include "core/workspace.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/eigen/bidiagonal_dc/bidiagonal_dc_merge.hpp"
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr.hpp"
#include "kernels/factor/stack_work.hpp"

namespace mlmath {
namespace {

// Rows a block may have to be solved by bidiagonal_qr. Constraint: angles cost 50 cycles for each pair of rotations, one after the
// other; a merge costs some 5 evaluations of k terms for each root, 8 side by side. Arithmetic: n = 64 takes 67 us with leaves of
// 32 rows, 54 with 16, 53 with 8. Decision: 16.
constexpr std::ptrdiff_t leaf_rows = 16;

// Orders from which threads share the leaves and merges, and from which they are woken for it. Constraint: a region costs 1 us
// while the threads are awake; waking one takes 20 us, up to 60 beside other work. Arithmetic: n = 48 takes 28 us in all, two
// leaves 6 of them; threads that are awake bring n = 64 from 47 us to 34, n = 128 from 160 to 107. n = 200 takes 450 us, leaves 50,
// each level of merges 100 and more. Decision: 48, if they are awake; woken from 200 on.
constexpr std::ptrdiff_t threads_from = 48, wake_from = 200;

template <class T>
class Tree {
public:
    Tree(std::ptrdiff_t n, T* s, T* e, int threads)
        : n_(n),
          ld_(row_places<T>(n + 2)),
          basis_(n / 2 + 3),
          s_(s),
          e_(e),
          threads_(threads),
          workspace_(static_cast<std::size_t>(4 * n * ld_ + 2 * n * basis_ + 8 * (n + 8)) * sizeof(T) +
                     static_cast<std::size_t>(3 * (n + 8)) * sizeof(std::ptrdiff_t) + static_cast<std::size_t>(n + 1) +
                     20 * cache_line),
          ut_(take<T>(n * ld_)),
          vt_(take<T>(n * ld_)),
          coefficients_u_(take<T>(n * ld_)),
          coefficients_v_(take<T>(n * ld_)),
          basis_u_(take<T>(n * basis_)),
          basis_v_(take<T>(n * basis_)) {
        for (T*& numbers : numbers_) numbers = take<T>(n + 1);
        for (std::ptrdiff_t*& indices : indices_) indices = take<std::ptrdiff_t>(n + 1);
        kind_ = take<std::uint8_t>(n + 1);
        split(0, n, 0, 0);
    }

    bool run() {
        std::atomic<bool> good{true};
        const auto all = [&](std::ptrdiff_t count, int threads, auto&& one) {
            const auto checked = [&](std::ptrdiff_t i) {
                if (!one(i)) good.store(false, std::memory_order_relaxed);
            };
            if (threads > 1 || n_ >= wake_from)
                parallel_for(count, threads, checked, n_ < wake_from ? Start::watching : Start::waking);
            else
                for (std::ptrdiff_t i = 0; i < count; ++i) checked(i);
            return good.load(std::memory_order_relaxed);
        };
        const std::ptrdiff_t leaves = static_cast<std::ptrdiff_t>(leaves_.size());
        if (!all((leaves + 1) / 2, n_ < threads_from ? 1 : threads_, [&](std::ptrdiff_t pair) {
                return solve(leaves_[2 * pair], 2 * pair + 1 < leaves ? &leaves_[2 * pair + 1] : nullptr);
            }))
            return false;
        for (auto level = levels_.rbegin(); level != levels_.rend(); ++level) {
            const std::ptrdiff_t blocks = static_cast<std::ptrdiff_t>(level->size());
            const bool inside = blocks < threads_ || n_ < threads_from;
            if (!all(blocks, inside ? 1 : threads_, [&](std::ptrdiff_t i) { return merge((*level)[i], inside ? threads_ : 1); }))
                return false;
        }
        return true;
    }

    /// Descending.
    void result(MatrixView<T> u, MatrixView<T> vt) const {
        for (std::ptrdiff_t i = 0; i < n_; ++i) s_[i] = numbers_[0][indices_[0][n_ - 1 - i]];
        constexpr std::ptrdiff_t at_once = 32;
        const std::ptrdiff_t pieces = (n_ + at_once - 1) / at_once;
        const auto piece = [&](std::ptrdiff_t p) {
            const std::ptrdiff_t from = p % pieces * at_once, to = std::min(n_, from + at_once);
            ordered(p < pieces ? ut_ : vt_, from, to, p < pieces ? transposed(u) : vt);
        };
        // 2^16 elements for both are 50 us, half of which is worth a region.
        if (2 * n_ * n_ >= 1 << 16)
            parallel_for(2 * pieces, threads_, piece);
        else
            for (std::ptrdiff_t p = 0; p < 2 * pieces; ++p) piece(p);
    }

private:
    // Rows [from, to) of a result, which lie in any order in ours. Where its rows are not contiguous ours are gathered into a
    // buffer that stays in cache, and go on from there.
    void ordered(const T* rows, std::ptrdiff_t from, std::ptrdiff_t to, MatrixView<T> result) const {
        const auto row = [&](std::ptrdiff_t i) { return rows + indices_[0][n_ - 1 - i] * ld_; };
        if (result.column_stride == 1) {
            for (std::ptrdiff_t i = from; i < to; ++i) std::copy_n(row(i), n_, result.data + i * result.row_stride);
            return;
        }
        Workspace workspace(static_cast<std::size_t>((to - from) * ld_) * sizeof(T));
        T* const buffer = workspace.take<T>(static_cast<std::size_t>((to - from) * ld_));
        for (std::ptrdiff_t i = from; i < to; ++i) std::copy_n(row(i), n_, buffer + (i - from) * ld_);
        copy<T>({buffer, to - from, n_, ld_, 1}, rows_of(result, from, to));
    }

    struct Block {
        std::ptrdiff_t from, rows, more;
    };

    template <class X>
    X* take(std::ptrdiff_t count) {
        return workspace_.take<X>(static_cast<std::size_t>(count));
    }

    // Constraint: what a block is does not depend on the threads. Decision: halves, until they are small enough.
    void split(std::ptrdiff_t from, std::ptrdiff_t rows, std::ptrdiff_t more, std::size_t level) {
        if (rows <= leaf_rows) {
            leaves_.push_back({from, rows, more});
            return;
        }
        if (levels_.size() <= level) levels_.resize(level + 1);
        levels_[level].push_back({from, rows, more});
        const std::ptrdiff_t upper = (rows - 1) / 2;
        split(from, upper, 1, level + 1);
        split(from + upper + 1, rows - 1 - upper, more, level + 1);
    }

    // Two leaves at a time.
    bool solve(const Block& first, const Block* second) const {
        int exponent[2];
        const BidiagonalProblem<T> one = begin(first, exponent[0]),
                                   other = begin(second != nullptr ? *second : Block{0, 0, 0}, exponent[1]);
        if (!bidiagonal_qr(one, second != nullptr ? &other : nullptr)) return false;
        end(first, exponent[0]);
        if (second != nullptr) end(*second, exponent[1]);
        return true;
    }

    // A leaf without its column too many, its largest magnitude near one.
    BidiagonalProblem<T> begin(const Block& block, int& exponent) const {
        const std::ptrdiff_t n = block.rows, columns = n + block.more;
        T *const s = s_ + block.from, *const e = e_ + block.from;
        T *const ut = ut_ + block.from * (ld_ + 1), *const vt = vt_ + block.from * (ld_ + 1);
        for (std::ptrdiff_t i = 0; i < columns; ++i) {
            if (i < n) std::fill_n(ut + i * ld_, n, T(0)), ut[i * ld_ + i] = 1;
            std::fill_n(vt + i * ld_, columns, T(0)), vt[i * ld_ + i] = 1;
        }
        T largest = 0;
        for (std::ptrdiff_t i = 0; i < n; ++i) largest = std::max(largest, std::abs(s[i]));
        for (std::ptrdiff_t i = 0; i + 1 < columns; ++i) largest = std::max(largest, std::abs(e[i]));
        exponent = exponent_to_one(largest);
        scale_run(s, n, exponent);
        scale_run(e, columns - 1, exponent);
        if (block.more > 0) {  // the column too many is rotated away, from the last row upwards
            T beside = e[n - 1];
            for (std::ptrdiff_t i = n - 1; i >= 0 && beside != 0; --i) {
                const T length = std::hypot(s[i], beside), c = s[i] / length, sine = beside / length;
                s[i] = length;
                if (i > 0) {
                    beside = -sine * e[i - 1];
                    e[i - 1] *= c;
                }
                T *const x = vt + i * ld_, *const y = vt + n * ld_;
                for (std::ptrdiff_t j = i; j < columns; ++j) {
                    const T moved = c * x[j] + sine * y[j];
                    y[j] = c * y[j] - sine * x[j];
                    x[j] = moved;
                }
            }
        }
        return {n, s, e, ut, ld_, n, vt, ld_, columns};
    }

    void end(const Block& block, int exponent) const {
        for (std::ptrdiff_t i = 0; i < block.rows; ++i) {
            numbers_[0][block.from + i] = std::ldexp(s_[block.from + i], -exponent);
            indices_[0][block.from + i] = block.rows - 1 - i;
        }
    }

    bool merge(const Block& block, int threads) const {
        const std::ptrdiff_t from = block.from, upper = (block.rows - 1) / 2;
        BidiagonalNode<T> node;
        node.n1 = upper, node.n2 = block.rows - 1 - upper, node.more = block.more;
        node.above_left = s_[from + upper], node.above_right = e_[from + upper];
        node.ut = ut_ + from * (ld_ + 1), node.vt = vt_ + from * (ld_ + 1), node.stride = ld_;
        T** const numbers[] = {&node.d,    &node.z,      &node.poles,   &node.weights,
                               &node.near, &node.offset, &node.grouped, &node.grouped_weights};
        for (int i = 0; i < 8; ++i) *numbers[i] = numbers_[i] + from;
        node.order = indices_[0] + from, node.row = indices_[1] + from, node.rank = indices_[2] + from;
        node.kind = kind_ + from;
        node.basis_u = basis_u_ + from * basis_, node.basis_v = basis_v_ + from * basis_;
        node.coefficients_u = coefficients_u_ + from * ld_, node.coefficients_v = coefficients_v_ + from * ld_;
        return BidiagonalMerge<T>(node, threads).run();
    }

    const std::ptrdiff_t n_, ld_, basis_;
    T *const s_, *const e_;
    const int threads_;
    Workspace workspace_;
    T *const ut_, *const vt_, *const coefficients_u_, *const coefficients_v_, *const basis_u_, *const basis_v_;
    T* numbers_[8];
    std::ptrdiff_t* indices_[3];
    std::uint8_t* kind_;
    std::vector<Block> leaves_;
    std::vector<std::vector<Block>> levels_;  // what is merged, level by level from the top
};

}  // namespace

template <class T>
bool bidiagonal_dc(std::ptrdiff_t n, T* s, T* e, MatrixView<T> u, MatrixView<T> vt, int threads) {
    if (n == 0) return true;
    Tree<T> tree(n, s, e, threads);
    if (!tree.run()) return false;
    tree.result(u, vt);
    return true;
}

template bool bidiagonal_dc(std::ptrdiff_t, double*, double*, MatrixView<double>, MatrixView<double>, int);
template bool bidiagonal_dc(std::ptrdiff_t, float*, float*, MatrixView<float>, MatrixView<float>, int);

}  // namespace mlmath
