// SPDX-License-Identifier: BSD-3-Clause
// What the files of the random bindings share: the stream behind a bit generator, and its lock.
#pragma once
#include <string>

#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "kernels/random/engines/word_stream.hpp"

namespace mlmath::bindings {

/// Elements of one unit of a law, for draws of one at a time with the same method and parameters.
struct UnitCache {
    bool valid = false;
    int item_bytes = 0;
    const void* method = nullptr;
    double parameters[4] = {};
    std::uint64_t unit = 0;
    alignas(64) unsigned char values[2 * xblock_lanes * 8];
};

/// What a bit generator's capsule holds. Everything in it is read and written under the bit generator's lock only.
struct StreamHandle {
    explicit StreamHandle(const StreamKey& key) : stream(key) {}

    WordStream stream;
    Reference acquire, release;  // bound methods of NumPy's `bit_generator.lock`
    UnitCache unit_cache;
};

inline constexpr char stream_capsule[] = "mlmath_native.stream";

/// The stream in a capsule. Throws the Python exception when it is another capsule.
inline StreamHandle& stream_of(const py::capsule& capsule) {
    auto* handle = static_cast<StreamHandle*>(PyCapsule_GetPointer(capsule.ptr(), stream_capsule));
    if (handle == nullptr) throw py::error_already_set();
    return *handle;
}

/// Holds the lock that NumPy's own methods hold while they draw. Construction may fail with a Python exception: test the object.
class StreamLock {
public:
    explicit StreamLock(StreamHandle& handle) : handle_(handle), held_(PyObject_CallNoArgs(handle.acquire.get())) {}
    ~StreamLock() {
        if (!held_) return;
        PyObject* result = PyObject_CallNoArgs(handle_.release.get());
        if (result == nullptr) PyErr_WriteUnraisable(handle_.release.get());
        Py_XDECREF(result);
    }
    StreamLock(const StreamLock&) = delete;
    StreamLock& operator=(const StreamLock&) = delete;
    explicit operator bool() const { return static_cast<bool>(held_); }

private:
    StreamHandle& handle_;
    Reference held_;
};

void draw_arrays(const py::capsule& stream, const char* name, const py::tuple& parameters, const py::object& out);
void bind_multivariate(py::module_& module);
void permute_in_buckets(const py::capsule& stream, const py::object& array, int bits, bool items);
py::bytes elements_of_words(const char* name, const std::string& words, const py::tuple& parameters, int type);
void draw_multinomial(const py::capsule& stream, const py::object& n, const py::object& p, const py::object& out);
py::tuple count_table(const std::string& name, double first, double second);
bool negative_binomial_has_table(double n, double p);

/// Fills `out` (C-contiguous float64, rows of alpha's length) with Dirichlet rows.
void dirichlet_rows(const py::capsule& stream, const py::object& alpha, const py::object& out);
void bind_random_choice(py::module_& module);

/// Puts the native methods on the Python class `Generator`; `general` is the module with their general cases.
void install_generator_methods(py::type cls, py::dict docs, py::object general);

}  // namespace mlmath::bindings
