// SPDX-License-Identifier: BSD-3-Clause
// log, log1p, log2, log10 of a run. Compiled once per level; the functions themselves are simd/math/log.hpp's.
#include "kernels/elementwise/elementwise_loop.hpp"
#include "kernels/elementwise/log/log_kernels.hpp"
#include "simd/math.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

struct Log {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return log(x);
    }
};

}  // namespace

extern const LogKernels log_kernels;
const LogKernels log_kernels = {elementwise_kernels<Log, 1>};

}  // namespace mlmath::MLMATH_LEVEL
