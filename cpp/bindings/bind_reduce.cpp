// SPDX-License-Identifier: BSD-3-Clause
// sum, mean, var under NumPy's signatures. What the kernels do not cover is NumPy's own function, by name (see `system.delegated`).
#include "bindings/bind_reduce.hpp"

#include "kernels/reduce/moments/moments.hpp"
#include "kernels/reduce/sum/sum.hpp"

namespace mlmath::bindings {

bool Reduction::choose_result_type(PyObject* dtype) {
    const int type = PyArray_TYPE(a_.array());
    result_type_ = type;
    if (!given(dtype)) return true;
    PyArray_Descr* wanted = nullptr;
    if (PyArray_DescrConverter(dtype, &wanted) != NPY_SUCCEED) {
        PyErr_Clear();  // NumPy will say it
        return false;
    }
    result_type_ = wanted->type_num;
    const bool native = PyArray_ISNBO(wanted->byteorder);
    Py_DECREF(wanted);
    return native && (result_type_ == type || result_type_ == NPY_DOUBLE);
}

bool Reduction::choose_axes(PyObject* axis) {
    if (!given(axis)) {
        reduced_ = axes_ == max_axes ? all_axes : (AxisSet{1} << axes_) - 1;
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
        return true;
    };
    if (!PyTuple_CheckExact(axis)) return add(axis);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(axis); ++i)
        if (!add(PyTuple_GET_ITEM(axis, i))) return false;
    return true;
}

Reduction::Ready Reduction::prepare(PyObject* a, PyObject* axis, PyObject* dtype, PyObject* out, PyObject* keepdims) {
    if (!PyArray_CheckExact(a) || (keepdims != nullptr && !PyBool_Check(keepdims))) return Ready::numpy;
    auto* given_array = reinterpret_cast<PyArrayObject*>(a);
    const int type = PyArray_TYPE(given_array);
    if ((type != NPY_DOUBLE && type != NPY_FLOAT) || PyArray_SIZE(given_array) == 0) return Ready::numpy;
    axes_ = PyArray_NDIM(given_array);
    a_ = Reference::borrow(a);
    if (!choose_axes(axis) || !choose_result_type(dtype)) return Ready::numpy;

    const bool keep = keepdims == Py_True;
    npy_intp dims[max_axes];
    int result_axes = 0;
    const npy_intp* shape = PyArray_DIMS(given_array);
    for (int i = 0; i < axes_; ++i) {
        const bool is_reduced = (reduced_ >> i & 1) != 0;
        if (is_reduced) count_ *= shape[i];
        if (!is_reduced || keep) dims[result_axes++] = is_reduced ? 1 : shape[i];
    }

    if (given(out)) {
        if (!PyArray_CheckExact(out)) return Ready::numpy;
        auto* array = reinterpret_cast<PyArrayObject*>(out);
        if (PyArray_TYPE(array) != result_type_ || !PyArray_ISWRITEABLE(array) || PyArray_NDIM(array) != result_axes ||
            !PyArray_CompareLists(PyArray_DIMS(array), dims, result_axes))
            return Ready::numpy;
        out_ = Reference::borrow(out);
        if (plain_array(out) && !may_share_memory(array, given_array)) target_ = Reference::borrow(out);
    }
    if (!plain_array(a)) {  // byte-swapped, unaligned: the same values where the kernels can read them
        a_ = as_plain(a, type);
        if (!a_) return Ready::error;
    }
    if (!target_ && (result_axes > 0 || out_)) {
        target_ = Reference(PyArray_SimpleNew(result_axes, dims, result_type_));
        if (!target_) return Ready::error;
    }
    const npy_intp item = PyArray_ITEMSIZE(a_.array());
    for (int i = 0, at = 0; i < axes_; ++i) {
        strides_[i] = PyArray_STRIDE(a_.array(), i) / item;
        const bool is_reduced = (reduced_ >> i & 1) != 0;
        out_strides_[i] = is_reduced ? 0 : PyArray_STRIDE(target_.array(), at) / PyArray_ITEMSIZE(target_.array());
        at += !is_reduced || keep;
    }
    return Ready::yes;
}

PyObject* Reduction::result() {
    if (out_) {
        if (out_.get() != target_.get() && PyArray_CopyInto(out_.array(), target_.array()) < 0) return nullptr;
        return out_.release();
    }
    if (target_) return target_.release();
    if (result_type_ == PyArray_TYPE(a_.array())) return PyArray_Scalar(scalar_, PyArray_DESCR(a_.array()), nullptr);
    Reference descr(reinterpret_cast<PyObject*>(PyArray_DescrFromType(result_type_)));
    return PyArray_Scalar(scalar_, reinterpret_cast<PyArray_Descr*>(descr.get()), nullptr);
}

namespace {

// Runs kernel(view, axes, out, out_strides) where the arguments allow, NumPy's function elsewhere.
template <class Kernel>
PyObject* reduce_or_numpy(const char* name, Reduction& reduction, Reduction::Ready ready, PyObject* const* args, Py_ssize_t nargs,
                          PyObject* keyword_names, Kernel&& kernel) {
    if (ready == Reduction::Ready::error) return nullptr;
    if (ready == Reduction::Ready::numpy) return call_numpy(name, args, nargs, keyword_names);
    const FloatingPointWatch watch("reduce");
    {
        const GilRelease release(reduction.worth_releasing());
        reduction.run(kernel);
    }
    if (!watch.report()) return nullptr;
    return reduction.result();
}

PyObject* sum_or_mean(const char* name, Reduction& reduction, Reduction::Ready ready, double divisor, PyObject* const* args,
                      Py_ssize_t nargs, PyObject* keyword_names) {
    return reduce_or_numpy(
        name, reduction, ready, args, nargs, keyword_names,
        [&](auto x, AxisSet axes, auto* out, auto* out_strides) { sum(x, axes, divisor, out, out_strides, num_threads()); });
}

}  // namespace

PyObject* sum_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<7> parameters = {"sum", {"a", "axis", "dtype", "out", "keepdims", "initial", "where"}, 0, 7, 1};
        PyObject* slots[7];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Reduction reduction;
        auto ready = Reduction::Ready::numpy;
        if (slots[5] == nullptr && slots[6] == nullptr) ready = reduction.prepare(slots[0], slots[1], slots[2], slots[3], slots[4]);
        return sum_or_mean("sum", reduction, ready, 1, args, nargs, keyword_names);
    });
}

PyObject* mean_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<6> parameters = {"mean", {"a", "axis", "dtype", "out", "keepdims", "where"}, 0, 5, 1};
        PyObject* slots[6];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Reduction reduction;
        auto ready = Reduction::Ready::numpy;
        if (slots[5] == nullptr) ready = reduction.prepare(slots[0], slots[1], slots[2], slots[3], slots[4]);
        return sum_or_mean("mean", reduction, ready, static_cast<double>(reduction.count()), args, nargs, keyword_names);
    });
}

PyObject* var_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<9> parameters = {
            "var", {"a", "axis", "dtype", "out", "ddof", "keepdims", "where", "mean", "correction"}, 0, 6, 1};
        PyObject* slots[9];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        PyObject* const correction = slots[8] != nullptr ? slots[8] : slots[4];
        const bool known = (slots[4] == nullptr || slots[8] == nullptr) && slots[6] == nullptr && slots[7] == nullptr &&
                           (correction == nullptr || PyLong_CheckExact(correction) || PyFloat_CheckExact(correction));
        Reduction reduction;
        auto ready = Reduction::Ready::numpy;
        double divisor = 0;
        if (known) {
            ready = reduction.prepare(slots[0], slots[1], slots[2], slots[3], slots[5]);
            const double lost = correction == nullptr ? 0 : PyFloat_AsDouble(correction);
            if (PyErr_Occurred())
                PyErr_Clear();  // an integer beyond double: NumPy will say it
            else
                divisor = static_cast<double>(reduction.count()) - lost;
            if (ready == Reduction::Ready::yes && !(divisor > 0))
                ready = Reduction::Ready::numpy;  // it warns of the degrees of freedom
        }
        return reduce_or_numpy("var", reduction, ready, args, nargs, keyword_names,
                               [&](auto x, AxisSet axes, auto* out, auto* out_strides) {
                                   variance(x, axes, divisor, out, out_strides, num_threads());
                               });
    });
}

void bind_reduce(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("sum", sum_fast),
        fast_method("mean", mean_fast),
        fast_method("var", var_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
