// SPDX-License-Identifier: BSD-3-Clause
// binomial: direct methods, a register of elements at a time. Compiled once per level.
#include "kernels/random/distributions/binomial/binomial_parts.hpp"

#include "kernels/random/distributions/binomial/binomial_transform.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr std::ptrdiff_t tile = 512;  // elements of 64 steps

void convert_each(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, std::int64_t* out,
                  const double* const* parameters) {
    constexpr int w = width<double>;
    std::uint32_t list[tile + w];
    std::ptrdiff_t count = 0;
    for (std::ptrdiff_t i = 0; i < units * 16; i += w) {
        const std::uint64_t* first = first_of_two(words, static_cast<std::uint64_t>(i));
        const vec_f64 n = load(parameters[0] + i), p = load(parameters[1] + i);
        const RarerTrials t(n, p);
        const mask<double> small = t.searched();
        vec_f64 k{};
        if (!all(small)) {
            // The lanes that search get some trials for which the hat's numbers exist.
            const RarerTrials large(select<double>(small, broadcast(100.0), n), select<double>(small, broadcast(0.5), p));
            const BinomialCandidate c(large, load(first), load(first + 16));
            k = c.count();
            count = append_lanes(list, count, bits_of(~small & ~c.accepted_at_once()), static_cast<std::uint32_t>(i));
        }
        if (any(small)) k = select<double>(small, t.search(small, load(first)), k);
        store(out + i, t.count(k));
    }
    settle(key, unit, domain_binomial, words, list, count,
           [&](const std::uint64_t* i, vec_u64 first, vec_u64 second) __attribute__((always_inline)) {
               const RarerTrials t(gathered(parameters[0], i), gathered(parameters[1], i));
               const BinomialCandidate c(t, first, second);
               const unsigned accepted = bits_of(c.accepted_at_once() | c.accepted(t));
               store_accepted(out, i, accepted, t.count(c.count()));
               return accepted;
           });
}

}  // namespace

extern const BinomialKernels binomial_kernels;
const BinomialKernels binomial_kernels = {convert_each};

}  // namespace mlmath::MLMATH_LEVEL
