# SPDX-License-Identifier: BSD-3-Clause
"""Replacing `sklearn.` by `mlmath_native.learn.` in the imports of a script gives the script's results, for every class."""

from __future__ import annotations

import importlib
import pathlib
import re
from typing import Any

import numpy as np
import pytest
import scipy.sparse
import sklearn.linear_model as stock
from learn_drop_in import DROP_IN, PAGE, Case, class_of, names, problem, solver_used, with_tables
from sklearn.base import is_classifier, is_clusterer, is_regressor

import mlmath_native as mm

# What a user's script does with an estimator. {package} is all that is replaced.
PREDICTOR = """
import pickle
import numpy as np
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from {package}.preprocessing import StandardScaler
from {package}.{module} import {name}

model = {name}({arguments}).fit(X, y)
assert isinstance(model, base)
results["fitted"] = fitted(model)
results["predictions"] = predictions(model, X)
results["score"] = model.score(X, y)
results["parameters"] = sorted(model.get_params())
results["repr"] = repr(model)
again = clone(model).fit(X, y)
assert_same(fitted(again), fitted(model), again_within)
assert_same(predictions(pickle.loads(pickle.dumps(model)), X), predictions(model, X), again_within)
if non_negative:
    pipeline = make_pipeline({name}({arguments})).fit(X, y)
else:
    pipeline = make_pipeline(StandardScaler(), {name}({arguments})).fit(X, y)
results["pipeline"] = predictions(pipeline, X), pipeline.score(X, y)
pipeline[:-1].set_output(transform="default")
search = GridSearchCV({name}({arguments}), {grid}, cv=3).fit(X, y)
results["search"] = search.cv_results_["mean_test_score"], predictions(search, X)
results["best"] = search.best_params_
if hasattr(model, "partial_fit"):
    model = {name}({arguments})
    for rows in (slice(0, 40), slice(40, 80), slice(80, None)):
        model.partial_fit(X[rows], *(() if y is None else (y[rows],)), **classes)
    results["in parts"] = fitted(model), predictions(model, X)
"""

TRANSFORMER = """
import pickle
from sklearn.base import clone
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from {package}.{module} import {name}

model = {name}({arguments})
results["at once"] = model.fit_transform(X)
assert isinstance(model, base)
results["fitted"] = fitted(model)
Z = model.transform(X)
results["transformed"] = Z
results["and back"] = model.inverse_transform(Z)
results["score"] = model.score(X) if hasattr(model, "score") else None
results["parameters"] = sorted(model.get_params())
results["repr"] = repr(model)
results["names"] = list(model.get_feature_names_out())
again = clone(model).fit(X)
assert_same(fitted(again), fitted(model), again_within)
assert_same(pickle.loads(pickle.dumps(model)).transform(X), Z, again_within)
target = X @ range(X.shape[1])
pipeline = make_pipeline({name}({arguments}), LinearRegression())
search = GridSearchCV(pipeline, {grid}, cv=3).fit(X, target)
results["search"] = search.cv_results_["mean_test_score"]
results["best"] = search.best_params_
results["pipeline"] = search.predict(X)
results["output"] = as_numbers(clone(model).set_output(transform=frames).fit_transform(X))
if hasattr(model, "partial_fit"):
    model = {name}({arguments})
    for rows in (slice(0, 40), slice(40, 80), slice(80, None)):
        model.partial_fit(X[rows])
    results["in parts"] = fitted(model), model.transform(X)
"""


def fitted(model: Any) -> dict[str, Any]:
    """The public fitted attributes that are numbers."""
    found = {}
    for name in dir(model):
        if name.endswith("_") and not name.startswith("_") and name != "solver_used_":
            value = getattr(model, name)
            if isinstance(value, int | float | str | np.ndarray | np.number):
                found[name] = value
    return found


def predictions(model: Any, X: Any) -> dict[str, Any]:
    methods = ("predict", "decision_function", "predict_proba", "predict_log_proba", "transform")
    return {method: getattr(model, method)(X) for method in methods if hasattr(model, method)}


def assert_same(ours: Any, theirs: Any, tolerance: float = 0.0, other: tuple[str, ...] = (), where: str = "") -> None:
    """Both the same, numbers to `tolerance` of the largest; of attributes all that scikit-learn's have, but `other`."""
    if isinstance(theirs, dict):
        assert set(theirs) - set(other) <= set(ours), where
        for key in set(theirs) - set(other):
            assert_same(ours[key], theirs[key], tolerance, other, f"{where}.{key}")
    elif isinstance(theirs, list | tuple) and theirs and not isinstance(theirs[0], str):
        assert len(ours) == len(theirs), where
        for a, b in zip(ours, theirs):
            assert_same(a, b, tolerance, other, where)
    elif isinstance(theirs, np.ndarray) and theirs.dtype.kind == "f":
        # (RidgeCV's coefficients are big-endian for big-endian X, ours as scikit-learn's.)
        assert (ours.shape, ours.dtype.newbyteorder("=")) == (theirs.shape, theirs.dtype.newbyteorder("=")), where
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance * max(np.abs(theirs).max(initial=0), 1), err_msg=where)
    elif scipy.sparse.issparse(theirs):
        assert_same(ours.toarray(), theirs.toarray(), tolerance, other, where)
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=tolerance, abs=tolerance), where
    elif isinstance(theirs, np.ndarray):
        assert ours.dtype == theirs.dtype, where
        np.testing.assert_array_equal(ours, theirs, err_msg=where)
    else:
        assert ours == theirs, where


def as_numbers(frame: Any) -> tuple[list[str], Any]:
    """Names and numbers of a data frame."""
    return ([str(c) for c in frame.columns], frame.to_numpy()) if hasattr(frame, "columns") else ([], frame)


def frames() -> str:
    """The data frames that can be asked for here."""
    try:
        importlib.import_module("pandas")
    except ImportError:
        return "default"
    return "pandas"


def run(name: str, package: str, X: Any, y: Any) -> dict[str, Any]:
    entry = DROP_IN[name]
    base = class_of(name, "sklearn")
    predictor = is_classifier(base()) or is_regressor(base()) or is_clusterer(base())
    script = (PREDICTOR if predictor else TRANSFORMER).format(
        package=package, module=entry.module, name=name, arguments=entry.arguments, grid=entry.grid
    )
    results: dict[str, Any] = {}
    exec(
        script,
        {
            "X": X,
            "y": y,
            "base": base,
            "results": results,
            "fitted": fitted,
            "predictions": predictions,
            "assert_same": assert_same,
            # Our bits come again; scikit-learn's transform depends on the order of components_, which a pickle changes.
            "again_within": 1e-12 if package == "sklearn" else 0.0,
            "as_numbers": as_numbers,
            "frames": frames(),
            "non_negative": name == "MultinomialNB",
            "classes": {"classes": np.unique(y)} if is_classifier(base()) else {},
        },
    )
    return results


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", DROP_IN)
def test_a_script_gives_the_same(name: str) -> None:
    entry = DROP_IN[name]
    X, y = problem(entry.target)
    ours, theirs = run(name, "mlmath_native.learn", X, y), run(name, "sklearn", X, y)
    assert len(theirs) >= 7
    assert_same(ours, theirs, entry.tolerance, entry.other)


def test_every_class_is_in_the_table() -> None:
    assert set(DROP_IN) == set(names())


@pytest.mark.parametrize(("name", "case"), [(name, case) for name, entry in DROP_IN.items() for case in entry.cases])
def test_what_runs_is_what_the_page_says(name: str, case: Case, capsys: pytest.CaptureFixture[str]) -> None:
    used = solver_used(name, case)
    assert used not in ("", "native")
    assert (used != "scikit-learn") == case.native


def test_the_page_shows_the_tables(capsys: pytest.CaptureFixture[str]) -> None:
    page = PAGE.read_text()
    assert with_tables(page) == page, "run python tests/learn_drop_in.py"


@pytest.mark.parametrize("name", [name for name, entry in DROP_IN.items() if any(c.text == "sparse X" for c in entry.cases)])
def test_sparse_input_gives_what_scikit_learn_gives(name: str) -> None:
    entry = DROP_IN[name]
    case = next(c for c in entry.cases if c.text == "sparse X")
    X, y = problem(entry.target, "sparse")
    arguments = eval(f"dict({entry.arguments})", {}) | case.parameters
    ours, theirs = (class_of(name, package)(**arguments).fit(X, y) for package in ("mlmath_native.learn", "sklearn"))
    assert scipy.sparse.issparse(X)
    assert_same(fitted(ours), fitted(theirs), entry.tolerance, entry.other)
    assert_same(predictions(ours, X), predictions(theirs, X), entry.tolerance, entry.other)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(
    "form", ["columns first", "every second column", "backwards", "read-only", "memory map", "lists", "big-endian"]
)
@pytest.mark.parametrize("name", DROP_IN)
def test_forms_of_x(name: str, form: str, tmp_path: pathlib.Path) -> None:
    entry = DROP_IN[name]
    X, y = problem(entry.target)
    wide = np.zeros((120, 12))
    wide[:, ::2] = X
    fixed = X.copy()
    fixed.flags.writeable = False
    np.save(tmp_path / "x.npy", X)
    given = {
        "columns first": np.asfortranarray(X),
        "every second column": wide[:, ::2],
        "backwards": X[::-1].copy()[::-1],
        "read-only": fixed,
        "memory map": np.load(tmp_path / "x.npy", mmap_mode="r"),
        "lists": X.tolist(),
        "big-endian": X.astype(">f8"),
    }[form]
    arguments = eval(f"dict({entry.arguments})", {})
    expected, got = class_of(name)(**arguments).fit(X, y), class_of(name)(**arguments).fit(given, y)
    assert_same(fitted(got), fitted(expected), entry.tolerance)
    assert_same(predictions(got, given), predictions(expected, X), entry.tolerance)
    assert_same(X, problem(entry.target)[0])  # not written to


def test_the_example_of_the_page_runs() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec("\n".join(blocks), names)
    assert names["search"].best_score_ > 0.9
    assert type(names["search"].best_estimator_[-1]).__module__.startswith("mlmath_native.learn")


def test_subclasses() -> None:
    """isinstance, and so every rule of others for scikit-learn's classes, holds."""
    assert all(issubclass(class_of(name), class_of(name, "sklearn")) for name in DROP_IN)
    assert issubclass(mm.learn.linear_model.Ridge, stock.Ridge)
