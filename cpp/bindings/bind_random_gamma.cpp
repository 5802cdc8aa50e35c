// SPDX-License-Identifier: BSD-3-Clause
// standard_gamma, gamma, chisquare, beta, f, standard_t; dirichlet is in a file of its own.
#include "bindings/bind_random_dirichlet.hpp"
#include "bindings/bind_random_draw.hpp"
#include "kernels/random/distributions/beta/beta.hpp"
#include "kernels/random/distributions/gamma/gamma.hpp"
#include "kernels/random/distributions/student_t/student_t.hpp"

namespace mlmath::bindings {
namespace {

struct StandardGamma {
    static constexpr LawSignature signature = {"standard_gamma", {"shape"}, 1, 1, {}, true};
    static bool valid(const double* p) { return not_negative(p[0]); }
    template <class T>
    static auto law(const double* p) {
        return gamma_law<T>(p[0], 1);
    }
    template <class T>
    static const LawOfArrays& arrays() {
        return standard_gamma_of_arrays<T>();
    }
};

struct Gamma {
    static constexpr LawSignature signature = {"gamma", {"shape", "scale"}, 2, 1, {0, 1}};
    static bool valid(const double* p) { return not_negative(p[0]) && not_negative(p[1]); }
    template <class T>
    static auto law(const double* p) {
        return gamma_law<T>(p[0], p[1]);
    }
    template <class T>
    static const LawOfArrays& arrays() {
        return gamma_of_arrays<T>();
    }
};

struct ChiSquare {
    static constexpr LawSignature signature = {"chisquare", {"df"}, 1, 1, {}};
    static bool valid(const double* p) { return positive(p[0]); }
    template <class T>
    static auto law(const double* p) {
        return gamma_law<T>(p[0] * 0.5, 2);
    }
    template <class T>
    static const LawOfArrays& arrays() {
        return chisquare_of_arrays<T>();
    }
};

struct Beta {
    static constexpr LawSignature signature = {"beta", {"a", "b"}, 2, 2, {}};
    static bool valid(const double* p) { return positive(p[0]) && positive(p[1]); }
    template <class T>
    static auto law(const double* p) {
        return beta_law<T>(p[0], p[1]);
    }
    template <class T>
    static const LawOfArrays& arrays() {
        return beta_of_arrays<T>();
    }
};

struct F {
    static constexpr LawSignature signature = {"f", {"dfnum", "dfden"}, 2, 2, {}};
    static bool valid(const double* p) { return positive(p[0]) && positive(p[1]); }
    template <class T>
    static auto law(const double* p) {
        return f_law<T>(p[0], p[1]);
    }
    template <class T>
    static const LawOfArrays& arrays() {
        return f_of_arrays<T>();
    }
};

struct StandardT {
    static constexpr LawSignature signature = {"standard_t", {"df"}, 1, 1, {}};
    static bool valid(const double* p) { return positive(p[0]); }
    template <class T>
    static auto law(const double* p) {
        return student_t_law<T>(p[0]);
    }
    template <class T>
    static const LawOfArrays& arrays() {
        return student_t_of_arrays<T>();
    }
};

const RandomMethod methods[] = {law_row<StandardGamma>(),
                                law_row<Gamma>(),
                                law_row<ChiSquare>(),
                                law_row<Beta>(),
                                law_row<F>(),
                                law_row<StandardT>(),
                                {fast_method("dirichlet", dirichlet_method)}};

}  // namespace

extern const RandomMethods gamma_methods;
const RandomMethods gamma_methods = {methods, std::size(methods)};

}  // namespace mlmath::bindings
