"""The typed messages between the control plane and its worker processes.

Every message is a frozen dataclass; its docstring says who sends it and what it means. They
travel as JSON on a :class:`commandwall.ipc.channel.Channel`; pictures never do.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from commandwall.base.errors import CommandwallError, InvalidError, NotFoundError
from commandwall.base.sentence import Sentence
from commandwall.ipc.data_messages import DataMessage
from commandwall.ipc.decoding import DecodeBudget, DecodingBy, TileReport
from commandwall.ipc.head_messages import ConfigureDisplay, DisplayArena, DisplayReport, ShowLineUp
from commandwall.ipc.overlay_messages import OverlayMessage
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.recording_messages import RecordingMessage
from commandwall.ipc.rtc_messages import RtcMessage
from commandwall.ipc.sound_messages import SoundMessage
from commandwall.ipc.talk_messages import TalkMessage
from commandwall.model.camera import FeedState, StreamName, Transport
from commandwall.model.clock import ClockFigures
from commandwall.model.decoding import DecodeChoice
from commandwall.model.layout import Aspect
from commandwall.model.masks import Masks
from commandwall.model.overlays import Seen
from commandwall.model.reason import Reason
from commandwall.model.rect import Rect
from commandwall.model.source import Source
from commandwall.model.transition import HOLD, Transition
from commandwall.model.view import WHOLE, Crop
from commandwall.model.wall import TileState, Wall


@dataclass(frozen=True, slots=True)
class Ready:
    """Worker -> control: started and able to take commands."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Control -> worker: answer with :class:`Pong`, or be killed."""


@dataclass(frozen=True, slots=True)
class Pong:
    """Worker -> control: alive; CPU seconds used since the start, resident bytes now."""

    cpu_s: float
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Drain:
    """Control -> worker: finish (TEARDOWN every camera, flush) and exit."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Either way: the request could not be done; it says why and what to do, in both languages.

    ``kind`` tells whose fault that is: ``invalid`` (then ``field`` is what was wrong), ``not-found``, or
    ``""`` for what cannot be done now.
    """

    en: str
    zh: str
    kind: str = ""
    field: str = ""

    @classmethod
    def of(cls, error: CommandwallError) -> Failure:
        """Return the failure of which ``error`` tells."""
        if isinstance(error, InvalidError):
            return cls(error.reason, error.reason.zh, "invalid", error.field)
        return cls(str(error), error.zh, "not-found" if isinstance(error, NotFoundError) else "")

    def error(self) -> CommandwallError:
        """Return the error that it tells of."""
        said = Sentence.of(self.en, self.zh)
        match self.kind:
            case "invalid":
                return InvalidError(said, field=self.field)
            case "not-found":
                return NotFoundError(said)
            case _:
                return CommandwallError(said)


@dataclass(frozen=True, slots=True)
class Picture:
    """Worker -> control: an encoded still picture is in the blob; answers a snapshot request."""

    content_type: str
    age_s: float


# ---- ingest


@dataclass(frozen=True, slots=True)
class ConfigureIngest:
    """Control -> ingest, first: where to serve packets, how many threads decode, and this worker's shares.

    Of ``decode_threads`` so many as ``own_threads`` have a core while all workers decode.
    ``budget_cores`` is how much of the machine it may decode with (1.0 = one core) until it is told,
    ``connects_per_s`` how many sessions it may open a second, ``connects_per_host`` how many at a time at
    one host, ``decode`` who is to decode.
    """

    packet_path: str
    decode_threads: int
    own_threads: int
    budget_cores: float
    connects_per_s: int
    connects_per_host: int
    decode: DecodeChoice = DecodeChoice.CPU


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """One stream to receive, of a camera or from a packet ``bus``. ``id`` is ``OWNER/STREAM``.

    ``on_demand`` feeds are opened only while a tile or a subscriber wants them. ``rtsps`` cameras
    show a certificate that ``ca_file`` vouches for (``""``: the system), unless not ``tls_verify``.
    With ``audio`` the stream's sound is received too.
    """

    id: str
    camera: str
    stream: StreamName
    url: str
    transport: Transport
    user: str = ""
    password: str = field(default="", repr=False)
    on_demand: bool = False
    tls_verify: bool = True
    ca_file: str = ""
    audio: bool = False
    bus: BusAddress | None = None


@dataclass(frozen=True, slots=True)
class AddFeeds:
    """Control -> ingest: receive these as well (a known id is replaced)."""

    feeds: tuple[FeedSpec, ...]


@dataclass(frozen=True, slots=True)
class RemoveFeeds:
    """Control -> ingest: close these."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WarmFeeds:
    """Control -> ingest: open these feeds, and decode them where there is room: they will be shown soon."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TileSpec:
    """One tile to paint: which source, and into which slots of which arena.

    The slots have ``width`` x ``height`` pixels (even). ``stream`` is what the tile deserves by
    its size; the worker shows the other stream until that one has its first picture.
    ``importance`` orders tiles when decoding must be cut: higher survives longer. ``crop`` is the
    part of the picture that is shown; ``aspect`` says how that part fills the tile. ``masks`` are
    painted over before anybody gets the picture.
    """

    cell: str
    source: Source
    stream: StreamName
    arena: str
    index: int
    width: int
    height: int
    aspect: Aspect
    importance: float
    crop: Crop = WHOLE
    masks: Masks = ()


@dataclass(frozen=True, slots=True)
class ShowTiles:
    """Control -> whoever paints: the tiles of ``wall`` that this worker paints, all of them, from now on.

    The wall shows ``fps`` pictures a second.
    """

    wall: str
    tiles: tuple[TileSpec, ...]
    fps: int = 25


STILL_PATIENCE_S = 10.0
"""How long is worked on a still of a camera: it may be the last of a long group, all of which is decoded."""


@dataclass(frozen=True, slots=True)
class SnapshotCamera:
    """Control -> ingest, a request: the newest picture of ``camera`` as JPEG; answer :class:`Picture`.

    ``masks`` are painted over first. One that takes longer than :data:`STILL_PATIENCE_S` is given up.
    """

    camera: str
    masks: Masks = ()


@dataclass(frozen=True, slots=True)
class FeedChanged:
    """Ingest -> control, at once: a feed changed its state."""

    id: str
    state: FeedState
    reason: Reason


@dataclass(frozen=True, slots=True)
class FeedFigures:
    """The counters and figures of one feed; counters since its worker started.

    ``audio_codec`` is that of its sound, ``""`` where none is received, and ``audio_fault`` why.
    """

    id: str
    codec: str
    width: int
    height: int
    fps: float
    bitrate_bps: float
    keyframe_interval_s: float
    last_frame_age_s: float
    frames: int
    bytes: int
    packets: int
    lost_packets: int
    reconnects: int
    clock: ClockFigures = field(default_factory=ClockFigures)
    audio_codec: str = ""
    audio_fault: str = ""
    audio_fault_zh: str = ""


@dataclass(frozen=True, slots=True)
class FeedReport:
    """Ingest -> control, once a second: the figures of all open feeds."""

    feeds: tuple[FeedFigures, ...]


# ---- wall


@dataclass(frozen=True, slots=True)
class ConfigureWall:
    """Control -> wall, first: the canvas, where to serve head packets, the language of overlays.

    ``displays`` are where the pictures of heads go that are shown on this machine.
    """

    wall: Wall
    packet_path: str
    language: str
    displays: tuple[DisplayArena, ...]


@dataclass(frozen=True, slots=True)
class WallTile:
    """One tile to show: its rectangle, its words, and the slots its picture comes from.

    ``arena`` is empty for a tile without a picture (``none``); ``area`` is where a camera hangs. ``seen`` are
    the cameras that the content of a conference shows.
    """

    cell: str
    rect: Rect
    source: str
    name: str
    arena: str = ""
    index: int = 0
    area: str = ""
    seen: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True)
class Arrange:
    """Control -> wall: show these tiles, all at the same tick, each over those before it.

    ``at_ns`` (monotonic) is when the operator's command arrived; switch times count from it.
    """

    revision: int
    at_ns: int
    tiles: tuple[WallTile, ...]
    transition: Transition = HOLD


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of a source that a wall shows."""

    source: str
    state: FeedState
    reason: Reason


@dataclass(frozen=True, slots=True)
class SourceStates:
    """Control -> wall, on change: the state of shown sources, for the words on their tiles."""

    states: tuple[SourceState, ...]


@dataclass(frozen=True, slots=True)
class SnapshotWall:
    """Control -> wall, a request: the canvas (or ``head``) as shown now; answer :class:`Picture`.

    ``format`` is ``png`` or ``jpg``. ``viewer`` is who asks: a watermark of the head names them.
    """

    head: str
    format: str
    viewer: str = ""


@dataclass(frozen=True, slots=True)
class TileTruth:
    """What one tile shows right now. ``age_s`` is the age of its picture, -1 without one.

    ``damaged``: something was lost from the picture, or from one that it depends on; ``loss``: it was
    packets on their way.
    ``skew_ms`` is how much later than the wall's common time the picture was captured, which is now on a
    wall that is not aligned; ``None`` where it is not known when it was captured. ``shown`` and ``missed``
    count the pictures that were, and those that newer ones overtook before a tick.
    """

    cell: str
    source: str
    state: TileState
    age_s: float
    shown: int
    damaged: bool = False
    loss: bool = False
    skew_ms: float | None = None
    missed: int = 0


@dataclass(frozen=True, slots=True)
class HeadFigures:
    """What one head has encoded since the wall process started, and who watches."""

    head: str
    encoded: int
    subscribers: int


@dataclass(frozen=True, slots=True)
class WallReport:
    """Wall -> control, once a second, and at once when a tile's state changes.

    Counters since the process started; ``tick_buckets`` are cumulative counts of ticks whose
    work took at most ``TICK_BUCKETS_S`` seconds, ``tick_sum_s`` their sum.
    """

    revision: int
    tick: int
    late_ticks: int
    tick_sum_s: float
    tick_buckets: tuple[int, ...]
    tiles: tuple[TileTruth, ...]
    heads: tuple[HeadFigures, ...]


@dataclass(frozen=True, slots=True)
class SwitchDone:
    """Wall -> control: every tile of ``revision`` that can has its first picture, and is live.

    Both are seconds since ``Arrange.at_ns``.
    """

    revision: int
    first_picture_s: float
    live_s: float


# ---- share


@dataclass(frozen=True, slots=True)
class ShareRoute:
    """One path of the RTSP server and the streams of a packet bus that are served there.

    ``audio_stream`` is that of the sound, ``""`` where there is none.
    """

    path: str
    packet_path: str
    stream: str
    audio_stream: str = ""


@dataclass(frozen=True, slots=True)
class ShareWatcher:
    """Somebody who may watch the ``paths`` of the RTSP server; without any, everything."""

    user: str
    password: str = field(repr=False)
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConfigureShare:
    """Control -> share, first: where to listen, who may watch (everybody if nobody is named), and what."""

    host: str
    port: int
    watchers: tuple[ShareWatcher, ...]
    routes: tuple[ShareRoute, ...]


@dataclass(frozen=True, slots=True)
class ShareRoutes:
    """Control -> share: what is served from now on, all of it; paths that did not change go on."""

    routes: tuple[ShareRoute, ...]


@dataclass(frozen=True, slots=True)
class ShareReport:
    """Share -> control, when it listens and when its clients change: how many they are.

    ``fault`` says why it cannot listen; it goes on trying.
    """

    clients: int
    fault: str = ""


TICK_BUCKETS_S = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128)

Message = (
    Ready | Ping | Pong | Drain | Failure | Picture
    | ConfigureIngest | AddFeeds | RemoveFeeds | WarmFeeds | ShowTiles | SnapshotCamera
    | FeedChanged | FeedReport | TileReport | DecodeBudget | DecodingBy
    | ConfigureWall | OverlayMessage | Arrange | SourceStates | SnapshotWall | WallReport | SwitchDone
    | ConfigureShare | ShareRoutes | ShareReport
    | ShowLineUp | ConfigureDisplay | DisplayReport
    | DataMessage
    | RtcMessage
    | RecordingMessage
    | SoundMessage
    | TalkMessage
)  # fmt: skip
