// SPDX-License-Identifier: BSD-3-Clause
// `_mlmath._testing.float_errors`, `float_hash`: what a check of all 2^32 floats does with each result, fast enough for all of them.
#include <pybind11/numpy.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "bindings/bind_testing.hpp"
#include "bindings/fastcall.hpp"
#include "bindings/numpy_views.hpp"
#include "core/thread_pool.hpp"

namespace mlmath::bindings {
namespace {

constexpr double float_limit = 0x1p128;                // where the floats would go on
constexpr double rounds_to_infinity = 0x1.ffffffp127;  // midway between the largest float and float_limit
constexpr std::ptrdiff_t piece = 1 << 16;

// |y - exact| in units of the last place that floats have at `exact`, subnormal ones included. An infinite y counts as 2^128.
double ulps(float y, double exact) {
    const auto biased = static_cast<int>(std::bit_cast<std::uint64_t>(std::fabs(exact)) >> 52);
    const int exponent = std::clamp(biased - 1023, -126, 127);
    const double value = std::isinf(y) ? std::copysign(float_limit, y) : static_cast<double>(y);
    const double target = std::fabs(exact) >= rounds_to_infinity ? std::copysign(float_limit, exact) : exact;
    return std::fabs(value - target) * std::bit_cast<double>(static_cast<std::int64_t>(1023 + 23 - exponent) << 52);
}

struct Worst {
    double error = -1;
    std::ptrdiff_t index = 0, wrong = 0;  // wrong: NaN where the exact result is none, or the other way round
};

Worst worst_of(const float* y, const double* exact, std::ptrdiff_t begin, std::ptrdiff_t end) {
    Worst worst;
    for (std::ptrdiff_t i = begin; i < end; ++i) {
        if (std::isnan(y[i]) || std::isnan(exact[i])) {
            worst.wrong += std::isnan(y[i]) != std::isnan(exact[i]);
            continue;
        }
        const double error = ulps(y[i], exact[i]);
        if (error > worst.error) {
            worst.error = error;
            worst.index = i;
        }
    }
    return worst;
}

// Largest error, its index, and how many NaN are out of place.
py::tuple float_errors(const py::array_t<float, py::array::c_style>& y, const py::array_t<double, py::array::c_style>& exact) {
    if (y.size() != exact.size()) throw py::value_error("float_errors: y and exact must have the same size");
    const std::ptrdiff_t n = y.size(), pieces = (n + piece - 1) / piece;
    std::vector<Worst> found(static_cast<std::size_t>(pieces));
    {
        const GilRelease release(true);
        parallel_for(pieces, num_threads(), [&](std::ptrdiff_t p) {
            found[static_cast<std::size_t>(p)] = worst_of(y.data(), exact.data(), p * piece, std::min(n, (p + 1) * piece));
        });
    }
    Worst worst;
    for (const Worst& part : found) {
        if (part.error > worst.error) worst = {part.error, part.index, worst.wrong};
        worst.wrong += part.wrong;
    }
    return py::make_tuple(worst.error, worst.index, worst.wrong);
}

// Every bit of every number and its place, carried on from `hash`; all NaN are one. The FNV-1a hash, on words in 16 lanes that start
// anew: `hash` enters once, at the end, where nothing that follows can make two of them meet. (Lanes that start from it and see the
// same words, all NaN for instance, cancel in the sum of lanes, and the past is forgotten.)
std::uint64_t float_hash(const py::array_t<float, py::array::c_style>& y, std::uint64_t hash) {
    constexpr std::uint64_t prime = 0x100000001b3u;
    constexpr std::ptrdiff_t lanes = 16;
    std::uint64_t h[lanes];
    for (std::ptrdiff_t l = 0; l < lanes; ++l) h[l] = 0xcbf29ce484222325u + static_cast<std::uint64_t>(l);
    const float* data = y.data();
    const std::ptrdiff_t n = y.size();
    const auto word = [](float x) {
        const auto bits = std::bit_cast<std::uint32_t>(x);
        return (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc00000u : bits;
    };
    std::ptrdiff_t i = 0;
    for (; i + lanes <= n; i += lanes)
        for (std::ptrdiff_t l = 0; l < lanes; ++l) h[l] = (h[l] ^ word(data[i + l])) * prime;
    for (; i < n; ++i) h[i % lanes] = (h[i % lanes] ^ word(data[i])) * prime;
    for (std::ptrdiff_t l = 1; l < lanes; ++l) h[0] = (h[0] ^ h[l]) * prime;
    return (hash ^ h[0]) * prime;
}

}  // namespace

void bind_testing_floats(py::module_& testing) {
    testing.def("float_errors", float_errors, py::arg("y"), py::arg("exact"));
    testing.def("float_hash", float_hash, py::arg("y"), py::arg("hash"));
}

}  // namespace mlmath::bindings
