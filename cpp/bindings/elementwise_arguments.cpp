// SPDX-License-Identifier: BSD-3-Clause
#include "bindings/elementwise_arguments.hpp"

#include <cfenv>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "kernels/elementwise/elementwise.hpp"

namespace mlmath::bindings {
namespace {

int narrowest_loop(int type) {
    switch (type) {
        case NPY_BOOL:
        case NPY_BYTE:
        case NPY_UBYTE:
        case NPY_HALF:
            return NPY_HALF;
        case NPY_SHORT:
        case NPY_USHORT:
        case NPY_FLOAT:
            return NPY_FLOAT;
        case NPY_DOUBLE:
        case NPY_INT:
        case NPY_UINT:
        case NPY_LONG:
        case NPY_ULONG:
        case NPY_LONGLONG:
        case NPY_ULONGLONG:
            return NPY_DOUBLE;
        default:
            return -1;
    }
}

// float16 < float32 < float64.
int rank_of(int loop) { return loop == NPY_DOUBLE ? 2 : loop == NPY_FLOAT ? 1 : 0; }
int wider(int a, int b) { return rank_of(a) < rank_of(b) ? b : a; }
bool has_half(Like like) { return like == Like::numpy || like == Like::numpy_floats; }
bool is_float(int type) { return type == NPY_HALF || type == NPY_FLOAT || type == NPY_DOUBLE; }

// Objects whose call has no rules of its own: an ndarray, a sequence, a number.
bool ordinary(PyObject* x) {
    return PyArray_CheckExact(x) || PyFloat_CheckExact(x) || PyLong_CheckExact(x) || PyBool_Check(x) || PyList_CheckExact(x) ||
           PyTuple_CheckExact(x) || PyArray_CheckScalar(x);
}

int loop_of_code(char code) { return code == 'e' ? NPY_HALF : code == 'f' ? NPY_FLOAT : code == 'd' ? NPY_DOUBLE : -1; }

Reference descr_of(int type) { return Reference(reinterpret_cast<PyObject*>(PyArray_DescrFromType(type))); }
PyArray_Descr* as_descr(const Reference& r) { return reinterpret_cast<PyArray_Descr*>(r.get()); }

}  // namespace

bool ElementwiseArguments::take_operand(int o, PyObject* x) {
    if (!ordinary(x)) return false;
    weak_int_[o] = PyLong_CheckExact(x);
    weak_float_[o] = PyFloat_CheckExact(x);
    if (PyArray_CheckExact(x)) {
        x_[o] = Reference::borrow(x);
    } else {
        x_[o] = Reference(PyArray_FROM_O(x));
        own_copy_[o] = true;
        if (!x_[o]) {
            PyErr_Clear();  // the peer will say it
            return false;
        }
    }
    return true;
}

// `dtype` and the usual forms of `signature`: "d->d", "dd->d".
bool ElementwiseArguments::forced_loop(PyObject* dtype, PyObject* signature, bool& forced) {
    forced = false;
    if (given(signature)) {
        if (given(dtype) || !PyUnicode_CheckExact(signature)) return false;
        const char* text = PyUnicode_AsUTF8(signature);
        const int n = entry_.operands;
        if (text == nullptr || std::strlen(text) != static_cast<std::size_t>(n + 3) || text[n] != '-' || text[n + 1] != '>')
            return false;
        for (int o = 0; o < n; ++o)
            if (text[o] != text[n + 2]) return false;
        loop_ = loop_of_code(text[n + 2]);
    } else if (given(dtype)) {
        PyArray_Descr* wanted = nullptr;
        if (PyArray_DescrConverter(dtype, &wanted) != NPY_SUCCEED) {
            PyErr_Clear();
            return false;
        }
        loop_ = PyArray_ISNBO(wanted->byteorder) && is_float(wanted->type_num) ? wanted->type_num : -1;
        Py_DECREF(wanted);
    } else {
        return true;
    }
    forced = true;
    if (loop_ < 0 || (loop_ == NPY_HALF && !has_half(entry_.like))) return false;
    const Reference to = descr_of(loop_);
    for (int o = 0; o < entry_.operands; ++o) {
        if (weak_int_[o] || weak_float_[o]) continue;
        if (!PyArray_CanCastTypeTo(PyArray_DESCR(x_[o].array()), as_descr(to), casting_)) return false;
    }
    return true;
}

bool ElementwiseArguments::choose_loop(PyObject* dtype, PyObject* signature) {
    const int n = entry_.operands;
    int type[most_operands];
    for (int o = 0; o < n; ++o) {
        type[o] = PyArray_TYPE(x_[o].array());
        if (narrowest_loop(type[o]) < 0) return false;
    }
    bool forced;
    if (!forced_loop(dtype, signature, forced)) return false;
    if (forced) return true;
    if (entry_.like == Like::scipy) {
        loop_ = NPY_FLOAT;
        for (int o = 0; o < n; ++o)
            if (type[o] != NPY_FLOAT) loop_ = NPY_DOUBLE;
        return true;
    }
    const bool weak_follows = n == 2 && !(weak_int_[0] || weak_float_[0]) != !(weak_int_[1] || weak_float_[1]);
    bool any_float = false;
    loop_ = NPY_HALF;
    for (int o = 0; o < n; ++o) {
        any_float |= is_float(type[o]);
        if (weak_follows && (weak_int_[o] || weak_float_[o])) {
            // Python's float leaves a float's dtype as it is, Python's int also an integer's.
            const int other = type[1 - o];
            if (weak_int_[o] ? other != NPY_BOOL : is_float(other)) continue;
        }
        loop_ = wider(loop_, narrowest_loop(type[o]));
    }
    if (entry_.like == Like::scipy_single && loop_ == NPY_HALF) loop_ = NPY_FLOAT;
    return entry_.like != Like::numpy_floats || any_float;
}

bool ElementwiseArguments::take_out(PyObject* out) {
    if (!given(out)) return true;
    if (PyTuple_CheckExact(out) && PyTuple_GET_SIZE(out) == 1) out = PyTuple_GET_ITEM(out, 0);
    if (!given(out)) return true;
    if (!PyArray_CheckExact(out)) return false;
    auto* array = reinterpret_cast<PyArrayObject*>(out);
    if (!PyArray_ISWRITEABLE(array)) return false;
    if (PyArray_TYPE(array) != loop_) {
        const Reference from = descr_of(loop_);
        if (!PyArray_CanCastTypeTo(as_descr(from), PyArray_DESCR(array), casting_)) return false;
    }
    out_ = Reference::borrow(out);
    return true;
}

bool ElementwiseArguments::take_where(PyObject* where) {
    if (where == nullptr || where == Py_True) return true;
    if (PyArray_CheckExact(where) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(where)) == NPY_BOOL) {
        where_ = Reference::borrow(where);
    } else if (where == Py_False || PyArray_IsScalar(where, Bool) || PyList_CheckExact(where)) {
        where_ = Reference(PyArray_FROM_O(where));
        if (!where_) PyErr_Clear();
    }
    // Where only some elements are written, the others stay what they are in `out`, whose dtype must then be the kernel's.
    return where_ && PyArray_TYPE(where_.array()) == NPY_BOOL && (!out_ || PyArray_TYPE(out_.array()) == loop_) &&
           loop_ != NPY_HALF;
}

// The common shape; false if there is none, or if `out` does not have it.
bool ElementwiseArguments::choose_shape() {
    PyArrayObject* all[most_operands + 2];
    int count = 0;
    for (int o = 0; o < entry_.operands; ++o) all[count++] = x_[o].array();
    if (where_) all[count++] = where_.array();
    if (out_) all[count++] = out_.array();
    axes_ = 0;
    for (int k = 0; k < count; ++k) axes_ = std::max(axes_, PyArray_NDIM(all[k]));
    for (int a = 0; a < axes_; ++a) shape_[a] = 1;
    for (int k = 0; k < count; ++k) {
        const int lead = axes_ - PyArray_NDIM(all[k]);
        for (int a = lead; a < axes_; ++a) {
            const npy_intp size = PyArray_DIM(all[k], a - lead);
            if (size == 1 || size == shape_[a]) continue;
            if (shape_[a] != 1) return false;
            shape_[a] = size;
        }
    }
    total_ = 1;
    for (int a = 0; a < axes_; ++a) total_ *= shape_[a];
    return !out_ || (PyArray_NDIM(out_.array()) == axes_ && PyArray_CompareLists(PyArray_DIMS(out_.array()), shape_, axes_));
}

void ElementwiseArguments::broadcast_strides(PyArrayObject* a, npy_intp item, npy_intp* strides) const {
    const int lead = axes_ - PyArray_NDIM(a);
    for (int axis = 0; axis < axes_; ++axis)
        strides[axis] = axis < lead || PyArray_DIM(a, axis - lead) == 1 ? 0 : PyArray_STRIDE(a, axis - lead) / item;
}

// A new array of the loop's dtype: in `order`, or (K) with the axes in the order in which the operands lie in memory; where they
// disagree, in C order.
bool ElementwiseArguments::allocate(NPY_ORDER order) {
    const int type = kernel_type();
    if (order == NPY_ANYORDER || order == NPY_KEEPORDER) {
        bool fortran = axes_ > 1, c = true;
        for (int o = 0; o < entry_.operands; ++o) {
            PyArrayObject* a = x_[o].array();
            if (PyArray_NDIM(a) == 0) continue;
            fortran &= PyArray_IS_F_CONTIGUOUS(a) && PyArray_NDIM(a) == axes_;
            c &= PyArray_IS_C_CONTIGUOUS(a) != 0;
        }
        if (c || order == NPY_ANYORDER) order = fortran && !c ? NPY_FORTRANORDER : NPY_CORDER;
    }
    if (order == NPY_CORDER || order == NPY_FORTRANORDER) {
        target_ = Reference(PyArray_EMPTY(axes_, shape_, type, order == NPY_FORTRANORDER));
        return static_cast<bool>(target_);
    }
    npy_intp strides[most_operands][max_axes];
    for (int o = 0; o < entry_.operands; ++o) broadcast_strides(x_[o].array(), 1, strides[o]);
    // axis_at[0]: the axis with the smallest stride.
    int axis_at[max_axes];
    for (int i = 0; i < axes_; ++i) {
        const int axis = axes_ - 1 - i;
        int to = i;
        for (int at = i - 1; at >= 0; --at) {
            bool known = false, outer = false;  // whether `axis` belongs outside of axis_at[at]
            for (int o = 0; o < entry_.operands; ++o) {
                const npy_intp mine = std::abs(strides[o][axis]), other = std::abs(strides[o][axis_at[at]]);
                if (mine == 0 || other == 0) continue;
                known = true;
                outer |= mine >= other;
            }
            if (known && outer) break;
            if (known) to = at;
        }
        for (int at = i; at > to; --at) axis_at[at] = axis_at[at - 1];
        axis_at[to] = axis;
    }
    const Reference descr = descr_of(type);
    npy_intp bytes[max_axes], step = PyDataType_ELSIZE(as_descr(descr));
    for (int i = 0; i < axes_; ++i) {
        bytes[axis_at[i]] = step;
        step *= shape_[axis_at[i]];
    }
    Py_INCREF(descr.get());
    target_ = Reference(PyArray_NewFromDescr(&PyArray_Type, as_descr(descr), axes_, shape_, bytes, nullptr, 0, nullptr));
    return static_cast<bool>(target_);
}

bool ElementwiseArguments::convert_operands() {
    for (int o = 0; o < entry_.operands; ++o) {
        Reference plain = as_plain(x_[o].get(), kernel_type(), true);
        if (!plain) return false;
        own_copy_[o] |= plain.get() != x_[o].get();
        x_[o] = std::move(plain);
    }
    return true;
}

// Whether operand o is the target itself, element by element.
bool ElementwiseArguments::same_places(int o) const {
    if (PyArray_DATA(x_[o].array()) != PyArray_DATA(target_.array())) return false;
    for (int a = 0; a < axes_; ++a)
        if (shape_[a] != 1 && strides_[o][a] != out_strides_[a]) return false;
    return true;
}

ElementwiseArguments::Ready ElementwiseArguments::prepare(PyObject* const* slots) {
    const int n = entry_.operands;
    PyObject *const out = slots[n], *const where = slots[n + 1], *const casting = slots[n + 2], *const order_given = slots[n + 3];
    PyObject *const dtype = slots[n + 4], *const subok = slots[n + 5], *const signature = slots[n + 6];
    for (int o = 0; o < n; ++o)
        if (!take_operand(o, slots[o])) return Ready::peer;
    NPY_ORDER order = NPY_KEEPORDER;
    if (casting != nullptr && PyArray_CastingConverter(casting, &casting_) != NPY_SUCCEED) return PyErr_Clear(), Ready::peer;
    if (order_given != nullptr && PyArray_OrderConverter(order_given, &order) != NPY_SUCCEED) return PyErr_Clear(), Ready::peer;
    if (subok != nullptr && !PyBool_Check(subok)) return Ready::peer;
    if (!choose_loop(dtype, signature) || !take_out(out) || !take_where(where) || !choose_shape())
        return PyErr_Clear(), Ready::peer;
    if (where_ && out == nullptr) return Ready::peer;  // NumPy warns of the memory that is never written
    if (!convert_operands()) return Ready::error;
    const npy_intp item = kernel_type() == NPY_DOUBLE ? 8 : 4;
    if (out_ && PyArray_TYPE(out_.array()) == kernel_type() && plain_array(out_.get())) {
        target_ = Reference::borrow(out_.get());
        out_is_target_ = true;
    } else if (out_ && where_) {  // byte-swapped or unaligned: a copy, written back
        target_ = Reference(PyArray_FromAny(out_.get(), PyArray_DescrFromType(kernel_type()), 0, 0,
                                            NPY_ARRAY_BEHAVED_NS | NPY_ARRAY_ENSURECOPY, nullptr));
        if (!target_) return Ready::error;
    } else if (n == 1 && own_copy_[0] && !where_ && PyArray_NDIM(x_[0].array()) == axes_ &&
               PyArray_CompareLists(PyArray_DIMS(x_[0].array()), shape_, axes_) && order_given == nullptr) {
        target_ = Reference::borrow(x_[0].get());  // converted: computed where it lies
    } else if (!allocate(order)) {
        return Ready::error;
    }
    broadcast_strides(target_.array(), item, out_strides_);
    for (int o = 0; o < n; ++o) {
        broadcast_strides(x_[o].array(), item, strides_[o]);
        if (out_is_target_ && may_share_memory(x_[o].array(), target_.array()) && !same_places(o)) {
            // An element may not be read after it has been overwritten.
            x_[o] = Reference(PyArray_NewCopy(x_[o].array(), NPY_KEEPORDER));
            if (!x_[o]) return Ready::error;
            broadcast_strides(x_[o].array(), item, strides_[o]);
        }
    }
    if (where_) {
        if (out_ && may_share_memory(where_.array(), out_.array()))
            where_ = Reference(PyArray_NewCopy(where_.array(), NPY_KEEPORDER));
        if (!where_) return Ready::error;
        broadcast_strides(where_.array(), 1, where_strides_);
    }
    return Ready::yes;
}

template <class T, int Operands>
void ElementwiseArguments::run_as(void (*kernel)(const ElementwiseRun<T, Operands>&)) const {
    ElementwiseArrays<T, Operands> arrays = {};
    arrays.axes = axes_;
    arrays.shape = shape_;
    for (int o = 0; o < Operands; ++o) {
        arrays.x[o] = static_cast<const T*>(PyArray_DATA(x_[o].array()));
        arrays.x_strides[o] = strides_[o];
    }
    arrays.out = static_cast<T*>(PyArray_DATA(target_.array()));
    arrays.out_strides = out_strides_;
    if (where_) {
        arrays.where = static_cast<const bool*>(PyArray_DATA(where_.array()));
        arrays.where_strides = where_strides_;
    }
    // About 0.5 ns per element on one thread: 20 us are 40 000 elements of a cheap function, fewer of a dear one.
    const GilRelease release(total_ > 30000);
    map_elements<T, Operands>(kernel, arrays, num_threads());
}

void ElementwiseArguments::run() const {
    const bool f64 = kernel_type() == NPY_DOUBLE;
    if (entry_.operands == 1)
        f64 ? run_as<double, 1>(entry_.unary().f64) : run_as<float, 1>(entry_.unary().f32);
    else
        f64 ? run_as<double, 2>(entry_.binary().f64) : run_as<float, 2>(entry_.binary().f32);
}

PyObject* ElementwiseArguments::result() {
    if (loop_ == NPY_HALF) {  // the floats, rounded
        Reference half(PyArray_NewLikeArray(target_.array(), NPY_KEEPORDER, PyArray_DescrFromType(NPY_HALF), 0));
        if (!half) return nullptr;
        round_to_half(static_cast<const float*>(PyArray_DATA(target_.array())), static_cast<npy_half*>(PyArray_DATA(half.array())),
                      total_);
        target_ = std::move(half);
    }
    if (!out_) return PyArray_Return(reinterpret_cast<PyArrayObject*>(target_.release()));
    if (!out_is_target_ && PyArray_CopyInto(out_.array(), target_.array()) < 0) return nullptr;
    return out_.release();
}

void round_to_half(const float* from, npy_half* to, npy_intp n) {
    int flags = 0;
    for (npy_intp i = 0; i < n; ++i) {
        std::uint32_t bits;
        std::memcpy(&bits, from + i, sizeof bits);
        const auto sign = static_cast<npy_half>(bits >> 16 & 0x8000u);
        const std::uint32_t a = bits & 0x7fffffffu;
        std::uint32_t h;
        if (a > 0x7f800000u) {  // NaN stays one, even when its upper bits are zero
            h = 0x7e00u | (a >> 13 & 0x3ffu);
        } else if (a >= 0x47800000u) {  // from 65536 on
            h = 0x7c00u;
            if (a != 0x7f800000u) flags |= FE_OVERFLOW;
        } else if (a >= 0x38800000u) {  // normal: 13 bits are rounded away, ties to even
            const std::uint32_t rebiased = a - 0x38000000u;
            h = (rebiased + 0xfffu + (rebiased >> 13 & 1)) >> 13;
            if (h == 0x7c00u) flags |= FE_OVERFLOW;
        } else if (a >= 0x33000000u) {  // subnormal: in units of 2^-24
            const std::uint32_t mantissa = (a & 0x7fffffu) | 0x800000u, shift = 126 - (a >> 23);
            const std::uint32_t rest = mantissa & ((1u << shift) - 1), half = 1u << (shift - 1);
            h = mantissa >> shift;
            if (rest != 0) flags |= FE_UNDERFLOW;
            h += rest > half || (rest == half && (h & 1));
        } else {
            h = 0;
            if (a != 0) flags |= FE_UNDERFLOW;
        }
        to[i] = static_cast<npy_half>(sign | h);
    }
    if (flags != 0) std::feraiseexcept(flags);
}

}  // namespace mlmath::bindings
