// SPDX-License-Identifier: BSD-3-Clause
// Extremes, counts and order statistics.
#include <algorithm>
#include <optional>

#include "bindings/bind_statistics.hpp"
#include "bindings/numpy_call.hpp"
#include "kernels/reduce/bincount/bincount.hpp"
#include "kernels/reduce/histogram/histogram.hpp"
#include "kernels/reduce/minmax/minmax.hpp"
#include "kernels/reduce/selection/selection.hpp"

namespace mlmath::bindings {
namespace {

// call(zero of the element's type) for the integers and, with Floats, float32 and float64; false for any other type.
template <bool Floats, class Call>
bool with_element(int type, Call&& call) {
    const auto integer = [&](std::size_t size, bool is_signed) {
        if (size == 1) is_signed ? call(std::int8_t{}) : call(std::uint8_t{});
        if (size == 2) is_signed ? call(std::int16_t{}) : call(std::uint16_t{});
        if (size == 4) is_signed ? call(std::int32_t{}) : call(std::uint32_t{});
        if (size == 8 && is_signed) call(std::int64_t{});
        return size < 8 || is_signed;
    };
    switch (type) {
        case NPY_DOUBLE:
            if constexpr (Floats) return call(double{}), true;
            return false;
        case NPY_FLOAT:
            if constexpr (Floats) return call(float{}), true;
            return false;
        case NPY_BYTE:
            return integer(1, true);
        case NPY_UBYTE:
            return integer(1, false);
        case NPY_SHORT:
            return integer(2, true);
        case NPY_USHORT:
            return integer(2, false);
        case NPY_INT:
            return integer(sizeof(int), true);
        case NPY_UINT:
            return integer(sizeof(int), false);
        case NPY_LONG:
            return integer(sizeof(long), true);
        case NPY_ULONG:
            return integer(sizeof(long), false);
        case NPY_LONGLONG:
            return integer(sizeof(long long), true);
        default:
            return false;
    }
}

bool is_integer(int type) {
    return with_element<false>(type, [](auto) {});
}

py::tuple minmax_arrays(py::handle a, AxisSet axes) {
    const int type = type_of(a.ptr());
    if (type != NPY_FLOAT && type != NPY_DOUBLE) invalid_argument("minmax", "a must be float32 or float64");
    const Readable x(a.ptr(), type, "minmax");
    npy_intp out_strides[max_axes], dims[max_axes];
    int kept = 0;
    for (int i = 0; i < x.axes(); ++i)
        if ((axes >> i & 1) == 0) dims[kept++] = x.shape()[i];
    kept_strides(x, axes, out_strides);
    Reference smallest = new_array(kept, dims, type), largest = new_array(kept, dims, type);
    {
        const GilRelease release(x.worth_releasing());
        if (type == NPY_FLOAT)
            minmax(x.view<float>(), axes, data_of<float>(smallest), data_of<float>(largest), out_strides, num_threads());
        else
            minmax(x.view<double>(), axes, data_of<double>(smallest), data_of<double>(largest), out_strides, num_threads());
    }
    return py::make_tuple(object_of(Reference(PyArray_Return(reinterpret_cast<PyArrayObject*>(smallest.release())))),
                          object_of(Reference(PyArray_Return(reinterpret_cast<PyArrayObject*>(largest.release())))));
}

// a: one axis, contiguous. Counts as int64, or sums of weights as float64.
py::object histogram_counts(py::handle a, py::handle edges_, bool uniform, double tolerance, py::handle weights) {
    const int type = type_of(a.ptr());
    const Readable x(a.ptr(), type, "histogram"), edges(edges_.ptr(), NPY_DOUBLE, "histogram");
    std::optional<Readable> w;
    if (!weights.is_none()) w.emplace(weights.ptr(), NPY_DOUBLE, "histogram");
    if (!PyArray_ISCARRAY_RO(x.array.array()) || !PyArray_ISCARRAY_RO(edges.array.array()) ||
        (w && (!PyArray_ISCARRAY_RO(w->array.array()) || w->size() != x.size())))
        invalid_argument("histogram", "arrays must be contiguous");
    const npy_intp bins = edges.size() - 1;
    Reference result = new_array(1, &bins, w ? NPY_DOUBLE : NPY_INT64, true);
    bool known = false;
    {
        const GilRelease release(x.worth_releasing());
        known = with_element<true>(type, [&](auto zero) {
            using T = decltype(zero);
            if (w)
                histogram_weighted(x.data<T>(), x.size(), edges.data<double>(), bins, uniform, tolerance, w->data<double>(),
                                   data_of<double>(result), num_threads());
            else
                histogram(x.data<T>(), x.size(), edges.data<double>(), bins, uniform, tolerance, data_of<std::int64_t>(result),
                          num_threads());
        });
    }
    fp_clear();  // infinities and NaN outside the bins are no event
    if (!known) invalid_argument("histogram", "a must hold real numbers");
    return object_of(std::move(result));
}

// ranks: int64, (count,) for all items or (count, items). Values: count x items; NaN per item.
py::tuple select_values(py::handle a, AxisSet axes, py::handle ranks_) {
    const int type = type_of(a.ptr());
    const Readable x(a.ptr(), type, "quantile");
    const Reference ranks = as_plain(ranks_.ptr(), NPY_INT64);
    if (!ranks) throw py::error_already_set();
    npy_intp out_strides[max_axes];
    const npy_intp items = kept_strides(x, axes, out_strides), n = x.size() / items;
    const bool per_item = PyArray_NDIM(ranks.array()) == 2;
    const npy_intp count = PyArray_DIM(ranks.array(), 0), shape[] = {count, items};
    if (!PyArray_ISCARRAY_RO(ranks.array()) || (per_item && PyArray_DIM(ranks.array(), 1) != items))
        invalid_argument("quantile", "ranks must be contiguous, one row per item");
    const auto* const rank = data_of<const std::ptrdiff_t>(ranks);
    if (std::any_of(rank, rank + PyArray_SIZE(ranks.array()), [n](std::ptrdiff_t r) { return r < 0 || r >= n; }))
        invalid_argument("quantile", "ranks must be smaller than the number of elements");
    Reference values = new_array(2, shape, type), nans = new_array(1, &items, NPY_INT64);
    bool known = true;
    {
        const GilRelease release(x.worth_releasing());
        const auto run = [&](auto zero) {
            using T = decltype(zero);
            select_ranks(x.view<T>(), axes, rank, count, per_item, data_of<T>(values), data_of<std::ptrdiff_t>(nans),
                         num_threads());
        };
        if (type == NPY_DOUBLE)
            run(double{});
        else if (type == NPY_FLOAT)
            run(float{});
        else if (is_integer(type) && PyArray_ITEMSIZE(x.array.array()) == 8)
            run(std::int64_t{});
        else if (type == NPY_INT)
            run(std::int32_t{});
        else
            known = false;
    }
    if (!known) invalid_argument("quantile", "a must be float32, float64, int32 or int64");
    return py::make_tuple(object_of(std::move(values)), object_of(std::move(nans)));
}

// Whether `object` is a non-empty array of one axis that the kernel reads as it lies.
bool plain_vector(PyObject* object) {
    if (!plain_array(object)) return false;
    auto* const array = reinterpret_cast<PyArrayObject*>(object);
    return PyArray_NDIM(array) == 1 && PyArray_SIZE(array) > 0 && PyArray_IS_C_CONTIGUOUS(array);
}

PyObject* bincount_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {"bincount", {"x", "weights", "minlength"}, 1, 3, 1};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const auto numpys = [&] { return call_numpy("bincount", args, nargs, keyword_names); };
        const int type = type_of(slots[0]);
        if (!plain_vector(slots[0]) || !is_integer(type)) return numpys();
        long long shortest = 0;
        if (slots[2] != nullptr) {
            if (!PyLong_CheckExact(slots[2])) return numpys();
            int overflow = 0;
            shortest = PyLong_AsLongLongAndOverflow(slots[2], &overflow);
            if (shortest < 0 || overflow != 0) return numpys();
        }
        const Readable x(slots[0], type, "bincount");
        std::optional<Readable> w;
        if (given(slots[1])) {
            if (!plain_vector(slots[1]) || type_of(slots[1]) != NPY_DOUBLE || PyArray_SIZE((PyArrayObject*)slots[1]) != x.size())
                return numpys();
            w.emplace(slots[1], NPY_DOUBLE, "bincount");
        }
        IntegerRange range{};
        {
            const GilRelease release(x.worth_releasing());
            with_element<false>(type, [&](auto zero) {
                using T = decltype(zero);
                range = integer_range(x.data<T>(), x.size(), num_threads());
            });
        }
        if (range.smallest < 0) return numpys();  // it says so
        // 2^60 counters or more fit no address space; their number would overflow.
        if (range.largest >= std::int64_t{1} << 60) return PyErr_NoMemory();
        const npy_intp bins = std::max<npy_intp>(range.largest + 1, shortest);
        Reference result = new_array(1, &bins, w ? NPY_DOUBLE : NPY_INTP, true);
        {
            const GilRelease release(x.worth_releasing());
            with_element<false>(type, [&](auto zero) {
                using T = decltype(zero);
                if (w)
                    bincount_weighted(x.data<T>(), x.size(), bins, w->data<double>(), data_of<double>(result), num_threads());
                else
                    bincount(x.data<T>(), x.size(), bins, data_of<std::int64_t>(result), num_threads());
            });
        }
        return result.release();
    });
}

}  // namespace

void bind_order(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("bincount", bincount_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
    module.def("_minmax", minmax_arrays);
    module.def("_histogram", histogram_counts);
    module.def("_select", select_values);
}

}  // namespace mlmath::bindings
