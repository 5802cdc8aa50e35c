# SPDX-License-Identifier: BSD-3-Clause
"""Hyper-parameters of an optimizer, checked, and the groups of parameters that share them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

import numpy as np

__all__ = ["ParamGroup", "checked", "checked_number"]

EPS_MODES = ("corrected", "uncorrected")
_BELOW_ONE = ("momentum", "alpha", "rho")
_FLAGS = ("maximize", "nesterov", "centered", "amsgrad", "decoupled_weight_decay")


def checked_number(where: str, name: str, value: Any, below: float = math.inf) -> float:
    """`value` as a float in [0, below), or an error that names it. True is no number here, nor has 1 + 0j a place on the line."""
    # float(numpy.complex128(z)) drops the imaginary part with a warning alone; float("1") and float(True) are 1.
    kind = getattr(getattr(value, "dtype", None), "kind", "f")
    number = math.nan
    if not isinstance(value, (bool, str, bytes)) and kind in "fiuO":
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        except (TypeError, ValueError):
            pass
    if number != number and not isinstance(value, (float, np.floating)):
        raise TypeError(f"{where}: {name} must be a number, got {value!r}")
    if not 0 <= number < below:
        interval = "finite and at least 0" if below == math.inf else f"in [0, {below:g})"
        raise ValueError(f"{where}: {name} must be {interval}, got {value!r}")
    return number


def checked(where: str, name: str, value: Any) -> Any:
    """A hyper-parameter in its canonical form, or an error that names it."""
    if name == "lr" and callable(value):
        return value
    if name == "betas":
        try:
            first, second = value
        except (TypeError, ValueError):
            raise TypeError(f"{where}: betas must be a pair of numbers, got {value!r}") from None
        return checked_number(where, "betas[0]", first, 1), checked_number(where, "betas[1]", second, 1)
    if name == "eps_mode":
        if value not in EPS_MODES:
            raise ValueError(f"{where}: eps_mode must be 'corrected' or 'uncorrected', got {value!r}")
        return value
    if name in _FLAGS:
        if not isinstance(value, (bool, np.bool_)):
            raise TypeError(f"{where}: {name} must be True or False, got {value!r}")
        return bool(value)
    if name == "dampening":
        if (number := checked_number(where, name, value)) > 1:
            raise ValueError(f"{where}: {name} must be in [0, 1], got {value!r}")
        return number
    return checked_number(where, name, value, 1 if name in _BELOW_ONE else math.inf)


class ParamGroup(MutableMapping[str, Any]):
    """Parameters that share their hyper-parameters: ``group["lr"] = 0.1`` acts from the next step on."""

    def __init__(self, index: int, params: list[Any], hyper: dict[str, Any], change: Callable[[int, dict[str, Any]], None]) -> None:
        self._index, self._params, self._hyper = index, params, hyper
        self._change = change  # of the optimizer: checks what is assigned, and makes the native rule know it

    def __getitem__(self, key: str) -> Any:
        return self._params if key == "params" else self._hyper[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._change(self._index, {key: value})

    def __delitem__(self, key: str) -> None:
        raise TypeError(f"{key!r} cannot be deleted from a group")

    def __iter__(self) -> Iterator[str]:
        return iter(("params", *self._hyper))

    def __len__(self) -> int:
        return 1 + len(self._hyper)

    def __repr__(self) -> str:
        words = ", ".join(f"{name}={value!r}" for name, value in self._hyper.items())
        return f"ParamGroup({len(self._params)} arrays, {words})"
