// SPDX-License-Identifier: BSD-3-Clause
// Arrays of an optimizer.
#include "bindings/optimizer_arrays.hpp"

#include <algorithm>
#include <cstdlib>

namespace mlmath::bindings {

std::string shape_text(PyArrayObject* a) {
    std::string text = "(";
    for (int axis = 0; axis < PyArray_NDIM(a); ++axis) text += (axis ? ", " : "") + std::to_string(PyArray_DIM(a, axis));
    return text + (PyArray_NDIM(a) == 1 ? ",)" : ")");
}

std::string dtype_text(PyArrayObject* a) {
    const Reference text(PyObject_Str(reinterpret_cast<PyObject*>(PyArray_DESCR(a))));
    const char* utf8 = text ? PyUnicode_AsUTF8(text.get()) : nullptr;
    if (utf8 == nullptr) throw py::error_already_set();
    return utf8;
}

bool same_shape(PyArrayObject* a, PyArrayObject* b) {
    return PyArray_NDIM(a) == PyArray_NDIM(b) && PyArray_CompareLists(PyArray_DIMS(a), PyArray_DIMS(b), PyArray_NDIM(a));
}

bool same_elements(PyArrayObject* a, PyArrayObject* b) {
    return PyArray_DATA(a) == PyArray_DATA(b) && same_shape(a, b) &&
           PyArray_CompareLists(PyArray_STRIDES(a), PyArray_STRIDES(b), PyArray_NDIM(a));
}

Placement::Placement(PyArrayObject* a)
    : data_(PyArray_BYTES(a)),
      type_(Reference::borrow(reinterpret_cast<PyObject*>(PyArray_DESCR(a)))),
      axes_(PyArray_DIMS(a), PyArray_DIMS(a) + PyArray_NDIM(a)) {
    axes_.insert(axes_.end(), PyArray_STRIDES(a), PyArray_STRIDES(a) + PyArray_NDIM(a));
}

bool Placement::still_holds(PyArrayObject* a) const {
    const auto n = static_cast<std::size_t>(PyArray_NDIM(a));
    return PyArray_BYTES(a) == data_ && reinterpret_cast<PyObject*>(PyArray_DESCR(a)) == type_.get() && axes_.size() == 2 * n &&
           std::equal(PyArray_DIMS(a), PyArray_DIMS(a) + n, axes_.data()) &&
           std::equal(PyArray_STRIDES(a), PyArray_STRIDES(a) + n, axes_.data() + n);
}

bool shares_memory(PyArrayObject* a, PyArrayObject* b) {
    if (!may_share_memory(a, b)) return false;
    const Reference numpy(PyImport_ImportModule("numpy"));
    const Reference answer(numpy ? PyObject_CallMethod(numpy.get(), "shares_memory", "OOi", a, b, 10000) : nullptr);
    if (!answer) PyErr_Clear();
    return !answer || PyObject_IsTrue(answer.get()) != 0;
}

// The arrays of one item as blocks: axes sorted by the parameters' strides and merged where all arrays allow it; the innermost two
// become the columns and rows of a block, the others are walked here.
template <class T>
void append_blocks(std::vector<ParameterBlock<T>>& blocks, PyArrayObject* const (&arrays)[optimizer_arrays]) {
    PyArrayObject* x = arrays[0];
    const npy_intp size = PyArray_SIZE(x);
    if (size == 0) return;
    bool c_order = true, f_order = true;
    for (PyArrayObject* a : arrays)
        if (a != nullptr) c_order = c_order && PyArray_IS_C_CONTIGUOUS(a), f_order = f_order && PyArray_IS_F_CONTIGUOUS(a);

    struct Axis {
        std::ptrdiff_t size, stride[optimizer_arrays];
    };
    std::vector<Axis> axes;
    if (c_order || f_order) {
        axes.push_back({size, {1, 1, 1, 1, 1}});
    } else {
        for (int axis = 0; axis < PyArray_NDIM(x); ++axis) {
            if (PyArray_DIM(x, axis) == 1) continue;
            Axis entry{PyArray_DIM(x, axis), {}};
            for (int k = 0; k < optimizer_arrays; ++k)
                if (arrays[k] != nullptr) entry.stride[k] = PyArray_STRIDE(arrays[k], axis) / static_cast<npy_intp>(sizeof(T));
            axes.push_back(entry);
        }
        std::stable_sort(axes.begin(), axes.end(),
                         [](const Axis& a, const Axis& b) { return std::abs(a.stride[0]) > std::abs(b.stride[0]); });
        for (std::size_t i = axes.size(); i-- > 1;) {  // merge axis i into the one around it
            bool whole = true;
            for (int k = 0; k < optimizer_arrays; ++k) whole = whole && axes[i - 1].stride[k] == axes[i].stride[k] * axes[i].size;
            if (!whole) continue;
            for (int k = 0; k < optimizer_arrays; ++k) axes[i - 1].stride[k] = axes[i].stride[k];
            axes[i - 1].size *= axes[i].size;
            axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(i));
        }
    }
    while (axes.size() < 2) axes.insert(axes.begin(), Axis{1, {}});
    Axis columns = axes.back(), rows = axes[axes.size() - 2];
    axes.resize(axes.size() - 2);
    if (columns.size < 16 && columns.size < rows.size) std::swap(rows, columns);  // a call per row wants something to do

    std::vector<std::ptrdiff_t> index(axes.size(), 0);
    for (;;) {
        std::ptrdiff_t offset[optimizer_arrays] = {};
        for (std::size_t a = 0; a < axes.size(); ++a)
            for (int k = 0; k < optimizer_arrays; ++k) offset[k] += index[a] * axes[a].stride[k];
        const auto view = [&](int k) {
            T* data = arrays[k] == nullptr ? nullptr : static_cast<T*>(PyArray_DATA(arrays[k])) + offset[k];
            return MatrixView<T>{data, rows.size, columns.size, rows.stride[k], columns.stride[k]};
        };
        const MatrixView<T> g = view(1);
        blocks.push_back({view(0), {g.data, g.rows, g.columns, g.row_stride, g.column_stride}, {view(2), view(3), view(4)}});
        std::size_t a = axes.size();
        while (a > 0 && ++index[a - 1] == axes[a - 1].size) index[--a] = 0;
        if (a == 0) return;
    }
}

template void append_blocks(std::vector<ParameterBlock<double>>&, PyArrayObject* const (&)[optimizer_arrays]);
template void append_blocks(std::vector<ParameterBlock<float>>&, PyArrayObject* const (&)[optimizer_arrays]);

}  // namespace mlmath::bindings
