// SPDX-License-Identifier: BSD-3-Clause
// The eigen family's functions, for the table in bind_eigen.cpp.
#pragma once
#include "bindings/python.hpp"

namespace mlmath::bindings {

PyObject* eigh_subset_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* eigh_tridiagonal_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* power_iteration_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* svd_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* tridiagonal_count_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);

}  // namespace mlmath::bindings
