"""Operations on conferences: each is authorised, applied and audited here, whoever calls it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from commandwall.base.errors import AccessRefusedError, InvalidError
from commandwall.base.sentence import Sentence
from commandwall.control.audit import AuditLog
from commandwall.control.audited import Note, audited
from commandwall.control.call_desk import CallDesk
from commandwall.control.conference_changes import ChairCommand, NewConference, NewMember
from commandwall.control.conference_content import ContentDesk
from commandwall.control.conference_documents import (
    ConferenceDocument,
    InvitationDocument,
    MemberDocument,
    RoomFigures,
    moment,
)
from commandwall.control.conference_lines import Part
from commandwall.control.conference_rights import require_director
from commandwall.control.conference_room import Room
from commandwall.control.conferences import Conferences
from commandwall.control.content_choices import ContentChoice, ContentChoices
from commandwall.control.invitations import (
    ACCOUNT_S,
    ExpiredInvitationError,
    Invitation,
    Invitations,
    account_id,
)
from commandwall.control.link_desk import LinkDesk
from commandwall.control.naming import new_id
from commandwall.control.recordings import RecordingDocument, Recordings
from commandwall.control.roles import Permission, Principal, Role, Seat
from commandwall.control.rtc import Opened
from commandwall.control.users import NotSignedInError
from commandwall.model.conference import participant as person
from commandwall.model.conference.attendance import invite, join, leave, turn_away
from commandwall.model.conference.command import OPERATOR, Actor, Command, Standing, Verb
from commandwall.model.conference.contents import ContentSource
from commandwall.model.conference.floor import mute_self, raise_hand
from commandwall.model.conference.participant import Participant
from commandwall.model.conference.stage import HEIGHT, WIDTH
from commandwall.model.conference.state import Conference
from commandwall.model.layout import AUTO, Layout


@dataclass(frozen=True, slots=True)
class Premises:
    """What there is around conferences: layouts, walls, what can be content, and what was recorded."""

    layouts: Mapping[str, Layout]
    walls: Collection[str]
    content: ContentDesk
    choices: ContentChoices
    recordings: Recordings
    language: str


class ConferenceDesk:
    """Operations beside those of :class:`Service`, in the same manner.

    ``links`` has those on links, ``calls`` those on calls.

    Whoever came by an invitation may do what belongs to its seat; everybody else what the role includes.
    Nothing has changed when one raises. Belongs to the control plane's event loop.
    """

    def __init__(
        self,
        conferences: Conferences,
        invitations: Invitations,
        premises: Premises,
        audit: AuditLog,
        now_s: Callable[[], float],
        links: LinkDesk,
        calls: CallDesk,
    ) -> None:
        self.links, self.calls = links, calls
        self._conferences = conferences
        self._invitations = invitations
        self._premises = premises
        self._audit = audit
        self._now_s = now_s

    def tallies(self) -> Iterator[RoomFigures]:
        """Yield what is counted of each open conference."""
        return (room.tally() for room in self._conferences.rooms())

    # ---- looking

    def all(self, who: Principal) -> list[ConferenceDocument]:
        """Return every conference that is open or planned."""
        who.require(Permission.VIEW)
        return [meeting.document() for meeting in self._conferences.all()]

    def get(self, who: Principal, conference: str) -> ConferenceDocument:
        """Return one; raises :class:`NotFoundError`."""
        if who.seat is None or who.seat.conference != conference:
            who.require(Permission.VIEW)
        return self._conferences.get(conference).document()

    def content_choices(self, who: Principal, conference: str) -> list[ContentChoice]:
        """Return what of the room can be content, for whom may make it that."""
        require_director(who, self._conferences.get(conference).state)
        return list(self._premises.choices.all())

    def by_token(self, token: str) -> Principal:
        """Return who came by an invitation; raises :class:`NotSignedInError`.

        Whoever has the seat by an account is to be confirmed by :meth:`Users.confirm`. The roster tells of
        an invitation that has expired.
        """
        try:
            invitation = self._invitations.read(token)
        except ExpiredInvitationError as expired:
            self._tell_of(expired.invitation)
            raise
        meeting = self._conferences.find(invitation.conference)
        if meeting is None or meeting.opening != invitation.opening:
            raise NotSignedInError("the conference of this invitation is over")
        if not meeting.state.expects(invitation.participant):
            raise NotSignedInError("you were removed from this conference; ask its chair for a new link")
        seat = Seat(invitation.conference, invitation.participant)
        name = f"{seat.conference}/{seat.participant}"
        return Principal(name, Role.VIEWER, "invitation", seat, key=invitation.key)

    def _tell_of(self, expired: Invitation) -> None:
        """Say in the roster that somebody came by an invitation that had expired."""
        meeting = self._conferences.find(expired.conference)
        if meeting is not None and meeting.opening == expired.opening:
            why = Sentence("came by an invitation that has expired; invite anew")
            self._conferences.change(
                expired.conference, lambda state, _: turn_away(state, expired.participant, why)
            )

    def invitation(self, who: Principal, token: str) -> InvitationDocument:
        """Return what an invitation is for; raises as :meth:`by_token` does."""
        invitation = self._invitations.read(token)
        state = self._conferences.get(invitation.conference).state
        one = state.participant(_seat(who).participant)
        return InvitationDocument(
            state.id,
            state.name,
            one.id,
            one.name,
            one.role,
            moment(invitation.expires_utc_s) or "",
            self._premises.language,
        )

    # ---- opening and ending

    def open(self, who: Principal, new: NewConference) -> ConferenceDocument:
        """Open a conference, or plan it for later; raises :class:`InvalidError`."""
        with self._audited(who, Permission.OPERATE, "open", new.id, new.name):
            if new.wall is not None and new.wall not in self._premises.walls:
                raise InvalidError("no wall is called {id!r}", id=new.wall, field="wall")
            ends_at_s = new.ends_at.timestamp() if new.ends_at else None
            if ends_at_s is not None and ends_at_s <= self._now_s():
                raise InvalidError("is over already; name a later time", field="ends_at")
            state = Conference(
                new.id,
                new.name,
                self._conferences.node,
                starts_at_s=new.starts_at.timestamp() if new.starts_at else None,
                ends_at_s=ends_at_s,
                lobby=new.lobby,
                wall=new.wall or "",
            )
            return self._conferences.add(state).document()

    def end(self, who: Principal, conference: str) -> None:
        """End a conference, or call off one that was planned; raises :class:`NotFoundError`."""
        self.command(who, conference, ChairCommand(verb=Verb.END))

    # ---- people

    def invite(self, who: Principal, conference: str, new: NewMember) -> MemberDocument:
        """Invite somebody; raises :class:`NotFoundError`, :class:`InvalidError`."""
        with self._audited(who, Permission.OPERATE, "invite", conference, f"{new.name} ({new.role})") as note:
            taken = {one.id for one in self._conferences.get(conference).state.participants}
            participant = new_id(new.participant, new.role, taken)
            until_s = self._now_s() + new.expires_s
            one = Participant(participant, new.name, new.role, new.site, until_s=until_s)
            meeting = self._conferences.change(conference, lambda state, _: invite(state, one))
            note.detail = f"{participant}: {new.name} ({new.role})"
        return self._invitations.member(conference, meeting.opening, participant, new.expires_s)

    def join(self, who: Principal, conference: str) -> MemberDocument:
        """Return a place of one's own by account, the same each time; leaders may hold the chair."""
        with self._audited(who, Permission.SHARE, "enter", conference):
            meeting = self._conferences.get(conference)
            participant = account_id(who.name)
            role = person.Role.CHAIR if who.role is Role.LEADER else person.Role.MEMBER
            one = Participant(participant, who.name, role, account=True)
            self._conferences.change(conference, lambda state, _: join(state, one))
        return self._invitations.member(conference, meeting.opening, participant, ACCOUNT_S, who.key)

    # ---- recordings

    def recordings(self, who: Principal) -> list[RecordingDocument]:
        """Return all recordings, the newest first."""
        who.require(Permission.OPERATE)
        return self._premises.recordings.all()

    def recording(self, who: Principal, recording: str) -> Path:
        """Return the file of a recording; raises :class:`NotFoundError`."""
        with audited(self._audit, who, Permission.OPERATE, "recording.read", recording):
            return self._premises.recordings.file(recording)

    def delete_recording(self, who: Principal, recording: str) -> None:
        """Delete a recording; raises as :meth:`Recordings.delete` does."""
        with audited(self._audit, who, Permission.OPERATE, "recording.delete", recording):
            self._premises.recordings.delete(recording)

    # ---- what one does oneself

    def raise_hand(self, who: Principal, conference: str, *, raised: bool) -> ConferenceDocument:
        """Raise one's hand, or lower it."""
        return self._own(
            who,
            conference,
            "hand" if raised else "hand.lower",
            lambda state, participant, now_s: raise_hand(state, participant, raised, now_s),
        )

    def mute(self, who: Principal, conference: str, *, muted: bool) -> ConferenceDocument:
        """Mute oneself, or end that; raises :class:`AccessRefusedError` when the chair keeps one muted."""
        return self._own(
            who,
            conference,
            "mute" if muted else "unmute",
            lambda state, participant, _: mute_self(state, participant, muted),
        )

    def leave(self, who: Principal, conference: str) -> ConferenceDocument:
        """Leave; the invitation stays good."""
        return self._own(who, conference, "leave", leave)

    # ---- the chair

    def command(self, who: Principal, conference: str, asked: ChairCommand) -> ConferenceDocument:
        """Do what a chair may; raises as :func:`commandwall.model.conference.chair.apply` does."""
        by = OPERATOR if who.seat is None else Actor(Standing.PARTICIPANT, who.seat.participant)
        permission = Permission.OPERATE if who.seat is None else None
        with self._audited(who, permission, asked.verb, conference, asked.detail):
            self._belongs(who, conference)
            if asked.verb is Verb.PRESENT and ":" in asked.target:
                self._premises.content.check(ContentSource.parse(asked.target))
            if asked.verb is Verb.LAYOUT and asked.target not in ("", AUTO):
                self._check_layout(asked.target)
            command = Command(asked.verb, by, asked.target, asked.viewer, asked.dwell_s, asked.minutes)
            meeting = self._conferences.command(conference, command)
        return meeting.document()

    # ---- pictures and sound

    async def publish(self, who: Principal, seat: Seat, part: Part, sdp: str, device: str = "") -> Opened:
        """Take people or content from whoever offers with ``device``; raises as :meth:`Room.publish` does."""
        room = self._enter(who, seat)
        with self._audited(who, None, f"publish.{part}", seat.conference, seat.participant):
            return await room.publish(who, seat.participant, part, sdp, device)

    async def watch(self, who: Principal, seat: Seat, part: Part, sdp: str, device: str = "") -> Opened:
        """Send picture and sound, or content, to whoever offers; raises as :meth:`Room.watch` does."""
        return await self._enter(who, seat).watch(who, seat.participant, part, sdp, device)

    def _check_layout(self, layout_id: str) -> None:
        """Raise :class:`InvalidError` unless the picture of a conference can have this layout."""
        layout = self._premises.layouts.get(layout_id)
        if layout is None:
            raise InvalidError("no layout is called {id!r}", id=layout_id, field="layout")
        layout.check(WIDTH, HEIGHT, field="layout")

    def _enter(self, who: Principal, seat: Seat) -> Room:
        """Return the room, with whoever comes let in; a planned one is opened by its chair.

        A page that is refused asks again every few seconds: the audit log has what the roster says of that.
        """
        if who.seat != seat:
            raise AccessRefusedError("this place in the conference is somebody else's")
        meeting = self._conferences.get(seat.conference)
        before = meeting.state
        try:
            room = self._conferences.room_for(seat.conference, seat.participant)
        except AccessRefusedError as error:
            if meeting.state != before:
                self._audit.record(who, "conference.join", seat.conference, seat.participant, str(error))
            raise
        if not room.state.participant(seat.participant).coming:
            with self._audited(who, None, "join", seat.conference, seat.participant):
                room.door.let_in(seat.participant)
        return room

    def _own(
        self,
        who: Principal,
        conference: str,
        action: str,
        change: Callable[[Conference, str, float], Conference],
    ) -> ConferenceDocument:
        with self._audited(who, None, action, conference):
            participant = _seat(who).participant
            self._belongs(who, conference)
            meeting = self._conferences.change(
                conference, lambda state, now_s: change(state, participant, now_s)
            )
        return meeting.document()

    @staticmethod
    def _belongs(who: Principal, conference: str) -> None:
        if who.seat is not None and who.seat.conference != conference:
            raise AccessRefusedError("this invitation is for another conference")

    def _audited(
        self, who: Principal, permission: Permission | None, action: str, conference: str, detail: str = ""
    ) -> AbstractContextManager[Note]:
        return audited(self._audit, who, permission, f"conference.{action}", conference, detail)


def _seat(who: Principal) -> Seat:
    if who.seat is None:
        raise AccessRefusedError("only who takes part can do this; join the conference, or open its link")
    return who.seat
