# SPDX-License-Identifier: BSD-3-Clause
"""Warnings that name the caller's line."""

from __future__ import annotations

import sys
import warnings

__all__ = ["warn"]

_INSIDE = ("mlmath_native", "sklearn", "joblib")  # joblib: what scikit-learn's searches and ensembles call fits by


def warn(message: str, category: type[Warning]) -> None:
    """`warnings.warn` for the first frame outside of this package and scikit-learn's machinery: the user's line.

    A fit is called by the user, by fit_predict, a pipeline, a search or a decorator: no fixed `stacklevel` is right for all.
    """
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _INSIDE:
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
