// SPDX-License-Identifier: BSD-3-Clause
// The rungs of gemm.
#include "bindings/rung_products.hpp"
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
PyObject* run_gemm(const char* name, PyObject* const* slots, GemmRung<T> rung) {
    ProductArguments x = product_arguments<T>(name, slots[0], slots[1], slots[2]);
    if (!x) return nullptr;
    const FloatingPointWatch watch(name);
    {
        const GilRelease release(x.large());
        rung(matrix_view<const T>(x.a.array()), matrix_view<const T>(x.b.array()), matrix_view<T>(x.out.array()), num_threads());
    }
    return watch.report() ? x.out.release() : nullptr;
}

template <const auto& name, GemmRung<double> f64, GemmRung<float> f32>
PyObject* gemm_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return by_dtype<name>(
        args, nargs, keyword_names, [](PyObject* const* slots) { return run_gemm<double>(name, slots, f64); },
        [](PyObject* const* slots) { return run_gemm<float>(name, slots, f32); });
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
