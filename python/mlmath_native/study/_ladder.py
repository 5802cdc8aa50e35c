# SPDX-License-Identifier: BSD-3-Clause
"""Ladder and Rung: the registry's entries as objects."""

from __future__ import annotations

import html
import importlib
from collections.abc import Callable, Iterator, Mapping
from difflib import unified_diff
from typing import Any

from numpy.typing import DTypeLike

from .. import _mlmath, system
from . import _race, _source
from ._registry import LADDERS, LadderData, RungData


class Rung:
    """One version of a kernel: call it as the production function is called.

    Attributes
    ----------
    name : str
        Its name within the ladder.
    idea : str
        What it does that the rung before does not.
    function : callable
        The native function itself.
    condition_power : int
        0; of a rung whose Q is only orthogonal as far as the condition allows, by which power of it the error may be larger.
    """

    def __init__(self, data: RungData, kernel: str) -> None:
        module, _, attribute = data.function.rpartition(".")
        peer = module == "numpy"
        holder: Any = importlib.import_module(module if peer else __name__.split(".")[0])
        for part in () if peer else module.split("."):
            holder = getattr(holder, part)
        self.name = data.name
        self.idea = data.idea
        self.kernel = kernel
        self.function: Callable[..., Any] = getattr(holder, attribute)
        self.condition_power = data.condition_power
        self._data = data

    @property
    def missing(self) -> str:
        """Why this machine cannot run it; empty when it can."""
        if not self._data.unit or self._data.unit in system.int8_units():
            return ""
        reason = _mlmath.why_no_amx() if self._data.unit == "amx" else None
        return f"needs the int8 unit {self._data.unit}" + (f": {reason}" if reason else "")

    def __call__(self, *args: Any, **keywords: Any) -> Any:
        return self.function(*args, **keywords)

    @property
    def source(self) -> str:
        """The C++ text of this rung."""
        parts = (f"// {file}\n{_source.function_text(file, symbol)}\n" for file, symbol in self._data.source)
        return _source.Source("\n".join(parts))

    def roundings(self, n: int) -> float:
        """Longest chain of roundings an addend meets in a sum of `n`; times eps times the scale or norm it bounds the error."""
        return self._data.roundings(n)

    def __repr__(self) -> str:
        return f"<rung {self.kernel}.{self.name}: {self.idea}>"


class Ladder(Mapping[str, Rung]):
    """The versions of one kernel in order, from the textbook to production: a read-only mapping from name to `Rung`.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> ladder = mm.study.ladder("dot")
    >>> list(ladder)
    ['textbook', 'lanes', 'simd', 'threaded']
    >>> float(ladder["lanes"](np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    11.0
    """

    def __init__(self, data: LadderData) -> None:
        self.kernel = data.kernel
        self._rungs = {rung.name: Rung(rung, data.kernel.name) for rung in data.rungs}
        self._beside = [Rung(mark, data.kernel.name) for mark in data.beside]

    @property
    def name(self) -> str:
        """Name of the kernel."""
        return self.kernel.name

    def __getitem__(self, rung: str) -> Rung:
        try:
            return self._rungs[rung]
        except KeyError:
            raise KeyError(f"ladder {self.name!r} has no rung {rung!r}; it has {', '.join(self._rungs)}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._rungs)

    def __len__(self) -> int:
        return len(self._rungs)

    def source(self, rung: str) -> str:
        """Return the C++ source of one rung, shown as text at an interactive prompt.

        Parameters
        ----------
        rung : str
            Its name.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> "sum +=" in mm.study.ladder("dot").source("textbook")
        True
        """
        return self[rung].source

    def diff(self, before: str, after: str) -> str:
        """Return the unified difference between the sources of two rungs."""
        lines = unified_diff(self.source(before).splitlines(), self.source(after).splitlines(), before, after, lineterm="", n=1000)
        return _source.Source("\n".join(lines))

    def race(
        self,
        n: int | None = None,
        dtype: DTypeLike = "float64",
        threads: int | None = None,
        *,
        seconds: float = 0.2,
        show: bool = True,
    ) -> _race.Race:
        """Check every rung against a higher-precision oracle, then time all of them and print the table.

        Parameters
        ----------
        n : int, optional
            Size of the problem: the length of vectors, the order of square matrices. Default: the ladder's own.
        dtype : dtype, default float64
            float64 or float32.
        threads : int, optional
            How many threads the rungs that use threads may take, and of how many the machine's limit is. Default: all.
        seconds : float, default 0.2
            How long each rung is timed, in three blocks in turn with the others; a rung that takes longer runs three times.
        show : bool, default True
            Print the table (with rich, if that is installed).

        Returns
        -------
        Race
            The rows of the table: best and median time, GFLOP/s or GB/s, share of this machine's measured limit, speed-up over the
            rung before, error and permitted error in ulp. ``str(race)`` is the table as text. Rungs for which this machine lacks a
            unit are left out, ``race.skipped`` says why; ``race.beside`` are the rows of what stands beside the ladder.

        Raises
        ------
        WrongRung
            When a rung is outside its error bound on any of the sizes; nothing is timed then.

        Examples
        --------
        >>> import mlmath_native as mm
        >>> race = mm.study.ladder("dot").race(n=1000, seconds=0.001, show=False)
        >>> [row.rung for row in race]
        ['textbook', 'lanes', 'simd', 'threaded']
        """
        race = _race.run(self.kernel, list(self._rungs.values()), n, dtype, threads, seconds, self._beside)
        if show:
            race.show()
        return race

    def __repr__(self) -> str:
        width = max(map(len, self._rungs))
        lines = [f"ladder {self.name}: {self.kernel.formula}"]
        lines += [f"  {number}  {rung.name:<{width}}  {rung.idea}" for number, rung in enumerate(self._rungs.values(), 1)]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(f"<li><b>{html.escape(r.name)}</b>: {html.escape(r.idea)}</li>" for r in self._rungs.values())
        return f"<p>ladder <b>{html.escape(self.name)}</b>: <code>{html.escape(self.kernel.formula)}</code></p><ol>{rows}</ol>"


def ladder(name: str) -> Ladder:
    """Return the ladder of a kernel.

    Parameters
    ----------
    name : str
        One of `ladders()`.

    Raises
    ------
    ValueError
        When there is no ladder of that name.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.study.ladder("dot").name
    'dot'
    """
    if name not in LADDERS:
        raise ValueError(f"ladder: name must be one of {', '.join(LADDERS)}; got {name!r}")
    return Ladder(LADDERS[name])


def ladders() -> list[str]:
    """Return the names of all ladders.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> "dot" in mm.study.ladders()
    True
    """
    return list(LADDERS)
