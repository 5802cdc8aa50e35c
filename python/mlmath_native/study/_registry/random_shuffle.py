# SPDX-License-Identifier: BSD-3-Clause
"""The ladder of random order: the entries of a vector, every order equally likely."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .._kernels import Arguments, Kernel
from .._oracle import Allowance, Verdict
from ._entries import LadderData, RungData

_LADDER = "kernels/random/samplers/permutation/permutation_ladder.cpp"
_DRIVER = "kernels/random/samplers/permutation/permutation.cpp"
_KERNELS = "kernels/random/samplers/permutation/permutation_simd.cpp"


class Rearrangement(NamedTuple):
    """What any shuffle of the vector must be: its entries, each as often as before, hardly any of them in its old place.

    That every order is equally likely is a property of many shuffles: the tests hold each rung to it.
    """

    entries: NDArray[Any]

    def judge(self, result: Any, dtype: np.dtype[Any], allowance: Allowance) -> Verdict:
        """Error: how many entries are wrong."""
        value = np.asarray(result)
        if value.shape != self.entries.shape or value.dtype != dtype:
            return Verdict(float("inf"), 0.0, False)
        wrong = int(np.count_nonzero(np.sort(value) != np.sort(self.entries.astype(dtype))))
        # The number of entries that keep their places is a Poisson variable of mean 1: more than 20 once in 10^19 shuffles.
        kept = int(np.count_nonzero(value == self.entries.astype(dtype)))
        return Verdict(float(wrong), 0.0, wrong == 0 and kept <= 20)


def _distinct(shape: tuple[int, ...], dtype: Any, rng: np.random.Generator, signed: bool) -> Arguments:
    numbers = np.arange(shape[0], dtype=dtype)  # exact in float32 up to 2^24
    return (rng.permutation(numbers) - (shape[0] // 2 if signed else 0),)


SHUFFLE = Kernel(
    name="shuffle",
    formula="y_i = x_pi(i), each of the n! orders pi with probability 1/n!",
    unit="GB/s",
    default_n=10_000_000,
    square=lambda n: (n,),
    awkward=tuple((n,) for n in (0, 1, 2, 3, 7, 31, 64, 65, 1000, 2049, 70_001)),
    make=_distinct,
    oracle=Rearrangement,
    terms=lambda s: s[0],
    flops=lambda s: float(s[0]),
    elements=lambda s: 2.0 * s[0],
    out=lambda s: s,
)


def _exact(n: int) -> float:
    return 0.0


LADDERS = {
    "shuffle": LadderData(
        SHUFFLE,
        (
            RungData(
                "textbook",
                "the definition: entry i changes places with one of 0 .. i; a division for every die, a miss for every exchange",
                "_mlmath.rungs.shuffle_textbook",
                ((_LADDER, "shuffle_textbook"), (_LADDER, "die_by_remainder")),
                _exact,
            ),
            RungData(
                "no_division",
                "the upper half of word times bound is the die; the remainder is only needed when the lower half is small",
                "_mlmath.rungs.shuffle_no_division",
                ((_LADDER, "shuffle_no_division"), (_LADDER, "die_by_product")),
                _exact,
            ),
            RungData(
                "batched_dice",
                "what a product leaves below the point is the word for the next die: 2 to 6 dice of a word, one test for all",
                "_mlmath.rungs.shuffle_batched_dice",
                ((_LADDER, "shuffle_batched_dice"), (_LADDER, "exchange_batches"), (_LADDER, "dice_of_word")),
                _exact,
            ),
            RungData(
                "simd_dice",
                "dice of half a word, registers of them at once, ahead of the exchanges, which then wait for nothing but memory",
                "_mlmath.rungs.shuffle_simd_dice",
                ((_LADDER, "shuffle_simd_dice"), (_DRIVER, "order_one"), (_KERNELS, "dice"), (_KERNELS, "exchange")),
                _exact,
            ),
            RungData(
                "buckets",
                "labels drawn for the result deal the entries to buckets that fit the caches; shuffled there, merged by label",
                "_mlmath.rungs.shuffle_buckets",
                ((_LADDER, "shuffle_buckets"), (_DRIVER, "permutation_items"), (_KERNELS, "count"), (_KERNELS, "merge_items")),
                _exact,
            ),
            RungData(
                "threaded",
                "chunks of labels and groups of buckets shared among threads, above 2^18 entries: what Generator.shuffle runs",
                "_mlmath.rungs.shuffle_threaded",
                ((_LADDER, "shuffle_threaded"), (_DRIVER, "permutation_bits")),
                _exact,
            ),
        ),
    ),
}
