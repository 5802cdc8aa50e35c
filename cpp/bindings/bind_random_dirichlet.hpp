// SPDX-License-Identifier: BSD-3-Clause
// Generator.dirichlet, a row of the gamma family's table.
#pragma once
#include "bindings/bind_random_draw.hpp"

namespace mlmath::bindings {

/// dirichlet(alpha, size=None, *, dtype=float64, out=None).
PyObject* dirichlet_method(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);

}  // namespace mlmath::bindings
