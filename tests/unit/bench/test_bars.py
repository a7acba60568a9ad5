from __future__ import annotations

import pytest

from tests.bench.bars import BARS, Bar, Verdict, verdicts
from tests.bench.suite import SCENARIOS


@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        (0.5, Verdict.AHEAD),
        (0.6, Verdict.AHEAD),
        (0.7, Verdict.PASS),
        (0.75, Verdict.PASS),
        (0.76, Verdict.FAIL),
    ],
)
def test_a_figure_stands_to_its_upper_bars(value: float, verdict: Verdict) -> None:
    assert Bar("a.b", "what", "x", required=0.75, wanted=0.6).verdict(value) is verdict


@pytest.mark.parametrize(
    ("value", "verdict"), [(99.5, Verdict.AHEAD), (98.5, Verdict.PASS), (97.0, Verdict.FAIL)]
)
def test_a_figure_stands_to_its_lower_bars(value: float, verdict: Verdict) -> None:
    assert Bar("a.b", "what", "%", required=98, wanted=99, at_least=True).verdict(value) is verdict


def test_where_nothing_is_required_what_is_wanted_is() -> None:
    bar = Bar("a.b", "what", "ms", required=None, wanted=100)
    assert bar.verdict(101) is Verdict.FAIL
    assert bar.verdict(99) is Verdict.AHEAD


def test_where_nothing_more_is_wanted_the_required_is_all() -> None:
    assert Bar("a.b", "what", "ms", required=200, wanted=None).verdict(150) is Verdict.AHEAD


def test_what_was_not_measured_is_neither() -> None:
    assert Bar("a.b", "what", "ms", 1, 1).verdict(None) is Verdict.MISSING


def test_only_bars_of_measured_scenarios_are_judged() -> None:
    judged = verdicts({"ingest.lost_packets": 0.0}, frozenset({"ingest"}))
    assert {bar.figure.partition(".")[0] for bar, _, _ in judged} == {"ingest"}
    by_figure = {bar.figure: verdict for bar, _, verdict in judged}
    assert by_figure["ingest.lost_packets"] is Verdict.AHEAD
    assert by_figure["ingest.all_live_s"] is Verdict.MISSING


def test_every_bar_belongs_to_a_scenario_and_is_there_once() -> None:
    names = {scenario.name for scenario in SCENARIOS}
    assert {bar.figure.partition(".")[0] for bar in BARS} <= names
    assert len({bar.figure for bar in BARS}) == len(BARS)


def test_what_is_wanted_is_never_easier_than_what_is_required() -> None:
    for bar in BARS:
        assert bar.required is not None or bar.wanted is not None
        if bar.required is not None and bar.wanted is not None:
            assert bar.verdict(bar.wanted) is Verdict.AHEAD
