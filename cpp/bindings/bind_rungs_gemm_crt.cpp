// SPDX-License-Identifier: BSD-3-Clause
// The rungs of gemm_crt. One that needs an int8 unit is refused by name where the machine has none.
#include "bindings/rung_products.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
using CrtRung = CrtOutcome (*)(MatrixView<const T>, MatrixView<const T>, MatrixView<T>, int);

const char* reason_of(CrtOutcome outcome) {
    switch (outcome) {
        case CrtOutcome::not_finite:
            return "a and b must be finite";
        case CrtOutcome::out_of_range:
            return "the norms of rows of a and columns of b must be 0 or in [2^-448, 2^448]";
        case CrtOutcome::too_deep:
            return "too many columns of a for the number of moduli";
        default:
            return "no product";
    }
}

template <class T>
PyObject* run_crt(const char* name, Int8Unit unit, PyObject* const* slots, CrtRung<T> rung) {
    ProductArguments x = product_arguments<T>(name, slots[0], slots[1], slots[2]);
    if (!x) return nullptr;
    if (unit != Int8Unit::none && !supports_int8_unit(unit))
        return PyErr_Format(PyExc_RuntimeError, "%s: needs the int8 unit %s, which this machine does not have", name,
                            int8_unit_name(unit));
    const FloatingPointWatch watch(name);
    CrtOutcome outcome;
    {
        const GilRelease release(x.large());
        outcome = rung(matrix_view<const T>(x.a.array()), matrix_view<const T>(x.b.array()), matrix_view<T>(x.out.array()),
                       num_threads());
    }
    if (outcome != CrtOutcome::done) return PyErr_Format(PyExc_ValueError, "%s: %s", name, reason_of(outcome));
    return watch.report() ? x.out.release() : nullptr;
}

template <const auto& name, Int8Unit unit, CrtRung<double> f64, CrtRung<float> f32>
PyObject* crt_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return by_dtype<name>(
        args, nargs, keyword_names, [](PyObject* const* slots) { return run_crt<double>(name, unit, slots, f64); },
        [](PyObject* const* slots) { return run_crt<float>(name, unit, slots, f32); });
}

constexpr char textbook_name[] = "gemm_crt_textbook", residues_name[] = "gemm_crt_residues", integers_name[] = "gemm_crt_integers",
               vnni_name[] = "gemm_crt_vnni", tiles_name[] = "gemm_crt_tiles", interleaved_name[] = "gemm_crt_interleaved",
               threaded_name[] = "gemm_crt_threaded";

}  // namespace

void bind_gemm_crt_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(textbook_name,
                    crt_rung<textbook_name, Int8Unit::none, ladder::gemm_crt_textbook<double>, ladder::gemm_crt_textbook<float>>),
        fast_method(residues_name,
                    crt_rung<residues_name, Int8Unit::none, ladder::gemm_crt_residues<double>, ladder::gemm_crt_residues<float>>),
        fast_method(integers_name,
                    crt_rung<integers_name, Int8Unit::none, ladder::gemm_crt_integers<double>, ladder::gemm_crt_integers<float>>),
        fast_method(vnni_name, crt_rung<vnni_name, Int8Unit::vnni, ladder::gemm_crt_vnni<double>, ladder::gemm_crt_vnni<float>>),
        fast_method(tiles_name, crt_rung<tiles_name, Int8Unit::amx, ladder::gemm_crt_tiles<double>, ladder::gemm_crt_tiles<float>>),
        fast_method(
            interleaved_name,
            crt_rung<interleaved_name, Int8Unit::amx, ladder::gemm_crt_interleaved<double>, ladder::gemm_crt_interleaved<float>>),
        fast_method(threaded_name,
                    crt_rung<threaded_name, Int8Unit::none, ladder::gemm_crt_threaded<double>, ladder::gemm_crt_threaded<float>>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
