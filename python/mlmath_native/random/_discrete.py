# SPDX-License-Identifier: BSD-3-Clause
"""Discrete laws: counts: what Generator's native methods say of themselves, and their general cases."""

from __future__ import annotations

from typing import Any

from numpy.typing import ArrayLike, NDArray

from ._general import Cases, law


class Discrete:
    """Bodies are never run: the native methods stand in their place."""

    __slots__ = ()

    def poisson(self, lam: ArrayLike = 1.0, size: Any = None, *, out: NDArray[Any] | None = None) -> Any:
        raise NotImplementedError

    def binomial(self, n: ArrayLike, p: ArrayLike, size: Any = None, *, out: NDArray[Any] | None = None) -> Any:
        raise NotImplementedError

    def geometric(self, p: ArrayLike, size: Any = None, *, out: NDArray[Any] | None = None) -> Any:
        raise NotImplementedError


CASES: Cases = {
    "poisson": law("poisson", {"lam": 1.0}, integer=True),
    "binomial": law("binomial", {"n": None, "p": None}, integer=True),
    "geometric": law("geometric", {"p": None}, integer=True),
}
