"""What the tests of faults share: a connection that a test moves through time, and packets."""

from __future__ import annotations

from typing import TypeVar

from commandwall.rtp.h264_packetise import packetise_h264
from simulators.faults.fault import Fault
from simulators.faults.packet import Packet
from tests.unit.rtp.packets import PPS, SPS, annexb, delta, idr

F = TypeVar("F", bound=Fault)
SSRC = 7
FRAME_90K = 9000


class Line:
    """A connection; ``playing_s`` is set by the test, what faults send is kept."""

    def __init__(self) -> None:
        self.playing_s = 0.0
        self.sent: list[bytes] = []
        self.resets = 0

    def put(self, data: bytes) -> None:
        self.sent.append(data)

    def reset(self) -> None:
        self.resets += 1


def attached(fault: F) -> tuple[F, Line]:
    """Return ``fault`` on a line of its own."""
    line = Line()
    fault.attach(line)
    return fault, line


def frame(number: int, *, key: bool = False) -> list[Packet]:
    """Return the packets of the frame of that number: some fragments, behind parameter sets if ``key``."""
    payloads = packetise_h264(annexb(SPS, PPS, idr(3000)) if key else annexb(delta(3000)))
    return [
        Packet(payload, number * FRAME_90K, SSRC, 96, payload is payloads[-1], number * 10 + index)
        for index, payload in enumerate(payloads)
    ]


def frames(count: int) -> list[Packet]:
    """Return so many frames, a key frame first."""
    return [packet for number in range(count) for packet in frame(number, key=number == 0)]
