"""The composition root: one exit stack opens everything, one task group runs it, one event ends it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import commandwall.panel
from commandwall.base.clock import monotonic_s
from commandwall.base.ending import Ending
from commandwall.base.runtime import runtime_dir
from commandwall.base.tasks import bare, spawn
from commandwall.control.accounts import Accounts
from commandwall.control.alarms import Alarms
from commandwall.control.audit import AuditLog
from commandwall.control.camera_store import CameraStore
from commandwall.control.conference_desk import ConferenceDesk
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
from commandwall.control.layout_book import LayoutBook
from commandwall.control.layout_desk import LayoutDesk
from commandwall.control.masking import Masking
from commandwall.control.mqtt import MqttBridge
from commandwall.control.overlay_documents import AlarmDocument, MaskRecord, OverlaysDocument
from commandwall.control.panel_desk import PanelDesk
from commandwall.control.panel_keeper import PanelKeeper
from commandwall.control.passwords import Passwords
from commandwall.control.pins import PinStore
from commandwall.control.plant import Plant, build_plant, longest_socket
from commandwall.control.ports import Place
from commandwall.control.production import Clocks, ProgrammeNeeds, load_scenes, open_programme
from commandwall.control.programme import Programme
from commandwall.control.ptz import PtzControl
from commandwall.control.records import Records
from commandwall.control.roster import Roster, merge_cameras
from commandwall.control.rtc import RtcControl
from commandwall.control.rtc_guard import guarded
from commandwall.control.scenes import Scenes
from commandwall.control.service import Service
from commandwall.control.store import Store
from commandwall.control.talk_desk import TalkDesk
from commandwall.control.users import Users
from commandwall.control.vault import Vault
from commandwall.control.webrtc import WebRtc
from commandwall.model.layout import Layout
from commandwall.observe.health import Health
from commandwall.observe.metrics import Metrics, Sources
from commandwall.observe.systemd import Notifier, ServiceManager
from commandwall.outputs.websocket import HeadVideo
from commandwall.settings.site import Settings
from commandwall.workers.processes import Processes

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ledger:
    """What is written down, and who may have it."""

    database: Database
    store: Store
    events: EventLog
    audit: AuditLog
    pins: PinStore
    users: Users
    vault: Vault


@dataclass(frozen=True, slots=True)
class _House:
    """What handles pictures and sound. Conferences go on once the ``programme`` is there."""

    plant: Plant
    roster: Roster
    masking: Masking
    panels: PanelDesk
    conferences: ConferenceDesk
    talks: TalkDesk
    scenes: Scenes
    programme: asyncio.Future[Programme]


@dataclass(frozen=True, slots=True)
class _Dress:
    """What lies over the pictures of walls, and who watches them."""

    decor: Decor
    video: HeadVideo
    dresses: Collection[WallDress]


async def run(
    settings: Settings, first_user: Callable[[str], None], ready: Callable[[str], None], ending: Ending
) -> None:
    """Run a site until ``ending``, within whose time everything drains.

    ``first_user`` is called with the password of ``admin`` as soon as that account was made, which is
    once: nothing that fails afterwards may lose it. ``ready`` is called with the panel's address when
    it can be opened. Raises :class:`CommandwallError` when the state directory or the HTTP address
    cannot be had.
    """
    async with bare(), AsyncExitStack() as stack:
        folder = stack.enter_context(runtime_dir(ending, longest_socket(settings)))
        ledger = await _open_ledger(stack, settings, first_user)
        processes = await stack.enter_async_context(Processes())
        house = await _open_house(stack, settings, ledger, processes, folder)
        plant = house.plant
        for wall in plant.walls.values():
            wall.restore_pins(await ledger.pins.load(wall.wall.id))
            wall.restore(await ledger.store.load_arrangement(wall.wall.id))
        dress = await _open_dress(stack, settings, ledger, house)
        await stack.enter_async_context(_running(plant, processes, dress.dresses))
        await stack.enter_async_context(guarded(plant.rtc, ledger.users))
        service = await _open_service(stack, settings, ledger, house)
        mqtt = _mqtt(settings, service, ledger, plant)
        health = Health(plant.walls.values, plant.worker_statuses, lambda: _outside(plant, mqtt))
        metrics = Metrics(_figures(house, service.programme, dress.video))
        web = Web(
            service,
            dress.decor,
            _webrtc(plant, service, ledger.audit),
            house.conferences,
            house.talks,
            ledger.events,
            dress.video,
            Probes(metrics.text, health.faults, health.warnings),
            Path(commandwall.panel.__file__).parent,
            secure=settings.http.tls is not None,
        )
        server = await stack.enter_async_context(HttpServer(application(web), settings.http))
        if mqtt is not None:
            await stack.enter_async_context(mqtt)
        await stack.enter_async_context(ServiceManager(Notifier(), health))
        ready(server.url)
        await ending.wait()
        log.info("draining; a second signal ends at once")


async def _open_ledger(
    stack: AsyncExitStack, settings: Settings, first_user: Callable[[str], None]
) -> _Ledger:
    database = await stack.enter_async_context(Database(settings.state_dir, mends=True))
    store, events = Store(database), EventLog()
    audit = await stack.enter_async_context(AuditLog(store, events))
    users = Users(Accounts(database), Passwords(), GuessGuard())
    vault = Vault(settings.state_dir, settings.credentials)
    if (password := await users.ensure_first_user()) is not None:
        first_user(password)
    return _Ledger(database, store, events, audit, PinStore(database), users, vault)


async def _open_house(
    stack: AsyncExitStack, settings: Settings, ledger: _Ledger, processes: Processes, runtime_dir: Path
) -> _House:
    """Put together what was configured and what was added since; no process runs yet."""
    database, areas = ledger.database, [area.id for area in settings.areas]
    keeper = await stack.enter_async_context(ArrangementKeeper(ledger.store))
    camera_store = CameraStore(database)
    cameras = merge_cameras(settings.cameras, await camera_store.load(), settings.areas, ledger.vault)
    made = KeptRecords("layouts", Records(database, "layout", Layout))
    layouts = await stack.enter_async_context(LayoutBook(settings.layouts, made))
    plant = build_plant(
        settings, layouts, cameras, ledger.vault, ledger.events, keeper, runtime_dir, processes
    )
    masking = Masking(plant, Records(database, "masks", MaskRecord))
    await masking.restore()
    panel_keeper = await stack.enter_async_context(PanelKeeper(database, settings.state_dir))
    await panel_keeper.load(plant.panels, areas)
    walls = plant.every_wall
    panels = PanelDesk(
        plant.panels, areas, panel_keeper, ledger.audit, walls.source_put, walls.source_removed
    )
    publish = ledger.events.publish
    scenes = await load_scenes(plant.walls, database, publish)
    programme: asyncio.Future[Programme] = asyncio.get_running_loop().create_future()
    needs = ConferenceNeeds(settings, plant, database, publish, ledger.audit, scenes, programme, time.time)
    conferences, talks = await stack.enter_async_context(open_conferences(needs))
    roster = Roster(plant, settings.cameras, settings.areas, camera_store, ledger.vault)
    return _House(plant, roster, masking, panels, conferences, talks, scenes, programme)


async def _open_dress(stack: AsyncExitStack, settings: Settings, ledger: _Ledger, house: _House) -> _Dress:
    plant, publish = house.plant, ledger.events.publish
    video = await stack.enter_async_context(HeadVideo())
    kept_alarms = KeptRecords("alarms", Records(ledger.database, "alarm", AlarmDocument))
    kept_overlays = KeptRecords("overlays", Records(ledger.database, "overlays", OverlaysDocument))
    alarms = Alarms(plant.board, await stack.enter_async_context(kept_alarms), publish)
    surroundings = Surroundings(
        settings.site.name,
        settings.areas,
        plant.board,
        alarms,
        lambda: _names(video, plant.rtc),
        await stack.enter_async_context(kept_overlays),
        publish,
    )
    dresses = {wall_id: WallDress(wall, surroundings) for wall_id, wall in plant.walls.items()}
    for watcher in plant.alarm_watchers:
        alarms.watch(watcher)
    alarms.restore()
    return _Dress(Decor(alarms, dresses, house.masking, ledger.audit), video, dresses.values())


async def _open_service(stack: AsyncExitStack, settings: Settings, ledger: _Ledger, house: _House) -> Service:
    plant, publish = house.plant, ledger.events.publish
    ca_file = str(settings.ingest.ca_file or "")
    ptz = await stack.enter_async_context(
        PtzControl(plant.board.camera, ledger.vault, publish, ca_file=ca_file)
    )
    needs = ProgrammeNeeds(
        plant.walls, plant.board, plant.sources, settings.areas, ledger.database, publish, ledger.audit,
        house.scenes,
    )  # fmt: skip
    clocks = Clocks(monotonic_s, time.time, None)
    programme = await stack.enter_async_context(open_programme(needs, clocks))
    house.programme.set_result(programme)
    return Service(
        Place(settings.site, settings.language, settings.areas),
        plant.board,
        house.roster,
        plant.feeds,
        plant.walls,
        plant.worker_statuses,
        ledger.users,
        ledger.audit,
        ptz,
        LayoutDesk(plant.layouts, plant.every_wall.layouts, ledger.audit, publish),
        house.panels,
        ledger.pins,
        programme,
    )


def _webrtc(plant: Plant, service: Service, audit: AuditLog) -> WebRtc:
    peers = plant.rtc, plant.screen_shares, plant.screens
    return WebRtc(service, plant.board, plant.feeds.packet_path, *peers, audit)


def _figures(house: _House, programme: Programme, video: HeadVideo) -> Sources:
    plant = house.plant
    return Sources(
        plant.board.all,
        plant.every_wall,
        plant.worker_statuses,
        video.viewers,
        plant.share.clients,
        lambda: plant.feeds.decoded,
        lambda: plant.feeds.skipped,
        plant.rtc.viewers,
        plant.decoding,
        programme.figures,
        house.conferences.tallies,
        house.talks.tally,
    )


def _mqtt(settings: Settings, service: Service, ledger: _Ledger, plant: Plant) -> MqttBridge | None:
    if settings.mqtt is None:
        return None
    return MqttBridge(settings.mqtt, service, ledger.events, plant.speakers)


def _outside(plant: Plant, mqtt: MqttBridge | None) -> list[str]:
    """Return what is not well with those who are served or asked beside the walls."""
    unshared = plant.share.fault()
    return [*([unshared] if unshared else []), *(mqtt.faults() if mqtt is not None else ())]


def _names(video: HeadVideo, rtc: RtcControl) -> dict[tuple[str, str], list[str]]:
    """Return the names of those who watch each head, whichever way they do."""
    names = video.names()
    for head, watching in rtc.names().items():
        names[head] = names.get(head, []) + watching
    return names


@asynccontextmanager
async def _running(plant: Plant, processes: Processes, dresses: Collection[WallDress]) -> AsyncIterator[None]:
    """Keep the plant running and walls dressed; all of it drains together at the end."""
    async with asyncio.TaskGroup() as group:
        dressing = spawn(group, keep_dressed(dresses), "dress walls")
        for worker in plant.workers:
            spawn(group, worker.run(processes), worker.status.name)
        try:
            yield
        finally:
            dressing.cancel()
            plant.drain()
