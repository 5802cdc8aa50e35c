// SPDX-License-Identifier: BSD-3-Clause
// The factor family's functions, for the table in bind_factor.cpp.
#pragma once
#include "bindings/python.hpp"

namespace mlmath::bindings {

PyObject* cholesky_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* inv_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* least_squares_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* lstsq_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* qr_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* solve_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* det_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* slogdet_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* lu_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* solve_triangular_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);

}  // namespace mlmath::bindings
