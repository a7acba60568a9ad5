from __future__ import annotations

import pytest

from simulators.sound import AUDIO_CODECS, LOOP_S, tone, tone_hz
from tests.sound import decoded, strongest_hz


@pytest.mark.parametrize("codec", AUDIO_CODECS)
def test_a_tone_is_heard_in_every_codec(codec: str) -> None:
    sound = tone(codec, 700)
    samples = decoded(sound.parameters, sound.frames)
    assert abs(len(samples) / sound.parameters.sample_rate - LOOP_S) < 0.1
    assert abs(len(sound.frames) / sound.rate - LOOP_S) < 0.1
    assert abs(strongest_hz(samples, sound.parameters.sample_rate) - 700) < 5
    assert tone(codec, 700) is sound


def test_neighbours_hear_different_tones_below_half_of_the_lowest_rate() -> None:
    tones = [tone_hz(number) for number in range(1, 20)]
    assert len(set(tones)) == len(tones)
    assert max(map(tone_hz, range(9999))) < 4000
