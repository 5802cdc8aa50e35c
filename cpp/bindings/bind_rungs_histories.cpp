// SPDX-License-Identifier: BSD-3-Clause
// Iterations with what they found at every step, for study: Jacobi's sweeps, the sweeps of QL.
#include <algorithm>
#include <vector>

#include "bindings/rung_matrices.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/jacobi_eigh/jacobi_eigh.hpp"
#include "kernels/eigen/tridiagonal_ql/tridiagonal_ql_textbook.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
Reference array_of(const std::vector<T>& numbers) {
    const npy_intp count = static_cast<npy_intp>(numbers.size());
    Reference array(PyArray_SimpleNew(1, &count, sizeof(T) == 4 ? NPY_FLOAT : std::is_integral_v<T> ? NPY_INTP : NPY_DOUBLE));
    if (array) std::copy(numbers.begin(), numbers.end(), static_cast<T*>(PyArray_DATA(array.array())));
    return array;
}

// (w, v, off-diagonal norm before every sweep and after the last, largest angle and number of rotations of every sweep), or None
// when a is not finite.
template <class T>
PyObject* jacobi_of(PyObject* object) {
    Reference a = square_argument<T>("jacobi_eigh", object);
    if (!a) return nullptr;
    npy_intp* const shape = PyArray_DIMS(a.array());
    Reference w(PyArray_SimpleNew(1, shape, numpy_type<T>)), v(PyArray_SimpleNew(2, shape, numpy_type<T>));
    if (!w || !v) return nullptr;
    T *const values = static_cast<T*>(PyArray_DATA(w.array())), *const vectors = static_cast<T*>(PyArray_DATA(v.array()));
    JacobiHistory history;
    const double n = static_cast<double>(shape[0]);
    const Status status = without_flags("jacobi_eigh", 40 * n * n * n, [&] {  // ten sweeps of 4 n^3
        return jacobi_eigh<T>(1, matrix_view<const T>(a.array()), 0, true, values, vectors, num_threads(), &history);
    });
    if (!status) return linalg_error("jacobi_eigh: no convergence after %d sweeps", static_cast<int>(status.iterations));
    if (shape[0] > 0 && values[0] != values[0]) Py_RETURN_NONE;
    Reference off = array_of(history.off_norm), angle = array_of(history.largest_angle), count = array_of(history.rotations);
    if (!off || !angle || !count) return nullptr;
    return PyTuple_Pack(5, w.get(), v.get(), off.get(), angle.get(), count.get());
}

// (w, row, off): the first row of the block before every sweep, and the element beside its diagonal.
template <class T>
PyObject* ql_of(PyObject* diagonal, PyObject* beside) {
    Reference d = as_plain(diagonal, numpy_type<T>), e = as_plain(beside, numpy_type<T>);
    if (!d || !e) return nullptr;
    const npy_intp n = PyArray_SIZE(d.array());
    if (PyArray_SIZE(e.array()) != std::max<npy_intp>(0, n - 1))
        return PyErr_Format(PyExc_ValueError, "tridiagonal_ql: e must have %zd elements, got %zd", std::max<npy_intp>(0, n - 1),
                            PyArray_SIZE(e.array()));
    std::vector<T> w(static_cast<std::size_t>(n)), off(static_cast<std::size_t>(n)), elements;
    const VectorView<const T> from = vector_view<const T>(d.array()), from_e = vector_view<const T>(e.array());
    for (npy_intp i = 0; i < n; ++i) w[i] = from.data[i * from.stride];
    for (npy_intp i = 0; i + 1 < n; ++i) off[i] = from_e.data[i * from_e.stride];
    std::vector<std::ptrdiff_t> rows;
    const bool found =
        textbook::tridiagonal_ql<T>(n, w.data(), off.data(), static_cast<T*>(nullptr), 0, 0, [&](std::ptrdiff_t row, T element) {
            rows.push_back(row);
            elements.push_back(element);
        });
    fp_clear();
    if (!found) return linalg_error("tridiagonal_ql: no convergence after %zd sweeps", static_cast<Py_ssize_t>(30 * n));
    Reference values = array_of(w), places = array_of(rows), history = array_of(elements);
    if (!values || !places || !history) return nullptr;
    return PyTuple_Pack(3, values.get(), places.get(), history.get());
}

constexpr char jacobi_name[] = "jacobi_eigh_history";

PyObject* jacobi_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return with_matrix<jacobi_name>(args, nargs, keyword_names,
                                    [](PyObject* a) { return is_float32(a) ? jacobi_of<float>(a) : jacobi_of<double>(a); });
}

PyObject* ql_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<2> parameters = {"tridiagonal_ql_history", {"d", "e"}, 0, 2, 2};
        PyObject* slots[2];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        return is_float32(slots[0]) ? ql_of<float>(slots[0], slots[1]) : ql_of<double>(slots[0], slots[1]);
    });
}

}  // namespace

void bind_histories(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(jacobi_name, jacobi_fast),
        fast_method("tridiagonal_ql_history", ql_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
