// SPDX-License-Identifier: BSD-3-Clause
// The rungs of sum and variance: a vector in, a scalar of its dtype out.
#include "bindings/bind_rungs.hpp"
#include "core/thread_pool.hpp"
#include "kernels/reduce/moments/moments_ladder.hpp"
#include "kernels/reduce/sum/sum_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
using VectorRung = T (*)(VectorView<const T>, int);

template <class T>
PyObject* run_rung(const char* name, PyObject* a, VectorRung<T> rung) {
    Reference x = as_plain(a, numpy_type<T>);
    if (!x) return nullptr;
    if (PyArray_NDIM(x.array()) != 1)
        return PyErr_Format(PyExc_ValueError, "%s: a must be a vector, got %d dimensions", name, PyArray_NDIM(x.array()));
    const FloatingPointWatch watch(name);
    T result;
    {
        const GilRelease release(PyArray_DIM(x.array(), 0) > 20000);
        result = rung(vector_view<const T>(x.array()), num_threads());
    }
    if (!watch.report()) return nullptr;
    return PyArray_Scalar(&result, PyArray_DESCR(x.array()), nullptr);
}

template <const auto& name, VectorRung<double> f64, VectorRung<float> f32>
PyObject* vector_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<1> parameters = {name, {"a"}, 0, 1, 1};
        PyObject* slots[1];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        if (PyArray_Check(slots[0]) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(slots[0])) == NPY_FLOAT)
            return run_rung<float>(name, slots[0], f32);
        return run_rung<double>(name, slots[0], f64);
    });
}

constexpr char naive[] = "sum_naive", pairwise[] = "sum_pairwise", compensated[] = "sum_compensated", simd[] = "sum_simd",
               threaded[] = "sum_threaded";
constexpr char two_pass[] = "variance_two_pass", one_pass[] = "variance_one_pass", welford[] = "variance_welford",
               merged[] = "variance_merged", shared[] = "variance_threaded";

}  // namespace

void bind_sum_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(naive, vector_rung<naive, ladder::sum_naive<double>, ladder::sum_naive<float>>),
        fast_method(pairwise, vector_rung<pairwise, ladder::sum_pairwise<double>, ladder::sum_pairwise<float>>),
        fast_method(compensated, vector_rung<compensated, ladder::sum_compensated<double>, ladder::sum_compensated<float>>),
        fast_method(simd, vector_rung<simd, ladder::sum_simd<double>, ladder::sum_simd<float>>),
        fast_method(threaded, vector_rung<threaded, ladder::sum_threaded<double>, ladder::sum_threaded<float>>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

void bind_variance_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(two_pass, vector_rung<two_pass, ladder::variance_two_pass<double>, ladder::variance_two_pass<float>>),
        fast_method(one_pass, vector_rung<one_pass, ladder::variance_one_pass<double>, ladder::variance_one_pass<float>>),
        fast_method(welford, vector_rung<welford, ladder::variance_welford<double>, ladder::variance_welford<float>>),
        fast_method(merged, vector_rung<merged, ladder::variance_merged<double>, ladder::variance_merged<float>>),
        fast_method(shared, vector_rung<shared, ladder::variance_threaded<double>, ladder::variance_threaded<float>>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
