// SPDX-License-Identifier: BSD-3-Clause
// The eigen family: dtype switch, views, GIL, call. Checks and NumPy's error classes are in the Python facade.
#include "bindings/bind_eigen.hpp"

#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/stack_arguments.hpp"
#include "core/thread_pool.hpp"
#include "kernels/eigen/eigh/eigh.hpp"
#include "kernels/eigen/eigh/eigh_complex.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
void solve(const Stack<const T>& a, bool lower, T* w, const Stack<T>& v, int* info) {
    eigh<T>(a, lower, w, v, info, num_threads());
}
template <class T>
void solve(const Stack<const std::complex<T>>& a, bool lower, T* w, const Stack<std::complex<T>>& v, int* info) {
    eigh_complex<T>(a, lower, w, v, info, num_threads());
}

// (w, v or None, info or None when all are good) for a square stack of matrices of T = Real or std::complex<Real>.
template <class T, class Real>
PyObject* eigh_of(PyArrayObject* a, bool lower, bool vectors, PyObject* out) {
    const MatrixView<const T> first = matrix_view<const T>(a);
    const npy_intp n = first.columns;
    BatchAxes batch;
    batch.set("eigh", a, 2);
    Places places;
    if (!(vectors ? places.parse("eigh", out, {"w", "V"}) : places.parse("eigvalsh", out, {"w"}))) return nullptr;
    Result w, v;
    if (!places.prepare(0, w, numpy_type<Real>, batch, {n}, {a}, true)) return nullptr;
    if (vectors && (!places.prepare(1, v, numpy_type<T>, batch, {n, n}, {a}) || !places.apart())) return nullptr;
    const auto results = [&](PyObject* info) -> PyObject* {
        Reference values(w.finish()), of_v = !values ? Reference() : vectors ? Reference(v.finish()) : Reference::borrow(Py_None);
        return of_v ? PyTuple_Pack(3, values.get(), of_v.get(), info) : nullptr;
    };
    if (n == 0) return results(Py_None);
    if (!vectors) need_room(n, sizeof(T));
    Infos infos(batch.count());
    BatchAxes joined = batch;
    joined.add(a, 2);
    if (vectors) joined.add(v.array(), 2);
    joined.join();
    {
        const FloatingPointWatch flags("eigh");  // clears; NumPy's eigh reports none, so neither is anything reported here
        const double size = static_cast<double>(n);
        // n = 16 takes about 5 us.
        const GilRelease release(static_cast<double>(joined.count()) * size * size * size > 10000);
        static constexpr npy_intp none[BatchAxes::most] = {};
        const Stack<T> result =
            vectors ? joined.stack(matrix_view<T>(v.array()), 1) : Stack<T>{{nullptr, n, n, 0, 0}, joined.axes, joined.shape, none};
        solve(joined.stack(first, 0), lower, static_cast<Real*>(PyArray_DATA(w.array())), result, infos.data());
        fp_clear();
    }
    Reference info(infos.array_of_bad(batch.axes, batch.shape));
    return info ? results(info.get()) : nullptr;
}

PyObject* eigh_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<4> parameters = {"eigh", {"a", "lower", "vectors", "out"}, 4, 4, 3};
        PyObject* slots[4];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const bool lower = slots[1] == Py_True, vectors = slots[2] == Py_True;
        if (PyArray_CheckExact(slots[0])) {
            const int type = PyArray_TYPE(reinterpret_cast<PyArrayObject*>(slots[0]));
            if (type == NPY_CDOUBLE || type == NPY_CFLOAT) {
                Reference a = as_plain(slots[0], type);
                if (!a || !check_square("eigh", a.array())) return nullptr;
                return type == NPY_CDOUBLE ? eigh_of<std::complex<double>, double>(a.array(), lower, vectors, slots[3])
                                           : eigh_of<std::complex<float>, float>(a.array(), lower, vectors, slots[3]);
            }
        }
        Operand a = as_operand(slots[0]);
        if (!a.array) return not_ours();
        if (!check_square("eigh", a.array.array())) return nullptr;
        return with_real(a.type, [&](auto real) {
            using T = decltype(real);
            return eigh_of<T, T>(a.array.array(), lower, vectors, slots[3]);
        });
    });
}

}  // namespace

void bind_eigen(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("_eigh", eigh_fast),
        fast_method("_eigh_subset", eigh_subset_fast),
        fast_method("_eigh_tridiagonal", eigh_tridiagonal_fast),
        fast_method("_power_iteration", power_iteration_fast),
        fast_method("_svd", svd_fast),
        fast_method("_tridiagonal_count", tridiagonal_count_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
