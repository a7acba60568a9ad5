"""Feeds: spreads cameras over ingest workers and tells each what to receive and to paint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from commandwall.base.sentence import Sentence
from commandwall.control.crew import Crew
from commandwall.control.decoding import Decoding
from commandwall.control.state import CameraBoard
from commandwall.ipc.channel import Received
from commandwall.ipc.decoding import DecodingBy, TileFigures, TileReport
from commandwall.ipc.messages import (
    STILL_PATIENCE_S,
    AddFeeds,
    ConfigureIngest,
    FeedChanged,
    FeedReport,
    FeedSpec,
    Picture,
    RemoveFeeds,
    ShowTiles,
    SnapshotCamera,
    TileSpec,
    WarmFeeds,
)
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.talk_messages import CameraTarget, StopTalk, TalkChanged, TalkTo
from commandwall.model.camera import Camera, StreamName, Transport, feed_id
from commandwall.model.decoding import DecodeChoice
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.talk import TalkState
from commandwall.settings.site import Credential, IngestSettings
from commandwall.workers.worker import Worker

_NO_CREDENTIAL = Credential("", "")
_WORDS_S = 1.0
"""So much later comes why there is no still, at most."""


@dataclass(frozen=True, slots=True)
class StillPicture:
    """An encoded still and the age of what it shows, in seconds."""

    data: bytes
    content_type: str
    age_s: float


class Feeds:
    """All ingest workers and which camera lives in which. Belongs to the control plane's loop.

    ``main`` and ``sub`` of a camera live in the same worker, so that a tile can go from one to
    the other without two writers. Neighbours in the list go to different workers, since they
    are often shown together. A camera that is added goes to the worker with the fewest; no other
    one moves. What may be opened a second, and at a time at one host, is shared out equally, at
    least one to each.
    """

    def __init__(
        self,
        board: CameraBoard,
        logins: Mapping[str, Credential],
        ingest: IngestSettings,
        crew: Crew,
        decoding: Decoding,
        runtime_dir: Path,
        on_tiles: Callable[[Iterable[TileFigures]], None],
        on_resized: Callable[[str], None],
    ) -> None:
        self._board = board
        self._logins = logins
        self._ingest = ingest
        self._crew = crew
        self._decoding = decoding
        self._runtime_dir = runtime_dir
        self._on_tiles = on_tiles
        self._on_resized = on_resized
        cameras = [camera for camera in board.cameras() if camera.enabled]
        self.workers = [self._worker(i) for i in range(crew.workers)]
        self._home = {camera.id: self.workers[i % len(self.workers)] for i, camera in enumerate(cameras)}
        self.decoded: dict[str, int] = {}
        self.skipped: dict[str, int] = {}
        self._buses: dict[str, BusAddress] = {}
        self._talks: dict[str, tuple[Worker, TalkTo]] = {}
        self._talk_watchers: list[Callable[[TalkChanged], None]] = []
        self._shown: dict[str, ShowTiles] = {}
        self._painting = False

    def show(self, shown: ShowTiles) -> None:
        """Paint the tiles of a wall, each in the worker that receives its camera.

        A worker whose tiles are the same as before hears nothing. Until a wall shows a camera for the
        first time none does, and none loads what decodes and paints; from then on all have it ready.
        """
        before = self._shown.pop(shown.wall, None)
        if shown.tiles:
            self._shown[shown.wall] = shown
        self._decoding.shows(shown)
        self._painting = self._painting or bool(shown.tiles)
        if self._painting:
            self._share_out()
            for worker in self.workers:
                share = self._share(shown, worker)
                if before is None or share != self._share(before, worker):
                    worker.post(share)
        self._board.set_visible({tile.source.owner for show in self._shown.values() for tile in show.tiles})

    def warm(self, tiles: Iterable[TileSpec]) -> None:
        """Open and decode ahead what ``tiles`` need, which are about to be shown; nothing else changes."""
        wanted: dict[Worker, set[str]] = {}
        for tile in tiles:
            if home := self._home.get(tile.source.owner):
                streams = (tile.stream, StreamName.SUB)  # which is shown until the other one is there
                wanted.setdefault(home, set()).update(feed_id(tile.source.owner, each) for each in streams)
        for worker, ids in wanted.items():
            worker.post(WarmFeeds(tuple(sorted(ids))))

    def install(self, cameras: Iterable[Camera]) -> None:
        """Receive ``cameras``, new ones and changed ones; feeds with nothing new in them go on."""
        added: dict[Worker, list[FeedSpec]] = {}
        gone: dict[Worker, list[str]] = {}
        for camera in cameras:
            if not camera.enabled:
                self.uninstall(camera.id)
                continue
            home = self._home.get(camera.id) or self._emptiest()
            self._home[camera.id] = home
            specs = list(self._camera_specs(camera))
            added.setdefault(home, []).extend(specs)
            gone.setdefault(home, []).extend(_feed_ids(camera.id) - {spec.id for spec in specs})
        for worker, feeds in added.items():
            worker.post(AddFeeds(tuple(feeds)))
            worker.post(RemoveFeeds(tuple(gone[worker])))
            self._show_again(worker)

    def uninstall(self, camera_id: str) -> None:
        """Receive a camera no longer; one that is not received is already gone."""
        home = self._home.pop(camera_id, None)
        if home is not None:
            home.post(RemoveFeeds(tuple(_feed_ids(camera_id))))
            self._show_again(home)

    def receive(self, owner: str, bus: BusAddress) -> None:
        """Receive what is published at ``bus`` while a tile shows it; ``owner`` is whose it is."""
        known = owner in self._home
        home = self._home.setdefault(owner, self._emptiest())
        self._buses[owner] = bus
        home.post(AddFeeds((_bus_spec(owner, bus),)))
        if not known:
            self._show_again(home)

    def forget(self, owner: str) -> None:
        """Receive what :meth:`receive` was told of no longer."""
        del self._buses[owner]
        self.uninstall(owner)

    def talk(self, talk: TalkTo) -> None:
        """Say at a loudspeaker what ``talk`` names, from the worker that receives its camera."""
        self.end_talk(talk.id)
        target = talk.target
        home = self._home.get(target.camera) if isinstance(target, CameraTarget) else None
        worker = home or self.workers[0]
        self._talks[talk.id] = worker, talk
        worker.post(talk)

    def end_talk(self, name: str) -> None:
        """Say nothing more there; nothing may have been said."""
        worker, _ = self._talks.pop(name, (None, None))
        if worker is not None:
            worker.post(StopTalk(name))

    def watch_talks(self, watcher: Callable[[TalkChanged], None]) -> None:
        """Call ``watcher`` whenever it is otherwise with what is said somewhere."""
        self._talk_watchers.append(watcher)

    async def snapshot(self, camera_id: str) -> StillPicture:
        """Return the newest picture of a camera.

        Raises :class:`NotFoundError` for an unknown camera, :class:`CommandwallError` when there
        is no picture of it, or none within :data:`STILL_PATIENCE_S`.
        """
        masks = self._board.masks(camera_id)
        home = self._home.get(camera_id, self.workers[0])
        received = await home.call(SnapshotCamera(camera_id, masks), STILL_PATIENCE_S + _WORDS_S)
        assert isinstance(received.message, Picture)
        return StillPicture(received.blob, received.message.content_type, received.message.age_s)

    def packet_path(self, camera_id: str) -> Path:
        """Return the packet bus on which the camera's streams are published."""
        self._board.camera(camera_id)
        return self._path(self._home.get(camera_id, self.workers[0]))

    def _worker(self, number: int) -> Worker:
        return Worker(
            "ingest",
            f"ingest-{number}",
            "commandwall.ingest.worker",
            on_ready=self._ready,
            on_message=self._hear,
            on_down=self._down,
        )

    def _path(self, worker: Worker) -> Path:
        return self._runtime_dir / f"{worker.status.name}.packets"

    def _ready(self, worker: Worker) -> None:
        ingest, (workers, threads, own) = self._ingest, self._crew
        budget_cores = self._decoding.cores / workers
        shares = (max(1, whole // workers) for whole in (ingest.connects_per_s, ingest.connects_per_host))
        path = str(self._path(worker))
        per_s, per_host = shares
        worker.post(ConfigureIngest(path, threads, own, budget_cores, per_s, per_host, ingest.decode))
        worker.post(AddFeeds(tuple(self._specs(worker))))
        for home, talk in self._talks.values():
            if home is worker:
                worker.post(talk)
        self._show_again(worker)

    def _show_again(self, worker: Worker) -> None:
        """Tell ``worker`` its tiles again, since the cameras that live in it are others now."""
        for shown in self._shown.values() if self._painting else ():
            worker.post(self._share(shown, worker))

    def _emptiest(self) -> Worker:
        counts = Counter(worker.status.name for worker in self._home.values())
        return min(self.workers, key=lambda worker: counts[worker.status.name])

    def _specs(self, worker: Worker) -> Iterable[FeedSpec]:
        for camera in self._board.cameras():
            if self._home.get(camera.id) is worker:
                yield from self._camera_specs(camera)
        for owner, bus in self._buses.items():
            if self._home[owner] is worker:
                yield _bus_spec(owner, bus)

    def _camera_specs(self, camera: Camera) -> Iterable[FeedSpec]:
        login = self._logins.get(camera.credentials or "", _NO_CREDENTIAL)
        for stream in StreamName:
            if address := camera.address(stream):
                yield FeedSpec(
                    feed_id(camera.id, stream),
                    camera.id,
                    stream,
                    address.url,
                    address.transport,
                    login.user,
                    login.password,
                    on_demand=stream is not camera.steady,
                    tls_verify=camera.tls_verify,
                    ca_file=str(self._ingest.ca_file or ""),
                    audio=camera.audio,
                )

    def _share_out(self) -> None:
        """Tell each worker what it may decode with."""
        names = [worker.status.name for worker in self.workers]
        budgets = self._decoding.budgets(self._home_name, names)
        for worker in self.workers:
            worker.post(budgets[worker.status.name])

    def _home_name(self, camera_id: str) -> str | None:
        home = self._home.get(camera_id)
        return home.status.name if home else None

    def _share(self, shown: ShowTiles, worker: Worker) -> ShowTiles:
        tiles = tuple(tile for tile in shown.tiles if self._home.get(tile.source.owner) is worker)
        return replace(shown, tiles=tiles)

    def _hear(self, worker: Worker, received: Received) -> None:
        match received.message:
            case FeedChanged(id, state, reason):
                self._board.feed_changed(id, state, reason)
            case FeedReport(feeds):
                self._decoding.heard_feeds(feeds)
                for figures in feeds:
                    if self._board.feed_figures(figures):
                        self._on_resized(figures.id.rpartition("/")[0])
            case TalkChanged() as changed if changed.id in self._talks:
                self._tell_of_talk(changed)
            case DecodingBy() as by:
                sentence = _told(by)
                worker.status.note, worker.status.note_zh = str(sentence), sentence.zh
            case TileReport(tiles) as report:
                self.decoded[worker.status.name] = report.decoded
                self.skipped[worker.status.name] = report.skipped
                self._on_tiles(tiles)
                if self._decoding.heard_tiles(worker.status.name, report):
                    self._share_out()

    def _tell_of_talk(self, changed: TalkChanged) -> None:
        for watcher in self._talk_watchers:
            watcher(changed)

    def _down(self, worker: Worker) -> None:
        self._decoding.lost(worker.status.name)
        for home, talk in tuple(self._talks.values()):
            if home is worker:
                self._tell_of_talk(TalkChanged(talk.id, TalkState.LOST, Reason(ReasonCode.WORKER_DOWN)))
        for camera in self._board.cameras():
            if self._home.get(camera.id) is worker:
                self._board.worker_down(camera.id)


def _bus_spec(owner: str, bus: BusAddress) -> FeedSpec:
    stream = StreamName.MAIN
    return FeedSpec(feed_id(owner, stream), owner, stream, "", Transport.TCP, on_demand=True, bus=bus)


def _told(by: DecodingBy) -> Sentence:
    """Return in words who decodes."""
    if by.refusal:
        return Sentence(
            "decoding on the processor; {refusal}", refusal=Sentence.of(by.refusal, by.refusal_zh)
        )
    if by.choice is DecodeChoice.CPU:
        return Sentence("decoding on the processor")
    return Sentence("decoding by {name}", name=by.choice.value)


def _feed_ids(camera_id: str) -> set[str]:
    return {feed_id(camera_id, stream) for stream in StreamName}
