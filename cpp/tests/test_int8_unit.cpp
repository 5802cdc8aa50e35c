// SPDX-License-Identifier: BSD-3-Clause
// int8_unit: what is decided from the answers of CPU and operating system, and the peak of each unit of this machine.
#include "simd/int8_unit.hpp"

#include <cstdio>
#include <cstring>

#include "kernels/machine/int8_peak/int8_peak.hpp"
#include "kernels/machine/int8_peak/int8_peak_kernels.hpp"
#include "kernels/machine/int8_peak/int8_peak_textbook.hpp"
#include "simd/dispatch.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

int times_asked = 0;
AmxAnswer refuse() { return ++times_asked, AmxAnswer::refused; }
AmxAnswer permit() { return ++times_asked, AmxAnswer::available; }

constexpr ByteProductSupport everything = {true, true, true};

bool runtime_error(Int8Unit unit) {
    try {
        use_int8_unit(unit);
    } catch (const std::runtime_error& error) {
        return std::strstr(error.what(), int8_unit_name(unit)) != nullptr;
    }
    return false;
}

}  // namespace

MLMATH_TEST(int8_unit_amx_needs_every_answer) {
    times_asked = 0;
    for (int missing = 0; missing < 8; ++missing) {
        const ByteProductSupport cpu = {!(missing & 1), !(missing & 2), !(missing & 4)};
        const AmxAnswer expected = missing & 2   ? AmxAnswer::no_amx_int8
                                   : missing & 1 ? AmxAnswer::no_vnni
                                   : missing & 4 ? AmxAnswer::state_not_saved
                                                 : AmxAnswer::available;
        MLMATH_CHECK(amx_answer(cpu, permit) == expected);
        MLMATH_CHECK((amx_answer_text(expected) == nullptr) == (expected == AmxAnswer::available));
    }
    MLMATH_CHECK(times_asked == 1);  // not where the answer changes nothing
    MLMATH_CHECK(amx_answer(everything, refuse) == AmxAnswer::refused);
    MLMATH_CHECK(std::strstr(amx_answer_text(AmxAnswer::refused), "refused permission") != nullptr);
}

MLMATH_TEST(int8_unit_permission_is_refused_without_tiles) {
    // The system call itself, and its answer: a kernel gives no permission for what the CPU does not have.
    if (byte_product_support().amx_int8)
        std::printf("int8_unit: refusal skipped, this CPU has tiles\n");
    else
        MLMATH_CHECK(ask_for_tile_permission() != AmxAnswer::available);
}

MLMATH_TEST(int8_unit_choice) {
    const Int8Choice before = int8_choice();
    restore_int8_choice({-1, 0});
    MLMATH_CHECK(std::strcmp(int8_unit_source(), "detected") == 0);
    const bool whole = static_cast<int>(active_level()) == level_count - 1;
    MLMATH_CHECK(active_int8_unit() == (whole && supports_int8_unit(Int8Unit::amx) ? Int8Unit::amx : Int8Unit::none));
    MLMATH_CHECK(supports_int8_unit(Int8Unit::amx) == (why_no_amx() == nullptr));
    for (int i = 0; i < static_cast<int>(Int8Unit::count); ++i) {
        const auto unit = static_cast<Int8Unit>(i);
        const Int8Unit active = active_int8_unit();
        if (supports_int8_unit(unit)) {
            use_int8_unit(unit);
            MLMATH_CHECK(active_int8_unit() == unit && std::strcmp(int8_unit_source(), "use_int8_unit") == 0);
        } else {
            MLMATH_CHECK(runtime_error(unit) && active_int8_unit() == active);
        }
    }
    restore_int8_choice(before);
}

MLMATH_TEST(int8_peak_runs_and_checks_itself) {
    for (const Int8Unit unit : {Int8Unit::vnni, Int8Unit::amx}) {
        if (!supports_int8_unit(unit)) {
            std::printf("int8_peak: skipped on %s, which this machine does not have\n", int8_unit_name(unit));
            continue;
        }
        for (int threads : {1, 2, 3}) {
            const double rate = int8_peak(unit, threads, 1e-4);
            MLMATH_CHECK(std::isfinite(rate) && rate > 0);
        }
        MLMATH_CHECK(refused([&] { int8_peak(unit, 0, 1e-3); }));
        MLMATH_CHECK(refused([&] { int8_peak(unit, 1, 0.0); }));
    }
    MLMATH_CHECK(refused([] { int8_peak(Int8Unit::none, 1, 1e-3); }));
    MLMATH_CHECK(refused([] { int8_peak(Int8Unit::textbook, 1, 1e-3); }));
}

MLMATH_TEST(int8_peak_textbook_by_hand) {
    alignas(64) std::int8_t a[2048] = {};
    alignas(64) std::uint8_t b[2048] = {};
    const Int8PeakKernel lanes = {nullptr, nullptr, nullptr, 2, 1, 1}, tiles = {nullptr, nullptr, nullptr, 2, 2, 16};
    // Lanes: two blocks of A, one of B; element 5 is in lane 1, element 64 + 5 in lane 1 of the second block.
    a[5] = -3, a[64 + 5] = 10, a[7] = 100;
    b[5] = 200, b[8] = 77;
    MLMATH_CHECK(textbook::int8_peak_sum(lanes, 4, a, b) == 4 * (-3 + 10) * 200);
    MLMATH_CHECK(textbook::int8_peak_sum(lanes, 4000000, a, b) ==
                 -2400000000 + 4294967296 + 8000000000 - 2 * 4294967296);  // both wrap
    // Tiles: row 1 of A_0 at depth 6 = 4 + 2, which B_1 has in its row 1 at 4 l + 2.
    for (auto& x : a) x = 0;
    for (auto& x : b) x = 0;
    a[64 + 6] = -7, b[1024 + 64 + 4 * 3 + 2] = 250, b[1024 + 64 + 4 * 3 + 1] = 9;
    MLMATH_CHECK(textbook::int8_peak_sum(tiles, 3, a, b) == 3 * -7 * 250);
}

}  // namespace mlmath::tests
