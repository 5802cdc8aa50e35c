// SPDX-License-Identifier: BSD-3-Clause
// lognormal: exponentials of a tile of normals. Compiled once per level.
#include "kernels/random/distributions/lognormal/lognormal_parts.hpp"
#include "kernels/random/distributions/saturating_exp.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

template <class T>
void exponentials(T* x, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; i += width<T>) store(x + i, saturating_exp<T>(load(x + i), vec<T>{}));
}

}  // namespace

extern const LognormalKernels lognormal_kernels;
const LognormalKernels lognormal_kernels = {exponentials<double>, exponentials<float>};

}  // namespace mlmath::MLMATH_LEVEL
