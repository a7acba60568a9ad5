"""The structured header fields of RTSP: Transport, Session, Public (RFC 2326 section 12)."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.base.errors import ProtocolError

DEFAULT_SESSION_TIMEOUT_S = 60.0
MAX_CHANNEL = 255


@dataclass(frozen=True, slots=True)
class TransportSpec:
    """One way to carry a track (section 12.39). A pair is (RTP, RTCP).

    ``destination``, ``port`` and ``ttl`` are those of a multicast group.
    """

    tcp: bool
    interleaved: tuple[int, int] | None = None
    client_port: tuple[int, int] | None = None
    server_port: tuple[int, int] | None = None
    source: str = ""
    multicast: bool = False
    ssrc: int | None = None
    destination: str = ""
    port: tuple[int, int] | None = None
    ttl: int = 16

    def __str__(self) -> str:
        parts = ["RTP/AVP/TCP" if self.tcp else "RTP/AVP", "multicast" if self.multicast else "unicast"]
        if self.destination:
            parts += [f"destination={self.destination}", f"ttl={self.ttl}"]
        for name in ("interleaved", "client_port", "server_port", "port"):
            pair: tuple[int, int] | None = getattr(self, name)
            if pair is not None:
                parts.append(f"{name}={pair[0]}-{pair[1]}")
        if self.source:
            parts.append(f"source={self.source}")
        if self.ssrc is not None:
            parts.append(f"ssrc={self.ssrc:08X}")
        return ";".join(parts)


def parse_transports(value: str) -> list[TransportSpec]:
    """Parse a Transport header, best first; entries that are not RTP/AVP are left out.

    Raises ProtocolError when a number in it is out of range or not a number.
    """
    return [spec for part in value.split(",") if (spec := _transport(part)) is not None]


def _transport(text: str) -> TransportSpec | None:
    profile, *rest = (part.strip() for part in text.split(";"))
    if not profile.upper().startswith("RTP/AVP"):
        return None
    pairs = (part.partition("=") for part in rest)
    values = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return TransportSpec(
        tcp=profile.upper().endswith("/TCP"),
        interleaved=_pair(values.get("interleaved"), MAX_CHANNEL),
        client_port=_pair(values.get("client_port"), 65535),
        server_port=_pair(values.get("server_port"), 65535),
        source=values.get("source", ""),
        multicast="multicast" in values,
        ssrc=_ssrc(values.get("ssrc", "")),
        destination=values.get("destination", ""),
        port=_pair(values.get("port"), 65535),
        ttl=(_pair(values.get("ttl"), 255) or (16, 0))[0],
    )


def _pair(text: str | None, maximum: int) -> tuple[int, int] | None:
    """Return ``"a-b"`` as numbers; ``"a"`` alone means ``(a, a + 1)``."""
    if not text:
        return None
    first, _, second = text.partition("-")
    numbers = [part.strip() for part in (first, second or first)]
    if not all(n.isascii() and n.isdigit() and len(n) <= 5 and int(n) <= maximum for n in numbers):
        raise ProtocolError(f"Transport: not a pair of numbers up to {maximum}: {text[:40]!a}")
    low = int(numbers[0])
    return low, int(numbers[1]) if second else min(low + 1, maximum)


def _ssrc(text: str) -> int | None:
    """Return the SSRC; what is not hexadecimal is passed over, since nothing depends on it."""
    try:
        return int(text, 16) & 0xFFFFFFFF
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class SessionHeader:
    """A session's id and how long the server keeps it without a sign of life (section 12.37)."""

    id: str
    timeout_s: float = DEFAULT_SESSION_TIMEOUT_S


def parse_session(value: str) -> SessionHeader:
    """Parse a Session header; a timeout that cannot be read is the standard's 60 s."""
    identity, *parameters = (part.strip() for part in value.split(";"))
    for parameter in parameters:
        name, _, text = parameter.partition("=")
        text = text.strip()
        if name.strip().lower() == "timeout" and text.isascii() and text.isdigit() and 0 < len(text) < 7:
            return SessionHeader(identity, float(text) or DEFAULT_SESSION_TIMEOUT_S)
    return SessionHeader(identity)


def parse_methods(value: str) -> frozenset[str]:
    """Return the methods that Public (or Allow) lists, in capitals."""
    return frozenset(word.strip().upper() for word in value.split(",") if word.strip())
