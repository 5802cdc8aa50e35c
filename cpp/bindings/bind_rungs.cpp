// SPDX-License-Identifier: BSD-3-Clause
// Table of contents of `_mlmath.rungs`.
#include "bindings/bind_rungs.hpp"

namespace mlmath::bindings {

void bind_rungs(py::module_& module) {
    auto rungs = module.def_submodule("rungs", "The rungs of the ladders: `<kernel>_<rung>`, with the production signature.");
    bind_adam_rungs(rungs);
    bind_batched_rungs(rungs);
    bind_categorical_rungs(rungs);
    bind_dot_rungs(rungs);
    bind_eigh_rungs(rungs);
    bind_exp_rungs(rungs);
    bind_factor_rungs(rungs);
    bind_gemm_crt_rungs(rungs);
    bind_gemm_rungs(rungs);
    bind_gemv_rungs(rungs);
    bind_gram_rungs(rungs);
    bind_histories(rungs);
    bind_kmeans_rungs(rungs);
    bind_law_rungs(rungs);
    bind_logistic_rungs(rungs);
    bind_power_rungs(rungs);
    bind_shuffle_rungs(rungs);
    bind_softmax_rungs(rungs);
    bind_sum_rungs(rungs);
    bind_variance_rungs(rungs);
}

}  // namespace mlmath::bindings
