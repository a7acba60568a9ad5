"""What every fault is: parameters, a schedule, and the places where it can interfere."""

from __future__ import annotations

import math
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar, Protocol

from pydantic import ConfigDict

from commandwall.rtsp.messages import Request, Response
from simulators.faults.packet import Packet
from simulators.spec import Codec, VideoSpec


class Line(Protocol):
    """The connection that a fault belongs to; implemented by ``Wire``."""

    @property
    def playing_s(self) -> float:
        """How long media has been sent, in seconds; 0 before the first packet."""

    def put(self, data: bytes) -> None:
        """Send ``data`` to the client over TCP, behind what was sent before."""

    def reset(self) -> None:
        """Break the connection as a camera does that loses power: TCP RST."""


@dataclass
class Fault:
    """One thing that is wrong. Its fields are the parameters of the fault language.

    ``after_s`` and ``for_s`` say when, counted from the first packet of media: what is done to
    media begins then, and lasts so long. ``connections`` restricts it to the first so many
    connections of a stream, to show how the daemon recovers; 0 means all of them.

    One object serves one connection, so that a fault may remember what it did. Every method is
    given what passes, and returns what is to pass instead.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    kind: ClassVar[str]
    """Its name in the fault language."""
    codecs: ClassVar[frozenset[Codec]] = frozenset(Codec)
    """What the pictures of cameras that can have it are encoded with."""

    _: KW_ONLY
    after_s: float = 0.0
    for_s: float = math.inf
    connections: int = 0

    def attach(self, line: Line) -> None:
        """Take the connection that it belongs to, before anything passes."""
        self.line = line

    @property
    def due(self) -> bool:
        """Whether media is to be interfered with now."""
        return 0 <= self.line.playing_s - self.after_s < self.for_s

    def request(self, request: Request) -> Request | None:
        """Take a request of the client; ``None`` keeps it from the camera."""
        return request

    def answer(self, method: str, response: Response) -> Response | None:
        """Take the camera's answer to ``method``; ``None`` keeps it from the client."""
        return response

    def send(self, packets: list[Packet]) -> list[Packet]:
        """Take RTP packets that the camera is about to send; they are numbered after this."""
        return packets

    def carry(self, packets: list[Packet]) -> list[Packet]:
        """Take RTP packets that the network is about to deliver, numbered."""
        return packets

    def report(self, rtcp: bytes) -> bytes | None:
        """Take a compound RTCP packet; ``None`` keeps it from the client."""
        return rtcp

    def cut(self, pieces: list[bytes]) -> list[bytes]:
        """Take what is about to be written to TCP; each piece is written, and read, by itself."""
        return pieces

    def record(self, specs: list[VideoSpec]) -> list[VideoSpec]:
        """Return what is to be encoded, one after the other, instead of ``specs``."""
        return specs
