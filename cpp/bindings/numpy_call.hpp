// SPDX-License-Identifier: BSD-3-Clause
// NumPy's and SciPy's own functions, for the cases a kernel does not cover.
#pragma once
#include "bindings/python.hpp"

namespace mlmath::bindings {

/// numpy.<name>(*args, **kwargs): the general case of a function whose kernel covers only part of NumPy's.
PyObject* call_numpy(const char* name, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);

/// scipy.special.<peer>(*args, **kwargs), for a call of our `name`. TypeError where SciPy is not installed or lacks the function.
PyObject* call_scipy_special(const char* name, const char* peer, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);

}  // namespace mlmath::bindings
