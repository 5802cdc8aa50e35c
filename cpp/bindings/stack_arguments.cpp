// SPDX-License-Identifier: BSD-3-Clause
#include "bindings/stack_arguments.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdlib>
#include <new>
#include <string>

namespace mlmath::bindings {

namespace {

PyObject* linalg_error_type() {
    static PyObject* const type = [] {
        Reference module(PyImport_ImportModule("numpy.linalg"));
        return module ? PyObject_GetAttrString(module.get(), "LinAlgError") : nullptr;
    }();
    return type;
}

std::string shape_text(int axes, const npy_intp* shape) {
    std::string text = "(";
    for (int i = 0; i < axes; ++i) text += std::to_string(shape[i]) + (axes == 1 ? "," : i + 1 < axes ? ", " : "");
    return text + ")";
}

}  // namespace

PyObject* linalg_error(const char* format, ...) {
    char text[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (PyObject* type = linalg_error_type(); type != nullptr) PyErr_SetString(type, text);
    return nullptr;
}

bool parse_errors(const char* function, PyObject* object, Errors& errors) {
    if (!given(object)) {
        errors = Errors::raise;
        return true;
    }
    static constexpr std::pair<const char*, Errors> names[] = {
        {"raise", Errors::raise}, {"nan", Errors::nan}, {"status", Errors::status}};
    if (PyUnicode_Check(object))
        for (const auto& [name, value] : names)
            if (PyUnicode_CompareWithASCIIString(object, name) == 0) {
                errors = value;
                return true;
            }
    PyErr_Format(PyExc_ValueError, "%s: errors must be 'raise', 'nan' or 'status', got %R", function, object);
    return false;
}

Operand as_operand(PyObject* object) {
    Operand operand;
    if (plain_array_of(object, NPY_DOUBLE) || plain_array_of(object, NPY_FLOAT)) {
        operand.array = Reference::borrow(object);
        operand.type = PyArray_TYPE(operand.array.array());
        return operand;
    }
    Reference array;
    if (PyArray_CheckExact(object))
        array = Reference::borrow(object);
    else if (PyArray_Check(object))
        return operand;
    else if (!(array = Reference(PyArray_FromAny(object, nullptr, 0, 0, 0, nullptr))))
        return operand;
    if (!PyArray_CheckExact(array.get())) return operand;
    const int type = PyArray_TYPE(array.array());
    if (type == NPY_HALF || type == NPY_LONGDOUBLE || type == NPY_CLONGDOUBLE) {
        Reference name(PyObject_GetAttrString(reinterpret_cast<PyObject*>(PyArray_DESCR(array.array())), "name"));
        if (name) PyErr_Format(PyExc_TypeError, "array type %U is unsupported in linalg", name.get());
        return operand;
    }
    const bool integer = PyTypeNum_ISINTEGER(type) || PyTypeNum_ISBOOL(type);
    if (type != NPY_DOUBLE && type != NPY_FLOAT && !integer) return operand;
    operand.type = integer ? NPY_DOUBLE : type;
    operand.array = as_plain(array.get(), operand.type, true);
    return operand;
}

bool in_one_type(Operand& a, Operand& b) {
    if (a.type == b.type) return true;
    Operand& narrow = a.type == NPY_FLOAT ? a : b;
    narrow.type = NPY_DOUBLE;
    narrow.array = as_plain(narrow.array.get(), NPY_DOUBLE);
    return static_cast<bool>(narrow.array);
}

bool check_matrix(const char* function, PyArrayObject* a) {
    if (PyArray_NDIM(a) >= 2) return true;
    linalg_error("%d-dimensional array given. Array must be at least two-dimensional (%s)", PyArray_NDIM(a), function);
    return false;
}

bool check_square(const char* function, PyArrayObject* a) {
    if (!check_matrix(function, a)) return false;
    const int nd = PyArray_NDIM(a);
    if (PyArray_DIM(a, nd - 1) == PyArray_DIM(a, nd - 2)) return true;
    linalg_error("Last 2 dimensions of the array must be square (%s), got shape %s", function,
                 shape_text(nd, PyArray_DIMS(a)).c_str());
    return false;
}

bool BatchAxes::set(const char* function, PyArrayObject* a, int core_a, PyArrayObject* b, int core_b) {
    const int extra_a = PyArray_NDIM(a) - core_a, extra_b = b == nullptr ? 0 : PyArray_NDIM(b) - core_b;
    axes = std::max(extra_a, extra_b);
    for (int x = 0; x < axes; ++x) {
        const int axis_a = x - (axes - extra_a), axis_b = x - (axes - extra_b);
        const npy_intp size_a = axis_a < 0 ? 1 : PyArray_DIM(a, axis_a), size_b = axis_b < 0 ? 1 : PyArray_DIM(b, axis_b);
        if (size_a != size_b && size_a != 1 && size_b != 1) {
            PyErr_Format(PyExc_ValueError, "%s: the axes of a and b in front of the matrices must broadcast, got shapes %s and %s",
                         function, shape_text(PyArray_NDIM(a), PyArray_DIMS(a)).c_str(),
                         shape_text(PyArray_NDIM(b), PyArray_DIMS(b)).c_str());
            return false;
        }
        shape[x] = size_a == 1 ? size_b : size_a;
    }
    return true;
}

void BatchAxes::add(PyArrayObject* array, int core) {
    const int extra = PyArray_NDIM(array) - core;
    for (int x = 0; x < axes; ++x) {
        const int axis = x - (axes - extra);
        const bool repeated = axis < 0 || (PyArray_DIM(array, axis) == 1 && shape[x] != 1);
        strides[operands][x] = repeated ? 0 : PyArray_STRIDE(array, axis) / PyArray_ITEMSIZE(array);
    }
    ++operands;
}

Reference BatchAxes::fresh(int type, std::initializer_list<npy_intp> core) const {
    npy_intp sizes[NPY_MAXDIMS];
    std::copy(core.begin(), core.end(), std::copy_n(shape, axes, sizes));
    return Reference(PyArray_SimpleNew(axes + static_cast<int>(core.size()), sizes, type));
}

void BatchAxes::join() {
    int kept = 0;
    for (int x = 0; x < axes; ++x) {
        if (shape[x] == 1) continue;
        bool joins = kept > 0;
        for (int o = 0; o < operands && joins; ++o) joins = strides[o][kept - 1] == strides[o][x] * shape[x];
        if (joins) {
            shape[kept - 1] *= shape[x];
            for (int o = 0; o < operands; ++o) strides[o][kept - 1] = strides[o][x];
            continue;
        }
        shape[kept] = shape[x];
        for (int o = 0; o < operands; ++o) strides[o][kept] = strides[o][x];
        ++kept;
    }
    axes = kept;
}

bool Result::prepare(const char* function, PyObject* out, int type, int axes, const npy_intp* shape, PyArrayObject* const* operands,
                     int count, bool contiguous) {
    if (given(out)) {
        if (!PyArray_Check(out)) {
            PyErr_Format(PyExc_TypeError, "%s: out must be an array, got %s", function, Py_TYPE(out)->tp_name);
            return false;
        }
        auto* array = reinterpret_cast<PyArrayObject*>(out);
        if (PyArray_NDIM(array) != axes || !std::equal(shape, shape + axes, PyArray_DIMS(array))) {
            PyErr_Format(PyExc_ValueError, "%s: out must have the shape of the result, %s, got %s", function,
                         shape_text(axes, shape).c_str(), shape_text(PyArray_NDIM(array), PyArray_DIMS(array)).c_str());
            return false;
        }
        if (!PyArray_ISWRITEABLE(array)) {
            PyErr_Format(PyExc_ValueError, "%s: out is read-only", function);
            return false;
        }
        Reference from(reinterpret_cast<PyObject*>(PyArray_DescrFromType(type)));
        // NumPy counts numbers to strings as of the same kind; digits would be lost.
        const bool number = PyTypeNum_ISNUMBER(PyArray_TYPE(array)) || PyArray_TYPE(array) == NPY_OBJECT;
        if (!number ||
            !PyArray_CanCastTypeTo(reinterpret_cast<PyArray_Descr*>(from.get()), PyArray_DESCR(array), NPY_SAME_KIND_CASTING)) {
            PyErr_Format(PyExc_TypeError, "%s: the result, of dtype %S, cannot be cast to out's dtype %S", function, from.get(),
                         reinterpret_cast<PyObject*>(PyArray_DESCR(array)));
            return false;
        }
        if (!elements_distinct(array)) {
            PyErr_Format(PyExc_ValueError, "%s: out has elements that share memory, got strides %s", function,
                         shape_text(axes, PyArray_STRIDES(array)).c_str());
            return false;
        }
        out_ = Reference::borrow(out);
        bool direct = plain_array_of(out, type) && (!contiguous || PyArray_IS_C_CONTIGUOUS(array));
        for (int i = 0; i < count && direct; ++i) direct = !may_share_memory(array, operands[i]);
        if (direct) {
            array_ = Reference::borrow(out);
            return true;
        }
    }
    array_ = Reference(PyArray_SimpleNew(axes, const_cast<npy_intp*>(shape), type));
    return static_cast<bool>(array_);
}

PyObject* Result::finish_out() {
    if (out_.get() != array_.get() && PyArray_CopyInto(out_.array(), array_.array()) < 0) return nullptr;
    return out_.release();
}

bool Places::parse_given(const char* function, PyObject* out, std::initializer_list<const char*> names) {
    function_ = function;
    count_ = static_cast<int>(names.size());
    std::copy(names.begin(), names.end(), names_);
    if (count_ == 1) {
        places_[0] = out;
        return true;
    }
    if (!PyTuple_Check(out) || PyTuple_GET_SIZE(out) != count_) {
        std::string text;
        for (int i = 0; i < count_; ++i) text += std::string(i == 0 ? "" : ", ") + names_[i];
        const std::string got =
            PyTuple_Check(out) ? "a tuple of " + std::to_string(PyTuple_GET_SIZE(out)) : std::string(Py_TYPE(out)->tp_name);
        PyErr_Format(PyExc_TypeError, "%s: out must be a tuple (%s) of arrays or None, got %s", function, text.c_str(),
                     got.c_str());
        return false;
    }
    for (int i = 0; i < count_; ++i) places_[i] = PyTuple_GET_ITEM(out, i);
    return true;
}

bool Places::prepare_given(int number, Result& result, int type, const BatchAxes& batch, std::initializer_list<npy_intp> core,
                           std::initializer_list<PyArrayObject*> operands, bool contiguous) const {
    npy_intp sizes[NPY_MAXDIMS];
    std::copy(core.begin(), core.end(), std::copy_n(batch.shape, batch.axes, sizes));
    const int axes = batch.axes + static_cast<int>(core.size());
    const std::string label = count_ == 1 ? function_ : std::string(function_) + ", " + names_[number];
    return result.prepare(label.c_str(), places_[number], type, axes, sizes, operands.begin(), static_cast<int>(operands.size()),
                          contiguous);
}

bool Places::given_apart() const {
    for (int i = 0; i < count_; ++i)
        for (int j = 0; j < i; ++j) {
            if (!given(places_[i]) || !given(places_[j])) continue;
            auto *const one = reinterpret_cast<PyArrayObject*>(places_[j]), *const two =
                                                                                reinterpret_cast<PyArrayObject*>(places_[i]);
            if (!may_share_memory(one, two)) continue;
            Reference module(PyImport_ImportModule("numpy"));
            // Extents that overlap need not share an element: columns of one array. NumPy's search is exact, and ends after 10^6
            // steps.
            Reference found(module ? PyObject_CallMethod(module.get(), "shares_memory", "OOi", one, two, 1000000) : nullptr);
            if (!found) {
                if (!PyErr_ExceptionMatches(PyExc_RuntimeError)) return false;  // TooHardError is one
                PyErr_Clear();
            }
            if (found && found.get() != Py_True) continue;
            PyErr_Format(PyExc_ValueError, "%s: out must have separate arrays, got %s and %s that share memory", function_,
                         names_[j], names_[i]);
            return false;
        }
    return true;
}

void need_room(npy_intp order, npy_intp item) {
    // Constraint: an allocation that is given back at once costs about a microsecond and tells of sizes beyond this machine.
    // Decision: from 2^15 rows on, 8 GiB of doubles, where the work takes minutes.
    if (order < (npy_intp{1} << 15)) return;
    const auto rows = static_cast<std::size_t>(order);
    std::size_t bytes;
    if (__builtin_mul_overflow(rows, rows * static_cast<std::size_t>(item), &bytes)) throw std::bad_alloc();
    void* const room = std::malloc(bytes);
    if (room == nullptr) throw std::bad_alloc();
    std::free(room);
}

std::ptrdiff_t Infos::first_failure() {
    const int* info = data();
    for (std::ptrdiff_t i = 0; i < count_; ++i)
        if (info[i] > 0) return i;
    return -1;
}

PyObject* Infos::array(int axes, const npy_intp* shape) {
    PyObject* result = PyArray_SimpleNew(axes, const_cast<npy_intp*>(shape), NPY_INT32);
    if (result != nullptr)
        std::copy_n(data(), count_, static_cast<npy_int32*>(PyArray_DATA(reinterpret_cast<PyArrayObject*>(result))));
    return result;
}

PyObject* Infos::array_of_bad(int axes, const npy_intp* shape) {
    const int* const info = data();
    if (std::all_of(info, info + count_, [](int one) { return one == 0; })) return Py_NewRef(Py_None);
    return array(axes, shape);
}

}  // namespace mlmath::bindings
