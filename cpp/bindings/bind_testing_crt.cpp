// SPDX-License-Identifier: BSD-3-Clause
// `_mlmath._testing.gemm_crt`, `gemm_crt_parts`: the scheme with every choice open that the engine makes for its callers, and where
// its time goes.
#include <pybind11/numpy.h>

#include <string>

#include "bindings/bind_testing.hpp"
#include "bindings/fastcall.hpp"
#include "kernels/blas/gemm_crt/gemm_crt.hpp"

namespace mlmath::bindings {
namespace {

const char* outcome_name(CrtOutcome outcome) {
    switch (outcome) {
        case CrtOutcome::done:
            return "done";
        case CrtOutcome::not_finite:
            return "not_finite";
        case CrtOutcome::out_of_range:
            return "out_of_range";
        case CrtOutcome::too_deep:
            return "too_deep";
        case CrtOutcome::uneven:
            return "uneven";
    }
    return "";
}

Int8Unit unit_of(const std::string& name) {
    for (int u = 1; u < static_cast<int>(Int8Unit::count); ++u) {
        const auto unit = static_cast<Int8Unit>(u);
        if (name == int8_unit_name(unit) && supports_int8_unit(unit)) return unit;
    }
    throw std::invalid_argument("gemm_crt: no unit '" + name + "' on this machine");
}

CrtStores stores_of(const std::string& name) {
    if (name == "by_size") return CrtStores::by_size;
    if (name == "cached") return CrtStores::cached;
    if (name == "past_caches") return CrtStores::past_caches;
    throw std::invalid_argument("gemm_crt: stores must be by_size, cached or past_caches");
}

template <class T>
MatrixView<T> view_of(const py::array& a) {
    constexpr auto item = static_cast<py::ssize_t>(sizeof(T));
    return {static_cast<T*>(const_cast<void*>(a.data())), a.shape(0), a.shape(1), a.strides(0) / item, a.strides(1) / item};
}

template <class T>
std::string run_as(const py::array& a, const py::array& b, const py::array& c, const CrtOptions& options, int threads) {
    const auto x = as_const(view_of<T>(a)), y = as_const(view_of<T>(b));
    const auto z = view_of<T>(c);
    const GilRelease release(true);
    return outcome_name(gemm_crt<T>(x, y, z, options, threads));
}

/// C is written in place; all three arrays of one dtype, matrices.
std::string run(const py::array& a, const py::array& b, const py::array& c, const CrtOptions& options, int threads) {
    if (a.ndim() != 2 || b.ndim() != 2 || c.ndim() != 2 || !a.dtype().is(b.dtype()) || !a.dtype().is(c.dtype()))
        throw std::invalid_argument("gemm_crt: a, b and c must be matrices of one dtype");
    if (options.moduli < crt_least_moduli || options.moduli > crt_most_moduli) throw std::invalid_argument("gemm_crt: moduli");
    return (a.dtype().char_() == 'f' ? run_as<float> : run_as<double>)(a, b, c, options, threads);
}

std::string gemm_crt_of(const py::array& a, const py::array& b, const py::array& c, int moduli, const std::string& unit,
                        bool guarded, int threads, std::ptrdiff_t block, std::ptrdiff_t task_rows, std::ptrdiff_t task_columns,
                        const std::string& stores) {
    return run(a, b, c, {moduli, unit_of(unit), guarded, {block, task_rows, task_columns, stores_of(stores)}}, threads);
}

/// The seconds of the product's parts.
py::dict gemm_crt_parts(const py::array& a, const py::array& b, const py::array& c, int moduli, const std::string& unit,
                        int threads) {
    CrtSeconds seconds;
    const std::string outcome = run(a, b, c, {moduli, unit_of(unit), false, {}, nullptr, &seconds}, threads);
    if (outcome != "done") throw std::invalid_argument("gemm_crt_parts: " + outcome);
    py::dict parts;
    parts["sums"] = seconds.sums;
    parts["residues of A"] = seconds.residues_a;
    parts["residues of B"] = seconds.residues_b;
    parts["products"] = seconds.products;
    parts["reconstruction"] = seconds.reconstruction;
    return parts;
}

}  // namespace

void bind_testing_crt(py::module_& testing) {
    testing.def("gemm_crt", gemm_crt_of, py::arg("a"), py::arg("b"), py::arg("c"), py::arg("moduli"), py::arg("unit"),
                py::arg("guarded") = false, py::arg("threads") = 1, py::arg("block") = 0, py::arg("task_rows") = 0,
                py::arg("task_columns") = 0, py::arg("stores") = "by_size");
    testing.def("gemm_crt_parts", gemm_crt_parts, py::arg("a"), py::arg("b"), py::arg("c"), py::arg("moduli"), py::arg("unit"),
                py::arg("threads") = 1);
}

}  // namespace mlmath::bindings
