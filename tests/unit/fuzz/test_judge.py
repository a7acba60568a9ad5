from __future__ import annotations

import time

import pytest

from commandwall.base.errors import ProtocolError
from tests.fuzz.judge import MAX_HELD_BYTES, MAX_SECONDS, FindingError, held_bytes, judge


def refuse(message: str) -> None:
    raise ProtocolError(message)


def spin(data: bytes) -> None:
    begun_s = time.thread_time()
    while time.thread_time() - begun_s <= MAX_SECONDS:
        pass


def test_a_complaint_is_no_finding() -> None:
    judge(lambda data: refuse("an RTP packet is cut short"), b"")
    judge(lambda data: refuse("摄像机"), b"")


@pytest.mark.parametrize("message", ["half \udcff", "two\nlines", "\x1b[2J", "x" * 500])
def test_a_complaint_that_nobody_can_be_shown_is_one(message: str) -> None:
    with pytest.raises(FindingError, match="message"):
        judge(lambda data: refuse(message), b"")


def test_another_exception_is_one() -> None:
    with pytest.raises(IndexError):
        judge(lambda data: data[9], b"")


def test_slowness_is_one() -> None:
    with pytest.raises(FindingError, match="took"):
        judge(spin, b"")


def test_holding_much_more_than_came_is_one() -> None:
    with pytest.raises(FindingError, match="held"):
        judge(lambda data: [bytes(MAX_HELD_BYTES), data * 5], b"x" * 4000)
    judge(lambda data: [data] * 1000, b"x" * 4000)


def test_what_is_held_counts_once_and_code_not_at_all() -> None:
    text = b"x" * 1000
    assert 1000 < held_bytes([text, text, (text,), len, refuse, ProtocolError]) < 2000
