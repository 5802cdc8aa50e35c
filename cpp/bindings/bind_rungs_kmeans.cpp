// SPDX-License-Identifier: BSD-3-Clause
// The rungs of the k-means assignment: rows and centres in, labels out.
#include <vector>

#include "bindings/bind_rows.hpp"
#include "bindings/bind_rungs.hpp"
#include "core/thread_pool.hpp"
#include "kernels/cluster/kmeans/kmeans_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
using AssignmentRung = void (*)(MatrixView<const T>, std::ptrdiff_t, const double*, std::int32_t*, int);

template <class T>
PyObject* run_assignment(const char* name, PyObject* a, PyObject* b, AssignmentRung<T> rung) {
    Reference x = as_plain(a, numpy_type<T>);
    if (!x) return nullptr;
    Reference centers = as_plain(b, numpy_type<T>);
    if (!centers) return nullptr;
    if (PyArray_NDIM(x.array()) != 2 || PyArray_NDIM(centers.array()) != 2 || PyArray_DIM(centers.array(), 0) == 0 ||
        PyArray_DIM(x.array(), 1) != PyArray_DIM(centers.array(), 1))
        return PyErr_Format(PyExc_ValueError, "%s: X must be (n, d) and centers (K, d) with K >= 1", name);
    const MatrixView<const T> rows = matrix_view<const T>(x.array()), c = matrix_view<const T>(centers.array());
    std::vector<double> packed;
    for (std::ptrdiff_t k = 0; k < c.rows; ++k)
        for (std::ptrdiff_t j = 0; j < c.columns; ++j)
            packed.push_back(static_cast<double>(c.data[k * c.row_stride + j * c.column_stride]));
    npy_intp n = rows.rows;
    Reference labels(PyArray_SimpleNew(1, &n, NPY_INT32));
    if (!labels) return nullptr;
    {
        const GilRelease release(PyArray_SIZE(x.array()) > 2000);
        rung(rows, c.rows, packed.data(), static_cast<std::int32_t*>(PyArray_DATA(labels.array())), num_threads());
    }
    fp_clear();
    return labels.release();
}

template <const auto& name, AssignmentRung<double> f64, AssignmentRung<float> f32>
PyObject* assignment_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<2> parameters = {name, {"X", "centers"}, 2, 2, 2};
        PyObject* slots[2];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        return is_float32(slots[0]) ? run_assignment<float>(name, slots[0], slots[1], f32)
                                    : run_assignment<double>(name, slots[0], slots[1], f64);
    });
}

constexpr char textbook[] = "kmeans_assignment_textbook", norm_trick[] = "kmeans_assignment_norm_trick",
               gemm[] = "kmeans_assignment_gemm", simd[] = "kmeans_assignment_simd", threaded[] = "kmeans_assignment_threaded";

}  // namespace

void bind_kmeans_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(
            textbook,
            assignment_rung<textbook, ladder::kmeans_assignment_textbook<double>, ladder::kmeans_assignment_textbook<float>>),
        fast_method(
            norm_trick,
            assignment_rung<norm_trick, ladder::kmeans_assignment_norm_trick<double>, ladder::kmeans_assignment_norm_trick<float>>),
        fast_method(gemm, assignment_rung<gemm, ladder::kmeans_assignment_gemm<double>, ladder::kmeans_assignment_gemm<float>>),
        fast_method(simd, assignment_rung<simd, ladder::kmeans_assignment_simd<double>, ladder::kmeans_assignment_simd<float>>),
        fast_method(
            threaded,
            assignment_rung<threaded, ladder::kmeans_assignment_threaded<double>, ladder::kmeans_assignment_threaded<float>>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
