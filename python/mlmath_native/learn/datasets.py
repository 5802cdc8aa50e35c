# SPDX-License-Identifier: BSD-3-Clause
"""Data sets that come with the package, in scikit-learn's manner. Needs NumPy only."""

from __future__ import annotations

from importlib import resources
from typing import Any

import numpy as np

__all__ = ["Bunch", "load_ames_housing"]

_FOLDER = resources.files("mlmath_native") / "data"
_AMES = "ames_housing.csv"
_AMES_TARGET = "SalePrice"


class Bunch(dict[str, Any]):
    """A dictionary whose keys are also attributes, as scikit-learn's."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self]


def load_ames_housing(*, return_X_y: bool = False) -> Any:
    """Load the Ames housing table: 1460 sales, 31 numeric features, the price.

    The features are areas in square feet, years, counts and quality grades from 1 to 10; the target is the sale price in US
    dollars. Two features are sums of others, so the feature matrix has rank 29: ordinary least squares has no unique solution,
    and NumPy's, SciPy's, scikit-learn's and this library's solvers return the one of least norm.

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    Bunch or tuple of ndarray
        ``data`` of shape (1460, 31) and ``target`` of shape (1460,), both float64; ``feature_names``, ``target_names``, ``DESCR``
        and ``filename`` as in scikit-learn's loaders. A fresh copy on every call.

    Notes
    -----
    Source: D. De Cock, "Ames, Iowa: Alternative to the Boston Housing Data as an End of Semester Regression Project", Journal
    of Statistics Education 19(3), 2011; the numeric extract follows the table in the Apache-2.0 package shapash 2.10.

    Examples
    --------
    >>> from mlmath_native.learn.datasets import load_ames_housing
    >>> ames = load_ames_housing()
    >>> ames.data.shape, ames.feature_names[0], float(ames.target[0])
    ((1460, 31), 'LotArea', 208500.0)
    """
    with (_FOLDER / _AMES).open(encoding="utf-8") as lines:
        names = lines.readline().strip().split(",")
        table = np.loadtxt(lines, delimiter=",", dtype=np.float64)
    if names[-1] != _AMES_TARGET or table.shape[1] != len(names):
        raise RuntimeError(f"load_ames_housing: {_AMES} is damaged: its last column must be {_AMES_TARGET}")
    data, target = np.ascontiguousarray(table[:, :-1]), np.ascontiguousarray(table[:, -1])
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        feature_names=names[:-1],
        target_names=[_AMES_TARGET],
        DESCR=(_FOLDER / "README.md").read_text(encoding="utf-8"),
        filename=_AMES,
    )
