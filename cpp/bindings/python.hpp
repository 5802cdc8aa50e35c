// SPDX-License-Identifier: BSD-3-Clause
// Python and NumPy headers in the order they need. Only module.cpp defines MLMATH_IMPORT_ARRAY (it holds the API tables).
#pragma once
#define PY_SSIZE_T_CLEAN
#include <pybind11/pybind11.h>

#ifndef MLMATH_IMPORT_ARRAY
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#endif
#include <numpy/arrayobject.h>
#include <numpy/ufuncobject.h>

namespace mlmath::bindings {

namespace py = pybind11;

/// Owns one reference. For the hot paths, where pybind11's casters would cost more than the call.
class Reference {
public:
    Reference() = default;
    explicit Reference(PyObject* owned) : object_(owned) {}
    Reference(Reference&& other) noexcept : object_(other.release()) {}
    Reference& operator=(Reference&& other) noexcept {
        PyObject* old = object_;
        object_ = other.release();
        Py_XDECREF(old);
        return *this;
    }
    ~Reference() { Py_XDECREF(object_); }

    static Reference borrow(PyObject* object) {
        Py_XINCREF(object);
        return Reference(object);
    }
    PyObject* get() const { return object_; }
    PyArrayObject* array() const { return reinterpret_cast<PyArrayObject*>(object_); }
    PyObject* release() {
        PyObject* object = object_;
        object_ = nullptr;
        return object;
    }
    explicit operator bool() const { return object_ != nullptr; }

private:
    PyObject* object_ = nullptr;
};

}  // namespace mlmath::bindings
