"""What happens in a conference by the time of day alone."""

from __future__ import annotations

from dataclasses import replace

from commandwall.model.conference.attendance import forget_expired, forgets_at_s
from commandwall.model.conference.chair import ended
from commandwall.model.conference.state import Conference


def begun(state: Conference, utc_s: float) -> Conference:
    """Return ``state`` open from ``utc_s`` on: one planned for later begins now, after a restart too."""
    if state.starts_at_s is None or state.starts_at_s <= utc_s:
        return state
    return replace(state, starts_at_s=utc_s)


def tick(state: Conference, utc_s: float) -> Conference:
    """Return ``state`` at ``utc_s``: one whose time is up ended.

    Those who are not in and whose invitation expired long ago are forgotten.
    """
    if state.ended_at_s is None and state.ends_at_s is not None and utc_s >= state.ends_at_s:
        return ended(state, state.ends_at_s)
    return forget_expired(state, utc_s)


def due_s(state: Conference) -> float | None:
    """Return when (UTC) :func:`tick` has something to do next, ``None`` as things are: never."""
    if state.ended_at_s is not None:
        return None
    times = state.ends_at_s, forgets_at_s(state)
    return min((at for at in times if at is not None), default=None)
