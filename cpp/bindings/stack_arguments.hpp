// SPDX-License-Identifier: BSD-3-Clause
// Stacks of matrices between NumPy and the factorizations: which arrays the kernels take, axes in front, `out`, what a bad matrix
// becomes.
#pragma once
#include <initializer_list>
#include <memory>

#include "bindings/fastcall.hpp"
#include "bindings/numpy_views.hpp"
#include "core/stack.hpp"

namespace mlmath::bindings {

/// What becomes of matrices that have no result: an exception for the first, NaN in their places, or NaN and a status for every
/// matrix.
enum class Errors { raise, nan, status };

/// numpy.linalg.LinAlgError with a message; returns nullptr.
PyObject* linalg_error(const char* format, ...) __attribute__((format(printf, 1, 2)));

/// errors="raise" | "nan" | "status". False with ValueError set for anything else.
bool parse_errors(const char* function, PyObject* object, Errors& errors);

/// An operand as the kernels take it. None: `array` is empty and either an exception is set or it is a case of NumPy's own
/// function (complex, objects, subclasses). Integers and booleans become double; float16 and long double raise NumPy's TypeError.
struct Operand {
    Reference array;
    int type = NPY_NOTYPE;  // NPY_DOUBLE or NPY_FLOAT
};
Operand as_operand(PyObject* object);
/// What the binding returns when there is none.
inline PyObject* not_ours() { return PyErr_Occurred() ? nullptr : Py_NewRef(Py_NotImplemented); }
/// f(T()) with the T of NPY_FLOAT or NPY_DOUBLE.
template <class F>
PyObject* with_real(int type, F&& f) {
    return type == NPY_FLOAT ? f(float()) : f(double());
}

/// Constraint: letting go of the GIL and taking it back costs about 0.2 us and lets other threads in. Decision: from 20 us of work
/// on, at 5 Gflop/s.
inline bool worth_releasing(npy_intp count, double flops) { return static_cast<double>(count) * flops > 100000; }

/// A view of the last two axes; of a vector (core 1), one column.
template <class T>
MatrixView<T> core_view(PyArrayObject* a, int core) {
    if (core == 2) return matrix_view<T>(a);
    const VectorView<T> v = vector_view<T>(a, PyArray_NDIM(a) - 1);
    return {v.data, v.size, 1, v.stride, 1};
}

/// Both in the wider of their types.
bool in_one_type(Operand& a, Operand& b);

/// NumPy's checks, with its messages in LinAlgError: at least two axes; the last two of one size.
bool check_matrix(const char* function, PyArrayObject* a);
bool check_square(const char* function, PyArrayObject* a);

/// The axes in front of the operands' matrices, broadcast against each other (a repeated item has stride 0).
struct BatchAxes {
    static constexpr int most = NPY_MAXDIMS;
    int axes = 0, operands = 0;
    npy_intp shape[most];
    npy_intp strides[3][most];  // of up to three operands, in elements

    /// The shape of one stack, or of two broadcast; false with ValueError set when they do not fit. cores: axes of the matrices.
    bool set(const char* function, PyArrayObject* a, int core_a, PyArrayObject* b = nullptr, int core_b = 0);
    /// Adds an operand whose last `core` axes are its matrix.
    void add(PyArrayObject* array, int core);
    /// Adjacent axes become one where every operand allows it.
    void join();

    npy_intp count() const {
        npy_intp product = 1;
        for (int axis = 0; axis < axes; ++axis) product *= shape[axis];
        return product;
    }
    /// A new array of this shape, with the given axes behind it.
    Reference fresh(int type, std::initializer_list<npy_intp> core) const;
    template <class T>
    Stack<T> stack(MatrixView<T> first, int operand) const {
        return {first, axes, shape, strides[operand]};
    }
};

/// Where a result goes: `out` itself, or a fresh array that is copied there at the end.
class Result {
public:
    /// axes/shape: the result's. Written directly is an `out` of the result's dtype, aligned, apart from the operands and, where
    /// the kernel needs it (`contiguous`), in C order; others by way of a fresh array. False with an exception set when `out` does
    /// not fit.
    bool prepare(const char* function, PyObject* out, int type, int axes, const npy_intp* shape, PyArrayObject* const* operands,
                 int count, bool contiguous = false);
    /// Without `out`: into a new array.
    bool fresh(Reference array) {
        array_ = std::move(array);
        return static_cast<bool>(array_);
    }
    PyArrayObject* array() const { return array_.array(); }
    /// The finished result (out, or the fresh array); nullptr with an exception set when copying failed.
    PyObject* finish() { return out_ ? finish_out() : array_.release(); }

private:
    PyObject* finish_out();
    Reference array_, out_;
};

/// The places of up to three results: `out` is None, or the array of the only one, or a tuple of an array or None for each. None
/// is decided in line: a call on a 2x2 takes half a microsecond.
class Places {
public:
    /// `names`: of the results, for messages. False with TypeError set when `out` is no such tuple.
    bool parse(const char* function, PyObject* out, std::initializer_list<const char*> names) {
        return !given(out) || parse_given(function, out, names);
    }
    /// Result number `number`, of shape batch + core; false with an exception set when its place does not fit.
    bool prepare(int number, Result& result, int type, const BatchAxes& batch, std::initializer_list<npy_intp> core,
                 std::initializer_list<PyArrayObject*> operands, bool contiguous = false) const {
        if (count_ == 0 || !given(places_[number])) return result.fresh(batch.fresh(type, core));
        return prepare_given(number, result, type, batch, core, operands, contiguous);
    }
    /// False with ValueError set when two of the places share memory: one result would be lost.
    bool apart() const { return count_ == 0 || given_apart(); }

private:
    bool parse_given(const char* function, PyObject* out, std::initializer_list<const char*> names);
    bool prepare_given(int number, Result& result, int type, const BatchAxes& batch, std::initializer_list<npy_intp> core,
                       std::initializer_list<PyArrayObject*> operands, bool contiguous) const;
    bool given_apart() const;

    int count_ = 0;  // 0: no out at all
    const char* function_;
    const char* names_[3];
    PyObject* places_[3];
};

/// std::bad_alloc when a square of `order` rows, which the kernels copy, cannot be had. Values alone: nothing else would tell
/// before the matrix has been read, and a broadcast one can have 2^62 elements.
void need_room(npy_intp order, npy_intp item);

/// One number for each matrix: 0 is good.
class Infos {
public:
    explicit Infos(std::ptrdiff_t count) : count_(count) {
        if (count > few) many_ = std::make_unique<int[]>(static_cast<std::size_t>(count));
    }
    int* data() { return many_ ? many_.get() : some_; }
    std::ptrdiff_t count() const { return count_; }
    /// The first positive one (a numerical failure; negative: not finite, which NumPy does not raise for), or -1.
    std::ptrdiff_t first_failure();
    /// int32 array of the given shape.
    PyObject* array(int axes, const npy_intp* shape);
    /// The same, or None when all are good: an array costs as much as a small matrix takes.
    PyObject* array_of_bad(int axes, const npy_intp* shape);

private:
    static constexpr std::ptrdiff_t few = 16;
    std::ptrdiff_t count_;
    int some_[few];
    std::unique_ptr<int[]> many_;
};

}  // namespace mlmath::bindings
