// SPDX-License-Identifier: BSD-3-Clause
// Checks and layout of an optimizer's arguments.
#include "bindings/parameter_list.hpp"

#include <algorithm>
#include <cstdlib>

namespace mlmath::bindings {
namespace {

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

// Bounds first; where those overlap (two columns of one matrix), numpy.shares_memory decides. Too hard for it counts as shared.
bool shares_memory(PyArrayObject* a, PyArrayObject* b) {
    if (!may_share_memory(a, b)) return false;
    const Reference numpy(PyImport_ImportModule("numpy"));
    const Reference answer(numpy ? PyObject_CallMethod(numpy.get(), "shares_memory", "OOi", a, b, 10000) : nullptr);
    if (!answer) PyErr_Clear();
    return !answer || PyObject_IsTrue(answer.get()) != 0;
}

// Whether every element has a place of its own: from the smallest stride up, each step leads beyond all that lies below it. Every
// view that slicing and transposing make of a plain array passes.
bool elements_apart(PyArrayObject* a) {
    if (PyArray_SIZE(a) == 0) return true;
    std::vector<std::pair<npy_intp, npy_intp>> axes;  // |stride|, size
    for (int axis = 0; axis < PyArray_NDIM(a); ++axis)
        if (PyArray_DIM(a, axis) > 1) axes.emplace_back(std::abs(PyArray_STRIDE(a, axis)), PyArray_DIM(a, axis));
    std::sort(axes.begin(), axes.end());
    npy_intp reach = PyArray_ITEMSIZE(a);
    for (const auto& [stride, size] : axes) {
        if (stride < reach) return false;
        reach += stride * (size - 1);
    }
    return true;
}

// The arrays of one item as blocks: axes sorted by the parameters' strides and merged where all arrays allow it; the innermost two
// become the columns and rows of a block, the others are walked here.
template <class T>
void append_blocks(std::vector<ParameterBlock<T>>& blocks, PyArrayObject* const (&arrays)[4]) {
    PyArrayObject* x = arrays[0];
    const npy_intp size = PyArray_SIZE(x);
    if (size == 0) return;
    bool c_order = true, f_order = true;
    for (PyArrayObject* a : arrays)
        if (a != nullptr) c_order = c_order && PyArray_IS_C_CONTIGUOUS(a), f_order = f_order && PyArray_IS_F_CONTIGUOUS(a);

    struct Axis {
        std::ptrdiff_t size, stride[4];
    };
    std::vector<Axis> axes;
    if (c_order || f_order) {
        axes.push_back({size, {1, 1, 1, 1}});
    } else {
        for (int axis = 0; axis < PyArray_NDIM(x); ++axis) {
            if (PyArray_DIM(x, axis) == 1) continue;
            Axis entry{PyArray_DIM(x, axis), {}};
            for (int k = 0; k < 4; ++k)
                if (arrays[k] != nullptr) entry.stride[k] = PyArray_STRIDE(arrays[k], axis) / static_cast<npy_intp>(sizeof(T));
            axes.push_back(entry);
        }
        std::stable_sort(axes.begin(), axes.end(),
                         [](const Axis& a, const Axis& b) { return std::abs(a.stride[0]) > std::abs(b.stride[0]); });
        for (std::size_t i = axes.size(); i-- > 1;) {  // merge axis i into the one around it
            bool whole = true;
            for (int k = 0; k < 4; ++k) whole = whole && axes[i - 1].stride[k] == axes[i].stride[k] * axes[i].size;
            if (!whole) continue;
            for (int k = 0; k < 4; ++k) axes[i - 1].stride[k] = axes[i].stride[k];
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
        std::ptrdiff_t offset[4] = {};
        for (std::size_t a = 0; a < axes.size(); ++a)
            for (int k = 0; k < 4; ++k) offset[k] += index[a] * axes[a].stride[k];
        const auto view = [&](int k) {
            T* data = arrays[k] == nullptr ? nullptr : static_cast<T*>(PyArray_DATA(arrays[k])) + offset[k];
            return MatrixView<T>{data, rows.size, columns.size, rows.stride[k], columns.stride[k]};
        };
        const MatrixView<T> g = view(1);
        blocks.push_back({view(0), {g.data, g.rows, g.columns, g.row_stride, g.column_stride}, {view(2), view(3)}});
        std::size_t a = axes.size();
        while (a > 0 && ++index[a - 1] == axes[a - 1].size) index[--a] = 0;
        if (a == 0) return;
    }
}

}  // namespace

std::string ParameterList::name(const char* argument, std::size_t i) const {
    return single_ ? argument : std::string(argument) + "[" + std::to_string(i) + "]";
}

void ParameterList::refuse(PyObject* error, const std::string& what) const {
    PyErr_SetString(error, (std::string(function_) + ": " + what).c_str());
    throw py::error_already_set();
}

// A writeable array the kernel can update. Byte-swapped, unaligned or misstrided ones get a copy that commit() writes back.
Reference ParameterList::plain_parameter(PyObject* object, const std::string& label) const {
    if (!PyArray_Check(object))
        refuse(PyExc_TypeError, label + " must be a NumPy array (it is updated in place), got " + Py_TYPE(object)->tp_name);
    auto* array = reinterpret_cast<PyArrayObject*>(object);
    if (PyArray_TYPE(array) != NPY_DOUBLE && PyArray_TYPE(array) != NPY_FLOAT)
        refuse(PyExc_TypeError, label + " must be float32 or float64, got " + dtype_text(array));
    if (!PyArray_ISWRITEABLE(array)) refuse(PyExc_ValueError, label + " is read-only and cannot be updated in place");
    Reference base;
    if (!PyArray_CheckExact(object)) {
        if (PyObject_HasAttrString(object, "mask"))
            refuse(PyExc_TypeError, label + " is a masked array, whose mask the update would ignore");
        base = Reference(PyArray_View(array, nullptr, &PyArray_Type));
        if (!base) throw py::error_already_set();
    } else {
        base = Reference::borrow(object);
    }
    if (!elements_apart(base.array())) refuse(PyExc_ValueError, label + " has elements that share memory with each other");
    if (plain_array(base.get())) return base;
    Reference copy(
        PyArray_FromArray(base.array(), PyArray_DescrFromType(PyArray_TYPE(array)), NPY_ARRAY_BEHAVED | NPY_ARRAY_WRITEBACKIFCOPY));
    if (!copy) throw py::error_already_set();
    return copy;
}

Reference ParameterList::plain_gradient(PyObject* object, PyArrayObject* parameter, std::size_t i) const {
    const std::string label = name("gradients", i);
    Reference array;
    if (PyArray_Check(object)) {
        if (!PyArray_CheckExact(object) && PyObject_HasAttrString(object, "mask"))
            refuse(PyExc_TypeError, label + " is a masked array, whose mask the update would ignore");
        array = Reference::borrow(object);
    } else if (PyArray_IsScalar(object, Generic)) {
        array = Reference(PyArray_FromScalar(object, nullptr));
    } else {
        refuse(PyExc_TypeError, label + " must be a NumPy array, got " + Py_TYPE(object)->tp_name);
    }
    if (!array) throw py::error_already_set();
    if (PyArray_TYPE(array.array()) != PyArray_TYPE(parameter))
        refuse(PyExc_TypeError,
               label + " must be " + dtype_text(parameter) + " as " + name("parameters", i) + ", got " + dtype_text(array.array()));
    if (!same_shape(array.array(), parameter))
        refuse(PyExc_ValueError, label + " must have shape " + shape_text(parameter) + " as " + name("parameters", i) + ", got " +
                                     shape_text(array.array()));
    Reference plain = as_plain(array.get(), PyArray_TYPE(parameter));
    if (!plain) throw py::error_already_set();
    return plain;
}

void ParameterList::take_state(PyObject* state, int states) {
    if (!PyList_Check(state)) refuse(PyExc_TypeError, "state must be a list");
    state_list_ = state;
    const auto wanted = static_cast<Py_ssize_t>(items_.size()) * states;
    new_state_ = PyList_GET_SIZE(state) == 0;
    if (!new_state_ && PyList_GET_SIZE(state) != wanted)
        refuse(PyExc_ValueError, "parameters must be " + std::to_string(PyList_GET_SIZE(state) / states) +
                                     " array(s) as in the first step, got " + std::to_string(items_.size()));
    for (std::size_t i = 0; i < items_.size(); ++i) {
        PyArrayObject* x = items_[i].parameter.array();
        for (int s = 0; s < states; ++s) {
            Reference& own = items_[i].state[s];
            if (new_state_) {
                own = Reference(PyArray_NewLikeArray(x, NPY_KEEPORDER, nullptr, 0));
                if (!own) throw py::error_already_set();
                PyArray_FILLWBYTE(own.array(), 0);
                continue;
            }
            own = Reference::borrow(PyList_GET_ITEM(state, static_cast<Py_ssize_t>(i) * states + s));
            if (!PyArray_Check(own.get())) refuse(PyExc_TypeError, "state must hold arrays");
            if (!same_shape(own.array(), x))
                refuse(PyExc_ValueError, name("parameters", i) + " must keep the shape of the first step, " +
                                             shape_text(own.array()) + ", got " + shape_text(x));
            if (PyArray_TYPE(own.array()) != PyArray_TYPE(x))
                refuse(PyExc_TypeError, name("parameters", i) + " must keep the dtype of the first step, " +
                                            dtype_text(own.array()) + ", got " + dtype_text(x));
            if (!plain_array(own.get()) || !PyArray_ISWRITEABLE(own.array()))
                refuse(PyExc_ValueError, "state must hold plain writeable arrays");
        }
    }
}

// No parameter may share memory with another parameter or with a gradient, but for its own gradient being the very same elements.
void ParameterList::check_overlap() const {
    struct Span {
        Extent extent;
        std::size_t item;
        bool gradient;
    };
    std::vector<Span> spans;
    for (std::size_t i = 0; i < items_.size(); ++i) {
        spans.push_back({extent_of(items_[i].parameter.array()), i, false});
        spans.push_back({extent_of(items_[i].gradient.array()), i, true});
    }
    if (spans.size() > 2)
        std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) { return a.extent.low < b.extent.low; });
    const auto array_of = [this](const Span& s) {
        return (s.gradient ? items_[s.item].gradient : items_[s.item].parameter).array();
    };
    for (std::size_t i = 0; i < spans.size(); ++i)
        for (std::size_t j = i + 1; j < spans.size(); ++j) {
            if (spans.size() > 2 && spans[j].extent.low >= spans[i].extent.high) break;
            const Span &a = spans[i], &b = spans[j];
            if (a.gradient && b.gradient) continue;
            if (a.item == b.item && same_elements(array_of(a), array_of(b))) continue;
            if (!shares_memory(array_of(a), array_of(b))) continue;
            const Span &first = a.gradient ? b : a, &second = a.gradient ? a : b;
            refuse(PyExc_ValueError, name("parameters", first.item) + " shares memory with " +
                                         name(second.gradient ? "gradients" : "parameters", second.item));
        }
}

ParameterList::ParameterList(const char* function, PyObject* parameters, PyObject* gradients, PyObject* state, int states)
    : function_(function), single_(PyArray_Check(parameters)) {
    if (single_) {
        items_.resize(1);
        items_[0].parameter = plain_parameter(parameters, "parameters");
        items_[0].gradient = plain_gradient(gradients, items_[0].parameter.array(), 0);
    } else {
        const auto sequence = [](PyObject* o) { return PyList_Check(o) || PyTuple_Check(o); };
        if (!sequence(parameters))
            refuse(PyExc_TypeError,
                   std::string("parameters must be an array or a list of arrays, got ") + Py_TYPE(parameters)->tp_name);
        if (!sequence(gradients))
            refuse(PyExc_TypeError,
                   std::string("gradients must be a list of arrays as parameters, got ") + Py_TYPE(gradients)->tp_name);
        const Py_ssize_t count = PySequence_Fast_GET_SIZE(parameters);
        if (PySequence_Fast_GET_SIZE(gradients) != count)
            refuse(PyExc_ValueError, "gradients must be " + std::to_string(count) + " array(s) as parameters, got " +
                                         std::to_string(PySequence_Fast_GET_SIZE(gradients)));
        items_.resize(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < items_.size(); ++i) {
            const auto at = static_cast<Py_ssize_t>(i);
            items_[i].parameter = plain_parameter(PySequence_Fast_GET_ITEM(parameters, at), name("parameters", i));
            items_[i].gradient = plain_gradient(PySequence_Fast_GET_ITEM(gradients, at), items_[i].parameter.array(), i);
        }
    }
    if (states > 0) take_state(state, states);
    check_overlap();
    for (Item& item : items_) {
        PyArrayObject* const arrays[4] = {item.parameter.array(), item.gradient.array(), item.state[0].array(),
                                          item.state[1].array()};
        elements_ += PyArray_SIZE(arrays[0]);
        if (PyArray_TYPE(arrays[0]) == NPY_DOUBLE)
            append_blocks(f64_, arrays);
        else
            append_blocks(f32_, arrays);
    }
}

void ParameterList::commit() {
    for (Item& item : items_)
        if (PyArray_ResolveWritebackIfCopy(item.parameter.array()) < 0) throw py::error_already_set();
    if (!new_state_) return;
    for (Item& item : items_)
        for (Reference& state : item.state)
            if (state && PyList_Append(state_list_, state.get()) < 0) throw py::error_already_set();
}

}  // namespace mlmath::bindings
