// SPDX-License-Identifier: BSD-3-Clause
// matmul: dtype switch, broadcasting, `out`, views, GIL, call. What the kernel does not cover is NumPy's own function, by name.
#include <algorithm>
#include <string>

#include "bindings/bind_blas.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/gemm/gemm.hpp"

namespace mlmath::bindings {
namespace {

constexpr int most_axes = NPY_MAXDIMS;
constexpr const char* matmul_names[2] = {"x1", "x2"};

std::string shape_text(const npy_intp* shape, int axes) {
    std::string text = "(";
    for (int i = 0; i < axes; ++i) text += std::to_string(shape[i]) + (axes == 1 ? "," : i + 1 < axes ? ", " : "");
    return text + ")";
}
std::string shape_text(PyArrayObject* a) { return shape_text(PyArray_DIMS(a), PyArray_NDIM(a)); }

PyObject* value_error(const std::string& text) {
    PyErr_SetString(PyExc_ValueError, text.c_str());
    return nullptr;
}

// Both operands as stacks of matrices, and the shape of the result.
template <class T>
struct Operands {
    MatrixView<const T> a, b;
    int axes = 0;  // of the batch
    npy_intp shape[most_axes];
    std::ptrdiff_t a_stride[most_axes], b_stride[most_axes];
    int result_axes = 0;
    bool row_axis = false, column_axis = false;  // a one-dimensional operand leaves no axis in the result

    // False with an exception set when the shapes do not fit.
    bool set(const char* function, const char* const (&names)[2], PyArrayObject* x1, PyArrayObject* x2) {
        const int nd1 = PyArray_NDIM(x1), nd2 = PyArray_NDIM(x2);
        a = nd1 == 1 ? row(x1) : matrix_view<const T>(x1);
        b = nd2 == 1 ? transposed(row(x2)) : matrix_view<const T>(x2);
        if (a.columns != b.rows) {
            value_error(std::string(function) + ": the last axis of " + names[0] + " and the " +
                        (nd2 == 1 ? "only" : "second-to-last") + " axis of " + names[1] + " must have the same size, got shapes " +
                        shape_text(x1) + " and " + shape_text(x2));
            return false;
        }
        if ((nd1 > 2 || nd2 > 2) && !set_batch(function, names, x1, x2)) return false;
        row_axis = nd1 > 1;
        column_axis = nd2 > 1;
        result_axes = axes;
        if (row_axis) shape[result_axes++] = a.rows;
        if (column_axis) shape[result_axes++] = b.columns;
        return true;
    }

private:
    static MatrixView<const T> row(PyArrayObject* x) {
        const auto v = vector_view<const T>(x);
        return {v.data, 1, v.size, 1, v.stride};
    }
    bool set_batch(const char* function, const char* const (&names)[2], PyArrayObject* x1, PyArrayObject* x2) {
        const int extra1 = std::max(PyArray_NDIM(x1) - 2, 0), extra2 = std::max(PyArray_NDIM(x2) - 2, 0);
        axes = std::max(extra1, extra2);
        for (int x = 0; x < axes; ++x) {
            const int x1_axis = x - (axes - extra1), x2_axis = x - (axes - extra2);
            const npy_intp size1 = x1_axis < 0 ? 1 : PyArray_DIM(x1, x1_axis), size2 = x2_axis < 0 ? 1 : PyArray_DIM(x2, x2_axis);
            if (size1 != size2 && size1 != 1 && size2 != 1) {
                value_error(std::string(function) + ": the axes of " + names[0] + " and " + names[1] +
                            " in front of the matrices must broadcast, got shapes " + shape_text(x1) + " and " + shape_text(x2));
                return false;
            }
            shape[x] = size1 == 1 ? size2 : size1;
            constexpr auto item = static_cast<npy_intp>(sizeof(T));
            a_stride[x] = x1_axis < 0 || size1 == 1 ? 0 : PyArray_STRIDE(x1, x1_axis) / item;
            b_stride[x] = x2_axis < 0 || size2 == 1 ? 0 : PyArray_STRIDE(x2, x2_axis) / item;
        }
        return true;
    }
};

template <class T>
bool compute(const char* function, const Operands<T>& x, PyArrayObject* result) {
    constexpr auto item = static_cast<npy_intp>(sizeof(T));
    MatrixView<T> c{static_cast<T*>(PyArray_DATA(result)), x.a.rows, x.b.columns, 1, 1};
    std::ptrdiff_t c_stride[most_axes];
    for (int axis = 0; axis < x.axes; ++axis) c_stride[axis] = PyArray_STRIDE(result, axis) / item;
    if (x.row_axis) c.row_stride = PyArray_STRIDE(result, x.axes) / item;
    if (x.column_axis) c.column_stride = PyArray_STRIDE(result, x.axes + x.row_axis) / item;

    const FloatingPointWatch watch(function);
    {
        // 20 us is about 2^20 multiply-adds.
        double work = static_cast<double>(c.rows) * static_cast<double>(c.columns) * static_cast<double>(x.a.columns);
        for (int i = 0; i < x.axes; ++i) work *= static_cast<double>(x.shape[i]);
        const GilRelease release(work > 1 << 20);
        if (x.axes == 0)
            gemm<T>(1, x.a, x.b, 0, c, num_threads());
        else
            gemm_batch<T>(1, x.a, x.b, 0, c, {x.axes, x.shape, x.a_stride, x.b_stride, c_stride}, num_threads());
    }
    return watch.report();
}

// A fresh result: C order as NumPy's, a scalar when no axis is left.
template <class T>
PyObject* fresh_product(const char* function, const Operands<T>& x) {
    Reference result(PyArray_SimpleNew(x.result_axes, const_cast<npy_intp*>(x.shape), numpy_type<T>));
    if (!result || !compute(function, x, result.array())) return nullptr;
    return x.result_axes > 0 ? result.release() : PyArray_Return(reinterpret_cast<PyArrayObject*>(result.release()));
}

enum class Out { written, refused, numpy };

// `out` is a base-class ndarray. Same dtype, own memory: written in place. Otherwise by way of a fresh array, as NumPy does.
template <class T>
Out product_into(const Operands<T>& x, PyArrayObject* x1, PyArrayObject* x2, PyArrayObject* out) {
    if (!PyArray_ISWRITEABLE(out)) {
        value_error("matmul: out is read-only");
        return Out::refused;
    }
    const int nd = PyArray_NDIM(out), extra = nd - x.result_axes, core = x.result_axes - x.axes;
    bool same = extra == 0, possible = extra >= 0;
    for (int axis = 0; axis < x.result_axes && possible; ++axis) {
        if (x.shape[axis] == PyArray_DIM(out, axis + extra)) continue;
        same = false;
        possible = axis < x.result_axes - core && x.shape[axis] == 1;
    }
    if (!possible) {
        value_error("matmul: out must have the shape of the product, " + shape_text(x.shape, x.result_axes) + ", got " +
                    shape_text(out));
        return Out::refused;
    }
    // Broadcasting into a larger `out`, and dtypes that do not cast, are NumPy's to do and to refuse.
    if (!same || !PyArray_CanCastTypeTo(PyArray_DESCR(x1), PyArray_DESCR(out), NPY_SAME_KIND_CASTING)) return Out::numpy;
    if (plain_array_of(reinterpret_cast<PyObject*>(out), numpy_type<T>) && !may_share_memory(out, x1) && !may_share_memory(out, x2))
        return compute("matmul", x, out) ? Out::written : Out::refused;
    Reference result(PyArray_SimpleNew(x.result_axes, const_cast<npy_intp*>(x.shape), numpy_type<T>));
    if (!result || !compute("matmul", x, result.array()) || PyArray_CopyInto(out, result.array()) < 0) return Out::refused;
    return Out::written;
}

template <class T>
Out matmul_into(PyArrayObject* x1, PyArrayObject* x2, PyArrayObject* out) {
    Operands<T> x;
    return x.set("matmul", matmul_names, x1, x2) ? product_into(x, x1, x2, out) : Out::refused;
}

bool is_memmap(PyObject* object) {
    static PyObject* const type = [] {
        Reference numpy(PyImport_ImportModule("numpy"));
        PyObject* memmap = numpy ? PyObject_GetAttrString(numpy.get(), "memmap") : nullptr;
        if (memmap == nullptr) PyErr_Clear();
        return memmap;
    }();
    return reinterpret_cast<PyObject*>(Py_TYPE(object)) == type;
}

// An ndarray, a memmap (as the ndarray it is), or a list converted; nothing for objects with rules of their own, or on failure.
Reference as_array(PyObject* object) {
    if (PyArray_CheckExact(object)) return Reference::borrow(object);
    if (PyArray_Check(object) && is_memmap(object))
        return Reference(PyArray_View(reinterpret_cast<PyArrayObject*>(object), nullptr, &PyArray_Type));
    if (PyList_CheckExact(object) || PyTuple_CheckExact(object))
        return Reference(PyArray_FromAny(object, nullptr, 0, 0, NPY_ARRAY_ENSUREARRAY, nullptr));
    return Reference();
}

// NPY_FLOAT or NPY_DOUBLE when the operands are real, at least one of them floating point, and promote to it; otherwise -1.
int common_type(PyArrayObject* x1, PyArrayObject* x2) {
    const auto real = [](PyArrayObject* a) {
        const int type = PyArray_TYPE(a);
        return PyTypeNum_ISBOOL(type) || PyTypeNum_ISINTEGER(type) || PyTypeNum_ISFLOAT(type);
    };
    if (!real(x1) || !real(x2) || !(PyTypeNum_ISFLOAT(PyArray_TYPE(x1)) || PyTypeNum_ISFLOAT(PyArray_TYPE(x2)))) return -1;
    if (PyArray_TYPE(x1) == PyArray_TYPE(x2)) {
        const int type = PyArray_TYPE(x1);
        return type == NPY_FLOAT || type == NPY_DOUBLE ? type : -1;
    }
    PyArrayObject* both[2] = {x1, x2};
    Reference descr(reinterpret_cast<PyObject*>(PyArray_ResultType(2, both, 0, nullptr)));
    if (!descr) {
        PyErr_Clear();
        return -1;
    }
    const int type = reinterpret_cast<PyArray_Descr*>(descr.get())->type_num;
    return type == NPY_FLOAT || type == NPY_DOUBLE ? type : -1;
}

// Everything but two plain arrays of one dtype. Null without an exception: NumPy's case.
PyObject* matmul_general(PyObject* first, PyObject* second, PyObject* out) {
    Reference x1 = as_array(first), x2 = x1 ? as_array(second) : Reference();
    if (!x1 || !x2) {
        PyErr_Clear();  // a list NumPy cannot convert: let it say so
        return nullptr;
    }
    if (PyArray_NDIM(x1.array()) == 0 || PyArray_NDIM(x2.array()) == 0) return nullptr;
    const int type = common_type(x1.array(), x2.array());
    if (type < 0) return nullptr;
    // The overlap with `out` is that of the arrays as given; converted copies overlap nothing.
    if (!(x1 = as_plain(x1.get(), type)) || !(x2 = as_plain(x2.get(), type))) return nullptr;
    if (out == nullptr) return matrix_product("matmul", matmul_names, x1.array(), x2.array());
    auto* array = reinterpret_cast<PyArrayObject*>(out);
    const Out done =
        type == NPY_DOUBLE ? matmul_into<double>(x1.array(), x2.array(), array) : matmul_into<float>(x1.array(), x2.array(), array);
    if (done != Out::written) return nullptr;
    Py_INCREF(out);
    return out;
}

}  // namespace

PyObject* matrix_product(const char* function, const char* const (&names)[2], PyArrayObject* x1, PyArrayObject* x2) {
    if (PyArray_TYPE(x1) == NPY_DOUBLE) {
        Operands<double> x;
        return x.set(function, names, x1, x2) ? fresh_product(function, x) : nullptr;
    }
    Operands<float> x;
    return x.set(function, names, x1, x2) ? fresh_product(function, x) : nullptr;
}

PyObject* matmul_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        if (nargs == 2 && keyword_names == nullptr && plain_array(args[0]) && plain_array(args[1])) {
            auto *x1 = reinterpret_cast<PyArrayObject*>(args[0]), *x2 = reinterpret_cast<PyArrayObject*>(args[1]);
            const int type = PyArray_TYPE(x1);
            if (type == PyArray_TYPE(x2) && (type == NPY_DOUBLE || type == NPY_FLOAT) && PyArray_NDIM(x1) > 0 &&
                PyArray_NDIM(x2) > 0)
                return matrix_product("matmul", matmul_names, x1, x2);
        }
        static constexpr Parameters<10> parameters = {
            "matmul", {"x1", "x2", "out", "casting", "order", "dtype", "subok", "signature", "axes", "axis"}, 2, 3, 2};
        PyObject* slots[10];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        bool plain_call = true;
        for (int i = 3; i < 10; ++i) plain_call = plain_call && slots[i] == nullptr;
        PyObject* out = given(slots[2]) ? slots[2] : nullptr;
        if (out != nullptr && PyTuple_CheckExact(out) && PyTuple_GET_SIZE(out) == 1)
            out = PyTuple_GET_ITEM(out, 0) == Py_None ? nullptr : PyTuple_GET_ITEM(out, 0);
        if (plain_call && (out == nullptr || PyArray_CheckExact(out))) {
            PyObject* result = matmul_general(slots[0], slots[1], out);
            if (result != nullptr || PyErr_Occurred()) return result;
        }
        return call_numpy("matmul", args, nargs, keyword_names);
    });
}

}  // namespace mlmath::bindings
