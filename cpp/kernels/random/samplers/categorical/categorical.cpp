// SPDX-License-Identifier: BSD-3-Clause
// categorical: dispatch.
#include "kernels/random/samplers/categorical/categorical.hpp"

#include <algorithm>

#include "core/thread_pool.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(CategoricalKernels, categorical_kernels);

namespace {

void pick(const std::uint64_t* words, std::ptrdiff_t n, std::int64_t* out, const CategoricalParameters& p) {
    active(categorical_kernels_by_level).pick_i64(words, n, out, p);
}
void pick(const std::uint64_t* words, std::ptrdiff_t n, std::int32_t* out, const CategoricalParameters& p) {
    active(categorical_kernels_by_level).pick_i32(words, n, out, p);
}

}  // namespace

// Constraint: out-of-order execution hides a second-level cache's 14 cycles by itself, but not the 50 and more behind it.
// Arithmetic: a table of 16 k bytes shares the second level (1 MiB here, 256 KiB on old machines) with words and results.
// Decision: prefetches from 256 KiB on.
bool alias_table_is_far(std::ptrdiff_t k) { return k * static_cast<std::ptrdiff_t>(sizeof(AliasEntry)) > 256 * 1024; }

template <class T>
void CategoricalLaw<T>::convert(const StreamKey&, std::uint64_t, const std::uint64_t* words, std::ptrdiff_t units,
                                void* out) const {
    pick(words, units * unit_elements(2), static_cast<T*>(out), parameters_);
}

template <class T>
void categorical_of_words(const AliasEntry* table, std::ptrdiff_t k, const std::uint64_t* words, std::ptrdiff_t n, T* out,
                          int threads) {
    constexpr std::ptrdiff_t chunk = 16384;  // some 15 us
    const CategoricalParameters parameters = {table, static_cast<std::uint64_t>(k), alias_table_is_far(k)};
    parallel_for((n + chunk - 1) / chunk, threads, [&](std::ptrdiff_t c) {
        const std::ptrdiff_t first = c * chunk;
        pick(words + first, std::min(chunk, n - first), out + first, parameters);
    });
}

template class CategoricalLaw<std::int64_t>;
template class CategoricalLaw<std::int32_t>;
template void categorical_of_words(const AliasEntry*, std::ptrdiff_t, const std::uint64_t*, std::ptrdiff_t, std::int64_t*, int);
template void categorical_of_words(const AliasEntry*, std::ptrdiff_t, const std::uint64_t*, std::ptrdiff_t, std::int32_t*, int);

}  // namespace mlmath
