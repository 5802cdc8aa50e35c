# SPDX-License-Identifier: BSD-3-Clause
"""The random stream and its laws in plain Python integers and fractions: written from their definition alone.

Every floating-point operation is done exactly and rounded once, so the values are the bits the library must give.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice

import numpy as np

MASK = (1 << 64) - 1


def _rotate(x: int, k: int) -> int:
    return ((x << k) | (x >> (64 - k))) & MASK


def threefry4x64(key: Sequence[int], counter: Sequence[int], rounds: int = 20) -> list[int]:
    """Threefry-4x64 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011), section 3.3."""
    rotations = ((14, 16), (52, 57), (23, 40), (5, 37), (25, 33), (46, 12), (58, 22), (32, 32))
    schedule = [*key, 0x1BD11BDAA9FC1A22 ^ key[0] ^ key[1] ^ key[2] ^ key[3]]
    x = [(c + k) & MASK for c, k in zip(counter, schedule)]
    for r in range(rounds):
        i, j = (1, 3) if r % 2 == 0 else (3, 1)
        x[0] = (x[0] + x[i]) & MASK
        x[i] = _rotate(x[i], rotations[r % 8][0]) ^ x[0]
        x[2] = (x[2] + x[j]) & MASK
        x[j] = _rotate(x[j], rotations[r % 8][1]) ^ x[2]
        if r % 4 == 3:
            s = r // 4 + 1
            x = [(v + schedule[(s + m) % 5]) & MASK for m, v in enumerate(x)]
            x[3] = (x[3] + s) & MASK
    return x


def xoshiro256pp(state: Sequence[int]) -> Iterator[int]:
    """Outputs of xoshiro256++ of Blackman and Vigna (2021)."""
    s0, s1, s2, s3 = state
    while True:
        yield (_rotate((s0 + s3) & MASK, 23) + s0) & MASK
        t = (s1 << 17) & MASK
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= t
        s3 = _rotate(s3, 45)


def words(key: Sequence[int], start: int, count: int, jump: int = 0) -> list[int]:
    """Words start .. start + count - 1 of the stream, positions modulo 2**64."""
    found: list[int] = []
    while count > 0:
        block, offset = divmod(start & MASK, 8192)
        until = min(8192, offset + count)
        lanes = [list(islice(xoshiro256pp(threefry4x64(key, (block, lane, jump, 0))), (until + 15) // 16)) for lane in range(16)]
        found += [lanes[p % 16][p // 16] for p in range(offset, until)]
        start, count = start + until - offset, count - (until - offset)
    return found


def halves(key: Sequence[int], start: int, count: int, jump: int = 0) -> list[int]:
    """32-bit halves start .. of the stream: the low half of each word first."""
    first, last = start // 2, (start + count + 1) // 2
    both = [h for w in words(key, first, last - first, jump) for h in (w & 0xFFFFFFFF, w >> 32)]
    return both[start % 2 : start % 2 + count]


# ---- one rounding each -----------------------------------------------------------------------------------------------------------


class Arithmetic:
    """+, *, fma and sqrt of a binary format, on exact fractions rounded once to nearest even (no overflow or underflow here)."""

    def __init__(self, bits: int) -> None:
        self.bits = bits

    def round(self, x: Fraction) -> Fraction:
        if x == 0:
            return x
        e = abs(x.numerator).bit_length() - x.denominator.bit_length() - self.bits
        scaled = x / Fraction(2) ** e
        while abs(scaled) >= 1 << self.bits:
            e, scaled = e + 1, scaled / 2
        while abs(scaled) < 1 << (self.bits - 1):
            e, scaled = e - 1, scaled * 2
        return Fraction(round(scaled)) * Fraction(2) ** e  # Python rounds a half to even

    def fma(self, a: Fraction, b: Fraction, c: Fraction) -> Fraction:
        return self.round(a * b + c)

    def mul(self, a: Fraction, b: Fraction) -> Fraction:
        return self.round(a * b)

    def add(self, a: Fraction, b: Fraction) -> Fraction:
        return self.round(a + b)

    def sqrt(self, x: Fraction) -> Fraction:
        scale = 1 << 200  # 2^100 squared: far more digits than the format; an exact tie is impossible for a square root
        root = math.isqrt(x.numerator * scale * scale // x.denominator)
        return (
            self.round(Fraction(2 * root + 1, 2 * scale))
            if root * root * x.denominator != x.numerator * scale * scale
            else Fraction(root, scale)
        )


def _hex(text: str) -> list[Fraction]:
    return [Fraction(float.fromhex(t)) for t in text.split()]


_TERMS = {
    53: (
        _hex(
            "0x1.000000000002ap+1 0x1.ffffffffd1157p-1 0x1.55555577e04eap-1 0x1.ffffebe91a9cap-2 0x1.999caaa976366p-2 "
            "0x1.550cdb3256bacp-2 0x1.28f76eac31764p-2 0x1.a197d5c04256ep-3 0x1.270f1f5a168d6p-1 "
            "-0x1.c8dc240f7985cp+0 0x1.0c2d5cbcf93fdp+3 -0x1.8cd8872766dacp+4 0x1.bd087ef427852p+5 "
            "-0x1.5e209ea90c7e6p+6 0x1.77b3740fb8990p+6 -0x1.e9da584a1f6e0p+5 0x1.2fc44836ac4fbp+4"
        ),
        _hex(
            "0x1p+0 -0x1.3bd3cc9be45dbp+0 0x1.03c1f081b4b31p-2 -0x1.55d3c7e0f8f80p-6 0x1.e1f5008833a4fp-11 "
            "-0x1.a6cc2c2350245p-16 0x1.f4b28b670943ep-22"
        ),
        _hex(
            "0x1.921fb54442cf8p+0 -0x1.4abbce62577bap-1 0x1.466bc670fd262p-4 -0x1.32d2c629981b4p-8 0x1.5071bedb5fa5bp-13 "
            "-0x1.dd4e56b720264p-19"
        ),
        Fraction(float.fromhex("0x1.62e42fefa39efp+0")),
    ),
    24: (
        _hex(
            "0x1.000000p+1 0x1.fffe20p-1 0x1.55b59ap-1 0x1.f14438p-2 0x1.1413aep-1 -0x1.a0caaap-2 0x1.41f272p+1 -0x1.b21ba0p+1 "
            "0x1.70e9f0p+1"
        ),
        _hex("0x1p+0 -0x1.3bd3ccp+0 0x1.03c1eap-2 -0x1.55cb88p-6 0x1.db5fa8p-11"),
        _hex("0x1.921fb6p+0 -0x1.4abbbap-1 0x1.465e92p-4 -0x1.2d9302p-8"),
        Fraction(float.fromhex("0x1.62e430p+0")),
    ),
}


def _horner(arithmetic: Arithmetic, terms: Sequence[Fraction], x: Fraction) -> Fraction:
    value = terms[-1]
    for term in terms[-2::-1]:
        value = arithmetic.fma(value, x, term)
    return value


def _pair(
    bits: int, word_bits: int, d: Fraction, near_one: bool, a: Fraction, negate: bool, exchange: bool
) -> tuple[Fraction, Fraction]:
    """The two normals from u = d / 2^word_bits (or 1 - that) and the angle pi a / 2."""
    arithmetic = Arithmetic(bits)
    log_terms, cos_terms, sin_terms, two_ln2 = _TERMS[bits]
    if near_one:
        g, k = d / 2**word_bits, Fraction(0)
    else:
        e = 0
        while d >= 1:
            d, e = d / 2, e + 1
        while d < Fraction(1, 2):
            d, e = d * 2, e - 1
        g, k = 1 - d, Fraction(word_bits - e)
    square = arithmetic.mul(g, g)
    # Degree 16 and 8 are even: the even powers' chain starts with the last term.
    even, odd = _horner(arithmetic, log_terms[0::2], square), _horner(arithmetic, log_terms[1::2], square)
    series = arithmetic.fma(odd, g, even)
    radius = arithmetic.sqrt(arithmetic.fma(k, two_ln2, arithmetic.mul(g, series)))
    y = arithmetic.mul(a, a)
    sine, cosine = arithmetic.mul(a, _horner(arithmetic, sin_terms, y)), _horner(arithmetic, cos_terms, y)
    cosine = -cosine if negate else cosine
    first, second = (sine, cosine) if exchange else (cosine, sine)
    return arithmetic.mul(radius, first), arithmetic.mul(radius, second)


def normal_pair_f64(w: int, angle: int) -> tuple[float, float]:
    double = Arithmetic(53)
    near_one = w >> 63 == 1
    d = double.add(double.round(Fraction(w ^ MASK if near_one else w)), Fraction(1, 2))
    a = Fraction(2 * (angle >> 13) + 1, 1 << 52) - Fraction(1, 2)
    first, second = _pair(53, 64, d, near_one, a, angle & 1 == 1, angle & 2 == 2)
    return float(first), float(second)


def normal_pair_f32(h: int, angle: int, extra: int) -> tuple[np.float32, np.float32]:
    single = Arithmetic(24)
    near_one = h >> 31 == 1
    d = single.add(single.round(Fraction(h ^ 0xFFFFFFFF if near_one else h)), Fraction(1, 2))
    if h < 1024:
        d = single.round(Fraction(h << 32 | extra | 1)) / 2**32
    centred = angle & ~3 | 2
    a = single.round(Fraction(centred - (1 << 32) if centred >> 31 else centred)) / 2**32
    first, second = _pair(24, 32, d, near_one, a, angle & 1 == 1, angle & 2 == 2)
    return np.float32(float(first)), np.float32(float(second))


def normals_f64(step: Sequence[int]) -> list[float]:
    """The 16 normals of one step of 16 words."""
    pairs = [normal_pair_f64(step[j], step[8 + j]) for j in range(8)]
    return [p[0] for p in pairs] + [p[1] for p in pairs]


def normals_f32(step: Sequence[int], key: Sequence[int], first_word: int, jump: int = 0) -> list[np.float32]:
    """The 32 normals of one step."""
    half = [h for w in step for h in (w & 0xFFFFFFFF, w >> 32)]
    pairs = []
    for j in range(16):
        extra = threefry4x64(key, (first_word + j // 2, 1, jump, 1))[j % 2] >> 32 if half[j] < 1024 else 0
        pairs.append(normal_pair_f32(half[j], half[16 + j], extra))
    return [p[0] for p in pairs] + [p[1] for p in pairs]
