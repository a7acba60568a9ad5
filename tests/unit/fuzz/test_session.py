from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.fuzz.catalogue import load
from tests.fuzz.payloads import LOST, MARKER, payloads
from tests.fuzz.session import Outcome, fuzz, outcome

LOG = """\
#2\tINITED cov: 12 ft: 13 corp: 1/1b exec/s: 0 rss: 40Mb
#4096\tpulse  cov: 30 ft: 44 corp: 7/90b lim: 43 exec/s: 2048 rss: 41Mb
Done 5000 runs in 3 second(s)
stat::number_of_executed_units: 5000
stat::average_exec_per_sec:     1666
stat::peak_rss_mb:              44
"""

STAND_IN = """\
import contextlib, pathlib, sys

def instrument_imports(include):
    return contextlib.nullcontext()

def Setup(arguments, judge):
    options = dict(each[1:].split("=") for each in arguments[1:] if each.startswith("-"))
    files = sorted(pathlib.Path(arguments[-1]).iterdir())
    for file in files:
        judge(file.read_bytes())
    pathlib.Path(options["artifact_prefix"], "crash-1").touch()
    print(f"stat::number_of_executed_units: {len(files)}", file=sys.stderr)

def Fuzz():
    pass
"""
"""What of the fuzzer is used, without the fuzzing."""


def test_the_report_is_read() -> None:
    assert outcome("sdp", LOG, ()) == Outcome("sdp", 5000, 30, 44, 44, ())


def test_a_run_that_never_began_has_no_executions() -> None:
    assert outcome("sdp", "ModuleNotFoundError", ()).executions == 0


def test_an_input_is_cut_into_payloads() -> None:
    data = bytes((MARKER, 2)) + b"ab" + bytes((LOST, 0)) + bytes((0x3F, 0xFF)) + b"rest"
    cut = [(flags, data[start:end]) for flags, start, end in payloads(data)]
    assert cut == [(MARKER, b"ab"), (LOST, b""), (0x3F, b"rest")]


def test_a_target_is_fuzzed_and_its_findings_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "atheris.py").write_text(STAND_IN)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT}")
    result = fuzz("rtcp", 1, tmp_path / "work")
    assert result.executions == len(load("rtcp").corpus)
    assert [file.name for file in result.findings] == ["crash-1"]
    assert "\\x80\\xc8" in (tmp_path / "work" / "rtcp.dict").read_text()
