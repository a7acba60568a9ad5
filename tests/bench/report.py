"""The table on the terminal and the JSON beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from commandwall.base.clock import utc_iso
from tests.bench.bars import Bar, Verdict, verdicts
from tests.bench.machine import machine, versions
from tests.bench.plan import Plan
from tests.bench.proctree import MemoryKind
from tests.bench.quantiles import medians
from tests.bench.scenarios import Figures

Runs = Mapping[str, Sequence[Figures]]
"""The figures of every run, by scenario."""

_STYLES = {
    Verdict.AHEAD: "bold green",
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.MISSING: "dim",
}


def all_medians(runs: Runs) -> Figures:
    """Return the median of every figure over its runs."""
    return {name: value for figures in runs.values() for name, value in medians(figures).items()}


def print_report(runs: Runs, memory: MemoryKind) -> None:
    """Print the bars with what was measured, then every other figure."""
    figures = all_medians(runs)
    console = Console(width=None if Console().is_terminal else 120)
    judged = verdicts(figures, frozenset(runs))
    console.print(_bars(judged, memory))
    rest = {
        name: value for name, value in figures.items() if name not in {bar.figure for bar, _, _ in judged}
    }
    console.print(_others(rest))


def write_json(out: Path, plan: Plan, runs: Runs, memory: MemoryKind) -> None:
    """Write everything that was measured to ``out``."""
    figures = all_medians(runs)
    document = {
        "finished": utc_iso(),
        "machine": machine(),
        "versions": versions(),
        "plan": {**asdict(plan), "peers": sorted(plan.peers)},
        "memory": memory,
        "bars": [
            {**asdict(bar), "value": value, "verdict": verdict}
            for bar, value, verdict in verdicts(figures, frozenset(runs))
        ],
        "medians": figures,
        "runs": {name: list(figures) for name, figures in runs.items()},
    }
    out.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _bars(judged: Sequence[tuple[Bar, float | None, Verdict]], memory: MemoryKind) -> Table:
    title = f"medians of the runs; CPU and memory ({memory}) of whole process trees"
    table = Table("what", title=title, title_justify="left")
    for heading in ("measured", "required", "wanted"):
        table.add_column(heading, justify="right")
    table.add_column("unit")
    table.add_column("verdict")
    for bar, value, verdict in judged:
        sign = "≥ " if bar.at_least else "≤ "
        bounds = ("" if bound is None else f"{sign}{bound:g}" for bound in (bar.required, bar.wanted))
        style = _STYLES[verdict]
        table.add_row(bar.what, number(value), *bounds, bar.unit, f"[{style}]{verdict}[/]")
    return table


def _others(figures: Figures) -> Table:
    table = Table("figure", title="everything else", title_justify="left")
    table.add_column("median", justify="right")
    for name, value in figures.items():
        table.add_row(name, number(value))
    return table


def number(value: float | None) -> str:
    """Return ``value`` with about three digits; a dash for none."""
    if value is None:
        return "-"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}"
