# SPDX-License-Identifier: BSD-3-Clause
"""softmax, log_softmax, logsumexp, cross_entropy: short and long rows, both axes, tiny calls; beside SciPy and PyTorch (where it is
installed), against the rate at which rows are read (and results written) once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import harness
import numpy as np
import problems
import pytest
import scipy.special

import mlmath_native as mm

try:
    import torch
except ImportError:
    torch = None

# Short rows, columns, rows in memory and in cache, rows of a vocabulary, one long row, a tiny call.
CASES = [
    ((1_000_000, 20), "float64", 1, None), ((1_000_000, 20), "float32", 1, None), ((1_000_000, 20), "float64", 0, None),
    ((1_000_000, 3), "float64", 1, None), ((100_000, 100), "float64", 1, None), ((4000, 2500), "float64", 1, None),
    ((4000, 2500), "float64", 0, None), ((32, 50_257), "float32", 1, None), ((5_000_000,), "float64", 0, None),
    ((500, 20), "float64", 1, 1), ((10,), "float64", 0, 1),
]  # fmt: skip
# The three differ in what they do to a row; where it lies matters to all in the same way.
EVERY = [CASES[k] for k in (0, 5, 7, 10)]
ROWS = [("softmax", *case) for case in CASES] + [(name, *case) for name in ("log_softmax", "logsumexp") for case in EVERY]


def torch_peer(function: Callable[..., Any]) -> dict[str, Callable[[], Any]]:
    """PyTorch as a contestant on as many threads as the others, or nobody."""
    if torch is None:
        return {}

    def call() -> Any:
        if torch.get_num_threads() != mm.get_num_threads():
            torch.set_num_threads(mm.get_num_threads())
        return function()

    return {"PyTorch": call}


@pytest.mark.parametrize(("name", "shape", "dtype", "axis", "threads"), ROWS)
def bench_rows(
    compare: Callable[..., harness.Row], name: str, shape: tuple[int, ...], dtype: str, axis: int, threads: int | None
) -> None:
    x = problems.vector(int(np.prod(shape)), dtype).reshape(shape)
    # Accurate enough to tell SciPy's error from ours: double for float32, and double itself within its own n eps.
    reference = getattr(scipy.special, name)(x.astype(np.float64), axis=axis)
    n, eps = shape[axis], float(np.finfo(dtype).eps)
    # A sum of n positive terms in one running sum, the distance to the maximum, log-probabilities of up to log n + 10.
    tolerance = (n / 2 + 60) * eps * (reference if name == "softmax" else 20 + np.log(n))
    out = np.zeros(reference.shape, dtype)
    ours, theirs = getattr(mm.special, name), getattr(scipy.special, name)
    peers = {"SciPy": lambda: theirs(x, axis=axis)}
    if torch is not None:
        tensor, warm = torch.from_numpy(x), torch.zeros(reference.shape, dtype=torch.from_numpy(x[:1]).dtype)
        of_torch = {
            "softmax": lambda: torch.softmax(tensor, axis, out=warm).numpy(),
            "log_softmax": lambda: torch.log_softmax(tensor, axis, out=warm).numpy(),
            "logsumexp": lambda: torch.logsumexp(tensor, axis, out=warm).numpy(),
        }
        peers |= torch_peer(of_torch[name])
    moved = x.nbytes + (0 if name == "logsumexp" else x.nbytes)
    compare(
        "softmax",
        f"{name} {' x '.join(f'{size:,}' for size in shape)}, axis {axis}",
        lambda: ours(x, axis, out=out),
        peers,
        harness.within(reference, tolerance),
        dtype=dtype,
        bytes=moved,
        limit=harness.Limit("read" if name == "logsumexp" else "copy", moved),
        threads=threads,
        seconds=0.06,
    )


@pytest.mark.parametrize("gradient", [False, True])
@pytest.mark.parametrize(
    ("items", "classes", "dtype", "threads"),
    [(1_000_000, 20, "float64", None), (512, 50_257, "float32", None), (64, 10, "float64", 1)],
)
def bench_cross_entropy(
    compare: Callable[..., harness.Row], items: int, classes: int, dtype: str, threads: int | None, gradient: bool
) -> None:
    x = problems.vector(items * classes, dtype).reshape(items, classes)
    labels = problems.generator(items, classes).integers(0, classes, items)
    out = np.zeros_like(x)
    wide = x.astype(np.float64)
    reference = np.mean(scipy.special.logsumexp(wide, axis=1) - wide[np.arange(items), labels])
    del wide

    def composed() -> Any:
        logs = scipy.special.log_softmax(x, axis=1)
        loss = -logs[np.arange(items), labels].mean(dtype=np.float64)
        if gradient:
            slopes = np.exp(logs, out=logs)
            slopes[np.arange(items), labels] -= 1
            slopes /= items
        return loss

    def ours() -> Any:
        if gradient:
            return mm.stats.cross_entropy(x, labels, return_gradient=True, out=out)[0]
        return mm.stats.cross_entropy(x, labels)

    peers: dict[str, Callable[[], Any]] = {"SciPy": composed}
    if torch is not None:
        tensor, of_labels = torch.from_numpy(x).requires_grad_(gradient), torch.from_numpy(labels)

        def of_torch() -> Any:
            loss = torch.nn.functional.cross_entropy(tensor, of_labels)
            if gradient:
                tensor.grad = None
                loss.backward()
            return float(loss.detach())

        peers |= torch_peer(of_torch)
    moved = x.nbytes * (1 + gradient)
    compare(
        "cross_entropy",
        f"{items:,} x {classes:,}" + (", with gradient" if gradient else ""),
        ours,
        peers,
        harness.within(reference, (classes / 2 + 60) * np.finfo(dtype).eps * 20),
        dtype=dtype,
        bytes=moved,
        limit=harness.Limit("copy" if gradient else "read", moved),
        threads=threads,
        seconds=0.06,
    )
