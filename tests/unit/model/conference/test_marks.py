from __future__ import annotations

from dataclasses import replace

import pytest

from commandwall.model.conference.command import Verb
from commandwall.model.conference.floor import raise_hand
from commandwall.model.conference.marks import MOST_LEVEL, PersonMarks, Quality, marks_of, quality
from commandwall.model.conference.speaking import hear
from tests.unit.model.conference.people import NOW_S, room, said


@pytest.mark.parametrize(
    ("rtt_ms", "loss_ratio", "expected"),
    [
        (None, None, Quality.UNKNOWN),
        (20.0, None, Quality.GOOD),
        (20.0, 0.0, Quality.GOOD),
        (None, 0.02, Quality.WEAK),
        (250.0, 0.0, Quality.WEAK),
        (600.0, 0.0, Quality.BAD),
        (20.0, 0.1, Quality.BAD),
    ],
)
def test_a_connection_is_as_good_as_the_worse_of_both(
    rtt_ms: float | None, loss_ratio: float | None, expected: Quality
) -> None:
    assert quality(rtt_ms, loss_ratio) is expected


def test_a_voice_has_a_level_while_it_is_heard() -> None:
    state = hear(room("a"), {"a": -20.0}, NOW_S)
    assert marks_of(state, "a", -20.0) == PersonMarks(speaking=True, level=4)
    levels = [marks_of(state, "a", level_db).level for level_db in (-90.0, -45.0, -30.0, -20.0, 0.0)]
    assert levels == [1, 1, 3, 4, MOST_LEVEL]
    assert marks_of(state, "chair", -20.0).level == 0


def test_hands_mutes_and_recording_are_told() -> None:
    state = replace(raise_hand(said(room("a"), Verb.MUTE_ALL), "a", True, NOW_S), recording=True)
    assert marks_of(state, "a", rtt_ms=10.0) == PersonMarks(
        muted=True, hand=True, quality=Quality.GOOD, recording=True
    )
    assert marks_of(state, "chair") == PersonMarks(recording=True)
