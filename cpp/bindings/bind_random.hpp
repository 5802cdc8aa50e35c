// SPDX-License-Identifier: BSD-3-Clause
// What the files of the random bindings share: the stream behind a bit generator, and its lock.
#pragma once
#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "kernels/random/engines/xblock/xblock.hpp"

namespace mlmath::bindings {

/// What a bit generator's capsule holds. Everything in it is read and written under the bit generator's lock only.
struct XBlockHandle {
    explicit XBlockHandle(const XBlockKey& key) : stream(key) {}

    XBlockStream stream;
    Reference acquire, release;  // bound methods of NumPy's `bit_generator.lock`
    // The 16 standard normals of one step, for draws of one at a time.
    double normals[xblock_lanes];
    std::uint64_t normals_step = 0;
    bool normals_valid = false;
};

inline constexpr char xblock_capsule[] = "mlmath_native.XBlock";

/// Holds the lock that NumPy's own methods hold while they draw. Construction may fail with a Python exception: test the object.
class StreamLock {
public:
    explicit StreamLock(XBlockHandle& handle) : handle_(handle), held_(PyObject_CallNoArgs(handle.acquire.get())) {}
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
    XBlockHandle& handle_;
    Reference held_;
};

/// Puts the native methods on the Python class `Generator`; `general` is the module with their general cases.
void install_generator_methods(py::type cls, py::dict docs, py::module_ general);

}  // namespace mlmath::bindings
