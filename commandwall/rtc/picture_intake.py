"""Pictures of a peer, received and put on the packet bus without decoding them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from aiortc import RTCRtpReceiver
from aiortc.rtp import RtcpSrPacket, RtpPacket

from commandwall.base.clock import RTP_CLOCK_HZ, monotonic_ns
from commandwall.base.errors import CommandwallError
from commandwall.model.access_unit import AccessUnit, StreamInfo
from commandwall.rtc.hooks import ask_key
from commandwall.rtc.intake import Reception
from commandwall.rtc.published import Published
from commandwall.rtp.h264 import H264Format
from commandwall.rtp.packet import build_packet
from commandwall.rtp.receiver import RtpReceiver
from commandwall.rtp.reorder import ReorderBuffer

log = logging.getLogger(__name__)

KEY_APART_S = 0.3
KEY_EVERY_S = 4.0
"""So often a picture that is watched sends a key frame, as heads do: whoever comes later has not more than
this to go through."""
_FIRST_KEY_S = 0.5
"""So soon the first key frame is asked for again: it may have come before this end could read it."""
_PAYLOAD_TYPE = 96
_MAX_HELD = 512
_MAX_DELAY_NS = 200_000_000
"""How long a missing packet is waited for: some round trips of asking for it again."""


class PictureIntake:
    """Makes access units of what a peer sends; an :class:`commandwall.rtc.intake.Intake`.

    ``on_live`` is called with the first key frame, ``on_end`` when nothing more is to be expected.
    Belongs to the event loop; :meth:`plead` is one task.
    """

    def __init__(
        self, receiver: RTCRtpReceiver, on_live: Callable[[], None], on_end: Callable[[], None]
    ) -> None:
        self.stream = Published(self._want_key)
        self.heard_ns = monotonic_ns()
        self._receiver = receiver
        self._on_live = on_live
        self._on_end = on_end
        self._format = H264Format({"packetization-mode": "1"})
        self._rtp = RtpReceiver(self._format, _PAYLOAD_TYPE, RTP_CLOCK_HZ, self._take, self._ended)
        self._order = ReorderBuffer(self._rtp.on_rtp, _MAX_HELD, _MAX_DELAY_NS)
        self._told = self._rtp.stats
        self._ssrc: int | None = None
        self._live = False
        self._key_wanted = asyncio.Event()

    def take_packet(self, packet: RtpPacket) -> None:
        """Take an RTP packet, in any order."""
        self._ssrc, self.heard_ns = packet.ssrc, monotonic_ns()
        data = build_packet(
            _PAYLOAD_TYPE,
            packet.sequence_number,
            packet.timestamp,
            packet.ssrc,
            packet.payload,
            marker=bool(packet.marker),
        )
        self._order.push(data, self.heard_ns)

    def take_report(self, report: RtcpSrPacket) -> None:
        """Take a sender report, which sets the clock."""
        self.heard_ns = monotonic_ns()
        data = bytes(report)
        self._rtp.on_rtcp(data, 0, len(data))

    def reception(self) -> Reception:
        """Return what came since the last call; packets that came again are not lost."""
        before, now = self._told, self._rtp.stats
        self._told = now
        return Reception(
            now.packets - before.packets,
            now.lost - before.lost,
            now.bytes - before.bytes,
            malformed=now.malformed - before.malformed,
        )

    async def plead(self) -> None:
        """Ask for key frames when they are wanted, and now and then; runs until cancelled."""
        while True:
            try:
                async with asyncio.timeout(KEY_EVERY_S if self._live else _FIRST_KEY_S):
                    await self._key_wanted.wait()
            except TimeoutError:
                if self._live and not self.stream.watched:
                    continue  # What was begun goes on by itself.
            self._key_wanted.clear()
            if self._ssrc is not None:
                await ask_key(self._receiver, self._ssrc)
            await asyncio.sleep(KEY_APART_S)

    def _want_key(self) -> None:
        self._key_wanted.set()

    def _take(self, unit: AccessUnit) -> None:
        if unit.damaged or not (unit.key or self._live):
            self._want_key()
        elif unit.key:
            self._key_wanted.clear()
            codec = self._format.parameters
            self.stream.describe(StreamInfo(codec.name, codec.width, codec.height))
            if not self._live:
                self._live = True
                self._on_live()
        self.stream.push(unit)

    def _ended(self, error: CommandwallError) -> None:
        log.info("a peer's picture: %s", error)
        self._on_end()
