// SPDX-License-Identifier: BSD-3-Clause
// The rungs of shuffle: a vector in, its entries in random order out.
#include "bindings/bind_rungs.hpp"
#include "core/thread_pool.hpp"
#include "kernels/random/samplers/permutation/permutation_ladder.hpp"

namespace mlmath::bindings {
namespace {

template <class T>
PyObject* run_shuffle(const char* name, PyObject* a, PyObject* seed, PyObject* out, ladder::Shuffle<T> rung) {
    Reference x = as_plain(a, numpy_type<T>);
    if (!x) return nullptr;
    if (PyArray_NDIM(x.array()) != 1) return PyErr_Format(PyExc_ValueError, "%s: x must be a vector", name);
    StreamKey key = {};
    if (given(seed)) {
        key.key[0] = PyLong_AsUnsignedLongLong(seed);
        if (PyErr_Occurred()) return nullptr;
    }
    if (given(out) && (!plain_array_of(out, numpy_type<T>) || !PyArray_ISCARRAY(reinterpret_cast<PyArrayObject*>(out)) ||
                       !PyArray_SAMESHAPE(reinterpret_cast<PyArrayObject*>(out), x.array())))
        return PyErr_Format(PyExc_ValueError, "%s: out must be a contiguous array of x's shape and dtype", name);
    Reference y = given(out) ? Reference::borrow(out) : Reference(PyArray_NewCopy(x.array(), NPY_CORDER));
    if (!y || (given(out) && PyArray_CopyInto(y.array(), x.array()) != 0)) return nullptr;
    {
        const npy_intp n = PyArray_DIM(y.array(), 0);
        const GilRelease release(n > 2000);
        rung(key, static_cast<T*>(PyArray_DATA(y.array())), n, num_threads());
    }
    return y.release();
}

template <const auto& name, ladder::Shuffle<double> f64, ladder::Shuffle<float> f32>
PyObject* shuffle_rung(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<3> parameters = {name, {"x", "seed", "out"}, 0, 1, 1};
        PyObject* slots[3];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        return is_float32(slots[0]) ? run_shuffle<float>(name, slots[0], slots[1], slots[2], f32)
                                    : run_shuffle<double>(name, slots[0], slots[1], slots[2], f64);
    });
}

constexpr char textbook[] = "shuffle_textbook", no_division[] = "shuffle_no_division", batched_dice[] = "shuffle_batched_dice",
               simd_dice[] = "shuffle_simd_dice", buckets[] = "shuffle_buckets", threaded[] = "shuffle_threaded";

}  // namespace

void bind_shuffle_rungs(py::module_& rungs) {
    static PyMethodDef methods[] = {
        fast_method(textbook, shuffle_rung<textbook, ladder::shuffle_textbook<double>, ladder::shuffle_textbook<float>>),
        fast_method(no_division,
                    shuffle_rung<no_division, ladder::shuffle_no_division<double>, ladder::shuffle_no_division<float>>),
        fast_method(batched_dice,
                    shuffle_rung<batched_dice, ladder::shuffle_batched_dice<double>, ladder::shuffle_batched_dice<float>>),
        fast_method(simd_dice, shuffle_rung<simd_dice, ladder::shuffle_simd_dice<double>, ladder::shuffle_simd_dice<float>>),
        fast_method(buckets, shuffle_rung<buckets, ladder::shuffle_buckets<double>, ladder::shuffle_buckets<float>>),
        fast_method(threaded, shuffle_rung<threaded, ladder::shuffle_threaded<double>, ladder::shuffle_threaded<float>>),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(rungs, methods);
}

}  // namespace mlmath::bindings
