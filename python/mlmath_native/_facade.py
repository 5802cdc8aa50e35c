# SPDX-License-Identifier: BSD-3-Clause
"""How a native function gets its Python face: signature, types and numpydoc text are written in Python, the call stays native."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from types import FunctionType
from typing import Any, TypeVar

from . import _mlmath

F = TypeVar("F", bound=Callable[..., Any])


def documents(native: Any) -> Callable[[F], F]:
    """Decorate a typed, documented declaration; what remains is `native` itself, carrying its signature and docstring.

    A Python wrapper would cost about 30 ns a call, more than a small kernel. The declaration's body is never run.
    """

    def attach(declaration: F) -> F:
        assert isinstance(declaration, FunctionType)
        doc = textwrap.dedent(" " * 4 + (declaration.__doc__ or "").strip())
        _mlmath._set_doc(native, f"{declaration.__name__}{_text_signature(declaration)}\n--\n\n{doc}\n")
        return native  # type: ignore[no-any-return]

    return attach


def _text_signature(declaration: FunctionType) -> str:
    """The signature as `inspect` reads it from a built-in's docstring: names and default values, no annotations."""
    code, defaults = declaration.__code__, declaration.__defaults__ or ()
    names = code.co_varnames
    first_default = code.co_argcount - len(defaults)
    parts = []
    for i in range(code.co_argcount):
        parts.append(names[i] if i < first_default else f"{names[i]}={defaults[i - first_default]!r}")
        if i + 1 == code.co_posonlyargcount:
            parts.append("/")
    if code.co_kwonlyargcount:
        parts.append("*")
        for name in names[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]:
            keyword_defaults = declaration.__kwdefaults__ or {}
            parts.append(f"{name}={keyword_defaults[name]!r}" if name in keyword_defaults else name)
    return "($module, " + ", ".join(parts) + ")"
