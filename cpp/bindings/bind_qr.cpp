// SPDX-License-Identifier: BSD-3-Clause
// qr, with and without exchanging columns: dtype switch, stacks, GIL, call. The typed facade stands before it; what the kernel does
// not cover comes back as NotImplemented.
#include <algorithm>

#include "bindings/bind_factor.hpp"
#include "bindings/stack_arguments.hpp"
#include "core/thread_pool.hpp"
#include "kernels/factor/qr/qr.hpp"
#include "kernels/factor/qr_pivoted/qr_pivoted.hpp"

namespace mlmath::bindings {
namespace {

enum Mode { reduced, complete, r_only, raw };

// (q, r), r, or (h, tau) with h as LAPACK's columns; pivoted: with p at the end.
template <class T>
PyObject* qr_of(PyArrayObject* a, Mode mode, bool pivoted) {
    const MatrixView<const T> first = matrix_view<const T>(a);
    const npy_intp m = first.rows, n = first.columns, order = std::min(m, n), k = mode == complete ? m : order;
    BatchAxes batch;
    batch.set("qr", a, 2);
    const bool packed = mode == raw;
    Reference r = packed ? batch.fresh(numpy_type<T>, {n, m}) : batch.fresh(numpy_type<T>, {k, n});
    Reference q = mode == r_only ? Reference() : packed ? Reference() : batch.fresh(numpy_type<T>, {m, k});
    Reference tau = packed ? batch.fresh(numpy_type<T>, {order}) : Reference();
    Reference p = pivoted ? batch.fresh(NPY_INTP, {n}) : Reference();
    if (!r || (mode <= complete && !q) || (packed && !tau) || (pivoted && !p)) return nullptr;
    BatchAxes joined = batch;
    joined.add(a, 2);
    joined.add(r.array(), 2);
    if (q) joined.add(q.array(), 2);
    joined.join();
    {
        const FloatingPointWatch flags("qr");  // clears; NumPy's qr reports none, so neither is anything reported here
        const double flops = 2 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(order);
        const GilRelease release(static_cast<double>(joined.count()) * flops > 100000);
        const Stack<const T> from = joined.stack(first, 0);
        std::ptrdiff_t* const columns = pivoted ? static_cast<std::ptrdiff_t*>(PyArray_DATA(p.array())) : nullptr;
        if (packed) {
            const Stack<T> to = joined.stack(transposed(matrix_view<T>(r.array())), 1);
            T* const factors = static_cast<T*>(PyArray_DATA(tau.array()));
            pivoted ? qr_pivoted_raw<T>(from, to, factors, columns, num_threads()) : qr_raw<T>(from, to, factors, num_threads());
        } else {
            static constexpr npy_intp none[BatchAxes::most] = {};
            const Stack<T> to_q =
                q ? joined.stack(matrix_view<T>(q.array()), 2) : Stack<T>{{nullptr, m, 0, 0, 0}, joined.axes, joined.shape, none};
            const Stack<T> to_r = joined.stack(matrix_view<T>(r.array()), 1);
            pivoted ? qr_pivoted<T>(from, to_q, to_r, columns, num_threads()) : qr<T>(from, to_q, to_r, num_threads());
        }
        fp_clear();
    }
    if (pivoted && mode == r_only) return PyTuple_Pack(2, r.get(), p.get());
    if (pivoted) return packed ? PyTuple_Pack(3, r.get(), tau.get(), p.get()) : PyTuple_Pack(3, q.get(), r.get(), p.get());
    if (mode == r_only) return r.release();
    return packed ? PyTuple_Pack(2, r.get(), tau.get()) : PyTuple_Pack(2, q.get(), r.get());
}

}  // namespace

PyObject* qr_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {"qr", {"a", "mode", "pivoting"}, 3, 3, 3};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Operand a = as_operand(slots[0]);
        if (!a.array) return PyErr_Occurred() ? nullptr : Py_NewRef(Py_NotImplemented);
        if (!check_matrix("qr", a.array.array())) return nullptr;
        const long mode = PyLong_AsLong(slots[1]);
        if (mode == -1 && PyErr_Occurred()) return nullptr;
        const int pivoted = PyObject_IsTrue(slots[2]);
        if (pivoted < 0) return nullptr;
        return a.type == NPY_FLOAT ? qr_of<float>(a.array.array(), static_cast<Mode>(mode), pivoted != 0)
                                   : qr_of<double>(a.array.array(), static_cast<Mode>(mode), pivoted != 0);
    });
}

}  // namespace mlmath::bindings
