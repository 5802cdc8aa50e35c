# SPDX-License-Identifier: BSD-3-Clause
"""Update rules of machine learning, in place and in one pass over memory; names, order and defaults of arguments are PyTorch's.

``opt = Adam(params, lr=1e-3)``, then ``opt.step(grads)`` for NumPy arrays or PyTorch CPU tensors; without `params` a rule is a
recipe for ``opt.minimize(f, x0)``. A schedule may stand wherever a learning rate may.
"""

from __future__ import annotations

from ._adam import Adam, AdamW, AMSGrad, NAdam, RAdam
from ._adaptive import Adadelta, Adagrad, RMSprop
from ._convergence import ConvergenceWarning, DivergenceWarning
from ._descent import GradientDescent, Lion, Momentum, Nesterov
from ._fit_linear import Certificate, FitPath, LinearFit, fit_linear
from ._fit_many import ManyLinearFits, fit_many
from ._groups import ParamGroup
from ._linear_objective import linear_objective
from ._minimize import MinimizeResult
from ._optimizer import Optimizer
from ._schedules import CosineDecay, ExponentialDecay, OneCycle, Schedule, StepDecay, WarmUp

__all__ = [
    "AMSGrad",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Certificate",
    "ConvergenceWarning",
    "CosineDecay",
    "DivergenceWarning",
    "ExponentialDecay",
    "FitPath",
    "GradientDescent",
    "LinearFit",
    "Lion",
    "ManyLinearFits",
    "MinimizeResult",
    "Momentum",
    "NAdam",
    "Nesterov",
    "OneCycle",
    "Optimizer",
    "ParamGroup",
    "RAdam",
    "RMSprop",
    "Schedule",
    "StepDecay",
    "WarmUp",
    "fit_linear",
    "fit_many",
    "linear_objective",
]
