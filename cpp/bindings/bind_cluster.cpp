// SPDX-License-Identifier: BSD-3-Clause
// cluster: dtype switch, views, GIL, call. The facade (learn/cluster) prepares the arguments.
#include "bindings/module.hpp"
#include "bindings/plain_arguments.hpp"
#include "core/thread_pool.hpp"
#include "kernels/cluster/kmeans/kmeans.hpp"
#include "kernels/cluster/kmeans/kmeans_block.hpp"

namespace mlmath::bindings {
namespace {

// Terms that vanish in sums underflow; what overflows shows in the result.
constexpr unsigned vanishing = FE_UNDERFLOW;
constexpr npy_intp worth_releasing = 50000;  // elements: 20 us

struct Rows {
    PyArrayObject *x, *weights;
    int type;

    // X, sample_weight (X's dtype or None).
    bool take(const char* function, PyObject* x_slot, PyObject* weights_slot) {
        type = real_type_of(x_slot);
        x = plain_argument(function, "X", x_slot, type, 2);
        weights = nullptr;
        if (x == nullptr) return false;
        return !given(weights_slot) ||
               (weights = plain_argument(function, "sample_weight", weights_slot, type, 1, false, PyArray_DIM(x, 0))) != nullptr;
    }
    npy_intp rows() const { return PyArray_DIM(x, 0); }
    npy_intp columns() const { return PyArray_DIM(x, 1); }
    template <class T>
    KMeansData<T> view() const {
        return {matrix_view<const T>(x), weights == nullptr ? VectorView<const T>{} : vector_view<const T>(weights)};
    }
};

template <class T>
KMeansOutcome lloyd(const Rows& rows, npy_intp clusters, Py_ssize_t most, double tolerance, bool last_labels, double* centers,
                    std::int32_t* labels, double* sums, double* weight) {
    return kmeans_lloyd<T>(rows.view<T>(), clusters, most, tolerance, last_labels, centers, labels, sums, weight, num_threads());
}

bool writeable(const char* function, PyArrayObject* array) { return PyArray_FailUnlessWriteable(array, function) == 0; }

// (X, sample_weight, centers, labels, sums, weight, most_iterations, tolerance, last_labels) -> (stop, iterations, changed);
// centers to weight are written to.
PyObject* lloyd_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        constexpr const char* function = "_kmeans_lloyd";
        static constexpr Parameters<9> parameters = {
            "_kmeans_lloyd",
            {"X", "sample_weight", "centers", "labels", "sums", "weight", "most_iterations", "tolerance", "last_labels"},
            9,
            9,
            9};
        PyObject* slots[9];
        Rows rows;
        if (!parameters.parse(args, nargs, keyword_names, slots) || !rows.take(function, slots[0], slots[1])) return nullptr;
        const Py_ssize_t most = PyLong_AsSsize_t(slots[6]);
        const double tolerance = PyFloat_AsDouble(slots[7]);
        const int last_labels = PyObject_IsTrue(slots[8]);
        if (PyErr_Occurred()) return nullptr;
        PyArrayObject* centers = plain_argument(function, "centers", slots[2], NPY_DOUBLE, 2, true, -1, rows.columns());
        if (centers == nullptr) return nullptr;
        const npy_intp clusters = PyArray_DIM(centers, 0);
        PyArrayObject* labels = plain_argument(function, "labels", slots[3], NPY_INT32, 1, true, rows.rows());
        if (labels == nullptr) return nullptr;
        PyArrayObject* sums = plain_argument(function, "sums", slots[4], NPY_DOUBLE, 2, true, clusters, rows.columns());
        if (sums == nullptr) return nullptr;
        PyArrayObject* weight = plain_argument(function, "weight", slots[5], NPY_DOUBLE, 1, true, clusters);
        if (weight == nullptr) return nullptr;
        for (PyArrayObject* array : {centers, labels, sums, weight})
            if (!writeable(function, array)) return nullptr;
        const FloatingPointWatch watch("KMeans", vanishing);
        KMeansOutcome outcome;
        {
            const GilRelease release(PyArray_SIZE(rows.x) > worth_releasing / clusters);
            outcome =
                (rows.type == NPY_FLOAT ? lloyd<float> : lloyd<double>)(rows, clusters, most, tolerance, last_labels != 0,
                                                                        data_of<double>(centers), data_of<std::int32_t>(labels),
                                                                        data_of<double>(sums), data_of<double>(weight));
        }
        if (!watch.report()) return nullptr;
        return Py_BuildValue("(inO)", static_cast<int>(outcome.stop), static_cast<Py_ssize_t>(outcome.iterations),
                             outcome.changed ? Py_True : Py_False);
    });
}

template <class T>
void assign(PyArrayObject* x, npy_intp clusters, const double* centers, std::int32_t* labels) {
    kmeans_assign<T>(matrix_view<const T>(x), clusters, centers, labels, num_threads());
}

PyObject* assign_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        constexpr const char* function = "_kmeans_assign";
        static constexpr Parameters<2> parameters = {"_kmeans_assign", {"X", "centers"}, 2, 2, 2};
        PyObject* slots[2];
        Rows rows;
        if (!parameters.parse(args, nargs, keyword_names, slots) || !rows.take(function, slots[0], nullptr)) return nullptr;
        PyArrayObject* centers = plain_argument(function, "centers", slots[1], NPY_DOUBLE, 2, true, -1, rows.columns());
        if (centers == nullptr) return nullptr;
        npy_intp n = rows.rows();
        Reference labels(PyArray_SimpleNew(1, &n, NPY_INT32));
        if (!labels) return nullptr;
        const FloatingPointWatch watch("KMeans", vanishing);
        {
            const GilRelease release(PyArray_SIZE(rows.x) > worth_releasing);
            (rows.type == NPY_FLOAT ? assign<float> : assign<double>)(rows.x, PyArray_DIM(centers, 0),
                                                                      data_of<const double>(centers),
                                                                      data_of<std::int32_t>(labels.array()));
        }
        if (!watch.report()) return nullptr;
        return labels.release();
    });
}

template <class T>
double inertia(const Rows& rows, npy_intp clusters, const double* centers, const std::int32_t* labels, double* squares) {
    return kmeans_inertia<T>(rows.view<T>(), clusters, centers, labels, squares, num_threads());
}

// (X, sample_weight, centers, labels, squares) -> (inertia, squared distances to the own centre or None)
PyObject* inertia_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        constexpr const char* function = "_kmeans_inertia";
        static constexpr Parameters<5> parameters = {
            "_kmeans_inertia", {"X", "sample_weight", "centers", "labels", "squares"}, 5, 5, 5};
        PyObject* slots[5];
        Rows rows;
        if (!parameters.parse(args, nargs, keyword_names, slots) || !rows.take(function, slots[0], slots[1])) return nullptr;
        PyArrayObject* centers = plain_argument(function, "centers", slots[2], NPY_DOUBLE, 2, true, -1, rows.columns());
        if (centers == nullptr) return nullptr;
        npy_intp n = rows.rows();
        PyArrayObject* labels = plain_argument(function, "labels", slots[3], NPY_INT32, 1, true, n);
        if (labels == nullptr) return nullptr;
        const int wanted = PyObject_IsTrue(slots[4]);
        if (wanted < 0) return nullptr;
        Reference squares = wanted ? Reference(PyArray_SimpleNew(1, &n, NPY_DOUBLE)) : Reference::borrow(Py_None);
        if (!squares) return nullptr;
        const FloatingPointWatch watch("KMeans", vanishing);
        double total;
        {
            const GilRelease release(PyArray_SIZE(rows.x) > worth_releasing);
            total = (rows.type == NPY_FLOAT ? inertia<float>
                                            : inertia<double>)(rows, PyArray_DIM(centers, 0), data_of<const double>(centers),
                                                               data_of<const std::int32_t>(labels),
                                                               wanted ? data_of<double>(squares.array()) : nullptr);
        }
        if (!watch.report()) return nullptr;
        return Py_BuildValue("(dN)", total, squares.release());
    });
}

template <class T>
void distances(const Rows& rows, PyArrayObject* points, bool root, PyArrayObject* closest, PyArrayObject* out, double* potential) {
    kmeans_distances<T>(rows.view<T>(), PyArray_DIM(points, 0), data_of<const double>(points), root, data_of<const T>(closest),
                        data_of<T>(out), potential, num_threads());
}

// (X, sample_weight, points, root, closest or None, out or None) -> (distances, potentials by blocks of 256 rows or None)
PyObject* distances_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        constexpr const char* function = "_kmeans_distances";
        static constexpr Parameters<6> parameters = {
            "_kmeans_distances", {"X", "sample_weight", "points", "root", "closest", "out"}, 6, 6, 6};
        PyObject* slots[6];
        Rows rows;
        if (!parameters.parse(args, nargs, keyword_names, slots) || !rows.take(function, slots[0], slots[1])) return nullptr;
        PyArrayObject* points = plain_argument(function, "points", slots[2], NPY_DOUBLE, 2, true, -1, rows.columns());
        if (points == nullptr) return nullptr;
        const int root = PyObject_IsTrue(slots[3]);
        if (root < 0) return nullptr;
        PyArrayObject* closest = nullptr;
        if (given(slots[4]) &&
            (closest = plain_argument(function, "closest", slots[4], rows.type, 1, true, rows.rows())) == nullptr)
            return nullptr;
        npy_intp count = PyArray_DIM(points, 0), shape[2] = {root ? rows.rows() : count, root ? count : rows.rows()};
        if (given(slots[5])) {
            PyArrayObject* out = plain_argument(function, "out", slots[5], rows.type, 2, true, shape[0], shape[1]);
            if (out == nullptr || !writeable(function, out)) return nullptr;
        }
        Reference out = given(slots[5]) ? Reference::borrow(slots[5]) : Reference(PyArray_SimpleNew(2, shape, rows.type));
        npy_intp blocks[2] = {count, (rows.rows() + kmeans_block_rows - 1) / kmeans_block_rows};
        Reference potential = root ? Reference::borrow(Py_None) : Reference(PyArray_SimpleNew(2, blocks, NPY_DOUBLE));
        if (!out || !potential) return nullptr;
        const FloatingPointWatch watch("KMeans", vanishing);
        {
            const GilRelease release(PyArray_SIZE(rows.x) > worth_releasing);
            (rows.type == NPY_FLOAT ? distances<float> : distances<double>)(rows, points, root, closest, out.array(),
                                                                            root ? nullptr : data_of<double>(potential.array()));
        }
        if (!watch.report()) return nullptr;
        return Py_BuildValue("(NN)", out.release(), potential.release());
    });
}

}  // namespace

void bind_cluster(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("_kmeans_lloyd", lloyd_fast),
        fast_method("_kmeans_assign", assign_fast),
        fast_method("_kmeans_inertia", inertia_fast),
        fast_method("_kmeans_distances", distances_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
