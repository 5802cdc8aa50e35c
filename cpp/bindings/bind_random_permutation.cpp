// SPDX-License-Identifier: BSD-3-Clause
#include "bindings/bind_random_draw.hpp"

namespace mlmath::bindings {

extern const RandomMethods permutation_methods;
const RandomMethods permutation_methods = {nullptr, 0};

}  // namespace mlmath::bindings
