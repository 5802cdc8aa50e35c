// SPDX-License-Identifier: BSD-3-Clause
// min, max, argmin, argmax, their nan-variants, any, all, count_nonzero under NumPy's signatures.
#include "bindings/bind_reduce.hpp"
#include "kernels/reduce/count/count.hpp"
#include "kernels/reduce/extremes/extremes.hpp"

namespace mlmath::bindings {
namespace {

// `initial` in the kernels' wide type, when the array's own type holds it.
bool take_initial(PyObject* initial, const Reduction& reduction, std::uint64_t& bits) {
    const Element element = reduction.element();
    if (is_floating(element)) {
        double value;
        if (!plain_number(initial, value) || element == Element::f16) return false;
        if (element == Element::f32 && static_cast<double>(static_cast<float>(value)) != value) return false;
        bits = __builtin_bit_cast(std::uint64_t, value);
        return true;
    }
    if (!PyLong_CheckExact(initial) || element == Element::boolean) return false;
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(initial, &overflow);
    if (overflow != 0) return false;
    bits = static_cast<std::uint64_t>(value);
    const int width = 8 * element_bytes(element);
    if (is_unsigned(element)) return value >= 0 && (width == 64 || value >> width == 0);
    return width == 64 || (value >= -(1LL << (width - 1)) && value < 1LL << (width - 1));
}

// Whether a result is NaN: the nan-variants leave the warning about it to NumPy.
bool has_nan(const ReductionInput& in, const ReductionOutput& out);

// a, axis, out, keepdims, initial, where
template <const auto& name, bool largest, bool numbers_only>
PyObject* extreme_like(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<6> parameters = {name, {"a", "axis", "out", "keepdims", "initial", "where"}, 0, 6, 1};
        PyObject* slots[6];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Reduction reduction;
        std::uint64_t initial = 0;
        const bool started = slots[4] != nullptr;
        bool ready = reduction.take_array(slots[0]) && reduction.take_axis(slots[1]) && reduction.take_where(slots[5]);
        if (ready) ready = started ? take_initial(slots[4], reduction, initial) : !reduction.selects();
        ready = ready && reduction.take_result(reduction.type(), slots[2], slots[3]);
        return reduce_or_numpy(name, reduction, ready, no_flags, args, nargs, keyword_names, [&](const auto& in, const auto& out) {
            extremes(in, {.largest = largest, .numbers_only = numbers_only, .initial = started ? &initial : nullptr}, out,
                     num_threads());
            return !numbers_only || !is_floating(in.type) || !has_nan(in, out);
        });
    });
}

bool has_nan(const ReductionInput& in, const ReductionOutput& out) {
    const ReductionPlan plan = plan_reduction(in, out);
    for (std::ptrdiff_t item = 0; item < plan.kept.total; ++item) {
        const std::ptrdiff_t at = plan.out_origin + plan.kept.out_offset(item);
        switch (out.type) {
            case Element::f64:
                if (static_cast<const double*>(out.data)[at] != static_cast<const double*>(out.data)[at]) return true;
                break;
            case Element::f32:
                if (static_cast<const float*>(out.data)[at] != static_cast<const float*>(out.data)[at]) return true;
                break;
            default:
                if ((static_cast<const std::uint16_t*>(out.data)[at] & 0x7fff) > 0x7c00) return true;
        }
    }
    return false;
}

// a, axis, out, *, keepdims
template <const auto& name, bool largest, bool numbers_only>
PyObject* position_like(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<4> parameters = {name, {"a", "axis", "out", "keepdims"}, 0, 3, 1};
        PyObject* slots[4];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Reduction reduction;
        const bool ready = (!given(slots[1]) || !PyTuple_Check(slots[1])) && reduction.take_array(slots[0]) &&
                           reduction.take_axis(slots[1]) && reduction.take_result(NPY_INTP, slots[2], slots[3]);
        return reduce_or_numpy(name, reduction, ready, no_flags, args, nargs, keyword_names, [&](const auto& in, const auto& out) {
            return extreme_positions(in, {.largest = largest, .numbers_only = numbers_only}, out, num_threads());
        });
    });
}

// a, axis, out, keepdims, *, where
template <const auto& name, auto kernel>
PyObject* any_or_all(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<5> parameters = {name, {"a", "axis", "out", "keepdims", "where"}, 0, 4, 1};
        PyObject* slots[5];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Reduction reduction;
        const bool ready = reduction.take_array(slots[0]) && reduction.take_axis(slots[1]) && reduction.take_where(slots[4]) &&
                           reduction.take_result(NPY_BOOL, slots[2], slots[3]);
        return reduce_or_numpy(name, reduction, ready, no_flags, args, nargs, keyword_names, [&](const auto& in, const auto& out) {
            kernel(in, out, num_threads());
            return true;
        });
    });
}

// a, axis, *, keepdims
PyObject* count_nonzero_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {"count_nonzero", {"a", "axis", "keepdims"}, 0, 2, 1};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Reduction reduction;
        const bool ready =
            reduction.take_array(slots[0]) && reduction.take_axis(slots[1]) && reduction.take_result(NPY_INTP, nullptr, slots[2]);
        return reduce_or_numpy("count_nonzero", reduction, ready, no_flags, args, nargs, keyword_names,
                               [&](const auto& in, const auto& out) {
                                   count_nonzero(in, out, num_threads());
                                   return true;
                               });
    });
}

constexpr char min_name[] = "min", max_name[] = "max", amin_name[] = "amin", amax_name[] = "amax", nanmin_name[] = "nanmin",
               nanmax_name[] = "nanmax", argmin_name[] = "argmin", argmax_name[] = "argmax", nanargmin_name[] = "nanargmin",
               nanargmax_name[] = "nanargmax", any_name[] = "any", all_name[] = "all";

}  // namespace

void bind_extremes(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method(min_name, extreme_like<min_name, false, false>),
        fast_method(max_name, extreme_like<max_name, true, false>),
        fast_method(amin_name, extreme_like<amin_name, false, false>),
        fast_method(amax_name, extreme_like<amax_name, true, false>),
        fast_method(nanmin_name, extreme_like<nanmin_name, false, true>),
        fast_method(nanmax_name, extreme_like<nanmax_name, true, true>),
        fast_method(argmin_name, position_like<argmin_name, false, false>),
        fast_method(argmax_name, position_like<argmax_name, true, false>),
        fast_method(nanargmin_name, position_like<nanargmin_name, false, true>),
        fast_method(nanargmax_name, position_like<nanargmax_name, true, true>),
        fast_method(any_name, any_or_all<any_name, any_nonzero>),
        fast_method(all_name, any_or_all<all_name, all_nonzero>),
        fast_method("count_nonzero", count_nonzero_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
