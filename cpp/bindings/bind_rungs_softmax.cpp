// SPDX-License-Identifier: BSD-3-Clause
// The rungs of softmax: a vector in, a vector of its dtype out.
#include "bindings/bind_rows.hpp"
#include "bindings/bind_rungs.hpp"
#include "core/thread_pool.hpp"
#include "kernels/reduce/softmax/softmax_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
using SoftmaxRung = void (*)(VectorView<const T>, VectorView<T>, int);

template <class T>
PyObject* run_softmax(const char* name, PyObject* a, PyObject* out, SoftmaxRung<T> rung, unsigned ignored) {
    Reference x = as_plain(a, numpy_type<T>);
    if (!x) return nullptr;
    if (PyArray_NDIM(x.array()) != 1 || PyArray_SIZE(x.array()) == 0)
        return PyErr_Format(PyExc_ValueError, "%s: x must be a vector of at least one element", name);
    RowResult y;
    const bool overlaps = given(out) && PyArray_Check(out) && may_share_memory(reinterpret_cast<PyArrayObject*>(out), x.array());
    if (!y.prepare(name, out, 1, PyArray_DIMS(x.array()), nullptr, numpy_type<T>, numpy_type<T>, nullptr, overlaps)) return nullptr;
    const FloatingPointWatch watch(name, ignored);
    {
        const GilRelease release(PyArray_DIM(x.array(), 0) > 2000);
        rung(vector_view<const T>(x.array()), vector_view<T>(y.target()), num_threads());
    }
    if (!watch.report()) return nullptr;
    fp_clear();
    return y.finish();
}

template <const auto& name, SoftmaxRung<double> f64, SoftmaxRung<float> f32, unsigned ignored>
PyObject* softmax_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<2> parameters = {name, {"x", "out"}, 0, 1, 1};
        PyObject* slots[2];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        if (PyArray_Check(slots[0]) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(slots[0])) == NPY_FLOAT)
            return run_softmax<float>(name, slots[0], slots[1], f32, ignored);
        return run_softmax<double>(name, slots[0], slots[1], f64, ignored);
    });
}

// A probability that vanishes is right; the production kernel's flags mean nothing at all.
constexpr unsigned vanishing = FE_UNDERFLOW, meaningless = FE_UNDERFLOW | FE_OVERFLOW | FE_INVALID | FE_DIVBYZERO;
constexpr char naive[] = "softmax_naive", three_pass[] = "softmax_three_pass", fused[] = "softmax_fused", simd[] = "softmax_simd",
               threaded[] = "softmax_threaded";

}  // namespace

void bind_softmax_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(naive, softmax_rung<naive, ladder::softmax_naive<double>, ladder::softmax_naive<float>, vanishing>),
        fast_method(three_pass,
                    softmax_rung<three_pass, ladder::softmax_three_pass<double>, ladder::softmax_three_pass<float>, vanishing>),
        fast_method(fused, softmax_rung<fused, ladder::softmax_fused<double>, ladder::softmax_fused<float>, vanishing>),
        fast_method(simd, softmax_rung<simd, ladder::softmax_simd<double>, ladder::softmax_simd<float>, meaningless>),
        fast_method(threaded,
                    softmax_rung<threaded, ladder::softmax_threaded<double>, ladder::softmax_threaded<float>, meaningless>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
