// SPDX-License-Identifier: BSD-3-Clause
// fit_many and multinomial_fit: whole fits in one call. The facade prepares the arguments; here they are only made sure of.
#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_views.hpp"
#include "core/thread_pool.hpp"
#include "kernels/linear_model/fit/fit.hpp"
#include "kernels/linear_model/fit_many/fit_many.hpp"

namespace mlmath::bindings {
namespace {

bool plain(const char* function, PyObject* object, int type, int ndim, const char* name) {
    if (plain_array_of(object, type) && PyArray_NDIM(reinterpret_cast<PyArrayObject*>(object)) == ndim) return true;
    PyErr_Format(PyExc_TypeError, "%s: %s must be a plain %d-d array of X's dtype (labels: int32)", function, name, ndim);
    return false;
}

PyArrayObject* array(PyObject* slot) { return given(slot) ? reinterpret_cast<PyArrayObject*>(slot) : nullptr; }

template <class T>
std::ptrdiff_t stride(PyArrayObject* a, int axis) {
    return PyArray_STRIDE(a, axis) / static_cast<npy_intp>(sizeof(T));
}

template <class T>
PyObject* many(PyArrayObject* x, PyArrayObject* y, PyArrayObject* s, const FitManyOptions& options) {
    const npy_intp* shape = PyArray_DIMS(x);
    const auto same = [&](PyArrayObject* a) { return PyArray_DIM(a, 0) == shape[0] && PyArray_DIM(a, 1) == shape[1]; };
    if (!same(y) || (s != nullptr && !same(s))) {
        PyErr_SetString(PyExc_ValueError, "fit_many: y and sample_weight must have one entry per row of X");
        return nullptr;
    }
    npy_intp count = shape[0], theta_shape[2] = {shape[0], shape[2] + 1};
    Reference theta(PyArray_SimpleNew(2, theta_shape, NPY_DOUBLE));
    Reference status(PyArray_SimpleNew(1, &count, NPY_INT32)), iterations(PyArray_SimpleNew(1, &count, NPY_INT32));
    Reference objective(PyArray_SimpleNew(1, &count, NPY_DOUBLE)), gradient(PyArray_SimpleNew(1, &count, NPY_DOUBLE));
    Reference decrement(PyArray_SimpleNew(1, &count, NPY_DOUBLE));
    if (!theta || !status || !iterations || !objective || !gradient || !decrement) return nullptr;
    const FitManyData<T> data = {static_cast<const T*>(PyArray_DATA(x)),
                                 shape[0],
                                 shape[1],
                                 shape[2],
                                 stride<T>(x, 0),
                                 stride<T>(x, 1),
                                 stride<T>(x, 2),
                                 static_cast<const T*>(PyArray_DATA(y)),
                                 stride<T>(y, 0),
                                 stride<T>(y, 1),
                                 s == nullptr ? nullptr : static_cast<const T*>(PyArray_DATA(s)),
                                 s == nullptr ? 0 : stride<T>(s, 0),
                                 s == nullptr ? 0 : stride<T>(s, 1)};
    const auto doubles = [](const Reference& a) { return static_cast<double*>(PyArray_DATA(a.array())); };
    const FitManyResult result = {matrix_view<double>(theta.array()),
                                  static_cast<FitManyStatus*>(PyArray_DATA(status.array())),
                                  static_cast<std::int32_t*>(PyArray_DATA(iterations.array())),
                                  doubles(objective),
                                  doubles(gradient),
                                  doubles(decrement)};
    // What is not finite is reported problem by problem, and a Poisson step that overflows is halved: no flag says anything new.
    const FloatingPointWatch watch("fit_many", FE_UNDERFLOW | FE_OVERFLOW | FE_INVALID | FE_DIVBYZERO);
    {
        const GilRelease release(PyArray_SIZE(x) > 5000);  // about 20 us
        fit_many<T>(data, options, result);
    }
    fp_clear();
    return Py_BuildValue("(NNNNNN)", theta.release(), status.release(), iterations.release(), objective.release(),
                         gradient.release(), decrement.release());
}

PyObject* fit_many_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<8> parameters = {
            "_fit_many", {"X", "y", "sample_weight", "loss", "l2", "fit_intercept", "tol", "max_iter"}, 8, 8, 8};
        PyObject* slots[8];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        FitManyOptions options;
        options.loss = static_cast<LinearLoss>(PyLong_AsLong(slots[3]));
        options.l2 = PyFloat_AsDouble(slots[4]);
        options.intercept = PyObject_IsTrue(slots[5]) == 1;
        options.tolerance = PyFloat_AsDouble(slots[6]);
        options.max_iterations = static_cast<int>(PyLong_AsLong(slots[7]));
        options.threads = num_threads();
        if (PyErr_Occurred()) return nullptr;
        const int type = plain_array_of(slots[0], NPY_FLOAT) ? NPY_FLOAT : NPY_DOUBLE;
        if (!plain("fit_many", slots[0], type, 3, "X") || !plain("fit_many", slots[1], type, 2, "y")) return nullptr;
        if (given(slots[2]) && !plain("fit_many", slots[2], type, 2, "sample_weight")) return nullptr;
        return (type == NPY_FLOAT ? many<float> : many<double>)(array(slots[0]), array(slots[1]), array(slots[2]), options);
    });
}

template <class T>
PyObject* multinomial(PyArrayObject* x, PyArrayObject* labels, PyArrayObject* s, long classes, const FitOptions& options,
                      PyObject* start) {
    if (PyArray_DIM(labels, 0) != PyArray_DIM(x, 0) || !PyArray_IS_C_CONTIGUOUS(labels)) {
        PyErr_SetString(PyExc_ValueError, "multinomial_fit: labels must be contiguous, one per row of X");
        return nullptr;
    }
    npy_intp shape[2] = {classes, PyArray_DIM(x, 1) + 1};
    Reference theta(given(start) ? PyArray_NewCopy(array(start), NPY_CORDER) : PyArray_ZEROS(2, shape, NPY_DOUBLE, 0));
    if (!theta) return nullptr;
    if (PyArray_DIM(theta.array(), 0) != shape[0] || PyArray_DIM(theta.array(), 1) != shape[1]) {
        PyErr_SetString(PyExc_ValueError, "multinomial_fit: start must have shape (classes, d + 1)");
        return nullptr;
    }
    const LabelledData<T> data = {matrix_view<const T>(x), static_cast<const std::int32_t*>(PyArray_DATA(labels)),
                                  s == nullptr ? VectorView<const T>{} : vector_view<const T>(s)};
    FitOutcome outcome;
    {
        const GilRelease release(PyArray_SIZE(x) * classes > 2000);  // about 20 us
        outcome = multinomial_fit<T>(data, classes, options, nullptr, static_cast<double*>(PyArray_DATA(theta.array())));
    }
    fp_clear();  // exp(-800) of an unlikely class underflows, NaN is reported by the status
    if (outcome.stop == FitStop::interrupted && PyErr_Occurred()) return nullptr;
    return Py_BuildValue("(NiiddddsN)", theta.release(), static_cast<int>(outcome.status.outcome), outcome.iterations,
                         outcome.objective, outcome.gradient_max, outcome.gradient_square, outcome.decrement, outcome.method,
                         PyBool_FromLong(outcome.separable));
}

PyObject* multinomial_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<9> parameters = {
            "_multinomial_fit",
            {"X", "labels", "sample_weight", "classes", "l2", "fit_intercept", "tol", "max_iter", "start"},
            9,
            9,
            9};
        PyObject* slots[9];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const long classes = PyLong_AsLong(slots[3]);
        FitOptions options;
        options.l2 = PyFloat_AsDouble(slots[4]);
        options.intercept = PyObject_IsTrue(slots[5]) == 1;
        options.tolerance = PyFloat_AsDouble(slots[6]);
        options.max_iterations = static_cast<int>(PyLong_AsLong(slots[7]));
        options.threads = num_threads();
        if (PyErr_Occurred()) return nullptr;
        constexpr const char* function = "multinomial_fit";
        const int type = plain_array_of(slots[0], NPY_FLOAT) ? NPY_FLOAT : NPY_DOUBLE;
        if (!plain(function, slots[0], type, 2, "X") || !plain(function, slots[1], NPY_INT32, 1, "labels")) return nullptr;
        if (given(slots[2]) && !plain(function, slots[2], type, 1, "sample_weight")) return nullptr;
        if (given(slots[8]) && !plain(function, slots[8], NPY_DOUBLE, 2, "start")) return nullptr;
        return (type == NPY_FLOAT ? multinomial<float> : multinomial<double>)(array(slots[0]), array(slots[1]), array(slots[2]),
                                                                              classes, options, slots[8]);
    });
}

}  // namespace

void bind_fit_many(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("_fit_many", fit_many_fast),
        fast_method("_multinomial_fit", multinomial_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
