# SPDX-License-Identifier: BSD-3-Clause
"""The general cases of Generator's native methods: foreign bit generators, array parameters, other spellings of size and dtype,
errors.

The native methods call these when the arguments are not plain. Each either puts the arguments into a plain form and calls the
native method again, or raises what NumPy raises.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .. import _mlmath

_Base = np.random.Generator


def _real_type(dtype: Any, method: str) -> np.dtype[Any]:
    real: np.dtype[Any] = np.dtype(dtype)
    if real not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise TypeError(f"Unsupported dtype {real!r} for {method}")
    return real


def _shape(size: Any) -> tuple[int, ...]:
    """The shape NumPy makes of `size`; its errors."""
    plain = not isinstance(size, (bool, np.bool_, set, frozenset, dict))
    try:
        shape: tuple[int, ...] = (int(operator.index(size)),) if plain else (-1,)
    except TypeError:
        try:
            extents = tuple(size)
            shape = tuple(-1 if isinstance(extent, (bool, np.bool_)) else int(operator.index(extent)) for extent in extents)
        except TypeError:
            np.empty(size, np.int8)  # raises, in NumPy's words
            raise
    if len(shape) > 64 or any(not 0 <= extent <= sys.maxsize for extent in shape):
        np.empty(size, np.int8)  # the same
        raise TypeError(f"size must be an integer or a tuple of integers, got {size!r}")
    return shape


def _check_out(out: Any, dtype: np.dtype[Any], size: Any) -> None:
    if not isinstance(out, np.ndarray) or not (out.flags.forc and out.flags.behaved and out.dtype.isnative):
        raise ValueError("Supplied output array must be contiguous, writable, aligned, and in machine byte-order.")
    if out.dtype != dtype:
        raise TypeError(f"Supplied output array has the wrong type. Expected {dtype}, got {out.dtype}")
    if size is not None:
        try:
            shape = tuple(size)
        except TypeError:
            shape = (size,)
        if shape != out.shape:
            raise ValueError("size must match out.shape when used together")


def output_shape(size: Any, parameters: tuple[int, ...], ask: Callable[[], Any] | None = None) -> tuple[int, ...]:
    """The shape of a draw of `size` with parameters broadcast to this shape.

    When they do not fit, `ask` is called to raise what NumPy's method raises for them.
    """
    if size is None:
        return parameters
    try:
        shape = _shape(size)
        together = np.broadcast_shapes(shape, parameters) if parameters else shape
        if together != shape:
            raise ValueError(f"Output size {shape} is not compatible with broadcast dimensions of inputs {together}.")
    except (ValueError, TypeError):
        if ask is not None:
            ask()
        raise
    return shape


Case = Callable[..., Any]
Cases = dict[str, Case]

# Draws nothing: NumPy's own methods, asked for no numbers, check parameters and word the errors.
_checker = np.random.Generator(np.random.PCG64(0))


def _checked(name: str, values: Sequence[Any], size: Any = None) -> tuple[int, ...]:
    """The shape of parameters that NumPy accepts for its method `name`; NumPy's errors."""
    try:
        shape = np.broadcast_shapes(*(np.shape(value) for value in values))
    except ValueError:
        getattr(_checker, name)(*values, size=size)
        raise
    if values:
        getattr(_checker, name)(*values, size=(0, *shape))
    return shape


def law(name: str, parameters: Mapping[str, float | None] | None = None, *, standard: bool = False, integer: bool = False) -> Case:
    """The general case of the native method `name`: ``name(*parameters, size=None, dtype=float64, out=None)``.

    `parameters` maps the parameters' names to their defaults, None where there is none. Integer laws have no dtype; `standard` ones
    take dtype and out by position in NumPy too.
    """
    parameters = parameters or {}
    order = (*parameters, "size", *(() if integer else ("dtype",)), "out")

    def case(self: Any, *args: Any, **keywords: Any) -> Any:
        given = dict(zip(order, args)) | keywords
        values = [given.get(parameter, default) for parameter, default in parameters.items()]
        size, out, dtype = given.get("size"), given.get("out"), given.get("dtype", np.float64)
        if self._native is None:
            return _foreign(self, name, values, size, dtype, out, standard=standard, integer=integer)
        kind = np.dtype(np.int64) if integer else _real_type(dtype, name)
        if out is not None:
            _check_out(out, kind, size)
        shape = _checked(name, values, size)
        if out is not None:
            size = output_shape(out.shape, shape)
        elif size is not None or shape:
            size = output_shape(size, shape, lambda: getattr(_checker, name)(*values, size=size))
        keyword = {} if integer else {"dtype": kind.type}
        arrays = [np.asarray(value, np.float64) for value in values]
        if all(array.size == 1 for array in arrays):  # one law for all elements
            numbers = [float(array.reshape(())) for array in arrays]
            return getattr(self, name)(*numbers, size=None if out is not None else size, out=out, **keyword)
        result = np.empty(shape if size is None else size, kind) if out is None else out
        draw_each(self, name, arrays, result)
        return result

    case.__name__ = name
    return case


def draw_each(self: Any, name: str, arrays: Sequence[np.ndarray[Any, Any]], out: np.ndarray[Any, Any]) -> None:
    """Fills `out`, in its memory order, with the law `name`; `arrays` (float64) are parameters broadcast to its shape."""
    broadcast = [array if array.shape == out.shape else np.broadcast_to(array, out.shape) for array in arrays]
    if not out.flags.c_contiguous:  # Fortran's order: the reversed axes are C's
        broadcast, out = [array.T for array in broadcast], out.T
    fit = tuple(array if _readable(array, out) else array.copy() for array in broadcast)
    _mlmath.draw_arrays(self._native, name, fit, out)


def _readable(parameter: np.ndarray[Any, Any], out: np.ndarray[Any, Any]) -> bool:
    """Whether a kernel that writes `out` may read the parameter where it is: aligned, and not written before it is read."""
    whole = parameter.flags.aligned and not any(stride % 8 for stride in parameter.strides)
    return whole and not np.may_share_memory(parameter, out)


def _foreign(self: Any, name: str, values: list[Any], size: Any, dtype: Any, out: Any, *, standard: bool, integer: bool) -> Any:
    """NumPy's own method over a foreign bit generator; `out` and `dtype`, where NumPy lacks them, by conversion."""
    method = getattr(_Base, name)
    if standard:
        if out is not None and not isinstance(out, np.ndarray):
            _check_out(out, np.dtype(np.float64), size)  # NumPy reads other objects as if they were arrays
        return method(self, *values, size, dtype, out)
    if out is None:
        drawn = method(self, *values, size)
        return drawn if integer or np.dtype(dtype) == np.float64 else np.asarray(drawn, _real_type(dtype, name))[()]
    _check_out(out, np.dtype(np.int64) if integer else _real_type(dtype, name), size)
    out[...] = method(self, *values, out.shape)
    return out
