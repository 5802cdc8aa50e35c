// SPDX-License-Identifier: BSD-3-Clause
// The update rules behind Python's optimizers.
#include "bindings/optimizer_rules.hpp"

namespace mlmath::bindings {
namespace {

// Takes hyper-parameters out of a dict by name, and knows at the end whether any was left over.
class Options {
public:
    Options(const std::string& rule, PyObject* dict) : rule_(rule), dict_(dict) {}

    double number(const char* name) {
        const double value = PyFloat_AsDouble(item(name));
        if (value == -1 && PyErr_Occurred()) throw py::error_already_set();
        return value;
    }
    bool flag(const char* name) {
        PyObject* value = item(name);
        if (!PyBool_Check(value)) refuse(std::string(name) + " must be True or False");
        return value == Py_True;
    }
    bool is(const char* name, const char* word) {
        PyObject* value = item(name);
        if (!PyUnicode_Check(value)) refuse(std::string(name) + " must be a string");
        return PyUnicode_CompareWithASCIIString(value, word) == 0;
    }
    void pair(const char* name, double& first, double& second) {
        PyObject* value = item(name);
        if (!PyArg_Parse(value, "(dd)", &first, &second)) throw py::error_already_set();
    }
    void finish() const {
        if (PyDict_GET_SIZE(dict_) != taken_)
            refuse("takes " + std::to_string(taken_) + " options, got " + std::to_string(PyDict_GET_SIZE(dict_)));
    }

private:
    PyObject* item(const char* name) {
        PyObject* value = PyDict_GetItemString(dict_, name);
        if (value == nullptr) refuse(std::string(name) + " is missing");
        ++taken_;
        return value;
    }
    [[noreturn]] void refuse(const std::string& what) const {
        PyErr_SetString(PyExc_TypeError, (rule_ + ": " + what).c_str());
        throw py::error_already_set();
    }

    const std::string& rule_;
    PyObject* dict_;
    Py_ssize_t taken_ = 0;
};

GradientDescentParameters gradient_descent(Options& options) {
    GradientDescentParameters p;
    p.momentum = options.number("momentum");
    p.dampening = options.number("dampening");
    p.nesterov = options.flag("nesterov");
    p.gradient.decay = options.number("weight_decay");
    return p;
}

// PyTorch's RAdam puts epsilon beside the uncorrected root, and the kernel does so by itself: no eps_mode.
AdamParameters adam(Options& options, AdamVariant variant) {
    AdamParameters p;
    p.variant = variant;
    options.pair("betas", p.beta1, p.beta2);
    p.epsilon = options.number("eps");
    (options.flag("decoupled_weight_decay") ? p.weight_decay : p.gradient.decay) = options.number("weight_decay");
    if (variant == AdamVariant::adam && options.flag("amsgrad")) p.variant = AdamVariant::amsgrad;
    if (variant == AdamVariant::nadam) p.momentum_decay = options.number("momentum_decay");
    if (variant != AdamVariant::radam) p.uncorrected_epsilon = options.is("eps_mode", "uncorrected");
    return p;
}

AdagradParameters adagrad(Options& options) {
    AdagradParameters p;
    p.learning_rate_decay = options.number("lr_decay");
    p.epsilon = options.number("eps");
    p.gradient.decay = options.number("weight_decay");
    return p;
}

AdadeltaParameters adadelta(Options& options) {
    AdadeltaParameters p;
    p.rho = options.number("rho");
    p.epsilon = options.number("eps");
    p.gradient.decay = options.number("weight_decay");
    return p;
}

RMSpropParameters rmsprop(Options& options) {
    RMSpropParameters p;
    p.alpha = options.number("alpha");
    p.epsilon = options.number("eps");
    p.momentum = options.number("momentum");
    p.centred = options.flag("centered");
    p.gradient.decay = options.number("weight_decay");
    return p;
}

LionParameters lion(Options& options) {
    LionParameters p;
    options.pair("betas", p.beta1, p.beta2);
    p.weight_decay = options.number("weight_decay");
    return p;
}

RuleParameters read(const std::string& rule, Options& options) {
    if (rule == "gradient_descent") return gradient_descent(options);
    if (rule == "adam") return adam(options, AdamVariant::adam);
    if (rule == "nadam") return adam(options, AdamVariant::nadam);
    if (rule == "radam") return adam(options, AdamVariant::radam);
    if (rule == "adagrad") return adagrad(options);
    if (rule == "adadelta") return adadelta(options);
    if (rule == "rmsprop") return rmsprop(options);
    if (rule == "lion") return lion(options);
    PyErr_SetString(PyExc_ValueError, ("there is no rule '" + rule + "'").c_str());
    throw py::error_already_set();
}

struct States {
    int operator()(const GradientDescentParameters& p) const { return p.momentum != 0 ? 1 : 0; }
    int operator()(const AdamParameters& p) const { return p.variant == AdamVariant::amsgrad ? 3 : 2; }
    int operator()(const AdagradParameters&) const { return 1; }
    int operator()(const AdadeltaParameters&) const { return 2; }
    int operator()(const RMSpropParameters& p) const { return 1 + p.centred + (p.momentum != 0); }
    int operator()(const LionParameters&) const { return 1; }
};

// What of a rule's parameters belongs to one step.
struct OfThisStep {
    std::int64_t step;
    double momentum_product;
    void operator()(GradientDescentParameters& p) const {
        if (step == 1) p.dampening = 0;  // as PyTorch has it
    }
    void operator()(AdamParameters& p) const { p.step = step, p.momentum_product = momentum_product; }
    void operator()(AdagradParameters& p) const { p.step = step; }
    void operator()(AdadeltaParameters&) const {}
    void operator()(RMSpropParameters&) const {}
    void operator()(LionParameters&) const {}
};

template <class T>
struct Step {
    const ParameterBlock<T>* blocks;
    std::ptrdiff_t count;
    int threads;
    void operator()(const GradientDescentParameters& p) const { gradient_descent_step(p, blocks, count, threads); }
    void operator()(const AdamParameters& p) const { adam_step(p, blocks, count, threads); }
    void operator()(const AdagradParameters& p) const { adagrad_step(p, blocks, count, threads); }
    void operator()(const AdadeltaParameters& p) const { adadelta_step(p, blocks, count, threads); }
    void operator()(const RMSpropParameters& p) const { rmsprop_step(p, blocks, count, threads); }
    void operator()(const LionParameters& p) const { lion_step(p, blocks, count, threads); }
};

}  // namespace

RuleParameters rule_parameters(const std::string& rule, double learning_rate, PyObject* options) {
    Options left(rule, options);
    RuleParameters parameters = read(rule, left);
    left.finish();
    set_learning_rate(parameters, learning_rate);
    return parameters;
}

void set_learning_rate(RuleParameters& parameters, double learning_rate) {
    std::visit([&](auto& p) { p.learning_rate = learning_rate; }, parameters);
}

int states_of(const RuleParameters& parameters) { return std::visit(States{}, parameters); }

double momentum_product_after(const RuleParameters& parameters, std::int64_t step, double product) {
    const auto* p = std::get_if<AdamParameters>(&parameters);
    if (p == nullptr || p->variant != AdamVariant::nadam) return product;
    return product * nadam_momentum(p->beta1, p->momentum_decay, step);
}

template <class T>
void rule_step(const RuleParameters& parameters, std::int64_t step, double momentum_product, double gradient_scale,
               const std::vector<ParameterBlock<T>>& blocks, int threads) {
    RuleParameters now = parameters;
    std::visit(OfThisStep{step, momentum_product}, now);
    std::visit([&](auto& p) { p.gradient.scale = gradient_scale; }, now);
    std::visit(Step<T>{blocks.data(), static_cast<std::ptrdiff_t>(blocks.size()), threads}, now);
}

template void rule_step(const RuleParameters&, std::int64_t, double, double, const std::vector<ParameterBlock<double>>&, int);
template void rule_step(const RuleParameters&, std::int64_t, double, double, const std::vector<ParameterBlock<float>>&, int);

}  // namespace mlmath::bindings
