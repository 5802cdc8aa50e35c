// SPDX-License-Identifier: BSD-3-Clause
// matmul, matvec, vecmat, vecdot: dtype switch, broadcasting, `out`, views, GIL, call. What the kernel does not cover is NumPy's
// own function, by name.
#include <algorithm>
#include <string>
#include <vector>

#include "bindings/bind_blas.hpp"
#include "bindings/bind_matmul_engine.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/gemm/gemm.hpp"

namespace mlmath::bindings {
namespace {

constexpr int most_axes = NPY_MAXDIMS;
constexpr const char* product_names[2] = {"x1", "x2"};

// Which operands are (stacks of) vectors: always, or when they have one axis only (matmul).
struct Product {
    const char* name;
    bool vector1, vector2, by_axes, conjugate;  // conjugate: the first operand, where it is complex
    EngineCall* engine = nullptr;               // of matmul, where it is not the multiply-add units without a word

    bool first(int nd) const { return by_axes ? nd == 1 : vector1; }
    bool second(int nd) const { return by_axes ? nd == 1 : vector2; }
    int least1() const { return vector1 || by_axes ? 1 : 2; }
    int least2() const { return vector2 || by_axes ? 1 : 2; }
};
template <class T>
constexpr bool is_complex = false;
template <class T>
constexpr bool is_complex<std::complex<T>> = true;

bool native(int type) { return type == NPY_DOUBLE || type == NPY_FLOAT || type == NPY_CDOUBLE || type == NPY_CFLOAT; }

// f(number) with a number of the C++ type of one of these NumPy types.
template <class F>
auto with_type(int type, F&& f) {
    switch (type) {
        case NPY_FLOAT:
            return f(float());
        case NPY_CFLOAT:
            return f(std::complex<float>());
        case NPY_CDOUBLE:
            return f(std::complex<double>());
        default:
            return f(double());
    }
}

constexpr Product matmul_product = {"matmul", false, false, true, false}, matvec_product = {"matvec", false, true, false, false},
                  vecmat_product = {"vecmat", true, false, false, true}, vecdot_product = {"vecdot", true, true, false, true};

std::string shape_text(const npy_intp* shape, int axes) {
    std::string text = "(";
    for (int i = 0; i < axes; ++i) text += std::to_string(shape[i]) + (axes == 1 ? "," : i + 1 < axes ? ", " : "");
    return text + ")";
}
std::string shape_text(PyArrayObject* a) { return shape_text(PyArray_DIMS(a), PyArray_NDIM(a)); }

PyObject* value_error(const std::string& text) {
    PyErr_SetString(PyExc_ValueError, text.c_str());
    return nullptr;
}

// Both operands as stacks of matrices, and the shape of the result.
template <class T>
struct Operands {
    MatrixView<const T> a, b;
    int axes = 0;  // of the batch
    npy_intp shape[most_axes];
    std::ptrdiff_t a_stride[most_axes], b_stride[most_axes];
    int result_axes = 0;
    bool row_axis = false, column_axis = false;  // a one-dimensional operand leaves no axis in the result

    // False with an exception set when the shapes do not fit.
    bool set(const Product& product, const char* const (&names)[2], PyArrayObject* x1, PyArrayObject* x2) {
        const int nd1 = PyArray_NDIM(x1), nd2 = PyArray_NDIM(x2);
        const bool vector1 = product.first(nd1), vector2 = product.second(nd2);
        a = vector1 ? row(x1) : matrix_view<const T>(x1);
        b = vector2 ? transposed(row(x2)) : matrix_view<const T>(x2);
        if (a.columns != b.rows) {
            value_error(std::string(product.name) + ": the last axis of " + names[0] + " and the " +
                        (nd2 == 1  ? "only"
                         : vector2 ? "last"
                                   : "second-to-last") +
                        " axis of " + names[1] + " must have the same size, got shapes " + shape_text(x1) + " and " +
                        shape_text(x2));
            return false;
        }
        const int extra1 = nd1 - (vector1 ? 1 : 2), extra2 = nd2 - (vector2 ? 1 : 2);
        if ((extra1 > 0 || extra2 > 0) && !set_batch(product.name, names, x1, extra1, x2, extra2)) return false;
        row_axis = !vector1;
        column_axis = !vector2;
        result_axes = axes;
        if (row_axis) shape[result_axes++] = a.rows;
        if (column_axis) shape[result_axes++] = b.columns;
        return true;
    }

private:
    static MatrixView<const T> row(PyArrayObject* x) {
        const auto v = vector_view<const T>(x, PyArray_NDIM(x) - 1);
        return {v.data, 1, v.size, 1, v.stride};
    }
    bool set_batch(const char* function, const char* const (&names)[2], PyArrayObject* x1, int extra1, PyArrayObject* x2,
                   int extra2) {
        axes = std::max(extra1, extra2);
        for (int x = 0; x < axes; ++x) {
            const int x1_axis = x - (axes - extra1), x2_axis = x - (axes - extra2);
            const npy_intp size1 = x1_axis < 0 ? 1 : PyArray_DIM(x1, x1_axis), size2 = x2_axis < 0 ? 1 : PyArray_DIM(x2, x2_axis);
            if (size1 != size2 && size1 != 1 && size2 != 1) {
                value_error(std::string(function) + ": the axes of " + names[0] + " and " + names[1] +
                            " in front of the matrices and vectors must broadcast, got shapes " + shape_text(x1) + " and " +
                            shape_text(x2));
                return false;
            }
            shape[x] = size1 == 1 ? size2 : size1;
            constexpr auto item = static_cast<npy_intp>(sizeof(T));
            a_stride[x] = x1_axis < 0 || size1 == 1 ? 0 : PyArray_STRIDE(x1, x1_axis) / item;
            b_stride[x] = x2_axis < 0 || size2 == 1 ? 0 : PyArray_STRIDE(x2, x2_axis) / item;
        }
        return true;
    }
};

template <class T>
bool compute(const Product& product, const Operands<T>& x, PyArrayObject* result) {
    constexpr auto item = static_cast<npy_intp>(sizeof(T));
    MatrixView<T> c{static_cast<T*>(PyArray_DATA(result)), x.a.rows, x.b.columns, 1, 1};
    std::ptrdiff_t c_stride[most_axes];
    for (int axis = 0; axis < x.axes; ++axis) c_stride[axis] = PyArray_STRIDE(result, axis) / item;
    if (x.row_axis) c.row_stride = PyArray_STRIDE(result, x.axes) / item;
    if (x.column_axis) c.column_stride = PyArray_STRIDE(result, x.axes + x.row_axis) / item;

    const FloatingPointWatch watch(product.name);
    {
        // 20 us is about 2^20 multiply-adds.
        double work = static_cast<double>(c.rows) * static_cast<double>(c.columns) * static_cast<double>(x.a.columns);
        for (int i = 0; i < x.axes; ++i) work *= static_cast<double>(x.shape[i]);
        const bool by_engine = product.engine != nullptr;
        const GilRelease release(work > 1 << 20 || (by_engine && product.engine->choice.engine == Engine::crt));
        if constexpr (is_complex<T>) {
            if (by_engine) {
                product.engine->path = EngineCall::Path::complex;
                for (int i = 0; i < x.axes; ++i) product.engine->report.items *= x.shape[i];
            }
            if (x.axes == 0)
                gemm_complex(product.conjugate, x.a, x.b, c, num_threads());
            else
                gemm_complex_batch(product.conjugate, x.a, x.b, c, {x.axes, x.shape, x.a_stride, x.b_stride, c_stride},
                                   num_threads());
        } else if (by_engine) {
            EngineCall& call = *product.engine;
            call.path = EngineCall::Path::real;
            call.bits_used = call.bits<T>();
            if (x.axes == 0)
                call.report = gemm_by_engine<T>(call.choice.engine, call.bits_used, x.a, x.b, c, num_threads());
            else
                call.report = gemm_batch_by_engine<T>(call.choice.engine, call.bits_used, x.a, x.b, c,
                                                      {x.axes, x.shape, x.a_stride, x.b_stride, c_stride}, num_threads());
        } else if (x.axes == 0)
            gemm<T>(1, x.a, x.b, 0, c, num_threads());
        else
            gemm_batch<T>(1, x.a, x.b, 0, c, {x.axes, x.shape, x.a_stride, x.b_stride, c_stride}, num_threads());
    }
    return watch.report();
}

// A fresh result: C order as NumPy's, a scalar when no axis is left.
template <class T>
PyObject* fresh_product(const Product& product, const Operands<T>& x) {
    Reference result(PyArray_SimpleNew(x.result_axes, const_cast<npy_intp*>(x.shape), numpy_type<T>));
    if (!result || !compute(product, x, result.array())) return nullptr;
    return x.result_axes > 0 ? result.release() : PyArray_Return(reinterpret_cast<PyArrayObject*>(result.release()));
}

enum class Out { written, refused, numpy };

// `out` is a base-class ndarray. Same dtype, own memory: written in place. Otherwise by way of a fresh array, as NumPy does.
template <class T>
Out product_into(const Product& product, const Operands<T>& x, PyArrayObject* x1, PyArrayObject* x2, PyArrayObject* out) {
    if (!PyArray_ISWRITEABLE(out)) {
        value_error(std::string(product.name) + ": out is read-only");
        return Out::refused;
    }
    const int nd = PyArray_NDIM(out), extra = nd - x.result_axes, core = x.result_axes - x.axes;
    bool same = extra == 0, possible = extra >= 0;
    for (int axis = 0; axis < x.result_axes && possible; ++axis) {
        if (x.shape[axis] == PyArray_DIM(out, axis + extra)) continue;
        same = false;
        possible = axis < x.result_axes - core && x.shape[axis] == 1;
    }
    if (!possible) {
        value_error(std::string(product.name) + ": out must have the shape of the product, " + shape_text(x.shape, x.result_axes) +
                    ", got " + shape_text(out));
        return Out::refused;
    }
    // Broadcasting into a larger `out`, and dtypes that do not cast, are NumPy's to do and to refuse.
    if (!same || !PyArray_CanCastTypeTo(PyArray_DESCR(x1), PyArray_DESCR(out), NPY_SAME_KIND_CASTING)) return Out::numpy;
    if (plain_array_of(reinterpret_cast<PyObject*>(out), numpy_type<T>) && !may_share_memory(out, x1) && !may_share_memory(out, x2))
        return compute(product, x, out) ? Out::written : Out::refused;
    Reference result(PyArray_SimpleNew(x.result_axes, const_cast<npy_intp*>(x.shape), numpy_type<T>));
    if (!result || !compute(product, x, result.array()) || PyArray_CopyInto(out, result.array()) < 0) return Out::refused;
    return Out::written;
}

template <class T>
Out product_into(const Product& product, PyArrayObject* x1, PyArrayObject* x2, PyArrayObject* out) {
    Operands<T> x;
    return x.set(product, product_names, x1, x2) ? product_into(product, x, x1, x2, out) : Out::refused;
}

template <class T>
PyObject* fresh_product(const Product& product, const char* const (&names)[2], PyArrayObject* x1, PyArrayObject* x2) {
    Operands<T> x;
    return x.set(product, names, x1, x2) ? fresh_product(product, x) : nullptr;
}

bool is_memmap(PyObject* object) {
    static PyObject* const type = [] {
        Reference numpy(PyImport_ImportModule("numpy"));
        PyObject* memmap = numpy ? PyObject_GetAttrString(numpy.get(), "memmap") : nullptr;
        if (memmap == nullptr) PyErr_Clear();
        return memmap;
    }();
    return reinterpret_cast<PyObject*>(Py_TYPE(object)) == type;
}

// An ndarray, a memmap (as the ndarray it is), or a list converted; nothing for objects with rules of their own, or on failure.
Reference as_array(PyObject* object) {
    if (PyArray_CheckExact(object)) return Reference::borrow(object);
    if (PyArray_Check(object) && is_memmap(object))
        return Reference(PyArray_View(reinterpret_cast<PyArrayObject*>(object), nullptr, &PyArray_Type));
    if (PyList_CheckExact(object) || PyTuple_CheckExact(object))
        return Reference(PyArray_FromAny(object, nullptr, 0, 0, NPY_ARRAY_ENSUREARRAY, nullptr));
    return Reference();
}

// The native type that the operands promote to, at least one of them floating point or complex; otherwise -1.
int common_type(PyArrayObject* x1, PyArrayObject* x2) {
    const auto number = [](PyArrayObject* a) { return PyTypeNum_ISBOOL(PyArray_TYPE(a)) || PyTypeNum_ISNUMBER(PyArray_TYPE(a)); };
    const auto inexact = [](PyArrayObject* a) {
        return PyTypeNum_ISFLOAT(PyArray_TYPE(a)) || PyTypeNum_ISCOMPLEX(PyArray_TYPE(a));
    };
    if (!number(x1) || !number(x2) || !(inexact(x1) || inexact(x2))) return -1;
    if (PyArray_TYPE(x1) == PyArray_TYPE(x2)) {
        const int type = PyArray_TYPE(x1);
        return native(type) ? type : -1;
    }
    PyArrayObject* both[2] = {x1, x2};
    Reference descr(reinterpret_cast<PyObject*>(PyArray_ResultType(2, both, 0, nullptr)));
    if (!descr) {
        PyErr_Clear();
        return -1;
    }
    const int type = reinterpret_cast<PyArray_Descr*>(descr.get())->type_num;
    return native(type) ? type : -1;
}

// Everything but two plain arrays of one dtype. Null without an exception: NumPy's case.
PyObject* product_general(const Product& product, PyObject* first, PyObject* second, PyObject* out) {
    Reference x1 = as_array(first), x2 = x1 ? as_array(second) : Reference();
    if (!x1 || !x2) {
        PyErr_Clear();  // a list NumPy cannot convert: let it say so
        return nullptr;
    }
    if (PyArray_NDIM(x1.array()) < product.least1() || PyArray_NDIM(x2.array()) < product.least2()) return nullptr;
    const int type = common_type(x1.array(), x2.array());
    if (type < 0) return nullptr;
    // The overlap with `out` is that of the arrays as given; converted copies overlap nothing.
    if (!(x1 = as_plain(x1.get(), type)) || !(x2 = as_plain(x2.get(), type))) return nullptr;
    if (out == nullptr)
        return with_type(
            type, [&](auto number) { return fresh_product<decltype(number)>(product, product_names, x1.array(), x2.array()); });
    auto* array = reinterpret_cast<PyArrayObject*>(out);
    const Out done =
        with_type(type, [&](auto number) { return product_into<decltype(number)>(product, x1.array(), x2.array(), array); });
    if (done != Out::written) return nullptr;
    Py_INCREF(out);
    return out;
}

// The arguments up to "axis", in NumPy's order. Null without an exception: NumPy's case.
PyObject* product_of_slots(const Product& product, PyObject* const* slots) {
    for (int i = 3; i < 10; ++i)
        if (slots[i] != nullptr) return nullptr;
    PyObject* out = given(slots[2]) ? slots[2] : nullptr;
    if (out != nullptr && PyTuple_CheckExact(out) && PyTuple_GET_SIZE(out) == 1)
        out = PyTuple_GET_ITEM(out, 0) == Py_None ? nullptr : PyTuple_GET_ITEM(out, 0);
    if (out != nullptr && !PyArray_CheckExact(out)) return nullptr;
    return product_general(product, slots[0], slots[1], out);
}

// A call of one of the four.
PyObject* product_call(const Product& product, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        if (nargs == 2 && keyword_names == nullptr && plain_array(args[0]) && plain_array(args[1])) {
            auto *x1 = reinterpret_cast<PyArrayObject*>(args[0]), *x2 = reinterpret_cast<PyArrayObject*>(args[1]);
            const int type = PyArray_TYPE(x1);
            if (type == PyArray_TYPE(x2) && PyArray_NDIM(x1) >= product.least1() && PyArray_NDIM(x2) >= product.least2()) {
                if (type == NPY_DOUBLE) return fresh_product<double>(product, product_names, x1, x2);
                if (type == NPY_FLOAT) return fresh_product<float>(product, product_names, x1, x2);
            }
        }
        const Parameters<10> parameters = {
            product.name, {"x1", "x2", "out", "casting", "order", "dtype", "subok", "signature", "axes", "axis"}, 2, 3, 2};
        PyObject* slots[10];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        PyObject* result = product_of_slots(product, slots);
        return result != nullptr || PyErr_Occurred() ? result : call_numpy(product.name, args, nargs, keyword_names);
    });
}

// call_numpy() without the keywords that NumPy does not know.
PyObject* numpy_matmul(PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    const Py_ssize_t keywords = keyword_names == nullptr ? 0 : PyTuple_GET_SIZE(keyword_names);
    std::vector<PyObject*> kept(args, args + nargs);
    Reference names(PyList_New(0));
    for (Py_ssize_t k = 0; names && k < keywords; ++k) {
        PyObject* name = PyTuple_GET_ITEM(keyword_names, k);
        bool ours = false;
        for (const char* own : {"engine", "bits", "explain"}) ours = ours || PyUnicode_CompareWithASCIIString(name, own) == 0;
        if (ours) continue;
        kept.push_back(args[nargs + k]);
        if (PyList_Append(names.get(), name) < 0) return nullptr;
    }
    Reference tuple(names ? PyList_AsTuple(names.get()) : nullptr);
    return tuple ? call_numpy("matmul", kept.data(), nargs, tuple.get()) : nullptr;
}

// One keyword, the one that small products in a loop have: thirteen names to look for would add 5 ns.
bool only_out(PyObject* keyword_names) {
    return PyTuple_GET_SIZE(keyword_names) == 1 && PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(keyword_names, 0), "out") == 0;
}

// matmul with keywords, or inside a context. Not in line: the fast call would save all registers for it, 3 ns.
__attribute__((noinline)) PyObject* matmul_by_engine(PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return guarded([&]() -> PyObject* {
        static constexpr Parameters<13> parameters = {
            "matmul",
            {"x1", "x2", "out", "casting", "order", "dtype", "subok", "signature", "axes", "axis", "engine", "bits", "explain"},
            2,
            3,
            2};
        PyObject* slots[13];
        if (!parameters.parse(args, nargs, keyword_names, slots)) return nullptr;
        EngineCall call;
        if (engine_contexts.load(std::memory_order_relaxed) != 0) call.choice = context_engine();
        if (!parse_engine("matmul", slots[10], slots[11], call.choice)) return nullptr;
        const int explain = slots[12] == nullptr ? 0 : PyObject_IsTrue(slots[12]);
        if (explain < 0) return nullptr;
        call.explain = explain != 0;
        Product product = matmul_product;
        if (call.choice.engine != Engine::fma || call.explain) product.engine = &call;
        PyObject* result = product_of_slots(product, slots);
        if (result == nullptr && !PyErr_Occurred()) result = numpy_matmul(args, nargs, keyword_names);
        return call.finish(result);
    });
}

}  // namespace

PyObject* matrix_product(const char* function, const char* const (&names)[2], PyArrayObject* x1, PyArrayObject* x2) {
    const Product product = {function, false, false, true, false};
    return PyArray_TYPE(x1) == NPY_DOUBLE ? fresh_product<double>(product, names, x1, x2)
                                          : fresh_product<float>(product, names, x1, x2);
}

PyObject* matmul_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    if (engine_contexts.load(std::memory_order_relaxed) == 0 && (keyword_names == nullptr || only_out(keyword_names)))
        return product_call(matmul_product, args, nargs, keyword_names);
    return matmul_by_engine(args, nargs, keyword_names);
}
PyObject* fma_matmul_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return product_call(matmul_product, args, nargs, keyword_names);
}
PyObject* matvec_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return product_call(matvec_product, args, nargs, keyword_names);
}
PyObject* vecmat_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return product_call(vecmat_product, args, nargs, keyword_names);
}
PyObject* vecdot_fast(PyObject*, PyObject* const* args, Py_ssize_t nargs, PyObject* keyword_names) {
    return product_call(vecdot_product, args, nargs, keyword_names);
}

}  // namespace mlmath::bindings
