// SPDX-License-Identifier: BSD-3-Clause
// Which unit multiplies bytes: a choice beside the level of the vector instructions (docs/decisions/0011-int8-units.md).
#pragma once
#include "simd/cpu.hpp"

namespace mlmath {

/// none      no int8 unit is used: what asks for one runs its ordinary path
/// textbook  plain loops, any CPU: for tests and study
/// vnni      AVX-512 VNNI, IFMA and VBMI: for tests and study (a product through it is slower than the multiply-add units)
/// amx       AMX-INT8 tiles, for which this process has the operating system's permission, beside all of vnni
enum class Int8Unit : int { none, textbook, vnni, amx, count };

const char* int8_unit_name(Int8Unit unit);

/// Whether this machine can run it. AMX: CPUID, XCR0, and the permission of the operating system, asked for at the first call
/// and its answer checked.
bool supports_int8_unit(Int8Unit unit);

/// The active one: amx where the machine has it and the active level is avx512, otherwise none; or the one that MLMATH_INT8_UNIT or
/// use_int8_unit() names.
Int8Unit active_int8_unit();

/// "detected", "MLMATH_INT8_UNIT" or "use_int8_unit".
const char* int8_unit_source();

/// Makes `unit` the active one for the whole process. Throws std::runtime_error when this machine does not have it.
void use_int8_unit(Int8Unit unit);

/// What was chosen, to go back to later: a choice left to detection keeps following the level.
struct Int8Choice {
    int unit;    // -1: detection's
    int source;  // index of the names of int8_unit_source()
};
Int8Choice int8_choice();
void restore_int8_choice(Int8Choice choice);

/// Reads MLMATH_INT8_UNIT; an unknown name, or a unit this machine does not have, throws std::runtime_error. Idempotent.
void initialize_int8_unit();

/// Why amx is not available, for `info`; null when it is.
const char* why_no_amx();

/// The decision apart from the machine, for tests: what the CPU says, and `ask`, which asks the operating system for permission to
/// use tile registers and tells whether it was given; called only when all else is there.
enum class AmxAnswer : int { available, no_amx_int8, no_vnni, state_not_saved, other_system, refused };
AmxAnswer amx_answer(const ByteProductSupport& cpu, AmxAnswer (*ask)());
const char* amx_answer_text(AmxAnswer answer);  // null for available

/// Asks the operating system, each time anew: available, refused, or other_system where there is nobody to ask.
AmxAnswer ask_for_tile_permission();

}  // namespace mlmath
