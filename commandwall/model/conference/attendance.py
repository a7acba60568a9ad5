"""Attendance: coming, waiting in the lobby, being cut off, leaving; and who holds the chair then."""

from __future__ import annotations

from dataclasses import replace
from math import inf

from commandwall.base.errors import AccessRefusedError, InvalidError
from commandwall.base.sentence import Sentence
from commandwall.model.conference.contents import drop_content
from commandwall.model.conference.floor import revoke
from commandwall.model.conference.participant import NOTHING_SAID, Participant, Presence, Role
from commandwall.model.conference.state import Conference, Held, Vacancy

MOST_PARTICIPANTS = 200
"""So many of a conference's own may be in it or expected; whom links bring is bounded by them."""
KEPT_S = 24 * 3600.0
"""So long somebody whose invitation has expired stays on the list."""

_GONE = (Presence.LEFT, Presence.REMOVED)
_VACANCIES = {
    Presence.LEFT: Vacancy.LEFT,
    Presence.LOST: Vacancy.LOST,
    Presence.REMOVED: Vacancy.REMOVED,
}


def invite(state: Conference, one: Participant) -> Conference:
    """Return ``state`` with ``one`` on the list.

    Raises :class:`InvalidError` as :func:`enlist` does, and when too many are expected already.
    """
    expected = [
        other for other in state.participants if not (other.path or other.relays or other.presence in _GONE)
    ]
    if len(expected) >= MOST_PARTICIPANTS:
        raise InvalidError(
            "a conference has at most {most} participants; remove some who do not come",
            most=MOST_PARTICIPANTS,
        )
    return enlist(state, one)


def enlist(state: Conference, one: Participant) -> Conference:
    """Return ``state`` with ``one`` on the list, however long that is, as links have it.

    Raises :class:`InvalidError` for an id that is taken.
    """
    require_open(state)
    if state.find(one.id) is not None:
        raise InvalidError("{id!r} is there twice; ids are unique", id=one.id, field="participant")
    return state.each((*state.participants, replace(one, presence=Presence.INVITED)))


def join(state: Conference, one: Participant) -> Conference:
    """Return ``state`` with ``one`` on the list by his account.

    Who is on it already is known by that from now on: no lobby holds him, and the end of the invitation
    that he had is not his. Raises as :func:`invite` does.
    """
    if state.find(one.id) is None:
        return invite(state, one)
    return state.changed(one.id, until_s=None, account=True)


def call_in(state: Conference, one: Participant, told: Sentence) -> Conference:
    """Return ``state`` with ``one`` on the list and let in, whom somebody calls; the roster says ``told``.

    Who is on the list already is known by his account from now on, if ``one`` is, however he was invited.
    Raises :class:`InvalidError` when he was removed, or is in already.
    """
    require_open(state)
    known = state.find(one.id)
    if known is None:
        return turn_away(invite(state, one), one.id, told)
    if known.presence is Presence.REMOVED:
        raise InvalidError("{name} was removed; invite him anew", name=known.name, field="user")
    if known.coming:
        raise InvalidError("{name} is in the conference already", name=known.name, field="user")
    again = replace(
        known, role=one.role, until_s=one.until_s, account=one.account, admitted=True, reason=told
    )
    return _with(state, again)


def forget_expired(state: Conference, utc_s: float) -> Conference:
    """Return ``state`` without those who are not in and whose invitation expired long ago."""
    if not any(_forgotten_at_s(one) <= utc_s for one in state.participants):
        return state
    return state.each(one for one in state.participants if _forgotten_at_s(one) > utc_s)


def forgets_at_s(state: Conference) -> float | None:
    """Return when :func:`forget_expired` has somebody to forget, ``None`` as things are: never."""
    at_s = min(map(_forgotten_at_s, state.participants), default=inf)
    return at_s if at_s < inf else None


def require_begun(state: Conference, participant: str, utc_s: float) -> None:
    """Raise :class:`AccessRefusedError` if a planned conference is not to be opened by ``participant`` now.

    Only its chairs open it before its time. Once it is open nobody asks what the time is.
    """
    one = state.participant(participant, field="participant")
    if state.starts_at_s is not None and utc_s < state.starts_at_s and one.role is not Role.CHAIR:
        raise AccessRefusedError("this conference has not begun")


def arrive(state: Conference, participant: str) -> Conference:
    """Return ``state`` with somebody at the door: connecting, or in the lobby until he is admitted.

    Raises :class:`AccessRefusedError` when he was removed, or the conference is locked or over.
    """
    require_open(state)
    one = state.participant(participant, field="participant")
    if one.presence is Presence.REMOVED:
        raise AccessRefusedError("you were removed from this conference; ask its chair for a new link")
    if one.let_in:
        return state
    if state.locked and not one.admitted and one.role is not Role.CHAIR:
        raise AccessRefusedError("this conference is locked; ask its chair to let you in")
    waits = state.lobby and not (one.admitted or one.account or one.role is Role.CHAIR)
    return _placed(state, replace(one, admitted=not waits), Presence.LOBBY if waits else Presence.CONNECTING)


def admit(state: Conference, target: str) -> Conference:
    """Return ``state`` with ``target`` let in from the lobby, or, while he is not there, past it later."""
    one = replace(state.participant(target), admitted=True)
    if one.presence is Presence.REMOVED:
        raise InvalidError("{name} was removed; invite him anew", name=one.name, field="target")
    return _placed(state, one, Presence.CONNECTING if one.presence is Presence.LOBBY else one.presence)


def connected(state: Conference, participant: str, now_s: float) -> Conference:
    """Return ``state`` with somebody taking part from now on; the first chair to come takes the chair.

    Where all were muted he is too, but for chairs. A link is as :func:`mute_all` leaves it.
    What was wrong with one of his connections stays said.
    """
    one = state.participant(participant, field="participant")
    if not one.let_in:
        raise AccessRefusedError("{name} has not been let in", name=one.name)
    if one.here:
        return state
    spared = one.role is Role.CHAIR or (bool(one.relays) and (state.muted_from_above or not one.above))
    muted = one.muted_by_chair or (state.muted_on_entry and not spared)
    return seated(_with(state, replace(one, muted_by_chair=muted, presence=Presence.CONNECTED)))


def lost(state: Conference, participant: str, reason: Sentence, now_s: float) -> Conference:
    """Return ``state`` with somebody cut off, who may come back; ``reason`` is shown in the roster."""
    one = state.participant(participant, field="participant")
    if not one.let_in:
        return state
    return _gone(state, one, Presence.LOST, reason, now_s)


def turn_away(state: Conference, participant: str, reason: Sentence) -> Conference:
    """Return ``state`` with the roster saying why somebody who is not in could not come in."""
    one = state.find(participant)
    if one is None or one.coming or one.presence is Presence.REMOVED:
        return state
    return state.changed(one.id, reason=reason)


def leave(state: Conference, participant: str, now_s: float) -> Conference:
    """Return ``state`` with somebody gone of his own will, who may come back."""
    one = state.participant(participant, field="participant")
    if not one.coming and one.presence is not Presence.LOST:
        return state
    return _gone(state, one, Presence.LEFT, NOTHING_SAID, now_s)


def remove(state: Conference, target: str, now_s: float) -> Conference:
    """Return ``state`` with ``target`` put out; his link lets nobody in any more.

    Raises :class:`InvalidError` for somebody behind a link, whom another level has let in.
    """
    one = replace(state.participant(target), admitted=False)
    if one.path:
        raise InvalidError(
            "{name} is in the conference of another level; have him removed there, or remove the link",
            name=one.name,
            field="target",
        )
    return _gone(state, one, Presence.REMOVED, NOTHING_SAID, now_s)


def require_open(state: Conference) -> None:
    """Raise :class:`AccessRefusedError` when the conference is over."""
    if state.ended_at_s is not None:
        raise AccessRefusedError("this conference has ended")


def seated(state: Conference) -> Conference:
    """Return ``state`` with the chair taken by the first one present with that role, if nobody holds it."""
    if state.chair:
        return state
    first = next((one for one in state.present if one.role is Role.CHAIR and not one.path), None)
    return state if first is None else seat(state, first.id)


def seat(state: Conference, participant: str) -> Conference:
    """Return ``state`` with the chair at ``participant``, whom nobody else mutes then."""
    after = state.changed(participant, muted_by_chair=False)
    return replace(after, chair=participant, vacancy=Vacancy.NONE)


def _forgotten_at_s(one: Participant) -> float:
    return inf if one.until_s is None or one.coming else one.until_s + KEPT_S


def _placed(state: Conference, one: Participant, presence: Presence) -> Conference:
    return _with(state, replace(one, presence=presence, reason=NOTHING_SAID))


def _with(state: Conference, one: Participant) -> Conference:
    return state.each(one if other.id == one.id else other for other in state.participants)


def _gone(
    state: Conference, one: Participant, presence: Presence, reason: Sentence, now_s: float
) -> Conference:
    """Return ``state`` without ``one``: chair, floor, content and the speaker's place fall free."""
    away = replace(
        one, presence=presence, reason=reason, hand_at_s=None, speaking_since_s=None,
        has_people=False, has_content=False,
    )  # fmt: skip
    after = drop_content(_with(state, away), one.id, now_s)
    if after.floor.holder == one.id:
        after = revoke(after, now_s)
    if after.speaker.holder == one.id:
        after = replace(after, speaker=Held())
    if after.chair == one.id:
        after = seated(replace(after, chair="", vacancy=_VACANCIES[presence]))
    return after
