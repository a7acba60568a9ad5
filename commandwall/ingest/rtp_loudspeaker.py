"""A loudspeaker on the network that takes RTP, without anything being agreed with it before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from commandwall.base.clock import monotonic_s, utc_ns
from commandwall.base.errors import CommandwallError, ConnectionLostError
from commandwall.model.talk import RtpAddress
from commandwall.rtp.sender import RtpSender

_REPORT_S = 5.0


class RtpLoudspeaker:
    """Sends to one address, with a sender report every five seconds. Belongs to the event loop."""

    def __init__(
        self,
        address: RtpAddress,
        rtp: asyncio.DatagramTransport,
        rtcp: asyncio.DatagramTransport,
        ended: asyncio.Future[CommandwallError],
    ) -> None:
        self.codec = address.codec.value
        self._sender = RtpSender(address.payload_type, address.clock_hz)
        self._rtp = rtp
        self._rtcp = rtcp
        self._ended = ended
        self._report_due_s = 0.0

    def send(self, payload: bytes, pts_90k: int) -> None:
        """Send what begins at ``pts_90k`` and is to be heard now."""
        self._rtp.sendto(self._sender.packet(payload, pts_90k))
        now_s = monotonic_s()
        if now_s >= self._report_due_s:
            self._report_due_s = now_s + _REPORT_S
            self._rtcp.sendto(self._sender.report(utc_ns()))

    async def closed(self) -> None:
        """Wait until it is known that nobody listens there, then raise :class:`ConnectionLostError`."""
        raise await asyncio.shield(self._ended)


class _Socket(asyncio.DatagramProtocol):
    """Learns that nobody listens, if ``ended`` is given."""

    def __init__(self, ended: asyncio.Future[CommandwallError] | None = None) -> None:
        self._ended = ended

    def error_received(self, exc: Exception) -> None:
        """Take note of an ICMP error (called by the event loop)."""
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(ConnectionLostError("nobody listens at the address of the loudspeaker"))


@asynccontextmanager
async def open_rtp_loudspeaker(address: RtpAddress) -> AsyncIterator[RtpLoudspeaker]:
    """Open the way to ``address``; raises :class:`ConnectionLostError` where there is none."""
    ended: asyncio.Future[CommandwallError] = asyncio.get_running_loop().create_future()
    async with AsyncExitStack() as stack:
        rtp = await _connected(address.host, address.port, _Socket(ended))
        stack.callback(rtp.close)
        rtcp = await _connected(address.host, address.port + 1, _Socket())
        stack.callback(rtcp.close)
        yield RtpLoudspeaker(address, rtp, rtcp, ended)


async def _connected(host: str, port: int, protocol: _Socket) -> asyncio.DatagramTransport:
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_datagram_endpoint(lambda: protocol, remote_addr=(host, port))
    except OSError as error:
        raise ConnectionLostError(
            "the loudspeaker cannot be reached: {error}", error=error.strerror
        ) from error
    return transport
