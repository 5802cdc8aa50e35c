// SPDX-License-Identifier: BSD-3-Clause
// The number of threads for Python and for threadpoolctl, and Ctrl-C in long regions.
#include <pthread.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <thread>

#include "bindings/fastcall_guard.hpp"
#include "bindings/module.hpp"
#include "core/cpu_count.hpp"
#include "core/park.hpp"
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

/// Seconds: an empty region when the workers are awake (best of 20 means of 200), a barrier (same), and an empty region when they
/// sleep (median of 31: the best would be the one that found a worker still awake).
std::array<double, 3> pool_latency(int threads) {
    const GilRelease release(true);
    const auto empty = [&] { parallel(threads, [](Team&) {}); };
    const auto seconds = [](auto&& body) {
        const std::int64_t start = now_ns();
        body();
        return static_cast<double>(now_ns() - start) * 1e-9;
    };
    constexpr int kMeans = 20, kEach = 200, kWakes = 31;
    double region = 1e9, barrier = 1e9, wakes[kWakes];
    for (int i = 0; i < kMeans; ++i) {
        empty();
        region = std::min(region, seconds([&] {
                                      for (int j = 0; j < kEach; ++j) empty();
                                  }) / kEach);
        parallel(threads, [&](Team& team) {
            team.barrier();
            const double time = seconds([&] {
                for (int j = 0; j < kEach; ++j) team.barrier();
            });
            if (team.rank() == 0) barrier = std::min(barrier, time / kEach);
        });
    }
    for (double& wake : wakes) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        wake = seconds(empty);
    }
    std::nth_element(wakes, wakes + kWakes / 2, wakes + kWakes);
    return {region, barrier, wakes[kWakes / 2]};
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
    module.def("pool_latency", pool_latency, py::arg("threads"));
}

}  // namespace mlmath::bindings
