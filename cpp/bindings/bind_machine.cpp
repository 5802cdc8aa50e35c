// SPDX-License-Identifier: BSD-3-Clause
// The probes of the machine. Cold: plain pybind11; the GIL is released while they run.
#include <pybind11/stl.h>

#include <string>
#include <utility>
#include <vector>

#include "bindings/module.hpp"
#include "kernels/machine/bandwidth/bandwidth.hpp"
#include "kernels/machine/fma_peak/fma_peak.hpp"
#include "kernels/machine/int8_peak/int8_peak.hpp"
#include "kernels/machine/latency/latency.hpp"

namespace mlmath::bindings {
namespace {

using Pair = std::pair<double, double>;  // best, median
using NoGil = py::call_guard<py::gil_scoped_release>;

Pair pair_of(Latency l) { return {l.best, l.median}; }

double fma_peak_of(const std::string& dtype, int threads, double seconds) {
    if (dtype == "float64") return fma_peak<double>(threads, seconds);
    if (dtype == "float32") return fma_peak<float>(threads, seconds);
    throw std::invalid_argument("fma_peak: dtype must be float64 or float32, got '" + dtype + "'");
}

double int8_peak_of(const std::string& unit, int threads, double seconds) {
    for (int i = 0; i < static_cast<int>(Int8Unit::count); ++i)
        if (unit == int8_unit_name(static_cast<Int8Unit>(i))) return int8_peak(static_cast<Int8Unit>(i), threads, seconds);
    throw std::invalid_argument("int8_peak: unit must be vnni or amx, got '" + unit + "'");
}

Access access_of(const std::string& name) {
    for (int i = 0; i < access_count; ++i)
        if (name == access_name(static_cast<Access>(i))) return static_cast<Access>(i);
    throw std::invalid_argument("bandwidth: access must be read, write, stream, copy, triad, add or update, got '" + name + "'");
}

std::vector<double> bandwidths(const std::vector<std::string>& accesses, std::size_t bytes, int threads, double seconds) {
    std::vector<Access> which;
    for (const auto& name : accesses) which.push_back(access_of(name));
    std::vector<double> rates(which.size());
    bandwidth(which.data(), static_cast<int>(which.size()), bytes, threads, seconds, rates.data());
    return rates;
}

}  // namespace

void bind_machine(py::module_& module) {
    auto machine = module.def_submodule("machine", "Probes of the machine: flop/s, bytes per second, seconds.");
    machine.def("fma_peak", fma_peak_of, py::arg("dtype"), py::arg("threads"), py::arg("seconds"), NoGil());
    machine.def("int8_peak", int8_peak_of, py::arg("unit"), py::arg("threads"), py::arg("seconds"), NoGil());
    machine.def("bandwidth", bandwidths, py::arg("accesses"), py::arg("bytes"), py::arg("threads"), py::arg("seconds"), NoGil());
    machine.def(
        "region_latency", [](int threads, double s) { return pair_of(region_latency(threads, s)); }, py::arg("threads"),
        py::arg("seconds"), NoGil());
    machine.def(
        "barrier_latency", [](int threads, double s) { return pair_of(barrier_latency(threads, s)); }, py::arg("threads"),
        py::arg("seconds"), NoGil());
    machine.def(
        "wake_latency", [](int threads, double s) { return pair_of(wake_latency(threads, s)); }, py::arg("threads"),
        py::arg("seconds"), NoGil());
    machine.def(
        "page_latency",
        [](bool huge, double s) {
            const PageLatency p = page_latency(huge, s);
            return std::pair{pair_of(p.touch), p.page_bytes};
        },
        py::arg("huge"), py::arg("seconds"), NoGil());
}

}  // namespace mlmath::bindings
