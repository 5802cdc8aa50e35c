# SPDX-License-Identifier: BSD-3-Clause
"""How many threads the kernels use; public as functions of `mlmath_native` and `mlmath_native.system`."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from contextlib import contextmanager
from typing import SupportsIndex, TypedDict

from . import _mlmath


class ThreadInfo(TypedDict):
    """What `thread_info` returns."""

    num_threads: int
    source: str
    this_thread: int


def _checked(function: str, n: SupportsIndex) -> int:
    try:
        number = operator.index(n)
    except TypeError:
        raise TypeError(f"{function}: n must be an integer; got {n!r}") from None
    if not 1 <= number <= _mlmath.max_threads:
        raise ValueError(f"{function}: n must be from 1 to {_mlmath.max_threads}; got {number}")
    return number


def get_num_threads() -> int:
    """Return the number of threads a call made now, on this thread, may use.

    Returns
    -------
    int
        The `n` of the innermost ``with threads(n):`` on this thread, else the number of the process: what `set_num_threads` or
        threadpoolctl set, else ``MLMATH_NUM_THREADS``, else ``OMP_NUM_THREADS``, else the CPUs this process may run on,
        capped by the CPU quota of its control group.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> with mm.threads(3):
    ...     mm.get_num_threads()
    3
    """
    return _mlmath.num_threads()


def set_num_threads(n: SupportsIndex) -> None:
    """Set the number of threads for the whole process.

    Results do not depend on it, only the time does. A ``with threads(n):`` block that is open on some thread keeps its own
    number.

    Parameters
    ----------
    n : int
        From 1 to 1024; the calling thread counts as one.

    Raises
    ------
    TypeError
        When `n` is not an integer.
    ValueError
        When `n` is out of range.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> before = mm.get_num_threads()
    >>> mm.set_num_threads(2)
    >>> mm.get_num_threads()
    2
    >>> mm.set_num_threads(before)
    """
    _mlmath.set_num_threads(_checked("set_num_threads", n))


@contextmanager
def threads(n: SupportsIndex) -> Iterator[None]:
    """Use `n` threads inside the block, for calls made on this thread only.

    Other threads, and threads started inside the block, keep their number. Blocks nest; leaving one, also by an exception,
    brings the number before it back. Also a decorator. A generator or coroutine must not leave the block on another thread
    than it entered it.

    Parameters
    ----------
    n : int
        From 1 to 1024.

    Raises
    ------
    TypeError
        When `n` is not an integer.
    ValueError
        When `n` is out of range.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> with mm.threads(1):
    ...     mm.dot([1.0, 2.0], [3.0, 4.0])
    np.float64(11.0)
    """
    before = _mlmath.set_thread_local_threads(_checked("threads", n))
    try:
        yield
    finally:
        _mlmath.set_thread_local_threads(before)


def thread_info() -> ThreadInfo:
    """Return the number of threads and where it comes from.

    Returns
    -------
    dict
        ``num_threads``: the number of the process. ``source``: one of ``"set_num_threads"`` (which includes threadpoolctl),
        ``"MLMATH_NUM_THREADS"``, ``"OMP_NUM_THREADS"``, ``"cgroup quota"``, ``"affinity"``. ``this_thread``: what
        `get_num_threads` returns.

    Examples
    --------
    >>> import mlmath_native as mm
    >>> with mm.threads(2):
    ...     mm.system.thread_info()["this_thread"]
    2
    """
    return ThreadInfo(
        num_threads=_mlmath.process_num_threads(), source=_mlmath.num_threads_source(), this_thread=_mlmath.num_threads()
    )


def register_threadpoolctl() -> None:
    """Let threadpoolctl see and limit this library, as ``user_api="mlmath_native"``.

    Done by itself when threadpoolctl was imported before `mlmath_native`; repeated calls do nothing. Its limits are those of
    `set_num_threads`: for the whole process, below a ``with threads(n):`` block.

    Raises
    ------
    ImportError
        When threadpoolctl is missing or older than 3.2, which cannot register libraries.

    Examples
    --------
    >>> import mlmath_native as mm, threadpoolctl
    >>> mm.system.register_threadpoolctl()
    >>> with threadpoolctl.threadpool_limits(1, user_api="mlmath_native"):
    ...     mm.get_num_threads()
    1
    """
    from . import _threadpoolctl

    _threadpoolctl.register()
