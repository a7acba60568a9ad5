"""One conference that is open: what its state means for pictures, sound, lines and walls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from commandwall.base.errors import CommandwallError, UnavailableError
from commandwall.base.sentence import Sentence
from commandwall.control.conference_book import ConferenceBook
from commandwall.control.conference_content import ContentDesk
from commandwall.control.conference_documents import Figures, LinkDocument, ReplacedEvent, RoomFigures
from commandwall.control.conference_door import Door
from commandwall.control.conference_lines import Line, Lines, Part, Peers, Spawn
from commandwall.control.conference_picture import ConferencePicture, relayed
from commandwall.control.hidden_walls import HiddenWalls
from commandwall.control.link_figures import measured
from commandwall.control.roles import Principal
from commandwall.control.rtc import Opened, PublishOffer, WatchOffer
from commandwall.control.sound import SoundControl
from commandwall.control.state import Publish
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.rtc_messages import StreamAt
from commandwall.ipc.sound_messages import SoundInput, SoundReport
from commandwall.model.conference.attendance import connected, leave, lost, require_open
from commandwall.model.conference.bearing import bearer, brought
from commandwall.model.conference.contents import drop_content, present, take_content
from commandwall.model.conference.floor import open_voices
from commandwall.model.conference.participant import NOTHING_SAID, Participant, Presence
from commandwall.model.conference.speaking import hear
from commandwall.model.conference.stage import Stage, stage, view
from commandwall.model.conference.state import Conference
from commandwall.model.layout import Layout
from commandwall.model.link import LinkState
from commandwall.model.reason import ReasonCode
from commandwall.model.source import CONTENT, PICTURE

VOICE = "voice"
"""Beside people and content: the sound of somebody."""
MOST_WATCHING = 3
"""So many connections receive the same for one seat; each is one of those the rtc process has for all."""
_START_S = 8.0
_CUT_OFF = Sentence("connection lost")
_STANDING = (LinkState.CONNECTING, LinkState.CONNECTED)
_WHY = {
    Presence.CONNECTED: ReasonCode.NO_CAMERA,
    Presence.LOST: ReasonCode.AWAY,
    Presence.LEFT: ReasonCode.LEFT,
}


class Outgoing(Protocol):
    """A picture that is made for one participant, where the one for all will not do."""

    @property
    def rungs(self) -> tuple[StreamAt, ...]:
        """Where it is to be had, the largest first."""

    def follow(self, state: Conference, streams: Mapping[tuple[str, str], BusAddress]) -> None:
        """Show what ``state`` says."""

    def close(self) -> None:
        """End it."""


@dataclass(frozen=True, slots=True)
class RoomNeeds:
    """What rooms need of the daemon; ``now_s`` is UTC that never goes back, ``utc_s`` the time of day."""

    layouts: Mapping[str, Layout]
    hidden: HiddenWalls
    book: ConferenceBook
    sound: SoundControl
    peers: Peers
    content: ContentDesk
    spawn: Spawn
    now_s: Callable[[], float]
    utc_s: Callable[[], float]
    publish: Publish


class Room:
    """One open conference. Belongs to the control plane's event loop.

    Whatever happens makes another ``state``, and :meth:`update` lets everything follow it; ``on_change`` is
    called after that. ``streams`` say where what participants send is, by participant and part
    (:class:`Part`, or :data:`VOICE`); links tell of themselves in ``links``. ``outgoing`` are the pictures
    of those who are not sent what everybody is.
    """

    def __init__(self, state: Conference, needs: RoomNeeds, on_change: Callable[[], None]) -> None:
        self.state = state
        self.figures: dict[str, Figures] = {}
        self.streams: dict[tuple[str, str], BusAddress] = {}
        self.links: tuple[LinkDocument, ...] = ()
        self.outgoing: dict[str, Outgoing] = {}
        self._concealed_ms = 0
        self._joins: Counter[str] = Counter()
        self._near: Mapping[str, float] = {}
        self._far: dict[str, Mapping[str, float]] = {}
        self.picture = ConferencePicture(f"conference:{state.id}", state.name, needs.hidden)
        self.content = needs.content.of(state.id)
        self.lines = Lines(needs.peers, self, needs.spawn)
        self.door = Door(self, needs.now_s)
        self._needs = needs
        self._on_change = on_change
        self._named: set[str] = set()
        self._closed = False
        self.picture.publish(needs.book, state.id)
        needs.book.put(f"{state.id}/{CONTENT}", state.name)
        try:
            self._follow()
        except CommandwallError:
            self.end()  # Nobody has it, so nobody else would.
            raise

    # ---- what happens

    def update(self, state: Conference) -> None:
        """Take ``state`` over and let pictures, sound and lines follow it."""
        if state != self.state:
            self.state = state
            self._follow()
            self._on_change()

    async def publish(
        self, by: Principal, participant: str, part: Part, sdp: str, device: str = ""
    ) -> Opened:
        """Receive people or content of ``participant`` from whoever offers with ``device``.

        Raises :class:`AccessRefusedError` when the door is closed, :class:`InvalidError` for an offer that
        cannot be answered, :class:`HeldError` for a second content.
        """
        place = f"conference/{self.state.id}/{participant}"
        voice = f"{place}/{VOICE}" if part is Part.PEOPLE else ""
        offer = PublishOffer(f"{place}/{part}", voice, sdp)
        before = self.lines.same(participant, part, sends=True)  # They may end before the answer is here.
        with self.door.entering(participant, part, device, sends=True):
            if part is Part.CONTENT:
                self.update(take_content(self.state, participant, self._needs.now_s()))
            opened = await self.lines.publish(by, participant, part, offer)
        self._replaced(before)
        if part is Part.PEOPLE:
            self._drop_missing(participant, opened)
        return opened

    async def watch(self, by: Principal, participant: str, part: Part, sdp: str, device: str = "") -> Opened:
        """Send the picture of the conference with the mix for ``participant``, or the content.

        Of those for one participant the newest few go on. Raises as :meth:`publish` does, and
        :class:`UnavailableError` when there is no content.
        """
        with self.door.entering(participant, part, device, sends=False):
            if part is Part.PEOPLE:
                offer = WatchOffer(*await self.prospect(participant), sdp)
            elif self.content.rungs:
                offer = WatchOffer(self.content.rungs, None, sdp)
            else:
                raise UnavailableError("no content is shown now; ask again when there is")
            opened = await self.lines.watch(by, participant, part, offer)
        too_many = self.lines.same(participant, part, sends=False)[:-MOST_WATCHING]
        self._replaced(too_many)
        self.lines.end(too_many)
        return opened

    async def take_feed(self, by: Principal, participant: str, sdp: str) -> Opened:
        """Receive the own picture of somebody whom a link brings; raises as :meth:`RtcControl.publish`."""
        place = f"conference/{self.state.id}/{participant}/{Part.PEOPLE}"
        return await self.lines.publish(by, participant, Part.PEOPLE, PublishOffer(place, "", sdp))

    async def prospect(self, participant: str) -> tuple[tuple[StreamAt, ...], StreamAt]:
        """Return the rungs and the mix that ``participant`` is to be sent, when they can be had.

        Raises :class:`AccessRefusedError` when the conference has ended meanwhile.
        """
        await self.picture.worker.until_ready(_START_S)
        require_open(self.state)
        self._mix(participant)
        mix = self._needs.sound.address(self.state.id, participant)
        return self._rungs(participant), StreamAt(mix.packet_path, mix.stream)

    def end_content(self) -> None:
        """Show no content any more, not even to who would go on watching what it was."""
        self.update(present(self.state, "", self._needs.now_s()))
        self.lines.end(self.lines.watching(Part.CONTENT))

    def tell_link(self, link: LinkDocument) -> None:
        """Tell how a link is now."""
        others = [other for other in self.links if other.id != link.id]
        stood = any(other.id == link.id and other.state == LinkState.CONNECTED for other in self.links)
        self._joins[link.id] += link.state == LinkState.CONNECTED and not stood
        self.links = (*others, link)
        self._on_change()

    def untell_link(self, link: str) -> None:
        """Tell of a link no more."""
        self.links = tuple(other for other in self.links if other.id != link)
        self._on_change()

    def forget_link(self, link: str) -> None:
        """Be without who stands for a link that was opened here; what he held falls free."""
        if (outgoing := self.outgoing.pop(link, None)) is not None:
            outgoing.close()
        self.lines.end(self.lines.of(link))
        for part in (Part.PEOPLE, Part.CONTENT, Part.VOICE):
            self.streams.pop((link, part), None)
        if self.state.find(link) is not None:
            left = leave(self.state, link, self._needs.now_s())
            self.update(left.each(one for one in left.participants if one.id != link))

    def heard(self, report: SoundReport) -> None:
        """Take in who speaks, and how each is heard."""
        now_s = self._needs.now_s()
        before = {voice.participant: replace(self._figures(voice.participant)) for voice in report.voices}
        for voice in report.voices:
            self._concealed_ms += self._figures(voice.participant).hear(voice, now_s)
        self._near = {voice.participant: voice.level_db for voice in report.voices if voice.speaking}
        self._hear()
        if any(self.figures.get(participant) != figures for participant, figures in before.items()):
            self._on_change()

    def told_speaking(self, link: str, levels_db: Mapping[str, float]) -> None:
        """Take in who speaks of those whom ``link`` brings, as its other end tells."""
        people = {one.id for one in self.state.participants}
        levels_db = {one: level for one, level in levels_db.items() if one in people}
        for participant in {*self._far.get(link, ()), *levels_db}:
            figures = self._figures(participant)
            figures.level_db = levels_db.get(participant)
            figures.speaking = participant in levels_db
            self._spare(participant)
        self._far[link] = levels_db
        self._hear()
        self._on_change()

    def speaking(self, *, without: str) -> dict[str, float]:
        """Return who speaks, here and beyond the links but ``without``, and how loud (dBFS)."""
        links = {one.id for one in self.state.participants if one.relays}
        here = {one: level for one, level in self._near.items() if one not in links}
        for link, levels in self._far.items():
            here |= levels if link != without else {}
        return here

    def lack(self, participants: Mapping[str, Sentence]) -> None:
        """Say in the roster what does not come of these, and of nobody else."""
        for participant in {*participants, *(one for one, known in self.figures.items() if known.lacks)}:
            self._figures(participant).lacks = participants.get(participant, NOTHING_SAID)
            self._spare(participant)
        self._on_change()

    def measured(self) -> None:
        """Take in how good the lines are: what comes of who sends, the way back of who watches.

        Called about once a second.
        """
        self._tell_seen()
        for line, figures in self.lines.figures():
            if line.part is Part.PEOPLE:
                known = self._figures(line.participant)
                known.rtt_ms = figures.rtt_ms if figures.rtt_ms is not None else known.rtt_ms
                if line.sends:
                    known.loss_ratio, known.jitter_ms = figures.loss_ratio, figures.jitter_ms
                    known.unreadable_picture = figures.malformed > 0

    def tally(self) -> RoomFigures:
        """Return what is counted of it."""
        relays = {one.id for one in self.state.participants if one.relays}
        speaking = sum(figures.speaking for one, figures in self.figures.items() if one not in relays)
        concealed_s, links = self._concealed_ms / 1000, self.measured_links()
        return RoomFigures(self.state.id, len(self.state.present), speaking, concealed_s, links)

    def measured_links(self) -> tuple[LinkDocument, ...]:
        """Return the links with how good each of them is now."""
        figures = [*self.lines.figures()] if self.links else []
        feeds = [one.id for one in self.state.present if one.path and one.has_people]
        return tuple(measured(link, self._joins[link.id], figures, feeds) for link in self.links)

    def put_stream(self, participant: str, part: str, bus: BusAddress) -> None:
        """Take what ``participant`` sends as ``part`` from ``bus`` from now on."""
        self.streams[participant, part] = bus
        state = self.state
        if part == Part.PEOPLE:
            state = state.changed(participant, has_people=True)
        elif part == Part.CONTENT:
            state = state.changed(participant, has_content=True)
        else:
            self._figures(participant).voice = True
        self._streams_changed(state)

    def drop_streams(self, participant: str, part: Part) -> None:
        """Take nothing of ``part`` of ``participant`` any more, with people no voice either."""
        self.streams.pop((participant, part), None)
        if part is not Part.CONTENT:
            self._drop_voice(participant)
            has_people = (participant, Part.PEOPLE) in self.streams
            self._streams_changed(self.state.changed(participant, has_people=has_people))
        else:
            state = self.state.changed(participant, has_content=False)
            self._streams_changed(drop_content(state, participant, self._needs.now_s()))

    def _drop_missing(self, participant: str, opened: Opened) -> None:
        """Take nothing from a line before that the one which has its place does not carry."""
        if not opened.sound:
            self._drop_voice(participant)
        if not opened.video:
            self.streams.pop((participant, Part.PEOPLE), None)
            self._streams_changed(self.state.changed(participant, has_people=False))
        elif not opened.sound:
            self._streams_changed(self.state)

    def _drop_voice(self, participant: str) -> None:
        """Take no voice of ``participant``, unless that has a line of its own."""
        if self.lines.newest(participant, Part.VOICE, sends=True) is None:
            self.streams.pop((participant, VOICE), None)
            self._forget_figures(participant)

    def _replaced(self, lines: Iterable[Line]) -> None:
        """Tell whoever has opened ``lines`` that others on his seat took their place, which is no fault."""
        for line in lines:
            if line.session:
                told = ReplacedEvent(self.state.id, line.participant, line.session)
                self._needs.publish("replaced", told)

    def close(self) -> None:
        """End all that the conference is made of; nothing follows from what still happens.

        Its pictures stay in the book: walls keep their places for the next start.
        """
        self._closed = True
        self.lines.end_all()
        self._needs.sound.end(self.state.id)
        self.content.close()
        for outgoing in self.outgoing.values():
            outgoing.close()
        self.picture.close()

    def end(self) -> None:
        """Close it for good: cells of walls that show it become empty."""
        self.close()
        for source_id in (*self._named, f"{self.state.id}/{PICTURE}", f"{self.state.id}/{CONTENT}"):
            self._needs.book.remove(source_id)

    # ---- lines

    def line_connected(self, line: Line) -> None:
        """Count who has a line among those who take part."""
        one = self.state.find(line.participant)
        if one is not None and one.coming and not self._closed:
            self.update(connected(self.state, line.participant, self._needs.now_s()))
            for link in self.links:  # From below: what it greeted with says nothing of pictures and sound.
                if link.id == line.participant and not link.ours and link.state is LinkState.CONNECTING:
                    self.tell_link(replace(link, state=LinkState.CONNECTED))
        else:
            self.lines.end([line])

    def line_live(self, line: Line, stream: str) -> None:
        """Take what arrives on ``line``, unless that was replaced meanwhile."""
        if line.sends and self.lines.newest(line.participant, line.part, sends=True) is line:
            bus = self._needs.peers.published(stream, line.session)
            self.put_stream(line.participant, stream.rpartition("/")[2], bus)

    def line_ended(self, line: Line, *, asked: bool) -> None:
        """Keep the place of whoever has no line left."""
        participant, now_s = line.participant, self._needs.now_s()
        if line.sends and self.lines.newest(participant, line.part, sends=True) is None:
            self.drop_streams(participant, line.part)
        one = self.state.find(participant)
        if self.lines.of(participant) or one is None or not one.coming or one.path:
            return
        if self.linked(participant):
            return
        if asked:
            self.update(leave(self.state, participant, now_s))
        else:
            self.update(lost(self.state, participant, _CUT_OFF, now_s))

    def linked(self, participant: str) -> bool:
        """Return whether somebody is a link that stands or is being made: who keeps that says how it is."""
        return any(link.id == participant and link.state in _STANDING for link in self.links)

    # ---- what follows from the state

    def _streams_changed(self, state: Conference) -> None:
        self.state = state
        self._follow()
        self._on_change()

    def _follow(self) -> None:
        if self._closed:
            return  # Offers and links outlive a conference a little; its pictures are closed.
        self.state = self.content.granted(self.state, self._needs.now_s())
        self._name()
        self._list()
        self.content.follow(self.state, self._needs.book, self.streams)
        self.picture.show(self._tell_seen())
        for outgoing in self.outgoing.values():
            outgoing.follow(self.state, self.streams)
        self._mix()
        self._switch()
        self._end_lines()

    def _tell_seen(self) -> Stage:
        """Tell walls which cameras are seen in the picture of the conference; return what that shows."""
        shown = stage(self.state, self._needs.layouts)
        seen = self.content.seen(shown, self._needs.now_s())
        self._needs.book.contain(f"{self.state.id}/{PICTURE}", seen)
        return shown

    def _name(self) -> None:
        """Have a source for everybody who may take part."""
        named = {f"{self.state.id}/{one.id}": one.name for one in self._expected()}
        for source_id in self._named - set(named):
            self._needs.book.remove(source_id)
        for source_id, name in named.items():
            self._needs.book.put(source_id, name)
        self._named = set(named)

    def _list(self) -> None:
        """Say of each source how it is."""
        for one in self._expected():
            source_id, bus = f"{self.state.id}/{one.id}", self.streams.get((one.id, Part.PEOPLE))
            if bus is None:
                why = _WHY.get(one.presence, ReasonCode.NOT_JOINED)
                self._needs.book.lost(source_id, ReasonCode.NO_FEED if one.here and one.path else why)
            else:
                self._needs.book.receive(source_id, bus)
                self._needs.book.live(source_id)

    def _expected(self) -> Iterator[Participant]:
        return (one for one in self.state.participants if one.presence is not Presence.REMOVED)

    def _mix(self, newcomer: str = "") -> None:
        heard = open_voices(self.state)
        inputs = [
            SoundInput(participant, bus, participant in heard)
            for (participant, part), bus in self.streams.items()
            if part == VOICE
        ]
        listeners = self.lines.hearing() | {newcomer} - {""}
        self._needs.sound.arrange(self.state.id, inputs, sorted(listeners))

    def _switch(self) -> None:
        for line in self.lines.watching(Part.PEOPLE):
            self.lines.switch(line, self._rungs(line.participant))
        for line in self.lines.watching(Part.CONTENT) if self.content.rungs else ():
            self.lines.switch(line, self.content.rungs)

    def _end_lines(self) -> None:
        """End the lines of those who are gone, and second pictures without the token."""
        bears = bearer(self.state)
        coming = {one.id: one for one in self.state.participants if one.coming}
        self.lines.end(self.lines.of_others(coming))
        for one in coming.values():
            if one.id != bears and not (one.relays and brought(self.state.content, one)):
                sharing = self.lines.newest(one.id, Part.CONTENT, sends=True)
                self.lines.end([sharing] if sharing else [])

    def _rungs(self, participant: str) -> tuple[StreamAt, ...]:
        """Return what ``participant`` is sent of people: one of them, or the picture of all."""
        outgoing = self.outgoing.get(participant)
        if outgoing is not None:
            return outgoing.rungs
        shown = view(self.state, participant).people
        return (() if shown == PICTURE else self.own_picture(shown)) or self.picture.rungs

    def own_picture(self, participant: str) -> tuple[StreamAt, ...]:
        """Return where what somebody sends of himself is to be had, ``()`` while nothing comes."""
        bus = self.streams.get((participant, Part.PEOPLE))
        return () if bus is None else relayed(bus)

    def _hear(self) -> None:
        levels = dict(self._near)
        for far in self._far.values():
            levels |= far
        self.update(hear(self.state, levels, self._needs.now_s()))

    def _spare(self, participant: str) -> None:
        """Keep no figures that say nothing: links may tell of ever other people."""
        if self.figures.get(participant) == Figures():
            del self.figures[participant]

    def _forget_figures(self, participant: str) -> None:
        """Forget how somebody's own lines were; what a link tells of him stays."""
        figures = self.figures.pop(participant, Figures())
        if any(participant in far for far in self._far.values()):
            known = Figures(speaking=figures.speaking, level_db=figures.level_db, lacks=figures.lacks)
            self.figures[participant] = known

    def _figures(self, participant: str) -> Figures:
        return self.figures.setdefault(participant, Figures())
