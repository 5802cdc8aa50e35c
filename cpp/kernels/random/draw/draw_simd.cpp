// SPDX-License-Identifier: BSD-3-Clause
// draw: non-temporal stores. Compiled once per level.
#include <cstdint>
#include <cstring>

#include "kernels/random/draw/draw_parts.hpp"
#include "simd/vec.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

void copy_past_caches(void* to, const void* from, std::ptrdiff_t bytes) {
    auto* target = static_cast<unsigned char*>(to);
    const auto* source = static_cast<const unsigned char*>(from);
    const auto lead = static_cast<std::ptrdiff_t>((64 - reinterpret_cast<std::uintptr_t>(to) % 64) % 64);
    const std::ptrdiff_t head = lead < bytes ? lead : bytes;
    std::memcpy(target, source, static_cast<std::size_t>(head));
    target += head, source += head, bytes -= head;
    for (; bytes >= 64; bytes -= 64, target += 64, source += 64) {
        MLMATH_UNROLL for (int v = 0; v < 64; v += register_bytes) {
            vec_f64 line;
            __builtin_memcpy(&line, source + v, register_bytes);
            stream(reinterpret_cast<double*>(target + v), line);
        }
    }
    std::memcpy(target, source, static_cast<std::size_t>(bytes));
}

void fence() { stream_fence(); }

}  // namespace

extern const DrawKernels draw_kernels;
const DrawKernels draw_kernels = {copy_past_caches, fence};

}  // namespace mlmath::MLMATH_LEVEL
