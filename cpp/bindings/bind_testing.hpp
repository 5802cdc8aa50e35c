// SPDX-License-Identifier: BSD-3-Clause
// The parts of `_mlmath._testing`.
#pragma once
#include "bindings/module.hpp"

namespace mlmath::bindings {

void bind_testing_floats(py::module_& testing);  // errors and hashes of float results
void bind_testing_crt(py::module_& testing);     // gemm_crt with every choice open

}  // namespace mlmath::bindings
