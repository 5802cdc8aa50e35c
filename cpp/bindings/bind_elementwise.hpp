// SPDX-License-Identifier: BSD-3-Clause
// Elementwise functions under their ufuncs' signatures. A family plugs in with one line per function in a method table:
//
//     elementwise_method<"exp", exp_function>(),                                       // numpy.exp(x, /, out=None, *, where=True,
//     ...) elementwise_method<"atan2", atan2_function, Like::numpy, "arctan2">(),           // by the name of NumPy's function
//     elementwise_method<"expit", expit_function, Like::scipy>(),
//
// where exp_function() returns the active level's UnaryKernels (BinaryKernels: two operands x1, x2). Everything else is done here:
// scalars, lists, broadcasting, out, where, casting, order, dtype, signature, float16 and integers; what the kernels do not cover
// is the peer's own function.
#pragma once
#include <algorithm>
#include <type_traits>

#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "kernels/elementwise/elementwise_kernels.hpp"

namespace mlmath::bindings {

/// Whose ufunc the function stands in for: which dtype it computes in, and where other calls go.
enum class Like {
    numpy,         // float16 (bool, 8-bit integers), float32 (16-bit), float64 (wider): the narrowest that holds every operand
    numpy_floats,  // the same, but integers alone are NumPy's own (power)
    scipy,         // float32 for float32 alone, float64 for everything else
    scipy_single,  // float32 for everything it holds, float64 for the rest (erfinv, ndtri)
};

struct ElementwiseEntry {
    const char* name;  // in messages and warnings
    const char* peer;  // the function of NumPy or SciPy
    Like like;
    int operands;
    const UnaryKernels& (*unary)();  // by operands one of the two
    const BinaryKernels& (*binary)();
};

/// The call. Slots: operands, out, where, casting, order, dtype, subok, signature.
PyObject* elementwise_call(const ElementwiseEntry& entry, PyObject* const* slots, PyObject* const* args, Py_ssize_t nargs,
                           PyObject* keyword_names);

/// A name as a template argument.
template <std::size_t Size>
struct Name {
    char text[Size];
    consteval Name(const char (&name)[Size]) { std::copy_n(name, Size, text); }
};

template <Name name, auto function, Like like = Like::numpy, Name peer = name>
PyMethodDef elementwise_method() {
    constexpr bool binary = std::is_same_v<decltype(function), const BinaryKernels& (*)()>;
    static constexpr ElementwiseEntry entry = [] {
        if constexpr (binary)
            return ElementwiseEntry{name.text, peer.text, like, 2, nullptr, function};
        else
            return ElementwiseEntry{name.text, peer.text, like, 1, function, nullptr};
    }();
    const FastFunction call = [](PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
        return guarded([&]() -> PyObject* {
            static constexpr auto parameters = [] {
                if constexpr (binary)
                    return Parameters<9>{
                        name.text, {"x1", "x2", "out", "where", "casting", "order", "dtype", "subok", "signature"}, 2, 3, 2};
                else
                    return Parameters<8>{
                        name.text, {"x", "out", "where", "casting", "order", "dtype", "subok", "signature"}, 1, 2, 1};
            }();
            PyObject* slots[binary ? 9 : 8];
            if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
            return elementwise_call(entry, slots, args, nargs, keyword_names);
        });
    };
    return fast_method(name.text, call);
}

}  // namespace mlmath::bindings
