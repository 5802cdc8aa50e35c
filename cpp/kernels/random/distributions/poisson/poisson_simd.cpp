// SPDX-License-Identifier: BSD-3-Clause
// poisson: direct methods, a register of elements at a time. Compiled once per level.
#include "kernels/random/distributions/poisson/poisson_parts.hpp"

#include "kernels/random/distributions/count_methods.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

constexpr double search_below = 10;
constexpr std::ptrdiff_t tile = 512;  // elements of 64 steps

// Hormann's hat for a register of lam >= 10, and what it makes of two words. A candidate is floor(lam) + offset, so that its
// difference to lam is exact however large lam is.
struct Candidate {
    vec_f64 whole, fraction;  // of lam
    vec_f64 a, b, us, v, offset;

    MLMATH_INLINE Candidate(vec_f64 lam, vec_u64 w, vec_u64 second) {
        whole = floor_of_positive(lam);
        fraction = lam - whole;
        b = 0.931 + 2.53 * square_root(lam);
        a = fma(b, broadcast(0.02483), broadcast(-0.059));
        const vec_f64 u = open_unit(w) - 0.5;
        us = 0.5 - absolute(u);
        v = open_unit(second);
        const vec_f64 x = fma(2.0 * a / us + b, u, fraction + 0.43);
        // A hat reaches far beyond any count: what is out of range is no candidate (offset < -whole).
        const vec_f64 within = minimum<double>(maximum<double>(x, broadcast(-0x1p50)), broadcast(0x1p50));
        offset = select<double>(x < 0x1p50, floor_below_2_51(within), broadcast(-0x1p70));
    }
    // Where the hat is close enough to the law for any k.
    MLMATH_INLINE mask<double> accepted_at_once() const { return (us >= 0.07) & (v <= broadcast(0.9277) - 3.6224 / (b - 2.0)); }
    MLMATH_INLINE mask<double> accepted(vec_f64 lam) const {
        const vec_f64 k = maximum<double>(whole + offset, vec_f64{});
        const vec_f64 hat = v * (1.1239 + 1.1328 / (b - 3.4)) / (a / (us * us) + b);
        const vec_f64 log_p = -(factorial_excess(k) + deviance(k, lam, offset - fraction));
        const mask<double> possible =
            (whole + offset >= 0.0) & (whole + offset < 0x1.fffffffffffffp62) & ((us >= 0.013) | (v <= us));
        return possible & (natural_log(hat) <= log_p);
    }
    MLMATH_INLINE vec_i64 count() const {
        return __builtin_convertvector(whole, vec_i64) + __builtin_convertvector(maximum<double>(offset, -whole), vec_i64);
    }
};

void convert_each(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, std::int64_t* out,
                  const double* const* parameters) {
    constexpr int w = width<double>;
    std::uint32_t list[tile + w];
    std::ptrdiff_t count = 0;
    for (std::ptrdiff_t i = 0; i < units * 16; i += w) {
        const std::uint64_t* first = first_of_two(words, static_cast<std::uint64_t>(i));
        const vec_f64 lam = load(parameters[0] + i);
        const mask<double> small = lam < search_below;
        vec_i64 k{};
        if (!all(small)) {
            const Candidate c(maximum<double>(lam, broadcast(search_below)), load(first), load(first + 16));
            k = c.count();
            count = append_lanes(list, count, bits_of(~small & ~c.accepted_at_once()), static_cast<std::uint32_t>(i));
        }
        if (any(small)) {
            const vec_f64 mean = minimum<double>(lam, broadcast(search_below));
            const vec_f64 found = search_from_zero(small, open_unit(load(first)), math_detail::exp_in_range<double>(-mean), mean,
                                                   [mean](double) __attribute__((always_inline)) { return mean; });
            k = small ? __builtin_convertvector(found, vec_i64) : k;
        }
        store(out + i, k);
    }
    settle(key, unit, domain_poisson, words, list, count,
           [&](const std::uint64_t* i, vec_u64 first, vec_u64 second) __attribute__((always_inline)) {
               const vec_f64 lam = gathered(parameters[0], i);
               const Candidate c(lam, first, second);
               const unsigned accepted = bits_of(c.accepted_at_once() | c.accepted(lam));
               store_accepted(out, i, accepted, c.count());
               return accepted;
           });
}

}  // namespace

extern const PoissonKernels poisson_kernels;
const PoissonKernels poisson_kernels = {convert_each};

}  // namespace mlmath::MLMATH_LEVEL
