// SPDX-License-Identifier: BSD-3-Clause
// Table of contents of the extension module `mlmath_native._mlmath`.
#define MLMATH_IMPORT_ARRAY
#include "bindings/module.hpp"

#include "core/thread_pool.hpp"
#include "simd/dispatch.hpp"

namespace mlmath::bindings {
namespace {

// NumPy's C-API tables; pybind11 wants an exception, NumPy's macro a return value.
void import_numpy() {
    if (PyArray_ImportNumPyAPI() < 0 || PyUFunc_ImportUFuncAPI() < 0) throw py::error_already_set();
}

// Called by the pool on the calling thread of a long region: handles signals; true when one of them raised.
bool signal_pending() {
    const PyGILState_STATE state = PyGILState_Ensure();
    const bool raised = PyErr_CheckSignals() != 0;
    PyGILState_Release(state);
    return raised;
}

}  // namespace
}  // namespace mlmath::bindings

PYBIND11_MODULE(_mlmath, module, pybind11::multiple_interpreters::not_supported()) {
    using namespace mlmath::bindings;
    import_numpy();
    mlmath::initialize_dispatch();
    mlmath::set_interrupt_hook(signal_pending);
    module.attr("__version__") = MLMATH_VERSION;

    bind_facade(module);
    bind_system(module);
    bind_blas(module);
    bind_rungs(module);
}
