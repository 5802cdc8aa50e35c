# SPDX-License-Identifier: BSD-3-Clause
"""What the README promises: its examples run, its commands are the ones that are tested, its links lead somewhere."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"

if not README.exists():
    pytest.skip("not a checkout of the sources", allow_module_level=True)
TEXT = README.read_text(encoding="utf-8")


def test_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 2
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, "README.md", "exec"), names)
    assert "textbook" in capsys.readouterr().out


def test_commands_use_extras_that_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for mark, command in (
        ("ci:tour", 'pip install ".[tour]" && python -m mlmath_native tour'),
        ("ci:test", 'pip install ".[test]" && pytest'),
    ):
        assert f"<!-- {mark} -->\n```bash\n{command}\n```" in TEXT
    assert set(re.findall(r'"\.\[(\w+)\]"', TEXT)) <= set(extras)


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)\)", TEXT))))
def test_links_lead_somewhere(target: str) -> None:
    assert "://" not in target
    assert (ROOT / target).exists()


@pytest.mark.parametrize("image", sorted(set(re.findall(r"!\[[^]]*\]\(([^)]+)\)", TEXT))))
def test_images_are_small(image: str) -> None:
    assert (ROOT / image).stat().st_size < 150_000
