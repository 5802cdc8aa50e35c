// SPDX-License-Identifier: BSD-3-Clause
// Methods of `Generator` that draw from a law: plain arguments (Python numbers, whole shapes, fit `out`) are parsed and drawn
// here; everything else, and every error, goes to the method's general case in Python, which words errors as NumPy does.
#pragma once
#include <cmath>
#include <cstring>

#include "bindings/bind_random.hpp"
#include "bindings/numpy_views.hpp"
#include "kernels/random/draw/draw.hpp"

namespace mlmath::bindings {

/// One method of Generator, and the law for array parameters of a NumPy type number (nullptr: none for this type, or none at all).
struct RandomMethod {
    PyMethodDef definition;
    const LawOfArrays* (*law_of_arrays)(int type) = nullptr;
};
struct RandomMethods {
    const RandomMethod* methods;
    std::ptrdiff_t count;
};

// One table per file of bindings; bind_random_methods.cpp lists them.
extern const RandomMethods uniform_normal_methods, continuous_methods, integer_methods, gamma_methods, discrete_methods,
    choice_methods, permutation_methods, multivariate_methods;

/// The stream of a Generator over one of our engines; nullptr over another bit generator.
StreamHandle* handle_of(PyObject* self);

/// Calls the function of this name in the module of general cases with the same arguments.
PyObject* general_case(const char* name, PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);

// ---- plain arguments: true when plain ----

/// A Python float or int, or a NumPy scalar of a real type (not bool); the default stands when the argument is missing.
bool plain_parameter(PyObject* slot, double& value);
/// A Python int or a NumPy scalar of an integer type, that fits int64 (is_large: uint64, the bits of the value).
bool plain_integer(PyObject* slot, std::int64_t& value, bool& is_large);
/// The type number of a dtype given as a native NumPy dtype, one of NumPy's types or usual names (C's names of widths replaced by
/// those of intN); -1 for everything else.
int plain_type(PyObject* slot);
/// float64 or float32, by type, dtype or usual name, or missing.
bool plain_real_type(PyObject* slot, int& type);
/// A contiguous, writable, aligned array of this type.
bool plain_out(PyObject* out, int type);

struct PlainShape {
    npy_intp extents[NPY_MAXDIMS];
    int dimensions = 0;

    bool take(PyObject* item);
    bool plain(PyObject* size);
};

// ---- drawing ----

/// n elements of a law into `out`: the lock is held while positions are taken, not while elements are computed. False with a
/// Python exception set.
bool draw_into(StreamHandle& handle, const Law& law, void* out, std::ptrdiff_t n, Memory memory = Memory::used);

/// Where n elements of `halves` halves start that use their unit so. Fails with a Python exception: test `ok`.
struct Reservation {
    StreamKey key;
    StreamPosition start;
    bool ok;
};
Reservation reserve(StreamHandle& handle, std::uint64_t n, int halves, UnitUse use);

/// n elements of a law with a parameter for each into `out`. False with a Python exception set.
bool draw_into(StreamHandle& handle, const LawOfArrays& law, const BroadcastParameters& parameters, void* out, std::ptrdiff_t n);

/// Tells the laws of scalar draws apart: draws one at a time share a unit of elements when method and parameters are the same.
struct LawIdentity {
    const void* method;
    double parameters[4];
};
/// One element; `out` has room for law.item_bytes.
bool draw_one(StreamHandle& handle, const Law& law, const LawIdentity& identity, void* out);

/// An element of this NumPy type as the Python number that NumPy's method returns: float, or int.
PyObject* python_number(const void* element, int type);

enum class Handled { yes, no };
/// Draws what size and out ask for, elements being of NumPy type `type`. Handled::no when the general case has to look at size or
/// out. After Handled::yes an empty result means a Python exception. `parameters`: the shape that parameters of one element each,
/// given as arrays, have together.
Handled draw_plain(StreamHandle& handle, const Law& law, int type, const LawIdentity& identity, PyObject* size, PyObject* out,
                   Reference& result, const PlainShape* parameters = nullptr);

// ---- methods of laws with up to 3 numbers as parameters ----

constexpr int max_law_parameters = 3;

/// Signature: name(parameters..., size=None, dtype=float64, out=None); integer laws have no dtype.
struct LawSignature {
    const char* name;
    const char* parameters[max_law_parameters];
    int count;
    int required;
    double defaults[max_law_parameters];
    bool standard = false;  // NumPy's standard_*: dtype and out may be given by position
    bool integer = false;   // elements are int64
    bool counted = false;   // the first parameter is a whole number: arrays of it hold integers
};

/// What NumPy's constraints on parameters accept: NaN always, -0 where it must be positive never.
inline bool not_negative(double x) { return std::isnan(x) || !std::signbit(x); }
inline bool positive(double x) { return !(x <= 0); }

struct LawCall {
    double parameters[max_law_parameters];
    PyObject* slots[max_law_parameters];
    PyObject *size, *dtype, *out;
    bool plain;

    /// False with a Python exception set.
    bool parse(const LawSignature& signature, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names);
};

/// Parameters given as arrays of numbers, flat lists or tuples of them, broadcast together.
class ArrayParameters {
public:
    /// False when the general case has to look at them.
    bool take(const LawSignature& signature, const LawCall& call);
    /// Whether each has one element: there is one law for all elements, of these parameters.
    bool one_law(double* parameters) const;
    const PlainShape& shape() const { return shape_; }
    bool valid(bool (*of_one)(const double*)) const;
    /// As draw_plain.
    Handled draw(StreamHandle& handle, const LawOfArrays& law, int type, PyObject* size, PyObject* out, Reference& result) const;

private:
    bool broadcast_to(const PlainShape& shape, BroadcastParameters& broadcast) const;

    int count_ = 0;
    double numbers_[max_law_parameters];
    Reference arrays_[max_law_parameters];  // float64, aligned; empty: the number
    PlainShape shape_;
};

/// The method of a law. Method has
///   static constexpr LawSignature signature;
///   static bool valid(const double* parameters);            what NumPy accepts, NaN included; the general case raises the error
///   template <class T> static auto law(const double* parameters);   a Law of T: double, float; std::int64_t for integer laws
///   template <class T> static const LawOfArrays& arrays();          when it has parameters
template <class Method>
const LawOfArrays* law_of_arrays(int type) {
    if constexpr (Method::signature.count == 0 || !requires { &Method::template arrays<double>; })
        return nullptr;
    else if constexpr (Method::signature.integer)
        return type == NPY_INT64 ? &Method::template arrays<std::int64_t>() : nullptr;
    else
        return type == NPY_DOUBLE  ? &Method::template arrays<double>()
               : type == NPY_FLOAT ? &Method::template arrays<float>()
                                   : nullptr;
}

/// `shape`: that of parameters of one element each, given as arrays.
template <class Method>
Handled draw_law(StreamHandle& handle, const LawCall& call, int type, Reference& result, const PlainShape* shape = nullptr) {
    LawIdentity identity = {&Method::signature, {}};
    std::memcpy(identity.parameters, call.parameters, sizeof call.parameters);
    const auto draw_as = [&](const Law& law) {
        return draw_plain(handle, law, type, identity, call.size, call.out, result, shape);
    };
    if constexpr (Method::signature.integer)
        return draw_as(Method::template law<std::int64_t>(call.parameters));
    else if (type == NPY_DOUBLE)
        return draw_as(Method::template law<double>(call.parameters));
    else
        return draw_as(Method::template law<float>(call.parameters));
}

template <class Method>
PyObject* law_method(PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        constexpr const LawSignature& signature = Method::signature;
        LawCall call;
        if (!call.parse(signature, args, nargs, keyword_names)) return nullptr;
        StreamHandle* handle = handle_of(self);
        int type = NPY_INT64;
        if (handle != nullptr && (signature.integer || plain_real_type(call.dtype, type))) {
            Reference result;
            Handled handled = Handled::no;
            if (call.plain) {
                if (Method::valid(call.parameters)) handled = draw_law<Method>(*handle, call, type, result);
            } else if (ArrayParameters arrays; arrays.take(signature, call)) {
                const LawOfArrays* law = law_of_arrays<Method>(type);
                if (arrays.one_law(call.parameters)) {
                    if (Method::valid(call.parameters)) handled = draw_law<Method>(*handle, call, type, result, &arrays.shape());
                } else if (law != nullptr && arrays.valid(Method::valid)) {
                    handled = arrays.draw(*handle, *law, type, call.size, call.out, result);
                }
            }
            if (handled == Handled::yes) return result.release();
        }
        return general_case(signature.name, self, args, nargs, keyword_names);
    });
}

template <class Method>
RandomMethod law_row() {
    return {fast_method(Method::signature.name, law_method<Method>), law_of_arrays<Method>};
}

}  // namespace mlmath::bindings
