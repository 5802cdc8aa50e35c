// SPDX-License-Identifier: BSD-3-Clause
// Table of contents of the extension module `mlmath_native._mlmath`.
#define MLMATH_IMPORT_ARRAY
#include "bindings/module.hpp"

#include "simd/dispatch.hpp"
#include "simd/int8_unit.hpp"

namespace mlmath::bindings {
namespace {

// NumPy's C-API tables; pybind11 wants an exception, NumPy's macro a return value.
void import_numpy() {
    if (PyArray_ImportNumPyAPI() < 0 || PyUFunc_ImportUFuncAPI() < 0) throw py::error_already_set();
}

}  // namespace
}  // namespace mlmath::bindings

PYBIND11_MODULE(_mlmath, module, pybind11::multiple_interpreters::not_supported()) {
    using namespace mlmath::bindings;
    import_numpy();
    mlmath::initialize_dispatch();
    mlmath::initialize_int8_unit();
    module.attr("__version__") = MLMATH_VERSION;

    bind_facade(module);
    bind_system(module);
    bind_threads(module);
    bind_blas(module);
    bind_eigen(module);
    bind_cluster(module);
    bind_fit_many(module);
    bind_linear_fit(module);
    bind_sgd(module);
    bind_naive_bayes(module);
    bind_optim(module);
    bind_preprocessing(module);
    bind_reduce(module);
    bind_statistics(module);
    bind_random(module);
    bind_rows(module);
    bind_factor(module);
    bind_machine(module);
    bind_special(module);
    bind_rungs(module);
    bind_testing(module);
}
