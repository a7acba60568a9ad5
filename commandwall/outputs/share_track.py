"""One stream of a packet bus as a track of the RTSP server: one pull, any number of clients."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from commandwall.base.clock import utc_ns
from commandwall.base.errors import CommandwallError, UnsupportedError
from commandwall.ipc.messages import ShareRoute
from commandwall.ipc.packets import Subscription
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.rtp.h264_packetise import h264_fmtp, packetise_h264
from commandwall.rtp.h265_packetise import h265_fmtp, packetise_h265
from commandwall.rtsp.sdp import RtpFormat
from commandwall.rtsp.server_frame import PacketFrame
from commandwall.rtsp.server_track import TrackSender

log = logging.getLogger(__name__)

_PAYLOAD_TYPE = 96
_FIRST_KEY_S = 10.0
_LINGER_S = 10.0
_MAX_GROUP = 600


@dataclass(frozen=True, slots=True)
class _Payload:
    """How a codec is sent: its name in SDP, what makes payloads of access units, and its parameters."""

    encoding: str
    packetise: Callable[[bytes], list[bytes]]
    fmtp: Callable[[bytes], Mapping[str, str]]


_PAYLOADS = {
    "h264": _Payload("H264", packetise_h264, h264_fmtp),
    "hevc": _Payload("H265", packetise_h265, h265_fmtp),
}


class ShareTrack:
    """A :class:`commandwall.rtsp.server_track.Track` fed by a subscription.

    It pulls from the first DESCRIBE until ten seconds after its last client left. Clients begin
    with the group of pictures that is under way, so a picture is there at once. Lives in the
    share process's event loop.
    """

    def __init__(self, route: ShareRoute) -> None:
        self._route = route
        self._senders: set[TrackSender] = set()
        self._group: list[tuple[PacketFrame, AccessUnit]] = []
        self._format: asyncio.Future[RtpFormat] = asyncio.get_running_loop().create_future()
        self._payload = _PAYLOADS["h264"]
        self._subscription: Subscription | None = None
        self._idle: asyncio.TimerHandle | None = None

    @property
    def format(self) -> RtpFormat:
        """The payload type and the parameter sets of the first key frame."""
        return self._format.result()

    async def ready(self) -> None:
        """Wait for the first key frame; raises :class:`CommandwallError` when none comes."""
        try:
            await asyncio.wait_for(asyncio.shield(self._format), _FIRST_KEY_S)
        except TimeoutError:
            raise CommandwallError(f"{self._route.path}: no picture to share at present") from None

    def play(self, sender: TrackSender) -> None:
        """Send the group under way, then what follows."""
        self._senders.add(sender)
        self._stay()
        for frame, unit in self._group:
            sender.deliver(frame, unit.pts_90k, unit.capture_utc_ns or utc_ns())

    def stop(self, sender: TrackSender) -> None:
        """Send nothing more; the last one to leave ends the pull a little later."""
        self._senders.discard(sender)
        self.linger()

    def linger(self) -> None:
        """End the pull in a while if nobody plays by then."""
        self._stay()
        if not self._senders:
            self._idle = asyncio.get_running_loop().call_later(_LINGER_S, self.close)

    def close(self) -> None:
        """End the pull."""
        self._stay()
        if self._subscription is not None:
            self._subscription.close()

    async def pull(self) -> None:
        """Read the packet bus until it ends or :meth:`close`; the track is done for then."""
        try:
            self._subscription = await Subscription.open(Path(self._route.packet_path), self._route.stream)
            self._subscription.request_key()
            self.linger()
            async for record in self._subscription.records():
                self._take(record)
        except (OSError, CommandwallError) as error:
            log.warning("%s cannot be shared: %s", self._route.path, error)
        finally:
            self.close()
            if not self._format.done():
                self._format.set_exception(CommandwallError(f"{self._route.path}: no picture to share"))
                self._format.exception()  # Whoever waits hears of it; nobody need be waiting.

    def _take(self, record: StreamInfo | AccessUnit) -> None:
        if isinstance(record, StreamInfo):
            self._begin(record.codec)
            return
        frame = PacketFrame(self._payload.packetise(record.data), _PAYLOAD_TYPE, key=record.key)
        if record.key:
            self._describe(record)
            self._group.clear()
        if len(self._group) == _MAX_GROUP:
            self._group.clear()  # Without its key frame the rest is worthless: new clients wait.
        if record.key or self._group:
            self._group.append((frame, record))
        time_utc_ns = record.capture_utc_ns or utc_ns()
        for sender in tuple(self._senders):
            sender.deliver(frame, record.pts_90k, time_utc_ns)

    def _begin(self, codec: str) -> None:
        payload = _PAYLOADS.get(codec)
        if payload is None:
            raise UnsupportedError(f"{codec} is not shared, only {' and '.join(_PAYLOADS)}")
        if self._format.done() and payload is not self._payload:
            raise UnsupportedError(f"it is {codec} from now on, other than its clients were told")
        self._payload = payload

    def _describe(self, key_frame: AccessUnit) -> None:
        if not self._format.done():
            fmtp = self._payload.fmtp(key_frame.data)
            self._format.set_result(RtpFormat(_PAYLOAD_TYPE, self._payload.encoding, fmtp=fmtp))

    def _stay(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None


class ShareCatalogue:
    """Knows every route and pulls the ones that somebody asks for.

    Its tasks belong to ``group``.
    """

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._routes: dict[str, ShareRoute] = {}
        self._group = group
        self._tracks: dict[str, ShareTrack] = {}

    def serve(self, routes: Iterable[ShareRoute]) -> None:
        """Serve ``routes`` from now on; pulls of those that are gone or changed end."""
        before, self._routes = self._routes, {route.path: route for route in routes}
        for path in tuple(self._tracks):
            if self._routes.get(path) != before.get(path):
                self._tracks.pop(path).close()

    async def open(self, path: str) -> ShareTrack | None:
        """Return the track at ``path`` once it can be described; see ``Catalogue``."""
        route = self._routes.get(path)
        if route is None:
            return None
        track = self._tracks.get(path)
        if track is None:
            track = self._tracks[path] = ShareTrack(route)
            self._group.create_task(self._pull(path, track), name=f"share {path}")
        await track.ready()
        track.linger()
        return track

    def close(self) -> None:
        """End every pull."""
        for track in tuple(self._tracks.values()):
            track.close()

    async def _pull(self, path: str, track: ShareTrack) -> None:
        try:
            await track.pull()
        finally:
            if self._tracks.get(path) is track:
                del self._tracks[path]
