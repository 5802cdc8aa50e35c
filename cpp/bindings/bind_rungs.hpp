// SPDX-License-Identifier: BSD-3-Clause
// The submodule `_mlmath.rungs`: the functions of the ladders, `<kernel>_<rung>`, with the production signature. One file per
// kernel or family, bind_rungs_<name>.cpp; python/mlmath_native/study/_registry/ gives them their names, ideas and sources.
#pragma once
#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/numpy_views.hpp"

namespace mlmath::bindings {

inline bool is_float32(PyObject* object) {
    return PyArray_Check(object) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(object)) == NPY_FLOAT;
}

void bind_adam_rungs(py::module_& rungs);
void bind_batched_rungs(py::module_& rungs);
void bind_categorical_rungs(py::module_& rungs);
void bind_dot_rungs(py::module_& rungs);
void bind_eigh_rungs(py::module_& rungs);
void bind_exp_rungs(py::module_& rungs);
void bind_factor_rungs(py::module_& rungs);
void bind_gemm_crt_rungs(py::module_& rungs);
void bind_gemm_rungs(py::module_& rungs);
void bind_gemv_rungs(py::module_& rungs);
void bind_gram_rungs(py::module_& rungs);
void bind_histories(py::module_& rungs);
void bind_kmeans_rungs(py::module_& rungs);
void bind_law_rungs(py::module_& rungs);
void bind_logistic_rungs(py::module_& rungs);
void bind_power_rungs(py::module_& rungs);
void bind_shuffle_rungs(py::module_& rungs);
void bind_softmax_rungs(py::module_& rungs);
void bind_sum_rungs(py::module_& rungs);
void bind_variance_rungs(py::module_& rungs);

}  // namespace mlmath::bindings
