// SPDX-License-Identifier: BSD-3-Clause
#include "core/caches.hpp"

#include <unistd.h>

#include <algorithm>

namespace mlmath {

std::ptrdiff_t last_level_cache_bytes() {
    static const std::ptrdiff_t bytes = [] {
        long found = 0;
#if defined(_SC_LEVEL3_CACHE_SIZE)
        found = std::max(sysconf(_SC_LEVEL3_CACHE_SIZE), sysconf(_SC_LEVEL2_CACHE_SIZE));
#endif
        // Virtual machines report the whole socket's cache, of which a guest with a few cores gets a share: no more than 64 MiB is
        // believed.
        constexpr std::ptrdiff_t usual = std::ptrdiff_t(32) << 20, most = std::ptrdiff_t(64) << 20;
        return found > 0 ? std::min<std::ptrdiff_t>(found, most) : usual;
    }();
    return bytes;
}

}  // namespace mlmath
