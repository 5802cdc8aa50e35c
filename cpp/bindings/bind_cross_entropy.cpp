// SPDX-License-Identifier: BSD-3-Clause
// cross_entropy: logits, labels or probabilities, weights; loss, and the gradient when it is asked for.
#include <algorithm>

#include "bindings/bind_rows.hpp"
#include "kernels/reduce/cross_entropy/cross_entropy.hpp"
#include "kernels/reduce/sum/sum.hpp"

namespace mlmath::bindings {
namespace {

constexpr char name[] = "cross_entropy";
enum class Reduce { mean, sum, none };

struct Arguments {
    Reference logits, labels, probabilities, class_weights, sample_weights;
    int axes, axis;
    npy_intp classes, items = 1;
    npy_intp item_shape[max_axes];  // the logits' without the class axis
    bool has_ignored = false;
    npy_int64 ignored = 0;
    Reduce reduce = Reduce::mean;
    double smoothing = 0, divisor = 1;
};

PyObject* shape_of(PyArrayObject* array) { return PyArray_IntTupleFromIntp(PyArray_NDIM(array), PyArray_DIMS(array)); }

bool wrong_shape(const char* argument, PyArrayObject* got, int axes, const npy_intp* wanted) {
    const Reference theirs(shape_of(got)), right(PyArray_IntTupleFromIntp(axes, wanted));
    if (theirs && right)
        PyErr_Format(PyExc_ValueError, "%s: %s must have shape %R, got %R", name, argument, right.get(), theirs.get());
    return false;
}

// A C-contiguous array of `type` with the object's values, of the given shape.
bool take(const char* argument, PyObject* object, int type, int axes, const npy_intp* shape, Reference& result) {
    result = Reference(PyArray_FromAny(object, PyArray_DescrFromType(type), 0, 0,
                                       NPY_ARRAY_CARRAY_RO | NPY_ARRAY_NOTSWAPPED | NPY_ARRAY_ENSUREARRAY, nullptr));
    if (!result) {  // a cast that is not safe: floats of more digits than the logits have
        if (!PyErr_ExceptionMatches(PyExc_TypeError)) return false;
        PyErr_Clear();
        result = Reference(PyArray_FromAny(object, PyArray_DescrFromType(type), 0, 0,
                                           NPY_ARRAY_CARRAY_RO | NPY_ARRAY_NOTSWAPPED | NPY_ARRAY_ENSUREARRAY | NPY_ARRAY_FORCECAST,
                                           nullptr));
        if (!result) return false;
    }
    auto* array = result.array();
    return (PyArray_NDIM(array) == axes && PyArray_CompareLists(PyArray_DIMS(array), shape, axes)) ||
           wrong_shape(argument, array, axes, shape);
}

bool take_targets(PyObject* object, int type, Arguments& a) {
    const Reference given_targets(PyArray_FromAny(object, nullptr, 0, 0, NPY_ARRAY_ENSUREARRAY, nullptr));
    if (!given_targets) return false;
    const int target_type = PyArray_TYPE(given_targets.array());
    if (PyTypeNum_ISINTEGER(target_type))
        return take("targets", given_targets.get(), NPY_INT64, a.axes - 1, a.item_shape, a.labels);
    if (!PyTypeNum_ISFLOAT(target_type)) {
        PyErr_Format(PyExc_TypeError, "%s: targets must be integer labels or probabilities, got %R", name,
                     PyArray_DESCR(given_targets.array()));
        return false;
    }
    a.probabilities = as_plain(given_targets.get(), type, true);
    if (!a.probabilities) return false;
    return PyArray_CompareLists(PyArray_DIMS(a.probabilities.array()), PyArray_DIMS(a.logits.array()), a.axes) &&
                   PyArray_NDIM(a.probabilities.array()) == a.axes
               ? true
               : wrong_shape("targets (probabilities)", a.probabilities.array(), a.axes, PyArray_DIMS(a.logits.array()));
}

// Labels in range; what a mean divides by.
template <class T>
bool check_and_count(Arguments& a) {
    const auto* v = a.sample_weights ? static_cast<const T*>(PyArray_DATA(a.sample_weights.array())) : nullptr;
    const auto* w = a.class_weights ? static_cast<const T*>(PyArray_DATA(a.class_weights.array())) : nullptr;
    a.divisor = v == nullptr ? static_cast<double>(a.items) : mlmath::sum(VectorView<const T>{v, a.items, 1}, 1);
    if (!a.labels) return true;
    const auto* labels = static_cast<const npy_int64*>(PyArray_DATA(a.labels.array()));
    npy_intp wrong = 0;
    for (npy_intp i = 0; i < a.items; ++i) wrong += static_cast<npy_uint64>(labels[i]) >= static_cast<npy_uint64>(a.classes);
    if (wrong > 0 || w != nullptr) {
        // One running sum in double, and only over what counts.
        a.divisor = 0;
        for (npy_intp i = 0; i < a.items; ++i) {
            if (a.has_ignored && labels[i] == a.ignored) continue;
            if (static_cast<npy_uint64>(labels[i]) >= static_cast<npy_uint64>(a.classes)) {
                PyErr_Format(PyExc_IndexError, "%s: targets must be labels from 0 to %zd, got %lld at position %zd", name,
                             a.classes - 1, static_cast<long long>(labels[i]), i);
                return false;
            }
            a.divisor +=
                (w != nullptr ? static_cast<double>(w[labels[i]]) : 1.0) * (v != nullptr ? static_cast<double>(v[i]) : 1.0);
        }
    } else if (a.has_ignored && a.ignored >= 0 && a.ignored < a.classes) {
        for (npy_intp i = 0; i < a.items; ++i)
            if (labels[i] == a.ignored) a.divisor -= v != nullptr ? static_cast<double>(v[i]) : 1.0;
    }
    return true;
}

bool read_options(PyObject* const* slots, Arguments& a) {
    PyObject* const reduction = slots[6];
    if (reduction != nullptr) {
        const bool text = PyUnicode_Check(reduction);
        if (text && PyUnicode_CompareWithASCIIString(reduction, "mean") == 0) {
            a.reduce = Reduce::mean;
        } else if (text && PyUnicode_CompareWithASCIIString(reduction, "sum") == 0) {
            a.reduce = Reduce::sum;
        } else if (text && PyUnicode_CompareWithASCIIString(reduction, "none") == 0) {
            a.reduce = Reduce::none;
        } else {
            PyErr_Format(PyExc_ValueError, "%s: reduction must be 'mean', 'sum' or 'none', got %R", name, reduction);
            return false;
        }
    }
    if (slots[7] != nullptr) {
        a.smoothing = PyFloat_AsDouble(slots[7]);
        if (PyErr_Occurred()) return false;
        if (!(a.smoothing >= 0 && a.smoothing <= 1)) {
            PyErr_Format(PyExc_ValueError, "%s: label_smoothing must be between 0 and 1, got %R", name, slots[7]);
            return false;
        }
    }
    if (given(slots[5])) {
        a.has_ignored = true;
        const Reference index(PyNumber_Index(slots[5]));
        a.ignored = index ? PyLong_AsLongLong(index.get()) : -1;
        if (PyErr_Occurred()) return false;
    }
    return true;
}

template <class T>
void run(const Arguments& a, T* losses, double scale, PyArrayObject* gradient) {
    npy_intp strides[max_axes], gradient_strides[max_axes], probability_strides[max_axes];
    element_strides(a.logits.array(), strides);
    if (gradient != nullptr) element_strides(gradient, gradient_strides);
    CrossEntropyTargets<T> targets;
    if (a.labels) {
        targets.labels = static_cast<const std::int64_t*>(PyArray_DATA(a.labels.array()));
        targets.has_ignored = a.has_ignored;
        targets.ignored = a.ignored;
    } else {
        element_strides(a.probabilities.array(), probability_strides);
        targets.probabilities = static_cast<const T*>(PyArray_DATA(a.probabilities.array()));
        targets.probability_strides = probability_strides;
    }
    if (a.class_weights) targets.class_weights = static_cast<const T*>(PyArray_DATA(a.class_weights.array()));
    if (a.sample_weights) targets.sample_weights = static_cast<const T*>(PyArray_DATA(a.sample_weights.array()));
    targets.smoothing = a.smoothing;
    const GilRelease release(PyArray_SIZE(a.logits.array()) > 20000);
    cross_entropy({static_cast<const T*>(PyArray_DATA(a.logits.array())), a.axes, PyArray_DIMS(a.logits.array()), strides}, a.axis,
                  targets, scale, losses, gradient != nullptr ? static_cast<T*>(PyArray_DATA(gradient)) : nullptr, gradient_strides,
                  num_threads());
}

template <class T>
PyObject* losses_and_gradient(Arguments& a, PyObject* out, bool wants_gradient) {
    constexpr int type = numpy_type<T>;
    if (!check_and_count<T>(a)) return nullptr;
    Reference losses(PyArray_SimpleNew(a.axes - 1, a.item_shape, type));
    if (!losses) return nullptr;
    RowResult gradient;
    if (wants_gradient) {
        PyArrayObject* const x = a.logits.array();
        // The logits are read after their probabilities have been written: in place, the gradient is made beside them.
        const bool overlaps =
            given(out) && PyArray_Check(out) &&
            (may_share_memory(reinterpret_cast<PyArrayObject*>(out), x) ||
             (a.probabilities && may_share_memory(reinterpret_cast<PyArrayObject*>(out), a.probabilities.array())));
        if (!gradient.prepare(name, out, a.axes, PyArray_DIMS(x), x, type, type, nullptr, overlaps)) return nullptr;
    }
    T total = 0;
    {
        const FloatingPointWatch watch(name, FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW | FE_INVALID);
        const double scale = a.reduce == Reduce::mean ? 1 / a.divisor : 1;
        auto* const to = static_cast<T*>(PyArray_DATA(losses.array()));
        if (PyArray_SIZE(a.logits.array()) > 0) run<T>(a, to, scale, wants_gradient ? gradient.target() : nullptr);
        if (a.reduce != Reduce::none) {
            const double sum = a.items > 0 ? mlmath::sum(VectorView<const T>{to, a.items, 1}, num_threads()) : 0;
            total = static_cast<T>(a.reduce == Reduce::mean ? sum / a.divisor : sum);
        }
        fp_clear();
    }
    if (a.reduce == Reduce::mean && a.divisor == 0 && PyUFunc_GiveFloatingpointErrors(name, NPY_FPE_INVALID) < 0) return nullptr;
    Reference loss(a.reduce == Reduce::none ? PyArray_Return(reinterpret_cast<PyArrayObject*>(losses.release()))
                                            : PyArray_Scalar(&total, PyArray_DESCR(losses.array()), nullptr));
    if (!loss || !wants_gradient) return loss.release();
    const Reference slopes(gradient.finish());
    return slopes ? PyTuple_Pack(2, loss.get(), slopes.get()) : nullptr;
}

PyObject* cross_entropy_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<10> parameters = {name,
                                                      {"logits", "targets", "axis", "weight", "sample_weight", "ignore_index",
                                                       "reduction", "label_smoothing", "return_gradient", "out"},
                                                      0,
                                                      2,
                                                      2};
        PyObject* slots[10];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Arguments a;
        if (!read_options(slots, a)) return nullptr;
        const int wants_gradient = slots[8] == nullptr ? 0 : PyObject_IsTrue(slots[8]);
        if (wants_gradient < 0) return nullptr;
        if (!wants_gradient && given(slots[9]))
            return PyErr_Format(PyExc_ValueError, "%s: out receives the gradient: it needs return_gradient=True", name);

        const Reference given_logits(PyArray_FromAny(slots[0], nullptr, 0, 0, NPY_ARRAY_ENSUREARRAY, nullptr));
        if (!given_logits) return nullptr;
        const int given_type = PyArray_TYPE(given_logits.array());
        if (given_type != NPY_HALF && given_type != NPY_FLOAT && given_type != NPY_DOUBLE && !PyTypeNum_ISINTEGER(given_type))
            return PyErr_Format(PyExc_TypeError, "%s: logits must be of float16, float32, float64 or integers, got %R", name,
                                PyArray_DESCR(given_logits.array()));
        const int type = given_type == NPY_HALF || given_type == NPY_FLOAT ? NPY_FLOAT : NPY_DOUBLE;
        a.logits = as_plain(given_logits.get(), type);
        if (!a.logits) return nullptr;
        a.axes = PyArray_NDIM(a.logits.array());
        if (a.axes == 0) return PyErr_Format(PyExc_ValueError, "%s: logits must have a class axis, got a scalar", name);
        const Reference last(PyLong_FromLong(-1));
        PyObject* const axis = slots[2] != nullptr ? slots[2] : last.get();
        AxisSet set;
        if (axis == Py_None || PyTuple_Check(axis))
            return PyErr_Format(PyExc_TypeError, "%s: axis must be an integer, got %R", name, axis);
        if (!axes_of(name, axis, a.axes, set)) return nullptr;
        a.axis = __builtin_ctzll(set);
        a.classes = PyArray_DIM(a.logits.array(), a.axis);
        for (int i = 0, at = 0; i < a.axes; ++i)
            if (i != a.axis) a.items *= a.item_shape[at++] = PyArray_DIM(a.logits.array(), i);
        if (a.classes == 0) return PyErr_Format(PyExc_ValueError, "%s: logits must have at least one class along axis", name);
        if (!take_targets(slots[1], type, a)) return nullptr;
        if (a.probabilities && a.has_ignored)
            return PyErr_Format(PyExc_ValueError, "%s: ignore_index is for labels; targets are probabilities", name);
        if (given(slots[3]) && !take("weight", slots[3], type, 1, &a.classes, a.class_weights)) return nullptr;
        if (given(slots[4]) && !take("sample_weight", slots[4], type, a.axes - 1, a.item_shape, a.sample_weights)) return nullptr;
        PyObject* const out = slots[9];
        return type == NPY_DOUBLE ? losses_and_gradient<double>(a, out, wants_gradient)
                                  : losses_and_gradient<float>(a, out, wants_gradient);
    });
}

}  // namespace

void bind_cross_entropy(py::module_& module) {
    static PyMethodDef methods[] = {fast_method(name, cross_entropy_fast), {nullptr, nullptr, 0, nullptr}};
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
