// SPDX-License-Identifier: BSD-3-Clause
// count: dispatch, and stopping early. Chunks and threads are reduction_tree.hpp's.
#include "kernels/reduce/count/count.hpp"

#include <atomic>
#include <bit>

#include "kernels/reduce/count/count_chunk.hpp"
#include "kernels/reduce/reduction_tree.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(CountKernels, count_kernels);

namespace {

struct CountOp {
    using State = std::int64_t;
    CountRows kernel;
    std::uint64_t mask;  // all bits, or all but the sign
    int bytes;

    explicit CountOp(Element type)
        : kernel(active(count_kernels_by_level).by_size[std::countr_zero(static_cast<unsigned>(element_bytes(type)))]),
          mask(is_floating(type) ? ~std::uint64_t{0} >> (65 - 8 * element_bytes(type)) : ~std::uint64_t{0}),
          bytes(element_bytes(type)) {}
    void rows(const std::byte* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::int64_t* out) const {
        kernel(x, stride, rows, n, mask, out);
    }
    static std::int64_t merge(std::int64_t left, std::int64_t right) { return left + right; }
};

// Counts what decides the question: nonzeros for `any`, zeros for `all`.
struct DecidingOp : CountOp {
    bool zeros;
    std::atomic<bool>* known;  // null: several results, no early end

    DecidingOp(Element type, bool of_zeros, std::atomic<bool>* decided) : CountOp(type), zeros(of_zeros), known(decided) {}
    void rows(const std::byte* x, std::ptrdiff_t stride, std::ptrdiff_t rows, std::ptrdiff_t n, std::int64_t* out) const {
        // A few chunks at a time, so that little is read beyond the first that decides.
        constexpr std::ptrdiff_t batch = 8;
        for (std::ptrdiff_t r = 0; r < rows; r += batch) {
            const std::ptrdiff_t count = std::min(batch, rows - r);
            if (known != nullptr && known->load(std::memory_order_relaxed)) {
                std::fill(out + r, out + rows, std::int64_t{1});
                return;
            }
            CountOp::rows(x + r * stride * bytes, stride, count, n, out + r);
            for (std::ptrdiff_t i = r; i < r + count; ++i) {
                if (zeros) out[i] = n - out[i];
                if (known != nullptr && out[i] != 0) known->store(true, std::memory_order_relaxed);
            }
        }
    }
};

void decide(const ReductionInput& in, bool zeros, const ReductionOutput& out, int threads) {
    const ReductionPlan plan = plan_reduction(in, out);
    std::atomic<bool> known = false;
    const DecidingOp op(in.type, zeros, plan.kept.total == 1 ? &known : nullptr);
    reduce(op, ReductionSource(in, in.type), plan, threads,
           [&](std::ptrdiff_t at, std::int64_t count) { out.put(at, std::int64_t{(count != 0) != zeros}); });
}

}  // namespace

void count_nonzero(const ReductionInput& in, const ReductionOutput& out, int threads) {
    reduce(CountOp(in.type), ReductionSource(in, in.type), plan_reduction(in, out), threads,
           [&](std::ptrdiff_t at, std::int64_t count) { out.put(at, count); });
}
void any_nonzero(const ReductionInput& in, const ReductionOutput& out, int threads) { decide(in, false, out, threads); }
void all_nonzero(const ReductionInput& in, const ReductionOutput& out, int threads) { decide(in, true, out, threads); }

}  // namespace mlmath
