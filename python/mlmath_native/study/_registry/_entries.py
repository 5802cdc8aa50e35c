# SPDX-License-Identifier: BSD-3-Clause
"""What is written down of a ladder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .._kernels import Kernel


@dataclass(frozen=True)
class RungData:
    """One rung as written in the registry.

    ``function`` is an attribute path below the package: ``_mlmath.rungs.<kernel>_<rung>``, or the public function for the last
    rung. ``source`` lists (file below ``cpp/``, name of the function in it). ``roundings(n)`` is the longest chain of roundings an
    addend of the kernel's sums passes through: the rung must be within ``roundings(n) * eps * scale`` of the exact result, where
    ``scale`` is the sum of the absolute values of the addends [Higham2002]_, sec. 3.1 and 4.2; a factorization's residuals in the
    norm, within ``roundings(n) * eps`` of the matrix that they belong to. ``condition_power`` is for a rung that promises less: its
    Q is orthogonal within ``roundings(n) * eps * condition**condition_power``. ``unit``: the int8 unit without which it cannot run.
    """

    name: str
    idea: str
    function: str
    source: tuple[tuple[str, str], ...]
    roundings: Callable[[int], float]
    condition_power: int = 0
    unit: str = ""


@dataclass(frozen=True)
class LadderData:
    """One ladder as written in the registry: the kernel's problem and its rungs, from textbook to production.

    ``beside``: other ways to the same result, raced with the rungs as the mark to beat.
    """

    kernel: Kernel
    rungs: tuple[RungData, ...]
    beside: tuple[RungData, ...] = ()
