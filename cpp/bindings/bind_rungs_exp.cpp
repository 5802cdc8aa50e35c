// SPDX-License-Identifier: BSD-3-Clause
// The rungs of exp: a vector in, a vector out, as exp(x, out=None).
#include "bindings/bind_rungs.hpp"
#include "core/thread_pool.hpp"
#include "kernels/elementwise/exp/exp_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
using ExpRung = void (*)(VectorView<const T>, VectorView<T>, int);

template <class T>
PyObject* run_exp(const char* name, PyObject* given_x, PyObject* given_out, ExpRung<T> rung) {
    Reference x = as_plain(given_x, numpy_type<T>);
    if (!x) return nullptr;
    if (PyArray_NDIM(x.array()) != 1)
        return PyErr_Format(PyExc_ValueError, "%s: x must be a vector, got %d dimensions", name, PyArray_NDIM(x.array()));
    Reference out =
        given(given_out) ? Reference::borrow(given_out) : Reference(PyArray_SimpleNew(1, PyArray_DIMS(x.array()), numpy_type<T>));
    if (!out) return nullptr;
    if (!plain_array_of(out.get(), numpy_type<T>) || !PyArray_ISWRITEABLE(out.array()) || PyArray_NDIM(out.array()) != 1 ||
        PyArray_DIM(out.array(), 0) != PyArray_DIM(x.array(), 0) || may_share_memory(out.array(), x.array()))
        return PyErr_Format(PyExc_ValueError, "%s: out must be a writeable vector of size %zd and the dtype of x, apart from it",
                            name, PyArray_DIM(x.array(), 0));
    const FloatingPointWatch watch(name);
    {
        const GilRelease release(PyArray_DIM(x.array(), 0) > 2000);
        rung(vector_view<const T>(x.array()), vector_view<T>(out.array()), num_threads());
    }
    return watch.report() ? out.release() : nullptr;
}

template <const auto& name, ExpRung<double> f64, ExpRung<float> f32>
PyObject* exp_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<2> parameters = {name, {"x", "out"}, 0, 2, 1};
        PyObject* slots[2];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        if (PyArray_Check(slots[0]) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(slots[0])) == NPY_FLOAT)
            return run_exp<float>(name, slots[0], slots[1], f32);
        return run_exp<double>(name, slots[0], slots[1], f64);
    });
}

constexpr char naive[] = "exp_naive", range_reduction[] = "exp_range_reduction", polynomial[] = "exp_polynomial",
               simd[] = "exp_simd";

}  // namespace

void bind_exp_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(naive, exp_rung<naive, ladder::exp_naive<double>, ladder::exp_naive<float>>),
        fast_method(range_reduction,
                    exp_rung<range_reduction, ladder::exp_range_reduction<double>, ladder::exp_range_reduction<float>>),
        fast_method(polynomial, exp_rung<polynomial, ladder::exp_polynomial<double>, ladder::exp_polynomial<float>>),
        fast_method(simd, exp_rung<simd, ladder::exp_simd<double>, ladder::exp_simd<float>>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
