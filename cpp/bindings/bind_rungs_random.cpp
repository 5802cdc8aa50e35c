// SPDX-License-Identifier: BSD-3-Clause
// The rungs of uniform and normal: numbers of one stream, as many as `like` has and of its dtype, into a new vector or `out`.
#include "bindings/bind_rungs.hpp"
#include "core/thread_pool.hpp"
#include "kernels/random/distributions/normal/normal_ladder.hpp"
#include "kernels/random/distributions/uniform/uniform_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
using LawRung = void (*)(T*, std::ptrdiff_t, int);

template <class T>
PyObject* run_law(const char* name, PyObject* given_like, PyObject* given_out, LawRung<T> rung) {
    Reference like = as_plain(given_like, numpy_type<T>);
    if (!like) return nullptr;
    if (PyArray_NDIM(like.array()) != 1)
        return PyErr_Format(PyExc_ValueError, "%s: like must be a vector, got %d dimensions", name, PyArray_NDIM(like.array()));
    const npy_intp n = PyArray_DIM(like.array(), 0);
    Reference out = given(given_out) ? Reference::borrow(given_out)
                                     : Reference(PyArray_SimpleNew(1, PyArray_DIMS(like.array()), numpy_type<T>));
    if (!out) return nullptr;
    if (!plain_array_of(out.get(), numpy_type<T>) || !PyArray_ISCARRAY(out.array()) || PyArray_NDIM(out.array()) != 1 ||
        PyArray_DIM(out.array(), 0) != n)
        return PyErr_Format(PyExc_ValueError, "%s: out must be a writeable contiguous vector of size %zd and the dtype of like",
                            name, n);
    const GilRelease release(n > 2000);
    rung(static_cast<T*>(PyArray_DATA(out.array())), n, num_threads());
    return out.release();
}

template <const auto& name, LawRung<double> f64, LawRung<float> f32>
PyObject* law_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<2> parameters = {name, {"like", "out"}, 0, 2, 1};
        PyObject* slots[2];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        return is_float32(slots[0]) ? run_law<float>(name, slots[0], slots[1], f32)
                                    : run_law<double>(name, slots[0], slots[1], f64);
    });
}

constexpr char one_at_a_time[] = "uniform_one_at_a_time", block[] = "uniform_block", uniform_simd[] = "uniform_simd",
               uniform_threaded[] = "uniform_threaded";
constexpr char polar[] = "normal_polar", box_muller[] = "normal_box_muller", normal_simd[] = "normal_simd",
               normal_threaded[] = "normal_threaded";

}  // namespace

void bind_law_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(one_at_a_time,
                    law_rung<one_at_a_time, ladder::uniform_one_at_a_time<double>, ladder::uniform_one_at_a_time<float>>),
        fast_method(block, law_rung<block, ladder::uniform_block<double>, ladder::uniform_block<float>>),
        fast_method(uniform_simd, law_rung<uniform_simd, ladder::uniform_simd<double>, ladder::uniform_simd<float>>),
        fast_method(uniform_threaded,
                    law_rung<uniform_threaded, ladder::uniform_threaded<double>, ladder::uniform_threaded<float>>),
        fast_method(polar, law_rung<polar, ladder::normal_polar<double>, ladder::normal_polar<float>>),
        fast_method(box_muller, law_rung<box_muller, ladder::normal_box_muller<double>, ladder::normal_box_muller<float>>),
        fast_method(normal_simd, law_rung<normal_simd, ladder::normal_simd<double>, ladder::normal_simd<float>>),
        fast_method(normal_threaded, law_rung<normal_threaded, ladder::normal_threaded<double>, ladder::normal_threaded<float>>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
