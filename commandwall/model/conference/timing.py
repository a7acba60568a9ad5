"""What happens in a conference by time alone."""

from __future__ import annotations

from commandwall.model.conference.chair import ended
from commandwall.model.conference.polling import poll_due_s, polled
from commandwall.model.conference.state import Conference


def tick(state: Conference, now_s: float) -> Conference:
    """Return ``state`` at ``now_s``: a poll gone on, a conference whose time is up ended."""
    if state.ended_at_s is None and state.ends_at_s is not None and now_s >= state.ends_at_s:
        return ended(state, state.ends_at_s)
    return polled(state, now_s)


def due_s(state: Conference) -> float | None:
    """Return when :func:`tick` has something to do next, ``None`` as things are: never."""
    if state.ended_at_s is not None:
        return None
    return min((at for at in (state.ends_at_s, poll_due_s(state)) if at is not None), default=None)
