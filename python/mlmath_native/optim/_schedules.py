# SPDX-License-Identifier: BSD-3-Clause
"""Learning rates that change with the step: any callable of the number of steps taken is one; these are the usual ones."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

from ._groups import checked_number

__all__ = ["CosineDecay", "ExponentialDecay", "OneCycle", "Schedule", "StepDecay", "WarmUp"]


def _require_numbers(schedule: object, least: float = 0.0, **numbers: object) -> None:
    """Each finite and at least `least`, or an error that names it."""
    name = type(schedule).__name__
    for argument, value in numbers.items():
        if checked_number(name, argument, value) < least:
            raise ValueError(f"{name}: {argument} must be finite and at least {least:g}, got {value!r}")


def _require_count(schedule: object, argument: str, value: object, least: int) -> None:
    name = type(schedule).__name__
    number = checked_number(name, argument, value)
    if number < least or number != int(number):
        raise ValueError(f"{name}: {argument} must be an integer of at least {least}, got {value!r}")


class Schedule(ABC):
    """A learning rate as a function of the number of steps taken before, given to an optimizer as ``lr=``."""

    @abstractmethod
    def __call__(self, step: int) -> float:
        """The rate of the step that follows `step` earlier ones."""


@dataclass(frozen=True)
class StepDecay(Schedule):
    r"""A staircase: :math:`\eta_t = \eta\,\gamma^{\lfloor t/s \rfloor}`, as `torch.optim.lr_scheduler.StepLR` per epoch.

    Parameters
    ----------
    lr : float
        :math:`\eta`, at least 0.
    step_size : int
        s, at least 1: how many steps a stair lasts.
    gamma : float
        :math:`\gamma \ge 0`.

    Raises
    ------
    TypeError, ValueError
        When an argument is no number, or out of range.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> rate = mm.optim.StepDecay(1.0, step_size=10, gamma=0.5)
    >>> rate(0), rate(9), rate(10), rate(25)
    (1.0, 1.0, 0.5, 0.25)
    """

    lr: float
    step_size: int
    gamma: float = 0.1

    def __post_init__(self) -> None:
        _require_numbers(self, lr=self.lr, gamma=self.gamma)
        _require_count(self, "step_size", self.step_size, 1)

    def __call__(self, step: int) -> float:
        """The rate after `step` steps."""
        return float(self.lr * _power(self.gamma, step // self.step_size))


@dataclass(frozen=True)
class ExponentialDecay(Schedule):
    r"""A constant factor per step: :math:`\eta_t = \eta\,\gamma^t`, as `torch.optim.lr_scheduler.ExponentialLR` does per epoch.

    Parameters
    ----------
    lr : float
        :math:`\eta`, at least 0.
    gamma : float
        :math:`\gamma \ge 0`.

    Raises
    ------
    TypeError, ValueError
        When an argument is no number, or out of range.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.optim.ExponentialDecay(1.0, gamma=0.5)(3)
    0.125
    """

    lr: float
    gamma: float

    def __post_init__(self) -> None:
        _require_numbers(self, lr=self.lr, gamma=self.gamma)

    def __call__(self, step: int) -> float:
        """The rate after `step` steps."""
        return float(self.lr * _power(self.gamma, step))


@dataclass(frozen=True)
class CosineDecay(Schedule):
    r"""Half a cosine, then constant: :math:`\eta_t = \eta_1 + (\eta - \eta_1)(1 + \cos(\pi \min(t, T)/T))/2` [Loshchilov2017]_.

    Without the paper's restarts; `torch.optim.lr_scheduler.CosineAnnealingLR` turns and rises again after T.

    Parameters
    ----------
    lr : float
        :math:`\eta`, at least 0.
    steps : int
        T, at least 1.
    final : float
        :math:`\eta_1`, at least 0.

    Raises
    ------
    TypeError, ValueError
        When an argument is no number, or out of range.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> rate = mm.optim.CosineDecay(1.0, steps=100)
    >>> rate(0), round(rate(50), 12), rate(100), rate(1000)
    (1.0, 0.5, 0.0, 0.0)
    """

    lr: float
    steps: int
    final: float = 0.0

    def __post_init__(self) -> None:
        _require_numbers(self, lr=self.lr, final=self.final)
        _require_count(self, "steps", self.steps, 1)

    def __call__(self, step: int) -> float:
        """The rate after `step` steps."""
        return float(_between(self.lr, self.final, min(step, self.steps) / self.steps))


@dataclass(frozen=True)
class WarmUp(Schedule):
    r"""A straight line up to the rate of another schedule, which then starts from its beginning.

    For t < W: :math:`\eta_t = \eta_0 (s + (1 - s)(t + 1)/W)` with :math:`\eta_0` the other's first rate; then the other's rate at
    step t - W. The first step moves even with s = 0; `torch.optim.lr_scheduler.LinearLR` has t/W instead, whose first rate is
    then 0 (PyTorch forbids it).

    Parameters
    ----------
    then : Schedule, callable or float
        What follows the warm-up.
    steps : int
        W, at least 1.
    start : float
        s, the share of the rate to start from, in [0, 1].

    Raises
    ------
    TypeError, ValueError
        When an argument is no number, or out of range.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> rate = mm.optim.WarmUp(1.0, steps=4)
    >>> [rate(t) for t in range(6)]
    [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    """

    then: object
    steps: int
    start: float = 0.0

    def __post_init__(self) -> None:
        if not callable(self.then):
            checked_number("WarmUp", "then, where it is no schedule,", self.then)
        _require_count(self, "steps", self.steps, 1)
        if checked_number("WarmUp", "start", self.start) > 1:
            raise ValueError(f"WarmUp: start must be in [0, 1], got {self.start!r}")

    def __call__(self, step: int) -> float:
        """The rate after `step` steps."""

        def following(t: int) -> float:
            return float(self.then(t) if callable(self.then) else self.then)  # type: ignore[arg-type]

        if step >= self.steps:
            return following(step - self.steps)
        return following(0) * (self.start + (1 - self.start) * (step + 1) / self.steps)


@dataclass(frozen=True)
class OneCycle(Schedule):
    r"""Up to `max_lr` along half a cosine, then down to nearly nothing along another [Smith2019]_.

    With T steps (`total_steps`), :math:`\eta` (`max_lr`), p (`pct_start`), d (`div_factor`), D (`final_div_factor`), the top at
    step a = p T - 1, and :math:`c(a, b, q) = b + (a - b)(1 + \cos \pi q)/2`:

    .. math::
        \eta_t = c(\eta/d, \eta, t/a) \text{ for } t \le a,\quad
        \eta_t = c(\eta, \eta/(d D), (t - a)/(T - 1 - a)) \text{ up to } t = T - 1

    These are the rates of `torch.optim.lr_scheduler.OneCycleLR` with its defaults (it also cycles the momentum; this does not).
    The paper's lines are straight.

    Parameters
    ----------
    max_lr : float
        The largest rate, at least 0.
    total_steps : int
        At least 2; afterwards the last rate stays.
    pct_start : float
        Share of the steps that rise, in (0, 1).
    div_factor, final_div_factor : float
        At least 1.

    Raises
    ------
    TypeError, ValueError
        When an argument is no number, or out of range.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> rate = mm.optim.OneCycle(1.0, total_steps=100)
    >>> rate(0), rate(29), rate(99)
    (0.04, 1.0, 4e-06)
    """

    max_lr: float
    total_steps: int
    pct_start: float = 0.3
    div_factor: float = 25.0
    final_div_factor: float = 1e4

    def __post_init__(self) -> None:
        _require_numbers(self, max_lr=self.max_lr)
        _require_numbers(self, least=1, div_factor=self.div_factor, final_div_factor=self.final_div_factor)
        _require_count(self, "total_steps", self.total_steps, 2)
        if not 0 < checked_number("OneCycle", "pct_start", self.pct_start) < 1:
            raise ValueError(f"OneCycle: pct_start must be in (0, 1), got {self.pct_start!r}")

    def __call__(self, step: int) -> float:
        """The rate after `step` steps."""
        initial = self.max_lr / self.div_factor
        top, last = self.pct_start * self.total_steps - 1, self.total_steps - 1
        if step <= top:
            return _between(initial, self.max_lr, step / top if top > 0 else 1.0)
        return _between(self.max_lr, initial / self.final_div_factor, (min(step, last) - top) / (last - top))


def _power(base: float, exponent: int) -> float:
    """Infinity where Python's power raises OverflowError: the optimizer then refuses the rate by name."""
    try:
        return float(base**exponent)
    except OverflowError:
        return math.inf


def _between(first: float, last: float, share: float) -> float:
    """From `first` to `last` along half a cosine."""
    if share <= 0 or share >= 1:  # the ends exactly
        return float(last if share >= 1 else first)
    return float(last + (first - last) * (1 + math.cos(math.pi * share)) / 2)
