# SPDX-License-Identifier: BSD-3-Clause
"""The general cases of Generator's native methods: foreign bit generators, array parameters, other spellings of size and dtype,
errors.

The native methods call these when the arguments are not plain. Each either puts the arguments into a plain form and calls the
native method again, or raises what NumPy raises.
"""

from __future__ import annotations

import operator
import sys
from typing import Any

import numpy as np

_Base = np.random.Generator


def _real_type(dtype: Any, method: str) -> np.dtype[Any]:
    real: np.dtype[Any] = np.dtype(dtype)
    if real not in (np.dtype(np.float64), np.dtype(np.float32)):
        raise TypeError(f"Unsupported dtype {real!r} for {method}")
    return real


def _shape(size: Any) -> tuple[int, ...]:
    """The shape NumPy makes of `size`; its errors."""
    if isinstance(size, (bool, np.bool_)):
        raise TypeError(f"expected a sequence of integers or a single integer, got '{size}'")
    try:
        shape: tuple[int, ...] = (int(operator.index(size)),)
    except TypeError:
        try:
            shape = tuple(int(operator.index(extent)) for extent in size)
        except TypeError:
            np.empty(size, np.int8)  # raises, in NumPy's words
            raise
    if any(not 0 <= extent <= sys.maxsize for extent in shape) or len(shape) > 32:
        np.empty((*shape, 0), np.int8)  # the same
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


def _standard(self: Any, method: str, size: Any, dtype: Any, out: Any) -> Any:
    if self._native is None:
        return getattr(_Base, method)(self, size, dtype, out)
    real = _real_type(dtype, method)
    if out is not None:
        _check_out(out, real, size)
        size = None
    elif size is not None:
        size = _shape(size)
    return getattr(self, method)(size, real.type, out)


def random(self: Any, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
    return _standard(self, "random", size, dtype, out)


def standard_normal(self: Any, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
    return _standard(self, "standard_normal", size, dtype, out)


def uniform(self: Any, low: Any = 0.0, high: Any = 1.0, size: Any = None, *, dtype: Any = np.float64, out: Any = None) -> Any:
    if self._native is None and out is None and dtype is np.float64:
        return _Base.uniform(self, low, high, size)
    real = _real_type(dtype, "uniform")
    lows, highs = np.asarray(low, np.float64), np.asarray(high, np.float64)
    if lows.ndim == 0 and highs.ndim == 0:
        low, high = _number(low), _number(high)
        if not np.isfinite(high - low):
            raise OverflowError("high - low range exceeds valid bounds")
        if np.signbit(high - low):
            raise ValueError("high - low < 0")
        if self._native is not None:
            if out is not None:
                _check_out(out, real, size)
                size = None
            return self.uniform(low, high, size if size is None else _shape(size), dtype=real.type, out=out)
    with np.errstate(all="ignore"):
        ranges = np.subtract(highs, lows)
    if not np.all(np.isfinite(ranges)):
        raise OverflowError("Range exceeds valid bounds")
    if np.any(np.signbit(ranges)):
        raise ValueError("high - low < 0")
    return _located(self, "random", lows, ranges, size, real, out)


def normal(self: Any, loc: Any = 0.0, scale: Any = 1.0, size: Any = None, *, dtype: Any = np.float64, out: Any = None) -> Any:
    if self._native is None and out is None and dtype is np.float64:
        return _Base.normal(self, loc, scale, size)
    real = _real_type(dtype, "normal")
    locs, scales = np.asarray(loc, np.float64), np.asarray(scale, np.float64)
    if np.any(np.signbit(scales) & ~np.isnan(scales)):
        raise ValueError("scale < 0")
    if locs.ndim == 0 and scales.ndim == 0:
        loc, scale = _number(loc), _number(scale)
        if self._native is not None:
            if out is not None:
                _check_out(out, real, size)
                size = None
            return self.normal(loc, scale, size if size is None else _shape(size), dtype=real.type, out=out)
    return _located(self, "standard_normal", locs, scales, size, real, out)


def _number(value: Any) -> float:
    return float(value[()] if isinstance(value, np.ndarray) else value)


def _located(self: Any, method: str, locs: Any, scales: Any, size: Any, dtype: np.dtype[Any], out: Any) -> Any:
    """``locs + scales * x``, x standard draws, one per element of the broadcast shape."""
    parameters = np.broadcast_shapes(locs.shape, scales.shape)
    if out is not None:
        _check_out(out, dtype, size)
        shape = out.shape
    else:
        shape = parameters if size is None else _shape(size)
    together = np.broadcast_shapes(shape, locs.shape, scales.shape)
    if together != shape:
        raise ValueError(f"Output size {shape} is not compatible with broadcast dimensions of inputs {together}.")
    standard = getattr(self, method)(None if out is not None else shape, dtype=dtype.type, out=out)
    with np.errstate(all="ignore"):  # NumPy's generators give no floating-point warnings
        np.multiply(standard, scales.astype(dtype), out=standard)
        np.add(standard, locs.astype(dtype), out=standard)
    return float(standard) if shape == () and size is None and out is None else standard
