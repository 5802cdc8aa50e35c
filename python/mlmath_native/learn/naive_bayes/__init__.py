# SPDX-License-Identifier: BSD-3-Clause
"""Naive Bayes classifiers under scikit-learn's module name."""

from ._discrete import BernoulliNB, MultinomialNB
from ._gaussian import GaussianNB

__all__ = ["BernoulliNB", "GaussianNB", "MultinomialNB"]
