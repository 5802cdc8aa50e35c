# SPDX-License-Identifier: BSD-3-Clause
"""min, max, argmax, counts, products, running sums: in cache and memory, beside NumPy, against the read limit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest

import mlmath_native as mm


@pytest.mark.parametrize("name", ["max", "argmax", "nanmax"])
@pytest.mark.parametrize(
    ("n", "dtype"), [(10, "float64"), (100_000, "float64"), (100_000, "float32"), (10_000_000, "float64"), (10_000_000, "int32")]
)
def bench_extremes(compare: Callable[..., harness.Row], n: int, dtype: str, name: str) -> None:
    if name == "nanmax" and dtype != "float64":
        pytest.skip("no NaNs")
    a = (problems.vector(n, "float64") * 1000).astype(dtype)
    ours, numpys = getattr(mm, name), getattr(np, name)
    compare(
        "extremes",
        f"{name}, n = {n:,}",
        harness.Call(ours, a),
        {"NumPy": harness.Call(numpys, a)},
        harness.within(numpys(a), 0),
        dtype=dtype,
        bytes=a.nbytes,
        limit=harness.Limit("read", a.nbytes),
    )


@pytest.mark.parametrize("name", ["max", "argmax"])
@pytest.mark.parametrize("axis", [0, 1])
def bench_extremes_axis(compare: Callable[..., harness.Row], axis: int, name: str) -> None:
    a = problems.matrix(1_000_000, 20)
    ours, numpys = getattr(mm, name), getattr(np, name)
    out = np.zeros_like(numpys(a, axis=axis))
    compare(
        "extremes",
        f"{name}, 1,000,000 x 20, axis {axis}",
        lambda: ours(a, axis=axis, out=out),
        {"NumPy": lambda: numpys(a, axis=axis, out=out)},
        harness.within(numpys(a, axis=axis), 0),
        bytes=a.nbytes,
        limit=harness.Limit("read", a.nbytes),
    )


@pytest.mark.parametrize(
    ("name", "n", "dtype"),
    [
        ("count_nonzero", 10, "float64"), ("count_nonzero", 10_000_000, "float64"), ("count_nonzero", 10_000_000, "bool"),
        ("any", 10, "float64"), ("all", 10_000_000, "float64"), ("all", 10_000_000, "bool"),
    ],
)  # fmt: skip
def bench_count(compare: Callable[..., harness.Row], name: str, n: int, dtype: str) -> None:
    a = np.ones(n, dtype)
    ours, numpys = getattr(mm, name), getattr(np, name)
    compare(
        "count",
        f"{name}, n = {n:,}",
        harness.Call(ours, a),
        {"NumPy": harness.Call(numpys, a)},
        harness.within(numpys(a), 0),
        dtype=dtype,
        bytes=a.nbytes,
        limit=harness.Limit("read", a.nbytes),
    )


@pytest.mark.parametrize("n", [10, 100_000, 10_000_000])
def bench_product(compare: Callable[..., harness.Row], n: int) -> None:
    a = 1 + problems.vector(n, "float64") / 1e6
    reference = float(np.prod(a.astype(np.longdouble)))
    compare(
        "product",
        f"n = {n:,}",
        harness.Call(mm.prod, a),
        {"NumPy": harness.Call(np.prod, a)},
        harness.within(reference, n * np.finfo(float).eps * abs(reference)),
        bytes=a.nbytes,
        limit=harness.Limit("read", a.nbytes),
    )


@pytest.mark.parametrize(("shape", "axis"), [((10,), 0), ((10_000_000,), 0), ((1_000_000, 20), 0), ((1_000_000, 20), 1)])
def bench_cumulative(compare: Callable[..., harness.Row], shape: tuple[int, ...], axis: int) -> None:
    a: Any = problems.vector(shape[0], "float64") if len(shape) == 1 else problems.matrix(*shape)
    out = np.empty_like(a)
    reference = np.cumsum(a.astype(np.longdouble), axis=axis).astype(float)
    tolerance = shape[axis] * np.finfo(float).eps * np.cumsum(np.abs(a), axis=axis)
    compare(
        "cumulative",
        f"cumsum, {' x '.join(f'{n:,}' for n in shape)}, axis {axis}",
        lambda: mm.cumsum(a, axis=axis, out=out),
        {"NumPy": lambda: np.cumsum(a, axis=axis, out=out)},
        harness.within(reference, tolerance),
        bytes=2 * a.nbytes,
        limit=harness.Limit("copy", 2 * a.nbytes),
    )
