// SPDX-License-Identifier: BSD-3-Clause
// svd: dtype switch, stacks, GIL, call. The typed facade stands before it; what the kernel does not cover comes back as
// NotImplemented.
#include <algorithm>

#include "bindings/bind_eigen.hpp"
#include "bindings/stack_arguments.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/svd/svd.hpp"

namespace mlmath::bindings {
namespace {

// (u, s, vt, info), or (s, info); info is None when all are good.
template <class T>
PyObject* svd_of(PyArrayObject* a, bool vectors, bool full, SvdDriver driver, PyObject* out, const char* function) {
    const MatrixView<const T> first = matrix_view<const T>(a);
    const npy_intp m = first.rows, n = first.columns, p = std::min(m, n), left = full ? m : p, right = full ? n : p;
    BatchAxes batch;
    batch.set("svd", a, 2);
    Places places;
    if (!(vectors ? places.parse(function, out, {"U", "S", "Vh"}) : places.parse(function, out, {"S"}))) return nullptr;
    Result u, s, vt;
    if (!places.prepare(vectors ? 1 : 0, s, numpy_type<T>, batch, {p}, {a}, true)) return nullptr;
    if (vectors && (!places.prepare(0, u, numpy_type<T>, batch, {m, left}, {a}) ||
                    !places.prepare(2, vt, numpy_type<T>, batch, {right, n}, {a}) || !places.apart()))
        return nullptr;
    if (!vectors) need_room(p, sizeof(T));
    Infos infos(batch.count());
    BatchAxes joined = batch;
    joined.add(a, 2);
    if (vectors) joined.add(u.array(), 2), joined.add(vt.array(), 2);
    joined.join();
    {
        const FloatingPointWatch flags("svd");  // clears; NumPy's svd reports none, so neither is anything reported here
        const double size = static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(p);
        const GilRelease release(static_cast<double>(joined.count()) * size > 2000);
        static constexpr npy_intp none[BatchAxes::most] = {};
        const auto result = [&](const Result& array, int operand) {
            return vectors ? joined.stack(matrix_view<T>(array.array()), operand)
                           : Stack<T>{{nullptr, 0, 0, 0, 0}, joined.axes, joined.shape, none};
        };
        svd<T>(joined.stack(first, 0), result(u, 1), static_cast<T*>(PyArray_DATA(s.array())), result(vt, 2), infos.data(),
               num_threads(), driver);
        fp_clear();
    }
    Reference info(infos.array_of_bad(batch.axes, batch.shape)), values(info ? s.finish() : nullptr);
    if (!values) return nullptr;
    if (!vectors) return PyTuple_Pack(2, values.get(), info.get());
    Reference of_u(u.finish()), of_vt(of_u ? vt.finish() : nullptr);
    return of_vt ? PyTuple_Pack(4, of_u.get(), values.get(), of_vt.get(), info.get()) : nullptr;
}

}  // namespace

PyObject* svd_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<6> parameters = {
            "svd", {"a", "compute_uv", "full_matrices", "driver", "out", "function"}, 2, 6, 2};
        PyObject* slots[6];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Operand a = as_operand(slots[0]);
        if (!a.array) return PyErr_Occurred() ? nullptr : Py_NewRef(Py_NotImplemented);
        if (!check_matrix("svd", a.array.array())) return nullptr;
        const int vectors = PyObject_IsTrue(slots[1]), full = slots[2] != nullptr ? PyObject_IsTrue(slots[2]) : 0;
        const long driver = slots[3] != nullptr ? PyLong_AsLong(slots[3]) : 0;
        const char* const function = given(slots[5]) ? PyUnicode_AsUTF8(slots[5]) : "svd";
        if (function == nullptr || vectors < 0 || full < 0 || (driver == -1 && PyErr_Occurred())) return nullptr;
        return with_real(a.type, [&](auto zero) {
            return svd_of<decltype(zero)>(a.array.array(), vectors != 0, full != 0,
                                          driver == 1 ? SvdDriver::jacobi : SvdDriver::automatic, slots[4], function);
        });
    });
}

}  // namespace mlmath::bindings
