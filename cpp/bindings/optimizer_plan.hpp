// SPDX-License-Identifier: BSD-3-Clause
// An optimizer's arrays, checked once, and its step: what Python's optimizers hold.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "bindings/optimizer_arrays.hpp"
#include "bindings/optimizer_rules.hpp"
#include "kernels/optim/gradient_norm/gradient_norm.hpp"

namespace mlmath::bindings {

enum class Nonfinite { propagate, raise, skip };

/// Constraint: a step over one array of 100 floats should cost the user 1.5 us in all; the checks of parameters alone took that
/// long. Decision: parameters and states are checked, sorted into blocks and held when the plan is made; a step looks at what can
///   have changed (the parameter's memory and its write flag, the gradients' memory) and checks again only what did.
class OptimizerPlan {
public:
    // Its methods are called by one thread at a time: Python's optimizer holds a lock.
    /// `rule`: a name of rule_parameters. `items`: a list of tuples (group, parameter, state ...). `convert(object, label)` makes
    /// an array of what is none. Errors are thrown as py::error_already_set.
    OptimizerPlan(const char* name, const char* rule, PyObject* items, std::size_t groups, bool single, PyObject* convert);
    OptimizerPlan(const OptimizerPlan&) = delete;
    OptimizerPlan& operator=(const OptimizerPlan&) = delete;

    /// A group's hyper-parameters, a dict by name; once for every group before the first step.
    void configure(std::size_t group, double learning_rate, PyObject* options);
    /// Its learning rate alone: what a schedule changes at every step.
    void set_rate(std::size_t group, double learning_rate);
    void set_policy(double clip_norm, Nonfinite nonfinite, bool maximize);
    /// One step. False when nonfinite=skip made it do nothing. An error before the first write leaves everything as it was; a
    /// FloatingPointError (np.errstate) comes after the step, which then counts.
    bool step(PyObject* gradients);
    /// Whether a step is under way: Python code called from inside one (conversions of gradients) must change nothing.
    bool stepping() const { return stepping_; }

    std::int64_t steps = 0, skipped = 0;
    double gradient_norm = -1;              // of the last step that looked at it
    std::vector<double> momentum_products;  // NAdam, one per group

private:
    struct Item {
        std::size_t group = 0;
        Reference parameter, state[most_states], gradient;
        Placement placement;  // the parameter's when the plan was made
        bool f64 = false;
        std::size_t first_block = 0, blocks = 0;
        // of the gradient the blocks were made for, and the one that was last checked for overlap
        std::vector<npy_intp> strides;
        const char* checked = nullptr;
        std::vector<std::ptrdiff_t> offsets;  // of each block's gradient from the array's start, in elements
    };
    struct Group {
        RuleParameters parameters;
        bool configured = false;
        std::vector<ParameterBlock<double>> f64;
        std::vector<ParameterBlock<float>> f32;
    };
    struct Span {
        const char *low, *high, *reach;  // reach: the largest high up to here
        std::size_t item;
    };
    [[noreturn]] void refuse(PyObject* error, const std::string& what) const;
    std::string name(const char* argument, std::size_t i) const;
    void check_group(std::size_t group) const;
    Reference checked_parameter(PyObject* object, std::size_t i) const;
    Reference checked_gradient(PyObject* object, std::size_t i) const;
    void check_parameters_apart();
    void check_gradient_apart(std::size_t i) const;
    void take_gradients(PyObject* gradients);
    void place_gradients();
    void lay_out();
    GradientNorm norm_of_gradients(std::vector<Reference>& copies) const;
    void update(double scale, int threads);

    std::string function_, rule_;
    bool single_;
    Reference convert_;
    std::vector<Item> items_;
    std::vector<Group> groups_;
    std::vector<Span> spans_;  // of the parameters, sorted by `low`
    std::ptrdiff_t elements_ = 0;
    bool laid_out_ = false;
    double clip_norm_ = 0;  // 0: none
    Nonfinite nonfinite_ = Nonfinite::propagate;
    bool maximize_ = false;
    bool stepping_ = false;
};

}  // namespace mlmath::bindings
