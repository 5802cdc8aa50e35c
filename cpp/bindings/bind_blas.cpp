// SPDX-License-Identifier: BSD-3-Clause
// The blas family's functions.
#include "bindings/bind_blas.hpp"

namespace mlmath::bindings {

PyObject* call_numpy(const char* name, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    Reference numpy(PyImport_ImportModule("numpy"));
    if (!numpy) return nullptr;
    Reference function(PyObject_GetAttrString(numpy.get(), name));
    if (!function) return nullptr;
    return PyObject_Vectorcall(function.get(), args, static_cast<std::size_t>(nargs), keyword_names);
}

void bind_blas(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("dot", dot_fast),
        fast_method("matmul", matmul_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
