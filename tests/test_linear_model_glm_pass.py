# SPDX-License-Identifier: BSD-3-Clause
"""linear_objective: the formulas in NumPy, complex step, central differences, extremes, scikit-learn's objective."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mlmath_native as mm
from mlmath_native.optim import linear_objective

EPS = np.finfo(float).eps
SHAPES = [(1, 1), (2, 3), (7, 4), (8, 8), (129, 5), (300, 17), (1000, 50), (40, 300)]
OUTPUTS = [1, 2, 3, 10]


def problem(rng: np.random.Generator, n: int, d: int, outputs: int, dtype: Any = np.float64) -> tuple[NDArray[Any], ...]:
    """X, y, coef, intercept, weights with |X| <= 1 and |coef| <= 1."""
    X = rng.uniform(-1, 1, (n, d)).astype(dtype)
    y = rng.integers(0, max(outputs, 2), n)
    return (
        X,
        y,
        rng.uniform(-1, 1, (outputs, d)).astype(dtype),
        rng.uniform(-1, 1, outputs).astype(dtype),
        rng.uniform(0.5, 2, n).astype(dtype),
    )


def formula(X: Any, y: Any, coef: Any, intercept: Any, l2: float, weights: Any) -> Any:
    """The definition, term by term; analytic in coef and intercept, so that a complex step may go through it."""
    scores = X @ coef.T + intercept
    rows = np.arange(len(y))
    loss = (
        np.log(1 + np.exp(scores[:, 0])) - y * scores[:, 0] if len(coef) == 1 else np.log(np.exp(scores).sum(1)) - scores[rows, y]
    )
    return (weights * loss).sum() / weights.sum() + l2 / 2 * (coef * coef).sum()


def complex_step(X: Any, y: Any, coef: Any, intercept: Any, l2: float, weights: Any) -> tuple[Any, Any]:
    """Derivatives as Im f(x + ih) / h with h = 1e-100: no difference is taken, so no digits are lost."""
    h, gradients = 1e-100, []
    for which in (coef, intercept):
        gradient = np.empty(which.shape)
        for at in np.ndindex(which.shape):
            moved = which.astype(complex)
            moved[at] += 1j * h
            arguments = (moved, intercept) if which is coef else (coef, moved)
            gradient[at] = formula(X, y, *arguments, l2, weights).imag / h
        gradients.append(gradient)
    return gradients[0], gradients[1]


def logistic(X: Any, y: Any, coef: Any, intercept: Any = 0.0, l2: float = 0.0, sample_weight: Any = None) -> Any:
    """The binary loss for one row of coefficients, else the multinomial one; gradients in the coefficients' shapes."""
    coef = np.asarray(coef)
    if coef.ndim == 2 and len(coef) > 1:
        return linear_objective(X, y, coef, intercept, loss="multinomial", l2=l2, sample_weight=sample_weight)
    b = np.asarray(intercept).reshape(())
    f, w, slope = linear_objective(X, y, coef.reshape(-1), b, loss="logistic", l2=l2, sample_weight=sample_weight)
    return f, w.reshape(coef.shape), np.full(np.shape(intercept), slope)


def rounding(n: int, d: int, eps: float) -> float:
    """Bound for |X|, |coef| <= 1.

    A score is a sum of d products and 1, at most d + 1 in size, in at least 8 lanes; sums over n weighted terms of average size at
    most d + 2 go in blocks of at most 128.
    """
    return eps * ((d / 8 + 8) * (d + 1) + (min(n, 128) + 8) * (d + 2))


@pytest.mark.parametrize("outputs", OUTPUTS)
@pytest.mark.parametrize(("n", "d"), SHAPES)
def test_loss_and_gradient_match_formula_and_complex_step(isa: str, n: int, d: int, outputs: int, rng: np.random.Generator) -> None:
    if outputs * d > 100:
        outputs = min(outputs, 2)  # complex steps cost one evaluation per coefficient
    X, y, coef, intercept, weights = problem(rng, n, d, outputs)
    loss, w_gradient, b_gradient = logistic(X, y, coef, intercept, l2=0.3, sample_weight=weights)
    tolerance = 2 * rounding(n, d, EPS)
    assert abs(loss - formula(X, y, coef, intercept, 0.3, weights)) <= tolerance + 0.15 * coef.size * EPS * 8
    expected = complex_step(X, y, coef, intercept, 0.3, weights)
    np.testing.assert_allclose(w_gradient, expected[0], rtol=0, atol=tolerance)
    np.testing.assert_allclose(b_gradient, expected[1], rtol=0, atol=tolerance)


@pytest.mark.parametrize("outputs", OUTPUTS)
def test_gradient_is_the_slope_of_the_loss(outputs: int, rng: np.random.Generator) -> None:
    # Central differences of the native loss itself: h = eps^(1/3) leaves an error of about h^2 |f'''| / 6 + eps |f| / h.
    X, y, coef, intercept, _ = problem(rng, 200, 6, outputs)
    h = EPS ** (1 / 3)
    _, w_gradient, b_gradient = logistic(X, y, coef, intercept, l2=0.1)
    for _ in range(5):
        dw, db = rng.normal(size=coef.shape), rng.normal(size=intercept.shape)
        length = np.sqrt((dw * dw).sum() + (db * db).sum())
        ahead = logistic(X, y, coef + h * dw, intercept + h * db, l2=0.1)[0]
        behind = logistic(X, y, coef - h * dw, intercept - h * db, l2=0.1)[0]
        slope = float((w_gradient * dw).sum() + (b_gradient * db).sum())
        assert abs((ahead - behind) / (2 * h) - slope) <= h * h * (length * np.sqrt(7)) ** 3 + rounding(200, 6, EPS) / h


@pytest.mark.parametrize("outputs", OUTPUTS)
def test_float32(isa: str, outputs: int, rng: np.random.Generator) -> None:
    X, y, coef, intercept, weights = problem(rng, 1000, 20, outputs, np.float32)
    loss, *gradients = logistic(X, y, coef, intercept, l2=0.3, sample_weight=weights)
    exact = [a.astype(np.float64) for a in (X, coef, intercept, weights)]
    expected, *expected_gradients = logistic(exact[0], y, exact[1], exact[2], l2=0.3, sample_weight=exact[3])
    tolerance = rounding(1000, 20, float(np.finfo(np.float32).eps))
    assert abs(loss - expected) <= tolerance
    for gradient, wanted in zip(gradients, expected_gradients):
        assert gradient.dtype == np.float64
        np.testing.assert_allclose(gradient, wanted, rtol=0, atol=tolerance)


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bits_do_not_depend_on_threads_or_layout(
    isa: str, threads: int, outputs: int, dtype: type, rng: np.random.Generator
) -> None:
    X, y, coef, intercept, weights = problem(rng, 5000, 23, outputs, dtype)
    with mm.threads(1):
        expected = logistic(X, y, coef, intercept, l2=0.1, sample_weight=weights)
    wide = np.zeros((5000, 46), dtype)
    wide[:, ::2] = X
    unaligned = np.zeros(X.nbytes + 1, np.uint8)[1:].view(dtype).reshape(X.shape)
    unaligned[:] = X
    for same in (X, np.asfortranarray(X), wide[:, ::2], X[::-1].copy()[::-1], X.astype(X.dtype.newbyteorder()), unaligned):
        before = same.copy()
        loss, *gradients = logistic(same, y, np.asfortranarray(coef), intercept, l2=0.1, sample_weight=np.repeat(weights, 2)[::2])
        assert loss == expected[0]
        for gradient, wanted in zip(gradients, expected[1:]):
            np.testing.assert_array_equal(gradient, wanted)
        np.testing.assert_array_equal(same, before)


@pytest.mark.parametrize("outputs", OUTPUTS)
def test_levels_with_fma_give_the_same_bits(outputs: int, rng: np.random.Generator) -> None:
    X, y, coef, intercept, _ = problem(rng, 777, 29, outputs)
    levels = [level for level in mm.system.available_isas() if level != "baseline"]
    if len(levels) < 2:
        pytest.skip("needs two levels with FMA")
    results = []
    for level in levels:
        with mm.system.use_isa(level):
            results.append(logistic(X, y, coef, intercept, l2=0.1))
    for other in results[1:]:
        assert other[0] == results[0][0]
        np.testing.assert_array_equal(other[1], results[0][1])
        np.testing.assert_array_equal(other[2], results[0][2])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("score", [-1000.0, -50.0, -1.0, 0.0, 1.0, 50.0, 1000.0])
def test_extreme_scores(isa: str, dtype: type, score: float) -> None:
    eps, tiny = np.finfo(dtype).eps, np.finfo(dtype).tiny
    with np.errstate(all="raise"):
        for label in (0, 1):
            margin = score if label == 0 else -score  # loss log(1 + exp margin)
            loss, w, b = logistic(np.array([[1.0]], dtype), [label], np.array([score], dtype))
            expected = max(margin, 0.0) + np.log1p(np.exp(-abs(margin)) if abs(margin) < 700 else 0.0)
            if margin < -700:
                expected = 0.0
            assert abs(loss - expected) <= 4 * eps * expected + tiny
            slope = 0.0 if margin < -700 else 1.0 if margin > 700 else 1 / (1 + np.exp(-margin))
            assert abs(abs(float(w[0])) - slope) <= 4 * eps * slope + tiny
            assert float(b) == float(w[0])
        # softmax: one class far above the others
        loss, w, b = logistic(np.array([[1.0]], dtype), [0], np.array([[score], [0.0], [0.0]], dtype))
        top = max(score, 0.0)
        expected = top + np.log(np.exp(max(score - top, -700.0)) + 2 * np.exp(max(-top, -700.0))) - score
        assert abs(loss - expected) <= 4 * eps * (1 + abs(score))
        assert abs(float(b.sum())) <= 4 * eps


@pytest.mark.parametrize("outputs", [1, 3])
def test_weight_k_counts_as_k_repetitions(outputs: int, rng: np.random.Generator) -> None:
    X, y, coef, intercept, _ = problem(rng, 60, 4, outputs)
    counts = rng.integers(0, 4, 60)
    weighted = logistic(X, y, coef, intercept, l2=0.2, sample_weight=counts)
    repeated = logistic(np.repeat(X, counts, axis=0), np.repeat(y, counts), coef, intercept, l2=0.2)
    for a, b in zip(weighted, repeated):
        np.testing.assert_allclose(a, b, rtol=0, atol=rounding(180, 4, EPS))


@pytest.mark.parametrize("data", ["load_iris", "load_breast_cancer"])
def test_scikit_learns_objective_and_minimum(data: str) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import log_loss

    X, y = getattr(datasets, data)(return_X_y=True)
    X = (X - X.mean(0)) / X.std(0)
    n, C = len(y), 0.7
    model = LogisticRegression(C=C, tol=1e-10, max_iter=10_000).fit(X, y)
    loss, w, b = logistic(X, y, model.coef_, model.intercept_, l2=1 / (C * n))
    objective = C * n * log_loss(y, model.predict_proba(X)) + 0.5 * (model.coef_**2).sum()
    assert abs(C * n * loss - objective) <= C * n * rounding(n, X.shape[1], EPS) * np.abs(model.coef_).max() + 1e-12 * objective
    # scikit-learn stops when the gradient of the mean loss is at most tol; ours must see the same minimum.
    assert max(np.abs(w).max(), np.abs(b).max()) <= 1e-7


def test_nan_comes_out(isa: str) -> None:
    X = np.ones((5, 3))
    X[2, 1] = np.nan
    loss, w, b = linear_objective(X, [0, 1, 0, 1, 0], np.zeros(3), loss="logistic")
    assert np.isnan(loss)
    assert np.isnan(w).all()
    assert np.isnan(b)


def residual_loss(name: str, y: Any, z: Any, delta: float) -> Any:
    """The losses with one score a row, from their definitions; analytic in z."""
    if name == "squared":
        return (z - y) ** 2 / 2
    if name == "logistic":
        return np.log(1 + np.exp(z)) - y * z
    if name == "poisson":
        return np.exp(z) - y * z
    u = z - y
    size = np.where(u.real < 0, -u, u)
    return np.where(size.real <= delta, u * u / 2, delta * (size - delta / 2))


@pytest.mark.parametrize("name", ["squared", "logistic", "poisson", "huber"])
def test_every_loss_by_complex_step_and_differences(isa: str, name: Any, rng: np.random.Generator) -> None:
    n, d, delta = 250, 7, 0.8
    X, w, s = rng.uniform(-1, 1, (n, d)), rng.uniform(-1, 1, d), rng.uniform(0.5, 2, n)
    y = rng.integers(0, 2, n) if name == "logistic" else rng.integers(0, 5, n) if name == "poisson" else rng.normal(size=n)

    def native(at: Any) -> Any:
        return linear_objective(X, y, at[:-1], at[-1], loss=name, l2=0.3, sample_weight=s, huber_delta=delta)

    def formula_of(at: Any) -> Any:
        losses = residual_loss(name, y, X @ at[:-1] + at[-1], delta)
        return np.sum(s * losses) / s.sum() + 0.15 * np.sum(at[:-1] ** 2)

    at = np.append(w, 0.2)
    f, w_gradient, b_gradient = native(at)
    gradient = np.append(w_gradient, b_gradient)
    # Scores below 8, typically 1: residuals of poisson below e^3 in the mean, others below 5.
    tolerance = 2 * rounding(n, d, EPS) * (np.exp(3) if name == "poisson" else 5)
    assert abs(f - formula_of(at)) <= tolerance
    h = EPS ** (1 / 3)
    for j, e in enumerate(np.eye(d + 1)):
        assert abs(gradient[j] - formula_of(at + 1e-100j * e).imag / 1e-100) <= tolerance
        # Central differences of the native value: h^2 times the third derivative, eps |f| / h; a row on huber's kink adds h / n.
        difference = (native(at + h * e)[0] - native(at - h * e)[0]) / (2 * h)
        assert abs(difference - gradient[j]) <= h * h * np.exp(4) + tolerance / h + h * d / n


def test_shapes_follow_the_loss() -> None:
    X, y = np.ones((4, 3)), [0, 1, 0, 1]
    f, w, b = linear_objective(X, y, np.zeros(3), loss="logistic")
    assert (w.shape, type(b)) == ((3,), float)
    assert abs(f - np.log(2)) <= EPS
    for K in (2, 5):  # classes without a row are classes all the same
        f, w, b = linear_objective(X, y, np.zeros((K, 3)), loss="multinomial")
        assert (w.shape, b.shape) == ((K, 3), (K,))
        assert abs(f - np.log(K)) <= 4 * EPS
    integers = linear_objective([[1, 2], [3, 4]], [True, False], [1, -1], loss="squared")
    assert integers[1].dtype == np.float64


X3, Y3 = np.ones((3, 2)), [0, 1, 0]
C3: dict[str, Any] = {"loss": "multinomial", "coef": np.zeros((3, 2))}
BAD: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"X": np.ones(3)}, ValueError, r"X must have shape \(n, d\) with at least one row and one column, got shape \(3,\)"),
    ({"X": np.ones((0, 2)), "y": []}, ValueError, r"X must have shape \(n, d\) with at least one row"),
    ({"X": X3 * 1j}, TypeError, "X must hold real numbers, got dtype complex128"),
    ({"X": [["a", "b"]] * 3}, TypeError, "X must hold real numbers, got dtype <U1"),
    ({"y": [0, 1]}, ValueError, r"y must have shape \(3,\), got \(2,\)"),
    ({"y": [0, 1, 2]}, ValueError, "y must be 0 or 1 for loss 'logistic', got 2"),
    ({"y": [0, np.nan, 0]}, ValueError, "y must be 0 or 1 for loss 'logistic', got nan"),
    ({"y": ["a", "b", "a"]}, TypeError, "y must hold real numbers, got dtype <U1"),
    ({"coef": np.zeros(3)}, ValueError, r"coef must have shape \(2,\), got \(3,\)"),
    ({"intercept": [0.0, 0.0]}, ValueError, r"intercept must have shape \(\), got \(2,\)"),
    ({"loss": "hinge"}, ValueError, "loss must be one of"),
    (C3 | {"coef": np.zeros((2, 2)), "y": [0, 1, 2]}, ValueError, r"coef must have shape \(3, 2\), got \(2, 2\)"),
    (C3 | {"y": [0, -1, 2]}, ValueError, "y must hold class numbers"),
    (C3 | {"y": [0, 0.5, 2]}, ValueError, "y must hold class numbers"),
    (C3 | {"intercept": np.zeros(2)}, ValueError, r"intercept must have shape \(3,\)"),
    ({"l2": -1.0}, ValueError, "l2 must be finite and non-negative, got -1.0"),
    ({"l2": np.nan}, ValueError, "l2 must be finite and non-negative, got nan"),
    ({"huber_delta": 0.0}, ValueError, "huber_delta must be finite and positive, got 0.0"),
    ({"sample_weight": [1, 1]}, ValueError, r"sample_weight must have shape \(3,\), got \(2,\)"),
    ({"sample_weight": [1, -1, 1]}, ValueError, "sample_weight must be finite and non-negative with a positive sum"),
    ({"sample_weight": [0, 0, 0]}, ValueError, "sample_weight must be finite and non-negative with a positive sum"),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD)
def test_bad_input(change: dict[str, Any], error: type[Exception], message: str) -> None:
    arguments: dict[str, Any] = {"X": X3, "y": Y3, "coef": np.zeros(2), "loss": "logistic"} | change
    with pytest.raises(error, match=f"^linear_objective: {message}"):
        linear_objective(**arguments)
