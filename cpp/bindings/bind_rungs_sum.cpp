// SPDX-License-Identifier: BSD-3-Clause
// The rungs of sum: a vector in, a scalar of its dtype out.
#include "bindings/bind_rungs.hpp"
#include "core/thread_pool.hpp"
#include "kernels/reduce/sum/sum_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
using SumRung = T (*)(VectorView<const T>, int);

template <class T>
PyObject* run_sum(const char* name, PyObject* a, SumRung<T> rung) {
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

template <const auto& name, SumRung<double> f64, SumRung<float> f32>
PyObject* sum_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<1> parameters = {name, {"a"}, 0, 1, 1};
        PyObject* slots[1];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        if (PyArray_Check(slots[0]) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(slots[0])) == NPY_FLOAT)
            return run_sum<float>(name, slots[0], f32);
        return run_sum<double>(name, slots[0], f64);
    });
}

constexpr char naive[] = "sum_naive", pairwise[] = "sum_pairwise", compensated[] = "sum_compensated", simd[] = "sum_simd",
               threaded[] = "sum_threaded";

}  // namespace

void bind_sum_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(naive, sum_rung<naive, ladder::sum_naive<double>, ladder::sum_naive<float>>),
        fast_method(pairwise, sum_rung<pairwise, ladder::sum_pairwise<double>, ladder::sum_pairwise<float>>),
        fast_method(compensated, sum_rung<compensated, ladder::sum_compensated<double>, ladder::sum_compensated<float>>),
        fast_method(simd, sum_rung<simd, ladder::sum_simd<double>, ladder::sum_simd<float>>),
        fast_method(threaded, sum_rung<threaded, ladder::sum_threaded<double>, ladder::sum_threaded<float>>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
