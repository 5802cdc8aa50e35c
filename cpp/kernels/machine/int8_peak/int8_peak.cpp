// SPDX-License-Identifier: BSD-3-Clause
// int8_peak: operands, threads, clock, check.
#include "kernels/machine/int8_peak/int8_peak.hpp"

#include <atomic>
#include <stdexcept>
#include <string>

#include "core/check.hpp"
#include "kernels/machine/int8_peak/int8_peak_kernels.hpp"
#include "kernels/machine/int8_peak/int8_peak_textbook.hpp"
#include "kernels/machine/machine_timing.hpp"

namespace mlmath {

#if defined(__x86_64__)
namespace vnni {
extern const Int8PeakKernel int8_peak_kernel;
}
namespace amx {
extern const Int8PeakKernel int8_peak_kernel;
}
#endif

namespace {

const Int8PeakKernel& kernel_of(Int8Unit unit) {
    if (unit != Int8Unit::vnni && unit != Int8Unit::amx)
        throw std::invalid_argument(std::string("int8_peak: unit must be vnni or amx, got '") + int8_unit_name(unit) + "'");
#if defined(__x86_64__)
    if (supports_int8_unit(unit)) return unit == Int8Unit::amx ? amx::int8_peak_kernel : vnni::int8_peak_kernel;
#endif
    throw std::runtime_error(std::string("int8_peak: this machine has no unit '") + int8_unit_name(unit) + "'");
}

struct alignas(64) Operands {
    std::int8_t a[int8_peak_blocks_max * int8_peak_block_bytes_max];
    std::uint8_t b[int8_peak_blocks_max * int8_peak_block_bytes_max];

    // The upper bits of a linear congruential generator (Knuth's MMIX): every bit changes about every other time, as in residues.
    Operands() {
        std::uint64_t state = 1;
        const auto next = [&] {
            state = state * 6364136223846793005u + 1442695040888963407u;
            return static_cast<std::uint8_t>(state >> 56);
        };
        for (auto& x : a) x = static_cast<std::int8_t>(next());
        for (auto& x : b) x = next();
    }
};

struct TileScope {
    explicit TileScope(const Int8PeakKernel& kernel) : kernel(kernel) { kernel.begin(); }
    ~TileScope() { kernel.end(); }
    TileScope(const TileScope&) = delete;
    TileScope& operator=(const TileScope&) = delete;
    const Int8PeakKernel& kernel;
};

}  // namespace

double int8_peak(Int8Unit unit, int threads, double seconds) {
    check_positive("int8_peak", "threads", threads);
    check_positive("int8_peak", "seconds", seconds);
    const Int8PeakKernel& kernel = kernel_of(unit);
    static const Operands operands;
    // vnni: 20 chains at 2 per cycle, 10 cycles a round; amx: 4 at one per 16 cycles, 64 a round. 0.1 ms at 3 to 4 GHz.
    const std::ptrdiff_t rounds = kernel.rows == 1 ? 40000 : 5000;
    const std::int64_t expected = textbook::int8_peak_sum(kernel, rounds, operands.a, operands.b);
    std::atomic<bool> right{true};

    const double block = best_block("int8_peak", threads, seconds, [&](Team&, auto&& timed) {
        const TileScope scope(kernel);
        std::int64_t sum = 0;
        timed([&] { sum = kernel.run(rounds, operands.a, operands.b); });
        if (sum != expected) right = false;
    });
    if (!right) throw std::runtime_error("int8_peak: a sum differs from that of the definition");
    const double products = 64.0 * kernel.rows * (kernel.rows == 1 ? 1 : 16) * kernel.a_blocks * kernel.b_blocks;
    return 2 * products * static_cast<double>(rounds) * threads / block;
}

}  // namespace mlmath
