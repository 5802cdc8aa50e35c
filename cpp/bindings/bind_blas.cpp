// SPDX-License-Identifier: BSD-3-Clause
// The blas family's functions.
#include "bindings/bind_blas.hpp"

#include "bindings/bind_matmul_engine.hpp"

namespace mlmath::bindings {

namespace {

// What a function hands to NumPy's function of the same name, for `python -m mlmath_native info`: said, not silent.
constexpr const char* handed_to_numpy[][2] = {
    {"dot", "operands of more than two axes, scalars, lists, other dtypes than two equal float32 or float64, out="},
    {"matmul, matvec, vecmat, vecdot", "results that are not float32, float64, complex64 or complex128 (integers, bool, float16, longdouble, object)"},
    {"matmul, matvec, vecmat, vecdot", "subclasses of ndarray but memmap, and objects with rules of their own (__array_ufunc__)"},
    {"matmul, matvec, vecmat, vecdot", "casting=, order=, dtype=, subok=, signature=, axes=, axis=; out= of a broadcast shape or another kind of number"},
};

py::tuple delegated() {
    py::list rows;
    for (const auto& row : handed_to_numpy)  // a row for each of the names
        for (const py::handle name : py::str(row[0]).attr("split")(", ")) rows.append(py::make_tuple(name, row[1]));
    return py::tuple(rows);
}

}  // namespace

void bind_blas(py::module_& module) {
    module.def("delegated", delegated);
    static PyMethodDef methods[] = {
        fast_method("_gram", gram_fast),
        fast_method("_linear", linear_fast),
        fast_method("_matmul_fma", fma_matmul_fast),
        fast_method("dot", dot_fast),
        fast_method("matmul", matmul_fast),
        fast_method("matvec", matvec_fast),
        fast_method("vecdot", vecdot_fast),
        fast_method("vecmat", vecmat_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
    bind_matmul_engine(module);
}

}  // namespace mlmath::bindings
