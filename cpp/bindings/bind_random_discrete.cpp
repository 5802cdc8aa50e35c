// SPDX-License-Identifier: BSD-3-Clause
// poisson, binomial, geometric, negative_binomial, multinomial.
#include "bindings/bind_random_draw.hpp"
#include "core/thread_pool.hpp"
#include "kernels/random/distributions/binomial/binomial.hpp"
#include "kernels/random/distributions/geometric/geometric.hpp"
#include "kernels/random/distributions/multinomial/multinomial.hpp"
#include "kernels/random/distributions/poisson/poisson.hpp"

namespace mlmath::bindings {

bool negative_binomial_has_table(double n, double p) {
    return n > 0 && n < 0x1p53 && p > 0x1p-20 && p <= 1 && table_of(CountMethod::negative_binomial, n, p) != nullptr;
}

namespace {

// The array's data when it is C-contiguous, of this type and these dimensions.
void* plain_data(const py::object& object, int type, int dimensions) {
    auto* array = reinterpret_cast<PyArrayObject*>(object.ptr());
    const bool fit = PyArray_Check(object.ptr()) && PyArray_TYPE(array) == type && PyArray_ISCARRAY_RO(array) &&
                     PyArray_NDIM(array) == dimensions;
    return fit ? PyArray_DATA(array) : nullptr;
}

}  // namespace

// The table of a law as (base, bits, cells), for tests.
py::tuple count_table(const std::string& name, double first, double second) {
    const CountMethod method = name == "poisson"    ? CountMethod::poisson
                               : name == "binomial" ? CountMethod::binomial
                                                    : CountMethod::negative_binomial;
    const auto table = table_of(method, first, second);
    if (table == nullptr) throw py::value_error("count_table: " + name + " has no table for these parameters");
    py::list cells;
    for (std::ptrdiff_t i = 0; i < std::ptrdiff_t(1) << table->bits; ++i) cells.append(table->cells[i]);
    return py::make_tuple(table->base, table->bits, cells);
}

// Counts of rows of trials into out (rows, categories): n (int64) of one number or one per row, p (float64) of one row or all.
void draw_multinomial(const py::capsule& stream, const py::object& n, const py::object& p, const py::object& out) {
    StreamHandle& handle = stream_of(stream);
    const auto* trials = static_cast<const std::int64_t*>(plain_data(n, NPY_INT64, 1));
    const auto* probabilities = static_cast<const double*>(plain_data(p, NPY_DOUBLE, 2));
    auto* to = static_cast<std::int64_t*>(plain_data(out, NPY_INT64, 2));
    const auto extent = [](const py::object& array, int d) {
        return PyArray_DIM(reinterpret_cast<PyArrayObject*>(array.ptr()), d);
    };
    const bool plain = trials != nullptr && probabilities != nullptr && to != nullptr &&
                       PyArray_ISWRITEABLE(reinterpret_cast<PyArrayObject*>(out.ptr()));
    const npy_intp rows = plain ? extent(out, 0) : 0, categories = plain ? extent(out, 1) : 0;
    const auto one_or_all = [rows](npy_intp count) { return count == 1 || count == rows; };
    if (!plain || categories == 0 || extent(p, 1) != categories || !one_or_all(extent(n, 0)) || !one_or_all(extent(p, 0)))
        throw py::value_error("draw_multinomial: n (1 or rows), p (1 or rows, categories), out (rows, categories) do not fit");
    const MultinomialCounts law(trials, extent(n, 0) != 1, probabilities, extent(p, 0) != 1, rows, categories);
    const Reservation taken = reserve(handle, law.words(), 2, UnitUse::words);
    if (!taken.ok) throw py::error_already_set();
    const GilRelease release(rows * categories > 1024);
    law.draw(taken.key, taken.start.word, to, num_threads());
}

namespace {

struct Poisson {
    static constexpr LawSignature signature = {
        .name = "poisson", .parameters = {"lam"}, .count = 1, .required = 0, .defaults = {1}, .integer = true};
    // NumPy's largest lam: ten standard deviations below 2^63.
    static bool valid(const double* p) { return p[0] >= 0 && p[0] <= 9.223372006484771e18; }
    template <class T>
    static auto law(const double* p) {
        return poisson_law(p[0]);
    }
    template <class T>
    static const LawOfArrays& arrays() {
        return poisson_of_arrays();
    }
};

struct Binomial {
    static constexpr LawSignature signature = {
        .name = "binomial", .parameters = {"n", "p"}, .count = 2, .required = 2, .defaults = {}, .integer = true, .counted = true};
    static bool valid(const double* p) { return p[0] >= 0 && p[0] < 0x1p53 && p[0] == std::floor(p[0]) && p[1] >= 0 && p[1] <= 1; }
    template <class T>
    static auto law(const double* p) {
        return binomial_law(p[0], p[1]);
    }
    template <class T>
    static const LawOfArrays& arrays() {
        return binomial_of_arrays();
    }
};

struct Geometric {
    static constexpr LawSignature signature = {
        .name = "geometric", .parameters = {"p"}, .count = 1, .required = 1, .defaults = {}, .integer = true};
    static bool valid(const double* p) { return p[0] > 0 && p[0] <= 1; }
    template <class T>
    static auto law(const double* p) {
        return CountLaw(geometric_of_arrays(), p);
    }
    template <class T>
    static const LawOfArrays& arrays() {
        return geometric_of_arrays();
    }
};

// By table where there is one; elsewhere the general case runs NumPy's code.
struct NegativeBinomial {
    static constexpr LawSignature signature = {
        .name = "negative_binomial", .parameters = {"n", "p"}, .count = 2, .required = 2, .defaults = {}, .integer = true};
    static bool valid(const double* p) { return negative_binomial_has_table(p[0], p[1]); }
    template <class T>
    static auto law(const double* p) {
        return CountLaw(table_of(CountMethod::negative_binomial, p[0], p[1]), nullptr, p);
    }
};

const RandomMethod methods[] = {law_row<Poisson>(),
                                law_row<Binomial>(),
                                law_row<Geometric>(),
                                {fast_method(NegativeBinomial::signature.name, law_method<NegativeBinomial>), nullptr}};

}  // namespace

extern const RandomMethods discrete_methods;
const RandomMethods discrete_methods = {methods, std::size(methods)};

}  // namespace mlmath::bindings
