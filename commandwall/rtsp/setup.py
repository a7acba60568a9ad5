"""SETUP: having a track sent here, in each of the ways there are (RFC 2326 sections 10.4 and 12.39)."""

from __future__ import annotations

from contextlib import ExitStack
from ipaddress import ip_address
from typing import Protocol

from commandwall.base.errors import ProtocolError, UnsupportedError
from commandwall.model.camera import Transport
from commandwall.rtp.source import RtpSource
from commandwall.rtsp.connection import RtspConnection
from commandwall.rtsp.dialogue import Dialogue
from commandwall.rtsp.headers import TransportSpec, parse_transports
from commandwall.rtsp.messages import Response
from commandwall.rtsp.sdp import MediaDescription
from commandwall.rtsp.udp import UdpPair, open_group, open_pair


class TrackPath(Protocol):
    """The way to the camera for one track. Implemented by interleaved channels and pairs of UDP sockets."""

    def send_rtp(self, packet: bytes) -> None:
        """Send one RTP packet to the camera, if it can be done now."""

    def send_rtcp(self, payload: bytes) -> None:
        """Send one compound RTCP packet to the camera, if it can be done now."""


class InterleavedPath:
    """The interleaved channels for RTP and RTCP."""

    __slots__ = ("_channels", "_connection")

    def __init__(self, connection: RtspConnection, channels: tuple[int, int]) -> None:
        self._connection = connection
        self._channels = channels

    def send_rtp(self, packet: bytes) -> None:
        """Send one RTP packet to the camera."""
        self._connection.send_frame(self._channels[0], packet)

    def send_rtcp(self, payload: bytes) -> None:
        """Send one compound RTCP packet to the camera."""
        self._connection.send_frame(self._channels[1], payload)


class SetUp:
    """Sets up the tracks of one session, one after the other; sockets are closed by ``stack``.

    Raises what ``Dialogue.call`` raises, UnsupportedError if the camera answers with another
    transport, LocalError if this machine has no socket for it.
    """

    def __init__(self, dialogue: Dialogue, transport: Transport, stack: ExitStack) -> None:
        self._dialogue = dialogue
        self._transport = transport
        self._stack = stack
        self._channel = 0

    async def track(
        self, url: str, media: MediaDescription, receiver: RtpSource, *, sends: bool = False
    ) -> TrackPath:
        """Have the track at ``url``, described by ``media``, given to ``receiver``; return the way back.

        ``sends``: media goes that way. Then nothing else is sent first, which would be taken for media.
        """
        match self._transport:
            case Transport.UDP:
                return await self._udp(url, receiver, punch=not sends)
            case Transport.MULTICAST:
                return await self._multicast(url, media, receiver)
            case _:
                return await self._interleaved(url, receiver)

    async def _interleaved(self, url: str, receiver: RtpSource) -> TrackPath:
        """Have it sent on the RTSP connection itself, on the channels that the camera chooses."""
        pair = self._channel, self._channel + 1
        self._channel += 2
        wanted = TransportSpec(tcp=True, interleaved=pair)
        spec = await self._ask(url, wanted)
        rtp, rtcp = spec.interleaved or pair
        connection = self._dialogue.connection
        if rtp in connection.sinks or rtcp in connection.sinks:
            raise ProtocolError("SETUP: the camera sends two tracks on channel {channel}", channel=rtp)
        connection.sinks[rtp] = receiver.on_rtp
        connection.sinks[rtcp] = receiver.on_rtcp
        return InterleavedPath(connection, (rtp, rtcp))

    async def _udp(self, url: str, receiver: RtpSource, *, punch: bool) -> TrackPath:
        """Have it sent to a pair of UDP ports."""
        connection = self._dialogue.connection
        pair = self._closing(open_pair(connection.host("sockname")))
        spec = await self._ask(url, TransportSpec(tcp=False, client_port=pair.ports))
        if spec.multicast:
            raise UnsupportedError("SETUP: the camera sends to a multicast group only; use multicast or tcp")
        camera = connection.host("peername")
        await pair.start(_senders(camera, spec), receiver, connection.end)
        if spec.server_port is not None:
            pair.aim(_target(camera, _source(spec)), spec.server_port)
            if punch:
                pair.punch()
        return pair

    async def _multicast(self, url: str, media: MediaDescription, receiver: RtpSource) -> TrackPath:
        """Join the group that the camera sends it to."""
        connection = self._dialogue.connection
        spec = await self._ask(url, TransportSpec(tcp=False, multicast=True))
        if not spec.multicast:
            raise UnsupportedError("SETUP: asked for multicast, the camera gives unicast; use tcp or udp")
        group = spec.destination or media.group
        ports = spec.port or (media.port, media.port + 1)
        if not _is_group(group) or not 0 < ports[0] < ports[1] < 65536:
            raise ProtocolError("SETUP: the camera names no multicast group and port; use tcp or udp")
        pair = self._closing(open_group(group, ports, connection.host("sockname"), spec.ttl))
        await pair.start(_senders(connection.host("peername"), spec), receiver, connection.end)
        pair.aim(group, ports)
        return pair

    def _closing(self, pair: UdpPair) -> UdpPair:
        self._stack.callback(pair.close)
        return pair

    async def _ask(self, url: str, wanted: TransportSpec) -> TransportSpec:
        response = await self._dialogue.call("SETUP", url, ("Transport", str(wanted)))
        return _answered(response, wanted)


def _answered(response: Response, wanted: TransportSpec) -> TransportSpec:
    """Return the transport that the camera answered SETUP with; ``wanted`` if it does not say."""
    try:
        specs = parse_transports(response.headers.get("Transport"))
    except ProtocolError as error:
        raise ProtocolError(f"SETUP: {error}") from error
    if not specs:
        return wanted
    if specs[0].tcp != wanted.tcp:
        names = ("udp", "tcp")
        raise UnsupportedError(
            "SETUP: asked for {wanted}, the camera gives {given}",
            wanted=names[wanted.tcp],
            given=names[specs[0].tcp],
        )
    return specs[0]


def _senders(camera: str, spec: TransportSpec) -> frozenset[str]:
    """Return the addresses that packets are taken from."""
    return frozenset((camera, _source(spec) or camera))


def _source(spec: TransportSpec) -> str:
    """Return the IP address that the camera says it sends from; ``""`` if it says none that is one."""
    try:
        return str(ip_address(spec.source))
    except ValueError:
        return ""


def _target(camera: str, source: str) -> str:
    """Return ``source``, or ``camera`` where that is ``""`` or of the other family, as its socket is not."""
    return source if source and (":" in source) == (":" in camera) else camera


def _is_group(address: str) -> bool:
    try:
        return ip_address(address).is_multicast
    except ValueError:
        return False
