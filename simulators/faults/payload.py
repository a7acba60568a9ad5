"""Faults in what the camera puts into RTP packets."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from commandwall.rtp.annexb import START_CODE
from commandwall.rtp.h264 import FU_A, IDR, PPS, SPS
from simulators.faults.fault import Fault
from simulators.faults.packet import Packet
from simulators.spec import Codec

_SMALLEST_CORRUPTED = 32
_H264 = frozenset({Codec.H264})


@dataclass
class NoMarkers(Fault):
    """Never sets the marker bit that ends a picture."""

    kind = "no_markers"

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Clear the bit."""
        for packet in packets:
            packet.marker = False
        return packets


@dataclass
class SliceMarkers(Fault):
    """Sets the marker bit on the end of every slice, as if each were a whole picture."""

    kind = "slice_markers"
    codecs = _H264

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Set the bit."""
        for packet in packets:
            packet.marker = packet.ends_slice
        return packets


@dataclass
class EmptyFragments(Fault):
    """Puts fragments without content, and packets without payload, between the others."""

    kind = "empty_fragments"
    codecs = _H264

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Follow every middle fragment by an empty one, and every packet that ends nothing by nothing."""
        out: list[Packet] = []
        for packet in packets:
            out.append(packet)
            if packet.marker:
                continue
            if packet.nal_type and packet.payload[0] & 0x1F == FU_A and packet.payload[1] & 0x40 == 0:
                middle = bytes((packet.payload[0], packet.payload[1] & 0x1F))
                out.append(replace(packet, payload=middle))
            else:
                out.append(replace(packet, payload=b""))
        return out


@dataclass
class StartCodes(Fault):
    """Puts the start code of a byte stream (H.264 annex B) in front of every NAL unit that is whole."""

    kind = "start_codes"
    codecs = _H264

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Put it there; fragments have none."""
        for packet in packets:
            if packet.payload and packet.payload[0] & 0x1F != FU_A:
                packet.payload = START_CODE + packet.payload
        return packets


@dataclass
class TrailingBytes(Fault):
    """Puts ``count`` zero bytes behind every parameter set."""

    kind = "trailing_bytes"
    codecs = _H264
    count: int = 3

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Put them there."""
        for packet in packets:
            if packet.payload and packet.payload[0] & 0x1F in (SPS, PPS):
                packet.payload += bytes(self.count)
        return packets


@dataclass
class NoKeyFrames(Fault):
    """Leaves out key frames and parameter sets; what depends on them is sent."""

    kind = "no_key_frames"
    codecs = _H264

    def __post_init__(self) -> None:
        self._left_out = -1

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Leave them out."""
        if not self.due:
            return packets
        return [packet for packet in packets if not self._of_key_frame(packet)]

    def _of_key_frame(self, packet: Packet) -> bool:
        if packet.begins_key_frame:
            self._left_out = packet.timestamp
        return packet.timestamp == self._left_out


@dataclass
class NoParameterSets(Fault):
    """Sends no parameter sets with its pictures: those of the SDP are the only ones."""

    kind = "no_parameter_sets"
    codecs = _H264

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Leave them out."""
        return [packet for packet in packets if packet.nal_type not in (SPS, PPS)]


@dataclass
class Corrupt(Fault):
    """Writes noise over a part of every ``every``-th packet of a picture that is no key frame."""

    kind = "corrupt"
    codecs = _H264
    every: int = 10

    def __post_init__(self) -> None:
        self._count = 0

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Spoil what is due."""
        for packet in packets:
            if packet.nal_type == IDR or len(packet.payload) < _SMALLEST_CORRUPTED:
                continue
            self._count += 1
            if self.due and self._count % self.every == 0:
                half = len(packet.payload) // 2
                noise = random.Random(self._count).randbytes(len(packet.payload) - half)
                packet.payload = packet.payload[:half] + noise
        return packets


@dataclass
class StrayChannel(Fault):
    """Sends frames on an interleaved channel that nobody asked for, beside every picture."""

    kind = "stray_channel"
    channel: int = 8

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Add a frame with noise on that channel."""
        strays = [replace(packet, channel=self.channel, payload=b"<xml/>") for packet in packets[:1]]
        return [*strays, *packets]


KINDS: tuple[type[Fault], ...] = (
    NoMarkers, SliceMarkers, EmptyFragments, StartCodes, TrailingBytes, NoKeyFrames, NoParameterSets, Corrupt,
    StrayChannel,
)  # fmt: skip
