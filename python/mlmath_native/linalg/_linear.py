# SPDX-License-Identifier: BSD-3-Clause
"""A layer of a network: product, bias, activation."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath

__all__ = ["linear"]

Array = NDArray[Any]
_ACTIVATIONS = (None, "relu", "sigmoid", "tanh", "gelu")


def linear(
    X: ArrayLike,
    W: ArrayLike,
    b: ArrayLike | None = None,
    activation: Literal["relu", "sigmoid", "tanh", "gelu"] | None = None,
    *,
    out: Array | None = None,
) -> Array:
    r"""A layer of a network in one pass: :math:`Y = f(X W + b)`.

    Product, bias and activation of a block follow one another while the block is in a cache; the bits are those of `matmul`, an
    addition and the function, one after the other. W is (k, n), as in the formula; PyTorch's `linear` takes its transpose.

    Parameters
    ----------
    X : (..., k) array_like
        Rows to be transformed. float32 when X and W are; everything else real is taken as float64.
    W : (k, n) array_like
        Weights, any strides.
    b : (n,) array_like, optional
        Bias.
    activation : {"relu", "sigmoid", "tanh", "gelu"}, optional
        f: :math:`\max(s, 0)`, :math:`\frac{1}{1 + e^{-s}}`, :math:`\tanh s`, :math:`s\,\Phi(s)` with the normal distribution
        function (not its tanh approximation) [Hendrycks2016]_. The identity when not given.
    out : (..., n) ndarray, optional
        Where the result goes: C-contiguous, of the result's dtype, sharing no memory with the operands.

    Returns
    -------
    (..., n) ndarray
        Y; `out` when it is given.

    Raises
    ------
    ValueError
        When shapes do not fit, `activation` is unknown, or `out` is not as said above.
    TypeError
        When an argument does not hold real numbers.

    Notes
    -----
    Error of the sums as `matmul`; of f at most 1.5 ulp (`special`). Floating-point warnings are those of the product and of f.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> X = np.array([[1.0, -1.0], [2.0, 0.5]])
    >>> W = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 2.0]])
    >>> mm.linalg.linear(X, W, [0.5, 0.0, -1.0], "relu")
    array([[1.5, 0. , 0. ],
           [2.5, 0.5, 4. ]])
    """
    if activation not in _ACTIVATIONS:
        raise ValueError(f"linear: activation must be one of {', '.join(map(repr, _ACTIVATIONS))}, got {activation!r}")
    x, w = _real("X", X), _real("W", W)
    if x.ndim == 0 or w.ndim != 2 or x.shape[-1] != w.shape[0]:
        raise ValueError(f"linear: X must have shape (..., k) and W (k, n), got {x.shape} and {w.shape}")
    dtype = np.float32 if x.dtype.char == w.dtype.char == "f" else np.float64
    bias = None if b is None else np.ascontiguousarray(_real("b", b), dtype)
    if bias is not None and bias.shape != w.shape[1:]:
        raise ValueError(f"linear: b must have shape {w.shape[1:]}, one number per column of W, got {bias.shape}")
    shape = (*x.shape[:-1], w.shape[1])
    y = np.empty(shape, dtype) if out is None else _checked_out(out, shape, dtype, (x, w, bias))
    rows = int(np.prod(shape[:-1], dtype=np.intp))
    flat = y.reshape(rows, shape[-1])
    _mlmath._linear(x.reshape(rows, x.shape[-1]), w, bias, _ACTIVATIONS.index(activation), flat)
    return y


def _checked_out(out: Array, shape: tuple[int, ...], dtype: Any, operands: tuple[Any, ...]) -> Array:
    fits = isinstance(out, np.ndarray) and out.shape == shape and out.dtype == dtype
    if not fits or not out.flags.c_contiguous or not out.flags.writeable or not out.flags.aligned:
        raise ValueError(f"linear: out must be a writeable C-contiguous array of {np.dtype(dtype)} and shape {shape}")
    if any(operand is not None and np.may_share_memory(out, operand) for operand in operands):
        raise ValueError("linear: out must share no memory with X, W and b")
    return out


def _real(name: str, values: ArrayLike) -> Array:
    array = np.asarray(values)
    if array.dtype.kind not in "buif" or array.dtype.itemsize > 8:
        raise TypeError(f"linear: {name} must hold real numbers of at most 64 bits, got {array.dtype}")
    return array
