// SPDX-License-Identifier: BSD-3-Clause
// Plain arguments of Generator's methods, and draws of one, few and many elements.
#include "bindings/bind_random_draw.hpp"

#include <algorithm>

#include "core/thread_pool.hpp"
#include "kernels/random/draw/draw.hpp"

namespace mlmath::bindings {

bool plain_parameter(PyObject* slot, double& value) {
    if (slot == nullptr) return true;
    if (PyFloat_CheckExact(slot)) {
        value = PyFloat_AS_DOUBLE(slot);
        return true;
    }
    if (!PyLong_CheckExact(slot)) return false;
    value = PyLong_AsDouble(slot);
    if (value == -1.0 && PyErr_Occurred()) {
        PyErr_Clear();
        return false;
    }
    return true;
}

bool plain_real_type(PyObject* slot, int& type) {
    if (slot == nullptr || slot == reinterpret_cast<PyObject*>(&PyDoubleArrType_Type))
        type = NPY_DOUBLE;
    else if (slot == reinterpret_cast<PyObject*>(&PyFloatArrType_Type))
        type = NPY_FLOAT;
    else
        return false;
    return true;
}

bool plain_out(PyObject* out, int type) {
    if (!PyArray_Check(out)) return false;
    auto* array = reinterpret_cast<PyArrayObject*>(out);
    return PyArray_TYPE(array) == type && (PyArray_ISCARRAY(array) || PyArray_ISFARRAY(array));
}

bool PlainShape::take(PyObject* item) {
    if (!PyLong_CheckExact(item) || dimensions == NPY_MAXDIMS) return false;
    const Py_ssize_t extent = PyLong_AsSsize_t(item);
    if (extent < 0) {
        PyErr_Clear();
        return false;
    }
    extents[dimensions++] = extent;
    return true;
}

bool PlainShape::plain(PyObject* size) {
    if (!PyTuple_CheckExact(size)) return take(size);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(size); ++i)
        if (!take(PyTuple_GET_ITEM(size, i))) return false;
    return true;
}

namespace {

// Constraint: reaching a place inside a block from its seed costs up to 1 us, and the lock should be held briefly.
// Arithmetic: 1024 words are about 0.3 us. Decision: up to that many are taken from the moving reader, under the lock.
constexpr std::ptrdiff_t small_words = 1024;
constexpr std::ptrdiff_t tile_steps = small_words / xblock_lanes;  // what a law converts at a time

bool draw_few(StreamHandle& handle, const Law& law, unsigned char* out, std::ptrdiff_t n) {
    const int steps_per_unit = unit_steps(law.halves), per_unit = unit_elements(law.halves);
    alignas(64) std::uint64_t words[small_words + 2 * 4 * xblock_lanes];  // and parts of a unit of 4 steps at both ends
    StreamKey key;
    UnitPlace place;
    std::ptrdiff_t units;
    {
        const StreamLock lock(handle);
        if (!lock) return false;
        place = unit_place(handle.stream.reserve(static_cast<std::uint64_t>(n), law.halves, law.use), law.halves);
        key = handle.stream.key();
        units = (place.lane + n - 1) / per_unit + 1;
        handle.stream.copy_steps(place.unit * static_cast<std::uint64_t>(steps_per_unit), units * steps_per_unit, words);
    }
    alignas(64) unsigned char values[2 * small_words * 8];
    const std::ptrdiff_t units_at_a_time = tile_steps / steps_per_unit;
    const std::uint64_t* from = words;
    for (std::ptrdiff_t lane = place.lane; n > 0; lane = 0) {
        const std::ptrdiff_t now = std::min(units, units_at_a_time), taken = std::min(now * per_unit - lane, n);
        law.convert(key, place.unit, from, now, values);
        std::memcpy(out, values + lane * law.item_bytes, static_cast<std::size_t>(taken * law.item_bytes));
        out += taken * law.item_bytes, n -= taken, units -= now;
        place.unit += static_cast<std::uint64_t>(now), from += now * steps_per_unit * xblock_lanes;
    }
    return true;
}

}  // namespace

Reservation reserve(StreamHandle& handle, std::uint64_t n, int halves, UnitUse use) {
    const StreamLock lock(handle);
    if (!lock) return {{}, {}, false};
    const StreamPosition start = handle.stream.reserve(n, halves, use);
    return {handle.stream.key(), start, true};
}

bool draw_into(StreamHandle& handle, const Law& law, void* out, std::ptrdiff_t n, Memory memory) {
    if (n == 0) return true;
    if (n <= small_words * 2 / law.halves) return draw_few(handle, law, static_cast<unsigned char*>(out), n);
    const Reservation taken = reserve(handle, static_cast<std::uint64_t>(n), law.halves, law.use);
    if (!taken.ok) return false;
    // Constraint: giving up and taking the interpreter's lock is worth it from about 20 us on. Arithmetic: 1 to 4 ns per word.
    // Decision: from 8192 words on.
    const GilRelease release(n * law.halves > 2 * 8192);
    draw(taken.key, taken.start, out, n, law, num_threads(), memory);
    return true;
}

bool draw_one(StreamHandle& handle, const Law& law, const LawIdentity& identity, void* out) {
    const StreamLock lock(handle);
    if (!lock) return false;
    const UnitPlace place = unit_place(handle.stream.reserve(1, law.halves, law.use), law.halves);
    UnitCache& cache = handle.unit_cache;
    const bool fits = cache.valid && cache.unit == place.unit && cache.method == identity.method &&
                      cache.item_bytes == law.item_bytes &&
                      std::memcmp(cache.parameters, identity.parameters, sizeof cache.parameters) == 0;
    if (!fits) {
        const int steps = unit_steps(law.halves);
        alignas(64) std::uint64_t words[4 * xblock_lanes];
        cache.valid = false;
        handle.stream.copy_steps(place.unit * static_cast<std::uint64_t>(steps), steps, words);
        law.convert(handle.stream.key(), place.unit, words, 1, cache.values);
        cache.unit = place.unit, cache.method = identity.method, cache.item_bytes = law.item_bytes;
        std::memcpy(cache.parameters, identity.parameters, sizeof cache.parameters);
        cache.valid = true;
    }
    std::memcpy(out, cache.values + place.lane * law.item_bytes, static_cast<std::size_t>(law.item_bytes));
    return true;
}

PyObject* python_number(const void* element, int type) {
    if (type == NPY_DOUBLE) {
        double value;
        std::memcpy(&value, element, sizeof value);
        return PyFloat_FromDouble(value);
    }
    if (type == NPY_FLOAT) {
        float value;
        std::memcpy(&value, element, sizeof value);
        return PyFloat_FromDouble(static_cast<double>(value));
    }
    std::int64_t value;
    std::memcpy(&value, element, sizeof value);
    return PyLong_FromLongLong(value);
}

Handled draw_plain(StreamHandle& handle, const Law& law, int type, const LawIdentity& identity, PyObject* size, PyObject* out,
                   Reference& result) {
    if (given(out)) {
        if (given(size) || !plain_out(out, type)) return Handled::no;
        auto* array = reinterpret_cast<PyArrayObject*>(out);
        if (draw_into(handle, law, PyArray_DATA(array), PyArray_SIZE(array))) result = Reference::borrow(out);
        return Handled::yes;
    }
    if (!given(size)) {
        alignas(8) unsigned char element[8];
        if (draw_one(handle, law, identity, element)) result = Reference(python_number(element, type));
        return Handled::yes;
    }
    PlainShape shape;
    if (!shape.plain(size)) return Handled::no;
    Reference array(PyArray_SimpleNew(shape.dimensions, shape.extents, type));
    if (array && draw_into(handle, law, PyArray_DATA(array.array()), PyArray_SIZE(array.array()), Memory::fresh))
        result = std::move(array);
    return Handled::yes;
}

bool LawCall::parse(const LawSignature& signature, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    constexpr int most = max_law_parameters + 3;
    constexpr const char* none = "\x01";  // no keyword is called so
    const int count = signature.count, more = signature.integer ? 2 : 3;
    Parameters<most> names = {
        signature.name, {none, none, none, none, none, none}, 0, count + (signature.standard ? 3 : 1), signature.required};
    for (int i = 0; i < count; ++i) names.names[i] = signature.parameters[i];
    names.names[count] = "size";
    if (!signature.integer) names.names[count + 1] = "dtype";
    names.names[count + more - 1] = "out";
    PyObject* slots[most];
    if (!names.parse(args, nargs, keyword_names, slots)) return false;
    plain = true;
    for (int i = 0; i < max_law_parameters; ++i) {
        parameters[i] = i < count ? signature.defaults[i] : 0.0;
        if (i < count) plain = plain && plain_parameter(slots[i], parameters[i]);
    }
    size = slots[count];
    dtype = signature.integer ? nullptr : slots[count + 1];
    out = slots[count + more - 1];
    return true;
}

}  // namespace mlmath::bindings
