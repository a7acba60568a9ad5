"""The schedule: what is to happen on some days of the week at a time of day, in the site's local time.

Times are those of the clock on the wall. Where that clock is put forward over an entry's time, the
entry comes as long after as it would have come; where it is put back and the time comes twice, the
entry comes the first time only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from commandwall.base.errors import InvalidError

_DAY = timedelta(days=1)
_MEMORY = 7 * _DAY


class Weekday(StrEnum):
    """The days of the week, as ISO 8601 orders them."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"


_WEEK = tuple(Weekday)


class Action(StrEnum):
    """What an entry does with its target: take a scene, start or stop a tour."""

    TAKE = "take"
    START = "start"
    STOP = "stop"


class Outcome(StrEnum):
    """How an entry ended the last time that it was due."""

    NONE = ""
    DONE = "done"
    FAILED = "failed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Entry:
    """At ``at`` on ``days``, ``action`` is done with ``target``, a scene or a tour by its id.

    Up to ``seen_utc_s`` (seconds, UTC) it was done, or missed, or not set up like this. ``last_utc_s``
    is when it was due last, ``outcome`` what came of it, ``detail`` why it failed, in English and in
    Chinese. Raises :class:`InvalidError` naming the field that is wrong.
    """

    id: str
    action: Action
    target: str
    at: time
    days: tuple[Weekday, ...]
    enabled: bool
    seen_utc_s: float
    last_utc_s: float = 0.0
    outcome: Outcome = Outcome.NONE
    detail: str = ""
    detail_zh: str = ""

    def __post_init__(self) -> None:
        if not self.days:
            raise InvalidError("must not be empty; leave it out or add an entry", field="days")
        if self.at.tzinfo is not None:
            raise InvalidError("is a time of day here, without a zone: 20:00", field="at")


@dataclass(frozen=True, slots=True)
class Due:
    """An entry, and the moment when it is due (seconds, UTC)."""

    at_utc_s: float
    entry: Entry


def due_now(entries: Iterable[Entry], now_utc_s: float, zone: tzinfo | None) -> list[Due]:
    """Return what has become due since each entry was seen last, each once, in order of time.

    What an entry missed more than a week ago is left out. Of entries due at one moment, scenes come
    before tours, so that a tour is not paused by the scene that it is to run in. ``zone`` is the
    site's; ``None``: the one that this machine is set to.
    """
    due = []
    for entry in entries:
        after_utc_s = max(entry.seen_utc_s, now_utc_s - _MEMORY.total_seconds())
        passed = [at for at in _moments(entry, after_utc_s, zone) if after_utc_s < at <= now_utc_s]
        if passed:
            due.append(Due(passed[-1], entry))
    return sorted(due, key=lambda it: (it.at_utc_s, it.entry.action is not Action.TAKE))


def next_moment(entry: Entry, after_utc_s: float, zone: tzinfo | None) -> float | None:
    """Return when ``entry`` is due next (seconds, UTC), ``None`` while it is switched off."""
    return next((at for at in _moments(entry, after_utc_s, zone) if at > after_utc_s), None)


def _moments(entry: Entry, from_utc_s: float, zone: tzinfo | None) -> Iterator[float]:
    """Yield the moments of ``entry`` from the day before ``from_utc_s`` on, for more than a week."""
    if not entry.enabled:
        return
    day: date = datetime.fromtimestamp(from_utc_s, zone).date() - _DAY
    for _ in range(_MEMORY // _DAY + 3):
        if _WEEK[day.weekday()] in entry.days:
            yield datetime.combine(day, entry.at, zone).timestamp()
        day += _DAY
