"""Session descriptions (RFC 8866, RFC 4566), as far as RTSP needs them (RFC 2326 appendix C).

Reading is lenient: cameras leave lines out, add their own, and put spaces where none belong. What
is not understood is passed over; what is missing has the value the standards give it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address

from commandwall.base.errors import ProtocolError
from commandwall.rtp.quirks import Quirk

MAX_MEDIA = 32

STATIC_FORMATS: Mapping[int, tuple[str, int]] = {
    0: ("PCMU", 8000),
    8: ("PCMA", 8000),
    14: ("MPA", 90000),
    26: ("JPEG", 90000),
    31: ("H261", 90000),
    32: ("MPV", 90000),
    33: ("MP2T", 90000),
    34: ("H263", 90000),
}
"""Payload types that need no ``a=rtpmap`` (RFC 3551 section 6): (encoding, clock rate in Hz)."""


@dataclass(frozen=True, slots=True)
class RtpFormat:
    """One payload type of a media section; ``encoding`` is in capitals, ``fmtp`` names in lower case."""

    payload_type: int
    encoding: str = ""
    clock_hz: int = 90000
    channels: int = 1
    fmtp: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MediaDescription:
    """A media section. ``control`` is as written, ``""`` if the section has none.

    ``group`` is the multicast group of its ``c=`` line, or the session's; ``""`` if there is none.
    """

    kind: str
    formats: tuple[RtpFormat, ...]
    control: str = ""
    protocol: str = "RTP/AVP"
    port: int = 0
    attributes: tuple[tuple[str, str], ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class SessionDescription:
    """A whole description; ``control`` is the session's own, ``""`` if it has none.

    ``attributes`` are the lines that have no field of their own, as (name, value); ``quirks`` is what
    was borne.
    """

    media: tuple[MediaDescription, ...]
    control: str = ""
    name: str = "-"
    attributes: tuple[tuple[str, str], ...] = ()
    quirks: frozenset[Quirk] = frozenset()


def parse_sdp(body: bytes) -> SessionDescription:
    """Parse ``body``. Raises ProtocolError if it has no media section, or more than MAX_MEDIA."""
    name = "-"
    sections: list[_Section] = [_Section("")]
    for kind, value in _lines(body):
        if kind == "m":
            if len(sections) > MAX_MEDIA:
                raise ProtocolError(f"the SDP has more than {MAX_MEDIA} media sections")
            sections.append(_Section(value))
        elif kind == "s" and len(sections) == 1:
            name = value or "-"
        elif kind == "c":
            sections[-1].group = _group(value)
        elif kind == "a":
            key, _, rest = value.partition(":")
            sections[-1].add(key.strip().lower(), rest.strip())
    session, *media = sections
    if not media:
        raise ProtocolError(f"the SDP has 0 media sections; 1 to {MAX_MEDIA} can be used")
    for section in media:
        section.group = section.group or session.group
    control, others = session.get("control"), session.others()
    streams = tuple(_media(section) for section in media)
    return SessionDescription(streams, control, name, others, frozenset(_quirks(body)))


def build_sdp(description: SessionDescription) -> bytes:
    """Return ``description`` as it goes into the body of a DESCRIBE response."""
    lines = ["v=0", "o=- 0 0 IN IP4 0.0.0.0", f"s={description.name}", "c=IN IP4 0.0.0.0", "t=0 0"]
    lines += _attribute_lines(description.control, description.attributes)
    for media in description.media:
        types = " ".join(str(fmt.payload_type) for fmt in media.formats)
        lines.append(f"m={media.kind} {media.port} {media.protocol} {types}")
        for fmt in media.formats:
            channels = f"/{fmt.channels}" if fmt.channels > 1 else ""
            lines.append(f"a=rtpmap:{fmt.payload_type} {fmt.encoding}/{fmt.clock_hz}{channels}")
            if fmt.fmtp:
                parameters = ";".join(f"{key}={value}" for key, value in fmt.fmtp.items())
                lines.append(f"a=fmtp:{fmt.payload_type} {parameters}")
        lines += _attribute_lines(media.control, media.attributes)
    return "\r\n".join([*lines, ""]).encode()


class _Section:
    """The lines of one section while they are collected, those about a payload type by its number."""

    __slots__ = ("attributes", "formats", "group", "media")

    def __init__(self, media: str) -> None:
        self.media = media
        self.group = ""
        self.attributes: list[tuple[str, str]] = []
        self.formats: dict[tuple[str, int], str] = {}

    def add(self, key: str, value: str) -> None:
        """Take an attribute; of several for one payload type the first counts."""
        if key not in ("rtpmap", "fmtp"):
            self.attributes.append((key, value))
            return
        number, _, rest = value.partition(" ")
        payload_type = _number(number, 127)
        if payload_type is not None:
            self.formats.setdefault((key, payload_type), rest.strip())

    def get(self, key: str) -> str:
        return next((value for have, value in self.attributes if have == key), "")

    def others(self) -> tuple[tuple[str, str], ...]:
        return tuple((key, value) for key, value in self.attributes if key != "control")


def _quirks(body: bytes) -> Iterator[Quirk]:
    lines = body.split(b"\r\n")
    if any(b"\n" in line or line.rstrip() != line for line in lines):
        yield Quirk.LINE_ENDS
    if any(line.strip() and line.strip()[1:2] != b"=" for line in body.splitlines()):
        yield Quirk.STRANGE_LINES


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    for line in re.split(r"\r\n|\n|\r", body.decode("utf-8", "replace")):
        kind, equals, value = line.strip().partition("=")
        if equals and len(kind) == 1:
            yield kind, value.strip()


def _group(connection: str) -> str:
    """Return the address in ``IN IP4 ADDRESS/TTL`` if it is one of multicast, else ``""``."""
    address = connection.rsplit(maxsplit=1)[-1].partition("/")[0] if connection else ""
    try:
        return address if ip_address(address).is_multicast else ""
    except ValueError:
        return ""


def _attribute_lines(control: str, attributes: tuple[tuple[str, str], ...]) -> list[str]:
    lines = [f"a=control:{control}"] if control else []
    return lines + [f"a={key}:{value}" if value else f"a={key}" for key, value in attributes]


def _media(section: _Section) -> MediaDescription:
    kind, port, protocol, types = [*section.media.split(None, 3), "", "", "", ""][:4]
    numbers = [number for text in types.split() if (number := _number(text, 127)) is not None]
    return MediaDescription(
        kind=kind.lower(),
        formats=tuple(_format(section, number) for number in dict.fromkeys(numbers)),
        control=section.get("control"),
        protocol=protocol.upper(),
        port=_number(port.partition("/")[0], 65535) or 0,
        attributes=section.others(),
        group=section.group,
    )


def _format(section: _Section, payload_type: int) -> RtpFormat:
    encoding, clock_hz = STATIC_FORMATS.get(payload_type, ("", 90000))
    channels = 1
    parts = section.formats.get(("rtpmap", payload_type), "").split("/", 3)
    if parts[0] and parts[0].isprintable():
        encoding = parts[0].strip().upper()
        clock_hz = (_number(parts[1], 10**7) if len(parts) > 1 else None) or clock_hz
        channels = (_number(parts[2], 64) if len(parts) > 2 else None) or 1
    fmtp = parse_fmtp(section.formats.get(("fmtp", payload_type), ""))
    return RtpFormat(payload_type, encoding, clock_hz, channels, fmtp)


def parse_fmtp(text: str) -> dict[str, str]:
    """Return the parameters in ``text`` (``a=1; b=2``); names in lower case, values as they are."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {key.strip().lower(): value.strip() for key, _, value in pairs if key.strip()}


def _number(text: str, maximum: int) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        return None
    number = int(text)
    return number if number <= maximum else None
