// SPDX-License-Identifier: BSD-3-Clause
// multivariate_normal: its factor packed, its rows drawn. Arguments are checked, factors found and kept in Python.
#include "bindings/bind_random_draw.hpp"
#include "core/thread_pool.hpp"
#include "kernels/random/distributions/multivariate_normal/multivariate_normal.hpp"
#include "kernels/random/distributions/normal/normal.hpp"

namespace mlmath::bindings {
namespace {

PyArrayObject* array_of(const py::handle& object, int type, int dimensions, bool writable) {
    auto* array = reinterpret_cast<PyArrayObject*>(object.ptr());
    if (!PyArray_Check(object.ptr()) || PyArray_TYPE(array) != type || PyArray_NDIM(array) != dimensions ||
        !(writable ? PyArray_ISCARRAY(array) : PyArray_ISCARRAY_RO(array)))
        throw py::value_error("multivariate_normal: arrays must be C-contiguous, aligned and of one type");
    return array;
}

template <class T>
py::object pack(const double* a, std::ptrdiff_t order) {
    npy_intp size = packed_factor_elements<T>(order);
    auto panels = py::reinterpret_steal<py::object>(PyArray_SimpleNew(1, &size, numpy_type<T>));
    if (!panels) throw py::error_already_set();
    pack_normal_factor(a, order, static_cast<T*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(panels.ptr()))));
    return panels;
}

// The d x d matrix `a` (float64) in the kernel's layout, as float64 or float32.
py::object pack_factor(const py::object& a, int type) {
    auto* matrix = array_of(a, NPY_DOUBLE, 2, false);
    const std::ptrdiff_t order = PyArray_DIM(matrix, 0);
    if (PyArray_DIM(matrix, 1) != order || (type != NPY_DOUBLE && type != NPY_FLOAT))
        throw py::value_error("multivariate_normal: a factor is a square matrix of float64 or float32");
    const auto* elements = static_cast<const double*>(PyArray_DATA(matrix));
    return type == NPY_DOUBLE ? pack<double>(elements, order) : pack<float>(elements, order);
}

template <class T>
void draw_rows(StreamHandle& handle, PyArrayObject* mean, PyArrayObject* panels, bool triangular, PyArrayObject* out,
               Memory memory) {
    const std::ptrdiff_t rows = PyArray_DIM(out, 0), order = PyArray_DIM(out, 1);
    if (PyArray_DIM(mean, 0) != order || PyArray_DIM(panels, 0) != packed_factor_elements<T>(order))
        throw py::value_error("multivariate_normal: mean, factor and out do not fit");
    if (rows == 0 || order == 0) return;
    const Reservation taken = reserve(handle, static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(order),
                                      static_cast<int>(sizeof(T) / 4), normals_use<T>);
    if (!taken.ok) throw py::error_already_set();
    const NormalFactor<T> factor = {order, triangular, static_cast<const T*>(PyArray_DATA(panels))};
    const GilRelease release(rows * order > 8192);
    multivariate_normal(taken.key, taken.start, factor, static_cast<const T*>(PyArray_DATA(mean)),
                        static_cast<T*>(PyArray_DATA(out)), rows, num_threads(), memory);
}

// out[r] = mean + A z of the stream's next normals; out is rows x d and gives the type; fresh: nobody has touched it.
void fill_rows(const py::capsule& stream, const py::object& mean, const py::object& panels, bool triangular, const py::object& out,
               bool fresh) {
    StreamHandle& handle = stream_of(stream);
    const int type = PyArray_Check(out.ptr()) ? PyArray_TYPE(reinterpret_cast<PyArrayObject*>(out.ptr())) : NPY_DOUBLE;
    const Memory memory = fresh ? Memory::fresh : Memory::used;
    auto* rows = array_of(out, type, 2, true);
    auto *center = array_of(mean, type, 1, false), *factor = array_of(panels, type, 1, false);
    if (type == NPY_DOUBLE)
        draw_rows<double>(handle, center, factor, triangular, rows, memory);
    else if (type == NPY_FLOAT)
        draw_rows<float>(handle, center, factor, triangular, rows, memory);
    else
        throw py::value_error("multivariate_normal: out must be float64 or float32");
}

}  // namespace

void bind_multivariate(py::module_& module) {
    module.def("multivariate_normal_factor", pack_factor, py::arg("a"), py::arg("type"));
    module.def("multivariate_normal_rows", fill_rows, py::arg("stream"), py::arg("mean"), py::arg("panels"), py::arg("triangular"),
               py::arg("out"), py::arg("fresh"));
}

extern const RandomMethods multivariate_methods;
const RandomMethods multivariate_methods = {nullptr, 0};

}  // namespace mlmath::bindings
