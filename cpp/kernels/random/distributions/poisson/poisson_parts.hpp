// SPDX-License-Identifier: BSD-3-Clause
// poisson: what the driver and the per-level units agree on.
#pragma once
#include "kernels/random/engines/stream_key.hpp"

namespace mlmath {

struct PoissonKernels {
    void (*convert_each)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                         std::int64_t* out, const double* const* parameters);
};

}  // namespace mlmath
