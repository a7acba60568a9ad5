from __future__ import annotations

import pytest

from commandwall.ingest.retry import FLAP_LOSSES, FLAP_WINDOW_S, Retry
from commandwall.model.reason import Reason, ReasonCode

CLOSED = Reason(ReasonCode.CLOSED, "the camera closed the connection")


def near(seconds: float) -> object:
    return pytest.approx(seconds, rel=0.21)


def test_tries_come_further_and_further_apart() -> None:
    retry = Retry()
    assert [retry.next_s() for _ in range(6)] == [near(step) for step in (1, 2, 5, 10, 30, 30)]


def test_a_steady_session_begins_the_back_off_anew_and_a_short_one_does_not() -> None:
    retry = Retry()
    for _ in range(3):
        retry.next_s()
    assert retry.lost(CLOSED, 9, 100) == CLOSED
    assert retry.next_s() == near(10)
    assert retry.lost(CLOSED, 11, 200) == CLOSED
    assert retry.next_s() == near(1)


def test_a_camera_that_comes_and_goes_is_damped_and_says_so() -> None:
    retry = Retry()
    reasons = [retry.lost(CLOSED, 11, 100 + 20 * number) for number in range(FLAP_LOSSES + 1)]
    assert [reason.code for reason in reasons[:-2]] == [ReasonCode.CLOSED] * (FLAP_LOSSES - 1)
    assert reasons[-1].en == (
        "comes and goes: lost 4 times within 60 s, at last: camera closed the connection: "
        "the camera closed the connection"
    )
    assert reasons[-1].zh == (
        "反复断线：60 秒内断开 4 次，最近一次：摄像机断开连接：the camera closed the connection"
    )
    assert retry.next_s() == near(30)


def test_who_is_lost_now_and_then_does_not_flap() -> None:
    retry = Retry()
    apart_s = FLAP_WINDOW_S / (FLAP_LOSSES - 1) + 1
    for number in range(10):
        assert retry.lost(CLOSED, 60, 100 + apart_s * number) == CLOSED
        assert retry.next_s() == near(1)
