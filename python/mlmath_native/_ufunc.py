# SPDX-License-Identifier: BSD-3-Clause
"""How an elementwise function gets its Python face: name, equation and notes are its own, signature and parameters are a ufunc's.

A module writes only what distinguishes the function::

    @unary(_mlmath.exp, "numpy.exp")
    def exp(x: ArrayLike) -> Any:
        r\"\"\"Exponential :math:`y_i = e^{x_i}`, element by element.

        How it is computed.

        Notes
        -----
        Error bound, special values.

        Examples
        --------
        ...
        \"\"\"
        raise NotImplementedError

The sections Parameters, Returns and Raises are inserted before Notes; the result is the native function.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import cleandoc
from typing import Any, Protocol

from numpy.typing import ArrayLike, DTypeLike, NDArray

from . import _mlmath

__all__ = ["BinaryFunction", "UnaryFunction", "binary", "unary"]

Out = NDArray[Any] | tuple[NDArray[Any] | None] | None


class UnaryFunction(Protocol):
    """A function of one array under a ufunc's signature."""

    __name__: str

    def __call__(
        self,
        x: ArrayLike,
        /,
        out: Out = None,
        *,
        where: ArrayLike = True,
        casting: str = "same_kind",
        order: str = "K",
        dtype: DTypeLike | None = None,
        subok: bool = True,
        signature: Any = None,
    ) -> Any:
        """Apply it."""


class BinaryFunction(Protocol):
    """A function of two arrays, broadcast against each other, under a ufunc's signature."""

    __name__: str

    def __call__(
        self,
        x1: ArrayLike,
        x2: ArrayLike,
        /,
        out: Out = None,
        *,
        where: ArrayLike = True,
        casting: str = "same_kind",
        order: str = "K",
        dtype: DTypeLike | None = None,
        subok: bool = True,
        signature: Any = None,
    ) -> Any:
        """Apply it."""


_OPTIONS = "out=None, *, where=True, casting='same_kind', order='K', dtype=None, subok=True, signature=None"

# The loops of the peer's ufunc: NumPy has float16 ones, SciPy's take the first that fits.
_DTYPES = {
    "numpy": """Native kernel: float32 and float64 of any shape and strides; float16, bool and 8-bit integers by way of float32 (the
    result is float16), integers of 16 bits as float32, longer ones as float64.""",
    "scipy": """Native kernel: float32 and float64 of any shape and strides; float16, bool and integers as float64.""",
    "scipy single": """Native kernel: float32 and float64 of any shape and strides; float16, bool and integers of up to 16 bits as
    float32, longer ones as float64.""",
}

_SECTIONS = """\
Parameters
----------
{operands} : array_like
    {what}{dtypes}
    Other dtypes, and objects with rules of their own (subclasses of ndarray, ``__array_ufunc__``), give {whose} result: that of
    `{peer}`.
out : ndarray or tuple of one ndarray, optional
    Receives the result; of the broadcast shape. May be an operand, or overlap one.
where : array_like of bool, optional
    Only elements where it is true are computed, and only they can raise a warning; the others keep what `out` holds.
casting, order, dtype, subok, signature
    As every ufunc's: `dtype` chooses what is computed in, `order` the layout of a new result.

Returns
-------
scalar or ndarray
    As `{peer}`: a scalar for scalars; `out` when given.

Raises
------
TypeError
    When an operand has no such function in {peer_package}, or cannot be cast as `casting` demands.
ValueError
    When shapes cannot be broadcast, or `out` is read-only or of another shape."""


def unary(native: Any, peer: str, dtypes: str | None = None) -> Callable[[Callable[[ArrayLike], Any]], UnaryFunction]:
    """Decorate the declaration of a function of one array; `peer` is the ufunc it stands in for, "numpy.exp".

    `dtypes` says which rule of dtypes holds where the peer's package does not: "scipy single".
    """

    def attach(declaration: Callable[[ArrayLike], Any]) -> UnaryFunction:
        _attach(native, declaration, "x", "", peer, dtypes)
        return native  # type: ignore[no-any-return]

    return attach


def binary(native: Any, peer: str, dtypes: str | None = None) -> Callable[[Callable[[ArrayLike, ArrayLike], Any]], BinaryFunction]:
    """Decorate the declaration of a function of two arrays; otherwise as `unary`."""

    def attach(declaration: Callable[[ArrayLike, ArrayLike], Any]) -> BinaryFunction:
        _attach(native, declaration, "x1, x2", "Broadcast against each other. ", peer, dtypes)
        return native  # type: ignore[no-any-return]

    return attach


def _attach(native: Any, declaration: Any, operands: str, what: str, peer: str, dtypes: str | None) -> None:
    package = peer.partition(".")[0]
    whose = {"numpy": "NumPy's", "scipy": "SciPy's"}[package]
    sections = _SECTIONS.format(
        operands=operands,
        what=what,
        dtypes=_DTYPES[dtypes or package],
        peer=peer,
        whose=whose,
        peer_package=whose.removesuffix("'s"),
    )
    own, notes, rest = cleandoc(declaration.__doc__).partition("Notes\n-----\n")
    assert notes, f"{declaration.__name__}: the docstring must have Notes"
    signature = f"($module, {operands}, /, {_OPTIONS})"
    _mlmath._set_doc(native, f"{declaration.__name__}{signature}\n--\n\n{own}{sections}\n\n{notes}{rest}\n")
