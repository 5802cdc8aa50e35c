// SPDX-License-Identifier: BSD-3-Clause
// Some eigenvalues of one symmetric matrix: dtype switch, views, GIL, call. Checks and NumPy's error classes are in the Python
// facade.
#include "bindings/bind_eigen.hpp"
#include "bindings/fastcall.hpp"
#include "bindings/stack_arguments.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/eigh/eigh_subset.hpp"

namespace mlmath::bindings {
namespace {

struct Range {
    bool by_value;
    npy_intp from, to;
    double low, high;
};

// (w, v or None, info): info 0, -1 for NaN or infinity (w and v are NaN, or empty when asked by value), 1 when nothing converged.
template <class T>
PyObject* subset_of(PyObject* object, bool lower, bool vectors, Range range, PyObject* out) {
    Reference a = as_plain(object, numpy_type<T>);
    if (!a) return nullptr;
    const MatrixView<const T> matrix = matrix_view<const T>(a.array());
    const npy_intp n = matrix.rows;
    const double size = static_cast<double>(n);
    const bool release = size * size * size > 20000;
    need_room(n, sizeof(T));
    EighSubset<T> subset(matrix, lower, vectors);
    const FloatingPointWatch flags("eigh");  // clears; NumPy's eigh reports none, so neither is anything reported here
    int info = 0;
    {
        const GilRelease away(release);
        if (!subset.reduce(num_threads()))
            info = -1;
        else if (range.by_value) {
            range.from = subset.count_up_to(range.low);
            range.to = std::max(range.from, subset.count_up_to(range.high));
        }
    }
    if (info != 0 && range.by_value) range.from = range.to = 0;
    const npy_intp count = range.to - range.from;
    BatchAxes single;
    Places places;
    if (!(vectors ? places.parse("eigh", out, {"w", "V"}) : places.parse("eigvalsh", out, {"w"}))) return nullptr;
    Result w, v;
    if (!places.prepare(0, w, numpy_type<T>, single, {count}, {a.array()}, true)) return nullptr;
    if (vectors && (!places.prepare(1, v, numpy_type<T>, single, {n, count}, {a.array()}) || !places.apart())) return nullptr;
    T* const values = static_cast<T*>(PyArray_DATA(w.array()));
    const MatrixView<T> to = vectors ? matrix_view<T>(v.array()) : MatrixView<T>{nullptr, n, count, 0, 0};
    {
        const GilRelease away(release);
        if (info == 0 && !subset.solve(range.from, range.to, values, to, num_threads())) info = 1;
        if (info != 0) {
            std::fill_n(values, count, std::numeric_limits<T>::quiet_NaN());
            for (npy_intp i = 0; vectors && i < n; ++i)
                for (npy_intp j = 0; j < count; ++j)
                    to.data[i * to.row_stride + j * to.column_stride] = std::numeric_limits<T>::quiet_NaN();
        }
        fp_clear();
    }
    Reference of_w(w.finish()), of_v = vectors && of_w ? Reference(v.finish()) : Reference::borrow(Py_None);
    return of_w && of_v ? Py_BuildValue("(OOi)", of_w.get(), of_v.get(), info) : nullptr;
}

}  // namespace

PyObject* eigh_subset_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<7> parameters = {"eigh", {"a", "lower", "vectors", "by_value", "low", "high", "out"}, 7, 7, 6};
        PyObject* slots[7];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Range range{slots[3] == Py_True, 0, 0, 0, 0};
        if (range.by_value) {
            range.low = PyFloat_AsDouble(slots[4]);
            range.high = PyFloat_AsDouble(slots[5]);
        } else {
            range.from = PyLong_AsSsize_t(slots[4]);
            range.to = PyLong_AsSsize_t(slots[5]);
        }
        if (PyErr_Occurred()) return nullptr;
        const bool single = PyArray_Check(slots[0]) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(slots[0])) == NPY_FLOAT;
        const bool lower = slots[1] == Py_True, vectors = slots[2] == Py_True;
        return single ? subset_of<float>(slots[0], lower, vectors, range, slots[6])
                      : subset_of<double>(slots[0], lower, vectors, range, slots[6]);
    });
}

}  // namespace mlmath::bindings
