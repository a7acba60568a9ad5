"""What a configuration comes to: checked, resolved and never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from commandwall.model.camera import Area, Camera
from commandwall.model.conference.feeds import USUAL_FEEDS
from commandwall.model.data import Panel
from commandwall.model.decoding import DecodeChoice
from commandwall.model.layout import Layout
from commandwall.model.wall import Wall


class Level(StrEnum):
    """The three levels of command centres."""

    CITY = "city"
    DISTRICT = "district"
    STREET = "street"


class Language(StrEnum):
    """The language of pages and tiles where the viewer has not chosen one."""

    CHINESE = "zh"
    ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Site:
    """The command centre itself."""

    id: str
    name: str
    level: Level


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens. Port 0 lets the system choose one."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files of a certificate chain and its private key; they fitted each other at start."""

    cert: Path
    key: Path


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """The HTTP server; without ``tls`` it speaks plain HTTP."""

    listen: Address
    tls: Tls | None = None


@dataclass(frozen=True, slots=True)
class Credential:
    """A user and the password read from its file; neither is ever part of a URL or a log."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RtspSettings:
    """The RTSP server that shares cameras and heads; without ``credential`` everybody may watch.

    ``heads`` has those who may watch one head, by its ``WALL/HEAD``, and nothing else.
    """

    listen: Address
    credential: Credential | None = None
    heads: Mapping[str, Credential] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RtcSettings:
    """WebRTC; ``ice_servers`` (``stun:HOST[:PORT]``) tell peers their address outside, where there is one."""

    ice_servers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """The MQTT broker that states go to and commands come from."""

    host: str
    port: int
    tls: bool
    prefix: str
    credential: Credential | None


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """How many ingest workers there are, and decode threads in each; ``None``: as many as use all cores.

    ``connects_per_s``: how many sessions with cameras are opened a second at most, in all workers
    together; ``connects_per_host``: how many at a time at one address and port. ``ca_file`` (PEM)
    vouches for the certificates of ``rtsps`` cameras; ``None``: the system does. ``decode``: who decodes.
    """

    workers: int | None = None
    decode_threads: int | None = None
    connects_per_s: int = 400
    connects_per_host: int = 16
    ca_file: Path | None = None
    decode: DecodeChoice = DecodeChoice.AUTO


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """A link: ``conference`` here joins ``to`` of the daemon at ``url``, as whom ``token`` says.

    ``feeds``: how many single pictures it carries at once beside the composed one.
    """

    id: str
    conference: str
    url: str
    to: str
    token: str = field(repr=False)
    feeds: int = USUAL_FEEDS


@dataclass(frozen=True, slots=True)
class WhipSettings:
    """A WHIP/WHEP server: addresses to publish to and to watch, ``""`` for not that way."""

    whip: str
    whep: str
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class JanusSettings:
    """The rooms of a Janus by their ids, ``None`` for not that one; ``feed``: whose picture is taken."""

    url: str
    video: int | str | None
    audio: int | str | None
    feed: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    pin: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class BridgeSettings:
    """A bridge: what ``target`` is takes part in ``conference`` as ``id``, called ``name``."""

    id: str
    conference: str
    name: str
    target: WhipSettings | JanusSettings


@dataclass(frozen=True, slots=True)
class ConferenceSettings:
    """What is joined from the start."""

    links: tuple[LinkSettings, ...] = ()
    bridges: tuple[BridgeSettings, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole site. Ids are unique, every reference names something that is here, paths are absolute.

    ``layouts`` has the shipped ones and the site's own, the smallest first.
    """

    file: Path
    site: Site
    language: Language
    state_dir: Path
    http: HttpSettings
    rtsp: RtspSettings
    rtc: RtcSettings
    mqtt: MqttSettings | None
    ingest: IngestSettings
    areas: tuple[Area, ...]
    cameras: tuple[Camera, ...]
    credentials: Mapping[str, Credential]
    walls: tuple[Wall, ...]
    layouts: Mapping[str, Layout]
    panels: tuple[Panel, ...] = ()
    conferences: ConferenceSettings = ConferenceSettings()
