// SPDX-License-Identifier: BSD-3-Clause
// ndarray -> view: dtype, strides, alignment, byte order, overlap, `out`.
#pragma once
#include <complex>
#include <cstdlib>

#include "bindings/python.hpp"
#include "core/view.hpp"

namespace mlmath::bindings {

/// Whether the kernels can read the array as it lies: exactly an ndarray, aligned, native byte order, strides whole elements.
/// (A subclass is not: its own rules come first, so it takes the general path.)
inline bool plain_array(PyObject* object) {
    if (!PyArray_CheckExact(object)) return false;
    auto* array = reinterpret_cast<PyArrayObject*>(object);
    if (!PyArray_ISBEHAVED_RO(array)) return false;
    const npy_intp item = PyArray_ITEMSIZE(array);
    const bool power_of_two = (item & (item - 1)) == 0;  // a division for each axis would be a tenth of a short call
    npy_intp rest = 0;
    for (int axis = 0; axis < PyArray_NDIM(array); ++axis)
        rest |= power_of_two ? PyArray_STRIDE(array, axis) & (item - 1) : PyArray_STRIDE(array, axis) % item;
    return rest == 0;
}

inline bool plain_array_of(PyObject* object, int type) {
    return PyArray_CheckExact(object) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(object)) == type && plain_array(object);
}

template <class T>
inline constexpr int numpy_type = -1;
template <>
inline constexpr int numpy_type<double> = NPY_DOUBLE;
template <>
inline constexpr int numpy_type<float> = NPY_FLOAT;
template <>
inline constexpr int numpy_type<std::complex<double>> = NPY_CDOUBLE;
template <>
inline constexpr int numpy_type<std::complex<float>> = NPY_CFLOAT;

/// A plain, aligned, native array of `type` with the object's values: the object itself when it already is one, otherwise a
/// converted copy (lists, integers, byte-swapped, unaligned or misstrided arrays: the copies NumPy makes as well). Refuses casts
/// that are not "safe" unless `force` is set. Null with an exception set on failure.
inline Reference as_plain(PyObject* object, int type, bool force = false) {
    if (plain_array_of(object, type)) return Reference::borrow(object);
    const int flags = NPY_ARRAY_BEHAVED_NS & ~NPY_ARRAY_WRITEABLE;
    Reference array(PyArray_FromAny(object, PyArray_DescrFromType(type), 0, 0,
                                    flags | NPY_ARRAY_ENSUREARRAY | (force ? NPY_ARRAY_FORCECAST : 0), nullptr));
    if (array && !plain_array(array.get())) array = Reference(PyArray_NewCopy(array.array(), NPY_KEEPORDER));
    return array;
}

template <class T>
VectorView<T> vector_view(PyArrayObject* a, int axis = 0) {
    return {static_cast<T*>(PyArray_DATA(a)), PyArray_DIM(a, axis), PyArray_STRIDE(a, axis) / static_cast<npy_intp>(sizeof(T))};
}

template <class T>
MatrixView<T> matrix_view(PyArrayObject* a) {  // the last two axes
    const int nd = PyArray_NDIM(a);
    constexpr auto item = static_cast<npy_intp>(sizeof(T));
    return {static_cast<T*>(PyArray_DATA(a)), PyArray_DIM(a, nd - 2), PyArray_DIM(a, nd - 1), PyArray_STRIDE(a, nd - 2) / item,
            PyArray_STRIDE(a, nd - 1) / item};
}

/// The bytes [low, high) an array may touch.
struct Extent {
    const char *low, *high;
};
inline Extent extent_of(PyArrayObject* a) {
    const char *low = PyArray_BYTES(a), *high = low;
    for (int axis = 0; axis < PyArray_NDIM(a); ++axis) {
        const npy_intp size = PyArray_DIM(a, axis);
        if (size == 0) return {low, low};
        const npy_intp reach = (size - 1) * PyArray_STRIDE(a, axis);
        (reach < 0 ? low : high) += reach;
    }
    return {low, high + PyArray_ITEMSIZE(a)};
}
/// Whether the two may share memory (by extent: interleaved views count as sharing, which costs a copy and never a wrong result).
inline bool may_share_memory(PyArrayObject* a, PyArrayObject* b) {
    const Extent x = extent_of(a), y = extent_of(b);
    return x.low < x.high && y.low < y.high && x.low < y.high && y.low < x.high;
}

/// Whether no two elements share memory, by a condition that slices and transposes of ordinary arrays meet: each axis, from the
/// smallest stride on, steps over all that the axes before it reach.
inline bool elements_distinct(PyArrayObject* a) {
    int order[NPY_MAXDIMS], axes = 0;
    const auto step = [a](int axis) { return std::abs(PyArray_STRIDE(a, axis)); };
    for (int axis = 0; axis < PyArray_NDIM(a); ++axis) {
        if (PyArray_DIM(a, axis) == 0) return true;
        if (PyArray_DIM(a, axis) == 1) continue;
        int at = axes++;
        for (; at > 0 && step(order[at - 1]) > step(axis); --at) order[at] = order[at - 1];
        order[at] = axis;
    }
    npy_intp reach = PyArray_ITEMSIZE(a);
    for (int i = 0; i < axes; ++i) {
        if (step(order[i]) < reach) return false;
        reach += (PyArray_DIM(a, order[i]) - 1) * step(order[i]);
    }
    return true;
}

}  // namespace mlmath::bindings
