// SPDX-License-Identifier: BSD-3-Clause
// The rungs of logistic_gradient: a matrix, labels and coefficients of one dtype in, the gradient out.
#include "bindings/bind_rungs.hpp"
#include "core/thread_pool.hpp"
#include "kernels/linear_model/glm_pass/glm_pass_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
using LogisticRung = void (*)(MatrixView<const T>, VectorView<const T>, VectorView<const T>, VectorView<T>, int);

template <class T>
PyObject* run_rung(const char* name, PyObject* const* slots, LogisticRung<T> rung) {
    Reference x = as_plain(slots[0], numpy_type<T>), y, w;
    if (x) y = as_plain(slots[1], numpy_type<T>);
    if (y) w = as_plain(slots[2], numpy_type<T>);
    if (!w) return nullptr;
    const bool fits = PyArray_NDIM(x.array()) == 2 && PyArray_NDIM(y.array()) == 1 && PyArray_NDIM(w.array()) == 1 &&
                      PyArray_DIM(x.array(), 0) == PyArray_DIM(y.array(), 0) &&
                      PyArray_DIM(x.array(), 1) == PyArray_DIM(w.array(), 0) && PyArray_DIM(x.array(), 0) > 0;
    if (!fits) return PyErr_Format(PyExc_ValueError, "%s: X must be a matrix with a row for each y and a column for each w", name);
    Reference g(PyArray_SimpleNew(1, PyArray_DIMS(w.array()), numpy_type<T>));
    if (!g) return nullptr;
    const FloatingPointWatch watch(name, FE_UNDERFLOW);  // exp of a row far on its own side vanishes, rightly
    {
        const GilRelease release(PyArray_SIZE(x.array()) > 20000);
        rung(matrix_view<const T>(x.array()), vector_view<const T>(y.array()), vector_view<const T>(w.array()),
             vector_view<T>(g.array()), num_threads());
    }
    return watch.report() ? g.release() : nullptr;
}

template <const auto& name, LogisticRung<double> f64, LogisticRung<float> f32>
PyObject* logistic_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {name, {"X", "y", "w"}, 0, 3, 3};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        return is_float32(slots[0]) ? run_rung<float>(name, slots, f32) : run_rung<double>(name, slots, f64);
    });
}

constexpr char textbook_name[] = "logistic_gradient_textbook", blocked[] = "logistic_gradient_blocked",
               one_pass[] = "logistic_gradient_one_pass", threaded[] = "logistic_gradient_threaded";

}  // namespace

void bind_logistic_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(
            textbook_name,
            logistic_rung<textbook_name, ladder::logistic_gradient_textbook<double>, ladder::logistic_gradient_textbook<float>>),
        fast_method(blocked,
                    logistic_rung<blocked, ladder::logistic_gradient_blocked<double>, ladder::logistic_gradient_blocked<float>>),
        fast_method(one_pass,
                    logistic_rung<one_pass, ladder::logistic_gradient_one_pass<double>, ladder::logistic_gradient_one_pass<float>>),
        fast_method(threaded,
                    logistic_rung<threaded, ladder::logistic_gradient_threaded<double>, ladder::logistic_gradient_threaded<float>>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
