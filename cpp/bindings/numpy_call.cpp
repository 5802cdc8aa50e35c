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

PyObject* call_scipy_special(const char* name, const char* peer, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    const Reference special(PyImport_ImportModule("scipy.special"));
    const Reference function(special ? PyObject_GetAttrString(special.get(), peer) : nullptr);
    if (!function) {
        if (!PyErr_ExceptionMatches(special ? PyExc_AttributeError : PyExc_ImportError)) return nullptr;
        PyErr_Clear();
        return PyErr_Format(
            PyExc_TypeError,
            "%s: arguments must be real numbers or arrays of float16, float32, float64, integers or bool, and out a "
            "writeable array of the common shape; other cases need scipy.special.%s, which is not there",
            name, peer);
    }
    return PyObject_Vectorcall(function.get(), args, static_cast<std::size_t>(nargs), keyword_names);
}

}  // namespace mlmath::bindings
