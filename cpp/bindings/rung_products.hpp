// SPDX-License-Identifier: BSD-3-Clause
// What the ladders of the matrix product share: two matrices of one dtype in, one out, as matmul(a, b, out=None).
#pragma once
#include <utility>

#include "bindings/bind_rungs.hpp"

namespace mlmath::bindings {

struct ProductArguments {
    Reference a, b, out;
    explicit operator bool() const { return static_cast<bool>(out); }
    /// Whether the work is worth giving the GIL away.
    bool large() const {
        return static_cast<double>(PyArray_DIM(a.array(), 0)) * static_cast<double>(PyArray_DIM(b.array(), 1)) *
                   static_cast<double>(PyArray_DIM(a.array(), 1)) >
               1 << 18;
    }
};

/// The arguments of the rung `name` as matrices of T; without `out` when one of them will not do, and an exception is set.
template <class T>
ProductArguments product_arguments(const char* name, PyObject* first, PyObject* second, PyObject* given_out) {
    ProductArguments x{as_plain(first, numpy_type<T>), {}, {}};
    if (!x.a) return x;
    x.b = as_plain(second, numpy_type<T>);
    if (!x.b) return x;
    if (PyArray_NDIM(x.a.array()) != 2 || PyArray_NDIM(x.b.array()) != 2) {
        PyErr_Format(PyExc_ValueError, "%s: a and b must be matrices, got %d and %d dimensions", name, PyArray_NDIM(x.a.array()),
                     PyArray_NDIM(x.b.array()));
        return x;
    }
    const npy_intp shape[2] = {PyArray_DIM(x.a.array(), 0), PyArray_DIM(x.b.array(), 1)};
    if (PyArray_DIM(x.a.array(), 1) != PyArray_DIM(x.b.array(), 0)) {
        PyErr_Format(PyExc_ValueError, "%s: a has %zd columns, b has %zd rows; they must be the same", name,
                     PyArray_DIM(x.a.array(), 1), PyArray_DIM(x.b.array(), 0));
        return x;
    }
    Reference out = given(given_out) ? Reference::borrow(given_out) : Reference(PyArray_SimpleNew(2, shape, numpy_type<T>));
    if (!out) return x;
    if (!plain_array_of(out.get(), numpy_type<T>) || !PyArray_ISWRITEABLE(out.array()) || PyArray_NDIM(out.array()) != 2 ||
        PyArray_DIM(out.array(), 0) != shape[0] || PyArray_DIM(out.array(), 1) != shape[1] ||
        may_share_memory(out.array(), x.a.array()) || may_share_memory(out.array(), x.b.array())) {
        PyErr_Format(PyExc_ValueError,
                     "%s: out must be a writeable array of shape (%zd, %zd) and the dtype of a and b, apart from both", name,
                     shape[0], shape[1]);
        return x;
    }
    x.out = std::move(out);
    return x;
}

/// run<float>(slots) when both operands are float32, otherwise run<double>(slots), as NumPy's promotion gives for real input.
template <const auto& name, class F64, class F32>
PyObject* by_dtype(PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names, F64&& f64, F32&& f32) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {name, {"a", "b", "out"}, 0, 3, 2};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        return is_float32(slots[0]) && is_float32(slots[1]) ? f32(slots) : f64(slots);
    });
}

}  // namespace mlmath::bindings
