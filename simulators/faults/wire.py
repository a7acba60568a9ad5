"""Between a simulated camera and its client: everything that passes goes through the camera's faults."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, cast

from commandwall.base.errors import ProtocolError
from commandwall.rtsp.messages import Request, Response
from commandwall.rtsp.parser import RtspParser
from commandwall.rtsp.server_connection import Connection, Server
from commandwall.rtsp.server_outlet import UdpPair
from simulators.faults.fault import Fault
from simulators.faults.packet import Packet, interleave, report_ssrc

_LINGER_NOT = struct.pack("ii", 1, 0)
"""SO_LINGER that makes closing send RST."""
_BEFORE_RESET_S = 0.05
"""How long what was written has to leave before the connection is broken."""

FindFaults = Callable[[str], list[Fault]]
"""Returns the faults of a new connection that asks for this URL; called once for each."""


class Wire(asyncio.Protocol):
    """One TCP connection to a camera with faults, around the server's own ``connection``.

    What is done to media is done to the pictures; sound passes as it is.
    Which camera it is comes with the first request. Belongs to the server's event loop.
    """

    def __init__(
        self,
        server: Server,
        find: FindFaults,
        connection: Callable[[Server], Connection] = Connection,
    ) -> None:
        self.faults: list[Fault] = []
        self._find: FindFaults | None = find
        self._clock = server.clock
        self._inner = connection(_View(server, self))
        self._requests = RtspParser(self._on_request, self._on_client_frame)
        self._answers = RtspParser(self._on_answer, self._on_camera_frame)
        self._methods: dict[str, str] = {}
        self._transport: asyncio.Transport | None = None
        self._began_s = 0.0
        self._sequence = -1
        self._pieces: deque[bytes] = deque()

    # ---- from the client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, with the camera behind the faults."""
        self._transport = cast("asyncio.Transport", transport)
        self._inner.connection_made(_CameraSide(self._transport, self._answers.feed))

    def data_received(self, data: bytes) -> None:
        """Take what the client sent; what is not RTSP ends the connection."""
        try:
            self._requests.feed(data)
        except ProtocolError:
            self._inner.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._transport = None
        self._pieces.clear()
        self._inner.connection_lost(exc)

    def _on_request(self, message: Request | Response) -> None:
        if isinstance(message, Response):
            return
        if self._find is not None:
            self.faults, self._find = self._find(message.url), None
            for fault in self.faults:
                fault.attach(self)
        self._methods[message.headers.get("CSeq")] = message.method
        request: Request | None = message
        for fault in self.faults:
            if request is not None:
                request = fault.request(request)
        if request is not None:
            self._inner.data_received(request.to_bytes())

    def _on_client_frame(self, channel: int, data: bytes, start: int, end: int) -> None:
        self._inner.data_received(interleave(channel, data[start:end]))

    # ---- from the camera

    def _on_answer(self, message: Request | Response) -> None:
        assert isinstance(message, Response)
        method = self._methods.pop(message.headers.get("CSeq"), "")
        answer: Response | None = message
        for fault in self.faults:
            if answer is not None:
                answer = fault.answer(method, answer)
        if answer is not None:
            self.put(answer.to_bytes())

    def _on_camera_frame(self, channel: int, data: bytes, start: int, end: int) -> None:
        frame = data[start:end]
        if channel % 2:
            for rtcp in self.report(frame):
                self.put(interleave(channel, rtcp))
            return
        packet = Packet.parse(channel, frame)
        if not self._is_picture(packet.ssrc):
            self.put(interleave(channel, frame))
        elif packets := self.media(packet):
            self.put(b"".join(interleave(each.channel, each.to_bytes()) for each in packets))

    # ---- the faults, for TCP and UDP

    def datagrams(self, data: bytes) -> Iterator[bytes]:
        """Yield what the client gets over UDP where the camera sends ``data``."""
        packet = Packet.parse(0, data)
        if self._is_picture(packet.ssrc):
            yield from (each.to_bytes() for each in self.media(packet))
        else:
            yield data

    def _is_picture(self, ssrc: int) -> bool:
        session = self._inner.session
        leg = session.legs.get(0) if session is not None else None
        return leg is None or leg.sender.ssrc == ssrc

    @property
    def playing_s(self) -> float:
        """How long media has been sent, in seconds; 0 before the first packet."""
        return self._clock() - self._began_s if self._began_s else 0.0

    def media(self, packet: Packet) -> list[Packet]:
        """Return what the client gets where the camera sends ``packet``."""
        if not self._began_s:
            self._began_s = self._clock()
            self._sequence = packet.sequence
        channel = packet.channel
        packets = [packet]
        for fault in self.faults:
            packets = fault.send(packets)
        for each in packets:
            if each.channel == channel:
                each.sequence = self._sequence
                self._sequence = self._sequence + 1 & 0xFFFF
        for fault in self.faults:
            packets = fault.carry(packets)
        return packets

    def report(self, rtcp: bytes) -> Iterator[bytes]:
        """Yield what the client gets where the camera sends ``rtcp``: it, or nothing."""
        passed: bytes | None = rtcp
        for fault in self.faults if self._is_picture(report_ssrc(rtcp)) else ():
            if passed is not None:
                passed = fault.report(passed)
        if passed is not None:
            yield passed

    # ---- to the client

    def put(self, data: bytes) -> None:
        """Send ``data`` to the client over TCP, behind what was sent before."""
        pieces = [data]
        for fault in self.faults:
            if pieces:
                pieces = fault.cut(pieces)
        pumping = bool(self._pieces)
        self._pieces.extend(pieces)
        if not pumping:
            self._pump()

    def reset(self) -> None:
        """Break the connection as a camera does that loses power: TCP RST, behind what was written."""
        transport = self._transport
        if transport is not None:
            raw = transport.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            asyncio.get_running_loop().call_later(_BEFORE_RESET_S, transport.abort)

    def _pump(self) -> None:
        """Write the next piece; each has a turn of the event loop to itself, so that it is sent alone."""
        if self._pieces and self._transport is not None:
            self._transport.write(self._pieces.popleft())
            if self._pieces:
                asyncio.get_running_loop().call_soon(self._pump)


class _CameraSide(asyncio.Transport):
    """The transport that the camera's ``Connection`` writes to."""

    def __init__(self, transport: asyncio.Transport, feed: Callable[[bytes], None]) -> None:
        super().__init__()
        self._transport = transport
        self._feed = feed

    def write(self, data: Any) -> None:
        """Hand ``data`` to the faults."""
        self._feed(bytes(data))

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what is known of the real transport."""
        return self._transport.get_extra_info(name, default)

    def get_write_buffer_size(self) -> int:
        """Return how much waits for the client to read it."""
        return self._transport.get_write_buffer_size()

    def is_closing(self) -> bool:
        """Return whether the real transport is closing."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Close the real transport."""
        self._transport.close()

    def abort(self) -> None:
        """Close the real transport at once."""
        self._transport.abort()


class _View:
    """The server as the camera's ``Connection`` sees it: its UDP goes through the faults too."""

    def __init__(self, server: Server, wire: Wire) -> None:
        self.catalogue = server.catalogue
        self.authenticator = server.authenticator
        self.limit_bytes = server.limit_bytes
        self.timeout_s = server.timeout_s
        self.name = server.name
        self.clock = server.clock
        self._wire = wire
        self.opened = server.opened
        self.closed = server.closed
        self._open_udp = server.udp

    async def udp(self) -> UdpPair:
        """Return the server's UDP sockets behind the faults."""
        pair = await self._open_udp()
        return UdpPair(_Datagrams(pair.rtp, self._wire.datagrams), _Datagrams(pair.rtcp, self._wire.report))


class _Datagrams(asyncio.DatagramTransport):
    """A UDP socket of the server, behind the faults of one client."""

    def __init__(self, real: asyncio.DatagramTransport, through: Callable[[bytes], Iterator[bytes]]) -> None:
        super().__init__()
        self._real = real
        self._through = through

    def sendto(self, data: Any, addr: Any = None) -> None:
        """Send what the faults leave of ``data``."""
        for datagram in self._through(bytes(data)):
            self._real.sendto(datagram, addr)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what is known of the real socket."""
        return self._real.get_extra_info(name, default)
