# SPDX-License-Identifier: BSD-3-Clause
"""Every data set of the benchmarks, by generator and seed: NumPy's PCG64, whose stream is fixed by its documentation."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 20231


def generator(*key: int) -> np.random.Generator:
    """The generator of one problem: PCG64 seeded by SEED and the problem's sizes."""
    return np.random.Generator(np.random.PCG64([SEED, *key]))


def vector(n: int, dtype: Any = np.float64, *, stream: int = 0) -> NDArray[Any]:
    """n standard normal numbers; `stream` gives independent vectors of the same size."""
    return generator(n, stream).standard_normal(n, dtype=dtype)


def matrix(rows: int, columns: int, dtype: Any = np.float64, *, stream: int = 0) -> NDArray[Any]:
    """A rows x columns matrix of standard normal numbers, C order."""
    return generator(rows, columns, stream).standard_normal((rows, columns), dtype=dtype)


def batch(count: int, n: int, dtype: Any = np.float64, *, stream: int = 0) -> NDArray[Any]:
    """`count` square matrices of order n, standard normal."""
    return generator(count, n, n, stream).standard_normal((count, n, n), dtype=dtype)


def symmetric(n: int, dtype: Any = np.float64) -> NDArray[Any]:
    """A symmetric matrix: the mean of a normal matrix and its transpose."""
    a = matrix(n, n, dtype)
    return (a + a.T) / 2


def covariance(n: int, dtype: Any = np.float64) -> NDArray[Any]:
    """A positive definite matrix of condition about 30: the sample covariance of 2n normal vectors."""
    x = matrix(2 * n, n, dtype)
    return (x.T @ x) / (2 * n)


def regression(
    rows: int, columns: int, dtype: Any = np.float64, *, noise: float = 0.1
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """A linear model: X normal, true coefficients normal, y = X w + noise. Returns X, y, w."""
    x = matrix(rows, columns, dtype)
    w = vector(columns, dtype, stream=1)
    y = x @ w + dtype_of(dtype)(noise) * vector(rows, dtype, stream=2)
    return x, y, w


def classification(rows: int, columns: int, dtype: Any = np.float64, *, classes: int = 2) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Labels drawn from a softmax (classes == 2: logistic) model on normal data. Returns X, labels."""
    x = matrix(rows, columns, dtype)
    w = matrix(columns, classes, dtype, stream=1)
    scores = (x @ w).astype(np.float64) + generator(rows, classes, 2).gumbel(size=(rows, classes))
    return x, np.argmax(scores, axis=1)


def dtype_of(dtype: Any) -> Any:
    """The scalar type of a dtype."""
    return np.dtype(dtype).type
