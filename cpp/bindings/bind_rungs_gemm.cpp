// SPDX-License-Identifier: BSD-3-Clause
// The rungs of gemm: two matrices of one dtype in, one out, as matmul(a, b, out=None).
#include "bindings/bind_rungs.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/gemm/gemm.hpp"
#include "kernels/blas/gemm/gemm_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
using GemmRung = void (*)(MatrixView<const T>, MatrixView<const T>, MatrixView<T>, int);

template <class T>
void gemm_threaded(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads) {
    gemm<T>(1, a, b, 0, c, threads);
}

template <class T>
PyObject* run_gemm(const char* name, PyObject* first, PyObject* second, PyObject* given_out, GemmRung<T> rung) {
    Reference a = as_plain(first, numpy_type<T>);
    if (!a) return nullptr;
    Reference b = as_plain(second, numpy_type<T>);
    if (!b) return nullptr;
    if (PyArray_NDIM(a.array()) != 2 || PyArray_NDIM(b.array()) != 2)
        return PyErr_Format(PyExc_ValueError, "%s: a and b must be matrices, got %d and %d dimensions", name,
                            PyArray_NDIM(a.array()), PyArray_NDIM(b.array()));
    const npy_intp shape[2] = {PyArray_DIM(a.array(), 0), PyArray_DIM(b.array(), 1)};
    if (PyArray_DIM(a.array(), 1) != PyArray_DIM(b.array(), 0))
        return PyErr_Format(PyExc_ValueError, "%s: a has %zd columns, b has %zd rows; they must be the same", name,
                            PyArray_DIM(a.array(), 1), PyArray_DIM(b.array(), 0));
    Reference out = given(given_out) ? Reference::borrow(given_out) : Reference(PyArray_SimpleNew(2, shape, numpy_type<T>));
    if (!out) return nullptr;
    if (!plain_array_of(out.get(), numpy_type<T>) || !PyArray_ISWRITEABLE(out.array()) || PyArray_NDIM(out.array()) != 2 ||
        PyArray_DIM(out.array(), 0) != shape[0] || PyArray_DIM(out.array(), 1) != shape[1] ||
        may_share_memory(out.array(), a.array()) || may_share_memory(out.array(), b.array()))
        return PyErr_Format(PyExc_ValueError,
                            "%s: out must be a writeable array of shape (%zd, %zd) and the dtype of a and b, apart from both", name,
                            shape[0], shape[1]);
    const FloatingPointWatch watch(name);
    {
        const GilRelease release(static_cast<double>(shape[0]) * static_cast<double>(shape[1]) *
                                     static_cast<double>(PyArray_DIM(a.array(), 1)) >
                                 1 << 18);
        rung(matrix_view<const T>(a.array()), matrix_view<const T>(b.array()), matrix_view<T>(out.array()), num_threads());
    }
    return watch.report() ? out.release() : nullptr;
}

// float32 when both are, otherwise float64, as NumPy's promotion gives for real input.
template <const auto& name, GemmRung<double> f64, GemmRung<float> f32>
PyObject* gemm_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {name, {"a", "b", "out"}, 0, 3, 2};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        if (is_float32(slots[0]) && is_float32(slots[1])) return run_gemm<float>(name, slots[0], slots[1], slots[2], f32);
        return run_gemm<double>(name, slots[0], slots[1], slots[2], f64);
    });
}

constexpr char textbook_name[] = "gemm_textbook", loop_order_name[] = "gemm_loop_order", blocked_name[] = "gemm_blocked",
               packed_name[] = "gemm_packed", micro_kernel_name[] = "gemm_micro_kernel", threaded_name[] = "gemm_threaded";

}  // namespace

void bind_gemm_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(textbook_name, gemm_rung<textbook_name, ladder::gemm_textbook<double>, ladder::gemm_textbook<float>>),
        fast_method(loop_order_name, gemm_rung<loop_order_name, ladder::gemm_loop_order<double>, ladder::gemm_loop_order<float>>),
        fast_method(blocked_name, gemm_rung<blocked_name, ladder::gemm_blocked<double>, ladder::gemm_blocked<float>>),
        fast_method(packed_name, gemm_rung<packed_name, ladder::gemm_packed<double>, ladder::gemm_packed<float>>),
        fast_method(micro_kernel_name,
                    gemm_rung<micro_kernel_name, ladder::gemm_micro_kernel<double>, ladder::gemm_micro_kernel<float>>),
        fast_method(threaded_name, gemm_rung<threaded_name, gemm_threaded<double>, gemm_threaded<float>>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
