// SPDX-License-Identifier: BSD-3-Clause
// The blas family's functions.
#include "bindings/bind_blas.hpp"

namespace mlmath::bindings {

namespace {

// What a function hands to NumPy's function of the same name, for `python -m mlmath_native info`: said, not silent.
constexpr const char* handed_to_numpy[][2] = {
    {"dot", "operands of more than two axes, scalars, lists, other dtypes than two equal float32 or float64, out="},
    {"matmul", "results that are not float32 or float64 (integers, bool, float16, complex, longdouble, object)"},
    {"matmul", "subclasses of ndarray but memmap, and objects with rules of their own (__array_ufunc__)"},
    {"matmul", "casting=, order=, dtype=, subok=, signature=, axes=, axis=; out= of a broadcast shape or another kind of number"},
};

py::tuple delegated() {
    py::list rows;
    for (const auto& row : handed_to_numpy) rows.append(py::make_tuple(row[0], row[1]));
    return py::tuple(rows);
}

}  // namespace

void bind_blas(py::module_& module) {
    module.def("delegated", delegated);
    static PyMethodDef methods[] = {
        fast_method("dot", dot_fast),
        fast_method("matmul", matmul_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
