from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.base.errors import CommandwallError, InvalidError, NotFoundError
from commandwall.control.cores import Cores
from commandwall.control.decoding import Decoding
from commandwall.control.feeds import Feeds
from commandwall.control.lease import LeaseHeldError
from commandwall.control.roles import Principal, Role
from commandwall.control.rtc import RtcControl, StreamOffer, Watched
from commandwall.control.screens import Screens
from commandwall.control.state import CameraBoard
from commandwall.ipc.channel import Received
from commandwall.ipc.messages import AddFeeds, Message
from commandwall.ipc.rtc_messages import (
    ConfigureRtc,
    EndSession,
    PublishScreen,
    RtcFault,
    SessionAnswer,
    SessionChanged,
    SessionPhase,
    TrickleSession,
    WatchStream,
)
from commandwall.model.camera import FeedState
from commandwall.settings.site import IngestSettings, RtcSettings
from commandwall.workers.worker import Worker

WANG, LI = Principal("wang", Role.OPERATOR), Principal("li", Role.LEADER)
BOSS = Principal("boss", Role.ADMIN)
OFFER = StreamOffer(Path("/run/w"), "head/a", True, "v=0")
HEAD = Watched("main", "a")


class Bench:
    """The control of an rtc process that never runs: what it is asked, and what it says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[Message] = []
        self.told: list[Message] = []
        self.refuse: CommandwallError | None = None

        async def call(worker: Worker, message: Message, timeout_s: float = 5.0) -> Received:
            self.asked.append(message)
            if self.refuse is not None:
                raise self.refuse
            return Received(SessionAnswer("v=0 answer"), b"", 1)

        monkeypatch.setattr(Worker, "call", call)
        monkeypatch.setattr(Worker, "post", lambda worker, message: self.told.append(message))
        self.screens = Screens(lambda kind, body: None, lambda id: None, lambda id: None)
        board = CameraBoard([], lambda kind, body: None)
        ingest = IngestSettings(1)
        feeds = Feeds(board, {}, ingest, Decoding(Cores()), Path("/run"), lambda tiles: None, lambda id: None)
        settings = RtcSettings(("stun:10.0.0.1",))
        self.rtc = RtcControl(settings, self.screens, feeds, Path("/run/rtc.packets"))

    def says(self, message: Message) -> None:
        self.rtc._hear(self.rtc.worker, Received(message, b"", 0))

    def goes(self, session: str, phase: SessionPhase) -> None:
        self.says(SessionChanged(session, phase))

    def state(self, screen: str = "desk") -> FeedState:
        return self.screens.state(screen)[0]


def test_another_release_is_told_when_the_daemon_starts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("commandwall.rtc.version.version", lambda name: "1.17.2")
    Bench(monkeypatch)
    assert "aiortc 1.17.2 was not tried with WebRTC here; install aiortc" in caplog.text


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


async def test_viewers_are_counted_while_their_connection_stands(bench: Bench) -> None:
    session, answer = await bench.rtc.watch(WANG, HEAD, OFFER)
    assert answer == "v=0 answer"
    assert bench.asked == [WatchStream(session, "/run/w", "head/a", True, "v=0")]
    assert bench.rtc.viewers() == {}
    bench.goes(session, SessionPhase.CONNECTED)
    assert bench.rtc.viewers() == {HEAD: 1}
    bench.goes(session, SessionPhase.ENDED)
    assert bench.rtc.viewers() == {}
    with pytest.raises(NotFoundError, match="is over"):
        bench.rtc.session(session)


async def test_viewers_are_known_by_name_and_those_of_a_camera_are_sent_away(bench: Bench) -> None:
    head, _ = await bench.rtc.watch(WANG, HEAD, OFFER)
    camera, _ = await bench.rtc.watch(LI, Watched(camera="c-1"), OFFER)
    assert bench.rtc.names() == {}
    bench.goes(head, SessionPhase.CONNECTED)
    assert bench.rtc.names() == {("main", "a"): ["wang"]}
    bench.rtc.end_camera("c-1")
    assert bench.told[-1] == EndSession(camera)
    bench.rtc.end_camera("c-2")
    assert bench.rtc.session(head).by is WANG
    with pytest.raises(NotFoundError):
        bench.rtc.session(camera)


async def test_what_is_refused_leaves_no_session(bench: Bench) -> None:
    bench.refuse = InvalidError("no", field="sdp")
    with pytest.raises(InvalidError):
        await bench.rtc.watch(WANG, HEAD, OFFER)
    with pytest.raises(InvalidError):
        await bench.rtc.publish(WANG, "desk", "席位", "v=0")
    assert not list(bench.screens.ids())


async def test_a_shared_screen_is_received_by_an_ingest_worker(bench: Bench) -> None:
    session, _ = await bench.rtc.publish(WANG, "desk", "席位", "v=0")
    assert bench.asked == [PublishScreen(session, "desk", "v=0")]
    (added,) = (message for message in bench.told if isinstance(message, AddFeeds))
    (spec,) = added.feeds
    assert (spec.id, spec.on_demand) == ("screen:desk/main", True)
    assert spec.bus is not None
    assert (spec.bus.packet_path, spec.bus.stream, spec.bus.session) == (
        "/run/rtc.packets", "screen/desk", session,
    )  # fmt: skip
    assert bench.state() is FeedState.CONNECTING
    bench.goes(session, SessionPhase.LIVE)
    assert bench.state() is FeedState.LIVE
    bench.goes(session, SessionPhase.ENDED)
    assert bench.state() is FeedState.LOST


async def test_the_same_user_may_share_again_and_the_old_session_ends_nothing(bench: Bench) -> None:
    old, _ = await bench.rtc.publish(WANG, "desk", "席位", "v=0")
    new, _ = await bench.rtc.publish(WANG, "desk", "席位", "v=0")
    bench.goes(old, SessionPhase.LIVE)
    assert bench.state() is FeedState.CONNECTING
    bench.goes(old, SessionPhase.ENDED)
    bench.goes(new, SessionPhase.LIVE)
    assert bench.state() is FeedState.LIVE


async def test_only_who_outranks_takes_a_screen_over(bench: Bench) -> None:
    await bench.rtc.publish(WANG, "desk", "席位", "v=0")
    with pytest.raises(LeaseHeldError, match="is shared by wang"):
        await bench.rtc.publish(LI, "desk", "席位", "v=0")
    await bench.rtc.publish(BOSS, "desk", "席位", "v=0")


async def test_a_session_is_ended_and_trickled(bench: Bench) -> None:
    name, _ = await bench.rtc.publish(WANG, "desk", "席位", "v=0")
    session = bench.rtc.session(name)
    await bench.rtc.trickle(session, "a=mid:0")
    assert bench.asked[-1] == TrickleSession(name, "a=mid:0")
    bench.rtc.end(session)
    assert bench.told[-1] == EndSession(name)
    assert bench.state() is FeedState.LOST


async def test_when_the_process_dies_everything_is_over(bench: Bench) -> None:
    session, _ = await bench.rtc.publish(WANG, "desk", "席位", "v=0")
    bench.goes(session, SessionPhase.LIVE)
    bench.rtc._down(bench.rtc.worker)
    assert bench.state() is FeedState.LOST
    bench.rtc._ready(bench.rtc.worker)
    assert bench.told[-1] == ConfigureRtc("/run/rtc.packets", ("stun:10.0.0.1",))


def test_what_is_wrong_with_the_process_is_logged(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.says(RtcFault("aiortc 2 lacks x", "aiortc 2 缺少 x"))
    bench.says(SessionChanged("unknown", SessionPhase.ENDED, "no connection"))
    assert "aiortc 2 lacks x" in caplog.text
