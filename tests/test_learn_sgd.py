# SPDX-License-Identifier: BSD-3-Clause
"""SGDClassifier and SGDRegressor beside scikit-learn's: the same updates, so the same coefficients to rounding."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest
import sklearn.linear_model as stock
from learn_checks import estimator_checks
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning, NotFittedError

import mlmath_native as mm
from mlmath_native.learn.linear_model import SGDClassifier, SGDRegressor

EPS = np.finfo(float).eps
CLASSIFIER_LOSSES = sorted(stock.SGDClassifier.loss_functions)
REGRESSOR_LOSSES = sorted(stock.SGDRegressor.loss_functions)


def problem(n: int, d: int, classes: int = 2, dtype: Any = np.float64) -> tuple[NDArray[Any], NDArray[Any]]:
    """Normal rows and classes of a noisy linear score; classes == 0: the score itself."""
    rng = np.random.default_rng(n * 1000 + d)
    X = rng.standard_normal((n, d)).astype(dtype)
    score = X @ rng.standard_normal(d) / np.sqrt(d) + 0.5 * rng.standard_normal(n)
    return X, score.astype(dtype) if classes == 0 else np.digitize(score, np.linspace(-1, 1, classes + 1)[1:-1])


def both(name: str, X: Any, y: Any, sample_weight: Any = None, **parameters: Any) -> tuple[Any, Any]:
    """Ours and scikit-learn's, fitted."""
    parameters = {"random_state": 3, "max_iter": 6, "tol": None, **parameters}
    ours = {"SGDClassifier": SGDClassifier, "SGDRegressor": SGDRegressor}[name](**parameters)
    theirs = getattr(stock, name)(**parameters)
    return ours.fit(X, y, sample_weight=sample_weight), theirs.fit(X, y, sample_weight=sample_weight)


def check_same(ours: Any, theirs: Any, relative: float = 1e-9) -> None:
    for attribute in ("coef_", "intercept_"):
        a, b = getattr(ours, attribute), getattr(theirs, attribute)
        assert (a.shape, a.dtype) == (b.shape, b.dtype), attribute
        np.testing.assert_allclose(a, b, rtol=0, atol=relative * np.abs(b).max(initial=1), err_msg=attribute)
    assert (ours.n_iter_, ours.t_, ours.n_features_in_) == (theirs.n_iter_, theirs.t_, theirs.n_features_in_)
    assert type(ours.n_iter_) is type(theirs.n_iter_)


@pytest.mark.parametrize("rate", ["constant", "optimal", "invscaling", "adaptive"])
@pytest.mark.parametrize("loss", CLASSIFIER_LOSSES)
def test_classifier_losses_and_rates(loss: str, rate: str) -> None:
    X, y = problem(300, 21)
    # (With "optimal" the first steps of the losses without bound are large; scaled, they stay where rounding is not blown up.)
    ours, theirs = both("SGDClassifier", 0.2 * X, y, loss=loss, learning_rate=rate, alpha=0.02)
    assert ours.solver_used_ == "sgd"
    check_same(ours, theirs)


@pytest.mark.parametrize("rate", ["constant", "optimal", "invscaling", "adaptive"])
@pytest.mark.parametrize("loss", REGRESSOR_LOSSES)
def test_regressor_losses_and_rates(loss: str, rate: str) -> None:
    X, y = problem(300, 21, classes=0)
    ours, theirs = both("SGDRegressor", 0.2 * X, y, loss=loss, learning_rate=rate, alpha=0.02)
    assert ours.solver_used_ == "sgd"
    check_same(ours, theirs)


@pytest.mark.parametrize("average", [False, True, 500])
@pytest.mark.parametrize("penalty", ["l2", "l1", "elasticnet", None])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_penalties_and_averages(penalty: str | None, average: bool | int, fit_intercept: bool) -> None:
    X, y = problem(300, 17)
    parameters = {"penalty": penalty, "average": average, "fit_intercept": fit_intercept, "alpha": 0.01}
    check_same(*both("SGDClassifier", X, y, **parameters))
    check_same(*both("SGDRegressor", X, y.astype(float), **parameters))


@pytest.mark.parametrize("shape", [(1, 1), (2, 1), (5, 3), (255, 8), (256, 16), (257, 50), (700, 130)])
def test_shapes(shape: tuple[int, int]) -> None:
    X, y = problem(*shape, classes=0)
    check_same(*both("SGDRegressor", 0.3 * X, y))
    if shape[0] > 1:
        labels = np.arange(shape[0]) % 2
        check_same(*both("SGDClassifier", X, labels))


@pytest.mark.parametrize("loss", ["hinge", "log_loss", "modified_huber", "perceptron"])
def test_float32_rounds_where_scikit_learn_rounds(loss: str) -> None:
    X, y = problem(2000, 30, dtype=np.float32)
    # Nearly all weights are the same floats: what is rounded to float differs by rounding in double before.
    check_same(*both("SGDClassifier", X, y, loss=loss), relative=4 * np.finfo(np.float32).eps)
    check_same(*both("SGDClassifier", X, y, loss=loss, penalty="elasticnet", average=True), relative=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float32_regression(dtype: Any) -> None:
    X, y = problem(2000, 30, classes=0, dtype=dtype)
    check_same(*both("SGDRegressor", 0.3 * X, y), relative=1e-9 if dtype == np.float64 else 1e-5)


@pytest.mark.parametrize("average", [False, 10])
@pytest.mark.parametrize("loss", ["hinge", "log_loss"])
def test_one_versus_all(loss: str, average: bool | int) -> None:
    X, y = problem(400, 13, classes=4)
    labels = np.array(["d", "b", "a", "c"])[y]
    weights = np.random.default_rng(1).uniform(0.5, 2, len(y))
    for class_weight in (None, "balanced", {"a": 2.0, "b": 0.5, "c": 1.0, "d": 3.0}):
        ours, theirs = both(
            "SGDClassifier", X, labels, sample_weight=weights, loss=loss, average=average, class_weight=class_weight, alpha=0.01
        )
        check_same(ours, theirs)
        assert (ours.predict(X) == theirs.predict(X)).mean() > 0.99
        np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), rtol=1e-8, atol=1e-8)


def test_class_weights_of_two_classes() -> None:
    X, y = problem(300, 5)
    for class_weight in ("balanced", {0: 3.0, 1: 0.5}):
        check_same(*both("SGDClassifier", X, y, class_weight=class_weight))
    check_same(*both("SGDClassifier", X, y, sample_weight=np.arange(300.0) % 3))


@pytest.mark.parametrize("rate", ["optimal", "constant", "adaptive"])
@pytest.mark.parametrize("patience", [1, 5])
def test_stops_after_the_same_epoch(rate: str, patience: int) -> None:
    X, y = problem(500, 8)
    parameters = {"learning_rate": rate, "n_iter_no_change": patience, "tol": 1e-3, "max_iter": 2000}
    # (With smaller alpha the first steps exceed what the curvature allows and blow rounding up, scikit-learn's as well as ours.)
    ours, theirs = both("SGDClassifier", X, y, loss="log_loss", alpha=0.05, **parameters)
    assert ours.n_iter_ < 2000
    check_same(ours, theirs)
    check_same(*both("SGDRegressor", 0.3 * X, y.astype(float), **parameters))


def test_not_converged_is_said() -> None:
    X, y = problem(100, 4)
    for model in (SGDClassifier, SGDRegressor):
        with pytest.warns(ConvergenceWarning, match="Maximum number of iteration reached"):
            model(max_iter=2, tol=1e-3, random_state=0).fit(X, y)


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("average", [False, True, 250])
def test_partial_fit_and_warm_start(classes: int, average: bool | int) -> None:
    X, y = problem(300, 9, classes=classes)
    ours = SGDClassifier(random_state=1, average=average, alpha=0.01)
    theirs = stock.SGDClassifier(random_state=1, average=average, alpha=0.01)
    for start in range(0, 300, 100):
        for model in (ours, theirs):
            model.partial_fit(X[start : start + 100], y[start : start + 100], classes=np.unique(y))
        check_same(ours, theirs)
    assert ours.solver_used_ == "sgd"
    for model in (ours, theirs):
        model.set_params(warm_start=True, max_iter=3, tol=None)
        model.fit(X, y)
    check_same(ours, theirs)
    for model in (ours, theirs):
        model.fit(X, y, coef_init=np.ones_like(model.coef_), intercept_init=np.ones_like(model.intercept_))
    check_same(ours, theirs)


@pytest.mark.parametrize("average", [False, True, 250])
def test_partial_fit_of_the_regressor(average: bool | int) -> None:
    X, y = problem(300, 9, classes=0)
    ours, theirs = SGDRegressor(random_state=1, average=average), stock.SGDRegressor(random_state=1, average=average)
    for start in range(0, 300, 100):
        for model in (ours, theirs):
            model.partial_fit(X[start : start + 100], y[start : start + 100])
        check_same(ours, theirs)


def test_a_start_is_not_written_to() -> None:
    X, y = problem(100, 4)
    coef, intercept = np.ones((1, 4)), np.ones(1)
    coef.flags.writeable = False
    SGDClassifier(random_state=0).fit(X, y, coef_init=coef, intercept_init=intercept)
    assert (coef == 1).all()
    assert (intercept == 1).all()


def test_a_shared_generator_advances_as_with_scikit_learn() -> None:
    X, y = problem(100, 4)
    for name, labels in (("SGDClassifier", y), ("SGDClassifier", problem(100, 4, 3)[1]), ("SGDRegressor", y.astype(float))):
        random = np.random.RandomState(5), np.random.RandomState(5)
        ours = {"SGDClassifier": SGDClassifier, "SGDRegressor": SGDRegressor}[name](random_state=random[0]).fit(X, labels)
        theirs = getattr(stock, name)(random_state=random[1]).fit(X, labels)
        check_same(ours, theirs)
        assert random[0].randint(10**9) == random[1].randint(10**9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("penalty", ["l2", "elasticnet", None])
@pytest.mark.parametrize("rate", ["pa1", "pa2"])
@pytest.mark.parametrize("average", [False, 100])
def test_passive_aggressive_steps(rate: str, penalty: str | None, average: bool | int, dtype: Any) -> None:
    X, y = problem(300, 20, 3, dtype)
    X[::50] = 0  # rows that pa1 passes over
    parameters = {"learning_rate": rate, "penalty": penalty, "average": average, "eta0": 0.1, "tol": 1e-3, "max_iter": 50}
    # (Averages of float32 are divided by the scale, which the penalty makes small.)
    relative = 1e-9 if dtype == np.float64 else 1e-4
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        for name, targets, loss in (("SGDClassifier", y, "hinge"), ("SGDRegressor", y.astype(dtype), "epsilon_insensitive")):
            ours, theirs = both(name, X, targets, loss=loss, **parameters)
            assert ours.solver_used_ == "sgd"
            check_same(ours, theirs, relative)
        weights = np.random.default_rng(1).uniform(0, 2, 300)
        check_same(*both("SGDClassifier", X, y == 1, weights, loss="hinge", class_weight="balanced", **parameters), relative)


@pytest.mark.parametrize("penalty", ["l2", "l1", None])
@pytest.mark.parametrize("rate", ["optimal", "adaptive", "pa1"])
@pytest.mark.parametrize("classes", [0, 2, 4])
@pytest.mark.parametrize("weighted", [False, True])
def test_early_stopping(classes: int, rate: str, penalty: str | None, weighted: bool) -> None:
    X, y = problem(400, 7, classes)
    weights = np.random.default_rng(1).uniform(0, 2, 400) if weighted else None
    name, loss = ("SGDClassifier", "hinge") if classes else ("SGDRegressor", "epsilon_insensitive")
    parameters = {"learning_rate": rate, "penalty": penalty, "alpha": 0.02, "eta0": 0.05, "tol": 1e-3, "max_iter": 500}
    for more in ({}, {"validation_fraction": 0.3, "n_iter_no_change": 2, "average": True}):
        ours, theirs = both(name, X, y, weights, loss=loss, early_stopping=True, **parameters, **more)
        assert ours.solver_used_ == "sgd"
        assert ours.n_iter_ < 500
        check_same(ours, theirs)


def test_early_stopping_in_float32_and_its_errors() -> None:
    X, y = problem(300, 9, 3, np.float32)
    check_same(*both("SGDClassifier", X, y, early_stopping=True, tol=1e-3, max_iter=200), 4 * np.finfo(np.float32).eps)
    weights = np.zeros(300)
    weights[0] = 1
    for targets, fraction, sample_weight, pattern in (
        (y, 0.1, weights, "validation set are all zero"),
        (y[:4], 0.1, None, "class"),
    ):
        messages = []
        for model in (SGDClassifier, stock.SGDClassifier):
            estimator = model(early_stopping=True, validation_fraction=fraction, random_state=0)
            with pytest.raises(ValueError, match=pattern) as caught:
                estimator.fit(X[: len(targets)], targets, sample_weight=sample_weight)
            messages.append(str(caught.value))
        assert messages[0] == messages[1]
    with pytest.raises(ValueError, match="early_stopping should be False"):
        SGDClassifier(early_stopping=True).partial_fit(X, y, classes=[0, 1, 2])


def test_a_shared_generator_advances_with_early_stopping_too() -> None:
    X, y = problem(200, 4)
    for name, labels in (("SGDClassifier", y), ("SGDClassifier", problem(200, 4, 3)[1]), ("SGDRegressor", y.astype(float))):
        random = np.random.RandomState(5), np.random.RandomState(5)
        cls = {"SGDClassifier": SGDClassifier, "SGDRegressor": SGDRegressor}[name]
        ours = cls(random_state=random[0], early_stopping=True).fit(X, labels)
        check_same(ours, getattr(stock, name)(random_state=random[1], early_stopping=True).fit(X, labels))
        assert random[0].randint(10**9) == random[1].randint(10**9)


def test_verbose_is_scikit_learns(capsys: pytest.CaptureFixture[str]) -> None:
    X, y = problem(200, 5)
    for name, targets in (("SGDClassifier", y), ("SGDRegressor", y.astype(float))):
        ours, theirs = both(name, X, targets, verbose=1)
        assert ours.solver_used_ == "scikit-learn"
        assert (ours.coef_ == theirs.coef_).all()
    assert "Epoch" in capsys.readouterr().out


def test_sparse_is_scikit_learns() -> None:
    sparse = pytest.importorskip("scipy.sparse")
    X, y = problem(200, 5)
    ours, theirs = both("SGDClassifier", sparse.csr_array(X), y)
    assert ours.solver_used_ == "scikit-learn"
    assert (ours.coef_ == theirs.coef_).all()
    assert (ours.predict(sparse.csr_array(X)) == ours.predict(X)).all()
    assert ours.fit(X, y).solver_used_ == "sgd"


@pytest.mark.parametrize("form", ["columns first", "every second column", "lists", "integers", "read-only", "big-endian"])
def test_forms_of_the_data(form: str) -> None:
    X, y = problem(60, 6)
    X = np.round(X * 4)
    plain = SGDClassifier(random_state=0, tol=None, max_iter=3).fit(X, y)
    wide = np.zeros((60, 12))
    wide[:, ::2] = X
    fixed = X.copy()
    fixed.flags.writeable = False
    given = {
        "columns first": np.asfortranarray(X),
        "every second column": wide[:, ::2],
        "lists": X.tolist(),
        "integers": X.astype(int),
        "read-only": fixed,
        "big-endian": X.astype(">f8"),
    }[form]
    other = clone(plain).fit(given, y)
    assert other.solver_used_ == "sgd"
    assert (other.coef_ == plain.coef_).all()
    assert (other.intercept_ == plain.intercept_).all()


def test_same_bits_for_any_number_of_threads() -> None:
    X, y = problem(300, 20, classes=5)
    results = []
    before = mm.get_num_threads()
    try:
        for threads in (1, 2, 3):
            mm.set_num_threads(threads)
            results.append(SGDClassifier(random_state=0).fit(X, y))
    finally:
        mm.set_num_threads(before)
    assert all((r.coef_ == results[0].coef_).all() and (r.intercept_ == results[0].intercept_).all() for r in results)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_same_bits_on_every_level_with_fma(dtype: Any) -> None:
    """Also where one level has the weights in registers and another in memory: 64 columns and 32 on AVX-512 and AVX2."""
    levels = [level for level in mm.system.available_isas() if level != "baseline"]
    for d in (1, 7, 8, 9, 31, 32, 33, 50, 63, 64, 65, 200):
        X, y = problem(300, d, dtype=dtype)
        results = []
        for level in levels:
            with mm.system.use_isa(level):
                results.append(SGDClassifier(loss="log_loss", alpha=0.01, random_state=0, max_iter=3, tol=None).fit(X, y))
        assert all((r.coef_ == results[0].coef_).all() and (r.intercept_ == results[0].intercept_).all() for r in results), d


@pytest.mark.parametrize("positive", [False, True])
def test_the_logistic_slope_at_any_score(positive: bool) -> None:
    """One update with step 1 from weight 0 and intercept p: the weight is minus the slope at p."""
    model = SGDClassifier(loss="log_loss", penalty=None, learning_rate="constant", eta0=1.0)
    model.partial_fit([[0.0]], [1], classes=[0, 1])
    scores = np.concatenate([np.linspace(-45, 45, 1801), [-1e300, -1000, -710, -707, -400, 400, 707, 710, 1000, 1e300, 1e-300, 0]])
    for p in scores:
        model.coef_, model.intercept_ = np.zeros((1, 1)), np.array([p])
        model.partial_fit([[1.0]], [int(positive)])
        slope = -model.coef_[0, 0]
        with np.errstate(over="ignore"):
            z = np.longdouble(p)
            exact = -1 / (1 + np.exp(z)) if positive else 1 / (1 + np.exp(-z))
        assert abs(slope - exact) <= (min(abs(p), 800) + 6) * EPS * abs(exact) + 1e-300, p


@pytest.mark.parametrize("name", ["SGDClassifier", "SGDRegressor"])
def test_overflow_is_scikit_learns_error(name: str) -> None:
    X, y = problem(50, 3)
    messages = []
    for model in ({"SGDClassifier": SGDClassifier, "SGDRegressor": SGDRegressor}[name], getattr(stock, name)):
        with pytest.raises(ValueError, match="overflow occurred at epoch #1") as caught:
            model(loss="squared_error", learning_rate="constant", eta0=1e300, random_state=0).fit(X, y)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


@pytest.mark.parametrize("name", ["SGDClassifier", "SGDRegressor"])
def test_after_overflow_there_is_no_model_and_the_next_fit_is_a_first_one(name: str) -> None:
    X, y = problem(50, 3)
    cls = {"SGDClassifier": SGDClassifier, "SGDRegressor": SGDRegressor}[name]
    model = cls(loss="squared_error", learning_rate="constant", eta0=1e300, random_state=0)
    first = {"classes": [0, 1]} if name == "SGDClassifier" else {}
    for fit in (model.fit, model.fit, lambda X, y: model.partial_fit(X, y, **first)):
        with pytest.raises(ValueError, match="overflow"):
            fit(X, y)
        with pytest.raises(NotFittedError):
            model.predict(X)
    expected = cls(random_state=0).partial_fit(X, y, **first)
    model.set_params(**expected.get_params()).partial_fit(X, y, **first)
    assert (model.coef_ == expected.coef_).all()


@pytest.mark.parametrize("classes", [0, 2, 3])
def test_ctrl_c(classes: int, tmp_path: Any) -> None:
    """A fit of many minutes stops; a start survives, what had none is not fitted, and the next fit is right."""
    script = tmp_path / "fit.py"
    script.write_text(
        f"""
import signal
import numpy as np
from sklearn.exceptions import NotFittedError
from mlmath_native.learn.linear_model import SGDClassifier, SGDRegressor
signal.signal(signal.SIGINT, signal.default_int_handler)
rng = np.random.default_rng(0)
X = rng.standard_normal((20000, 40))
y = rng.integers(0, max({classes}, 2), 20000)
cls = SGDClassifier if {classes} else SGDRegressor
def interrupted(model):
    # An alarm is a signal as Ctrl-C is, sent to this process while the native loop runs.
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        model.fit(X, y)
    except KeyboardInterrupt:
        return
    raise SystemExit("not interrupted")
long = dict(max_iter=10**6, tol=None, random_state=0)
model = cls(**long)
interrupted(model)
try:
    model.predict(X)
except NotFittedError:
    pass
else:
    raise SystemExit("a model that was never fitted predicts")
model.set_params(max_iter=2).fit(X, y)
assert (model.coef_ == cls(max_iter=2, tol=None, random_state=0).fit(X, y).coef_).all()
before = model.coef_.copy(), np.copy(model.intercept_)
model.set_params(max_iter=10**6, warm_start=True)
interrupted(model)
assert (model.coef_ == before[0]).all() and (model.intercept_ == before[1]).all()
model.set_params(max_iter=1).fit(X, y)
print("done")
"""
    )
    result = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert result.stdout.strip() == "done", result.stderr


@pytest.mark.parametrize("bad", ["nan in X", "inf in X", "one class", "lengths", "nan in y", "alpha", "negative eta0", "no weight"])
def test_errors_are_scikit_learns(bad: str) -> None:
    X, y = problem(20, 3)
    parameters: dict[str, Any] = {}
    targets: Any = y
    weights = None
    if bad == "nan in X":
        X[3, 1] = np.nan
    elif bad == "inf in X":
        X[3, 1] = np.inf
    elif bad == "one class":
        targets = np.ones(20, int)
    elif bad == "lengths":
        targets = y[:-1]
    elif bad == "nan in y":
        targets = np.where(np.arange(20) == 4, np.nan, y)
    elif bad == "alpha":
        parameters = {"alpha": 0.0, "learning_rate": "optimal"}
    elif bad == "negative eta0":
        parameters = {"eta0": -1.0}
    elif bad == "no weight":
        weights = np.zeros(20)
    for ours, theirs in ((SGDClassifier, stock.SGDClassifier), (SGDRegressor, stock.SGDRegressor)):
        if bad == "one class" and ours is SGDRegressor:
            continue
        messages = []
        for model in (ours, theirs):
            with pytest.raises(ValueError) as caught:
                model(**parameters).fit(X, targets, sample_weight=weights)
            messages.append(str(caught.value).replace(ours.__module__, theirs.__module__))
        assert messages[0] == messages[1]


def test_clone_pickle_params() -> None:
    X, y = problem(100, 4)
    model = SGDClassifier(alpha=0.03, random_state=0).fit(X, y)
    again = pickle.loads(pickle.dumps(model))
    assert isinstance(model, stock.SGDClassifier)
    assert type(again) is SGDClassifier
    assert (again.predict(X) == model.predict(X)).all()
    assert clone(model).get_params() == model.get_params() == stock.SGDClassifier(alpha=0.03, random_state=0).get_params()
    again.partial_fit(X, y)
    model.partial_fit(X, y)
    assert (again.coef_ == model.coef_).all()


def test_probabilities() -> None:
    X, y = problem(300, 5, classes=3)
    for loss in ("log_loss", "modified_huber"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            ours, theirs = both("SGDClassifier", X, y, loss=loss, alpha=0.02)
        np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-8, atol=1e-10)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@estimator_checks(SGDClassifier(), SGDRegressor())
def test_estimator_checks(estimator: Any, check: Any) -> None:
    check(estimator)


def _unaligned(array: Any) -> Any:
    return np.frombuffer(b"." + array.tobytes(), array.dtype, offset=1).reshape(array.shape)


@pytest.mark.parametrize("cls", [SGDClassifier, SGDRegressor])
def test_targets_and_weights_that_are_not_aligned(cls: Any) -> None:
    rng = np.random.default_rng(0)
    X, y, weights = rng.standard_normal((40, 3)), np.arange(40) % 2.0, rng.random(40) + 0.5
    wanted = cls(random_state=0).fit(X, y, sample_weight=weights)
    found = cls(random_state=0).fit(X, _unaligned(y), sample_weight=_unaligned(weights))
    np.testing.assert_array_equal(found.coef_, wanted.coef_)
    more = {"classes": [0, 1]} if cls is SGDClassifier else {}
    wanted = cls(random_state=0).partial_fit(X, y, sample_weight=weights, **more)
    found = cls(random_state=0).partial_fit(X, _unaligned(y), sample_weight=_unaligned(weights), **more)
    np.testing.assert_array_equal(found.coef_, wanted.coef_)


def test_classes_that_are_strings_have_scikit_learns_type() -> None:
    X, y = np.random.default_rng(0).random((30, 2)), np.array(["a", "bc"], "U21")[np.arange(30) % 2]
    found, wanted = (cls(random_state=0).fit(X, y) for cls in (SGDClassifier, stock.SGDClassifier))
    np.testing.assert_array_equal(found.classes_, wanted.classes_, strict=True)
