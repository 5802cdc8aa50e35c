// SPDX-License-Identifier: BSD-3-Clause
// The native methods of `Generator`: put on the Python class; draws with array parameters.
#include "bindings/bind_random_draw.hpp"

#include <structmember.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "kernels/random/draw/draw.hpp"

namespace mlmath::bindings {
namespace {

Py_ssize_t native_offset = 0;  // of the slot `_native` in a Generator
PyObject* general_module = nullptr;

const RandomMethods* const families[] = {&uniform_normal_methods, &continuous_methods, &integer_methods,     &gamma_methods,
                                         &discrete_methods,       &choice_methods,     &permutation_methods, &multivariate_methods};

const RandomMethod* method_named(const char* name) {
    for (const RandomMethods* family : families)
        for (std::ptrdiff_t i = 0; i < family->count; ++i)
            if (std::strcmp(family->methods[i].definition.ml_name, name) == 0) return &family->methods[i];
    return nullptr;
}

}  // namespace

PyObject* general_case(const char* name, PyObject* self, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    Reference function(PyObject_GetAttrString(general_module, name));
    if (!function) return nullptr;
    const Py_ssize_t keywords = keyword_names == nullptr ? 0 : PyTuple_GET_SIZE(keyword_names);
    PyObject* all[16];  // self and at most 8 arguments
    if (nargs + keywords > 15) {
        PyErr_Format(PyExc_TypeError, "%s() got too many arguments (%zd given)", name, nargs + keywords);
        return nullptr;
    }
    all[0] = self;
    for (Py_ssize_t i = 0; i < nargs + keywords; ++i) all[i + 1] = args[i];
    return PyObject_Vectorcall(function.get(), all, static_cast<std::size_t>(nargs + 1), keyword_names);
}

StreamHandle* handle_of(PyObject* self) {
    PyObject* native = *reinterpret_cast<PyObject**>(reinterpret_cast<char*>(self) + native_offset);
    if (native == nullptr || !PyCapsule_CheckExact(native)) return nullptr;
    return static_cast<StreamHandle*>(PyCapsule_GetPointer(native, stream_capsule));
}

// Fills `out` (C-contiguous) with the law of the method `name`; parameters are float64 arrays, broadcast to out's shape.
void draw_arrays(const py::capsule& stream, const char* name, const py::tuple& parameters, const py::object& out) {
    StreamHandle& handle = stream_of(stream);
    auto* array = reinterpret_cast<PyArrayObject*>(out.ptr());
    const RandomMethod* method = method_named(name);
    const LawOfArrays* law =
        method == nullptr || method->law_of_arrays == nullptr ? nullptr : method->law_of_arrays(PyArray_TYPE(array));
    if (law == nullptr) throw py::value_error(std::string("draw_arrays: no law for arrays of parameters is called ") + name);
    if (!PyArray_ISCARRAY(array) || static_cast<int>(parameters.size()) != law->parameter_count)
        throw py::value_error("draw_arrays: out must be C-contiguous and every parameter given");
    BroadcastParameters broadcast;
    broadcast.dimensions = PyArray_NDIM(array);
    for (int d = 0; d < broadcast.dimensions; ++d) broadcast.extents[d] = PyArray_DIM(array, d);
    for (const py::handle parameter : parameters) {
        auto* p = reinterpret_cast<PyArrayObject*>(parameter.ptr());
        bool fit = PyArray_Check(parameter.ptr()) && PyArray_TYPE(p) == NPY_DOUBLE && PyArray_ISBEHAVED_RO(p) &&
                   PyArray_NDIM(p) == broadcast.dimensions;
        for (int d = 0; fit && d < broadcast.dimensions; ++d) {
            fit = PyArray_DIM(p, d) == broadcast.extents[d] && PyArray_STRIDE(p, d) % static_cast<npy_intp>(sizeof(double)) == 0;
            broadcast.strides[broadcast.count][d] = PyArray_STRIDE(p, d) / static_cast<npy_intp>(sizeof(double));
        }
        if (!fit) throw py::value_error("draw_arrays: a parameter is no aligned float64 array of out's shape");
        broadcast.data[broadcast.count++] = static_cast<const double*>(PyArray_DATA(p));
    }
    const npy_intp n = PyArray_SIZE(array);
    if (!draw_into(handle, *law, broadcast, PyArray_DATA(array), n)) throw py::error_already_set();
}

// Elements of a law of numbers as parameters from given words (as bytes: whole units), for tests that choose the words. The key is
// zero, the first unit is unit 0; parameters are arrays of one number per element.
py::bytes elements_of_words(const char* name, const std::string& words, const py::tuple& parameters, int type) {
    const RandomMethod* method = method_named(name);
    const LawOfArrays* law = method == nullptr || method->law_of_arrays == nullptr ? nullptr : method->law_of_arrays(type);
    if (law == nullptr) throw py::value_error(std::string("elements_of_words: no law for arrays of parameters is called ") + name);
    const std::size_t unit_words = static_cast<std::size_t>(unit_steps(law->halves)) * xblock_lanes;
    const std::size_t units = words.size() / sizeof(std::uint64_t) / unit_words,
                      per_unit = static_cast<std::size_t>(unit_elements(law->halves));
    std::vector<std::uint64_t> in(units * unit_words);
    std::memcpy(in.data(), words.data(), in.size() * sizeof in[0]);
    std::vector<unsigned char> out(units * per_unit * static_cast<std::size_t>(law->item_bytes));
    const double* pointers[max_draw_parameters] = {};
    for (std::size_t k = 0; k < parameters.size() && k < max_draw_parameters; ++k) {
        auto* p = reinterpret_cast<PyArrayObject*>(parameters[k].ptr());
        if (!PyArray_Check(parameters[k].ptr()) || PyArray_TYPE(p) != NPY_DOUBLE || !PyArray_ISCARRAY_RO(p) ||
            PyArray_SIZE(p) != static_cast<npy_intp>(units * per_unit))
            throw py::value_error("elements_of_words: a parameter is no contiguous float64 array of one number per element");
        pointers[k] = static_cast<const double*>(PyArray_DATA(p));
    }
    const std::size_t tile = 64 / static_cast<std::size_t>(unit_steps(law->halves));
    for (std::size_t u = 0; u < units; u += tile) {
        const std::size_t n = std::min(tile, units - u);
        law->convert({}, u, in.data() + u * unit_words, static_cast<std::ptrdiff_t>(n),
                     out.data() + u * per_unit * static_cast<std::size_t>(law->item_bytes), pointers);
        for (auto& pointer : pointers)
            if (pointer != nullptr) pointer += n * per_unit;
    }
    return py::bytes(reinterpret_cast<const char*>(out.data()), out.size());
}

// Functions become methods through a descriptor of the class itself: no Python frame per call, and `self` is checked by the
// interpreter.
void install_generator_methods(py::type cls, py::dict docs, py::object general) {
    static std::deque<std::pair<PyMethodDef, std::string>> installed;  // descriptors keep pointers to both
    const py::object slot = cls.attr("__dict__")["_native"];
    if (!Py_IS_TYPE(slot.ptr(), &PyMemberDescr_Type))
        throw py::type_error("install_generator_methods: cls must have the slot _native");
    native_offset = reinterpret_cast<PyMemberDescrObject*>(slot.ptr())->d_member->offset;
    general_module = general.inc_ref().ptr();
    for (const RandomMethods* family : families) {
        for (std::ptrdiff_t i = 0; i < family->count; ++i) {
            const PyMethodDef& method = family->methods[i].definition;
            installed.emplace_back(method, py::cast<std::string>(docs[method.ml_name]));
            auto& [definition, text] = installed.back();
            definition.ml_doc = text.c_str();
            auto descriptor =
                py::reinterpret_steal<py::object>(PyDescr_NewMethod(reinterpret_cast<PyTypeObject*>(cls.ptr()), &definition));
            if (!descriptor) throw py::error_already_set();
            cls.attr(method.ml_name) = descriptor;
        }
    }
}

}  // namespace mlmath::bindings
