// SPDX-License-Identifier: BSD-3-Clause
// The rungs of power_iteration: a symmetric matrix in, its four eigenpairs of largest magnitude out.
#include <algorithm>

#include "bindings/rung_matrices.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/power_iteration/power_iteration_ladder.hpp"

namespace mlmath::bindings {
namespace {

constexpr npy_intp wanted = 4;

template <class T>
using PowerRung = bool (*)(MatrixView<const T>, T*, MatrixView<T>, int);

template <class T>
PyObject* run_rung(const char* name, PyObject* object, PowerRung<T> rung) {
    Reference a = square_argument<T>(name, object);
    if (!a) return nullptr;
    const npy_intp n = PyArray_DIM(a.array(), 0);
    if (n == 0) return PyErr_Format(PyExc_ValueError, "%s: a must not be empty", name);
    npy_intp shape[2] = {n, std::min(n, wanted)};
    Reference w(PyArray_SimpleNew(1, shape + 1, numpy_type<T>)), v(PyArray_SimpleNew(2, shape, numpy_type<T>));
    if (!w || !v) return nullptr;
    const double iterations = 1000, order = static_cast<double>(n);  // as many as there may be
    const bool converged = without_flags(name, iterations * order * order, [&] {
        return rung(matrix_view<const T>(a.array()), static_cast<T*>(PyArray_DATA(w.array())), matrix_view<T>(v.array()),
                    num_threads());
    });
    if (!converged) return linalg_error("%s: did not converge", name);
    return PyTuple_Pack(2, w.get(), v.get());
}

template <const auto& name, auto f64, auto f32>
PyObject* power_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return with_matrix<name>(args, nargs, keyword_names, [](PyObject* a) {
        return is_float32(a) ? run_rung<float>(name, a, f32) : run_rung<double>(name, a, f64);
    });
}

constexpr char textbook_name[] = "power_iteration_textbook";
constexpr char products_name[] = "power_iteration_products";
constexpr char orthogonal_name[] = "power_iteration_orthogonal";
constexpr char subspace_name[] = "power_iteration_subspace";

}  // namespace

#define MLMATH_RUNG(name) \
    fast_method(name##_name, power_rung<name##_name, ladder::power_iteration_##name<double>, ladder::power_iteration_##name<float>>)

void bind_power_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        MLMATH_RUNG(textbook), MLMATH_RUNG(products),          MLMATH_RUNG(orthogonal),
        MLMATH_RUNG(subspace), {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}
#undef MLMATH_RUNG

}  // namespace mlmath::bindings
