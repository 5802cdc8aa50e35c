// SPDX-License-Identifier: BSD-3-Clause
// The update rules behind Python's optimizers: hyper-parameters by name, and a step of whichever rule it is.
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "bindings/python.hpp"
#include "kernels/optim/adadelta/adadelta.hpp"
#include "kernels/optim/adagrad/adagrad.hpp"
#include "kernels/optim/adam/adam.hpp"
#include "kernels/optim/gradient_descent/gradient_descent.hpp"
#include "kernels/optim/lion/lion.hpp"
#include "kernels/optim/rmsprop/rmsprop.hpp"

namespace mlmath::bindings {

/// The hyper-parameters of one group: the struct of its rule, with its learning rate; what belongs to a single step (its number,
/// the scale of the gradients, NAdam's product) is the step's to fill in.
using RuleParameters = std::variant<GradientDescentParameters, AdamParameters, AdagradParameters, AdadeltaParameters,
                                    RMSpropParameters, LionParameters>;

/// `rule`: "gradient_descent", "adam", "nadam", "radam", "adagrad", "adadelta", "rmsprop" or "lion". `options`: a dict of the
/// optimizer's hyper-parameters under the names its user gives them, but for the rate: exactly those the rule has. Throws
/// py::error_already_set: TypeError where one is missing, unknown or no number, ValueError for another rule.
RuleParameters rule_parameters(const std::string& rule, double learning_rate, PyObject* options);

void set_learning_rate(RuleParameters& parameters, double learning_rate);

/// How many states the rule reads per parameter. Fewer arrays would be read through null.
int states_of(const RuleParameters& parameters);

/// NAdam's product of momenta after step `step`, given that of the steps before; as given for the others.
double momentum_product_after(const RuleParameters& parameters, std::int64_t step, double product);

template <class T>
void rule_step(const RuleParameters& parameters, std::int64_t step, double momentum_product, double gradient_scale,
               const std::vector<ParameterBlock<T>>& blocks, int threads);

}  // namespace mlmath::bindings
