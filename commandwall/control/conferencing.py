"""Puts conferences together, and runs what of them runs by itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Container, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from commandwall.base.clock import SteadyUtc
from commandwall.base.tasks import spawn
from commandwall.control.audit import AuditLog
from commandwall.control.call_desk import CallDesk
from commandwall.control.candidates import Candidates
from commandwall.control.conference_content import ContentDesk
from commandwall.control.conference_desk import ConferenceDesk, Premises
from commandwall.control.conference_marks import Marks
from commandwall.control.conference_records import ConferenceRecord
from commandwall.control.conference_room import RoomNeeds
from commandwall.control.conferences import Conferences
from commandwall.control.content_choices import ContentChoices
from commandwall.control.database import Database
from commandwall.control.incident_content import IncidentContent
from commandwall.control.invitations import Invitations
from commandwall.control.kept import KeptRecords
from commandwall.control.link_desk import LinkDesk
from commandwall.control.link_records import LinkRecord
from commandwall.control.links import LinkNeeds, Links
from commandwall.control.mishaps import Mishaps
from commandwall.control.plant import Plant
from commandwall.control.programme import Programme
from commandwall.control.recordings import FOLDER, RecordingRecord, Recordings
from commandwall.control.records import Records
from commandwall.control.scenes import Scenes
from commandwall.control.state import Publish
from commandwall.control.talk_desk import Sounds, TalkDesk
from commandwall.control.talks import Talks
from commandwall.control.wall_reactions import Standing, WallReactions, WallSet
from commandwall.model.camera import FeedState
from commandwall.model.conference.contents import ContentKind, ContentSource
from commandwall.settings.site import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConferenceNeeds:
    """What conferences need of the daemon; ``utc_s`` is the time.

    ``programme`` comes once walls show again what they showed before the restart.
    """

    settings: Settings
    plant: Plant
    database: Database
    publish: Publish
    audit: AuditLog
    scenes: Scenes
    programme: asyncio.Future[Programme]
    utc_s: Callable[[], float]

    def touring(self, wall: str) -> Container[str]:
        """Return the cells of a wall that tours rotate now."""
        return self.programme.result().tours.touring(wall)


@asynccontextmanager
async def open_conferences(needs: ConferenceNeeds) -> AsyncIterator[tuple[ConferenceDesk, TalkDesk]]:
    """Yield the operations on conferences and on who is heard in the street.

    The conferences of before the restart are open again.

    Raises :class:`StoreError` when what was kept cannot be read.
    """
    plant, settings = needs.plant, needs.settings
    invitations = Invitations(settings.state_dir, needs.utc_s)
    records = KeptRecords("conferences", Records(needs.database, "conference", ConferenceRecord))
    recorded = KeptRecords("recordings", Records(needs.database, "recording", RecordingRecord))
    recordings = Recordings(settings.state_dir / FOLDER, recorded, needs.publish, needs.utc_s)
    plant.beside.append(recordings.worker)
    content = _content(needs)
    linked = KeptRecords("links", Records(needs.database, "link", LinkRecord))
    standing = KeptRecords("reactions of walls", Records(needs.database, "reaction", Standing))
    async with records, recorded, linked, standing, plant.hidden, _beside() as beside:
        recordings.restore()
        reactions = _reactions(needs, standing)
        now_s = SteadyUtc(needs.utc_s)
        rooms = RoomNeeds(
            plant.layouts, plant.hidden, plant.book, plant.sound, plant.rtc, content, beside,
            now_s, needs.utc_s, needs.publish,
        )  # fmt: skip
        conferences = Conferences(
            settings.site.id, rooms, records, needs.publish, Marks(plant.every_wall), recordings
        )
        plant.sound.watch(conferences.heard)
        _withdraw_with(plant, conferences)
        conferences.watch(reactions.follow)
        incidents = IncidentContent(conferences, content.check)
        plant.alarm_watchers.append(incidents.told)
        conferences.watch(incidents.follow)
        conferences.restore()
        beside(_conduct(needs, conferences, reactions), "conferences")
        choices = _choices(needs)
        premises = Premises(plant.layouts, plant.walls, content, choices, recordings, settings.language)
        around = LinkNeeds(
            settings.site, plant.layouts, plant.hidden, plant.rtc, needs.audit, beside, now_s,
            lambda: (source for wall in plant.walls.values() for source in wall.arrangement.sources),
            linked,
        )  # fmt: skip
        try:
            async with Links(conferences, around) as links:
                links.restore(settings.conferences)
                links_desk = LinkDesk(links, needs.audit)
                calls = CallDesk(conferences, invitations, needs.audit, needs.publish, beside, needs.utc_s)
                desk = ConferenceDesk(
                    conferences, invitations, premises, needs.audit, needs.utc_s, links_desk, calls
                )
                yield desk, _talk_desk(needs, conferences)
        finally:
            conferences.close()


def _withdraw_with(plant: Plant, conferences: Conferences) -> None:
    """Let content end with the camera or the shared screen that it is sent on from."""

    def screen_changed(screen: str) -> None:
        if plant.screens.state(screen)[0] is FeedState.LOST:
            conferences.withdrawn(ContentSource(ContentKind.SCREEN, screen))

    plant.screens.watch(screen_changed)
    plant.withdrawal_watchers.append(
        lambda camera: conferences.withdrawn(ContentSource(ContentKind.CAMERA, camera))
    )


async def _conduct(needs: ConferenceNeeds, conferences: Conferences, reactions: WallReactions) -> None:
    """Let conferences go on, and walls react to them, once those show what they showed before."""
    await needs.programme
    reactions.restore()
    await conferences.run()


def _talk_desk(needs: ConferenceNeeds, conferences: Conferences) -> TalkDesk:
    plant = needs.plant
    talks = Talks(plant.feeds, plant.board, plant.speakers, needs.publish)
    plant.withdrawal_watchers.append(talks.withdrawn)
    return TalkDesk(talks, plant.speakers, Sounds(conferences, plant.sound, plant.rtc), needs.audit)


def _reactions(needs: ConferenceNeeds, standing: KeptRecords[Standing]) -> WallReactions:
    plant, settings = needs.plant, needs.settings
    cameras = Candidates(plant.board, plant.sources, settings.areas).cameras_at
    return WallReactions(WallSet(plant.walls, plant.layouts, cameras, needs.touring), standing)


def _choices(needs: ConferenceNeeds) -> ContentChoices:
    plant, areas = needs.plant, {area.id: area for area in needs.settings.areas}
    return ContentChoices(plant.board, plant.walls, plant.sources, needs.scenes.all, areas)


def _content(needs: ConferenceNeeds) -> ContentDesk:
    plant = needs.plant
    return ContentDesk(
        plant.board,
        plant.feeds.packet_path,
        plant.rtc.relayed,
        plant.walls,
        plant.sources.name,
        needs.scenes.get,
        plant.hidden,
    )


@asynccontextmanager
async def _beside() -> AsyncIterator[Callable[[Coroutine[Any, Any, None], str], None]]:
    """Yield what runs something beside until it ends; what still runs at the end is cancelled.

    What fails ends nothing else; the log says so.
    """
    tasks: set[asyncio.Task[None]] = set()
    async with asyncio.TaskGroup() as group:

        def beside(work: Coroutine[Any, Any, None], name: str) -> None:
            task = spawn(group, _alone(work, name), name)
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            task.add_done_callback(lambda _: work.close())  # It may be cancelled before it begins.

        try:
            yield beside
        finally:
            for task in tuple(tasks):
                task.cancel()


async def _alone(work: Coroutine[Any, Any, None], name: str) -> None:
    with Mishaps(log).of(name):
        await work
