# SPDX-License-Identifier: BSD-3-Clause
"""The ladders: a kernel from its textbook definition to the production version, every step callable, checked and raced here.

``ladder("dot")`` lists the rungs; ``ladder("dot")["lanes"](a, b)`` calls one with the production signature;
``ladder("dot").race(n=1000)`` holds every rung against a higher-precision oracle and then times them;
``ladder("dot").source("lanes")`` is the C++ text of exactly that rung.

``jacobi_eigh(a, trace=True)`` and ``tridiagonal_ql(d, e, trace=True)`` are two of the iterations with their histories.
"""

from __future__ import annotations

from ._iterations import JacobiResult, QLResult, jacobi_eigh, tridiagonal_ql
from ._ladder import Ladder, Rung, ladder, ladders
from ._race import Race, RaceRow, WrongRung

__all__ = [
    "JacobiResult",
    "Ladder",
    "QLResult",
    "Race",
    "RaceRow",
    "Rung",
    "WrongRung",
    "jacobi_eigh",
    "ladder",
    "ladders",
    "tridiagonal_ql",
]
