// SPDX-License-Identifier: BSD-3-Clause
// Functions of one element under their ufuncs' signatures. What the kernels do not cover is NumPy's own function, by name.
#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_call.hpp"
#include "bindings/numpy_views.hpp"
#include "core/thread_pool.hpp"
#include "kernels/elementwise/exp/exp.hpp"
#include "kernels/elementwise/log/log.hpp"
#include "kernels/reduce/reduction_plan.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
using UnaryFunction = void (*)(ArrayView<const T>, T*, const std::ptrdiff_t*, int);

// The dtype NumPy's loop for this operand computes in, as far as it is one of the kernels': float32, float64, and integers of 16
// (float32) or more bits (float64).
int loop_type(PyArrayObject* x) {
    switch (PyArray_TYPE(x)) {
        case NPY_FLOAT:
        case NPY_SHORT:
        case NPY_USHORT:
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

template <class T>
void run(UnaryFunction<T> function, PyArrayObject* x, PyArrayObject* out) {
    constexpr auto item = static_cast<npy_intp>(sizeof(T));
    npy_intp strides[max_axes], out_strides[max_axes];
    for (int a = 0; a < PyArray_NDIM(x); ++a) {
        strides[a] = PyArray_STRIDE(x, a) / item;
        out_strides[a] = PyArray_STRIDE(out, a) / item;
    }
    // 0.7 ns per element on one thread: 20 us are about 30 000 elements.
    const GilRelease release(PyArray_SIZE(x) > 30000);
    function({static_cast<const T*>(PyArray_DATA(x)), PyArray_NDIM(x), PyArray_DIMS(x), strides},
             static_cast<T*>(PyArray_DATA(out)), out_strides, num_threads());
}

// The same elements at the same places.
bool same_places(PyArrayObject* x, PyArrayObject* out) {
    return PyArray_DATA(x) == PyArray_DATA(out) && PyArray_CompareLists(PyArray_STRIDES(x), PyArray_STRIDES(out), PyArray_NDIM(x));
}

// Whether the operand is one whose ufunc call has no rules of its own: an ndarray, a sequence, a number.
bool ordinary(PyObject* x) {
    return PyArray_CheckExact(x) || PyFloat_CheckExact(x) || PyLong_CheckExact(x) || PyList_CheckExact(x) ||
           PyTuple_CheckExact(x) || PyArray_CheckScalar(x);
}

template <const auto& name, UnaryFunction<double> f64, UnaryFunction<float> f32>
PyObject* unary(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<8> parameters = {
            name, {"x", "out", "where", "casting", "order", "dtype", "subok", "signature"}, 1, 2, 1};
        PyObject* slots[8];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const auto numpy = [&] { return call_numpy(name, args, nargs, keyword_names); };
        for (int s = 2; s < 8; ++s)
            if (slots[s] != nullptr) return numpy();
        if (!ordinary(slots[0])) return numpy();
        PyObject* out_given = slots[1];
        if (out_given != nullptr && PyTuple_CheckExact(out_given) && PyTuple_GET_SIZE(out_given) == 1)
            out_given = PyTuple_GET_ITEM(out_given, 0);

        Reference x = PyArray_CheckExact(slots[0]) ? Reference::borrow(slots[0]) : Reference(PyArray_FROM_O(slots[0]));
        if (!x) {
            PyErr_Clear();  // NumPy will say it
            return numpy();
        }
        const int type = loop_type(x.array());
        if (type < 0 || PyArray_SIZE(x.array()) == 0) return numpy();
        Reference out;
        if (given(out_given)) {
            auto* array = reinterpret_cast<PyArrayObject*>(out_given);
            if (!PyArray_CheckExact(out_given) || PyArray_TYPE(array) != type || !PyArray_ISWRITEABLE(array) ||
                PyArray_NDIM(array) != PyArray_NDIM(x.array()) ||
                !PyArray_CompareLists(PyArray_DIMS(array), PyArray_DIMS(x.array()), PyArray_NDIM(array)))
                return numpy();
            out = Reference::borrow(out_given);
        }
        Reference operand = as_plain(x.get(), type);
        if (!operand) return nullptr;
        // Where the kernel writes: `out` if it can be written as it lies and an element is never read after it has been
        // overwritten.
        const bool direct = out && plain_array(out.get()) &&
                            (same_places(operand.array(), out.array()) || !may_share_memory(operand.array(), out.array()));
        Reference target = direct ? Reference::borrow(out.get())
                                  : Reference(PyArray_NewLikeArray(operand.array(), NPY_KEEPORDER, PyArray_DescrFromType(type), 0));
        if (!target) return nullptr;
        const FloatingPointWatch watch(name);
        if (type == NPY_DOUBLE)
            run<double>(f64, operand.array(), target.array());
        else
            run<float>(f32, operand.array(), target.array());
        if (!watch.report()) return nullptr;
        if (!out) return PyArray_Return(reinterpret_cast<PyArrayObject*>(target.release()));
        if (!direct && PyArray_CopyInto(out.array(), target.array()) < 0) return nullptr;
        return out.release();
    });
}

constexpr char exp_name[] = "exp", log_name[] = "log";

}  // namespace

void bind_special(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method(exp_name, unary<exp_name, mlmath::exp<double>, mlmath::exp<float>>),
        fast_method(log_name, unary<log_name, mlmath::log<double>, mlmath::log<float>>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
