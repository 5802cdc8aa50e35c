# SPDX-License-Identifier: BSD-3-Clause
"""Probability: normal draws against their density, expectation and variance, Bayes' theorem on a worked case."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import mlmath_native as mm

from ._checks import EPS
from ._runner import Stage, Step

Vector = NDArray[np.float64]

SEED = 2026
FEW, MANY = 1_000, 10_000_000
SIGMAS = 5.0  # a statistical tolerance, in standard deviations of the estimate

# The worked case: 1 % have the disease, the test finds 90 % of them, and 9 % of the healthy test positive all the same.
PREVALENCE, SENSITIVITY, FALSE_POSITIVES = Fraction(1, 100), Fraction(90, 100), Fraction(9, 100)


def play(stage: Stage) -> None:
    few = mm.random.default_rng(SEED).standard_normal(FEW)
    draws = _normals(stage, few)
    _moments(stage, draws)
    counts, edges = _histogram(stage, draws)
    _figure_normals(stage, few, draws, counts, edges)
    _die(stage)
    _bayes(stage)


def digits(x: Any) -> str:
    """Six decimals: what a random estimate shows beyond them is noise."""
    return f"{float(x):.6f}"


def _normals(stage: Stage, few: Vector) -> Vector:
    stage.check(
        f"{FEW} standard normals, mean near 0",
        ("rng.standard_normal(1000)", "numpy.random: the same"),
        (digits(mm.mean(few)), digits(np.mean(np.random.default_rng(SEED).standard_normal(FEW)))),
        abs(mm.mean(few)),
        SIGMAS / math.sqrt(FEW),
        "statistical",
        "5/√n",
    )
    ours, theirs = np.empty(MANY), np.empty(MANY)
    # A new generator for every call: the draws of the last one are those of the first, however often the clock asks.
    race = stage.race(
        lambda: mm.random.default_rng(SEED).standard_normal(out=ours),
        lambda: np.random.default_rng(SEED).standard_normal(out=theirs),
        peer_spins=False,
    )
    stage.check(
        "10⁷ standard normals, mean near 0",
        ("rng.standard_normal(out=x)", "numpy.random: the same"),
        (digits(np.mean(ours)), digits(np.mean(theirs))),
        abs(float(np.mean(ours))),
        SIGMAS / math.sqrt(MANY),
        "statistical",
        "5/√n",
        race,
    )
    return ours


def _moments(stage: Stage, x: Vector) -> None:
    n = len(x)
    absolute = float(np.mean(np.abs(x)))
    race = stage.race(partial(mm.mean, x), partial(np.mean, x), peer_spins=False)
    stage.check(
        "expectation: mean of the 10⁷ draws",
        ("mm.mean(x)", "numpy.mean"),
        (race.native, race.peer),
        abs(race.native - race.peer),
        math.log2(n) * 8 * EPS * absolute,
        "rounding",
        "8 log₂n ε mean|x|",
        race,
    )
    race = stage.race(partial(mm.var, x), partial(np.var, x), peer_spins=False)
    stage.check(
        "variance of the 10⁷ draws",
        ("mm.var(x)", "numpy.var"),
        (race.native, race.peer),
        abs(race.native - race.peer),
        math.log2(n) * 8 * EPS * float(race.peer),
        "rounding",
        "8 log₂n ε σ²",
        race,
    )
    stage.check(
        "the variance is near 1",
        ("mm.var(x)", "the law's variance"),
        (digits(race.native), "1"),
        abs(race.native - 1.0),
        SIGMAS * math.sqrt(2.0 / n),
        "statistical",
        "5√(2/n)",
    )


def _histogram(stage: Stage, x: Vector) -> tuple[Any, Vector]:
    """Pearson's chi-square of the counts against the density, as a standard normal deviate (Wilson and Hilferty's cube root)."""
    edges = np.linspace(-4.0, 4.0, 101)
    counts, _ = np.histogram(x, edges)
    inside = np.diff([0.5 * math.erf(edge / math.sqrt(2.0)) for edge in edges])
    observed = np.append(counts, len(x) - counts.sum())
    expected = len(x) * np.append(inside, 1.0 - inside.sum())
    freedom = len(observed) - 1
    chi_square = float(np.sum((observed - expected) ** 2 / expected))
    spread = 2.0 / (9.0 * freedom)
    deviate = (math.cbrt(chi_square / freedom) - (1.0 - spread)) / math.sqrt(spread)
    stage.check(
        f"their histogram, {len(observed)} cells",
        ("χ² of our counts", "χ² expected"),
        (f"{chi_square:.1f}", f"{freedom} ± {math.sqrt(2 * freedom):.0f}"),
        abs(deviate),
        SIGMAS,
        "statistical",
        "5σ (Wilson and Hilferty)",
    )
    return counts, edges


def _figure_normals(stage: Stage, few: Vector, draws: Vector, counts: Any, edges: Vector) -> None:
    from . import _figures as look

    grid = np.linspace(-4.0, 4.0, 400)
    with stage.figure("probability_normals", 9.6, 3.3) as figure:
        small, large, running = figure.subplots(1, 3)
        small.hist(few, bins=32, range=(-4, 4), density=True, color=look.PALE_BLUE)
        large.stairs(counts / (len(draws) * np.diff(edges)), edges, fill=True, color=look.PALE_BLUE)
        for axes, title in ((small, "1000 draws: the bell, roughly"), (large, "10 million draws: the density itself")):
            axes.plot(grid, look.normal_density(grid), color=look.INK, linewidth=1.4)
            axes.set(title=title, xlabel="x", ylabel="density", xlim=(-4, 4), ylim=(0, 0.46))
        small.annotate("φ(x)", (1.1, look.normal_density(1.1)), (1.75, 0.3), color=look.INK, fontsize=10)
        sizes = np.unique(np.geomspace(10, len(draws), 160).astype(int))
        means = np.abs(np.cumsum(draws)[sizes - 1] / sizes)
        running.loglog(sizes, 1.0 / np.sqrt(sizes), color=look.INK, linewidth=1.4)
        running.loglog(sizes, means, color=look.BLUE, linewidth=1.2)
        running.text(3e4, 1.6e-2, "1/√n", color=look.INK, fontsize=10)
        running.text(14, 3e-5, "|mean of the first n|", color=look.BLUE)
        running.set(title="The mean's error falls as 1/√n", xlabel="number of draws n", ylabel="distance from 0", ylim=(1e-6, 1))
    stage.finding("Ten thousand times the draws, a hundred times nearer: the error of a mean falls as 1/√n.")


def _die(stage: Stage) -> None:
    faces = np.arange(1.0, 7.0)
    fair = np.full(6, 1.0 / 6.0)
    mean = mm.dot(faces, fair)
    variance = mm.dot(faces**2, fair) - mean**2
    stage.check(
        "a fair die: variance 35/12",
        ("mm.dot(x², p) - mm.dot(x, p)²", "exact fraction"),
        (variance, 35.0 / 12.0),
        abs(variance - 35.0 / 12.0),
        6 * EPS * mm.dot(faces**2, fair),
        "rounding",
        "6 ε E[X²]",
    )
    rolls = 1_000_000
    race = stage.race(
        lambda: 1.0 + np.floor(6.0 * mm.random.default_rng(SEED).random(rolls)),
        lambda: 1.0 + np.floor(6.0 * np.random.default_rng(SEED).random(rolls)),
        peer_spins=False,
    )
    stage.check(
        "a million rolls, mean near 7/2",
        ("1 + floor(6 rng.random(n))", "numpy.random: the same"),
        (digits(mm.mean(race.native)), digits(np.mean(race.peer))),
        abs(mm.mean(race.native) - 3.5),
        SIGMAS * math.sqrt(35.0 / 12.0 / rolls),
        "statistical",
        "5 σ/√n, σ² = 35/12",
        race,
    )


def _bayes(stage: Stage) -> None:
    prior = np.array([float(PREVALENCE), float(1 - PREVALENCE)])
    likelihood = np.array([float(SENSITIVITY), float(FALSE_POSITIVES)])
    evidence = mm.dot(prior, likelihood)
    posterior = float(prior[0] * likelihood[0] / evidence)
    exact = PREVALENCE * SENSITIVITY / (PREVALENCE * SENSITIVITY + (1 - PREVALENCE) * FALSE_POSITIVES)
    stage.check(
        f"Bayes: P(ill | positive) = {exact}",
        ("p l / mm.dot(p, l)", "exact fraction"),
        (posterior, float(exact)),
        abs(posterior - float(exact)) / float(exact),
        6 * EPS,
        "rounding",
        "6 ε, six roundings",
    )
    people = 1_000_000
    rng = mm.random.default_rng(SEED)
    ill = rng.random(people) < float(PREVALENCE)
    positive = rng.random(people) < np.where(ill, float(SENSITIVITY), float(FALSE_POSITIVES))
    frequency = float(np.mean(ill[positive]))
    stage.check(
        "Bayes by drawing a million people",
        ("ill share of positives", "exact fraction"),
        (digits(frequency), digits(exact)),
        abs(frequency - float(exact)),
        SIGMAS * math.sqrt(float(exact * (1 - exact)) / int(positive.sum())),
        "statistical",
        "5√(p(1-p)/positives)",
    )
    _figure_bayes(stage, float(exact))
    stage.finding(
        f"A test that finds 90 % of the ill, and yet only {float(exact):.1%} of its positives are ill: most people are healthy."
    )


def _figure_bayes(stage: Stage, posterior: float) -> None:
    """A thousand people, one dot each, the ill first."""
    from . import _figures as look

    ill, found, healthy_positive = 10, 9, 89  # of 1000: 1 %, 90 % of them, 9 % of 990
    place = np.arange(1000)
    column, row = place // 25, 24 - place % 25
    groups = (
        (place < found, look.ORANGE, f"{found} ill, test positive"),
        ((place >= found) & (place < ill), look.SAND, "1 ill, test negative"),
        ((place >= ill) & (place < ill + healthy_positive), look.BLUE, f"{healthy_positive} healthy, test positive"),
        (place >= ill + healthy_positive, look.GRID, f"{1000 - ill - healthy_positive} healthy, test negative"),
    )
    with stage.figure("probability_bayes", 6.6, 4.4) as figure:
        axes = figure.subplots()
        for members, color, label in groups:
            axes.scatter(column[members], row[members], s=26, color=color, linewidth=0, label=label)
        axes.set_title(f"Of {found + healthy_positive} positive tests among 1000 people, {found} are ill: {posterior:.1%}")
        axes.set_aspect("equal")
        axes.axis("off")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=2, handletextpad=0.3, columnspacing=2.5, markerscale=1.3)


STEP = Step("probability", "Probability: normal draws, expectation, variance, Bayes' theorem", play)
