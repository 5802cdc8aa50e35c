# SPDX-License-Identifier: BSD-3-Clause
"""Which engine `matmul` takes: the context of a thread, and the report of a call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ContextDecorator, contextmanager
from dataclasses import dataclass
from typing import SupportsIndex, cast

from .. import _mlmath
from .._warnings import warn

__all__ = ["MatmulReport", "matmul_engine"]


@dataclass(frozen=True)
class MatmulReport:
    """How a product was computed: the second result of ``matmul(..., explain=True)``.

    Attributes
    ----------
    engine : str
        What ran: "crt" (integers on the int8 unit), "fma" (the multiply-add units) or "numpy" (NumPy's own function). Of a stack
        "crt" only when every product ran there.
    reason : str
        Why, in a sentence.
    unit : str
        The int8 unit that multiplied, "none" when none did.
    moduli : int
        How many moduli the integers were computed with; 0 without "crt".
    bits : int
        What the lines had to carry at least, as asked for or the grade of the dtype; 0 where the product is not one of float64 or
        float32.
    items, crt_items : int
        How many products of matrices, and how many of them ran on the int8 unit; both 0 with "numpy".
    """

    engine: str
    reason: str
    unit: str
    moduli: int
    bits: int
    items: int
    crt_items: int


_DATA = {
    "not_finite": "an operand holds an infinity or a NaN",
    "out_of_range": "the norm of a row of x1 or of a column of x2 is outside [2^-448, 2^448]",
    "too_deep": "the sums have too many terms for so few moduli",
    "uneven": "a row of x1 or a column of x2 is so uneven that the error bound would be worse than that of the multiply-add units",
    "bits": "no number of moduli carries so many bits",
}


def _sentence(asked: str, ran: str, reason: str, items: int, crt_items: int) -> str:
    if reason == "numpy":
        return "NumPy computed it: engines take float64 and float32 arrays, without NumPy's keywords other than out"
    if reason == "complex":
        return "complex products run on the multiply-add units alone"
    if reason == "asked":
        if asked == "fma":
            return "the multiply-add units were asked for"
        if ran == "fma":
            return "there was nothing to multiply"
        return "it was asked for" if asked == "crt" else "it is faster for these shapes, and its error bound is not worse"
    if reason == "no_unit":
        return _no_unit()
    if reason == "small":
        return "the multiply-add units are faster for these shapes"
    text = _DATA[reason]
    return f"in {items - crt_items} of {items} products, {text}" if items > 1 else text


def _no_unit() -> str:
    unit, missing = _mlmath.int8_unit(), _mlmath.why_no_amx()
    if unit != "none":
        return f"engine 'auto' takes the int8 unit 'amx' alone, and '{unit}' is in use"
    if _mlmath.int8_unit_source() != "detected":
        return f"no int8 unit is in use: 'none' was chosen by {_mlmath.int8_unit_source()}"
    return f"no int8 unit is in use: {missing or f'the instruction set is {_mlmath.isa()}'}"


def report(
    asked: str, ran: str, reason: str, unit: str, moduli: int, bits: int, items: int, crt_items: int, refused: bool
) -> MatmulReport:
    """Called by the extension module, which knows the names alone. `refused`: "crt" was asked for and did not run everywhere."""
    sentence = _sentence(asked, ran, reason, items, crt_items)
    if refused:
        by = "NumPy" if ran == "numpy" else "the multiply-add units"
        warn(f"matmul: engine 'crt' was asked for, but {by} computed the product: {sentence}", RuntimeWarning)
    return MatmulReport(ran, sentence, unit, moduli, bits, items, crt_items)


class _Using(ContextDecorator, AbstractContextManager[None]):
    """What `matmul_engine` returns: typed so, as a context manager and a decorator."""


@contextmanager
def _using(engine: int, bits: int) -> Iterator[None]:
    before = _mlmath._swap_matmul_engine(engine, bits)
    try:
        yield
    finally:
        _mlmath._swap_matmul_engine(*before)


def matmul_engine(engine: str, bits: SupportsIndex | None = None) -> _Using:
    """Compute the products of `matmul` by another engine inside the block, for calls made on this thread only.

    Only calls of `matmul` itself (`linalg.matmul` is the same function) that do not say ``engine=``: neither `dot`, `matvec`,
    ``tensordot`` and the others, nor what the library multiplies inside its own functions. Blocks nest; leaving one, also by an
    exception, brings the engine before it back. Also a decorator. A generator or coroutine must not leave the block on another
    thread than it entered it.

    Parameters
    ----------
    engine : {"auto", "fma", "crt"}
        As in `matmul`; outside of every block it is "fma".
    bits : int, optional
        As in `matmul`, 4 to 59. None: 53 for float64 and 24 for float32, also inside a block with another number.

    Returns
    -------
    context manager

    Raises
    ------
    ValueError
        When `engine` is none of the three, or `bits` is out of range.
    TypeError
        When `bits` is not an integer.

    Examples
    --------
    >>> import numpy as np
    >>> import mlmath_native as mm
    >>> a = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> with mm.system.use_int8_unit("textbook"), mm.matmul_engine("crt", bits=53):
    ...     product, report = mm.matmul(a, a, explain=True)
    >>> product
    array([[ 7., 10.],
           [15., 22.]])
    >>> report.engine, report.moduli
    ('crt', 15)
    """
    return cast(_Using, _using(*_mlmath._parse_matmul_engine(engine, bits)))
