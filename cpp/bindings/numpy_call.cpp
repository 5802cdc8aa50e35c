// SPDX-License-Identifier: BSD-3-Clause
#include "bindings/numpy_call.hpp"

namespace mlmath::bindings {

PyObject* call_numpy(const char* name, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    Reference numpy(PyImport_ImportModule("numpy"));
    if (!numpy) return nullptr;
    Reference function(PyObject_GetAttrString(numpy.get(), name));
    if (!function) return nullptr;
    return PyObject_Vectorcall(function.get(), args, static_cast<std::size_t>(nargs), keyword_names);
}

}  // namespace mlmath::bindings
