# SPDX-License-Identifier: BSD-3-Clause
"""Documentation that cannot rot: every public name has a docstring, and its examples are run."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pathlib
import re
import types
from collections.abc import Iterator

import pytest

import mlmath_native as mm

ROOT = pathlib.Path(__file__).parent.parent
MODULES = ["linalg", "stats", "special", "random", "optim", "system", "study"]


def public_names() -> Iterator[tuple[str, object]]:
    for module_name in MODULES:
        module = importlib.import_module("mlmath_native." + module_name)
        assert module.__doc__, f"{module_name} has no docstring"
        for name in module.__all__:
            value = getattr(module, name)
            if isinstance(value, types.ModuleType):
                continue
            yield f"{module_name}.{name}", value
            if inspect.isclass(value):
                for method_name, method in vars(value).items():
                    if not method_name.startswith("_") and callable(method):
                        yield f"{module_name}.{name}.{method_name}", method


PUBLIC = list(public_names())


@pytest.mark.parametrize("name", [name for name, value in PUBLIC if callable(value)])
def test_public_name_has_a_docstring(name: str) -> None:
    value = dict(PUBLIC)[name]
    doc = inspect.getdoc(value) or ""
    assert len(doc) > (40 if name.count(".") == 1 else 15), f"mm.{name} needs a docstring"


@pytest.mark.parametrize("name", [name for name, value in PUBLIC if ">>>" in (inspect.getdoc(value) or "")])
def test_examples_run(name: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    doc = inspect.getdoc(dict(PUBLIC)[name]) or ""
    test = doctest.DocTestParser().get_doctest(doc, {"mm": mm}, name, None, None)
    assert test.examples
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    runner.run(test)
    assert runner.failures == 0, f"the example of mm.{name} does not give what it shows"


@pytest.mark.parametrize("folder", sorted(p.parent.relative_to(ROOT) for p in ROOT.glob("cpp/kernels/**/*_textbook.hpp")), ids=str)
def test_kernel_folder_has_every_role(folder: pathlib.Path) -> None:
    name = folder.name
    files = {p.name for p in (ROOT / folder).iterdir()}
    for role in ("README.md", f"{name}.hpp", f"{name}_textbook.hpp", f"{name}.cpp"):
        assert role in files, f"{folder} has no {role}"
    own = any(f.startswith(name) and f.endswith("_simd.cpp") for f in files)
    driver = (ROOT / folder / f"{name}.cpp").read_text()  # a kernel without a unit of its own stands on another kernel's
    others = [
        other
        for path, other in re.findall(r'#include "kernels/(\w+/\w+)/(\w+)\.hpp"', driver)
        if path != f"{folder.parent.name}/{name}"
    ]
    assert own or others, f"{folder} has no fast version"
    textbook = (ROOT / folder / f"{name}_textbook.hpp").read_text().splitlines()
    assert len(textbook) <= 80, "a textbook is at most 80 lines"
    readme = (ROOT / folder / "README.md").read_text()
    for word in ("error", "limit"):
        assert re.search(word, readme, re.IGNORECASE), f"{folder}/README.md does not speak of its {word}"


def source_files() -> list[pathlib.Path]:
    found = [p for folder in ("cpp", "python", "tests", "bench", "cmake") for p in (ROOT / folder).rglob("*")]
    wanted = (".hpp", ".cpp", ".py", ".pyi")
    return sorted(p.relative_to(ROOT) for p in found if p.suffix in wanted and "_sources" not in p.parts and p.stat().st_size)


@pytest.mark.parametrize("path", source_files(), ids=str)
def test_file_is_short_and_licensed(path: pathlib.Path) -> None:
    lines = (ROOT / path).read_text().splitlines()
    assert "SPDX-License-Identifier: BSD-3-Clause" in lines[0]
    assert len(lines) <= (400 if path.name.endswith("_simd.cpp") else 500), f"{path} has {len(lines)} lines; split it by concept"
