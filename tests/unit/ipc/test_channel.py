from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import CommandwallError, InvalidError, NotFoundError, ProtocolError
from commandwall.ipc.channel import Channel, ChannelClosedError, Received, decode, encode
from commandwall.ipc.messages import (
    AddFeeds,
    Arrange,
    Failure,
    FeedChanged,
    FeedSpec,
    Message,
    Picture,
    Ping,
    ShowTiles,
    SnapshotCamera,
    TileSpec,
    WallTile,
)
from commandwall.ipc.rtc_messages import (
    RtcReport,
    SessionChanged,
    SessionFigures,
    SessionPhase,
    StreamAt,
    WatchStream,
)
from commandwall.model.camera import FeedState, StreamName, Transport
from commandwall.model.layout import Aspect
from commandwall.model.overlays import Seen
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.rect import Rect
from commandwall.model.source import Source, SourceKind

CAMERA = Source(SourceKind.CAMERA, "a")
MESSAGES: list[Message] = [
    Ping(),
    FeedChanged("a/sub", FeedState.REFUSED, Reason(ReasonCode.WRONG_PASSWORD, "DESCRIBE: 401")),
    AddFeeds((FeedSpec("a/sub", "a", StreamName.SUB, "rtsp://h/s", Transport.UDP, "用户", 'p"w'),)),
    ShowTiles(
        "main",
        (
            TileSpec(
                "1",
                Source(SourceKind.CAMERA, "a"),
                StreamName.MAIN,
                "/proc/1/fd/9#a",
                0,
                240,
                134,
                Aspect.FILL,
                2.5,
            ),
        ),
    ),
    WatchStream("s", (StreamAt("/run/w", "head/a", True),), StreamAt("/run/s", "mix"), "v=0"),
    RtcReport((SessionFigures("s", 12.5, 0.01, None, 64_000, 2),)),
    SessionChanged("s", SessionPhase.LIVE),
    Arrange(4, 123456789012345678, (WallTile("1", Rect(0, 0, 96, 54), "camera:a", "东门 01"),)),
    Arrange(5, 1, (WallTile("1", Rect(0, 0, 96, 54), "conference:c/content", "", seen=(Seen("a", "b"),)),)),
]


@pytest.fixture
async def pair() -> AsyncIterator[tuple[Channel, Channel]]:
    left, right = socket.socketpair()
    channels = await Channel.from_socket(left), await Channel.from_socket(right)
    yield channels
    for channel in channels:
        await channel.close()


async def receive(channel: Channel) -> Received:
    async for received in channel.received():
        return received
    raise AssertionError("the channel closed")


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_messages_survive_the_journey(message: Message) -> None:
    assert decode(encode(message)) == message


def test_a_password_is_not_in_the_text_of_a_feed() -> None:
    spec = FeedSpec("a/sub", "a", StreamName.SUB, "rtsp://h/s", Transport.TCP, "admin", "canary-pass")
    assert "canary-pass" not in repr(AddFeeds((spec,)))


def test_a_password_is_not_in_the_words_about_a_faulty_feed() -> None:
    with pytest.raises(ProtocolError, match=r"feeds\.0\.camera") as caught:
        decode(b'["AddFeeds",{"feeds":[{"id":"a/main","password":"canary-pass"}]}]')
    assert "canary-pass" not in str(caught.value)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_protocol_error(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(data)


@given(
    st.sampled_from(["Ping", "AddFeeds", "Nothing", ""]), st.recursive(st.none() | st.integers(), st.lists)
)
def test_bodies_of_another_shape_are_protocol_errors(name: str, body: object) -> None:
    with contextlib.suppress(ProtocolError):
        assert isinstance(decode(json.dumps([name, body]).encode()), Ping)


async def test_messages_come_in_order_with_their_blobs(pair: tuple[Channel, Channel]) -> None:
    left, right = pair
    left.post(Picture("image/png", 0.5), b"\x00" * 100_000)
    left.post(Ping())
    items = []
    async for received in right.received():
        items.append((received.message, len(received.blob)))
        if len(items) == 2:
            break
    assert items == [(Picture("image/png", 0.5), 100_000), (Ping(), 0)]


async def answer_all(channel: Channel) -> None:
    async for received in channel.received():
        match received.message:
            case SnapshotCamera("broken"):
                channel.answer(received.call, Failure("no picture yet", "还没有画面"))
            case SnapshotCamera(camera):
                channel.answer(received.call, Picture(camera, 0.0), camera.encode())


async def test_answers_find_their_callers(pair: tuple[Channel, Channel]) -> None:
    left, right = pair
    serving = asyncio.create_task(answer_all(right))
    hearing = asyncio.create_task(answer_all(left))
    answers = await asyncio.gather(*(left.call(SnapshotCamera(f"c{i}")) for i in range(20)))
    assert [answer.blob for answer in answers] == [f"c{i}".encode() for i in range(20)]
    with pytest.raises(CommandwallError, match="no picture yet") as caught:
        await left.call(SnapshotCamera("broken"))
    assert caught.value.zh == "还没有画面"
    serving.cancel()
    hearing.cancel()


async def test_a_caller_hears_that_its_peer_is_gone(pair: tuple[Channel, Channel]) -> None:
    left, right = pair
    hearing = asyncio.create_task(answer_all(left))
    call = asyncio.create_task(left.call(SnapshotCamera("c")))
    await receive(right)
    await right.close()
    with pytest.raises(ChannelClosedError):
        await call
    await hearing
    left.post(Ping())  # does nothing, and says nothing


async def test_a_peer_that_never_answers_times_out(pair: tuple[Channel, Channel]) -> None:
    with pytest.raises(TimeoutError):
        await pair[0].call(SnapshotCamera("c"), timeout_s=0.01)


@pytest.mark.parametrize(
    "error",
    [
        InvalidError("must be {form}", form="short", field="sdp"),
        NotFoundError("no camera is called {id!r}", id="x"),
        CommandwallError("worker {name} is {state}; try again", name="a", state="b"),
    ],
)
def test_a_failure_is_the_error_that_it_tells_of(error: CommandwallError) -> None:
    failure = decode(encode(Failure.of(error)))
    assert isinstance(failure, Failure)
    again = failure.error()
    assert type(again) is type(error)
    assert (str(again), again.zh) == (str(error), error.zh)
    assert getattr(again, "field", "") == getattr(error, "field", "")


def test_an_offer_is_not_in_the_words_of_its_message() -> None:
    assert "v=0" not in repr(WatchStream("s", (), None, "v=0"))
