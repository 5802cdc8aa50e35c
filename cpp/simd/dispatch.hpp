// SPDX-License-Identifier: BSD-3-Clause
// Which level runs. Every kernel has one table of function pointers per level; the active level picks the table.
#pragma once
#include <atomic>

#include "simd/cpu.hpp"

namespace mlmath {

/// The active level: the highest one this CPU supports, or the one MLMATH_ISA names. An unknown or unsupported name in MLMATH_ISA throws
/// std::runtime_error from initialize_dispatch(), which the binding calls at import.
Level active_level();

/// Makes `level` the active one for the whole process (tests, study). Throws std::runtime_error when this CPU does not support it.
/// Calls that are running keep the table they started with.
void use_level(Level level);

/// Reads MLMATH_ISA. Idempotent.
void initialize_dispatch();

/// "detected", "MLMATH_ISA" or "use_isa".
const char* level_source();

namespace detail {
extern std::atomic<int> level_index;
}

/// The active level's table of a kernel: `const DotKernels& k = active(dot_by_level);`
template <class Table>
const Table& active(const Table* const (&by_level)[level_count]) {
    return *by_level[detail::level_index.load(std::memory_order_relaxed)];
}

// In a driver, inside namespace mlmath: declares every level's `table` (defined by the kernel's _simd.cpp) and `table_by_level`.
#if defined(__x86_64__)
#define MLMATH_KERNEL_TABLE(Type, table)                       \
    namespace baseline { extern const Type table; }            \
    namespace avx2 { extern const Type table; }                \
    namespace avx512 { extern const Type table; }              \
    static const Type* const table##_by_level[] = {&baseline::table, &avx2::table, &avx512::table}
#elif defined(__aarch64__)
#define MLMATH_KERNEL_TABLE(Type, table)                       \
    namespace neon { extern const Type table; }                \
    static const Type* const table##_by_level[] = {&neon::table}
#endif

}  // namespace mlmath
