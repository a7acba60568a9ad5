from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import NotFoundError
from commandwall.control.state import CameraBoard, deserved_stream
from commandwall.ipc.messages import FeedFigures
from commandwall.model.camera import Camera, FeedState, StreamAddress, StreamName
from commandwall.model.clock import ClockFigures, ClockSource
from commandwall.model.overlays import AlarmLevel
from commandwall.model.reason import Reason, ReasonCode

ADDRESS = StreamAddress("rtsp://10.0.0.1/x")
BOTH = Camera("a", "东门 01", "dongmen", ADDRESS, ADDRESS)
MAIN_ONLY = Camera("b", "东门 02", "dongmen", ADDRESS, None)
SUB_ONLY = Camera("c", "东门 03", "dongmen", None, ADDRESS, enabled=False)


class Told:
    """A board with what it told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.watched: list[str] = []
        self.board = CameraBoard([BOTH, MAIN_ONLY, SUB_ONLY], lambda *event: self.events.append(event))
        self.board.watch(self.watched.append)


def figures(feed: str, **changes: Any) -> FeedFigures:
    values: dict[str, Any] = {
        "id": feed,
        "codec": "h264",
        "audio_codec": "aac",
        "audio_fault_zh": "摄像机无应答",
        "width": 640,
        "height": 360,
        "fps": 15.0,
        "bitrate_bps": 384e3,
        "keyframe_interval_s": 2.0,
        "last_frame_age_s": 0.1,
        "frames": 100,
        "bytes": 5000,
        "packets": 300,
        "lost_packets": 100,
        "reconnects": 2,
    }
    return FeedFigures(**{**values, **changes})


def test_cameras_begin_connecting_or_disabled() -> None:
    states = {status.id: (status.state, status.reason, status.reason_zh) for status in Told().board.all()}
    assert states["a"] == (FeedState.CONNECTING, "opening", "正在连接")
    assert states["c"] == (FeedState.DISABLED, "switched off in the configuration", "已在配置中停用")


def test_a_change_is_kept_told_and_watched() -> None:
    told = Told()
    reason = Reason(ReasonCode.WRONG_PASSWORD, "DESCRIBE: 401")
    told.board.feed_changed("a/sub", FeedState.REFUSED, reason)
    status = told.board.get("a")
    assert (status.state, status.reason) == (FeedState.REFUSED, "wrong password: DESCRIBE: 401")
    assert status.reason_zh == "密码错误：DESCRIBE: 401"
    assert told.board.reason("a") == reason
    assert told.watched == ["a"]
    assert told.events[0][0] == "camera" and told.events[0][1]["camera"]["state"] == "refused"


def test_the_steady_feed_alone_speaks_for_its_camera() -> None:
    told = Told()
    told.board.feed_changed("a/main", FeedState.LOST, Reason(ReasonCode.TIMEOUT))
    assert not told.board.feed_figures(figures("a/main", width=1920))
    assert told.board.get("a").state is FeedState.CONNECTING
    told.board.feed_changed("b/main", FeedState.LIVE, Reason())
    assert told.board.get("b").state is FeedState.LIVE


def test_what_becomes_of_the_other_stream_is_told_beside() -> None:
    told = Told()
    main = told.board.get("a").streams[StreamName.MAIN]
    assert (main.state, main.reason, main.reason_zh) == (
        FeedState.DISABLED,
        "opened when shown",
        "显示时才打开",
    )
    told.board.feed_changed("a/main", FeedState.REFUSED, Reason(ReasonCode.UNSUPPORTED, "H.263"))
    (_, body) = told.events[-1]
    assert body["camera"]["streams"]["main"]["reason"] == "unsupported codec: H.263"
    assert body["camera"]["streams"]["sub"]["state"] == body["camera"]["state"] == "connecting"
    assert told.watched == [], "the camera itself is as it was"
    assert set(told.board.get("b").streams) == {StreamName.MAIN}


def test_what_all_streams_lose_is_counted_and_goes_on_when_one_closes() -> None:
    told = Told()
    told.board.feed_figures(figures("a/sub", packets=900, lost_packets=0))
    told.board.feed_figures(figures("a/main", packets=60, lost_packets=40, width=1920, bytes=7000))
    status = told.board.get("a")
    assert (status.lost_packets_total, status.loss_ratio, status.bytes_total) == (40, 0.04, 12000)
    assert (status.width, status.streams[StreamName.MAIN].width) == (640, 1920)
    assert status.streams[StreamName.MAIN].loss_ratio == 0.4
    told.board.feed_changed("a/main", FeedState.DISABLED, Reason(ReasonCode.ON_DEMAND))
    told.board.feed_figures(figures("a/sub", packets=999, lost_packets=1))
    assert (status.lost_packets_total, status.streams[StreamName.MAIN].fps) == (41, 0.0)


def test_another_address_of_the_other_stream_begins_that_one_anew() -> None:
    told = Told()
    told.board.feed_figures(figures("a/sub"))
    told.board.feed_changed("a/main", FeedState.LOST, Reason(ReasonCode.NOT_FOUND))
    told.board.put(replace(BOTH, name="新名"))
    streams = told.board.get("a").streams
    assert streams[StreamName.MAIN].state is FeedState.LOST
    told.board.put(replace(BOTH, main=StreamAddress("rtsp://10.0.0.2/x")))
    streams = told.board.get("a").streams
    assert (streams[StreamName.MAIN].state, streams[StreamName.SUB].fps) == (FeedState.DISABLED, 15.0)
    told.board.put(replace(BOTH, main=None))
    told.board.feed_changed("a/main", FeedState.LIVE, Reason())
    assert set(told.board.get("a").streams) == {StreamName.SUB}


def test_a_worker_that_is_gone_leaves_no_figures() -> None:
    told = Told()
    told.board.feed_changed("a/main", FeedState.LIVE, Reason())
    told.board.feed_figures(figures("a/main"))
    told.board.feed_figures(figures("a/sub", clock=clock(20.0), last_frame_age_s=0.05))
    status = told.board.get("a")
    assert status.frames_total and status.bitrate_bps and status.fps
    told.board.worker_down("a")
    assert (status.frames_total, status.bitrate_bps, status.fps, status.loss_ratio) == (0, 0.0, 0.0, 0.0)
    assert (status.last_frame_age_s, status.clock_skew_ms, status.clock_drift_ppm) == (-1.0, None, None)
    assert (status.state, status.reason) == (FeedState.CONNECTING, "worker process is restarting")
    main = status.streams[StreamName.MAIN]
    assert (main.state, main.frames_total) == (FeedState.DISABLED, 0)


def test_figures_are_taken_over() -> None:
    told = Told()
    assert told.board.feed_figures(figures("a/sub"))
    assert not told.board.feed_figures(figures("a/sub", fps=14.0))
    status = told.board.get("a")
    assert (status.codec, status.fps, status.frames_total, status.bytes_total) == ("h264", 14.0, 100, 5000)
    assert (status.audio_codec, status.audio_fault_zh) == ("aac", "摄像机无应答")
    assert status.loss_ratio == 0.25
    told.board.feed_figures(figures("a/sub", packets=0, lost_packets=0))
    assert status.loss_ratio == 0.0


def clock(skew_ms: float | None) -> ClockFigures:
    return ClockFigures(ClockSource.RTCP, skew_ms, 3.0)


def test_a_live_camera_whose_clock_is_wrong_says_so_once_and_until_it_is_clearly_right() -> None:
    told = Told()
    told.board.feed_changed("a/sub", FeedState.LIVE, Reason())
    status = told.board.get("a")
    for skew_ms in (-1800.0, -1801.0, -1000.0, -900.0):
        told.board.feed_figures(figures("a/sub", clock=clock(skew_ms)))
        assert (status.state, status.clock_skew_ms, status.clock_drift_ppm) == (FeedState.LIVE, skew_ms, 3.0)
        assert (status.reason, status.reason_zh) == (
            "camera's clock is wrong: -1.8 s",
            "摄像机时钟不准：-1.8 s",
        )
    assert told.watched == ["a", "a"], "said once"
    told.board.feed_figures(figures("a/sub", clock=clock(-300.0)))
    assert (status.reason, told.watched) == ("", ["a"] * 3)
    reasons = [body["camera"]["reason"] for _, body in told.events]
    assert reasons == ["", "camera's clock is wrong: -1.8 s", ""]


def test_a_camera_that_is_not_live_says_why_and_not_what_time_it_has() -> None:
    told = Told()
    told.board.feed_changed("a/sub", FeedState.LIVE, Reason())
    told.board.feed_figures(figures("a/sub", clock=clock(9e9)))
    told.board.feed_changed("a/sub", FeedState.LOST, Reason(ReasonCode.TIMEOUT))
    told.board.feed_figures(figures("a/sub", clock=clock(9e9)))
    assert told.board.get("a").reason == "camera does not answer"
    told.board.feed_changed("a/sub", FeedState.LIVE, Reason())
    told.board.feed_figures(figures("a/sub", clock=clock(9e9)))
    assert told.board.reason("a").code is ReasonCode.CLOCK_OFF
    told.board.feed_figures(figures("a/sub", clock=clock(None)))
    assert told.board.get("a").reason == ""


def test_a_camera_that_is_put_is_told_and_begins_anew() -> None:
    told = Told()
    told.board.feed_changed("a/sub", FeedState.LIVE, Reason())
    told.board.put(replace(BOTH, name="新名", area="north"))
    assert (told.board.get("a").name, told.board.get("a").state) == ("新名", FeedState.LIVE)
    told.board.put(replace(BOTH, sub=StreamAddress("rtsp://10.0.0.2/x")))
    assert (told.board.get("a").name, told.board.get("a").state) == ("东门 01", FeedState.CONNECTING)
    told.board.put(replace(BOTH, sub=None))
    told.board.feed_changed("a/sub", FeedState.LOST, Reason())
    assert told.board.get("a").state is FeedState.CONNECTING
    told.board.feed_changed("a/main", FeedState.LIVE, Reason())
    assert told.board.get("a").state is FeedState.LIVE
    told.board.put(replace(BOTH, id="new"))
    assert [status.id for status in told.board.all()] == ["a", "b", "c", "new"]
    assert told.watched == ["a"] * 5 + ["new"]
    assert all(kind == "camera" and "removed" not in body for kind, body in told.events)


def test_a_removed_camera_is_told_once_and_forgotten() -> None:
    told = Told()
    told.board.remove("a")
    ((kind, body),) = told.events
    assert (kind, body["camera"]["id"], body["removed"]) == ("camera", "a", True)
    told.board.feed_changed("a/sub", FeedState.LIVE, Reason())
    assert [status.id for status in told.board.all()] == ["b", "c"] and len(told.events) == 1
    with pytest.raises(NotFoundError, match="'a'"):
        told.board.remove("a")


def test_an_alarm_and_being_seen_outlive_what_is_known_of_the_feed() -> None:
    told = Told()
    told.board.set_alarm("a", AlarmLevel.CRITICAL)
    told.board.set_alarm("new", AlarmLevel.INFO)
    told.board.set_visible({"a"})
    told.board.put(replace(BOTH, credentials="school"))
    assert (told.board.get("a").alarm, told.board.get("a").visible) == (AlarmLevel.CRITICAL, True)
    told.board.remove("a")
    told.board.put(BOTH)
    told.board.put(replace(BOTH, id="new"))
    assert [told.board.get(each).alarm for each in ("a", "new")] == [AlarmLevel.CRITICAL, AlarmLevel.INFO]
    told.board.set_alarm("a", None)
    told.board.put(replace(BOTH, credentials="school"))
    assert told.board.get("a").alarm is None


def test_unknown_cameras_are_named() -> None:
    with pytest.raises(NotFoundError, match="'zz'"):
        Told().board.get("zz")


def test_visible_cameras_are_those_on_walls() -> None:
    board = Told().board
    board.set_visible({"b"})
    assert [status.id for status in board.all() if status.visible] == ["b"]


@given(st.integers(2, 4000), st.integers(2, 4000))
def test_a_camera_with_one_stream_shows_that_one(width: int, height: int) -> None:
    assert deserved_stream(MAIN_ONLY, (0, 0), width, height) is StreamName.MAIN
    assert deserved_stream(SUB_ONLY, (640, 360), width, height) is StreamName.SUB


@pytest.mark.parametrize(
    ("size", "stream"),
    [((640, 360), StreamName.SUB), ((832, 468), StreamName.SUB), ((960, 540), StreamName.MAIN)],
)
def test_main_is_fetched_only_where_sub_is_too_small(size: tuple[int, int], stream: StreamName) -> None:
    assert deserved_stream(BOTH, (640, 360), *size) is stream
    assert deserved_stream(BOTH, (0, 0), *size) is stream
