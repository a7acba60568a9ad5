"""The table of scenarios: it reads, it is complete, and its page has a line for each row."""

from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.base.errors import InvalidError
from commandwall.model.camera import FeedState
from simulators.faults.language import KINDS
from simulators.faults.zoo import ZOO_FILE, Scenario, zoo
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "ref" / "zoo.md").read_text(encoding="utf-8")
ROWS = zoo(ZOO_FILE)


def line(scenario: Scenario) -> str:
    """Return the line that docs/ref/zoo.md has for ``scenario``."""
    expected = scenario.expected
    states = ", ".join(expected.states)
    reason = f": {expected.reason}" if expected.reason else ""
    return f"| `{scenario.name}` | {scenario.what} | {states}{reason} | {expected.tile} |"


def test_every_scenario_has_its_line_and_no_line_is_of_another() -> None:
    lines = [text for text in PAGE.splitlines() if text.startswith("| `")]
    assert lines == [line(scenario) for scenario in ROWS]


def test_names_are_unique_and_states_begin_with_connecting() -> None:
    assert len({scenario.name for scenario in ROWS}) == len(ROWS)
    assert {scenario.expected.states[0] for scenario in ROWS} == {FeedState.CONNECTING}


def test_every_kind_of_fault_is_in_the_zoo() -> None:
    made = {type(make()) for scenario in ROWS for make in scenario.faults}
    assert {name for name, kind in KINDS.items() if kind not in made} == set()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("- {name: a, what: b, faults: [], expect: {states: [gone], tile: live}}", "states"),
        (
            "- {name: a, what: b, faults: [], expect: {states: [live], tile: live, reason: X}}",
            "a.expect.reason",
        ),
        (
            "- {name: a, what: b, faults: [{kind: x}], expect: {states: [live], tile: live}}",
            "a.faults[0].kind",
        ),
        ("- {what: b, faults: [], expect: {states: [live], tile: live}}", "name"),
    ],
)
def test_names_the_row_and_the_field_at_fault(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "zoo.yaml"
    path.write_text(text)
    with pytest.raises(InvalidError) as raised:
        zoo(path)
    assert named in str(raised.value)
