# SPDX-License-Identifier: BSD-3-Clause
"""The engines of `matmul` as Python sees them: arguments, contexts, threads, `out`, reports, warnings. C++ tests the arithmetic."""

from __future__ import annotations

import dataclasses
import inspect
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import mlmath_native as mm
from mlmath_native import _mlmath

UNITS = ("textbook", "vnni", "amx")


@pytest.fixture
def no_unit() -> Iterator[None]:
    with mm.system.use_int8_unit("none"):
        yield


@pytest.fixture(params=UNITS)
def unit(request: pytest.FixtureRequest) -> Iterator[str]:
    """Run the test on every unit of this machine; the others are skipped by name."""
    if request.param not in mm.system.int8_units():
        pytest.skip(f"int8 unit {request.param}: not on this machine (it has {', '.join(mm.system.int8_units())})")
    with mm.system.use_int8_unit(request.param):
        yield request.param


def operands(rng: np.random.Generator, dtype: Any = np.float64, shape: tuple[int, ...] = ()) -> tuple[NDArray[Any], NDArray[Any]]:
    return rng.standard_normal((*shape, 7, 19)).astype(dtype), rng.standard_normal((*shape, 19, 5)).astype(dtype)


def same_bits(x: Any, y: Any) -> bool:
    return bool(np.asarray(x).tobytes() == np.asarray(y).tobytes())


def bound(a: NDArray[Any], b: NDArray[Any], bits: int) -> NDArray[Any]:
    """|c - exact| by norms, and the rounding of the result; the difference of two such products at most twice."""
    norms = np.linalg.norm(a.astype(float), axis=-1)[..., :, None] * np.linalg.norm(b.astype(float), axis=-2)[..., None, :]
    return np.asarray((2.0 ** -(bits + 2) + np.finfo(a.dtype).eps) * np.sqrt(a.shape[-1]) * norms)


# Arguments


def test_signature_and_defaults() -> None:
    parameters = inspect.signature(mm.matmul).parameters
    for name, default in (("engine", None), ("bits", None), ("explain", False)):
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default == default
    assert mm.matmul is mm.linalg.matmul
    assert mm.matmul_engine is mm.linalg.matmul_engine


@pytest.mark.parametrize("engine", ["gpu", "", "CRT", 1, ("crt",), b"crt"])
def test_unknown_engines_are_refused_by_name(engine: Any) -> None:
    a = np.eye(2)
    with pytest.raises(ValueError, match=r"^matmul: engine must be 'auto', 'fma' or 'crt'; got "):
        mm.matmul(a, a, engine=engine)
    with pytest.raises(ValueError, match=r"^matmul_engine: engine must be 'auto', 'fma' or 'crt'; got "):
        mm.matmul_engine(engine)


@pytest.mark.parametrize("bits", [3, 60, 0, -53, 10**30])
def test_bits_out_of_range_are_refused_by_name(bits: int) -> None:
    a = np.eye(2)
    for engine in ("fma", "crt", "auto", None):
        with pytest.raises(ValueError, match=rf"^matmul: bits must be from 4 to 59; got {bits}$"):
            mm.matmul(a, a, engine=engine, bits=bits)
    with pytest.raises(ValueError, match=rf"^matmul_engine: bits must be from 4 to 59; got {bits}$"):
        mm.matmul_engine("crt", bits=bits)


@pytest.mark.parametrize("bits", [53.0, "53", [53]])
def test_bits_that_are_no_integer_are_refused_by_name(bits: Any) -> None:
    a = np.eye(2)
    with pytest.raises(TypeError, match=r"^matmul: bits must be an integer or None; got "):
        mm.matmul(a, a, bits=bits)
    with pytest.raises(TypeError, match=r"^matmul_engine: bits must be an integer or None; got "):
        mm.matmul_engine("crt", bits)


def test_wrong_shapes_and_keywords_stay_errors(no_unit: None) -> None:
    with pytest.raises(ValueError, match="matmul: the last axis of x1"):
        mm.matmul(np.ones((2, 3)), np.ones((2, 3)), engine="crt", explain=True)
    with pytest.raises(ValueError, match="matmul: out must have the shape"):
        mm.matmul(np.eye(2), np.eye(2), out=np.zeros((3, 3)), engine="crt")
    with pytest.raises(TypeError, match="unexpected keyword argument 'motor'"):
        mm.matmul(np.eye(2), np.eye(2), motor="crt")
    with pytest.raises(TypeError, match="unexpected keyword argument 'engine'"):
        mm.linalg.matvec(np.eye(2), np.ones(2), engine="crt")  # type: ignore[call-arg]


# The report


def test_report_is_frozen_and_of_plain_values(rng: np.random.Generator) -> None:
    a, b = operands(rng)
    product, report = mm.matmul(a, b, explain=True)
    assert report == mm.linalg.MatmulReport("fma", "the multiply-add units were asked for", "none", 0, 53, 1, 0)
    assert same_bits(product, mm.matmul(a, b))
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.engine = "crt"
    assert mm.matmul(a.astype(np.float32), b.astype(np.float32), explain=True)[1].bits == 24
    assert isinstance(mm.matmul(a, b, explain=False), np.ndarray)
    assert isinstance(mm.matmul(a, b, explain=np.True_), tuple)


@pytest.mark.parametrize("engine", ["fma", "auto", "crt"])
def test_vectors_lists_and_scalars(engine: str, unit: str, rng: np.random.Generator) -> None:
    a, b = operands(rng)
    for x, y in ((a[0], b), (a, b[:, 0]), (a[0], b[:, 0]), (a.tolist(), b.tolist()), (a.astype(">f8"), b[:, ::-1])):
        product, report = mm.matmul(x, y, engine=engine, explain=True)
        assert type(product) is type(np.matmul(x, y))
        assert np.shape(product) == np.matmul(x, y).shape
        np.testing.assert_allclose(product, np.matmul(x, y), rtol=0, atol=float(np.max(bound(a, b, 53))) * 2)
        assert report.engine == ("crt" if engine == "crt" else "fma")


# Without a unit


@pytest.mark.usefixtures("no_unit")
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(), (3,), (2, 1, 2)])
def test_crt_without_a_unit_is_the_ordinary_product_and_warns(
    dtype: Any, shape: tuple[int, ...], rng: np.random.Generator, threads: int
) -> None:
    a, b = operands(rng, dtype, shape)
    message = "matmul: engine 'crt' was asked for, but the multiply-add units computed the product: no int8 unit is in use"
    with pytest.warns(RuntimeWarning, match=message) as caught:
        product, report = mm.matmul(a, b, engine="crt", explain=True)
    assert [warning.filename for warning in caught] == [__file__]  # the caller's line
    assert same_bits(product, mm.matmul(a, b))
    assert (report.engine, report.unit, report.moduli, report.crt_items) == ("fma", "none", 0, 0)
    assert report.items == int(np.prod(shape))
    assert "'none' was chosen by use_int8_unit" in report.reason
    with pytest.warns(RuntimeWarning, match="no int8 unit"), mm.matmul_engine("crt"):
        mm.matmul(a, b)


@pytest.mark.usefixtures("no_unit")
def test_auto_never_warns(rng: np.random.Generator) -> None:
    a, b = operands(rng)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for x, y in ((a, b), (a + 0j, b), (np.ones((2, 2), int), np.ones((2, 2), int))):
            assert np.array_equal(mm.matmul(x, y, engine="auto"), mm.matmul(x, y))
        _, report = mm.matmul(a, b, engine="auto", explain=True)
    assert report.engine == "fma"
    assert "no int8 unit is in use" in report.reason


def test_why_there_is_no_unit(rng: np.random.Generator) -> None:
    a, b = operands(rng)
    before = _mlmath._int8_choice()
    try:
        _mlmath._restore_int8_choice(-1, 0)
        with mm.system.use_isa(mm.system.available_isas()[0]):
            if mm.system.int8_unit() != "none":
                pytest.skip("this machine has one level, and a unit")
            with pytest.warns(RuntimeWarning) as caught:
                mm.matmul(a, b, engine="crt")
    finally:
        _mlmath._restore_int8_choice(*before)
    assert (_mlmath.why_no_amx() or f"the instruction set is {mm.system.available_isas()[0]}") in str(caught[0].message)


@pytest.mark.usefixtures("no_unit")
def test_a_warning_made_an_error_is_one(rng: np.random.Generator) -> None:
    a, b = operands(rng)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(RuntimeWarning, match="engine 'crt' was asked for"):
            mm.matmul(a, b, engine="crt")
    assert same_bits(mm.matmul(a, b), mm.matmul(a, b, engine="fma"))


# What the engines do not take


def test_dtypes_and_keywords_of_numpy(unit: str) -> None:
    integers, floats = np.arange(6).reshape(2, 3), np.arange(6.0).reshape(3, 2)
    for x, y, keywords in (
        (integers, integers.T, {}),
        (floats, floats.T, {"dtype": np.float64}),
        (floats, floats.T, {"order": "F", "bits": 30}),
        (floats.astype(np.float16), floats.T.astype(np.float16), {}),
        (floats.astype(object), floats.T, {}),
    ):
        with pytest.warns(RuntimeWarning, match="but NumPy computed the product"):
            product, report = mm.matmul(x, y, engine="crt", explain=True, **keywords)
        numpys = np.matmul(x, y, **{key: value for key, value in keywords.items() if key != "bits"})
        assert np.array_equal(product, numpys)
        assert product.flags.f_contiguous == numpys.flags.f_contiguous
        assert product.dtype == numpys.dtype
        assert (report.engine, report.unit, report.bits, report.items, report.crt_items) == ("numpy", "none", 0, 0, 0)
    with pytest.raises(ValueError, match="casting must be"):
        mm.matmul(floats, floats.T, engine="crt", casting="no such")
    # An integer beside a float promotes to float64, and is taken.
    assert mm.matmul(integers, floats, engine="crt", explain=True)[1].engine == "crt"


def test_complex_runs_on_the_multiply_add_units(unit: str, rng: np.random.Generator) -> None:
    a, b = operands(rng, shape=(2,))
    with pytest.warns(RuntimeWarning, match="complex products run on the multiply-add units alone"):
        product, report = mm.matmul(a * 1j, b, engine="crt", explain=True)
    assert same_bits(product, mm.matmul(a * 1j, b))
    assert (report.engine, report.items) == ("fma", 2)


def test_not_finite_and_out_of_range(unit: str, rng: np.random.Generator) -> None:
    a, b = operands(rng)
    for value, reason in ((np.nan, "an infinity or a NaN"), (np.inf, "an infinity or a NaN"), (1e200, "2^448")):
        bad = a.copy()
        bad[3, 4] = value
        with pytest.warns(RuntimeWarning) as caught:
            product, report = mm.matmul(bad, b, engine="crt", explain=True)
        assert reason in str(caught[0].message)
        assert reason in report.reason
        assert same_bits(product, mm.matmul(bad, b))
    # Of a stack the others stay with the unit.
    stack = np.stack([a, a, a])
    stack[1, 0, 0] = np.nan
    with pytest.warns(RuntimeWarning, match="in 1 of 3 products, an operand holds"):
        product, report = mm.matmul(stack, b, engine="crt", explain=True)
    assert (report.engine, report.items, report.crt_items) == ("fma", 3, 2)
    assert same_bits(product[2], mm.matmul(a, b, engine="crt"))
    assert same_bits(product[1], mm.matmul(stack[1], b))


def test_auto_takes_amx_alone(rng: np.random.Generator) -> None:
    a, b = operands(rng)
    with mm.system.use_int8_unit("textbook"):
        _, report = mm.matmul(a, b, engine="auto", explain=True)
    assert report.engine == "fma"
    assert "'amx' alone" in report.reason
    if "amx" in mm.system.int8_units():
        with mm.system.use_int8_unit("amx"):
            assert "faster for these shapes" in mm.matmul(a, b, engine="auto", explain=True)[1].reason


def test_nothing_to_multiply(unit: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for x, y in ((np.ones((0, 3)), np.ones((3, 2))), (np.ones((2, 0)), np.ones((0, 2))), (np.ones((0, 2, 2)), np.ones((2, 2)))):
            product, _ = mm.matmul(x, y, engine="crt", explain=True)
            assert np.array_equal(product, np.matmul(x, y))


# With a unit


@pytest.mark.parametrize(("dtype", "bits", "moduli"), [(np.float64, 53, 15), (np.float32, 24, 7)])
def test_crt_runs_and_says_so(unit: str, dtype: Any, bits: int, moduli: int, rng: np.random.Generator, threads: int) -> None:
    a, b = operands(rng, dtype)
    product, report = mm.matmul(a, b, engine="crt", explain=True)
    assert report == mm.linalg.MatmulReport("crt", "it was asked for", unit, moduli, bits, 1, 1)
    assert product.dtype == dtype
    exact = a.astype(np.longdouble) @ b.astype(np.longdouble)
    assert np.all(np.abs(product - exact) <= bound(a, b, bits))
    with mm.system.use_int8_unit("textbook"), mm.threads(1):
        assert same_bits(product, mm.matmul(a, b, engine="crt"))


def test_bits_choose_the_moduli_and_bound_the_error(unit: str, rng: np.random.Generator) -> None:
    a, b = operands(rng)
    exact, before = a.astype(np.longdouble) @ b.astype(np.longdouble), 0
    for bits in range(4, 60):
        product, report = mm.matmul(a, b, engine="crt", bits=np.int32(bits), explain=True)
        assert (report.engine, report.bits) == ("crt", bits)
        assert before <= report.moduli <= 16
        before = report.moduli
        assert np.all(np.abs(product - exact) <= bound(a, b, bits))
    coarse = mm.matmul(a, b, engine="crt", bits=4)
    assert not same_bits(coarse, mm.matmul(a, b, engine="crt"))


def test_out_of_any_kind(unit: str, rng: np.random.Generator) -> None:
    a = rng.standard_normal((6, 6))
    expected = mm.matmul(a, a, engine="crt")
    for out in (np.empty((6, 6)), np.empty((6, 6), order="F"), np.empty((12, 18))[::2, ::-3], np.empty((6, 6), np.float32)):
        assert mm.matmul(a, a, out, engine="crt") is out
        assert np.array_equal(out, expected.astype(out.dtype))
        out[...] = 0
        product, report = mm.matmul(a, a, out=(out,), engine="crt", explain=True)
        assert product is out
        assert report.engine == "crt"
        assert np.array_equal(out, expected.astype(out.dtype))
    overlapping = a.copy()
    mm.matmul(overlapping, overlapping, out=overlapping, engine="crt")
    assert same_bits(overlapping, expected)
    wide = np.empty((3, 6, 6))  # NumPy broadcasts into it
    with pytest.warns(RuntimeWarning, match="NumPy computed"):
        mm.matmul(a, a, out=wide, engine="crt")


def test_stacks_give_the_bits_of_their_items(unit: str, rng: np.random.Generator) -> None:
    a, b = rng.standard_normal((3, 1, 4, 9)), rng.standard_normal((2, 9, 6))
    product, report = mm.matmul(a, b, engine="crt", explain=True)
    assert product.shape == (3, 2, 4, 6)
    assert (report.engine, report.items, report.crt_items) == ("crt", 6, 6)
    for i, j in np.ndindex(3, 2):
        assert same_bits(product[i, j], mm.matmul(a[i, 0], b[j], engine="crt"))
    assert same_bits(mm.matmul(a[:, 0, :, ::-1], b[0, ::-1], engine="crt"), mm.matmul(a[:, 0], b[0], engine="crt"))


# The context


def engine_now() -> tuple[str, int]:
    """What the context of this thread says, by what it does to a product of doubles on the textbook unit."""
    with mm.system.use_int8_unit("textbook"):
        _, report = mm.matmul(np.eye(2), np.eye(2), explain=True)
    return ("auto" if "auto" in report.reason else report.engine), report.bits


def test_contexts_nest_and_survive_exceptions() -> None:
    assert engine_now() == ("fma", 53)
    with mm.matmul_engine("crt", bits=40):
        assert engine_now() == ("crt", 40)
        with mm.matmul_engine("auto"):
            assert engine_now() == ("auto", 53)  # a block without bits= has none of the outer one's
            with mm.matmul_engine("fma", 30):
                assert engine_now() == ("fma", 30)
            assert engine_now() == ("auto", 53)
            with pytest.raises(KeyError), mm.matmul_engine("fma", 30):
                raise KeyError
            assert engine_now() == ("auto", 53)
        with pytest.raises(ValueError, match="engine must be"):
            mm.matmul_engine("none")
        assert engine_now() == ("crt", 40)
    assert engine_now() == ("fma", 53)


def test_the_call_goes_before_the_context() -> None:
    one = np.eye(2)
    with mm.system.use_int8_unit("textbook"), mm.matmul_engine("crt", bits=40):
        assert mm.matmul(one, one, engine="fma", explain=True)[1].engine == "fma"
        assert mm.matmul(one, one, engine=None, bits=None, explain=True)[1].bits == 40
        assert mm.matmul(one, one, bits=20, explain=True)[1].bits == 20
        assert mm.matmul(one, one, engine="crt", explain=True)[1].bits == 40
    with mm.matmul_engine("fma", bits=12), mm.system.use_int8_unit("textbook"):
        assert mm.matmul(one, one, engine="crt", explain=True)[1].bits == 12


def test_as_a_decorator() -> None:
    @mm.matmul_engine("crt", bits=33)
    def inside(again: bool = True) -> list[tuple[str, int]]:
        return [engine_now(), *(inside(False) if again else [])]

    for _ in range(2):
        assert inside() == [("crt", 33)] * 2
        assert engine_now() == ("fma", 53)


def test_contexts_belong_to_their_thread() -> None:
    entered, looked, seen = threading.Event(), threading.Event(), []

    def other() -> None:
        seen.append(engine_now())
        with mm.matmul_engine("crt", bits=21):
            seen.append(engine_now())
            entered.set()
            looked.wait(10)
        seen.append(engine_now())

    thread = threading.Thread(target=other)
    with mm.matmul_engine("crt", bits=50):
        thread.start()
        assert entered.wait(10)
        assert engine_now() == ("crt", 50)
    assert engine_now() == ("fma", 53)  # while the other thread is inside of its own
    looked.set()
    thread.join()
    assert seen == [("fma", 53), ("crt", 21), ("fma", 53)]


@pytest.mark.usefixtures("no_unit")
def test_only_matmul_itself_is_affected(rng: np.random.Generator) -> None:
    a = rng.standard_normal((6, 6))
    calls = (
        lambda: mm.dot(a, a), lambda: mm.inner(a, a), lambda: mm.tensordot(a, a, 1), lambda: mm.matvec(a, a[0]),
        lambda: mm.vecmat(a[0], a), lambda: mm.vecdot(a, a), lambda: mm.linalg.multi_dot([a, a, a]),
        lambda: mm.linalg.matrix_power(a, 3), lambda: mm.linalg.pinv(a), lambda: mm.linalg.gram(a), lambda: mm.linalg.cond(a),
        lambda: mm.learn.linear_model.Ridge().fit(a, a).coef_, lambda: mm.learn.linear_model.RidgeCV().fit(a, a[0]).coef_,
        lambda: mm.learn.decomposition.PCA(2).fit_transform(a), lambda: mm.learn.linear_model.HuberRegressor().fit(a, a[0]).coef_,
        lambda: mm.learn.decomposition.TruncatedSVD(2, random_state=0).fit_transform(a),
    )  # fmt: skip
    expected = [call() for call in calls]
    with warnings.catch_warnings(), mm.matmul_engine("crt"):
        warnings.simplefilter("error", RuntimeWarning)
        found = [call() for call in calls]
        with pytest.raises(RuntimeWarning):
            mm.matmul(a, a)
    for one, other in zip(expected, found):
        assert same_bits(np.asarray(one), np.asarray(other))
