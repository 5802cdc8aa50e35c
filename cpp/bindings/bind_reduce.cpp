// SPDX-License-Identifier: BSD-3-Clause
// Reductions under NumPy's signatures: what their arguments have in common. What the kernels do not cover is NumPy's own function,
// by name (see `system.delegated`).
#include "bindings/bind_reduce.hpp"

namespace mlmath::bindings {

bool element_of_type(int type, Element& element) {
    const auto integer = [&](std::size_t bytes, bool is_signed) {
        const int size = bytes == 1 ? 0 : bytes == 2 ? 1 : bytes == 4 ? 2 : 3;
        element = static_cast<Element>(static_cast<int>(Element::i8) + 2 * size + (is_signed ? 0 : 1));
        return true;
    };
    switch (type) {
        case NPY_DOUBLE:
            element = Element::f64;
            return true;
        case NPY_FLOAT:
            element = Element::f32;
            return true;
        case NPY_HALF:
            element = Element::f16;
            return true;
        case NPY_BOOL:
            element = Element::boolean;
            return true;
        case NPY_BYTE:
            return integer(1, true);
        case NPY_UBYTE:
            return integer(1, false);
        case NPY_SHORT:
            return integer(sizeof(short), true);
        case NPY_USHORT:
            return integer(sizeof(short), false);
        case NPY_INT:
            return integer(sizeof(int), true);
        case NPY_UINT:
            return integer(sizeof(int), false);
        case NPY_LONG:
            return integer(sizeof(long), true);
        case NPY_ULONG:
            return integer(sizeof(long), false);
        case NPY_LONGLONG:
            return integer(sizeof(long long), true);
        case NPY_ULONGLONG:
            return integer(sizeof(long long), false);
        default:
            return false;
    }
}

bool plain_number(PyObject* object, double& value) {
    if (!PyFloat_Check(object) && !PyLong_CheckExact(object)) return false;
    value = PyFloat_AsDouble(object);
    if (!PyErr_Occurred()) return true;
    PyErr_Clear();  // an integer beyond double: NumPy will say it
    return false;
}

bool Reduction::take_array(PyObject* a) {
    if (!PyArray_CheckExact(a)) return false;
    auto* const array = reinterpret_cast<PyArrayObject*>(a);
    if (!element_of_type(PyArray_TYPE(array), element_) || PyArray_SIZE(array) == 0) return false;
    axes_ = PyArray_NDIM(array);
    a_ = Reference::borrow(a);
    return true;
}

bool Reduction::take_axis(PyObject* axis) {
    if (!given(axis)) {
        reduced_ = axes_ == max_axes ? all_axes : (AxisSet{1} << axes_) - 1;
        count_ = PyArray_SIZE(a_.array());
        return true;
    }
    const auto add = [this](PyObject* item) {
        if (!PyLong_CheckExact(item)) return false;
        int overflow = 0;
        long long at = PyLong_AsLongLongAndOverflow(item, &overflow);
        if (at < 0) at += axes_;
        if (overflow != 0 || at < 0 || at >= axes_) return false;
        const AxisSet bit = AxisSet{1} << at;
        if (reduced_ & bit) return false;
        reduced_ |= bit;
        count_ *= PyArray_DIM(a_.array(), static_cast<int>(at));
        return true;
    };
    if (!PyTuple_CheckExact(axis)) return add(axis);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(axis); ++i)
        if (!add(PyTuple_GET_ITEM(axis, i))) return false;
    return true;
}

// Strides of an array that is repeated along the axes it lacks or has with size one.
bool Reduction::broadcast(PyArrayObject* array) {
    const int lacking = axes_ - PyArray_NDIM(array);
    if (lacking < 0) return false;
    for (int i = 0; i < axes_; ++i) {
        const npy_intp size = i < lacking ? 1 : PyArray_DIM(array, i - lacking);
        if (size != 1 && size != PyArray_DIM(a_.array(), i)) return false;
        other_strides_[i] = size == 1 ? 0 : PyArray_STRIDE(array, i - lacking) / PyArray_ITEMSIZE(array);
    }
    operand_ = Reference::borrow(reinterpret_cast<PyObject*>(array));
    return true;
}

bool Reduction::take_where(PyObject* where) {
    if (where == nullptr || where == Py_True) return true;
    Reference mask;
    if (where == Py_False)
        mask = Reference(PyArray_FromAny(where, nullptr, 0, 0, 0, nullptr));
    else if (plain_array_of(where, NPY_BOOL))
        mask = Reference::borrow(where);
    if (!mask || !broadcast(mask.array())) return false;
    other_ = Other::select;
    return true;
}

bool Reduction::take_operand(PyObject* operand, Other other) {
    if (other_ != Other::none) return false;
    Element element;
    Reference array;
    if (PyArray_CheckExact(operand)) {
        if (!element_of_type(PyArray_TYPE(reinterpret_cast<PyArrayObject*>(operand)), element)) return false;
        array = as_plain(operand, NPY_DOUBLE, true);
    } else if (PyFloat_Check(operand) || PyLong_CheckExact(operand)) {
        array = Reference(PyArray_FromAny(operand, PyArray_DescrFromType(NPY_DOUBLE), 0, 0, 0, nullptr));
    }
    if (!array || !broadcast(array.array())) return false;
    other_ = other;
    return true;
}

namespace {

// The type number of a dtype the kernels can write, or -1.
int native_type(PyObject* dtype) {
    PyArray_Descr* wanted = nullptr;
    if (PyArray_DescrConverter(dtype, &wanted) != NPY_SUCCEED) {
        PyErr_Clear();  // NumPy will say it
        return -1;
    }
    const int type = PyArray_ISNBO(wanted->byteorder) ? wanted->type_num : -1;
    Py_DECREF(wanted);
    return type;
}

}  // namespace

int Reduction::sum_type(PyObject* dtype) const {
    if (floating()) return mean_type(dtype);
    const int own = element_bytes(element_) == 8                            ? type()
                    : is_unsigned(element_) && element_ != Element::boolean ? NPY_UINTP
                                                                            : NPY_INTP;
    if (!given(dtype)) return own;
    const int wanted = native_type(dtype);
    return wanted == own || wanted == NPY_DOUBLE ? wanted : -1;
}

int Reduction::mean_type(PyObject* dtype) const {
    const int own = floating() ? type() : NPY_DOUBLE;
    if (!given(dtype)) return own;
    const int wanted = native_type(dtype);
    return wanted == own || wanted == NPY_DOUBLE || (wanted == NPY_FLOAT && element_ == Element::f16) ? wanted : -1;
}

bool Reduction::take_input() {
    if (!plain_array(a_.get())) {  // byte-swapped, unaligned: the same values where the kernels can read them
        a_ = as_plain(a_.get(), type());
        if (!a_) return false;
    }
    const npy_intp item = PyArray_ITEMSIZE(a_.array());
    for (int i = 0; i < axes_; ++i) strides_[i] = PyArray_STRIDE(a_.array(), i) / item;
    return true;
}

bool Reduction::take_result(int type, PyObject* out, PyObject* keepdims) {
    if (type < 0 || (keepdims != nullptr && !PyBool_Check(keepdims))) return false;
    result_type_ = type;
    auto* const array = a_.array();
    const bool keep = keepdims == Py_True;
    npy_intp dims[max_axes];
    int result_axes = 0;
    for (int i = 0; i < axes_; ++i) {
        const bool is_reduced = (reduced_ >> i & 1) != 0;
        if (!is_reduced || keep) dims[result_axes++] = is_reduced ? 1 : PyArray_DIM(array, i);
    }
    if (given(out)) {
        if (!PyArray_CheckExact(out)) return false;
        auto* const result = reinterpret_cast<PyArrayObject*>(out);
        if (PyArray_TYPE(result) != result_type_ || !PyArray_ISWRITEABLE(result) || PyArray_NDIM(result) != result_axes ||
            !PyArray_CompareLists(PyArray_DIMS(result), dims, result_axes))
            return false;
        out_ = Reference::borrow(out);
        const bool apart = !may_share_memory(result, array) && (!operand_ || !may_share_memory(result, operand_.array()));
        if (plain_array(out) && apart) target_ = Reference::borrow(out);
    }
    if (!take_input()) return false;
    if (!target_ && (result_axes > 0 || out_)) {
        target_ = Reference(PyArray_SimpleNew(result_axes, dims, result_type_));
        if (!target_) return false;
    }
    for (int i = 0, at = 0; i < axes_; ++i) {
        const bool is_reduced = (reduced_ >> i & 1) != 0;
        out_strides_[i] = is_reduced ? 0 : PyArray_STRIDE(target_.array(), at) / PyArray_ITEMSIZE(target_.array());
        at += !is_reduced || keep;
    }
    return true;
}

ReductionInput Reduction::input() const {
    ReductionInput in{element_, PyArray_DATA(a_.array()), axes_, PyArray_DIMS(a_.array()), strides_, reduced_, other_, nullptr,
                      nullptr};
    if (other_ != Other::none) {
        in.other_data = PyArray_DATA(operand_.array());
        in.other_strides = other_strides_;
    }
    return in;
}

ReductionOutput Reduction::output() {
    Element element = Element::f64;
    element_of_type(result_type_, element);
    return {element, target_ ? PyArray_DATA(target_.array()) : scalar_, out_strides_};
}

PyObject* Reduction::result() {
    if (out_) {
        if (out_.get() != target_.get() && PyArray_CopyInto(out_.array(), target_.array()) < 0) return nullptr;
        return out_.release();
    }
    if (target_) return target_.release();
    if (result_type_ == type()) return PyArray_Scalar(scalar_, PyArray_DESCR(a_.array()), nullptr);
    Reference descr(reinterpret_cast<PyObject*>(PyArray_DescrFromType(result_type_)));
    return PyArray_Scalar(scalar_, reinterpret_cast<PyArray_Descr*>(descr.get()), nullptr);
}

void bind_reduce(py::module_& module) {
    bind_sums(module);
    bind_extremes(module);
    bind_cumulative(module);
    bind_norms(module);
}

}  // namespace mlmath::bindings
