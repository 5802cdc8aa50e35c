// SPDX-License-Identifier: BSD-3-Clause
// linear: dtype switch, views, GIL, call. Checks are in the Python facade.
#include "kernels/blas/linear/linear.hpp"

#include "bindings/bind_blas.hpp"
#include "core/thread_pool.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
bool layer(PyArrayObject* x, PyArrayObject* w, PyArrayObject* b, Activation f, PyArrayObject* y) {
    const MatrixView<const T> left = matrix_view<const T>(x), right = matrix_view<const T>(w);
    const FloatingPointWatch watch("linear");
    {
        const double work = static_cast<double>(left.rows) * static_cast<double>(left.columns) * static_cast<double>(right.columns);
        const GilRelease release(work > 1 << 20);  // 20 us
        linear<T>(left, right, b == nullptr ? nullptr : static_cast<const T*>(PyArray_DATA(b)), f, matrix_view<T>(y),
                  num_threads());
    }
    return watch.report();
}

}  // namespace

// _linear(X, W, b | None, activation, out): plain arrays of one dtype, b contiguous, out with adjacent columns.
PyObject* linear_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<5> parameters = {"_linear", {"X", "W", "b", "activation", "out"}, 5, 5, 5};
        PyObject* slots[5];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const long f = PyLong_AsLong(slots[3]);
        if (f == -1 && PyErr_Occurred()) return nullptr;
        auto* y = reinterpret_cast<PyArrayObject*>(slots[4]);
        const int type = PyArray_TYPE(y);
        Reference x = as_plain(slots[0], type), w = x ? as_plain(slots[1], type) : Reference();
        if (!x || !w) return nullptr;
        PyArrayObject* b = given(slots[2]) ? reinterpret_cast<PyArrayObject*>(slots[2]) : nullptr;
        const auto activation = static_cast<Activation>(f);
        const bool done = type == NPY_DOUBLE ? layer<double>(x.array(), w.array(), b, activation, y)
                                             : layer<float>(x.array(), w.array(), b, activation, y);
        return done ? Py_NewRef(slots[4]) : nullptr;
    });
}

}  // namespace mlmath::bindings
