# SPDX-License-Identifier: BSD-3-Clause
"""What the Python side shares: arrays as the kernels read them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mlmath_native._arrays import readable

BASE = np.arange(24.0).reshape(4, 6)
RECORDS = np.zeros(5, np.dtype([("tag", "u1"), ("x", "f8")]))
RECORDS["x"] = np.arange(5)

READ_AS_IT_LIES = {
    "C order": BASE,
    "Fortran order": np.asfortranarray(BASE),
    "strided": BASE[::2, ::-3],
    "broadcast": np.broadcast_to(BASE[0], (3, 6)),
    "empty": BASE[:0],
    "integers": np.arange(3, dtype=np.int32),
}
COPIED = {
    "not aligned": np.frombuffer(b"." + BASE.tobytes(), np.float64, offset=1),
    "strides that split elements": RECORDS["x"],
    "other byte order": BASE.astype(BASE.dtype.newbyteorder()),
}


@pytest.mark.parametrize("array", READ_AS_IT_LIES.values(), ids=READ_AS_IT_LIES)
def test_what_a_kernel_can_read_is_the_same_object(array: Any) -> None:
    assert readable(array) is array
    assert readable(array, array.dtype) is array


@pytest.mark.parametrize("array", COPIED.values(), ids=COPIED)
def test_what_a_kernel_cannot_read_is_copied(array: Any) -> None:
    for dtype in (None, np.float64):
        copy = readable(array, dtype)
        assert copy.flags.aligned
        assert copy.flags.c_contiguous
        assert copy.dtype == np.float64
        np.testing.assert_array_equal(copy, array)


def test_another_type_is_converted() -> None:
    np.testing.assert_array_equal(readable(np.arange(3), np.float32), np.arange(3, dtype=np.float32), strict=True)
    np.testing.assert_array_equal(readable([1, 2], np.float64), np.array([1.0, 2.0]), strict=True)


def test_a_subclass_is_read_as_an_array() -> None:
    class Matrix(np.ndarray):
        pass

    matrix = BASE.view(Matrix)
    assert type(readable(matrix)) is np.ndarray
    assert np.shares_memory(readable(matrix), BASE)
