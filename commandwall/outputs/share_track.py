"""Streams of a packet bus as tracks of the RTSP server: one pull each, any number of clients."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from commandwall.base.clock import RTP_CLOCK_HZ, monotonic_ns, utc_ns
from commandwall.base.errors import CommandwallError, NotFoundError, ProtocolError, UnsupportedError
from commandwall.ipc.packets import Subscription
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.rtp.audio import AudioParameters
from commandwall.rtp.onward import Onward
from commandwall.rtsp.sdp import RtpFormat
from commandwall.rtsp.server_audio import audio_packets, audio_rtp_format
from commandwall.rtsp.server_frame import PacketFrame
from commandwall.rtsp.server_track import TrackSender
from commandwall.rtsp.server_video import VideoPayload, video_payload

log = logging.getLogger(__name__)

_MAX_GROUP = 600


class ShareTrack:
    """A :class:`commandwall.rtsp.server_track.Track` fed by a subscription; ``path`` is for messages.

    ``holders`` are all its clients, ``senders`` those that play; ``on_holders`` is told whenever one may
    have come or gone. With the subscription the track is ``over``: it has told those that play so, and
    nobody plays from then on. Lives in the share process's event loop.
    """

    kind = ""

    def __init__(self, path: str, packet_path: str, stream: str, on_holders: Callable[[], None]) -> None:
        self.path = path
        self.holders: set[TrackSender] = set()
        self.senders: set[TrackSender] = set()
        self.over = False
        self._packet_path = packet_path
        self._stream = stream
        self._on_holders = on_holders
        self._format: asyncio.Future[RtpFormat] = asyncio.get_running_loop().create_future()
        self._subscription: Subscription | None = None
        self._onward = Onward()

    @property
    def format(self) -> RtpFormat:
        """The payload type and parameters."""
        return self._format.result()

    async def ready(self, timeout_s: float) -> None:
        """Wait until it can be described; raises :class:`CommandwallError` when that does not come."""
        try:
            await asyncio.wait_for(asyncio.shield(self._format), timeout_s)
        except TimeoutError:
            raise self._nothing() from None
        if self.over:
            raise self._nothing()

    def hold(self, sender: TrackSender) -> None:
        """Send nothing, and stay for who may play yet."""
        self.senders.discard(sender)
        self.holders.add(sender)
        self._on_holders()

    def play(self, sender: TrackSender) -> None:
        """Send what follows, or that nothing does."""
        if self.over:
            sender.end()
            return
        self.hold(sender)
        self.senders.add(sender)

    def stop(self, sender: TrackSender) -> None:
        """Send nothing more, and stay for others only."""
        self.senders.discard(sender)
        self.holders.discard(sender)
        self._on_holders()

    def close(self) -> None:
        """End the pull, and tell the clients."""
        self.over = True
        if self._subscription is not None:
            self._subscription.close()
        if not self._format.done():
            self._format.set_exception(self._nothing())
            self._format.exception()  # Whoever waits hears of it; nobody need be waiting.
        for sender in self.senders:
            sender.end()
        self.senders.clear()

    async def pull(self, logged: str = "") -> str:
        """Read the packet bus until it ends or :meth:`close`; the track is over then.

        Returns why it cannot be shared, or ``""``: it is logged, unless it is what was ``logged`` before.
        """
        fault = ""
        try:
            self._subscription = await Subscription.open(Path(self._packet_path), self._stream)
            if not self.over:
                await self._read(self._subscription)
        except NotFoundError:
            pass  # There is no sound to share, which is no fault.
        except (OSError, CommandwallError) as error:
            fault = str(error)
            if fault != logged:  # once, and not at every try
                log.warning("%s: %s cannot be shared: %s", self.path, self.kind, fault)
        finally:
            self.close()
        return fault

    async def _read(self, subscription: Subscription) -> None:
        subscription.request_key()
        async for record in subscription.records():
            if self.over:
                return  # It was read before the subscription was closed.
            if isinstance(record, StreamInfo):
                self._describe(record)
            else:
                self._pass_on(record)

    def _know(self, fmt: RtpFormat) -> None:
        """Describe the track so to whoever asks from now on; parameter sets may change while it is played."""
        if self._format.done():
            self._format = asyncio.get_running_loop().create_future()
        self._format.set_result(fmt)

    def _describe(self, info: StreamInfo) -> None:
        """Take what the stream is. Raises UnsupportedError if it cannot be shared."""
        raise NotImplementedError

    def _take(self, unit: AccessUnit, time_90k: int, taken_utc_ns: int) -> None:
        """Send ``unit``, of ``time_90k`` on the one time line of the track, on to the clients."""
        raise NotImplementedError

    def _begin_anew(self) -> None:
        """Let clients wait for a key frame, and hear at once of the time that comes with it."""
        for sender in self.senders:
            sender.restart()

    def _pass_on(self, unit: AccessUnit) -> None:
        time_90k = self._onward.take(unit)
        if self._onward.anew:
            self._begin_anew()
        # Where the camera tells no time, what it sent was taken when it arrived: also a picture of the past.
        arrived_utc_ns = utc_ns() - monotonic_ns() + unit.arrival_ns if unit.arrival_ns else utc_ns()
        self._take(unit, time_90k, unit.capture_utc_ns or arrived_utc_ns)

    def _deliver(self, frame: PacketFrame, ticks: int, taken_utc_ns: int) -> None:
        for sender in tuple(self.senders):
            sender.deliver(frame, ticks, taken_utc_ns)

    def _nothing(self) -> CommandwallError:
        return CommandwallError(f"{self.path}: no {self.kind} to share at present")


class VideoTrack(ShareTrack):
    """Pictures. Clients begin with the group of pictures that is under way, so one is there at once.

    While the camera is lost nobody new is served: that group is of the past.
    """

    kind = "video"

    def __init__(self, path: str, packet_path: str, stream: str, on_holders: Callable[[], None]) -> None:
        super().__init__(path, packet_path, stream, on_holders)
        self._payload: VideoPayload | None = None
        self._group: list[tuple[PacketFrame, int, int]] = []

    async def ready(self, timeout_s: float) -> None:
        """Wait until it can be described; raises :class:`CommandwallError` also while no pictures come."""
        await super().ready(timeout_s)
        if self._onward.overdue():
            raise self._nothing()

    def play(self, sender: TrackSender) -> None:
        """Send the group under way, then what follows."""
        super().play(sender)
        if self._onward.overdue():
            self._group.clear()
        for frame, time_90k, taken_utc_ns in self._group:
            sender.deliver(frame, time_90k, taken_utc_ns)

    def close(self) -> None:
        """End the pull, and tell the clients."""
        super().close()
        self._group.clear()

    def _describe(self, info: StreamInfo) -> None:
        payload = video_payload(info.codec)
        if self._format.done() and payload is not self._payload:
            raise UnsupportedError(f"it is {info.codec} from now on, other than its clients were told")
        self._payload = payload

    def _begin_anew(self) -> None:
        super()._begin_anew()
        self._group.clear()

    def _take(self, unit: AccessUnit, time_90k: int, taken_utc_ns: int) -> None:
        payload = self._payload
        if payload is None:
            raise ProtocolError("a picture came before it was said what it is")
        frame = payload.packets(unit.data, key=unit.key)
        if unit.key:
            self._group.clear()
            self._know(payload.format(unit.data))
        if len(self._group) == _MAX_GROUP:
            self._group.clear()  # Without its key frame the rest is worthless: new clients wait.
        if unit.key or self._group:
            self._group.append((frame, time_90k, taken_utc_ns))
        self._deliver(frame, time_90k, taken_utc_ns)


class AudioTrack(ShareTrack):
    """Sound. It ends when the camera's becomes another: clients know the one that they were told of."""

    kind = "audio"

    def __init__(self, path: str, packet_path: str, stream: str, on_holders: Callable[[], None]) -> None:
        super().__init__(path, packet_path, stream, on_holders)
        self._info = StreamInfo("")

    def _describe(self, info: StreamInfo) -> None:
        if not info.codec and not self._info.codec:
            raise NotFoundError(f"{self.path}: the camera has no sound")
        if self._info.codec:
            raise UnsupportedError("the camera's sound changed; clients hear it when they come again")
        audio = AudioParameters(info.codec, info.sample_rate, info.channels, bytes.fromhex(info.extradata))
        self._know(audio_rtp_format(audio))
        self._info = info

    def _take(self, unit: AccessUnit, time_90k: int, taken_utc_ns: int) -> None:
        if self.senders:
            fmt = self.format
            frame = audio_packets(self._info.codec, unit.data, fmt.payload_type)
            self._deliver(frame, time_90k * fmt.clock_hz // RTP_CLOCK_HZ, taken_utc_ns)
