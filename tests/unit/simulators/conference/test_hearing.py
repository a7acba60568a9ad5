from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise

import numpy as np
import pytest

from simulators.conference.hearing import levels_db, listen, longest_silence_s
from simulators.conference.sound import Sound, SoundPacket, decoded
from simulators.conference.tones import FRAME, FRAME_S, LOOP_FRAMES, TONES, tone_hz, voice

BEGIN_S = 1_795_300_000.0
LATE_S = 0.1


def received(number: int, seconds: int = 5, lost: Collection[int] = (), late_s: float = LATE_S) -> Sound:
    """Return the voice of a participant as somebody hears it to whom every packet takes ``late_s``."""
    spoken = voice(number)
    return decoded(
        [
            SoundPacket(
                BEGIN_S + spoken.offset_s + (index + 1) * FRAME_S + late_s,
                (4_294_960_000 + index * FRAME) % 2**32,
                spoken.packets[index % LOOP_FRAMES],
            )
            for index in range(seconds * LOOP_FRAMES)
            if index not in lost
        ]
    )


def test_tones_and_their_harmonics_are_apart() -> None:
    tones = [tone_hz(number) for number in range(TONES)]
    assert max(tones) < 2 * min(tones)
    assert min(b - a for a, b in pairwise(tones)) >= 76
    assert tone_hz(TONES) == tone_hz(0)


@pytest.mark.parametrize("number", [0, 3, 12, 16])
def test_a_voice_is_heard_and_no_other(number: int) -> None:
    levels = levels_db(received(number).samples, map(tone_hz, range(TONES)))
    assert levels.pop(tone_hz(number)) == pytest.approx(-20.4, abs=0.5)
    assert max(levels.values()) < -70


@pytest.mark.parametrize("number", [1, 7, 13])
def test_the_time_from_mouth_to_ear(number: int) -> None:
    heard = listen(received(number), tone_hz(number))
    lookahead_s = 0.0065
    assert len(heard.latencies_s) in (4, 5)
    assert np.median(heard.latencies_s) == pytest.approx(FRAME_S + LATE_S + lookahead_s, abs=0.002)
    assert (heard.gaps, heard.once) == ((), True)


def test_gaps_are_found_and_measured() -> None:
    sound = received(3, lost=(80, 81, 82, 130))
    heard = listen(sound, tone_hz(3))
    assert sound.missing == 4
    assert [gap.length_s for gap in heard.gaps] == pytest.approx([0.06, 0.02], abs=0.008)
    assert [gap.at_s for gap in heard.gaps] == pytest.approx(
        [81.5 * FRAME_S - 0.1, 130.5 * FRAME_S - 0.1], abs=0.02
    )
    assert longest_silence_s(sound) == pytest.approx(4 * FRAME_S, abs=1e-4)


def test_a_gap_beside_a_mark_is_a_gap() -> None:
    heard = listen(received(3, lost=(102, 103)), tone_hz(3))
    assert [gap.length_s for gap in heard.gaps] == [pytest.approx(0.03, abs=0.02)]


def test_a_delay_that_changes_is_no_gap() -> None:
    early, later = received(6, 4), received(6, 4, late_s=0.25)
    shift = len(early.samples)
    sound = Sound(
        np.concatenate((early.samples, later.samples)),
        (*early.starts, *(start + shift for start in later.starts)),
        (*early.arrivals_s, *(at_s + 3.9 for at_s in later.arrivals_s)),
        0,
    )
    heard = listen(sound, tone_hz(6))
    assert all(abs(gap.at_s - shift / 48_000) < 0.05 for gap in heard.gaps), "only where it was put together"
    assert max(heard.latencies_s) - min(heard.latencies_s) == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("echo_s", [0.12, 0.3])
def test_a_voice_that_is_heard_twice_is_not_heard_once(echo_s: float) -> None:
    sound = received(3)
    shift = round(echo_s * 48_000)
    echoed = sound.samples + np.roll(sound.samples, shift)
    heard = listen(Sound(echoed, sound.starts, sound.arrivals_s, 0), tone_hz(3))
    assert not heard.once


def test_voices_are_told_apart_in_a_mix() -> None:
    loud, soft = received(2, lost=(70,)), received(9)
    count = min(len(loud.samples), len(soft.samples))
    mixed = loud.samples[:count] + 0.3 * soft.samples[:count]
    sound = Sound(mixed, loud.starts, loud.arrivals_s, 0)
    levels = levels_db(mixed, [tone_hz(2), tone_hz(9), tone_hz(5)])
    assert levels[tone_hz(2)] - levels[tone_hz(9)] == pytest.approx(10.5, abs=0.5)
    assert levels[tone_hz(5)] < -70
    assert (len(listen(sound, tone_hz(2)).gaps), listen(sound, tone_hz(9)).gaps) == (1, ())


def test_packets_that_come_twice_late_or_as_noise_do_no_harm() -> None:
    spoken = voice(4)
    packets = [SoundPacket(BEGIN_S + n, n * FRAME, spoken.packets[n % LOOP_FRAMES]) for n in range(100)]
    packets[20], packets[21] = packets[21], packets[20]
    packets.insert(50, packets[40])
    assert listen(decoded(packets), tone_hz(4)).gaps == ()
    packets[60] = packets[60].__class__(BEGIN_S, 59 * FRAME, b"\xff\xff\xff")
    assert len(decoded(packets).samples) == 95 * FRAME


def test_of_nothing_nothing_is_heard() -> None:
    nothing = decoded([])
    assert (len(nothing.samples), nothing.missing) == (0, 0)
    heard = listen(nothing, 1500)
    assert (heard.gaps, heard.latencies_s, heard.once) == ((), (), False)
