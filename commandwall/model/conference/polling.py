"""Polling: one after another is seen by all, each for a dwell time; who is gone is passed over."""

from __future__ import annotations

from dataclasses import replace

from commandwall.base.errors import InvalidError
from commandwall.model.conference.directing import direct
from commandwall.model.conference.feeds import apart
from commandwall.model.conference.state import Conference, Direction, Mode

LEAST_DWELL_S = 10.0
MOST_DWELL_S = 120.0
DWELL_S = 15.0


def poll(state: Conference, target: str, dwell_s: float, now_s: float) -> Conference:
    """Return ``state`` polling, beginning with ``target``, or with the first for ``""``.

    Raises :class:`InvalidError` for a dwell time out of range, and when nobody has a picture.
    """
    if not LEAST_DWELL_S <= dwell_s <= MOST_DWELL_S:
        raise InvalidError(
            "must be {least:g} to {most:g}", least=LEAST_DWELL_S, most=MOST_DWELL_S, field="dwell_s"
        )
    ring = _ring(state)
    if not ring:
        raise InvalidError("nobody else in the conference has a picture", field="verb")
    first = state.someone_here(target).id if target else ring[0]
    return direct(state, Direction(Mode.POLL, first, since_s=now_s, dwell_s=dwell_s))


def poll_due_s(state: Conference) -> float | None:
    """Return when the next one has its turn: at once where the one seen is gone, ``None`` without a poll."""
    direction = state.direction
    if direction.mode is not Mode.POLL:
        return None
    subject = state.find(direction.subject)
    gone = subject is None or not subject.seen
    alone = gone and not _ring(state)
    return direction.since_s + (0.0 if gone and not alone else direction.dwell_s)


def polled(state: Conference, now_s: float) -> Conference:
    """Return ``state`` with the poll gone on to whose turn it is at ``now_s``."""
    due_s = poll_due_s(state)
    if due_s is None or now_s < due_s:
        return state
    ring = _ring(state)
    order = [one.id for one in state.participants]
    subject = state.direction.subject
    place = order.index(subject) if subject in order else -1
    turn = [one for one in order[place + 1 :] + order[: place + 1] if one in ring]
    following = turn[0] if turn else subject
    return replace(state, direction=replace(state.direction, subject=following, since_s=now_s))


def _ring(state: Conference) -> list[str]:
    return [one.id for one in apart(state) if one.id != state.chair]
