// SPDX-License-Identifier: BSD-3-Clause
// Instruction sets: what this CPU has, what is active, and switching it.
#include <pybind11/stl.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "bindings/module.hpp"
#include "kernels/blas/dot/dot_chunk.hpp"
#include "simd/dispatch.hpp"

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

}  // namespace

void bind_system(py::module_& module) {
    module.def("isa", [] { return level_name(active_level()); });
    module.def("isa_source", level_source);
    module.def("available_isas", available_isas);
    module.def("set_isa", set_isa, py::arg("name"));
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
