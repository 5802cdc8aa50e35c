// SPDX-License-Identifier: BSD-3-Clause
// permutation, shuffle, permuted: of plain integers and of contiguous arrays.
#include <vector>

#include "bindings/bind_random_draw.hpp"
#include "core/thread_pool.hpp"
#include "kernels/random/samplers/permutation/permutation.hpp"

namespace mlmath::bindings {
namespace {

// Constraint: giving up and taking the interpreter's lock is worth it from about 20 us on. Arithmetic: about 1 ns an element.
// Decision: from 2^14 elements on.
constexpr std::ptrdiff_t worth_releasing = 1 << 14;

// Takes the words of `draws` orders of n elements. Fails with a Python exception: test `ok`.
struct Taken {
    PermutationDraw draw;
    bool ok;
};
Taken take(StreamHandle& handle, std::ptrdiff_t draws, std::ptrdiff_t n, int bits) {
    const Reservation taken = reserve(handle, static_cast<std::uint64_t>(draws) * permutation_words(n, bits), 2, UnitUse::words);
    return {{taken.key, taken.start.word, bits}, taken.ok};
}

// Few words come from the moving reader, under the lock: reaching a place inside a block costs up to 1 us.
struct SmallDraw {
    PermutationDraw draw = {{}, 0, 0};
    alignas(64) std::uint64_t steps[permutation_small / 2 + 2 * xblock_lanes];
    const std::uint64_t* words = nullptr;

    bool take(StreamHandle& handle, std::uint64_t count) {
        const StreamLock lock(handle);
        if (!lock) return false;
        draw.word = handle.stream.reserve(count, 2, UnitUse::words).word;
        draw.key = handle.stream.key();
        const std::uint64_t first = draw.word / xblock_lanes, lane = draw.word % xblock_lanes;
        handle.stream.copy_steps(first, static_cast<std::ptrdiff_t>((lane + count - 1) / xblock_lanes + 1), steps);
        words = steps + lane;
        return true;
    }
};

bool indices_into(StreamHandle& handle, std::int64_t* out, std::ptrdiff_t n, int bits) {
    if (n < 2) {
        if (n == 1) out[0] = 0;
        return true;
    }
    if (bits == 0 && n <= permutation_small) {
        SmallDraw small;
        if (!small.take(handle, permutation_words(n, 0))) return false;
        permutation_small_indices(small.draw, small.words, out, n);
        return true;
    }
    const Taken taken = take(handle, 1, n, bits);
    if (!taken.ok) return false;
    const GilRelease release(n >= worth_releasing);
    permutation_indices(taken.draw, out, n, num_threads());
    return true;
}

// Items of `from` into `to` (which may be the same). Whoever has objects keeps the interpreter's lock: nobody may look at them
// while some are in two places.
bool items_into(StreamHandle& handle, const void* from, void* to, std::ptrdiff_t n, std::ptrdiff_t item_bytes, int bits,
                bool objects) {
    if (n < 2) {
        if (from != to) std::memcpy(to, from, static_cast<std::size_t>(n * item_bytes));
        return true;
    }
    if (bits == 0 && n <= permutation_small) {
        SmallDraw small;
        if (!small.take(handle, permutation_words(n, 0))) return false;
        if (from != to) std::memcpy(to, from, static_cast<std::size_t>(n * item_bytes));
        permutation_small_items(small.draw, small.words, to, n, item_bytes);
        return true;
    }
    const Taken taken = take(handle, 1, n, bits);
    if (!taken.ok) return false;
    const GilRelease release(!objects && n >= worth_releasing);
    permutation_items(taken.draw, from, to, n, item_bytes, num_threads());
    return true;
}

bool has_objects(PyArrayObject* array) { return PyDataType_REFCHK(PyArray_DESCR(array)); }

// The axis that `slot` (missing: 0) names, 0 .. dimensions - 1; -1 when it is no plain int or names none.
int plain_axis(PyObject* slot, int dimensions) {
    if (slot == nullptr) return dimensions > 0 ? 0 : -1;
    if (!PyLong_CheckExact(slot)) return -1;
    const long value = PyLong_AsLong(slot);
    if (value == -1 && PyErr_Occurred()) {
        PyErr_Clear();
        return -1;
    }
    const long axis = value < 0 ? value + dimensions : value;
    return axis >= 0 && axis < dimensions ? static_cast<int>(axis) : -1;
}

PyArrayObject* contiguous(PyObject* object) {
    if (object == nullptr || !PyArray_CheckExact(object)) return nullptr;
    auto* array = reinterpret_cast<PyArrayObject*>(object);
    return PyArray_IS_C_CONTIGUOUS(array) ? array : nullptr;
}

PyObject* permutation(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<2> parameters = {"permutation", {"x", "axis"}, 0, 2, 1};
        PyObject* slots[2];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        StreamHandle* handle = handle_of(self);
        npy_intp n = 0;
        if (handle != nullptr && PyLong_CheckExact(slots[0])) {
            n = PyLong_AsSsize_t(slots[0]);
            if (n >= 0) {
                Reference out(PyArray_SimpleNew(1, &n, NPY_INT64));
                if (!out || !indices_into(*handle, static_cast<std::int64_t*>(PyArray_DATA(out.array())), n, permutation_bits(n)))
                    return nullptr;
                return out.release();
            }
            PyErr_Clear();
        }
        PyArrayObject* x = contiguous(slots[0]);
        if (handle != nullptr && x != nullptr && plain_axis(slots[1], PyArray_NDIM(x)) == 0 &&
            PyTypeNum_ISNUMBER(PyArray_TYPE(x))) {
            n = PyArray_DIM(x, 0);
            Reference out(PyArray_NewLikeArray(x, NPY_CORDER, nullptr, 0));
            if (!out) return nullptr;
            const npy_intp bytes = PyArray_NBYTES(x);
            if (bytes != 0 &&
                !items_into(*handle, PyArray_DATA(x), PyArray_DATA(out.array()), n, bytes / n, permutation_bits(n), false))
                return nullptr;
            return out.release();
        }
        return general_case("permutation", self, args, nargs, keyword_names);
    });
}

// The axes of `array` with `axis` moved to the front or to the end; a view.
Reference moved_axis(PyArrayObject* array, int axis, bool to_front) {
    npy_intp axes[NPY_MAXDIMS];
    int count = 0;
    if (to_front) axes[count++] = axis;
    for (int d = 0; d < PyArray_NDIM(array); ++d)
        if (d != axis) axes[count++] = d;
    if (!to_front) axes[count++] = axis;
    PyArray_Dims order = {axes, count};
    return Reference(PyArray_Transpose(array, &order));
}

// Runs change(array) on the array itself when it is contiguous, otherwise on a copy that is written back.
template <class Change>
bool as_contiguous(PyArrayObject* array, const Change& change) {
    if (PyArray_IS_C_CONTIGUOUS(array)) return change(array);
    Reference copy(PyArray_NewCopy(array, NPY_CORDER));
    return copy && change(copy.array()) && PyArray_CopyInto(array, copy.array()) == 0;
}

// The entries along the first axis.
bool shuffle_entries(StreamHandle& handle, PyArrayObject* x) {
    const npy_intp n = PyArray_DIM(x, 0), bytes = PyArray_NBYTES(x);
    return n < 2 || bytes == 0 ||
           items_into(handle, PyArray_DATA(x), PyArray_DATA(x), n, bytes / n, permutation_bits(n), has_objects(x));
}

// Each lane of n entries.
bool shuffle_lanes(StreamHandle& handle, PyArrayObject* x, npy_intp n) {
    const npy_intp size = PyArray_SIZE(x), lanes = n < 2 ? 0 : size / n;
    if (lanes == 0) return true;
    if (lanes == 1)
        return items_into(handle, PyArray_DATA(x), PyArray_DATA(x), n, PyArray_ITEMSIZE(x), permutation_bits(n), has_objects(x));
    const std::uint64_t words = permutation_words(n, permutation_bits(n));
    if (words * static_cast<std::uint64_t>(lanes) <= permutation_small / 2) {
        SmallDraw small;
        if (!small.take(handle, words * static_cast<std::uint64_t>(lanes))) return false;
        for (npy_intp lane = 0; lane < lanes; ++lane, small.draw.word += words, small.words += words)
            permutation_small_items(small.draw, small.words, PyArray_BYTES(x) + lane * n * PyArray_ITEMSIZE(x), n,
                                    PyArray_ITEMSIZE(x));
        return true;
    }
    const Taken taken = take(handle, lanes, n, permutation_bits(n));
    if (!taken.ok) return false;
    const GilRelease release(!has_objects(x) && size >= worth_releasing);
    permutation_rows(taken.draw, PyArray_DATA(x), lanes, n, PyArray_ITEMSIZE(x), num_threads());
    return true;
}

// Taking the words may let other threads run, and those may change the list: it is looked at after that.
bool shuffle_list(StreamHandle& handle, PyObject* list) {
    const Py_ssize_t n = PyList_GET_SIZE(list);
    std::vector<std::int64_t> order(static_cast<std::size_t>(n));
    if (!indices_into(handle, order.data(), n, permutation_bits(n))) return false;
    if (PyList_GET_SIZE(list) != n) {
        PyErr_SetString(PyExc_RuntimeError, "shuffle: another thread has changed the length of x");
        return false;
    }
    std::vector<PyObject*> items;
    items.reserve(order.size());
    for (std::int64_t i : order) items.push_back(PyList_GET_ITEM(list, i));
    for (Py_ssize_t i = 0; i < n; ++i) PyList_SET_ITEM(list, i, items[static_cast<std::size_t>(i)]);
    return true;
}

PyObject* shuffle(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<2> parameters = {"shuffle", {"x", "axis"}, 0, 2, 1};
        PyObject* slots[2];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        if (StreamHandle* handle = handle_of(self)) {
            const auto entries = [&](PyArrayObject* array) { return shuffle_entries(*handle, array); };
            auto* x = reinterpret_cast<PyArrayObject*>(slots[0]);
            if (PyArray_CheckExact(slots[0]) && PyArray_ISWRITEABLE(x)) {
                const int axis = plain_axis(slots[1], PyArray_NDIM(x));
                if (axis >= 0) {
                    const Reference first = axis == 0 ? Reference::borrow(slots[0]) : moved_axis(x, axis, true);
                    if (!first || !as_contiguous(first.array(), entries)) return nullptr;
                    Py_RETURN_NONE;
                }
            } else if (PyList_CheckExact(slots[0]) && slots[1] == nullptr) {
                if (!shuffle_list(*handle, slots[0])) return nullptr;
                Py_RETURN_NONE;
            }
        }
        return general_case("shuffle", self, args, nargs, keyword_names);
    });
}

PyObject* permuted(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {"permuted", {"x", "axis", "out"}, 0, 1, 1};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        StreamHandle* handle = handle_of(self);
        auto* x = reinterpret_cast<PyArrayObject*>(slots[0]);
        const bool fresh = !given(slots[2]), flat = !given(slots[1]);
        if (handle == nullptr || !PyArray_CheckExact(slots[0]) || PyArray_NDIM(x) == 0)
            return general_case("permuted", self, args, nargs, keyword_names);
        const int axis = flat ? PyArray_NDIM(x) - 1 : plain_axis(slots[1], PyArray_NDIM(x));
        auto* target = reinterpret_cast<PyArrayObject*>(slots[2]);
        const bool fits = fresh || (PyArray_CheckExact(slots[2]) && PyArray_ISWRITEABLE(target) && PyArray_SAMESHAPE(target, x) &&
                                    PyArray_DESCR(target) == PyArray_DESCR(x));
        if (axis < 0 || !fits) return general_case("permuted", self, args, nargs, keyword_names);
        Reference out = fresh ? Reference(PyArray_NewCopy(x, NPY_KEEPORDER)) : Reference::borrow(slots[2]);
        if (!out || (!fresh && target != x && PyArray_CopyInto(target, x) != 0)) return nullptr;
        const npy_intp n = flat ? PyArray_SIZE(x) : PyArray_DIM(x, axis);
        const Reference lanes = moved_axis(out.array(), axis, false);
        if (!lanes || !as_contiguous(lanes.array(), [&](PyArrayObject* rows) { return shuffle_lanes(*handle, rows, n); }))
            return nullptr;
        return out.release();
    });
}

const RandomMethod methods[] = {
    {fast_method("permutation", permutation)}, {fast_method("shuffle", shuffle)}, {fast_method("permuted", permuted)}};

}  // namespace

extern const RandomMethods permutation_methods;
const RandomMethods permutation_methods = {methods, std::size(methods)};

// An order made in 2^bits buckets: indices into an int64 array, or (items) any contiguous array in place. For tests, which want
// both algorithms on any number of elements.
void permute_in_buckets(const py::capsule& stream, const py::object& array, int bits, bool items) {
    StreamHandle& handle = stream_of(stream);
    PyArrayObject* a = contiguous(array.ptr());
    if (a == nullptr || PyArray_NDIM(a) == 0 || !PyArray_ISWRITEABLE(a) || bits < 0 || bits > 16 ||
        (!items && PyArray_TYPE(a) != NPY_INT64))
        throw py::value_error("permute_in_buckets: array must be contiguous (indices: int64), bits in 0 .. 16");
    const npy_intp n = PyArray_DIM(a, 0);
    const bool done =
        items ? n == 0 || items_into(handle, PyArray_DATA(a), PyArray_DATA(a), n, PyArray_NBYTES(a) / n, bits, has_objects(a))
              : indices_into(handle, static_cast<std::int64_t*>(PyArray_DATA(a)), n, bits);
    if (!done) throw py::error_already_set();
}

}  // namespace mlmath::bindings
