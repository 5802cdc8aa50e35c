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
    "MachineLimits", "available_isas", "caches", "delegated", "get_num_threads", "int8_unit", "int8_units", "isa",
    "machine_limits", "probe_limit", "register_threadpoolctl", "set_num_threads", "thread_info", "threads", "trim_workspace",
    "use_int8_unit", "use_isa",
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


def int8_unit() -> str:
    """Return the unit that multiplies bytes now, for ``matmul(engine="crt")`` and ``engine="auto"``.

    Returns
    -------
    str
        One of `int8_units()`. ``"amx"`` where the machine has it and `isa` is its highest level, otherwise ``"none"``, unless
        ``MLMATH_INT8_UNIT`` or `use_int8_unit` names one.

    Notes
    -----
    The first call asks the operating system for permission to use tile registers, where the CPU has them.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.system.int8_unit() in mm.system.int8_units()
    True
    """
    return _mlmath.int8_unit()


def int8_units() -> list[str]:
    """Return the units that can multiply bytes on this machine.

    Returns
    -------
    list of str
        ``"none"`` (products take the multiply-add units), ``"textbook"`` (plain loops), and on x86-64 ``"vnni"`` with AVX-512
        VNNI, IFMA and VBMI, ``"amx"`` with AMX-INT8 beside them and the operating system's permission. All give the same bits.
        "textbook" and "vnni" are for tests and study: a product of doubles is faster by the multiply-add units.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> mm.system.int8_units()[:2]
    ['none', 'textbook']
    """
    return _mlmath.available_int8_units()


@contextmanager
def use_int8_unit(name: str) -> Iterator[None]:
    """Run the block with another int8 unit, for the whole process: for tests and for study.

    Parameters
    ----------
    name : str
        One of `int8_units()`. It stays whatever `use_isa` says inside the block.

    Raises
    ------
    ValueError
        When `name` is not the name of a unit.
    RuntimeError
        When this machine does not have it; the message says why not.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> with mm.system.use_int8_unit("textbook"):
    ...     mm.matmul([[3.0, 1.0]], [[2.0], [0.5]], engine="crt")
    array([[6.5]])
    """
    before = _mlmath._int8_choice()
    _mlmath.set_int8_unit(name)
    try:
        yield
    finally:
        _mlmath._restore_int8_choice(*before)


def trim_workspace() -> int:
    """Give the scratch memory kept between calls back to the operating system.

    Functions keep their scratch memory, since a fresh page costs more than filling it: at most four blocks of 64 MiB, and one of up
    to 1 GiB whose pages the system may take by itself when it is short of memory.

    Returns
    -------
    int
        Bytes given back.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> freed = mm.system.trim_workspace()
    >>> mm.system.trim_workspace()
    0
    """
    kept = _mlmath.workspace_bytes()
    _mlmath.trim_workspace()
    return kept
