"""A voice on bad lines, in virtual time."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commandwall.conference.arrival import LEAST_DELAY
from commandwall.conference.listeners import INFO
from commandwall.conference.resample import WINDOW
from commandwall.conference.voice import Voice
from commandwall.ipc.sound_messages import VoiceFault
from commandwall.media.opus import FRAME_SAMPLES, SAMPLE_RATE
from commandwall.media.sound import Samples
from commandwall.model.access_unit import AccessUnit, StreamInfo
from tests.sound import strongest_hz
from tests.unit.conference.line import MS, Fate, Line, packets, tone

STEP = float(np.abs(np.diff(tone(440, 0.1))).max()) * 1.05
"""The steepest that the tone ever is; what is steeper clicks."""


def steepest(samples: Samples) -> float:
    return float(np.abs(np.diff(samples)).max())


def test_on_a_good_line_nothing_is_lost_and_the_delay_is_a_tick_and_a_little() -> None:
    line = Line()
    heard = line.run(20)
    assert line.voice.lost == line.voice.concealed == 0
    assert line.voice.delay < LEAST_DELAY + 4 * MS
    assert steepest(heard) < STEP
    assert strongest_hz(heard[-SAMPLE_RATE:], SAMPLE_RATE) == pytest.approx(440, abs=1)


@pytest.mark.parametrize("drift_ppm", [-200.0, 200.0])
def test_a_clock_that_drifts_for_minutes_is_made_up_for_by_the_speed(drift_ppm: float) -> None:
    line = Line(drift_ppm=drift_ppm)
    line.run(20)
    for block in line.blocks(160):
        assert steepest(block) < STEP
        assert LEAST_DELAY - 3 * MS < line.voice.delay < LEAST_DELAY + 5 * MS
    assert line.voice.lost == line.voice.concealed == 0
    assert line.voice.speed == pytest.approx(drift_ppm * 1e-6, abs=5e-6)


def test_after_loss_and_jitter_it_sounds_at_once_and_is_soon_as_near_as_before() -> None:
    luck = random.Random(5)
    bad = range(250, 750)

    def fate(number: int) -> Fate:
        return Fate(None if luck.random() < 0.05 else luck.random() * 100) if number in bad else Fate()

    line = Line(fate)
    heard = [line.run(5)]
    assert line.voice.concealed == 0
    heard.append(line.run(10.2))
    during = line.voice.concealed
    assert 0.02 < during / (10 * SAMPLE_RATE) < 0.15
    assert line.voice.delay < 140 * MS
    heard.append(line.run(0.5))
    assert line.voice.concealed - during <= FRAME_SAMPLES
    heard.append(line.run(4))
    after = line.voice.concealed
    heard.append(line.run(10))
    assert line.voice.concealed == after
    assert line.voice.delay < LEAST_DELAY + 10 * MS
    assert steepest(np.concatenate(heard)) < 2 * STEP


def test_one_lost_packet_is_hardly_heard() -> None:
    line = Line(lambda number: Fate(None if number == 100 else 0))
    heard = line.run(4)
    assert line.voice.lost == line.voice.concealed == FRAME_SAMPLES
    assert steepest(heard) < 1.5 * STEP
    parts = heard[SAMPLE_RATE:].reshape(-1, FRAME_SAMPLES // 2)
    loudness = np.sqrt(np.mean(parts**2, axis=1))
    assert loudness.min() > 0.7 * loudness.max()


def test_a_sender_that_pauses_is_silent_and_no_loss_without_end() -> None:
    line = Line(lambda number: Fate(None if 100 <= number < 1100 else 0))
    line.run(4)
    assert np.abs(line.run(17)).max() < 1e-4
    assert line.voice.lost <= 70 * MS
    line.run(2)
    assert line.voice.lost <= 70 * MS
    assert line.voice.delay < LEAST_DELAY + 10 * MS
    assert np.abs(line.run(0.1)).max() > 0.25


def test_packets_that_come_all_at_once_after_a_stall_do_not_stay_late() -> None:
    line = Line(lambda number: Fate((150 - number) * 20 if 100 <= number < 150 else 0))
    line.run(10)
    assert line.voice.delay < LEAST_DELAY + 10 * MS


def test_a_sender_whose_clock_is_set_is_heard_again_within_a_quarter_of_a_second() -> None:
    line = Line()
    line.run(3)
    line._starts_90k += 90000 * 3600
    heard = line.run(1)
    assert np.abs(heard.reshape(-1, FRAME_SAMPLES)[13:]).max(axis=1).min() > 0.25
    assert steepest(heard) < 2 * STEP


def test_another_publication_takes_over() -> None:
    line = Line()
    line.run(2)
    line.voice.end()
    assert line.voice.fault(line.tick * FRAME_SAMPLES) is VoiceFault.ABSENT
    line.voice.begin(line.tick * FRAME_SAMPLES)
    line.voice.describe(INFO)
    line._starts_90k = 7
    line.run(1)
    assert line.voice.fault(line.tick * FRAME_SAMPLES) is VoiceFault.NONE
    assert np.abs(line.run(0.1)).max() > 0.25


def test_what_is_wrong_with_it_is_told() -> None:
    voice = Voice()
    assert voice.fault(0) is VoiceFault.ABSENT
    voice.begin(0)
    voice.describe(INFO)
    assert voice.fault(SAMPLE_RATE) is VoiceFault.NONE
    assert voice.fault(3 * SAMPLE_RATE) is VoiceFault.SILENT
    voice.describe(StreamInfo("h264", 640, 360))
    assert voice.fault(0) is VoiceFault.UNREADABLE
    voice.push(AccessUnit(b"x", 0, True), 0)
    assert voice.window(0).shape == (WINDOW,)
    voice.describe(INFO)
    voice.push(AccessUnit(packets(440, 1.0)[0], 0, True), 0)
    voice.window(FRAME_SAMPLES * 5)
    assert voice.fault(0) is VoiceFault.NONE


events = st.lists(
    st.tuples(
        st.integers(0, 200),
        st.one_of(st.integers(0, 49), st.binary(max_size=40)),
        st.integers(0, 3),
    ),
    max_size=200,
)


@settings(max_examples=150)
@given(events, st.integers(-(1 << 62), 1 << 62))
def test_any_order_loss_and_garbage_yield_a_block_a_tick_and_are_kept_within_bounds(
    sent: list[tuple[int, int | bytes, int]], origin_90k: int
) -> None:
    voice, tick = Voice(), 0
    voice.begin(0.0)
    voice.describe(INFO)
    sound = packets(440, 1.0)
    for number, what, ticks in sent:
        data = sound[what] if isinstance(what, int) else what
        voice.push(AccessUnit(data, origin_90k + number * 1800, True), tick * FRAME_SAMPLES)
        for _ in range(ticks):
            tick += 1
            window = voice.window(tick * FRAME_SAMPLES)
            assert window.shape == (WINDOW,)
            assert np.abs(window).max() <= 1, "also holds for what is no number"
            assert abs(voice.speed) <= 0.001
            voice.moved(FRAME_SAMPLES, 0.0)
            assert len(voice._held) < SAMPLE_RATE // 5
