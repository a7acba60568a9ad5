from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.base.errors import HeldError, InvalidError
from commandwall.control.cores import Cores
from commandwall.control.crew import Crew
from commandwall.control.decoding import Decoding
from commandwall.control.feeds import Feeds
from commandwall.control.roles import Principal, Role
from commandwall.control.rtc import RtcSession
from commandwall.control.screen_shares import ScreenShares, screen_of
from commandwall.control.screens import Screens
from commandwall.control.state import CameraBoard
from commandwall.ipc.messages import AddFeeds
from commandwall.ipc.rtc_messages import PublishStream, SessionPhase
from commandwall.model.camera import FeedState
from commandwall.settings.site import IngestSettings
from tests.unit.control.rtc_stub import RtcStub

WANG, LI = Principal("wang", Role.OPERATOR), Principal("li", Role.LEADER)
BOSS = Principal("boss", Role.ADMIN)


class Bench(RtcStub):
    """Screens that are shared by an rtc process that never runs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(monkeypatch)
        self.screens = Screens(lambda kind, body: None, lambda id: None, lambda id: None)
        board = CameraBoard([], lambda kind, body: None)
        crew, decoding, run = Crew(1, 1, 1), Decoding(Cores()), Path("/run")
        feeds = Feeds(board, {}, IngestSettings(), crew, decoding, run, lambda tiles: None, lambda id: None)
        self.shares = ScreenShares(self.rtc, self.screens, feeds)

    async def share(self, by: Principal) -> str:
        """Share the screen ``desk``; return the session."""
        return (await self.shares.share(by, "desk", "席位", "v=0")).session

    def state(self) -> FeedState:
        return self.screens.state("desk")[0]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


async def test_a_shared_screen_is_received_by_an_ingest_worker(bench: Bench) -> None:
    session = await bench.share(WANG)
    assert bench.asked == [PublishStream(session, "screen/desk", "", "v=0")]
    (added,) = (message for message in bench.told if isinstance(message, AddFeeds))
    (spec,) = added.feeds
    assert (spec.id, spec.on_demand) == ("screen:desk/main", True)
    assert spec.bus == bench.rtc.published("screen/desk", session)
    assert bench.state() is FeedState.CONNECTING
    bench.goes(session, SessionPhase.LIVE)
    assert bench.state() is FeedState.LIVE
    bench.goes(session, SessionPhase.ENDED)
    assert bench.state() is FeedState.LOST


async def test_one_that_is_refused_is_no_screen(bench: Bench) -> None:
    bench.answer = InvalidError("no", field="sdp")
    with pytest.raises(InvalidError):
        await bench.share(WANG)
    assert not list(bench.screens.ids())


async def test_the_same_user_may_share_again_and_the_old_session_ends_nothing(bench: Bench) -> None:
    old, new = await bench.share(WANG), await bench.share(WANG)
    bench.goes(old, SessionPhase.LIVE)
    assert bench.state() is FeedState.CONNECTING
    bench.goes(old, SessionPhase.ENDED)
    bench.goes(new, SessionPhase.LIVE)
    assert bench.state() is FeedState.LIVE


async def test_only_who_outranks_takes_a_screen_over(bench: Bench) -> None:
    await bench.share(WANG)
    with pytest.raises(HeldError, match="is shared by wang"):
        await bench.share(LI)
    await bench.share(BOSS)


async def test_a_screen_ends_with_its_session_and_with_the_process(bench: Bench) -> None:
    bench.rtc.end(bench.rtc.session(await bench.share(WANG)))
    assert bench.state() is FeedState.LOST
    await bench.share(WANG)
    bench.goes(await bench.share(WANG), SessionPhase.LIVE)
    bench.rtc._down(bench.rtc.worker)
    assert bench.state() is FeedState.LOST


def test_a_session_tells_which_screen_it_shares() -> None:
    assert screen_of(RtcSession("s", WANG, publishes=("screen/desk",))) == "desk"
    assert screen_of(RtcSession("s", WANG, publishes=("conference/c/p/people",))) == ""
