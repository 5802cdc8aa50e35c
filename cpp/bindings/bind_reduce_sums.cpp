// SPDX-License-Identifier: BSD-3-Clause
// sum, prod, mean, var, std and their nan-variants under NumPy's signatures.
#include <cmath>

#include "bindings/bind_reduce.hpp"
#include "kernels/reduce/moments/moments.hpp"
#include "kernels/reduce/product/product.hpp"
#include "kernels/reduce/sum/sum.hpp"

namespace mlmath::bindings {
namespace {

enum class Nans { count, skip };

// `initial` as the kernels take it: a double that the result's type holds, or an integer of 64 bits for integer results.
struct Initial {
    double real;
    std::uint64_t integer;

    bool take(PyObject* initial, int type) {
        if (initial == nullptr) return true;
        if (type == NPY_DOUBLE || type == NPY_FLOAT || type == NPY_HALF) {
            if (!plain_number(initial, real)) return false;
            if (type == NPY_FLOAT) real = static_cast<float>(std::isfinite(real) && std::fabs(real) > 3.4e38 ? NAN : real);
            return type != NPY_HALF && real == real;  // NaN, or out of range: NumPy's business
        }
        if (!PyLong_CheckExact(initial)) return false;
        int overflow = 0;
        const long long value = PyLong_AsLongLongAndOverflow(initial, &overflow);
        integer = static_cast<std::uint64_t>(value);
        Element element;
        return overflow == 0 && element_of_type(type, element) && (value >= 0 || !is_unsigned(element));
    }
};

// a, axis, dtype, out, keepdims, initial, where
template <const auto& name, Nans nans, bool product_of>
PyObject* sum_like(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<7> parameters = {name, {"a", "axis", "dtype", "out", "keepdims", "initial", "where"}, 0, 7, 1};
        PyObject* slots[7];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Reduction reduction;
        Initial initial = {product_of ? 1.0 : 0.0, product_of ? 1u : 0u};
        bool ready = reduction.take_array(slots[0]) && reduction.take_axis(slots[1]) && reduction.take_where(slots[6]);
        if (ready) {
            const int type = reduction.sum_type(slots[2]);
            ready = type >= 0 && initial.take(slots[5], type) && reduction.take_result(type, slots[3], slots[4]);
        }
        return reduce_or_numpy(name, reduction, ready, 0, args, nargs, keyword_names, [&](const auto& in, const auto& out) {
            const bool skip = nans == Nans::skip && is_floating(in.type);
            if (!is_floating(out.type)) {
                product_of ? integer_product(in, initial.integer, out, num_threads())
                           : integer_sum(in, initial.integer, out, num_threads());
            } else if (product_of) {
                product(in, skip, initial.real, out, num_threads());
            } else if (skip) {
                sum_of_some(in, true, false, initial.real, out, num_threads());
            } else {
                sum(in, {.initial = initial.real}, out, num_threads());
            }
            return true;
        });
    });
}

// a, axis, dtype, out, keepdims, *, where
template <const auto& name, Nans nans>
PyObject* mean_like(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<6> parameters = {name, {"a", "axis", "dtype", "out", "keepdims", "where"}, 0, 5, 1};
        PyObject* slots[6];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        Reduction reduction;
        const bool ready = reduction.take_array(slots[0]) && reduction.take_axis(slots[1]) && reduction.take_where(slots[5]) &&
                           reduction.take_result(reduction.mean_type(slots[2]), slots[3], slots[4]);
        return reduce_or_numpy(name, reduction, ready, 0, args, nargs, keyword_names, [&](const auto& in, const auto& out) {
            const bool skip = nans == Nans::skip && is_floating(in.type);
            if (skip || in.other == Other::select) return sum_of_some(in, skip, true, 0, out, num_threads());
            sum(in, {.divisor = static_cast<double>(reduction.count())}, out, num_threads());
            return true;
        });
    });
}

// a, axis, dtype, out, ddof, keepdims, *, where, mean, correction
template <const auto& name, Nans nans, bool root>
PyObject* variance_like(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<9> parameters = {
            name, {"a", "axis", "dtype", "out", "ddof", "keepdims", "where", "mean", "correction"}, 0, 6, 1};
        PyObject* slots[9];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        PyObject* const given_correction = slots[8] != nullptr ? slots[8] : slots[4];
        double correction = 0;
        Reduction reduction;
        bool ready = (slots[4] == nullptr || slots[8] == nullptr) &&
                     (given_correction == nullptr || plain_number(given_correction, correction)) &&
                     reduction.take_array(slots[0]) && reduction.take_axis(slots[1]) && reduction.take_where(slots[6]);
        const bool around = slots[7] != nullptr;  // a mean that the caller gives
        if (ready && around) ready = nans == Nans::count && reduction.take_operand(slots[7], Other::subtract);
        const double divisor = static_cast<double>(reduction.count()) - correction;
        if (ready && !(divisor > 0)) ready = false;  // NumPy warns of the degrees of freedom
        ready = ready && reduction.take_result(reduction.mean_type(slots[2]), slots[3], slots[5]);
        // A square that vanishes says nothing.
        return reduce_or_numpy(
            name, reduction, ready, FE_UNDERFLOW, args, nargs, keyword_names, [&](const auto& in, const auto& out) {
                if (around) {
                    sum(in, {.term = Term::square, .divisor = divisor, .root = root}, out, num_threads());
                    return true;
                }
                const bool skip = nans == Nans::skip && is_floating(in.type);
                return variance(in, {.correction = correction, .numbers_only = skip, .root = root}, out, num_threads());
            });
    });
}

constexpr char sum_name[] = "sum", prod_name[] = "prod", nansum_name[] = "nansum", nanprod_name[] = "nanprod", mean_name[] = "mean",
               nanmean_name[] = "nanmean", var_name[] = "var", std_name[] = "std", nanvar_name[] = "nanvar",
               nanstd_name[] = "nanstd";

}  // namespace

void bind_sums(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method(sum_name, sum_like<sum_name, Nans::count, false>),
        fast_method(prod_name, sum_like<prod_name, Nans::count, true>),
        fast_method(nansum_name, sum_like<nansum_name, Nans::skip, false>),
        fast_method(nanprod_name, sum_like<nanprod_name, Nans::skip, true>),
        fast_method(mean_name, mean_like<mean_name, Nans::count>),
        fast_method(nanmean_name, mean_like<nanmean_name, Nans::skip>),
        fast_method(var_name, variance_like<var_name, Nans::count, false>),
        fast_method(std_name, variance_like<std_name, Nans::count, true>),
        fast_method(nanvar_name, variance_like<nanvar_name, Nans::skip, false>),
        fast_method(nanstd_name, variance_like<nanstd_name, Nans::skip, true>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
