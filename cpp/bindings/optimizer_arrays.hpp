// SPDX-License-Identifier: BSD-3-Clause
// Arrays of an optimizer: what they may be, whether they share memory, and how they fall into blocks.
#pragma once
#include <string>
#include <vector>

#include "bindings/numpy_views.hpp"
#include "kernels/optim/parameter_block.hpp"

namespace mlmath::bindings {

/// A parameter, its gradient, its states: in this order everywhere.
constexpr int optimizer_arrays = 2 + most_states;

std::string shape_text(PyArrayObject* a);
std::string dtype_text(PyArrayObject* a);
bool same_shape(PyArrayObject* a, PyArrayObject* b);
bool same_elements(PyArrayObject* a, PyArrayObject* b);
/// Bounds first; where those overlap (two columns of one matrix), numpy.shares_memory decides. Too hard for it counts as shared.
bool shares_memory(PyArrayObject* a, PyArrayObject* b);

/// Where an array's elements lie. NumPy lets its owner change that under a plan: `resize(refcheck=False)`, `shape`, `strides`,
/// `dtype`.
class Placement {
public:
    Placement() = default;
    explicit Placement(PyArrayObject* a);
    bool still_holds(PyArrayObject* a) const;

private:
    const char* data_ = nullptr;
    Reference type_;
    std::vector<npy_intp> axes_;  // sizes, then strides
};

/// The arrays of one parameter (unused states: null) as blocks of the kernels, appended. All have the parameter's shape.
template <class T>
void append_blocks(std::vector<ParameterBlock<T>>& blocks, PyArrayObject* const (&arrays)[optimizer_arrays]);

}  // namespace mlmath::bindings
