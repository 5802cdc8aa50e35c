// SPDX-License-Identifier: BSD-3-Clause
// permutation, shuffle, permuted: of plain integers and of contiguous arrays.
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
Taken take(XBlockHandle& handle, std::ptrdiff_t draws, std::ptrdiff_t n, int bits) {
    const Reservation taken = reserve(handle, static_cast<std::uint64_t>(draws) * permutation_words(n, bits), 2);
    return {{taken.key, taken.start.word, bits}, taken.ok};
}

// Few words come from the moving reader, under the lock: reaching a place inside a block costs up to 1 us.
struct SmallDraw {
    PermutationDraw draw = {{}, 0, 0};
    alignas(64) std::uint64_t steps[permutation_small / 2 + 2 * xblock_lanes];
    const std::uint64_t* words = nullptr;

    bool take(XBlockHandle& handle, std::ptrdiff_t n) {
        const StreamLock lock(handle);
        if (!lock) return false;
        const std::uint64_t count = permutation_words(n, 0);
        draw.word = handle.stream.reserve(count, 2).word;
        draw.key = handle.stream.key();
        const std::uint64_t first = draw.word / xblock_lanes, lane = draw.word % xblock_lanes;
        handle.stream.copy_steps(first, static_cast<std::ptrdiff_t>((lane + count - 1) / xblock_lanes + 1), steps);
        words = steps + lane;
        return true;
    }
};

bool indices_into(XBlockHandle& handle, std::int64_t* out, std::ptrdiff_t n, int bits) {
    if (n < 2) {
        if (n == 1) out[0] = 0;
        return true;
    }
    if (bits == 0 && n <= permutation_small) {
        SmallDraw small;
        if (!small.take(handle, n)) return false;
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
bool items_into(XBlockHandle& handle, const void* from, void* to, std::ptrdiff_t n, std::ptrdiff_t item_bytes, int bits,
                bool objects) {
    if (n < 2) {
        if (from != to) std::memcpy(to, from, static_cast<std::size_t>(n * item_bytes));
        return true;
    }
    if (bits == 0 && n <= permutation_small) {
        SmallDraw small;
        if (!small.take(handle, n)) return false;
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

// Whether `slot` (missing: 0) is a plain int that names this axis of `dimensions`.
bool is_axis(PyObject* slot, int axis, int dimensions) {
    if (dimensions == 0) return false;
    if (slot == nullptr) return axis == 0;
    if (!PyLong_CheckExact(slot)) return false;
    const long value = PyLong_AsLong(slot);
    if (value == -1 && PyErr_Occurred()) {
        PyErr_Clear();
        return false;
    }
    return value == axis || value == axis - dimensions;
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
        XBlockHandle* handle = handle_of(self);
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
        if (handle != nullptr && x != nullptr && is_axis(slots[1], 0, PyArray_NDIM(x)) && PyTypeNum_ISNUMBER(PyArray_TYPE(x))) {
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

PyObject* shuffle(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<2> parameters = {"shuffle", {"x", "axis"}, 0, 2, 1};
        PyObject* slots[2];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        XBlockHandle* handle = handle_of(self);
        PyArrayObject* x = contiguous(slots[0]);
        if (handle == nullptr || x == nullptr || !PyArray_ISWRITEABLE(x) || !is_axis(slots[1], 0, PyArray_NDIM(x)))
            return general_case("shuffle", self, args, nargs, keyword_names);
        const npy_intp n = PyArray_DIM(x, 0), bytes = PyArray_NBYTES(x);
        if (n >= 2 && bytes != 0 &&
            !items_into(*handle, PyArray_DATA(x), PyArray_DATA(x), n, bytes / n, permutation_bits(n), has_objects(x)))
            return nullptr;
        Py_RETURN_NONE;
    });
}

PyObject* permuted(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {"permuted", {"x", "axis", "out"}, 0, 1, 1};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        XBlockHandle* handle = handle_of(self);
        PyArrayObject* x = contiguous(slots[0]);
        const bool flat = !given(slots[1]);
        const bool fresh = !given(slots[2]);
        PyArrayObject* target = fresh ? nullptr : contiguous(slots[2]);
        const int dimensions = x == nullptr ? 0 : PyArray_NDIM(x);
        if (handle == nullptr || dimensions == 0 || !(flat || is_axis(slots[1], dimensions - 1, dimensions)) ||
            (!fresh && (target == nullptr || !PyArray_ISWRITEABLE(target) || !PyArray_SAMESHAPE(target, x) ||
                        PyArray_DESCR(target) != PyArray_DESCR(x))))
            return general_case("permuted", self, args, nargs, keyword_names);
        Reference out = fresh ? Reference(PyArray_NewCopy(x, NPY_CORDER)) : Reference::borrow(slots[2]);
        if (!out || (!fresh && target != x && PyArray_CopyInto(target, x) != 0)) return nullptr;
        const npy_intp size = PyArray_SIZE(x);
        const npy_intp n = flat ? size : PyArray_DIM(x, dimensions - 1), rows = n == 0 ? 0 : size / n;
        void* data = PyArray_DATA(out.array());
        if (n >= 2 && rows == 1) {
            if (!items_into(*handle, data, data, n, PyArray_ITEMSIZE(x), permutation_bits(n), has_objects(x))) return nullptr;
        } else if (n >= 2 && rows > 1) {
            const Taken taken = take(*handle, rows, n, permutation_bits(n));
            if (!taken.ok) return nullptr;
            const GilRelease release(!has_objects(x) && size >= worth_releasing);
            permutation_rows(taken.draw, data, rows, n, PyArray_ITEMSIZE(x), num_threads());
        }
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
    auto* handle = static_cast<XBlockHandle*>(PyCapsule_GetPointer(stream.ptr(), xblock_capsule));
    if (handle == nullptr) throw py::error_already_set();
    PyArrayObject* a = contiguous(array.ptr());
    if (a == nullptr || PyArray_NDIM(a) == 0 || !PyArray_ISWRITEABLE(a) || bits < 0 || bits > 16 ||
        (!items && PyArray_TYPE(a) != NPY_INT64))
        throw py::value_error("permute_in_buckets: array must be contiguous (indices: int64), bits in 0 .. 16");
    const npy_intp n = PyArray_DIM(a, 0);
    const bool done =
        items ? n == 0 || items_into(*handle, PyArray_DATA(a), PyArray_DATA(a), n, PyArray_NBYTES(a) / n, bits, has_objects(a))
              : indices_into(*handle, static_cast<std::int64_t*>(PyArray_DATA(a)), n, bits);
    if (!done) throw py::error_already_set();
}

}  // namespace mlmath::bindings
