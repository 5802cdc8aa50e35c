# SPDX-License-Identifier: BSD-3-Clause
"""Entries of a matrix product without rounding error, or rounded once: the oracle of tests and benchmarks of gemm_crt."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def two_products(x: Array, y: Array) -> tuple[Array, Array]:
    """x y as a pair of doubles whose sum is exact [Dekker1971]; no product may leave the normal range."""
    product = x * y

    def split(v: Array) -> tuple[Array, Array]:
        high = 134217729.0 * v
        high = high - (high - v)
        return high, v - high

    (xh, xl), (yh, yl) = split(x), split(y)
    return product, ((xh * yh - product) + xh * yl + xl * yh) + xl * yl


def inner_product(x: Array, y: Array) -> float:
    """sum x_p y_p, rounded once."""
    return math.fsum(np.concatenate(two_products(x.astype(np.float64), y.astype(np.float64))))


def relative_errors(a: Array, b: Array, products: dict[str, Array], samples: int, seed: int = 0) -> dict[str, float]:
    """max |C - exact| / (|A||B|) over sampled entries, for each of the products C."""
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(a.shape[0], size=samples), rng.integers(b.shape[1], size=samples)
    worst = dict.fromkeys(products, 0.0)
    for i, j in zip(rows, columns, strict=True):
        x, y = a[i].astype(np.float64), b[:, j].astype(np.float64)
        exact, size = inner_product(x, y), float(np.abs(x) @ np.abs(y))
        for name, c in products.items():
            worst[name] = max(worst[name], abs(float(c[i, j]) - exact) / size if size else float(c[i, j] != 0))
    return worst


MODULI = (256, 253, 251, 249, 247, 241, 239, 235, 233, 229, 227, 223, 217, 211, 199, 197)


def norm_limit(moduli: int) -> float:
    """What the norm of a line of integers may be, to 2^-20."""
    return math.sqrt(math.prod(MODULI[:moduli]) / 2 * (1 - 2.0**-10))


def scheme(a: Array, b: Array, exponents: tuple[list[int], list[int]]) -> Array:
    """The definition in integers of any size: round(2^s a), round(2^t b), their exact product, rounded to double once."""

    def integers(line: Array, exponent: int) -> list[int]:
        return [round(Fraction(float(x)) * Fraction(2) ** exponent) for x in line]

    rows = [integers(line, s) for line, s in zip(a, exponents[0], strict=True)]
    columns = [integers(line, t) for line, t in zip(b.T, exponents[1], strict=True)]
    c = np.empty((len(rows), len(columns)))
    for i, x in enumerate(rows):
        for j, y in enumerate(columns):
            c[i, j] = math.ldexp(float(sum(p * q for p, q in zip(x, y, strict=True))), -(exponents[0][i] + exponents[1][j]))
    return c


def exponents_of(lines: Array, moduli: int) -> list[int]:
    """The exponents of lines (rows): the largest s with 2^s ||x|| + sqrt(k) / 2 <= the limit; no norm near a change."""
    room = norm_limit(moduli) - math.sqrt(lines.shape[1]) / 2
    found = []
    for line in lines:
        norm = math.sqrt(math.fsum(float(x) ** 2 for x in line))
        s = math.log2(room / norm) if norm else 0.0
        assert abs(s - round(s)) > 2.0**-18 or s == 0
        found.append(math.floor(s))
    return found
