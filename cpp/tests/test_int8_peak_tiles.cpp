// SPDX-License-Identifier: BSD-3-Clause
// int8_peak's products of tiles against the definition: natively where the machine has tiles, otherwise through the emulator.
#if defined(__x86_64__) && defined(__linux__)
#include <algorithm>
#include <cstdio>

#include "kernels/machine/int8_peak/int8_peak_kernels.hpp"
#include "kernels/machine/int8_peak/int8_peak_textbook.hpp"
#include "simd/int8_unit.hpp"
#include "tests/amx_emulator.hpp"
#include "tests/check.hpp"

namespace mlmath {
namespace amx {
extern const Int8PeakKernel int8_peak_kernel;
}

namespace tests {

MLMATH_TEST_ONCE(int8_peak_tiles_give_the_sum_of_the_definition) {
    if (!supports_int8_unit(Int8Unit::vnni)) {  // the sums at the end are AVX-512, which nothing emulates
        std::printf("int8_peak_tiles: skipped, this machine has no AVX-512 VNNI\n");
        return;
    }
    const Int8PeakKernel& kernel = amx::int8_peak_kernel;
    alignas(64) std::int8_t a[int8_peak_blocks_max * int8_peak_block_bytes_max];
    alignas(64) std::uint8_t b[int8_peak_blocks_max * int8_peak_block_bytes_max];
    Numbers numbers(20);
    for (auto& x : a) x = static_cast<std::int8_t>(127 * numbers.next());
    for (auto& x : b) x = static_cast<std::uint8_t>(127 + 127 * numbers.next());
    AmxEmulator emulator;
    for (const std::ptrdiff_t rounds : {0, 1, 2, 9}) {
        kernel.begin();
        const std::int64_t sum = kernel.run(rounds, a, b);
        kernel.end();
        MLMATH_CHECK(sum == textbook::int8_peak_sum(kernel, rounds, a, b));
        MLMATH_CHECK(!AmxEmulator::configured());
    }
    // Entries that wrap: all products positive, 64 * 127 * 255 * 1100 > 2^31.
    std::fill(std::begin(a), std::end(a), std::int8_t{127});
    std::fill(std::begin(b), std::end(b), std::uint8_t{255});
    kernel.begin();
    MLMATH_CHECK(kernel.run(1100, a, b) == textbook::int8_peak_sum(kernel, 1100, a, b));
    kernel.end();
    MLMATH_CHECK(emulator.complaint().empty());
}

}  // namespace tests
}  // namespace mlmath
#endif
