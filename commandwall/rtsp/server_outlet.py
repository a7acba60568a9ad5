"""The two ways from the server to a client: interleaved in the RTSP connection, and UDP."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import Self

from commandwall.rtsp.server_frame import PacketFrame

_INTERLEAVED = struct.Struct("!BBH")
_TRIES = 16
"""How often a pair of neighbouring free ports is looked for."""

Address = tuple[str, int]


class InterleavedOutlet:
    """An ``Outlet`` inside the RTSP connection (RFC 2326 section 10.12)."""

    __slots__ = ("_channel", "_transport", "pending_bytes")

    def __init__(self, transport: asyncio.Transport, channels: tuple[int, int]) -> None:
        self._transport = transport
        self._channel = channels
        self.pending_bytes = transport.get_write_buffer_size

    def frame(self, frame: PacketFrame, sequence: int, timestamp: int, ssrc: int) -> None:
        """Send the packets of ``frame`` with one write."""
        self._transport.write(frame.stamped(self._channel[0], sequence, timestamp, ssrc))

    def report(self, rtcp: bytes) -> None:
        """Send RTCP on the second channel."""
        self._transport.write(_INTERLEAVED.pack(0x24, self._channel[1], len(rtcp)) + rtcp)


class UdpOutlet:
    """An ``Outlet`` from the server's port pair to the client's."""

    __slots__ = ("_host", "_ports", "_sockets")

    def __init__(self, sockets: UdpPair, host: str, ports: tuple[int, int]) -> None:
        self._sockets = sockets
        self._host = host
        self._ports = ports

    def frame(self, frame: PacketFrame, sequence: int, timestamp: int, ssrc: int) -> None:
        """Send each packet of ``frame`` as a datagram."""
        address = (self._host, self._ports[0])
        send = self._sockets.rtp.sendto
        for datagram in frame.datagrams(frame.stamped(0, sequence, timestamp, ssrc)):
            send(datagram, address)

    def report(self, rtcp: bytes) -> None:
        """Send RTCP to the client's second port."""
        self._sockets.rtcp.sendto(rtcp, (self._host, self._ports[1]))

    def pending_bytes(self) -> int:
        """Return 0: what a client cannot take over UDP is lost, it does not wait."""
        return 0


class UdpPair:
    """The server's RTP and RTCP sockets, on neighbouring ports, shared by all its UDP clients."""

    def __init__(self, rtp: asyncio.DatagramTransport, rtcp: asyncio.DatagramTransport) -> None:
        self.rtp = rtp
        self.rtcp = rtcp

    @property
    def ports(self) -> tuple[int, int]:
        """The server's (RTP, RTCP) ports."""
        return self.rtp.get_extra_info("sockname")[1], self.rtcp.get_extra_info("sockname")[1]

    @classmethod
    async def open(cls, host: str, on_rtcp: Callable[[Address], None]) -> Self:
        """Bind a pair on ``host``; ``on_rtcp`` is told where RTCP came from.

        Raises OSError if no two neighbouring ports are free.
        """
        loop = asyncio.get_running_loop()
        for _ in range(_TRIES):
            rtp, _ = await loop.create_datagram_endpoint(lambda: _Listener(on_rtcp), (host, 0))
            port = rtp.get_extra_info("sockname")[1]
            if port % 2 == 0:
                try:
                    rtcp, _ = await loop.create_datagram_endpoint(
                        lambda: _Listener(on_rtcp), (host, port + 1)
                    )
                except OSError:
                    rtp.close()
                    continue
                return cls(rtp, rtcp)
            rtp.close()
        raise OSError(f"no two neighbouring UDP ports are free on {host}; close what uses them")

    def close(self) -> None:
        """Close both sockets."""
        self.rtp.close()
        self.rtcp.close()


class _Listener(asyncio.DatagramProtocol):
    def __init__(self, on_rtcp: Callable[[Address], None]) -> None:
        self._on_rtcp = on_rtcp

    def datagram_received(self, data: bytes, addr: Address) -> None:
        self._on_rtcp(addr)

    def error_received(self, exc: Exception) -> None:
        """Pass over that a client is gone (ICMP port unreachable): its session ends by its own timeout."""
