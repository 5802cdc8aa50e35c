// SPDX-License-Identifier: BSD-3-Clause
// The rungs of the categorical law: uniform numbers and probabilities in, outcomes out.
#include <cmath>

#include "bindings/bind_rungs.hpp"
#include "core/thread_pool.hpp"
#include "kernels/random/samplers/categorical/categorical_ladder.hpp"

namespace mlmath::bindings {
namespace {

using CategoricalRung = void (*)(const double*, std::ptrdiff_t, const double*, std::ptrdiff_t, std::int32_t*, int);

Reference contiguous_doubles(PyObject* object) {
    Reference array = as_plain(object, NPY_DOUBLE);
    if (array && !PyArray_IS_C_CONTIGUOUS(array.array())) array = Reference(PyArray_NewCopy(array.array(), NPY_CORDER));
    return array;
}

template <const auto& name, CategoricalRung rung>
PyObject* categorical_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<2> parameters = {name, {"u", "p"}, 2, 2, 2};
        PyObject* slots[2];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const Reference u = contiguous_doubles(slots[0]);
        if (!u) return nullptr;
        const Reference p = contiguous_doubles(slots[1]);
        if (!p) return nullptr;
        if (PyArray_NDIM(u.array()) != 1 || PyArray_NDIM(p.array()) != 1 || PyArray_DIM(p.array(), 0) == 0)
            return PyErr_Format(PyExc_ValueError, "%s: u and p must be vectors, p not empty", name);
        npy_intp n = PyArray_DIM(u.array(), 0);
        const npy_intp k = PyArray_DIM(p.array(), 0);
        const auto* uniforms = static_cast<const double*>(PyArray_DATA(u.array()));
        const auto* shares = static_cast<const double*>(PyArray_DATA(p.array()));
        double sum = 0;
        bool fit = true;
        for (npy_intp j = 0; j < k; ++j) fit = fit && shares[j] >= 0, sum += shares[j];
        for (npy_intp i = 0; i < n; ++i) fit = fit && uniforms[i] >= 0 && uniforms[i] < 1;
        if (!fit || !(std::fabs(sum - 1) < 1e-3))
            return PyErr_Format(PyExc_ValueError, "%s: u must be in [0, 1), p not negative with the sum 1", name);
        Reference outcomes(PyArray_SimpleNew(1, &n, NPY_INT32));
        if (!outcomes) return nullptr;
        {
            const GilRelease release(n + k > 2000);
            rung(uniforms, n, shares, k, static_cast<std::int32_t*>(PyArray_DATA(outcomes.array())), num_threads());
        }
        fp_clear();
        return outcomes.release();
    });
}

constexpr char textbook[] = "categorical_textbook", search[] = "categorical_search", guide[] = "categorical_guide",
               alias[] = "categorical_alias", threaded[] = "categorical_threaded";

}  // namespace

void bind_categorical_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(textbook, categorical_rung<textbook, ladder::categorical_textbook>),
        fast_method(search, categorical_rung<search, ladder::categorical_search>),
        fast_method(guide, categorical_rung<guide, ladder::categorical_guide>),
        fast_method(alias, categorical_rung<alias, ladder::categorical_alias>),
        fast_method(threaded, categorical_rung<threaded, ladder::categorical_threaded>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
