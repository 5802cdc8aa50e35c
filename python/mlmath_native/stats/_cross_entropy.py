# SPDX-License-Identifier: BSD-3-Clause
"""Cross entropy of targets and softmax probabilities."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from .._facade import documents

__all__ = ["cross_entropy"]


@documents(_mlmath.cross_entropy)
def cross_entropy(
    logits: ArrayLike,
    targets: ArrayLike,
    *,
    axis: int = -1,
    weight: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
    ignore_index: int | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
    return_gradient: bool = False,
    out: NDArray[Any] | None = None,
) -> Any:
    r"""Cross entropy of targets and the softmax of logits, and its gradient in the same pass.

    With :math:`p_{ij} = e^{x_{ij}} / \sum_k e^{x_{ik}}`, K classes, weights :math:`w_j` (`weight`) and :math:`v_i`
    (`sample_weight`), :math:`\varepsilon` = `label_smoothing`:

    .. math::

        \ell_i = -v_i \sum_j c_{ij} \ln p_{ij}, \qquad
        \frac{\partial \ell_i}{\partial x_{ij}} = v_i \Big(p_{ij} \sum_k c_{ik} - c_{ij}\Big),

    where :math:`c_{ij} = w_j ((1 - \varepsilon) q_{ij} + \varepsilon/K)` for probabilities q, and for a label
    :math:`t_i` the same with :math:`q_{ij} = [j = t_i]`, so that without weights and smoothing the gradient is
    softmax minus target.

    Parameters
    ----------
    logits : array_like
        Scores x, any shape and strides: float32 and float64 in their own precision, float16 as float32, integers as float64.
    targets : array_like
        Integers: labels from 0 to K - 1, of the logits' shape without `axis`. Floats: probabilities q of the logits' shape
        (they are not checked to sum to one).
    axis : int, optional
        The class axis.
    weight : array_like, optional
        One weight per class, shape (K,).
    sample_weight : array_like, optional
        One weight per sample, of the logits' shape without `axis`.
    ignore_index : int, optional
        Label of samples that do not count: loss and gradient 0.
    reduction : {"mean", "sum", "none"}, optional
        "mean" divides the sum of the losses by that of the weights of what counts: :math:`\sum_i v_i w_{t_i}` for labels,
        :math:`\sum_i v_i` for probabilities. "none" gives the losses.
    label_smoothing : float, optional
        Between 0 and 1: the share that is spread evenly over the classes.
    return_gradient : bool, optional
        Also return the gradient of the result ("none": of each loss) with respect to the logits.
    out : ndarray, optional
        Receives the gradient. May be `logits`, or overlap it.

    Returns
    -------
    loss : scalar or ndarray
        The loss; with reduction "none" the losses, of the logits' shape without `axis`.
    gradient : ndarray
        Like `logits`, if `return_gradient`.

    Raises
    ------
    IndexError
        When a label is neither a class nor `ignore_index`.
    ValueError
        When a shape does not fit, `reduction` or `label_smoothing` is none of the above, there is no class, or `ignore_index` is
        combined with probabilities.
    TypeError
        When logits or targets are of another kind of dtype.
    numpy.exceptions.AxisError
        When `axis` is out of range.

    Warns
    -----
    RuntimeWarning
        "invalid", for the mean of nothing, which is NaN.

    Notes
    -----
    The definition is PyTorch's ``torch.nn.functional.cross_entropy``, label smoothing [Szegedy2016]_ included, with sample weights
    added; there the class axis is the second and ignored labels are -100 by default. scikit-learn's ``log_loss`` takes
    probabilities instead of logits and so loses what the softmax has rounded to 0. A term with :math:`c_{ij} = 0` is 0 even where
    :math:`\ln p_{ij} = -\infty` (PyTorch: NaN). The error is that of `special.log_softmax` times :math:`\sum_j |c_{ij}|`, plus
    a few roundings; losses are added in double. The same bits for any number of threads, layout and alignment.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> logits = np.log([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]])
    >>> loss, gradient = mm.stats.cross_entropy(logits, [0, 2], return_gradient=True)
    >>> round(float(loss), 6)  # -(ln 0.5 + ln 0.8) / 2
    0.458145
    >>> gradient.round(3)
    array([[-0.25 ,  0.125,  0.125],
           [ 0.05 ,  0.05 , -0.1  ]])
    """
    raise NotImplementedError
