from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from commandwall.conference.likeness import likeness
from commandwall.conference.stretch import SPLICEABLE, lengthened, quiet, shortened
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE
from commandwall.media.sound import Samples
from tests.sound import strongest_hz
from tests.unit.conference.line import MS, tone
from tests.unit.conference.test_concealment import vowel

CHANGES = pytest.mark.parametrize(("change", "sign"), [(shortened, -1), (lengthened, 1)])
Change = Callable[[Samples], Samples]


@CHANGES
@pytest.mark.parametrize("sound", [tone(440, 1), tone(1013, 1), vowel(123, 1), vowel(210, 1)])
def test_sound_loses_or_gains_whole_periods_without_a_click(
    change: Change, sign: int, sound: Samples
) -> None:
    blocks = [change(block) for block in sound.reshape(-1, FRAME_SAMPLES)]
    for block in blocks:
        assert 2.5 * MS <= (len(block) - FRAME_SAMPLES) * sign <= 10 * MS
    joined = np.concatenate(blocks)
    assert np.abs(np.diff(joined)).max() < 1.1 * np.abs(np.diff(sound)).max()


@CHANGES
def test_the_pitch_stays(change: Change, sign: int) -> None:
    joined = np.concatenate([change(block) for block in tone(440, 2).reshape(-1, FRAME_SAMPLES)])
    assert strongest_hz(joined[:SAMPLE_RATE], SAMPLE_RATE) == pytest.approx(440, abs=3)


@CHANGES
def test_silence_is_changed_by_the_most(change: Change, sign: int) -> None:
    assert len(change(np.zeros(FRAME_SAMPLES, np.float32))) == FRAME_SAMPLES + sign * 10 * MS


@CHANGES
def test_where_nothing_comes_again_nothing_is_changed(change: Change, sign: int) -> None:
    noise = np.random.default_rng(3).normal(0, 0.2, FRAME_SAMPLES).astype(np.float32)
    assert change(noise) is noise
    short = tone(440, 1)[: SPLICEABLE - 1]
    assert change(short) is short


@pytest.mark.parametrize(("amplitude", "is_quiet"), [(0.0, True), (0.004, True), (0.005, False)])
def test_quiet_is_below_50_db(amplitude: float, is_quiet: bool) -> None:
    assert quiet(tone(440, 0.1, amplitude)) is is_quiet


def test_likeness_is_1_where_it_is_the_same_whatever_the_loudness() -> None:
    sound = vowel(123, 0.1)
    alike = likeness(0.3 * sound[700:900], sound[:1600])
    assert int(np.argmax(alike)) in (700, 700 - round(SAMPLE_RATE / 123), 700 + round(SAMPLE_RATE / 123))
    assert alike[700] == pytest.approx(1, abs=1e-3)
    assert np.abs(alike).max() <= 1.001
    assert not likeness(sound[:10], np.zeros(50, np.float32)).any()
