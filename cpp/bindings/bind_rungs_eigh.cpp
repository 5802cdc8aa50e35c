// SPDX-License-Identifier: BSD-3-Clause
// The rungs of eigh and batched_eigh: symmetric matrices in, eigenvalues and eigenvectors out.
#include "bindings/rung_matrices.hpp"
#include "kernels/eigen/eigh/eigh_ladder.hpp"
#include "kernels/eigen/eigh_lanes/eigh_lanes_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
using EighRung = bool (*)(MatrixView<const T>, T*, MatrixView<T>);

template <class T>
PyObject* run_rung(const char* name, PyObject* object, EighRung<T> rung) {
    Reference a = square_argument<T>(name, object);
    if (!a) return nullptr;
    npy_intp* const shape = PyArray_DIMS(a.array());
    Reference w(PyArray_SimpleNew(1, shape, numpy_type<T>)), v(PyArray_SimpleNew(2, shape, numpy_type<T>));
    if (!w || !v) return nullptr;
    const double n = static_cast<double>(shape[0]);
    const bool converged = without_flags(name, 9 * n * n * n, [&] {
        return rung(matrix_view<const T>(a.array()), static_cast<T*>(PyArray_DATA(w.array())), matrix_view<T>(v.array()));
    });
    if (!converged) return linalg_error("%s: a has NaN or infinity, or the iteration did not converge", name);
    return PyTuple_Pack(2, w.get(), v.get());
}

template <class T>
using StackRung = std::ptrdiff_t (*)(const Stack<const T>&, T*, const Stack<T>&);

template <class T>
PyObject* run_rung(const char* name, PyObject* object, StackRung<T> rung) {
    Reference a = as_plain(object, numpy_type<T>);
    if (!a) return nullptr;
    npy_intp* const shape = PyArray_DIMS(a.array());
    if (PyArray_NDIM(a.array()) != 3 || shape[1] != shape[2] || shape[1] < 2 || shape[1] > 4)
        return PyErr_Format(PyExc_ValueError, "%s: a must be matrices (count, n, n) with n from 2 to 4", name);
    Reference w(PyArray_SimpleNew(2, shape, numpy_type<T>)), v(PyArray_SimpleNew(3, shape, numpy_type<T>));
    BatchAxes batch;
    if (!w || !v || !batch.set(name, a.array(), 2)) return nullptr;
    batch.add(a.array(), 2);
    batch.add(v.array(), 2);
    const std::ptrdiff_t failed = without_flags(name, 100 * static_cast<double>(shape[0]), [&] {
        return rung(batch.stack(matrix_view<const T>(a.array()), 0), static_cast<T*>(PyArray_DATA(w.array())),
                    batch.stack(matrix_view<T>(v.array()), 1));
    });
    if (failed != 0) return linalg_error("%s: %zd of the matrices did not converge", name, failed);
    return PyTuple_Pack(2, w.get(), v.get());
}

template <const auto& name, auto f64, auto f32>
PyObject* eigh_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return with_matrix<name>(args, nargs, keyword_names, [](PyObject* a) {
        return is_float32(a) ? run_rung<float>(name, a, f32) : run_rung<double>(name, a, f64);
    });
}

constexpr char textbook_name[] = "eigh_textbook";
constexpr char rotations_name[] = "eigh_rotations";
constexpr char tridiagonal_ql_name[] = "eigh_tridiagonal_ql";
constexpr char one_at_a_time_name[] = "batched_eigh_one_at_a_time";
constexpr char interleaved_name[] = "batched_eigh_interleaved";
constexpr char across_lanes_name[] = "batched_eigh_across_lanes";
constexpr char groups_in_flight_name[] = "batched_eigh_groups_in_flight";

}  // namespace

#define MLMATH_RUNG(name) fast_method(name##_name, eigh_rung<name##_name, ladder::eigh_##name<double>, ladder::eigh_##name<float>>)

void bind_eigh_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        MLMATH_RUNG(textbook),    MLMATH_RUNG(rotations),    MLMATH_RUNG(tridiagonal_ql),   MLMATH_RUNG(one_at_a_time),
        MLMATH_RUNG(interleaved), MLMATH_RUNG(across_lanes), MLMATH_RUNG(groups_in_flight), {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}
#undef MLMATH_RUNG

}  // namespace mlmath::bindings
