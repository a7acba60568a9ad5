"""One target, fuzzed for a time: how its process is called, and what its report says."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.catalogue import CORPUS, load

MAX_INPUT_BYTES = 64 * 1024
MAX_INPUT_S = 30
MAX_MEMORY_MB = 1024

_COVERAGE = re.compile(r" cov: (\d+) ft: (\d+) corp: (\d+)")
_STATISTIC = re.compile(r"^stat::(\w+):\s+(\d+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one run. ``coverage`` counts edges of bytecode; ``findings`` are files of input."""

    target: str
    executions: int
    coverage: int
    features: int
    peak_memory_mb: int
    findings: tuple[Path, ...]


def fuzz(name: str, seconds: int, work: Path) -> Outcome:
    """Fuzz the target ``name``; ``work`` keeps what is learnt for the next run, and the findings."""
    grown, findings = work / name, work / "findings" / name
    grown.mkdir(parents=True, exist_ok=True)
    findings.mkdir(parents=True, exist_ok=True)
    words = work / f"{name}.dict"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in load(name).words), encoding="ascii")
    limits: Mapping[str, object] = {
        "max_total_time": seconds,
        "max_len": MAX_INPUT_BYTES,
        "timeout": MAX_INPUT_S,
        "rss_limit_mb": MAX_MEMORY_MB,
        "artifact_prefix": f"{findings}/",
        "dict": words,
        "print_final_stats": 1,
    }
    arguments = [f"-{key}={value}" for key, value in limits.items()]
    command = [sys.executable, "-m", "tests.fuzz.engine", name, *arguments, str(grown), str(CORPUS / name)]
    ended = subprocess.run(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, check=False)
    (work / f"{name}.log").write_text(ended.stderr, encoding="utf-8")
    return outcome(name, ended.stderr, tuple(sorted(findings.iterdir())))


def outcome(name: str, log: str, findings: tuple[Path, ...]) -> Outcome:
    """Read what libFuzzer wrote."""
    coverage = [0, 0, 0]
    for match in _COVERAGE.finditer(log):
        coverage = [int(number) for number in match.groups()]
    statistics = {key: int(value) for key, value in _STATISTIC.findall(log)}
    executions, peak_mb = (statistics.get(key, 0) for key in ("number_of_executed_units", "peak_rss_mb"))
    return Outcome(name, executions, coverage[0], coverage[1], peak_mb, findings)


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)
