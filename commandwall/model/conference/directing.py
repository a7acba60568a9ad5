"""Directing: one mode at a time, and what comes back after it."""

from __future__ import annotations

from dataclasses import replace

from commandwall.model.conference.state import Conference, Direction


def direct(state: Conference, direction: Direction) -> Conference:
    """Return ``state`` directed as ``direction`` says; what it passes over is kept for afterwards."""
    before = state.before if state.direction.passing else state.direction
    return replace(state, direction=direction, before=before if direction.passing else None)


def relax(state: Conference) -> Conference:
    """Return ``state`` with its direction ended: what was before comes back, and after that the gallery."""
    return replace(state, direction=state.before or Direction(), before=None)


def released(state: Conference) -> Conference:
    """Return ``state`` without what the level above had arranged: the link to it is gone."""
    return relax(state) if state.direction.above else state
