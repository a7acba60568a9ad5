from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from commandwall.control.cores import Cores
from commandwall.control.crew import Crew
from commandwall.control.decoding import Decoding
from commandwall.control.feeds import Feeds
from commandwall.control.state import CameraBoard
from commandwall.ipc.channel import Received
from commandwall.ipc.decoding import DecodeBudget, DecodingBy, TileReport
from commandwall.ipc.messages import (
    STILL_PATIENCE_S,
    AddFeeds,
    ConfigureIngest,
    FeedReport,
    Message,
    Picture,
    RemoveFeeds,
    ShowTiles,
    TileSpec,
    WarmFeeds,
)
from commandwall.ipc.packets import BusAddress
from commandwall.ipc.talk_messages import CameraTarget, StopTalk, TalkChanged, TalkTo
from commandwall.model.camera import Camera, StreamAddress, StreamName
from commandwall.model.decoding import DecodeChoice
from commandwall.model.layout import Aspect
from commandwall.model.reason import Reason
from commandwall.model.source import Source, SourceKind
from commandwall.model.talk import RtpAddress, SpeakerCodec, TalkState
from commandwall.settings.site import Credential, IngestSettings
from commandwall.workers.worker import Worker
from tests.unit.control.test_state import figures

MAIN, SUB = StreamAddress("rtsp://h/m"), StreamAddress("rtsp://h/s")
D = Source(SourceKind.CAMERA, "d")


def camera(name: str) -> Camera:
    return Camera(name, name, "dongmen", MAIN, SUB, credentials="gate")


def tile(name: str, stream: StreamName = StreamName.SUB) -> TileSpec:
    source = Source(SourceKind.CAMERA, name)
    return TileSpec(name, source, stream, "", 0, 240, 134, Aspect.FIT, 1.0)


class Rig:
    """Two ingest workers that never run, and what each is told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[tuple[str, Message]] = []
        monkeypatch.setattr(
            Worker, "post", lambda worker, message: self.told.append((worker.status.name, message))
        )
        self.logins = {"gate": Credential("admin", "first")}
        self.resized: list[str] = []
        self.board = CameraBoard([camera("a"), camera("b"), camera("c")], lambda kind, body: None)
        self.feeds = Feeds(
            self.board,
            self.logins,
            IngestSettings(),
            Crew(2, 3, 2),
            Decoding(Cores()),
            Path("/run/x"),
            lambda tiles: None,
            self.resized.append,
        )

    def install(self, *cameras: Camera) -> None:
        for each in cameras:
            self.board.put(each)
        self.feeds.install(cameras)

    def said(self, kind: type[Message]) -> Iterator[tuple[str, Message]]:
        """Yield and forget what workers were told of this kind."""
        told, self.told = self.told, [each for each in self.told if not isinstance(each[1], kind)]
        yield from ((name, message) for name, message in told if isinstance(message, kind))


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Rig:
    return Rig(monkeypatch)


def test_a_new_camera_goes_to_the_worker_with_the_fewest(rig: Rig) -> None:
    rig.install(camera("d"))
    ((worker, added),) = rig.said(AddFeeds)
    assert isinstance(added, AddFeeds)
    assert worker == "ingest-1" and [(spec.id, spec.on_demand) for spec in added.feeds] == [
        ("d/main", True),
        ("d/sub", False),
    ]
    assert rig.feeds.packet_path("d") == Path("/run/x/ingest-1.packets")
    assert rig.feeds.packet_path("a") == Path("/run/x/ingest-0.packets")


def test_many_are_spread_in_one_message_each(rig: Rig) -> None:
    rig.install(*(camera(f"n{number}") for number in range(5)))
    counts = {worker: len(added.feeds) for worker, added in rig.said(AddFeeds) if isinstance(added, AddFeeds)}
    assert counts == {"ingest-1": 6, "ingest-0": 4}


def test_a_stream_that_is_no_longer_there_is_closed(rig: Rig) -> None:
    rig.install(replace(camera("a"), main=None))
    assert [message for _, message in rig.said(RemoveFeeds)] == [RemoveFeeds(("a/main",))]


def test_a_disabled_camera_is_received_no_longer_and_again(rig: Rig) -> None:
    rig.install(replace(camera("a"), enabled=False))
    ((worker, removed),) = rig.said(RemoveFeeds)
    assert worker == "ingest-0" and isinstance(removed, RemoveFeeds)
    assert set(removed.ids) == {"a/main", "a/sub"} and not list(rig.said(AddFeeds))
    rig.feeds.uninstall("a")
    assert not rig.told
    rig.install(camera("a"))
    assert [worker for worker, _ in rig.said(AddFeeds)] == ["ingest-0"]


def test_tiles_follow_their_camera_to_its_worker(rig: Rig) -> None:
    tile = TileSpec(
        "1", Source(SourceKind.CAMERA, "d"), StreamName.SUB, "/arena", 0, 640, 360, Aspect.FIT, 1.0
    )
    rig.feeds.show(ShowTiles("main", (tile,), 50))
    rig.told.clear()
    rig.install(camera("d"))
    assert rig.told[-1] == ("ingest-1", ShowTiles("main", (tile,), 50))
    rig.feeds.uninstall("d")
    assert rig.told[-1] == ("ingest-1", ShowTiles("main", (), 50))


def test_nobody_hears_of_tiles_before_a_wall_shows_a_camera(rig: Rig) -> None:
    tile = TileSpec(
        "1", Source(SourceKind.CAMERA, "d"), StreamName.SUB, "/arena", 0, 640, 360, Aspect.FIT, 1.0
    )
    rig.feeds.show(ShowTiles("main", ()))
    rig.install(camera("d"))
    assert not list(rig.said(ShowTiles))
    rig.feeds.show(ShowTiles("main", (tile,)))
    rig.feeds.show(ShowTiles("main", ()))
    assert [worker for worker, _ in rig.said(ShowTiles)] == ["ingest-0", "ingest-1", "ingest-1"]


def test_who_has_the_same_tiles_as_before_hears_nothing(rig: Rig) -> None:
    rig.feeds.show(ShowTiles("main", (tile("a"), tile("b"))))
    rig.told.clear()
    rig.feeds.show(ShowTiles("main", (tile("a"), tile("d"))))
    assert [worker for worker, _ in rig.said(ShowTiles)] == ["ingest-1"]


def test_feeds_are_opened_with_what_the_login_is_now(rig: Rig) -> None:
    rig.logins["gate"] = Credential("admin", "second")
    rig.feeds.install([camera("b")])
    ((_, added),) = rig.said(AddFeeds)
    assert isinstance(added, AddFeeds) and {spec.password for spec in added.feeds} == {"second"}


def test_a_picture_of_another_size_is_told_by_its_camera(rig: Rig) -> None:
    report = FeedReport((figures("a/sub"), figures("a/main")))
    rig.feeds._hear(rig.feeds.workers[0], Received(report, b"", 0))
    assert rig.resized == ["a"]


def test_what_is_about_to_be_shown_is_opened_where_its_cameras_live(rig: Rig) -> None:
    rig.feeds.warm([tile("a", StreamName.MAIN), tile("b"), tile("c"), tile("nobody")])
    assert list(rig.said(WarmFeeds)) == [
        ("ingest-0", WarmFeeds(("a/main", "a/sub", "c/sub"))),
        ("ingest-1", WarmFeeds(("b/sub",))),
    ]


def test_each_worker_has_its_threads_and_its_part_of_the_cores(rig: Rig) -> None:
    for worker in rig.feeds.workers:
        rig.feeds._ready(worker)
    told = [message for _, message in rig.said(ConfigureIngest) if isinstance(message, ConfigureIngest)]
    assert [(each.decode_threads, each.budget_cores) for each in told] == [(3, Cores().count / 2)] * 2


def test_connections_are_shared_out_among_the_workers(rig: Rig) -> None:
    rig.feeds._ready(rig.feeds.workers[1])
    ((worker, told),) = rig.said(ConfigureIngest)
    assert isinstance(told, ConfigureIngest)
    assert (worker, told.connects_per_s, told.connects_per_host) == ("ingest-1", 200, 8)


def test_a_shared_screen_lives_in_one_worker_until_it_is_forgotten(rig: Rig) -> None:
    first, second = (BusAddress("/run/rtc.packets", "screen/desk", session) for session in "ab")
    screen = Source(SourceKind.SCREEN, "desk")
    rig.feeds.receive(screen.owner, first)
    rig.feeds.receive(screen.owner, second)
    (home, added), (again, replaced) = rig.said(AddFeeds)
    assert isinstance(added, AddFeeds) and isinstance(replaced, AddFeeds)
    assert (home, again) == ("ingest-1", "ingest-1")
    assert [spec.bus for spec in (*added.feeds, *replaced.feeds)] == [first, second]

    tile = TileSpec("1", screen, StreamName.MAIN, "/proc/1/fd/1", 0, 64, 64, Aspect.FILL, 1.0)
    rig.feeds.show(ShowTiles("main", (tile,)))
    shown = {name: message.tiles for name, message in rig.said(ShowTiles) if isinstance(message, ShowTiles)}
    assert shown == {"ingest-0": (), "ingest-1": (tile,)}

    rig.feeds._ready(rig.feeds.workers[1])
    ((_, told),) = rig.said(AddFeeds)
    assert isinstance(told, AddFeeds)
    assert [spec.id for spec in told.feeds if spec.bus is not None] == ["screen:desk/main"]

    rig.feeds.forget(screen.owner)
    ((_, removed),) = rig.said(RemoveFeeds)
    assert isinstance(removed, RemoveFeeds)
    assert "screen:desk/main" in removed.ids
    rig.feeds._ready(rig.feeds.workers[1])
    ((_, told),) = rig.said(AddFeeds)
    assert isinstance(told, AddFeeds)
    assert not any(spec.bus for spec in told.feeds)


@pytest.mark.parametrize(
    ("by", "note", "note_zh"),
    [
        (DecodingBy(DecodeChoice.CPU), "decoding on the processor", "由处理器解码"),
        (DecodingBy(DecodeChoice.CUDA), "decoding by cuda", "由 cuda 解码"),
        (
            DecodingBy(DecodeChoice.CPU, "cuda does not decode here: none", "cuda 无法解码：none"),
            "decoding on the processor; cuda does not decode here: none",
            "由处理器解码；cuda 无法解码：none",
        ),
    ],
)
def test_a_worker_notes_who_decodes_there(rig: Rig, by: DecodingBy, note: str, note_zh: str) -> None:
    worker = rig.feeds.workers[0]
    rig.feeds._hear(worker, Received(by, b"", 0))
    assert (worker.status.note, worker.status.note_zh) == (note, note_zh)


def test_workers_are_told_their_budgets_before_their_tiles(rig: Rig) -> None:
    rig.feeds.show(ShowTiles("main", (tile("a"), tile("c"), tile("b"))))
    kinds = [type(message) for name, message in rig.told if name == "ingest-0"]
    assert kinds == [DecodeBudget, ShowTiles]
    budgets = dict(rig.said(DecodeBudget))
    assert budgets["ingest-0"].keep_cores > budgets["ingest-1"].keep_cores  # type: ignore[union-attr]
    for worker in rig.feeds.workers[:1] * 2:
        rig.feeds._hear(worker, Received(TileReport((), 0.5), b"", 0))
    assert len(list(rig.said(DecodeBudget))) == 2


def test_what_is_said_in_the_street_is_said_by_who_receives_the_camera(rig: Rig) -> None:
    heard: list[TalkChanged] = []
    rig.feeds.watch_talks(heard.append)
    sound = BusAddress("/run/sound", "mix/c/all", "")
    for name, target in (
        ("camera:a", CameraTarget("a", StreamName.MAIN)),
        ("camera:b", CameraTarget("b", StreamName.MAIN)),
        ("speaker:gate", RtpAddress("10.1.1.30", 5004, SpeakerCodec.OPUS, 111)),
    ):
        rig.feeds.talk(TalkTo(name, target, sound))
    told = [(worker, message.id) for worker, message in rig.said(TalkTo) if isinstance(message, TalkTo)]
    assert told == [("ingest-0", "camera:a"), ("ingest-1", "camera:b"), ("ingest-0", "speaker:gate")]
    changed = TalkChanged("camera:b", TalkState.TALKING, Reason())
    rig.feeds._hear(rig.feeds.workers[1], Received(changed, b"", 0))
    rig.feeds._down(rig.feeds.workers[1])
    assert (heard[-1].id, heard[-1].state) == ("camera:b", TalkState.LOST)
    rig.feeds._ready(rig.feeds.workers[1])
    assert [worker for worker, _ in rig.said(TalkTo)] == ["ingest-1"]
    rig.feeds.end_talk("camera:b")
    rig.feeds.end_talk("camera:b")
    assert list(rig.said(StopTalk)) == [("ingest-1", StopTalk("camera:b"))]
    rig.feeds._hear(rig.feeds.workers[1], Received(changed, b"", 0))  # too late
    assert heard[0] == changed and len(heard) == 2


async def test_a_still_is_waited_for_until_the_worker_says_why_there_is_none(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = list[float]()

    async def call(worker: Worker, message: Message, timeout_s: float = 5.0) -> Received:
        waits.append(timeout_s)
        return Received(Picture("image/jpeg", 0.5), b"jpeg", 1)

    monkeypatch.setattr(Worker, "call", call)
    assert (await rig.feeds.snapshot("a")).data == b"jpeg"
    assert waits[0] > STILL_PATIENCE_S
