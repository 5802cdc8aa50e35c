// SPDX-License-Identifier: BSD-3-Clause
// An elementwise call: numbers on the shortest way, arrays through ElementwiseArguments, the rest to the peer's function.
#include "bindings/bind_elementwise.hpp"

#include <numpy/arrayscalars.h>

#include "bindings/elementwise_arguments.hpp"
#include "bindings/numpy_call.hpp"

namespace mlmath::bindings {
namespace {

PyObject* call_peer(const ElementwiseEntry& entry, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    if (entry.like == Like::numpy || entry.like == Like::numpy_floats) return call_numpy(entry.peer, args, nargs, keyword_names);
    return call_scipy_special(entry.name, entry.peer, args, nargs, keyword_names);
}

// Python's float and NumPy's float64: the kernel on one element, without an array.
bool is_double(PyObject* x) { return PyFloat_CheckExact(x) || Py_TYPE(x) == &PyDoubleArrType_Type; }

PyObject* of_numbers(const ElementwiseEntry& entry, PyObject* const* slots) {
    const FloatingPointWatch watch(entry.name);
    double x[most_operands], y;
    for (int o = 0; o < entry.operands; ++o) x[o] = PyFloat_AS_DOUBLE(slots[o]);
    if (entry.operands == 1)
        entry.unary().f64({{x}, {1}, &y, 1, 1, false});
    else
        entry.binary().f64({{x, x + 1}, {1, 1}, &y, 1, 1, false});
    if (!watch.report()) return nullptr;
    PyObject* scalar = PyArrayScalar_New(Double);
    if (scalar != nullptr) PyArrayScalar_ASSIGN(scalar, Double, y);
    return scalar;
}

}  // namespace

PyObject* elementwise_call(const ElementwiseEntry& entry, PyObject* const* slots, PyObject* const* args, Py_ssize_t nargs,
                           PyObject* keyword_names) {
    if (keyword_names == nullptr && nargs == entry.operands && is_double(slots[0]) && is_double(slots[entry.operands - 1]))
        return of_numbers(entry, slots);
    ElementwiseArguments arguments(entry);
    switch (arguments.prepare(slots)) {
        case ElementwiseArguments::Ready::peer:
            return call_peer(entry, args, nargs, keyword_names);
        case ElementwiseArguments::Ready::error:
            return nullptr;
        case ElementwiseArguments::Ready::yes:
            break;
    }
    const FloatingPointWatch watch(entry.name);
    if (arguments.total() > 0) arguments.run();
    Reference result(arguments.result());
    if (!result || !watch.report()) return nullptr;
    return result.release();
}

}  // namespace mlmath::bindings
