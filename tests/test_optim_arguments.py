# SPDX-License-Identifier: BSD-3-Clause
"""What every optimizer does with its arguments and its state: layouts, refusals, copies, threads."""

from __future__ import annotations

import copy
import pickle
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import as_strided

from mlmath_native.optim import Adam, GradientDescent

Optimizer = Adam | GradientDescent
RULES: list[Callable[[], Optimizer]] = [
    lambda: GradientDescent(0.1),
    lambda: GradientDescent(0.1, 0.9),
    lambda: GradientDescent(0.1, 0.9, nesterov=True),
    lambda: Adam(0.1, weight_decay=0.01),
]
every_rule = pytest.mark.parametrize("make", RULES, ids=["plain", "heavy_ball", "nesterov", "adam"])


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
    isa: str, make: Callable[[], Optimizer], dtype: type, held: Callable[[np.ndarray], np.ndarray], rng: np.random.Generator
) -> None:
    values, gradients = rng.normal(size=(6, 5, 4)).astype(dtype), rng.normal(size=(3, 6, 5, 4)).astype(dtype)
    plain, plain_rule = values.copy(), make()
    as_parameter, as_parameter_rule = held(values), make()
    as_gradient, as_gradient_rule = values.copy(), make()
    for g in gradients:
        frozen = held(g)
        frozen.flags.writeable = False
        plain_rule.step(plain, g)
        as_parameter_rule.step(as_parameter, g)
        as_gradient_rule.step([as_gradient], [frozen])
        np.testing.assert_array_equal(frozen, g)
    np.testing.assert_array_equal(as_parameter, plain)
    np.testing.assert_array_equal(as_gradient, plain)
    assert np.any(plain != values)


@every_rule
def test_layout_may_change_between_steps(make: Callable[[], Optimizer], rng: np.random.Generator) -> None:
    values, g = rng.normal(size=(7, 9)), rng.normal(size=(7, 9))
    plain, rule = values.copy(), make()
    rule.step(plain, g)
    rule.step(plain, g)
    changing, rule = values.copy(), make()
    rule.step(changing, g)
    fortran = np.asfortranarray(changing)
    rule.step(fortran, g)
    np.testing.assert_array_equal(fortran, plain)


@every_rule
def test_mixed_dtypes_and_empty_arrays(make: Callable[[], Optimizer], rng: np.random.Generator) -> None:
    arrays = [rng.normal(size=3), np.zeros((0, 4)), rng.normal(size=(2, 2)).astype(np.float32), np.array(1.0)]
    gradients = [np.ones_like(a) for a in arrays]
    alone = [a.copy() for a in arrays]
    for a, g in zip(alone, gradients):
        make().step(a, g)
    make().step(tuple(arrays), gradients)
    for a, b in zip(arrays, alone):
        np.testing.assert_array_equal(a, b)
    rule = make()
    rule.step([], [])
    assert rule.steps_taken == 1


def read_only(n: int = 3) -> np.ndarray:
    a = np.ones(n)
    a.flags.writeable = False
    return a


ones = np.ones
shared = np.ones(10)
BAD: list[tuple[str, Any, Any, type[Exception], str]] = [
    ("not an array", 1.0, ones(1), TypeError, "parameters must be an array or a list of arrays, got float"),
    ("nested list", [[1.0, 2.0]], [ones(2)], TypeError, r"parameters\[0\] must be a NumPy array .* got list"),
    ("gradient list", ones(2), [1.0, 2.0], TypeError, "gradients must be a NumPy array, got list"),
    ("gradients array", [ones(2)], ones(2), TypeError, "gradients must be a list of arrays as parameters, got numpy.ndarray"),
    ("none", ones(2), None, TypeError, "gradients must be a NumPy array, got NoneType"),
    ("count", [ones(2)], [ones(2), ones(2)], ValueError, r"gradients must be 1 array\(s\) as parameters, got 2"),
    ("shape", ones((2, 3)), ones((3, 2)), ValueError, r"gradients must have shape \(2, 3\) as parameters, got \(3, 2\)"),
    ("no broadcasting", ones((2, 3)), ones(3), ValueError, r"gradients must have shape \(2, 3\)"),
    ("0-d", ones(1), np.float64(1), ValueError, r"gradients must have shape \(1,\) as parameters, got \(\)"),
    ("integers", ones(3, int), ones(3, int), TypeError, "parameters must be float32 or float64, got int64"),
    ("half", ones(3, np.float16), ones(3), TypeError, "parameters must be float32 or float64, got float16"),
    ("complex", ones(3, complex), ones(3), TypeError, "parameters must be float32 or float64, got complex128"),
    ("objects", np.array([None]), ones(1), TypeError, "parameters must be float32 or float64, got object"),
    ("gradient dtype", ones(3, np.float32), ones(3), TypeError, "gradients must be float32 as parameters, got float64"),
    ("read-only", read_only(), ones(3), ValueError, "parameters is read-only"),
    ("second read-only", [ones(3), read_only()], [ones(3), ones(3)], ValueError, r"parameters\[1\] is read-only"),
    ("broadcast", as_strided(np.ones(1), (3,), (0,)), ones(3), ValueError, "parameters has elements that share memory"),
    ("windows", as_strided(np.ones(6), (3, 3), (8, 8)), ones((3, 3)), ValueError, "parameters has elements that share memory"),
    ("twice", [shared, shared], [ones(10), ones(10)], ValueError, r"parameters\[0\] shares memory with parameters\[1\]"),
    ("overlap", shared[:-1], shared[1:], ValueError, "parameters shares memory with gradients"),
    ("other's gradient", [shared, ones(10)], [ones(10), shared], ValueError, r"parameters\[0\] shares memory with gradients\[1\]"),
    ("masked", np.ma.masked_array(ones(3), [0, 1, 0]), ones(3), TypeError, "parameters is a masked array"),
]  # fmt: skip


@every_rule
@pytest.mark.parametrize(("parameters", "gradients", "error", "message"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_refusals_name_the_argument_and_change_nothing(
    make: Callable[[], Optimizer], parameters: Any, gradients: Any, error: type[Exception], message: str
) -> None:
    before = copy.deepcopy((parameters, gradients))
    rule = make()
    with pytest.raises(error, match=rf"^{type(rule).__name__}\.step: {message}"):
        rule.step(parameters, gradients)
    assert rule.steps_taken == 0
    assert all(arrays == [] for arrays in rule.state.values())
    for now, then in zip((parameters, gradients), before):
        for a, b in zip(now if isinstance(now, list) else [now], then if isinstance(then, list) else [then]):
            np.testing.assert_array_equal(a, b)


@every_rule
def test_error_after_converted_parameter_leaves_it_alone(make: Callable[[], Optimizer]) -> None:
    swapped = np.ones(4, ">f8" if np.little_endian else "<f8")
    with pytest.raises(ValueError, match=r"parameters\[1\] is read-only"):
        make().step([swapped, read_only()], [np.ones(4), np.ones(3)])
    np.testing.assert_array_equal(swapped, 1)
    assert swapped.flags.writeable


@every_rule
def test_disjoint_views_of_one_array_are_fine(make: Callable[[], Optimizer], rng: np.random.Generator) -> None:
    w, g = rng.normal(size=(8, 5)), rng.normal(size=(8, 5))
    whole = w.copy()
    make().step(whole, g)
    make().step([w[:, :-1], w[:, -1]], [g[:, :-1], g[:, -1]])
    np.testing.assert_array_equal(w, whole)


@pytest.mark.parametrize("make", RULES[1:], ids=["heavy_ball", "nesterov", "adam"])
def test_shapes_and_dtypes_are_fixed_by_the_first_step(make: Callable[[], Optimizer]) -> None:
    rule = make()
    rule.step([np.ones(3), np.ones(2)], [np.ones(3), np.ones(2)])
    with pytest.raises(ValueError, match=r"parameters\[1\] must keep the shape of the first step, \(2,\), got \(4,\)"):
        rule.step([np.ones(3), np.ones(4)], [np.ones(3), np.ones(4)])
    with pytest.raises(ValueError, match=r"parameters must be 2 array\(s\) as in the first step, got 1"):
        rule.step(np.ones(3), np.ones(3))
    with pytest.raises(TypeError, match=r"parameters\[0\] must keep the dtype of the first step, float64, got float32"):
        rule.step([np.ones(3, np.float32), np.ones(2)], [np.ones(3, np.float32), np.ones(2)])
    assert rule.steps_taken == 1
    rule.reset()
    rule.step(np.ones(7), np.ones(7))
    assert rule.steps_taken == 1


@every_rule
@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))], ids=["copy", "deepcopy", "pickle"]
)
def test_copies_continue_bit_for_bit_and_apart(
    make: Callable[[], Optimizer], duplicate: Callable[[Optimizer], Optimizer], rng: np.random.Generator
) -> None:
    x, gradients = np.asfortranarray(rng.normal(size=(6, 7))), rng.normal(size=(8, 6, 7))
    rule = make()
    for g in gradients[:4]:
        rule.step(x, g)
    twin, y = duplicate(rule), x.copy(order="F")
    assert repr(twin) == repr(rule)
    for g in gradients[4:]:
        rule.step(x, g)
    for g in gradients[4:]:
        twin.step(y, g)
    np.testing.assert_array_equal(x, y)
    assert twin.steps_taken == rule.steps_taken == 8


@pytest.mark.parametrize("argument", ["learning_rate", "beta1", "beta2", "epsilon", "weight_decay"])
@pytest.mark.parametrize("value", [-0.1, np.nan, np.inf, 1 + 1e-9])
def test_adam_hyperparameters_out_of_range(argument: str, value: float) -> None:
    if value > 1 and np.isfinite(value) and not argument.startswith("beta"):
        value = -value
    with pytest.raises(ValueError, match=rf"Adam: {argument} must be .*, got"):
        Adam(**{argument: value})


def test_other_bad_hyperparameters() -> None:
    for argument in ("beta1", "beta2"):
        with pytest.raises(ValueError, match=rf"Adam: {argument} must be in \[0, 1\), got 1"):
            Adam(**{argument: 1})
    with pytest.raises(ValueError, match=r"GradientDescent: momentum must be in \[0, 1\), got 1.0"):
        GradientDescent(0.1, 1.0)
    with pytest.raises(TypeError, match=r"GradientDescent: learning_rate must be a number, got '0.1'"):
        GradientDescent("0.1")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="unexpected keyword argument 'lr'"):
        Adam(lr=0.1)  # type: ignore[call-arg]
    adam = Adam()
    with pytest.raises(ValueError, match="Adam: learning_rate must be finite and at least 0, got nan"):
        adam.learning_rate = float("nan")
    assert adam.learning_rate == 1e-3


def test_two_threads_stepping_the_same_optimizer(rng: np.random.Generator) -> None:
    # Equal gradients: whatever the threads' order, 2 x 100 steps must come out as 200 in a row. Large enough to leave the GIL.
    x, g = rng.normal(size=30_000), rng.normal(size=30_000)
    alone, rule = x.copy(), Adam()
    for _ in range(200):
        rule.step(alone, g)
    both, rule = x.copy(), Adam()
    workers = [threading.Thread(target=lambda: [rule.step(both, g) for _ in range(100)]) for _ in range(2)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert rule.steps_taken == 200
    np.testing.assert_array_equal(both, alone)
