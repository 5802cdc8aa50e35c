# SPDX-License-Identifier: BSD-3-Clause
"""Choice among given items: what Generator's native methods say of themselves, and their general cases."""

from __future__ import annotations

from ._general import Cases


class Choice:
    """Bodies are never run: the native methods stand in their place."""

    __slots__ = ()


CASES: Cases = {}
