# SPDX-License-Identifier: BSD-3-Clause
"""Gradient descent, with and without momentum, and Lion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._optimizer import Optimizer

__all__ = ["GradientDescent", "Lion", "Momentum", "Nesterov"]


class GradientDescent(Optimizer):
    r"""Gradient descent, plain or with momentum; `torch.optim.SGD`.

    With parameters x, gradient g, rate :math:`\eta` (`lr`), momentum :math:`\mu` and dampening :math:`\tau`:

    * plain: :math:`x \leftarrow x - \eta g`;
    * heavy ball [Polyak1964]_: :math:`u \leftarrow \mu u + (1 - \tau) g,\; x \leftarrow x - \eta u`, with u = 0 at the start;
    * Nesterov, as [Sutskever2013]_ writes it, in the coordinates of the look-ahead point: the same u, then
      :math:`x \leftarrow x - \eta (g + \mu u)`.

    The rate stands outside u, as in `torch.optim.SGD`; scikit-learn's MLP keeps it inside, which differs once the rate changes.

    Parameters
    ----------
    params : array, list of arrays or list of groups, optional
        What to update in place: float32 or float64, writeable, any strides of whole elements; NumPy arrays, PyTorch CPU
        tensors, DLPack or buffer objects. A group is a dict of 'params' and hyper-parameters of its own. None makes a recipe,
        for `minimize`.
    lr : float or schedule
        :math:`\eta \ge 0`.
    momentum : float
        :math:`0 \le \mu < 1`.
    dampening : float
        :math:`0 \le \tau \le 1`; the first step uses 0, as PyTorch does.
    weight_decay : float
        :math:`\lambda \ge 0`, coupled: :math:`g \leftarrow g + \lambda x`, the gradient of :math:`\lambda|x|^2/2`. It acts on
        every parameter of the group; biases usually go into a group with 0.
    nesterov : bool
        Needs momentum > 0 and dampening 0.
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
    The same bits for any number of threads, strides and instruction set. Plain steps give the bits of NumPy's ``x -= lr * g``.
    A velocity below the smallest normal number becomes 0. Memory traffic: 3 streams plain, 5 with momentum.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.array([10.0, -4.0])
    >>> mm.optim.GradientDescent(x, lr=0.25).step(2 * x)
    >>> x
    array([ 5., -2.])
    """

    _rule = "gradient_descent"

    def __init__(
        self,
        params: Any = None,
        lr: Any = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        clip_norm: float | None = None,
        nonfinite: str = "propagate",
        maximize: bool = False,
    ) -> None:
        self._set_up(
            params,
            {"lr": lr, "momentum": momentum, "dampening": dampening, "weight_decay": weight_decay, "nesterov": nesterov},
            clip_norm,
            nonfinite,
            maximize,
        )

    def _states(self, hyper: Mapping[str, Any]) -> tuple[str, ...]:
        return ("momentum_buffer",) if hyper["momentum"] != 0 else ()

    def _check_group(self, hyper: Mapping[str, Any]) -> None:
        if hyper["nesterov"] and (hyper["momentum"] == 0 or hyper["dampening"] != 0):
            raise ValueError(
                f"{type(self).__name__}: nesterov needs momentum > 0 and dampening 0, "
                f"got momentum {hyper['momentum']:g} and dampening {hyper['dampening']:g}"
            )


class Momentum(GradientDescent):
    r"""The heavy ball: gradient descent that remembers where it was going.

    :math:`u \leftarrow \mu u + (1 - \tau) g,\; x \leftarrow x - \eta u`, with u = 0 at the start [Polyak1964]_:
    `GradientDescent` with momentum, `torch.optim.SGD(momentum=...)`. Keras and scikit-learn's MLP keep the rate inside u
    (:math:`u \leftarrow \mu u - \eta g`), which differs once the rate changes; optax's `trace` has no dampening.

    Parameters
    ----------
    params : array, list of arrays or list of groups, optional
        What to update in place: float32 or float64, writeable, any strides of whole elements; NumPy arrays, PyTorch CPU
        tensors, DLPack or buffer objects. A group is a dict of 'params' and hyper-parameters of its own. None makes a recipe,
        for `minimize`.
    lr : float or schedule
        :math:`\eta \ge 0`.
    momentum : float
        :math:`0 \le \mu < 1`.
    dampening : float
        :math:`0 \le \tau \le 1`; the first step uses 0, as PyTorch does.
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
    See `GradientDescent`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.array([1.0])
    >>> opt = mm.optim.Momentum(x, lr=0.25, momentum=0.5)
    >>> for _ in range(2):
    ...     opt.step(np.array([1.0]))
    >>> x
    array([0.375])
    """

    _fixed = ("nesterov",)

    def __init__(
        self,
        params: Any = None,
        lr: Any = 1e-3,
        momentum: float = 0.9,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        *,
        clip_norm: float | None = None,
        nonfinite: str = "propagate",
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params, lr, momentum, dampening, weight_decay, False, clip_norm=clip_norm, nonfinite=nonfinite, maximize=maximize
        )


class Nesterov(GradientDescent):
    r"""Nesterov's momentum: the gradient at the point the velocity leads to.

    :math:`u \leftarrow \mu u + g,\; x \leftarrow x - \eta (g + \mu u)`, with u = 0 at the start, in the coordinates of the
    look-ahead point [Sutskever2013]_: `GradientDescent` with nesterov, `torch.optim.SGD(nesterov=True)`. Keras and
    scikit-learn's MLP keep the rate inside u, which differs once the rate changes.

    Parameters
    ----------
    params : array, list of arrays or list of groups, optional
        What to update in place: float32 or float64, writeable, any strides of whole elements; NumPy arrays, PyTorch CPU
        tensors, DLPack or buffer objects. A group is a dict of 'params' and hyper-parameters of its own. None makes a recipe,
        for `minimize`.
    lr : float or schedule
        :math:`\eta \ge 0`.
    momentum : float
        :math:`0 < \mu < 1`.
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
    See `GradientDescent`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.array([1.0])
    >>> mm.optim.Nesterov(x, lr=0.25, momentum=0.5).step(np.array([1.0]))
    >>> x
    array([0.625])
    """

    _fixed = ("dampening", "nesterov")

    def __init__(
        self,
        params: Any = None,
        lr: Any = 1e-3,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
        *,
        clip_norm: float | None = None,
        nonfinite: str = "propagate",
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, momentum, 0.0, weight_decay, True, clip_norm=clip_norm, nonfinite=nonfinite, maximize=maximize)


class Lion(Optimizer):
    r"""Lion: every parameter moves by the rate, up or down.

    With parameters x, gradient g, rate :math:`\eta` (`lr`) and :math:`\beta_1, \beta_2` (`betas`), [Chen2023]_, algorithm 2:

    .. math::
        x \leftarrow (1 - \eta\lambda) x - \eta\,\mathrm{sign}(\beta_1 m + (1 - \beta_1) g),\quad m \leftarrow \beta_2 m + (1 -
        \beta_2) g

    with m = 0 at the start and sign(0) = 0. PyTorch has none; optax's `lion` is the same.

    Parameters
    ----------
    params : array, list of arrays or list of groups, optional
        What to update in place: float32 or float64, writeable, any strides of whole elements; NumPy arrays, PyTorch CPU
        tensors, DLPack or buffer objects. A group is a dict of 'params' and hyper-parameters of its own. None makes a recipe,
        for `minimize`.
    lr : float or schedule
        :math:`\eta \ge 0`; a third to a tenth of Adam's.
    betas : pair of float
        Each in [0, 1).
    weight_decay : float
        :math:`\lambda \ge 0`, decoupled [Loshchilov2019]_: before the move, x is multiplied by :math:`1 - \eta\lambda`, as in
        PyTorch (the paper does not scale it by the rate). Biases usually go into a group with 0.
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
    The same bits for any number of threads, strides and instruction set. Memory traffic: 3 reads and 2 writes per parameter.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.zeros(3)
    >>> mm.optim.Lion(x, lr=0.5).step(np.array([1e-9, -7.0, 0.0]))
    >>> x
    array([-0.5,  0.5,  0. ])
    """

    _rule = "lion"

    def __init__(
        self,
        params: Any = None,
        lr: Any = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
        *,
        clip_norm: float | None = None,
        nonfinite: str = "propagate",
        maximize: bool = False,
    ) -> None:
        self._set_up(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay}, clip_norm, nonfinite, maximize)

    def _states(self, hyper: Mapping[str, Any]) -> tuple[str, ...]:
        return ("exp_avg",)
