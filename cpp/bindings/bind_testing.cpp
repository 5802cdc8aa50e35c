// SPDX-License-Identifier: BSD-3-Clause
// `_mlmath._testing`: parts of the core that no public function shows, for the tests alone.
#include <pybind11/stl.h>

#include <chrono>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "bindings/bind_testing.hpp"
#include "bindings/fastcall.hpp"
#include "core/cpu_count.hpp"
#include "core/thread_pool.hpp"
#include "simd/int8_unit.hpp"

namespace mlmath::bindings {
namespace {

/// Size of the team that a region of `threads` gets now.
int team_size(int threads) {
    const GilRelease release(true);
    int size = 0;
    parallel(threads, [&](Team& team) {
        if (team.rank() == 0) size = team.size();
    });
    return size;
}

/// The member of this rank throws `what` ("bad_alloc", else a runtime_error of that text) while the others wait at a barrier.
void throw_in_region(int threads, int rank, const std::string& what) {
    const GilRelease release(true);
    parallel(threads, [&](Team& team) {
        if (team.rank() == rank && what == "bad_alloc") throw std::bad_alloc();
        if (team.rank() == rank) throw std::runtime_error(what);
        team.barrier();
    });
}

/// A region in which the members from `first_rank` on work for `seconds`, in steps of 1 ms, unless it is interrupted.
void work_long(int threads, double seconds, int first_rank) {
    const GilRelease release(true);
    const auto start = std::chrono::steady_clock::now();
    parallel(threads, [&](Team& team) {
        while (team.rank() >= first_rank && std::chrono::steady_clock::now() - start < std::chrono::duration<double>(seconds)) {
            if (team.poll()) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    });
}

PyObject* long_region(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {"long_region", {"threads", "seconds", "first_rank"}, 3, 3, 3};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, names, slots)) return nullptr;
        const int threads = static_cast<int>(PyLong_AsLong(slots[0])), first_rank = static_cast<int>(PyLong_AsLong(slots[2]));
        const double seconds = PyFloat_AsDouble(slots[1]);
        if (PyErr_Occurred()) return nullptr;
        work_long(threads, seconds, first_rank);
        Py_RETURN_NONE;
    });
}

/// The member of this rank divides by zero; the flag must come back as NumPy's warning for function "divide_in_region".
PyObject* divide_in_region(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<2> parameters = {"divide_in_region", {"threads", "rank"}, 2, 2, 2};
        PyObject* slots[2];
        if (!parameters.parse(args, nargs, names, slots)) return nullptr;
        const long threads = PyLong_AsLong(slots[0]), rank = PyLong_AsLong(slots[1]);
        if (PyErr_Occurred()) return nullptr;
        const FloatingPointWatch watch("divide_in_region");
        volatile double one = 1, zero = 0, quotient = 0;
        {
            const GilRelease release(true);
            parallel(static_cast<int>(threads), [&](Team& team) {
                if (team.rank() == rank) quotient = one / zero;
            });
        }
        if (!watch.report()) return nullptr;
        Py_RETURN_NONE;
    });
}

}  // namespace

void bind_testing(py::module_& module) {
    py::module_ testing = module.def_submodule("_testing", "For the tests of this package alone.");
    testing.def("team_size", team_size);
    testing.def("throw_in_region", throw_in_region);
    testing.def("long_region_pybind", work_long);  // the same through pybind11's translation of exceptions
    testing.def("affinity_cpus", affinity_cpus);
    testing.def("cgroup_quota_cpus", [](const std::string& root) { return cgroup_quota_cpus(root); });
    testing.def("machine_threads", [](const std::string& root) {
        const ThreadCount count = machine_threads(root);
        return py::make_tuple(count.threads, count.source);
    });
    testing.def("ask_for_tile_permission", [] { return amx_answer_text(ask_for_tile_permission()); });  // None: given
    bind_testing_floats(testing);
    bind_testing_crt(testing);
    static PyMethodDef methods[] = {
        fast_method("long_region", long_region),
        fast_method("divide_in_region", divide_in_region),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(testing, methods);
}

}  // namespace mlmath::bindings
