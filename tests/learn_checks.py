# SPDX-License-Identifier: BSD-3-Clause
"""scikit-learn's estimator checks for the estimators of mlmath_native.learn, and the table of those that are expected to fail.

Every class passes all checks but those in `EXPECTED_FAILURES`, each with its reason. `STOCK_FAILURES` is the baseline: what
scikit-learn's own class of that name fails in scikit-learn 1.9.1, recorded by `python tests/learn_checks.py`, which runs the checks
on both and prints where they differ from the tables.

In a test file::

    from learn_checks import estimator_checks

    @estimator_checks(Ridge(), RidgeCV())
    def test_estimator_checks(estimator, check):
        check(estimator)
"""

from __future__ import annotations

import importlib
import inspect
import sys
import warnings
from typing import Any

from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

_WEIGHT_CHECKS = ("check_sample_weight_equivalence_on_dense_data", "check_sample_weight_equivalence_on_sparse_data")

# Class name -> check -> why ours fails it.
EXPECTED_FAILURES: dict[str, dict[str, str]] = {
    "Ridge": {
        "check_non_transformer_estimators_n_iter": "n_iter_ is documented as None for the default solver, which does not iterate",
    },
    "SGDClassifier": dict.fromkeys(_WEIGHT_CHECKS, "a repeated row is another update, in another place of the order"),
    "SGDRegressor": dict.fromkeys(_WEIGHT_CHECKS, "a repeated row is another update, in another place of the order"),
    "HuberRegressor": dict.fromkeys(
        _WEIGHT_CHECKS,
        "15 rows, 32 unknowns: scikit-learn's own fit runs, which stops where the objective falls by less than 2e-9 of itself",
    ),
    "KMeans": dict.fromkeys(_WEIGHT_CHECKS, "k-means++ draws rows: one of weight 2 is not two of them to the generator"),
}

# Class name -> checks that scikit-learn 1.9.1's own class fails.
STOCK_FAILURES: dict[str, tuple[str, ...]] = {
    "LinearRegression": (),
    "Ridge": ("check_non_transformer_estimators_n_iter",),
    "RidgeCV": (),
    "SGDClassifier": _WEIGHT_CHECKS,
    "SGDRegressor": _WEIGHT_CHECKS,
    "LogisticRegression": (),
    "PoissonRegressor": (),
    "HuberRegressor": _WEIGHT_CHECKS,
    "PCA": (),  # but PCA(svd_solver="covariance_eigh"): check_fit2d_1sample, "Eigenvalues did not converge" for a single row
    "IncrementalPCA": (),
    "TruncatedSVD": (),
    "StandardScaler": (),
    "GaussianNB": (),
    "MultinomialNB": (),
    "BernoulliNB": (),
    "KMeans": _WEIGHT_CHECKS,
}


def expected_failures(estimator: Any) -> dict[str, str]:
    """The row of `EXPECTED_FAILURES` for parametrize_with_checks."""
    return EXPECTED_FAILURES.get(type(estimator).__name__, {})


def estimator_checks(*estimators: Any) -> Any:
    """Parametrize a test of (estimator, check); an expected failure that passes is a failure (xfail_strict)."""
    return parametrize_with_checks(list(estimators), expected_failed_checks=expected_failures)


def failures(estimator: Any) -> dict[str, str]:
    """Check -> first line of its error, of the checks that `estimator` fails."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(estimator, on_fail=None, on_skip=None)
    return {
        result["check_name"]: str(result["exception"]).strip().split("\n")[0] for result in results if result["status"] == "failed"
    }


def _estimators() -> list[tuple[str, type, type]]:
    """(name, ours, scikit-learn's) of all estimators in mlmath_native.learn."""
    found = []
    for module in ("linear_model", "decomposition", "naive_bayes", "cluster", "preprocessing"):
        try:
            ours = importlib.import_module(f"mlmath_native.learn.{module}")
        except ModuleNotFoundError:
            continue
        stock = importlib.import_module(f"sklearn.{module}")
        for name in ours.__all__:
            cls = getattr(ours, name)
            if inspect.isclass(cls) and hasattr(cls, "get_params") and hasattr(stock, name):
                found.append((name, cls, getattr(stock, name)))
    return found


def main() -> None:
    """Print what fails, of ours and of scikit-learn's, and whether the tables say so."""
    wanted = sys.argv[1:]
    for name, cls, stock in _estimators():
        if wanted and name not in wanted:
            continue
        ours, theirs = failures(cls()), failures(stock())
        print(f"{name}: ours fails {len(ours)}, scikit-learn's {len(theirs)}")
        for check, message in ours.items():
            known = check in EXPECTED_FAILURES.get(name, {})
            print(f"    ours{' ' if known else ' (NOT IN THE TABLE) '}{check}: {message}")
        for check in set(EXPECTED_FAILURES.get(name, {})) - set(ours):
            print(f"    IN THE TABLE, BUT PASSES: {check}")
        for check, message in theirs.items():
            known = check in STOCK_FAILURES.get(name, ())
            print(f"    scikit-learn's{' ' if known else ' (NOT IN THE TABLE) '}{check}: {message}")


if __name__ == "__main__":
    main()
