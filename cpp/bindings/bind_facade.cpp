// SPDX-License-Identifier: BSD-3-Clause
// Docstrings of the METH_FASTCALL functions live in Python (`_facade.py`) and are attached here at import.
#include <cstring>

#include "bindings/module.hpp"

namespace mlmath::bindings {
namespace {

// The method definition keeps a pointer to its text; the text is copied once and lives as long as the process.
void set_doc(py::handle function, const std::string& text) {
    if (!PyCFunction_Check(function.ptr())) throw py::type_error("set_doc: function must be a built-in function");
    auto* definition = reinterpret_cast<PyCFunctionObject*>(function.ptr())->m_ml;
    char* copy = new char[text.size() + 1];
    std::memcpy(copy, text.c_str(), text.size() + 1);
    definition->ml_doc = copy;
}

}  // namespace

void bind_facade(py::module_& module) { module.def("_set_doc", set_doc, py::arg("function"), py::arg("text")); }

}  // namespace mlmath::bindings
