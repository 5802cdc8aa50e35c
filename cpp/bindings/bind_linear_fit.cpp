// SPDX-License-Identifier: BSD-3-Clause
// fit_linear, one pass, one epoch. The facade (mlmath_native/optim/_fit_linear.py) prepares the arguments; here they are only made
// sure of.
#include <algorithm>
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
    PyErr_Format(PyExc_TypeError, "fit_linear: %s must be a plain %d-d array of X's dtype (start, theta: float64; order: int32)",
                 name, ndim);
    return false;
}

struct Arguments {
    PyArrayObject *x, *y, *weights, *start;
    LinearProblem problem;
    FitOptions options;
    PyObject* callback;
    bool trace;
};

// FitStop; `LinearFit.stop` documents them.
const char* const stops[] = {"converged", "iterations", "time_limit", "callback", "interrupted", "diverged", "rounding"};

// An exception of a signal handler: KeyboardInterrupt ends a fit, which returns what it has; any other one is passed on (true).
bool passed_on() {
    if (!PyErr_Occurred()) return false;
    if (!PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) return true;
    PyErr_Clear();
    return false;
}

template <class T>
PyObject* fit(const Arguments& a) {
    npy_intp size = a.problem.classes * (PyArray_DIM(a.x, 1) + 1);
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
    if (outcome.stop == FitStop::interrupted && passed_on()) return nullptr;  // the hook has run the signal handler
    Reference path(Reference::borrow(Py_None));
    if (a.trace) {
        npy_intp shape[2] = {static_cast<npy_intp>(observer.rows.size() / 3), 3};
        path = Reference(PyArray_SimpleNew(2, shape, NPY_DOUBLE));
        if (!path) return nullptr;
        std::copy(observer.rows.begin(), observer.rows.end(), static_cast<double*>(PyArray_DATA(path.array())));
    }
    return Py_BuildValue("(NidddiddssON)", theta.release(), static_cast<int>(outcome.status.outcome == Outcome::not_finite),
                         outcome.objective, outcome.gradient_max, outcome.gradient_square, outcome.iterations, outcome.decrement,
                         outcome.suboptimality, stops[static_cast<int>(outcome.stop)], outcome.method,
                         outcome.separable ? Py_True : Py_False, path.release());
}

PyObject* fit_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<17> parameters = {
            "fit_linear",
            {"X", "y", "sample_weight", "start", "loss", "delta", "method", "learning_rate", "l2", "intercept", "tol", "max_iter",
             "seconds", "callback", "trace", "start_given", "classes"},
            0,
            17,
            17};
        PyObject* slots[17];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const int type = plain_array_of(slots[0], NPY_FLOAT) ? NPY_FLOAT : NPY_DOUBLE;
        if (!plain(slots[0], type, 2, "X") || !plain(slots[1], type, 1, "y")) return nullptr;
        if (given(slots[2]) && !plain(slots[2], type, 1, "sample_weight")) return nullptr;
        if (given(slots[3]) && !plain(slots[3], NPY_DOUBLE, 1, "start")) return nullptr;
        const auto array = [&](int i) { return given(slots[i]) ? reinterpret_cast<PyArrayObject*>(slots[i]) : nullptr; };
        const auto number = [&](int i) { return PyFloat_AsDouble(slots[i]); };
        const auto whole = [&](int i) { return static_cast<int>(PyLong_AsLong(slots[i])); };
        Arguments a = {array(0), array(1), array(2), array(3), {}, {}, given(slots[13]) ? slots[13] : nullptr, whole(14) != 0};
        const int loss = whole(4), method = whole(6);
        a.problem = {static_cast<LinearLoss>(loss), number(5), static_cast<FitMethod>(method), number(7), whole(15) != 0,
                     PyLong_AsSsize_t(slots[16])};
        a.options = {number(8), whole(9) != 0, number(10), whole(11), number(12), num_threads()};
        if (PyErr_Occurred()) return nullptr;
        if (loss < 0 || loss > static_cast<int>(LinearLoss::multinomial) || method < 0 ||
            method > static_cast<int>(FitMethod::none) || a.problem.classes < 1) {
            PyErr_SetString(PyExc_ValueError, "fit_linear: unknown loss or method");
            return nullptr;
        }
        if (a.start != nullptr && PyArray_DIM(a.start, 0) != a.problem.classes * (PyArray_DIM(a.x, 1) + 1)) {
            PyErr_SetString(PyExc_ValueError, "fit_linear: start must have one element a column of X and one more, a class");
            return nullptr;
        }
        return (type == NPY_FLOAT ? fit<float> : fit<double>)(a);
    });
}

template <class T>
T* elements(PyArrayObject* a) {
    return static_cast<T*>(PyArray_DATA(a));
}

template <class T>
VectorView<const T> weights_of(PyArrayObject* weights) {
    return weights == nullptr ? VectorView<const T>{} : vector_view<const T>(weights);
}

// One pass: (f, gradient in theta's shape, hessian or None) without a penalty. theta: (K, d + 1).
template <class T>
PyObject* pass_of(PyArrayObject* x, PyArrayObject* y, PyArrayObject* weights, PyArrayObject* theta, LinearLoss loss, double delta,
                  bool second) {
    npy_intp shape[2] = {PyArray_DIM(x, 1) + 1, PyArray_DIM(x, 1) + 1}, rows = PyArray_DIM(x, 0);
    const npy_intp outputs = PyArray_DIM(theta, 0);
    Reference gradient(PyArray_SimpleNew(2, PyArray_DIMS(theta), NPY_DOUBLE));
    Reference scores(second ? PyArray_SimpleNew(1, &rows, numpy_type<T>) : Py_NewRef(Py_None));
    Reference hessian(second ? PyArray_SimpleNew(2, shape, NPY_DOUBLE) : Py_NewRef(Py_None));
    if (!gradient || !hessian || !scores) return nullptr;
    double f;
    {
        const GilRelease release(PyArray_SIZE(x) > 100000 / outputs);
        GlmPass<T> pass(matrix_view<const T>(x), vector_view<const T>(y), weights_of<T>(weights), {loss, delta, outputs},
                        {num_threads(), second});
        const double* at = elements<const double>(theta);
        double* g = elements<double>(gradient.array());
        f = second ? pass.hessian(at, elements<T>(scores.array()), g, elements<double>(hessian.array()))
                   : pass.gradient(at, nullptr, g);
    }
    fp_clear();
    return Py_BuildValue("(dNN)", f, gradient.release(), hessian.release());
}

bool known_loss(long loss, npy_intp outputs) {
    if (outputs >= 1 && loss >= 0 && loss <= static_cast<long>(LinearLoss::multinomial)) return true;
    PyErr_SetString(PyExc_ValueError, "fit_linear: unknown loss");
    return false;
}

PyObject* pass_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<7> parameters = {
            "_glm_pass", {"X", "y", "sample_weight", "theta", "loss", "delta", "hessian"}, 0, 7, 7};
        PyObject* slots[7];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const int type = plain_array_of(slots[0], NPY_FLOAT) ? NPY_FLOAT : NPY_DOUBLE;
        if (!plain(slots[0], type, 2, "X") || !plain(slots[1], type, 1, "y") || !plain(slots[3], NPY_DOUBLE, 2, "theta"))
            return nullptr;
        if (given(slots[2]) && !plain(slots[2], type, 1, "sample_weight")) return nullptr;
        const auto array = [&](int i) { return given(slots[i]) ? reinterpret_cast<PyArrayObject*>(slots[i]) : nullptr; };
        const long loss = PyLong_AsLong(slots[4]);
        const double delta = PyFloat_AsDouble(slots[5]);
        const int second = PyObject_IsTrue(slots[6]);
        if (PyErr_Occurred() || !known_loss(loss, PyArray_DIM(array(3), 0))) return nullptr;
        if (!PyArray_IS_C_CONTIGUOUS(array(3)) || PyArray_DIM(array(3), 1) != PyArray_DIM(array(0), 1) + 1) {
            PyErr_SetString(PyExc_ValueError, "_glm_pass: theta must be contiguous, one element a column of X and one more");
            return nullptr;
        }
        return (type == NPY_FLOAT ? pass_of<float> : pass_of<double>)(array(0), array(1), array(2), array(3),
                                                                      static_cast<LinearLoss>(loss), delta, second != 0);
    });
}

// ---- one epoch of mini-batches ------------------------------------------------------------------------------------------------

struct Epoch {
    PyArrayObject *x, *y, *weights, *order, *coef, *intercept, *coef_gradient,
        *intercept_gradient;  // weights, intercept...: or null
    GlmModel model;
    double l2, seconds;  // 0: no limit
    npy_intp batch_size;
    PyObject *gradients, *step;
};

// Constraint: a batch of 32 x 50 takes 1.5 us, giving the lock back and taking it again 0.1; another thread should not wait for
//   more than some ms. Decision: the lock is given back for the batch that makes 2^16 elements since the last time (10 us).
constexpr npy_intp elements_with_the_lock = 65536;

// After every batch step(gradients) changes coef and intercept in place. Returns (steps, "", "time_limit" or "interrupted").
template <class T>
PyObject* epoch_of(const Epoch& e) {
    const npy_intp n = PyArray_DIM(e.order, 0), d = PyArray_DIM(e.x, 1), outputs = e.model.outputs;
    const auto start = std::chrono::steady_clock::now();
    GlmPass<T> pass(matrix_view<const T>(e.x), vector_view<const T>(e.y), weights_of<T>(e.weights), e.model,
                    {num_threads(), false, true});
    std::vector<double> theta(static_cast<std::size_t>(outputs * (d + 1))), gradient(theta.size());
    const std::int32_t* order = elements<const std::int32_t>(e.order);
    T *coef = elements<T>(e.coef), *coef_gradient = elements<T>(e.coef_gradient);
    T* intercept = e.intercept == nullptr ? nullptr : elements<T>(e.intercept);
    npy_intp held = 0;
    Py_ssize_t steps = 0;
    const char* stop = "";
    for (npy_intp at = 0; at < n && *stop == 0; at += e.batch_size) {
        const npy_intp rows = std::min(e.batch_size, n - at);
        for (npy_intp k = 0; k < outputs; ++k) {
            for (npy_intp j = 0; j < d; ++j) theta[k * (d + 1) + j] = static_cast<double>(coef[k * d + j]);
            theta[k * (d + 1) + d] = intercept == nullptr ? 0 : static_cast<double>(intercept[k]);
        }
        held += rows * (d + 1) * outputs;
        try {
            const GilRelease release(held >= elements_with_the_lock);
            pass.gradient_of_rows(theta.data(), order + at, rows, gradient.data());
        } catch (const Interrupted&) {
            if (passed_on()) return nullptr;
            stop = "interrupted";
            break;
        }
        if (held >= elements_with_the_lock) held = 0;
        for (npy_intp k = 0; k < outputs; ++k) {
            const double *g = gradient.data() + k * (d + 1), *w = theta.data() + k * (d + 1);
            for (npy_intp j = 0; j < d; ++j) coef_gradient[k * d + j] = static_cast<T>(g[j] + e.l2 * w[j]);
            if (intercept != nullptr) elements<T>(e.intercept_gradient)[k] = static_cast<T>(g[d]);
        }
        const Reference made(PyObject_CallOneArg(e.step, e.gradients));
        if (!made) return nullptr;
        ++steps;
        if (PyErr_CheckSignals() != 0) {
            if (passed_on()) return nullptr;
            stop = "interrupted";
        } else if (e.seconds > 0 && std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() > e.seconds) {
            stop = "time_limit";
        }
    }
    fp_clear();
    return Py_BuildValue("(ns)", steps, stop);
}

PyObject* epoch_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<15> parameters = {
            "_linear_epoch",
            {"X", "y", "sample_weight", "order", "coef", "intercept", "coef_gradient", "intercept_gradient", "loss", "delta", "l2",
             "batch_size", "seconds", "gradients", "step"},
            0,
            15,
            15};
        PyObject* slots[15];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const int type = plain_array_of(slots[0], NPY_FLOAT) ? NPY_FLOAT : NPY_DOUBLE;
        const auto array = [&](int i) { return given(slots[i]) ? reinterpret_cast<PyArrayObject*>(slots[i]) : nullptr; };
        const char* const names[] = {"X",    "y",         "sample_weight", "order",
                                     "coef", "intercept", "coef_gradient", "intercept_gradient"};
        const int axes[] = {2, 1, 1, 1, 2, 1, 2, 1};
        for (int i = 0; i < 8; ++i) {
            if (!given(slots[i]) && (i == 2 || i == 5 || i == 7)) continue;
            if (!plain(slots[i], i == 3 ? NPY_INT32 : type, axes[i], names[i])) return nullptr;
            if (i > 2 && !PyArray_IS_C_CONTIGUOUS(array(i)))
                return PyErr_Format(PyExc_ValueError, "_linear_epoch: %s must be contiguous", names[i]);
        }
        const npy_intp outputs = PyArray_DIM(array(4), 0), d = PyArray_DIM(array(0), 1), n = PyArray_DIM(array(0), 0);
        const auto has = [&](int i, npy_intp size) { return array(i) == nullptr || PyArray_SIZE(array(i)) == size; };
        if (!has(4, outputs * d) || !has(6, outputs * d) || !has(5, outputs) || !has(7, outputs) ||
            (array(5) == nullptr) != (array(7) == nullptr))
            return PyErr_Format(PyExc_ValueError, "_linear_epoch: coef must be (K, d), intercept (K,), gradients alike");
        const std::int32_t* order = elements<const std::int32_t>(array(3));
        for (npy_intp i = 0; i < PyArray_DIM(array(3), 0); ++i)
            if (order[i] < 0 || order[i] >= n || PyArray_DIM(array(3), 0) > n)
                return PyErr_Format(PyExc_ValueError, "_linear_epoch: order must hold at most n row numbers");
        const long loss = PyLong_AsLong(slots[8]);
        const Epoch e = {array(0),
                         array(1),
                         array(2),
                         array(3),
                         array(4),
                         array(5),
                         array(6),
                         array(7),
                         {static_cast<LinearLoss>(loss), PyFloat_AsDouble(slots[9]), outputs},
                         PyFloat_AsDouble(slots[10]),
                         PyFloat_AsDouble(slots[12]),
                         PyLong_AsSsize_t(slots[11]),
                         slots[13],
                         slots[14]};
        if (PyErr_Occurred() || !known_loss(loss, outputs)) return nullptr;
        if (e.batch_size < 1) return PyErr_Format(PyExc_ValueError, "_linear_epoch: batch_size must be at least 1");
        return (type == NPY_FLOAT ? epoch_of<float> : epoch_of<double>)(e);
    });
}

}  // namespace

void bind_linear_fit(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("fit_linear", fit_fast),
        fast_method("_glm_pass", pass_fast),
        fast_method("_linear_epoch", epoch_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
