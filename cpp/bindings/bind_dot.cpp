// SPDX-License-Identifier: BSD-3-Clause
// dot: dtype switch, views, GIL, call. What the kernel does not cover is NumPy's own function, by name (see `system.delegated`).
#include "bindings/bind_blas.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/dot/dot.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
PyObject* dot_vectors(PyArrayObject* x, PyArrayObject* y) {
    const FloatingPointWatch watch("dot");
    T result;
    {
        // 2n elements at ~15 GB/s: 20 us is about 2e4 doubles.
        const GilRelease release(PyArray_DIM(x, 0) > 20000);
        result = dot<T>(vector_view<const T>(x), vector_view<const T>(y), num_threads());
    }
    if (!watch.report()) return nullptr;
    Reference scalar(PyArray_Scalar(&result, PyArray_DESCR(x), nullptr));
    return scalar.release();
}

}  // namespace

PyObject* dot_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {"dot", {"a", "b", "out"}, 0, 3, 2};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        if (!given(slots[2]) && plain_array(slots[0]) && plain_array(slots[1])) {
            auto *x = reinterpret_cast<PyArrayObject*>(slots[0]), *y = reinterpret_cast<PyArrayObject*>(slots[1]);
            if (PyArray_NDIM(x) == 1 && PyArray_NDIM(y) == 1 && PyArray_DIM(x, 0) == PyArray_DIM(y, 0) && PyArray_TYPE(x) == PyArray_TYPE(y)) {
                if (PyArray_TYPE(x) == NPY_DOUBLE) return dot_vectors<double>(x, y);
                if (PyArray_TYPE(x) == NPY_FLOAT) return dot_vectors<float>(x, y);
            }
        }
        if (!given(slots[2]) && plain_array(slots[0]) && plain_array(slots[1])) {
            auto *x = reinterpret_cast<PyArrayObject*>(slots[0]), *y = reinterpret_cast<PyArrayObject*>(slots[1]);
            const int type = PyArray_TYPE(x), nd1 = PyArray_NDIM(x), nd2 = PyArray_NDIM(y);
            if (type == PyArray_TYPE(y) && (type == NPY_DOUBLE || type == NPY_FLOAT) && nd1 > 0 && nd1 <= 2 && nd2 > 0 && nd2 <= 2)
                return matrix_product("dot", {"a", "b"}, x, y);
        }
        return call_numpy("dot", args, nargs, keyword_names);
    });
}

}  // namespace mlmath::bindings
