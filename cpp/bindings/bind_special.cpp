// SPDX-License-Identifier: BSD-3-Clause
// Functions of one and two elements: one line each.
#include "bindings/bind_elementwise.hpp"
#include "bindings/module.hpp"
#include "kernels/elementwise/error_function/error_function.hpp"
#include "kernels/elementwise/exp/exp.hpp"
#include "kernels/elementwise/gamma/gamma.hpp"
#include "kernels/elementwise/hyperbolic/hyperbolic.hpp"
#include "kernels/elementwise/log/log.hpp"
#include "kernels/elementwise/power/power.hpp"
#include "kernels/elementwise/sigmoid/sigmoid.hpp"
#include "kernels/elementwise/trigonometric/trigonometric.hpp"

namespace mlmath::bindings {

void bind_special(py::module_& module) {
    static PyMethodDef methods[] = {
        elementwise_method<"exp", exp_function>(),
        elementwise_method<"exp2", exp2_function>(),
        elementwise_method<"expm1", expm1_function>(),
        elementwise_method<"log", log_function>(),
        elementwise_method<"log1p", log1p_function>(),
        elementwise_method<"log2", log2_function>(),
        elementwise_method<"log10", log10_function>(),
        elementwise_method<"sin", sin_function>(),
        elementwise_method<"cos", cos_function>(),
        elementwise_method<"tan", tan_function>(),
        elementwise_method<"arctan", atan_function>(),
        elementwise_method<"arctan2", atan2_function>(),
        elementwise_method<"power", pow_function, Like::numpy_floats>(),
        elementwise_method<"cbrt", cbrt_function>(),
        elementwise_method<"sinpi", sinpi_function, Like::scipy>(),
        elementwise_method<"cospi", cospi_function, Like::scipy>(),
        elementwise_method<"sinh", sinh_function>(),
        elementwise_method<"cosh", cosh_function>(),
        elementwise_method<"tanh", tanh_function>(),
        elementwise_method<"xlogy", xlogy_function, Like::scipy>(),
        elementwise_method<"xlog1py", xlog1py_function, Like::scipy>(),
        elementwise_method<"expit", expit_function, Like::scipy>(),
        elementwise_method<"log_expit", log_expit_function, Like::scipy>(),
        elementwise_method<"logit", logit_function, Like::scipy>(),
        elementwise_method<"softplus", softplus_function, Like::scipy>(),
        elementwise_method<"erf", erf_function, Like::scipy>(),
        elementwise_method<"erfc", erfc_function, Like::scipy>(),
        elementwise_method<"erfinv", erfinv_function, Like::scipy_single>(),
        elementwise_method<"erfcinv", erfcinv_function, Like::scipy_single>(),
        elementwise_method<"ndtr", ndtr_function, Like::scipy>(),
        elementwise_method<"gammaln", gammaln_function, Like::scipy>(),
        elementwise_method<"digamma", digamma_function, Like::scipy>(),
        elementwise_method<"ndtri", ndtri_function, Like::scipy_single>(),
        {nullptr, nullptr, 0, nullptr},
    };
    add_methods(module, methods);
}

}  // namespace mlmath::bindings
