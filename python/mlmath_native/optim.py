# SPDX-License-Identifier: BSD-3-Clause
"""Update rules of machine learning, in place and in one pass over memory: gradient descent with momentum, Adam, AdamW."""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import _mlmath
from ._fit_linear import Certificate, ConvergenceWarning, FitPath, LinearFit, fit_linear

__all__ = [
    "Adam",
    "Certificate",
    "ConvergenceWarning",
    "DivergenceWarning",
    "FitPath",
    "GradientDescent",
    "LinearFit",
    "MinimizeResult",
    "fit_linear",
]

Arrays = NDArray[Any] | Sequence[NDArray[Any]]
ValueAndGradient = Callable[[NDArray[Any]], tuple[Any, Any]]


class DivergenceWarning(RuntimeWarning):
    """A minimization met a value, gradient or parameter that is not finite, and stopped before it."""


@dataclass(frozen=True)
class MinimizeResult:
    """What `minimize` found; the names are those of `scipy.optimize.OptimizeResult`.

    Attributes
    ----------
    x : ndarray
        The last parameters at which value and gradient were finite.
    fun : float
        The value at `x`.
    nit : int
        Steps taken to reach `x`.
    success : bool
        False when the iteration diverged.
    message : str
        Why it stopped.
    values : ndarray, shape (nit + 1,)
        The value at every point, the starting point first.
    path : ndarray, shape (nit + 1,) + x.shape, or None
        Every point, when asked for.
    """

    x: NDArray[Any]
    fun: float
    nit: int
    success: bool
    message: str
    values: NDArray[np.float64]
    path: NDArray[Any] | None = None


class _Optimizer:
    """What the update rules share: checked hyper-parameters, state, a lock, `minimize`."""

    _hyperparameters: ClassVar[tuple[str, ...]]
    _arrays_per_parameter: ClassVar[tuple[str, ...]] = ()

    def __init__(self, learning_rate: float) -> None:
        self._lock = threading.Lock()
        self._state: list[NDArray[Any]] = []
        self._steps = 0
        self.learning_rate = learning_rate

    @property
    def learning_rate(self) -> float:
        """The rate of the next step; assign to it to follow a schedule."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._learning_rate = self._number("learning_rate", value)

    @property
    def steps_taken(self) -> int:
        """How many steps were made since construction or `reset`."""
        return self._steps

    @property
    def state(self) -> dict[str, list[NDArray[Any]]]:
        """Copies of what the rule remembers, by name, one array per parameter; empty lists before the first step."""
        with self._lock:
            names = self._arrays_per_parameter
            return {name: [a.copy() for a in self._state[i :: len(names)]] for i, name in enumerate(names)}

    def reset(self) -> None:
        """Forget the state, as if no step had been made. The next step may have other shapes."""
        with self._lock:
            self._state = []
            self._steps = 0

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Update `parameters` in place."""
        with self._lock:
            try:
                self._native_step(parameters, gradients)
            except FloatingPointError:  # np.errstate(...="raise"): the step itself was made
                self._steps += 1
                raise
            self._steps += 1

    def _native_step(self, parameters: Arrays, gradients: Arrays) -> None:
        raise NotImplementedError

    def minimize(
        self,
        value_and_gradient: ValueAndGradient,
        x0: ArrayLike,
        *,
        steps: int = 1000,
        gradient_tolerance: float = 0.0,
        keep_path: bool = False,
        callback: Callable[[int, NDArray[Any], float], Any] | None = None,
    ) -> MinimizeResult:
        """Follow the gradient of a function from `x0` for a number of steps.

        Works on a fresh copy of this optimizer: its own state is neither used nor changed.

        Parameters
        ----------
        value_and_gradient : callable
            ``value_and_gradient(x) -> (value, gradient)``: a number and an array of x's shape. It gets its own copy of x.
        x0 : array_like
            Where to start; float32 stays float32, everything else becomes float64.
        steps : int
            How many steps to take, at least 0.
        gradient_tolerance : float
            Stop when the largest gradient component is at most this in magnitude.
        keep_path : bool
            Whether to return every point.
        callback : callable, optional
            ``callback(step, x, value)`` after every evaluation; `x` is a copy. Returning True stops.

        Returns
        -------
        MinimizeResult

        Warns
        -----
        DivergenceWarning
            When value, gradient or x stop being finite. The result holds the last point at which all were.

        Raises
        ------
        ValueError
            When the value at x0 is not finite, the gradient's shape is not x's, or an argument is out of range.

        Examples
        --------
        Gradient descent on x^2 multiplies x by 1 - 2 rate at every step:

        >>> import mlmath_native as mm
        >>> result = mm.optim.GradientDescent(0.1).minimize(lambda x: (x * x, 2 * x), 10.0, steps=50)
        >>> abs(float(result.x) / (10 * 0.8**50) - 1) < 1e-14
        True
        """
        name = f"{type(self).__name__}.minimize"
        if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 0:
            raise ValueError(f"{name}: steps must be an integer of at least 0, got {steps!r}")
        if not gradient_tolerance >= 0:
            raise ValueError(f"{name}: gradient_tolerance must be at least 0, got {gradient_tolerance!r}")
        x = np.array(x0, order="C", subok=False)
        if x.dtype.kind not in "fiub":
            raise TypeError(f"{name}: x0 must be real numbers, got dtype {x.dtype}")
        x = x.astype(np.float32 if x.dtype.type is np.float32 else np.float64)
        rule = self._fresh()
        values: list[float] = []
        path: list[NDArray[Any]] = []
        kept = x.copy()
        success, message = True, f"took all {steps} steps"
        for k in range(steps + 1):
            value, gradient = _evaluate(name, value_and_gradient, x)
            if not (math.isfinite(value) and np.isfinite(gradient).all()):
                if k == 0:
                    raise ValueError(
                        f"{name}: value and gradient must be finite at x0, got value {value!r} and gradient {gradient!r}"
                    )
                success = False
                message = (
                    f"diverged: value or gradient not finite after step {k}; x is the point before it. "
                    f"A smaller learning_rate than {self._learning_rate:g} may converge"
                )
                warnings.warn(f"{name}: {message}", DivergenceWarning, stacklevel=2)
                break
            np.copyto(kept, x)
            values.append(value)
            if keep_path:
                path.append(x.copy())
            if callback is not None and callback(k, x.copy(), value) is True:
                message = f"stopped by callback after step {k}"
                break
            if k == steps:
                break
            if gradient.size and np.abs(gradient).max() <= gradient_tolerance:
                message = f"gradient within gradient_tolerance after step {k}"
                break
            with np.errstate(all="ignore"):  # what is not finite is met, and named, at the next evaluation
                rule.step(x, gradient)
        return MinimizeResult(
            x=kept,
            fun=values[-1],
            nit=len(values) - 1,
            success=success,
            message=message,
            values=np.array(values),
            path=np.array(path) if keep_path else None,
        )

    def _fresh(self) -> Self:
        return type(self)(**{name: getattr(self, name) for name in self._hyperparameters})

    def _number(self, name: str, value: Any, below: float = math.inf) -> float:
        """`value` as a float in [0, below), or an error that names it."""
        if isinstance(value, (str, bytes)):
            raise TypeError(f"{type(self).__name__}: {name} must be a number, got {value!r}")
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise TypeError(f"{type(self).__name__}: {name} must be a number, got {value!r}") from None
        if not 0 <= number < below:
            interval = "finite and at least 0" if below == math.inf else f"in [0, {below:g})"
            raise ValueError(f"{type(self).__name__}: {name} must be {interval}, got {value!r}")
        return number

    def __getstate__(self) -> dict[str, Any]:
        with self._lock:  # a snapshot between steps; arrays are copied, so that copy.copy gives an independent optimizer
            state = {key: value for key, value in self.__dict__.items() if key != "_lock"}
            state["_state"] = [a.copy(order="K") for a in self._state]
            return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._hyperparameters)
        return f"{type(self).__name__}({arguments})"


def _evaluate(name: str, function: ValueAndGradient, x: NDArray[Any]) -> tuple[float, NDArray[Any]]:
    value, gradient = function(x.copy())
    array = np.asarray(gradient, dtype=x.dtype)
    if array.shape != x.shape:
        raise ValueError(f"{name}: the gradient must have x's shape {x.shape}, got {array.shape}")
    return float(value), array


class GradientDescent(_Optimizer):
    r"""Gradient descent, plain or with momentum.

    With parameters x, gradient g, rate :math:`\eta` (`learning_rate`) and momentum :math:`\mu`:

    * plain: :math:`x \leftarrow x - \eta g`;
    * heavy ball [Polyak1964]_: :math:`u \leftarrow \mu u + g,\; x \leftarrow x - \eta u`, with u = 0 at the start;
    * Nesterov, as [Sutskever2013]_ writes it, in the coordinates of the look-ahead point: the same u, then
      :math:`x \leftarrow x - \eta (g + \mu u)`.

    The rate stands outside u, as in `torch.optim.SGD` (dampening 0); scikit-learn's MLP keeps it inside, which differs once the
    rate changes.

    Parameters
    ----------
    learning_rate : float
        :math:`\eta \ge 0`; may be assigned between steps.
    momentum : float
        :math:`0 \le \mu < 1`.
    nesterov : bool
        Needs momentum > 0.

    Raises
    ------
    ValueError, TypeError
        When a hyper-parameter is out of range or not a number.

    Notes
    -----
    The same bits for any number of threads, strides and instruction set; plain steps give the bits of NumPy's ``x -= rate * g``.
    A velocity below the smallest normal number becomes 0. Memory traffic: 3 streams plain, 5 with momentum.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.array([10.0, -4.0])
    >>> descent = mm.optim.GradientDescent(0.25)
    >>> descent.step(x, 2 * x)
    >>> x
    array([ 5., -2.])
    """

    _hyperparameters = ("learning_rate", "momentum", "nesterov")
    _arrays_per_parameter = ("velocity",)

    def __init__(self, learning_rate: float, momentum: float = 0.0, nesterov: bool = False) -> None:
        self._momentum = self._number("momentum", momentum, below=1)
        self._nesterov = bool(nesterov)
        if self._nesterov and self._momentum == 0:
            raise ValueError("GradientDescent: nesterov needs momentum > 0, got 0")
        super().__init__(learning_rate)

    @property
    def momentum(self) -> float:
        """How much of the velocity survives a step."""
        return self._momentum

    @property
    def nesterov(self) -> bool:
        """Whether the step looks ahead."""
        return self._nesterov

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Update `parameters` in place.

        Parameters
        ----------
        parameters : ndarray or list of ndarray
            float32 or float64, writeable, any strides. The same shapes and dtypes in every step once there is momentum.
        gradients : ndarray or list of ndarray
            The same number, shapes and dtypes. A gradient may be the very array of its parameter.

        Raises
        ------
        TypeError
            When something is not an array, or its dtype is not float32 or float64 or differs from the parameter's.
        ValueError
            When counts or shapes differ, a parameter is read-only, or arrays share memory. Nothing has been changed then.

        Notes
        -----
        A NaN or infinite gradient makes NaN or infinity of its own parameter and of nothing else.

        Examples
        --------
        >>> import numpy as np
        >>> import mlmath_native as mm
        >>> weights, bias = np.ones((2, 2)), np.zeros(2)
        >>> mm.optim.GradientDescent(0.5).step([weights, bias], [np.ones((2, 2)), np.ones(2)])
        >>> bias
        array([-0.5, -0.5])
        """
        super().step(parameters, gradients)

    def _native_step(self, parameters: Arrays, gradients: Arrays) -> None:
        _mlmath.gradient_descent_step(parameters, gradients, self._state, self._learning_rate, self._momentum, self._nesterov)


class Adam(_Optimizer):
    r"""Adam, and with `weight_decay` AdamW.

    With parameters x, gradient g, rate :math:`\alpha` (`learning_rate`), :math:`\beta_1, \beta_2, \epsilon` and step number t,
    [Kingma2015]_, algorithm 1:

    .. math::
        m \leftarrow \beta_1 m + (1-\beta_1) g,\quad v \leftarrow \beta_2 v + (1-\beta_2) g^2,\quad
        x \leftarrow x - \alpha \frac{m/(1-\beta_1^t)}{\sqrt{v/(1-\beta_2^t)} + \epsilon}

    with m = v = 0 at the start. :math:`\epsilon` stands outside the root and beside the corrected v, as in the paper's
    algorithm and `torch.optim.Adam`; scikit-learn's MLP and TensorFlow add it beside the uncorrected v, which differs in the
    first steps.

    Parameters
    ----------
    learning_rate : float
        :math:`\alpha \ge 0`; may be assigned between steps.
    beta1, beta2 : float
        In [0, 1).
    epsilon : float
        At least 0.
    weight_decay : float
        :math:`\lambda \ge 0`, decoupled [Loshchilov2019]_: before the move, x is multiplied by :math:`1 - \alpha\lambda`, as in
        `torch.optim.AdamW` (the paper does not scale it by the rate). It acts on every parameter given; biases usually go into an
        optimizer of their own.

    Raises
    ------
    ValueError, TypeError
        When a hyper-parameter is out of range or not a number.

    Notes
    -----
    The same bits for any number of threads, strides and instruction set. Coefficients are formed in double and rounded once. A
    first moment below the smallest normal number becomes 0 (with a zero gradient it would otherwise stay denormal for ever). Per
    step the computed move is within :math:`8\epsilon_{machine}` of the exact one for the stored m and v. Memory traffic: 4 reads
    and 3 writes per parameter, 28 bytes in float32.

    Examples
    --------
    The first step moves every parameter by the rate, whatever the size of its gradient:

    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> x = np.array([1.0, 1.0])
    >>> mm.optim.Adam(learning_rate=0.1).step(x, np.array([1e-3, 1e3]))
    >>> bool(np.allclose(x, 0.9, rtol=0, atol=2e-6))
    True
    """

    _hyperparameters = ("learning_rate", "beta1", "beta2", "epsilon", "weight_decay")
    _arrays_per_parameter = ("first_moment", "second_moment")

    def __init__(
        self,
        learning_rate: float = 1e-3,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        self._beta1 = self._number("beta1", beta1, below=1)
        self._beta2 = self._number("beta2", beta2, below=1)
        self._epsilon = self._number("epsilon", epsilon)
        self._weight_decay = self._number("weight_decay", weight_decay)
        super().__init__(learning_rate)

    @property
    def beta1(self) -> float:
        """Decay of the mean of gradients."""
        return self._beta1

    @property
    def beta2(self) -> float:
        """Decay of the mean of squared gradients."""
        return self._beta2

    @property
    def epsilon(self) -> float:
        """What keeps the denominator from zero."""
        return self._epsilon

    @property
    def weight_decay(self) -> float:
        """Decoupled weight decay."""
        return self._weight_decay

    def step(self, parameters: Arrays, gradients: Arrays) -> None:
        """Update `parameters` in place.

        Parameters
        ----------
        parameters : ndarray or list of ndarray
            float32 or float64, writeable, any strides; the same shapes and dtypes in every step.
        gradients : ndarray or list of ndarray
            The same number, shapes and dtypes. A gradient may be the very array of its parameter.

        Raises
        ------
        TypeError
            When something is not an array, or its dtype is not float32 or float64 or differs from the parameter's.
        ValueError
            When counts or shapes differ or change between steps, a parameter is read-only, or arrays share memory. Nothing has
            been changed then.

        Notes
        -----
        A NaN gradient makes NaN of its own parameter and moments, for ever, and of nothing else. In float32 a gradient above 5e20
        in magnitude overflows v (NumPy's overflow warning, as `np.errstate` says) and that parameter stops moving. With `epsilon`
        0 a parameter whose gradients were all zero becomes NaN (0/0).

        Examples
        --------
        >>> import numpy as np
        >>> import mlmath_native as mm
        >>> adam = mm.optim.Adam()
        >>> weights, bias = np.ones((2, 2), np.float32), np.zeros(2, np.float32)
        >>> adam.step([weights, bias], [np.ones((2, 2), np.float32), np.ones(2, np.float32)])
        >>> adam.steps_taken
        1
        """
        super().step(parameters, gradients)

    def _native_step(self, parameters: Arrays, gradients: Arrays) -> None:
        _mlmath.adam_step(
            parameters,
            gradients,
            self._state,
            self._learning_rate,
            self._beta1,
            self._beta2,
            self._epsilon,
            self._weight_decay,
            self._steps + 1,
        )
