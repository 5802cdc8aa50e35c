# SPDX-License-Identifier: BSD-3-Clause
"""Quantities as people read them."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Three significant digits and a unit: 83 ns, 1.25 µs, 340 ms."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= 0.9995 * scale:
            value = seconds / scale
            return f"{value:.{2 if value < 9.995 else 1 if value < 99.95 else 0}f} {unit}"
    return f"{seconds / 1e-9:.0f} ns"


def size(count: int) -> str:
    """48 KiB, 1 MiB, 1.5 GiB."""
    value, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:g} {unit}"
