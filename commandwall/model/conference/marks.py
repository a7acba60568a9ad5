"""Marks: what is burnt into the picture of a participant, beside the name."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from commandwall.model.conference.floor import muted
from commandwall.model.conference.state import Conference

MOST_LEVEL = 5
_FLOOR_DB = -50.0
_STEP_DB = 8.0
_WEAK_RTT_MS, _BAD_RTT_MS = 250.0, 600.0
_WEAK_LOSS, _BAD_LOSS = 0.02, 0.08


class Quality(StrEnum):
    """How good somebody's connection is."""

    UNKNOWN = ""
    GOOD = "good"
    WEAK = "weak"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class PersonMarks:
    """What a tile says of a participant. ``level`` is 0 in silence, and :data:`MOST_LEVEL` at most."""

    speaking: bool = False
    level: int = 0
    muted: bool = False
    hand: bool = False
    quality: Quality = Quality.UNKNOWN
    recording: bool = False


def quality(rtt_ms: float | None, loss_ratio: float | None) -> Quality:
    """Return how good a connection is by its round trip and the part of its packets that is lost."""
    if rtt_ms is None and loss_ratio is None:
        return Quality.UNKNOWN
    rtt, loss = rtt_ms or 0.0, loss_ratio or 0.0
    if rtt >= _BAD_RTT_MS or loss >= _BAD_LOSS:
        return Quality.BAD
    return Quality.WEAK if rtt >= _WEAK_RTT_MS or loss >= _WEAK_LOSS else Quality.GOOD


def marks_of(
    state: Conference,
    participant: str,
    level_db: float | None = None,
    rtt_ms: float | None = None,
    loss_ratio: float | None = None,
) -> PersonMarks:
    """Return what the tile of ``participant`` says; ``level_db`` (dBFS) counts while he is heard."""
    one = state.participant(participant, field="participant")
    speaking = one.speaking_since_s is not None
    return PersonMarks(
        speaking,
        _level(level_db) if speaking and level_db is not None else 0,
        muted(state, one),
        one.hand_at_s is not None,
        quality(rtt_ms, loss_ratio),
        state.recorded,
    )


def _level(level_db: float) -> int:
    """Return a level in steps: even a quiet voice has one."""
    return min(MOST_LEVEL, max(1, ceil((level_db - _FLOOR_DB) / _STEP_DB)))
