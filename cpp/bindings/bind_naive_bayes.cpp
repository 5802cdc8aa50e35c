// SPDX-License-Identifier: BSD-3-Clause
// naive_bayes: dtype switch, views, GIL, call. The facade (learn/naive_bayes) prepares the arguments.
#include "bindings/module.hpp"
#include "bindings/plain_arguments.hpp"
#include "core/thread_pool.hpp"
#include "kernels/naive_bayes/class_moments/class_moments.hpp"
#include "kernels/naive_bayes/class_scores/class_scores.hpp"

namespace mlmath::bindings {
namespace {

// Sums that are not finite are for the facade to look at: it names what is wrong with X.
constexpr unsigned no_flags = FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW | FE_UNDERFLOW;
constexpr npy_intp worth_releasing = 100000;  // elements: 20 us

struct Rows {
    PyArrayObject *x, *codes, *weights;
    npy_intp classes;
    int type;

    // X, codes (int32 or None), sample_weight (X's dtype or None), classes.
    bool take(const char* function, PyObject* const* slots) {
        type = real_type_of(slots[0]);
        x = plain_argument(function, "X", slots[0], type, 2);
        if (x == nullptr) return false;
        const npy_intp n = PyArray_DIM(x, 0);
        codes = weights = nullptr;
        if (given(slots[1]) && (codes = plain_argument(function, "codes", slots[1], NPY_INT32, 1, true, n)) == nullptr)
            return false;
        if (given(slots[2]) && (weights = plain_argument(function, "sample_weight", slots[2], type, 1, false, n)) == nullptr)
            return false;
        classes = PyLong_AsSsize_t(slots[3]);
        if (classes >= 1) return true;
        if (!PyErr_Occurred()) PyErr_Format(PyExc_ValueError, "%s: classes must be at least 1, got %zd", function, classes);
        return false;
    }
    template <class T>
    LabelledRows<T> view() const {
        return {matrix_view<const T>(x), data_of<const std::int32_t>(codes),
                weights == nullptr ? VectorView<const T>{} : vector_view<const T>(weights)};
    }
};

template <class T>
void moments(const Rows& rows, double* weight, double* mean, double* squares) {
    class_moments<T>(rows.view<T>(), rows.classes, weight, mean, squares, num_threads());
}

PyObject* class_moments_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<4> parameters = {"_class_moments", {"X", "codes", "sample_weight", "classes"}, 4, 4, 4};
        PyObject* slots[4];
        Rows rows;
        if (!parameters.parse(args, nargs, keyword_names, slots) || !rows.take("_class_moments", slots)) return nullptr;
        npy_intp shape[2] = {rows.classes, PyArray_DIM(rows.x, 1)};
        Reference weight(PyArray_SimpleNew(1, shape, NPY_DOUBLE)), mean(PyArray_SimpleNew(2, shape, NPY_DOUBLE)),
            squares(PyArray_SimpleNew(2, shape, NPY_DOUBLE));
        if (!weight || !mean || !squares) return nullptr;
        const FloatingPointWatch watch("_class_moments", no_flags);
        {
            const GilRelease release(PyArray_SIZE(rows.x) > worth_releasing);
            (rows.type == NPY_FLOAT ? moments<float> : moments<double>)(rows, data_of<double>(weight.array()),
                                                                        data_of<double>(mean.array()),
                                                                        data_of<double>(squares.array()));
        }
        fp_clear();
        return Py_BuildValue("(NNN)", weight.release(), mean.release(), squares.release());
    });
}

template <class T>
void sums_of(const Rows& rows, const double* threshold, double* weight, double* sums) {
    const T limit = threshold == nullptr ? T(0) : static_cast<T>(*threshold);
    class_sums<T>(rows.view<T>(), rows.classes, threshold == nullptr ? nullptr : &limit, weight, sums, num_threads());
}

PyObject* class_sums_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<5> parameters = {
            "_class_sums", {"X", "codes", "sample_weight", "classes", "threshold"}, 5, 5, 5};
        PyObject* slots[5];
        Rows rows;
        if (!parameters.parse(args, nargs, keyword_names, slots) || !rows.take("_class_sums", slots)) return nullptr;
        const double threshold = given(slots[4]) ? PyFloat_AsDouble(slots[4]) : 0;
        if (threshold == -1 && PyErr_Occurred()) return nullptr;
        npy_intp shape[2] = {rows.classes, PyArray_DIM(rows.x, 1)};
        Reference weight(PyArray_SimpleNew(1, shape, NPY_DOUBLE)), sums(PyArray_SimpleNew(2, shape, NPY_DOUBLE));
        if (!weight || !sums) return nullptr;
        const FloatingPointWatch watch("_class_sums", no_flags);
        {
            const GilRelease release(PyArray_SIZE(rows.x) > worth_releasing);
            (rows.type == NPY_FLOAT ? sums_of<float> : sums_of<double>)(rows, given(slots[4]) ? &threshold : nullptr,
                                                                        data_of<double>(weight.array()),
                                                                        data_of<double>(sums.array()));
        }
        fp_clear();
        return Py_BuildValue("(NN)", weight.release(), sums.release());
    });
}

template <class T>
bool scores(PyArrayObject* x, const ClassModel& model, ClassResult result, PyArrayObject* out) {
    const bool label = result == ClassResult::label;
    return class_scores<T>(matrix_view<const T>(x), model, result, label ? nullptr : data_of<double>(out),
                           label ? data_of<std::int32_t>(out) : nullptr, num_threads());
}

// (X, likelihood, a, b or None, c, threshold, result) -> (n x K doubles or n int32, whether every joint log-likelihood is finite).
PyObject* class_scores_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        constexpr const char* function = "_class_scores";
        static constexpr Parameters<7> parameters = {
            "_class_scores", {"X", "likelihood", "a", "b", "c", "threshold", "result"}, 7, 7, 7};
        PyObject* slots[7];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        const long likelihood = PyLong_AsLong(slots[1]), result = PyLong_AsLong(slots[6]);
        const double threshold = PyFloat_AsDouble(slots[5]);
        if (PyErr_Occurred()) return nullptr;
        if (likelihood < 0 || likelihood > 2 || result < 0 || result > 3)
            return PyErr_Format(PyExc_ValueError, "%s: likelihood must be in 0 .. 2 and result in 0 .. 3", function);
        const int type = real_type_of(slots[0]);
        PyArrayObject* x = plain_argument(function, "X", slots[0], type, 2);
        if (x == nullptr) return nullptr;
        PyArrayObject* c = plain_argument(function, "c", slots[4], NPY_DOUBLE, 1, true);
        if (c == nullptr) return nullptr;
        const npy_intp classes = PyArray_DIM(c, 0), d = PyArray_DIM(x, 1);
        PyArrayObject* a = plain_argument(function, "a", slots[2], NPY_DOUBLE, 2, true, classes, d);
        PyArrayObject* b =
            likelihood != 0 || a == nullptr ? nullptr : plain_argument(function, "b", slots[3], NPY_DOUBLE, 2, true, classes, d);
        if (a == nullptr || (likelihood == 0 && b == nullptr)) return nullptr;
        npy_intp shape[2] = {PyArray_DIM(x, 0), classes};
        const bool label = result == static_cast<long>(ClassResult::label);
        Reference out(PyArray_SimpleNew(label ? 1 : 2, shape, label ? NPY_INT32 : NPY_DOUBLE));
        if (!out) return nullptr;
        const ClassModel model = {static_cast<Likelihood>(likelihood),
                                  classes,
                                  data_of<const double>(a),
                                  data_of<const double>(b),
                                  data_of<const double>(c),
                                  threshold};
        const FloatingPointWatch watch(function, no_flags);
        bool finite;
        {
            const GilRelease release(PyArray_SIZE(x) > worth_releasing / classes);
            finite = (type == NPY_FLOAT ? scores<float> : scores<double>)(x, model, static_cast<ClassResult>(result), out.array());
        }
        fp_clear();
        return Py_BuildValue("(NO)", out.release(), finite ? Py_True : Py_False);
    });
}

}  // namespace

void bind_naive_bayes(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("_class_moments", class_moments_fast),
        fast_method("_class_sums", class_sums_fast),
        fast_method("_class_scores", class_scores_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
