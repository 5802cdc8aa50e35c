// SPDX-License-Identifier: BSD-3-Clause
// sample: keys of weighted items, and those below a limit. Compiled once per level.
#include "kernels/random/distributions/uniform_log.hpp"
#include "kernels/random/engines/extra_words.hpp"
#include "kernels/random/samplers/sample/sample_parts.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Constraint: keys must be finite and not 0 for every weight, 2^-1074 included.
// Arithmetic: -2 ln u is in [2^-64, 91], so the quotient in [2^-64, 2^1081]. Decision: all keys times 2^-500, which is exact.
MLMATH_INLINE vec_f64 sample_key(vec_u64 w, vec_f64 p) { return minus_two_log_of_word(w) * 0x1p-500 / p; }

std::ptrdiff_t append_below(const std::uint64_t* words, const double* p, std::ptrdiff_t n, std::int64_t first, double limit,
                            SampleCandidate* list) {
    constexpr int w = width<double>;
    const vec_f64 most = broadcast(limit);
    std::ptrdiff_t count = 0;
    for (std::ptrdiff_t i = 0; i < n; i += w) {
        const std::ptrdiff_t left = n - i < w ? n - i : w;
        vec_f64 weight = left == w ? load(p + i) : load_first(p + i, left);
        const vec_u64 word = left == w ? load(words + i) : load_first(words + i, left);
        const mask<double> possible = weight > vec_f64{};
        weight = select<double>(possible, weight, broadcast(1.0));  // not divided by: 0 / 0 and x / 0 raise flags
        const vec_f64 key = sample_key(word, weight);
        unsigned bits = bits_of(possible & (key <= most));
        if (bits == 0) continue;
        alignas(64) double keys[w];
        store(keys, key);
        for (; bits != 0; bits &= bits - 1) {
            const int lane = __builtin_ctz(bits);
            list[count++] = {keys[lane], first + i + lane};
        }
    }
    return count;
}

}  // namespace

extern const SampleKernels sample_kernels;
const SampleKernels sample_kernels = {append_below};

}  // namespace mlmath::MLMATH_LEVEL
