// SPDX-License-Identifier: BSD-3-Clause
// Choice and the samplers: functions on streams and arrays that python/mlmath_native/random/_choice.py calls. Its methods are
// written in Python, so there is no row for them here.
#include <cmath>

#include "bindings/bind_random_draw.hpp"
#include "core/fp_state.hpp"
#include "core/thread_pool.hpp"
#include "kernels/random/draw/draw.hpp"
#include "kernels/random/samplers/categorical/categorical.hpp"
#include "kernels/random/samplers/categorical_rows/categorical_rows.hpp"
#include "kernels/random/samplers/sample/sample.hpp"

namespace mlmath::bindings {
namespace {

PyArrayObject* array_of(const py::object& object, int type, int dimensions, const char* what, bool written = false) {
    auto* array = reinterpret_cast<PyArrayObject*>(object.ptr());
    if (!PyArray_Check(object.ptr()) || PyArray_TYPE(array) != type || !PyArray_ISCARRAY_RO(array) ||
        (dimensions >= 0 && PyArray_NDIM(array) != dimensions) || (written && !PyArray_ISWRITEABLE(array)))
        throw py::value_error(std::string("unfit array: ") + what);
    return array;
}

struct Table {
    const AliasEntry* entries;
    std::ptrdiff_t k;
};
Table table_of(const py::object& object) {
    PyArrayObject* array = array_of(object, NPY_UINT64, 2, "table");
    if (PyArray_DIM(array, 0) < 1 || PyArray_DIM(array, 1) != 2) throw py::value_error("unfit array: table");
    return {static_cast<const AliasEntry*>(PyArray_DATA(array)), PyArray_DIM(array, 0)};
}

py::object new_array(int dimensions, const npy_intp* extents, int type) {
    PyObject* array = PyArray_SimpleNew(dimensions, extents, type);
    if (array == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(array);
}
template <class T>
T* data_of(const py::object& array) {
    return static_cast<T*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(array.ptr())));
}

// The sum of probabilities, and how many are above 0; a sum of NaN when a number is negative or none.
py::tuple probability_sum(const py::object& p) {
    PyArrayObject* array = array_of(p, NPY_DOUBLE, 1, "p");
    const auto* x = static_cast<const double*>(PyArray_DATA(array));
    const npy_intp n = PyArray_DIM(array, 0);
    // Eight sums: an addition waits four cycles for the one before. Of numbers that are not negative each is right to n ulp / 8,
    // far inside NumPy's tolerance of 1e-8.
    double sums[8] = {};
    npy_intp positive = 0;
    bool negative = false;
    for (npy_intp i = 0; i < n; ++i) {
        sums[i % 8] += x[i];
        positive += x[i] > 0 ? 1 : 0;
        negative = negative || x[i] < 0;
    }
    const double sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
    return py::make_tuple(negative ? std::nan("") : sum, positive);
}

py::object alias_table(const py::object& p) {
    PyArrayObject* array = array_of(p, NPY_DOUBLE, 1, "p");
    const npy_intp extents[2] = {PyArray_DIM(array, 0), 2};
    if (extents[0] < 1) throw py::value_error("unfit array: p");
    py::object table = new_array(2, extents, NPY_UINT64);
    const GilRelease release(extents[0] > 1000);
    build_alias_table(static_cast<const double*>(PyArray_DATA(array)), extents[0], data_of<AliasEntry>(table));
    return table;
}

py::object alias_table_probabilities(const py::object& table) {
    const Table t = table_of(table);
    const npy_intp k = t.k;
    py::object p = new_array(1, &k, NPY_DOUBLE);
    alias_probabilities(t.entries, k, data_of<double>(p));
    return p;
}

// Fills `out` (int64 or int32, contiguous) from the stream.
void draw_categorical(const py::capsule& stream, const py::object& table, const py::object& out) {
    const Table t = table_of(table);
    auto* array = reinterpret_cast<PyArrayObject*>(out.ptr());
    const int type = PyArray_Check(out.ptr()) ? PyArray_TYPE(array) : NPY_VOID;
    if ((type != NPY_INT64 && type != NPY_INT32) || !plain_out(out.ptr(), type)) throw py::value_error("unfit array: out");
    StreamHandle& handle = stream_of(stream);
    const bool drawn =
        type == NPY_INT64
            ? draw_into(handle, CategoricalLaw<std::int64_t>(t.entries, t.k), PyArray_DATA(array), PyArray_SIZE(array))
            : draw_into(handle, CategoricalLaw<std::int32_t>(t.entries, t.k), PyArray_DATA(array), PyArray_SIZE(array));
    if (!drawn) throw py::error_already_set();
}

// The same from words at hand (uint64), for foreign bit generators and tests.
void categorical_from_words(const py::object& table, const py::object& words, const py::object& out) {
    const Table t = table_of(table);
    PyArrayObject* from = array_of(words, NPY_UINT64, -1, "words");
    auto* to = reinterpret_cast<PyArrayObject*>(out.ptr());
    const int type = PyArray_Check(out.ptr()) ? PyArray_TYPE(to) : NPY_VOID;
    if ((type != NPY_INT64 && type != NPY_INT32) || !plain_out(out.ptr(), type) || PyArray_SIZE(to) != PyArray_SIZE(from))
        throw py::value_error("unfit array: out");
    const auto* w = static_cast<const std::uint64_t*>(PyArray_DATA(from));
    const npy_intp n = PyArray_SIZE(from);
    const GilRelease release(n > 8192);
    if (type == NPY_INT64)
        categorical_of_words(t.entries, t.k, w, n, static_cast<std::int64_t*>(PyArray_DATA(to)), num_threads());
    else
        categorical_of_words(t.entries, t.k, w, n, static_cast<std::int32_t*>(PyArray_DATA(to)), num_threads());
}

// Constraint: a number that has been taken costs the sampler another word and a mispredicted branch, some 40 ns; the shuffle makes
//   all numbers first.
// Arithmetic: of a sixteenth of the population one draw in 32 meets a taken number. Making one costs 0.3 ns, an exchange 2 to 3.
// Decision: the sampler up to a sixteenth.
py::object sample_indices(const py::capsule& stream, std::int64_t population, std::int64_t count) {
    if (count < 0 || count > population) throw py::value_error("sample_indices: count must be in [0, population]");
    const npy_intp n = count;
    py::object out = new_array(1, &n, NPY_INT64);
    const Reservation taken = reserve(stream_of(stream), static_cast<std::uint64_t>(count), 2, UnitUse::words);
    if (!taken.ok) throw py::error_already_set();
    const GilRelease release(count > 2000);
    const auto whole = static_cast<std::uint64_t>(population);
    if (count <= population / 16)
        sample(taken.key, taken.start.word, whole, data_of<std::int64_t>(out), count);
    else
        shuffled_front(taken.key, taken.start.word, whole, data_of<std::int64_t>(out), count);
    return out;
}

// `p` has at least `count` numbers above 0, none is negative: checked before.
py::object weighted_sample_indices(const py::capsule& stream, const py::object& p, std::int64_t count) {
    PyArrayObject* array = array_of(p, NPY_DOUBLE, 1, "p");
    const npy_intp n = count, items = PyArray_DIM(array, 0);
    if (count < 0 || count > items) throw py::value_error("weighted_sample_indices: count must be in [0, len(p)]");
    py::object out = new_array(1, &n, NPY_INT64);
    const Reservation taken = reserve(stream_of(stream), static_cast<std::uint64_t>(items), 2, UnitUse::words);
    if (!taken.ok) throw py::error_already_set();
    {
        const GilRelease release(items > 4096);
        weighted_sample(taken.key, taken.start.word, static_cast<const double*>(PyArray_DATA(array)), items,
                        data_of<std::int64_t>(out), count, num_threads());
    }
    return out;
}

// Fills `out` (int64, C-contiguous) with words of the stream.
void draw_words(const py::capsule& stream, const py::object& out) {
    PyArrayObject* array = array_of(out, NPY_INT64, -1, "out", true);
    const npy_intp n = PyArray_SIZE(array);
    const Reservation taken = reserve(stream_of(stream), static_cast<std::uint64_t>(n), 2, UnitUse::words);
    if (!taken.ok) throw py::error_already_set();
    const GilRelease release(n > 8192);
    auto* words = static_cast<std::uint64_t*>(PyArray_DATA(array));
    // Parts end where blocks of the stream do.
    const std::uint64_t block = xblock_words_per_block, first = taken.start.word;
    const auto parts = static_cast<std::ptrdiff_t>((first % block + static_cast<std::uint64_t>(n) + block - 1) / block);
    parallel_for(parts, parts < 4 ? 1 : num_threads(), [&](std::ptrdiff_t b) {
        const auto from =
            std::max<std::ptrdiff_t>(0, b * static_cast<std::ptrdiff_t>(block) - static_cast<std::ptrdiff_t>(first % block));
        const auto until =
            std::min<std::ptrdiff_t>(n, (b + 1) * static_cast<std::ptrdiff_t>(block) - static_cast<std::ptrdiff_t>(first % block));
        stream_words(taken.key, first + static_cast<std::uint64_t>(from), words + from, until - from);
    });
}

// in_out (samples x rows) holds words and gets outcomes. Returns (row, what is wrong with it); row -1 when nothing is.
py::tuple categorical_of_rows(const py::object& logits, const py::object& in_out) {
    const bool single = PyArray_Check(logits.ptr()) && PyArray_TYPE(reinterpret_cast<PyArrayObject*>(logits.ptr())) == NPY_FLOAT;
    PyArrayObject* l = array_of(logits, single ? NPY_FLOAT : NPY_DOUBLE, 2, "logits");
    PyArrayObject* out = array_of(in_out, NPY_INT64, 2, "in_out", true);
    const npy_intp rows = PyArray_DIM(l, 0), k = PyArray_DIM(l, 1), samples = PyArray_DIM(out, 0);
    if (k < 1 || PyArray_DIM(out, 1) != rows) throw py::value_error("unfit array: in_out");
    BadRow bad;
    {
        const GilRelease release(rows * (k + samples) > 2000);
        auto* words = static_cast<std::int64_t*>(PyArray_DATA(out));
        bad = single ? categorical_rows(static_cast<const float*>(PyArray_DATA(l)), rows, k, samples, words, num_threads())
                     : categorical_rows(static_cast<const double*>(PyArray_DATA(l)), rows, k, samples, words, num_threads());
    }
    fp_clear();
    const char* const names[] = {"", "NaN", "+inf", "nothing but -inf"};
    return py::make_tuple(bad.row, names[static_cast<int>(bad.status)]);
}

}  // namespace

extern const RandomMethods choice_methods;
const RandomMethods choice_methods = {nullptr, 0};

void bind_random_choice(py::module_& module) {
    module.def("probability_sum", probability_sum, py::arg("p"));
    module.def("alias_table", alias_table, py::arg("p"));
    module.def("alias_table_probabilities", alias_table_probabilities, py::arg("table"));
    module.def("draw_categorical", draw_categorical, py::arg("stream"), py::arg("table"), py::arg("out"));
    module.def("categorical_from_words", categorical_from_words, py::arg("table"), py::arg("words"), py::arg("out"));
    module.def("sample_indices", sample_indices, py::arg("stream"), py::arg("population"), py::arg("count"));
    module.def("weighted_sample_indices", weighted_sample_indices, py::arg("stream"), py::arg("p"), py::arg("count"));
    module.def("draw_words", draw_words, py::arg("stream"), py::arg("out"));
    module.def("categorical_of_rows", categorical_of_rows, py::arg("logits"), py::arg("in_out"));
}

}  // namespace mlmath::bindings
