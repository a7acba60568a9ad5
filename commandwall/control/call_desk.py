"""Calls: an account is asked into a conference, at every page that it has open."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from commandwall.base.errors import AccessRefusedError, InvalidError, NotFoundError
from commandwall.base.sentence import Sentence
from commandwall.control.audit import AuditLog
from commandwall.control.audited import audited
from commandwall.control.conference_changes import NewCall
from commandwall.control.conference_documents import MemberDocument, moment
from commandwall.control.conference_rights import require_director
from commandwall.control.conferences import Conferences
from commandwall.control.invitations import ACCOUNT_S, Invitations, account_id
from commandwall.control.roles import Permission, Principal
from commandwall.control.state import Publish
from commandwall.control.users import TOKEN
from commandwall.model.conference.attendance import call_in, turn_away
from commandwall.model.conference.participant import NOTHING_SAID, Participant, Presence, Role
from commandwall.model.conference.state import Conference

RING_S = 45.0
_CALLED = Sentence("is being called")
Beside = Callable[[Coroutine[Any, Any, None], str], None]


class CallState(StrEnum):
    """How far a call is; all but the first end it."""

    RINGING = "ringing"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    OVER = "over"
    """The conference has ended, or whoever is called came in by himself."""


@dataclass(frozen=True, slots=True)
class CallDocument:
    """``user`` is called by ``by`` into a conference, as ``participant`` with ``role``, until ``until``."""

    conference: str
    conference_name: str
    participant: str
    user: str
    by: str
    role: Role
    state: CallState
    until: str


@dataclass(frozen=True, slots=True)
class CallEvent:
    """What an event ``call`` carries; only pages of ``call.user`` are told."""

    call: CallDocument


@dataclass(frozen=True, slots=True)
class CalleeDocument:
    """An account that has a page open, and so can be called."""

    user: str


class CallDesk:
    """Operations beside those of :class:`ConferenceDesk`, in the same manner.

    One call a conference and account rings at a time; the roster says how it ended, and when. Belongs to the
    control plane's event loop; ``beside`` runs what waits, for ``ring_s``.
    """

    def __init__(
        self,
        conferences: Conferences,
        invitations: Invitations,
        audit: AuditLog,
        publish: Publish,
        beside: Beside,
        now_s: Callable[[], float],
        ring_s: float = RING_S,
    ) -> None:
        self._conferences = conferences
        self._invitations = invitations
        self._audit = audit
        self._publish = publish
        self._beside = beside
        self._now_s = now_s
        self._ring_s = ring_s
        self._pages: Counter[str] = Counter()
        self._ringing: dict[tuple[str, str], CallDocument] = {}
        conferences.watch(self._follow)

    # ---- pages

    @contextmanager
    def page(self, who: Principal) -> Iterator[None]:
        """Count a page of ``who`` as one that rings, while it is open; programs have none."""
        person = not who.name.startswith(TOKEN)
        self._pages[who.name] += person
        try:
            yield
        finally:
            self._pages[who.name] -= person

    @staticmethod
    def concerns(who: Principal, event: object) -> bool:
        """Return whether the body of an event is for the pages of ``who``: calls of others are not."""
        return not isinstance(event, CallEvent) or event.call.user == who.name

    def mine(self, who: Principal) -> list[CallDocument]:
        """Return the calls that ring at the pages of ``who``."""
        who.require(Permission.VIEW)
        return [call for call in self._ringing.values() if call.user == who.name]

    # ---- who calls

    def reachable(self, who: Principal, conference: str) -> list[CalleeDocument]:
        """Return who can be called: accounts with a page open, that are not in the conference yet."""
        state = self._called_from(who, conference)
        inside = {one.id for one in state.participants if one.coming}
        users = sorted(user for user, pages in self._pages.items() if pages and user != who.name)
        return [CalleeDocument(user) for user in users if account_id(user) not in inside]

    def call(self, who: Principal, conference: str, asked: NewCall) -> CallDocument:
        """Let the pages of an account ring.

        Raises :class:`InvalidError` when it has none open, is in the conference already or was removed,
        :class:`AccessRefusedError` for anybody but operators and the chair.
        """
        user = asked.user
        with audited(self._audit, who, None, "conference.call", conference, f"{user} ({asked.role})"):
            state = self._called_from(who, conference)
            if not self._pages[user]:
                raise InvalidError(
                    "{user} has no page open here, so nobody would see the call", user=user, field="user"
                )
            one = Participant(account_id(user), user, asked.role, account=True, admitted=True)
            self._conferences.change(conference, lambda state, _: call_in(state, one, _CALLED))
            by = who.name if who.seat is None else state.participant(who.seat.participant).name
            until = moment(self._now_s() + self._ring_s) or ""
            call = CallDocument(
                conference, state.name, one.id, user, by, asked.role, CallState.RINGING, until
            )
            self._ringing[conference, user] = call
            self._publish("call", CallEvent(call))
            self._beside(self._ring(call), f"call {conference} {one.id}")
        return call

    # ---- who is called

    def accept(self, who: Principal, conference: str) -> MemberDocument:
        """Return the seat that one is called to; raises :class:`NotFoundError` when nobody calls."""
        with audited(self._audit, who, None, "conference.call.accept", conference):
            call = self._mine(who, conference)
            self._end(call, CallState.ACCEPTED, NOTHING_SAID)
            opening = self._conferences.get(conference).opening
        return self._invitations.member(conference, opening, call.participant, ACCOUNT_S, who.key)

    def decline(self, who: Principal, conference: str) -> None:
        """Decline a call; raises :class:`NotFoundError` when nobody calls."""
        with audited(self._audit, who, None, "conference.call.decline", conference):
            self._end(
                self._mine(who, conference), CallState.DECLINED, self._at("declined the call at {time}")
            )

    # ---- ringing

    async def _ring(self, call: CallDocument) -> None:
        await asyncio.sleep(self._ring_s)
        if self._ringing.get((call.conference, call.user)) is call:
            self._end(call, CallState.UNANSWERED, self._at("did not answer the call at {time}"))

    def _follow(self, state: Conference) -> None:
        """End calls that are of no use any more."""
        for call in [call for call in self._ringing.values() if call.conference == state.id]:
            one = state.find(call.participant)
            gone = one is None or one.coming or one.presence is Presence.REMOVED
            if gone or state.ended_at_s is not None:
                self._over(call, CallState.OVER)

    def _end(self, call: CallDocument, how: CallState, told: Sentence) -> None:
        self._over(call, how)
        self._conferences.change(call.conference, lambda state, _: turn_away(state, call.participant, told))

    def _over(self, call: CallDocument, how: CallState) -> None:
        del self._ringing[call.conference, call.user]
        self._publish("call", CallEvent(replace(call, state=how)))

    def _at(self, words: str) -> Sentence:
        return Sentence(words, time=time.strftime("%H:%M", time.localtime(self._now_s())))

    def _mine(self, who: Principal, conference: str) -> CallDocument:
        call = self._ringing.get((conference, who.name)) if who.seat is None else None
        if call is None:
            raise NotFoundError("nobody calls you into this conference now")
        return call

    def _called_from(self, who: Principal, conference: str) -> Conference:
        """Return the conference, which has begun, if ``who`` may call people into it."""
        meeting = self._conferences.get(conference)
        require_director(who, meeting.state)
        if meeting.room is None:
            raise AccessRefusedError("this conference has not begun")
        return meeting.state
