// SPDX-License-Identifier: BSD-3-Clause
// fit_linear. The facade (mlmath_native/_fit_linear.py) prepares the arguments; here they are only made sure of.
#include <chrono>
#include <vector>

#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_views.hpp"
#include "core/thread_pool.hpp"
#include "kernels/linear_model/fit/fit.hpp"
#include "kernels/linear_model/glm_pass/glm_pass.hpp"

namespace mlmath::bindings {
namespace {

// What the watch writes down, and whom it calls.
struct Observer {
    PyObject* callback;  // null: none
    bool trace, failed = false;
    npy_intp size;
    std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
    std::vector<double> rows;  // objective, gradient_max, seconds

    static bool iteration(void* context, int k, double objective, double gradient_max, const double* theta) {
        auto& self = *static_cast<Observer*>(context);
        if (self.trace)
            self.rows.insert(
                self.rows.end(),
                {objective, gradient_max, std::chrono::duration<double>(std::chrono::steady_clock::now() - self.start).count()});
        return self.callback != nullptr && self.call(k, objective, gradient_max, theta);
    }
    bool call(int k, double objective, double gradient_max, const double* theta) {
        const PyGILState_STATE state = PyGILState_Ensure();
        bool stop = true;
        Reference copy(PyArray_SimpleNew(1, &size, NPY_DOUBLE));
        if (copy) {
            std::copy(theta, theta + size, static_cast<double*>(PyArray_DATA(copy.array())));
            Reference result(PyObject_CallFunction(callback, "iddO", k, objective, gradient_max, copy.get()));
            const int truth = result ? PyObject_IsTrue(result.get()) : -1;
            failed = truth < 0;
            stop = truth != 0;
        } else {
            failed = true;
        }
        PyGILState_Release(state);
        return stop;
    }
};

bool plain(PyObject* object, int type, int ndim, const char* name) {
    if (plain_array_of(object, type) && PyArray_NDIM(reinterpret_cast<PyArrayObject*>(object)) == ndim) return true;
    PyErr_Format(PyExc_TypeError, "fit_linear: %s must be a plain %d-d array of X's dtype (start: float64)", name, ndim);
    return false;
}

struct Arguments {
    PyArrayObject *x, *y, *weights, *start;
    LinearProblem problem;
    FitOptions options;
    PyObject* callback;
    bool trace;
};

const char* const stops[] = {"converged", "iterations", "time", "watch", "interrupted", "diverged", "rounding"};

template <class T>
PyObject* fit(const Arguments& a) {
    npy_intp size = PyArray_DIM(a.x, 1) + 1;
    Reference theta(PyArray_ZEROS(1, &size, NPY_DOUBLE, 0));
    if (!theta) return nullptr;
    double* const values = static_cast<double*>(PyArray_DATA(theta.array()));
    if (a.start != nullptr) {
        const VectorView<const double> start = vector_view<const double>(a.start);
        for (npy_intp j = 0; j < size; ++j) values[j] = start.data[j * start.stride];
    }
    const LinearData<T> data = {matrix_view<const T>(a.x), vector_view<const T>(a.y),
                                a.weights == nullptr ? VectorView<const T>{} : vector_view<const T>(a.weights)};
    Observer observer{a.callback, a.trace, false, size, {}, {}};
    FitWatch watch = {&observer, Observer::iteration};
    observer.start = std::chrono::steady_clock::now();
    FitOutcome outcome;
    {
        const GilRelease release(PyArray_SIZE(a.x) > 5000);
        outcome = linear_fit<T>(data, a.problem, a.options, a.callback != nullptr || a.trace ? &watch : nullptr, values);
    }
    // A trial step may overflow, and terms that vanish in a sum underflow: the outcome says what matters.
    fp_clear();
    if (observer.failed) return nullptr;
    if (outcome.stop == FitStop::interrupted) {
        // The hook has run the signal handler. Its KeyboardInterrupt becomes a warning of the facade; another exception is passed
        // on.
        if (PyErr_Occurred()) {
            if (!PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) return nullptr;
            PyErr_Clear();
        }
    }
    Reference path(Reference::borrow(Py_None));
    if (a.trace) {
        npy_intp shape[2] = {static_cast<npy_intp>(observer.rows.size() / 3), 3};
        path = Reference(PyArray_SimpleNew(2, shape, NPY_DOUBLE));
        if (!path) return nullptr;
        std::copy(observer.rows.begin(), observer.rows.end(), static_cast<double*>(PyArray_DATA(path.array())));
    }
    return Py_BuildValue("(NidddidssON)", theta.release(), static_cast<int>(outcome.status.outcome == Outcome::not_finite),
                         outcome.objective, outcome.gradient_max, outcome.gradient_square, outcome.iterations, outcome.decrement,
                         stops[static_cast<int>(outcome.stop)], outcome.method, outcome.separable ? Py_True : Py_False,
                         path.release());
}

PyObject* fit_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<16> parameters = {
            "fit_linear",
            {"X", "y", "sample_weight", "start", "loss", "delta", "method", "learning_rate", "l2", "intercept", "tol", "max_iter",
             "seconds", "callback", "trace", "start_given"},
            0,
            16,
            16};
        PyObject* slots[16];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const int type = plain_array_of(slots[0], NPY_FLOAT) ? NPY_FLOAT : NPY_DOUBLE;
        if (!plain(slots[0], type, 2, "X") || !plain(slots[1], type, 1, "y")) return nullptr;
        if (given(slots[2]) && !plain(slots[2], type, 1, "sample_weight")) return nullptr;
        if (given(slots[3]) && !plain(slots[3], NPY_DOUBLE, 1, "start")) return nullptr;
        const auto array = [&](int i) { return given(slots[i]) ? reinterpret_cast<PyArrayObject*>(slots[i]) : nullptr; };
        if (array(3) != nullptr && PyArray_DIM(array(3), 0) != PyArray_DIM(array(0), 1) + 1) {
            PyErr_SetString(PyExc_ValueError, "fit_linear: start must have one element a column of X and one more");
            return nullptr;
        }
        const auto number = [&](int i) { return PyFloat_AsDouble(slots[i]); };
        const auto whole = [&](int i) { return static_cast<int>(PyLong_AsLong(slots[i])); };
        Arguments a = {array(0), array(1), array(2), array(3), {}, {}, given(slots[13]) ? slots[13] : nullptr, whole(14) != 0};
        const int loss = whole(4), method = whole(6);
        a.problem = {static_cast<LinearLoss>(loss), number(5), static_cast<FitMethod>(method), number(7), whole(15) != 0};
        a.options = {number(8), whole(9) != 0, number(10), whole(11), number(12), num_threads()};
        if (PyErr_Occurred()) return nullptr;
        if (loss < 0 || loss > static_cast<int>(LinearLoss::huber) || method < 0 || method > static_cast<int>(FitMethod::gd_bb)) {
            PyErr_SetString(PyExc_ValueError, "fit_linear: unknown loss or method");
            return nullptr;
        }
        return (type == NPY_FLOAT ? fit<float> : fit<double>)(a);
    });
}

// One pass, for the tests and the ladder: (f, gradient, hessian or None) without a penalty.
template <class T>
PyObject* pass_of(PyArrayObject* x, PyArrayObject* y, PyArrayObject* weights, PyArrayObject* theta, LinearLoss loss, double delta,
                  bool second) {
    npy_intp shape[2] = {PyArray_DIM(x, 1) + 1, PyArray_DIM(x, 1) + 1}, rows = PyArray_DIM(x, 0);
    Reference gradient(PyArray_SimpleNew(1, shape, NPY_DOUBLE)), scores(PyArray_SimpleNew(1, &rows, numpy_type<T>));
    Reference hessian(second ? PyArray_SimpleNew(2, shape, NPY_DOUBLE) : Py_NewRef(Py_None));
    if (!gradient || !hessian || !scores) return nullptr;
    double f;
    {
        const GilRelease release(PyArray_SIZE(x) > 100000);
        GlmPass<T> pass(matrix_view<const T>(x), vector_view<const T>(y),
                        weights == nullptr ? VectorView<const T>{} : vector_view<const T>(weights), loss, delta, num_threads(),
                        second);
        const double* at = static_cast<const double*>(PyArray_DATA(theta));
        T* z = static_cast<T*>(PyArray_DATA(scores.array()));
        double* g = static_cast<double*>(PyArray_DATA(gradient.array()));
        f = second ? pass.hessian(at, z, g, static_cast<double*>(PyArray_DATA(hessian.array()))) : pass.gradient(at, z, g);
    }
    fp_clear();
    return Py_BuildValue("(dNN)", f, gradient.release(), hessian.release());
}

PyObject* pass_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<7> parameters = {
            "_glm_pass", {"X", "y", "sample_weight", "theta", "loss", "delta", "hessian"}, 0, 7, 7};
        PyObject* slots[7];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const int type = plain_array_of(slots[0], NPY_FLOAT) ? NPY_FLOAT : NPY_DOUBLE;
        if (!plain(slots[0], type, 2, "X") || !plain(slots[1], type, 1, "y") || !plain(slots[3], NPY_DOUBLE, 1, "theta"))
            return nullptr;
        if (given(slots[2]) && !plain(slots[2], type, 1, "sample_weight")) return nullptr;
        const auto array = [&](int i) { return given(slots[i]) ? reinterpret_cast<PyArrayObject*>(slots[i]) : nullptr; };
        const long loss = PyLong_AsLong(slots[4]);
        const double delta = PyFloat_AsDouble(slots[5]);
        const int second = PyObject_IsTrue(slots[6]);
        if (PyErr_Occurred()) return nullptr;
        if (!PyArray_IS_C_CONTIGUOUS(array(3)) || PyArray_DIM(array(3), 0) != PyArray_DIM(array(0), 1) + 1 || loss < 0 ||
            loss > static_cast<long>(LinearLoss::huber)) {
            PyErr_SetString(PyExc_ValueError,
                            "_glm_pass: theta must be contiguous, one element a column of X and one more; loss 0 to 3");
            return nullptr;
        }
        return (type == NPY_FLOAT ? pass_of<float> : pass_of<double>)(array(0), array(1), array(2), array(3),
                                                                      static_cast<LinearLoss>(loss), delta, second != 0);
    });
}

}  // namespace

void bind_linear_fit(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("fit_linear", fit_fast),
        fast_method("_glm_pass", pass_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
