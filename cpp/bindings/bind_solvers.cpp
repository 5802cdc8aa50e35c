// SPDX-License-Identifier: BSD-3-Clause
// cholesky, lu, solve, inv, det, slogdet, triangular systems: dtype switch, stacks, `out`, GIL, call, status. The typed facade
// stands before them; what the kernels do not cover comes back as NotImplemented.
#include "bindings/bind_factor.hpp"
#include "bindings/stack_arguments.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/copy/copy.hpp"
#include "kernels/blas/trsm/trsm.hpp"
#include "kernels/factor/cholesky/cholesky.hpp"
#include "kernels/factor/det/det.hpp"
#include "kernels/factor/inv/inv.hpp"
#include "kernels/factor/lu/lu.hpp"
#include "kernels/factor/solve/solve.hpp"

namespace mlmath::bindings {
namespace {

// The result alone, with its status, or LinAlgError for the first matrix that failed.
PyObject* conclude(const char* message, const char* function, Result& result, Infos& infos, Errors errors, const BatchAxes& batch,
                   npy_intp failures, const char* where) {
    if (failures > 0 && errors == Errors::raise)
        if (const auto i = infos.first_failure(); i >= 0) {
            if (batch.axes == 0) return linalg_error("%s: %s, %s %d", message, function, where, infos.data()[i]);
            return linalg_error("%s: %s, %s %d, matrix %zd of the stack", message, function, where, infos.data()[i],
                                static_cast<Py_ssize_t>(i));
        }
    if (errors != Errors::status) return result.finish();
    Reference status(infos.array(batch.axes, batch.shape));
    Reference values(status ? result.finish() : nullptr);
    if (!values) return nullptr;
    return PyTuple_Pack(2, values.get(), status.get());
}

// kernel(stack of a, stack of the result, infos, threads) for a function of one square matrix with a result of its shape.
template <class T, class Kernel>
PyObject* square_to_square(const char* function, const char* message, const char* where, PyArrayObject* a, PyObject* out,
                           Errors errors, double flops, Kernel&& kernel) {
    Result result;
    if (!result.prepare(function, out, numpy_type<T>, PyArray_NDIM(a), PyArray_DIMS(a), &a, 1)) return nullptr;
    BatchAxes batch;
    batch.set(function, a, 2);
    batch.add(a, 2);
    batch.add(result.array(), 2);
    BatchAxes joined = batch;
    joined.join();
    Infos infos(joined.count());
    npy_intp failures;
    {
        const FloatingPointWatch flags(function);  // clears; NumPy's linalg reports no flags, so neither is any reported here
        const GilRelease release(worth_releasing(infos.count(), flops));
        failures = kernel(joined.stack(matrix_view<const T>(a), 0), joined.stack(matrix_view<T>(result.array()), 1), infos.data(),
                          num_threads());
        fp_clear();
    }
    return conclude(message, function, result, infos, errors, batch, failures, where);
}

double cube(PyArrayObject* a) {
    const auto n = static_cast<double>(PyArray_DIM(a, PyArray_NDIM(a) - 1));
    return n * n * n;
}

}  // namespace

PyObject* cholesky_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<4> parameters = {"cholesky", {"a", "upper", "out", "errors"}, 4, 4, 1};
        PyObject* slots[4];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Operand a = as_operand(slots[0]);
        Errors errors;
        const int upper = slots[1] == nullptr ? 0 : PyObject_IsTrue(slots[1]);
        if (upper < 0) return nullptr;
        if (!a.array) return not_ours();
        if (!check_square("cholesky", a.array.array()) || !parse_errors("cholesky", slots[3], errors)) return nullptr;
        return with_real(a.type, [&](auto number) {
            using T = decltype(number);
            return square_to_square<T>("cholesky", "Matrix is not positive definite", "leading minor of order", a.array.array(),
                                       slots[2], errors, cube(a.array.array()) / 3,
                                       [&](const Stack<const T>& from, const Stack<T>& to, int* info, int threads) {
                                           return upper ? cholesky<T>(transposed(from), transposed(to), info, threads)
                                                        : cholesky<T>(from, to, info, threads);
                                       });
        });
    });
}

PyObject* inv_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {"inv", {"a", "out", "errors"}, 3, 3, 1};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Operand a = as_operand(slots[0]);
        Errors errors;
        if (!a.array) return not_ours();
        if (!check_square("inv", a.array.array()) || !parse_errors("inv", slots[2], errors)) return nullptr;
        return with_real(a.type, [&](auto number) {
            using T = decltype(number);
            return square_to_square<T>("inv", "Singular matrix", "zero pivot", a.array.array(), slots[1], errors,
                                       2 * cube(a.array.array()),
                                       [](const Stack<const T>& from, const Stack<T>& to, int* info, int threads) {
                                           return inv<T>(from, to, info, threads);
                                       });
        });
    });
}

namespace {

template <class T>
PyObject* solve_of(PyArrayObject* a, PyArrayObject* b, PyObject* out, Errors errors) {
    const int core = PyArray_NDIM(b) == 1 ? 1 : 2;
    const npy_intp n = PyArray_DIM(a, PyArray_NDIM(a) - 1);
    if (PyArray_DIM(b, PyArray_NDIM(b) - core) != n)
        return PyErr_Format(PyExc_ValueError, "solve: a has %zd rows, so b must have %zd as well, got %zd", n, n,
                            PyArray_DIM(b, PyArray_NDIM(b) - core));
    BatchAxes batch;
    if (!batch.set("solve", a, 2, b, core)) return nullptr;
    npy_intp shape[NPY_MAXDIMS];
    std::copy_n(batch.shape, batch.axes, shape);
    std::copy_n(PyArray_DIMS(b) + PyArray_NDIM(b) - core, core, shape + batch.axes);
    Result result;
    PyArrayObject* operands[2] = {a, b};
    if (!result.prepare("solve", out, numpy_type<T>, batch.axes + core, shape, operands, 2)) return nullptr;
    batch.add(a, 2);
    batch.add(b, core);
    batch.add(result.array(), core);
    BatchAxes joined = batch;
    joined.join();
    Infos infos(joined.count());
    const auto right = core_view<const T>(b, core);
    npy_intp failures;
    {
        const FloatingPointWatch flags("solve");
        const GilRelease release(
            worth_releasing(infos.count(), cube(a) + 2 * static_cast<double>(n * n) * static_cast<double>(right.columns)));
        failures = solve<T>(joined.stack(matrix_view<const T>(a), 0), joined.stack(right, 1),
                            joined.stack(core_view<T>(result.array(), core), 2), infos.data(), num_threads());
        fp_clear();
    }
    return conclude("Singular matrix", "solve", result, infos, errors, batch, failures, "zero pivot");
}

template <class T>
PyObject* det_of(PyArrayObject* a, bool logarithm) {
    BatchAxes batch;
    batch.set("det", a, 2);
    Reference first(PyArray_SimpleNew(batch.axes, batch.shape, numpy_type<T>));
    Reference second(logarithm ? PyArray_SimpleNew(batch.axes, batch.shape, numpy_type<T>) : nullptr);
    if (!first || (logarithm && !second)) return nullptr;
    batch.add(a, 2);
    batch.join();
    const Stack<const T> stack = batch.stack(matrix_view<const T>(a), 0);
    auto* const values = static_cast<T*>(PyArray_DATA(first.array()));
    {
        const FloatingPointWatch flags("det");
        const GilRelease release(worth_releasing(batch.count(), cube(a)));
        if (logarithm)
            slogdet<T>(stack, values, static_cast<T*>(PyArray_DATA(second.array())), num_threads());
        else
            det<T>(stack, values, num_threads());
        fp_clear();
    }
    const auto finish = [](Reference& array) { return PyArray_Return(reinterpret_cast<PyArrayObject*>(array.release())); };
    return logarithm ? Py_BuildValue("(NN)", finish(first), finish(second)) : finish(first);
}

PyObject* det_call(PyObject* object, const char* function, bool logarithm) {
    Operand a = as_operand(object);
    if (!a.array) return not_ours();
    if (!check_square(function, a.array.array())) return nullptr;
    return with_real(a.type, [&](auto number) { return det_of<decltype(number)>(a.array.array(), logarithm); });
}

// (lu, pivots, infos) of a stack of any matrices.
template <class T>
PyObject* lu_of(PyArrayObject* a) {
    const int nd = PyArray_NDIM(a);
    BatchAxes batch;
    batch.set("lu_factor", a, 2);
    npy_intp shape[NPY_MAXDIMS];
    std::copy_n(PyArray_DIMS(a), nd - 2, shape);
    shape[nd - 2] = std::min(PyArray_DIM(a, nd - 2), PyArray_DIM(a, nd - 1));
    Reference factors(PyArray_SimpleNew(nd, PyArray_DIMS(a), numpy_type<T>)), pivots(PyArray_SimpleNew(nd - 1, shape, NPY_INT32));
    if (!factors || !pivots) return nullptr;
    batch.add(a, 2);
    batch.add(factors.array(), 2);
    BatchAxes joined = batch;
    joined.join();
    Infos infos(joined.count());
    {
        const FloatingPointWatch flags("lu_factor");
        const GilRelease release(
            worth_releasing(infos.count(), static_cast<double>(PyArray_SIZE(a)) * static_cast<double>(shape[nd - 2])));
        lu<T>(joined.stack(matrix_view<const T>(a), 0), joined.stack(matrix_view<T>(factors.array()), 1),
              static_cast<int*>(PyArray_DATA(pivots.array())), infos.data(), num_threads());
        fp_clear();
    }
    Reference status(infos.array(batch.axes, batch.shape));
    return status ? PyTuple_Pack(3, factors.get(), pivots.get(), status.get()) : nullptr;
}

// X of T X = B, T one triangle of every matrix of a stack (transposed first, if asked), in a fresh array; or, as a
// number from 1, the place of a zero on a diagonal.
template <class T>
PyObject* triangular_of(PyArrayObject* a, PyArrayObject* b, bool lower, bool transpose, bool unit) {
    const int core = PyArray_NDIM(b) == 1 ? 1 : 2;
    BatchAxes batch;
    if (!batch.set("solve_triangular", a, 2, b, core)) return nullptr;
    npy_intp shape[NPY_MAXDIMS];
    std::copy_n(batch.shape, batch.axes, shape);
    std::copy_n(PyArray_DIMS(b) + PyArray_NDIM(b) - core, core, shape + batch.axes);
    Reference x(PyArray_SimpleNew(batch.axes + core, shape, numpy_type<T>));
    if (!x) return nullptr;
    batch.add(a, 2);
    batch.add(b, core);
    batch.add(x.array(), core);
    batch.join();
    const Stack<const T> triangles = batch.stack(matrix_view<const T>(a), 0), right = batch.stack(core_view<const T>(b, core), 1);
    const Stack<T> solutions = batch.stack(core_view<T>(x.array(), core), 2);
    npy_intp singular = 0;
    {
        const FloatingPointWatch flags("solve_triangular");
        const auto n = static_cast<double>(triangles.first.rows);
        const GilRelease release(worth_releasing(batch.count(), n * n * static_cast<double>(right.first.columns)));
        parallel(1, [&](Team& team) {
            for (npy_intp i = 0; i < batch.count() && singular == 0 && !team.poll(); ++i) {
                MatrixView<const T> t = triangles.at(i);
                for (npy_intp k = 0; k < t.rows && !unit && singular == 0; ++k)
                    if (t.data[k * (t.row_stride + t.column_stride)] == 0) singular = k + 1;
                if (singular != 0) break;
                if (transpose) t = transposed(t);
                copy(right.at(i), solutions.at(i));
                trsm<T>({t, lower != transpose, unit}, solutions.at(i), num_threads());
            }
        });
        fp_clear();
    }
    return singular != 0 ? PyLong_FromSsize_t(singular) : x.release();
}

}  // namespace

PyObject* solve_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<4> parameters = {"solve", {"a", "b", "out", "errors"}, 4, 4, 2};
        PyObject* slots[4];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Errors errors;
        Operand a = as_operand(slots[0]);
        if (!a.array) return not_ours();
        Operand b = as_operand(slots[1]);
        if (!b.array) return not_ours();
        if (!check_square("solve", a.array.array()) || !parse_errors("solve", slots[3], errors)) return nullptr;
        if (PyArray_NDIM(b.array.array()) == 0)
            return PyErr_Format(PyExc_ValueError, "solve: b must have at least one dimension, got a scalar");
        if (!in_one_type(a, b)) return nullptr;
        return with_real(
            a.type, [&](auto number) { return solve_of<decltype(number)>(a.array.array(), b.array.array(), slots[2], errors); });
    });
}

PyObject* det_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<1> parameters = {"det", {"a"}, 0, 1, 1};
        PyObject* slots[1];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        return det_call(slots[0], "det", false);
    });
}

PyObject* slogdet_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<1> parameters = {"slogdet", {"a"}, 0, 1, 1};
        PyObject* slots[1];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        return det_call(slots[0], "slogdet", true);
    });
}

PyObject* lu_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<1> parameters = {"lu", {"a"}, 1, 1, 1};
        PyObject* slots[1];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Operand a = as_operand(slots[0]);
        if (!a.array) return not_ours();
        if (!check_matrix("lu", a.array.array())) return nullptr;
        return with_real(a.type, [&](auto number) { return lu_of<decltype(number)>(a.array.array()); });
    });
}

PyObject* solve_triangular_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<5> parameters = {"solve_triangular", {"a", "b", "lower", "transpose", "unit"}, 5, 5, 5};
        PyObject* slots[5];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Operand a = as_operand(slots[0]);
        if (!a.array) return not_ours();
        Operand b = as_operand(slots[1]);
        if (!b.array) return not_ours();
        if (!in_one_type(a, b)) return nullptr;
        return with_real(a.type, [&](auto number) {
            return triangular_of<decltype(number)>(a.array.array(), b.array.array(), slots[2] == Py_True, slots[3] == Py_True,
                                                   slots[4] == Py_True);
        });
    });
}

}  // namespace mlmath::bindings
