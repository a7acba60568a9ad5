from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.conference.gain import CEILING, LOOK_AHEAD, AutomaticGain, Limiter
from commandwall.conference.level import decibels
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE
from commandwall.media.sound import Samples
from tests.unit.conference.line import tone

SPEAKS, SILENT = np.array([True]), np.array([False])


def gain() -> AutomaticGain:
    made = AutomaticGain()
    made.rearrange(np.array([-1]))
    return made


@pytest.mark.parametrize(("level_db", "gain_db"), [(-23, 0), (-30, 7), (-17, -6), (-60, 12), (-3, -9)])
def test_speech_is_brought_to_one_loudness_within_limits(level_db: float, gain_db: float) -> None:
    automatic = gain()
    for _ in range(1000):
        automatic.hear(np.array([level_db]), SPEAKS)
    assert 20 * np.log10(automatic.factors[0]) == pytest.approx(gain_db, abs=0.2)


def test_it_is_slow_and_stands_still_in_pauses() -> None:
    automatic = gain()
    for _ in range(50):
        automatic.hear(np.array([-40.0]), SPEAKS)
    assert 1 < automatic.gain_db[0] <= 2.5
    before = automatic.gain_db.copy()
    for _ in range(1000):
        automatic.hear(np.array([-90.0]), SILENT)
    assert (automatic.gain_db == before).all()
    automatic.rearrange(np.array([-1, 0]))
    assert automatic.gain_db.tolist() == [0, before[0]]


def limited(sound: Samples) -> Samples:
    limiter = Limiter(1)
    return np.concatenate([limiter.limit(block[None])[0] for block in sound.reshape(-1, FRAME_SAMPLES)])


def test_what_is_not_too_loud_comes_out_as_it_is_2_5_ms_later() -> None:
    sound = tone(440, 0.2, 0.8)
    assert np.array_equal(limited(sound)[LOOK_AHEAD:], sound[:-LOOK_AHEAD])


def test_three_who_shout_do_not_clip_and_are_no_fainter_than_one() -> None:
    shouting = sum(tone(hz, 1, 0.95) for hz in (440, 700, 1130))
    assert isinstance(shouting, np.ndarray)
    sound = limited(shouting)
    assert np.abs(sound).max() <= CEILING + 1e-6
    assert decibels(sound[None, FRAME_SAMPLES:])[0] > -12


def test_the_gain_moves_in_lines_that_do_not_click() -> None:
    sound = tone(200, 1.0, 0.5)
    sound[SAMPLE_RATE // 2 :] *= 4
    steps = np.abs(np.diff(limited(sound)))
    assert steps.max() < 1.2 * 2 * np.pi * 200 / SAMPLE_RATE * 2


def test_after_a_shout_it_comes_back() -> None:
    sound = tone(440, 1.0, 0.5)
    sound[4800:9600] *= 4
    assert np.abs(limited(sound)[-4800:]).max() == pytest.approx(0.5, abs=0.01)


def test_a_mix_can_go_on_as_another_was() -> None:
    limiter = Limiter(2)
    limiter.limit(np.stack((tone(440, 0.02, 3.0), np.zeros(FRAME_SAMPLES, np.float32))))
    limiter.follow(1, 0)
    first, second = limiter.limit(np.stack((tone(440, 0.02), tone(440, 0.02))))
    assert np.array_equal(first, second)


@given(st.lists(st.floats(0, 50, width=32), min_size=1, max_size=60))
def test_nothing_ever_exceeds_the_ceiling(loudness: list[float]) -> None:
    limiter = Limiter(1)
    rng = np.random.default_rng(1)
    for each in loudness:
        block = (rng.uniform(-1, 1, (1, FRAME_SAMPLES)) * each).astype(np.float32)
        assert np.abs(limiter.limit(block)).max() <= CEILING + 1e-5
