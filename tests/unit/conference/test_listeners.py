from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from commandwall.base.errors import NotFoundError
from commandwall.conference.listeners import INFO, LOUDSPEAKERS, Listeners
from commandwall.ipc.packets import Subscriber
from commandwall.ipc.sound_messages import EVERYBODY
from commandwall.media.opus import FRAME_SAMPLES
from commandwall.media.sound import SoundDecoder
from commandwall.model.access_unit import AccessUnit, StreamInfo
from tests.unit.conference.line import tone
from tests.unit.conference.stage import tone_db


class Ear(Subscriber):
    """A subscriber that keeps what it is sent."""

    def __init__(self) -> None:
        self.infos: list[StreamInfo] = []
        self.units: list[AccessUnit] = []
        self.ended = False

    def describe(self, info: StreamInfo) -> None:
        self.infos.append(info)

    def push(self, unit: AccessUnit) -> None:
        self.units.append(unit)

    def end(self) -> None:
        self.ended = True


def hall(*names: str) -> tuple[Listeners, dict[str, Ear]]:
    listeners = Listeners()
    listeners.arrange(names)
    ears = {name: Ear() for name in names}
    for name, ear in ears.items():
        listeners.add(name, ear)
    return listeners, ears


SOUND = tone(440, 1.0).reshape(-1, FRAME_SAMPLES)
SILENCE = np.zeros(FRAME_SAMPLES, np.float32)


def send(listeners: Listeners, ticks: Sequence[int], **without: bool) -> None:
    for tick in ticks:
        listeners.send(SOUND[tick % 50], dict.fromkeys(without, SILENCE), tick)


def test_all_who_do_not_speak_get_the_very_same_packets() -> None:
    listeners, ears = hall("wang", "li", "zhao")
    send(listeners, range(5), wang=True)
    assert ears["li"].infos == [INFO]
    assert [unit.data for unit in ears["li"].units] == [unit.data for unit in ears["zhao"].units]
    assert ears["wang"].units[-1].data != ears["li"].units[-1].data
    assert [unit.pts_90k for unit in ears["li"].units] == [0, 1800, 3600, 5400, 7200]
    assert listeners.encoded == 2


def test_each_mix_tells_how_loud_it_is() -> None:
    listeners, ears = hall("wang", "li")
    send(listeners, [0], wang=True)
    assert ears["wang"].units[0].level_dbov == -127
    assert -60 < ears["li"].units[0].level_dbov < 0


def test_as_many_are_encoded_as_there_are_who_are_heard_and_one() -> None:
    listeners, _ = hall(*(f"site{number}" for number in range(20)))
    send(listeners, [0], site1=True, site5=True, site9=True)
    assert listeners.encoded == 4


def test_what_nobody_listens_to_is_not_encoded() -> None:
    listeners, ears = hall("wang")
    send(listeners, [0], wang=True, li=True)
    assert listeners.encoded == 1
    listeners.remove("wang", ears["wang"])
    send(listeners, [1], wang=True)
    assert listeners.encoded == 0


def test_everybody_can_always_be_listened_to_and_others_who_are_arranged() -> None:
    listeners, ears = hall("wang", "li")
    listeners.add(EVERYBODY, Ear())
    with pytest.raises(NotFoundError, match="'zhao' does not listen"):
        listeners.add("zhao", Ear())
    listeners.arrange(["li", "zhao"])
    assert ears["wang"].ended and not ears["li"].ended
    listeners.remove("wang", ears["wang"])
    listeners.end()
    assert ears["li"].ended


def test_who_is_handed_from_one_mix_to_another_hears_no_seam() -> None:
    listeners, ears = hall("wang", "li")
    for tick in range(100):
        block = SOUND[tick % 50]
        listeners.send(block, {"wang": block} if 20 <= tick < 60 else {}, tick)
    decoder = SoundDecoder(INFO)
    heard = np.concatenate([decoder.decode(unit.data) for unit in ears["wang"].units])
    steepest = np.abs(np.diff(tone(440, 0.1))).max()
    assert np.abs(np.diff(heard[FRAME_SAMPLES:])).max() < 1.3 * steepest
    loudness = np.sqrt(np.mean(heard.reshape(-1, FRAME_SAMPLES)[2:] ** 2, axis=1))
    assert loudness.min() > 0.9 * loudness.max()


@pytest.mark.parametrize("name", LOUDSPEAKERS)
def test_loudspeakers_get_what_everybody_says_in_the_codec_that_they_take(name: str) -> None:
    listeners, ears = hall("wang")
    ear = Ear()
    listeners.add(name, ear)
    send(listeners, range(50), wang=True)
    decoder = SoundDecoder(ear.infos[0])
    heard = np.concatenate([decoder.decode(unit.data) for unit in ear.units])
    assert tone_db(heard, 440) > -25
    assert {len(unit.data) for unit in ear.units} == {160}
    assert listeners.encoded == 2
    listeners.arrange(())
    assert ears["wang"].ended
    assert not ear.ended
