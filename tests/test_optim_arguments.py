# SPDX-License-Identifier: BSD-3-Clause
"""What every optimizer does with its arguments and its state: layouts, refusals, copies, threads."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

import mlmath_native as mm
from mlmath_native.optim import (
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    AMSGrad,
    GradientDescent,
    Lion,
    Momentum,
    NAdam,
    Nesterov,
    Optimizer,
    RAdam,
    RMSprop,
)

RULES: dict[str, Callable[..., Optimizer]] = {
    "plain": lambda params: GradientDescent(params, lr=0.1),
    "decayed": lambda params: GradientDescent(params, lr=0.1, weight_decay=0.1),
    "heavy_ball": lambda params: Momentum(params, lr=0.1, dampening=0.5),
    "nesterov": lambda params: Nesterov(params, lr=0.1),
    "adagrad": lambda params: Adagrad(params, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.1),
    "adadelta": lambda params: Adadelta(params),
    "rmsprop": lambda params: RMSprop(params),
    "rmsprop_all": lambda params: RMSprop(params, momentum=0.9, centered=True, weight_decay=0.1),
    "adam": lambda params: Adam(params, lr=0.1, weight_decay=0.01),
    "adam_uncorrected": lambda params: Adam(params, lr=0.1, eps_mode="uncorrected"),
    "adamw": lambda params: AdamW(params, lr=0.1),
    "amsgrad": lambda params: AMSGrad(params, lr=0.1),
    "nadam": lambda params: NAdam(params, lr=0.1),
    "radam": lambda params: RAdam(params, lr=0.1),
    "lion": lambda params: Lion(params, lr=0.1, weight_decay=0.1),
    "clipped": lambda params: AdamW(params, lr=0.1, clip_norm=0.5),
}
every_rule = pytest.mark.parametrize("make", RULES.values(), ids=RULES.keys())


def layouts() -> dict[str, Callable[[np.ndarray], np.ndarray]]:
    """Ways to hold the values of a (6, 5, 4) array."""

    def into(make: Callable[[tuple[int, ...], Any], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
        def hold(values: np.ndarray) -> np.ndarray:
            view = make(values.shape, values.dtype)
            view[...] = values
            return view

        return hold

    def unaligned(shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        return np.zeros(size + 1, np.uint8)[1:].view(dtype).reshape(shape)

    return {
        "C": into(np.zeros),
        "Fortran": into(lambda s, d: np.zeros(s, d, order="F")),
        "every other": into(lambda s, d: np.zeros((2 * s[0], s[1], 3 * s[2]), d)[::2, :, ::3]),
        "backwards": into(lambda s, d: np.zeros(s, d)[::-1, :, ::-1]),
        "transposed": into(lambda s, d: np.zeros((s[1], s[2], s[0]), d).transpose(2, 0, 1)),
        "part of rows": into(lambda s, d: np.zeros((s[0], s[1] + 1, s[2] + 40), d)[:, :-1, : s[2]]),
        "field": into(lambda s, d: np.zeros(s, [("a", np.int16), ("b", d)])["b"]),
        "byte-swapped": into(lambda s, d: np.zeros(s, np.dtype(d).newbyteorder())),
        "unaligned": into(unaligned),
        "memmap-like subclass": into(lambda s, d: np.zeros(s, d).view(np.memmap)),
    }


@every_rule
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("held", layouts().values(), ids=layouts().keys())
def test_every_layout_gives_the_same_bits(
    isa: str, make: Callable[..., Optimizer], dtype: type, held: Callable[[np.ndarray], np.ndarray], rng: np.random.Generator
) -> None:
    values, gradients = rng.normal(size=(6, 5, 4)).astype(dtype), rng.normal(size=(3, 6, 5, 4)).astype(dtype)
    plain, as_gradient, as_parameter = values.copy(), values.copy(), held(values)
    rules = [make(plain), make([as_gradient])]
    where_it_lies = as_parameter.flags.aligned and as_parameter.dtype.isnative and as_parameter.strides[0] % dtype().itemsize == 0
    if where_it_lies:
        rules.append(make(as_parameter))
    else:
        with pytest.raises(ValueError, match="params must be aligned, in native byte order, with strides of whole elements"):
            make(as_parameter)
    for g in gradients:
        frozen = held(g)
        frozen.flags.writeable = False
        rules[0].step(g)
        rules[1].step([frozen])
        for rule in rules[2:]:
            rule.step(g)
        np.testing.assert_array_equal(frozen, g)
    np.testing.assert_array_equal(as_gradient, plain)
    if where_it_lies:
        np.testing.assert_array_equal(as_parameter, plain)
    assert np.any(plain != values)


@every_rule
def test_gradients_layout_may_change_between_steps(make: Callable[..., Optimizer], rng: np.random.Generator) -> None:
    values, g = rng.normal(size=(7, 9)), rng.normal(size=(7, 9))
    plain, changing = values.copy(), values.copy()
    rule, other = make(plain), make(changing)
    for layout in (np.asfortranarray(g), g, g[::-1].copy()[::-1], np.repeat(g, 2, axis=1)[:, ::2]):
        rule.step(g)
        other.step(layout)
    np.testing.assert_array_equal(changing, plain)


@every_rule
def test_mixed_dtypes_and_empty_arrays(make: Callable[..., Optimizer], rng: np.random.Generator) -> None:
    arrays = [rng.normal(size=3), np.zeros((0, 4)), rng.normal(size=(2, 2)).astype(np.float32), np.array(1.0)]
    gradients = [np.full_like(a, 0.1) for a in arrays]  # of norm 0.28: clipping leaves them alone
    alone = [a.copy() for a in arrays]
    for a, g in zip(alone, gradients):
        make(a).step(g)
    make(tuple(arrays)).step(gradients)
    for a, b in zip(arrays, alone):
        np.testing.assert_array_equal(a, b)
    rule = make([])
    rule.step([])
    assert rule.steps_taken == 1


def read_only(n: int = 3) -> np.ndarray:
    a = np.ones(n)
    a.flags.writeable = False
    return a


ones = np.ones
shared = np.ones(10)
BAD_PARAMS: list[tuple[str, Any, type[Exception], str]] = [
    ("number", 1.0, TypeError, "params must be an array, .* got float; a learning rate is given as lr="),
    ("string", "params", TypeError, "params must be an array, a list of arrays or a list of groups, got str"),
    ("nested list", [[1.0, 2.0]], TypeError, r"params\[0\] must be an array, got list"),
    ("none in list", [ones(2), None], TypeError, r"params\[1\] must be an array, got NoneType"),
    ("integers", ones(3, int), TypeError, "params must be float32 or float64, got int64"),
    ("half", ones(3, np.float16), TypeError, "params must be float32 or float64, got float16"),
    ("complex", ones(3, complex), TypeError, "params must be float32 or float64, got complex128"),
    ("objects", np.array([None]), TypeError, "params must be float32 or float64, got object"),
    ("read-only", read_only(), ValueError, "params is read-only"),
    ("second read-only", [ones(3), read_only()], ValueError, r"params\[1\] is read-only"),
    ("broadcast", as_strided(np.ones(1), (3,), (0,)), ValueError, "params has elements that share memory"),
    ("windows", as_strided(np.ones(6), (3, 3), (8, 8)), ValueError, "params has elements that share memory"),
    ("twice", [shared, shared], ValueError, r"params\[0\] shares memory with params\[1\]"),
    ("part", [ones(1), shared[2:5], shared], ValueError, r"params\[1\] shares memory with params\[2\]"),
    ("masked", np.ma.masked_array(ones(3), [0, 1, 0]), TypeError, "params is a masked array"),
    ("bytes", [b"12345678"], TypeError, r"params\[0\] must be an array, got bytes"),
    ("group without params", [{"lr": 1}], TypeError, r"params\[0\] must be a dict with 'params'"),
    ("group and array", [{"params": ones(1)}, ones(1)], TypeError, r"params\[1\] must be a dict with 'params'"),
    ("unknown hyper-parameter", [{"params": ones(1), "gamma": 1}], TypeError, r"params\[0\] has 'gamma', which is none of"),
    ("bad rate", [{"params": ones(1), "lr": -1}], ValueError, "lr must be finite and at least 0, got -1"),
]  # fmt: skip


@every_rule
@pytest.mark.parametrize(("params", "error", "message"), [b[1:] for b in BAD_PARAMS], ids=[b[0] for b in BAD_PARAMS])
def test_refused_parameters(make: Callable[..., Optimizer], params: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=rf"^\w+: {message}"):
        make(params)


BAD_GRADS: list[tuple[str, Any, Any, type[Exception], str]] = [
    ("list for array", ones(2), [1.0, 2.0], TypeError, "grads must be an array, got list"),
    ("array for list", [ones(2)], ones(2), TypeError, "grads must be a list of arrays as params, got numpy.ndarray"),
    ("none", ones(2), None, TypeError, "grads must be an array, got NoneType"),
    ("count", [ones(2)], [ones(2), ones(2)], ValueError, r"grads must be 1 array\(s\) as params, got 2"),
    ("shape", ones((2, 3)), ones((3, 2)), ValueError, r"grads must have shape \(2, 3\) as params, got \(3, 2\)"),
    ("no broadcasting", ones((2, 3)), ones(3), ValueError, r"grads must have shape \(2, 3\)"),
    ("0-d", ones(1), np.float64(1), ValueError, r"grads must have shape \(1,\) as params, got \(\)"),
    ("dtype", ones(3, np.float32), ones(3), TypeError, "grads must be float32 as params, got float64"),
    ("second dtype", [ones(3), ones(3)], [ones(3), ones(3, int)], TypeError, r"grads\[1\] must be float64 as params"),
    ("overlap", shared[:-1], shared[1:], ValueError, "grads shares memory with params"),
    ("other's", [ones(10), shared], [shared, ones(10)], ValueError, r"grads\[0\] shares memory with params\[1\]"),
    ("reversed", shared, shared[::-1], ValueError, "grads shares memory with params"),
    ("masked", ones(3), np.ma.masked_array(ones(3), [0, 1, 0]), TypeError, "grads is a masked array"),
]  # fmt: skip


@every_rule
@pytest.mark.parametrize("before", [0, 1], ids=["first step", "later step"])
@pytest.mark.parametrize(("params", "grads", "error", "message"), [b[1:] for b in BAD_GRADS], ids=[b[0] for b in BAD_GRADS])
def test_refused_gradients_change_nothing(
    make: Callable[..., Optimizer], before: int, params: Any, grads: Any, error: type[Exception], message: str
) -> None:
    rule = make(params)
    arrays = params if isinstance(params, list) else [params]
    for _ in range(before):
        good = [np.full_like(a, 0.01) for a in arrays]
        rule.step(good if isinstance(params, list) else good[0])
    kept, state = [a.copy() for a in arrays], rule.state
    with pytest.raises(error, match=rf"^{type(rule).__name__}\.step: {message}"):
        rule.step(grads)
    assert rule.steps_taken == before
    for a, b in zip(arrays, kept):
        np.testing.assert_array_equal(a, b)
    for now, then in zip(rule.state, state):
        for key in then:
            np.testing.assert_array_equal(now[key], then[key])
    shared[:] = 1


def test_parameter_that_became_read_only_or_moved() -> None:
    x = np.ones(3)
    adam = Adam(x)
    x.flags.writeable = False
    with pytest.raises(ValueError, match=r"Adam\.step: params is read-only"):
        adam.step(np.ones(3))
    x.flags.writeable = True
    x.resize(300_000, refcheck=False)
    with pytest.raises(ValueError, match=r"Adam\.step: params was resized|grads must have shape"):
        adam.step(np.ones(3))
    assert adam.steps_taken == 0


@every_rule
def test_second_parameter_that_became_read_only_stops_the_first(make: Callable[..., Optimizer]) -> None:
    params = [np.ones(3), np.ones(2)]
    rule = make(params)
    rule.step([np.full(3, 0.1), np.full(2, 0.1)])
    kept, state = [p.copy() for p in params], rule.state
    params[1].flags.writeable = False
    with pytest.raises(ValueError, match=r"\.step: params\[1\] is read-only"):
        rule.step([np.full(3, 0.1), np.full(2, 0.1)])
    assert rule.steps_taken == 1
    for now, then in zip(params, kept):
        np.testing.assert_array_equal(now, then)
    for now, then in zip(rule.state, state):
        assert all(np.array_equal(now[key], then[key]) for key in then)


@every_rule
@pytest.mark.parametrize("shape", [(), (1,), (40,), (5, 7)])
def test_gradient_may_be_the_parameter_itself(make: Callable[..., Optimizer], shape: tuple[int, ...]) -> None:
    x = np.full(shape, 0.25)
    y = x.copy()
    itself, copied = make(x), make([y])
    for _ in range(3):
        itself.step(x)
        copied.step([y.copy()])
    np.testing.assert_array_equal(x, y)


@every_rule
def test_byte_swapped_gradients_are_read_and_parameters_refused(make: Callable[..., Optimizer]) -> None:
    x = np.full(9, 0.25)
    y, swapped = x.copy(), x.byteswap(inplace=False).view(x.dtype.newbyteorder())  # the same numbers, the other order
    rule, twin = make(x), make(y)
    rule.step(swapped)
    twin.step(np.full(9, 0.25))
    np.testing.assert_array_equal(x, y)
    with pytest.raises(ValueError, match=r"^\w+: params must be aligned, in native byte order"):
        make(swapped)
    np.testing.assert_array_equal(swapped, 0.25)


@every_rule
@pytest.mark.parametrize("shape", [(0,), (3, 0, 2), (0, 0)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_to_step_is_a_step(make: Callable[..., Optimizer], shape: tuple[int, ...], dtype: type) -> None:
    x = np.zeros(shape, dtype)
    rule = make(x)
    rule.step(np.zeros(shape, dtype))
    rule.step(np.zeros(shape[::-1], dtype).T)
    assert rule.steps_taken == 2
    wrong = np.zeros((*shape[:-1], 1), dtype)
    with pytest.raises(ValueError, match="grads must have shape"):
        rule.step(wrong)


def test_gradients_are_not_kept_alive() -> None:
    rule, g = Adam(np.ones(3)), np.ones(3)
    count = sys.getrefcount(g)
    rule.step(g)
    assert sys.getrefcount(g) == count


@every_rule
def test_disjoint_views_of_one_array_are_fine(make: Callable[..., Optimizer], rng: np.random.Generator) -> None:
    w, g = rng.normal(size=(8, 5)), 0.01 * rng.normal(size=(8, 5))
    whole = w.copy()
    make(whole).step(g)
    make([w[:, :-1], w[:, -1]]).step([g[:, :-1], g[:, -1]])
    np.testing.assert_array_equal(w, whole)


@every_rule
def test_bits_do_not_depend_on_threads(make: Callable[..., Optimizer], isa: str, rng: np.random.Generator) -> None:
    x, gradients = rng.normal(size=100_003), rng.normal(size=(3, 100_003))
    found = []
    for count in (1, 2, 3):
        with mm.threads(count):
            y = x.copy()
            rule = make(y)
            for g in gradients:
                rule.step(g)
            found.append(y)
    np.testing.assert_array_equal(found[1], found[0])
    np.testing.assert_array_equal(found[2], found[0])


def test_recipe_has_no_step() -> None:
    with pytest.raises(TypeError, match=r"Adam\.step: made without params, this is a recipe"):
        Adam().step(np.ones(2))
    assert Adam(lr=0.3).with_params(np.ones(2)).lr == 0.3


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"lr": -0.1}, ValueError, "lr must be finite and at least 0, got -0.1"),
        ({"lr": np.nan}, ValueError, "lr must be finite and at least 0, got nan"),
        ({"lr": "0.1"}, TypeError, "lr must be a number, got '0.1'"),
        ({"lr": True}, TypeError, "lr must be a number, got True"),
        ({"lr": np.False_}, TypeError, "lr must be a number, got np.False_"),
        ({"lr": np.array(True)}, TypeError, "lr must be a number, got array"),
        ({"lr": np.complex128(0.1)}, TypeError, "lr must be a number, got np.complex128"),
        ({"betas": (True, 0.9)}, TypeError, r"betas\[0\] must be a number, got True"),
        ({"clip_norm": True}, TypeError, "clip_norm must be a number, got True"),
        ({"weight_decay": 1j}, TypeError, "weight_decay must be a number, got 1j"),
        ({"betas": (0.9, 1.0)}, ValueError, r"betas\[1\] must be in \[0, 1\), got 1.0"),
        ({"betas": (-0.1, 0.9)}, ValueError, r"betas\[0\] must be in \[0, 1\), got -0.1"),
        ({"betas": 0.9}, TypeError, "betas must be a pair of numbers, got 0.9"),
        ({"eps": np.inf}, ValueError, "eps must be finite and at least 0, got inf"),
        ({"weight_decay": -1}, ValueError, "weight_decay must be finite and at least 0, got -1"),
        ({"amsgrad": 1}, TypeError, "amsgrad must be True or False, got 1"),
        ({"eps_mode": "inside"}, ValueError, "eps_mode must be 'corrected' or 'uncorrected', got 'inside'"),
        ({"clip_norm": 0}, ValueError, "clip_norm must be positive or None, got 0"),
        ({"nonfinite": "ignore"}, ValueError, "nonfinite must be 'propagate', 'raise' or 'skip', got 'ignore'"),
        ({"maximize": 1}, TypeError, "maximize must be True or False, got 1"),
    ],
)
def test_bad_hyperparameters(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=rf"^Adam: {message}"):
        Adam(**options)


def test_hyperparameters_that_do_not_go_together() -> None:
    with pytest.raises(ValueError, match=r"Nesterov: nesterov needs momentum > 0 and dampening 0, got momentum 0"):
        Nesterov(momentum=0)
    with pytest.raises(ValueError, match=r"GradientDescent: dampening must be in \[0, 1\], got 1.5"):
        GradientDescent(momentum=0.9, dampening=1.5)
    group = Nesterov(np.ones(2)).param_groups[0]
    with pytest.raises(ValueError, match="nesterov needs momentum"):
        group["momentum"] = 0.0
    assert group["momentum"] == 0.9
    with pytest.raises(KeyError, match="no hyper-parameter 'nesterov' to be set"):
        group["nesterov"] = False


def test_two_threads_stepping_the_same_optimizer(rng: np.random.Generator) -> None:
    # Equal gradients: whatever the threads' order, 2 x 100 steps must come out as 200 in a row. Large enough to leave the GIL.
    x, g = rng.normal(size=30_000), rng.normal(size=30_000)
    alone, both = x.copy(), x.copy()
    rule = Adam(alone)
    for _ in range(200):
        rule.step(g)
    rule = Adam(both)
    workers = [threading.Thread(target=lambda: [rule.step(g) for _ in range(100)]) for _ in range(2)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert rule.steps_taken == 200
    np.testing.assert_array_equal(both, alone)


@pytest.mark.parametrize("change", ["shrunk", "reshaped", "restrided", "retyped", "byte order"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # NumPy's own, of setting strides and shape
def test_a_parameter_that_lies_otherwise_than_before(change: str) -> None:
    """NumPy lets the owner of an array do this; the step must not write where the array was."""
    x = np.ones(32)
    rule = GradientDescent(x, lr=1.0)
    rule.step(np.ones(32))
    if change == "shrunk":
        x.resize(30, refcheck=False)
    elif change == "reshaped":
        x.shape = (4, 8)
    elif change == "restrided":
        x.strides = (0,)
    else:
        x.dtype = np.float32 if change == "retyped" else x.dtype.newbyteorder()
    before = x.copy()
    with pytest.raises(ValueError, match="params was resized, or its shape, strides or dtype set, since the optimizer was made"):
        rule.step(np.ones(x.shape, x.dtype.newbyteorder("=")))
    np.testing.assert_array_equal(x, before)
    assert rule.steps_taken == 1


def test_a_number_too_large_for_a_float_is_out_of_range() -> None:
    with pytest.raises(ValueError, match="lr must be finite and at least 0"):
        GradientDescent(lr=10**400)


def test_numbers_of_every_real_kind() -> None:
    for lr in (1, np.int8(1), np.float32(1), np.array(1.0), Fraction(1), Decimal(1)):
        assert GradientDescent(lr=lr).lr == 1.0


def test_the_native_rule_knows_its_options_by_name() -> None:
    plan = mm._mlmath._OptimizerPlan("Lion", "lion", [(0, np.ones(2), np.zeros(2))], 1, True, None)
    with pytest.raises(RuntimeError, match=r"^Lion\.step: a group has no hyper-parameters yet"):
        plan.step(np.ones(2))
    with pytest.raises(TypeError, match="lion: weight_decay is missing"):
        plan.configure(0, 0.1, {"betas": (0.9, 0.99)})
    with pytest.raises(TypeError, match="lion: takes 2 options, got 3"):
        plan.configure(0, 0.1, {"betas": (0.9, 0.99), "weight_decay": 0.0, "eps": 1e-8})
    with pytest.raises(IndexError, match="there is no group 1"):
        plan.configure(1, 0.1, {"betas": (0.9, 0.99), "weight_decay": 0.0})
    with pytest.raises(ValueError, match="there is no rule 'tiger'"):
        mm._mlmath._OptimizerPlan("Tiger", "tiger", [], 1, True, None).configure(0, 0.1, {})
    with pytest.raises(ValueError, match="the rule needs 2 states per parameter, got 1"):
        mm._mlmath._OptimizerPlan("A", "adadelta", [(0, np.ones(2), np.zeros(2))], 1, True, None).configure(
            0, 1.0, {"rho": 0.9, "eps": 1e-6, "weight_decay": 0.0}
        )
