"""Log lines: named by process, counted in floods."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from commandwall.base.logs import FloodFilter, configure_logs


@pytest.fixture(autouse=True)
def root_logger_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def record(message: str, *values: object) -> logging.LogRecord:
    return logging.LogRecord("feed", logging.WARNING, __file__, 1, message, values, None)


def test_a_flood_is_cut_to_its_burst() -> None:
    flood = FloodFilter(window_s=60, burst=3)
    assert [flood.filter(record("lost %d packets", number)) for number in range(6)] == [True] * 3 + [
        False
    ] * 3


def test_another_message_is_not_held_back_by_a_flood() -> None:
    flood = FloodFilter(window_s=60, burst=1)
    assert flood.filter(record("a"))
    assert not flood.filter(record("a"))
    assert flood.filter(record("b"))


def test_what_was_held_back_is_counted_when_the_window_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 100.0
    monkeypatch.setattr("commandwall.base.logs.time.monotonic", lambda: now_s)
    flood = FloodFilter(window_s=1, burst=2)
    for number in range(7):
        flood.filter(record("lost %d packets", number))
    now_s = 101.5
    late = record("lost %d packets", 8)
    assert flood.filter(late)
    assert late.getMessage() == "lost 8 packets (and 5 more like it)"


def test_lines_name_their_process(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("ingest-1")
    logging.getLogger("feed").warning("camera %s is gone", "dm-1")
    logging.getLogger("feed").debug("not shown")
    error = capfd.readouterr().err
    assert "WARNING ingest-1 feed: camera dm-1 is gone" in error.replace("  ", " ")
    assert "not shown" not in error
