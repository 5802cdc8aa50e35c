// SPDX-License-Identifier: BSD-3-Clause
// The rungs of gemv, batched and gram: one or two arrays of one dtype in, one out.
#include "bindings/bind_rungs.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/gemm/batched_ladder.hpp"
#include "kernels/blas/gemm/gemv_ladder.hpp"
#include "kernels/blas/gram/gram_ladder.hpp"

namespace mlmath::bindings {
namespace {

// A new result of this shape, or `given_out` if it is one and lies apart from a and b.
template <class T>
Reference result_array(const char* name, PyObject* given_out, int axes, const npy_intp* shape, PyArrayObject* a, PyArrayObject* b) {
    if (!given(given_out)) return Reference(PyArray_SimpleNew(axes, const_cast<npy_intp*>(shape), numpy_type<T>));
    auto* out = reinterpret_cast<PyArrayObject*>(given_out);
    bool fits = plain_array_of(given_out, numpy_type<T>) && PyArray_ISWRITEABLE(out) && PyArray_NDIM(out) == axes;
    for (int axis = 0; fits && axis < axes; ++axis) fits = PyArray_DIM(out, axis) == shape[axis];
    if (fits && !may_share_memory(out, a) && (b == nullptr || !may_share_memory(out, b))) return Reference::borrow(given_out);
    PyErr_Format(PyExc_ValueError,
                 "%s: out must be a writeable array of the result's shape and the operands' dtype, apart from them", name);
    return {};
}

template <class Work>
PyObject* computed(const char* name, Reference out, double work, Work&& run) {
    const FloatingPointWatch watch(name);
    {
        const GilRelease release(work > 1 << 18);
        run();
    }
    return watch.report() ? out.release() : nullptr;
}

template <class T>
using GemvRung = void (*)(MatrixView<const T>, VectorView<const T>, VectorView<T>, int);

template <class T>
PyObject* run_rung(const char* name, PyObject* const* slots, GemvRung<T> rung) {
    Reference a = as_plain(slots[0], numpy_type<T>);
    if (!a) return nullptr;
    Reference x = as_plain(slots[1], numpy_type<T>);
    if (!x) return nullptr;
    if (PyArray_NDIM(a.array()) != 2 || PyArray_NDIM(x.array()) != 1 || PyArray_DIM(a.array(), 1) != PyArray_DIM(x.array(), 0))
        return PyErr_Format(PyExc_ValueError, "%s: a must be a matrix and b a vector of as many elements as a has columns", name);
    Reference out = result_array<T>(name, slots[2], 1, PyArray_DIMS(a.array()), a.array(), x.array());
    if (!out) return nullptr;
    const VectorView<T> y = vector_view<T>(out.array());
    return computed(name, std::move(out), static_cast<double>(PyArray_SIZE(a.array())),
                    [&] { rung(matrix_view<const T>(a.array()), vector_view<const T>(x.array()), y, num_threads()); });
}

template <class T>
using BatchedRung = void (*)(ladder::Matrices<const T>, ladder::Matrices<const T>, ladder::Matrices<T>, int);

template <class T>
ladder::Matrices<T> matrices(PyArrayObject* a) {
    return {matrix_view<T>(a), PyArray_DIM(a, 0), PyArray_STRIDE(a, 0) / static_cast<npy_intp>(sizeof(T))};
}

template <class T>
PyObject* run_rung(const char* name, PyObject* const* slots, BatchedRung<T> rung) {
    Reference a = as_plain(slots[0], numpy_type<T>);
    if (!a) return nullptr;
    Reference b = as_plain(slots[1], numpy_type<T>);
    if (!b) return nullptr;
    for (PyArrayObject* m : {a.array(), b.array()})
        if (PyArray_NDIM(m) != 3 || PyArray_DIM(m, 1) != 4 || PyArray_DIM(m, 2) != 4 ||
            PyArray_DIM(m, 0) != PyArray_DIM(a.array(), 0))
            return PyErr_Format(PyExc_ValueError, "%s: a and b must be as many matrices, each 4 x 4", name);
    Reference out = result_array<T>(name, slots[2], 3, PyArray_DIMS(a.array()), a.array(), b.array());
    if (!out) return nullptr;
    const ladder::Matrices<T> c = matrices<T>(out.array());
    return computed(name, std::move(out), static_cast<double>(PyArray_SIZE(a.array())),
                    [&] { rung(matrices<const T>(a.array()), matrices<const T>(b.array()), c, num_threads()); });
}

template <class T>
using GramRung = void (*)(MatrixView<const T>, T*, int);

template <class T>
PyObject* run_rung(const char* name, PyObject* const* slots, GramRung<T> rung) {
    Reference x = as_plain(slots[0], numpy_type<T>);
    if (!x) return nullptr;
    if (PyArray_NDIM(x.array()) != 2) return PyErr_Format(PyExc_ValueError, "%s: X must be a matrix", name);
    const npy_intp n = PyArray_DIM(x.array(), 1), shape[2] = {n, n};
    Reference out = result_array<T>(name, nullptr, 2, shape, x.array(), nullptr);
    if (!out) return nullptr;
    T* const c = static_cast<T*>(PyArray_DATA(out.array()));
    return computed(name, std::move(out), static_cast<double>(PyArray_SIZE(x.array())) * static_cast<double>(n),
                    [&] { rung(matrix_view<const T>(x.array()), c, num_threads()); });
}

// float32 when all operands are, otherwise float64, as NumPy's promotion gives for real input.
template <const auto& name, auto f64, auto f32>
PyObject* rung_of_two(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {name, {"a", "b", "out"}, 0, 3, 2};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        if (is_float32(slots[0]) && is_float32(slots[1])) return run_rung<float>(name, slots, f32);
        return run_rung<double>(name, slots, f64);
    });
}
template <const auto& name, auto f64, auto f32>
PyObject* rung_of_one(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<1> parameters = {name, {"X"}, 0, 1, 1};
        PyObject* slots[1];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        return is_float32(slots[0]) ? run_rung<float>(name, slots, f32) : run_rung<double>(name, slots, f64);
    });
}

#define MLMATH_RUNG_NAME(name) constexpr char name##_name[] = #name
MLMATH_RUNG_NAME(gemv_textbook);
MLMATH_RUNG_NAME(gemv_four_rows);
MLMATH_RUNG_NAME(gemv_lanes);
MLMATH_RUNG_NAME(gemv_squares);
MLMATH_RUNG_NAME(batched_textbook);
MLMATH_RUNG_NAME(batched_fixed_size);
MLMATH_RUNG_NAME(batched_registers);
MLMATH_RUNG_NAME(gram_textbook);
MLMATH_RUNG_NAME(gram_half);
MLMATH_RUNG_NAME(gram_rows);
MLMATH_RUNG_NAME(gram_four_rows);
MLMATH_RUNG_NAME(gram_tiles);
#undef MLMATH_RUNG_NAME

}  // namespace

#define MLMATH_RUNG(of, name) fast_method(name##_name, of<name##_name, ladder::name<double>, ladder::name<float>>)

void bind_gemv_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {MLMATH_RUNG(rung_of_two, gemv_textbook),
                                    MLMATH_RUNG(rung_of_two, gemv_four_rows),
                                    MLMATH_RUNG(rung_of_two, gemv_lanes),
                                    MLMATH_RUNG(rung_of_two, gemv_squares),
                                    {nullptr, nullptr, 0, nullptr}};
    add_methods(rungs, methods);
}
void bind_batched_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {MLMATH_RUNG(rung_of_two, batched_textbook),
                                    MLMATH_RUNG(rung_of_two, batched_fixed_size),
                                    MLMATH_RUNG(rung_of_two, batched_registers),
                                    {nullptr, nullptr, 0, nullptr}};
    add_methods(rungs, methods);
}
void bind_gram_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {MLMATH_RUNG(rung_of_one, gram_textbook), MLMATH_RUNG(rung_of_one, gram_half),
                                    MLMATH_RUNG(rung_of_one, gram_rows),     MLMATH_RUNG(rung_of_one, gram_four_rows),
                                    MLMATH_RUNG(rung_of_one, gram_tiles),    {nullptr, nullptr, 0, nullptr}};
    add_methods(rungs, methods);
}
#undef MLMATH_RUNG

}  // namespace mlmath::bindings
