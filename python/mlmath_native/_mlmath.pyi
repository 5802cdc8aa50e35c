# SPDX-License-Identifier: BSD-3-Clause
# The extension module. Public signatures and documentation are in the typed modules beside it.
from types import ModuleType
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

__version__: str
__compiler__: str

def _set_doc(function: Any, text: str) -> None: ...

# system
def isa() -> str: ...
def isa_source() -> str: ...
def available_isas() -> list[str]: ...
def set_isa(name: str) -> None: ...
def workspace_bytes() -> int: ...
def trim_workspace() -> None: ...
def int8_unit() -> str: ...
def int8_unit_source() -> str: ...
def available_int8_units() -> list[str]: ...
def set_int8_unit(name: str) -> None: ...
def _int8_choice() -> tuple[int, int]: ...
def _restore_int8_choice(unit: int, source: int) -> None: ...
def why_no_amx() -> str | None: ...
def cpu_name() -> str: ...
def _dot_level() -> str: ...

# threads
max_threads: int

def num_threads() -> int: ...
def process_num_threads() -> int: ...
def num_threads_source() -> str: ...
def set_num_threads(n: int) -> None: ...
def set_thread_local_threads(n: int) -> int: ...

# submodules: the machine's probes, and the rungs of the ladders
machine: ModuleType
rungs: ModuleType

# blas
def delegated() -> tuple[tuple[str, str], ...]: ...
def dot(a: Any, b: Any, out: Any = ...) -> Any: ...
def _linear(X: Any, W: Any, b: Any, activation: int, out: Any, /) -> Any: ...
def _gram(X: Any, weights: Any, y: Any, /) -> tuple[Any, Any]: ...
def matmul(
    x1: Any, x2: Any, /, out: Any = ..., *, casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ..., axes: Any = ..., axis: Any = ..., engine: Any = ..., bits: Any = ..., explain: Any = ...,
) -> Any: ...  # fmt: skip
def _matmul_fma(x1: Any, x2: Any, /, out: Any = ...) -> Any: ...
def _parse_matmul_engine(engine: Any, bits: Any) -> tuple[int, int]: ...
def _swap_matmul_engine(engine: int, bits: int) -> tuple[int, int]: ...
def matvec(
    x1: Any, x2: Any, /, out: Any = ..., *, casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ..., axes: Any = ..., axis: Any = ...,
) -> Any: ...  # fmt: skip
def vecdot(
    x1: Any, x2: Any, /, out: Any = ..., *, casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ..., axes: Any = ..., axis: Any = ...,
) -> Any: ...  # fmt: skip
def vecmat(
    x1: Any, x2: Any, /, out: Any = ..., *, casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ..., axes: Any = ..., axis: Any = ...,
) -> Any: ...  # fmt: skip

# factor
def _cholesky(a: Any, upper: Any, out: Any, errors: Any, /) -> Any: ...
def _det(a: Any) -> Any: ...
def _inv(a: Any, out: Any, errors: Any, /) -> Any: ...
def _lu(a: Any, /) -> Any: ...
def _qr(a: Any, mode: int, pivoting: bool, /) -> Any: ...
def _slogdet(a: Any) -> Any: ...
def _solve(a: Any, b: Any, out: Any, errors: Any, /) -> Any: ...
def _solve_triangular(a: Any, b: Any, lower: bool, transpose: bool, unit: bool, /) -> Any: ...

# eigen
def _eigh(a: Any, lower: bool, vectors: bool, out: Any = ..., /) -> tuple[NDArray[Any], Any, NDArray[Any] | None]: ...
def _eigh_subset(
    a: Any, lower: bool, vectors: bool, by_value: bool, low: float, high: float, out: Any = ..., /
) -> tuple[NDArray[Any], NDArray[Any] | None, int]: ...
def _eigh_tridiagonal(
    d: Any, e: Any, vectors: bool, select_from: int, select_to: int, out: Any = ..., function: str = ..., /
) -> tuple[NDArray[Any], NDArray[Any] | None] | None: ...
def _power_iteration(
    a: Any, x0: Any, wanted: int, tolerance: float, most_steps: int, /
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], int, bool] | None: ...
def _svd(a: Any, compute_uv: bool, full_matrices: bool = ..., driver: int = ..., out: Any = ..., function: str = ..., /) -> Any: ...
def _tridiagonal_count(d: Any, e: Any, x: float, /) -> int: ...

# linear_model
def fit_linear(
    X: Any,
    y: Any,
    sample_weight: Any,
    start: Any,
    loss: int,
    delta: float,
    method: int,
    learning_rate: float,
    l2: float,
    intercept: int,
    tol: float,
    max_iter: int,
    seconds: float,
    callback: Any,
    trace: int,
    start_given: int,
    classes: int,
) -> tuple[NDArray[Any], int, float, float, float, int, float, float, str, str, bool, Any]: ...
def _glm_pass(
    X: Any, y: Any, sample_weight: Any, theta: Any, loss: int, delta: float, hessian: bool
) -> tuple[float, NDArray[Any], Any]: ...
def _linear_epoch(
    X: Any,
    y: Any,
    sample_weight: Any,
    order: Any,
    coef: Any,
    intercept: Any,
    coef_gradient: Any,
    intercept_gradient: Any,
    loss: int,
    delta: float,
    l2: float,
    batch_size: int,
    seconds: float,
    gradients: Any,
    step: Any,
) -> tuple[int, str]: ...
def _fit_many(
    X: Any, y: Any, sample_weight: Any, loss: int, l2: float, fit_intercept: bool, tol: float, max_iter: int, /
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]: ...
def _multinomial_fit(
    X: Any, labels: Any, sample_weight: Any, classes: int, l2: float, fit_intercept: bool, tol: float, max_iter: int, start: Any, /
) -> tuple[NDArray[Any], int, int, float, float, float, float, str, bool]: ...
def _sgd_fit(
    X: Any,
    y: Any,
    weights: Any,
    held_out: Any,
    coef: Any,
    intercept: Any,
    average_coef: Any,
    average_intercept: Any,
    models: Any,
    options: tuple[Any, ...],
    /,
) -> list[int]: ...

# naive_bayes
def _class_moments(X: Any, codes: Any, sample_weight: Any, classes: int, /) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]: ...
def _class_sums(X: Any, codes: Any, sample_weight: Any, classes: int, threshold: Any, /) -> tuple[NDArray[Any], NDArray[Any]]: ...
def _class_scores(
    X: Any, likelihood: int, a: Any, b: Any, c: Any, threshold: float, result: int, /
) -> tuple[NDArray[Any], bool]: ...

# cluster
def _kmeans_lloyd(
    X: Any,
    sample_weight: Any,
    centers: Any,
    labels: Any,
    sums: Any,
    weight: Any,
    most_iterations: int,
    tolerance: float,
    last_labels: bool,
    /,
) -> tuple[int, int, bool]: ...
def _kmeans_assign(X: Any, centers: Any, /) -> NDArray[Any]: ...
def _kmeans_inertia(X: Any, sample_weight: Any, centers: Any, labels: Any, squares: bool, /) -> tuple[float, Any]: ...
def _kmeans_distances(
    X: Any, sample_weight: Any, points: Any, root: bool, closest: Any, out: Any, /
) -> tuple[NDArray[Any], Any]: ...

# optim
@final
class _OptimizerPlan:
    def __new__(
        cls, name: str, rule: str, items: list[tuple[Any, ...]], groups: int, single: bool, convert: Any, /
    ) -> _OptimizerPlan: ...
    def step(self, gradients: Any, /) -> bool: ...
    def stepping(self) -> bool: ...
    def configure(self, group: int, learning_rate: float, options: dict[str, Any], /) -> None: ...
    def set_rate(self, group: int, learning_rate: float, /) -> None: ...
    def policy(self, clip_norm: float, nonfinite: int, maximize: bool, /) -> None: ...
    def progress(self) -> tuple[int, int, float, tuple[float, ...]]: ...
    def resume(self, steps: int, skipped: int, gradient_norm: float, products: tuple[float, ...], /) -> None: ...

# preprocessing
def _standardize(X: Any, mean: Any, scale: Any, backwards: bool, out: Any, /) -> bool: ...
def _normal_product(X: Any, mean: Any, Q: Any, out: Any, /) -> Any: ...
def _centered_product(X: Any, mean: Any, W: Any, scale: Any, out: Any, /) -> bool: ...

# reduce
def sum(
    a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., keepdims: Any = ..., initial: Any = ..., where: Any = ...
) -> Any: ...  # fmt: skip
def prod(
    a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., keepdims: Any = ..., initial: Any = ..., where: Any = ...
) -> Any: ...  # fmt: skip
def nansum(
    a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., keepdims: Any = ..., initial: Any = ..., where: Any = ...
) -> Any: ...  # fmt: skip
def nanprod(
    a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., keepdims: Any = ..., initial: Any = ..., where: Any = ...
) -> Any: ...  # fmt: skip
def mean(a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., keepdims: Any = ..., *, where: Any = ...) -> Any: ...
def nanmean(a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., keepdims: Any = ..., *, where: Any = ...) -> Any: ...
def var(
    a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., ddof: Any = ..., keepdims: Any = ..., *, where: Any = ...,
    mean: Any = ..., correction: Any = ...,
) -> Any: ...  # fmt: skip
def std(
    a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., ddof: Any = ..., keepdims: Any = ..., *, where: Any = ...,
    mean: Any = ..., correction: Any = ...,
) -> Any: ...  # fmt: skip
def nanvar(
    a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., ddof: Any = ..., keepdims: Any = ..., *, where: Any = ...,
    mean: Any = ..., correction: Any = ...,
) -> Any: ...  # fmt: skip
def nanstd(
    a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ..., ddof: Any = ..., keepdims: Any = ..., *, where: Any = ...,
    mean: Any = ..., correction: Any = ...,
) -> Any: ...  # fmt: skip
def min(a: Any, axis: Any = ..., out: Any = ..., keepdims: Any = ..., initial: Any = ..., where: Any = ...) -> Any: ...
def max(a: Any, axis: Any = ..., out: Any = ..., keepdims: Any = ..., initial: Any = ..., where: Any = ...) -> Any: ...
def amin(a: Any, axis: Any = ..., out: Any = ..., keepdims: Any = ..., initial: Any = ..., where: Any = ...) -> Any: ...
def amax(a: Any, axis: Any = ..., out: Any = ..., keepdims: Any = ..., initial: Any = ..., where: Any = ...) -> Any: ...
def nanmin(a: Any, axis: Any = ..., out: Any = ..., keepdims: Any = ..., initial: Any = ..., where: Any = ...) -> Any: ...
def nanmax(a: Any, axis: Any = ..., out: Any = ..., keepdims: Any = ..., initial: Any = ..., where: Any = ...) -> Any: ...
def argmin(a: Any, axis: Any = ..., out: Any = ..., *, keepdims: Any = ...) -> Any: ...
def argmax(a: Any, axis: Any = ..., out: Any = ..., *, keepdims: Any = ...) -> Any: ...
def nanargmin(a: Any, axis: Any = ..., out: Any = ..., *, keepdims: Any = ...) -> Any: ...
def nanargmax(a: Any, axis: Any = ..., out: Any = ..., *, keepdims: Any = ...) -> Any: ...
def any(a: Any, axis: Any = ..., out: Any = ..., keepdims: Any = ..., *, where: Any = ...) -> Any: ...
def all(a: Any, axis: Any = ..., out: Any = ..., keepdims: Any = ..., *, where: Any = ...) -> Any: ...
def count_nonzero(a: Any, axis: Any = ..., *, keepdims: Any = ...) -> Any: ...
def cumsum(a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ...) -> Any: ...
def cumprod(a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ...) -> Any: ...
def nancumsum(a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ...) -> Any: ...
def nancumprod(a: Any, axis: Any = ..., dtype: Any = ..., out: Any = ...) -> Any: ...
def _norm(x: Any, axis: Any, keepdims: Any, kind: int, /) -> Any: ...
def _weighted_sum(a: Any, weights: Any, axis: Any, keepdims: Any, dtype: Any, /) -> Any: ...

# statistics
reduction_chunk: int

def bincount(x: Any, /, weights: Any = ..., minlength: Any = ...) -> Any: ...
def _moments(a: Any, weights: Any, axes: int, order: int, before: int, /) -> tuple[NDArray[Any], tuple[int, ...]]: ...
def _merge_moments(left: Any, right: Any, /) -> NDArray[Any]: ...
def _comoments(x: Any, y: Any, weights: Any, cross: bool, before: int, /) -> tuple[NDArray[Any], tuple[int, ...]]: ...
def _merge_comoments(left: Any, right: Any, x_variables: int, y_variables: int, cross: bool, /) -> NDArray[Any]: ...
def _minmax(a: Any, axes: int, /) -> tuple[Any, Any]: ...
def _histogram(a: Any, edges: Any, uniform: bool, tolerance: float, weights: Any, /) -> NDArray[Any]: ...
def _select(a: Any, axes: int, ranks: Any, /) -> tuple[NDArray[Any], NDArray[Any]]: ...

# random
def stream_new(engine: str) -> Any: ...
def stream_attach(capsule: Any, stream: Any, lock: Any) -> None: ...
def stream_state(stream: Any) -> tuple[list[int], list[int], int, int, bool, bool, int, int]: ...
def stream_set_state(
    stream: Any, key: list[int], counter: list[int], jump: int, word: int, half: bool, kept: bool, kept_half: int, use: int
) -> None: ...
def stream_leave_unit(stream: Any) -> None: ...
def counter_block(engine: str, key: list[int], counter: list[int]) -> list[int]: ...
def dirichlet_rows(stream: Any, alpha: object, out: object) -> None: ...
def draw_arrays(stream: Any, name: str, parameters: tuple[Any, ...], out: object) -> None: ...
def multivariate_normal_factor(a: object, type: int) -> Any: ...
def draw_multinomial(stream: Any, n: object, p: object, out: object) -> None: ...
def count_table(name: str, first: float, second: float = 0.0) -> tuple[int, int, list[int]]: ...
def negative_binomial_has_table(n: float, p: float) -> bool: ...
def multivariate_normal_rows(stream: Any, mean: object, panels: object, triangular: bool, out: object, fresh: bool) -> None: ...
def elements_of_words(name: str, words: bytes, parameters: tuple[Any, ...], type: int) -> bytes: ...
def permute_in_buckets(stream: Any, array: object, bits: int, items: bool) -> None: ...
def install_generator_methods(cls: type, docs: dict[str, str], general: object) -> None: ...
def probability_sum(p: NDArray[np.float64]) -> tuple[float, int]: ...
def alias_table(p: NDArray[np.float64]) -> NDArray[np.uint64]: ...
def alias_table_probabilities(table: NDArray[np.uint64]) -> NDArray[np.float64]: ...
def draw_categorical(stream: Any, table: NDArray[np.uint64], out: NDArray[Any]) -> None: ...
def categorical_from_words(table: NDArray[np.uint64], words: NDArray[np.uint64], out: NDArray[Any]) -> None: ...
def sample_indices(stream: Any, population: int, count: int) -> NDArray[np.int64]: ...
def weighted_sample_indices(stream: Any, p: NDArray[np.float64], count: int) -> NDArray[np.int64]: ...
def draw_words(stream: Any, out: NDArray[np.int64]) -> None: ...
def categorical_of_rows(logits: NDArray[Any], in_out: NDArray[np.int64]) -> tuple[int, str]: ...

# factor
def _least_squares(X: Any, y: Any, rcond: float, method: int, /) -> tuple[Any, Any, int, float, int] | bool | None: ...
def _lstsq(a: Any, b: Any, rcond: float, /) -> Any: ...

# rows
def softmax(x: Any, axis: Any = ..., *, out: Any = ...) -> Any: ...
def log_softmax(x: Any, axis: Any = ..., *, out: Any = ...) -> Any: ...
def logsumexp(
    a: Any, axis: Any = ..., b: Any = ..., keepdims: Any = ..., return_sign: Any = ..., *, out: Any = ...
) -> Any: ...  # fmt: skip
def cross_entropy(
    logits: Any, targets: Any, *, axis: Any = ..., weight: Any = ..., sample_weight: Any = ..., ignore_index: Any = ...,
    reduction: Any = ..., label_smoothing: Any = ..., return_gradient: Any = ..., out: Any = ...
) -> Any: ...  # fmt: skip

# special
def xlogy(
    x1: Any, x2: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ...,
    subok: Any = ..., signature: Any = ...,
) -> Any: ...  # fmt: skip
def xlog1py(
    x1: Any, x2: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ...,
    subok: Any = ..., signature: Any = ...,
) -> Any: ...  # fmt: skip
def cbrt(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def power(
    x1: Any, x2: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ...,
    subok: Any = ..., signature: Any = ...,
) -> Any: ...  # fmt: skip
def arctan(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def arctan2(
    x1: Any, x2: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ...,
    subok: Any = ..., signature: Any = ...,
) -> Any: ...  # fmt: skip
def sinpi(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def cospi(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def sin(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def cos(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def tan(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def sinh(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def cosh(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def tanh(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def gammaln(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def digamma(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def expit(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def log_expit(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def logit(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def softplus(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def erf(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def erfc(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def erfinv(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def erfcinv(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def ndtr(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def ndtri(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def exp(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def exp2(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def expm1(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def log(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def log1p(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def log2(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
def log10(
    x: Any, /, out: Any = ..., *, where: Any = ..., casting: Any = ..., order: Any = ..., dtype: Any = ..., subok: Any = ...,
    signature: Any = ...,
) -> Any: ...  # fmt: skip
