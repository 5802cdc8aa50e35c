// SPDX-License-Identifier: BSD-3-Clause
// Plain arguments of Generator's methods, and draws of one, few and many elements.
#include "bindings/bind_random_draw.hpp"

#include <algorithm>

#include "core/thread_pool.hpp"
#include "kernels/random/draw/draw.hpp"

namespace mlmath::bindings {

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

// The same for array parameters. Arithmetic: 256 elements are at most 1024 words.
constexpr std::ptrdiff_t few_elements = 256;

bool draw_few(StreamHandle& handle, const LawOfArrays& law, const BroadcastParameters& parameters, unsigned char* out,
              std::ptrdiff_t n) {
    const int steps_per_unit = unit_steps(law.halves), per_unit = unit_elements(law.halves);
    constexpr std::ptrdiff_t room = few_elements + 2 * 32;  // and parts of a unit at both ends
    alignas(64) std::uint64_t words[room * 4];
    alignas(64) unsigned char values[room * 8];
    alignas(64) double tiles[max_draw_parameters][room];
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
    double* to[max_draw_parameters];
    const double* pointers[max_draw_parameters] = {};
    for (int k = 0; k < parameters.count; ++k) pointers[k] = to[k] = tiles[k];
    gather_parameters(parameters, n, -place.lane, units * per_unit, to);
    const std::ptrdiff_t units_at_a_time = tile_steps / steps_per_unit;
    for (std::ptrdiff_t done = 0; done < units;) {
        const std::ptrdiff_t now = std::min(units - done, units_at_a_time);
        law.convert(key, place.unit + static_cast<std::uint64_t>(done), words + done * steps_per_unit * xblock_lanes, now,
                    values + done * per_unit * law.item_bytes, pointers);
        for (int k = 0; k < parameters.count; ++k) pointers[k] += now * per_unit;
        done += now;
    }
    std::memcpy(out, values + place.lane * law.item_bytes, static_cast<std::size_t>(n * law.item_bytes));
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

bool draw_into(StreamHandle& handle, const LawOfArrays& law, const BroadcastParameters& parameters, void* out, std::ptrdiff_t n) {
    if (n == 0) return true;
    if (n <= few_elements) return draw_few(handle, law, parameters, static_cast<unsigned char*>(out), n);
    const Reservation taken = reserve(handle, static_cast<std::uint64_t>(n), law.halves, law.use);
    if (!taken.ok) return false;
    const GilRelease release(n > 4096);
    draw(taken.key, taken.start, out, n, law, parameters, num_threads());
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

namespace {

// Whether numbers of shape `parameters` can be broadcast to `shape`, leaving it as it is.
bool fits(const PlainShape& parameters, const PlainShape& shape) {
    const int missing = shape.dimensions - parameters.dimensions;
    if (missing < 0) return false;
    for (int d = 0; d < parameters.dimensions; ++d)
        if (parameters.extents[d] != 1 && parameters.extents[d] != shape.extents[d + missing]) return false;
    return true;
}

// Where elements go: `out`, or a new array of `size`, or of the parameters' shape. Handled::no: the general case has to look.
Handled new_or_out(PyObject* size, PyObject* out, int type, const PlainShape* parameters, Reference& array, PlainShape& shape) {
    if (given(out)) {
        if (given(size) || !plain_out(out, type)) return Handled::no;
        array = Reference::borrow(out);
        shape.dimensions = PyArray_NDIM(array.array());
        std::copy_n(PyArray_DIMS(array.array()), shape.dimensions, shape.extents);
        return parameters == nullptr || fits(*parameters, shape) ? Handled::yes : Handled::no;
    }
    if (!given(size))
        shape = *parameters;
    else if (!shape.plain(size) || (parameters != nullptr && (!fits(*parameters, shape) || shape.dimensions > 32)))
        return Handled::no;  // NumPy's generators broadcast up to 32 dimensions
    array = Reference(PyArray_SimpleNew(shape.dimensions, shape.extents, type));
    return Handled::yes;
}

}  // namespace

Handled draw_plain(StreamHandle& handle, const Law& law, int type, const LawIdentity& identity, PyObject* size, PyObject* out,
                   Reference& result, const PlainShape* parameters) {
    if (!given(out) && !given(size) && parameters == nullptr) {
        alignas(8) unsigned char element[8];
        if (draw_one(handle, law, identity, element)) result = Reference(python_number(element, type));
        return Handled::yes;
    }
    PlainShape shape;
    Reference array;
    if (new_or_out(size, out, type, parameters, array, shape) == Handled::no) return Handled::no;
    if (array &&
        draw_into(handle, law, PyArray_DATA(array.array()), PyArray_SIZE(array.array()), given(out) ? Memory::used : Memory::fresh))
        result = std::move(array);
    return Handled::yes;
}

bool ArrayParameters::take(const LawSignature& signature, const LawCall& call) {
    count_ = signature.count;
    for (int k = 0; k < count_; ++k) {
        PyObject* slot = call.slots[k];
        const bool counted = signature.counted && k == 0;
        numbers_[k] = signature.defaults[k];
        std::int64_t whole;
        bool is_large;
        if (counted ? plain_integer(slot, whole, is_large) && !is_large && plain_parameter(slot, numbers_[k])
                    : plain_parameter(slot, numbers_[k]))
            continue;
        const npy_intp* extents;
        int dimensions = 1;
        npy_intp length;
        if (PyArray_CheckExact(slot)) {
            auto* array = reinterpret_cast<PyArrayObject*>(slot);
            const int type = PyArray_TYPE(array);
            const bool fit =
                PyTypeNum_ISSIGNED(type) || (!counted && (PyTypeNum_ISUNSIGNED(type) || type == NPY_DOUBLE || type == NPY_FLOAT));
            if (!fit || PyArray_NDIM(array) == 0 || PyArray_NDIM(array) > 32) return false;
            arrays_[k] = as_plain(slot, NPY_DOUBLE, true);
            if (!arrays_[k]) {
                PyErr_Clear();
                return false;
            }
            extents = PyArray_DIMS(array), dimensions = PyArray_NDIM(array);
        } else if (PyList_CheckExact(slot) || PyTuple_CheckExact(slot)) {
            length = PySequence_Fast_GET_SIZE(slot), extents = &length;
            arrays_[k] = Reference(PyArray_SimpleNew(1, &length, NPY_DOUBLE));
            if (!arrays_[k]) {
                PyErr_Clear();
                return false;
            }
            auto* values = static_cast<double*>(PyArray_DATA(arrays_[k].array()));
            for (npy_intp i = 0; i < length; ++i) {
                PyObject* item = PySequence_Fast_GET_ITEM(slot, i);
                if (counted && !(plain_integer(item, whole, is_large) && !is_large)) return false;
                if (!plain_parameter(item, values[i])) return false;
            }
        } else {
            return false;
        }
        // Broadcasting: right-aligned.
        const int together = std::max(dimensions, shape_.dimensions);
        for (int d = 1; d <= together; ++d) {
            const npy_intp mine = d <= shape_.dimensions ? shape_.extents[shape_.dimensions - d] : 1;
            const npy_intp other = d <= dimensions ? extents[dimensions - d] : 1;
            if (mine != other && mine != 1 && other != 1) return false;
        }
        PlainShape both;
        both.dimensions = together;
        for (int d = 1; d <= together; ++d) {
            const npy_intp mine = d <= shape_.dimensions ? shape_.extents[shape_.dimensions - d] : 1;
            const npy_intp other = d <= dimensions ? extents[dimensions - d] : 1;
            both.extents[together - d] = mine == 1 ? other : mine;
        }
        shape_ = both;
    }
    return true;
}

bool ArrayParameters::one_law(double* parameters) const {
    for (int k = 0; k < count_; ++k) {
        if (arrays_[k] && PyArray_SIZE(arrays_[k].array()) != 1) return false;
        parameters[k] = arrays_[k] ? *static_cast<const double*>(PyArray_DATA(arrays_[k].array())) : numbers_[k];
    }
    return true;
}

bool ArrayParameters::broadcast_to(const PlainShape& shape, BroadcastParameters& broadcast) const {
    if (shape.dimensions > max_draw_dimensions) return false;
    broadcast.dimensions = shape.dimensions, broadcast.count = count_;
    std::copy_n(shape.extents, shape.dimensions, broadcast.extents);
    for (int k = 0; k < count_; ++k) {
        std::fill_n(broadcast.strides[k], shape.dimensions, 0);
        broadcast.data[k] = &numbers_[k];
        if (!arrays_[k]) continue;
        PyArrayObject* array = arrays_[k].array();
        broadcast.data[k] = static_cast<const double*>(PyArray_DATA(array));
        const int missing = shape.dimensions - PyArray_NDIM(array);
        for (int d = 0; d < PyArray_NDIM(array); ++d)
            if (PyArray_DIM(array, d) != 1)
                broadcast.strides[k][d + missing] = PyArray_STRIDE(array, d) / static_cast<npy_intp>(sizeof(double));
    }
    return true;
}

// Every combination that the parameters' own shape holds, a tile at a time.
bool ArrayParameters::valid(bool (*of_one)(const double*)) const {
    BroadcastParameters broadcast;
    if (!broadcast_to(shape_, broadcast)) return false;
    std::ptrdiff_t n = 1;
    for (int d = 0; d < shape_.dimensions; ++d) n *= shape_.extents[d];
    if (n == 0) return false;  // no combination to try: the general case tries each parameter, as NumPy does
    constexpr std::ptrdiff_t tile = 256;
    double tiles[max_law_parameters][tile];
    double* to[max_law_parameters] = {tiles[0], tiles[1], tiles[2]};
    for (std::ptrdiff_t first = 0; first < n; first += tile) {
        const std::ptrdiff_t now = std::min(tile, n - first);
        gather_parameters(broadcast, n, first, now, to);
        for (std::ptrdiff_t i = 0; i < now; ++i) {
            double parameters[max_law_parameters] = {};
            for (int k = 0; k < count_; ++k) parameters[k] = tiles[k][i];
            if (!of_one(parameters)) return false;
        }
    }
    return true;
}

Handled ArrayParameters::draw(StreamHandle& handle, const LawOfArrays& law, int type, PyObject* size, PyObject* out,
                              Reference& result) const {
    PlainShape shape;
    Reference array;
    if (new_or_out(size, out, type, &shape_, array, shape) == Handled::no) return Handled::no;
    if (!array) return Handled::yes;
    if (given(out))  // elements are written in another order than parameters may be read in
        for (int k = 0; k < count_; ++k)
            if (arrays_[k] && may_share_memory(arrays_[k].array(), array.array())) return Handled::no;
    BroadcastParameters broadcast;
    if (!PyArray_ISCARRAY(array.array()) || !broadcast_to(shape, broadcast)) return Handled::no;
    if (draw_into(handle, law, broadcast, PyArray_DATA(array.array()), PyArray_SIZE(array.array()))) result = std::move(array);
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
    PyObject* given_slots[most];
    if (!names.parse(args, nargs, keyword_names, given_slots)) return false;
    plain = true;
    for (int i = 0; i < max_law_parameters; ++i) {
        slots[i] = i < count ? given_slots[i] : nullptr;
        parameters[i] = i < count ? signature.defaults[i] : 0.0;
        if (i < count) plain = plain && plain_parameter(slots[i], parameters[i]);
    }
    size = given_slots[count];
    dtype = signature.integer ? nullptr : given_slots[count + 1];
    out = given_slots[count + more - 1];
    return true;
}

}  // namespace mlmath::bindings
