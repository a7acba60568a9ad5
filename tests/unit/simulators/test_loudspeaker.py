from __future__ import annotations

import asyncio
from pathlib import Path

import av
import pytest

from commandwall.base.auth import ServerAuthenticator
from commandwall.base.errors import UnsupportedError
from commandwall.rtp.packet import build_packet
from commandwall.rtsp.client import RtspClient, StreamRequest
from commandwall.rtsp.server import RtspServer
from commandwall.rtsp.server_track import Track
from simulators.conference.hearing import levels_db
from simulators.faults.fault import Fault
from simulators.faults.wire import Wire
from simulators.loops import SoundLoop
from simulators.loudspeaker import HEADER, Loudspeaker, TalkingConnection
from simulators.pacer import Pacer
from simulators.playback import played
from simulators.sound import tone
from tests.watcher import Watcher

TONE_HZ = 700
BLOCK = b"\x12" * 160


def packet(number: int, payload_type: int = 8, payload: bytes = BLOCK) -> bytes:
    return build_packet(payload_type, number, 1000 + 160 * number, 5, payload)


def heard_of(file: Path, *packets: bytes) -> bytes:
    loudspeaker = Loudspeaker(file)
    for each in packets:
        loudspeaker.hear(each)
    loudspeaker.close()
    return file.read_bytes()[HEADER.size :]


def test_silence_is_where_packets_miss(tmp_path: Path) -> None:
    assert heard_of(tmp_path / "a", packet(0), packet(2)) == BLOCK + b"\xd5" * 160 + BLOCK
    assert heard_of(tmp_path / "u", packet(0, 0), packet(2, 0)) == BLOCK + b"\xff" * 160 + BLOCK


def test_what_is_no_g711_of_this_session_is_not_heard(tmp_path: Path) -> None:
    others = (b"no packet", packet(1, 96), packet(1, 0))
    assert heard_of(tmp_path / "a", packet(0), *others) == BLOCK


def test_another_clock_is_no_silence(tmp_path: Path) -> None:
    assert heard_of(tmp_path / "a", packet(500), packet(0), packet(1)) == BLOCK * 3


def test_a_file_that_has_not_begun_is_silent(tmp_path: Path) -> None:
    assert len(played(tmp_path / "none", 1.0).samples) == 0


class Street:
    """One camera, which hears something too."""

    def __init__(self) -> None:
        self.pacer = Pacer()

    async def open(self, path: str) -> tuple[Track, ...]:
        return (SoundLoop(tone("pcm_alaw", 300), 1, self.pacer),) if path == "/cam/0001/main" else ()


async def say(url: str, seconds: float, user: str = "", password: str = "") -> str:
    """Say a tone as fast as it goes; return the codec it was said in."""
    async with RtspClient.talk(StreamRequest(url, user=user, password=password)) as loudspeaker:
        frames = tone(loudspeaker.codec, TONE_HZ).frames
        for number in range(round(seconds * 25)):
            loudspeaker.send(frames[number % len(frames)], number * 3600)
        return loudspeaker.codec


async def test_a_camera_of_the_farm_plays_what_it_is_sent(tmp_path: Path) -> None:
    def protocol(server: object) -> TalkingConnection:
        return TalkingConnection(server, tmp_path)  # type: ignore[arg-type]

    authenticator = ServerAuthenticator("farm", {"admin": "canary-7413"})
    async with RtspServer(Street(), "127.0.0.1", 0, protocol=protocol, authenticator=authenticator) as server:
        url = f"rtsp://127.0.0.1:{server.port}/cam/0001/main"
        assert await say(url, 2.0, "admin", "canary-7413") == "pcm_alaw"
        file = tmp_path / "0001.wav"
        async with asyncio.timeout(20):
            while file.stat().st_size < HEADER.size + 16000:
                await asyncio.sleep(0.01)
    levels = await asyncio.to_thread(levels_db, played(file, 1.5).samples, [TONE_HZ, 300])
    assert levels[TONE_HZ] > -20
    assert levels[300] < -50
    with av.open(str(file)) as opened:
        assert opened.streams.audio[0].codec_context.name == "pcm_alaw"


async def test_behind_faults_it_plays_too_and_who_does_not_ask_does_not_see_it(tmp_path: Path) -> None:
    faults: list[Fault] = []

    def protocol(server: object) -> Wire:
        talking = lambda inner: TalkingConnection(inner, tmp_path)  # noqa: E731
        return Wire(server, lambda _: faults, talking)  # type: ignore[arg-type]

    async with RtspServer(Street(), "127.0.0.1", 0, protocol=protocol) as server:
        url = f"rtsp://127.0.0.1:{server.port}/cam/0001/main"
        assert await say(url, 0.1) == "pcm_alaw"
        with pytest.raises(UnsupportedError, match="no video track"):
            async with RtspClient.open(StreamRequest(url), on_access_unit=Watcher()):
                pass


async def test_a_farm_without_loudspeakers_says_so() -> None:
    async with RtspServer(Street(), "127.0.0.1", 0) as server:
        with pytest.raises(UnsupportedError, match="DESCRIBE: 551"):
            await say(f"rtsp://127.0.0.1:{server.port}/cam/0001/main", 0.1)
