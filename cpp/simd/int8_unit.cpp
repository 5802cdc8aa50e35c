// SPDX-License-Identifier: BSD-3-Clause
// int8_unit: the active unit: detected, forced by MLMATH_INT8_UNIT, or swapped by use_int8_unit(); the permission for tiles.
#include "simd/int8_unit.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

#include "simd/dispatch.hpp"

#if defined(__linux__) && defined(__x86_64__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace mlmath {
namespace {

constexpr int unit_count = static_cast<int>(Int8Unit::count);
constexpr const char* unit_names[unit_count] = {"none", "textbook", "vnni", "amx"};
constexpr const char* source_names[] = {"detected", "MLMATH_INT8_UNIT", "use_int8_unit"};

// Unit and source in one word, so that readers never see one of each: source * 8 + unit + 1.
std::atomic<int> choice_word{0};

std::string available_names() {
    std::string names;
    for (int i = 0; i < unit_count; ++i)
        if (supports_int8_unit(static_cast<Int8Unit>(i))) names += (names.empty() ? "" : ", ") + std::string(unit_names[i]);
    return names;
}

// Once per process: permission, once given, is not taken back, and a child of fork() has it too.
AmxAnswer amx_here() {
    static const AmxAnswer answer = amx_answer(byte_product_support(), ask_for_tile_permission);
    return answer;
}

void choose(const char* asked_by, Int8Unit unit, int source) {
    if (!supports_int8_unit(unit)) {
        std::string text = std::string(asked_by) + "'" + int8_unit_name(unit) + "' is not there on this machine";
        if (unit == Int8Unit::amx) text += std::string(" (") + why_no_amx() + ")";
        throw std::runtime_error(text + "; available: " + available_names());
    }
    restore_int8_choice({static_cast<int>(unit), source});
}

}  // namespace

const char* int8_unit_name(Int8Unit unit) { return unit_names[static_cast<int>(unit)]; }

AmxAnswer amx_answer(const ByteProductSupport& cpu, AmxAnswer (*ask)()) {
    if (!cpu.amx_int8) return AmxAnswer::no_amx_int8;
    if (!cpu.vnni) return AmxAnswer::no_vnni;
    if (!cpu.tile_state_saved) return AmxAnswer::state_not_saved;
    return ask();
}

const char* amx_answer_text(AmxAnswer answer) {
    switch (answer) {
        case AmxAnswer::available:
            break;
        case AmxAnswer::no_amx_int8:
            return "the CPU has no AMX-INT8";
        case AmxAnswer::no_vnni:
            return "the CPU has AMX-INT8, but not all of AVX-512 with VNNI, IFMA and VBMI";
        case AmxAnswer::state_not_saved:
            return "the operating system does not save tile registers";
        case AmxAnswer::other_system:
            return "permission to use tile registers is asked for on Linux alone";
        case AmxAnswer::refused:
            return "the operating system refused permission to use tile registers";
    }
    return nullptr;
}

// Constraint: tile data are 8 KiB a thread, and Linux (from 5.16 on) saves them only for processes that asked; without that, the
//   first tile instruction is a SIGILL. The request raises the least size of every alternate signal stack, and is refused where a
//   thread has a smaller one; a filter of system calls may refuse it as well, or pretend.
// Decision: asked for when somebody first wants to know, not at import; and what was given is read back.
AmxAnswer ask_for_tile_permission() {
#if defined(__linux__) && defined(__x86_64__)
    constexpr long arch_get_xcomp_perm = 0x1022, arch_req_xcomp_perm = 0x1023,
                   tile_data = 18;  // asm/prctl.h, where it is new enough
    if (syscall(SYS_arch_prctl, arch_req_xcomp_perm, tile_data) != 0) return AmxAnswer::refused;
    unsigned long given = 0;
    if (syscall(SYS_arch_prctl, arch_get_xcomp_perm, &given) != 0) return AmxAnswer::refused;
    return given >> tile_data & 1 ? AmxAnswer::available : AmxAnswer::refused;
#else
    return AmxAnswer::other_system;
#endif
}

bool supports_int8_unit(Int8Unit unit) {
    switch (unit) {
        case Int8Unit::none:
        case Int8Unit::textbook:
            return true;
        case Int8Unit::vnni:
            return byte_product_support().vnni;
        case Int8Unit::amx:
            return amx_here() == AmxAnswer::available;
        case Int8Unit::count:
            break;
    }
    return false;
}

Int8Choice int8_choice() {
    const int word = choice_word.load(std::memory_order_relaxed);
    return {word % 8 - 1, word / 8};
}
void restore_int8_choice(Int8Choice choice) { choice_word.store(choice.source * 8 + choice.unit + 1, std::memory_order_relaxed); }
const char* int8_unit_source() { return source_names[int8_choice().source]; }

// Who forces a lower level wants to know what a smaller machine does: it has no int8 unit either.
Int8Unit active_int8_unit() {
    const int unit = int8_choice().unit;
    if (unit >= 0) return static_cast<Int8Unit>(unit);
    const bool whole = static_cast<int>(active_level()) == level_count - 1;
    return whole && supports_int8_unit(Int8Unit::amx) ? Int8Unit::amx : Int8Unit::none;
}

void use_int8_unit(Int8Unit unit) { choose("use_int8_unit: unit ", unit, 2); }

void initialize_int8_unit() {
    const char* forced = std::getenv("MLMATH_INT8_UNIT");
    if (forced == nullptr || *forced == '\0') return;
    for (int i = 0; i < unit_count; ++i)
        if (std::strcmp(forced, unit_names[i]) == 0) return choose("MLMATH_INT8_UNIT=", static_cast<Int8Unit>(i), 1);
    throw std::runtime_error(std::string("MLMATH_INT8_UNIT='") + forced +
                             "' is not a known int8 unit; available: " + available_names());
}

const char* why_no_amx() { return amx_answer_text(amx_here()); }

}  // namespace mlmath
