// SPDX-License-Identifier: BSD-3-Clause
// The optim family: one fast call per step. The classes that own the state are Python's (optim.py).
#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/parameter_list.hpp"
#include "core/thread_pool.hpp"
#include "kernels/optim/adam/adam.hpp"
#include "kernels/optim/gradient_descent/gradient_descent.hpp"

namespace mlmath::bindings {
namespace {

// The numbers from slot `from` on; false with TypeError set.
template <int Slots, int Count>
bool doubles(PyObject* (&slots)[Slots], int from, double (&values)[Count]) {
    for (int i = 0; i < Count; ++i) {
        values[i] = PyFloat_AsDouble(slots[from + i]);
        if (values[i] == -1 && PyErr_Occurred()) return false;
    }
    return true;
}

template <class Step>
PyObject* run(const char* function, ParameterList& list, Step&& step) {
    const FloatingPointWatch watch(function);
    {
        // 28 bytes per float: 20 us is about 2e4 parameters.
        const GilRelease release(list.elements() > 20000);
        const int threads = num_threads();
        // Both dtypes even when one is empty: hyper-parameters are checked before anything is written.
        step(list.f64().data(), static_cast<std::ptrdiff_t>(list.f64().size()), threads);
        step(list.f32().data(), static_cast<std::ptrdiff_t>(list.f32().size()), threads);
    }
    list.commit();
    return watch.report() ? Py_NewRef(Py_None) : nullptr;
}

PyObject* gradient_descent_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<6> signature = {
            "gradient_descent_step", {"parameters", "gradients", "state", "learning_rate", "momentum", "nesterov"}, 0, 6, 6};
        PyObject* slots[6];
        double numbers[2];
        if (!signature.parse(args, nargs, keyword_names, slots) || !doubles(slots, 3, numbers)) return nullptr;
        const int nesterov = PyObject_IsTrue(slots[5]);
        if (nesterov < 0) return nullptr;
        const GradientDescentParameters parameters = {numbers[0], numbers[1], nesterov != 0};
        ParameterList list("GradientDescent.step", slots[0], slots[1], slots[2], parameters.momentum != 0 ? 1 : 0);
        return run("GradientDescent.step", list, [&](auto* blocks, std::ptrdiff_t count, int threads) {
            gradient_descent_step(parameters, blocks, count, threads);
        });
    });
}

PyObject* adam_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<9> signature = {
            "adam_step",
            {"parameters", "gradients", "state", "learning_rate", "beta1", "beta2", "epsilon", "weight_decay", "step"},
            0,
            9,
            9};
        PyObject* slots[9];
        double numbers[5];
        if (!signature.parse(args, nargs, keyword_names, slots) || !doubles(slots, 3, numbers)) return nullptr;
        const long long step = PyLong_AsLongLong(slots[8]);
        if (step == -1 && PyErr_Occurred()) return nullptr;
        const AdamParameters parameters = {numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], step};
        ParameterList list("Adam.step", slots[0], slots[1], slots[2], 2);
        return run("Adam.step", list,
                   [&](auto* blocks, std::ptrdiff_t count, int threads) { adam_step(parameters, blocks, count, threads); });
    });
}

}  // namespace

void bind_optim(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("gradient_descent_step", gradient_descent_fast),
        fast_method("adam_step", adam_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
