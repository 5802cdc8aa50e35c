# SPDX-License-Identifier: BSD-3-Clause
"""The data sets that come with the package."""

from __future__ import annotations

import numpy as np
import pytest

from mlmath_native.learn import datasets


def test_ames_has_the_shape_and_the_rank_it_is_there_for() -> None:
    ames = datasets.load_ames_housing()
    assert ames.data.shape == (1460, 31)
    assert ames.target.shape == (1460,)
    assert len(ames.feature_names) == len(set(ames.feature_names)) == 31
    assert ames.target_names == ["SalePrice"]
    assert np.isfinite(ames.data).all()
    assert ames.data.dtype == ames.target.dtype == np.float64
    centred = ames.data - ames.data.mean(axis=0)
    assert np.linalg.matrix_rank(centred) == 29
    column = {name: ames.data[:, k] for k, name in enumerate(ames.feature_names)}
    np.testing.assert_array_equal(column["TotalBsmtSF"], column["BsmtFinSF1"] + column["BsmtFinSF2"] + column["BsmtUnfSF"])
    np.testing.assert_array_equal(column["GrLivArea"], column["1stFlrSF"] + column["2ndFlrSF"] + column["LowQualFinSF"])


def test_ames_names_its_source() -> None:
    assert "De Cock" in datasets.load_ames_housing().DESCR


def test_ames_is_a_fresh_copy_every_time() -> None:
    data, target = datasets.load_ames_housing(return_X_y=True)
    data[0, 0] = target[0] = -1.0
    again, prices = datasets.load_ames_housing(return_X_y=True)
    assert again[0, 0] == 8450.0
    assert prices[0] == 208500.0


def test_bunch_is_a_dictionary_with_attributes() -> None:
    bunch = datasets.Bunch(a=1)
    bunch.b = 2
    assert dict(bunch) == {"a": 1, "b": 2}
    assert "b" in dir(bunch)
    with pytest.raises(AttributeError):
        _ = bunch.missing
