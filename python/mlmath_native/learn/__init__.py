# SPDX-License-Identifier: BSD-3-Clause
"""Learning under scikit-learn's module names; scikit-learn itself is imported only where it is used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import cluster, datasets, decomposition, linear_model, naive_bayes, preprocessing

__all__ = ["cluster", "datasets", "decomposition", "linear_model", "naive_bayes", "preprocessing"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return importlib.import_module("." + name, __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
