// SPDX-License-Identifier: BSD-3-Clause
// The laws that are one function of one uniform number, and the lognormal.
#include "bindings/bind_random_draw.hpp"
#include "kernels/random/distributions/inversion/inversion.hpp"
#include "kernels/random/distributions/lognormal/lognormal.hpp"

namespace mlmath::bindings {
namespace {

template <Inversion L>
struct OfInversion {
    template <class T>
    static auto law(const double* p) {
        return InversionLaw<T>(L, {{p[0], p[1], p[2]}});
    }
    template <class T>
    static const LawOfArrays& arrays() {
        return inversion_of_arrays<T, L>();
    }
};

// A scale alone.
template <Inversion L>
struct Scaled : OfInversion<L> {
    static bool valid(const double* p) { return not_negative(p[0]); }
};
struct Exponential : Scaled<Inversion::exponential> {
    static constexpr LawSignature signature = {"exponential", {"scale"}, 1, 0, {1}};
};
struct Rayleigh : Scaled<Inversion::rayleigh> {
    static constexpr LawSignature signature = {"rayleigh", {"scale"}, 1, 0, {1}};
};

template <Inversion L>
struct Placed : OfInversion<L> {
    static bool valid(const double* p) { return not_negative(p[1]); }
};
struct Gumbel : Placed<Inversion::gumbel> {
    static constexpr LawSignature signature = {"gumbel", {"loc", "scale"}, 2, 0, {0, 1}};
};
struct Laplace : Placed<Inversion::laplace> {
    static constexpr LawSignature signature = {"laplace", {"loc", "scale"}, 2, 0, {0, 1}};
};
struct Logistic : Placed<Inversion::logistic> {
    static constexpr LawSignature signature = {"logistic", {"loc", "scale"}, 2, 0, {0, 1}};
};

struct Cauchy : OfInversion<Inversion::cauchy> {
    static constexpr LawSignature signature = {"standard_cauchy", {}, 0, 0, {}};
    static bool valid(const double*) { return true; }
};

struct Weibull : OfInversion<Inversion::weibull> {
    static constexpr LawSignature signature = {"weibull", {"a"}, 1, 1, {}};
    static bool valid(const double* p) { return not_negative(p[0]); }
};
template <Inversion L>
struct WithPositive : OfInversion<L> {
    static bool valid(const double* p) { return positive(p[0]); }
};
struct Pareto : WithPositive<Inversion::pareto> {
    static constexpr LawSignature signature = {"pareto", {"a"}, 1, 1, {}};
};
struct Power : WithPositive<Inversion::power> {
    static constexpr LawSignature signature = {"power", {"a"}, 1, 1, {}};
};

struct Triangular : OfInversion<Inversion::triangular> {
    static constexpr LawSignature signature = {"triangular", {"left", "mode", "right"}, 3, 3, {}};
    static bool valid(const double* p) { return !(p[0] > p[1] || p[1] > p[2] || p[0] == p[2]); }
};

struct Lognormal {
    static constexpr LawSignature signature = {"lognormal", {"mean", "sigma"}, 2, 0, {0, 1}};
    static bool valid(const double* p) { return not_negative(p[1]); }
    template <class T>
    static auto law(const double* p) {
        return LognormalLaw<T>({static_cast<T>(p[0]), static_cast<T>(p[1])});
    }
    template <class T>
    static const LawOfArrays& arrays() {
        return lognormal_of_arrays<T>();
    }
};

// standard_exponential(size=None, dtype=float64, method='zig', out=None): `method`, which changes nothing, is taken out of the
// arguments.
struct StandardExponential : OfInversion<Inversion::standard_exponential> {
    static constexpr LawSignature signature = {"standard_exponential", {}, 0, 0, {}, true};
    static bool valid(const double*) { return true; }
};
PyObject* standard_exponential(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<4> names = {"standard_exponential", {"size", "dtype", "method", "out"}, 0, 4, 0};
        PyObject* slots[4];
        if (!names.parse(args, nargs, keyword_names, slots)) return nullptr;
        StreamHandle* handle = handle_of(self);
        int type = NPY_DOUBLE;
        if (handle != nullptr && plain_real_type(slots[1], type)) {
            const LawIdentity identity = {&StandardExponential::signature, {}};
            constexpr double none[3] = {};
            Reference result;
            const Handled handled =
                type == NPY_DOUBLE
                    ? draw_plain(*handle, StandardExponential::law<double>(none), type, identity, slots[0], slots[3], result)
                    : draw_plain(*handle, StandardExponential::law<float>(none), type, identity, slots[0], slots[3], result);
            if (handled == Handled::yes) return result.release();
        }
        return general_case("standard_exponential", self, args, nargs, keyword_names);
    });
}

template <class Method>
const LawOfArrays* arrays_without_parameters(int type) {  // for draws from words that a test chooses
    return type == NPY_DOUBLE  ? &Method::template arrays<double>()
           : type == NPY_FLOAT ? &Method::template arrays<float>()
                               : nullptr;
}
RandomMethod cauchy_row() {
    RandomMethod row = law_row<Cauchy>();
    row.law_of_arrays = arrays_without_parameters<Cauchy>;
    return row;
}

const RandomMethod methods[] = {
    {fast_method("standard_exponential", standard_exponential), arrays_without_parameters<StandardExponential>},
    law_row<Exponential>(),
    law_row<Rayleigh>(),
    law_row<Gumbel>(),
    law_row<Laplace>(),
    law_row<Logistic>(),
    cauchy_row(),
    law_row<Weibull>(),
    law_row<Pareto>(),
    law_row<Power>(),
    law_row<Triangular>(),
    law_row<Lognormal>()};

}  // namespace

extern const RandomMethods continuous_methods;
const RandomMethods continuous_methods = {methods, std::size(methods)};

}  // namespace mlmath::bindings
