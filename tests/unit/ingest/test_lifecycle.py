from __future__ import annotations

import socket
import ssl

import pytest

from commandwall.base.errors import (
    AccessRefusedError,
    CommandwallError,
    ConnectionLostError,
    InvalidError,
    LocalError,
    NotFoundError,
    ProtocolError,
    UnavailableError,
    UnsupportedError,
    UntrustedError,
)
from commandwall.ingest.lifecycle import Lifecycle, reason_of
from commandwall.model.camera import FeedState
from commandwall.model.reason import Reason, ReasonCode

LOST = Reason(ReasonCode.NO_ROUTE, "connect: no route to host")


@pytest.fixture
def told() -> list[tuple[FeedState, ReasonCode]]:
    return []


@pytest.fixture
def life(told: list[tuple[FeedState, ReasonCode]]) -> Lifecycle:
    return Lifecycle(lambda state, reason: told.append((state, reason.code)))


def test_the_way_to_live(life: Lifecycle, told: list[tuple[FeedState, ReasonCode]]) -> None:
    life.opening()
    life.opened()
    life.frame(key=False)
    life.frame(key=True)
    assert told == [
        (FeedState.CONNECTING, ReasonCode.OPENING),
        (FeedState.CONNECTING, ReasonCode.NO_KEY_FRAME),
        (FeedState.LIVE, ReasonCode.NONE),
    ]


def test_a_key_frame_before_the_answer_to_play_makes_it_live_for_good(life: Lifecycle) -> None:
    life.opening()
    life.frame(key=True)
    life.opened()
    assert life.state is FeedState.LIVE


def test_silence_stalls_and_any_frame_ends_it(
    life: Lifecycle, told: list[tuple[FeedState, ReasonCode]]
) -> None:
    life.frame(key=True)
    life.silent(3.4)
    life.silent(4.4)
    assert (life.state, life.reason.detail) == (FeedState.STALLED, "for 3 s")
    life.frame(key=False)
    assert [state for state, _ in told] == [FeedState.LIVE, FeedState.STALLED, FeedState.LIVE]


def test_silence_before_the_first_key_frame_is_no_stall(life: Lifecycle) -> None:
    life.opening()
    life.silent(9)
    assert life.state is FeedState.CONNECTING


def test_a_lost_feed_stays_lost_while_it_is_tried_again(
    life: Lifecycle, told: list[tuple[FeedState, ReasonCode]]
) -> None:
    life.opening()
    for _ in range(3):
        life.ended(LOST)
        life.opening()
        life.opened()
    assert told == [(FeedState.CONNECTING, ReasonCode.OPENING), (FeedState.LOST, ReasonCode.NO_ROUTE)]
    life.frame(key=True)
    assert life.state is FeedState.LIVE


def test_another_reason_is_told_although_the_state_is_the_same(
    life: Lifecycle, told: list[tuple[FeedState, ReasonCode]]
) -> None:
    life.ended(LOST)
    life.ended(Reason(ReasonCode.BUSY))
    assert [code for _, code in told] == [ReasonCode.NO_ROUTE, ReasonCode.BUSY]


@pytest.mark.parametrize("code", [ReasonCode.WRONG_PASSWORD, ReasonCode.UNSUPPORTED, ReasonCode.UNTRUSTED])
def test_what_only_a_person_can_mend_is_refused(life: Lifecycle, code: ReasonCode) -> None:
    life.ended(Reason(code))
    assert life.state is FeedState.REFUSED


def test_a_feed_that_nobody_wants_opens_again_as_new(
    life: Lifecycle, told: list[tuple[FeedState, ReasonCode]]
) -> None:
    life.frame(key=True)
    life.stopped()
    life.opening()
    assert [state for state, _ in told] == [FeedState.LIVE, FeedState.DISABLED, FeedState.CONNECTING]


def lost_by(cause: OSError) -> ConnectionLostError:
    try:
        try:
            raise cause
        except OSError as error:
            raise ConnectionLostError("connect: it broke") from error
    except ConnectionLostError as error:
        return error


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AccessRefusedError("x"), ReasonCode.WRONG_PASSWORD),
        (UnsupportedError("x"), ReasonCode.UNSUPPORTED),
        (UntrustedError("x"), ReasonCode.UNTRUSTED),
        (NotFoundError("x"), ReasonCode.NOT_FOUND),
        (InvalidError("x", field="url"), ReasonCode.NOT_FOUND),
        (UnavailableError("x"), ReasonCode.BUSY),
        (ProtocolError("x"), ReasonCode.PROTOCOL),
        (LocalError("x"), ReasonCode.LOCAL),
        (ConnectionLostError("x"), ReasonCode.CLOSED),
        (lost_by(ConnectionRefusedError()), ReasonCode.REFUSED_CONNECTION),
        (lost_by(ConnectionResetError()), ReasonCode.CLOSED),
        (lost_by(TimeoutError()), ReasonCode.TIMEOUT),
        (lost_by(ssl.SSLError(1, "wrong version number")), ReasonCode.NO_TLS),
        (lost_by(OSError(113, "No route to host")), ReasonCode.NO_ROUTE),
        (lost_by(socket.gaierror(-2, "unknown")), ReasonCode.NO_ROUTE),
    ],
)
def test_every_error_has_its_words_and_keeps_its_step(error: CommandwallError, code: ReasonCode) -> None:
    assert reason_of(error) == Reason.of(code, error.sentence)
    assert reason_of(error).detail == str(error)


def test_a_hidden_timeout_is_still_a_timeout() -> None:
    with pytest.raises(ConnectionLostError) as caught:
        try:
            raise TimeoutError
        except TimeoutError:
            raise ConnectionLostError("DESCRIBE: no answer within 5 s") from None
    assert reason_of(caught.value).code is ReasonCode.TIMEOUT
