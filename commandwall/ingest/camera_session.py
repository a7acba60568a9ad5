"""Opening a camera's stream over RTSP, in the shape that a feed takes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from commandwall.base.trust import Trust
from commandwall.ingest.audio import NO_SOUND
from commandwall.ingest.feed import UnitListener
from commandwall.ingest.lifecycle import reason_of
from commandwall.ipc.messages import FeedSpec
from commandwall.model.access_unit import StreamInfo
from commandwall.model.reason import Reason
from commandwall.rtp.codec import CodecParameters
from commandwall.rtsp.client import RtspClient, StreamRequest
from commandwall.rtsp.session import RtspSession


class CameraSession:
    """An open RTSP session as a feed's :class:`Session`."""

    def __init__(self, session: RtspSession) -> None:
        self._session = session
        self._codec: CodecParameters | None = None
        self._info = StreamInfo("")
        self.audio_info = _audio_info(session)
        fault = session.audio_fault
        self.audio_fault = reason_of(fault) if fault is not None else Reason()

    @property
    def info(self) -> StreamInfo:
        """What is known of the stream now; the same object as long as nothing changed."""
        codec = self._session.codec
        if codec is not self._codec:
            self._codec = codec
            self._info = StreamInfo(codec.name, codec.width, codec.height)
        return self._info

    def packet_counts(self) -> tuple[int, int]:
        """Return how many RTP packets of pictures came in this session, and how many are missing."""
        stats = self._session.stats
        return stats.packets, stats.lost

    def sender_clock(self) -> tuple[int, int] | None:
        """Return (time in 90 kHz, UTC in ns) of the camera's newest report of its clock, if any."""
        return self._session.sender_clock()

    def read_in_lots(self, lots: bool) -> None:
        """Let what comes on the connection wait for :meth:`read_lot`, or read it at once."""
        self._session.read_in_lots(lots)

    def read_lot(self) -> None:
        """Read what waits."""
        self._session.read_lot()

    def listen(self, listener: UnitListener | None) -> None:
        """Hand each frame of sound to ``listener`` from now on; ``None``: drop them."""
        self._session.listen(listener)

    async def closed(self) -> None:
        """Wait until the session is over; raises what ended it."""
        await self._session.closed()


@asynccontextmanager
async def open_camera(spec: FeedSpec, on_unit: UnitListener) -> AsyncIterator[CameraSession]:
    """Open ``spec``'s stream; implements :class:`SessionOpener`. Raises what ``RtspClient.open`` names."""
    async with RtspClient.open(request_of(spec), on_access_unit=on_unit) as session:
        yield CameraSession(session)


def request_of(spec: FeedSpec) -> StreamRequest:
    """Return how ``spec``'s stream is asked for."""
    trust = Trust(spec.tls_verify, spec.ca_file)
    return StreamRequest(spec.url, spec.transport, spec.user, spec.password, trust, spec.audio)


def _audio_info(session: RtspSession) -> StreamInfo:
    audio = session.audio
    if audio is None:
        return NO_SOUND
    return StreamInfo(
        audio.name,
        sample_rate=audio.sample_rate,
        channels=audio.channels,
        extradata=audio.extradata.hex(),
    )
