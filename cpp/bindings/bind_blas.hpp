// SPDX-License-Identifier: BSD-3-Clause
// What the files of the blas bindings share.
#pragma once
#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_call.hpp"
#include "bindings/numpy_views.hpp"

namespace mlmath::bindings {

/// matmul of two plain arrays of one dtype (float32 or float64), each with at least one axis, under the name of the calling function.
/// out: nullptr, or an array the result may be written to (see bind_gemm.cpp). `names`: what errors call the operands.
PyObject* matrix_product(const char* function, const char* const (&names)[2], PyArrayObject* x1, PyArrayObject* x2);

PyObject* matmul_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
/// matmul by the multiply-add units whatever the context says: for our own functions.
PyObject* fma_matmul_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* matvec_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* vecmat_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* vecdot_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* dot_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* linear_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
PyObject* gram_fast(PyObject* module, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);

}  // namespace mlmath::bindings
