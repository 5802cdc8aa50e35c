// SPDX-License-Identifier: BSD-3-Clause
// What `linalg.norm` and `average` are made of; their faces are Python.
#include "bindings/bind_reduce.hpp"
#include "kernels/reduce/extremes/extremes.hpp"
#include "kernels/reduce/sum/sum.hpp"

namespace mlmath::bindings {
namespace {

PyObject* not_covered() {
    if (PyErr_Occurred()) return nullptr;
    Py_RETURN_NOTIMPLEMENTED;
}

// (x, axis, keepdims, kind): kind 0 sum |x|, 1 sqrt(sum x^2), 2 min |x|, 3 max |x|; NotImplemented for what the kernels do not
// cover.
PyObject* norm_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<4> parameters = {"_norm", {"x", "axis", "keepdims", "kind"}, 4, 4, 4};
        PyObject* slots[4];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const long kind = PyLong_AsLong(slots[3]);
        Reduction reduction;
        const bool ready = reduction.take_array(slots[0]) && reduction.floating() &&
                           (kind < 2 || reduction.element() != Element::f16) && reduction.take_axis(slots[1]) &&
                           reduction.take_result(reduction.type(), nullptr, slots[2]);
        if (!ready) return not_covered();
        const FloatingPointWatch watch("norm", kind < 2 ? FE_UNDERFLOW : no_flags);
        reduction.run([&](const auto& in, const auto& out) {
            if (kind < 2)
                sum(in, {.term = kind == 0 ? Term::magnitude : Term::square, .root = kind == 1}, out, num_threads());
            else
                extremes(in, {.largest = kind == 3, .of_magnitude = true}, out, num_threads());
        });
        return watch.report() ? reduction.result() : nullptr;
    });
}

// (a, weights, axis, keepdims, dtype): sum of a * weights in double; NotImplemented for what the kernels do not cover.
PyObject* weighted_sum_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<5> parameters = {"_weighted_sum", {"a", "weights", "axis", "keepdims", "dtype"}, 5, 5, 5};
        PyObject* slots[5];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Reduction reduction;
        const bool ready = reduction.take_array(slots[0]) && reduction.take_axis(slots[2]) &&
                           reduction.take_operand(slots[1], Other::multiply) &&
                           reduction.take_result(reduction.mean_type(slots[4]), nullptr, slots[3]);
        if (!ready) return not_covered();
        const FloatingPointWatch watch("average", FE_UNDERFLOW);
        reduction.run([&](const auto& in, const auto& out) { sum(in, {}, out, num_threads()); });
        return watch.report() ? reduction.result() : nullptr;
    });
}

}  // namespace

void bind_norms(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("_norm", norm_fast),
        fast_method("_weighted_sum", weighted_sum_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
