from __future__ import annotations

import numpy as np
import pytest

from commandwall.conference.resample import DELAY, STEP_LIMIT, WINDOW, resample
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE
from commandwall.media.sound import Samples
from tests.unit.conference.line import tone


def played(sounds: list[Samples], steps: list[float], blocks: int) -> list[Samples]:
    """Return each of ``sounds`` played for ``blocks`` by its own step, all at once."""
    at, places = np.zeros(len(sounds), np.intp), np.zeros(len(sounds))
    out = []
    for _ in range(blocks):
        windows = np.stack([sound[start : start + WINDOW] for sound, start in zip(sounds, at, strict=True)])
        block, moved, places = resample(windows, places, np.array(steps))
        assert ((places >= 0) & (places < 1)).all()
        at += moved
        out.append(block)
    return list(np.concatenate(out, axis=1))


@pytest.mark.parametrize("ppm", [0, 37, 200, -200, 1000, -1000])
@pytest.mark.parametrize("hz", [440, 3000, 8000])
def test_a_tone_is_a_little_higher_or_lower_and_pure(ppm: int, hz: int) -> None:
    step = ppm * 1e-6
    (heard,) = played([tone(hz, 1.2, 1.0)], [step], 50)
    at = np.arange(len(heard)) * (1 + step) + DELAY - 1
    ideal = np.sin(2 * np.pi * hz * at / SAMPLE_RATE)
    assert np.sqrt(np.mean((heard - ideal) ** 2) * 2) < 10 ** (-50 / 20)


def test_each_voice_goes_by_its_own_speed() -> None:
    steps = [0.0, 2e-4, -2e-4, STEP_LIMIT, -STEP_LIMIT, 1e-5, 3e-4]
    sounds = [tone(300.0 + 100 * number, 1.2) for number in range(len(steps))]
    together = played(sounds, steps, 50)
    for sound, step, heard in zip(sounds, steps, together, strict=True):
        (alone,) = played([sound], [step], 50)
        assert np.allclose(alone, heard, atol=1e-5)


def test_nobody_is_nothing() -> None:
    blocks, moved, places = resample(np.zeros((0, WINDOW), np.float32), np.zeros(0), np.zeros(0))
    assert blocks.shape == (0, FRAME_SAMPLES) and len(moved) == len(places) == 0
