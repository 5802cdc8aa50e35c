// SPDX-License-Identifier: BSD-3-Clause
// product: dispatch, and mantissas times exponents. Chunks and threads are reduction_tree.hpp's.
#include "kernels/reduce/product/product.hpp"

#include <cmath>

#include "kernels/reduce/product/product_chunk.hpp"
#include "kernels/reduce/reduction_tree.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(ProductKernels, product_kernels);

namespace {

struct ProductOp {
    using State = ScaledProduct;
    decltype(ProductKernels::rows_f64) kernel;

    void rows(const std::byte* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, State* out) const {
        kernel(reinterpret_cast<const double*>(x), stride, rows, n, out);
    }
    // [1, 2) times [1, 2) is below 4: halved when it reaches 2.
    static State merge(const State& a, const State& b) {
        const double product = a.mantissa * b.mantissa;
        const bool halve = std::isfinite(product) && std::fabs(product) >= 2;
        return {halve ? product / 2 : product, a.exponent + b.exponent + (halve ? 1 : 0)};
    }
};

struct IntegerProductOp {
    using State = std::uint64_t;
    decltype(ProductKernels::rows_i64) kernel;

    void rows(const std::byte* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, State* out) const {
        kernel(reinterpret_cast<const std::uint64_t*>(x), stride, rows, n, out);
    }
    static State merge(State a, State b) { return a * b; }
};

double unscaled(const ScaledProduct& product) {
    const std::int64_t exponent = std::clamp<std::int64_t>(product.exponent, -5000, 5000);  // beyond, it is 0 or infinite
    return std::ldexp(product.mantissa, static_cast<int>(exponent));
}

}  // namespace

void product(const ReductionInput& in, bool numbers_only, double initial, const ReductionOutput& out, int threads) {
    const ProductKernels& kernels = active(product_kernels_by_level);
    const ProductOp op{numbers_only ? kernels.numbers_f64 : kernels.rows_f64};
    int exponent = 0;
    const double mantissa = std::frexp(initial, &exponent);
    reduce(op, ReductionSource(in, Element::f64), plan_reduction(in, out), threads,
           [&](std::ptrdiff_t at, const ScaledProduct& state) {
               const bool started = initial != 1;
               out.put(at, unscaled(started ? ScaledProduct{state.mantissa * mantissa, state.exponent + exponent} : state));
           });
}

void integer_product(const ReductionInput& in, std::uint64_t initial, const ReductionOutput& out, int threads) {
    const IntegerProductOp op{active(product_kernels_by_level).rows_i64};
    reduce(op, ReductionSource(in, Element::i64), plan_reduction(in, out), threads,
           [&](std::ptrdiff_t at, std::uint64_t state) { out.put(at, static_cast<std::int64_t>(state * initial)); });
}

}  // namespace mlmath
