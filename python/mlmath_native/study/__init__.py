# SPDX-License-Identifier: BSD-3-Clause
"""The ladders: a kernel from its textbook definition to the production version, every step callable, checked and raced here.

``ladder("dot")`` lists the rungs; ``ladder("dot")["lanes"](a, b)`` calls one with the production signature;
``ladder("dot").race(n=1000)`` holds every rung against a higher-precision oracle and then times them;
``ladder("dot").source("lanes")`` is the C++ text of exactly that rung.
"""

from __future__ import annotations

from ._ladder import Ladder, Rung, ladder, ladders
from ._race import Race, RaceRow, WrongRung

__all__ = ["Ladder", "Race", "RaceRow", "Rung", "WrongRung", "ladder", "ladders"]
