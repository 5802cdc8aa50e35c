// SPDX-License-Identifier: BSD-3-Clause
// The rungs of power_iteration: a symmetric matrix in, its four eigenpairs of largest magnitude out.
#include <algorithm>

#include "bindings/bind_rungs.hpp"
#include "bindings/stack_arguments.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/power_iteration/power_iteration_ladder.hpp"

namespace mlmath::bindings {
namespace {

constexpr npy_intp wanted = 4;

template <class T>
using PowerRung = bool (*)(MatrixView<const T>, T*, MatrixView<T>, int);

template <class T>
PyObject* run_rung(const char* name, PyObject* object, PowerRung<T> rung) {
    Reference a = as_plain(object, numpy_type<T>);
    if (!a) return nullptr;
    if (PyArray_NDIM(a.array()) != 2 || PyArray_DIM(a.array(), 0) != PyArray_DIM(a.array(), 1) || PyArray_DIM(a.array(), 0) == 0)
        return PyErr_Format(PyExc_ValueError, "%s: a must be a square matrix", name);
    const npy_intp n = PyArray_DIM(a.array(), 0);
    npy_intp shape[2] = {n, std::min(n, wanted)};
    Reference w(PyArray_SimpleNew(1, shape + 1, numpy_type<T>)), v(PyArray_SimpleNew(2, shape, numpy_type<T>));
    if (!w || !v) return nullptr;
    bool converged;
    {
        const FloatingPointWatch flags(name);
        const GilRelease release(true);
        converged = rung(matrix_view<const T>(a.array()), static_cast<T*>(PyArray_DATA(w.array())), matrix_view<T>(v.array()),
                         num_threads());
        fp_clear();
    }
    if (!converged) return linalg_error("%s: did not converge", name);
    return PyTuple_Pack(2, w.get(), v.get());
}

template <const auto& name, auto f64, auto f32>
PyObject* power_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<1> parameters = {name, {"a"}, 0, 1, 1};
        PyObject* slots[1];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const bool single = PyArray_Check(slots[0]) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(slots[0])) == NPY_FLOAT;
        return single ? run_rung<float>(name, slots[0], f32) : run_rung<double>(name, slots[0], f64);
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
