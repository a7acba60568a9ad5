"""The pair of UDP sockets that carry RTP and RTCP of one track (RFC 3550 section 11)."""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import cast

from commandwall.base.clock import monotonic_ns
from commandwall.base.errors import LocalError
from commandwall.rtp.packet import FIXED_HEADER, PLAIN
from commandwall.rtp.reorder import ReorderBuffer
from commandwall.rtp.rtcp import ReceiverReport, build
from commandwall.rtp.source import RtpSource

RECEIVE_BUFFER_BYTES = 1024 * 1024
"""Room for a burst: a key frame of a main stream comes as hundreds of packets at once."""

_TRIES = 20
_PUNCHES = (FIXED_HEADER.pack(PLAIN, 0, 0, 0, 0), build(ReceiverReport(0)))


class UdpPair:
    """Two bound sockets, for RTP and RTCP. ``close`` it, whatever happens."""

    def __init__(self, rtp: socket.socket, rtcp: socket.socket) -> None:
        self._sockets = rtp, rtcp
        self._transports: list[asyncio.DatagramTransport] = []
        self._servers: tuple[tuple[str, int], tuple[str, int]] | None = None

    @property
    def ports(self) -> tuple[int, int]:
        """The local ports, (RTP, RTCP)."""
        rtp, rtcp = self._sockets
        return int(rtp.getsockname()[1]), int(rtcp.getsockname()[1])

    async def start(
        self, hosts: frozenset[str], receiver: RtpSource, on_failure: Callable[[Exception], None]
    ) -> None:
        """Give ``receiver`` what ``hosts`` (IP addresses) send, RTP put in order; drop the rest.

        ``on_failure`` is told what ``receiver`` raises, which nobody foresaw.
        """
        loop = asyncio.get_running_loop()
        buffer = ReorderBuffer(receiver.on_rtp)
        sinks: tuple[Callable[[bytes], None], ...] = (
            lambda data: buffer.push(data, monotonic_ns()),
            lambda data: receiver.on_rtcp(data, 0, len(data)),
        )
        for sock, sink in zip(self._sockets, sinks, strict=True):
            endpoint = partial(_Listener, hosts, sink, on_failure)
            transport, _ = await loop.create_datagram_endpoint(endpoint, sock=sock)
            self._transports.append(transport)

    def aim(self, host: str, ports: tuple[int, int]) -> None:
        """Say where packets go."""
        self._servers = (host, ports[0]), (host, ports[1])

    def punch(self) -> None:
        """Send from both ports to the camera's, so that firewalls and NAT on the way let it in.

        An RTP header without payload, and a receiver report without blocks.
        """
        if self._servers is not None:
            for transport, packet, server in zip(self._transports, _PUNCHES, self._servers, strict=True):
                transport.sendto(packet, server)

    def send_rtp(self, packet: bytes) -> None:
        """Send an RTP packet, if it is known where to."""
        if self._servers is not None:
            self._transports[0].sendto(packet, self._servers[0])

    def send_rtcp(self, payload: bytes) -> None:
        """Send an RTCP packet, if it is known where to."""
        if self._servers is not None:
            self._transports[1].sendto(payload, self._servers[1])

    def close(self) -> None:
        """Close both sockets."""
        for transport in self._transports:
            transport.abort()
        for sock in self._sockets[len(self._transports) :]:
            sock.close()


class _Listener(asyncio.DatagramProtocol):
    __slots__ = ("_hosts", "_on_failure", "_sink")

    def __init__(
        self, hosts: frozenset[str], sink: Callable[[bytes], None], on_failure: Callable[[Exception], None]
    ) -> None:
        self._hosts = hosts
        self._sink = sink
        self._on_failure = on_failure

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        if addr[0] not in self._hosts:
            return
        try:
            self._sink(data)
        except Exception as error:  # noqa: BLE001 - the event loop would log it for every packet
            self._on_failure(error)

    def error_received(self, exc: Exception) -> None:
        """Pass over ICMP errors: the RTSP connection tells whether the camera is gone."""


def open_pair(host: str) -> UdpPair:
    """Bind an even port and the next one on the local IP address ``host``.

    Raises LocalError if none is free, or this machine has no socket left.
    """
    for _ in range(_TRIES):
        with ExitStack() as stack:
            try:
                rtp = _bound(host, 0, stack)
                port = cast("int", rtp.getsockname()[1])
                rtcp = _bound(host, port + 1, stack) if port % 2 == 0 else None
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    continue
                raise LocalError(f"SETUP: no UDP socket on {host}: {error.strerror}") from error
            if rtcp is not None:
                stack.pop_all()
                return UdpPair(rtp, rtcp)
    raise LocalError(f"SETUP: no free pair of UDP ports on {host}")


def _bound(host: str, port: int, stack: ExitStack) -> socket.socket:
    """Return a socket at ``port``; ``stack`` closes it."""
    sock = stack.enter_context(socket.socket(_family(host), socket.SOCK_DGRAM))
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    sock.bind((host, port))
    return sock


def open_group(group: str, ports: tuple[int, int], local: str, ttl: int) -> UdpPair:
    """Join a multicast group on the interface that has the IP address ``local``.

    Other programs of this machine may listen too. For IPv6 the routing table chooses the
    interface. Raises LocalError if it cannot be joined.
    """
    sockets: list[socket.socket] = []
    try:
        for port in ports:
            sockets.append(socket.socket(_family(group), socket.SOCK_DGRAM))
            _join(sockets[-1], group, port, local, ttl)
    except OSError as error:
        for sock in sockets:
            sock.close()
        raise LocalError(f"SETUP: cannot join the group {group}: {error.strerror}") from error
    return UdpPair(*sockets)


def _join(sock: socket.socket, group: str, port: int, local: str, ttl: int) -> None:
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((group, port))  # to the group, so that nothing else at this port is read
    if sock.family is socket.AF_INET6:
        member = socket.inet_pton(socket.AF_INET6, group) + struct.pack("@I", 0)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, ttl)
        return
    interface = socket.inet_aton("0.0.0.0" if ":" in local else local)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + interface)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, interface)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, ttl)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
