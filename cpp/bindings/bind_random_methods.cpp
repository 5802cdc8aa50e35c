// SPDX-License-Identifier: BSD-3-Clause
// Methods of `Generator`: the plain cases (Python numbers, whole shapes, fit `out`) are parsed and filled here; everything else,
// and every error, goes to the method's general case in Python, which words errors as NumPy does.
#include "bindings/bind_random.hpp"

#include <structmember.h>

#include <cmath>
#include <cstring>
#include <deque>
#include <string>

#include "bindings/numpy_views.hpp"
#include "core/thread_pool.hpp"
#include "kernels/random/distributions/normal/normal.hpp"
#include "kernels/random/distributions/uniform/uniform.hpp"

namespace mlmath::bindings {
namespace {

Py_ssize_t native_offset = 0;  // of the slot `_native` in a Generator
PyObject* general_module = nullptr;

struct Uniform {
    static constexpr std::ptrdiff_t elements_per_20us = 20000;
    double low = 0, range = 1;
    template <class T>
    UniformParameters<T> parameters() const {
        return {static_cast<T>(low), static_cast<T>(range)};
    }
    template <class T>
    void fill(const XBlockKey& key, XBlockPosition start, T* out, std::ptrdiff_t n) const {
        uniform<T>(key, start, out, n, parameters<T>(), num_threads());
    }
    template <class T>
    void convert(const XBlockKey&, std::uint64_t, const std::uint64_t* words, std::ptrdiff_t steps, T* out) const {
        uniform_of_words<T>(words, steps, out, parameters<T>());
    }
    double one(XBlockHandle& handle) const {
        const double unit = static_cast<double>(handle.stream.next_word() >> 11) * 0x1p-53;
        const double scaled = range * unit;
        return low + scaled;
    }
};

struct Normal {
    static constexpr std::ptrdiff_t elements_per_20us = 10000;
    double loc = 0, scale = 1;
    template <class T>
    NormalParameters<T> parameters() const {
        return {static_cast<T>(loc), static_cast<T>(scale)};
    }
    template <class T>
    void fill(const XBlockKey& key, XBlockPosition start, T* out, std::ptrdiff_t n) const {
        normal<T>(key, start, out, n, parameters<T>(), num_threads());
    }
    template <class T>
    void convert(const XBlockKey& key, std::uint64_t step, const std::uint64_t* words, std::ptrdiff_t steps, T* out) const {
        normal_of_words<T>(key, step, words, steps, out, parameters<T>());
    }
    double one(XBlockHandle& handle) const {
        const XBlockPosition at = handle.stream.reserve(1, 1);
        const std::uint64_t step = at.word / xblock_lanes;
        if (!handle.normals_valid || handle.normals_step != step) {
            std::uint64_t words[xblock_lanes];
            handle.stream.copy_steps(step, 1, words);
            normal_of_words<double>(handle.stream.key(), step, words, 1, handle.normals, {0, 1});
            handle.normals_step = step;
            handle.normals_valid = true;
        }
        const double scaled = scale * handle.normals[at.word % xblock_lanes];
        return loc + scaled;
    }
};

// Constraint: reaching a place inside a block from its seed costs up to 1 us, and the lock should be held briefly.
// Arithmetic: 1024 words are about 0.3 us. Decision: up to that many are taken from the moving reader, under the lock.
constexpr std::ptrdiff_t small_words = 1024;

template <class T, class Law>
bool fill(XBlockHandle& handle, const Law& law, T* out, std::ptrdiff_t n) {
    constexpr int per_word = 8 / sizeof(T);
    constexpr std::ptrdiff_t per_step = xblock_lanes * per_word;
    if (n <= small_words * per_word) {
        if (n == 0) return true;
        alignas(64) std::uint64_t words[small_words + xblock_lanes];
        alignas(64) T values[(small_words + xblock_lanes) * per_word];
        XBlockKey key;
        std::uint64_t step;
        std::ptrdiff_t begin, steps;
        {
            const StreamLock lock(handle);
            if (!lock) return false;
            const XBlockPosition start = handle.stream.reserve(static_cast<std::uint64_t>(n), per_word);
            key = handle.stream.key();
            step = start.word / xblock_lanes;
            begin = static_cast<std::ptrdiff_t>(start.word % xblock_lanes) * per_word + (start.half ? 1 : 0);
            steps = (begin + n - 1) / per_step + 1;
            handle.stream.copy_steps(step, steps, words);
        }
        law.template convert<T>(key, step, words, steps, values);
        std::memcpy(out, values + begin, static_cast<std::size_t>(n) * sizeof(T));
        return true;
    }
    XBlockKey key;
    XBlockPosition start;
    {
        const StreamLock lock(handle);
        if (!lock) return false;
        key = handle.stream.key();
        start = handle.stream.reserve(static_cast<std::uint64_t>(n), per_word);
    }
    const GilRelease release(n > Law::elements_per_20us);
    law.template fill<T>(key, start, out, n);
    return true;
}

// ---- arguments: true when plain
// --------------------------------------------------------------------------------------------------

bool plain_number(PyObject* slot, double& value) {
    if (slot == nullptr) return true;  // the default stands
    if (PyFloat_CheckExact(slot)) {
        value = PyFloat_AS_DOUBLE(slot);
        return true;
    }
    if (!PyLong_CheckExact(slot)) return false;
    value = PyLong_AsDouble(slot);
    if (value == -1.0 && PyErr_Occurred())
        PyErr_Clear();
    else
        return true;
    return false;
}

bool plain_type(PyObject* slot, int& type) {
    if (slot == nullptr || slot == reinterpret_cast<PyObject*>(&PyDoubleArrType_Type))
        type = NPY_DOUBLE;
    else if (slot == reinterpret_cast<PyObject*>(&PyFloatArrType_Type))
        type = NPY_FLOAT;
    else
        return false;
    return true;
}

struct Shape {
    npy_intp extents[NPY_MAXDIMS];
    int dimensions = 0;

    bool take(PyObject* item) {
        if (!PyLong_CheckExact(item) || dimensions == NPY_MAXDIMS) return false;
        const Py_ssize_t extent = PyLong_AsSsize_t(item);
        if (extent < 0) {
            PyErr_Clear();
            return false;
        }
        extents[dimensions++] = extent;
        return true;
    }
    bool plain(PyObject* size) {
        if (!PyTuple_CheckExact(size)) return take(size);
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(size); ++i)
            if (!take(PyTuple_GET_ITEM(size, i))) return false;
        return true;
    }
};

bool plain_out(PyObject* out, int type) {
    if (!PyArray_Check(out)) return false;
    auto* array = reinterpret_cast<PyArrayObject*>(out);
    return PyArray_TYPE(array) == type && (PyArray_ISCARRAY(array) || PyArray_ISFARRAY(array));
}

// ---- the methods
// -----------------------------------------------------------------------------------------------------------------

PyObject* general(const char* name, PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    Reference function(PyObject_GetAttrString(general_module, name));
    if (!function) return nullptr;
    const Py_ssize_t keywords = keyword_names == nullptr ? 0 : PyTuple_GET_SIZE(keyword_names);
    PyObject* all[16];  // self and at most 7 arguments
    if (nargs + keywords > 15) {
        PyErr_Format(PyExc_TypeError, "%s() got too many arguments (%zd given)", name, nargs + keywords);
        return nullptr;
    }
    all[0] = self;
    for (Py_ssize_t i = 0; i < nargs + keywords; ++i) all[i + 1] = args[i];
    return PyObject_Vectorcall(function.get(), all, static_cast<std::size_t>(nargs + 1), keyword_names);
}

// The stream of a Generator over XBlock; nullptr over another bit generator.
XBlockHandle* handle_of(PyObject* self) {
    PyObject* native = *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(self) + native_offset);
    if (native == nullptr || !PyCapsule_CheckExact(native)) return nullptr;
    return static_cast<XBlockHandle*>(PyCapsule_GetPointer(native, xblock_capsule));
}

template <class Law>
bool fill_array(XBlockHandle& handle, const Law& law, PyArrayObject* array) {
    const npy_intp n = PyArray_SIZE(array);
    return PyArray_TYPE(array) == NPY_DOUBLE ? fill(handle, law, static_cast<double*>(PyArray_DATA(array)), n)
                                             : fill(handle, law, static_cast<float*>(PyArray_DATA(array)), n);
}

// The result when the arguments are plain; Handled::no when the general case has to look at them.
enum class Handled { yes, no };
template <class Law>
Handled draw(XBlockHandle& handle, const Law& law, PyObject* size, PyObject* dtype, PyObject* out, Reference& result) {
    int type;
    if (!plain_type(dtype, type)) return Handled::no;
    if (given(out)) {
        if (given(size) || !plain_out(out, type)) return Handled::no;
        if (fill_array(handle, law, reinterpret_cast<PyArrayObject*>(out))) result = Reference::borrow(out);
        return Handled::yes;
    }
    if (!given(size)) {
        double value = 0;
        if (type == NPY_DOUBLE) {
            const StreamLock lock(handle);
            if (!lock) return Handled::yes;
            value = law.one(handle);
        } else {
            float single;
            if (!fill(handle, law, &single, 1)) return Handled::yes;
            value = static_cast<double>(single);
        }
        result = Reference(PyFloat_FromDouble(value));
        return Handled::yes;
    }
    Shape shape;
    if (!shape.plain(size)) return Handled::no;
    Reference array(PyArray_SimpleNew(shape.dimensions, shape.extents, type));
    if (array && fill_array(handle, law, array.array())) result = std::move(array);
    return Handled::yes;
}

// random(size, dtype, out), standard_normal(size, dtype, out)
template <class Law>
PyObject* standard_method(const char* name, PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        const Parameters<3> parameters = {name, {"size", "dtype", "out"}, 0, 3, 0};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        if (XBlockHandle* handle = handle_of(self)) {
            Reference result;
            if (draw(*handle, Law{}, slots[0], slots[1], slots[2], result) == Handled::yes) return result.release();
        }
        return general(name, self, args, nargs, keyword_names);
    });
}

PyObject* random_method(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return standard_method<Uniform>("random", self, args, nargs, keyword_names);
}
PyObject* standard_normal_method(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return standard_method<Normal>("standard_normal", self, args, nargs, keyword_names);
}

PyObject* uniform_method(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<5> parameters = {"uniform", {"low", "high", "size", "dtype", "out"}, 0, 3, 0};
        PyObject* slots[5];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        double low = 0, high = 1;
        XBlockHandle* handle = handle_of(self);
        if (handle != nullptr && plain_number(slots[0], low) && plain_number(slots[1], high)) {
            const double range = high - low;
            Reference result;
            if (std::isfinite(range) && range >= 0 &&
                draw(*handle, Uniform{low, range}, slots[2], slots[3], slots[4], result) == Handled::yes)
                return result.release();
        }
        return general("uniform", self, args, nargs, keyword_names);
    });
}

PyObject* normal_method(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<5> parameters = {"normal", {"loc", "scale", "size", "dtype", "out"}, 0, 3, 0};
        PyObject* slots[5];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        double loc = 0, scale = 1;
        XBlockHandle* handle = handle_of(self);
        if (handle != nullptr && plain_number(slots[0], loc) && plain_number(slots[1], scale)) {
            Reference result;
            if ((std::isnan(scale) || !std::signbit(scale)) &&
                draw(*handle, Normal{loc, scale}, slots[2], slots[3], slots[4], result) == Handled::yes)
                return result.release();
        }
        return general("normal", self, args, nargs, keyword_names);
    });
}

}  // namespace

// Functions become methods through a descriptor of the class itself: no Python frame per call, and `self` is checked by the
// interpreter.
void install_generator_methods(py::type cls, py::dict docs, py::module_ general) {
    static const PyMethodDef methods[] = {
        fast_method("normal", normal_method),
        fast_method("random", random_method),
        fast_method("standard_normal", standard_normal_method),
        fast_method("uniform", uniform_method),
    };
    static std::deque<std::pair<PyMethodDef, std::string>> installed;  // descriptors keep pointers to both
    const py::object slot = cls.attr("__dict__")["_native"];
    if (!Py_IS_TYPE(slot.ptr(), &PyMemberDescr_Type))
        throw py::type_error("install_generator_methods: cls must have the slot _native");
    native_offset = reinterpret_cast<PyMemberDescrObject*>(slot.ptr())->d_member->offset;
    general_module = general.inc_ref().ptr();
    for (const PyMethodDef& method : methods) {
        installed.emplace_back(method, py::cast<std::string>(docs[method.ml_name]));
        auto& [definition, text] = installed.back();
        definition.ml_doc = text.c_str();
        auto descriptor =
            py::reinterpret_steal<py::object>(PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(cls.ptr()), &definition));
        if (!descriptor) throw py::error_already_set();
        cls.attr(method.ml_name) = descriptor;
    }
}

}  // namespace mlmath::bindings
