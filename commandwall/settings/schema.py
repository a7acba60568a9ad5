"""The schema of the configuration file and of layout files, as they are written.

References between entries are checked in :mod:`commandwall.settings.checks`.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any, get_args
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
    model_validator,
)

from commandwall.model.camera import Transport
from commandwall.model.layout import Aspect
from commandwall.settings.site import Address, Language, Level

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LAYOUT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")
_PREFIX = re.compile(r"[^\s+#/$][^\s+#]*")


def _text_of_number(value: Any) -> Any:
    """Take a whole number for the text that it was written as: ``layout: 1``."""
    return str(value) if type(value) is int else value


def _count(value: Any) -> int | None:
    if value == "auto":
        return None
    if type(value) is not int or not 1 <= value <= 256:
        raise ValueError("must be auto or a whole number from 1 to 256")
    return value


def _id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError("must be 1 to 64 letters, digits, dots, dashes or underscores (a-z A-Z 0-9 . - _)")
    return value


def _layout_id(value: str) -> str:
    if not _LAYOUT_ID.fullmatch(value):
        raise ValueError("must be 1 to 64 letters, digits, dots, dashes, underscores or plus signs")
    return value


def _prefix(value: str) -> str:
    if not _PREFIX.fullmatch(value) or value.endswith("/"):
        raise ValueError("must be an MQTT topic without spaces, + and #, not beginning or ending with /")
    return value


def _position(value: tuple[float, float]) -> tuple[float, float]:
    latitude, longitude = value
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("must be [latitude, longitude] in degrees, latitude first")
    return value


def _address(value: Any) -> Any:
    """Return ``HOST:PORT`` or ``[IPV6]:PORT`` as an :class:`Address`."""
    host, colon, port = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    bare = host.removeprefix("[").removesuffix("]")
    bracketed = len(host) - len(bare) == 2
    if not colon or not bare or bracketed != (":" in bare) or not port.isascii() or not port.isdigit():
        raise ValueError('must be "HOST:PORT", like "127.0.0.1:8080" or "[::1]:8080"')
    if int(port) > 65535:
        raise ValueError("has a port above 65535")
    return Address(bare, int(port))


def _url(value: str, schemes: tuple[str, ...], form: str) -> str:
    """Return ``value`` if it is a URL of these schemes; what is wrong never quotes it (passwords)."""
    try:
        parts = urlsplit(value)
        host, port, user = parts.hostname, parts.port, "@" in parts.netloc
    except ValueError:
        raise ValueError(f"is not a URL; write {form}") from None
    if user:
        raise ValueError("must not carry a user or password; put them under credentials and name that entry")
    if parts.scheme not in schemes or not host or port == 0 or re.search(r"\s", value):
        raise ValueError(f"must be {form}")
    return value


def _rtsp_url(value: str) -> str:
    return _url(value, ("rtsp", "rtsps"), "rtsp://HOST[:PORT]/PATH or rtsps://HOST[:PORT]/PATH")


def _http_url(value: str) -> str:
    return _url(value, ("http", "https"), "http://HOST[:PORT]/PATH or https://HOST[:PORT]/PATH")


def _mqtt_url(value: str) -> str:
    return _url(value, ("mqtt", "mqtts"), "mqtt://HOST[:PORT] or mqtts://HOST[:PORT]")


def _some(value: Any) -> Any:
    if value is not None and not value:
        raise ValueError("must not be empty; leave it out or add an entry")
    return value


Text = Annotated[
    str,
    BeforeValidator(_text_of_number),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
Id = Annotated[Text, AfterValidator(_id)]
LayoutId = Annotated[Text, AfterValidator(_layout_id)]
Listen = Annotated[Address, BeforeValidator(_address)]
Count = Annotated[int | None, BeforeValidator(_count)]


class Entry(BaseModel):
    """A mapping of the file; keys that are not known are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SiteEntry(Entry):
    """``site``: which command centre this is."""

    id: Id
    name: Text
    level: Level


class TlsEntry(Entry):
    """``http.tls``: PEM files."""

    cert: Text
    key: Text


class HttpEntry(Entry):
    """``http``: the pages and the API."""

    listen: Listen = Address("127.0.0.1", 8080)
    tls: TlsEntry | None = None


class RtspEntry(Entry):
    """``rtsp``: cameras and heads for other systems."""

    listen: Listen = Address("127.0.0.1", 8554)
    credentials: Id | None = None


class MqttEntry(Entry):
    """``mqtt``: the broker."""

    url: Annotated[Text, AfterValidator(_mqtt_url)]
    prefix: Annotated[Text, AfterValidator(_prefix)] = "commandwall"
    credentials: Id | None = None


class CameraTlsEntry(Entry):
    """``ingest.tls``: a PEM file."""

    ca: Text


class IngestEntry(Entry):
    """``ingest``: worker processes."""

    workers: Count = None
    decode_threads: Count = None
    connects_per_s: Annotated[int, Field(ge=1, le=10_000)] = 400
    connects_per_host: Annotated[int, Field(ge=1, le=1000)] = 16
    tls: CameraTlsEntry | None = None


class AreaEntry(Entry):
    """One of ``areas``."""

    id: Id
    name: Text
    parent: Id | None = None


class StreamEntry(Entry):
    """``main`` or ``sub`` of a camera."""

    url: Annotated[Text, AfterValidator(_rtsp_url)]
    transport: Transport = Transport.TCP

    @model_validator(mode="after")
    def _is_encrypted_whole(self) -> StreamEntry:
        encrypted = self.transport in (Transport.TCP, Transport.HTTP)
        if self.url.lower().startswith("rtsps:") and not encrypted:
            raise ValueError("would send its pictures unencrypted; for rtsps, transport must be tcp or http")
        return self


class OnvifEntry(Entry):
    """``onvif`` of a camera: its device service, which pan, tilt, zoom and imaging go through."""

    url: Annotated[Text, AfterValidator(_http_url)]


class CameraEntry(Entry):
    """One of ``cameras``, or a line of ``cameras_file``."""

    id: Id
    name: Text
    area: Id
    position: Annotated[tuple[float, float], AfterValidator(_position)] | None = None
    main: StreamEntry | None = None
    sub: StreamEntry | None = None
    onvif: OnvifEntry | None = None
    credentials: Id | None = None
    enabled: bool = True
    tls_verify: bool = True

    @model_validator(mode="after")
    def _has_a_stream(self) -> CameraEntry:
        if self.main is None and self.sub is None:
            raise ValueError("has neither main nor sub; give at least one of them a url")
        return self


class CredentialEntry(Entry):
    """One of ``credentials``."""

    user: Text
    password_file: Text


class HeadEntry(Entry):
    """One of a wall's ``heads``; ``rect`` is x, y, width, height in pixels of the canvas."""

    id: Id
    rect: tuple[int, int, int, int]


class WallEntry(Entry):
    """One of ``walls``; without ``heads`` it has one, ``all``, that is its whole canvas."""

    id: Id
    name: Text
    size: tuple[int, int]
    fps: int = 25
    layout: LayoutId
    heads: Annotated[tuple[HeadEntry, ...] | None, AfterValidator(_some)] = None


class ConferencesEntry(Entry):
    """``conferences``: links to the centres above and below."""

    links: list[Any] = []

    @field_validator("links")
    @classmethod
    def _none_yet(cls, links: list[Any]) -> list[Any]:
        if links:
            raise ValueError("conferences are not linked by this version; leave it empty")
        return links


class SiteFile(Entry):
    """The file. Lists hold entries that are validated one by one, so that each fault is found."""

    site: SiteEntry
    language: Language = Language.CHINESE
    state: Text = "/var/lib/commandwall"
    http: HttpEntry = HttpEntry()
    rtsp: RtspEntry = RtspEntry()
    mqtt: MqttEntry | None = None
    ingest: IngestEntry = IngestEntry()
    layouts: Text | None = None
    areas: list[Any] = []
    cameras: list[Any] = []
    cameras_file: Text | None = None
    credentials: dict[str, Any] = {}
    walls: list[Any] = []
    conferences: ConferencesEntry = ConferencesEntry()


class LayoutFile(Entry):
    """A layout: ``grid`` numbers the cells of a plain one, ``cells`` draws any other."""

    name: Text
    grid: tuple[Annotated[int, Field(ge=1, le=64)], Annotated[int, Field(ge=1, le=64)]] | None = None
    cells: Annotated[list[Text] | None, AfterValidator(_some)] = None
    aspect: dict[str, Aspect] = {}

    @model_validator(mode="after")
    def _one_form(self) -> LayoutFile:
        if (self.grid is None) == (self.cells is None):
            raise ValueError("must have either grid or cells; a plain grid needs no drawing")
        return self


@cache
def keys_of(kind: type[Entry]) -> frozenset[str]:
    """Return the keys that an entry of ``kind`` knows, with those of the entries inside it."""
    keys = set(kind.model_fields)
    pending: list[Any] = [field.annotation for field in kind.model_fields.values()]
    while pending:
        part = pending.pop()
        if isinstance(part, type) and issubclass(part, Entry):
            keys |= keys_of(part)
        pending += get_args(part)
    return frozenset(keys)
