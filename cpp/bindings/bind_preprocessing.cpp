// SPDX-License-Identifier: BSD-3-Clause
// The preprocessing family. The facades (learn/preprocessing, learn/decomposition) prepare the arguments; here they are made sure
// of.
#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_views.hpp"
#include "core/thread_pool.hpp"
#include "kernels/preprocessing/normal_product/normal_product.hpp"
#include "kernels/preprocessing/standardize/standardize.hpp"

namespace mlmath::bindings {
namespace {

bool refuse(const char* function, const char* name, const char* what) {
    PyErr_Format(PyExc_TypeError, "%s: %s must be %s", function, name, what);
    return false;
}
PyArrayObject* array_of(PyObject* object) { return reinterpret_cast<PyArrayObject*>(object); }

bool is_matrix(PyObject* object, int type, const char* function, const char* name) {
    return (plain_array_of(object, type) && PyArray_NDIM(array_of(object)) == 2) ||
           refuse(function, name, "a plain matrix of X's dtype");
}
// None, or one element a column, adjacent.
bool is_row(PyObject* object, int type, npy_intp size, const char* function, const char* name) {
    if (!given(object)) return true;
    return (plain_array_of(object, type) && PyArray_NDIM(array_of(object)) == 1 && PyArray_DIM(array_of(object), 0) == size &&
            PyArray_IS_C_CONTIGUOUS(array_of(object))) ||
           refuse(function, name, "contiguous, of X's dtype, one element a column");
}
bool is_writable(PyObject* object, const char* function) {
    return (PyArray_ISWRITEABLE(array_of(object)) && elements_distinct(array_of(object))) ||
           refuse(function, "out", "writable, its elements distinct");
}

template <class T>
const T* data_or_null(PyObject* object) {
    return given(object) ? static_cast<const T*>(PyArray_DATA(array_of(object))) : nullptr;
}

template <class T>
PyObject* standardized(PyObject* const* slots, bool backwards) {
    PyArrayObject *x = array_of(slots[0]), *y = array_of(slots[4]);
    const FloatingPointWatch watch("standardize");
    bool infinite;
    {
        // 20 us are about 1e5 elements in cache.
        const GilRelease release(PyArray_SIZE(x) > 100000);
        infinite = standardize<T>(matrix_view<const T>(x), data_or_null<T>(slots[1]), data_or_null<T>(slots[2]), backwards,
                                  matrix_view<T>(y), num_threads());
    }
    if (!watch.report()) return nullptr;
    return PyBool_FromLong(infinite);
}

template <class T>
PyObject* centered(PyObject* const* slots) {
    PyArrayObject *x = array_of(slots[0]), *w = array_of(slots[2]), *z = array_of(slots[4]);
    const FloatingPointWatch watch("centered_product");
    bool finite;
    {
        const GilRelease release(PyArray_SIZE(x) * PyArray_DIM(w, 1) > 1 << 20);
        finite = centered_product<T>(matrix_view<const T>(x), data_or_null<T>(slots[1]), matrix_view<const T>(w),
                                     data_or_null<T>(slots[3]), matrix_view<T>(z), num_threads());
    }
    if (!watch.report()) return nullptr;
    return PyBool_FromLong(finite);
}

template <class T>
PyObject* normal(PyObject* const* slots) {
    PyArrayObject *x = array_of(slots[0]), *q = array_of(slots[2]), *z = array_of(slots[3]);
    const FloatingPointWatch watch("normal_product");
    {
        const GilRelease release(PyArray_SIZE(x) * PyArray_DIM(q, 1) > 1 << 19);
        normal_product<T>(matrix_view<const T>(x), data_or_null<T>(slots[1]), matrix_view<const T>(q), matrix_view<T>(z),
                          num_threads());
    }
    if (!watch.report()) return nullptr;
    return Py_NewRef(slots[3]);
}

int type_of(PyObject* object) { return plain_array_of(object, NPY_FLOAT) ? NPY_FLOAT : NPY_DOUBLE; }

// _standardize(X, mean | None, scale | None, backwards, out) -> whether X holds an infinity. out may be X.
PyObject* standardize_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<5> parameters = {"_standardize", {"X", "mean", "scale", "backwards", "out"}, 5, 5, 5};
        PyObject* slots[5];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const char* const name = "_standardize";
        const int type = type_of(slots[0]), backwards = PyObject_IsTrue(slots[3]);
        if (backwards < 0 || !is_matrix(slots[0], type, name, "X") || !is_matrix(slots[4], type, name, "out")) return nullptr;
        const npy_intp d = PyArray_DIM(array_of(slots[0]), 1);
        if (!is_row(slots[1], type, d, name, "mean") || !is_row(slots[2], type, d, name, "scale")) return nullptr;
        if (!is_writable(slots[4], name)) return nullptr;
        return (type == NPY_FLOAT ? standardized<float> : standardized<double>)(slots, backwards != 0);
    });
}

// _centered_product(X, mean, W, scale | None, out) -> whether all of out is finite.
PyObject* centered_product_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<5> parameters = {"_centered_product", {"X", "mean", "W", "scale", "out"}, 5, 5, 5};
        PyObject* slots[5];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const char* const name = "_centered_product";
        const int type = type_of(slots[0]);
        if (!is_matrix(slots[0], type, name, "X") || !is_matrix(slots[2], type, name, "W") ||
            !is_matrix(slots[4], type, name, "out"))
            return nullptr;
        const npy_intp d = PyArray_DIM(array_of(slots[0]), 1), k = PyArray_DIM(array_of(slots[2]), 1);
        if (!is_row(slots[1], type, d, name, "mean") || !is_row(slots[3], type, k, name, "scale")) return nullptr;
        if (!is_writable(slots[4], name)) return nullptr;
        return (type == NPY_FLOAT ? centered<float> : centered<double>)(slots);
    });
}

// _normal_product(X, mean | None, Q, out) -> out. The columns of X are adjacent.
PyObject* normal_product_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<4> parameters = {"_normal_product", {"X", "mean", "Q", "out"}, 4, 4, 4};
        PyObject* slots[4];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const char* const name = "_normal_product";
        const int type = type_of(slots[0]);
        if (!is_matrix(slots[0], type, name, "X") || !is_matrix(slots[2], type, name, "Q") ||
            !is_matrix(slots[3], type, name, "out"))
            return nullptr;
        PyArrayObject* const x = array_of(slots[0]);
        const npy_intp d = PyArray_DIM(x, 1);
        if (d > 1 && PyArray_STRIDE(x, 1) != PyArray_ITEMSIZE(x)) {
            refuse(name, "X", "a matrix with adjacent columns");
            return nullptr;
        }
        if (!is_row(slots[1], type, d, name, "mean") || !is_writable(slots[3], name)) return nullptr;
        return (type == NPY_FLOAT ? normal<float> : normal<double>)(slots);
    });
}

}  // namespace

void bind_preprocessing(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("_standardize", standardize_fast),
        fast_method("_centered_product", centered_product_fast),
        fast_method("_normal_product", normal_product_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
