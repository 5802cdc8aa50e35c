# SPDX-License-Identifier: BSD-3-Clause
"""Rules with a rate per parameter, before Adam: Adagrad, Adadelta, RMSprop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._optimizer import Optimizer

__all__ = ["Adadelta", "Adagrad", "RMSprop"]


class Adagrad(Optimizer):
    r"""Adagrad: each parameter's rate falls with the squares of its gradients so far.

    With parameters x, gradient g, rate :math:`\eta` (`lr`) and step t, [Duchi2011]_:

    .. math::
        s \leftarrow s + g^2,\quad x \leftarrow x - \frac{\eta}{1 + (t-1)\,lr\_decay}\,\frac{g}{\sqrt{s} + \epsilon}

    with s = `initial_accumulator_value` at the start. Variant and arguments are `torch.optim.Adagrad`'s; Keras puts epsilon
    inside the root and starts at 0.1.

    Parameters
    ----------
    params : array, list of arrays or list of groups, optional
        What to update in place: float32 or float64, writeable, any strides of whole elements; NumPy arrays, PyTorch CPU
        tensors, DLPack or buffer objects. A group is a dict of 'params' and hyper-parameters of its own. None makes a recipe,
        for `minimize`.
    lr : float or schedule
        :math:`\eta \ge 0`.
    lr_decay : float
        At least 0.
    weight_decay : float
        :math:`\lambda \ge 0`, coupled: :math:`g \leftarrow g + \lambda x`, the gradient of :math:`\lambda|x|^2/2`. It acts on
        every parameter of the group; biases usually go into a group with 0.
    initial_accumulator_value : float
        At least 0.
    eps : float
        :math:`\epsilon \ge 0`, outside the root.
    clip_norm : float, optional
        Where the Euclidean norm of all gradients together exceeds it, they are scaled down to it [Pascanu2013]_ (PyTorch's
        `clip_grad_norm_` adds 1e-6 to the norm; this does not). Costs one more reading of the gradients.
    nonfinite : {"propagate", "raise", "skip"}
        What to do when a gradient is NaN or infinite: step all the same (each stays in its own element; with `clip_norm` a NaN
        reaches all); raise ValueError before anything is touched; skip the step and count it. The last two read the gradients
        once more.
    maximize : bool
        Climb instead: the gradient's sign is turned.

    Raises
    ------
    TypeError, ValueError
        When a hyper-parameter is no number or out of range, or `params` are not such arrays, are read-only or share memory.

    Notes
    -----
    The same bits for any number of threads, strides and instruction set. Memory traffic: 3 reads and 2 writes per parameter. A
    float32 gradient above 1.8e19 in magnitude overflows s: that parameter stops.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.zeros(2)
    >>> mm.optim.Adagrad(x, lr=0.5).step(np.array([1.0, -100.0]))
    >>> x.round(6)
    array([-0.5,  0.5])
    """

    _rule = "adagrad"

    def __init__(
        self,
        params: Any = None,
        lr: Any = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        clip_norm: float | None = None,
        nonfinite: str = "propagate",
        maximize: bool = False,
    ) -> None:
        self._set_up(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "eps": eps,
            },
            clip_norm,
            nonfinite,
            maximize,
        )

    def _states(self, hyper: Mapping[str, Any]) -> tuple[str, ...]:
        return ("sum",)

    def _options(self, hyper: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in super()._options(hyper).items() if name != "initial_accumulator_value"}

    def _start(self, hyper: Mapping[str, Any]) -> float:
        return float(hyper["initial_accumulator_value"])


class Adadelta(Optimizer):
    r"""Adadelta: moves in the units of the parameters themselves.

    With parameters x, gradient g, :math:`\eta` (`lr`) and :math:`\rho`, [Zeiler2012]_:

    .. math::
        s \leftarrow \rho s + (1-\rho) g^2,\quad \delta = \frac{\sqrt{d + \epsilon}}{\sqrt{s + \epsilon}}\,g,\quad
        d \leftarrow \rho d + (1-\rho)\delta^2,\quad x \leftarrow x - \eta\delta

    with s = d = 0 at the start: `torch.optim.Adadelta`. The paper has no rate (1); Keras starts with 0.001.

    Parameters
    ----------
    params : array, list of arrays or list of groups, optional
        What to update in place: float32 or float64, writeable, any strides of whole elements; NumPy arrays, PyTorch CPU
        tensors, DLPack or buffer objects. A group is a dict of 'params' and hyper-parameters of its own. None makes a recipe,
        for `minimize`.
    lr : float or schedule
        :math:`\eta \ge 0`.
    rho : float
        :math:`0 \le \rho < 1`.
    eps : float
        :math:`\epsilon \ge 0`, inside both roots.
    weight_decay : float
        :math:`\lambda \ge 0`, coupled: :math:`g \leftarrow g + \lambda x`, the gradient of :math:`\lambda|x|^2/2`. It acts on
        every parameter of the group; biases usually go into a group with 0.
    clip_norm : float, optional
        Where the Euclidean norm of all gradients together exceeds it, they are scaled down to it [Pascanu2013]_ (PyTorch's
        `clip_grad_norm_` adds 1e-6 to the norm; this does not). Costs one more reading of the gradients.
    nonfinite : {"propagate", "raise", "skip"}
        What to do when a gradient is NaN or infinite: step all the same (each stays in its own element; with `clip_norm` a NaN
        reaches all); raise ValueError before anything is touched; skip the step and count it. The last two read the gradients
        once more.
    maximize : bool
        Climb instead: the gradient's sign is turned.

    Raises
    ------
    TypeError, ValueError
        When a hyper-parameter is no number or out of range, or `params` are not such arrays, are read-only or share memory.

    Notes
    -----
    The same bits for any number of threads, strides and instruction set. Memory traffic: 4 reads and 3 writes per parameter.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.ones(1)
    >>> mm.optim.Adadelta(x).step(np.array([1.0]))
    >>> x.round(6)
    array([0.996838])
    """

    _rule = "adadelta"

    def __init__(
        self,
        params: Any = None,
        lr: Any = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        clip_norm: float | None = None,
        nonfinite: str = "propagate",
        maximize: bool = False,
    ) -> None:
        self._set_up(params, {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay}, clip_norm, nonfinite, maximize)

    def _states(self, hyper: Mapping[str, Any]) -> tuple[str, ...]:
        return ("square_avg", "acc_delta")


class RMSprop(Optimizer):
    r"""RMSprop: the gradient over the root of its recent mean square.

    With parameters x, gradient g, rate :math:`\eta` (`lr`), :math:`\alpha` and momentum :math:`\mu`, [Tieleman2012]_:

    .. math::
        s \leftarrow \alpha s + (1-\alpha) g^2,\quad \delta = \frac{g}{\sqrt{q} + \epsilon},\quad x \leftarrow x - \eta\delta

    with q = s; `centered` [Graves2013]_ subtracts the square of the mean: :math:`a \leftarrow \alpha a + (1-\alpha) g`,
    :math:`q = \max(s - a^2, 0)` (PyTorch leaves a negative q, and NaN, where rounding makes one). With momentum
    :math:`u \leftarrow \mu u + \delta,\; x \leftarrow x - \eta u`. All start at 0. `torch.optim.RMSprop`; Keras has
    :math:`\alpha = 0.9` and epsilon inside the root.

    Parameters
    ----------
    params : array, list of arrays or list of groups, optional
        What to update in place: float32 or float64, writeable, any strides of whole elements; NumPy arrays, PyTorch CPU
        tensors, DLPack or buffer objects. A group is a dict of 'params' and hyper-parameters of its own. None makes a recipe,
        for `minimize`.
    lr : float or schedule
        :math:`\eta \ge 0`.
    alpha : float
        :math:`0 \le \alpha < 1`.
    eps : float
        :math:`\epsilon \ge 0`, outside the root.
    weight_decay : float
        :math:`\lambda \ge 0`, coupled: :math:`g \leftarrow g + \lambda x`, the gradient of :math:`\lambda|x|^2/2`. It acts on
        every parameter of the group; biases usually go into a group with 0.
    momentum : float
        :math:`0 \le \mu < 1`.
    centered : bool
        Whether to divide by the standard deviation instead of the root mean square.
    clip_norm : float, optional
        Where the Euclidean norm of all gradients together exceeds it, they are scaled down to it [Pascanu2013]_ (PyTorch's
        `clip_grad_norm_` adds 1e-6 to the norm; this does not). Costs one more reading of the gradients.
    nonfinite : {"propagate", "raise", "skip"}
        What to do when a gradient is NaN or infinite: step all the same (each stays in its own element; with `clip_norm` a NaN
        reaches all); raise ValueError before anything is touched; skip the step and count it. The last two read the gradients
        once more.
    maximize : bool
        Climb instead: the gradient's sign is turned.

    Raises
    ------
    TypeError, ValueError
        When a hyper-parameter is no number or out of range, or `params` are not such arrays, are read-only or share memory.

    Notes
    -----
    The same bits for any number of threads, strides and instruction set. Memory traffic: 3 reads and 2 writes per parameter,
    one more of each for `centered` and for momentum.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.zeros(2)
    >>> mm.optim.RMSprop(x, lr=0.01).step(np.array([1.0, -100.0]))
    >>> x.round(6)
    array([-0.1,  0.1])
    """

    _rule = "rmsprop"

    def __init__(
        self,
        params: Any = None,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        clip_norm: float | None = None,
        nonfinite: str = "propagate",
        maximize: bool = False,
    ) -> None:
        self._set_up(
            params,
            {"lr": lr, "alpha": alpha, "eps": eps, "weight_decay": weight_decay, "momentum": momentum, "centered": centered},
            clip_norm,
            nonfinite,
            maximize,
        )

    def _states(self, hyper: Mapping[str, Any]) -> tuple[str, ...]:
        centred = ("grad_avg",) if hyper["centered"] else ()
        return ("square_avg", *centred, "momentum_buffer") if hyper["momentum"] != 0 else ("square_avg", *centred)
