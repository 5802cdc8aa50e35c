// SPDX-License-Identifier: BSD-3-Clause
// The optim family: the C type `_OptimizerPlan` that Python's optimizers (optim/_optimizer.py) hold.
//
// Constraint: a step over a small array costs 0.3 us of work; pybind11 would add 0.2 us to the call. Decision: a plain C type.
#include <memory>

#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"
#include "bindings/optimizer_plan.hpp"

namespace mlmath::bindings {
namespace {

struct PlanObject {
    PyObject_HEAD OptimizerPlan* plan;
};

OptimizerPlan& plan_of(PyObject* self) { return *reinterpret_cast<PlanObject*>(self)->plan; }

// _OptimizerPlan(name, rule, items, groups, single, convert)
PyObject* plan_new(PyTypeObject* type, PyObject* args, PyObject*) {
    return guarded([&]() -> PyObject* {
        const char *name, *rule;
        int single;
        PyObject *items, *convert;
        Py_ssize_t groups;
        if (!PyArg_ParseTuple(args, "ssO!npO", &name, &rule, &PyList_Type, &items, &groups, &single, &convert)) return nullptr;
        auto plan = std::make_unique<OptimizerPlan>(name, rule, items, static_cast<std::size_t>(groups), single != 0, convert);
        PyObject* self = type->tp_alloc(type, 0);
        if (self != nullptr) reinterpret_cast<PlanObject*>(self)->plan = plan.release();
        return self;
    });
}

void plan_dealloc(PyObject* self) {
    PyTypeObject* type = Py_TYPE(self);
    delete reinterpret_cast<PlanObject*>(self)->plan;
    type->tp_free(self);
    Py_DECREF(type);
}

PyObject* plan_step(PyObject* self, PyObject* gradients) {
    return guarded([&]() -> PyObject* { return PyBool_FromLong(plan_of(self).step(gradients)); });
}

// configure(group, learning rate, {name: value}): the rest of the hyper-parameters under their users' names
PyObject* plan_configure(PyObject* self, PyObject* args) {
    return guarded([&]() -> PyObject* {
        Py_ssize_t group;
        double rate;
        PyObject* options;
        if (!PyArg_ParseTuple(args, "ndO!", &group, &rate, &PyDict_Type, &options)) return nullptr;
        plan_of(self).configure(static_cast<std::size_t>(group), rate, options);
        Py_RETURN_NONE;
    });
}

PyObject* plan_set_rate(PyObject* self, PyObject* args) {
    return guarded([&]() -> PyObject* {
        Py_ssize_t group;
        double rate;
        if (!PyArg_ParseTuple(args, "nd", &group, &rate)) return nullptr;
        plan_of(self).set_rate(static_cast<std::size_t>(group), rate);
        Py_RETURN_NONE;
    });
}

PyObject* plan_stepping(PyObject* self, PyObject*) { return PyBool_FromLong(plan_of(self).stepping()); }

PyObject* plan_policy(PyObject* self, PyObject* args) {
    double clip;
    int nonfinite, maximize;
    if (!PyArg_ParseTuple(args, "dip", &clip, &nonfinite, &maximize)) return nullptr;
    plan_of(self).set_policy(clip, static_cast<Nonfinite>(nonfinite), maximize != 0);
    Py_RETURN_NONE;
}

// (steps, skipped, gradient norm, momentum products)
PyObject* plan_progress(PyObject* self, PyObject*) {
    return guarded([&]() -> PyObject* {
        const OptimizerPlan& plan = plan_of(self);
        py::tuple products(plan.momentum_products.size());
        for (std::size_t k = 0; k < plan.momentum_products.size(); ++k) products[k] = plan.momentum_products[k];
        return Py_BuildValue("LLdN", static_cast<long long>(plan.steps), static_cast<long long>(plan.skipped), plan.gradient_norm,
                             products.release().ptr());
    });
}

PyObject* plan_resume(PyObject* self, PyObject* args) {
    return guarded([&]() -> PyObject* {
        long long steps, skipped;
        double norm;
        PyObject* products;
        if (!PyArg_ParseTuple(args, "LLdO!", &steps, &skipped, &norm, &PyTuple_Type, &products)) return nullptr;
        OptimizerPlan& plan = plan_of(self);
        std::vector<double> values;
        for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(products); ++k)
            values.push_back(PyFloat_AsDouble(PyTuple_GET_ITEM(products, k)));
        if (PyErr_Occurred()) return nullptr;
        if (values.size() != plan.momentum_products.size() || steps < 0)
            return PyErr_Format(PyExc_ValueError, "resume: one product per group, steps of at least 0");
        plan.steps = steps, plan.skipped = skipped, plan.gradient_norm = norm, plan.momentum_products = values;
        Py_RETURN_NONE;
    });
}

PyMethodDef plan_methods[] = {
    {"step", plan_step, METH_O, nullptr},
    {"stepping", plan_stepping, METH_NOARGS, nullptr},
    {"configure", plan_configure, METH_VARARGS, nullptr},
    {"set_rate", plan_set_rate, METH_VARARGS, nullptr},
    {"policy", plan_policy, METH_VARARGS, nullptr},
    {"progress", plan_progress, METH_NOARGS, nullptr},
    {"resume", plan_resume, METH_VARARGS, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot plan_slots[] = {
    {Py_tp_new, reinterpret_cast<void*>(plan_new)},
    {Py_tp_dealloc, reinterpret_cast<void*>(plan_dealloc)},
    {Py_tp_methods, plan_methods},
    {0, nullptr},
};

PyType_Spec plan_spec = {"mlmath_native._mlmath._OptimizerPlan", sizeof(PlanObject), 0, Py_TPFLAGS_DEFAULT, plan_slots};

}  // namespace

void bind_optim(py::module_& module) {
    PyObject* type = PyType_FromSpec(&plan_spec);
    if (type == nullptr) throw py::error_already_set();
    module.attr("_OptimizerPlan") = py::reinterpret_steal<py::object>(type);
}

}  // namespace mlmath::bindings
