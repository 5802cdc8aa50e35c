// SPDX-License-Identifier: BSD-3-Clause
// dirichlet: rows of a vector of shapes.
#include "bindings/bind_random_dirichlet.hpp"

#include <algorithm>
#include <vector>

#include "core/thread_pool.hpp"
#include "kernels/random/distributions/dirichlet/dirichlet.hpp"

namespace mlmath::bindings {
namespace {

bool is_vector(PyObject* alpha) {
    auto* array = reinterpret_cast<PyArrayObject*>(alpha);
    return PyArray_Check(alpha) && PyArray_NDIM(array) == 1 && PyArray_TYPE(array) == NPY_DOUBLE && PyArray_ISCARRAY_RO(array);
}

// A list or tuple of Python numbers, or a contiguous vector of doubles; false when it is neither, or holds what NumPy refuses.
bool plain_alpha(PyObject* alpha, std::vector<double>& shapes) {
    if (PyList_CheckExact(alpha) || PyTuple_CheckExact(alpha)) {
        shapes.resize(static_cast<std::size_t>(PySequence_Fast_GET_SIZE(alpha)));
        for (std::size_t j = 0; j < shapes.size(); ++j)
            if (!plain_parameter(PySequence_Fast_GET_ITEM(alpha, static_cast<Py_ssize_t>(j)), shapes[j])) return false;
    } else if (is_vector(alpha)) {
        auto* array = reinterpret_cast<PyArrayObject*>(alpha);
        const auto* data = static_cast<const double*>(PyArray_DATA(array));
        shapes.assign(data, data + PyArray_DIM(array, 0));
    } else {
        return false;
    }
    return std::none_of(shapes.begin(), shapes.end(), [](double a) { return a < 0; });
}

// Rows of valid shapes into n numbers. False with a Python exception set.
bool draw_rows(StreamHandle& handle, std::vector<double>& shapes, double* out, std::ptrdiff_t n) {
    if (n == 0) return true;
    double largest = 0;
    for (double& a : shapes) a += 0.0, largest = std::max(largest, a);  // -0 becomes 0
    if (largest > 0 && largest < 0x1p-512)
        for (double& a : shapes) a *= 0x1p512;
    const Reservation taken = reserve(handle, static_cast<std::uint64_t>(n), dirichlet_halves, UnitUse::gammas);
    if (!taken.ok) return false;
    const auto k = static_cast<std::ptrdiff_t>(shapes.size());
    const GilRelease release(n > 4096);
    dirichlet(taken.key, taken.start, shapes.data(), k, out, n / k, num_threads());
    return true;
}

}  // namespace

PyObject* dirichlet_method(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<4> names = {"dirichlet", {"alpha", "size", "dtype", "out"}, 0, 2, 1};
        PyObject* slots[4];
        if (!names.parse(args, nargs, keyword_names, slots)) return nullptr;
        auto& [alpha, size, dtype, out] = slots;
        StreamHandle* handle = handle_of(self);
        int type = NPY_DOUBLE;
        std::vector<double> shapes;
        PlainShape shape;
        if (handle == nullptr || !plain_real_type(dtype, type) || type != NPY_DOUBLE || given(out) ||
            (given(size) && !shape.plain(size)) || shape.dimensions == NPY_MAXDIMS || !plain_alpha(alpha, shapes))
            return general_case("dirichlet", self, args, nargs, keyword_names);
        shape.extents[shape.dimensions++] = static_cast<npy_intp>(shapes.size());
        Reference array(PyArray_SimpleNew(shape.dimensions, shape.extents, NPY_DOUBLE));
        if (!array || !draw_rows(*handle, shapes, static_cast<double*>(PyArray_DATA(array.array())), PyArray_SIZE(array.array())))
            return nullptr;
        return array.release();
    });
}

void dirichlet_rows(const py::capsule& stream, const py::object& alpha, const py::object& out) {
    StreamHandle& handle = stream_of(stream);
    auto* array = reinterpret_cast<PyArrayObject*>(out.ptr());
    std::vector<double> shapes;
    if (!is_vector(alpha.ptr()) || !plain_alpha(alpha.ptr(), shapes) || !plain_out(out.ptr(), NPY_DOUBLE) ||
        !PyArray_ISCARRAY(array) || PyArray_NDIM(array) < 1 ||
        PyArray_DIM(array, PyArray_NDIM(array) - 1) != static_cast<npy_intp>(shapes.size()))
        throw py::value_error("dirichlet_rows: alpha must be a vector, out rows of its length, both contiguous float64");
    if (!draw_rows(handle, shapes, static_cast<double*>(PyArray_DATA(array)), PyArray_SIZE(array))) throw py::error_already_set();
}

}  // namespace mlmath::bindings
