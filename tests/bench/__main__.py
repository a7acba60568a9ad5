"""``python -m tests.bench [--only ingest,wall,switch] [--runs N] [--quick] [--out bench.json]``."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from dataclasses import replace
from pathlib import Path

from commandwall.base.logs import configure_logs
from tests.bench.plan import FULL, QUICK, Plan
from tests.bench.proctree import memory_of
from tests.bench.report import print_report, write_json
from tests.bench.suite import GROUPS, NAMES, chosen, measure


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Parse the command line; argparse ends the program with status 2 where it is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="what the wall costs")
    parser.add_argument("--only", type=_names, default=GROUPS, metavar="NAMES", help=",".join(sorted(NAMES)))
    parser.add_argument("--runs", type=int, metavar="N", help="runs of each scenario, for medians")
    parser.add_argument("--quick", action="store_true", help="one short run of each, in about two minutes")
    parser.add_argument("--feeds", type=int, metavar="N", help="how many cameras instead of 400")
    parser.add_argument("--out", type=Path, default=Path("bench.json"), metavar="FILE")
    return parser.parse_args(arguments)


def plan_of(options: argparse.Namespace) -> Plan:
    """Return what ``options`` ask for."""
    plan = QUICK if options.quick else FULL
    if options.runs:
        plan = replace(plan, runs=options.runs)
    return replace(plan, feeds=options.feeds) if options.feeds else plan


def main() -> int:
    """Measure, print and write; returns the exit status: 1 when a scenario could not be measured."""
    options = parse_arguments()
    configure_logs("bench")
    plan = plan_of(options)
    scenarios = chosen(options.only)
    try:
        runs = asyncio.run(measure(plan, scenarios))
    except KeyboardInterrupt:
        return 130
    memory = memory_of(iter([os.getpid()])).kind
    print_report(runs, memory)
    write_json(options.out, plan, runs, memory)
    return 0 if all(len(runs[scenario.name]) == scenario.runs(plan) for scenario in scenarios) else 1


def _names(text: str) -> tuple[str, ...]:
    names = tuple(text.split(","))
    if unknown := set(names) - NAMES:
        raise argparse.ArgumentTypeError(
            f"there is no {', '.join(sorted(unknown))}; there are {', '.join(sorted(NAMES))}"
        )
    return names


if __name__ == "__main__":
    sys.exit(main())
