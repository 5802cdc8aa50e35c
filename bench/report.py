# SPDX-License-Identifier: BSD-3-Clause
"""Write the measured tables between the markers of the READMEs: `python bench/report.py [--check]`.

<!-- bench:begin NAME -->  ... <!-- bench:end -->    the table NAME of the last run; NAME `summary`: one line per table
<!-- ladder:begin NAME --> ... <!-- ladder:end -->   the race of ladder NAME; without a name, of the folder's kernel

A table that was not measured is left as it stands, and so are its lines in the summary.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MARKERS = re.compile(
    r"^(?P<begin><!-- (?P<kind>bench|ladder):begin(?: (?P<name>[a-z0-9_]+))?[^>]*-->\n)"
    r"(?P<body>.*?)^(?P<end><!-- (?P=kind):end[^>]*-->)",
    re.DOTALL | re.MULTILINE,
)
SKIPPED = {"build", "dist", ".git", ".nox", "_sources", "site"}


def time_text(seconds: float) -> str:
    """Three digits and a unit."""
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "us")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def markdown(header: Sequence[str], lines: Sequence[Sequence[str]], left: int = 1) -> str:
    """A Markdown table; the first `left` columns are text, the others numbers."""
    rule = ["---" if c < left else "---:" for c in range(len(header))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, rule, *lines))


def environment_text(environment: Mapping[str, Any]) -> str:
    """One line: machine, versions, the BLAS behind NumPy."""
    versions = environment["versions"]
    names = {"numpy": "NumPy", "scipy": "SciPy", "sklearn": "scikit-learn", "torch": "PyTorch"}
    peers = ", ".join(f"{names[key]} {versions[key]}" for key in names if key in versions)
    blas = {
        f"{p['internal_api']} {p.get('version')} ({p.get('architecture')})" for p in environment["pools"] if p["user_api"] == "blas"
    }
    cpu = f"{environment['cpu']}, {environment['cpus']} CPUs, {environment['isa']}"
    return f"{cpu}; {peers}" + (f"; {', '.join(sorted(blas))}" if blas else "")


def comparison_table(result: Mapping[str, Any]) -> str:
    """The rows of one table with the environment under them."""
    lines = result["lines"]
    if lines and "quantity" in lines[0]:
        cells = [(line["quantity"], line["value"], line["bar"]) for line in lines]
        return markdown(("quantity", "measured", "bar"), cells) + f"\n\n{environment_text(result['environment'])}"
    peers = list(dict.fromkeys(peer for line in lines for peer in line["peers"]))
    unit = next((line["unit"] for line in lines if line["unit"]), None)
    header = ["case", "dtype", "ISA", "threads", "ours", *peers, *(f"{peer} / ours" for peer in peers)]
    header += [*([unit] if unit else []), "of limit", "error / bound"]
    table = []
    for line in lines:
        cells = [line["case"], line["dtype"], line["isa"], str(line["threads"]), timing_text(line["ours"])]
        cells += [timing_text(line["peers"].get(peer)) for peer in peers]
        cells += [f"{line['ratios'][peer]:.2f}" if peer in line["ratios"] else "" for peer in peers]
        if unit:
            cells.append("" if line["rate"] is None else f"{line['rate']:.3g}")
        shares = {line["limit"]: line["limit_share"], **line.get("more_shares", {})} if line["limit"] else {}
        cells.append(", ".join(f"{100 * share:.0f} % {access}" for access, share in shares.items()))
        cells.append("" if line["error"] is None else f"{line['error']:.2g}")
        table.append(cells)
    note = "Best time (median); ratio of best times. "
    return markdown(header, table, left=3) + f"\n\n{note}{environment_text(result['environment'])}"


def timing_text(timing: Mapping[str, float] | None) -> str:
    """Best and, in parentheses, median."""
    return "" if timing is None else f"{time_text(timing['best'])} ({time_text(timing['median'])})"


def ladder_table(result: Mapping[str, Any]) -> str:
    """The races of one ladder."""
    races = "\n\n".join(f"{race['title']}:\n\n{race['table']}" for race in result["races"])
    return f"{races}\n\n{environment_text(result['environment'])}"


def summary_table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """One line per comparison table and peer: smallest, median and largest ratio, share of the limit."""
    table = []
    for name, result in sorted(results.items()):
        lines = [line for line in result["lines"] if "ratios" in line]
        for peer in dict.fromkeys(peer for line in lines for peer in line["peers"]):
            ratios = [line["ratios"][peer] for line in lines if peer in line["ratios"]]
            shares = [line["limit_share"] for line in lines if line["limit_share"] is not None]
            limit = f"{100 * min(shares):.0f} to {100 * max(shares):.0f} %" if shares else ""
            table.append((name, peer, str(len(ratios)), f"{min(ratios):.2f}", f"{median(ratios):.2f}", f"{max(ratios):.2f}", limit))
    note = "Ratio of best times, peer / ours, over all cases of the table in the kernel's README"
    environment = environment_text(next(iter(results.values()))["environment"]) if results else ""
    header = ("table", "peer", "cases", "smallest", "median", "largest", "of limit")
    return markdown(header, table, left=2) + f"\n\n{note}. {environment}"


def tables(folder: Path) -> dict[str, str]:
    """Every measured table by marker: "bench NAME" and "ladder NAME"."""
    found, comparisons = {}, {}
    for path in sorted(folder.glob("*.json")):
        result = json.loads(path.read_text())
        if "races" in result:
            found[f"ladder {path.stem.removeprefix('ladder_')}"] = ladder_table(result)
        elif "lines" in result:
            comparisons[path.stem] = result
            found[f"bench {path.stem}"] = comparison_table(result)
    if comparisons:
        found["bench summary"] = summary_table(comparisons)
    return found


def with_kept_lines(new: str, old: str) -> str:
    """The summary `new` with the lines of `old` whose tables were not measured this time, in the order of the tables' names."""

    def lines(text: str) -> list[str]:
        return [line for line in text.splitlines() if line.startswith("| ")][2:]  # behind header and rule

    def table_of(line: str) -> str:
        return line.split("|")[1].strip()

    measured = {table_of(line) for line in lines(new)}
    kept = [line for line in lines(old) if table_of(line) not in measured]
    if not kept:
        return new
    both = sorted([*kept, *lines(new)], key=table_of)  # stable: a table's peers keep their order
    head, foot = new.splitlines()[:2], new.rstrip("\n").split("\n\n")[-1]
    return "\n".join([*head, *both]) + f"\n\n{foot}"


def rewritten(text: str, kernel: str, found: Mapping[str, str], unknown: Callable[[str], None] = lambda _: None) -> str:
    """The text with every marked part replaced by its table; `unknown` is told the markers that have none."""

    def fill(match: re.Match[str]) -> str:
        key = f"{match['kind']} {match['name'] or kernel}"
        if key not in found:
            unknown(key)
            return match[0]
        table = with_kept_lines(found[key], match["body"]) if key == "bench summary" else found[key]
        return f"{match['begin']}\n{table}\n\n{match['end']}"

    return MARKERS.sub(fill, text)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the measured tables into the READMEs.")
    parser.add_argument("--results", type=Path, default=ROOT / "build" / "bench")
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file would change")
    options = parser.parse_args(arguments)
    found = tables(options.results)
    changed = 0
    for path in sorted(options.root.rglob("*.md")):
        if SKIPPED & set(path.relative_to(options.root).parts):
            continue
        text = path.read_text(encoding="utf-8")
        relative = path.relative_to(options.root)
        new = rewritten(text, path.parent.name, found, lambda key, where=relative: print(f"{where}: {key} was not measured"))
        if new != text:
            changed += 1
            print(f"{relative}: {'would change' if options.check else 'written'}")
            if not options.check:
                path.write_text(new, encoding="utf-8")
    return 1 if options.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())
