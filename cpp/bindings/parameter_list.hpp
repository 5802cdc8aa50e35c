// SPDX-License-Identifier: BSD-3-Clause
// Arguments of an optimizer's step: one array or a list, their gradients and state, checked as a whole before any is written.
#pragma once
#include <string>
#include <vector>

#include "bindings/numpy_views.hpp"
#include "kernels/optim/parameter_block.hpp"

namespace mlmath::bindings {

/// Constructed from the Python arguments; throws py::error_already_set with TypeError or ValueError naming the argument. Nothing is
/// changed before commit(), except by the kernel on the blocks.
class ParameterList {
public:
    /// `state` is a Python list of `states` arrays per parameter, in order; an empty one stands for zeros.
    ParameterList(const char* function, PyObject* parameters, PyObject* gradients, PyObject* state, int states);
    ParameterList(const ParameterList&) = delete;
    ParameterList& operator=(const ParameterList&) = delete;

    const std::vector<ParameterBlock<double>>& f64() const { return f64_; }
    const std::vector<ParameterBlock<float>>& f32() const { return f32_; }
    std::ptrdiff_t elements() const { return elements_; }
    /// Writes converted parameters back and puts new state into the list. Throws py::error_already_set.
    void commit();

private:
    struct Item {
        Reference parameter, gradient, state[2];
        Item() = default;
        Item(Item&&) = default;
        ~Item() {  // without commit() (an error) a copy is dropped and the original stays as it was
            if (parameter) PyArray_DiscardWritebackIfCopy(parameter.array());
        }
    };
    std::string name(const char* argument, std::size_t i) const;
    [[noreturn]] void refuse(PyObject* error, const std::string& what) const;
    Reference plain_parameter(PyObject* object, const std::string& label) const;
    Reference plain_gradient(PyObject* object, PyArrayObject* parameter, std::size_t i) const;
    void take_state(PyObject* state, int states);
    void check_overlap() const;

    const char* function_;
    bool single_;
    std::vector<Item> items_;
    std::vector<ParameterBlock<double>> f64_;
    std::vector<ParameterBlock<float>> f32_;
    std::ptrdiff_t elements_ = 0;
    PyObject* state_list_ = nullptr;
    bool new_state_ = false;
};

}  // namespace mlmath::bindings
