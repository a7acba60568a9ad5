"""What is called intact under loss, disorder and doubles, for both codecs and all ways of packing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from commandwall.model.access_unit import AccessUnit
from commandwall.rtp.annexb import split_annexb
from commandwall.rtp.codec import PayloadFormat
from commandwall.rtp.h264 import H264Format
from commandwall.rtp.h264_packetise import h264_fmtp, packetise_h264
from commandwall.rtp.h265 import H265Format
from commandwall.rtp.h265_packetise import h265_fmtp, packetise_h265
from commandwall.rtp.receiver import RtpReceiver
from commandwall.rtp.reorder import ReorderBuffer
from tests.unit.rtp import test_h264, test_h265
from tests.unit.rtp.packets import PAYLOAD_TYPE, PPS, SPS, annexb, rtp

TICKS = 6000
GROUP, GROUPS = 3, 5
"""Pictures from one key frame to the next, and how many such groups."""

FIRST = 65_500
"""The first sequence number: they wrap in the middle."""

PACKET_NS = 25_000_000
"""How far packets are apart: a gap is given up after three of them."""


@dataclass(frozen=True)
class Codec:
    """What differs between H.264 and H.265; ``sets`` are two encoder settings, ``heads`` those of slices."""

    make: Callable[[Mapping[str, str]], PayloadFormat]
    packetise: Callable[[bytes, int], list[bytes]]
    fmtp: Callable[[bytes], dict[str, str]]
    sets: tuple[tuple[bytes, ...], tuple[bytes, ...]]
    aggregate: bytes
    delimiter: bytes
    sei: bytes
    key: tuple[bytes, bytes]
    delta: tuple[bytes, bytes]


H264 = Codec(
    H264Format,
    packetise_h264,
    h264_fmtp,
    ((SPS, PPS), (test_h264.OTHER_SPS, b"\x68\xea\x3c\x80")),
    b"\x78",
    b"\x09\xf0",
    b"\x06\x05\x01\x80",
    (b"\x65\x88", b"\x65\x40"),
    (b"\x41\x9a", b"\x41\x40"),
)
H265 = Codec(
    H265Format,
    packetise_h265,
    h265_fmtp,
    (
        (test_h265.VPS, test_h265.SPS, test_h265.PPS),
        (test_h265.VPS[:-1] + b"\x0b", test_h265.OTHER_SPS, b"\x44\x01\xc1\x72\xb4\x62\x20"),
    ),
    b"\x60\x01",
    b"\x46\x01\x50",
    b"\x4e\x01\x05\x01\x80",
    (b"\x26\x01\xaf", b"\x26\x01\x2f"),
    (b"\x02\x01\xd0", b"\x02\x01\x50"),
)


@dataclass(frozen=True)
class Style:
    """How a camera sends."""

    codec: Codec
    mtu: int
    slices: int
    aggregates: bool
    delimiters: bool
    sei: bool
    bare: bool
    markers: bool
    settings: tuple[int, ...]
    """Which of ``sets`` each group has; a bare camera has the first one, in its SDP."""


STYLES = st.builds(
    Style,
    codec=st.sampled_from((H264, H265)),
    mtu=st.sampled_from((60, 130, 1400)),
    slices=st.integers(1, 3),
    settings=st.tuples(*[st.integers(0, 1)] * GROUPS),
)
DROPPED = st.sets(st.integers(0, 60)) | st.sets(st.integers(0, 250), max_size=12)
MOVED = st.lists(st.tuples(st.integers(0, 200), st.integers(1, 4)), max_size=4)


def picture(style: Style, index: int) -> tuple[bytes, list[bytes]]:
    """Return what is to come of picture ``index`` (but for SEI), and its payloads."""
    codec, key = style.codec, index % GROUP == 0
    sets = codec.sets[0 if style.bare else style.settings[index // GROUP]] if key else ()
    first, later = codec.key if key else codec.delta
    slices = [first + bytes((100 + index, 100)) * 45]
    slices += [later + bytes((100 + index, 100 + number)) * 45 for number in range(1, style.slices)]
    payloads = [codec.delimiter] if style.delimiters else []
    if sets and not style.bare:
        sized = b"".join(len(nal).to_bytes(2, "big") + nal for nal in sets)
        payloads += [codec.aggregate + sized] if style.aggregates else sets
    sei = [codec.sei + bytes((100 + index,))] if style.sei else []
    payloads += codec.packetise(annexb(*sei, *slices), style.mtu)
    return annexb(*sets, *slices), payloads


class Stream:
    """What a camera sends, ``expected`` of it by picture, and the numbers of the ``packets`` of each."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.expected: list[bytes] = []
        self.packets: list[bytes] = []
        self.numbers: list[range] = []
        for index in range(GROUP * GROUPS):
            unit, payloads = picture(style, index)
            begin = len(self.packets)
            for number, payload in enumerate(payloads, 1):
                marker = style.markers and number == len(payloads)
                packet = rtp(FIRST + len(self.packets), TICKS * index, payload, marker=marker)
                self.packets.append(packet)
            self.expected.append(unit)
            self.numbers.append(range(begin, len(self.packets)))

    def receive(self, packets: Sequence[bytes]) -> list[tuple[int, AccessUnit]]:
        """Return the access units that come of ``packets``, with the pictures that they are to be."""
        units: list[AccessUnit] = []
        fmtp = self.style.codec.fmtp(self.expected[0]) if self.style.bare else {}
        payload = self.style.codec.make(fmtp)
        receiver = RtpReceiver(payload, PAYLOAD_TYPE, 90_000, units.append, lambda error: None)
        order = ReorderBuffer(receiver.on_rtp)
        for number, packet in enumerate(packets):
            order.push(packet, number * PACKET_NS)
        begin = int.from_bytes(packets[0][4:8], "big") if packets else 0
        return [((unit.pts_90k + begin) // TICKS, unit) for unit in units]

    def without_sei(self, unit: AccessUnit) -> bytes:
        sei = self.style.codec.sei[:1]
        return annexb(*[nal for nal in split_annexb(unit.data) if nal[:1] != sei])


@given(STYLES, DROPPED, MOVED, st.lists(st.integers(0, 200), max_size=4))
def test_what_is_called_intact_was_sent_so_and_stands_upon_what_is_intact(
    style: Style, dropped: set[int], moved: list[tuple[int, int]], doubled: list[int]
) -> None:
    stream = Stream(style)
    packets = [packet for number, packet in enumerate(stream.packets) if number not in dropped]
    for number, places in moved:
        packets[number + places : number + places] = [packets.pop(number)] if number < len(packets) else []
    for number in doubled:
        packets[number + 2 : number + 2] = packets[number : number + 1]
    before = -1
    for index, unit in stream.receive(packets):
        if unit.damaged:
            before = -1
            continue
        assert stream.without_sei(unit) == stream.expected[index]
        assert unit.key == (index % GROUP == 0)
        assert unit.key or before == index - 1 >= 0
        before = index


@given(STYLES, DROPPED)
def test_a_key_frame_that_came_whole_is_called_intact(style: Style, dropped: set[int]) -> None:
    stream = Stream(style)
    kept = [packet for number, packet in enumerate(stream.packets) if number not in dropped]
    intact = {index for index, unit in stream.receive(kept) if not unit.damaged}
    for index in range(0, GROUP * (GROUPS - 1), GROUP):
        end = stream.numbers[index].stop + (not style.markers)
        if dropped.isdisjoint(range(stream.numbers[index].start, end)):
            assert index in intact
