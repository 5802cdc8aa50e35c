# SPDX-License-Identifier: BSD-3-Clause
"""Integers, bytes and Bernoulli's law: what Generator's native methods say of themselves, and their general cases."""

from __future__ import annotations

from ._general import Cases


class Integers:
    """Bodies are never run: the native methods stand in their place."""

    __slots__ = ()


CASES: Cases = {}
