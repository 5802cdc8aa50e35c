// SPDX-License-Identifier: BSD-3-Clause
// The rungs of dot: two vectors of one dtype in, a scalar out.
#include "bindings/bind_rungs.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/dot/dot.hpp"
#include "kernels/blas/dot/dot_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
using DotRung = T (*)(VectorView<const T>, VectorView<const T>, int);

template <class T>
PyObject* run_dot(const char* name, PyObject* a, PyObject* b, DotRung<T> rung) {
    Reference x = as_plain(a, numpy_type<T>);
    if (!x) return nullptr;
    Reference y = as_plain(b, numpy_type<T>);
    if (!y) return nullptr;
    if (PyArray_NDIM(x.array()) != 1 || PyArray_NDIM(y.array()) != 1)
        return PyErr_Format(PyExc_ValueError, "%s: a and b must be vectors, got %d and %d dimensions", name,
                            PyArray_NDIM(x.array()), PyArray_NDIM(y.array()));
    const FloatingPointWatch watch(name);
    T result;
    {
        const GilRelease release(PyArray_DIM(x.array(), 0) > 20000);
        result = rung(vector_view<const T>(x.array()), vector_view<const T>(y.array()), num_threads());
    }
    if (!watch.report()) return nullptr;
    return PyArray_Scalar(&result, PyArray_DESCR(x.array()), nullptr);
}

// float32 when both are, otherwise float64, as NumPy's promotion gives for real input.
template <const auto& name, DotRung<double> f64, DotRung<float> f32>
PyObject* dot_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<2> parameters = {name, {"a", "b"}, 0, 2, 2};
        PyObject* slots[2];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        if (is_float32(slots[0]) && is_float32(slots[1])) return run_dot<float>(name, slots[0], slots[1], f32);
        return run_dot<double>(name, slots[0], slots[1], f64);
    });
}

constexpr char textbook_name[] = "dot_textbook", lanes_name[] = "dot_lanes", simd_name[] = "dot_simd",
               threaded_name[] = "dot_threaded";

}  // namespace

void bind_dot_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(textbook_name, dot_rung<textbook_name, ladder::dot_textbook<double>, ladder::dot_textbook<float>>),
        fast_method(lanes_name, dot_rung<lanes_name, ladder::dot_lanes<double>, ladder::dot_lanes<float>>),
        fast_method(simd_name, dot_rung<simd_name, ladder::dot_simd<double>, ladder::dot_simd<float>>),
        fast_method(threaded_name, dot_rung<threaded_name, mlmath::dot<double>, mlmath::dot<float>>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
