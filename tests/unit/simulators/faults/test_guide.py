"""The guides name every kind of fault with its parameters, and every reason."""

from __future__ import annotations

import re
from dataclasses import fields

from commandwall.model.reason import ZH, ReasonCode
from simulators.faults.fault import Fault
from simulators.faults.language import KINDS
from tests.conftest import ROOT

GUIDE = ROOT / "docs" / "guide"
SCHEDULE = {field.name for field in fields(Fault)}


def test_every_kind_of_fault_has_its_line_with_its_parameters() -> None:
    page = (GUIDE / "simulators.md").read_text(encoding="utf-8")
    told = {}
    for line in page.splitlines():
        if match := re.match(r"\| `(\w+)` \| ([^|]*)\|", line):
            told[match[1]] = set(re.findall(r"`(\w+)`", match[2]))
    known = {name: {field.name for field in fields(kind)} - SCHEDULE for name, kind in KINDS.items()}
    assert {name: told.get(name) for name in known} == known
    assert set(re.findall(r"`(\w+)", page)) >= SCHEDULE


def test_every_reason_has_its_line_in_both_languages() -> None:
    page = (GUIDE / "camera-does-not-come-up.md").read_text(encoding="utf-8")
    told = {tuple(cell.strip() for cell in line.split("|")[1:3]) for line in page.splitlines()}
    known = {(str(code), ZH[code]) for code in ReasonCode if code is not ReasonCode.NONE}
    assert known - told == set()
