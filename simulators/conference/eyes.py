"""What one participant receives as a picture: kept as access units, decoded only when asked."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import av
import numpy as np
from aiortc.rtp import RtpPacket
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from commandwall.base.clock import RTP_CLOCK_HZ, monotonic_ns
from commandwall.base.errors import CommandwallError
from commandwall.model.access_unit import AccessUnit
from commandwall.rtp.h264 import H264Format
from commandwall.rtp.packet import build_packet
from commandwall.rtp.receiver import RtpReceiver
from commandwall.rtp.reorder import ReorderBuffer
from simulators import barcode
from simulators.barcode import Payload
from simulators.conference.film import CODE_BEGINS

Luma = NDArray[np.uint8]
Rect = Sequence[int]
"""Left, top, width, height in pixels."""

_PAYLOAD_TYPE = 96
_MAX_HELD, _MAX_DELAY_NS = 512, 200_000_000
_KEPT = 900
"""Pictures: half a minute at 30 a second."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A received picture's luma (h, w) and when its last packet came (UTC, ms)."""

    arrived_ms: float
    luma: Luma


class Eyes:
    """Keeps the newest access units. Belongs to the event loop; what decodes may run on a thread."""

    def __init__(self, on_damage: Callable[[], None]) -> None:
        """``on_damage`` is called for every picture that cannot be decoded for want of a key frame."""
        self.first_s: float | None = None
        self.ssrc: int | None = None
        self.damaged = 0
        self._on_damage = on_damage
        self._units: deque[tuple[float, AccessUnit]] = deque(maxlen=_KEPT)
        self._rtp = RtpReceiver(H264Format({"packetization-mode": "1"}), _PAYLOAD_TYPE, RTP_CLOCK_HZ,
                                self._keep, self._ended)  # fmt: skip
        self._order = ReorderBuffer(self._rtp.on_rtp, _MAX_HELD, _MAX_DELAY_NS)

    def take(self, packet: RtpPacket) -> None:
        """Take an RTP packet, in any order."""
        self.ssrc = packet.ssrc
        data = build_packet(_PAYLOAD_TYPE, packet.sequence_number, packet.timestamp, packet.ssrc,
                            packet.payload, marker=bool(packet.marker))  # fmt: skip
        self._order.push(data, monotonic_ns())

    @property
    def pictures_received(self) -> int:
        """How many whole pictures came."""
        return self._rtp.stats.access_units

    def pictures(self, seconds: float) -> Iterator[Picture]:
        """Yield the pictures of the last ``seconds``, decoded from the key frame before them on."""
        begin_ms = (time.time() - seconds) * 1000
        units = list(self._units)
        begin = 0
        for index, (arrived_ms, unit) in enumerate(units):
            if arrived_ms <= begin_ms and unit.key:
                begin = index
        for picture in _decoded(units[begin:]):
            if picture.arrived_ms >= begin_ms:
                yield picture

    def last_picture(self) -> Picture | None:
        """Return the newest picture, ``None`` before there is one."""
        units = list(self._units)
        keys = [index for index, (_, unit) in enumerate(units) if unit.key]
        if not keys:
            return None
        newest = deque(_decoded(units[keys[-1] :]), maxlen=1)
        return newest[0] if newest else None

    def _keep(self, unit: AccessUnit) -> None:
        now_s = time.time()
        if unit.damaged:
            self.damaged += 1
            self._on_damage()
            return
        if self.first_s is None:
            self.first_s = now_s
        self._units.append((now_s * 1000, unit))

    def _ended(self, error: CommandwallError) -> None:
        """Take note of a goodbye; what was received stays."""


def read_code(luma: Luma) -> Payload | None:
    """Return what the bar code of a participant says in ``luma`` (h, w), which is exactly its picture."""
    return barcode.read(np.ascontiguousarray(luma), CODE_BEGINS)


def codes(luma: Luma, cells: Mapping[str, Rect]) -> dict[str, Payload]:
    """Return the bar codes in a composed picture by cell; cells without one are left out.

    ``cells`` are in pixels of the picture.
    """
    found = {}
    for cell, (left, top, width, height) in cells.items():
        code = read_code(luma[top : top + height, left : left + width])
        if code is not None:
            found[cell] = code
    return found


def _decoded(units: Sequence[tuple[float, AccessUnit]]) -> Iterator[Picture]:
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    decoder.thread_count = 1
    decoder.options = {"flags": "low_delay"}
    for arrived_ms, unit in units:
        for picture in decoder.decode(av.Packet(unit.data)):
            plane = picture.planes[0]
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
            yield Picture(arrived_ms, rows[:, : plane.width].copy())
