// SPDX-License-Identifier: BSD-3-Clause
#include "bindings/bind_random_draw.hpp"

namespace mlmath::bindings {

extern const RandomMethods discrete_methods;
const RandomMethods discrete_methods = {nullptr, 0};

}  // namespace mlmath::bindings
