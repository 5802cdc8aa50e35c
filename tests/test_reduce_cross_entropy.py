# SPDX-License-Identifier: BSD-3-Clause
"""cross_entropy: the definition in many digits, gradients by finite differences, weights, smoothing, layouts, bad input."""

from __future__ import annotations

from itertools import product
from typing import Any

import mpmath
import numpy as np
import pytest

import mlmath_native as mm
from mlmath_native.stats import cross_entropy

DTYPES = [np.float32, np.float64]
SIZES = [1, 2, 3, 8, 17, 32, 33, 65, 300, 1024, 1025, 2500]


def coefficients(targets: np.ndarray, classes: int, weight: Any, smoothing: float) -> np.ndarray:
    """The c_ij of the definition, class axis last, in double."""
    q = np.eye(classes)[targets] if targets.dtype.kind == "i" else targets.astype(np.float64)
    c = (1 - smoothing) * q + smoothing / classes
    return c if weight is None else c * np.asarray(weight, np.float64)


def definition(
    logits: np.ndarray, targets: np.ndarray, weight: Any = None, sample_weight: Any = None, smoothing: float = 0.0
) -> np.ndarray:
    """Losses of every sample, class axis last, in longdouble."""
    x = logits.astype(np.longdouble)
    shifted = x - x.max(axis=-1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    losses = -(coefficients(targets, x.shape[-1], weight, smoothing) * logs).sum(axis=-1)
    return losses if sample_weight is None else losses * np.asarray(sample_weight)


def reduced(losses: np.ndarray, reduction: str, divisor: Any) -> Any:
    return losses if reduction == "none" else losses.sum() if reduction == "sum" else losses.sum() / divisor


def divisor(targets: np.ndarray, weight: Any, sample_weight: Any) -> Any:
    labels = targets.dtype.kind == "i"
    w = np.asarray(weight)[targets] if labels and weight is not None else np.ones(targets.shape if labels else targets.shape[:-1])
    return (w if sample_weight is None else w * np.asarray(sample_weight)).sum()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["labels", "probabilities"])
@pytest.mark.parametrize("n", SIZES)
def test_loss_and_gradient_are_the_definitions(isa: str, n: int, kind: str, dtype: Any, rng: np.random.Generator) -> None:
    x = (3 * rng.standard_normal((5, n))).astype(dtype)
    targets = rng.integers(0, n, 5) if kind == "labels" else rng.dirichlet(np.ones(n), 5).astype(dtype)
    w, v = (rng.random(n) + 0.5).astype(dtype), (rng.random(5) + 0.5).astype(dtype)
    eps = float(np.finfo(dtype).eps)
    wide = x.astype(np.longdouble)
    p = np.exp(wide - wide.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    for weight, sample_weight, smoothing, reduction in product((None, w), (None, v), (0.0, 0.1, 1.0), ("mean", "sum", "none")):
        keywords = {"weight": weight, "sample_weight": sample_weight, "label_smoothing": smoothing, "reduction": reduction}
        loss, gradient = cross_entropy(x, targets, return_gradient=True, **keywords)
        assert np.array_equal(cross_entropy(x, targets, **keywords), loss)
        assert loss.dtype == gradient.dtype == dtype
        losses = definition(x, targets, weight, sample_weight, smoothing)
        by = divisor(targets, weight, sample_weight) if reduction == "mean" else 1
        expected = reduced(losses, reduction, by)
        # (distance to the maximum + the sum's roundings) per unit of coefficient, and the roundings of the terms.
        c = coefficients(targets, n, weight, smoothing) * (1 if sample_weight is None else sample_weight[:, None])
        roundings = (float(np.ptp(x, axis=1).max()) + min(n, 1024) * x.itemsize / 128 + n / 512 + 40) * eps
        assert np.all(np.abs(loss - expected) <= roundings * (reduced(c.sum(axis=1), reduction, by) + np.abs(expected)))
        slopes = (p * c.sum(axis=1, keepdims=True) - c) / by
        assert np.all(np.abs(gradient - slopes) <= roundings * (p * c.sum(axis=1, keepdims=True) + c) / by)


@pytest.mark.parametrize("kind", ["labels", "probabilities"])
@pytest.mark.parametrize("shape", [(4, 3), (3, 20), (2, 40), (2, 3, 5), (1, 1500)])
def test_gradient_by_finite_differences(isa: str, shape: tuple[int, ...], kind: str, rng: np.random.Generator) -> None:
    axis = 1
    x = rng.standard_normal(shape)
    others = shape[:axis] + shape[axis + 1 :]
    targets: Any = rng.integers(0, shape[axis], others) if kind == "labels" else rng.random(shape)
    w, v = rng.random(shape[axis]) + 0.5, rng.random(others) + 0.5
    for reduction, smoothing in product(("mean", "sum"), (0.0, 0.2)):
        keywords: dict[str, Any] = {
            "axis": axis,
            "weight": w,
            "sample_weight": v,
            "reduction": reduction,
            "label_smoothing": smoothing,
        }
        loss, gradient = cross_entropy(x, targets, return_gradient=True, **keywords)
        # Central differences: h^2/6 of a third derivative below the coefficients' sum, and the losses' rounding over h.
        h = float(np.finfo(float).eps) ** (1 / 3)
        scale = float(np.abs(w).max() * np.abs(v).max()) * (float(targets.sum()) if kind == "probabilities" else 1)
        tolerance = (h * h + 50 * float(np.finfo(float).eps) * abs(float(loss)) / h) * max(scale, 1)
        for index in np.ndindex(*shape) if x.size < 200 else [(0, 0), (0, 700), (0, 1499)]:
            step = np.zeros(shape)
            step[index] = h
            slope = (cross_entropy(x + step, targets, **keywords) - cross_entropy(x - step, targets, **keywords)) / (2 * h)
            assert abs(slope - gradient[index]) <= tolerance


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(40, 20), (30, 50), (6, 3000), (4000, 20), (5, 7, 11)])
def test_same_bits_for_threads_and_layouts(isa: str, shape: tuple[int, ...], dtype: Any, rng: np.random.Generator) -> None:
    for axis in range(len(shape)):
        x = (4 * rng.standard_normal(shape)).astype(dtype)
        others = shape[:axis] + shape[axis + 1 :]
        q = rng.random(shape).astype(dtype)
        for targets in (rng.integers(0, shape[axis], others), q):
            with mm.threads(1):
                loss, gradient = cross_entropy(x, targets, axis=axis, return_gradient=True, label_smoothing=0.1)
                losses = cross_entropy(x, targets, axis=axis, reduction="none", label_smoothing=0.1)
            gaps = np.zeros((*shape[:-1], 2 * shape[-1]), dtype)
            gaps[..., ::2] = x
            for other in (
                np.asfortranarray(x),
                gaps[..., ::2],
                np.ascontiguousarray(x[::-1])[::-1],
                x.astype(x.dtype.newbyteorder()),
            ):
                for count in (1, 2, 3, 7):
                    with mm.threads(count):
                        again = cross_entropy(other, targets, axis=axis, return_gradient=True, label_smoothing=0.1)
                        assert np.array_equal(again[0], loss)
                        assert np.array_equal(again[1], gradient)
                        assert np.array_equal(
                            cross_entropy(other, targets, axis=axis, reduction="none", label_smoothing=0.1), losses
                        )
            strided = np.asfortranarray(targets)
            assert cross_entropy(x, strided, axis=axis, label_smoothing=0.1) == loss


def test_same_bits_on_every_level_with_fma(rng: np.random.Generator) -> None:
    x, labels, q = rng.standard_normal((50, 70)), rng.integers(0, 70, 50), rng.random((50, 70))
    levels = [level for level in mm.system.available_isas() if level != "baseline"]
    results = []
    for level in levels:
        with mm.system.use_isa(level):
            pairs = [cross_entropy(x, t, return_gradient=True, label_smoothing=s) for t in (labels, q) for s in (0.0, 0.1)]
            results.append([part for pair in pairs for part in pair])
    for other in results[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(results[0], other))


def test_a_confident_right_answer_keeps_its_small_loss(isa: str) -> None:
    for gap in (30.0, 100.0, 700.0):
        loss, gradient = cross_entropy(np.array([[gap, 0.0, -1.0]]), [0], return_gradient=True)
        with mpmath.workdps(400):
            exact = mpmath.log1p(mpmath.exp(-gap) + mpmath.exp(-1 - gap))
        assert abs(mpmath.mpf(float(loss)) - exact) <= exact * (gap + 20) * np.finfo(float).eps
        assert gradient[0, 1] > 0
    wrong = cross_entropy(np.array([[1000.0, -1000.0]]), [1])
    assert wrong == 2000.0


@pytest.mark.parametrize("label", [-100, 2])
def test_ignored_samples_do_not_count(label: int, rng: np.random.Generator) -> None:
    x, labels = rng.standard_normal((300, 5)), rng.integers(0, 5, 300)
    labels[::3] = label
    keep = labels != label
    v = rng.random(300)
    for sample_weight in (None, v):
        for weight in (None, rng.random(5)):
            loss, gradient = cross_entropy(
                x, labels, ignore_index=label, sample_weight=sample_weight, weight=weight, label_smoothing=0.1, return_gradient=True
            )
            part = None if sample_weight is None else v[keep]
            loss_of_rest, gradient_of_rest = cross_entropy(
                x[keep], labels[keep], sample_weight=part, weight=weight, label_smoothing=0.1, return_gradient=True
            )
            np.testing.assert_allclose(loss, loss_of_rest, rtol=300 * np.finfo(float).eps)
            np.testing.assert_allclose(gradient[keep], gradient_of_rest, rtol=300 * np.finfo(float).eps)
            assert not gradient[~keep].any()
    losses = cross_entropy(x, labels, ignore_index=label, reduction="none")
    assert not losses[~keep].any()
    with pytest.warns(RuntimeWarning, match="invalid value encountered in cross_entropy"):
        assert np.isnan(cross_entropy(x[:1], [7], ignore_index=7))


def test_impossible_classes(isa: str) -> None:
    x = np.array([[0.0, -np.inf, 0.0], [0.0, 0.0, -np.inf]])
    with np.errstate(all="raise"):
        loss, gradient = cross_entropy(x, np.array([[0.5, 0.0, 0.5], [1.0, 0.0, 0.0]]), return_gradient=True)
        assert loss == pytest.approx(np.log(2), rel=4 * np.finfo(float).eps)
        assert np.array_equal(gradient, [[0, 0, 0], [-0.25, 0.25, 0]])
        assert np.array_equal(cross_entropy(x, [1, 2], reduction="none"), [np.inf, np.inf])
        assert np.isnan(cross_entropy(np.array([[np.nan, 1.0]]), [1]))
        assert np.isnan(cross_entropy(np.full((1, 3), -np.inf), [1]))


def test_out_in_place_overlapping_and_large(rng: np.random.Generator) -> None:
    x, labels = rng.standard_normal((60, 20)), rng.integers(0, 20, 60)
    loss, gradient = cross_entropy(x, labels, return_gradient=True)
    for out in (np.zeros((60, 20)), np.zeros((60, 20), order="F"), np.zeros((60, 40))[:, ::2], np.zeros((60, 20), ">f8")):
        pair = cross_entropy(x, labels, return_gradient=True, out=out)
        assert pair[1] is out
        assert np.array_equal(out, gradient)
    y = x.copy()
    assert cross_entropy(y, labels, return_gradient=True, out=y)[0] == loss
    assert np.array_equal(y, gradient)
    frame = np.zeros(60 * 20 + 1)
    frame[1:] = x.ravel()
    cross_entropy(frame[1:].reshape(60, 20), labels, return_gradient=True, out=frame[:-1].reshape(60, 20))
    assert np.array_equal(frame[:-1].reshape(60, 20), gradient)
    q = rng.random((60, 20))
    expected = cross_entropy(x, q, return_gradient=True)[1]
    cross_entropy(x, q, return_gradient=True, out=q)
    assert np.array_equal(q, expected)
    # Beyond the caches: whole lines past them, the same bits.
    many = np.tile(x, (4000, 1))
    whole = cross_entropy(many, np.tile(labels, 4000), reduction="sum", return_gradient=True)[1]
    alone = cross_entropy(x, labels, reduction="sum", return_gradient=True)[1]
    assert np.array_equal(whole[:60], alone)
    assert np.array_equal(whole[-60:], alone)


def test_dtypes_and_shapes(rng: np.random.Generator) -> None:
    x, labels = rng.integers(0, 9, (6, 4)), rng.integers(0, 4, 6)
    for dtype, result in (
        (np.float16, np.float32),
        (np.float32, np.float32),
        (np.float64, np.float64),
        (np.int8, np.float64),
        (int, np.float64),
    ):
        loss, gradient = cross_entropy(x.astype(dtype), labels, return_gradient=True)
        assert type(loss) is result
        assert gradient.dtype == result
        np.testing.assert_allclose(loss, cross_entropy(x.astype(float), labels), rtol=8 * np.finfo(result).eps)
    for kind in (np.uint8, np.int16, np.uint64, list):
        same = labels.tolist() if kind is list else labels.astype(kind)
        assert cross_entropy(x, same) == cross_entropy(x, labels)
    alone = cross_entropy(x[0], labels[0])
    assert alone == cross_entropy(x[:1], labels[:1])
    assert cross_entropy(x[0], labels[0], reduction="none").shape == ()
    assert cross_entropy(np.ones((2, 3, 4, 5)), np.zeros((2, 4, 5), int), axis=1, reduction="none").shape == (2, 4, 5)
    assert cross_entropy(np.ones((0, 4)), np.zeros(0, int), reduction="sum") == 0
    assert cross_entropy(np.ones((0, 4)), np.zeros(0, int), reduction="none").shape == (0,)
    with pytest.warns(RuntimeWarning, match="invalid"):
        assert np.isnan(cross_entropy(np.ones((0, 4)), np.zeros(0, int)))


@pytest.mark.parametrize(
    ("args", "keywords", "error", "message"),
    [
        ((np.ones((2, 3)), [0, 3]), {}, IndexError, "labels from 0 to 2, got 3 at position 1"),
        ((np.ones((2, 3)), [0, -1]), {}, IndexError, "got -1 at position 1"),
        ((np.ones((2, 3)), [0, 1, 2]), {}, ValueError, r"targets must have shape \(2,\), got \(3,\)"),
        ((np.ones((2, 3)), np.ones((2, 2))), {}, ValueError, r"targets \(probabilities\) must have shape \(2, 3\), got \(2, 2\)"),
        ((np.ones((2, 3)), ["a", "b"]), {}, TypeError, "targets must be integer labels or probabilities"),
        ((np.ones((2, 3)), [True, False]), {}, TypeError, "targets must be integer labels"),
        ((np.ones((2, 3), complex), [0, 1]), {}, TypeError, "logits must be of float16, float32, float64 or integers"),
        ((np.float64(1), 0), {}, ValueError, "class axis"),
        ((np.ones((2, 0)), [0, 1]), {}, ValueError, "at least one class"),
        ((np.ones((2, 3)), [0, 1]), {"axis": 2}, np.exceptions.AxisError, "cross_entropy: axis 2 is out of bounds"),
        ((np.ones((2, 3)), [0, 1]), {"axis": None}, TypeError, "axis must be an integer"),
        ((np.ones((2, 3)), [0, 1]), {"weight": [1.0, 2.0]}, ValueError, r"weight must have shape \(3,\), got \(2,\)"),
        ((np.ones((2, 3)), [0, 1]), {"sample_weight": [1.0]}, ValueError, r"sample_weight must have shape \(2,\), got \(1,\)"),
        ((np.ones((2, 3)), [0, 1]), {"reduction": "average"}, ValueError, "'mean', 'sum' or 'none', got 'average'"),
        ((np.ones((2, 3)), [0, 1]), {"label_smoothing": 1.5}, ValueError, "between 0 and 1, got 1.5"),
        ((np.ones((2, 3)), [0, 1]), {"label_smoothing": float("nan")}, ValueError, "between 0 and 1"),
        ((np.ones((2, 3)), np.ones((2, 3))), {"ignore_index": 1}, ValueError, "ignore_index is for labels"),
        ((np.ones((2, 3)), [0, 1]), {"ignore_index": 1.5}, TypeError, "integer"),
        ((np.ones((2, 3)), [0, 1]), {"out": np.ones((2, 3))}, ValueError, "return_gradient=True"),
        ((np.ones((2, 3)), [0, 1]), {"out": np.ones((3, 2)), "return_gradient": True}, ValueError, r"out must have shape \(2, 3\)"),
        ((np.ones((2, 3)), [0, 1]), {"wrong": 1}, TypeError, "unexpected keyword argument 'wrong'"),
        ((np.ones((2, 3)),), {}, TypeError, "missing required argument 'targets'"),
        ((np.ones((2, 3)), [0, 1], 1), {}, TypeError, "at most 2 positional"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_name(
    args: tuple[Any, ...], keywords: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        cross_entropy(*args, **keywords)
