// SPDX-License-Identifier: BSD-3-Clause
// The stream as a NumPy bit generator: its state, and the five fields of NumPy's C interface.
#include "bindings/bind_random.hpp"

#include <numpy/random/bitgen.h>
#include <pybind11/stl.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace mlmath::bindings {
namespace {

XBlockHandle& handle_of(const py::capsule& capsule) {
    auto* handle = static_cast<XBlockHandle*>(PyCapsule_GetPointer(capsule.ptr(), xblock_capsule));
    if (handle == nullptr) throw py::error_already_set();
    return *handle;
}

using Words4 = std::array<std::uint64_t, 4>;

StreamKey key_of(const Words4& key, std::uint64_t jump) { return {{key[0], key[1], key[2], key[3]}, jump}; }

py::capsule new_stream(const Words4& key) {
    auto handle = std::make_unique<XBlockHandle>(key_of(key, 0));
    py::capsule capsule(handle.get(), xblock_capsule,
                        [](PyObject* object) { delete static_cast<XBlockHandle*>(PyCapsule_GetPointer(object, xblock_capsule)); });
    handle.release();
    return capsule;
}

// NumPy calls these under the bit generator's lock, often without the GIL.
std::uint64_t next_uint64(void* state) { return static_cast<XBlockHandle*>(state)->stream.next_word(); }
std::uint32_t next_uint32(void* state) { return static_cast<XBlockHandle*>(state)->stream.next_half(); }
double next_double(void* state) { return static_cast<double>(next_uint64(state) >> 11) * 0x1p-53; }

// NumPy copies the structure into every Generator, so the pointers are final: the handle does not move.
void attach_stream(const py::capsule& numpy_capsule, const py::capsule& stream, const py::object& lock) {
    auto* interface = static_cast<bitgen_t*>(PyCapsule_GetPointer(numpy_capsule.ptr(), "BitGenerator"));
    if (interface == nullptr) throw py::error_already_set();
    XBlockHandle& handle = handle_of(stream);
    handle.acquire = Reference(py::object(lock.attr("acquire")).release().ptr());
    handle.release = Reference(py::object(lock.attr("release")).release().ptr());
    interface->state = &handle;
    interface->next_uint64 = next_uint64;
    interface->next_uint32 = next_uint32;
    interface->next_double = next_double;
    interface->next_raw = next_uint64;
}

py::tuple stream_state(const py::capsule& stream) {
    const XBlockStream& s = handle_of(stream).stream;
    const auto& k = s.key().key;
    return py::make_tuple(Words4{k[0], k[1], k[2], k[3]}, s.key().jump, s.position().word, s.position().half);
}

void set_stream_state(const py::capsule& stream, const Words4& key, std::uint64_t jump, std::uint64_t word, bool half) {
    XBlockHandle& handle = handle_of(stream);
    handle.stream.set(key_of(key, jump), {word, half});
    handle.unit_cache.valid = false;
}

}  // namespace

void bind_random(py::module_& module) {
    module.def("xblock_new", new_stream, py::arg("key"));
    module.def("xblock_attach", attach_stream, py::arg("capsule"), py::arg("stream"), py::arg("lock"));
    module.def("xblock_state", stream_state, py::arg("stream"));
    module.def("xblock_set_state", set_stream_state, py::arg("stream"), py::arg("key"), py::arg("jump"), py::arg("word"),
               py::arg("half"));
    module.def("draw_arrays", draw_arrays, py::arg("stream"), py::arg("name"), py::arg("parameters"), py::arg("out"));
    module.def("draw_multinomial", draw_multinomial, py::arg("stream"), py::arg("n"), py::arg("p"), py::arg("out"));
    module.def("count_table", count_table, py::arg("name"), py::arg("first"), py::arg("second") = 0.0);
    module.def("negative_binomial_has_table", negative_binomial_has_table, py::arg("n"), py::arg("p"));
    module.def("elements_of_words", elements_of_words, py::arg("name"), py::arg("words"), py::arg("parameters"), py::arg("type"));
    module.def("install_generator_methods", install_generator_methods, py::arg("cls"), py::arg("docs"), py::arg("general"));
}

}  // namespace mlmath::bindings
