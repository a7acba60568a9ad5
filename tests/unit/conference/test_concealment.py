from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.conference.concealment import Concealer
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE
from commandwall.media.sound import Samples
from tests.unit.conference.line import MS, tone


def vowel(hz: float, seconds: float) -> Samples:
    """Return pulses at the pitch ``hz``, each ringing, as a voice makes them (n,)."""
    at = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE * hz % 1 / hz
    wave: Samples = (0.4 * np.sin(2 * np.pi * 700 * at) * np.exp(-at * 250)).astype(np.float32)
    return wave


def with_a_hole(samples: Samples, first: int, count: int) -> Samples:
    """Return ``samples`` with what is concealed in place of ``count`` blocks from ``first`` on."""
    concealer = Concealer()
    blocks = samples.reshape(-1, FRAME_SAMPLES)
    return np.concatenate(
        [
            concealer.made(FRAME_SAMPLES) if first <= number < first + count else concealer.heard(block)
            for number, block in enumerate(blocks)
        ]
    )


@pytest.mark.parametrize("hz", [80, 110, 173, 190])
def test_a_vowel_goes_on_at_its_pitch(hz: int) -> None:
    true = vowel(hz, 1.0)
    made = with_a_hole(true, 20, 1)
    hole = slice(20 * FRAME_SAMPLES, 21 * FRAME_SAMPLES)
    missed = np.mean((made[hole] - true[hole]) ** 2) / np.mean(true[hole] ** 2)
    assert missed < 0.1


@pytest.mark.parametrize("count", [1, 2, 5])
def test_there_is_no_click_where_a_tone_breaks_off_and_comes_back(count: int) -> None:
    true = tone(440, 1.0)
    made = with_a_hole(true, 20, count)
    assert np.abs(np.diff(made)).max() < 1.5 * np.abs(np.diff(true)).max()


def test_it_fades_and_after_60_ms_it_is_silent() -> None:
    concealer = Concealer()
    concealer.heard(tone(440, 0.1))
    loudness = [float(np.abs(concealer.made(10 * MS)).max()) for _ in range(10)]
    assert loudness[0] > 0.28
    assert loudness[2] < loudness[0] and loudness[4] < 0.5 * loudness[0]
    assert loudness[6:] == [0, 0, 0, 0]
    assert concealer.spent


def test_what_follows_nothing_is_silence() -> None:
    assert not Concealer().made(FRAME_SAMPLES).any()


def test_without_a_hole_samples_pass_as_they_are() -> None:
    true = tone(440, 0.2)
    assert np.array_equal(with_a_hole(true, 99, 0), true)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3000)), max_size=30))
def test_pieces_of_any_length_come_out_at_their_length(pieces: list[tuple[bool, int]]) -> None:
    concealer = Concealer()
    for missing, count in pieces:
        samples = concealer.made(count) if missing else concealer.heard(np.full(count, 0.5, np.float32))
        assert samples.shape == (count,) and samples.dtype == np.float32
        assert np.abs(samples).max(initial=0) <= 1
