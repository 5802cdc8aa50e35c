// SPDX-License-Identifier: BSD-3-Clause
// cumsum, cumprod, nancumsum, nancumprod under NumPy's signatures.
#include "bindings/bind_reduce.hpp"
#include "kernels/reduce/cumulative/cumulative.hpp"

namespace mlmath::bindings {
namespace {

// The result has the input's shape along an axis, or is a vector when the whole array is run through.
struct Target {
    Reference out;      // what the caller gave
    Reference written;  // where the kernel writes
    npy_intp strides[max_axes] = {};
    npy_intp step = 1;

    bool take(const Reduction& reduction, PyObject* a, bool whole, int type, PyObject* given_out) {
        auto* const array = reinterpret_cast<PyArrayObject*>(a);
        npy_intp size = PyArray_SIZE(array);
        const int axes = whole ? 1 : PyArray_NDIM(array);
        const npy_intp* const dims = whole ? &size : PyArray_DIMS(array);
        if (given(given_out)) {
            if (!PyArray_CheckExact(given_out)) return false;
            auto* const result = reinterpret_cast<PyArrayObject*>(given_out);
            if (PyArray_TYPE(result) != type || !PyArray_ISWRITEABLE(result) || PyArray_NDIM(result) != axes ||
                !PyArray_CompareLists(PyArray_DIMS(result), dims, axes))
                return false;
            out = Reference::borrow(given_out);
            if (plain_array(given_out) && !may_share_memory(result, array)) written = Reference::borrow(given_out);
        }
        if (!written) written = Reference(PyArray_SimpleNew(axes, dims, type));
        if (!written) return false;
        const npy_intp item = PyArray_ITEMSIZE(written.array());
        if (whole) {
            step = PyArray_STRIDE(written.array(), 0) / item;
            return true;
        }
        for (int i = 0; i < axes; ++i) {
            strides[i] = PyArray_STRIDE(written.array(), i) / item;
            if (reduction.reduced() >> i & 1) step = strides[i];
        }
        return true;
    }
};

// a, axis, dtype, out
template <const auto& name, auto kernel, bool skip_nan = false>
PyObject* cumulative_like(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<4> parameters = {name, {"a", "axis", "dtype", "out"}, 0, 4, 1};
        PyObject* slots[4];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Reduction reduction;
        Target target;
        const bool whole = !given(slots[1]);
        int type = -1;
        bool ready = (whole || PyLong_CheckExact(slots[1])) && reduction.take_array(slots[0]) && reduction.take_axis(slots[1]);
        if (ready) type = reduction.sum_type(slots[2]);
        // The scalar result of a reduction is not asked for: only the input is prepared.
        ready = ready && type >= 0 && target.take(reduction, slots[0], whole, type, slots[3]) && reduction.take_input();
        if (!ready) return PyErr_Occurred() ? nullptr : call_numpy(name, args, nargs, keyword_names);
        const FloatingPointWatch watch("accumulate");
        {
            const GilRelease release(PyArray_SIZE(target.written.array()) > 20000);
            Element element = Element::f64;
            element_of_type(type, element);
            kernel(reduction.input(), {element, PyArray_DATA(target.written.array()), target.strides}, target.step, skip_nan,
                   num_threads());
        }
        if (!watch.report()) return nullptr;
        if (!target.out) return target.written.release();
        if (target.out.get() != target.written.get() && PyArray_CopyInto(target.out.array(), target.written.array()) < 0)
            return nullptr;
        return target.out.release();
    });
}

constexpr char cumsum_name[] = "cumsum", cumprod_name[] = "cumprod", nancumsum_name[] = "nancumsum",
               nancumprod_name[] = "nancumprod";

}  // namespace

void bind_cumulative(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method(cumsum_name, cumulative_like<cumsum_name, cumulative_sum>),
        fast_method(cumprod_name, cumulative_like<cumprod_name, cumulative_product>),
        fast_method(nancumsum_name, cumulative_like<nancumsum_name, cumulative_sum, true>),
        fast_method(nancumprod_name, cumulative_like<nancumprod_name, cumulative_product, true>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
