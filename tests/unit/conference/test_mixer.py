from __future__ import annotations

import numpy as np
import pytest

from commandwall.conference.gain import CEILING
from commandwall.conference.loudest import NOBODY
from commandwall.conference.mixer import SPEAKERS, Mixer, moved
from commandwall.media.opus import FRAME_SAMPLES
from commandwall.media.sound import Samples
from tests.unit.conference.line import tone
from tests.unit.conference.stage import tone_db

TONES = (440, 700, 1130, 1700, 2300)
GONE_DB = -100.0


class Table:
    """A mixer and voices that each hum a tone."""

    def __init__(self, voices: int, amplitude: float = 0.2) -> None:
        self.mixer = Mixer()
        self.mixer.rearrange(np.full(voices, -1))
        self.may = np.ones(voices, bool)
        self.sounds = np.stack([tone(hz, 1.0, amplitude) for hz in TONES[:voices]])
        self.tick = 0

    def run(self, ticks: int, silent: tuple[int, ...] = ()) -> Samples:
        """Return the mixes of the next ticks (1 + ``SPEAKERS``, n)."""
        return np.concatenate([self.mixer.mix(self.blocks(silent), self.may) for _ in range(ticks)], axis=1)

    def blocks(self, silent: tuple[int, ...] = ()) -> Samples:
        at = self.tick % 50 * FRAME_SAMPLES
        self.tick += 1
        blocks = self.sounds[:, at : at + FRAME_SAMPLES].copy()
        blocks[list(silent)] = 0
        return blocks


def without(table: Table, mixes: Samples) -> dict[int, Samples]:
    """Return the mix that misses each voice that is heard."""
    owners = table.mixer.owners
    return {owner: mix for owner, mix in zip(owners, mixes[1:], strict=True) if owner != NOBODY}


@pytest.mark.parametrize("voices", [1, 2, 3, 5])
def test_each_tone_is_heard_once_and_ones_own_not_at_all(voices: int) -> None:
    table = Table(voices)
    table.run(200)
    mixes = table.run(50)
    heard = without(table, mixes)
    assert len(heard) == min(voices, SPEAKERS)
    for voice, hz in enumerate(TONES[:voices]):
        if voice in heard:
            assert tone_db(mixes[0], hz) == pytest.approx(-20, abs=1)
            assert tone_db(heard[voice], hz) < GONE_DB
        else:
            assert tone_db(mixes[0], hz) < GONE_DB
        for other, mix in heard.items():
            if other != voice and voice in heard:
                assert tone_db(mix, hz) == pytest.approx(-20, abs=1)


def test_a_voice_that_is_opened_and_closed_does_not_click() -> None:
    table = Table(2, 0.1)
    parts = [table.run(20)]
    table.may[1] = False
    parts.append(table.run(20))
    table.may[1] = True
    parts.append(table.run(20))
    everybody = np.concatenate(parts, axis=1)[0]
    steepest = np.abs(np.diff(table.sounds.sum(axis=0))).max()
    assert np.abs(np.diff(everybody)).max() < 1.2 * steepest
    assert tone_db(parts[1][0, 4 * FRAME_SAMPLES :], TONES[1]) < GONE_DB


def test_ones_own_voice_is_in_ones_mix_at_no_moment_of_coming_and_going() -> None:
    """Whoever is no owner hears the first mix: it must hold nothing of them, to the sample."""
    table = Table(4)
    own: list[Samples] = []
    for tick in range(300):
        table.may[0] = tick // 30 % 2 == 0
        mixes = table.run(1, silent=(1, 2, 3))
        mine = table.mixer.owners.index(0) + 1 if 0 in table.mixer.owners else 0
        own.append(mixes[mine])
    assert np.abs(np.concatenate(own)).max() < 1e-6


def test_who_takes_a_place_is_heard_and_who_gave_it_is_not() -> None:
    table = Table(4, 0.02)
    table.run(30, silent=(3,))
    table.sounds[3] *= 8
    table.run(40)
    mixes = table.run(50)
    assert 3 in table.mixer.owners
    gone = ({0, 1, 2} - set(table.mixer.owners)).pop()
    assert tone_db(mixes[0], TONES[3]) > -30
    assert tone_db(mixes[0], TONES[gone]) < GONE_DB


def test_mixes_never_clip_though_all_shout() -> None:
    table = Table(5, 0.99)
    assert np.abs(table.run(100)).max() <= CEILING + 1e-5


def test_what_a_loudspeaker_gives_back_to_its_microphone_does_not_come_back_to_it() -> None:
    table = Table(2)
    echo = np.zeros(FRAME_SAMPLES, np.float32)
    heard: list[Samples] = []
    for tick in range(150):
        blocks = table.blocks(silent=() if tick < 100 else (0,))
        blocks[1] = 0.7 * echo  # all that the second voice is: what its own loudspeaker plays
        mixes = table.mixer.mix(blocks, table.may)
        owners = table.mixer.owners
        echo = mixes[owners.index(1) + 1 if 1 in owners else 0]
        heard.append(echo)
    at_once = np.concatenate(heard)
    assert tone_db(at_once[50 * FRAME_SAMPLES : 100 * FRAME_SAMPLES], TONES[0]) == pytest.approx(-20, abs=1)
    assert np.abs(at_once[102 * FRAME_SAMPLES :]).max() < 1e-6, "it would go round for ever"


def test_nobody_is_silence() -> None:
    mixer = Mixer()
    mixes = mixer.mix(np.zeros((0, FRAME_SAMPLES), np.float32), np.zeros(0, bool))
    assert mixes.shape == (1 + SPEAKERS, FRAME_SAMPLES)
    assert not mixes.any()


def test_voices_keep_their_places_when_others_come_and_go() -> None:
    table = Table(3)
    table.run(100)
    table.mixer.rearrange(moved(["a", "b", "c"], ["new", "b", "c", "a"]))
    assert sorted(table.mixer.owners) == [1, 2, 3]
    table.sounds = np.stack(
        [np.zeros_like(table.sounds[0]), table.sounds[1], table.sounds[2], table.sounds[0]]
    )
    table.may = np.ones(4, bool)
    mixes = table.run(50)
    for hz in TONES[:3]:
        assert tone_db(mixes[0], hz) == pytest.approx(-20, abs=2)
