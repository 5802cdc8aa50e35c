# SPDX-License-Identifier: BSD-3-Clause
"""out= of eigh, eigvalsh, svd, svdvals: every layout and dtype, overlap, and what is refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matrix_zoo_eigen import symmetric
from numpy.linalg import LinAlgError

import mlmath_native as mm


def arrays(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)


def layouts(like: np.ndarray[Any, Any]) -> dict[str, np.ndarray[Any, Any]]:
    """Arrays of the shape and dtype of one, as they can lie in memory."""
    shape, dtype = like.shape, like.dtype
    every_second = (slice(None, None, 2),) * like.ndim
    return {
        "C": np.empty(shape, dtype),
        "Fortran": np.empty(shape[::-1], dtype).T,
        "every second": np.empty([2 * size for size in shape], dtype)[every_second],
        "backwards": np.empty(shape, dtype)[(slice(None, None, -1),) * like.ndim],
        "byte-swapped": np.empty(shape, dtype.newbyteorder()),
        "unaligned": np.empty(like.nbytes + 1, np.uint8)[1:].view(dtype).reshape(shape),
        "subclass": np.empty(shape, dtype).view(type("Sub", (np.ndarray,), {})),
        "field": np.empty(shape, [("byte", "i1"), ("number", dtype)])["number"],
        "wider": np.empty(shape, np.clongdouble if dtype.kind == "c" else np.longdouble),
    }


def with_out() -> list[Any]:
    """Every way to the results: name, function, how many, dtypes, whether of symmetric matrices."""
    real, both = (np.float64, np.float32), (np.float64, np.float32, np.complex64)
    eigh, svd = mm.linalg.eigh, mm.linalg.svd
    middle, whole = {"subset_by_index": (1, 2)}, {"subset_by_value": (-np.inf, np.inf)}
    return [
        pytest.param(eigh, {}, both, True, id="eigh"),
        pytest.param(mm.linalg.eigvalsh, {}, both, True, id="eigvalsh"),
        pytest.param(eigh, middle, both, True, id="by index"),
        pytest.param(eigh, whole, both, True, id="by value"),
        pytest.param(mm.linalg.eigvalsh, middle, both, True, id="values by index"),
        pytest.param(svd, {}, both, False, id="svd"),
        pytest.param(svd, {"full_matrices": False}, both, False, id="thin svd"),
        pytest.param(svd, {"compute_uv": False}, both, False, id="svd, values"),
        pytest.param(mm.linalg.svdvals, {}, both, False, id="svdvals"),
        pytest.param(svd, {"hermitian": True}, both, True, id="hermitian svd"),
        pytest.param(svd, {"driver": "jacobi"}, real, False, id="jacobi"),
    ]


def matrices(symmetric_ones: bool, dtype: type) -> list[np.ndarray[Any, Any]]:
    rng = np.random.default_rng(8)
    shapes: list[tuple[int, ...]] = [(3, 3), (40, 40), (5, 4, 4), (2, 3, 33, 33)]
    found = []
    for shape in shapes if symmetric_ones else [*shapes, (70, 5), (5, 70), (6, 7, 3)]:
        a = rng.standard_normal(shape) + (1j * rng.standard_normal(shape) if np.dtype(dtype).kind == "c" else 0)
        found.append((a + np.swapaxes(a, -1, -2).conj() if symmetric_ones else a).astype(dtype))
    return found


@pytest.mark.parametrize(("function", "options", "dtypes", "symmetric_ones"), with_out())
def test_out_of_every_layout_gets_the_same_bits(function: Any, options: Any, dtypes: Any, symmetric_ones: bool) -> None:
    for dtype in dtypes:
        for a in matrices(symmetric_ones, dtype):
            before, expected = a.tobytes(), arrays(function(a, **options))
            kinds = [layouts(x) for x in expected]
            for kind in kinds[0]:
                places = tuple(of[kind] for of in kinds)
                found = arrays(function(a, out=places if len(places) > 1 else places[0], **options))
                for x, y, place in zip(found, expected, places):
                    assert x is place
                    assert np.array_equal(place, y), kind
            assert a.tobytes() == before


@pytest.mark.parametrize(("function", "options", "dtypes", "symmetric_ones"), with_out())
def test_out_may_overlap_the_matrix_and_not_another_out(function: Any, options: Any, dtypes: Any, symmetric_ones: bool) -> None:
    for dtype in dtypes:
        for a in matrices(symmetric_ones, dtype):
            expected = arrays(function(a, **options))
            for i, x in enumerate(expected):
                if x.dtype != a.dtype:
                    continue
                for shift in (0, 1, a.size - 1):
                    memory = np.zeros(a.size + x.size, dtype)
                    memory[: a.size] = a.ravel()
                    places: list[Any] = [None] * len(expected)
                    places[i] = memory[shift : shift + x.size].reshape(x.shape)
                    found = arrays(
                        function(memory[: a.size].reshape(a.shape), out=tuple(places) if len(places) > 1 else places[0], **options)
                    )
                    assert all(np.array_equal(y, z) for y, z in zip(found, expected))
            if len(expected) > 1 and expected[0].dtype == expected[1].dtype:
                first, second = expected[:2]
                memory = np.zeros(first.size + second.size, dtype)
                places = [memory[: first.size].reshape(first.shape), memory[first.size - 1 : -1].reshape(second.shape)]
                with pytest.raises(ValueError, match="share memory"):
                    function(a, out=(*places, None)[: len(expected)], **options)
    if function is mm.linalg.eigh and not options:  # columns of one array lie between each other without sharing anything
        a = matrices(True, np.float64)[0]
        table = np.empty((3, 4))
        w, v = mm.linalg.eigh(a, out=(table[:, 0], table[:, 1:]))
        assert np.array_equal(table[:, :1], mm.linalg.eigh(a).eigenvalues[:, None])
        assert np.array_equal(table[:, 1:], mm.linalg.eigh(a).eigenvectors)
        assert np.shares_memory(w, table)
        assert np.shares_memory(v, table)


@pytest.mark.parametrize(("function", "options", "dtypes", "symmetric_ones"), with_out())
def test_out_that_does_not_fit_is_refused(function: Any, options: Any, dtypes: Any, symmetric_ones: bool) -> None:
    name = function.__name__
    for dtype in dtypes:
        a = matrices(symmetric_ones, dtype)[0]
        expected = arrays(function(a, **options))
        for i, x in enumerate(expected):
            read_only = np.empty_like(x)
            read_only.flags.writeable = False
            repeated = np.lib.stride_tricks.as_strided(np.zeros(1, x.dtype), x.shape, (0,) * x.ndim)
            bad: list[tuple[Any, type[Exception], str]] = [
                (read_only, ValueError, "read-only"),
                (repeated, ValueError, "elements that share memory"),
                (np.empty((*x.shape, 1), x.dtype), ValueError, "shape of the result"),
                (np.empty(x.shape, int), TypeError, "cannot be cast"),
                (np.empty(x.shape, "S8"), TypeError, "cannot be cast"),
                ([1.0], TypeError, "out must be an array, got list"),
            ]
            if x.dtype.kind == "c":
                bad.append((np.empty(x.shape), TypeError, "cannot be cast"))
            for place, error, message in bad:
                places: list[Any] = [None] * len(expected)
                places[i] = place
                with pytest.raises(error, match=f"{name}.*{message}"):
                    function(a, out=tuple(places) if len(places) > 1 else place, **options)
        if len(expected) > 1:
            for tuple_ in ((), (None,), (None,) * 4, [None] * len(expected), np.empty(3)):
                with pytest.raises(TypeError, match=f"{name}: out must be a tuple"):
                    function(a, out=tuple_, **options)
            none = arrays(function(a, out=(None,) * len(expected), **options))
            assert all(np.array_equal(x, y) for x, y in zip(none, expected))


def test_a_bad_matrix_in_out_does_not_change_what_is_raised() -> None:
    """Where out is the matrix, what made it bad is overwritten: infinity alone stays NaN without an exception."""
    for bad in (np.nan, np.inf):
        a = np.eye(3)
        a[1, 1] = bad
        if np.isnan(bad):
            with pytest.raises(LinAlgError):
                mm.linalg.svd(a, out=(None, None, a))
        else:
            assert np.isnan(mm.linalg.svd(a, out=(None, None, a)).S).all()
            assert np.isnan(a).all()


@pytest.mark.parametrize("n", [3, 20, 70])
def test_out(n: int) -> None:
    a = symmetric(max(n, 6))["mode 6"][:n, :n]
    names = {"eigh": 2, "svd": 3, "eigvalsh": 1, "svdvals": 1}
    for name, count in names.items():
        ours = getattr(mm.linalg, name)
        expected = arrays(ours(a))
        places = tuple(np.full(x.shape[::-1], 7.0).T for x in expected)
        found = ours(a, out=places if count > 1 else places[0])
        for x, y, place in zip(arrays(found), expected, places):
            assert x is place
            assert np.array_equal(x, y)
        if count > 1:
            mixed = ours(a, out=(None, *places[1:]))
            assert mixed[0] is not places[0]
            assert mixed[1] is places[1]
        # Out may be the matrix itself.
        copy = a.copy()
        if count > 1:
            ours(copy, out=(*(None,) * (count - 1), copy))
            assert np.array_equal(copy, expected[-1])
        narrow = tuple(np.empty(x.shape, np.float32) for x in expected)
        ours(a, out=narrow if count > 1 else narrow[0])
        assert all(np.array_equal(x, y.astype(np.float32)) for x, y in zip(narrow, expected))
        wrong = tuple(np.empty((*x.shape, 2)) for x in expected)
        with pytest.raises(ValueError, match=f"{name}.*out must have the shape"):
            ours(a, out=wrong if count > 1 else wrong[0])
        integers = tuple(np.empty(x.shape, int) for x in expected)
        with pytest.raises(TypeError, match=f"{name}.*cannot be cast"):
            ours(a, out=integers if count > 1 else integers[0])
        with pytest.raises(TypeError, match=f"{name}.*out must be"):
            ours(a, out="somewhere")
        if count > 1:
            with pytest.raises(TypeError, match="out must be a tuple"):
                ours(a, out=places[0])
        *results, status = ours(a, out=places if count > 1 else places[0], errors="status")
        assert status == 0
        assert all(x is place for x, place in zip(results, places))
