"""The schema of the configuration file and of layout files, as they are written.

Values are checked in :mod:`commandwall.settings.values`, references between entries in
:mod:`commandwall.settings.checks`.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from commandwall.base.errors import InvalidError
from commandwall.model.camera import Transport
from commandwall.model.decoding import DecodeChoice
from commandwall.model.layout import Aspect
from commandwall.model.masks import MAX_MASKS, Mask
from commandwall.model.overlays import Corner, Switch, WallOverlay
from commandwall.settings.site import Address, Language, Level
from commandwall.settings.values import (
    CellId,
    Count,
    HttpUrl,
    Id,
    LayoutId,
    Listen,
    Monitor,
    MqttPrefix,
    MqttUrl,
    NotEmpty,
    Position,
    RtspUrl,
    StunUrl,
    Text,
)


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


class RtcEntry(Entry):
    """``rtc``: WebRTC."""

    ice_servers: list[StunUrl] = []


class MqttEntry(Entry):
    """``mqtt``: the broker."""

    url: MqttUrl
    prefix: MqttPrefix = "commandwall"
    credentials: Id | None = None


class CameraTlsEntry(Entry):
    """``ingest.tls``: a PEM file."""

    ca: Text


class IngestEntry(Entry):
    """``ingest``: worker processes."""

    workers: Count = None
    decode_threads: Count = None
    decode: DecodeChoice = DecodeChoice.AUTO
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

    url: RtspUrl
    transport: Transport = Transport.TCP

    @model_validator(mode="after")
    def _is_encrypted_whole(self) -> StreamEntry:
        encrypted = self.transport in (Transport.TCP, Transport.HTTP)
        if self.url.lower().startswith("rtsps:") and not encrypted:
            raise ValueError("would send its pictures unencrypted; for rtsps, transport must be tcp or http")
        return self


class OnvifEntry(Entry):
    """``onvif`` of a camera: its device service, which pan, tilt, zoom and imaging go through.

    ``profile`` is the token of one of its media profiles, on a device with several lenses or channels.
    """

    url: HttpUrl
    profile: Text | None = None


class MaskEntry(Entry):
    """One of a camera's ``masks``, in parts of its picture (0 to 1): x, y, width, height, or corners."""

    rect: tuple[float, float, float, float] | None = None
    polygon: list[tuple[float, float]] | None = None

    @model_validator(mode="after")
    def _is_a_mask(self) -> MaskEntry:
        self.mask()
        return self

    def mask(self) -> Mask:
        """Return what it comes to; raises ``ValueError`` with words for people."""
        if (self.rect is None) == (self.polygon is None):
            raise ValueError("must have either rect or polygon")
        try:
            return Mask(tuple(self.polygon)) if self.polygon is not None else Mask.rectangle(*self.rect or ())
        except InvalidError as error:
            raise ValueError(error.sentence) from None


MaskEntries = Annotated[tuple[MaskEntry, ...], Field(max_length=MAX_MASKS)]


class CameraEntry(Entry):
    """One of ``cameras``, or a line of ``cameras_file``."""

    id: Id
    name: Text
    area: Id
    position: Position | None = None
    main: StreamEntry | None = None
    sub: StreamEntry | None = None
    onvif: OnvifEntry | None = None
    credentials: Id | None = None
    enabled: bool = True
    tls_verify: bool = True
    audio: bool = True
    masks: MaskEntries = ()

    @model_validator(mode="after")
    def _has_a_stream(self) -> CameraEntry:
        if self.main is None and self.sub is None:
            raise ValueError("has neither main nor sub; give at least one of them a url")
        return self


class CredentialEntry(Entry):
    """One of ``credentials``."""

    user: Text
    password_file: Text


class HideEntry(Entry):
    """``hide`` of a head: what it does not show."""

    areas: tuple[Id, ...] = ()
    cameras: tuple[Id, ...] = ()
    overlays: tuple[WallOverlay, ...] = ()


class DisplayEntry(Entry):
    """``display`` of a head: a monitor of this machine, by its number or its name."""

    monitor: Monitor = 0
    fullscreen: bool = True


class HeadEntry(Entry):
    """One of a wall's ``heads``; ``rect`` is x, y, width, height in pixels of the canvas.

    ``bezel`` is left, top, right, bottom in pixels of the canvas, ``size`` width and height.
    """

    id: Id
    rect: tuple[int, int, int, int]
    bezel: tuple[int, int, int, int] = (0, 0, 0, 0)
    rotate: Literal[0, 90, 180, 270] = 0
    size: tuple[int, int] | None = None
    display: DisplayEntry | None = None
    hide: HideEntry = HideEntry()
    watermark: bool | Text = False
    credentials: Id | None = None


class LabelsEntry(Entry):
    """``labels`` of a wall: what its tiles say while they are live."""

    name: Switch = Switch.AUTO
    area: Switch = Switch.AUTO
    time: Switch = Switch.AUTO
    state: Switch = Switch.AUTO
    age: Switch = Switch.AUTO
    bitrate: Switch = Switch.AUTO


class LogoEntry(Entry):
    """``logo`` of a wall: a PNG file; ``height`` is a part of the canvas's."""

    file: Text
    corner: Corner = Corner.BOTTOM_RIGHT
    height: Annotated[float, Field(ge=0.01, le=0.5)] = 0.06
    opacity: Annotated[float, Field(ge=0.1, le=1)] = 0.9


class WallEntry(Entry):
    """One of ``walls``; without ``heads`` it has one, ``all``, that is its whole canvas."""

    id: Id
    name: Text
    size: tuple[int, int]
    fps: int = 25
    layout: LayoutId
    align_ms: int = 0
    labels: LabelsEntry = LabelsEntry()
    logo: LogoEntry | None = None
    heads: Annotated[tuple[HeadEntry, ...] | None, NotEmpty] = None


class ConferencesEntry(Entry):
    """``conferences``: links to the centre above, and bridges to other systems."""

    links: list[Any] = []
    bridges: list[Any] = []


class SiteFile(Entry):
    """The file. Lists hold entries that are validated one by one, so that each fault is found."""

    site: SiteEntry
    language: Language = Language.CHINESE
    state: Text = "/var/lib/commandwall"
    http: HttpEntry = HttpEntry()
    rtsp: RtspEntry = RtspEntry()
    rtc: RtcEntry = RtcEntry()
    mqtt: MqttEntry | None = None
    ingest: IngestEntry = IngestEntry()
    layouts: Text | None = None
    areas: list[Any] = []
    cameras: list[Any] = []
    cameras_file: Text | None = None
    credentials: dict[str, Any] = {}
    data: list[Any] = []
    walls: list[Any] = []
    conferences: ConferencesEntry = ConferencesEntry()


class FreeCellEntry(Entry):
    """``free``: a cell anywhere; ``rect`` is x, y, width, height in per cent of the wall."""

    id: CellId
    rect: tuple[float, float, float, float]
    z: Annotated[int, Field(ge=-99, le=99)] = 0

    @field_validator("rect")
    @classmethod
    def _on_the_wall(cls, rect: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        x, y, width, height = rect
        if min(width, height) <= 0:
            raise ValueError("is empty; give it a width and a height above 0")
        if min(x, y) < 0 or round(max(x + width, y + height), 6) > 100:
            raise ValueError("leaves the wall; x and y are at least 0, x + width and y + height at most 100")
        return rect


class LayoutFile(Entry):
    """A layout: ``grid`` numbers the cells of a plain one, ``cells`` draws any other, ``free`` adds cells."""

    name: Text
    grid: tuple[Annotated[int, Field(ge=1, le=64)], Annotated[int, Field(ge=1, le=64)]] | None = None
    cells: Annotated[list[Text] | None, NotEmpty] = None
    free: Annotated[Annotated[list[FreeCellEntry], Field(max_length=400)] | None, NotEmpty] = None
    aspect: dict[str, Aspect] = {}

    @model_validator(mode="after")
    def _one_form(self) -> LayoutFile:
        if self.grid is not None and self.cells is not None:
            raise ValueError("must have either grid or cells; a plain grid needs no drawing")
        if self.grid is None and self.cells is None and self.free is None:
            raise ValueError("must have cells: a grid, a drawing (cells) or free ones")
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
