"""Links and bridges of all conferences: opened, kept going, and closed with the conference they belong to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    InvalidError,
    NotFoundError,
)
from commandwall.base.sentence import Sentence
from commandwall.conference.bridges.bridge import Bridge
from commandwall.conference.bridges.janus import JanusBridge, JanusRooms
from commandwall.conference.bridges.janus_session import JanusServer
from commandwall.conference.bridges.whip import Endpoint, WhipBridge
from commandwall.conference.links.line import Line, LinkClosedError, Socket
from commandwall.control.audit import AuditLog
from commandwall.control.conference_documents import LinkDocument
from commandwall.control.conference_legs import OfferingPeers, RoomMedia
from commandwall.control.conference_lines import Spawn
from commandwall.control.conference_outgoing import OutgoingPicture
from commandwall.control.conference_outside import Outside
from commandwall.control.conference_room import Room
from commandwall.control.conferences import Conferences
from commandwall.control.hidden_walls import HiddenWalls
from commandwall.control.kept import KeptRecords
from commandwall.control.link_above import LinkAbove
from commandwall.control.link_records import LinkRecord
from commandwall.control.link_tree import Tree
from commandwall.control.roles import Principal, Seat
from commandwall.control.roles import Role as Authority
from commandwall.control.rtc import Opened
from commandwall.model.conference.attendance import enlist, lost
from commandwall.model.conference.command import Command
from commandwall.model.conference.participant import Participant, Presence, Role
from commandwall.model.conference.state import Conference
from commandwall.model.conference.tree import forgotten
from commandwall.model.layout import Layout
from commandwall.model.link import LinkState, LoopError, join_id
from commandwall.model.source import Source
from commandwall.settings.site import (
    BridgeSettings,
    ConferenceSettings,
    JanusSettings,
    LinkSettings,
    Site,
    WhipSettings,
)

log = logging.getLogger(__name__)

_LOST = Sentence("the link is lost")
_TAKEN = Sentence("another daemon came with this token")
_GOODBYE_S = 1.0


class LinkNeeds(NamedTuple):
    """What links need of the daemon; ``now_s`` is that of rooms, ``shown`` tells what walls here show."""

    site: Site
    layouts: Mapping[str, Layout]
    hidden: HiddenWalls
    peers: OfferingPeers
    audit: AuditLog
    spawn: Spawn
    now_s: Callable[[], float]
    shown: Callable[[], Iterable[Source]]
    records: KeptRecords[LinkRecord]


class Links:
    """All links and bridges. Belongs to the control plane's event loop; an async context manager.

    What is opened runs until it is closed, its conference is over, or the context is left.
    """

    def __init__(self, conferences: Conferences, needs: LinkNeeds) -> None:
        self._conferences = conferences
        self._needs = needs
        self._trees: dict[str, Tree] = {}
        self._outsides: dict[tuple[str, str], Outside] = {}
        self._tasks: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._lines: dict[tuple[str, str], Line] = {}
        self._waiting: dict[tuple[str, str], tuple[Principal, LinkSettings | BridgeSettings]] = {}
        conferences.watch(self._changed)
        conferences.listen(self._commanded)

    async def __aenter__(self) -> Links:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.gather(*(self._stop(key) for key in tuple(self._tasks)))

    def restore(self, configured: ConferenceSettings) -> None:
        """Open what the configuration names, and what was open before the restart.

        A conference that the configuration names and that is not there is opened by that; of one that is not
        open yet, the links wait until it is. What cannot be opened, as there are too many conferences or
        participants, is left out; the log says so.
        """
        by = Principal(self._needs.site.id, Authority.OPERATOR, "configuration")
        wanted: tuple[LinkSettings | BridgeSettings, ...] = (*configured.links, *configured.bridges)
        for settings in wanted:
            self._reopen(by, settings)
        for key, record in tuple(self._needs.records.all().items()):
            kept = record.settings
            if kept is None or not self._wanted(kept):
                self._needs.records.drop(key)
            else:
                self._reopen(by, kept)

    def _reopen(self, by: Principal, settings: LinkSettings | BridgeSettings) -> None:
        conference = settings.conference
        try:
            meeting = self._conferences.find(conference) or self._conferences.add(
                Conference(conference, conference, self._needs.site.id)
            )
            if meeting.room is None:
                self._waiting[conference, settings.id] = by, settings
                return
            self._open(by, settings)
        except CommandwallError as error:
            log.error("conference %s: %s is not opened: %s", conference, settings.id, error)

    def _wanted(self, kept: LinkSettings | BridgeSettings) -> bool:
        """Return whether ``kept`` is to be opened again: its conference goes on, and nothing else is it."""
        there = self._conferences.find(kept.conference) is not None
        return there and (kept.conference, kept.id) not in self._outsides.keys() | self._waiting.keys()

    async def open_link(self, by: Principal, settings: LinkSettings) -> LinkDocument:
        """Join the conference above; return how that went.

        One that cannot be reached now is tried again. Raises :class:`InvalidError` when there is a link
        upwards already, and when the level above refuses it; then there is no link.
        """
        if any(link.above for link in self._begun(settings.conference).links):
            raise InvalidError("this conference has a link to the level above already; end that first")
        return await self._opened(by, settings)

    async def open_bridge(self, by: Principal, settings: BridgeSettings) -> LinkDocument:
        """Join a conference of another system; as :meth:`open_link`."""
        return await self._opened(by, settings)

    async def close(self, conference: str, link: str) -> None:
        """Leave a conference elsewhere; raises :class:`NotFoundError`."""
        if (conference, link) not in self._outsides:
            raise NotFoundError("no link of this conference is called {id!r}", id=link)
        await self._take_down(self._conferences.room(conference), link)

    def check_seat(self, seat: Seat) -> None:
        """Raise :class:`AccessRefusedError` unless ``seat`` is a site's, as links need."""
        state = self._conferences.get(seat.conference).state
        if state.participant(seat.participant).role is not Role.SITE:
            raise AccessRefusedError("a link needs the token of a site; invite one with the role site")

    async def take_feed(self, by: Principal, seat: Seat, person: str, sdp: str) -> Opened:
        """Receive the own picture of ``person``, whom the link of ``seat`` brings, as was asked for.

        Raises :class:`AccessRefusedError` when it was not, and as :meth:`Room.publish` does.
        """
        tree, name = self._trees.get(seat.conference), join_id(seat.participant, person)
        joint = tree.joints.get(seat.participant) if tree is not None else None
        if tree is None or joint is None or name not in joint.feeds.wanted:
            raise AccessRefusedError("this picture was not asked for; the level above chooses what comes up")
        return await tree.room.take_feed(by, name, sdp)

    async def serve(self, seat: Seat, socket: Socket) -> None:
        """Be the upper end of a link whose lower end has come for ``seat``, until it is lost.

        Who came for it before is told so, and does not come back at once: two daemons would take it from
        each other for ever.
        """
        key, line = (seat.conference, seat.participant), Line(socket)
        if (before := self._lines.get(key)) is not None:
            with suppress(CommandwallError, TimeoutError):
                async with asyncio.timeout(_GOODBYE_S):
                    await before.refuse(CommandwallError(_TAKEN), again=False)
        await self._stop(key)
        self._lines[key] = line
        task = self._tasks[key] = asyncio.create_task(
            self._serve(seat, line), name=f"link {seat.participant}"
        )
        try:
            await asyncio.wait({task})
        finally:
            if self._lines.get(key) is line:
                del self._lines[key]
            if self._tasks.get(key) is task:
                await self._stop(key)

    async def _serve(self, seat: Seat, line: Line) -> None:
        link, meeting = seat.participant, self._conferences.get(seat.conference)
        theirs = await line.hear_hello()
        if not meeting.state.expects(link):
            return  # Removed while it greeted.
        try:
            room = self._conferences.room_for(seat.conference, link)
            room.door.let_in(link)
        except AccessRefusedError as error:
            waits = meeting.state.participant(link).presence is Presence.LOBBY
            await line.refuse(error, again=waits)
            return
        tree = self.tree(room)
        document = LinkDocument(link, theirs.node, theirs.name, False, LinkState.CONNECTING, "", "")
        try:
            joint = tree.join(link, theirs, line, above=False)
        except LoopError as error:
            room.tell_link(_refused(document, error))
            room.update(lost(room.state, link, error.sentence, self._needs.now_s()))
            await line.refuse(error, again=False)
            return
        reason, closed = _LOST, False
        try:
            room.tell_link(document)  # Before the answer: its media come by that, and find the seat a link.
            await line.answer_hello(tree.hello(link))
            await joint.run()
        except CommandwallError as error:
            reason, closed = error.sentence, isinstance(error, LinkClosedError)
        finally:
            tree.part(joint, reason)
            self._unserved(room, document, reason, closed=closed)

    def _unserved(self, room: Room, document: LinkDocument, reason: Sentence, *, closed: bool) -> None:
        """Tell that a link is lost, or, where it was taken down at either end, tell of it no more."""
        expected = room.state.expects(document.id)
        if expected:
            room.update(lost(room.state, document.id, reason, self._needs.now_s()))
        if closed or not expected:
            self._forget(room, document)
        else:
            room.tell_link(replace(document, state=LinkState.LOST, reason=str(reason), reason_zh=reason.zh))

    def _forget(self, room: Room, link: LinkDocument) -> None:
        """Tell of ``link`` no more, which is not to come back; those go whom it brought."""
        if link.node:
            room.update(forgotten(room.state, link.node, self._needs.now_s(), above=link.above))
        room.untell_link(link.id)

    async def _opened(self, by: Principal, settings: LinkSettings | BridgeSettings) -> LinkDocument:
        self._check_free(settings)
        outside = self._open(by, settings)
        await outside.tried.wait()
        if self._outsides.get((settings.conference, settings.id)) is not outside:
            raise NotFoundError("{id!r} was taken down before it was joined", id=settings.id)
        if outside.refusal is not None and outside.link.state is LinkState.REFUSED:
            await self.close(settings.conference, settings.id)
            raise _invalid(outside.refusal)
        self._needs.records.put(f"{settings.conference}/{settings.id}", LinkRecord.of(settings))
        return outside.link

    def _begun(self, conference: str) -> Room:
        """Return the room of a conference; raises :class:`InvalidError` for one that is only planned."""
        room = self._conferences.get(conference).room
        if room is None:
            raise InvalidError("this conference has not begun; link it when it has")
        return room

    def _check_free(self, settings: LinkSettings | BridgeSettings) -> None:
        """Raise :class:`InvalidError` where somebody has the id, unless it is a link of before a restart."""
        key = settings.conference, settings.id
        one = self._begun(settings.conference).state.find(settings.id)
        if key in self._outsides or (one is not None and (one.coming or one.role is not Role.SITE)):
            raise InvalidError("{id!r} is there twice; ids are unique", id=settings.id, field="id")

    def _open(self, by: Principal, settings: LinkSettings | BridgeSettings) -> Outside:
        room = self._conferences.room(settings.conference)
        above = isinstance(settings, LinkSettings)
        name = settings.url if isinstance(settings, LinkSettings) else settings.name
        one = Participant(settings.id, name, Role.SITE, device=_device(settings), admitted=True)
        if room.state.find(settings.id) is None:
            room.update(enlist(room.state, one))
        document = LinkDocument(settings.id, "", name, above, LinkState.CONNECTING, "", "", ours=True)
        room.outgoing[settings.id] = OutgoingPicture(
            room.state.id, settings.id, self._needs.layouts, self._needs.hidden
        )
        by = replace(by, key=b"")  # It goes on without the sign-in of who opened it.
        outside = Outside(room, document, self._joining(by, room, settings), self._needs.now_s)
        key = settings.conference, settings.id
        self._outsides[key] = outside
        task = asyncio.create_task(outside.run(), name=f"conference outside {settings.id}")
        task.add_done_callback(lambda _: outside.tried.set())  # Whoever waits hears that it was taken down.
        self._tasks[key] = task
        return outside

    def _joining(
        self, by: Principal, room: Room, settings: LinkSettings | BridgeSettings
    ) -> Callable[[Outside], Awaitable[None]]:
        """Return what joins it and stays."""
        if isinstance(settings, LinkSettings):
            return LinkAbove(settings, self.tree(room), by, self._needs.peers).join
        media, bridge = RoomMedia(room, settings.id, by, self._needs.peers), _bridge(settings)

        async def join(outside: Outside) -> None:
            outside.reached()
            await bridge.run(media, outside.joined)

        return join

    def tree(self, room: Room) -> Tree:
        """Return the place of ``room`` in its tree."""
        tree = self._trees.get(room.state.id)
        if tree is None or tree.room is not room:
            needs = self._needs
            tree = Tree(
                room, needs.site, self._conferences, needs.audit, needs.spawn, needs.now_s, needs.shown
            )
            self._trees[room.state.id] = tree
        return tree

    def _changed(self, state: Conference) -> None:
        """Tell by the links what has changed; they end with the conference, and with who stands for them."""
        conference = state.id
        if state.ended_at_s is not None:
            self._trees.pop(conference, None)
            self._waiting = {key: waits for key, waits in self._waiting.items() if key[0] != conference}
            for key in [key for key in self._tasks if key[0] == conference]:
                self._withdraw(key)
                self._needs.spawn(self._stop(key), f"end of link {key[1]}")
            return
        meeting = self._conferences.find(conference)
        if meeting is not None and meeting.room is not None:
            for key in [key for key in self._waiting if key[0] == conference]:
                if (waits := self._waiting.pop(key, None)) is not None:
                    self._reopen(*waits)
            self._end_gone(meeting.room)
        if (tree := self._trees.get(conference)) is not None:
            tree.follow()

    def _end_gone(self, room: Room) -> None:
        """Take down the links of those who were removed or forgotten."""
        for link in [link for link in room.links if not room.state.expects(link.id)]:
            if (room.state.id, link.id) in self._tasks:
                self._needs.spawn(self._take_down(room, link.id), f"end of link {link.id}")
            else:
                self._forget(room, link)

    def _commanded(self, conference: str, command: Command) -> None:
        if (tree := self._trees.get(conference)) is not None:
            tree.pass_down(command)

    async def _take_down(self, room: Room, link: str) -> None:
        """End a link for good, as nobody is to stand for it any more."""
        key = room.state.id, link
        outside = self._withdraw(key)
        await self._stop(key)
        if outside is not None and room.state.ended_at_s is None:
            self._forget(room, outside.link)
            room.forget_link(link)

    def _withdraw(self, key: tuple[str, str]) -> Outside | None:
        """Have a link that was opened here not opened again, and say goodbye at its end; return it."""
        self._needs.records.drop("/".join(key))
        outside = self._outsides.pop(key, None)
        if outside is not None:
            outside.closing = True
        return outside

    async def _stop(self, key: tuple[str, str]) -> None:
        """End a link; for the other end it is lost, unless it was withdrawn."""
        self._outsides.pop(key, None)
        task = self._tasks.pop(key, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _bridge(settings: BridgeSettings) -> Bridge:
    match settings.target:
        case WhipSettings(whip, whep, token):
            return WhipBridge(
                Endpoint(whip, token) if whip else None, Endpoint(whep, token) if whep else None
            )
        case JanusSettings() as janus:
            rooms = JanusRooms(janus.video, janus.audio, settings.name, janus.feed, janus.pin)
            return JanusBridge(JanusServer(janus.url, janus.secret, janus.token), rooms)


def _device(settings: LinkSettings | BridgeSettings) -> str:
    """Return what is joined by that, for the roster."""
    if isinstance(settings, LinkSettings):
        return "commandwall"
    return "WHIP/WHEP" if isinstance(settings.target, WhipSettings) else "Janus"


def _invalid(error: CommandwallError) -> InvalidError:
    """Return why what was asked for cannot be joined, with the field that is to be another."""
    match error:
        case AccessRefusedError():
            return InvalidError(error.sentence, field="token")
        case NotFoundError():
            return InvalidError(error.sentence, field="conference")
        case _:
            return InvalidError(error.sentence, field="url")


def _refused(link: LinkDocument, error: CommandwallError) -> LinkDocument:
    return replace(link, state=LinkState.REFUSED, reason=str(error), reason_zh=error.zh)
