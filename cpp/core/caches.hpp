// SPDX-License-Identifier: BSD-3-Clause
// Cache sizes of this machine, for the decisions that depend on them.
#pragma once
#include <cstddef>

namespace mlmath {

/// Bytes of the last-level cache one core can fill; 32 MiB where the system does not say.
std::ptrdiff_t last_level_cache_bytes();

}  // namespace mlmath
