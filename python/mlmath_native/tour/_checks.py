# SPDX-License-Identifier: BSD-3-Clause
"""What a step of the tour states: a native result, its peer's, their difference, and the tolerance it is held to."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Literal

EPS = 2.0**-52

Kind = Literal["exact", "rounding", "objective gap", "statistical"]

KINDS: dict[Kind, str] = {
    "exact": "the same numbers, bit for bit",
    "rounding": "a bound on what rounding can do, from norms, sizes and ε = 2⁻⁵²",
    "objective gap": "how far above the minimum an iterative method may stop",
    "statistical": "5 standard deviations of the estimate",
}


@dataclass(frozen=True)
class Check:
    """One row of the report: passes when ``difference <= tolerance`` (so a NaN fails)."""

    name: str
    native: str  # the call, as a user writes it
    peer: str
    native_result: str
    peer_result: str
    difference: float
    tolerance: float
    kind: Kind
    rule: str  # where the tolerance comes from
    native_seconds: float | None = None
    peer_seconds: float | None = None

    @property
    def passed(self) -> bool:
        return self.difference <= self.tolerance

    def as_json(self) -> dict[str, Any]:
        def finite(x: float | None) -> float | str | None:
            return x if x is None or math.isfinite(x) else str(x)

        return {
            "name": self.name,
            "native": {"call": self.native, "result": self.native_result, "seconds": self.native_seconds},
            "peer": {"call": self.peer, "result": self.peer_result, "seconds": self.peer_seconds},
            "difference": finite(self.difference),
            "tolerance": finite(self.tolerance),
            "kind": self.kind,
            "rule": self.rule,
            "passed": self.passed,
        }


@dataclass
class StepResult:
    """What one step has shown."""

    name: str
    title: str
    checks: list[Check] = field(default_factory=list)
    figures: list[str] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    error: str | None = None  # the exception, when the step did not get to its end

    @property
    def passed(self) -> bool:
        return self.error is None and bool(self.checks) and all(check.passed for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        return {
            "step": self.name,
            "title": self.title,
            "passed": self.passed,
            "seconds": round(self.seconds, 3),
            "error": self.error,
            "findings": self.findings,
            "figures": self.figures,
            "checks": [check.as_json() for check in self.checks],
        }
