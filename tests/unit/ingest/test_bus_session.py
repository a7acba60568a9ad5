from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.base.errors import ConnectionLostError, NotFoundError
from commandwall.ingest import bus_session
from commandwall.ingest.opening import open_feed
from commandwall.ipc.messages import FeedSpec
from commandwall.ipc.packets import BusAddress, PacketServer, Subscriber
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.model.camera import StreamName, Transport

INFO = StreamInfo("h264", 640, 360)


class Publisher:
    """Has the stream ``screen/desk``: two pictures, the second of another size, then it ends."""

    def subscribe(self, stream: str, subscriber: Subscriber) -> None:
        if stream == "screen/mute":
            return
        if stream != "screen/desk":
            raise NotFoundError(stream)
        subscriber.describe(INFO)
        subscriber.push(AccessUnit(b"one", 0, True))
        subscriber.describe(StreamInfo("h264", 1280, 720))
        subscriber.push(AccessUnit(b"two", 3600, True))
        subscriber.end()

    def unsubscribe(self, stream: str, subscriber: Subscriber) -> None:
        """Nothing is kept."""

    def request_key(self, stream: str) -> None:
        """Key frames are all there is."""


def spec(path: Path, stream: str = "screen/desk") -> FeedSpec:
    bus = BusAddress(str(path), stream, "s1")
    return FeedSpec("screen:desk/main", "screen:desk", StreamName.MAIN, "", Transport.TCP, bus=bus)


async def test_a_feed_from_a_bus_is_a_session_like_a_cameras(short_dir: Path) -> None:
    units: list[AccessUnit] = []
    async with (
        PacketServer(short_dir / "bus", Publisher()),
        open_feed(spec(short_dir / "bus"), units.append) as session,
    ):
        assert (session.info, units) == (INFO, [])
        await session.closed()
        assert [unit.data for unit in units] == [b"one", b"two"]
        assert session.info == StreamInfo("h264", 1280, 720)
        assert session.packet_counts() == (2, 0)
        assert not session.audio_info.codec


async def test_what_is_not_published_is_lost_with_words(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = short_dir / "bus"
    with pytest.raises(ConnectionLostError, match="screen/desk: "):
        async with open_feed(spec(path), print):
            pass
    async with PacketServer(path, Publisher()):
        with pytest.raises(ConnectionLostError, match="is not published"):
            async with open_feed(spec(path, "screen/other"), print):
                pass
        monkeypatch.setattr(bus_session, "_DESCRIBED_S", 0.05)
        with pytest.raises(ConnectionLostError, match="no picture within"):
            async with open_feed(spec(path, "screen/mute"), print):
                pass
