# SPDX-License-Identifier: BSD-3-Clause
"""How the tour looks in a terminal: one table per step, our line above the peer's so that digits can be compared by eye."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from .._text import duration
from ._checks import KINDS, Check, StepResult

# A narrower terminal is taken to have the first; below the second a step is shown as lines, for want of room for a table; a pipe or
# a log, which has no width of its own, gets the third.
MIN_WIDTH, TABLE_WIDTH, LOG_WIDTH = 80, 118, 120


def console(*, stderr: bool = False) -> Console:
    made = Console(stderr=stderr, highlight=False)
    if not made.is_terminal:
        return Console(stderr=stderr, highlight=False, width=LOG_WIDTH)
    return made if made.width >= MIN_WIDTH else Console(stderr=stderr, highlight=False, width=MIN_WIDTH)


def _time(seconds: float | None) -> str:
    return "" if seconds is None else duration(seconds)


def speed(check: Check) -> str:
    """The peer's time divided by ours: above 1 we are faster."""
    if not check.native_seconds or not check.peer_seconds:
        return ""
    ratio = check.peer_seconds / check.native_seconds
    return f"{ratio:.2f}" if ratio < 10 else f"{ratio:.0f}"


def small(x: float) -> str:
    return "0" if x == 0 else f"{x:.1e}"


def step_table(result: StepResult) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True, padding=(0, 1), leading=1)
    table.add_column("", no_wrap=True)
    table.add_column("check\n[dim]what its tolerance rests on[/dim]", min_width=24, max_width=44)
    table.add_column("ours\npeer", min_width=16, max_width=32)
    table.add_column("result", justify="right", no_wrap=True)
    table.add_column("difference\n≤ tolerance", justify="right", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    table.add_column("speed\n-up", justify="right", no_wrap=True)
    for check in result.checks:
        mark = Text("✓", style="bold green") if check.passed else Text("✗", style="bold red")
        values = Text(small(check.difference), style="" if check.passed else "bold red")
        values.append(f"\n≤ {small(check.tolerance)}", style="dim")
        table.add_row(
            mark,
            Text.assemble(check.name, "\n", (f"{check.kind}: {check.rule}", "dim")),
            Text.assemble((check.native, "cyan"), "\n", check.peer),
            Text(f"{check.native_result}\n{check.peer_result}"),
            values,
            f"{_time(check.native_seconds)}\n{_time(check.peer_seconds)}",
            Text(speed(check), style="bold"),
        )
    return table


def step_lines(result: StepResult) -> list[Text]:
    """The table's content in 78 columns: the name, our call, the peer's."""
    heading = f"  {'ours, peer':<30} {'result':>18} {'difference':>10} {'time':>8} {'x':>5}"
    lines = [Text(heading, style="dim")]
    for check in result.checks:
        mark = ("✓ ", "bold green") if check.passed else ("✗ ", "bold red")
        bound = f"≤ {small(check.tolerance)}"
        ours, theirs = _time(check.native_seconds), _time(check.peer_seconds)
        lines.append(Text.assemble(mark, (check.name, "bold"), (f"\n  {check.kind}: {check.rule}", "dim")))
        native = f"{check.native_result:>18} {small(check.difference):>10} {ours:>8}"
        peer = f"{check.peer_result:>18} {bound:>10} {theirs:>8} {speed(check):>5}"
        lines.append(Text.assemble((f"  {check.native:<30}", "cyan"), f" {native}\n  {check.peer:<30} {peer}\n"))
    return lines


def show_step(to: Console, result: StepResult, number: int, count: int) -> None:
    to.print()
    to.print(Text.assemble((f"{number}/{count} {result.title}", "bold"), (f"   {result.name}, {result.seconds:.1f} s", "dim")))
    if result.checks:
        if to.width >= TABLE_WIDTH:
            to.print(step_table(result))
        else:
            to.print(*step_lines(result), sep="\n")
    for finding in result.findings:
        to.print(Padding(Text.assemble(("→ ", "bold cyan"), finding), (0, 0, 0, 2)))
    for path in result.figures:
        to.print(Text.assemble(("  figure ", "dim"), path), soft_wrap=True)
    if result.error:
        to.print(Text(f"  the step stopped with an exception:\n{result.error}", style="red"))


def show_failures(to: Console, results: Sequence[StepResult]) -> None:
    """The one thing that --quiet still prints beside the last line."""
    for result in results:
        if result.error:
            to.print(Text(f"{result.name}: the step stopped with an exception:\n{result.error}", style="red"))
        for check in result.checks:
            if not check.passed:
                line = f"{result.name}: {check.name}: {check.native} = {check.native_result}, {check.peer} = {check.peer_result}; "
                line += f"difference {check.difference:.3e} exceeds {check.tolerance:.3e} ({check.kind}: {check.rule})"
                to.print(Text(line, style="red"), soft_wrap=True)


def show_legend(to: Console, timing_note: str) -> None:
    legend = Table.grid(padding=(0, 2))
    legend.add_column(justify="right", style="bold", no_wrap=True)
    legend.add_column()
    for name, meaning in (KINDS | {"time": timing_note, "speed-up, x": "the peer's time divided by ours"}).items():
        legend.add_row(name, meaning)
    to.print()
    to.print(legend)


def show_header(to: Console, facts: dict[str, Any]) -> None:
    to.rule(Text(f"mlmath_native {facts['version']}: the mathematics of machine learning, on this CPU", style="bold"))
    to.print(Text("  ".join(f"{name} {value}" for name, value in facts["machine"].items()), style="dim"))


def show_summary(to: Console, results: Sequence[StepResult], seconds: float, out: str | None) -> None:
    checks = [check for result in results for check in result.checks]
    passed = sum(check.passed for check in checks)
    errors = sum(result.error is not None for result in results)
    figures = sum(len(result.figures) for result in results)
    good = passed == len(checks) and errors == 0 and all(result.passed for result in results)
    text = f"{passed} of {len(checks)} checks within their tolerance"
    if errors:
        text += f", {errors} step{'s' if errors > 1 else ''} stopped with an exception"
    text += f", {seconds:.1f} s"
    if out is not None and figures:
        text += f", {figures} figure{'s' if figures > 1 else ''} in {out}"
    to.print(Text.assemble(("✓ " if good else "✗ ", "bold green" if good else "bold red"), (text, "bold")), soft_wrap=True)
