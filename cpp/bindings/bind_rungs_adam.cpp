// SPDX-License-Identifier: BSD-3-Clause
// The rungs of adam: a step over (x, m, v) as the rows of one array, as adam(state, gradient, out=None); out may be state itself.
#include "bindings/bind_rungs.hpp"
#include "core/thread_pool.hpp"
#include "kernels/optim/adam/adam_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
using AdamRung = void (*)(std::ptrdiff_t, T*, const T*, T*, T*, int);

template <class T>
PyObject* run_adam(const char* name, PyObject* given_state, PyObject* given_gradient, PyObject* given_out, AdamRung<T> rung) {
    Reference state = as_plain(given_state, numpy_type<T>), gradient = as_plain(given_gradient, numpy_type<T>);
    if (!state || !gradient) return nullptr;
    if (PyArray_NDIM(state.array()) != 2 || PyArray_DIM(state.array(), 0) != 3)
        return PyErr_Format(PyExc_ValueError, "%s: state must be of shape (3, n): the rows x, m and v", name);
    const npy_intp n = PyArray_DIM(state.array(), 1);
    if (PyArray_NDIM(gradient.array()) != 1 || PyArray_DIM(gradient.array(), 0) != n)
        return PyErr_Format(PyExc_ValueError, "%s: gradient must be a vector of size %zd as the rows of state", name, n);
    if (!PyArray_IS_C_CONTIGUOUS(gradient.array())) gradient = Reference(PyArray_NewCopy(gradient.array(), NPY_CORDER));
    Reference out = given(given_out) ? Reference::borrow(given_out) : Reference(PyArray_NewCopy(state.array(), NPY_CORDER));
    if (!gradient || !out) return nullptr;
    if (!plain_array_of(out.get(), numpy_type<T>) || !PyArray_ISWRITEABLE(out.array()) || PyArray_NDIM(out.array()) != 2 ||
        !PyArray_IS_C_CONTIGUOUS(out.array()) || PyArray_DIM(out.array(), 0) != 3 || PyArray_DIM(out.array(), 1) != n ||
        may_share_memory(out.array(), gradient.array()))
        return PyErr_Format(PyExc_ValueError,
                            "%s: out must be a writeable C-contiguous array of shape (3, %zd) and the dtype of state, apart from "
                            "gradient",
                            name, n);
    if (out.get() != state.get() && given(given_out) && PyArray_CopyInto(out.array(), state.array()) < 0) return nullptr;
    const FloatingPointWatch watch(name);
    {
        const GilRelease release(n > 20000);
        T* x = static_cast<T*>(PyArray_DATA(out.array()));
        rung(n, x, static_cast<const T*>(PyArray_DATA(gradient.array())), x + n, x + 2 * n, num_threads());
    }
    return watch.report() ? out.release() : nullptr;
}

template <const auto& name, AdamRung<double> f64, AdamRung<float> f32>
PyObject* adam_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {name, {"state", "gradient", "out"}, 0, 3, 2};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        if (is_float32(slots[0])) return run_adam<float>(name, slots[0], slots[1], slots[2], f32);
        return run_adam<double>(name, slots[0], slots[1], slots[2], f64);
    });
}

constexpr char textbook[] = "adam_textbook", fused[] = "adam_fused", simd[] = "adam_simd", threaded[] = "adam_threaded";

}  // namespace

void bind_adam_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(textbook, adam_rung<textbook, ladder::adam_textbook<double>, ladder::adam_textbook<float>>),
        fast_method(fused, adam_rung<fused, ladder::adam_fused<double>, ladder::adam_fused<float>>),
        fast_method(simd, adam_rung<simd, ladder::adam_simd<double>, ladder::adam_simd<float>>),
        fast_method(threaded, adam_rung<threaded, ladder::adam_threaded<double>, ladder::adam_threaded<float>>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
