// SPDX-License-Identifier: BSD-3-Clause
// bandwidth: arrays, threads, clock, checks.
#include "kernels/machine/bandwidth/bandwidth.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "core/check.hpp"
#include "kernels/machine/bandwidth/bandwidth_rows.hpp"
#include "kernels/machine/bandwidth/bandwidth_textbook.hpp"
#include "kernels/machine/machine_timing.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(BandwidthKernels, bandwidth_kernels);

namespace {

// Arrays of the kinds NumPy makes: from 4 MiB on it asks for huge pages. 2 MiB alignment lets them begin at once.
constexpr std::size_t huge_page = std::size_t(1) << 21, asks_for_huge_pages = std::size_t(1) << 22;

struct FreeArray {
    std::align_val_t alignment;
    void operator()(double* p) const { ::operator delete(p, alignment); }
};
std::unique_ptr<double, FreeArray> untouched_array(std::size_t bytes) {
    const std::align_val_t alignment{bytes >= asks_for_huge_pages ? huge_page : 4096};
    auto* p = static_cast<double*>(::operator new(bytes, alignment));
#if defined(__linux__)
    if (bytes >= asks_for_huge_pages) madvise(p, bytes, MADV_HUGEPAGE);
#endif
    return {p, FreeArray{alignment}};
}

int arrays_of(Access access) { return access == Access::triad ? 3 : access == Access::copy ? 2 : 1; }

// One thread's part: up to three arrays of n doubles, one after the other. Small whole numbers, so that a triad is exact with and
// without FMA; element i of b is i mod 1021, of c i mod 509, primes, so that a row out of place is seen.
struct Part {
    double *a, *b, *c;
    std::ptrdiff_t n;
    static double b_at(std::ptrdiff_t i) { return static_cast<double>(i % 1021); }
    static double c_at(std::ptrdiff_t i) { return static_cast<double>(i % 509); }
};

constexpr double triad_s = 3.0, first_value = 1.0;

void fill(Part part, Access access) {
    for (std::ptrdiff_t i = 0; i < part.n; ++i) {
        part.a[i] = access == Access::read ? Part::b_at(i) : 0.0;
        if (access >= Access::copy) part.b[i] = Part::b_at(i);
        if (access == Access::triad) part.c[i] = Part::c_at(i);
    }
}

std::uint64_t run(const BandwidthKernels& k, Access access, Part part, std::ptrdiff_t passes) {
    switch (access) {
        case Access::read:
            return k.read(part.a, part.n, passes);
        case Access::write:
            k.write(part.a, first_value, part.n, passes);
            break;
        case Access::stream:
            k.stream(part.a, first_value, part.n, passes);
            break;
        case Access::copy:
            k.copy(part.a, part.b, part.n, passes);
            break;
        case Access::triad:
            k.triad(part.a, part.b, triad_s, part.c, part.n, passes);
            break;
    }
    return 0;
}

bool holds_result(Access access, Part part, std::ptrdiff_t passes) {
    if (access == Access::read) return true;  // its sum has been compared
    for (std::ptrdiff_t i = 0; i < part.n; ++i) {
        const double expected = access == Access::copy    ? Part::b_at(i)
                                : access == Access::triad ? Part::b_at(i) + triad_s * Part::c_at(i)
                                                          : first_value + static_cast<double>(passes - 1);
        if (part.a[i] != expected) return false;
    }
    return true;
}

constexpr std::size_t row_bytes = bandwidth_row * sizeof(double);

std::ptrdiff_t part_size(Access access, std::size_t bytes, int threads) {
    const std::size_t shares = static_cast<std::size_t>(arrays_of(access)) * threads * row_bytes;
    return static_cast<std::ptrdiff_t>((bytes + shares - 1) / shares) * bandwidth_row;
}

double rate_of(const BandwidthKernels& kernels, Access access, double* memory, std::size_t bytes, int threads, double seconds) {
    const std::ptrdiff_t n = part_size(access, bytes, threads);
    const auto part_of = [&](const Team& team) -> Part {
        double* first = memory + team.rank() * arrays_of(access) * n;
        return {first, first + n, first + 2 * n, n};
    };
    std::vector<std::uint64_t> sums(threads);
    std::atomic<bool> right{true};
    best_block(
        "bandwidth", threads, 0,
        [&](Team& team, auto&& timed) {  // each thread first touches its own part
            const Part part = part_of(team);
            timed([&] { fill(part, access); });
            sums[team.rank()] = textbook::read(part.a, n);
        },
        1);

    std::ptrdiff_t passes = 1;
    const auto block = [&](Team& team, auto&& timed) {
        const Part part = part_of(team);
        std::uint64_t sum = 0;
        if (passes > 1) run(kernels, access, part, 1);  // warms a cache the other core may have held the part in
        timed([&] { sum = run(kernels, access, part, passes); });
        if (access == Access::read && sum != sums[team.rank()] * static_cast<std::uint64_t>(passes)) right = false;
    };
    // Constraint: a block must be long against the two barriers and the clock, some 0.5 us together. Decision: 0.1 ms,
    // which 16 MiB take in one pass on any machine.
    const double once = bytes > (std::size_t(1) << 24) ? 1.0 : best_block("bandwidth", threads, 0, block, 3);
    passes = std::clamp<std::ptrdiff_t>(static_cast<std::ptrdiff_t>(1e-4 / once) + 1, 1, 1000000);
    const double best = best_block("bandwidth", threads, seconds, block, 3);

    best_block(
        "bandwidth", threads, 0,
        [&](Team& team, auto&& timed) {
            timed([&] {
                if (!holds_result(access, part_of(team), passes)) right = false;
            });
        },
        1);
    if (!right) throw std::runtime_error(std::string("bandwidth: ") + access_name(access) + " left a wrong value");
    return static_cast<double>(n) * sizeof(double) * arrays_of(access) * threads * static_cast<double>(passes) / best;
}

}  // namespace

const char* access_name(Access access) {
    constexpr const char* names[access_count] = {"read", "write", "stream", "copy", "triad"};
    return names[static_cast<int>(access)];
}

void bandwidth(const Access* which, int count, std::size_t bytes, int threads, double seconds, double* rates) {
    check_positive("bandwidth", "bytes", static_cast<double>(bytes));
    check_positive("bandwidth", "threads", threads);
    check_positive("bandwidth", "seconds", seconds);
    const BandwidthKernels& kernels = active(bandwidth_kernels_by_level);
    std::size_t most = 0;
    for (int i = 0; i < count; ++i)
        most = std::max(
            most, static_cast<std::size_t>(part_size(which[i], bytes, threads)) * sizeof(double) * arrays_of(which[i]) * threads);
    const auto memory = untouched_array(most);
    for (int i = 0; i < count; ++i) rates[i] = rate_of(kernels, which[i], memory.get(), bytes, threads, seconds);
}

}  // namespace mlmath
