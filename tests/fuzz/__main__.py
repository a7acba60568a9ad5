"""Fuzzes all targets one after the other, or one of them, and prints what came of it.

Usage: ``python -m tests.fuzz [--seconds SECONDS] [--target NAME] [--work DIRECTORY]``

Exits with 1 if anything was found. A finding is a file; give it to the target with
``python -m tests.fuzz.engine TARGET FILE``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz.catalogue import NAMES
from tests.fuzz.session import Outcome, fuzz


def main() -> int:
    """Share the time evenly among the targets."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="for all targets together")
    parser.add_argument("--target", choices=("all", *NAMES), default="all")
    parser.add_argument("--work", type=Path, default=Path("build/fuzz"))
    given = parser.parse_args()
    names = NAMES if given.target == "all" else (given.target,)
    print(f"{'target':14}{'executions':>12}{'edges':>8}{'features':>10}{'peak MB':>9}  findings", flush=True)
    found = False
    for name in names:
        outcome = fuzz(name, max(1, given.seconds // len(names)), given.work)
        print(_row(outcome), flush=True)
        found = found or bool(outcome.findings) or not outcome.executions
    return 1 if found else 0


def _row(outcome: Outcome) -> str:
    findings = " ".join(map(str, outcome.findings)) or "none"
    if not outcome.executions:
        findings = "it did not run; see its .log"
    figures = (
        f"{outcome.executions:>12,}{outcome.coverage:>8}{outcome.features:>10}{outcome.peak_memory_mb:>9}"
    )
    return f"{outcome.target:14}{figures}  {findings}"


if __name__ == "__main__":
    sys.exit(main())
