// SPDX-License-Identifier: BSD-3-Clause
// Moments and covariances as states that can be merged and continued. The classes are Python's (stats/_state.py).
#include "bindings/bind_statistics.hpp"

#include <optional>

#include "kernels/reduce/central_moments/central_moments.hpp"
#include "kernels/reduce/covariance/covariance.hpp"

namespace mlmath::bindings {
namespace {

constexpr int moments_fields = sizeof(CentralMoments) / sizeof(double);

py::tuple heights_of(const Segment* segments, int count) {
    py::tuple heights(count);
    for (int s = 0; s < count; ++s) heights[static_cast<std::size_t>(s)] = segments[s].height;
    return heights;
}

void report(const FloatingPointWatch& watch) {
    if (!watch.report()) throw py::error_already_set();
}

// (states of the segments: segments x kept items x 8, heights of the segments)
py::tuple moments(py::handle a, py::handle weights, AxisSet axes, int order, std::ptrdiff_t before) {
    const int type = type_of(a.ptr()) == NPY_FLOAT ? NPY_FLOAT : NPY_DOUBLE;
    const Readable x(a.ptr(), type, "moments");
    std::optional<Readable> w;
    if (!weights.is_none()) w.emplace(weights.ptr(), NPY_DOUBLE, "moments");
    npy_intp out_strides[max_axes];
    const npy_intp items = kept_strides(x, axes, out_strides);
    Segment segments[most_segments];
    const int count = cut_segments(x.size() / items, before, segments);
    const npy_intp shape[] = {count, items, moments_fields};
    Reference states = new_array(3, shape, NPY_DOUBLE);
    const FloatingPointWatch watch("moments", FE_UNDERFLOW);
    {
        const GilRelease release(x.worth_releasing());
        const auto run = [&](auto view) {
            auto* out = data_of<CentralMoments>(states);
            if (w)
                central_moments_weighted(view, w->view<double>(), axes, segments, count, out, out_strides, num_threads());
            else
                central_moments(view, axes, order, segments, count, out, out_strides, num_threads());
        };
        if (type == NPY_FLOAT)
            run(x.view<float>());
        else
            run(x.view<double>());
    }
    report(watch);
    return py::make_tuple(object_of(std::move(states)), heights_of(segments, count));
}

py::object merge_moments(py::handle left, py::handle right) {
    const Readable a(left.ptr(), NPY_DOUBLE, "moments"), b(right.ptr(), NPY_DOUBLE, "moments");
    const npy_intp shape[] = {a.size() / moments_fields, moments_fields};
    if (a.size() != b.size() || !PyArray_ISCARRAY_RO(a.array.array()) || !PyArray_ISCARRAY_RO(b.array.array()))
        invalid_argument("moments", "states must be contiguous and of the same shape");
    Reference result = new_array(2, shape, NPY_DOUBLE);
    const FloatingPointWatch watch("moments", FE_UNDERFLOW);
    for (npy_intp i = 0; i < shape[0]; ++i)
        data_of<CentralMoments>(result)[i] = merged(a.data<CentralMoments>()[i], b.data<CentralMoments>()[i]);
    report(watch);
    return object_of(std::move(result));
}

// Rows are variables. An array of one axis is one variable.
template <class T>
Observations<T> observations_of(const std::optional<Readable>& x) {
    if (!x) return {nullptr, 0, 0, 0};
    if (x->axes() == 1) return {x->data<T>(), 1, 0, x->strides[0]};
    return {x->data<T>(), x->shape()[0], x->strides[0], x->strides[1]};
}

// (states of the segments: segments x state size, heights of the segments)
py::tuple comoments(py::handle a, py::handle b, py::handle weights, bool cross, std::ptrdiff_t before) {
    const int type = type_of(a.ptr()) == NPY_FLOAT && (b.is_none() || type_of(b.ptr()) == NPY_FLOAT) ? NPY_FLOAT : NPY_DOUBLE;
    std::optional<Readable> x, y, w;
    x.emplace(a.ptr(), type, "cov");
    if (!b.is_none()) y.emplace(b.ptr(), type, "cov");
    const npy_intp n = x->shape()[x->axes() - 1];
    if (y && y->shape()[y->axes() - 1] != n) invalid_argument("cov", "x and y must have the same number of observations");
    if (!weights.is_none()) {
        w.emplace(weights.ptr(), NPY_DOUBLE, "cov");
        if (w->size() != n || !PyArray_ISCARRAY_RO(w->array.array()))
            invalid_argument("cov", "weights must be contiguous, one per observation");
    }
    const auto xs = observations_of<double>(x), ys = observations_of<double>(y);
    const CovarianceShape shape{xs.variables, ys.variables, cross};
    Segment segments[most_segments];
    const int count = cut_segments(n, before, segments);
    const npy_intp dims[] = {count, shape.state_size()};
    Reference states = new_array(2, dims, NPY_DOUBLE);
    const FloatingPointWatch watch("cov", FE_UNDERFLOW);
    {
        const GilRelease release(n * shape.rows() * shape.columns() > 100000);
        const double* const weight = w ? w->data<double>() : nullptr;
        auto* const out = data_of<double>(states);
        if (type == NPY_FLOAT)
            covariance(observations_of<float>(x), observations_of<float>(y), weight, n, cross, segments, count, out, num_threads());
        else
            covariance(xs, ys, weight, n, cross, segments, count, out, num_threads());
    }
    report(watch);
    return py::make_tuple(object_of(std::move(states)), heights_of(segments, count));
}

py::object merge_comoments(py::handle left, py::handle right, std::ptrdiff_t x_variables, std::ptrdiff_t y_variables, bool cross) {
    const CovarianceShape shape{x_variables, y_variables, cross};
    const Readable a(left.ptr(), NPY_DOUBLE, "cov"), b(right.ptr(), NPY_DOUBLE, "cov");
    const npy_intp size = shape.state_size();
    if (a.size() != size || b.size() != size || !PyArray_ISCARRAY_RO(a.array.array()) || !PyArray_ISCARRAY_RO(b.array.array()))
        invalid_argument("cov", "states must be contiguous and of the same variables");
    Reference result = new_array(1, &size, NPY_DOUBLE);
    const FloatingPointWatch watch("cov", FE_UNDERFLOW);
    merge_covariance(shape, a.data<double>(), b.data<double>(), data_of<double>(result));
    report(watch);
    return object_of(std::move(result));
}

}  // namespace

void bind_statistics(py::module_& module) {
    module.attr("reduction_chunk") = reduction_chunk;
    module.def("_moments", moments);
    module.def("_merge_moments", merge_moments);
    module.def("_comoments", comoments);
    module.def("_merge_comoments", merge_comoments);
    bind_order(module);
}

}  // namespace mlmath::bindings
