"""One stream of a packet bus, packetised once for everybody who watches or hears it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from commandwall.base.clock import Clock, monotonic_s
from commandwall.base.errors import CommandwallError, InvalidError, UnavailableError
from commandwall.base.tasks import Backoff
from commandwall.ipc.packets import Subscription
from commandwall.ipc.rtc_messages import StreamAt
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.rtc.viewer import PacketisedFrame
from commandwall.rtp.h264_packetise import h264_fmtp, packetise_h264
from commandwall.rtp.h265_packetise import packetise_h265
from commandwall.rtp.onward import Onward

log = logging.getLogger(__name__)

KEY_APART_S = 0.3
_SLOW_KEY_APART_S = 2.0
_MAX_GROUP = 300
_NS_PER_MS = 1_000_000
_SHORT_GROUP = 8
"""A group of pictures of so many is sent to who comes, sooner than a key frame could be made: half a second
of a conference's."""
_MTU = 1200
"""Payload bytes: what fits every path with the headers of SRTP, UDP and a tunnel around it."""
_Packetise = Callable[[bytes, int], list[bytes]]
PICTURES: dict[str, _Packetise] = {"h264": packetise_h264, "hevc": packetise_h265}
SOUND: dict[str, _Packetise] = {"opus": lambda packet, _: [packet]}


@dataclass(frozen=True, slots=True)
class Format:
    """What a stream is: ``codec`` as FFmpeg names it; ``profile_level_id`` as in SDP, H.264 only."""

    codec: str
    profile_level_id: str = ""


class Listener(Protocol):
    """Who gets what a broadcast reads."""

    def push(self, frame: PacketisedFrame) -> bool:
        """Take a frame or drop it; return whether a key frame is not needed to go on."""

    def catch_up(self, group: Sequence[PacketisedFrame]) -> None:
        """Take the group of pictures under way, key frame first, as one moment; it may be empty."""

    def end(self) -> None:
        """Take note that nothing more comes."""


class Broadcast:
    """Reads a stream of one of the codecs in ``packetise`` while somebody gets it.

    Belongs to the event loop; :meth:`run` is one task. When the publisher goes away the viewers stay,
    and pictures come back with it; their times go on.
    """

    def __init__(
        self, source: StreamAt, packetise: Mapping[str, _Packetise] = PICTURES, clock: Clock = monotonic_s
    ) -> None:
        self.viewers: set[Listener] = set()
        self._source = source
        self._later_ns = source.later_ms * _NS_PER_MS
        self._packetise = packetise
        self._clock = clock
        self._format: asyncio.Future[Format] = asyncio.get_running_loop().create_future()
        self._subscription: Subscription | None = None
        self._codec = ""
        self._group: list[PacketisedFrame] = []
        self._asked_s = -_SLOW_KEY_APART_S
        self._onward = Onward()

    async def format(self, timeout_s: float) -> Format:
        """Wait for the first key frame and return what the stream is.

        Raises :class:`UnavailableError` when none comes, :class:`InvalidError` for what no
        browser plays.
        """
        try:
            return await asyncio.wait_for(asyncio.shield(self._format), timeout_s)
        except TimeoutError:
            raise _no_picture() from None

    def check_live(self) -> None:
        """Raise :class:`UnavailableError` while no pictures come that nobody here can ask for."""
        if not self._source.answers_keys and self._onward.overdue():
            raise _no_picture()

    def join(self, viewer: Listener) -> None:
        """Send ``viewer`` what comes, beginning with a picture as soon as there is one of the present."""
        self.viewers.add(viewer)
        if self._onward.overdue():
            self._group = []
        if self._source.answers_keys and not 0 < len(self._group) <= _SHORT_GROUP:
            self.want_key()
        else:
            viewer.catch_up(self._group)

    def want_key(self) -> None:
        """Ask for a key frame; wishes within ``KEY_APART_S`` are one."""
        self._ask_key(KEY_APART_S)

    async def run(self) -> None:
        """Read and send until cancelled, or until the stream is none that can be sent."""
        backoff = Backoff((0.1, 0.2, 0.5))
        try:
            while True:
                await self._read(backoff)
                await asyncio.sleep(backoff.next_s())
        except CommandwallError as error:
            log.warning("%s cannot be sent: %s", self._source.stream, error)
            if not self._format.done():
                self._format.set_exception(error)
        finally:
            for viewer in tuple(self.viewers):
                viewer.end()

    async def _read(self, backoff: Backoff) -> None:
        """Read until the publisher closes; raises :class:`CommandwallError`."""
        source = self._source
        try:
            subscription = await Subscription.open(Path(source.packet_path), source.stream)
        except OSError as error:
            log.debug("%s: %s", source.stream, error)
            return
        self._subscription = subscription
        self._onward.restart()
        try:
            async for record in subscription.records():
                if isinstance(record, StreamInfo):
                    self._learn(record)
                else:
                    self._send(record)
                    backoff.reset()
        finally:
            self._subscription = None
            self._group = []
            subscription.close()

    def _learn(self, info: StreamInfo) -> None:
        if info.codec not in self._packetise:
            raise InvalidError("{codec} is not sent to browsers, only H.264 and H.265", codec=info.codec)
        if self._codec and info.codec != self._codec:
            raise InvalidError("it is {codec} now; ask for it anew", codec=info.codec)
        if (wanted := self._source.codec) not in ("", info.codec):
            raise InvalidError("it is {codec}, and sent only as {wanted}", codec=info.codec, wanted=wanted)
        self._codec = info.codec

    def _send(self, unit: AccessUnit) -> None:
        if not self._codec:
            return
        payloads = self._packetise[self._codec](unit.data, _MTU)
        time_90k, level = self._onward.take(unit), unit.level_dbov
        at_ns = unit.arrival_ns and unit.arrival_ns + self._later_ns
        frame = PacketisedFrame(payloads, len(unit.data), time_90k, unit.key, at_ns, level)
        if unit.key and not self._format.done():
            profile = h264_fmtp(unit.data).get("profile-level-id", "") if self._codec == "h264" else ""
            self._format.set_result(Format(self._codec, profile))
        self._keep(frame, damaged=unit.damaged)
        behind = [viewer for viewer in self.viewers if not viewer.push(frame)]
        if behind:
            self._ask_key(_SLOW_KEY_APART_S)

    def _keep(self, frame: PacketisedFrame, *, damaged: bool) -> None:
        """Keep the group of pictures under way; without its key frame, or a part, the rest is worthless."""
        if frame.key or damaged or self._onward.anew or len(self._group) >= _MAX_GROUP:
            self._group = []
        if (frame.key and not damaged) or self._group:
            self._group.append(frame)

    def _ask_key(self, apart_s: float) -> None:
        now_s = self._clock()
        if self._subscription is not None and now_s - self._asked_s >= apart_s:
            self._asked_s = now_s
            self._subscription.request_key()


def _no_picture() -> UnavailableError:
    return UnavailableError("there is no picture to send now; see its state and reason")
