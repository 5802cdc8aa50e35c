# SPDX-License-Identifier: BSD-3-Clause
"""Samples of an iterable of unknown length in one pass."""

from __future__ import annotations

import heapq
import math
import sys
from collections.abc import Iterable
from itertools import islice
from typing import Any, TypeVar

Item = TypeVar("Item")
_END: Any = object()


def _log_uniform(rng: Any) -> float:
    """Logarithm of a number that is uniform on (0, 1]."""
    return math.log(1.0 - rng.random())


def uniform(rng: Any, iterable: Iterable[Item], k: int) -> list[Item]:
    """Algorithm L [Li1994]_.

    Were every item given a uniform number, the sample would be the k items with the smallest. `largest` is the largest of theirs:
    an item is below it with that probability, so the number of items up to the next one that is follows the geometric law.
    """
    items = iter(iterable)
    sample = list(islice(items, k))
    if k == 0 or len(sample) < k:
        return sample
    log_largest = 0.0
    while True:
        log_largest += _log_uniform(rng) / k
        largest = math.exp(log_largest)
        skip = 0.0 if largest == 1.0 else math.inf  # the ends of the logarithm below
        if 0.0 < largest < 1.0:
            skip = _log_uniform(rng) / math.log1p(-largest)
        skipped = int(skip) if skip < sys.maxsize else sys.maxsize - 1
        item = next(islice(items, skipped, None), _END)
        if item is _END:
            return sample
        sample[int(rng.integers(k))] = item


def weighted(rng: Any, iterable: Iterable[Item], weights: Iterable[float], k: int) -> list[Item]:
    """A-ExpJ [Efraimidis2006]_.

    Item i has the key log(u_i) / w_i; the k largest are the sample. With the smallest of theirs L, the weight that goes by until
    the next item enters is exponential with mean -1 / L, and that item's log(u) is one below 0 and above w L.
    """
    pairs = zip(iterable, _checked(weights), strict=True)
    if k == 0:
        return []
    heap: list[tuple[float, int, Item]] = []
    number = 0
    left = 0.0
    for item, weight in pairs:
        number += 1
        if weight == 0.0:
            continue
        if len(heap) < k:
            heapq.heappush(heap, (_log_uniform(rng) / weight, number, item))
            if len(heap) == k:
                left = _jump(rng, heap[0][0])
            continue
        left -= weight
        if left > 0.0:
            continue
        low = math.exp(weight * heap[0][0])
        key = math.log(1.0 - rng.random() * (1.0 - low)) / weight
        heapq.heapreplace(heap, (key, number, item))
        left = _jump(rng, heap[0][0])
    return [item for _, _, item in sorted(heap, key=lambda entry: entry[1])]


def _jump(rng: Any, smallest: float) -> float:
    return _log_uniform(rng) / smallest if smallest < 0.0 else math.inf


def _checked(weights: Iterable[float]) -> Iterable[float]:
    for weight in weights:
        value = float(weight)
        if not 0.0 <= value < math.inf:
            raise ValueError(f"reservoir: weights must be finite and not negative, got {weight}")
        yield value
