// SPDX-License-Identifier: BSD-3-Clause
// Instruction sets: what this CPU has, what is active, and switching it.
#include <pybind11/stl.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "bindings/module.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/dot/dot_chunk.hpp"
#include "simd/dispatch.hpp"
#include "simd/int8_unit.hpp"

namespace mlmath::bindings {
namespace {

std::vector<std::string> available_isas() {
    std::vector<std::string> names;
    for (int i = 0; i < level_count; ++i)
        if (cpu_supports(static_cast<Level>(i))) names.emplace_back(level_name(static_cast<Level>(i)));
    return names;
}

void set_isa(const std::string& name) {
    for (int i = 0; i < level_count; ++i)
        if (name == level_name(static_cast<Level>(i))) return use_level(static_cast<Level>(i));
    std::string known;
    for (const auto& isa : available_isas()) known += (known.empty() ? "" : ", ") + isa;
    throw std::invalid_argument("use_isa: name must be one of " + known + "; got '" + name + "'");
}

std::vector<std::string> available_int8_units() {
    std::vector<std::string> names;
    for (int i = 0; i < static_cast<int>(Int8Unit::count); ++i)
        if (supports_int8_unit(static_cast<Int8Unit>(i))) names.emplace_back(int8_unit_name(static_cast<Int8Unit>(i)));
    return names;
}

void set_int8_unit(const std::string& name) {
    std::string known;
    for (int i = 0; i < static_cast<int>(Int8Unit::count); ++i) {
        if (name == int8_unit_name(static_cast<Int8Unit>(i))) return use_int8_unit(static_cast<Int8Unit>(i));
        known += (known.empty() ? "" : ", ") + std::string(int8_unit_name(static_cast<Int8Unit>(i)));
    }
    throw std::invalid_argument("use_int8_unit: name must be one of " + known + "; got '" + name + "'");
}

}  // namespace

void bind_system(py::module_& module) {
    module.def("isa", [] { return level_name(active_level()); });
    module.def("isa_source", level_source);
    module.def("available_isas", available_isas);
    module.def("set_isa", set_isa, py::arg("name"));
    module.def("workspace_bytes", workspace_bytes_kept);
    module.def("trim_workspace", trim_workspace);
    module.def("int8_unit", [] { return int8_unit_name(active_int8_unit()); });
    module.def("int8_unit_source", int8_unit_source);
    module.def("available_int8_units", available_int8_units);
    module.def("set_int8_unit", set_int8_unit, py::arg("name"));
    module.def("_int8_choice", [] { return std::pair{int8_choice().unit, int8_choice().source}; });
    module.def(
        "_restore_int8_choice", [](int unit, int source) { restore_int8_choice({unit, source}); }, py::arg("unit"),
        py::arg("source"));
    module.def("why_no_amx", why_no_amx);
    module.def("cpu_name", cpu_name);
    module.def("_dot_level", dot_level);  // compiled into the unit that runs: tests compare it with what they forced
    module.attr("__compiler__") =
#if defined(__clang__)
        "Clang " __clang_version__;
#else
        "GCC " __VERSION__;
#endif
}

}  // namespace mlmath::bindings
