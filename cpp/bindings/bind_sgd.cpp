// SPDX-License-Identifier: BSD-3-Clause
// Stochastic gradient descent. The estimators (learn/linear_model) prepare the arguments; here they are only made sure of.
#include <vector>

#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_views.hpp"
#include "core/thread_pool.hpp"
#include "kernels/linear_model/sgd/sgd.hpp"

namespace mlmath::bindings {
namespace {

// A contiguous array of the wanted type and shape (columns < 0: one axis), writable when asked for.
PyArrayObject* wanted(PyObject* object, const char* name, int type, npy_intp rows, npy_intp columns, bool writable) {
    auto* array = reinterpret_cast<PyArrayObject*>(object);
    const int axes = columns < 0 ? 1 : 2;
    if (plain_array_of(object, type) && PyArray_NDIM(array) == axes && PyArray_IS_C_CONTIGUOUS(array) &&
        PyArray_DIM(array, 0) == rows && (axes == 1 || PyArray_DIM(array, 1) == columns) &&
        (!writable || PyArray_ISWRITEABLE(array)))
        return array;
    PyErr_Format(PyExc_TypeError, "sgd_fit: %s must be a contiguous%s array of the right type and size", name,
                 writable ? ", writable" : "");
    throw py::error_already_set();
}

bool parse_options(PyObject* object, SgdOptions& o) {
    int loss, rate, intercept, shuffle;
    long long average;
    if (!PyTuple_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "sgd_fit: options must be a tuple");
        return false;
    }
    if (!PyArg_ParseTuple(object, "idddidddppidiLd:sgd_fit", &loss, &o.threshold, &o.l2, &o.l1, &rate, &o.eta0, &o.alpha, &o.power,
                          &intercept, &shuffle, &o.epochs, &o.tolerance, &o.patience, &average, &o.first_update))
        return false;
    if (loss < 0 || loss > static_cast<int>(SgdLoss::squared_epsilon) || rate < 0 ||
        rate > static_cast<int>(SgdRate::passive_aggressive_2)) {
        PyErr_SetString(PyExc_ValueError, "sgd_fit: no such loss or learning rate");
        return false;
    }
    o.loss = static_cast<SgdLoss>(loss), o.rate = static_cast<SgdRate>(rate);
    o.intercept = intercept != 0, o.shuffle = shuffle != 0, o.average = average;
    return true;
}

// X, y (floats: targets; int32: class numbers), weights or None, held_out (bytes) or None, coef (K, d), intercept (K,),
// average_coef, average_intercept or None, models (K, 4): positive class, weights of positive and negative rows, seed. Returns the
// epochs of each model, negative where a weight was not finite at the end.
template <class T>
PyObject* fit(PyObject* const* args, const SgdOptions& options) {
    auto* x = reinterpret_cast<PyArrayObject*>(args[0]);
    const npy_intp n = PyArray_DIM(x, 0), d = PyArray_DIM(x, 1), count = PyArray_DIM(reinterpret_cast<PyArrayObject*>(args[4]), 0);
    SgdData<T> data{matrix_view<const T>(x)};
    if (plain_array_of(args[1], NPY_INT32))
        data.classes = static_cast<const std::int32_t*>(PyArray_DATA(wanted(args[1], "y", NPY_INT32, n, -1, false)));
    else
        data.targets = static_cast<const T*>(PyArray_DATA(wanted(args[1], "y", numpy_type<T>, n, -1, false)));
    if (given(args[2])) data.weights = static_cast<const T*>(PyArray_DATA(wanted(args[2], "weights", numpy_type<T>, n, -1, false)));
    if (given(args[3]))
        data.held_out = static_cast<const std::uint8_t*>(PyArray_DATA(wanted(args[3], "held_out", NPY_UINT8, n, -1, false)));
    auto* coef = static_cast<T*>(PyArray_DATA(wanted(args[4], "coef", numpy_type<T>, count, d, true)));
    auto* intercept = static_cast<double*>(PyArray_DATA(wanted(args[5], "intercept", NPY_DOUBLE, count, -1, true)));
    T* average_coef = nullptr;
    double* average_intercept = nullptr;
    if (options.average > 0) {
        average_coef = static_cast<T*>(PyArray_DATA(wanted(args[6], "average_coef", numpy_type<T>, count, d, true)));
        average_intercept = static_cast<double*>(PyArray_DATA(wanted(args[7], "average_intercept", NPY_DOUBLE, count, -1, true)));
    }
    const auto* given_models = static_cast<const double*>(PyArray_DATA(wanted(args[8], "models", NPY_DOUBLE, count, 4, false)));
    std::vector<SgdModel<T>> models(static_cast<std::size_t>(count));
    for (npy_intp k = 0; k < count; ++k) {
        SgdModel<T>& model = models[static_cast<std::size_t>(k)];
        const double* m = given_models + 4 * k;
        model.coef = coef + k * d, model.intercept = intercept[k];
        if (average_coef != nullptr) model.average_coef = average_coef + k * d, model.average_intercept = average_intercept[k];
        model.positive = static_cast<std::int32_t>(m[0]), model.positive_weight = m[1], model.negative_weight = m[2];
        model.seed = static_cast<std::uint32_t>(m[3]);
    }
    {
        // 20 us are about 1e5 elements of x.
        const GilRelease release(n * d * count * options.epochs > 100000);
        sgd_fit<T>(data, options, models.data(), count, num_threads());
    }
    Reference epochs(PyList_New(count));
    for (npy_intp k = 0; epochs && k < count; ++k) {
        const SgdModel<T>& model = models[static_cast<std::size_t>(k)];
        intercept[k] = model.intercept;
        if (average_intercept != nullptr) average_intercept[k] = model.average_intercept;
        PyList_SET_ITEM(epochs.get(), k, PyLong_FromLong(model.finite ? model.epochs : -model.epochs));
    }
    return epochs.release();
}

PyObject* sgd_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<10> parameters = {
            "_sgd_fit",
            {"X", "y", "weights", "held_out", "coef", "intercept", "average_coef", "average_intercept", "models", "options"},
            10,
            10,
            10};
        PyObject* slots[10];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        SgdOptions options;
        if (!parse_options(slots[9], options)) return nullptr;
        const int type = plain_array_of(slots[0], NPY_FLOAT) ? NPY_FLOAT : NPY_DOUBLE;
        for (int i : {0, 4})
            if (!plain_array_of(slots[i], type) || PyArray_NDIM(reinterpret_cast<PyArrayObject*>(slots[i])) != 2) {
                PyErr_SetString(PyExc_TypeError, "sgd_fit: X and coef must be plain matrices of the same type");
                return nullptr;
            }
        return (type == NPY_FLOAT ? fit<float> : fit<double>)(slots, options);
    });
}

}  // namespace

void bind_sgd(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("_sgd_fit", sgd_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
