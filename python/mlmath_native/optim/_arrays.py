# SPDX-License-Identifier: BSD-3-Clause
"""What an optimizer accepts as parameters and gradients: NumPy arrays, PyTorch tensors on the CPU, DLPack and buffer objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["as_array", "is_array", "split_groups"]


def is_array(object: Any) -> bool:
    """Whether `object` is one array (and not a list of them)."""
    if isinstance(object, (np.ndarray, np.generic)) or hasattr(object, "__dlpack__"):
        return True
    if isinstance(object, (str, bytes, list, tuple, Mapping)):
        return False
    try:
        memoryview(object)
    except TypeError:
        return False
    return True


def as_array(object: Any, label: str) -> NDArray[Any]:
    """An array over the memory of `object`, never a copy."""
    if isinstance(object, np.ndarray):
        return object
    try:
        if hasattr(object, "detach") and hasattr(object, "numpy"):  # PyTorch: DLPack refuses what autograd watches
            return np.asarray(object.detach().numpy())
        if hasattr(object, "__dlpack__"):
            return np.from_dlpack(object)
        if not isinstance(object, (str, bytes, np.generic)):
            return np.asarray(memoryview(object))
    except (TypeError, ValueError, RuntimeError, BufferError) as error:
        if hasattr(object, "__dlpack__"):
            raise TypeError(f"{label} must share its memory with the CPU: {error}") from None
    raise TypeError(f"{label} must be an array, got {type(object).__name__}")


def split_groups(name: str, params: Any) -> tuple[list[dict[str, Any]], bool]:
    """`params` as groups (dicts with a list under "params"), and whether it was a single array."""
    if is_array(params):
        return [{"params": [params]}], True
    if isinstance(params, (str, bytes, Mapping)) or not isinstance(params, Iterable):
        raise TypeError(
            f"{name}: params must be an array, a list of arrays or a list of groups, got {type(params).__name__}"
            + ("; a learning rate is given as lr=" if isinstance(params, (int, float)) else "")
        )
    entries = list(params)
    if not any(isinstance(entry, Mapping) for entry in entries):
        return [{"params": entries}], False
    groups = []
    for k, entry in enumerate(entries):
        if not isinstance(entry, Mapping) or "params" not in entry:
            raise TypeError(f"{name}: params[{k}] must be a dict with 'params', as the other groups, got {type(entry).__name__}")
        held = entry["params"]
        if not is_array(held) and (isinstance(held, (str, bytes, Mapping)) or not isinstance(held, Iterable)):
            raise TypeError(f"{name}: params[{k}]['params'] must be an array or a list of arrays, got {type(held).__name__}")
        groups.append({**entry, "params": [held] if is_array(held) else list(held)})
    return groups, False
