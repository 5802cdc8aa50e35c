# SPDX-License-Identifier: BSD-3-Clause
"""The laws' references: the stream of the ladders in NumPy's integers, the maps from words to numbers in extended precision."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ._oracle import Allowance, Reference, Verdict

U64 = NDArray[np.uint64]
_KEY = (1, 2, 3, 4)
_ROTATIONS = ((14, 16), (52, 57), (23, 40), (5, 37), (25, 33), (46, 12), (58, 22), (32, 32))
_PI = np.longdouble("3.14159265358979323846264338327950288")


def _rotate(x: U64, k: int) -> U64:
    return (x << np.uint64(k)) | (x >> np.uint64(64 - k))


def threefry(counter: list[U64]) -> list[U64]:
    """Threefry-4x64 with 20 rounds of counters side by side [Salmon2011]_."""
    key = [np.uint64(k) for k in (*_KEY, 0x1BD11BDAA9FC1A22 ^ _KEY[0] ^ _KEY[1] ^ _KEY[2] ^ _KEY[3])]
    x = [c + k for c, k in zip(counter, key)]
    for r in range(20):
        for (i, j), rotation in zip(((0, 1), (2, 3)) if r % 2 == 0 else ((0, 3), (2, 1)), _ROTATIONS[r % 8]):
            x[i] = x[i] + x[j]
            x[j] = _rotate(x[j], rotation) ^ x[i]
        if r % 4 == 3:
            s = r // 4 + 1
            x = [value + key[(s + m) % 5] for m, value in enumerate(x)]
            x[3] = x[3] + np.uint64(s)
    return x


def words(n: int) -> U64:
    """The first n words of the stream [Blackman2021]_: 16 lanes to a block of 8192, all blocks side by side."""
    blocks = -(-n // 8192)
    lane = np.tile(np.arange(16, dtype=np.uint64), blocks)
    block = np.repeat(np.arange(blocks, dtype=np.uint64), 16)
    s = threefry([block, lane, np.zeros_like(lane), np.zeros_like(lane)])
    steps = min(512, -(-n // 16))
    out = np.empty((blocks, steps, 16), np.uint64)
    for t in range(steps):
        out[:, t] = (_rotate(s[0] + s[3], 23) + s[0]).reshape(blocks, 16)
        shifted = s[1] << np.uint64(17)
        s[2] = s[2] ^ s[0]
        s[3] = s[3] ^ s[1]
        s[1] = s[1] ^ s[2]
        s[0] = s[0] ^ s[3]
        s[2] = s[2] ^ shifted
        s[3] = _rotate(s[3], 45)
    return out.ravel()[:n]


def _halves(w: U64) -> U64:
    """Halves of words, the low one first, as 64-bit integers."""
    return np.stack([w & np.uint64(0xFFFFFFFF), w >> np.uint64(32)], axis=-1).ravel()


def uniform_reference(like: NDArray[Any]) -> Reference:
    """Exactly the values of the definition."""
    n = like.size
    if like.dtype == np.float64:
        u = (words(n) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    else:
        u = (_halves(words(-(-n // 2)))[:n] >> np.uint64(8)).astype(np.float64) * 2.0**-24
    return Reference(u, np.zeros(n), u)


class EitherMap(NamedTuple):
    """Two maps from the stream to normals: a result must be one of them throughout."""

    maps: tuple[Reference, ...]

    def judge(self, result: Any, dtype: np.dtype[Any], allowance: Allowance) -> Verdict:
        """The verdict by the map that it is nearer to."""
        return min((m.judge(result, dtype, allowance) for m in self.maps), key=lambda verdict: verdict.error)


def normal_reference(like: NDArray[Any]) -> EitherMap:
    """Box and Muller's transform as defined, and the polar method."""
    return EitherMap((_reference(_box_muller(like.size, like.dtype)), _reference(_polar(like.size, like.dtype))))


def _reference(z: NDArray[np.longdouble]) -> Reference:
    high = z.astype(np.float64)
    return Reference(high, (z - high).astype(np.float64), np.abs(high))


def _box_muller(n: int, dtype: np.dtype[Any]) -> NDArray[np.longdouble]:
    bits = 64 if dtype == np.float64 else 32
    per_step = 1024 // bits
    w = words(-(-n // per_step) * 16)
    if bits == 32:
        w = _halves(w)
    radii, angles = w.reshape(-1, 2, per_step // 2).transpose(1, 0, 2)
    near_one = (radii >> np.uint64(bits - 1)) == 1
    d = np.where(near_one, np.uint64((1 << bits) - 1) - radii, radii).astype(np.longdouble) + 0.5
    if bits == 64:
        a = ((angles >> np.uint64(13)).astype(np.longdouble) * 2 + 1) * np.longdouble(2) ** -52 - 0.5
    else:
        step, j = np.nonzero(radii < 1024)  # continued by 32 extra bits
        place = (16 * step + j // 2).astype(np.uint64)
        extra = threefry([place, np.ones_like(place), np.zeros_like(place), np.ones_like(place)])
        low = np.where(j % 2 == 0, extra[0], extra[1]) >> np.uint64(32)
        d[step, j] = ((radii[step, j] << np.uint64(32)) | low | np.uint64(1)).astype(np.longdouble) * np.longdouble(2) ** -32
        centred = ((angles & np.uint64(0xFFFFFFFC)) | np.uint64(2)).astype(np.int64)
        a = np.where(centred >= 1 << 31, centred - (1 << 32), centred).astype(np.longdouble) * np.longdouble(2) ** -32
    u = d * np.longdouble(2) ** -bits
    radius = np.sqrt(-2 * np.where(near_one, np.log1p(-u), np.log(u)))
    cosine, sine = np.cos(_PI / 2 * a), np.sin(_PI / 2 * a)
    cosine = np.where(angles & np.uint64(1) == 1, -cosine, cosine)
    swap = angles & np.uint64(2) == 2
    first, second = np.where(swap, sine, cosine), np.where(swap, cosine, sine)
    z: NDArray[np.longdouble] = np.stack([radius * first, radius * second], axis=1).ravel()[:n]
    return z


def _polar(n: int, dtype: np.dtype[Any]) -> NDArray[np.longdouble]:
    """u and v are exact and s is rounded as the rung rounds it, so that the same pairs are kept."""
    needed = -(-n // 2)
    tried = needed * 4 // 3 + 64
    while True:
        if dtype == np.float64:
            u = (words(2 * tried) >> np.uint64(11)).astype(np.float64) * 2.0**-52 - 1
        else:
            u = ((_halves(words(tried)) >> np.uint64(8)).astype(np.float64) * 2.0**-23 - 1).astype(np.float32)
        pairs = u.reshape(-1, 2)
        s = pairs[:, 0] * pairs[:, 0] + pairs[:, 1] * pairs[:, 1]
        kept = (s < 1) & (s != 0)
        if np.count_nonzero(kept) >= needed:
            break
        tried *= 2
    exact = s[kept][:needed].astype(np.longdouble)
    z: NDArray[np.longdouble] = pairs[kept][:needed] * np.sqrt(-2 * np.log(exact) / exact)[:, None]
    return z.ravel()[:n]
