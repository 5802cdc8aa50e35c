# SPDX-License-Identifier: BSD-3-Clause
"""What the kernels do not cover, by NumPy's own functions: `out` and `errors` on top of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.linalg import LinAlgError
from numpy.typing import NDArray

__all__ = ["all_into", "check_errors", "finite_matrix", "into", "numpys_own", "overlaps", "plain_array"]


def into(function: str, result: Any, out: NDArray[Any] | None) -> Any:
    """`result`, or `out` with its values, under the rules of `out` everywhere in linalg; what is there already stays."""
    if out is None or out is result:
        return result
    _check_out(function, result, out)
    np.copyto(out, result, casting="same_kind")
    return out


def _check_out(function: str, result: Any, out: Any) -> None:
    if not isinstance(out, np.ndarray):
        raise TypeError(f"{function}: out must be an array, got {type(out).__name__}")
    if out.shape != np.shape(result):
        raise ValueError(f"{function}: out must have the shape of the result, {np.shape(result)}, got {out.shape}")
    if not out.flags.writeable:
        raise ValueError(f"{function}: out is read-only")
    number = out.dtype.kind in "iufcO"  # NumPy counts numbers to strings as of the same kind; digits would be lost
    if not number or not np.can_cast(np.asarray(result).dtype, out.dtype, "same_kind"):
        raise TypeError(f"{function}: the result, of dtype {np.asarray(result).dtype}, cannot be cast to out's dtype {out.dtype}")
    if not _distinct(out):
        raise ValueError(f"{function}: out has elements that share memory, got strides {out.strides}")


def _distinct(a: NDArray[Any]) -> bool:
    """Whether no two elements share memory: each axis, from the smallest stride on, steps over all that those before it reach."""
    if a.flags.c_contiguous or a.size == 0:
        return True
    reach = a.itemsize
    for stride, size in sorted((abs(stride), size) for stride, size in zip(a.strides, a.shape) if size > 1):
        if stride < reach:
            return False
        reach += (size - 1) * stride
    return True


def all_into(function: str, names: tuple[str, ...], results: list[Any], out: Any) -> list[Any]:
    """`into` for several results: `out` is a tuple of as many arrays, or None where a fresh one is wanted."""
    if not isinstance(out, tuple) or len(out) != len(results):
        got = f"a tuple of {len(out)}" if isinstance(out, tuple) else type(out).__name__
        raise TypeError(f"{function}: out must be a tuple ({', '.join(names)}) of arrays or None, got {got}")
    places = [(f"{function}, {name}", result, place) for name, result, place in zip(names, results, out)]
    missing = [place for place in places if place[2] is not None and place[2] is not place[1]]
    for place in missing:
        _check_out(*place)
    for i, (_, _, one) in enumerate(missing):
        if any(_share(one, two) for _, _, two in missing[:i]):
            raise ValueError(f"{function}: out must have separate arrays, got two that share memory")
    return [into(*place) for place in places]


def _share(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Whether an element of one is an element of the other; in doubt, yes."""
    try:
        return np.may_share_memory(a, b) and np.shares_memory(a, b, max_work=1_000_000)  # type: ignore[arg-type]
    except np.exceptions.TooHardError:
        return True


def overlaps(a: NDArray[Any], out: Any) -> bool:
    """Whether one of the arrays of `out` may share memory with a."""
    places = out if isinstance(out, tuple) else (out,)
    return any(isinstance(place, np.ndarray) and np.may_share_memory(a, place) for place in places)


def check_errors(function: str, errors: str) -> None:
    """ValueError for what is no way to treat a bad matrix."""
    if errors not in ("raise", "nan", "status"):
        raise ValueError(f"{function}: errors must be 'raise', 'nan' or 'status', got {errors!r}")


def plain_array(a: Any) -> NDArray[Any] | None:
    """`a` as an array of real or complex numbers of at most double precision; None when it is a case of NumPy's own function."""
    array = a if type(a) is np.ndarray else np.asanyarray(a)
    if type(array) is not np.ndarray or array.dtype.kind not in "fiubc" or array.dtype.char in "egG":
        return None
    return array


def numpys_own(function: Callable[..., Any], operands: tuple[Any, ...], out: Any, errors: str, **options: Any) -> Any:
    """``function(*operands)`` with our `out` and `errors`; the first operand is a stack of matrices."""
    check_errors(function.__name__, errors)
    first = np.asarray(operands[0])
    status: Any = np.zeros(first.shape[:-2], np.int32)
    try:
        result = function(*operands, **options)
    except LinAlgError:
        if errors == "raise" or first.ndim < 2 or first.shape[-1] != first.shape[-2]:
            raise
        result, status = _one_by_one(function, operands, options)
    if out is not None:
        np.copyto(out, result, casting="same_kind")
        result = out
    return (result, status) if errors == "status" else result


def _one_by_one(function: Callable[..., Any], operands: tuple[Any, ...], options: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Matrix by matrix; one that fails becomes NaN and gets the status 1."""
    first = np.asarray(operands[0])
    others = [np.asarray(x) for x in operands[1:]]
    others = [x if x.ndim == 1 else np.broadcast_to(x, first.shape[:-2] + x.shape[-2:]) for x in others]
    status = np.zeros(first.shape[:-2], np.int32)
    good = function(np.eye(first.shape[-1], dtype=first.dtype), *[x if x.ndim == 1 else x[(0,) * (x.ndim - 2)] for x in others])
    result = np.empty(first.shape[:-2] + np.shape(good), np.asarray(good).dtype)
    for index in np.ndindex(*first.shape[:-2]):
        try:
            result[index] = function(first[index], *[x if x.ndim == 1 else x[index] for x in others], **options)
        except LinAlgError:
            result[index], status[index] = np.nan, 1
    return result, status


def finite_matrix(function: str, name: str, a: Any, check_finite: bool, *, square: bool = False, least: int = 2) -> NDArray[Any]:
    """`a` as an array of real numbers with SciPy's checks.

    ValueError for masked elements (the mask would be lost), objects, shapes that do not fit, NaN or infinity.
    """
    if type(a) is not np.ndarray and np.ma.is_masked(a):
        raise ValueError(f"{function}: {name}: masked elements are not supported")
    array = np.asarray(a)
    if array.dtype.kind == "O":
        raise ValueError(f"{function}: {name}: object arrays are not supported")
    if array.dtype.kind not in "fiub" or array.dtype.char in "eg":
        raise TypeError(f"{function}: {name} must be of real numbers up to float64, got dtype {array.dtype}")
    if array.ndim < least:
        raise ValueError(f"{function}: {name} must have at least {least} dimensions, got shape {array.shape}")
    if square and array.shape[-1] != array.shape[-2]:
        raise ValueError(f"{function}: {name} must be square in its last two axes, got shape {array.shape}")
    if check_finite and array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(f"{function}: {name}: array must not contain infs or NaNs")
    return array
