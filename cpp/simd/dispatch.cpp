// SPDX-License-Identifier: BSD-3-Clause
// The active level: detected, forced by MLMATH_ISA, or swapped by use_isa().
#include "simd/dispatch.hpp"

#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>

namespace mlmath {
namespace {

Level highest_supported() {
    for (int i = level_count - 1; i > 0; --i)
        if (cpu_supports(static_cast<Level>(i))) return static_cast<Level>(i);
    return static_cast<Level>(0);
}

std::atomic<const char*> source{"detected"};

std::string supported_names() {
    std::string names;
    for (int i = 0; i < level_count; ++i)
        if (cpu_supports(static_cast<Level>(i))) names += (names.empty() ? "" : ", ") + std::string(level_name(static_cast<Level>(i)));
    return names;
}

}  // namespace

namespace detail {
std::atomic<int> level_index{static_cast<int>(highest_supported())};
}

Level active_level() { return static_cast<Level>(detail::level_index.load(std::memory_order_relaxed)); }
const char* level_source() { return source.load(std::memory_order_relaxed); }

void use_level(Level level) {
    if (!cpu_supports(level))
        throw std::runtime_error(std::string("isa '") + level_name(level) + "' is not supported by this CPU; available: " +
                                 supported_names());
    detail::level_index.store(static_cast<int>(level), std::memory_order_relaxed);
    source.store("use_isa", std::memory_order_relaxed);
}

void initialize_dispatch() {
    const char* forced = std::getenv("MLMATH_ISA");
    if (forced == nullptr || *forced == '\0') return;
    for (int i = 0; i < level_count; ++i) {
        const Level level = static_cast<Level>(i);
        if (std::strcmp(forced, level_name(level)) != 0) continue;
        if (!cpu_supports(level))
            throw std::runtime_error(std::string("MLMATH_ISA='") + forced + "' is not supported by this CPU; available: " +
                                     supported_names());
        detail::level_index.store(i, std::memory_order_relaxed);
        source.store("MLMATH_ISA", std::memory_order_relaxed);
        return;
    }
    throw std::runtime_error(std::string("MLMATH_ISA='") + forced + "' is not a known instruction set; available: " + supported_names());
}

}  // namespace mlmath
