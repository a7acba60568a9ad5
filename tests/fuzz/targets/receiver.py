"""Receivers as a whole: interleaved frames, RTP of three codecs on channels 0, 2 and 4, RTCP on the next.

Sound comes on 6 (G.711) and 8 (AAC).
"""

from __future__ import annotations

import struct
from functools import partial

from commandwall.model.access_unit import AccessUnit
from commandwall.rtp.aac import GenericFormat
from commandwall.rtp.audio import g711
from commandwall.rtp.audio_receiver import AudioReceiver
from commandwall.rtp.formats import VIDEO_FORMATS
from commandwall.rtp.receiver import RtpReceiver
from commandwall.rtp.reorder import ReorderBuffer
from commandwall.rtp.source import RtpSource
from commandwall.rtsp.parser import RtspParser
from tests.fuzz.targets.aac import FMTP

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


def check(data: bytes) -> list[RtpSource]:
    parser = RtspParser(lambda message: None, lambda channel, frame, start, end: None)
    receivers: list[RtpReceiver] = []
    for channel, make in enumerate(VIDEO_FORMATS.values()):
        receiver = RtpReceiver(make({}), PAYLOAD_TYPE, CLOCK_HZ, _publish, lambda error: None)
        parser.sinks[2 * channel] = partial(_push, ReorderBuffer(receiver.on_rtp))
        parser.sinks[2 * channel + 1] = receiver.on_rtcp
        receivers.append(receiver)
    sounds = []
    for channel, payload in ((6, g711("pcm_alaw", 8000, 1)), (8, GenericFormat(16000, FMTP))):
        sound = AudioReceiver(payload, PAYLOAD_TYPE, 8000)
        sound.listen(_publish)
        parser.sinks[channel] = partial(_push, ReorderBuffer(sound.on_rtp))
        parser.sinks[channel + 1] = sound.on_rtcp
        sounds.append(sound)
    parser.feed(data)
    for receiver in receivers:
        assert receiver.stats.access_units >= receiver.stats.damaged
    for source in (*receivers, *sounds):
        source.report_block()
    return [*receivers, *sounds]


def _push(order: ReorderBuffer, frame: bytes, start: int, end: int) -> None:
    order.push(frame[start:end], now_ns=0)


def _publish(unit: AccessUnit) -> None:
    """Every picture and sound can be put on the packet bus."""
    _RECORD.pack(unit.pts_90k, unit.arrival_ns, unit.capture_utc_ns)
