from __future__ import annotations

import numpy as np
import pytest

from commandwall.conference.level import SILENCE_DB, Activity, decibels, picked
from commandwall.media.opus import FRAME_SAMPLES
from commandwall.media.sound import Samples
from tests.unit.conference.line import tone

NEW = np.array([-1, -1, -1])
noise = np.random.default_rng(11)


def block(amplitude: float) -> Samples:
    return tone(440, 0.02, amplitude)


def hiss(level_db: float) -> Samples:
    return noise.normal(0, 10 ** (level_db / 20), FRAME_SAMPLES).astype(np.float32)


def hear(activity: Activity, *blocks: Samples, ticks: int = 1) -> list[bool]:
    for _ in range(ticks):
        activity.hear(np.stack(blocks))
    return [bool(each) for each in activity.active]


def activity(voices: int = 1) -> Activity:
    made = Activity()
    made.rearrange(np.full(voices, -1))
    return made


@pytest.mark.parametrize(("amplitude", "level_db"), [(1.0, -3.0), (0.1, -23.0), (0.001, -63.0), (0, -127.0)])
def test_levels_are_those_of_full_scale(amplitude: float, level_db: float) -> None:
    assert decibels(block(amplitude)[None])[0] == pytest.approx(level_db, abs=0.2)


def test_rows_go_with_their_voices() -> None:
    values = np.array([1.0, 2.0, 3.0])
    assert picked(values, np.array([2, -1, 0]), 9.0).tolist() == [3, 9, 1]
    assert picked(np.empty(0), NEW, 9.0).tolist() == [9, 9, 9]
    assert picked(values, np.empty(0, np.intp), 9.0).tolist() == []


def test_voice_is_known_at_once_and_for_0_4_s_after() -> None:
    voices = activity()
    assert hear(voices, block(0), ticks=10) == [False]
    assert hear(voices, block(0.1)) == [True]
    assert hear(voices, block(0), ticks=19) == [True]
    assert hear(voices, block(0)) == [False]


def test_steady_noise_is_no_voice_and_what_rises_above_it_is() -> None:
    voices = activity()
    hear(voices, hiss(-50), ticks=600)
    assert hear(voices, hiss(-50), ticks=25) == [False]
    assert hear(voices, hiss(-50) + block(0.03)) == [True]


def test_a_steady_tone_that_is_loud_stays_voice() -> None:
    voices = activity()
    assert hear(voices, block(0.05), ticks=3000) == [True]


def test_the_level_rises_at_once_and_falls_slowly() -> None:
    voices = activity()
    hear(voices, block(0), ticks=5)
    hear(voices, block(0.1), ticks=5)
    assert voices.level_db[0] == pytest.approx(-23, abs=1.5)
    hear(voices, block(0))
    assert -45 < voices.level_db[0] < -24
    hear(voices, block(0), ticks=100)
    assert voices.level_db[0] == pytest.approx(SILENCE_DB, abs=0.1)


def test_a_voice_keeps_its_state_in_another_row() -> None:
    voices = activity(2)
    hear(voices, block(0), block(0.1), ticks=5)
    level_db = voices.level_db[1]
    voices.rearrange(np.array([1, -1]))
    assert voices.active.tolist() == [True, False]
    assert voices.level_db.tolist() == [level_db, SILENCE_DB]
