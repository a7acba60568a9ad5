"""The floor: who is heard. Hands, grants and mutes.

Somebody is muted by himself, by the chair, or by the mode. Nobody but himself ends the first, nobody
but the chair the second; a roll-call overrides both for the one called, until that one mutes himself.
"""

from __future__ import annotations

from dataclasses import replace

from commandwall.base.errors import AccessRefusedError, InvalidError
from commandwall.model.conference.participant import Participant
from commandwall.model.conference.state import Conference, Held, Mode


def muted(state: Conference, one: Participant) -> bool:
    """Return whether ``one`` is not heard, were he here and speaking."""
    direction = state.direction
    if direction.mode is Mode.ROLL_CALL:
        if _stands_for(state, one, direction.subject):
            return direction.silenced
        return one.muted_by_self or one.id != state.leader or kept_muted(state, one)
    if one.muted_by_self:
        return True
    if _stands_for(state, one, state.floor.holder):
        return False
    if kept_muted(state, one):
        return True
    return direction.mode is Mode.LECTURE and not (
        one.id == state.leader or _stands_for(state, one, direction.subject)
    )


def kept_muted(state: Conference, one: Participant) -> bool:
    """Return whether a chair has muted ``one``, or the link that brings him.

    A muted link is open all the same to who directs from the level above, and whom that is about.
    """
    direction = state.direction
    if direction.above and (one.id == state.leader or _stands_for(state, one, direction.subject)):
        return one.muted_by_chair and not one.relays
    return one.muted_by_chair or _relay_muted(state, one)


def open_voices(state: Conference) -> frozenset[str]:
    """Return whose voices are mixed now; a link is open where somebody behind it is."""
    heard = [one for one in state.present if not muted(state, one)]
    nodes = {one.path[0] for one in heard if one.path}
    links = {one.id for one in state.present if one.relays in nodes}
    return frozenset({one.id for one in heard} | links)


def raise_hand(state: Conference, participant: str, raised: bool, now_s: float) -> Conference:
    """Return ``state`` with a hand raised, or lowered; who raised it earlier stays ahead."""
    one = state.someone_here(participant, field="participant")
    since_s = one.hand_at_s if one.hand_at_s is not None else now_s
    return state.changed(one.id, hand_at_s=since_s if raised else None)


def hands(state: Conference) -> tuple[str, ...]:
    """Return whose hands are raised, the first first."""
    raised = [(one.hand_at_s, one.id) for one in state.present if one.hand_at_s is not None]
    return tuple(participant for _, participant in sorted(raised))


def mute_self(state: Conference, participant: str, mute: bool) -> Conference:
    """Return ``state`` with somebody muted by himself, or no longer.

    Raises :class:`AccessRefusedError` where the chair or the mode would keep him muted.
    """
    one = state.participant(participant, field="participant")
    after = state.changed(one.id, muted_by_self=mute)
    if state.direction.mode is Mode.ROLL_CALL and state.direction.subject == one.id:
        return replace(after, direction=replace(state.direction, silenced=mute))
    if not mute and muted(after, after.participant(one.id)):
        raise AccessRefusedError("the chair has muted you; raise your hand to be given the floor")
    return after


def grant(state: Conference, target: str, now_s: float) -> Conference:
    """Return ``state`` with the floor given to ``target``, whose hand goes down; who had it loses it."""
    one = state.someone_here(target)
    if state.direction.mode is Mode.ROLL_CALL:
        raise InvalidError("the roll is being called; end that first", field="verb")
    return replace(state.changed(one.id, hand_at_s=None), floor=Held(one.id, now_s))


def revoke(state: Conference, now_s: float) -> Conference:
    """Return ``state`` with the floor taken back."""
    return replace(state, floor=Held("", now_s))


def mute(state: Conference, target: str, now_s: float) -> Conference:
    """Return ``state`` with ``target`` muted by the chair; the floor and a turn in the roll end with it.

    Raises :class:`InvalidError` for somebody of the level above.
    """
    one = _heard_apart(state, target)
    after = state.changed(one.id, muted_by_chair=True)
    if state.floor.holder == one.id:
        after = revoke(after, now_s)
    if state.direction.mode is Mode.ROLL_CALL and state.direction.subject == one.id:
        after = replace(after, direction=replace(after.direction, silenced=True))
    return after


def unmute(state: Conference, target: str) -> Conference:
    """Return ``state`` with ``target`` no longer muted by the chair; who muted himself stays muted.

    Raises :class:`InvalidError` for somebody of the level above.
    """
    one = _heard_apart(state, target)
    after = state.changed(one.id, muted_by_chair=False)
    if state.direction.mode is Mode.ROLL_CALL and state.direction.subject == one.id:
        after = replace(after, direction=replace(after.direction, silenced=one.muted_by_self))
    return after


def mute_all(state: Conference, leader: str, now_s: float, *, above: bool = False) -> Conference:
    """Return ``state`` with all muted by the chair but ``leader``, and whoever comes later too.

    Links downwards stay open: those beyond are muted one by one, so that one of them can be given the floor.
    The level above is muted as a whole, unless it is the one that says so (``above``).
    """

    def spared(one: Participant) -> bool:
        if one.relays:
            return above or not one.above
        return one.id == leader or _is_above(state, one)

    after = state.each(
        one if spared(one) else replace(one, muted_by_chair=True) for one in state.participants
    )
    return replace(revoke(after, now_s), muted_on_entry=True, muted_from_above=above)


def unmute_all(state: Conference) -> Conference:
    """Return ``state`` with nobody muted by the chair."""
    after = state.each(
        one if _is_above(state, one) else replace(one, muted_by_chair=False) for one in state.participants
    )
    return replace(after, muted_on_entry=False, muted_from_above=False)


def _heard_apart(state: Conference, target: str) -> Participant:
    """Return ``target`` if its sound comes apart from that of others; raises :class:`InvalidError`."""
    one = state.participant(target)
    if _is_above(state, one):
        raise InvalidError(
            "{name} comes with all of the level above as one sound; mute the link to it",
            name=one.name,
            field="target",
        )
    return one


def _is_above(state: Conference, one: Participant) -> bool:
    """Return whether ``one`` is somebody of the level above, who is muted there and not here."""
    return bool(one.path) and any(link.above and link.relays == one.path[0] for link in state.participants)


def _stands_for(state: Conference, one: Participant, participant: str) -> bool:
    """Return whether ``one`` is ``participant``, or one of those whom that link brings."""
    if not participant or one.id == participant:
        return bool(participant)
    other = state.find(participant)
    return other is not None and bool(other.relays) and one.path[:1] == (other.relays,)


def _relay_muted(state: Conference, one: Participant) -> bool:
    return bool(one.path) and any(
        other.muted_by_chair for other in state.participants if other.relays == one.path[0]
    )
