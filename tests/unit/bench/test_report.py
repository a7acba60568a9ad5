from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.plan import QUICK
from tests.bench.proctree import MemoryKind
from tests.bench.report import all_medians, number, print_report, write_json

RUNS = {
    "ingest": [
        {"ingest.ingest_pct": 9.0, "ingest.all_live_s": 2.5, "ingest.cores": 0.2},
        {"ingest.ingest_pct": 11.0, "ingest.all_live_s": 3.5, "ingest.cores": 0.3},
    ],
    "glass": [],
}


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "-"), (1234.5, "1234"), (99.94, "99.9"), (1.234, "1.23"), (0.6, "0.600"), (0, "0.000")],
)
def test_numbers_have_about_three_digits(value: float | None, text: str) -> None:
    assert number(value) == text


def test_medians_are_taken_within_each_scenario() -> None:
    assert all_medians(RUNS) == {"ingest.ingest_pct": 10.0, "ingest.all_live_s": 3.0, "ingest.cores": 0.25}


def test_the_table_shows_figure_bars_and_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(RUNS, MemoryKind.PSS)
    lines = capsys.readouterr().out.splitlines()
    cpu = next(line for line in lines if "CPU of all ingest workers" in line)
    assert "10.0" in cpu and "≤ 12" in cpu and "ahead" in cpu
    assert "FAIL" in next(line for line in lines if "all live after start" in line)
    assert "not measured" in next(line for line in lines if "to Chromium" in line)
    assert any("ingest.cores" in line and "0.250" in line for line in lines)


def test_the_file_has_machine_versions_bars_and_every_run(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    write_json(out, QUICK, RUNS, MemoryKind.PSS)
    document = json.loads(out.read_text())
    assert document["runs"] == RUNS
    assert document["medians"]["ingest.all_live_s"] == 3.0
    assert document["plan"]["runs"] == 1
    assert document["machine"]["cores"] >= 1
    assert document["versions"]["av"]
    assert {bar["figure"]: bar["verdict"] for bar in document["bars"]}["ingest.all_live_s"] == "FAIL"
