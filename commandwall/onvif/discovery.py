"""WS-Discovery: which ONVIF devices are on this network (ONVIF Core, section 7)."""

from __future__ import annotations

import asyncio
import fcntl
import socket
import struct
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from urllib.parse import unquote, urlsplit

from commandwall.base.errors import CommandwallError, InvalidError, UnavailableError
from commandwall.onvif.markup import find_all, text
from commandwall.onvif.soap import envelope, payload

GROUP = "239.255.255.250"
PORT = 3702
_TO = "urn:schemas-xmlsoap-org:ws:2005:04:discovery"
_PROBE = "http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe"
_REPEAT_S = 0.5
_MAX_DEVICES = 4096
_MAX_CHARS = 300
_MAX_URLS = 8
_SIOCGIFADDR = 0x8915


@dataclass(frozen=True, slots=True)
class Discovered:
    """A device that answered: its identity, its device services, and what its scopes say of it."""

    id: str
    urls: tuple[str, ...]
    name: str = ""
    hardware: str = ""
    location: str = ""


async def discover(interface: str = "", wait_s: float = 3.0) -> list[Discovered]:
    """Ask the network of ``interface`` (a name or an IPv4 address; empty: the system's choice).

    Raises InvalidError for an interface that is not there, UnavailableError when nothing can be
    sent. Answers that cannot be read are passed over: anybody on the network may send some.
    """
    probe = _probe()
    listener = _Listener()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: listener, sock=_socket(interface))
    try:
        deadline = loop.time() + wait_s
        while (left_s := deadline - loop.time()) > 0:  # Datagrams get lost; devices know the message again.
            transport.sendto(probe, (GROUP, PORT))
            await asyncio.sleep(min(left_s, _REPEAT_S))
    finally:
        transport.close()
    if listener.error is not None and not listener.found:
        raise UnavailableError(f"discovery: {listener.error.strerror}; name an interface that is connected")
    return sorted(listener.found.values(), key=lambda device: device.urls)


class _Listener(asyncio.DatagramProtocol):
    """Notes every device that answers, and why nothing could be sent."""

    def __init__(self) -> None:
        self.found: dict[str, Discovered] = {}
        self.error: OSError | None = None

    def error_received(self, exc: Exception) -> None:
        self.error = exc if isinstance(exc, OSError) else self.error

    def datagram_received(self, data: bytes, address: tuple[str | int, ...]) -> None:
        try:
            devices = matches(data)
        except CommandwallError:
            return
        for device in devices:
            if len(self.found) < _MAX_DEVICES:
                self.found[device.id] = device


def matches(data: bytes) -> list[Discovered]:
    """Return the devices in a ProbeMatches message; raises CommandwallError for anything else."""
    return [
        Discovered(
            text(match, "wsa:EndpointReference/wsa:Address")[:_MAX_CHARS],
            tuple(url for url in text(match, "wsd:XAddrs").split()[:_MAX_URLS] if _is_http(url)),
            **_scopes(text(match, "wsd:Scopes").split()),
        )
        for match in find_all(payload(data), "wsd:ProbeMatch")
    ]


def _scopes(scopes: Iterable[str]) -> dict[str, str]:
    """Return what ``onvif://www.onvif.org/name/...`` and the like say, for people."""
    said: dict[str, str] = {}
    for scope in scopes:
        kind, _, value = scope.removeprefix("onvif://www.onvif.org/").partition("/")
        if kind in ("name", "hardware", "location"):
            words = "".join(sign for sign in unquote(value) if sign.isprintable())
            said[kind] = (f"{said[kind]}, {words}" if kind in said else words)[:_MAX_CHARS]
    return said


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return (
            len(url) <= _MAX_CHARS
            and parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and "@" not in parts.netloc
        )
    except ValueError:
        return False


def _probe() -> bytes:
    header = (
        f"<wsa:MessageID>urn:uuid:{uuid.uuid4()}</wsa:MessageID>"
        f"<wsa:To>{_TO}</wsa:To><wsa:Action>{_PROBE}</wsa:Action>"
    )
    return envelope("<wsd:Probe><wsd:Types>dn:NetworkVideoTransmitter</wsd:Types></wsd:Probe>", header)


def _socket(interface: str) -> socket.socket:
    channel = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        channel.setblocking(False)
        channel.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        if interface:
            address = _address(channel, interface)
            channel.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, address.packed)
            channel.bind((str(address), 0))
    except OSError as error:
        channel.close()
        raise InvalidError(f"{interface}: {error.strerror}; see 'ip address'", field="interface") from None
    return channel


def _address(channel: socket.socket, interface: str) -> IPv4Address:
    """Return the IPv4 address of an interface that is named by it or by its name; raises OSError."""
    try:
        return IPv4Address(interface)
    except ValueError:
        request = struct.pack("256s", interface.encode()[:15])
        return IPv4Address(fcntl.ioctl(channel.fileno(), _SIOCGIFADDR, request)[20:24])
