# SPDX-License-Identifier: BSD-3-Clause
"""The tour: the mathematics of machine learning on real data, every result beside NumPy's or scikit-learn's.

Run it with ``python -m mlmath_native tour``; it needs the extra ``mlmath_native[tour]`` (rich, matplotlib, scikit-learn).
"""

from __future__ import annotations

from ._command import STEPS, add_arguments, run

__all__ = ["STEPS", "add_arguments", "run"]
