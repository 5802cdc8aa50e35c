# SPDX-License-Identifier: BSD-3-Clause
"""Every [Key] cited in sources, READMEs and documentation has an entry in docs/references.bib."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BIB = ROOT / "docs" / "references.bib"
# A surname and a year, or one of the keys without a year: at the start of a bracket or after a semicolon.
KEY = r"[A-Z][A-Za-z]*[12][0-9]{3}[a-z]?|X86psABI"
CITATION = re.compile(rf"(?:(?<=\[)|(?<=; ))({KEY})(?=[\],;])")


def citations(text: str) -> set[str]:
    """The keys cited in a text."""
    return set(CITATION.findall(text))


def entries() -> list[str]:
    """The keys of the bibliography, in order."""
    return re.findall(r"^@\w+\{([^,\s]+),$", BIB.read_text(encoding="utf-8"), flags=re.MULTILINE)


def documents() -> list[Path]:
    """All files in which a citation may stand."""
    suffixes = {".hpp", ".cpp", ".py", ".md", ".pyi", ".cmake"}
    files = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    for folder in ("cpp", "python/mlmath_native", "tests", "bench", "docs", "cmake"):
        files += [p for p in (ROOT / folder).rglob("*") if p.suffix in suffixes and "_sources" not in p.parts]
    return [p for p in files if p.is_file()]


def test_every_citation_has_an_entry() -> None:
    known = set(entries())
    cited = {
        str(path.relative_to(ROOT)): citations(path.read_text(encoding="utf-8")) for path in documents() if path != Path(__file__)
    }
    assert "Higham2002" in set().union(*cited.values())  # the search finds citations at all
    missing = {path: sorted(keys - known) for path, keys in cited.items() if keys - known}
    assert missing == {}, "add these keys to docs/references.bib"


def test_bibliography_is_sorted_and_whole() -> None:
    keys = entries()
    assert keys == sorted(set(keys))
    text = BIB.read_text(encoding="utf-8")
    assert text.count("{") == text.count("}")
    assert len(keys) == len(re.findall(r"^@", text, flags=re.MULTILINE))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("as shown in [Higham2002, sec. 3.1]", {"Higham2002"}),
        ("[Higham2002]_, sec. 3", {"Higham2002"}),
        ("[Dekker1971; Knuth1997, 4.2]", {"Dekker1971", "Knuth1997"}),
        ("the ABI [X86psABI, sec. 3]", {"X86psABI"}),
        ("NDArray[F64], lane[3], [Abc], [2002]", set()),
    ],
)
def test_citation_pattern(text: str, keys: set[str]) -> None:
    assert citations(text) == keys
