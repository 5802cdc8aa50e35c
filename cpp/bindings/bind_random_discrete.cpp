// SPDX-License-Identifier: BSD-3-Clause
// poisson, binomial, geometric, negative_binomial.
#include "bindings/bind_random_draw.hpp"
#include "kernels/random/distributions/binomial/binomial.hpp"
#include "kernels/random/distributions/geometric/geometric.hpp"
#include "kernels/random/distributions/poisson/poisson.hpp"

namespace mlmath::bindings {
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
        .name = "binomial", .parameters = {"n", "p"}, .count = 2, .required = 2, .defaults = {}, .integer = true};
    static bool valid(const double* p) { return p[0] >= 0 && p[0] <= 0x1p53 && p[0] == std::floor(p[0]) && p[1] >= 0 && p[1] <= 1; }
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

const RandomMethod methods[] = {law_row<Poisson>(), law_row<Binomial>(), law_row<Geometric>()};

}  // namespace

extern const RandomMethods discrete_methods;
const RandomMethods discrete_methods = {methods, std::size(methods)};

}  // namespace mlmath::bindings
