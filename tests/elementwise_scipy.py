# SPDX-License-Identifier: BSD-3-Clause
"""The tests of elementwise functions whose peers are SciPy's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from elementwise_accuracy import Function
from elementwise_checks import Elementwise


class ScipyElementwise(Elementwise):
    """`Elementwise`, where the peer never warns and cannot be trusted with a mask."""

    def test_unusual_call_is_the_peers(self, function: Function, case: str) -> None:
        scipys = function.peer

        def peer(*args: Any, **keywords: Any) -> Any:
            # SciPy 1.17 with NumPy 2.4: scipy.special.expit(x, out=out, where=[True, False, True]) corrupts the heap.
            if "where" not in keywords:
                return scipys(*args, **keywords)
            where = np.asarray(keywords.pop("where"), bool)
            out = keywords.pop("out")
            np.copyto(out, scipys(*args, **keywords), where=where)
            return out

        with np.errstate(all="ignore"):  # SciPy never warns: of a pole at an integer, for instance
            super().test_unusual_call_is_the_peers(replace(function, peer=peer), case)
