// SPDX-License-Identifier: BSD-3-Clause
// random, uniform, standard_normal, normal.
#include "bindings/bind_random_draw.hpp"
#include "kernels/random/distributions/normal/normal.hpp"
#include "kernels/random/distributions/uniform/uniform.hpp"

namespace mlmath::bindings {
namespace {

struct Random {
    static constexpr LawSignature signature = {"random", {}, 0, 0, {}, true};
    static bool valid(const double*) { return true; }
    template <class T>
    static auto law(const double*) {
        return UniformLaw<T>({0, 1});
    }
};

struct Uniform {
    static constexpr LawSignature signature = {"uniform", {"low", "high"}, 2, 0, {0, 1}};
    static bool valid(const double* p) {
        const double range = p[1] - p[0];
        return std::isfinite(range) && !std::signbit(range);
    }
    template <class T>
    static auto law(const double* p) {
        return UniformLaw<T>({static_cast<T>(p[0]), static_cast<T>(p[1] - p[0])});
    }
    template <class T>
    static const LawOfArrays& arrays() {
        return uniform_of_arrays<T>();
    }
};

struct StandardNormal {
    static constexpr LawSignature signature = {"standard_normal", {}, 0, 0, {}, true};
    static bool valid(const double*) { return true; }
    template <class T>
    static auto law(const double*) {
        return NormalLaw<T>({0, 1});
    }
};

struct Normal {
    static constexpr LawSignature signature = {"normal", {"loc", "scale"}, 2, 0, {0, 1}};
    static bool valid(const double* p) { return not_negative(p[1]); }
    template <class T>
    static auto law(const double* p) {
        return NormalLaw<T>({static_cast<T>(p[0]), static_cast<T>(p[1])});
    }
    template <class T>
    static const LawOfArrays& arrays() {
        return normal_of_arrays<T>();
    }
};

const RandomMethod methods[] = {law_row<Random>(), law_row<Uniform>(), law_row<StandardNormal>(), law_row<Normal>()};

}  // namespace

extern const RandomMethods uniform_normal_methods;
const RandomMethods uniform_normal_methods = {methods, std::size(methods)};

}  // namespace mlmath::bindings
