from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from commandwall.base.errors import InvalidError
from commandwall.model.schedule import Action, Entry, Weekday, due_now, next_moment

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = tuple(Weekday)
_HOUR_S = 3600.0


def utc_s(*parts: int, zone: ZoneInfo | None = None, fold: int = 0) -> float:
    return datetime(*parts, tzinfo=zone or UTC, fold=fold).timestamp()  # type: ignore[misc, arg-type]


NOON = utc_s(2026, 11, 23, 12)  # a Monday
NIGHT = Entry("night", Action.TAKE, "night", time(20), WEEK, True, NOON)


def test_an_entry_is_due_once_at_its_time() -> None:
    at = utc_s(2026, 11, 23, 20)
    assert due_now([NIGHT], at - 0.1, UTC) == []
    (due,) = due_now([NIGHT], at + 3, UTC)
    assert due.at_utc_s == at
    assert due_now([replace(NIGHT, seen_utc_s=at)], at + 3, UTC) == []


def test_entries_come_on_their_days_only() -> None:
    weekend = replace(NIGHT, days=(Weekday.SATURDAY, Weekday.SUNDAY))
    assert next_moment(weekend, NOON, UTC) == utc_s(2026, 11, 28, 20)
    assert next_moment(replace(weekend, enabled=False), NOON, UTC) is None
    assert next_moment(replace(NIGHT, days=(Weekday.MONDAY,)), utc_s(2026, 11, 23, 20), UTC) == utc_s(
        2026, 11, 30, 20
    )


def test_of_days_without_the_daemon_the_newest_is_told_and_old_weeks_are_forgotten() -> None:
    (due,) = due_now([NIGHT], utc_s(2026, 11, 26, 8), UTC)
    assert due.at_utc_s == utc_s(2026, 11, 25, 20)
    mondays = replace(NIGHT, days=(Weekday.MONDAY,))
    (due,) = due_now([mondays], utc_s(2026, 12, 10, 8), UTC)
    assert due.at_utc_s == utc_s(2026, 12, 7, 20)
    assert due_now([replace(NIGHT, enabled=False)], utc_s(2026, 11, 26, 8), UTC) == []


def test_a_scene_comes_before_the_tours_of_the_same_moment() -> None:
    tour = replace(NIGHT, id="tour", action=Action.START)
    early = replace(NIGHT, id="early", at=time(19), action=Action.STOP)
    due = due_now([tour, NIGHT, early], utc_s(2026, 11, 23, 20), UTC)
    assert [it.entry.id for it in due] == ["early", "night", "tour"]


def test_an_hour_that_is_left_out_delays_what_was_in_it() -> None:
    # In Berlin, 29 March 2026, the clock goes from 02:00 to 03:00.
    entry = replace(NIGHT, at=time(2, 30), seen_utc_s=utc_s(2026, 3, 28, 20))
    at = utc_s(2026, 3, 29, 3, 30, zone=BERLIN)
    assert due_now([entry], at - 1, BERLIN) == []
    (due,) = due_now([entry], at, BERLIN)
    assert due.at_utc_s == at
    assert next_moment(entry, at, BERLIN) == utc_s(2026, 3, 30, 2, 30, zone=BERLIN)


def test_an_hour_that_comes_twice_counts_once() -> None:
    # In Berlin, 25 October 2026, the clock goes from 03:00 back to 02:00.
    entry = replace(NIGHT, at=time(2, 30), seen_utc_s=utc_s(2026, 10, 24, 20))
    first = utc_s(2026, 10, 25, 2, 30, zone=BERLIN)
    (due,) = due_now([entry], first, BERLIN)
    assert due.at_utc_s == first
    done = replace(entry, seen_utc_s=first)
    assert due_now([done], first + _HOUR_S + 60, BERLIN) == []
    assert next_moment(done, first, BERLIN) == utc_s(2026, 10, 26, 2, 30, zone=BERLIN)


def test_the_time_of_day_is_that_of_the_site_summer_and_winter() -> None:
    day = replace(NIGHT, at=time(8))
    assert next_moment(day, utc_s(2026, 7, 1), BERLIN) == utc_s(2026, 7, 1, 6)
    assert next_moment(day, utc_s(2026, 12, 1), BERLIN) == utc_s(2026, 12, 1, 7)


def test_a_clock_that_was_put_back_repeats_nothing() -> None:
    done = replace(NIGHT, seen_utc_s=utc_s(2026, 11, 23, 20))
    assert due_now([done], utc_s(2026, 11, 23, 19, 40), UTC) == []
    assert due_now([done], utc_s(2026, 11, 23, 20, 0, 1), UTC) == []


def test_without_a_zone_it_is_that_of_the_machine() -> None:
    at = next_moment(NIGHT, NOON, None)
    assert at is not None and datetime.fromtimestamp(at).time() == time(20)


@pytest.mark.parametrize(("change", "field"), [({"days": ()}, "days"), ({"at": time(20, tzinfo=UTC)}, "at")])
def test_an_entry_that_makes_no_sense_is_refused(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidError) as raised:
        replace(NIGHT, **change)  # type: ignore[arg-type]
    assert raised.value.field == field
