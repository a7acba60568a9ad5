"""What happens in a conference by time alone."""

from __future__ import annotations

from dataclasses import replace

from commandwall.model.conference.attendance import forget_expired, forgets_at_s
from commandwall.model.conference.chair import ended
from commandwall.model.conference.polling import poll_due_s, polled
from commandwall.model.conference.state import Conference


def begun(state: Conference, now_s: float) -> Conference:
    """Return ``state`` open from ``now_s`` on, for everybody: what was planned for later begins now."""
    if state.starts_at_s is None or state.starts_at_s <= now_s:
        return state
    return replace(state, starts_at_s=now_s)


def tick(state: Conference, now_s: float) -> Conference:
    """Return ``state`` at ``now_s``: a poll gone on, a conference whose time is up ended.

    Those who are not in and whose invitation expired long ago are forgotten.
    """
    if state.ended_at_s is None and state.ends_at_s is not None and now_s >= state.ends_at_s:
        return ended(state, state.ends_at_s)
    return polled(forget_expired(state, now_s), now_s)


def due_s(state: Conference) -> float | None:
    """Return when :func:`tick` has something to do next, ``None`` as things are: never."""
    if state.ended_at_s is not None:
        return None
    times = state.ends_at_s, poll_due_s(state), forgets_at_s(state)
    return min((at for at in times if at is not None), default=None)
