// SPDX-License-Identifier: BSD-3-Clause
// One function per family; module.cpp calls them in order.
#pragma once
#include "bindings/python.hpp"

namespace mlmath::bindings {

void bind_facade(py::module_& module);   // docstrings attached from Python
void bind_system(py::module_& module);   // instruction sets, machine
void bind_threads(py::module_& module);  // number of threads, Ctrl-C
void bind_blas(py::module_& module);
void bind_eigen(py::module_& module);
void bind_cluster(py::module_& module);
void bind_fit_many(py::module_& module);
void bind_linear_fit(py::module_& module);
void bind_sgd(py::module_& module);
void bind_naive_bayes(py::module_& module);
void bind_optim(py::module_& module);
void bind_preprocessing(py::module_& module);
void bind_reduce(py::module_& module);      // sum, mean, var
void bind_statistics(py::module_& module);  // moments, covariance, counts, order statistics
void bind_random(py::module_& module);      // streams, methods of Generator
void bind_rows(py::module_& module);        // softmax, log_softmax, logsumexp, cross_entropy
void bind_factor(py::module_& module);
void bind_machine(py::module_& module);  // probes of the machine
void bind_special(py::module_& module);  // functions of one element
void bind_rungs(py::module_& module);    // the ladders' functions
void bind_testing(py::module_& module);  // for the tests alone

/// Adds METH_FASTCALL functions; the table must live as long as the module.
inline void add_methods(py::module_& module, PyMethodDef* table) {
    if (PyModule_AddFunctions(module.ptr(), table) < 0) throw py::error_already_set();
}

}  // namespace mlmath::bindings
