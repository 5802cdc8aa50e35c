// SPDX-License-Identifier: BSD-3-Clause
// The factor family's table of functions.
#include "bindings/bind_factor.hpp"

#include "bindings/fastcall.hpp"
#include "bindings/module.hpp"

namespace mlmath::bindings {
void bind_factor(py::module_& module) {
    static PyMethodDef methods[] = {
        fast_method("_cholesky", cholesky_fast),
        fast_method("_det", det_fast),
        fast_method("_inv", inv_fast),
        fast_method("_least_squares", least_squares_fast),
        fast_method("_lstsq", lstsq_fast),
        fast_method("_lu", lu_fast),
        fast_method("_qr", qr_fast),
        fast_method("_slogdet", slogdet_fast),
        fast_method("_solve", solve_fast),
        fast_method("_solve_triangular", solve_triangular_fast),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
