// SPDX-License-Identifier: BSD-3-Clause
// tridiagonal_dc: parts between negligible elements, the tree of each, threads, and the way into z.
#include "kernels/eigen/tridiagonal_dc/tridiagonal_dc.hpp"

#include <atomic>
#include <vector>

#include "core/check.hpp"
#include "core/scaling.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/eigen/tridiagonal_dc/tridiagonal_dc_merge.hpp"
#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(MergeKernels, merge_kernels);

namespace {

// Rows from which on a part's tree is worked on by several threads. Constraint: a region costs 1 us while the threads are awake, 20
// when they sleep, as they do after a reduction by one thread. Arithmetic: a part takes, on one thread and on two that slept, n =
// 64 33 and 41 us, n = 80 46 and 46, n = 96 58 and 54, n = 128 90 and 75, n = 256 242 and 162. Decision: 96.
constexpr std::ptrdiff_t least_for_threads = 96;

template <class T>
class Part {
public:
    Part(const MergeKernel<T>& kernel, const MergeSpace<T>& space, std::ptrdiff_t first, std::ptrdiff_t m, T* e)
        : kernel_(kernel), space_(space), first_(first), m_(m), e_(e + first) {
        while ((m_ - 1) >> levels_ >= tridiagonal_dc_leaf) ++levels_;
    }

    bool solve(int threads) {
        if (m_ < least_for_threads) threads = 1;
        T* const d = space_.d + first_;
        if (m_ == 1) {
            space_.x[first_ * space_.pitch] = 1;
            space_.order[first_] = 0;
            return true;
        }
        T largest = 0;
        for (std::ptrdiff_t i = 0; i < m_; ++i) largest = std::max({largest, std::abs(d[i]), i + 1 < m_ ? std::abs(e_[i]) : T(0)});
        const int exponent = exponent_to_one(largest);
        scale_run(d, m_, exponent);
        scale_run(e_, m_ - 1, exponent);
        for (std::ptrdiff_t p = 1; p < std::ptrdiff_t{1} << levels_; ++p) {
            const std::ptrdiff_t cut = begin(levels_, p);
            d[cut - 1] -= std::abs(e_[cut - 1]);
            d[cut] -= std::abs(e_[cut - 1]);
        }
        std::atomic<bool> good = true;
        parallel_for(std::ptrdiff_t{1} << levels_, threads, [&](std::ptrdiff_t p) {
            if (!leaf(begin(levels_, p), begin(levels_, p + 1))) good = false;
        });
        if (!good) return false;
        for (int level = levels_ - 1; level >= 0; --level) {
            const std::ptrdiff_t parts = std::ptrdiff_t{1} << level;
            const bool side_by_side = parts >= threads;
            parallel_for(parts, side_by_side ? threads : 1,
                         [&](std::ptrdiff_t p) { merge(level, p, side_by_side && threads > 1 ? 1 : threads); });
        }
        scale_run(d, m_, -exponent);
        return true;
    }

private:
    // Where part p of 2^level begins. Rows of a half begin at a cache line when the cut is a multiple of one.
    std::ptrdiff_t begin(int level, std::ptrdiff_t p) const {
        constexpr std::ptrdiff_t line = 64 / static_cast<std::ptrdiff_t>(sizeof(T));
        if (p == std::ptrdiff_t{1} << level) return m_;
        const std::ptrdiff_t cut = (m_ * p) >> level;
        return m_ >= 4 * line ? cut / line * line : cut;
    }
    bool leaf(std::ptrdiff_t from, std::ptrdiff_t to) {
        const std::ptrdiff_t n = to - from, places = row_places<T>(n);
        T* const x = space_.x + (first_ + from) * space_.pitch;
        std::fill_n(x, n * places, T(0));
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            x[i * (places + 1)] = 1;
            space_.order[first_ + from + i] = i;
        }
        return tridiagonal_ql<T>(n, space_.d + first_ + from, e_ + from, x, places, n);
    }
    void merge(int level, std::ptrdiff_t p, int threads) {
        const std::ptrdiff_t from = begin(level, p), cut = begin(level + 1, 2 * p + 1), to = begin(level, p + 1);
        Merge<T>(kernel_, space_, first_ + from, cut - from, to - from, e_[cut - 1], threads).run();
    }

    const MergeKernel<T>& kernel_;
    const MergeSpace<T>& space_;
    const std::ptrdiff_t first_, m_;
    T* const e_;
    int levels_ = 0;
};

// e_i between d_i and d_{i+1} changes neither of their eigenvalues by more than an eps of its own size.
template <class T>
bool negligible(T e, T d, T next) {
    const T least = std::numeric_limits<T>::min();
    return std::abs(e) <= std::numeric_limits<T>::epsilon() * std::sqrt(std::abs(d)) * std::sqrt(std::abs(next)) ||
           std::abs(e) < least;
}

// All parts' values in one order, and their vectors as columns of z.
template <class T>
void write(const MergeKernel<T>& kernel, const MergeSpace<T>& space, const std::vector<std::ptrdiff_t>& starts, T* d,
           MatrixView<T> z, int threads) {
    struct Column {
        T value;
        const T* row;
        std::ptrdiff_t first, rows;  // where it is not zero
    };
    const std::ptrdiff_t n = z.rows;
    std::vector<Column> column;
    column.reserve(static_cast<std::size_t>(n));
    for (std::size_t p = 0; p + 1 < starts.size(); ++p) {
        const std::ptrdiff_t first = starts[p], m = starts[p + 1] - first;
        for (std::ptrdiff_t i = 0; i < m; ++i) {
            const std::ptrdiff_t row = space.order[first + i];
            column.push_back({space.d[first + row], space.x + first * space.pitch + row * row_places<T>(m), first, m});
        }
    }
    const bool whole = starts.size() == 2;
    if (!whole) std::stable_sort(column.begin(), column.end(), [](const Column& a, const Column& b) { return a.value < b.value; });
    for (std::ptrdiff_t c = 0; c < n; ++c) d[c] = column[c].value;
    constexpr std::ptrdiff_t at_once = 16;
    const std::ptrdiff_t panels = (n + at_once - 1) / at_once;
    if (n * n < 1 << 16) threads = 1;  // 2^16 elements that change rows for columns are 50 us
    if (whole && z.column_stride == 1) {
        std::vector<const T*> row(static_cast<std::size_t>(n));
        for (std::ptrdiff_t c = 0; c < n; ++c) row[c] = column[c].row;
        return parallel_for(panels, threads, [&](std::ptrdiff_t panel) {
            kernel.columns(row.data(), n, panel * at_once, std::min(n, (panel + 1) * at_once), z.data, z.row_stride);
        });
    }
    parallel_for(panels, threads, [&](std::ptrdiff_t panel) {
        const std::ptrdiff_t from = panel * at_once, to = std::min(n, from + at_once), places = row_places<T>(n);
        Workspace lines(static_cast<std::size_t>(at_once * places) * sizeof(T));
        T* const line = lines.take<T>(0);
        for (std::ptrdiff_t c = from; c < to; ++c) {
            T* const out = line + (c - from) * places;
            if (!whole) std::fill_n(out, n, T(0));
            std::copy_n(column[c].row, column[c].rows, out + column[c].first);
        }
        copy<T>({line, n, to - from, 1, places}, part_of(z, 0, n, from, to));
    });
}

}  // namespace

template <class T>
bool tridiagonal_dc(std::ptrdiff_t n, T* d, T* e, MatrixView<T> z, int threads) {
    check_shape("tridiagonal_dc", "z", z.rows, z.columns, n, n);
    if (n == 0) return true;
    const MergeKernel<T>& kernel = active(merge_kernels_by_level).of(T());
    Workspace workspace(MergeSpace<T>::bytes(n) + whole_lines(static_cast<std::size_t>(n) * sizeof(T)));
    T* const values = workspace.take<T>(static_cast<std::size_t>(n));
    MergeSpace<T> space(workspace, n, values);
    std::copy_n(d, n, values);
    std::vector<std::ptrdiff_t> starts{0};
    for (std::ptrdiff_t i = 0; i + 1 < n; ++i)
        if (negligible(e[i], d[i], d[i + 1])) starts.push_back(i + 1);
    starts.push_back(n);
    const auto parts = static_cast<std::ptrdiff_t>(starts.size()) - 1;
    const auto size = [&](std::ptrdiff_t p) { return starts[p + 1] - starts[p]; };
    std::atomic<bool> good = true;
    const auto solve = [&](std::ptrdiff_t p, int some) {
        if (!Part<T>(kernel, space, starts[p], size(p), e).solve(some)) good = false;
    };
    // Large parts, of which there are four at most, one after the other, the threads in each; the small ones side by side.
    for (std::ptrdiff_t p = 0; p < parts; ++p)
        if (4 * size(p) >= n) solve(p, threads);
    parallel_for(parts, parts > 4 && n >= least_for_threads ? threads : 1, [&](std::ptrdiff_t p) {
        if (4 * size(p) < n) solve(p, 1);
    });
    if (!good) return false;

    write<T>(kernel, space, starts, d, z, threads);
    return true;
}

template bool tridiagonal_dc(std::ptrdiff_t, double*, double*, MatrixView<double>, int);
template bool tridiagonal_dc(std::ptrdiff_t, float*, float*, MatrixView<float>, int);

}  // namespace mlmath
