// SPDX-License-Identifier: BSD-3-Clause
// moments: dispatch and the merging of two neighbours. The order and the threads are reduction_tree.hpp's.
#include "kernels/reduce/moments/moments.hpp"

#include <atomic>
#include <cmath>

#include "kernels/reduce/moments/moments_chunk.hpp"
#include "kernels/reduce/reduction_tree.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(MomentsKernels, moments_kernels);

namespace {

// [Chan1983]. Constraint: for data like 1e9 + noise the chunk means differ by less than a double resolves of them.
// Arithmetic: with means rounded to double, delta is wrong by eps |mean| per merge, and squares by 2 delta times that.
// Decision: means in two parts; shift is added to the larger one without loss [Higham2002, alg. 4.3].
Moments merge_moments(const Moments& a, const Moments& b) {
    if (a.count == 0) return b;  // a chunk of which nothing is selected
    if (b.count == 0) return a;
    const double count = a.count + b.count, weight = a.count == b.count ? 0.5 : b.count / count;
    const double delta = (b.mean - a.mean) + (b.mean_low - a.mean_low);
    const double shift = delta * weight + a.mean_low;
    const double mean = a.mean + shift, moved = mean - a.mean;
    const double lost = (a.mean - (mean - moved)) + (shift - moved);
    return {count, mean, lost, (a.squares + b.squares) + delta * delta * (a.count * weight)};
}

template <class T>
struct MomentsOp {
    using State = Moments;
    static constexpr std::ptrdiff_t column_block = moments_column_block;
    const MomentsKernelsOf<T>& kernels;

    static Moments merge(const Moments& a, const Moments& b) { return merge_moments(a, b); }
    void rows(const std::byte* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, Moments* out) const {
        if (n == 0)
            *out = {0, 0, 0, 0};
        else
            kernels.rows(reinterpret_cast<const T*>(x), stride, rows, n, out);
    }
    void columns(const std::byte* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns,
                 Moments* out) const {
        kernels.columns(reinterpret_cast<const T*>(x), offsets, rows, columns, out);
    }
    void dense_columns(const std::byte* x, std::ptrdiff_t rows, std::ptrdiff_t columns, Moments* out) const {
        kernels.dense_columns(reinterpret_cast<const T*>(x), rows, columns, out);
    }
};

// Without the NaNs: no kernel for columns, they come in tiles.
template <class T>
struct NumbersOp : MomentsOp<T> {
    static constexpr std::ptrdiff_t column_block = 0;
    void rows(const std::byte* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, Moments* out) const {
        this->kernels.numbers(reinterpret_cast<const T*>(x), stride, rows, n, out);
    }
};

template <class Op>
bool variance_by(const Op& op, Element wanted, const ReductionInput& in, const VarianceForm& form, const ReductionOutput& out,
                 int threads) {
    std::atomic<bool> everywhere = true;
    reduce(op, ReductionSource(in, wanted), plan_reduction(in, out), threads, [&](std::ptrdiff_t at, const Moments& m) {
        const double divisor = m.count - form.correction;
        double result = m.squares / divisor;
        if (!(divisor > 0)) {
            everywhere.store(false, std::memory_order_relaxed);
            result = __builtin_nan("");
        }
        out.put(at, form.root ? std::sqrt(result) : result);
    });
    return everywhere;
}

template <class T>
bool variance_as(const ReductionInput& in, const VarianceForm& form, const ReductionOutput& out, int threads) {
    const MomentsKernels& kernels = active(moments_kernels_by_level);
    const MomentsOp<T> op{[&]() -> const auto& {
        if constexpr (sizeof(T) == 8)
            return kernels.f64;
        else
            return kernels.f32;
    }()};
    if (form.numbers_only) return variance_by(NumbersOp<T>{op}, element_of<T>, in, form, out, threads);
    return variance_by(op, element_of<T>, in, form, out, threads);
}

}  // namespace

bool variance(const ReductionInput& in, const VarianceForm& form, const ReductionOutput& out, int threads) {
    const bool floats = in.type == Element::f16 || in.type == Element::f32;
    return floats ? variance_as<float>(in, form, out, threads) : variance_as<double>(in, form, out, threads);
}

}  // namespace mlmath
