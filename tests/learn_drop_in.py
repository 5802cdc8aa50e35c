# SPDX-License-Identifier: BSD-3-Clause
"""What replacing ``sklearn.`` by ``mlmath_native.learn.`` in an import means, as a table that tests/test_learn_drop_in.py runs.

docs/howto/replace_scikit_learn.md shows it, and the tables of tests/learn_checks.py, between markers. After a change in either,
``python tests/learn_drop_in.py`` writes them there anew.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import io
import pathlib
import re
import warnings
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from learn_checks import EXPECTED_FAILURES, STOCK_FAILURES
from numpy.typing import NDArray

PAGE = pathlib.Path(__file__).parent.parent / "docs" / "howto" / "replace_scikit_learn.md"
MODULES = ("linear_model", "decomposition", "naive_bayes", "cluster", "preprocessing")


@dataclass(frozen=True)
class Case:
    """One case of a fit: what decides it, an example of it, and whether the native path runs."""

    text: str
    native: bool = True
    data: str = "tall"
    parameters: dict[str, Any] = field(default_factory=dict)
    note: str = ""


def stock(text: str, data: str = "tall", note: str = "", **parameters: Any) -> Case:
    """A case that scikit-learn's own code runs."""
    return Case(text, False, data, parameters, note)


@dataclass(frozen=True)
class DropIn:
    """A class: the arguments and grid of the script that both libraries run, and the cases of its fit."""

    module: str
    target: str  # what y is: see `problem`
    arguments: str
    grid: str
    tolerance: float  # of attributes and predictions, relative to the largest element
    numbers: str  # what is different in them
    cases: tuple[Case, ...]
    other: tuple[str, ...] = ()  # fitted attributes that are not the same by intent


SPARSE_STAYS = stock("sparse X", "sparse", "X stays sparse, as in scikit-learn: no cost and no gain")
SPARSE_DENSE = Case(
    "sparse X", data="sparse", note="written out dense, n d numbers; scikit-learn's own where that is above 256 MiB and 4 times X"
)
ROUNDING = "rounding: sums in another order"
SGD = (
    Case("dense X, every loss, penalty, rate, average", note="the same updates in the same order"),
    Case("`early_stopping=True`", parameters={"early_stopping": True}),
    SPARSE_STAYS,
    stock("`verbose` above 0", "two", verbose=1),
)

DROP_IN: dict[str, DropIn] = {
    "HuberRegressor": DropIn(
        "linear_model",
        "score",
        "tol=1e-8, max_iter=10000",
        '{"alpha": [0.001, 1.0]}',
        1e-4,
        "scikit-learn's L-BFGS-B stops where the objective falls by less than 2e-9 of itself, which leaves 1e-5 of a coefficient; "
        "Newton's method ends at `tol`",
        (
            Case("dense X"),
            SPARSE_DENSE,
            stock("fewer rows than unknowns", "wide"),
        ),
        other=("n_iter_",),
    ),
    "LinearRegression": DropIn(
        "linear_model",
        "score",
        "",
        '{"fit_intercept": [True, False]}',
        1e-10,
        ROUNDING + "; normal equations only where their conditioning allows the digits of QR",
        (Case("dense X"), SPARSE_STAYS, stock("`positive=True`", positive=True)),
    ),
    "LogisticRegression": DropIn(
        "linear_model",
        "three classes",
        "tol=1e-9, max_iter=10000",
        '{"C": [0.1, 1.0]}',
        1e-6,
        "the minimum is the same, `tol` bounds the gradient of both; `certificate_` says how far from the minimum the coefficients "
        "are at most; a weight k is k repetitions of the row",
        (
            Case("dense X, L2 or no penalty, two classes or more; any `solver` but liblinear"),
            SPARSE_DENSE,
            stock("L1, elastic net", solver="saga", l1_ratio=0.5, max_iter=10000),
            stock('`solver="liblinear"`', "two", solver="liblinear"),
        ),
        other=("n_iter_",),
    ),
    "PoissonRegressor": DropIn(
        "linear_model",
        "counts",
        "tol=1e-9, max_iter=10000",
        '{"alpha": [0.1, 1.0]}',
        1e-6,
        "the minimum is the same, `tol` bounds the gradient of both, `certificate_` as for LogisticRegression",
        (Case("dense X, both solvers"), SPARSE_DENSE),
        other=("n_iter_",),
    ),
    "Ridge": DropIn(
        "linear_model",
        "score",
        "alpha=0.5",
        '{"alpha": [0.1, 1.0]}',
        1e-10,
        ROUNDING + "; the iterative solvers' names are accepted, and the direct method runs, which has no `tol`",
        (Case("dense X, any `solver` but lbfgs"), SPARSE_STAYS, stock("`positive=True`", positive=True)),
        other=("n_iter_", "solver_"),
    ),
    "RidgeCV": DropIn(
        "linear_model",
        "score",
        "alphas=(0.1, 1.0, 10.0)",
        '{"fit_intercept": [True, False]}',
        1e-10,
        ROUNDING,
        (Case("dense X, leave-one-out"), SPARSE_STAYS, stock("`cv` given", cv=3)),
    ),
    "SGDClassifier": DropIn(
        "linear_model",
        "three classes",
        "random_state=0, max_iter=20, tol=None, alpha=0.01",
        '{"alpha": [0.01, 0.1]}',
        1e-9,
        ROUNDING + "; another side of a loss's kink where a score comes within rounding of it",
        SGD,
    ),
    "SGDRegressor": DropIn(
        "linear_model",
        "score",
        "random_state=0, max_iter=20, tol=None",
        '{"alpha": [0.01, 0.1]}',
        1e-9,
        ROUNDING + "; another side of a loss's kink where a score comes within rounding of it",
        SGD,
    ),
    "IncrementalPCA": DropIn(
        "decomposition",
        "none",
        "n_components=3, batch_size=40",
        '{"incrementalpca__n_components": [2, 3]}',
        1e-9,
        ROUNDING,
        (
            Case("every fit and `partial_fit`"),
            Case("sparse X", data="sparse", note="made dense a batch at a time, as by scikit-learn"),
        ),
    ),
    "PCA": DropIn(
        "decomposition",
        "none",
        "n_components=3",
        '{"pca__n_components": [2, 3]}',
        1e-9,
        "deviations from the means are multiplied, where scikit-learn's `covariance_eigh` and `transform` subtract large products; "
        "`randomized` normalizes by QR, not LU",
        (
            Case("dense X", parameters={"n_components": 2}),
            Case('`svd_solver="randomized"`', parameters={"n_components": 2, "svd_solver": "randomized", "random_state": 0}),
            stock('`svd_solver="arpack"`', n_components=2, svd_solver="arpack"),
            Case("sparse X", False, "sparse", {"n_components": 2}, SPARSE_STAYS.note),
        ),
    ),
    "TruncatedSVD": DropIn(
        "decomposition",
        "none",
        "n_components=3, n_iter=20, random_state=0",
        '{"truncatedsvd__n_components": [2, 3]}',
        1e-9,
        ROUNDING + "; `randomized` normalizes by QR, not LU",
        (
            Case("dense X", parameters={"random_state": 0}),
            stock('`algorithm="arpack"`', algorithm="arpack"),
            SPARSE_STAYS,
        ),
    ),
    "BernoulliNB": DropIn(
        "naive_bayes",
        "three classes",
        "binarize=0.5",
        '{"alpha": [0.5, 1.0]}',
        1e-12,
        ROUNDING,
        (Case("dense X"), SPARSE_STAYS),
    ),
    "GaussianNB": DropIn(
        "naive_bayes",
        "three classes",
        "",
        '{"var_smoothing": [1e-9, 1e-3]}',
        1e-8,
        ROUNDING + ", in double for float32 too; `partial_fit` takes away the `epsilon_` it had added, not the next one, which is "
        "1e-9 of the largest variance",
        (Case("dense X, fit and `partial_fit` (sparse X is an error, as in scikit-learn)"),),
    ),
    "MultinomialNB": DropIn(
        "naive_bayes",
        "three classes",
        "",
        '{"alpha": [0.5, 1.0]}',
        1e-12,
        ROUNDING,
        (Case("dense X"), SPARSE_STAYS),
    ),
    "KMeans": DropIn(
        "cluster",
        "none",
        "n_clusters=3, n_init=2, random_state=0",
        '{"n_clusters": [2, 3]}',
        1e-10,
        ROUNDING + "; the same seed gives the same centres unless a row is within rounding of two of them",
        (
            Case("dense X, both algorithms", parameters={"n_clusters": 3, "random_state": 0}),
            Case("sparse X", False, "sparse", {"n_clusters": 3, "random_state": 0}, SPARSE_STAYS.note),
        ),
    ),
    "StandardScaler": DropIn(
        "preprocessing",
        "none",
        "",
        '{"standardscaler__with_mean": [True, False]}',
        1e-12,
        ROUNDING + ", one pass",
        (Case("dense X"), Case("sparse X", False, "sparse", {"with_mean": False}, SPARSE_STAYS.note)),
    ),
}


def problem(target: str, data: str = "tall") -> tuple[Any, NDArray[Any] | None]:
    """X, 120 x 6 ("tall"; "two": of two classes; "sparse": a sparse matrix) or 20 x 40 ("wide"), counts for classes, and y."""
    rng = np.random.default_rng(7)
    n, d = (20, 40) if data == "wide" else (120, 6)
    X = rng.standard_normal((n, d)) + 0.5
    score = X @ rng.uniform(-1, 1, d) + 0.3 * rng.standard_normal(n)
    if target == "three classes":
        X = rng.poisson(np.exp(0.5 * X)).astype(np.float64)
    levels = [0.5] if data == "two" else [0.3, 0.6]
    y = {
        "score": score,
        "three classes": np.array(["a", "b", "c"])[np.digitize(score, np.quantile(score, levels))],
        "counts": rng.poisson(np.exp(0.3 * score)).astype(np.float64),
        "none": None,
    }[target]
    if data == "sparse":
        sparse = importlib.import_module("scipy.sparse")
        return sparse.csr_array(np.where(np.abs(X) > 0.5, X, 0.0)), y
    return X, y


def class_of(name: str, package: str = "mlmath_native.learn") -> Any:
    """The class of that name."""
    return getattr(importlib.import_module(f"{package}.{DROP_IN[name].module}"), name)


def names() -> list[str]:
    """All estimators of mlmath_native.learn, module by module."""
    found = []
    for module in MODULES:
        ours = importlib.import_module(f"mlmath_native.learn.{module}")
        found += [n for n in ours.__all__ if inspect.isclass(getattr(ours, n)) and hasattr(getattr(ours, n), "get_params")]
    return found


def solver_used(name: str, case: Case) -> str:
    """What `solver_used_` says after the case's example."""
    X, y = problem(DROP_IN[name].target, case.data)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        model = class_of(name)(**case.parameters).fit(X, y)
    used: str = model.solver_used_
    return used


def paths_table() -> str:
    """The table of cases: class, case, `solver_used_`."""
    lines = ["| class | case | runs | `solver_used_` in the example | note |", "|---|---|---|---|---|"]
    for name, entry in DROP_IN.items():
        shown = f"`{entry.module}.{name}`"
        for case in entry.cases:
            used = solver_used(name, case)
            runs = "native" if case.native else "scikit-learn"
            lines.append(f"| {shown} | {case.text} | {runs} | `{used}` | {case.note} |")
            shown = ""
    return "\n".join(lines)


def numbers_table() -> str:
    """The table of tolerances."""
    lines = ["| class | within, of the largest | what differs | attributes that differ by intent |", "|---|---|---|---|"]
    for name, entry in DROP_IN.items():
        other = ", ".join(f"`{attribute}`" for attribute in entry.other)
        lines.append(f"| `{name}` | {entry.tolerance:.0e} | {entry.numbers} | {other} |")
    return "\n".join(lines)


def checks_table() -> str:
    """The table of estimator checks that are expected to fail, ours beside scikit-learn's own."""
    lines = ["| class | check | ours | scikit-learn's | reason |", "|---|---|---|---|---|"]
    clean = []
    for name in DROP_IN:
        ours, theirs = EXPECTED_FAILURES.get(name, {}), STOCK_FAILURES.get(name, ())
        if not ours and not theirs:
            clean.append(f"`{name}`")
        for check in sorted({*ours, *theirs}):
            state = ["fails" if check in failing else "passes" for failing in (ours, theirs)]
            lines.append(f"| `{name}` | `{check}` | {state[0]} | {state[1]} | {ours.get(check, '')} |")
    return "\n".join(lines) + f"\n\nAll checks pass, ours and scikit-learn's: {', '.join(clean)}."


TABLES = {"paths": paths_table, "numbers": numbers_table, "checks": checks_table}


def with_tables(page: str) -> str:
    """The page with what stands between its markers written anew."""
    for name, table in TABLES.items():
        pattern = re.compile(rf"(<!-- table:begin {name} -->\n).*?(<!-- table:end {name} -->)", re.DOTALL)
        assert pattern.search(page), f"the page has no markers for {name}"
        text = table()
        page = pattern.sub(lambda match, text=text: f"{match[1]}{text}\n{match[2]}", page)
    return page


def main() -> None:
    """Write the tables into the page."""
    PAGE.write_text(with_tables(PAGE.read_text()))


if __name__ == "__main__":
    main()
