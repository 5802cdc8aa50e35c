// SPDX-License-Identifier: BSD-3-Clause
// sum: dispatch. The order and the threads are reduction_tree.hpp's.
#include "kernels/reduce/sum/sum.hpp"

#include <atomic>
#include <cmath>

#include "kernels/reduce/reduction_tree.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(SumKernels, sum_kernels);

namespace {

template <class T>
const SumKernelsOf<T>& kernels_of() {
    const SumKernels& kernels = active(sum_kernels_by_level);
    if constexpr (sizeof(T) == 8)
        return kernels.f64;
    else
        return kernels.f32;
}

template <class T>
struct SumOp {
    using State = double;
    static constexpr std::ptrdiff_t column_block = sum_column_block;
    const SumKernelsOf<T>& kernels;
    int term;

    static double merge(double left, double right) { return left + right; }
    void rows(const std::byte* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, double* out) const {
        kernels.rows[term](reinterpret_cast<const T*>(x), stride, rows, n, out);
    }
    void columns(const std::byte* x, const std::ptrdiff_t* offsets, std::ptrdiff_t rows, std::ptrdiff_t columns,
                 double* out) const {
        kernels.columns[term](reinterpret_cast<const T*>(x), offsets, rows, columns, out);
    }
    void dense_columns(const std::byte* x, std::ptrdiff_t rows, std::ptrdiff_t columns, double* out) const {
        kernels.dense_columns[term](reinterpret_cast<const T*>(x), rows, columns, out);
    }
};

template <class T>
struct CountedSumOp {
    using State = CountedSum;
    const SumKernelsOf<T>& kernels;
    bool numbers_only;

    static CountedSum merge(const CountedSum& a, const CountedSum& b) { return {a.sum + b.sum, a.count + b.count}; }
    void rows(const std::byte* from, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, CountedSum* out) const {
        const T* const x = reinterpret_cast<const T*>(from);
        if (numbers_only) return kernels.numbers(x, stride, rows, n, out);
        for (std::ptrdiff_t r = 0; r < rows; ++r) {
            kernels.rows[0](x + r * stride, 0, 1, n, &out[r].sum);
            out[r].count = static_cast<double>(n);
        }
    }
};

struct IntegerSumOp {
    using State = std::uint64_t;
    void (*kernel)(const void*, std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t, std::uint64_t*);

    static std::uint64_t merge(std::uint64_t a, std::uint64_t b) { return a + b; }
    void rows(const std::byte* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::uint64_t* out) const {
        kernel(x, stride, rows, n, out);
    }
};

// Halves and floats are read as floats, everything else as doubles.
bool reads_floats(const ReductionInput& in) {
    return (in.type == Element::f16 || in.type == Element::f32) && (in.other == Other::none || in.other == Other::select);
}

template <class T>
void sum_as(const ReductionInput& in, const SumForm& form, const ReductionOutput& out, int threads) {
    const SumOp<T> op{kernels_of<T>(), static_cast<int>(form.term)};
    reduce(op, ReductionSource(in, element_of<T>), plan_reduction(in, out), threads, [&](std::ptrdiff_t at, double total) {
        // With initial = 0 a sum never ends as -0, as NumPy's, which starts from 0.
        const double result = (total + form.initial) / form.divisor;
        out.put(at, form.root ? std::sqrt(result) : result);
    });
}

template <class T>
bool sum_of_some_as(const ReductionInput& in, bool numbers_only, bool mean, double initial, const ReductionOutput& out,
                    int threads) {
    const CountedSumOp<T> op{kernels_of<T>(), numbers_only};
    std::atomic<bool> everywhere = true;
    reduce(op, ReductionSource(in, element_of<T>), plan_reduction(in, out), threads,
           [&](std::ptrdiff_t at, const CountedSum& state) {
               double result = state.sum + initial;
               if (mean && state.count > 0) result /= state.count;
               if (mean && !(state.count > 0)) {
                   everywhere.store(false, std::memory_order_relaxed);
                   result = __builtin_nan("");
               }
               out.put(at, result);
           });
    return everywhere;
}

}  // namespace

void sum(const ReductionInput& in, const SumForm& form, const ReductionOutput& out, int threads) {
    reads_floats(in) ? sum_as<float>(in, form, out, threads) : sum_as<double>(in, form, out, threads);
}

bool sum_of_some(const ReductionInput& in, bool numbers_only, bool mean, double initial, const ReductionOutput& out, int threads) {
    return reads_floats(in) ? sum_of_some_as<float>(in, numbers_only, mean, initial, out, threads)
                            : sum_of_some_as<double>(in, numbers_only, mean, initial, out, threads);
}

void integer_sum(const ReductionInput& in, std::uint64_t initial, const ReductionOutput& out, int threads) {
    const IntegerSumOp op{active(sum_kernels_by_level).integers[static_cast<int>(in.type)]};
    reduce(op, ReductionSource(in, in.type), plan_reduction(in, out), threads,
           [&](std::ptrdiff_t at, std::uint64_t total) { out.put(at, static_cast<std::int64_t>(total + initial)); });
}

template <class T>
double sum(VectorView<const T> x, int threads) {
    if (x.size == 0) return 0;
    double total;
    const std::ptrdiff_t unused = 0;
    sum({element_of<T>, x.data, 1, &x.size, &x.stride, all_axes}, {}, {Element::f64, &total, &unused}, threads);
    return total;
}

template double sum(VectorView<const double>, int);
template double sum(VectorView<const float>, int);

}  // namespace mlmath
