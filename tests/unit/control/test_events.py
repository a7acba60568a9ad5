from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.clock import utc_ns
from commandwall.control.events import Event, EventLog, Subscription


def drained(subscription: Subscription) -> list[Event]:
    """Return what is queued now, without waiting."""
    events = []
    iterator = subscription.next()
    while True:
        try:
            iterator.send(None)
        except StopIteration as stop:
            events.append(stop.value)
            iterator = subscription.next()
        else:
            iterator.close()
            return events


def numbers(events: list[Event]) -> list[int]:
    return [event.seq for event in events]


def test_an_event_is_one_flat_json_object() -> None:
    event = Event(7, "camera", {"camera": {"id": "dongmen-001", "name": "东门 01"}})
    assert event.text == '{"seq":7,"type":"camera","camera":{"id":"dongmen-001","name":"东门 01"}}'
    assert event.text is event.text


def test_numbers_grow_by_one_and_start_at_the_time_of_day() -> None:
    log = EventLog()
    before_ms = utc_ns() // 1_000_000
    log.publish("camera", {"camera": {}})
    first = log.newest
    log.publish("wall", {})
    assert abs(first - before_ms) < 60_000
    assert log.newest == first + 1


def test_what_is_no_json_has_not_happened() -> None:
    log = EventLog(first_seq=1, kept=1)
    with pytest.raises(ValueError, match="surrogates not allowed"):
        log.publish("camera", {"camera": "\udcb7"})
    assert log.newest == 0
    for _ in range(3):
        log.publish("camera", {"camera": {}})
    assert log.newest == 3


async def test_a_new_listener_gets_hello_and_then_what_comes() -> None:
    log = EventLog(first_seq=1)
    log.publish("camera", {"camera": {}})
    with log.subscribe() as listener:
        log.publish("wall", {"wall": 1})
        hello, wall = drained(listener)
    assert (hello.seq, hello.type, hello.body) == (1, "hello", {"resumed": False})
    assert (wall.seq, wall.type) == (2, "wall")


async def test_a_listener_that_comes_back_gets_what_it_missed() -> None:
    log = EventLog(first_seq=1)
    for _ in range(5):
        log.publish("camera", {"camera": {}})
    with log.subscribe(after=3) as listener:
        log.publish("camera", {"camera": {}})
        events = drained(listener)
    assert events[0].body == {"resumed": True}
    assert numbers(events) == [3, 4, 5, 6]


async def test_a_listener_that_missed_nothing_is_resumed_too() -> None:
    log = EventLog(first_seq=1)
    log.publish("camera", {"camera": {}})
    with log.subscribe(after=1) as listener:
        events = drained(listener)
    assert [(event.seq, event.body) for event in events] == [(1, {"resumed": True})]


async def test_what_is_no_longer_kept_or_of_another_run_is_not_resumed() -> None:
    log = EventLog(kept=3, first_seq=1)
    for _ in range(9):
        log.publish("camera", {"camera": {}})
    for after in (5, 0, -1, 10, 2**60):
        with log.subscribe(after=after) as listener:
            (hello,) = drained(listener)
        assert (hello.seq, hello.body) == (9, {"resumed": False})


async def test_of_large_events_fewer_are_kept() -> None:
    log = EventLog(kept_chars=1000, first_seq=1)
    for size in (10, 400, 400, 400):
        log.publish("wall", {"tiles": "x" * size})
    for after, resumed in ((1, False), (2, True)):
        with log.subscribe(after=after) as listener:
            assert (await listener.next()).body == {"resumed": resumed}
    log.publish("wall", {"tiles": "x" * 2000})
    with log.subscribe(after=4) as listener:
        assert (await listener.next()).body == {"resumed": False}


async def test_types_that_are_not_wanted_stay_away() -> None:
    log = EventLog(first_seq=1)
    log.publish("audit", {})
    with log.subscribe(after=0, types={"camera"}) as listener:
        log.publish("audit", {})
        log.publish("camera", {"camera": {}})
        assert [event.type for event in drained(listener)] == ["hello", "camera"]


async def test_a_slow_listener_is_told_that_it_lost_events_and_harms_nobody() -> None:
    log = EventLog(queued=4, first_seq=1)
    with log.subscribe() as slow, log.subscribe() as quick:
        seen = []
        for _ in range(10):
            log.publish("camera", {"camera": {}})
            seen += drained(quick)
        late = drained(slow)
    assert numbers(seen) == list(range(11))
    assert [(event.type, event.body) for event in late if event.type == "hello"] == [
        ("hello", {"resumed": False})
    ]
    assert len(late) <= 4
    assert late[-1].seq == 10


async def test_a_listener_that_left_gets_nothing_more() -> None:
    log = EventLog(first_seq=1)
    with log.subscribe() as listener:
        pass
    log.publish("camera", {"camera": {}})
    assert len(drained(listener)) == 1


async def test_a_waiting_listener_is_woken() -> None:
    log = EventLog()
    with log.subscribe() as listener:
        assert (await listener.next()).type == "hello"
        waiting = asyncio.create_task(listener.next())
        await asyncio.sleep(0)
        assert not waiting.done()
        log.publish("wall", {"wall": {"id": "main"}})
        event = await waiting
    assert json.loads(event.text)["wall"] == {"id": "main"}


@given(
    kept=st.integers(1, 20),
    queued=st.integers(2, 20),
    before=st.integers(0, 40),
    after=st.integers(-5, 50),
    then=st.integers(0, 10),
)
def test_resumed_means_nothing_is_missing(kept: int, queued: int, before: int, after: int, then: int) -> None:
    async def run() -> list[Event]:
        log = EventLog(kept=kept, queued=queued, first_seq=1)
        for _ in range(before):
            log.publish("camera", {"camera": {}})
        with log.subscribe(after=after) as listener:
            for _ in range(then):
                log.publish("camera", {"camera": {}})
            return drained(listener)

    events = asyncio.run(run())
    told = [event.body["resumed"] for event in events if event.type == "hello"]
    if told == [True]:
        assert numbers(events) == list(range(after, before + then + 1))
    last_hello = max(index for index, event in enumerate(events) if event.type == "hello")
    tail = numbers(events[last_hello:])
    assert tail == list(range(tail[0], before + then + 1))
