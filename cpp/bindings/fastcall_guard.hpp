// SPDX-License-Identifier: BSD-3-Clause
// From C++ to Python: exceptions, floating-point flags, the GIL.
#pragma once
#include <unistd.h>

#include <cfenv>
#include <new>
#include <stdexcept>

#include "bindings/python.hpp"
#include "core/fp_state.hpp"
#include "core/thread_pool.hpp"

namespace mlmath::bindings {

template <class Body>
PyObject* guarded(Body&& body) noexcept {
    try {
        return body();
    } catch (const Interrupted&) {
        // The hook has run the signal handler, whose exception (KeyboardInterrupt) is waiting.
        if (!PyErr_Occurred()) PyErr_SetNone(PyExc_KeyboardInterrupt);
    } catch (const py::error_already_set& e) {
        py::error_already_set(e).restore();
    } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
    } catch (const std::invalid_argument& e) {
        PyErr_SetString(PyExc_ValueError, e.what());
    } catch (const std::exception& e) {
        PyErr_SetString(PyExc_RuntimeError, e.what());
    }
    return nullptr;
}

/// Watches the floating-point flags of one kernel call, as NumPy does for a ufunc: flags are cleared at construction; report()
/// hands what the kernel raised (workers' flags are merged by the pool) to np.errstate's rules under the function's name.
class FloatingPointWatch {
public:
    /// `ignored`: flags without meaning for the result, such as the underflow of a term that vanishes in a sum.
    explicit FloatingPointWatch(const char* function, unsigned ignored = 0) : function_(function), wanted_(watched & ~ignored) {
        if (fp_flags() & watched) fp_clear();  // clearing costs ten times as much as looking, and "inexact" is nearly always set
    }
    /// False with a FloatingPointError set when errstate says "raise".
    bool report() const {
        const unsigned raised = fp_flags() & wanted_;
        if (raised == 0) return true;
        fp_clear();
        int flags = 0;
        if (raised & FE_DIVBYZERO) flags |= NPY_FPE_DIVIDEBYZERO;
        if (raised & FE_OVERFLOW) flags |= NPY_FPE_OVERFLOW;
        if (raised & FE_UNDERFLOW) flags |= NPY_FPE_UNDERFLOW;
        if (raised & FE_INVALID) flags |= NPY_FPE_INVALID;
        return PyUFunc_GiveFloatingpointErrors(function_, flags) == 0;
    }

private:
    static constexpr unsigned watched = FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW | FE_INVALID;
    const char* function_;
    unsigned wanted_;
};

/// Releases the GIL for its lifetime when the work is worth it. Constraint: release and retake cost 25-30 ns uncontended, and a
/// waiting thread may hold us up for its 5 ms switch interval. Decision: from about 20 us of work on; callers pass their estimate.
class GilRelease {
public:
    explicit GilRelease(bool worth_it) : state_(worth_it ? PyEval_SaveThread() : nullptr) {}
    ~GilRelease() {
        if (state_ != nullptr) retake();
    }
    GilRelease(const GilRelease&) = delete;
    GilRelease& operator=(const GilRelease&) = delete;

private:
    // Once the interpreter shuts down, CPython up to 3.13 ends a daemon thread that asks for the GIL by unwinding its stack: our
    // callers' destructors would drop references without the GIL, and this one would terminate the process. Later versions let the
    // thread sleep until the process is gone; the handler, which is never left, does the same.
    void retake() noexcept {
        try {
            PyEval_RestoreThread(state_);
        } catch (...) {
            for (;;) pause();
        }
    }

    PyThreadState* state_;
};

}  // namespace mlmath::bindings
