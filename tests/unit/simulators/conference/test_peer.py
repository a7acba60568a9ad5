from __future__ import annotations

import asyncio
from collections.abc import Callable
from math import inf
from pathlib import Path

import pytest

from simulators.conference.connection import RefusedError
from simulators.conference.eyes import read_code
from simulators.conference.faults import NAMED, Faults, NetworkFaults
from simulators.conference.film import age_ms
from simulators.conference.hearing import Heard
from simulators.conference.peer import Peer, Person, Seat
from simulators.conference.tones import tone_hz
from tests.unit.simulators.conference.mirror import TOKEN, mirror

pytestmark = pytest.mark.blocks_loop
PERSON = Person(5, "南湖街道")
ALL_TONES = [tone_hz(number) for number in range(17)]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("films")


async def until(what: str, condition: Callable[[], object], timeout_s: float = 20) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.02)
    assert condition(), what


def seat(url: str, token: str = TOKEN) -> Seat:
    return Seat(url, "morning", "p5", token)


async def heard_whole(peer: Peer, seconds: float) -> Heard:
    """Return how the voice is heard for ``seconds``; later again where who speaks stood still meanwhile."""
    heard = None
    for _ in range(20):
        begun_s = peer.ears.kept_s
        await until("it is heard", lambda: peer.ears.kept_s > begun_s + seconds)  # noqa: B023
        heard = peer.ears.listen(PERSON.tone_hz, seconds)
        if not heard.gaps:
            break
    assert heard is not None
    return heard


def ages_ms(peer: Peer) -> list[float]:
    """Return how old the pictures of the last two seconds were when they came."""
    seen = [(read_code(picture.luma), picture.arrived_ms) for picture in peer.eyes.pictures(2)]
    assert all(code is None or code.camera == PERSON.number for code, _ in seen)
    return [age_ms(PERSON.number, code.value, at_ms) for code, at_ms in seen if code is not None]


async def test_what_a_participant_sends_comes_back(cache: Path) -> None:
    async with mirror() as (server, url), Peer(PERSON, seat(url), cache) as peer:
        await peer.join()
        assert [path for path, _ in server.offers] == [
            "/whip/conferences/morning/p5",
            "/whep/conferences/morning/p5",
        ]
        heard = await heard_whole(peer, 3)
        levels = peer.ears.levels_db(ALL_TONES, 2)
        assert levels.pop(PERSON.tone_hz) == pytest.approx(-20.5, abs=1)
        assert max(levels.values()) < -70
        assert (heard.gaps, heard.once) == ((), True)
        assert 0.02 < min(heard.latencies_s) < 1.0
        await until("it is seen soon", lambda: min(ages_ms(peer), default=inf) < 500)
    assert len(server.deleted) == 2


async def test_key_frames_come_when_they_are_asked_for(cache: Path) -> None:
    async with mirror() as (server, url), Peer(PERSON, seat(url), cache) as peer:
        picture = await peer.send()
        video = server.relays["/morning/p5"]["video"]
        await until("pictures come", lambda: len(video.packets) > 20)
        await server.ask_keys()
        await until("the participant was asked", lambda: picture.keys_asked == 1)
        content = await peer.send_content()
        assert content is not picture
        await until("content comes", lambda: server.relays["/morning/p5/content"]["video"].packets)


async def test_a_refusal_is_told(cache: Path) -> None:
    async with mirror() as (server, url):
        async with Peer(PERSON, seat(url, "stolen"), cache) as peer:
            with pytest.raises(RefusedError, match="401: ask for a new link"):
                await peer.join()
        async with Peer(PERSON, seat(url), cache, NAMED["no-codec"]) as peer:
            with pytest.raises(RefusedError, match=r"no H\.264"):
                await peer.watch()
        assert server.deleted == []


async def test_a_bad_line_can_become_good(cache: Path) -> None:
    async with mirror() as (_, url), Peer(PERSON, seat(url), cache, Faults()) as peer:
        await peer.join()
        await until("it is heard", lambda: peer.ears.kept_s > 1)
        peer.up.faults = peer.down.faults = NetworkFaults(loss=0.2, jitter_ms=60)
        await until("packets are lost both ways", lambda: min(peer.up.lost, peer.down.lost) > 20)
        peer.up.faults = peer.down.faults = NetworkFaults()
        lost = peer.up.lost, peer.down.lost
        before_s = peer.ears.kept_s
        await until("it is heard again", lambda: peer.ears.kept_s > before_s + 0.5)
        assert (await heard_whole(peer, 1.5)).gaps == ()
        assert (peer.up.lost, peer.down.lost) == lost


async def test_silence_is_heard_as_silence(cache: Path) -> None:
    async with mirror() as (_, url), Peer(PERSON, seat(url), cache) as peer:
        peer.voice.talking = False
        await peer.join()
        await until("it is heard", lambda: peer.ears.kept_s > 1.5)
        assert peer.ears.levels_db([PERSON.tone_hz])[PERSON.tone_hz] < -90
