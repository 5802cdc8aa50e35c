// SPDX-License-Identifier: BSD-3-Clause
// The number of threads for Python and for threadpoolctl, and Ctrl-C in long regions.
#include <pthread.h>

#include <atomic>
#include <exception>

#include "bindings/module.hpp"
#include "core/cpu_count.hpp"
#include "core/thread_pool.hpp"

// threadpoolctl finds these by name in the shared object.
extern "C" {
__attribute__((visibility("default"))) int mlmath_native_get_num_threads(void) { return mlmath::process_num_threads(); }
__attribute__((visibility("default"))) void mlmath_native_set_num_threads(int n) { mlmath::set_num_threads(n); }
}

namespace mlmath::bindings {
namespace {

// Python runs signal handlers on its main thread alone. Any other thread would take the GIL for nothing, and a daemon thread that
// asks for it while the interpreter shuts down never comes back.
std::atomic<unsigned long> g_main_thread{0};

void after_fork_in_child() { g_main_thread.store(PyThread_get_thread_ident()); }  // the thread that forked is the child's main one

/// Called by the pool on the calling thread of a long region: handles signals; true when a handler raised.
bool signal_pending() {
    if (PyThread_get_thread_ident() != g_main_thread.load(std::memory_order_relaxed)) return false;
    const PyGILState_STATE state = PyGILState_Ensure();
    const bool raised = PyErr_CheckSignals() != 0;
    PyGILState_Release(state);
    return raised;
}

/// Classes and cold paths (pybind11): what `guarded` does for fast functions.
void translate_interrupted(std::exception_ptr error) {
    try {
        std::rethrow_exception(error);
    } catch (const Interrupted&) {
        // The hook has run the signal handler, whose exception (KeyboardInterrupt) is waiting.
        if (!PyErr_Occurred()) PyErr_SetNone(PyExc_KeyboardInterrupt);
    }
}

}  // namespace

void bind_threads(py::module_& module) {
    reset_num_threads();  // a malformed MLMATH_NUM_THREADS becomes an ImportError with its message
    g_main_thread.store(py::module_::import("threading").attr("main_thread")().attr("ident").cast<unsigned long>());
    pthread_atfork(nullptr, nullptr, after_fork_in_child);
    set_interrupt_hook(signal_pending);
    py::register_local_exception_translator(translate_interrupted);
    module.attr("max_threads") = kMaxThreads;
    module.def("num_threads", num_threads);
    module.def("process_num_threads", process_num_threads);
    module.def("num_threads_source", num_threads_source);
    module.def("set_num_threads", set_num_threads, py::arg("n"));
    module.def("set_thread_local_threads", set_thread_local_threads, py::arg("n"));
}

}  // namespace mlmath::bindings
