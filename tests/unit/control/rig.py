"""A control plane without processes: real service, users, audit and board; walls are stand-ins."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from commandwall.base.errors import InvalidError, NotFoundError, StaleError, UnavailableError
from commandwall.control.alarms import Alarms
from commandwall.control.audit import AuditLog
from commandwall.control.camera_store import CameraStore
from commandwall.control.database import Database
from commandwall.control.decor import Decor
from commandwall.control.documents import (
    BudgetDocument,
    Cause,
    HeadDocument,
    PreparedDocument,
    TileDocument,
    WallDocument,
    WallEvent,
)
from commandwall.control.dress import Surroundings, WallDress
from commandwall.control.events import EventLog
from commandwall.control.every_wall import EveryWall
from commandwall.control.feeds import StillPicture
from commandwall.control.kept import KeptRecords
from commandwall.control.layout_book import LayoutBook
from commandwall.control.layout_desk import LayoutDesk
from commandwall.control.lineup import WHOLE, LineUpControl
from commandwall.control.masking import Masking
from commandwall.control.overlay_documents import AlarmDocument, MaskRecord, OverlaysDocument
from commandwall.control.panel_desk import PanelDesk
from commandwall.control.panel_keeper import PanelKeeper
from commandwall.control.panels import Panels
from commandwall.control.pins import PinStore
from commandwall.control.ports import Place, WallPort
from commandwall.control.production import Clocks, ProgrammeNeeds, load_scenes, open_programme
from commandwall.control.ptz import PtzControl
from commandwall.control.rearranging import Rearrangement
from commandwall.control.records import Records
from commandwall.control.roles import Principal, Role
from commandwall.control.roster import Roster
from commandwall.control.rtc import Opened, RtcSession, Watched, WatchOffer
from commandwall.control.screens import Screens
from commandwall.control.service import Service
from commandwall.control.state import CameraBoard
from commandwall.control.store import Store
from commandwall.control.users import Users
from commandwall.control.vault import Vault
from commandwall.control.webrtc import WebRtc
from commandwall.ipc.messages import Message
from commandwall.model.arrangement import Arrangement
from commandwall.model.camera import Area, Camera, StreamAddress
from commandwall.model.data import Panel, PanelKind, Threshold
from commandwall.model.layout import Layout
from commandwall.model.level import PanelLevel
from commandwall.model.rect import Rect
from commandwall.model.source import Source
from commandwall.model.transition import HOLD, Transition
from commandwall.model.wall import DecodeLevel, TileState
from commandwall.settings.site import Credential, Language, Level, Site
from commandwall.workers.worker import WorkerState, WorkerStatus
from tests.unit.control.hall import Hall
from tests.unit.control.stage import LAYOUTS, WALL, Hands, Stage

NOON_S = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
PASSWORD = "correct horse 罗湖"
JPEG = b"\xff\xd8jpeg\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n"


def box(rect: Rect) -> tuple[int, int, int, int]:
    return rect.x, rect.y, rect.width, rect.height


AREAS = (Area("luohu", "罗湖"), Area("dongmen", "东门步行街", "luohu"))


PANELS = (
    Panel("time", "时间", PanelKind.CLOCK),
    Panel(
        "level", "水位", PanelKind.GAUGE, unit="m", min=0, max=5, decimals=2, stale_after_s=60,
        thresholds=(Threshold(3, PanelLevel.ALARM),),
    ),
    Panel("map", "态势", PanelKind.MAP, geojson=("/srv/luohu.geojson",)),
)  # fmt: skip
BUDGET = BudgetDocument(4, 0.5, 1, 3, 0)


class FakeWall:
    """A wall that shows whatever it is told, at once."""

    def __init__(self, board: CameraBoard, events: EventLog, packet_path: Path) -> None:
        self.wall = WALL
        self.packet_path = packet_path
        self.lineup = LineUpControl(WALL, self._lined_up)
        self.down = False
        self.greetings: list[Callable[[], None]] = []
        self.told: list[Message] = []
        self.weighed = 0
        self.rearranged: list[Rearrangement] = []
        self.pinned: frozenset[Source] = frozenset()
        self.transition = HOLD
        self.prepared: list[tuple[str, Iterable[str] | None]] = []
        self._board = board
        self._events = events
        self._layout = LAYOUTS["2x2"]
        self._sources = ["none"] * 4
        self._revision = 1

    def document(self) -> WallDocument:
        rects = self._layout.rects(WALL.width, WALL.height)
        level = DecodeLevel.NODEBLOCK
        tiles = [
            TileDocument(
                cell.id,
                source,
                source,
                box(rects[cell.id]),
                state,
                0.04,
                False,
                False,
                15.0,
                "sub",
                level,
                None,
                cell.aspect,
                (0, 0, 1, 1),
                cell.z,
                Source.parse(source) in self.pinned,
            )
            for cell, source in zip(self._layout.cells, self._sources, strict=True)
            for state in [TileState.EMPTY if source == "none" else TileState.LIVE]
        ]
        heads = tuple(
            HeadDocument(
                head.id, box(head.rect), (0, 0, 0, 0), 0, head.output, self.lineup.pattern(head.id), None
            )
            for head in WALL.heads
        )
        size = (WALL.width, WALL.height)
        return WallDocument(
            WALL.id,
            WALL.name,
            size,
            WALL.fps,
            0,
            self._revision,
            self._layout.id,
            "",
            heads,
            BUDGET,
            tuple(tiles),
            self.lineup.identifying,
            self.lineup.pattern(WHOLE),
        )

    def weigh(self) -> None:
        self.weighed += 1

    def _lined_up(self) -> None:
        self._events.publish("wall", WallEvent(self.document(), Cause.PROCESS))

    def set_layout(
        self,
        layout_id: str,
        sources: Iterable[str] | None,
        expected_revision: int | None,
        transition: Transition = HOLD,
    ) -> WallDocument:
        self._check(expected_revision)
        self.transition = transition
        if layout_id not in LAYOUTS:
            raise NotFoundError("no layout is called {id!r}", id=layout_id)
        cells = len(LAYOUTS[layout_id].cells)
        chosen = self._sources[:cells] if sources is None else list(sources)
        for index, source in enumerate(chosen):
            self._check_source(source, f"sources[{index}]")
        if len(chosen) > cells:
            raise InvalidError(
                "layout {id!r} has {count} cells, not {asked}",
                id=layout_id,
                count=cells,
                asked=len(chosen),
                field="sources",
            )
        self._layout = LAYOUTS[layout_id]
        return self._changed(chosen + ["none"] * (cells - len(chosen)))

    def set_cell(self, cell_id: str, source: str, expected_revision: int | None) -> WallDocument:
        self._check(expected_revision)
        index = self._layout.cells.index(self._layout.cell(cell_id))
        self._check_source(source, "source")
        return self._changed([*self._sources[:index], source, *self._sources[index + 1 :]])

    def rearrange(self, change: Rearrangement, expected_revision: int | None) -> WallDocument:
        self._check(expected_revision)
        shown = Arrangement(self._revision, self._layout.id, tuple(map(Source.parse, self._sources)))
        changed = change.applied(shown, self._layout)
        self.rearranged.append(change)
        return self._changed([str(source) for source in changed.sources])

    def prepare(self, layout_id: str, sources: Iterable[str] | None, *, dry_run: bool) -> PreparedDocument:
        if layout_id not in LAYOUTS:
            raise NotFoundError(f"no layout is called {layout_id!r}")
        if not dry_run:
            self.prepared.append((layout_id, sources))
        return PreparedDocument(("c-1",), BUDGET)

    def pin(self, cell_id: str, *, pinned: bool) -> WallDocument:
        source = Source.parse(self._sources[self._layout.cells.index(self._layout.cell(cell_id))])
        self.pinned = self.pinned | {source} if pinned else self.pinned - {source}
        return self.document()

    async def snapshot(self, head: str, image_format: str, viewer: str) -> StillPicture:
        if self.down:
            raise UnavailableError("worker wall-main is waiting to restart; try again")
        if head:
            WALL.head(head)
        picture = PNG if image_format == "png" else JPEG
        return StillPicture(picture, "image/png" if picture is PNG else "image/jpeg", 0.02)

    def tiles(self) -> tuple[TileDocument, ...]:
        return self.document().tiles

    def greet(self, greeting: Callable[[], None]) -> None:
        self.greetings.append(greeting)

    def tell(self, message: Message) -> None:
        self.told.append(message)

    def _check(self, expected: int | None) -> None:
        if expected is not None and expected != self._revision:
            raise StaleError(
                "wall {id!r} is at revision {revision}, not {expected}: look at it, then try again",
                id="main",
                revision=self._revision,
                expected=expected,
            )

    def _check_source(self, source: str, field: str) -> None:
        if source != "none":
            try:
                self._board.camera(source.removeprefix("camera:"))
            except NotFoundError as error:
                raise InvalidError(error.sentence, field=field) from None

    def _changed(self, sources: list[str]) -> WallDocument:
        self._sources = sources
        self._revision += 1
        document = self.document()
        self._events.publish("wall", WallEvent(document, Cause.OPERATOR))
        return document


class FakeStills:
    """Has a picture of camera c-0 only."""

    def __init__(self, board: CameraBoard) -> None:
        self._board = board

    async def snapshot(self, camera_id: str) -> StillPicture:
        self._board.camera(camera_id)
        if camera_id != "c-0":
            raise UnavailableError(f"camera {camera_id!r} has no picture yet")
        return StillPicture(JPEG, "image/jpeg", 3.4)


class FakePlant:
    """Knows cameras, receives none; notes what it was told."""

    def __init__(self, board: CameraBoard) -> None:
        self.board = board
        self.installed: list[Camera] = []
        self.signed_in_anew: list[str] = []
        self.masked: list[str] = []

    def install(self, cameras: Iterable[Camera]) -> None:
        for camera in cameras:
            self.installed.append(camera)
            self.board.put(camera)

    def uninstall(self, camera_id: str) -> None:
        self.board.remove(camera_id)

    def masks_changed(self, camera_id: str) -> None:
        self.masked.append(camera_id)

    def sign_in_anew(self, credential: str) -> None:
        self.signed_in_anew.append(credential)


class FakeRtc:
    """Answers every offer at once, and remembers what it was asked for."""

    ice_servers = ("stun:10.0.0.1:3478",)

    def __init__(self) -> None:
        self.sessions: dict[str, RtcSession] = {}
        self.offers: list[WatchOffer] = []
        self.fragments: list[str] = []

    async def watch(self, by: Principal, watched: Watched | None, offer: WatchOffer) -> Opened:
        self.offers.append(offer)
        return self._open(RtcSession(f"s{len(self.sessions)}", by, watched))

    async def share(self, by: Principal, screen_id: str, name: str, sdp: str) -> Opened:
        return self._open(RtcSession(f"s{len(self.sessions)}", by, publishes=(f"screen/{screen_id} {name}",)))

    def session(self, session_id: str) -> RtcSession:
        try:
            return self.sessions[session_id]
        except KeyError:
            raise NotFoundError("this session is over; ask anew") from None

    async def trickle(self, session: RtcSession, fragment: str) -> None:
        self.fragments.append(fragment)

    def end(self, session: RtcSession) -> None:
        del self.sessions[session.id]

    def _open(self, session: RtcSession) -> Opened:
        self.sessions[session.id] = session
        return Opened(session.id, "v=0 answer")


@dataclass(frozen=True, slots=True)
class Rig:
    """All that a test may touch."""

    service: Service
    decor: Decor
    dress: WallDress
    viewers: dict[tuple[str, str], list[str]]
    webrtc: WebRtc
    rtc: FakeRtc
    screens: Screens
    events: EventLog
    board: CameraBoard
    plant: FakePlant
    wall: FakeWall
    users: Users
    workers: list[WorkerStatus]
    audit: AuditLog
    panels: Panels
    shown: list[str]
    """What walls were told of data panels."""
    hall: Hall
    stage: Stage
    clock: Hands


def make_board(events: EventLog, count: int = 4) -> CameraBoard:
    address = StreamAddress("rtsp://10.1.1.11/sub")
    return CameraBoard(
        (Camera(f"c-{i}", f"摄像机 {i}", "dongmen", replace(address), address) for i in range(count)),
        events.publish,
    )


@asynccontextmanager
async def open_rig(
    database: Database,
    users: Users,
    directory: Path,
    cameras: int = 4,
    *,
    staged: bool = False,
    clock: Hands | None = None,
) -> AsyncIterator[Rig]:
    """Build the rig, with one user of each role, called as the role.

    ``staged``: its walls are those of the stage, else one stand-in. The ``clock`` stands at noon of a
    Monday, UTC, which is the zone of the schedule, unless one is given.
    """
    events = EventLog()
    clock = clock or Hands(NOON_S)
    board = make_board(events, cameras)
    layouts = LayoutBook(LAYOUTS, KeptRecords("layouts", Records(database, "layout", Layout)))
    wall = FakeWall(board, events, directory / "wall.packets")
    stage = Stage(board, events, directory, layouts)
    workers = [
        WorkerStatus("ingest", "ingest-0", WorkerState.READY, 4711, 1, 2.5, 60 << 20),
        WorkerStatus("wall", "wall-main", WorkerState.WAITING),
    ]
    place = Place(Site("luohu", "罗湖区应急指挥中心", Level.DISTRICT), Language.CHINESE, AREAS)
    plant = FakePlant(board)
    vault = Vault(directory, {"dongmen": Credential("admin", "of the configuration")})
    roster = Roster(plant, board.cameras(), AREAS, CameraStore(database), vault)
    viewers: dict[tuple[str, str], list[str]] = {}
    scenes = await load_scenes(stage.walls, database, events.publish)
    walls: dict[str, WallPort] = {**stage.walls} if staged else {"main": wall}
    async with (
        layouts,
        KeptRecords("alarms", Records(database, "alarm", AlarmDocument)) as alarm_records,
        KeptRecords("overlays", Records(database, "overlays", OverlaysDocument)) as dress_records,
        AuditLog(Store(database), events) as audit,
        PtzControl(board.camera, {}, events.publish, hold_s=30) as ptz,
        PanelKeeper(database, directory) as keeper,
        open_programme(
            ProgrammeNeeds(stage.walls, board, stage.sources, AREAS, database, events.publish, audit, scenes),
            Clocks(clock, clock, UTC),
        ) as programme,
    ):
        panels = Panels(PANELS, board, AREAS, events.publish, Language.CHINESE)
        shown: list[str] = []
        desk = PanelDesk(
            panels,
            [area.id for area in AREAS],
            keeper,
            audit,
            lambda source: shown.append(f"put {source}"),
            lambda source: shown.append(f"removed {source}"),
        )
        service = Service(
            place,
            board,
            roster,
            FakeStills(board),
            walls,
            lambda: workers,
            users,
            audit,
            ptz,
            LayoutDesk(layouts, EveryWall(stage.walls).layouts, audit, events.publish),
            desk,
            PinStore(database),
            programme,
        )
        alarms = Alarms(board, alarm_records, events.publish)
        surroundings = Surroundings(
            "罗湖区应急指挥中心", AREAS, board, alarms, lambda: viewers, dress_records, events.publish
        )
        dress = WallDress(wall, surroundings)
        masking = Masking(plant, Records(database, "masks", MaskRecord))
        decor = Decor(alarms, {"main": dress}, masking, audit)
        for role in Role:
            if role not in {user.name for user in await users.users()}:
                await users.add(role, role, PASSWORD)
        rtc, screens = FakeRtc(), Screens(events.publish, lambda _: None, lambda _: None)
        webrtc = WebRtc(service, board, lambda id: directory / "cameras.packets", rtc, rtc, screens, audit)
        overlays, streams = (decor, dress, viewers), (webrtc, rtc, screens)
        yield Rig(
            service,
            *overlays,
            *streams,
            events,
            board,
            plant,
            wall,
            users,
            workers,
            audit,
            panels,
            shown,
            Hall(board, directory, database, events, audit, clock),
            stage,
            clock,
        )
