"""Answers WS-Discovery probes for the simulated devices."""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections.abc import Sequence
from ipaddress import IPv4Address
from urllib.parse import quote
from xml.sax.saxutils import escape

from commandwall.base.errors import CommandwallError
from commandwall.onvif.discovery import GROUP, PORT
from commandwall.onvif.markup import local, parse_xml, text
from commandwall.onvif.soap import envelope, payload
from simulators.onvif.device import Device

_ANSWER = "http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches"
_SCOPE = "onvif://www.onvif.org"
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


class Responder(asyncio.DatagramProtocol):
    """Joins the discovery group on ``interface`` (an address); an async context manager.

    Every device that is served by then answers each probe, in a message of its own as real ones do.
    """

    def __init__(self, devices: Sequence[Device], interface: str = "127.0.0.1") -> None:
        self._devices = devices
        self._interface = interface
        self._transport: asyncio.DatagramTransport | None = None

    async def __aenter__(self) -> Responder:
        channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        channel.setblocking(False)
        channel.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        channel.bind((GROUP, PORT))
        membership = IPv4Address(GROUP).packed + IPv4Address(self._interface).packed
        channel.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, sock=channel)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._transport is not None:
            self._transport.close()

    def datagram_received(self, data: bytes, address: tuple[str | int, ...]) -> None:
        """Answer a probe; anything else is not for us."""
        try:
            probe, root = payload(data), parse_xml(data)
        except CommandwallError:
            return
        if local(probe) != "Probe" or self._transport is None:
            return
        for device in self._devices:
            self._transport.sendto(probe_match(device, text(root, "s:Header/wsa:MessageID")), address)


def probe_match(device: Device, message_id: str) -> bytes:
    """Return how ``device`` answers the probe ``message_id``."""
    scopes = f"{_SCOPE}/name/{quote(device.name)} {_SCOPE}/hardware/dome {_SCOPE}/location/country/china"
    header = (
        f"<wsa:RelatesTo>{escape(message_id)}</wsa:RelatesTo><wsa:Action>{_ANSWER}</wsa:Action>"
        f"<wsa:MessageID>urn:uuid:{uuid.uuid4()}</wsa:MessageID>"
    )
    body = (
        "<wsd:ProbeMatches><wsd:ProbeMatch><wsa:EndpointReference>"
        f"<wsa:Address>urn:uuid:{uuid.uuid5(_NAMESPACE, device.address)}</wsa:Address>"
        "</wsa:EndpointReference><wsd:Types>dn:NetworkVideoTransmitter</wsd:Types>"
        f"<wsd:Scopes>{scopes}</wsd:Scopes>"
        f"<wsd:XAddrs>{device.address}/device_service</wsd:XAddrs>"
        "<wsd:MetadataVersion>1</wsd:MetadataVersion></wsd:ProbeMatch></wsd:ProbeMatches>"
    )
    return envelope(body, header)
