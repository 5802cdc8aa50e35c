# SPDX-License-Identifier: BSD-3-Clause
"""What the update rules share: checked hyper-parameters in groups, the native plan, state, schedules, copies."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .. import _mlmath
from ._arrays import as_array, split_groups
from ._groups import ParamGroup, checked, checked_number
from ._minimize import MinimizeResult, ValueAndGradient, minimize

__all__ = ["Optimizer"]

NONFINITE = ("propagate", "raise", "skip")


class Optimizer:
    """What the update rules share; make one of its subclasses."""

    _rule: ClassVar[str]  # rule_parameters in optimizer_rules.hpp knows it by this name
    _fixed: ClassVar[tuple[str, ...]] = ()  # hyper-parameters set by the class, not by its caller

    def __init__(self) -> None:
        raise TypeError("Optimizer: make one of the rules, such as mm.optim.Adam")

    # ---- what a rule defines ---------------------------------------------------------------------------------------------------

    def _states(self, hyper: Mapping[str, Any]) -> tuple[str, ...]:
        """Names of the arrays it keeps per parameter, in the kernel's order."""
        raise NotImplementedError

    def _options(self, hyper: Mapping[str, Any]) -> dict[str, Any]:
        """What the native rule reads, by name: the hyper-parameters but for the rate."""
        return {name: value for name, value in hyper.items() if name != "lr"}

    def _start(self, hyper: Mapping[str, Any]) -> float:
        """What the states are filled with before the first step."""
        return 0.0

    def _check_group(self, hyper: Mapping[str, Any]) -> None:
        """Raise where single values are right but do not go together."""

    # ---- making ----------------------------------------------------------------------------------------------------------------

    def _set_up(
        self,
        params: Any,
        hyper: dict[str, Any],
        clip_norm: float | None,
        nonfinite: str,
        maximize: bool,
    ) -> None:
        name = type(self).__name__
        self._lock = threading.RLock()
        self._defaults = {key: checked(name, key, value) for key, value in hyper.items()}
        self._check_group(self._defaults)
        self._clip_norm = None if clip_norm is None else checked_number(name, "clip_norm", clip_norm)
        if self._clip_norm == 0:
            raise ValueError(f"{name}: clip_norm must be positive or None, got {clip_norm!r}")
        if nonfinite not in NONFINITE:
            raise ValueError(f"{name}: nonfinite must be 'propagate', 'raise' or 'skip', got {nonfinite!r}")
        self._nonfinite, self._maximize = nonfinite, checked(name, "maximize", maximize)
        self._plan: Any = None
        self._groups: list[ParamGroup] = []
        self._arrays: list[list[NDArray[Any]]] = []  # of each parameter: its array and its states
        self._scheduled = False
        self._following = False  # a schedule is being asked
        self._single = False
        if params is not None:
            self._take(params)

    def _take(self, params: Any) -> None:
        name = type(self).__name__
        entries, self._single = split_groups(name, params)
        i = 0
        for index, entry in enumerate(entries):
            held = entry.pop("params")
            own = set(self._defaults) - set(self._fixed)
            for key in entry:
                if key not in own:
                    raise TypeError(f"{name}: params[{index}] has {key!r}, which is none of {sorted(own)}")
            hyper = {**self._defaults, **{key: checked(name, key, value) for key, value in entry.items()}}
            self._check_group(hyper)
            self._groups.append(ParamGroup(index, held, hyper, self._change))
            for object in held:
                label = "params" if self._single else f"params[{i}]"
                array = as_array(object, f"{name}: {label}")
                self._arrays.append([array, *self._new_states(array, hyper)])
                i += 1
        self._make_plan()

    def _new_states(self, array: NDArray[Any], hyper: Mapping[str, Any]) -> list[NDArray[Any]]:
        plain = array.dtype.newbyteorder("=")  # what is wrong with the array is the plan's to say
        start = self._start(hyper)
        states = [np.zeros_like(array, dtype=plain, subok=False) for _ in self._states(hyper)]
        if start != 0.0:
            for state in states:
                state.fill(start)
        return states

    def _make_plan(self) -> None:
        items, at = [], 0
        for group in self._groups:
            for _ in group["params"]:
                items.append((group._index, *self._arrays[at]))
                at += 1
        self._plan = _mlmath._OptimizerPlan(type(self).__name__, self._rule, items, len(self._groups), self._single, as_array)
        self._plan.policy(self._clip_norm or 0.0, NONFINITE.index(self._nonfinite), self._maximize)
        for group in self._groups:
            self._configure(group)

    def _configure(self, group: ParamGroup) -> None:
        hyper = group._hyper
        rate = 0.0 if callable(hyper["lr"]) else hyper["lr"]  # a schedule's is set before every step
        self._plan.configure(group._index, rate, self._options(hyper))
        self._scheduled = any(callable(g._hyper["lr"]) for g in self._groups)

    def _change(self, index: int, changes: Mapping[str, Any]) -> None:
        name = type(self).__name__
        with self._lock:
            self._refuse_inside_a_step("param_groups")
            group = self._groups[index]
            for key in changes:
                if key not in group._hyper or key in self._fixed:
                    raise KeyError(f"{name}: a group has no hyper-parameter {key!r} to be set")
            hyper = {**group._hyper, **{key: checked(name, key, value) for key, value in changes.items()}}
            self._check_group(hyper)
            before = self._states(group._hyper)
            group._hyper = hyper
            if self._states(hyper) == before:
                self._configure(group)
                return
            progress, at = self._plan.progress(), 0
            for other in self._groups:  # momentum was switched on or off: arrays come or go
                for _ in other["params"]:
                    if other is group:
                        array, *states = self._arrays[at]
                        held = dict(zip(before, states))
                        fresh = self._new_states(array, hyper)
                        self._arrays[at] = [array, *(held.get(n, new) for n, new in zip(self._states(hyper), fresh))]
                    at += 1
            self._make_plan()
            self._plan.resume(*progress)

    def with_params(self, params: Any) -> Self:
        """A new optimizer of the same hyper-parameters for `params`, with no step taken.

        Parameters
        ----------
        params : array, list of arrays or list of groups
            As for the constructor.

        Returns
        -------
        Optimizer

        Examples
        --------
        >>> import numpy as np
        >>> import mlmath_native as mm
        >>> recipe = mm.optim.Adam(lr=0.1)
        >>> recipe.with_params(np.ones(3)).lr
        0.1
        """
        new = object.__new__(type(self))
        new._set_up(params, dict(self._defaults), self._clip_norm, self._nonfinite, self._maximize)
        return new

    # ---- stepping --------------------------------------------------------------------------------------------------------------

    def step(self, grads: Any) -> None:
        """Update the parameters in place, all of them in one pass over memory.

        Parameters
        ----------
        grads : array or list of arrays
            One gradient per parameter, in the order of `params` (groups one after the other), of its shape and dtype; any
            strides, read-only too. NumPy arrays, PyTorch CPU tensors, DLPack or buffer objects. A gradient may be the very
            array of its own parameter and must share no memory with any parameter otherwise.

        Raises
        ------
        TypeError
            When something is not an array, its dtype differs from the parameter's, or the optimizer is a recipe
            (``params=None``).
        ValueError
            When counts or shapes differ, a parameter has become read-only or was resized, arrays share memory, or with
            ``nonfinite="raise"`` a gradient is not finite. Nothing has been changed then.
        RuntimeError
            When a schedule steps or changes this optimizer. (A gradient whose conversion does: TypeError, as for every
            conversion that fails.)
        FloatingPointError
            When `np.errstate` says so; the step was made then, as with NumPy's in-place operations.

        Notes
        -----
        Tensors are written without autograd's knowledge, as `torch.optim` does under ``no_grad``: do not step while a graph
        that needs the old values is still to be differentiated; autograd cannot notice it.

        Examples
        --------
        >>> import numpy as np
        >>> import mlmath_native as mm
        >>> weights, bias = np.ones((2, 2)), np.zeros(2)
        >>> opt = mm.optim.GradientDescent([weights, bias], lr=0.5)
        >>> opt.step([np.ones((2, 2)), np.ones(2)])
        >>> bias
        array([-0.5, -0.5])
        """
        with self._lock:
            if self._scheduled:
                self._follow_schedules()
            if self._plan is None:
                raise TypeError(f"{type(self).__name__}.step: made without params, this is a recipe: use with_params or minimize")
            self._plan.step(grads)

    def _follow_schedules(self) -> None:
        self._refuse_inside_a_step("step")
        steps = self._plan.progress()[0]
        self._following = True
        try:
            for group in self._groups:
                lr = group._hyper["lr"]
                if callable(lr):
                    self._plan.set_rate(group._index, checked_number(type(self).__name__, "lr", lr(steps)))
        finally:
            self._following = False

    def _refuse_inside_a_step(self, function: str) -> None:
        """Python code runs inside a step (schedules, conversions of gradients): it may look at the optimizer and not change it."""
        if self._following or (self._plan is not None and self._plan.stepping()):
            raise RuntimeError(f"{type(self).__name__}.{function}: called from inside a step")

    def minimize(
        self,
        value_and_gradient: ValueAndGradient,
        x0: ArrayLike,
        *,
        steps: int = 1000,
        gradient_tolerance: float = 0.0,
        keep_path: bool = False,
        callback: Callable[[int, NDArray[Any], float], Any] | None = None,
    ) -> MinimizeResult:
        """Follow the gradient of a function from `x0` for a number of steps.

        Works with a fresh optimizer of the same hyper-parameters: this one's parameters and state are neither used nor changed.

        Parameters
        ----------
        value_and_gradient : callable
            ``value_and_gradient(x) -> (value, gradient)``: a number and an array of x's shape. It gets its own copy of x.
        x0 : array_like
            Where to start; float32 stays float32, everything else becomes float64.
        steps : int
            How many steps to take, at least 0.
        gradient_tolerance : float
            Stop when the largest gradient component is at most this in magnitude.
        keep_path : bool
            Whether to return every point.
        callback : callable, optional
            ``callback(step, x, value)`` after every evaluation; `x` is a copy. Returning True stops.

        Returns
        -------
        MinimizeResult

        Warns
        -----
        DivergenceWarning
            When value, gradient or x stop being finite. The result holds the last point at which all were.

        Raises
        ------
        ValueError
            When x0, or value or gradient there, is not finite, the gradient's shape is not x's, or an argument is out of range.

        Examples
        --------
        Gradient descent on x^2 multiplies x by 1 - 2 lr at every step:

        >>> import mlmath_native as mm
        >>> result = mm.optim.GradientDescent(lr=0.1).minimize(lambda x: (x * x, 2 * x), 10.0, steps=50)
        >>> abs(float(result.x) / (10 * 0.8**50) - 1) < 1e-14
        True
        """
        return minimize(self, value_and_gradient, x0, steps, gradient_tolerance, keep_path, callback)

    # ---- looking and changing --------------------------------------------------------------------------------------------------

    @property
    def lr(self) -> Any:
        """The rate of the next step (of the first group); assigning sets every group's, a number or a schedule."""
        lr = self._groups[0]._hyper["lr"] if self._groups else self._defaults["lr"]
        return lr(self.steps_taken) if callable(lr) else lr

    @lr.setter
    def lr(self, value: Any) -> None:
        value = checked(type(self).__name__, "lr", value)
        with self._lock:
            self._refuse_inside_a_step("lr")
            self._defaults["lr"] = value
            for group in self._groups:
                group["lr"] = value

    @property
    def param_groups(self) -> tuple[ParamGroup, ...]:
        """The groups, each a mapping of 'params' and its hyper-parameters; assign to change the next step."""
        return tuple(self._groups)

    @property
    def steps_taken(self) -> int:
        """How many steps were made since construction or `reset`; skipped ones do not count."""
        return int(self._plan.progress()[0]) if self._plan is not None else 0

    @property
    def steps_skipped(self) -> int:
        """How many steps ``nonfinite="skip"`` refused."""
        return int(self._plan.progress()[1]) if self._plan is not None else 0

    @property
    def gradient_norm(self) -> float | None:
        """Euclidean norm of all gradients of the last step together, before clipping; None where no step looked at it."""
        norm = -1.0 if self._plan is None else float(self._plan.progress()[2])
        return None if norm < 0 else norm

    @property
    def state(self) -> list[dict[str, NDArray[Any]]]:
        """Copies of what the rule remembers: a dict per parameter, with PyTorch's names."""
        with self._lock:
            return [dict(zip(names, (a.copy() for a in arrays[1:]))) for names, arrays in zip(self._names(), self._arrays)]

    def _names(self) -> list[tuple[str, ...]]:
        return [self._states(group._hyper) for group in self._groups for _ in group["params"]]

    def reset(self) -> None:
        """Forget the state, as if no step had been made."""
        with self._lock:
            self._refuse_inside_a_step("reset")
            if self._plan is None:
                return
            at = 0
            for group in self._groups:
                for _ in group["params"]:
                    for state in self._arrays[at][1:]:
                        state.fill(self._start(group._hyper))
                    at += 1
            self._plan.resume(0, 0, -1.0, (1.0,) * len(self._groups))

    def state_dict(self) -> dict[str, Any]:
        """A copy of everything but the parameters: plain dicts, lists, numbers and arrays.

        Returns
        -------
        dict
            'rule', 'steps', 'skipped', 'momentum_products', 'state' (a dict of arrays per parameter), 'param_groups'.

        Examples
        --------
        >>> import numpy as np
        >>> import mlmath_native as mm
        >>> opt = mm.optim.Adam(np.ones(2))
        >>> opt.step(np.ones(2))
        >>> other = mm.optim.Adam(np.ones(2))
        >>> other.load_state_dict(opt.state_dict())
        >>> other.steps_taken
        1
        """
        with self._lock:
            steps, skipped, _, products = self._plan.progress() if self._plan is not None else (0, 0, -1.0, ())
            groups, at = [], 0
            for group in self._groups:
                count = len(group["params"])
                groups.append({**group._hyper, "params": list(range(at, at + count))})
                at += count
            return {
                "rule": type(self).__name__,
                "steps": int(steps),
                "skipped": int(skipped),
                "momentum_products": list(products),
                "state": self.state,
                "param_groups": groups,
            }

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Continue where `state_dict` was taken: state, step number and hyper-parameters.

        Parameters
        ----------
        state_dict : dict
            Of an optimizer of the same class over parameters of the same shapes and dtypes, in the same groups.

        Raises
        ------
        ValueError
            When it does not fit; nothing has been changed then.
        """
        name = f"{type(self).__name__}.load_state_dict"
        with self._lock:
            self._refuse_inside_a_step("load_state_dict")
            own = self.state_dict()
            for key in own:
                if key not in state_dict:
                    raise ValueError(f"{name}: state_dict must have {key!r}")
            if state_dict["rule"] != own["rule"]:
                raise ValueError(f"{name}: state_dict must be of {own['rule']}, got {state_dict['rule']!r}")
            given = [list(group["params"]) for group in state_dict["param_groups"]]
            if given != [group["params"] for group in own["param_groups"]]:
                raise ValueError(f"{name}: groups must hold as many parameters as here")
            if len(state_dict["momentum_products"]) != len(self._groups) or not int(state_dict["steps"]) >= 0:
                raise ValueError(f"{name}: steps must be at least 0, with one momentum product per group")
            hypers = []
            for group in state_dict["param_groups"]:
                if set(group) != {*self._defaults, "params"}:
                    raise ValueError(f"{name}: a group must have {sorted(self._defaults)}, got {sorted(set(group) - {'params'})}")
                hyper = {key: checked(name, key, value) for key, value in group.items() if key != "params"}
                self._check_group(hyper)
                hypers.append(hyper)
            names = [self._states(hyper) for hyper, group in zip(hypers, self._groups) for _ in group["params"]]
            if len(state_dict["state"]) != len(names):
                raise ValueError(f"{name}: state must be of {len(names)} parameters, got {len(state_dict['state'])}")
            arrays = []
            for i, (held, wanted) in enumerate(zip(state_dict["state"], names)):
                x = self._arrays[i][0]
                if tuple(held) != wanted:
                    raise ValueError(f"{name}: state[{i}] must be {wanted}, got {tuple(held)}")
                for key, array in held.items():
                    if np.shape(array) != x.shape or getattr(array, "dtype", None) != x.dtype:
                        raise ValueError(f"{name}: state[{i}][{key!r}] must have shape {x.shape} and dtype {x.dtype}")
                arrays.append([x, *(np.array(array, order="K", subok=False) for array in held.values())])
            self._arrays = arrays
            for group, hyper in zip(self._groups, hypers):
                group._hyper = hyper
            if self._plan is not None:
                self._make_plan()
                products = tuple(float(product) for product in state_dict["momentum_products"])
                self._plan.resume(int(state_dict["steps"]), int(state_dict["skipped"]), -1.0, products)

    def __getstate__(self) -> dict[str, Any]:
        with self._lock:  # a snapshot between steps
            return {
                "setup": (dict(self._defaults), self._clip_norm, self._nonfinite, self._maximize),
                "single": self._single,
                "groups": None if self._plan is None else [dict(group) for group in self._groups],
                "state": self.state_dict(),
            }

    def __setstate__(self, saved: dict[str, Any]) -> None:
        self._set_up(None, *saved["setup"])
        if saved["groups"] is None:
            return
        fixed = set(self._fixed)
        groups = [{key: value for key, value in group.items() if key not in fixed} for group in saved["groups"]]
        self._take(groups[0]["params"][0] if saved["single"] else groups)
        self.load_state_dict(saved["state"])

    def __repr__(self) -> str:
        shown = {key: value for key, value in self._defaults.items() if key not in self._fixed}
        more = {"clip_norm": self._clip_norm, "nonfinite": self._nonfinite, "maximize": self._maximize}
        shown |= {key: value for key, value in more.items() if value not in (None, "propagate", False)}
        return f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in shown.items())})"
