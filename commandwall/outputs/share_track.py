"""Streams of a packet bus as tracks of the RTSP server: one pull each, any number of clients."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from commandwall.base.clock import RTP_CLOCK_HZ, utc_ns
from commandwall.base.errors import CommandwallError, NotFoundError, ProtocolError, UnsupportedError
from commandwall.ipc.packets import Subscription
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.rtp.audio import AudioParameters
from commandwall.rtsp.sdp import RtpFormat
from commandwall.rtsp.server_audio import audio_packets, audio_rtp_format
from commandwall.rtsp.server_frame import PacketFrame
from commandwall.rtsp.server_track import TrackSender
from commandwall.rtsp.server_video import VideoPayload, video_payload

log = logging.getLogger(__name__)

_MAX_GROUP = 600


class ShareTrack:
    """A :class:`commandwall.rtsp.server_track.Track` fed by a subscription; ``path`` is for messages.

    ``on_players`` is told whenever a client begins or ends. Lives in the share process's event loop.
    """

    kind = ""

    def __init__(self, path: str, packet_path: str, stream: str, on_players: Callable[[], None]) -> None:
        self.path = path
        self.senders: set[TrackSender] = set()
        self._packet_path = packet_path
        self._stream = stream
        self._on_players = on_players
        self._format: asyncio.Future[RtpFormat] = asyncio.get_running_loop().create_future()
        self._subscription: Subscription | None = None

    @property
    def format(self) -> RtpFormat:
        """The payload type and parameters."""
        return self._format.result()

    async def ready(self, timeout_s: float) -> None:
        """Wait until it can be described; raises :class:`CommandwallError` when that does not come."""
        try:
            await asyncio.wait_for(asyncio.shield(self._format), timeout_s)
        except TimeoutError:
            raise CommandwallError(f"{self.path}: no {self.kind} to share at present") from None

    def play(self, sender: TrackSender) -> None:
        """Send what follows."""
        self.senders.add(sender)
        self._on_players()

    def stop(self, sender: TrackSender) -> None:
        """Send nothing more."""
        self.senders.discard(sender)
        self._on_players()

    def close(self) -> None:
        """End the pull."""
        if self._subscription is not None:
            self._subscription.close()

    async def pull(self) -> None:
        """Read the packet bus until it ends or :meth:`close`; the track is done for then."""
        try:
            self._subscription = await Subscription.open(Path(self._packet_path), self._stream)
            self._subscription.request_key()
            async for record in self._subscription.records():
                if isinstance(record, StreamInfo):
                    self._describe(record)
                else:
                    self._take(record)
        except NotFoundError:
            pass  # There is no sound to share, which is no fault.
        except (OSError, CommandwallError) as error:
            log.warning("%s: %s cannot be shared: %s", self.path, self.kind, error)
        finally:
            self.close()
            if not self._format.done():
                self._format.set_exception(CommandwallError(f"{self.path}: no {self.kind} to share"))
                self._format.exception()  # Whoever waits hears of it; nobody need be waiting.

    def _describe(self, info: StreamInfo) -> None:
        """Take what the stream is. Raises UnsupportedError if it cannot be shared."""
        raise NotImplementedError

    def _take(self, unit: AccessUnit) -> None:
        raise NotImplementedError

    def _deliver(self, frame: PacketFrame, ticks: int, unit: AccessUnit) -> None:
        time_utc_ns = unit.capture_utc_ns or utc_ns()
        for sender in tuple(self.senders):
            sender.deliver(frame, ticks, time_utc_ns)


class VideoTrack(ShareTrack):
    """Pictures. Clients begin with the group of pictures that is under way, so one is there at once."""

    kind = "video"

    def __init__(self, path: str, packet_path: str, stream: str, on_players: Callable[[], None]) -> None:
        super().__init__(path, packet_path, stream, on_players)
        self._payload: VideoPayload | None = None
        self._group: list[tuple[PacketFrame, AccessUnit]] = []

    def play(self, sender: TrackSender) -> None:
        """Send the group under way, then what follows."""
        super().play(sender)
        for frame, unit in self._group:
            sender.deliver(frame, unit.pts_90k, unit.capture_utc_ns or utc_ns())

    def _describe(self, info: StreamInfo) -> None:
        payload = video_payload(info.codec)
        if self._format.done() and payload is not self._payload:
            raise UnsupportedError(f"it is {info.codec} from now on, other than its clients were told")
        self._payload = payload

    def _take(self, unit: AccessUnit) -> None:
        payload = self._payload
        if payload is None:
            raise ProtocolError("a picture came before it was said what it is")
        frame = payload.packets(unit.data, key=unit.key)
        if unit.key:
            self._group.clear()
            if not self._format.done():
                self._format.set_result(payload.format(unit.data))
        if len(self._group) == _MAX_GROUP:
            self._group.clear()  # Without its key frame the rest is worthless: new clients wait.
        if unit.key or self._group:
            self._group.append((frame, unit))
        self._deliver(frame, unit.pts_90k, unit)


class AudioTrack(ShareTrack):
    """Sound. It ends when the camera's becomes another: clients know the one that they were told of."""

    kind = "audio"

    def __init__(self, path: str, packet_path: str, stream: str, on_players: Callable[[], None]) -> None:
        super().__init__(path, packet_path, stream, on_players)
        self._info = StreamInfo("")

    def _describe(self, info: StreamInfo) -> None:
        if not info.codec and not self._info.codec:
            raise NotFoundError(f"{self.path}: the camera has no sound")
        if self._info.codec:
            raise UnsupportedError("the camera's sound changed; clients hear it when they come again")
        audio = AudioParameters(info.codec, info.sample_rate, info.channels, bytes.fromhex(info.extradata))
        self._format.set_result(audio_rtp_format(audio))
        self._info = info

    def _take(self, unit: AccessUnit) -> None:
        if self.senders:
            fmt = self.format
            frame = audio_packets(self._info.codec, unit.data, fmt.payload_type)
            self._deliver(frame, unit.pts_90k * fmt.clock_hz // RTP_CLOCK_HZ, unit)
