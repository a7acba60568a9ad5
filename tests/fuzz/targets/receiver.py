"""A receiver as a whole: interleaved frames, RTP of three codecs on channels 0, 2 and 4, RTCP on the next."""

from __future__ import annotations

import struct
from functools import partial

from commandwall.model.access_unit import AccessUnit
from commandwall.rtp.formats import VIDEO_FORMATS
from commandwall.rtp.receiver import RtpReceiver
from commandwall.rtp.reorder import ReorderBuffer
from commandwall.rtsp.parser import RtspParser

PAYLOAD_TYPE = 96
CLOCK_HZ = 90000
WORDS = (
    b"$\x00\x00\x20",
    b"$\x01\x00\x1c\x80\xc8\x00\x06",
    b"\x80\x60\x00\x01",
    b"\x80\xe0\x00\x02",
    b"\x90\x60",
)
_RECORD = struct.Struct("!qqq")


def check(data: bytes) -> list[RtpReceiver]:
    parser = RtspParser(lambda message: None, lambda channel, frame, start, end: None)
    receivers = []
    for channel, make in enumerate(VIDEO_FORMATS.values()):
        receiver = RtpReceiver(make({}), PAYLOAD_TYPE, CLOCK_HZ, _publish, lambda error: None)
        parser.sinks[2 * channel] = partial(_push, ReorderBuffer(receiver.on_rtp))
        parser.sinks[2 * channel + 1] = receiver.on_rtcp
        receivers.append(receiver)
    parser.feed(data)
    for receiver in receivers:
        assert receiver.stats.access_units >= receiver.stats.key_frames
        receiver.report_block()
    return receivers


def _push(order: ReorderBuffer, frame: bytes, start: int, end: int) -> None:
    order.push(frame[start:end], now_ns=0)


def _publish(unit: AccessUnit) -> None:
    """Every picture can be put on the packet bus."""
    _RECORD.pack(unit.pts_90k, unit.arrival_ns, unit.capture_utc_ns)
