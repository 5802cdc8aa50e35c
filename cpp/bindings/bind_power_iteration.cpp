// SPDX-License-Identifier: BSD-3-Clause
// power_iteration: dtype switch, views, GIL, call. Checks, defaults and warnings are in the Python facade.
#include "kernels/eigen/power_iteration/power_iteration.hpp"

#include <algorithm>

#include "bindings/bind_eigen.hpp"
#include "bindings/fastcall.hpp"
#include "bindings/numpy_views.hpp"
#include "core/thread_pool.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
Reference fresh(std::initializer_list<npy_intp> shape) {
    return Reference(PyArray_SimpleNew(static_cast<int>(shape.size()), const_cast<npy_intp*>(shape.begin()), numpy_type<T>));
}

template <class T>
T* data(const Reference& array) {
    return static_cast<T*>(PyArray_DATA(array.array()));
}

// (values (b,), vectors (n, b), history of values (steps, wanted), of residuals, steps, converged), or None when A or x0 is not
// finite or a column of x0 is zero.
template <class T>
PyObject* power_iteration_of(PyObject* matrix, PyObject* start, npy_intp wanted, double tolerance, npy_intp most_steps) {
    Reference a = as_plain(matrix, numpy_type<T>), x0 = as_plain(start, numpy_type<T>, true);
    if (!a || !x0) return nullptr;
    const npy_intp n = PyArray_DIM(x0.array(), 0), b = PyArray_DIM(x0.array(), 1);
    Reference x = fresh<T>({n, b}), w = fresh<T>({b});
    if (!x || !w || PyArray_CopyInto(x.array(), x0.array()) != 0) return nullptr;
    PowerOutcome outcome;
    std::vector<T> values, residuals;
    {
        const FloatingPointWatch flags("power_iteration");
        const GilRelease release(true);  // steps go on until it converges
        outcome = power_iteration<T>(matrix_view<const T>(a.array()), matrix_view<T>(x.array()), wanted, static_cast<T>(tolerance),
                                     most_steps, data<T>(w), values, residuals, num_threads());
        fp_clear();
    }
    if (!outcome.finite) Py_RETURN_NONE;
    Reference of_values = fresh<T>({outcome.steps, wanted}), of_residuals = fresh<T>({outcome.steps, wanted});
    if (!of_values || !of_residuals) return nullptr;
    std::copy(values.begin(), values.end(), data<T>(of_values));
    std::copy(residuals.begin(), residuals.end(), data<T>(of_residuals));
    return Py_BuildValue("(NNNNnO)", w.release(), x.release(), of_values.release(), of_residuals.release(),
                         static_cast<Py_ssize_t>(outcome.steps), outcome.converged ? Py_True : Py_False);
}

}  // namespace

PyObject* power_iteration_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<5> parameters = {"_power_iteration", {"a", "x0", "wanted", "tolerance", "most_steps"}, 5, 5, 5};
        PyObject* slots[5];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const Py_ssize_t wanted = PyLong_AsSsize_t(slots[2]);
        const double tolerance = PyFloat_AsDouble(slots[3]);
        const Py_ssize_t most_steps = PyLong_AsSsize_t(slots[4]);
        if (PyErr_Occurred()) return nullptr;
        const bool single = PyArray_Check(slots[0]) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(slots[0])) == NPY_FLOAT;
        return single ? power_iteration_of<float>(slots[0], slots[1], wanted, tolerance, most_steps)
                      : power_iteration_of<double>(slots[0], slots[1], wanted, tolerance, most_steps);
    });
}

}  // namespace mlmath::bindings
