// SPDX-License-Identifier: BSD-3-Clause
// softmax, log_softmax, logsumexp under SciPy's signatures. What the kernels do not cover is SciPy's own function, by name.
#include "bindings/bind_rows.hpp"

#include <algorithm>
#include <limits>

#include "kernels/reduce/softmax/softmax.hpp"

namespace mlmath::bindings {
namespace {

bool raise_axis_error(const char* function, long long axis, int axes) {
    const Reference exceptions(PyImport_ImportModule("numpy.exceptions"));
    const Reference type(exceptions ? PyObject_GetAttrString(exceptions.get(), "AxisError") : nullptr);
    const Reference error(type ? PyObject_CallFunction(type.get(), "Lis", axis, axes, function) : nullptr);
    if (error) PyErr_SetObject(type.get(), error.get());
    return false;
}

bool add_axis(const char* function, PyObject* item, int axes, AxisSet& set) {
    if (PyBool_Check(item)) {
        PyErr_Format(PyExc_TypeError, "%s: axis must be an integer, got %R", function, item);
        return false;
    }
    const Py_ssize_t given_axis = PyNumber_AsSsize_t(item, nullptr);
    if (given_axis == -1 && PyErr_Occurred()) return false;
    const int known = std::max(axes, 1);  // a number has axis 0, as NumPy's reductions allow
    if (given_axis < -known || given_axis >= known) return raise_axis_error(function, given_axis, axes);
    if (axes == 0) return true;
    const AxisSet bit = AxisSet{1} << (given_axis < 0 ? given_axis + axes : given_axis);
    if (set & bit) {
        PyErr_Format(PyExc_ValueError, "%s: duplicate value in 'axis'", function);
        return false;
    }
    set |= bit;
    return true;
}

}  // namespace

bool axes_of(const char* function, PyObject* axis, int axes, AxisSet& set) {
    set = 0;
    if (!given(axis)) {
        set = axes >= max_axes ? all_axes : (AxisSet{1} << axes) - 1;
        return true;
    }
    if (!PyTuple_Check(axis)) return add_axis(function, axis, axes, set);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(axis); ++i)
        if (!add_axis(function, PyTuple_GET_ITEM(axis, i), axes, set)) return false;
    return true;
}

bool RowResult::prepare(const char* function, PyObject* out, int axes, const npy_intp* shape, PyArrayObject* like, int computed,
                        int result, PyArrayObject* operand, bool beside) {
    result_ = result;
    if (given(out)) {
        if (!PyArray_Check(out)) {
            PyErr_Format(PyExc_TypeError, "%s: out must be an array, got %.200s", function, Py_TYPE(out)->tp_name);
            return false;
        }
        auto* array = reinterpret_cast<PyArrayObject*>(out);
        if (PyArray_FailUnlessWriteable(array, "output array") < 0) return false;
        if (PyArray_NDIM(array) != axes || !PyArray_CompareLists(PyArray_DIMS(array), shape, axes)) {
            const Reference theirs(PyArray_IntTupleFromIntp(PyArray_NDIM(array), PyArray_DIMS(array)));
            const Reference wanted(PyArray_IntTupleFromIntp(axes, shape));
            if (theirs && wanted)
                PyErr_Format(PyExc_ValueError, "%s: out must have shape %R, got %R", function, wanted.get(), theirs.get());
            return false;
        }
        const Reference from(reinterpret_cast<PyObject*>(PyArray_DescrFromType(result)));
        if (!PyArray_CanCastTypeTo(reinterpret_cast<PyArray_Descr*>(from.get()), PyArray_DESCR(array), NPY_SAME_KIND_CASTING)) {
            PyErr_Format(PyExc_TypeError, "%s: out cannot hold results of %R: its dtype is %R", function, from.get(),
                         PyArray_DESCR(array));
            return false;
        }
        out_ = Reference::borrow(out);
        const bool same_places = operand != nullptr && PyArray_DATA(operand) == PyArray_DATA(array) &&
                                 PyArray_NDIM(operand) == axes &&
                                 PyArray_CompareLists(PyArray_STRIDES(operand), PyArray_STRIDES(array), axes);
        if (!beside && plain_array_of(out, computed) && (operand == nullptr || same_places || !may_share_memory(operand, array)))
            target_ = Reference::borrow(out);
    }
    if (!target_)
        target_ = Reference(like != nullptr ? PyArray_NewLikeArray(like, NPY_KEEPORDER, PyArray_DescrFromType(computed), 0)
                                            : PyArray_SimpleNew(axes, shape, computed));
    return static_cast<bool>(target_);
}

PyObject* RowResult::finish() {
    if (out_) {
        if (out_.get() != target_.get() && PyArray_CopyInto(out_.array(), target_.array()) < 0) return nullptr;
        return out_.release();
    }
    if (PyArray_TYPE(target_.array()) != result_)
        target_ = Reference(PyArray_CastToType(target_.array(), PyArray_DescrFromType(result_), 0));
    if (!target_) return nullptr;
    return PyArray_Return(reinterpret_cast<PyArrayObject*>(target_.release()));
}

namespace {

// The dtypes of softmax and log_softmax, as NumPy's exp gives them: what the kernel computes in, and the result's. False: SciPy's
// case.
bool map_types(int type, int& computed, int& result) {
    switch (type) {
        case NPY_DOUBLE:
        case NPY_INT:
        case NPY_UINT:
        case NPY_LONG:
        case NPY_ULONG:
        case NPY_LONGLONG:
        case NPY_ULONGLONG:
            computed = result = NPY_DOUBLE;
            return true;
        case NPY_FLOAT:
        case NPY_SHORT:
        case NPY_USHORT:
            computed = result = NPY_FLOAT;
            return true;
        case NPY_HALF:
        case NPY_BYTE:
        case NPY_UBYTE:
            computed = NPY_FLOAT, result = NPY_HALF;
            return true;
        default:
            return false;
    }
}

// The dtypes of logsumexp: floats are kept, integers and bool become float64.
bool sum_types(int type, int& computed, int& result) {
    if (type == NPY_HALF) {
        computed = NPY_FLOAT, result = NPY_HALF;
        return true;
    }
    if (type != NPY_FLOAT && type != NPY_DOUBLE && !PyTypeNum_ISINTEGER(type) && type != NPY_BOOL) return false;
    computed = result = type == NPY_FLOAT ? NPY_FLOAT : NPY_DOUBLE;
    return true;
}

Reference as_array(PyObject* object) {
    return PyArray_CheckExact(object) ? Reference::borrow(object)
                                      : Reference(PyArray_FromAny(object, nullptr, 0, 0, NPY_ARRAY_ENSUREARRAY, nullptr));
}

constexpr unsigned all_flags = FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW | FE_INVALID;
constexpr npy_intp worth_releasing = 20000;  // elements: 1 ns each

npy_intp elements_per_row(PyArrayObject* x, AxisSet axes) {
    npy_intp n = 1;
    for (int a = 0; a < PyArray_NDIM(x); ++a)
        if (axes >> a & 1) n *= PyArray_DIM(x, a);
    return n;
}

template <class T>
using RowFunction = bool (*)(ArrayView<const T>, AxisSet, T*, const std::ptrdiff_t*, int);

template <class T>
bool run_map(RowFunction<T> function, PyArrayObject* x, AxisSet axes, PyArrayObject* y) {
    npy_intp strides[max_axes], y_strides[max_axes];
    element_strides(x, strides);
    element_strides(y, y_strides);
    const GilRelease release(PyArray_SIZE(x) > worth_releasing);
    return function({static_cast<const T*>(PyArray_DATA(x)), PyArray_NDIM(x), PyArray_DIMS(x), strides}, axes,
                    static_cast<T*>(PyArray_DATA(y)), y_strides, num_threads());
}

template <const auto& name, RowFunction<double> f64, RowFunction<float> f32, unsigned meaningful>
PyObject* map_rows(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {name, {"x", "axis", "out"}, 0, 2, 1};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const Reference given_x = as_array(slots[0]);
        if (!given_x) return nullptr;
        int computed, result;
        const int type = PyArray_TYPE(given_x.array());
        if (type == NPY_BOOL) return PyErr_Format(PyExc_TypeError, "%s: x must be numbers, got bool", name);
        if (!map_types(type, computed, result)) {
            if (!given(slots[2])) return call_scipy_special(name, name, args, nargs, keyword_names);
            return PyErr_Format(PyExc_TypeError, "%s: out needs an x of float16, float32, float64 or integers, got %R", name,
                                PyArray_DESCR(given_x.array()));
        }
        AxisSet axes;
        if (!axes_of(name, slots[1], PyArray_NDIM(given_x.array()), axes)) return nullptr;
        const Reference x = as_plain(given_x.get(), computed);
        if (!x) return nullptr;
        if (elements_per_row(x.array(), axes) == 0)
            return PyErr_Format(PyExc_ValueError,
                                "%s: x must have at least one element along axis; zero-size arrays have no maximum", name);
        RowResult y;
        if (!y.prepare(name, slots[2], PyArray_NDIM(x.array()), PyArray_DIMS(x.array()), x.array(), computed, result, x.array()))
            return nullptr;
        if (PyArray_SIZE(x.array()) > 0) {
            const FloatingPointWatch watch(name, all_flags & ~meaningful);
            const bool invalid = computed == NPY_DOUBLE ? run_map<double>(f64, x.array(), axes, y.target())
                                                        : run_map<float>(f32, x.array(), axes, y.target());
            if (!watch.report()) return nullptr;
            fp_clear();
            if (invalid && PyUFunc_GiveFloatingpointErrors(name, NPY_FPE_INVALID) < 0) return nullptr;
        }
        return y.finish();
    });
}

// The common shape of a and b by NumPy's rules; strides in elements, 0 along broadcast axes.
struct Common {
    int axes;
    npy_intp shape[max_axes], a_strides[max_axes], b_strides[max_axes];
};
bool broadcast_pair(PyArrayObject* a, PyArrayObject* b, Common& common) {
    PyObject* operands[] = {reinterpret_cast<PyObject*>(a), reinterpret_cast<PyObject*>(b)};
    const Reference iterator(PyArray_MultiIterFromObjects(operands, 2, 0));
    if (!iterator) return false;
    auto* multi = reinterpret_cast<PyArrayMultiIterObject*>(iterator.get());
    common.axes = multi->nd;
    std::copy_n(multi->dimensions, multi->nd, common.shape);
    for (const auto& [array, strides] : {std::pair{a, common.a_strides}, std::pair{b, common.b_strides}}) {
        const int missing = common.axes - PyArray_NDIM(array);
        for (int i = 0; i < common.axes; ++i)
            strides[i] = i < missing || PyArray_DIM(array, i - missing) == 1
                             ? 0
                             : PyArray_STRIDE(array, i - missing) / static_cast<npy_intp>(PyArray_ITEMSIZE(array));
    }
    return true;
}

template <class T>
void run_sums(PyArrayObject* a, PyArrayObject* weights, const Common& common, AxisSet axes, PyArrayObject* out, PyArrayObject* sign,
              const npy_intp* out_strides) {
    const ArrayView<const T> x{static_cast<const T*>(PyArray_DATA(a)), common.axes, common.shape, common.a_strides};
    npy_intp elements = 1;
    for (int i = 0; i < common.axes; ++i) elements *= common.shape[i];
    const GilRelease release(elements > worth_releasing);
    T* const to = static_cast<T*>(PyArray_DATA(out));
    if (weights == nullptr)
        logsumexp(x, axes, to, out_strides, num_threads());
    else
        logsumexp_weighted(x, static_cast<const T*>(PyArray_DATA(weights)), common.b_strides, axes, to,
                           sign != nullptr ? static_cast<T*>(PyArray_DATA(sign)) : nullptr, out_strides, num_threads());
}

constexpr char softmax_name[] = "softmax", log_softmax_name[] = "log_softmax", logsumexp_name[] = "logsumexp";

PyObject* logsumexp_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<6> parameters = {logsumexp_name, {"a", "axis", "b", "keepdims", "return_sign", "out"}, 0, 5, 1};
        PyObject* slots[6];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const int keepdims = slots[3] == nullptr ? 0 : PyObject_IsTrue(slots[3]);
        const int return_sign = slots[4] == nullptr ? 0 : PyObject_IsTrue(slots[4]);
        if (keepdims < 0 || return_sign < 0) return nullptr;
        if (return_sign && given(slots[5]))
            return PyErr_Format(PyExc_ValueError, "logsumexp: out cannot be combined with return_sign");

        Reference a = as_array(slots[0]);
        if (!a) return nullptr;
        Reference b;
        int type = PyArray_TYPE(a.array());
        if (given(slots[2])) {
            b = as_array(slots[2]);
            if (!b) return nullptr;
            if (!PyFloat_CheckExact(slots[2]) && !PyLong_CheckExact(slots[2])) {  // a Python number takes the dtype of a
                const Reference common(
                    reinterpret_cast<PyObject*>(PyArray_PromoteTypes(PyArray_DESCR(a.array()), PyArray_DESCR(b.array()))));
                if (!common) return nullptr;
                type = reinterpret_cast<PyArray_Descr*>(common.get())->type_num;
            }
        }
        int computed, result;
        if (!sum_types(type, computed, result)) {
            if (!given(slots[5])) return call_scipy_special(logsumexp_name, logsumexp_name, args, nargs, keyword_names);
            return PyErr_Format(PyExc_TypeError, "logsumexp: out needs an a of float16, float32, float64 or integers, got %R",
                                PyArray_DESCR(a.array()));
        }
        a = as_plain(a.get(), computed, true);
        if (!a) return nullptr;
        if (!b && return_sign) b = Reference(PyArray_FROM_O(Reference(PyLong_FromLong(1)).get()));
        if (b) b = as_plain(b.get(), computed, true);
        if (PyErr_Occurred()) return nullptr;
        if (b && given(slots[5]) && PyArray_Check(slots[5]) &&
            may_share_memory(b.array(), reinterpret_cast<PyArrayObject*>(slots[5])))
            b = Reference(PyArray_NewCopy(b.array(), NPY_KEEPORDER));  // weights are read while results are written
        if (PyErr_Occurred()) return nullptr;

        Common common;
        if (b) {
            if (!broadcast_pair(a.array(), b.array(), common)) return nullptr;
        } else {
            common.axes = PyArray_NDIM(a.array());
            std::copy_n(PyArray_DIMS(a.array()), common.axes, common.shape);
            element_strides(a.array(), common.a_strides);
        }
        AxisSet axes;
        if (!axes_of(logsumexp_name, slots[1], common.axes, axes)) return nullptr;
        if (common.axes == 0 && keepdims) {  // SciPy sees a number as a vector of one element
            common.axes = 1, axes = 1;
            common.shape[0] = 1, common.a_strides[0] = common.b_strides[0] = 1;
        }
        npy_intp dims[max_axes], elements = 1;
        int result_axes = 0;
        for (int i = 0; i < common.axes; ++i) {
            elements *= common.shape[i];
            const bool reduced = (axes >> i & 1) != 0;
            if (!reduced || keepdims) dims[result_axes++] = reduced ? 1 : common.shape[i];
        }
        RowResult out, sign;
        PyArrayObject* const operand = a.array();
        if (!out.prepare(logsumexp_name, slots[5], result_axes, dims, nullptr, computed, result, operand)) return nullptr;
        if (return_sign && !sign.prepare(logsumexp_name, nullptr, result_axes, dims, nullptr, computed, result, nullptr))
            return nullptr;
        if (elements == 0) {  // the sum of nothing is 0
            const Reference nothing(PyFloat_FromDouble(-std::numeric_limits<double>::infinity())), minus(PyFloat_FromDouble(-1));
            if (!nothing || !minus || PyArray_FillWithScalar(out.target(), nothing.get()) < 0) return nullptr;
            if (return_sign && PyArray_FillWithScalar(sign.target(), minus.get()) < 0) return nullptr;
        } else {
            npy_intp out_strides[max_axes];
            for (int i = 0, at = 0; i < common.axes; ++i) {
                const bool reduced = (axes >> i & 1) != 0;
                out_strides[i] =
                    reduced ? 0 : PyArray_STRIDE(out.target(), at) / static_cast<npy_intp>(PyArray_ITEMSIZE(out.target()));
                at += !reduced || keepdims;
            }
            PyArrayObject* const weights = b ? b.array() : nullptr;
            PyArrayObject* const signs = return_sign ? sign.target() : nullptr;
            const FloatingPointWatch watch(logsumexp_name, all_flags);
            if (computed == NPY_DOUBLE)
                run_sums<double>(operand, weights, common, axes, out.target(), signs, out_strides);
            else
                run_sums<float>(operand, weights, common, axes, out.target(), signs, out_strides);
            fp_clear();
        }
        if (!return_sign) return out.finish();
        const Reference first(out.finish()), second(first ? sign.finish() : nullptr);
        return second ? PyTuple_Pack(2, first.get(), second.get()) : nullptr;
    });
}

}  // namespace

void bind_rows(py::module_& module) {
    bind_cross_entropy(module);
    static PyMethodDef methods[] = {
        fast_method(softmax_name, map_rows<softmax_name, mlmath::softmax<double>, mlmath::softmax<float>, 0>),
        fast_method(log_softmax_name,
                    map_rows<log_softmax_name, mlmath::log_softmax<double>, mlmath::log_softmax<float>, FE_OVERFLOW>),
        fast_method(logsumexp_name, logsumexp_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
