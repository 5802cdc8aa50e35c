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

struct Shape {
    const char* name;
    int arrays, moves;  // moves: elements read and written per element
};
constexpr Shape shapes[access_count] = {{"read", 1, 1},  {"write", 1, 1}, {"stream", 1, 1}, {"copy", 2, 2},
                                        {"triad", 3, 3}, {"add", 2, 3},   {"update", 4, 7}};
const Shape& shape_of(Access access) { return shapes[static_cast<int>(access)]; }

// One thread's part: up to four arrays of n doubles, one after the other. Small whole numbers, so that a triad is exact with and
// without FMA, and sums over the passes stay below 2^53; element i of b is i mod 1021, of c i mod 509, primes, so that a row out of
// place is seen. What is updated in place begins at 0 and is a multiple of the number of passes.
struct Part {
    double *a, *b, *c, *d;
    std::ptrdiff_t n;
    static double b_at(std::ptrdiff_t i) { return static_cast<double>(i % 1021); }
    static double c_at(std::ptrdiff_t i) { return static_cast<double>(i % 509); }
};

constexpr double triad_s = 3.0, first_value = 1.0;

void fill(Part part, Access access) {
    const int arrays = shape_of(access).arrays;
    const bool in_place = access == Access::update;
    for (std::ptrdiff_t i = 0; i < part.n; ++i) {
        part.a[i] = access == Access::read ? Part::b_at(i) : 0.0;
        if (arrays > 1) part.b[i] = in_place ? 0.0 : Part::b_at(i);
        if (arrays > 2) part.c[i] = in_place ? 0.0 : Part::c_at(i);
        if (arrays > 3) part.d[i] = Part::b_at(i);
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
        case Access::add:
            k.add(part.a, part.b, part.n, passes);
            break;
        case Access::update:
            k.update(part.a, part.b, part.c, part.d, part.n, passes);
            break;
    }
    return 0;
}

double expected(Access access, std::ptrdiff_t i, std::ptrdiff_t passes, std::int64_t all_passes) {
    switch (access) {
        case Access::read:
            break;  // its sum has been compared
        case Access::write:
        case Access::stream:
            return first_value + static_cast<double>(passes - 1);
        case Access::copy:
            return Part::b_at(i);
        case Access::triad:
            return Part::b_at(i) + triad_s * Part::c_at(i);
        case Access::add:
        case Access::update:
            return static_cast<double>(all_passes) * Part::b_at(i);
    }
    return Part::b_at(i);
}

// `passes`: of the last block; `all_passes`: since the arrays were filled.
bool holds_result(Access access, Part part, std::ptrdiff_t passes, std::int64_t all_passes) {
    for (std::ptrdiff_t i = 0; i < part.n; ++i) {
        const double value = expected(access, i, passes, all_passes);
        if (part.a[i] != value) return false;
        if (access == Access::update && (part.b[i] != value || part.c[i] != value)) return false;
    }
    return true;
}

constexpr std::size_t row_bytes = bandwidth_row * sizeof(double);

std::ptrdiff_t part_size(Access access, std::size_t bytes, int threads) {
    const std::size_t shares = static_cast<std::size_t>(shape_of(access).arrays) * threads * row_bytes;
    return static_cast<std::ptrdiff_t>((bytes + shares - 1) / shares) * bandwidth_row;
}

double rate_of(const BandwidthKernels& kernels, Access access, double* memory, std::size_t bytes, int threads, double seconds) {
    const std::ptrdiff_t n = part_size(access, bytes, threads);
    const auto part_of = [&](const Team& team) -> Part {
        double* first = memory + team.rank() * shape_of(access).arrays * n;
        return {first, first + n, first + 2 * n, first + 3 * n, n};
    };
    std::vector<std::uint64_t> sums(threads);
    std::vector<std::int64_t> all_passes(threads);
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
        const std::ptrdiff_t warming = passes > 1;  // a cache the other core may have held the part in
        if (warming) run(kernels, access, part, warming);
        timed([&] { sum = run(kernels, access, part, passes); });
        all_passes[team.rank()] += warming + passes;
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
                if (!holds_result(access, part_of(team), passes, all_passes[team.rank()])) right = false;
            });
        },
        1);
    if (!right) throw std::runtime_error(std::string("bandwidth: ") + access_name(access) + " left a wrong value");
    return static_cast<double>(n) * sizeof(double) * shape_of(access).moves * threads * static_cast<double>(passes) / best;
}

}  // namespace

const char* access_name(Access access) { return shape_of(access).name; }

void bandwidth(const Access* which, int count, std::size_t bytes, int threads, double seconds, double* rates) {
    check_positive("bandwidth", "bytes", static_cast<double>(bytes));
    check_positive("bandwidth", "threads", threads);
    check_positive("bandwidth", "seconds", seconds);
    const BandwidthKernels& kernels = active(bandwidth_kernels_by_level);
    std::size_t most = 0;
    for (int i = 0; i < count; ++i)
        most = std::max(most, static_cast<std::size_t>(part_size(which[i], bytes, threads)) * sizeof(double) *
                                  shape_of(which[i]).arrays * threads);
    const auto memory = untouched_array(most);
    for (int i = 0; i < count; ++i) rates[i] = rate_of(kernels, which[i], memory.get(), bytes, threads, seconds);
}

}  // namespace mlmath
