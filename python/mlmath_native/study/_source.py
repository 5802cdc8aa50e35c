# SPDX-License-Identifier: BSD-3-Clause
"""The C++ text of one function, cut out of the sources that travel with the package."""

from __future__ import annotations

import re
from pathlib import Path

from .. import _mlmath


class Source(str):
    """Source text; shown as it is at an interactive prompt."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def sources_root() -> Path:
    """Return the folder that holds ``kernels/``, ``simd/``, ``core/``: beside the extension module, or ``cpp/`` of a checkout."""
    package = Path(__file__).resolve().parents[1]
    extension = Path(_mlmath.__file__).resolve().parent
    for root in (extension / "_sources", package / "_sources", package.parents[1] / "cpp"):
        if (root / "kernels").is_dir():
            return root
    raise FileNotFoundError("study: the C++ sources are not installed beside the package (mlmath_native/_sources)")


def function_text(file: str, symbol: str) -> str:
    """Return the definition of `symbol` in `file` with the comment and the template header above it."""
    text = (sources_root() / file).read_text(encoding="utf-8")
    code = _blank(text)
    for match in re.finditer(rf"(?<![\w:.>]){re.escape(symbol)}\s*\(", code):
        close = _matching(code, match.end() - 1, "(", ")")
        tail = re.match(r"\s*(?:const\b|noexcept\b|\s)*\{", code[close + 1 :])
        line_start = code.rfind("\n", 0, match.start()) + 1
        # A definition starts in column one with its return type; a call or a control statement does not.
        if tail is None or not re.match(r"[A-Za-z_]", code[line_start:]) or line_start == match.start():
            continue
        end = _matching(code, close + tail.end(), "{", "}") + 1
        return text[_start_with_comment(text, line_start) : end]
    raise LookupError(f"study: no definition of {symbol!r} in {file}")


def _start_with_comment(text: str, start: int) -> int:
    """Move up over template headers, attributes and the comment lines directly above."""
    while start > 0:
        previous = text.rfind("\n", 0, start - 1) + 1
        line = text[previous : start - 1]
        if not re.match(r"template\b|__attribute__|MLMATH_\w+|\[\[|//", line) or previous == 0:
            break
        start = previous
    return start


def _blank(text: str) -> str:
    """The same text with comments and literals replaced by spaces, position by position."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\''
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.DOTALL)


def _matching(code: str, at: int, opening: str, closing: str) -> int:
    """Position of the bracket that closes the one at or after `at`."""
    depth = 0
    for i in range(code.index(opening, at), len(code)):
        if code[i] == opening:
            depth += 1
        elif code[i] == closing:
            depth -= 1
            if depth == 0:
                return i
    raise LookupError(f"study: unbalanced {opening}{closing}")
