// SPDX-License-Identifier: BSD-3-Clause
// The linear_model family. The facade (learn/linear_model) prepares the arguments; here they are only made sure of.
#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_views.hpp"
#include "core/thread_pool.hpp"
#include "kernels/linear_model/logistic/logistic.hpp"

namespace mlmath::bindings {
namespace {

bool plain(PyObject* object, int type, int ndim, const char* name) {
    if (plain_array_of(object, type) && PyArray_NDIM(reinterpret_cast<PyArrayObject*>(object)) == ndim) return true;
    PyErr_Format(PyExc_TypeError, "logistic_loss_gradient: %s must be a plain %d-d array of X's dtype (labels: int32)", name, ndim);
    return false;
}

template <class T>
PyObject* logistic(PyArrayObject* x, PyArrayObject* labels, PyArrayObject* coef, PyArrayObject* intercept, PyArrayObject* weights,
                   double l2) {
    if (PyArray_DIM(labels, 0) != PyArray_DIM(x, 0) || !PyArray_IS_C_CONTIGUOUS(labels)) {
        PyErr_SetString(PyExc_ValueError, "logistic_loss_gradient: labels must be contiguous, one per row of X");
        return nullptr;
    }
    Reference coef_gradient(PyArray_SimpleNew(2, PyArray_DIMS(coef), numpy_type<T>));
    Reference intercept_gradient(PyArray_SimpleNew(1, PyArray_DIMS(coef), numpy_type<T>));
    if (!coef_gradient || !intercept_gradient) return nullptr;
    const LogisticData<T> data = {matrix_view<const T>(x), static_cast<const std::int32_t*>(PyArray_DATA(labels)),
                                  weights == nullptr ? VectorView<const T>{} : vector_view<const T>(weights)};
    const LogisticModel<T> model = {matrix_view<const T>(coef),
                                    intercept == nullptr ? VectorView<const T>{} : vector_view<const T>(intercept), l2};
    // Terms that vanish in the sums may underflow: exp(-800) of a point far on its own side.
    const FloatingPointWatch watch("logistic_loss_gradient", FE_UNDERFLOW);
    double loss;
    {
        // 20 us are about 1e5 elements of x in cache.
        const GilRelease release(PyArray_SIZE(x) > 100000 / PyArray_DIM(coef, 0));
        loss = logistic_loss_gradient<T>(data, model, matrix_view<T>(coef_gradient.array()),
                                         vector_view<T>(intercept_gradient.array()), num_threads());
    }
    if (!watch.report()) return nullptr;
    return Py_BuildValue("(dNN)", loss, coef_gradient.release(), intercept_gradient.release());
}

PyObject* logistic_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<6> parameters = {
            "logistic_loss_gradient", {"X", "labels", "coef", "intercept", "sample_weight", "l2"}, 0, 6, 6};
        PyObject* slots[6];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const double l2 = PyFloat_AsDouble(slots[5]);
        if (l2 == -1 && PyErr_Occurred()) return nullptr;
        const int type = plain_array_of(slots[0], NPY_FLOAT) ? NPY_FLOAT : NPY_DOUBLE;
        if (!plain(slots[0], type, 2, "X") || !plain(slots[1], NPY_INT32, 1, "labels") || !plain(slots[2], type, 2, "coef"))
            return nullptr;
        if (given(slots[3]) && !plain(slots[3], type, 1, "intercept")) return nullptr;
        if (given(slots[4]) && !plain(slots[4], type, 1, "sample_weight")) return nullptr;
        const auto array = [&](int i) { return given(slots[i]) ? reinterpret_cast<PyArrayObject*>(slots[i]) : nullptr; };
        if (PyArray_DIM(array(2), 0) < 1) {
            PyErr_SetString(PyExc_ValueError, "logistic_loss_gradient: coef must have at least one row");
            return nullptr;
        }
        return (type == NPY_FLOAT ? logistic<float> : logistic<double>)(array(0), array(1), array(2), array(3), array(4), l2);
    });
}

}  // namespace

void bind_fit_many(py::module_& module);  // bind_fit_many.cpp: whole fits

void bind_linear_model(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("logistic_loss_gradient", logistic_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
    bind_fit_many(module);
}

}  // namespace mlmath::bindings
