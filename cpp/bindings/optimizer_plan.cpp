// SPDX-License-Identifier: BSD-3-Clause
// An optimizer's arrays and its step.
#include "bindings/optimizer_plan.hpp"

#include <algorithm>
#include <cmath>

#include "bindings/fastcall.hpp"
#include "core/thread_pool.hpp"

namespace mlmath::bindings {
namespace {

bool is_sequence(PyObject* o) { return PyList_Check(o) || PyTuple_Check(o); }

}  // namespace

void OptimizerPlan::refuse(PyObject* error, const std::string& what) const {
    PyErr_SetString(error, (function_ + ": " + what).c_str());
    throw py::error_already_set();
}

std::string OptimizerPlan::name(const char* argument, std::size_t i) const {
    return single_ ? argument : std::string(argument) + "[" + std::to_string(i) + "]";
}

Reference OptimizerPlan::checked_parameter(PyObject* object, std::size_t i) const {
    const std::string label = name("params", i);
    if (!PyArray_Check(object)) refuse(PyExc_TypeError, label + " must be an array, got " + Py_TYPE(object)->tp_name);
    auto* array = reinterpret_cast<PyArrayObject*>(object);
    if (PyArray_TYPE(array) != NPY_DOUBLE && PyArray_TYPE(array) != NPY_FLOAT)
        refuse(PyExc_TypeError, label + " must be float32 or float64, got " + dtype_text(array));
    if (!PyArray_CheckExact(object) && PyObject_HasAttrString(object, "mask"))
        refuse(PyExc_TypeError, label + " is a masked array, whose mask the update would ignore");
    if (!PyArray_ISWRITEABLE(array)) refuse(PyExc_ValueError, label + " is read-only and cannot be updated in place");
    Reference base =
        PyArray_CheckExact(object) ? Reference::borrow(object) : Reference(PyArray_View(array, nullptr, &PyArray_Type));
    if (!base) throw py::error_already_set();
    if (!elements_distinct(base.array())) refuse(PyExc_ValueError, label + " has elements that share memory with each other");
    if (!plain_array(base.get()))
        refuse(PyExc_ValueError,
               label + " must be aligned, in native byte order, with strides of whole elements: it is updated where it lies");
    return base;
}

OptimizerPlan::OptimizerPlan(const char* name, const char* rule, PyObject* items, std::size_t groups, bool single,
                             PyObject* convert)
    : momentum_products(groups, 1.0),
      function_(name),
      rule_(rule),
      single_(single),
      convert_(Reference::borrow(convert)),
      groups_(groups) {
    for (Py_ssize_t k = 0; k < PyList_GET_SIZE(items); ++k) {
        PyObject* tuple = PyList_GET_ITEM(items, k);
        const Py_ssize_t states = PyTuple_GET_SIZE(tuple) - 2;
        Reference parameter = checked_parameter(PyTuple_GET_ITEM(tuple, 1), static_cast<std::size_t>(k));
        PyArrayObject* x = parameter.array();
        Item item;
        item.group = PyLong_AsSize_t(PyTuple_GET_ITEM(tuple, 0));
        item.parameter = std::move(parameter);
        item.placement = Placement(x);
        item.f64 = PyArray_TYPE(x) == NPY_DOUBLE;
        if (item.group >= groups || states > most_states) refuse(PyExc_ValueError, "items must name a group and at most 3 states");
        for (Py_ssize_t s = 0; s < states; ++s) {
            PyObject* state = PyTuple_GET_ITEM(tuple, s + 2);
            if (!plain_array_of(state, PyArray_TYPE(x)) || !same_shape(reinterpret_cast<PyArrayObject*>(state), x) ||
                !PyArray_ISWRITEABLE(reinterpret_cast<PyArrayObject*>(state)))
                refuse(PyExc_ValueError, "state must be plain writeable arrays of the parameters' shapes and dtypes");
            item.state[s] = Reference::borrow(state);
        }
        elements_ += PyArray_SIZE(x);
        items_.push_back(std::move(item));
    }
    check_parameters_apart();
    function_ += ".step";
}

// No parameter may share memory with another. Spans stay sorted, so that gradients are held against the few they can meet.
void OptimizerPlan::check_parameters_apart() {
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const Extent extent = extent_of(items_[i].parameter.array());
        if (extent.low < extent.high) spans_.push_back({extent.low, extent.high, nullptr, i});
    }
    std::sort(spans_.begin(), spans_.end(), [](const Span& a, const Span& b) { return a.low < b.low; });
    const char* reach = nullptr;
    for (Span& span : spans_) span.reach = reach = std::max(reach, span.high);
    for (std::size_t a = 0; a < spans_.size(); ++a)
        for (std::size_t b = a + 1; b < spans_.size() && spans_[b].low < spans_[a].high; ++b) {
            const std::size_t i = std::min(spans_[a].item, spans_[b].item), j = std::max(spans_[a].item, spans_[b].item);
            if (shares_memory(items_[i].parameter.array(), items_[j].parameter.array()))
                refuse(PyExc_ValueError, name("params", i) + " shares memory with " + name("params", j));
        }
}

// A gradient may be exactly its own parameter, and share memory with no parameter otherwise.
void OptimizerPlan::check_gradient_apart(std::size_t i) const {
    PyArrayObject* g = items_[i].gradient.array();
    const Extent extent = extent_of(g);
    auto at = std::lower_bound(spans_.begin(), spans_.end(), extent.high,
                               [](const Span& span, const char* high) { return span.low < high; });
    while (at != spans_.begin() && (--at)->reach > extent.low) {
        PyArrayObject* x = items_[at->item].parameter.array();
        if (at->item == i && same_elements(x, g)) continue;
        if (shares_memory(x, g)) refuse(PyExc_ValueError, name("grads", i) + " shares memory with " + name("params", at->item));
    }
}

void OptimizerPlan::check_group(std::size_t group) const {
    if (group >= groups_.size()) refuse(PyExc_IndexError, "there is no group " + std::to_string(group));
}

void OptimizerPlan::configure(std::size_t group, double learning_rate, PyObject* options) {
    check_group(group);
    const RuleParameters parameters = rule_parameters(rule_, learning_rate, options);
    const int needed = states_of(parameters);
    for (const Item& item : items_) {
        int states = 0;
        while (states < most_states && item.state[states]) ++states;
        if (item.group == group && states != needed)
            refuse(PyExc_ValueError,
                   "the rule needs " + std::to_string(needed) + " states per parameter, got " + std::to_string(states));
    }
    groups_[group].parameters = parameters;
    groups_[group].configured = true;
}

void OptimizerPlan::set_rate(std::size_t group, double learning_rate) {
    check_group(group);
    set_learning_rate(groups_[group].parameters, learning_rate);
}

void OptimizerPlan::set_policy(double clip_norm, Nonfinite nonfinite, bool maximize) {
    clip_norm_ = clip_norm, nonfinite_ = nonfinite, maximize_ = maximize;
}

Reference OptimizerPlan::checked_gradient(PyObject* object, std::size_t i) const {
    PyArrayObject* x = items_[i].parameter.array();
    if (plain_array_of(object, PyArray_TYPE(x)) && same_shape(reinterpret_cast<PyArrayObject*>(object), x))
        return Reference::borrow(object);
    const std::string label = name("grads", i);
    Reference array;
    if (PyArray_IsScalar(object, Generic))
        array = Reference(PyArray_FromScalar(object, nullptr));
    else if (PyArray_Check(object))
        array = Reference::borrow(object);
    else
        array = Reference(PyObject_CallFunction(convert_.get(), "Os", object, (function_ + ": " + label).c_str()));
    if (!array) throw py::error_already_set();
    if (!PyArray_Check(array.get())) refuse(PyExc_TypeError, label + " must be an array");
    if (!PyArray_CheckExact(array.get()) && PyObject_HasAttrString(array.get(), "mask"))
        refuse(PyExc_TypeError, label + " is a masked array, whose mask the update would ignore");
    if (PyArray_TYPE(array.array()) != PyArray_TYPE(x))
        refuse(PyExc_TypeError,
               label + " must be " + dtype_text(x) + " as " + name("params", i) + ", got " + dtype_text(array.array()));
    if (!same_shape(array.array(), x))
        refuse(PyExc_ValueError,
               label + " must have shape " + shape_text(x) + " as " + name("params", i) + ", got " + shape_text(array.array()));
    Reference plain = as_plain(array.get(), PyArray_TYPE(x));
    if (!plain) throw py::error_already_set();
    return plain;
}

void OptimizerPlan::take_gradients(PyObject* gradients) {
    if (!single_) {
        if (!is_sequence(gradients))
            refuse(PyExc_TypeError, std::string("grads must be a list of arrays as params, got ") + Py_TYPE(gradients)->tp_name);
        if (static_cast<std::size_t>(PySequence_Fast_GET_SIZE(gradients)) != items_.size())
            refuse(PyExc_ValueError, "grads must be " + std::to_string(items_.size()) + " array(s) as params, got " +
                                         std::to_string(PySequence_Fast_GET_SIZE(gradients)));
    }
    for (std::size_t i = 0; i < items_.size(); ++i) {
        if (!single_ && static_cast<std::size_t>(PySequence_Fast_GET_SIZE(gradients)) != items_.size())
            refuse(PyExc_RuntimeError, "grads changed its length meanwhile");  // by a conversion's Python code
        items_[i].gradient =
            checked_gradient(single_ ? gradients : PySequence_Fast_GET_ITEM(gradients, static_cast<Py_ssize_t>(i)), i);
    }
    for (std::size_t i = 0; i < items_.size(); ++i) {  // after all conversions, whose Python code may have changed parameters
        Item& item = items_[i];
        PyArrayObject* x = item.parameter.array();
        if (!item.placement.still_holds(x))
            refuse(PyExc_ValueError,
                   name("params", i) + " was resized, or its shape, strides or dtype set, since the optimizer was made");
        if (!PyArray_ISWRITEABLE(x)) refuse(PyExc_ValueError, name("params", i) + " is read-only and cannot be updated in place");
        PyArrayObject* g = item.gradient.array();
        const auto axes = static_cast<std::size_t>(PyArray_NDIM(g));
        const bool same_strides =
            laid_out_ && item.strides.size() == axes && std::equal(item.strides.begin(), item.strides.end(), PyArray_STRIDES(g));
        if (same_strides && item.checked == PyArray_BYTES(g)) continue;
        check_gradient_apart(i);
        item.checked = PyArray_BYTES(g);
        if (!same_strides) laid_out_ = false;
    }
}

void OptimizerPlan::lay_out() {
    for (Group& group : groups_) group.f64.clear(), group.f32.clear();
    for (Item& item : items_) {
        PyArrayObject* g = item.gradient.array();
        PyArrayObject* const arrays[optimizer_arrays] = {item.parameter.array(), g, item.state[0].array(), item.state[1].array(),
                                                         item.state[2].array()};
        item.strides.assign(PyArray_STRIDES(g), PyArray_STRIDES(g) + PyArray_NDIM(g));
        item.offsets.clear();
        const auto add = [&]<class T>(std::vector<ParameterBlock<T>>& blocks) {
            item.first_block = blocks.size();
            append_blocks(blocks, arrays);
            item.blocks = blocks.size() - item.first_block;
            for (std::size_t b = 0; b < item.blocks; ++b)
                item.offsets.push_back(blocks[item.first_block + b].gradient.data - static_cast<const T*>(PyArray_DATA(g)));
        };
        if (item.f64)
            add(groups_[item.group].f64);
        else
            add(groups_[item.group].f32);
    }
    laid_out_ = true;
}

void OptimizerPlan::place_gradients() {
    for (Item& item : items_) {
        const auto place = [&]<class T>(std::vector<ParameterBlock<T>>& blocks) {
            const T* data = static_cast<const T*>(PyArray_DATA(item.gradient.array()));
            for (std::size_t b = 0; b < item.blocks; ++b) blocks[item.first_block + b].gradient.data = data + item.offsets[b];
        };
        if (item.f64)
            place(groups_[item.group].f64);
        else
            place(groups_[item.group].f32);
    }
}

// In C order, whatever the layout, so that strides do not change the sum: a gradient in another order is copied for it.
GradientNorm OptimizerPlan::norm_of_gradients(std::vector<Reference>& copies) const {
    std::vector<GradientSpan<double>> f64;
    std::vector<GradientSpan<float>> f32;
    std::vector<std::ptrdiff_t> from64, from32;
    for (std::size_t i = 0; i < items_.size(); ++i) {
        PyArrayObject* g = items_[i].gradient.array();
        if (!PyArray_IS_C_CONTIGUOUS(g)) {
            copies.emplace_back(PyArray_NewCopy(g, NPY_CORDER));
            if (!copies.back()) throw py::error_already_set();
            g = copies.back().array();
        }
        if (items_[i].f64)
            f64.push_back({static_cast<const double*>(PyArray_DATA(g)), PyArray_SIZE(g)}),
                from64.push_back(static_cast<std::ptrdiff_t>(i));
        else
            f32.push_back({static_cast<const float*>(PyArray_DATA(g)), PyArray_SIZE(g)}),
                from32.push_back(static_cast<std::ptrdiff_t>(i));
    }
    const GilRelease release(elements_ > 100000);
    GradientNorm a = mlmath::gradient_norm(f64.data(), static_cast<std::ptrdiff_t>(f64.size()), num_threads());
    GradientNorm b = mlmath::gradient_norm(f32.data(), static_cast<std::ptrdiff_t>(f32.size()), num_threads());
    if (!a.finite) a.span = from64[static_cast<std::size_t>(a.span)];
    if (!b.finite) b.span = from32[static_cast<std::size_t>(b.span)];
    const bool name_a = b.finite || (!a.finite && a.span < b.span);
    return {f32.empty()   ? a.norm
            : f64.empty() ? b.norm
                          : std::hypot(a.norm, b.norm),
            a.finite && b.finite, name_a ? a.span : b.span, name_a ? a.index : b.index};
}

void OptimizerPlan::update(double scale, int threads) {
    const std::int64_t step = steps + 1;
    for (std::size_t k = 0; k < groups_.size(); ++k) {
        const Group& group = groups_[k];
        double& product = momentum_products[k];
        if (!group.f64.empty()) rule_step(group.parameters, step, product, scale, group.f64, threads);
        if (!group.f32.empty()) rule_step(group.parameters, step, product, scale, group.f32, threads);
        product = momentum_product_after(group.parameters, step, product);
    }
}

bool OptimizerPlan::step(PyObject* gradients) {
    if (stepping_) refuse(PyExc_RuntimeError, "called from inside a step");
    for (const Group& group : groups_)
        if (!group.configured) refuse(PyExc_RuntimeError, "a group has no hyper-parameters yet");
    stepping_ = true;
    struct Drop {  // the gradients are the caller's: not kept alive between steps
        OptimizerPlan& plan;
        ~Drop() {
            for (Item& item : plan.items_) item.gradient = Reference();
            plan.stepping_ = false;
        }
    } drop{*this};
    take_gradients(gradients);
    if (!laid_out_) lay_out();
    place_gradients();
    double scale = maximize_ ? -1 : 1;
    if (clip_norm_ > 0 || nonfinite_ != Nonfinite::propagate) {
        std::vector<Reference> copies;
        const GradientNorm found = norm_of_gradients(copies);
        gradient_norm = found.norm;
        if (!found.finite && nonfinite_ == Nonfinite::skip) return ++skipped, false;
        if (!found.finite && nonfinite_ == Nonfinite::raise)
            refuse(PyExc_ValueError, name("grads", static_cast<std::size_t>(found.span)) + " is not finite at flat index " +
                                         std::to_string(found.index));
        if (clip_norm_ > 0 && !(found.norm <= clip_norm_)) scale *= clip_norm_ / found.norm;
    }
    const FloatingPointWatch watch(function_.c_str());
    {
        // 28 bytes per float: 20 us is about 2e4 parameters.
        const GilRelease release(elements_ > 20000);
        update(scale, num_threads());
    }
    ++steps;
    if (!watch.report()) throw py::error_already_set();
    return true;
}

}  // namespace mlmath::bindings
