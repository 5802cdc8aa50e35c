# SPDX-License-Identifier: BSD-3-Clause
"""The machine and how the library uses it: instruction sets, threads, limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from . import _mlmath
from ._inventory import caches, delegated
from ._machine import MachineLimits, machine_limits, probe_limit
from ._threads import get_num_threads, register_threadpoolctl, set_num_threads, thread_info, threads

__all__ = [
    "MachineLimits", "available_isas", "caches", "delegated", "get_num_threads", "isa", "machine_limits", "probe_limit",
    "register_threadpoolctl", "set_num_threads", "thread_info", "threads", "use_isa",
]  # fmt: skip


def isa() -> str:
    """Return the instruction-set level the kernels run on now.

    Returns
    -------
    str
        One of `available_isas()`; chosen at import as the highest the CPU supports, or named by ``MLMATH_ISA``.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.system.isa() in mm.system.available_isas()
    True
    """
    return _mlmath.isa()


def available_isas() -> list[str]:
    """Return the levels this CPU and operating system can run, lowest first.

    Returns
    -------
    list of str
        On x86-64 a prefix of ``["baseline", "avx2", "avx512"]`` (x86-64-v2, v3, v4); on aarch64 ``["neon"]``.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> len(mm.system.available_isas()) >= 1
    True
    """
    return _mlmath.available_isas()


@contextmanager
def use_isa(name: str) -> Iterator[None]:
    """Run the block on another instruction-set level, for the whole process: for tests and for study.

    Parameters
    ----------
    name : str
        One of `available_isas()`.

    Raises
    ------
    ValueError
        When `name` is not the name of a level.
    RuntimeError
        When this CPU cannot run it.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> with mm.system.use_isa(mm.system.available_isas()[0]):
    ...     mm.system.isa() == mm.system.available_isas()[0]
    True
    """
    before = _mlmath.isa()
    _mlmath.set_isa(name)
    try:
        yield
    finally:
        _mlmath.set_isa(before)
