# SPDX-License-Identifier: BSD-3-Clause
"""Adam and its family."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ._optimizer import Optimizer

__all__ = ["AMSGrad", "Adam", "AdamW", "NAdam", "RAdam"]


class _TwoMoments(Optimizer):
    """What the family remembers."""

    def _states(self, hyper: Mapping[str, Any]) -> tuple[str, ...]:
        moments = ("exp_avg", "exp_avg_sq")
        return (*moments, "max_exp_avg_sq") if hyper.get("amsgrad") else moments


class Adam(_TwoMoments):
    r"""Adam: a running mean of the gradient over the root of that of its square.

    With parameters x, gradient g, rate :math:`\eta` (`lr`), :math:`\beta_1, \beta_2` (`betas`), :math:`\epsilon` (`eps`) and
    step t, [Kingma2015]_, algorithm 1:

    .. math::
        m \leftarrow \beta_1 m + (1-\beta_1) g,\quad v \leftarrow \beta_2 v + (1-\beta_2) g^2,\quad
        x \leftarrow x - \eta \frac{m/(1-\beta_1^t)}{\sqrt{v/(1-\beta_2^t)} + \epsilon}

    with m = v = 0 at the start. Names, order and defaults are `torch.optim.Adam`'s.

    Parameters
    ----------
    params : array, list of arrays or list of groups, optional
        What to update in place: float32 or float64, writeable, any strides of whole elements; NumPy arrays, PyTorch CPU
        tensors, DLPack or buffer objects. A group is a dict of 'params' and hyper-parameters of its own. None makes a recipe,
        for `minimize`.
    lr : float or schedule
        :math:`\eta \ge 0`.
    betas : pair of float
        :math:`\beta_1, \beta_2`, each in [0, 1).
    eps : float
        :math:`\epsilon \ge 0`, outside the root.
    weight_decay : float
        :math:`\lambda \ge 0`, coupled: :math:`g \leftarrow g + \lambda x`, the gradient of :math:`\lambda|x|^2/2`. It acts on
        every parameter of the group; biases usually go into a group with 0.
    amsgrad : bool
        Divide by the largest v so far [Reddi2018]_; see `AMSGrad`.
    eps_mode : {"corrected", "uncorrected"}
        Where :math:`\epsilon` stands. "corrected": beside :math:`\sqrt{v/(1-\beta_2^t)}`, as in the paper's algorithm 1,
        PyTorch and optax. "uncorrected": beside :math:`\sqrt v`, with the rate times :math:`\sqrt{1-\beta_2^t}/(1-\beta_1^t)`,
        as in the paper's section 2, scikit-learn's MLP and Keras. They differ in the first steps where gradients are as small
        as epsilon.
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
    The same bits for any number of threads, strides and instruction set. Coefficients are formed in double and rounded
    once. A first moment below the smallest normal number becomes 0 (with a zero gradient it would otherwise stay denormal for
    ever). Per step the computed move is within :math:`8\epsilon_{machine}` of the exact one for the stored m and v. Memory
    traffic: 4 reads and 3 writes per parameter, 28 bytes in float32 (AMSGrad 36). In float32 a gradient above 5e20 in
    magnitude overflows v (NumPy's overflow warning, as `np.errstate` says) and that parameter stops moving. With `eps` 0 a
    parameter whose gradients were all zero becomes NaN (0/0).

    Examples
    --------
    The first step moves every parameter by the rate, whatever the size of its gradient:

    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.array([1.0, 1.0])
    >>> mm.optim.Adam(x, lr=0.1).step(np.array([1e-3, 1e3]))
    >>> bool(np.allclose(x, 0.9, rtol=0, atol=2e-6))
    True
    """

    _rule = "adam"
    _decoupled: ClassVar[bool] = False

    def __init__(
        self,
        params: Any = None,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        eps_mode: str = "corrected",
        clip_norm: float | None = None,
        nonfinite: str = "propagate",
        maximize: bool = False,
    ) -> None:
        self._set_up(
            params,
            {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "amsgrad": amsgrad, "eps_mode": eps_mode},
            clip_norm,
            nonfinite,
            maximize,
        )

    def _options(self, hyper: Mapping[str, Any]) -> dict[str, Any]:
        return {**super()._options(hyper), "decoupled_weight_decay": self._decoupled}


class AdamW(Adam):
    r"""Adam with decoupled weight decay.

    [Loshchilov2019]_, algorithm 2: :math:`x \leftarrow (1 - \eta\lambda) x`, then Adam's move, whose gradient knows nothing of
    the decay. Names, order and defaults are `torch.optim.AdamW`'s.

    Parameters
    ----------
    params : array, list of arrays or list of groups, optional
        What to update in place: float32 or float64, writeable, any strides of whole elements; NumPy arrays, PyTorch CPU
        tensors, DLPack or buffer objects. A group is a dict of 'params' and hyper-parameters of its own. None makes a recipe,
        for `minimize`.
    lr : float or schedule
        :math:`\eta \ge 0`.
    betas : pair of float
        :math:`\beta_1, \beta_2`, each in [0, 1).
    eps : float
        :math:`\epsilon \ge 0`, outside the root.
    weight_decay : float
        :math:`\lambda \ge 0`, decoupled [Loshchilov2019]_: before the move, x is multiplied by :math:`1 - \eta\lambda`, as in
        PyTorch (the paper does not scale it by the rate). Biases usually go into a group with 0.
    amsgrad : bool
        Divide by the largest v so far [Reddi2018]_; see `AMSGrad`.
    eps_mode : {"corrected", "uncorrected"}
        Where :math:`\epsilon` stands. "corrected": beside :math:`\sqrt{v/(1-\beta_2^t)}`, as in the paper's algorithm 1,
        PyTorch and optax. "uncorrected": beside :math:`\sqrt v`, with the rate times :math:`\sqrt{1-\beta_2^t}/(1-\beta_1^t)`,
        as in the paper's section 2, scikit-learn's MLP and Keras. They differ in the first steps where gradients are as small
        as epsilon.
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
    See `Adam`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.array([1.0, -2.0])
    >>> mm.optim.AdamW(x, lr=0.5, weight_decay=0.5).step(np.zeros(2))
    >>> x
    array([ 0.75, -1.5 ])
    """

    _decoupled = True

    def __init__(
        self,
        params: Any = None,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        eps_mode: str = "corrected",
        clip_norm: float | None = None,
        nonfinite: str = "propagate",
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad,
            eps_mode=eps_mode,
            clip_norm=clip_norm,
            nonfinite=nonfinite,
            maximize=maximize,
        )


class AMSGrad(Adam):
    r"""Adam whose denominators never shrink.

    Adam with :math:`w \leftarrow \max(w, v)` in v's place [Reddi2018]_, algorithm 2, with Adam's corrections as in
    `torch.optim.Adam(amsgrad=True)` (the paper has none; Keras takes the maximum likewise, optax that of the corrected v).

    Parameters
    ----------
    params : array, list of arrays or list of groups, optional
        What to update in place: float32 or float64, writeable, any strides of whole elements; NumPy arrays, PyTorch CPU
        tensors, DLPack or buffer objects. A group is a dict of 'params' and hyper-parameters of its own. None makes a recipe,
        for `minimize`.
    lr : float or schedule
        :math:`\eta \ge 0`.
    betas : pair of float
        :math:`\beta_1, \beta_2`, each in [0, 1).
    eps : float
        :math:`\epsilon \ge 0`, outside the root.
    weight_decay : float
        :math:`\lambda \ge 0`, coupled: :math:`g \leftarrow g + \lambda x`, the gradient of :math:`\lambda|x|^2/2`. It acts on
        every parameter of the group; biases usually go into a group with 0.
    eps_mode : {"corrected", "uncorrected"}
        Where :math:`\epsilon` stands. "corrected": beside :math:`\sqrt{v/(1-\beta_2^t)}`, as in the paper's algorithm 1,
        PyTorch and optax. "uncorrected": beside :math:`\sqrt v`, with the rate times :math:`\sqrt{1-\beta_2^t}/(1-\beta_1^t)`,
        as in the paper's section 2, scikit-learn's MLP and Keras. They differ in the first steps where gradients are as small
        as epsilon.
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
    See `Adam`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.zeros(1)
    >>> opt = mm.optim.AMSGrad(x)
    >>> opt.step(np.array([100.0]))
    >>> opt.step(np.array([0.0]))
    >>> bool(opt.state[0]["max_exp_avg_sq"] > opt.state[0]["exp_avg_sq"])
    True
    """

    _fixed = ("amsgrad",)

    def __init__(
        self,
        params: Any = None,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        *,
        eps_mode: str = "corrected",
        clip_norm: float | None = None,
        nonfinite: str = "propagate",
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            True,
            eps_mode=eps_mode,
            clip_norm=clip_norm,
            nonfinite=nonfinite,
            maximize=maximize,
        )


class NAdam(_TwoMoments):
    r"""Adam with Nesterov's look-ahead.

    Adam's m and v; with :math:`\mu_t = \beta_1 (1 - 0.96^{t\psi}/2)` and :math:`\Pi_t = \mu_1 \cdots \mu_t` [Dozat2016]_:

    .. math::
        x \leftarrow x - \eta\,\frac{(1-\mu_t)\,g/(1-\Pi_t) + \mu_{t+1}\,m/(1-\Pi_{t+1})}{\sqrt{v/(1-\beta_2^t)} + \epsilon}

    as `torch.optim.NAdam` has it; optax's `nadam` keeps :math:`\mu` constant.

    Parameters
    ----------
    params : array, list of arrays or list of groups, optional
        What to update in place: float32 or float64, writeable, any strides of whole elements; NumPy arrays, PyTorch CPU
        tensors, DLPack or buffer objects. A group is a dict of 'params' and hyper-parameters of its own. None makes a recipe,
        for `minimize`.
    lr : float or schedule
        :math:`\eta \ge 0`.
    betas : pair of float
        :math:`\beta_1, \beta_2`, each in [0, 1).
    eps : float
        :math:`\epsilon \ge 0`, outside the root.
    weight_decay : float
        :math:`\lambda \ge 0`, coupled (:math:`g \leftarrow g + \lambda x`) unless `decoupled_weight_decay`.
    momentum_decay : float
        :math:`\psi \ge 0`.
    decoupled_weight_decay : bool
        Whether x is multiplied by :math:`1 - \eta\lambda` instead.
    eps_mode : {"corrected", "uncorrected"}
        Where :math:`\epsilon` stands. "corrected": beside :math:`\sqrt{v/(1-\beta_2^t)}`, as in the paper's algorithm 1,
        PyTorch and optax. "uncorrected": beside :math:`\sqrt v`, with the rate times :math:`\sqrt{1-\beta_2^t}/(1-\beta_1^t)`,
        as in the paper's section 2, scikit-learn's MLP and Keras. They differ in the first steps where gradients are as small
        as epsilon.
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
    See `Adam`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.zeros(1)
    >>> mm.optim.NAdam(x, lr=0.1).step(np.array([3.0]))
    >>> bool(-0.2 < x[0] < -0.1)
    True
    """

    _rule = "nadam"

    def __init__(
        self,
        params: Any = None,
        lr: Any = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        eps_mode: str = "corrected",
        clip_norm: float | None = None,
        nonfinite: str = "propagate",
        maximize: bool = False,
    ) -> None:
        self._set_up(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "eps_mode": eps_mode,
            },
            clip_norm,
            nonfinite,
            maximize,
        )


class RAdam(_TwoMoments):
    r"""Adam that waits until its second moment can be trusted.

    Adam's m and v. With :math:`r = 2/(1-\beta_2) - 1` and :math:`r_t = r - 2 t \beta_2^t/(1-\beta_2^t)` [Liu2020]_, algorithm
    2: while :math:`r_t \le 5`, :math:`x \leftarrow x - \eta\, m/(1-\beta_1^t)`; then

    .. math::
        x \leftarrow x - \eta\, R_t\, \frac{m}{1-\beta_1^t}\, \frac{\sqrt{1-\beta_2^t}}{\sqrt v + \epsilon},\quad
        R_t = \sqrt{\frac{(r_t-4)(r_t-2)\,r}{(r-4)(r-2)\,r_t}}

    as `torch.optim.RAdam` has it; the paper switches at 4, and PyTorch's epsilon stands beside the uncorrected v.

    Parameters
    ----------
    params : array, list of arrays or list of groups, optional
        What to update in place: float32 or float64, writeable, any strides of whole elements; NumPy arrays, PyTorch CPU
        tensors, DLPack or buffer objects. A group is a dict of 'params' and hyper-parameters of its own. None makes a recipe,
        for `minimize`.
    lr : float or schedule
        :math:`\eta \ge 0`.
    betas : pair of float
        :math:`\beta_1, \beta_2`, each in [0, 1).
    eps : float
        :math:`\epsilon \ge 0`, outside the root.
    weight_decay : float
        :math:`\lambda \ge 0`, coupled (:math:`g \leftarrow g + \lambda x`) unless `decoupled_weight_decay`.
    decoupled_weight_decay : bool
        Whether x is multiplied by :math:`1 - \eta\lambda` instead.
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
    See `Adam`.

    Examples
    --------
    The first step is one of plain descent:

    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.zeros(1)
    >>> mm.optim.RAdam(x, lr=0.1).step(np.array([3.0]))
    >>> x.round(12)
    array([-0.3])
    """

    _rule = "radam"

    def __init__(
        self,
        params: Any = None,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled_weight_decay: bool = False,
        *,
        clip_norm: float | None = None,
        nonfinite: str = "propagate",
        maximize: bool = False,
    ) -> None:
        self._set_up(
            params,
            {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "decoupled_weight_decay": decoupled_weight_decay},
            clip_norm,
            nonfinite,
            maximize,
        )
