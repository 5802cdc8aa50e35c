# SPDX-License-Identifier: BSD-3-Clause
"""random: the laws of one uniform number and the lognormal, for bench_random.py's tables."""

from __future__ import annotations

# Method, parameters, README marker, quantile function's name in scipy.stats (with the same parameters), whether NumPy has dtype and
# out. mkl_random has each under the same name.
CONTINUOUS: list[tuple[str, tuple[float, ...], str, str, bool]] = [
    ("standard_exponential", (), "inversion", "expon", True),
    ("exponential", (2.0,), "inversion", "expon", False),
    ("rayleigh", (1.0,), "inversion", "rayleigh", False),
    ("gumbel", (0.0, 1.0), "inversion", "gumbel_r", False),
    ("laplace", (0.0, 1.0), "inversion", "laplace", False),
    ("logistic", (0.0, 1.0), "inversion", "logistic", False),
    ("standard_cauchy", (), "inversion", "cauchy", False),
    ("weibull", (1.5,), "inversion", "weibull_min", False),
    ("pareto", (2.5,), "inversion", "lomax", False),
    ("power", (2.5,), "inversion", "powerlaw", False),
    ("triangular", (0.0, 1.0, 3.0), "inversion", "triang", False),
    ("lognormal", (0.0, 1.0), "lognormal", "lognorm", False),
]
