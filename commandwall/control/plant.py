"""The plant: the parts that handle pictures, as the control plane holds them, and what each gets to know."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from commandwall.control.conference_book import BookLinks, ConferenceBook
from commandwall.control.cores import Cores
from commandwall.control.crew import crew_for
from commandwall.control.decoding import Decoding
from commandwall.control.events import EventLog
from commandwall.control.every_wall import EveryWall
from commandwall.control.feeds import Feeds
from commandwall.control.hidden_walls import HiddenWalls
from commandwall.control.keeper import ArrangementKeeper
from commandwall.control.layout_book import LayoutBook
from commandwall.control.panels import Panels
from commandwall.control.rtc import RtcControl
from commandwall.control.screen_shares import ScreenShares
from commandwall.control.screens import Screens
from commandwall.control.share import ShareControl
from commandwall.control.sound import SoundControl
from commandwall.control.sources import CameraBook, Painters, Sources
from commandwall.control.speakers import Speakers
from commandwall.control.state import CameraBoard, Publish
from commandwall.control.walls import WallControl, WallLinks
from commandwall.ipc.overlay_messages import SourceAlarms
from commandwall.model.camera import Camera, StreamName
from commandwall.model.source import DECODED, Source, SourceKind
from commandwall.settings.site import Credential, Settings
from commandwall.workers.processes import Processes
from commandwall.workers.worker import Worker, WorkerStatus


@dataclass(frozen=True, slots=True)
class Plant:
    """Cameras, walls and what is shared. Belongs to the control plane's event loop."""

    board: CameraBoard
    sources: Sources
    feeds: Feeds
    walls: dict[str, WallControl]
    hidden: HiddenWalls
    every_wall: EveryWall
    book: ConferenceBook
    share: ShareControl
    screens: Screens
    rtc: RtcControl
    screen_shares: ScreenShares
    panels: Panels
    decoding: Decoding
    sound: SoundControl
    layouts: LayoutBook
    speakers: Speakers = field(default_factory=Speakers)
    """Loudspeakers that announce themselves."""
    beside: list[Worker] = field(default_factory=list)
    """Processes that others keep, which run with these."""
    withdrawal_watchers: list[Callable[[str], None]] = field(default_factory=list)
    """Who is told of cameras whose streams are to be sent on no more: they have masks, or do not come."""
    alarm_watchers: list[Callable[[SourceAlarms], None]] = field(default_factory=list)
    """Who is told of all alarms whenever one of them changes."""

    @property
    def workers(self) -> list[Worker]:
        """Every worker process that runs as long as the daemon."""
        walls = (worker for wall in self.walls.values() for worker in wall.workers)
        on_demand = (self.rtc.worker, self.panels.worker, self.sound.worker)
        return [*self.feeds.workers, *walls, self.share.worker, *on_demand, *self.beside]

    def worker_statuses(self) -> list[WorkerStatus]:
        """Return what is known of every worker process."""
        hidden = (worker for wall in self.hidden.walls.values() for worker in wall.workers)
        return [worker.status for worker in (*self.workers, *hidden)]

    def drain(self) -> None:
        """Let every process end, those of hidden walls too."""
        self.hidden.drain()
        for worker in self.workers:
            worker.drain()

    def install(self, cameras: Iterable[Camera]) -> None:
        """Take in ``cameras``, new ones and changed ones, at once; all other feeds go on untouched."""
        cameras = list(cameras)
        before = {camera.id: camera for camera in self.board.cameras()}
        for camera in cameras:
            self.board.put(camera)
        self.feeds.install(cameras)
        for camera in cameras:
            self.every_wall.source_put(Source(SourceKind.CAMERA, camera.id))
        self.share.cameras_changed()
        for camera in cameras:
            if _ceases(before.get(camera.id), camera) or self.board.masks(camera.id):
                self._withdraw(camera.id)

    def uninstall(self, camera_id: str) -> None:
        """Forget a camera: its cells become empty; raises :class:`NotFoundError`."""
        self.board.camera(camera_id)
        self.every_wall.source_removed(Source(SourceKind.CAMERA, camera_id))
        self.panels.camera_removed(camera_id)
        self.feeds.uninstall(camera_id)
        self.board.remove(camera_id)
        self.share.cameras_changed()
        self._withdraw(camera_id)

    def masks_changed(self, camera_id: str) -> None:
        """Show the camera under its masks as they are now, and share it, or not."""
        self.every_wall.source_put(Source(SourceKind.CAMERA, camera_id))
        self.share.cameras_changed()
        if self.board.masks(camera_id):
            self._withdraw(camera_id)

    def sign_in_anew(self, credential: str) -> None:
        """Open the cameras that use ``credential`` again, with what it holds now."""
        self.feeds.install(camera for camera in self.board.cameras() if camera.credentials == credential)

    def _withdraw(self, camera_id: str) -> None:
        """Send the streams of a camera on to nobody any more: they may not be seen, or do not come."""
        self.rtc.end_camera(camera_id)
        for watcher in self.withdrawal_watchers:
            watcher(camera_id)


def _ceases(before: Camera | None, camera: Camera) -> bool:
    """Return whether a stream that a camera had ``before`` is received no more."""
    had = [name for name in StreamName if before is not None and before.address(name)]
    return any(not (camera.enabled and camera.address(name)) for name in had)


def longest_socket(settings: Settings) -> str:
    """Return the longest name that a socket of the plant may have."""
    return max("hidden-999999.packets", *(_wall_socket(wall.id) for wall in settings.walls), key=len)


def _wall_socket(wall_id: str) -> str:
    return f"wall-{wall_id}.packets"


def build_plant(
    settings: Settings,
    layouts: LayoutBook,
    cameras: Iterable[Camera],
    logins: Mapping[str, Credential],
    events: EventLog,
    keeper: ArrangementKeeper,
    runtime_dir: Path,
    processes: Processes,
) -> Plant:
    """Return the parts of ``settings`` with ``cameras``; ``logins`` is looked into at each opening.

    Nothing runs yet.
    """
    walls: dict[str, WallControl] = {}
    every_wall = EveryWall(walls)
    board = CameraBoard(cameras, events.publish)
    cores = Cores()
    crew = crew_for(settings.ingest, sum(camera.enabled for camera in board.cameras()), cores.count)
    decoding = Decoding(cores, crew)
    feeds = Feeds(
        board,
        logins,
        settings.ingest,
        crew,
        decoding,
        runtime_dir,
        every_wall.take_figures,
        every_wall.camera_resized,
    )
    panels = Panels(settings.panels, board, settings.areas, events.publish, settings.language)
    screens = _screens(events.publish, every_wall, feeds)
    book = ConferenceBook(
        BookLinks(board.area, feeds.receive, feeds.forget, every_wall.source_put, every_wall.source_removed)
    )
    sources = Sources([CameraBook(board), screens, panels, book])
    painters = Painters(dict.fromkeys(DECODED, feeds.show) | {SourceKind.DATA: panels.show})
    links = WallLinks(painters.show, feeds.warm, decoding, events.publish, keeper.keep)
    hidden = HiddenWalls(layouts, sources, links, runtime_dir, settings.language, processes)
    every_wall.hidden = hidden.walls
    for wall in settings.walls:
        packet_path = runtime_dir / _wall_socket(wall.id)
        walls[wall.id] = WallControl(wall, layouts, sources, links, packet_path, settings.language)
    share = ShareControl(settings.rtsp, board, feeds, walls.values())
    rtc = RtcControl(settings.rtc, runtime_dir / "rtc.packets")
    shares = ScreenShares(rtc, screens, feeds)
    sound = SoundControl(runtime_dir / "sound.packets")
    shown = board, sources, feeds, walls, hidden, every_wall, book
    return Plant(*shown, share, screens, rtc, shares, panels, decoding, sound, layouts)


def _screens(publish: Publish, every_wall: EveryWall, feeds: Feeds) -> Screens:
    """Return the shared screens; walls show each while it is there."""

    def put(screen_id: str) -> None:
        every_wall.source_put(Source(SourceKind.SCREEN, screen_id))

    def removed(screen_id: str) -> None:
        source = Source(SourceKind.SCREEN, screen_id)
        every_wall.source_removed(source)
        feeds.forget(source.owner)

    return Screens(publish, removed, put)
