"""All conferences of this site: those that are open, and those that will be."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial

from commandwall.base.errors import AccessRefusedError, CommandwallError, InvalidError, NotFoundError
from commandwall.base.sentence import Sentence
from commandwall.base.tasks import Backoff
from commandwall.control.conference_documents import (
    ConferenceDocument,
    ConferenceEvent,
    RoomState,
    conference_document,
)
from commandwall.control.conference_marks import Marks, persons_of
from commandwall.control.conference_records import ConferenceRecord, record_of, restored
from commandwall.control.conference_room import Room, RoomNeeds
from commandwall.control.kept import KeptRecords
from commandwall.control.mishaps import Mishaps
from commandwall.control.recordings import Recordings
from commandwall.control.state import Publish
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.sound_messages import EVERYBODY, SoundReport
from commandwall.model.conference.attendance import arrive, require_begun, turn_away
from commandwall.model.conference.chair import apply
from commandwall.model.conference.command import Command
from commandwall.model.conference.contents import ContentSource
from commandwall.model.conference.participant import NOTHING_SAID
from commandwall.model.conference.polling import polled
from commandwall.model.conference.state import Conference
from commandwall.model.conference.timing import begun, due_s, tick

log = logging.getLogger(__name__)

MOST_CONFERENCES = 50
_LOCKED = Sentence("came while it was locked; let him in, or unlock it")
_TELL_EVERY_S = 0.2
_MEASURE_EVERY_S = 1.0
_LOOK_EVERY_S = 30.0
"""How often the time of day is looked at, since it may be put forward while nothing happens."""
_OPENING_BYTES = 6


@dataclass(eq=False, slots=True)
class Meeting:
    """A conference: ``plan`` is its state until it has a ``room``, that is: until it is open.

    ``fault`` is why it cannot be opened, and ``again_at_s`` (by the rooms' clock) when that is tried again.
    """

    plan: Conference
    opening: str
    room: Room | None = None
    changed: bool = False
    kept: ConferenceRecord | None = None
    fault: Sentence = NOTHING_SAID
    again_at_s: float = 0.0
    tries: Backoff = field(default_factory=Backoff)

    @property
    def state(self) -> Conference:
        """How it is now."""
        return self.plan if self.room is None else self.room.state

    def opens_in_s(self, now_s: float, utc_s: float) -> float:
        """Return in how many seconds it is to be opened; nothing or less: now."""
        return max((self.state.starts_at_s or 0.0) - utc_s, self.again_at_s - now_s)

    def document(self) -> ConferenceDocument:
        """Return it as it is now."""
        if self.state.ended_at_s is not None:
            return conference_document(self.state, RoomState.ENDED)
        if self.room is None:
            return conference_document(self.state, RoomState.SCHEDULED, reason=self.fault)
        room = self.room
        return conference_document(
            self.state,
            RoomState.OPEN,
            room.figures,
            room.measured_links(),
            content_name=room.content.name,
        )


class Conferences:
    """Opens conferences, lets time pass in them, tells of them and keeps them for the next start.

    Belongs to the control plane's event loop; :meth:`run` is one task. Of each conference one event is told
    at a time, at most five a second, with all that is so then.
    """

    def __init__(
        self,
        node: str,
        needs: RoomNeeds,
        records: KeptRecords[ConferenceRecord],
        publish: Publish,
        marks: Marks,
        recordings: Recordings,
    ) -> None:
        """``node`` is the site's id."""
        recordings.watch(self._unrecorded)
        self._recordings = recordings
        self.node = node
        self._needs = needs
        self._records = records
        self._publish = publish
        self._marks = marks
        self._meetings: dict[str, Meeting] = {}
        self._followers: list[Callable[[Conference], None]] = []
        self._changed = asyncio.Event()
        self._listeners: list[Callable[[str, Command], None]] = []
        self._measured_at_s = 0.0
        self._mishaps = Mishaps(log)

    def watch(self, follower: Callable[[Conference], None]) -> None:
        """Have ``follower`` told of every conference that changes, when listeners are, and of its end."""
        self._followers.append(follower)

    def restore(self) -> None:
        """Open what was open before the restart, and plan what was planned.

        What cannot be opened says why, and is tried again.
        """
        for record in tuple(self._records.all().values()):
            meeting = Meeting(restored(record, self.node, self._needs.now_s()), record.opening, kept=record)
            self._meetings[record.id] = meeting
            if record.opened:
                self._try_to_begin(meeting)
        self._changed.set()

    def all(self) -> list[Meeting]:
        """Return every conference, in the order of being made."""
        return list(self._meetings.values())

    def rooms(self) -> Iterator[Room]:
        """Yield the rooms that are open."""
        return (meeting.room for meeting in self._meetings.values() if meeting.room is not None)

    def find(self, conference: str) -> Meeting | None:
        """Return one, ``None`` where there is none of this id."""
        return self._meetings.get(conference)

    def get(self, conference: str) -> Meeting:
        """Return one; raises :class:`NotFoundError`."""
        meeting = self.find(conference)
        if meeting is None:
            raise NotFoundError("no conference is called {id!r}, or it is over", id=conference)
        return meeting

    def room(self, conference: str) -> Room:
        """Return the room of one, which begins by that if it was only planned.

        Raises as :meth:`get` and :meth:`begin` do.
        """
        meeting = self.get(conference)
        return meeting.room or self.begin(meeting)

    def room_for(self, conference: str, participant: str) -> Room:
        """Return the room of one for who comes to it; only its chair opens a planned one before its time.

        The roster says who is kept out by the lock. Raises :class:`AccessRefusedError` as
        :func:`require_begun` and :func:`arrive` do, and as :meth:`room` does.
        """
        meeting = self.get(conference)
        state = meeting.state
        if meeting.room is None:
            require_begun(state, participant, self._needs.utc_s())
        try:
            arrive(state, participant)
        except AccessRefusedError:
            if state.locked:
                self.change(conference, lambda state, _: turn_away(state, participant, _LOCKED))
            raise
        return self.room(conference)

    def add(self, state: Conference) -> Meeting:
        """Take in a conference; it begins at once unless it is to start later.

        Raises :class:`InvalidError` for an id that is taken, and when there are too many; as :meth:`begin`.
        """
        if state.id in self._meetings:
            raise InvalidError("there is already a conference {id!r}", id=state.id, field="id")
        if len(self._meetings) >= MOST_CONFERENCES:
            raise InvalidError("there are {most} conferences; end some of them", most=MOST_CONFERENCES)
        meeting = Meeting(state, secrets.token_urlsafe(_OPENING_BYTES))
        if meeting.opens_in_s(self._needs.now_s(), self._needs.utc_s()) <= 0:
            self.begin(meeting)
        self._meetings[state.id] = meeting
        self._note(meeting)
        return meeting

    def begin(self, meeting: Meeting) -> Room:
        """Open the room of a conference; raises :class:`CommandwallError` when it cannot be opened."""
        try:
            plan = begun(meeting.plan, self._needs.utc_s())
            meeting.room = Room(plan, self._needs, partial(self._note, meeting))
        except CommandwallError as error:
            if str(error) != str(meeting.fault):
                log.error("conference %s cannot be opened: %s", meeting.state.id, error)
                self._note(meeting)
            meeting.fault, meeting.again_at_s = error.sentence, self._needs.now_s() + meeting.tries.next_s()
            raise
        meeting.fault = NOTHING_SAID
        self._note(meeting)
        return meeting.room

    def change(self, conference: str, change: Callable[[Conference, float], Conference]) -> Meeting:
        """Apply ``change`` to the state of a conference at this time; raises as it does."""
        meeting = self.get(conference)
        state = change(meeting.state, self._needs.now_s())
        if meeting.room is not None:
            meeting.room.update(state)
        elif state != meeting.plan:
            meeting.plan = state
            self._note(meeting)
        self._end_over(meeting)
        return meeting

    def command(self, conference: str, command: Command) -> Meeting:
        """Do what a chair says, and tell who listens for that; raises as :func:`apply` does."""
        meeting = self.change(conference, lambda state, now_s: apply(state, command, now_s))
        for listener in self._listeners:
            listener(conference, command)
        return meeting

    def listen(self, listener: Callable[[str, Command], None]) -> None:
        """Call ``listener`` with whatever a chair has done, and in which conference."""
        self._listeners.append(listener)

    def heard(self, report: SoundReport) -> None:
        """Hand on what the sound process says of a conference."""
        meeting = self._meetings.get(report.conference)
        if meeting is not None and meeting.room is not None:
            meeting.room.heard(report)

    def withdrawn(self, source: ContentSource) -> None:
        """End content that is sent on from ``source``, which must not be seen now, or comes no more."""
        for room in self.rooms():
            if room.state.content.source == str(source) and not room.state.content.holder:
                room.end_content()

    async def run(self) -> None:
        """Let time pass, and tell what changes, until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._wait_s()):
                    await self._changed.wait()
            self._changed.clear()
            self.act()
            await asyncio.sleep(_TELL_EVERY_S)

    def act(self) -> None:
        """Do what is due, and tell what has changed; the log says what of a conference cannot be done."""
        now_s = self._needs.now_s()
        measure = now_s - self._measured_at_s >= _MEASURE_EVERY_S
        for meeting in self.all():
            with self._mishaps.of(f"conference {meeting.state.id}"):
                self._go_on(meeting, now_s, measure=measure)
        if measure:
            self._measured_at_s = now_s
        with self._mishaps.of("what tiles say of participants"):
            self._marks.tell(persons_of(room.state, room.figures) for room in self.rooms())

    def close(self) -> None:
        """Let go of every room; what is kept of them, and what walls show of them, is for the next start."""
        for meeting in self.all():
            self._keep(meeting)
        for meeting in self.all():
            self._recordings.stop(meeting.state.id)
            if meeting.room is not None:
                meeting.room.close()

    def _wait_s(self) -> float:
        """Return when there is something to do although nothing happens, in seconds from now."""
        if any(self.rooms()):
            return _MEASURE_EVERY_S - _TELL_EVERY_S
        now_s, utc_s = self._needs.now_s(), self._needs.utc_s()
        openings = (each.opens_in_s(now_s, utc_s) for each in self.all())
        dues = (at - utc_s for each in self.all() if (at := due_s(each.state)) is not None)
        return max(0.0, min((_LOOK_EVERY_S, *openings, *dues)))

    def _try_to_begin(self, meeting: Meeting) -> None:
        with suppress(CommandwallError):  # It says why, and when it is tried again.
            self.begin(meeting)

    def _go_on(self, meeting: Meeting, now_s: float, *, measure: bool) -> None:
        utc_s = self._needs.utc_s()
        if meeting.room is None and meeting.opens_in_s(now_s, utc_s) <= 0:
            self._try_to_begin(meeting)
        self.change(meeting.state.id, lambda state, now_s: polled(tick(state, utc_s), now_s))
        if meeting.state.ended_at_s is not None:
            return
        if meeting.room is not None and measure:
            meeting.room.measured()
            meeting.room.door.give_up()
            self._note(meeting)
        if meeting.changed:
            self._tell(meeting)

    def _note(self, meeting: Meeting) -> None:
        meeting.changed = True
        self._changed.set()

    def _tell(self, meeting: Meeting) -> None:
        meeting.changed = False
        self._keep(meeting)
        self._record(meeting)
        self._announce(meeting)

    def _announce(self, meeting: Meeting) -> None:
        self._publish("conference", ConferenceEvent(meeting.document()))
        for follower in self._followers:
            follower(meeting.state)

    def _record(self, meeting: Meeting) -> None:
        """Record it, or no longer, as everybody is told."""
        state, room = meeting.state, meeting.room
        if room is not None and state.recording:
            picture, sound = room.picture.rungs[0], self._needs.sound.address(state.id, EVERYBODY)
            bus = BusAddress(picture.packet_path, picture.stream, "")
            self._recordings.start(state.id, state.name, bus, sound)
        else:
            self._recordings.stop(state.id)

    def _unrecorded(self, conference: str) -> None:
        """Tell everybody that a recording has ended by a fault."""
        if conference in self._meetings:
            self.change(conference, lambda state, _: replace(state, recording=False))

    def _keep(self, meeting: Meeting) -> None:
        room = meeting.room
        links = room.outgoing if room is not None else ()
        record = record_of(meeting.state, meeting.opening, opened=room is not None, without=links)
        if record != meeting.kept:
            meeting.kept = record
            self._records.put(record.id, record)

    def _end_over(self, meeting: Meeting) -> None:
        """Forget a conference that is over, after everybody was told."""
        if meeting.state.ended_at_s is None:
            return
        del self._meetings[meeting.state.id]
        self._recordings.stop(meeting.state.id)
        self._records.drop(meeting.state.id)
        try:
            self._announce(meeting)
        finally:
            if meeting.room is not None:
                meeting.room.end()
