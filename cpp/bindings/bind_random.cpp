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

#include "kernels/random/engines/philox/philox.hpp"
#include "kernels/random/engines/threefry/threefry.hpp"

namespace mlmath::bindings {
namespace {

using Words4 = std::array<std::uint64_t, 4>;

Engine engine_named(const std::string& name) {
    if (name == "XBlock") return Engine::xblock;
    if (name == "Philox") return Engine::philox;
    if (name == "Threefry") return Engine::threefry;
    throw py::value_error("no engine is called " + name);
}

StreamKey key_of(Engine engine, const Words4& key, const Words4& counter, std::uint64_t jump) {
    const std::uint64_t words[4] = {key[0], key[1], key[2], key[3]};
    if (engine == Engine::xblock) return {{words[0], words[1], words[2], words[3]}, jump};
    return counter_stream_key(engine, words, {counter[0], counter[1], counter[2], counter[3]});
}

py::capsule new_stream(const std::string& engine) {
    auto handle = std::make_unique<StreamHandle>(key_of(engine_named(engine), {}, {}, 0));
    py::capsule capsule(handle.get(), stream_capsule,
                        [](PyObject* object) { delete static_cast<StreamHandle*>(PyCapsule_GetPointer(object, stream_capsule)); });
    handle.release();
    return capsule;
}

// NumPy calls these under the bit generator's lock, often without the GIL.
std::uint64_t next_uint64(void* state) { return static_cast<StreamHandle*>(state)->stream.next_word(); }
std::uint32_t next_uint32(void* state) { return static_cast<StreamHandle*>(state)->stream.next_half(); }
double next_double(void* state) { return static_cast<double>(next_uint64(state) >> 11) * 0x1p-53; }

// NumPy copies the structure into every Generator, so the pointers are final: the handle does not move.
void attach_stream(const py::capsule& numpy_capsule, const py::capsule& stream, const py::object& lock) {
    auto* interface = static_cast<bitgen_t*>(PyCapsule_GetPointer(numpy_capsule.ptr(), "BitGenerator"));
    if (interface == nullptr) throw py::error_already_set();
    StreamHandle& handle = stream_of(stream);
    handle.acquire = Reference(py::object(lock.attr("acquire")).release().ptr());
    handle.release = Reference(py::object(lock.attr("release")).release().ptr());
    interface->state = &handle;
    interface->next_uint64 = next_uint64;
    interface->next_uint32 = next_uint32;
    interface->next_double = next_double;
    interface->next_raw = next_uint64;
}

py::tuple stream_state(const py::capsule& stream) {
    const WordStream& s = stream_of(stream).stream;
    const auto& k = s.key().engine == Engine::xblock ? s.key().key : s.key().counter_key;
    const auto& c = s.key().counter;
    return py::make_tuple(Words4{k[0], k[1], k[2], k[3]}, Words4{c[0], c[1], c[2], c[3]}, s.key().jump, s.position().word,
                          s.position().half, s.kept().valid, s.kept().value, static_cast<int>(s.use()));
}

void set_stream_state(const py::capsule& stream, const Words4& key, const Words4& counter, std::uint64_t jump, std::uint64_t word,
                      bool half, bool kept, std::uint32_t kept_half, int use) {
    if (use < 0 || use >= unit_uses) throw py::value_error("stream_set_state: use must be a number of UnitUse");
    StreamHandle& handle = stream_of(stream);
    handle.stream.set(key_of(handle.stream.key().engine, key, counter, jump), {word, half}, {kept, kept_half},
                      static_cast<UnitUse>(use));
    handle.unit_cache.valid = false;
}

Words4 counter_block(const std::string& engine, const Words4& key, const Words4& counter) {
    std::uint64_t step[xblock_lanes];
    const auto words = engine_named(engine) == Engine::threefry ? threefry_words : philox_words;
    words({key[0], key[1], key[2], key[3]}, {counter[0], counter[1], counter[2], counter[3]}, 1, step);
    return {step[0], step[1], step[2], step[3]};
}

}  // namespace

void bind_random(py::module_& module) {
    module.def("stream_new", new_stream, py::arg("engine"));
    module.def("stream_attach", attach_stream, py::arg("capsule"), py::arg("stream"), py::arg("lock"));
    module.def("stream_state", stream_state, py::arg("stream"));
    module.def("stream_set_state", set_stream_state, py::arg("stream"), py::arg("key"), py::arg("counter"), py::arg("jump"),
               py::arg("word"), py::arg("half"), py::arg("kept"), py::arg("kept_half"), py::arg("use"));
    module.def("stream_leave_unit", [](const py::capsule& stream) { stream_of(stream).stream.leave_unit(); }, py::arg("stream"));
    module.def("counter_block", counter_block, py::arg("engine"), py::arg("key"), py::arg("counter"));
    module.def("dirichlet_rows", dirichlet_rows, py::arg("stream"), py::arg("alpha"), py::arg("out"));
    module.def("draw_arrays", draw_arrays, py::arg("stream"), py::arg("name"), py::arg("parameters"), py::arg("out"));
    module.def("draw_multinomial", draw_multinomial, py::arg("stream"), py::arg("n"), py::arg("p"), py::arg("out"));
    module.def("count_table", count_table, py::arg("name"), py::arg("first"), py::arg("second") = 0.0);
    module.def("negative_binomial_has_table", negative_binomial_has_table, py::arg("n"), py::arg("p"));
    module.def("elements_of_words", elements_of_words, py::arg("name"), py::arg("words"), py::arg("parameters"), py::arg("type"));
    bind_multivariate(module);
    module.def("permute_in_buckets", permute_in_buckets, py::arg("stream"), py::arg("array"), py::arg("bits"), py::arg("items"));
    module.def("install_generator_methods", install_generator_methods, py::arg("cls"), py::arg("docs"), py::arg("general"));
    bind_random_choice(module);
}

}  // namespace mlmath::bindings
