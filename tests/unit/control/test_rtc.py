from __future__ import annotations

import pytest

from commandwall.base.errors import CommandwallError, InvalidError, NotFoundError
from commandwall.control import rtc
from commandwall.control.roles import Principal, Role
from commandwall.control.rtc import Opened, PublishOffer, Watched, WatchOffer
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.rtc_messages import (
    AcceptAnswer,
    ConfigureRtc,
    EndSession,
    OfferIntake,
    OfferStream,
    PublishStream,
    RtcFault,
    RtcReport,
    SessionAnswer,
    SessionChanged,
    SessionFigures,
    SessionOffer,
    SessionPhase,
    StreamAt,
    SwitchStream,
    TrickleSession,
    WatchStream,
)
from commandwall.rtc import picture
from tests.unit.control.rtc_stub import RtcStub

WANG, LI = Principal("wang", Role.OPERATOR), Principal("li", Role.LEADER)
HEAD_A, MIX = StreamAt("/run/w", "head/a", True), StreamAt("/run/s", "mix/c/p")
OFFER = WatchOffer((HEAD_A,), None, "v=0")
HEAD = Watched("main", "a")
PEOPLE = PublishOffer("people", "voice", "v=0")


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> RtcStub:
    return RtcStub(monkeypatch)


def test_another_release_is_told_when_the_daemon_starts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("commandwall.rtc.version.version", lambda name: "1.17.2")
    RtcStub(monkeypatch)
    assert "aiortc 1.17.2 was not tried with WebRTC here; install aiortc" in caplog.text


async def test_viewers_are_counted_while_their_connection_stands(stub: RtcStub) -> None:
    opened = await stub.rtc.watch(WANG, HEAD, OFFER)
    session = opened.session
    assert opened == Opened(session, "v=0 answer")
    assert stub.asked == [WatchStream(session, (HEAD_A,), None, "v=0")]
    assert stub.rtc.viewers() == {}
    stub.goes(session, SessionPhase.CONNECTED)
    assert stub.rtc.viewers() == {HEAD: 1}
    stub.goes(session, SessionPhase.ENDED)
    assert stub.rtc.viewers() == {}
    with pytest.raises(NotFoundError, match="is over"):
        stub.rtc.session(session)


async def test_viewers_are_known_by_name_and_those_of_a_camera_are_sent_away(stub: RtcStub) -> None:
    head = (await stub.rtc.watch(WANG, HEAD, OFFER)).session
    camera = (await stub.rtc.watch(LI, Watched(camera="c-1"), OFFER)).session
    assert stub.rtc.names() == {}
    stub.goes(head, SessionPhase.CONNECTED)
    assert stub.rtc.names() == {("main", "a"): ["wang"]}
    stub.rtc.end_camera("c-1")
    assert stub.told[-1] == EndSession(camera)
    stub.rtc.end_camera("c-2")
    assert stub.rtc.session(head).by is WANG
    with pytest.raises(NotFoundError):
        stub.rtc.session(camera)


async def test_what_is_refused_leaves_no_session_and_tells_nobody(stub: RtcStub) -> None:
    changes: list[SessionChanged] = []
    stub.answer = InvalidError("no", field="sdp")
    with pytest.raises(InvalidError):
        await stub.rtc.watch(WANG, HEAD, OFFER, changes.append)
    with pytest.raises(InvalidError):
        await stub.rtc.publish(WANG, PEOPLE, changes.append)
    assert (list(stub.rtc.publishers("people")), changes) == ([], [])


async def test_what_is_opened_too_late_is_ended(stub: RtcStub) -> None:
    stub.answer = TimeoutError()
    with pytest.raises(TimeoutError):
        await stub.rtc.publish(WANG, PEOPLE)
    (asked,) = stub.asked
    assert isinstance(asked, PublishStream)
    assert (stub.told, list(stub.rtc.publishers("people"))) == ([EndSession(asked.session)], [])


async def test_who_publishes_is_told_how_far_it_is(stub: RtcStub) -> None:
    changes: list[SessionChanged] = []
    stub.answer = SessionAnswer("v=0 answer", video=False, sound=True)
    opened = await stub.rtc.publish(WANG, PEOPLE, changes.append)
    session = opened.session
    assert (opened.video, opened.sound) == (False, True)
    assert stub.asked == [PublishStream(session, "people", "voice", "v=0")]
    assert [each.id for each in stub.rtc.publishers("voice")] == [session]
    assert stub.rtc.published("voice", session) == BusAddress("/run/rtc.packets", "voice", session)
    assert stub.rtc.relayed("people") == StreamAt("/run/rtc.packets", "people", True)
    said = [
        SessionChanged(session, SessionPhase.CONNECTED),
        SessionChanged(session, SessionPhase.LIVE, stream="voice"),
        SessionChanged(session, SessionPhase.ENDED, "gone"),
    ]
    for change in [*said, said[-1]]:
        stub.says(change)
    assert changes == said


async def test_the_figures_of_a_session_are_kept_as_long_as_it_lasts(stub: RtcStub) -> None:
    opened = await stub.rtc.watch(WANG, None, WatchOffer((HEAD_A,), MIX, "v=0"))
    figures = SessionFigures(opened.session, 12.0, 0.5)
    stub.says(RtcReport((figures, SessionFigures("unknown"))))
    assert stub.rtc.session(opened.session).figures == figures
    assert stub.rtc.viewers() == {}


async def test_a_session_is_switched_trickled_and_ended(stub: RtcStub) -> None:
    changes: list[SessionChanged] = []
    name = (await stub.rtc.watch(WANG, HEAD, OFFER, changes.append)).session
    await stub.rtc.switch(name, (MIX,))
    session = stub.rtc.session(name)
    await stub.rtc.trickle(session, "a=mid:0")
    assert stub.asked[1:] == [SwitchStream(name, (MIX,)), TrickleSession(name, "a=mid:0")]
    stub.rtc.end(session)
    assert stub.told[-1] == EndSession(name)
    assert [change.phase for change in changes] == [SessionPhase.ENDED]
    with pytest.raises(NotFoundError, match="is over"):
        await stub.rtc.switch(name, (MIX,))


async def test_this_end_offers_and_takes_the_answer(stub: RtcStub) -> None:
    stub.answer = SessionOffer("v=0 offer")
    sending = await stub.rtc.offer_stream(WANG, (HEAD_A,), MIX)
    taking = await stub.rtc.offer_intake(WANG, "people", "voice")
    assert (sending.sdp, taking.sdp) == ("v=0 offer", "v=0 offer")
    await stub.rtc.accept(taking.session, "v=0 answer")
    assert stub.asked == [
        OfferStream(sending.session, (HEAD_A,), MIX),
        OfferIntake(taking.session, "people", "voice"),
        AcceptAnswer(taking.session, "v=0 answer"),
    ]
    assert [each.id for each in stub.rtc.publishers("people")] == [taking.session]


async def test_when_the_process_dies_everything_is_over(stub: RtcStub) -> None:
    changes: list[SessionChanged] = []
    for _ in range(2):
        await stub.rtc.publish(WANG, PEOPLE, changes.append)
    stub.rtc._down(stub.rtc.worker)
    assert [change.phase for change in changes] == [SessionPhase.ENDED] * 2
    stub.rtc._ready(stub.rtc.worker)
    assert stub.told[-1] == ConfigureRtc("/run/rtc.packets", ("stun:10.0.0.1",))


async def test_who_cannot_take_that_a_session_is_over_keeps_it_from_no_other(
    stub: RtcStub, caplog: pytest.LogCaptureFixture
) -> None:
    changes: list[SessionChanged] = []

    def refuse(change: SessionChanged) -> None:
        raise NotFoundError("no participant is called 'li'")

    for told in (refuse, changes.append):
        await stub.rtc.publish(WANG, PEOPLE, told)
    stub.rtc._down(stub.rtc.worker)
    assert [change.phase for change in changes] == [SessionPhase.ENDED]
    assert "no participant is called 'li'" in caplog.text


def test_what_is_wrong_with_the_process_is_logged(stub: RtcStub, caplog: pytest.LogCaptureFixture) -> None:
    stub.says(RtcFault("aiortc 2 lacks x", "aiortc 2 缺少 x"))
    stub.says(SessionChanged("unknown", SessionPhase.ENDED, "no connection"))
    assert "aiortc 2 lacks x" in caplog.text


async def test_one_that_does_not_answer_is_no_session(stub: RtcStub) -> None:
    stub.answer = CommandwallError("gone")
    with pytest.raises(CommandwallError):
        await stub.rtc.offer_intake(WANG, "people", "")
    assert list(stub.rtc.publishers("people")) == []


def test_a_camera_has_time_to_open_before_it_is_said_that_there_is_no_picture() -> None:
    slow_answer_s, long_group_s = 2.0, 4.0
    assert slow_answer_s + long_group_s < picture._FIRST_KEY_S < rtc._ANSWER_S - 1
