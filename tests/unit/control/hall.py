"""Conferences whose processes never run: peers, mixes and walls that note what they are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from commandwall.base.clock import SteadyUtc
from commandwall.base.errors import CommandwallError, NotFoundError
from commandwall.control.audit import AuditLog
from commandwall.control.call_desk import CallDesk
from commandwall.control.conference_book import BookLinks, ConferenceBook
from commandwall.control.conference_changes import NewConference, NewMember
from commandwall.control.conference_content import ContentDesk
from commandwall.control.conference_desk import ConferenceDesk, Premises
from commandwall.control.conference_lines import Part
from commandwall.control.conference_marks import Marks
from commandwall.control.conference_records import ConferenceRecord
from commandwall.control.conference_room import Room, RoomNeeds
from commandwall.control.conferences import Conferences
from commandwall.control.content_choices import ContentChoices
from commandwall.control.cores import Cores
from commandwall.control.database import Database
from commandwall.control.decoding import Decoding
from commandwall.control.events import EventLog
from commandwall.control.hidden_walls import HiddenWalls
from commandwall.control.invitations import Invitations
from commandwall.control.kept import KeptRecords
from commandwall.control.link_desk import LinkDesk
from commandwall.control.link_records import LinkRecord
from commandwall.control.links import LinkNeeds, Links
from commandwall.control.recordings import RecordingRecord, Recordings
from commandwall.control.records import Records
from commandwall.control.roles import Principal, Role
from commandwall.control.rtc import OnChange, Opened, PublishOffer, RtcSession, Watched, WatchOffer
from commandwall.control.scene_documents import SceneDocument
from commandwall.control.screens import Screens
from commandwall.control.sound import SoundControl
from commandwall.control.sources import CameraBook, OneStreamBook, Sources
from commandwall.control.speakers import Speakers
from commandwall.control.state import CameraBoard
from commandwall.control.store import Store
from commandwall.control.talk_desk import Sounds, TalkDesk
from commandwall.control.talks import Talks
from commandwall.control.walls import WallControl, WallLinks
from commandwall.ipc.channel import Received
from commandwall.ipc.messages import Ready
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.rtc_messages import SessionChanged, SessionFigures, SessionPhase, StreamAt
from commandwall.ipc.sound_messages import SoundInput
from commandwall.ipc.talk_messages import TalkChanged, TalkTo
from commandwall.model.camera import Area, FeedState
from commandwall.model.layout import Cell, Layout
from commandwall.model.reason import Reason
from commandwall.model.source import Source, SourceKind
from commandwall.model.talk import TalkState
from commandwall.settings.site import Language, Level, Site
from commandwall.workers.processes import Processes
from commandwall.workers.worker import Worker
from tests.unit.control.stage import LAYOUTS, Hands

OPERATOR = Principal("wang", Role.OPERATOR)
SITE = Site("luohu", "罗湖", Level.DISTRICT)
PIP = Layout("pip", "画中画", 10, 10, (Cell("1", 0, 0, 10, 10), Cell("2", 7, 7, 3, 3, z=1)))
FOCUS = tuple(
    Layout(name, name, 4, 4, (Cell("1", 0, 0, 3, 4), *(Cell(str(n + 2), 3, n) for n in range(4))))
    for name in ("speaker", "lecture", "content")
)
CONFERENCE_LAYOUTS = LAYOUTS | {layout.id: layout for layout in (PIP, *FOCUS)}


class FakePeers:
    """An rtc process that answers at once, or with ``error``; sessions go as far as the test says.

    They carry picture and sound as ``carries`` says. Those that publish are answered while ``answers`` is
    set; those whose offers others have answered stand where this end ``reaches`` them.
    """

    def __init__(self) -> None:
        self.error: CommandwallError | None = None
        self.answers = asyncio.Event()
        self.answers.set()
        self.carries = (True, True)
        self.reaches = True
        self.sessions: dict[str, RtcSession] = {}
        self.offers: dict[str, WatchOffer | PublishOffer] = {}
        self.tried: list[tuple[StreamAt, ...]] = []
        self.switched: list[tuple[str, tuple[StreamAt, ...]]] = []
        self.ended: list[str] = []
        self.accepted: dict[str, str] = {}
        self.wanted = False

    def want(self) -> None:
        self.wanted = True

    def published(self, stream: str, session: str = "") -> BusAddress:
        return BusAddress("/run/rtc", stream, session)

    def relayed(self, stream: str) -> StreamAt:
        return StreamAt("/run/rtc", stream, answers_keys=True)

    async def watch(
        self, by: Principal, watched: Watched | None, offer: WatchOffer, on_change: OnChange | None = None
    ) -> Opened:
        return self._open(by, offer, on_change)

    async def publish(self, by: Principal, offer: PublishOffer, on_change: OnChange | None = None) -> Opened:
        opened = self._open(by, offer, on_change)
        await self.answers.wait()
        return opened

    async def switch(self, session_id: str, rungs: tuple[StreamAt, ...]) -> None:
        self.tried.append(rungs)
        if self.error is not None:
            raise self.error
        self.switched.append((session_id, rungs))

    def session(self, session_id: str) -> RtcSession:
        try:
            return self.sessions[session_id]
        except KeyError:
            raise NotFoundError("this session is over; ask anew") from None

    def end(self, session: RtcSession) -> None:
        self.ended.append(session.id)
        self.goes(session.id, SessionPhase.ENDED, asked=True)

    def goes(self, session: str, phase: SessionPhase, stream: str = "", *, asked: bool = False) -> None:
        """Let a session be so far."""
        found = self.sessions.pop(session) if phase is SessionPhase.ENDED else self.sessions[session]
        assert found.on_change is not None
        found.on_change(SessionChanged(session, phase, "", stream, asked))

    def measures(self, session: str, figures: SessionFigures) -> None:
        """Let a session have these figures."""
        self.sessions[session].figures = figures

    async def offer_stream(
        self,
        by: Principal,
        video: tuple[StreamAt, ...],
        sound: StreamAt | None,
        on_change: OnChange | None = None,
        sound_back: str = "",
    ) -> Opened:
        return self._open(by, WatchOffer(video, sound, sound_back), on_change)

    async def offer_intake(
        self, by: Principal, video: str, sound: str, on_change: OnChange | None = None
    ) -> Opened:
        return self._open(by, PublishOffer(video, sound, ""), on_change)

    async def accept(self, session_id: str, sdp: str) -> None:
        self.accepted[session_id] = sdp
        if self.reaches:
            asyncio.get_running_loop().call_soon(self.goes, session_id, SessionPhase.CONNECTED)

    def _open(self, by: Principal, offer: WatchOffer | PublishOffer, on_change: OnChange | None) -> Opened:
        if self.error is not None:
            raise self.error
        session = RtcSession(f"s{len(self.offers)}", by, on_change=on_change)
        self.sessions[session.id], self.offers[session.id] = session, offer
        return Opened(session.id, "v=0 answer", *self.carries)


class NotedSound(SoundControl):
    """A sound process that never runs; ``open`` and ``listeners`` are what it was told last."""

    def __init__(self) -> None:
        super().__init__(Path("/run/sound"))
        self.open: dict[str, bool] = {}
        self.listeners: list[str] = []
        self.over: list[str] = []

    def arrange(self, conference: str, inputs: Iterable[SoundInput], listeners: Iterable[str]) -> None:
        self.open = {each.participant: each.open for each in inputs}
        self.listeners = list(listeners)

    def end(self, conference: str) -> None:
        self.over.append(conference)


class NotedLines:
    """Workers that say at loudspeakers what they are told, and note it; they go as far as the test says."""

    def __init__(self) -> None:
        self.said: dict[str, TalkTo] = {}
        self.ended: list[str] = []
        self._watchers: list[Callable[[TalkChanged], None]] = []

    def talk(self, talk: TalkTo) -> None:
        self.said[talk.id] = talk

    def end_talk(self, name: str) -> None:
        del self.said[name]
        self.ended.append(name)

    def watch_talks(self, watcher: Callable[[TalkChanged], None]) -> None:
        self._watchers.append(watcher)

    def goes(self, name: str, state: TalkState, reason: Reason | None = None) -> None:
        """Let it be so with what is said at a loudspeaker."""
        for watcher in self._watchers:
            watcher(TalkChanged(name, state, reason or Reason()))


class StillWalls(HiddenWalls):
    """Hidden walls whose processes are said to be up and never run."""

    def start(self, worker: Worker) -> None:
        worker._hear(Received(Ready(), b"", 0))


class NamedBook(OneStreamBook):
    """Sources of one kind that are live, by what they are called."""

    def __init__(self, kind: SourceKind, names: dict[str, str]) -> None:
        super().__init__()
        self.kind = kind
        self._names = names

    def ids(self) -> Iterable[str]:
        return self._names

    def name(self, source_id: str) -> str:
        return self._names[source_id]

    def state(self, source_id: str) -> tuple[FeedState, Reason]:
        return FeedState.LIVE, Reason()


class Hall:
    """Conferences and the operations on them; ``clock`` tells the time of day, ``elapsed`` what passes."""

    def __init__(
        self,
        board: CameraBoard,
        directory: Path,
        database: Database,
        events: EventLog,
        audit: AuditLog,
        clock: Hands,
        site: Site = SITE,
    ) -> None:
        self.received: list[str] = []
        self.clock, self.elapsed = clock, Hands(0.0)
        now_s = SteadyUtc(clock, self.elapsed)
        self.peers, self.sound = FakePeers(), NotedSound()
        quiet = BookLinks(
            board.area,
            lambda owner, bus: self.received.append(f"{owner} {bus.session}"),
            *3 * [lambda *_: None],
        )
        self.book = ConferenceBook(quiet)
        self.screens = Screens(events.publish, lambda _: None, lambda _: None)
        self.screens.begin("wang", "王的屏幕", "wang")
        panels = NamedBook(SourceKind.DATA, {"rain": "雨量"})
        sources = Sources([CameraBook(board), self.screens, panels, self.book])
        links = WallLinks(
            lambda shown: None, lambda tiles: None, Decoding(Cores()), events.publish, lambda *_: None
        )
        self.hidden = StillWalls(CONFERENCE_LAYOUTS, sources, links, directory, Language.CHINESE, Processes())
        walls: dict[str, WallControl] = {}
        self.content = ContentDesk(
            board, lambda camera: directory / camera, self.peers.relayed, walls, sources.name,
            _no_scene, self.hidden,
        )  # fmt: skip
        self._tasks: list[asyncio.Task[None]] = []
        needs = RoomNeeds(
            CONFERENCE_LAYOUTS, self.hidden, self.book, self.sound, self.peers,
            self.content, self._beside, now_s, clock, events.publish,
        )  # fmt: skip
        self.records = KeptRecords("conferences", Records(database, "conference", ConferenceRecord))
        self.recorded = KeptRecords("recordings", Records(database, "recording", RecordingRecord))
        self.recordings = Recordings(directory / "recordings", self.recorded, events.publish, clock)
        self.conferences = Conferences(
            site.id,
            needs,
            self.records,
            events.publish,
            Marks(self.hidden.walls.values()),
            self.recordings,
        )
        choices = ContentChoices(board, walls, sources, list, {"dongmen": Area("dongmen", "东门步行街")})
        premises = Premises(
            CONFERENCE_LAYOUTS, ["main"], self.content, choices, self.recordings, Language.CHINESE
        )
        self.invitations = Invitations(directory, clock)
        self.on_walls: list[Source] = []
        self.linked = KeptRecords("links", Records(database, "link", LinkRecord))
        around = LinkNeeds(
            site,
            CONFERENCE_LAYOUTS,
            self.hidden,
            self.peers,
            audit,
            self._beside,
            now_s,
            lambda: self.on_walls,
            self.linked,
        )
        self.links = Links(self.conferences, around)
        desk = LinkDesk(self.links, audit)
        self.calls = CallDesk(
            self.conferences, self.invitations, audit, events.publish, self._beside, clock, ring_s=0.01
        )
        self.desk = ConferenceDesk(
            self.conferences, self.invitations, premises, audit, clock, desk, self.calls
        )
        self.lines, self.speakers = NotedLines(), Speakers()
        self.talks = Talks(self.lines, board, self.speakers, events.publish)
        sounds = Sounds(self.conferences, self.sound, self.peers)
        self.talk_desk = TalkDesk(self.talks, self.speakers, sounds, audit)

    @property
    def room(self) -> Room:
        """The room of the conference ``flood``."""
        return self.conferences.room("flood")

    def passes(self, s: float) -> None:
        """Let ``s`` seconds pass, wherever the clock has been set to."""
        self.clock.now_s += s
        self.elapsed.now_s += s

    def shown(self) -> list[str]:
        """Return what the picture of the conference ``flood`` shows, from cell to cell."""
        sources = self.hidden.walls["conference:flood"].arrangement.sources
        return [source.id.removeprefix("flood/") or "none" for source in sources]

    def opens(self, **fields: Any) -> None:
        """Open the conference ``flood``."""
        self.desk.open(OPERATOR, NewConference(**{"id": "flood", "name": "防汛", **fields}))

    def invites(self, participant: str, role: str = "member") -> Principal:
        """Invite somebody to ``flood``; return who comes by that."""
        new = NewMember.model_validate({"name": participant, "role": role, "participant": participant})
        return self.desk.by_token(self.desk.invite(OPERATOR, "flood", new).token)

    async def enters(self, who: Principal, *, sends: bool = True) -> tuple[str, str]:
        """Let somebody watch, and send people unless ``sends`` is false; return both sessions."""
        assert who.seat is not None
        place = f"conference/flood/{who.seat.participant}"
        watching = (await self.desk.watch(who, who.seat, Part.PEOPLE, "v=0")).session
        self.peers.goes(watching, SessionPhase.CONNECTED)
        if not sends:
            return watching, ""
        sending = (await self.desk.publish(who, who.seat, Part.PEOPLE, "v=0")).session
        self.peers.goes(sending, SessionPhase.CONNECTED)
        for part in ("people", "voice"):
            self.peers.goes(sending, SessionPhase.LIVE, f"{place}/{part}")
        return watching, sending

    async def settled(self) -> None:
        """Wait until nothing runs beside any more."""
        while self._tasks:
            await self._tasks.pop()

    def _beside(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))


@asynccontextmanager
async def open_hall(
    board: CameraBoard, database: Database, directory: Path, **conference: Any
) -> AsyncIterator[Hall]:
    """Yield a hall in which the conference ``flood`` is open."""
    events = EventLog()
    async with AuditLog(Store(database), events) as audit:
        hall = Hall(board, directory, database, events, audit, Hands(1_000_000.0))
        hall.opens(**conference)
        yield hall


def _no_scene(scene: str) -> SceneDocument:
    raise NotFoundError("no scene is called {id!r}", id=scene)
