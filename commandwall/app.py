"""The composition root: one exit stack opens everything, one task group runs it, one event ends it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import commandwall.panel
from commandwall.base.clock import monotonic_s
from commandwall.base.tasks import spawn
from commandwall.control.accounts import Accounts
from commandwall.control.alarms import Alarms
from commandwall.control.audit import AuditLog
from commandwall.control.camera_store import CameraStore
from commandwall.control.conferencing import ConferenceNeeds, open_conferences
from commandwall.control.database import Database
from commandwall.control.decor import Decor
from commandwall.control.dress import Surroundings, WallDress, keep_dressed
from commandwall.control.events import EventLog
from commandwall.control.guessing import GuessGuard
from commandwall.control.http.application import HttpServer, application
from commandwall.control.http.context import Probes, Web
from commandwall.control.keeper import ArrangementKeeper
from commandwall.control.kept import KeptRecords
from commandwall.control.masking import Masking
from commandwall.control.mqtt import MqttBridge
from commandwall.control.overlay_documents import AlarmDocument, MaskRecord, OverlaysDocument
from commandwall.control.panel_desk import PanelDesk
from commandwall.control.panel_keeper import PanelKeeper
from commandwall.control.passwords import Passwords
from commandwall.control.pins import PinStore
from commandwall.control.plant import build_plant
from commandwall.control.ports import Place
from commandwall.control.production import Clocks, ProgrammeNeeds, open_programme
from commandwall.control.ptz import PtzControl
from commandwall.control.records import Records
from commandwall.control.roster import Roster, merge_cameras
from commandwall.control.rtc import RtcControl
from commandwall.control.service import Service
from commandwall.control.store import Store
from commandwall.control.users import Users
from commandwall.control.vault import Vault
from commandwall.control.webrtc import WebRtc
from commandwall.observe.health import Health
from commandwall.observe.metrics import Metrics, Sources
from commandwall.observe.systemd import Notifier, ServiceManager
from commandwall.outputs.websocket import HeadVideo
from commandwall.settings.site import Settings
from commandwall.workers.processes import Processes
from commandwall.workers.worker import Worker

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Running:
    """A daemon that serves: where its panel is, and the password of ``admin`` if it was just made."""

    url: str
    first_password: str | None


async def run(settings: Settings, announce: Callable[[Running], None]) -> None:
    """Run a site until SIGTERM or SIGINT; a second signal ends the process at once.

    ``announce`` is called when the panel can be opened. Raises :class:`CommandwallError` when the
    state directory or the HTTP address cannot be had.
    """
    stop = stop_on_signals()
    async with AsyncExitStack() as stack:
        runtime_dir = stack.enter_context(_runtime_dir())
        database = await stack.enter_async_context(Database(settings.state_dir))
        store, events, pins = Store(database), EventLog(), PinStore(database)
        audit = await stack.enter_async_context(AuditLog(store, events))
        keeper = await stack.enter_async_context(ArrangementKeeper(store))
        users = Users(Accounts(database), Passwords(), GuessGuard())
        first_password = await users.ensure_first_user()
        vault, camera_store = Vault(settings.state_dir, settings.credentials), CameraStore(database)
        cameras = merge_cameras(settings.cameras, await camera_store.load(), settings.areas, vault)
        processes = await stack.enter_async_context(Processes())
        plant = build_plant(settings, cameras, vault, events, keeper, runtime_dir, processes)
        masking = Masking(plant, Records(database, "masks", MaskRecord))
        await masking.restore()
        areas = [area.id for area in settings.areas]
        panel_keeper = await stack.enter_async_context(PanelKeeper(database, settings.state_dir))
        await panel_keeper.load(plant.panels, areas)
        conferences = await stack.enter_async_context(
            open_conferences(
                ConferenceNeeds(
                    settings,
                    plant,
                    database,
                    events.publish,
                    audit,
                    lambda scene: programme.scenes.get(scene),  # noqa: PLW0108 - the programme comes after the walls
                    lambda wall: programme.tours.touring(wall),  # noqa: PLW0108
                    time.time,
                )
            )
        )
        for wall in plant.walls.values():
            wall.restore_pins(await pins.load(wall.wall.id))
            wall.restore(await store.load_arrangement(wall.wall.id))
        video = await stack.enter_async_context(HeadVideo())
        alarm_records = KeptRecords("alarms", Records(database, "alarm", AlarmDocument))
        alarms = Alarms(plant.board, await stack.enter_async_context(alarm_records), events.publish)
        dress_records = KeptRecords("overlays", Records(database, "overlays", OverlaysDocument))
        surroundings = Surroundings(
            settings.site.name,
            settings.areas,
            plant.board,
            alarms,
            lambda: _names(video, plant.rtc),
            await stack.enter_async_context(dress_records),
            events.publish,
        )
        dresses = {wall_id: WallDress(wall, surroundings) for wall_id, wall in plant.walls.items()}
        alarms.restore()
        await stack.enter_async_context(_running(plant.workers, processes, dresses.values()))
        ptz = await stack.enter_async_context(PtzControl(plant.board.camera, vault, events.publish))
        needs = ProgrammeNeeds(
            plant.walls, plant.board, plant.sources, settings.areas, database, events.publish, audit
        )
        clocks = Clocks(monotonic_s, time.time, None)
        programme = await stack.enter_async_context(open_programme(needs, clocks))
        service = Service(
            Place(settings.site, settings.language, settings.areas, settings.layouts),
            plant.board,
            Roster(plant, settings.cameras, settings.areas, camera_store, vault),
            plant.feeds,
            plant.walls,
            plant.worker_statuses,
            users,
            audit,
            ptz,
            PanelDesk(plant.panels, areas, panel_keeper, audit, plant.source_put, plant.source_removed),
            pins,
            programme,
        )
        metrics = Metrics(
            Sources(
                plant.board.all,
                lambda: plant.all_walls,
                plant.worker_statuses,
                video.viewers,
                plant.share.clients,
                lambda: plant.feeds.decoded,
                plant.rtc.viewers,
                plant.decoding,
                programme.figures,
                conferences.tallies,
            )
        )
        health = Health(plant.walls.values, plant.worker_statuses)
        probes = Probes(metrics.text, health.faults, health.warnings)
        pages = Path(commandwall.panel.__file__).parent
        peers = plant.rtc, plant.screen_shares, plant.screens
        webrtc = WebRtc(service, plant.board, plant.feeds.packet_path, *peers, audit)
        operations = service, Decor(alarms, dresses, masking, audit), webrtc, conferences
        web = Web(*operations, events, video, probes, pages, secure=settings.http.tls is not None)
        server = await stack.enter_async_context(HttpServer(application(web), settings.http))
        if settings.mqtt is not None:
            await stack.enter_async_context(MqttBridge(settings.mqtt, service, events))
        await stack.enter_async_context(ServiceManager(Notifier(), health.faults))
        announce(Running(server.url, first_password))
        await stop.wait()
        log.info("draining; a second signal ends at once")


def _names(video: HeadVideo, rtc: RtcControl) -> dict[tuple[str, str], list[str]]:
    """Return the names of those who watch each head, whichever way they do."""
    names = video.names()
    for head, watching in rtc.names().items():
        names[head] = names.get(head, []) + watching
    return names


def stop_on_signals() -> asyncio.Event:
    """Return an event that the first SIGTERM or SIGINT sets; the second ends the process at once.

    The workers die with their parent.
    """
    stop = asyncio.Event()

    def heard() -> None:
        if stop.is_set():
            os._exit(130)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, heard)
    return stop


@contextmanager
def _runtime_dir() -> Iterator[Path]:
    """Yield a folder for sockets that other users cannot enter; gone at the end."""
    with tempfile.TemporaryDirectory(prefix="commandwall-", dir=os.environ.get("RUNTIME_DIRECTORY")) as name:
        yield Path(name)


@asynccontextmanager
async def _running(
    workers: Sequence[Worker], processes: Processes, dresses: Collection[WallDress]
) -> AsyncIterator[None]:
    """Keep ``workers`` running and walls dressed; all drain together at the end."""
    async with asyncio.TaskGroup() as group:
        dressing = spawn(group, keep_dressed(dresses), "dress walls")
        for worker in workers:
            spawn(group, worker.run(processes), worker.status.name)
        try:
            yield
        finally:
            dressing.cancel()
            for worker in workers:
                worker.drain()
