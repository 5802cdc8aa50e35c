# SPDX-License-Identifier: BSD-3-Clause
"""Inputs at the edge of what a fit can take: nearly as many classes as rows, weights of any scale, types, strings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("sklearn")

from sklearn import decomposition as stock

from mlmath_native.learn.decomposition import IncrementalPCA, TruncatedSVD
from mlmath_native.learn.linear_model import LogisticRegression


@pytest.mark.parametrize("labels", [np.arange(30) % 20, np.arange(30), np.array([f"s{i % 20}" for i in range(30)])])
def test_nearly_as_many_classes_as_rows_warn_as_in_scikit_learn(labels: Any) -> None:
    X = np.random.default_rng(0).random((30, 2))
    with pytest.warns(UserWarning, match="number of unique classes is greater than 50%"):
        LogisticRegression().fit(X, labels)


@pytest.mark.parametrize("exponent", [-1030, -1000, 900, 1015])
@pytest.mark.parametrize("classes", [2, 3])
def test_weights_of_any_scale(exponent: int, classes: int) -> None:
    """C times the weights is what counts, also where their sum or its reciprocal overflows."""
    rng = np.random.default_rng(0)
    X, y, w = rng.standard_normal((60, 3)), np.arange(60) % classes, rng.integers(1, 4, 60).astype(float)
    wanted = LogisticRegression(C=2.0).fit(X, y, w)
    C = float(np.ldexp(2.0, -max(exponent, -1000)))
    found = LogisticRegression(C=C).fit(X, y, np.ldexp(w, max(exponent, -1000)))
    np.testing.assert_allclose(found.coef_, wanted.coef_, rtol=1e-13)
    tiny = LogisticRegression().fit(X, y, np.ldexp(w, exponent))
    assert np.isfinite(tiny.coef_).all()
    if exponent < 0:
        np.testing.assert_allclose(tiny.predict_proba(X[:1])[0], np.bincount(y, w) / w.sum(), rtol=1e-3)


def test_the_strongest_penalty_leaves_the_intercept() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((60, 3)), np.arange(60) % 3 == 0
    model = LogisticRegression(C=1e-310, tol=1e-8).fit(X, y)
    assert np.abs(model.coef_).max() < 1e-290
    np.testing.assert_allclose(model.intercept_, np.log(0.5), rtol=1e-6)


def test_incremental_pca_of_wide_float32_rows_has_scikit_learns_types() -> None:
    X = np.random.default_rng(0).random((3, 8)).astype(np.float32)
    found, wanted = IncrementalPCA(2).fit(X), stock.IncrementalPCA(2).fit(X)
    for name in ("components_", "explained_variance_", "explained_variance_ratio_", "singular_values_", "noise_variance_", "mean_"):
        assert getattr(found, name).dtype == getattr(wanted, name).dtype, name


def test_truncated_svd_refuses_strings_as_scikit_learn_does() -> None:
    strings = np.array([["1", "2"], ["3", "4"], ["5", "7"]])
    for use in (TruncatedSVD(1).fit, TruncatedSVD(1).fit(strings.astype(float)).transform):
        with pytest.raises(ValueError, match="not compatible with arrays of bytes/strings"):
            use(strings)
