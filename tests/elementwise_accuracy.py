# SPDX-License-Identifier: BSD-3-Clause
"""What is known of an elementwise function, and its errors in ulp against mpmath: for the tests and for the tables in the READMEs.

``python tests/elementwise_accuracy.py exp`` measures the functions of test_elementwise_exp.py and writes their table into
cpp/kernels/elementwise/exp/README.md, between ``<!-- accuracy:begin -->`` and ``<!-- accuracy:end -->``; a number after the name is
that of samples per stratum.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import mpmath
import numpy as np

import mlmath_native as mm

mpmath.mp.prec = 160

# Named samples: one array, or a tuple of arrays for a function of two.
Strata = Callable[[type, int, np.random.Generator], Iterator[tuple[str, Any]]]


@dataclass(frozen=True)
class Function:
    """One function of one or two elements, as the tests need to know it."""

    name: str
    exact: Callable[..., Any]  # of mpmath numbers
    peer: Callable[..., Any]  # NumPy's or SciPy's function
    strata: Strata
    ulp: float  # the contract's bound, on every level
    baseline_ulp: float | None = None  # the bound without FMA, where it is another
    special: Sequence[tuple[Any, Any, str | None]] = ()  # operand(s), result (None: exact), flag; see elementwise_checks
    operands: int = 1
    stratum_ulp: Mapping[str, float] = field(default_factory=dict)  # where the contract has another bound
    flagged: Sequence[str] = ()  # strata whose exact results call for a flag
    ordinary: float = 1.0  # raises no flag
    integer: int = 1  # raises no flag
    peer_ulp: float = 4  # how far ours and the peer's may be apart at ordinary operands

    @property
    def native(self) -> Callable[..., Any]:
        """The function itself."""
        return getattr(mm.special, self.name)  # type: ignore[no-any-return]

    def bound(self, stratum: str) -> float:
        """Largest error the contract allows on the active level."""
        usual = self.baseline_ulp if self.baseline_ulp is not None and mm.system.isa() == "baseline" else self.ulp
        return self.stratum_ulp.get(stratum, usual)

    def samples(self, dtype: type, n: int, rng: np.random.Generator) -> Iterator[tuple[str, tuple[np.ndarray, ...]]]:
        """The strata, each as a tuple of operands."""
        for stratum, x in self.strata(dtype, n, rng):
            yield stratum, x if isinstance(x, tuple) else (x,)

    def truth(self, x: tuple[np.ndarray, ...]) -> list[Any]:
        """The exact values."""
        return [self.exact(*map(mpmath.mpf, values)) for values in zip(*(a.tolist() for a in x))]


def ulp_errors(values: np.ndarray, exact: list[Any]) -> np.ndarray:
    """|value - exact| in units of the last place of exact, subnormal ones included."""
    info = np.finfo(values.dtype)
    errors = np.empty(values.size)
    for i, (value, truth) in enumerate(zip(values.tolist(), exact)):
        exponent = info.minexp if truth == 0 else max(mpmath.frexp(truth)[1] - 1, int(info.minexp))
        errors[i] = float(abs(mpmath.mpf(value) - truth) / mpmath.ldexp(1, int(exponent) - int(info.nmant)))
    return errors


def powers_of_two(low: float, high: float, n: int, rng: np.random.Generator, signed: bool = False) -> np.ndarray:
    """Float64 magnitudes spread evenly over the exponents low .. high."""
    x = np.exp2(rng.uniform(low, high, n))
    return x * rng.choice([-1.0, 1.0], n) if signed else x


def table(functions: Sequence[Function], n: int) -> str:
    """Largest error per function, dtype, stratum and level, as a Markdown table."""
    levels = mm.system.available_isas()
    head = "| function | dtype | operands | " + " | ".join(levels) + " | worst at |"
    lines = [head, "|---|---|---|" + "---|" * (len(levels) + 1)]
    for function in functions:
        for dtype in (np.float64, np.float32):
            for stratum, x in function.samples(dtype, n, np.random.default_rng(1)):
                exact = function.truth(x)
                cells, worst, where = [], -1.0, ""
                for level in levels:
                    with mm.system.use_isa(level), np.errstate(all="ignore"):
                        errors = ulp_errors(function.native(*x), exact)
                    cells.append(f"{errors.max():.3f}")
                    if errors.max() > worst:
                        worst, where = float(errors.max()), ", ".join(float(a[errors.argmax()]).hex() for a in x)
                where = re.sub(r"0+p", "p", where)
                lines.append(f"| {function.name} | {np.dtype(dtype).name} | {stratum} | " + " | ".join(cells) + f" | {where} |")
    return "\n".join(lines)


def write_table(family: str, n: int) -> None:
    """Measure, and replace the table of the family's README."""
    functions = importlib.import_module(f"test_elementwise_{family}").FUNCTIONS
    readme = Path(__file__).parent.parent / "cpp" / "kernels" / "elementwise" / family / "README.md"
    begin, end = "<!-- accuracy:begin -->\n", "<!-- accuracy:end -->"
    head, found, rest = readme.read_text(encoding="utf-8").partition(begin)
    _, closed, tail = rest.partition(end)
    if not (found and closed):
        raise SystemExit(f"{readme} has no lines {begin!r} and {end!r}")
    readme.write_text(f"{head}{begin}\n{table(functions, n)}\n\n{end}{tail}", encoding="utf-8")


if __name__ == "__main__":
    write_table(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 5_000)
