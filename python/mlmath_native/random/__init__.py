# SPDX-License-Identifier: BSD-3-Clause
"""Random numbers under NumPy's names: the same values for any number of threads, instruction set and split of a call.

`default_rng` gives a `Generator`, which is a `numpy.random.Generator` over the bit generator `XBlock`. Its values differ from those
of NumPy's generators for the same seed. `Philox` (NumPy's own, word for word) and `Threefry` are other engines for the same laws.
What is promised is in ``docs/explain/random_policy.md``.
"""

from __future__ import annotations

from ._bit_generator import XBlock
from ._categorical import Categorical
from ._counter import Philox, Threefry
from ._generator import Generator, default_rng

__all__ = ["Categorical", "Generator", "Philox", "Threefry", "XBlock", "default_rng"]
