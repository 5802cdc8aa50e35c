// SPDX-License-Identifier: BSD-3-Clause
// integers, bytes, bernoulli.
#include <iterator>
#include <limits>

#include "bindings/bind_random_draw.hpp"
#include "core/thread_pool.hpp"
#include "kernels/random/distributions/bernoulli/bernoulli.hpp"
#include "kernels/random/distributions/integers/integers.hpp"
#include "kernels/random/distributions/integers/integers_textbook.hpp"
#include "kernels/random/draw/draw.hpp"

namespace mlmath::bindings {
namespace {

__extension__ typedef __int128 int128;  // holds every bound: of int64, of uint64, and 2^64

struct IntegerType {
    int number, bytes;
    int128 least, largest;
    bool of_python = false;  // a single number is an int or a bool
};

template <class T>
constexpr IntegerType integer_type(int number, bool of_python = false) {
    return {number, sizeof(T), std::numeric_limits<T>::min(), std::numeric_limits<T>::max(), of_python};
}

bool plain_integer_type(PyObject* slot, IntegerType& type) {
    if (slot == reinterpret_cast<PyObject*>(&PyLong_Type)) {
        type = integer_type<std::int64_t>(NPY_LONG, true);
        return true;
    }
    if (slot == reinterpret_cast<PyObject*>(&PyBool_Type)) {
        type = integer_type<bool>(NPY_BOOL, true);
        return true;
    }
    static constexpr IntegerType types[] = {
        integer_type<std::int64_t>(NPY_LONG),    integer_type<std::uint64_t>(NPY_ULONG), integer_type<std::int32_t>(NPY_INT),
        integer_type<std::uint32_t>(NPY_UINT),   integer_type<std::uint8_t>(NPY_UBYTE),  integer_type<std::int8_t>(NPY_BYTE),
        integer_type<std::uint16_t>(NPY_USHORT), integer_type<std::int16_t>(NPY_SHORT),  integer_type<bool>(NPY_BOOL)};
    const int number = slot == nullptr ? static_cast<int>(NPY_LONG) : plain_type(slot);
    for (const IntegerType& known : types)
        if (known.number == number) {
            type = known;
            return true;
        }
    return false;
}

// A Python int or NumPy integer that fits int64 or uint64.
bool plain_bound(PyObject* slot, int128& value) {
    std::int64_t whole;
    bool is_large;
    if (!plain_integer(slot, whole, is_large)) return false;
    value = is_large ? static_cast<int128>(static_cast<std::uint64_t>(whole)) : static_cast<int128>(whole);
    return true;
}

// Elements of 1 and 2 bytes come in items of one word; what is left of the last one is dropped.
bool draw_items(StreamHandle& handle, const IntegerLaw& law, void* out, std::ptrdiff_t n) {
    const std::ptrdiff_t items = (n - 1) / law.per_item() + 1, rest = n - (items - 1) * law.per_item();
    if (n == 0 || rest == law.per_item()) return draw_into(handle, law, out, n == 0 ? 0 : items);
    alignas(64) unsigned char last[1024 * 8];  // as many words as draw_into takes from the moving reader
    auto* bytes = static_cast<unsigned char*>(out);
    if (items <= 1024) {
        if (!draw_into(handle, law, last, items)) return false;
        std::memcpy(bytes, last, static_cast<std::size_t>(n * law.element_bytes));
        return true;
    }
    const Reservation taken = reserve(handle, static_cast<std::uint64_t>(items), law.halves, law.use);
    if (!taken.ok) return false;
    const GilRelease release(items > 8192);
    draw(taken.key, taken.start, out, items - 1, law, num_threads());
    draw_serial(taken.key, advanced(taken.start, items - 1, law.halves), last, 1, law);
    std::memcpy(bytes + (items - 1) * law.item_bytes, last, static_cast<std::size_t>(rest * law.element_bytes));
    return true;
}

// One number: the words that the element of a draw of one would take.
bool draw_number(StreamHandle& handle, int bytes, std::uint64_t low, std::uint64_t last, std::uint64_t& value) {
    const std::uint64_t span = last - low + 1;
    const int bits = textbook::integer_bits(bytes, span);
    if (bits == 128) {  // its two words do not follow each other
        static constexpr char identity = 0;
        LawIdentity law = {&identity, {}};
        std::memcpy(law.parameters, &low, sizeof low);
        std::memcpy(law.parameters + 1, &last, sizeof last);
        return draw_one(handle, IntegerLaw(bytes, low, last), law, &value);
    }
    const StreamLock lock(handle);
    if (!lock) return false;
    WordStream& stream = handle.stream;
    if (bytes >= 4 && bits == 32) {
        const StreamPosition place = stream.position();
        value = textbook::integer(stream.key(), place.word, place.half ? 1 : 0, stream.next_half(), low, span, bits);
    } else {
        const std::uint64_t word = stream.next_word();
        value = textbook::integer(stream.key(), stream.position().word - 1, 0, textbook::piece_of(word, bits, 0), low, span, bits);
    }
    return true;
}

PyObject* numpy_scalar(void* element, int type) {
    const Reference descriptor(reinterpret_cast<PyObject*>(PyArray_DescrFromType(type)));
    return PyArray_Scalar(element, reinterpret_cast<PyArray_Descr*>(descriptor.get()), nullptr);
}

// An array of this type for n elements: `out`, or a new one of this size. Empty when the general case has to look at them, with an
// exception set or not.
Reference plain_result(PyObject* size, PyObject* out, int type) {
    if (given(out)) return given(size) || !plain_out(out, type) ? Reference() : Reference::borrow(out);
    PlainShape shape;
    if (!shape.plain(size)) return Reference();
    return Reference(PyArray_SimpleNew(shape.dimensions, shape.extents, type));
}

PyObject* integers(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<6> names = {"integers", {"low", "high", "size", "dtype", "endpoint", "out"}, 0, 5, 1};
        PyObject* slots[6];
        if (!names.parse(args, nargs, keyword_names, slots)) return nullptr;
        const auto [low_slot, high_slot, size, dtype, endpoint, out] = slots;
        StreamHandle* handle = handle_of(self);
        IntegerType type;
        int128 low = 0, last;
        const bool closed = endpoint == Py_True, one_bound = !given(high_slot);
        if (handle != nullptr && (endpoint == nullptr || closed || endpoint == Py_False) && plain_integer_type(dtype, type) &&
            (one_bound || plain_bound(low_slot, low)) && plain_bound(one_bound ? low_slot : high_slot, last)) {
            last -= closed ? 0 : 1;
            if (type.least <= low && low <= last && last <= type.largest) {
                const auto low_bits = static_cast<std::uint64_t>(low), last_bits = static_cast<std::uint64_t>(last);
                if (!given(size) && !given(out)) {
                    std::uint64_t value = 0;
                    if (!draw_number(*handle, type.bytes, low_bits, last_bits, value)) return nullptr;
                    if (!type.of_python) return numpy_scalar(&value, type.number);
                    return type.number == NPY_BOOL ? PyBool_FromLong(static_cast<long>(value))
                                                   : PyLong_FromLongLong(static_cast<std::int64_t>(value));
                }
                Reference result = plain_result(size, out, type.number);
                if (result) {
                    const IntegerLaw law(type.bytes, low_bits, last_bits);
                    const npy_intp n = PyArray_SIZE(result.array());
                    return draw_items(*handle, law, PyArray_DATA(result.array()), n) ? result.release() : nullptr;
                }
                if (PyErr_Occurred()) return nullptr;
            }
        }
        return general_case("integers", self, args, nargs, keyword_names);
    });
}

const LawOfArrays* integers_of_type(int type) {
    switch (type) {
        case NPY_BOOL:
        case NPY_BYTE:
        case NPY_UBYTE:
            return &integers_of_arrays(1);
        case NPY_SHORT:
        case NPY_USHORT:
            return &integers_of_arrays(2);
        case NPY_INT:
        case NPY_UINT:
            return &integers_of_arrays(4);
        case NPY_LONG:
        case NPY_ULONG:
            return &integers_of_arrays(8);
        default:
            return nullptr;
    }
}

PyObject* bytes(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<1> names = {"bytes", {"length"}, 0, 1, 1};
        PyObject* slots[1];
        if (!names.parse(args, nargs, keyword_names, slots)) return nullptr;
        StreamHandle* handle = handle_of(self);
        PlainShape length;
        if (handle == nullptr || !length.take(slots[0])) return general_case("bytes", self, args, nargs, keyword_names);
        Reference result(PyBytes_FromStringAndSize(nullptr, length.extents[0]));
        if (!result || length.extents[0] == 0) return result.release();
        return draw_items(*handle, IntegerLaw(1, 0, 255), PyBytes_AS_STRING(result.get()), length.extents[0]) ? result.release()
                                                                                                              : nullptr;
    });
}

bool plain_truth_type(PyObject* slot, int& type) {
    if (slot == nullptr || slot == reinterpret_cast<PyObject*>(&PyBool_Type) ||
        slot == reinterpret_cast<PyObject*>(&PyBoolArrType_Type))
        type = NPY_BOOL;
    else if (slot == reinterpret_cast<PyObject*>(&PyUByteArrType_Type))
        type = NPY_UBYTE;
    else if (slot == reinterpret_cast<PyObject*>(&PyFloatArrType_Type))
        type = NPY_FLOAT;
    else if (slot == reinterpret_cast<PyObject*>(&PyDoubleArrType_Type))
        type = NPY_DOUBLE;
    else
        return false;
    return true;
}

template <class T>
PyObject* draw_bernoulli(StreamHandle& handle, double p, int type, PyObject* size, PyObject* out) {
    static constexpr char identity = 0;
    const BernoulliLaw<T> law(p);
    if (given(size) || given(out)) {
        Reference result = plain_result(size, out, type);
        if (!result) return nullptr;
        return draw_into(handle, law, PyArray_DATA(result.array()), PyArray_SIZE(result.array())) ? result.release() : nullptr;
    }
    T element;
    if (!draw_one(handle, law, {&identity, {p}}, &element)) return nullptr;
    if (type == NPY_BOOL) return PyBool_FromLong(element != 0);
    return type == NPY_UBYTE ? numpy_scalar(&element, type) : PyFloat_FromDouble(static_cast<double>(element));
}

PyObject* bernoulli(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<4> names = {"bernoulli", {"p", "size", "dtype", "out"}, 0, 4, 1};
        PyObject* slots[4];
        if (!names.parse(args, nargs, keyword_names, slots)) return nullptr;
        StreamHandle* handle = handle_of(self);
        double p = 0;
        int type = NPY_BOOL;
        if (handle != nullptr && plain_parameter(slots[0], p) && p >= 0 && p <= 1 && plain_truth_type(slots[2], type)) {
            PyObject* drawn = type == NPY_FLOAT    ? draw_bernoulli<float>(*handle, p, type, slots[1], slots[3])
                              : type == NPY_DOUBLE ? draw_bernoulli<double>(*handle, p, type, slots[1], slots[3])
                                                   : draw_bernoulli<std::uint8_t>(*handle, p, type, slots[1], slots[3]);
            if (drawn != nullptr || PyErr_Occurred()) return drawn;
        }
        return general_case("bernoulli", self, args, nargs, keyword_names);
    });
}

const LawOfArrays* bernoulli_of_type(int type) {
    return type == NPY_BOOL || type == NPY_UBYTE ? &bernoulli_of_arrays<std::uint8_t>()
           : type == NPY_FLOAT                   ? &bernoulli_of_arrays<float>()
           : type == NPY_DOUBLE                  ? &bernoulli_of_arrays<double>()
                                                 : nullptr;
}

const RandomMethod methods[] = {{fast_method("integers", integers), integers_of_type},
                                {fast_method("bytes", bytes), nullptr},
                                {fast_method("bernoulli", bernoulli), bernoulli_of_type}};

}  // namespace

extern const RandomMethods integer_methods;
const RandomMethods integer_methods = {methods, std::size(methods)};

}  // namespace mlmath::bindings
