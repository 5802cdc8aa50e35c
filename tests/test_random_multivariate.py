# SPDX-License-Identifier: BSD-3-Clause
"""multivariate_normal: the normals of the stream times a factor, NumPy's checks and errors, one result however it is drawn."""

from __future__ import annotations

import doctest
import hashlib
import itertools
import pathlib
import pickle
import warnings

import numpy as np
import pytest
from scipy import stats

import mlmath_native as mm

METHODS = ["svd", "eigh", "cholesky"]
TYPES = [np.float64, np.float32]
EYE = np.eye(2)
INDEFINITE = [[1.0, 2.0], [2.0, 1.0]]


def covariance(d: int) -> np.ndarray:
    b = np.random.default_rng(d).standard_normal((d, d))
    return b @ b.T / d + np.eye(d)


def factor_of(cov: np.ndarray, method: str) -> np.ndarray:
    if method == "cholesky":
        return mm.linalg.cholesky(cov)
    if method == "eigh":
        s, u = mm.linalg.eigh(cov)
    else:
        u, s, _ = mm.linalg.svd(cov)
    return u * np.sqrt(s)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("d", [1, 2, 3, 7, 8, 20, 25, 49, 130])
def test_rows_are_normals_of_the_stream_times_the_factor(isa: str, d: int, method: str, dtype: type) -> None:
    cov, mean, n = covariance(d), np.linspace(-2, 3, d), 40
    x = mm.random.default_rng(3).multivariate_normal(mean, cov, n, method=method, dtype=dtype)
    assert x.dtype == dtype
    assert x.shape == (n, d)
    z = mm.random.default_rng(3).standard_normal((n, d), dtype=dtype).astype(np.float64)
    a = factor_of(cov, method)
    scale = np.abs(mean) + np.abs(z) @ np.abs(a).T
    # A chain of d roundings and the mean's; in float32 also those of factor and mean.
    assert (np.abs(x - (mean + z @ a.T)) <= (d + 3) * np.finfo(dtype).eps * scale).all()


@pytest.mark.parametrize("dtype", TYPES)
def test_with_the_identity_it_is_standard_normal(dtype: type) -> None:
    x = mm.random.default_rng(4).multivariate_normal(np.zeros(24), np.eye(24), 30, method="cholesky", dtype=dtype)
    assert np.array_equal(x, mm.random.default_rng(4).standard_normal((30, 24), dtype=dtype))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("method", METHODS)
def test_same_bits_however_it_is_drawn(method: str, dtype: type) -> None:
    # The factor's bits are those of its decomposition: here one for all levels.
    rng = mm.random.default_rng(1)
    rng.multivariate_normal(np.arange(21.0), covariance(21), method=method, dtype=dtype)
    factor = rng._factor
    digests = set()
    for level, threads, cuts, offset in itertools.product(
        mm.system.available_isas(), (1, 2, 3, 7), ((2500,), (1, 2499), (999, 7, 1494)), (0, 1)
    ):
        rng = mm.random.default_rng(9)
        rng._factor = factor
        out = np.empty(2500 * 21 + 1, dtype)[offset : offset + 2500 * 21].reshape(2500, 21)
        with mm.threads(threads), mm.system.use_isa(level):
            for at, n in zip(np.cumsum((0, *cuts)), cuts):
                rng.multivariate_normal(np.arange(21.0), covariance(21), method=method, dtype=dtype, out=out[at : at + n])
        digests.add(hashlib.sha256(out.tobytes()).hexdigest())
        assert rng._factor is factor
    assert len(digests) == 1


# An exact factor, so that no decomposition's rounding takes part: L of [[4, 2], [2, 5]] is [[2, 0], [1, 2]].
GOLDEN = {
    np.float64: "5da0060effa080d02ad40ff0ab07c71f",
    np.float32: "5ad7b66bdb690718948be38747b82354",
}


@pytest.mark.parametrize("dtype", TYPES)
def test_golden_stream_of_version_1(isa: str, dtype: type) -> None:
    rng = mm.random.default_rng(2026)
    x = rng.multivariate_normal([1.0, -1.0], [[4.0, 2.0], [2.0, 5.0]], 2000, method="cholesky", dtype=dtype)
    assert hashlib.sha256(x.astype(np.dtype(dtype).newbyteorder("<")).tobytes()).hexdigest()[:32] == GOLDEN[dtype]


def test_larger_than_the_caches_it_has_the_same_rows() -> None:
    cov, n = covariance(9), 500_000  # 36 MB
    whole = mm.random.default_rng(2).multivariate_normal(np.ones(9), cov, n, method="cholesky")
    rng = mm.random.default_rng(2)
    for at in range(0, n, 50_000):
        assert np.array_equal(rng.multivariate_normal(np.ones(9), cov, 50_000, method="cholesky"), whole[at : at + 50_000])


def test_fresh_memory_and_a_used_array_get_the_same_numbers() -> None:
    cov, n = covariance(9), 500_000
    out = np.ones((n, 9))
    mm.random.default_rng(2).multivariate_normal(np.ones(9), cov, method="cholesky", out=out)
    assert np.array_equal(mm.random.default_rng(2).multivariate_normal(np.ones(9), cov, n, method="cholesky"), out)
    mm.random.default_rng(2).standard_normal(out=out)
    assert np.array_equal(mm.random.default_rng(2).standard_normal((n, 9)), out)


@pytest.mark.parametrize("method", METHODS)
def test_mean_covariance_and_directions_fit(method: str) -> None:
    d, n = 5, 200_000
    cov, mean = covariance(d), np.array([0.0, 1.0, -2.0, 100.0, 1e-3])
    x = mm.random.default_rng(17).multivariate_normal(mean, cov, n, method=method)
    whitened = np.linalg.solve(np.linalg.cholesky(cov), (x - mean).T)
    assert np.abs(whitened.mean(axis=1)).max() * n**0.5 < 5
    second = whitened @ whitened.T / n
    assert (np.abs(second - np.eye(d)) * n**0.5 < 5 * (1 + (2**0.5 - 1) * np.eye(d))).all()
    assert stats.kstest((whitened**2).sum(axis=0), "chi2", args=(d,)).pvalue > 1e-6


@pytest.mark.parametrize("method", ["svd", "eigh"])
def test_singular_covariance(method: str) -> None:
    direction = np.array([1.0, 2.0, -1.0])
    x = mm.random.default_rng(5).multivariate_normal(np.zeros(3), np.outer(direction, direction), 1000, method=method)
    assert np.abs(np.cross(x, direction)).max() < 1e-6 * np.abs(x).max()
    still = mm.random.default_rng(5).multivariate_normal([3.0, 4.0], np.zeros((2, 2)), 4, method=method)
    assert np.array_equal(still, np.tile([3.0, 4.0], (4, 1)))


# ---- NumPy's argument handling ---------------------------------------------------------------------------------------------------

BAD = {
    "method": lambda g, **m: g.multivariate_normal([0, 0], EYE, method="qr"),
    "method not a string": lambda g, **m: g.multivariate_normal([0, 0], EYE, method=None),
    "mean 2-d": lambda g, **m: g.multivariate_normal([[0, 0]], EYE, **m),
    "mean scalar": lambda g, **m: g.multivariate_normal(0, [[1]], **m),
    "cov 1-d": lambda g, **m: g.multivariate_normal([0, 0], [1, 2], **m),
    "cov not square": lambda g, **m: g.multivariate_normal([0, 0], np.ones((2, 3)), **m),
    "cov 3-d": lambda g, **m: g.multivariate_normal([0, 0], np.ones((2, 2, 2)), **m),
    "lengths": lambda g, **m: g.multivariate_normal([0, 0], np.eye(3), **m),
    "complex mean": lambda g, **m: g.multivariate_normal([0, 0j], EYE, **m),
    "complex cov": lambda g, **m: g.multivariate_normal([0, 0], EYE * 1j, **m),
    "cov of strings": lambda g, **m: g.multivariate_normal([0, 0], [["a", "b"], ["c", "d"]], **m),
    "size 2.5": lambda g, **m: g.multivariate_normal([0, 0], EYE, 2.5, **m),
    "size (2, 2.5)": lambda g, **m: g.multivariate_normal([0, 0], EYE, (2, 2.5), **m),
    "size 'a'": lambda g, **m: g.multivariate_normal([0, 0], EYE, "a", **m),
    "size -1": lambda g, **m: g.multivariate_normal([0, 0], EYE, -1, **m),
    "size (2, -1)": lambda g, **m: g.multivariate_normal([0, 0], EYE, (2, -1), **m),
    "size True": lambda g, **m: g.multivariate_normal([0, 0], EYE, True, **m),
    "size too large": lambda g, **m: g.multivariate_normal([0, 0], EYE, 10**30, **m),
    "d = 0": lambda g, **m: g.multivariate_normal([], np.zeros((0, 0)), **m),
    "d = 0, size": lambda g, **m: g.multivariate_normal([], np.zeros((0, 0)), 3, **m),
}
# These depend on the method: what one refuses is an answer of another.
BAD_FOR_SOME = {
    "check_valid": lambda g, **m: g.multivariate_normal([0, 0], EYE, check_valid="foo", **m),
    "indefinite": lambda g, **m: g.multivariate_normal([0, 0], INDEFINITE, 3, **m),
    "indefinite, raise": lambda g, **m: g.multivariate_normal([0, 0], INDEFINITE, 3, "raise", **m),
    "indefinite, ignore": lambda g, **m: g.multivariate_normal([0, 0], INDEFINITE, 3, "ignore", **m),
    "not symmetric": lambda g, **m: g.multivariate_normal([0, 0], [[1, 2], [0, 1]], **m),
    "semidefinite": lambda g, **m: g.multivariate_normal([0, 0], [[1, 1], [1, 1]], **m),
    "zero": lambda g, **m: g.multivariate_normal([0, 0], np.zeros((2, 2)), 0, **m),
    "a little indefinite": lambda g, **m: g.multivariate_normal([0, 0], [[1, 0], [0, -1e-9]], **m),
    "tol": lambda g, **m: g.multivariate_normal([0, 0], [[1, 0], [0, -1e-9]], tol=1e-12, **m),
    "tol large": lambda g, **m: g.multivariate_normal([0, 0], INDEFINITE, tol=10, **m),
    "NaN in cov": lambda g, **m: g.multivariate_normal([0, 0], [[np.nan, 0], [0, 1]], **m),
    "NaN in cov, ignore": lambda g, **m: g.multivariate_normal([0, 0], [[np.nan, 1], [1, 1]], None, "ignore", **m),
    "NaN in mean": lambda g, **m: g.multivariate_normal([0, np.nan], EYE, **m),
    "size ()": lambda g, **m: g.multivariate_normal([0, 0], EYE, (), **m),
    "size []": lambda g, **m: g.multivariate_normal([0, 0], EYE, [], **m),
    "size array": lambda g, **m: g.multivariate_normal([0, 0], EYE, np.array([2, 3]), **m),
    "size numpy int": lambda g, **m: g.multivariate_normal([0, 0], EYE, np.int64(3), **m),
    "size 0": lambda g, **m: g.multivariate_normal([0, 0], EYE, 0, **m),
    "size (3, 0)": lambda g, **m: g.multivariate_normal([0, 0], EYE, (3, 0), **m),
    "one": lambda g, **m: g.multivariate_normal([0, 0], EYE, 1, **m),
    "d = 1": lambda g, **m: g.multivariate_normal([0], [[1]], (2, 2), **m),
    "bool and float32": lambda g, **m: g.multivariate_normal([True, False], EYE.astype(np.float32), **m),
    "cov of objects": lambda g, **m: g.multivariate_normal([1, 2], EYE.astype(object), **m),
    "Fortran order": lambda g, **m: g.multivariate_normal([1, 2], np.asfortranarray(EYE), **m),
    "keywords": lambda g, **m: g.multivariate_normal(mean=[1, 2], cov=EYE, size=2, check_valid="raise", tol=1e-3, **m),
}


def outcome(call, generator) -> tuple:
    with warnings.catch_warnings(record=True) as met:
        warnings.simplefilter("always")
        try:
            x = call(generator)
        except Exception as error:
            return type(error), str(error)
    return x.shape, x.dtype, np.isnan(x).tolist(), [(w.category, str(w.message), w.filename) for w in met]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("case", [*BAD, *BAD_FOR_SOME])
def test_arguments_as_numpy(case: str, method: str) -> None:
    call = (BAD | BAD_FOR_SOME)[case]
    rng = mm.random.default_rng(1)
    theirs = outcome(lambda g: call(g, method=method), np.random.default_rng(1))
    assert outcome(lambda g: call(g, method=method), rng) == theirs
    if isinstance(theirs[0], type):
        assert rng.bit_generator.state["state"]["position"] == 0
    elif case in BAD:
        pytest.fail("NumPy accepts this")


def test_check_is_made_again_with_another_tol_and_after_ignore() -> None:
    rng, slightly = mm.random.default_rng(1), [[1.0, 0.0], [0.0, -1e-9]]
    for method in ("svd", "eigh"):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            rng.multivariate_normal([0, 0], slightly, check_valid="ignore", method=method)
            rng.multivariate_normal([0, 0], slightly, method=method)
        with pytest.raises(ValueError, match="positive-semidefinite"):
            rng.multivariate_normal([0, 0], slightly, check_valid="raise", tol=1e-12, method=method)
        with pytest.warns(RuntimeWarning, match="positive-semidefinite"):
            rng.multivariate_normal([0, 0], slightly, tol=1e-12, method=method)


def test_the_kept_factor_follows_the_covariance() -> None:
    rng, cov = mm.random.default_rng(1), covariance(4)
    rng.multivariate_normal(np.zeros(4), cov, method="cholesky")
    kept = rng._factor
    rng.multivariate_normal(np.ones(4), cov.tolist(), 3, method="cholesky")
    assert rng._factor is kept
    cov[2, 1] += 1e-15
    cov[1, 2] += 1e-15
    rng.multivariate_normal(np.zeros(4), cov, method="cholesky")
    assert rng._factor is not kept
    kept = rng._factor
    cov *= 4  # the caller's array is not the kept one
    x = rng.multivariate_normal(np.zeros(4), cov, 20_000, method="cholesky")
    assert rng._factor is not kept
    assert np.abs(np.cov(x.T) / cov - 1).max() < 0.5
    again = pickle.loads(pickle.dumps(rng))
    assert np.array_equal(
        again.multivariate_normal(np.zeros(4), cov, 3, method="eigh"), rng.multivariate_normal(np.zeros(4), cov, 3, method="eigh")
    )


def test_out() -> None:
    cov = covariance(3)
    for dtype in TYPES:
        expected = mm.random.default_rng(8).multivariate_normal([1, 2, 3], cov, (4, 5), dtype=dtype)
        out = np.empty((4, 5, 3), dtype)
        assert mm.random.default_rng(8).multivariate_normal([1, 2, 3], cov, (4, 5), dtype=dtype, out=out) is out
        assert np.array_equal(out, expected)
        out[...] = 0
        mm.random.default_rng(8).multivariate_normal([1, 2, 3], cov, dtype=dtype, out=out)
        assert np.array_equal(out, expected)
    one = np.empty(3)
    assert mm.random.default_rng(8).multivariate_normal([1, 2, 3], cov, out=one) is one
    assert np.array_equal(one, mm.random.default_rng(8).multivariate_normal([1, 2, 3], cov))


@pytest.mark.parametrize(
    ("out", "error", "message"),
    [
        (np.empty((4, 3), np.float32), TypeError, "wrong type. Expected float64, got float32"),
        (np.empty((4, 4)), ValueError, "size must match"),
        (np.empty((5, 3)), ValueError, "size must match"),
        (np.empty((4, 6))[:, ::2], ValueError, "contiguous"),
        (np.asfortranarray(np.empty((4, 3))), ValueError, "C-contiguous"),
        (np.broadcast_to(0.0, (4, 3)), ValueError, "writable"),
        ([[0.0]], ValueError, "contiguous"),
    ],
)
def test_out_is_refused(out: np.ndarray, error: type[Exception], message: str) -> None:
    rng = mm.random.default_rng(1)
    with pytest.raises(error, match=message):
        rng.multivariate_normal(np.zeros(3), np.eye(3), 4, out=out)
    with pytest.raises(TypeError, match="Unsupported dtype"):
        rng.multivariate_normal(np.zeros(3), np.eye(3), dtype=int)
    assert rng.bit_generator.state["state"]["position"] == 0


def test_over_a_foreign_bit_generator_it_is_numpys() -> None:
    cov = covariance(3)
    ours, theirs = mm.random.Generator(np.random.PCG64(5)), np.random.Generator(np.random.PCG64(5))
    assert np.array_equal(ours.multivariate_normal([1, 2, 3], cov, (2, 2)), theirs.multivariate_normal([1, 2, 3], cov, (2, 2)))
    into = np.empty((4, 3), np.float32)
    assert ours.multivariate_normal([1, 2, 3], cov, dtype=np.float32, out=into, method="cholesky") is into
    assert np.array_equal(into, theirs.multivariate_normal([1, 2, 3], cov, 4, method="cholesky").astype(np.float32))


# ---- in other libraries' hands ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "law",
    [
        stats.norm,
        stats.uniform,
        stats.expon,
        stats.gamma(2.5),
        stats.beta(2, 3),
        stats.t(4),
        stats.poisson(3),
        stats.binom(10, 0.3),
    ],
    ids=lambda law: getattr(law, "name", None) or law.dist.name,
)
def test_scipys_laws_draw_from_our_generator(law) -> None:
    x = law.rvs(size=2000, random_state=mm.random.default_rng(1))
    assert np.array_equal(x, law.rvs(size=2000, random_state=mm.random.default_rng(1)))
    assert abs(x.mean() - law.mean()) < 6 * law.std() / 2000**0.5
    legacy = law.rvs(size=2000, random_state=np.random.RandomState(mm.random.XBlock(1)))
    assert abs(legacy.mean() - law.mean()) < 6 * law.std() / 2000**0.5


def test_scipys_multivariate_laws_and_resampling() -> None:
    rng, cov = mm.random.default_rng(1), covariance(3)
    x = stats.multivariate_normal([1, 2, 3], cov).rvs(5000, random_state=mm.random.default_rng(1))
    assert np.array_equal(x, mm.random.default_rng(1).multivariate_normal([1, 2, 3], cov, 5000))
    assert stats.ortho_group.rvs(3, random_state=rng).shape == (3, 3)
    assert stats.dirichlet.rvs([1, 2, 3], 5, random_state=rng).shape == (5, 3)
    interval = stats.bootstrap((x[:100, 0],), np.mean, n_resamples=200, rng=mm.random.default_rng(2)).confidence_interval
    assert interval.low < x[:100, 0].mean() < interval.high
    assert stats.permutation_test((x[:50, 0], x[:50, 1]), lambda a, b: a.mean() - b.mean(), n_resamples=99, rng=rng).pvalue <= 1
    assert stats.qmc.Sobol(2, rng=rng).random(4).shape == (4, 2)


def test_scikit_learn_takes_a_random_state_over_our_bits() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    from sklearn.datasets import make_classification
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import ShuffleSplit
    from sklearn.utils import check_random_state

    state = np.random.RandomState(mm.random.XBlock(1))
    assert check_random_state(state) is state
    X, y = make_classification(300, 6, random_state=state)
    forest = RandomForestClassifier(5, random_state=np.random.RandomState(mm.random.XBlock(2))).fit(X, y)
    same = RandomForestClassifier(5, random_state=np.random.RandomState(mm.random.XBlock(2))).fit(X, y)
    assert np.array_equal(forest.predict_proba(X), same.predict_proba(X))
    assert forest.score(X, y) > 0.9
    train, test = next(ShuffleSplit(1, random_state=np.random.RandomState(mm.random.XBlock(3))).split(X))
    assert np.array_equal(np.sort(np.concatenate([train, test])), np.arange(300))
    model = linear_model.SGDClassifier(random_state=np.random.RandomState(mm.random.XBlock(4))).fit(X, y)
    assert model.score(X, y) > 0.7


def test_the_examples_of_how_to_replace_numpys_generator() -> None:
    class FencedParser(doctest.DocTestParser):
        def parse(self, string: str, name: str = "<string>") -> list[str | doctest.Example]:
            return super().parse(string.replace("\n```\n", "\n\n```\n"), name)

    page = pathlib.Path(__file__).parent.parent / "docs" / "howto" / "replace_numpy_random.md"
    result = doctest.testfile(str(page), module_relative=False, encoding="utf-8", parser=FencedParser())
    assert result.failed == 0
    assert result.attempted > 20
