// SPDX-License-Identifier: BSD-3-Clause
// Plain arguments of Generator's methods: numbers, types, shapes. Nothing here runs Python code or raises.
#include "bindings/bind_random_draw.hpp"

#include <numpy/arrayscalars.h>

namespace mlmath::bindings {

bool plain_integer(PyObject* slot, std::int64_t& value, bool& is_large) {
    is_large = false;
    if (PyLong_CheckExact(slot)) {
        int overflow = 0;
        value = PyLong_AsLongLongAndOverflow(slot, &overflow);
        if (overflow <= 0) return overflow == 0;
        const unsigned long long bits = PyLong_AsUnsignedLongLong(slot);
        if (PyErr_Occurred()) {
            PyErr_Clear();
            return false;
        }
        value = static_cast<std::int64_t>(bits);
        return is_large = true;
    }
    const PyTypeObject* type = Py_TYPE(slot);
    const auto unsigned_value = [&](std::uint64_t bits) {
        value = static_cast<std::int64_t>(bits), is_large = value < 0;
        return true;
    };
    if (type == &PyLongArrType_Type) return value = PyArrayScalar_VAL(slot, Long), true;
    if (type == &PyLongLongArrType_Type) return value = PyArrayScalar_VAL(slot, LongLong), true;
    if (type == &PyIntArrType_Type) return value = PyArrayScalar_VAL(slot, Int), true;
    if (type == &PyShortArrType_Type) return value = PyArrayScalar_VAL(slot, Short), true;
    if (type == &PyByteArrType_Type) return value = PyArrayScalar_VAL(slot, Byte), true;
    if (type == &PyULongArrType_Type) return unsigned_value(PyArrayScalar_VAL(slot, ULong));
    if (type == &PyULongLongArrType_Type) return unsigned_value(PyArrayScalar_VAL(slot, ULongLong));
    if (type == &PyUIntArrType_Type) return unsigned_value(PyArrayScalar_VAL(slot, UInt));
    if (type == &PyUShortArrType_Type) return unsigned_value(PyArrayScalar_VAL(slot, UShort));
    if (type == &PyUByteArrType_Type) return unsigned_value(PyArrayScalar_VAL(slot, UByte));
    return false;
}

bool plain_parameter(PyObject* slot, double& value) {
    if (slot == nullptr) return true;
    if (PyFloat_CheckExact(slot) || Py_IS_TYPE(slot, &PyDoubleArrType_Type)) {  // numpy.float64 is a Python float
        value = PyFloat_AS_DOUBLE(slot);
        return true;
    }
    if (Py_IS_TYPE(slot, &PyFloatArrType_Type)) {
        value = static_cast<double>(PyArrayScalar_VAL(slot, Float));
        return true;
    }
    if (PyLong_CheckExact(slot)) {
        value = PyLong_AsDouble(slot);
        if (value != -1.0 || !PyErr_Occurred()) return true;
        PyErr_Clear();
        return false;
    }
    std::int64_t whole;
    bool is_large;
    if (!plain_integer(slot, whole, is_large)) return false;
    value = is_large ? static_cast<double>(static_cast<std::uint64_t>(whole)) : static_cast<double>(whole);
    return true;
}

int plain_type(PyObject* slot) {
    int type = -1;
    if (PyType_Check(slot)) {
        const struct {
            PyTypeObject* object;
            int type;
        } types[] = {{&PyDoubleArrType_Type, NPY_DOUBLE}, {&PyFloatArrType_Type, NPY_FLOAT}, {&PyLongArrType_Type, NPY_LONG},
                     {&PyIntArrType_Type, NPY_INT},       {&PyUByteArrType_Type, NPY_UBYTE}, {&PyULongArrType_Type, NPY_ULONG},
                     {&PyUIntArrType_Type, NPY_UINT},     {&PyByteArrType_Type, NPY_BYTE},   {&PyUShortArrType_Type, NPY_USHORT},
                     {&PyShortArrType_Type, NPY_SHORT},   {&PyBoolArrType_Type, NPY_BOOL},   {&PyFloat_Type, NPY_DOUBLE}};
        for (const auto& known : types)
            if (slot == reinterpret_cast<PyObject*>(known.object)) return known.type;
        return -1;
    }
    if (PyArray_DescrCheck(slot)) {
        const auto* descriptor = reinterpret_cast<PyArray_Descr*>(slot);
        if (PyArray_ISNBO(descriptor->byteorder)) type = descriptor->type_num;
    } else if (PyUnicode_CheckExact(slot)) {
        static constexpr struct {
            const char* name;
            int type;
        } names[] = {{"float64", NPY_DOUBLE}, {"float32", NPY_FLOAT}, {"int64", NPY_INT64},   {"int32", NPY_INT32},
                     {"uint8", NPY_UINT8},    {"uint64", NPY_UINT64}, {"uint32", NPY_UINT32}, {"int8", NPY_INT8},
                     {"uint16", NPY_UINT16},  {"int16", NPY_INT16},   {"bool", NPY_BOOL},     {"f8", NPY_DOUBLE},
                     {"f4", NPY_FLOAT},       {"i8", NPY_INT64},      {"i4", NPY_INT32},      {"u1", NPY_UINT8},
                     {"u8", NPY_UINT64},      {"u4", NPY_UINT32},     {"i1", NPY_INT8},       {"u2", NPY_UINT16},
                     {"i2", NPY_INT16},       {"d", NPY_DOUBLE},      {"f", NPY_FLOAT},       {"?", NPY_BOOL},
                     {"float", NPY_DOUBLE},   {"double", NPY_DOUBLE}, {"single", NPY_FLOAT}};
        for (const auto& known : names)
            if (PyUnicode_CompareWithASCIIString(slot, known.name) == 0) return known.type;
    }
    if (sizeof(long) == sizeof(long long) && type == NPY_LONGLONG) return NPY_LONG;
    if (sizeof(long) == sizeof(long long) && type == NPY_ULONGLONG) return NPY_ULONG;
    return type;
}

bool plain_real_type(PyObject* slot, int& type) {
    type = slot == nullptr ? static_cast<int>(NPY_DOUBLE) : plain_type(slot);
    return type == NPY_DOUBLE || type == NPY_FLOAT;
}

bool plain_out(PyObject* out, int type) {
    if (!PyArray_Check(out)) return false;
    auto* array = reinterpret_cast<PyArrayObject*>(out);
    return PyArray_TYPE(array) == type && (PyArray_ISCARRAY(array) || PyArray_ISFARRAY(array));
}

bool PlainShape::take(PyObject* item) {
    std::int64_t extent;
    bool is_large;
    if (!plain_integer(item, extent, is_large) || is_large || extent < 0 || dimensions == NPY_MAXDIMS) return false;
    extents[dimensions++] = extent;
    return true;
}

bool PlainShape::plain(PyObject* size) {
    if (!PyTuple_CheckExact(size) && !PyList_CheckExact(size)) return take(size);
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(size); ++i)
        if (!take(PySequence_Fast_GET_ITEM(size, i))) return false;
    return true;
}

}  // namespace mlmath::bindings
