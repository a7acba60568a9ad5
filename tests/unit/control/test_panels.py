"""Data panels as sources: what a wall is told of them, and what their worker is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from commandwall.base.clock import NS_PER_S, utc_ns
from commandwall.base.errors import NotFoundError
from commandwall.control.panel_documents import PanelEvent
from commandwall.control.panels import Panels
from commandwall.control.state import CameraBoard
from commandwall.ipc.data_messages import (
    ConfigureData,
    PutCameras,
    PutPanels,
    PutValues,
    RemoveCameras,
    RemovePanels,
)
from commandwall.ipc.messages import Message, ShowTiles, TileSpec
from commandwall.model.camera import Area, Camera, FeedState, StreamAddress, StreamName
from commandwall.model.data import Figure, Panel, PanelKind, Value
from commandwall.model.layout import Aspect
from commandwall.model.reason import Reason, ReasonCode
from commandwall.model.source import Source, SourceKind
from commandwall.workers.worker import WorkerState

GAUGE = Panel("level", "水位", PanelKind.GAUGE, min=0, max=5, stale_after_s=60)
MAP = Panel("map", "态势", PanelKind.MAP)
AREAS = (Area("luohu", "罗湖"), Area("dongmen", "东门", "luohu"))
ADDRESS = StreamAddress("rtsp://h/x")


class World:
    """Panels whose worker never runs: what it would be told is noted."""

    def __init__(self, *panels: Panel) -> None:
        self.events: list[tuple[str, Any]] = []
        self.board = CameraBoard(
            [
                Camera("a", "甲", "dongmen", ADDRESS, None, (22.5, 114.1)),
                Camera("b", "乙", "dongmen", ADDRESS, None),
            ],
            lambda *_: None,
        )
        self.panels = Panels(panels, self.board, AREAS, lambda *event: self.events.append(event), "zh")
        self.said: list[Message] = []
        self.panels.worker.post = self.said.append  # type: ignore[method-assign, assignment]

    def ready(self) -> None:
        self.panels.worker.status.state = WorkerState.READY
        self.panels._ready(self.panels.worker)

    def told(self, *kinds: type) -> list[Any]:
        return [message for message in self.said if isinstance(message, kinds)]


@pytest.fixture
def world() -> Iterator[World]:
    yield World(GAUGE, MAP)


def shown(*panels: str) -> ShowTiles:
    tiles = tuple(
        TileSpec(str(i), Source(SourceKind.DATA, panel), StreamName.MAIN, "x", i, 2, 2, Aspect.FIT, 1.0)
        for i, panel in enumerate(panels)
    )
    return ShowTiles("main", tiles)


def test_they_are_sources(world: World) -> None:
    panels = world.panels
    assert list(panels.ids()) == ["level", "map"] and panels.name("level") == "水位"
    assert not panels.on_demand("level", panels.stream("level", 10, 10))
    with pytest.raises(NotFoundError, match="ghost"):
        panels.name("ghost")


def test_a_worker_that_comes_up_is_told_everything(world: World) -> None:
    told: list[str] = []
    world.panels.watch(told.append)
    value = Value(utc_ns(), True, Figure(1))
    world.panels.tell("level", [value])
    world.panels.show(shown("level"))
    world.said.clear()
    assert world.panels.state("level") == (FeedState.CONNECTING, Reason(ReasonCode.OPENING))
    world.ready()
    assert world.said[0] == ConfigureData("zh")
    assert world.told(PutPanels) == [PutPanels((GAUGE, MAP))]
    assert [item.value for item in world.told(PutValues)[0].values] == [value]
    assert world.told(ShowTiles) == [shown("level")]
    assert world.panels.state("level") == (FeedState.LIVE, Reason())
    assert told == ["level", "map"]
    world.panels.worker.status.state = WorkerState.WAITING
    world.panels._down(world.panels.worker)
    assert world.panels.state("map") == (FeedState.CONNECTING, Reason(ReasonCode.WORKER_DOWN))


def test_it_hears_of_tiles_when_a_panel_is_shown_for_the_first_time(world: World) -> None:
    world.ready()
    world.panels.show(shown())
    assert world.told(ShowTiles) == []
    world.panels.show(shown("level"))
    world.panels.show(shown())
    assert world.told(ShowTiles) == [shown("level"), shown()]


def test_maps_follow_the_cameras(world: World) -> None:
    world.ready()
    (all_cameras,) = world.told(PutCameras)
    (camera,) = all_cameras.cameras
    assert (camera.id, camera.areas, camera.state) == ("a", ("dongmen", "luohu"), FeedState.CONNECTING)
    world.board.feed_changed("a/main", FeedState.LIVE, Reason())
    assert world.told(PutCameras)[-1].cameras[0].state is FeedState.LIVE
    world.board.feed_changed("b/main", FeedState.LIVE, Reason())
    assert world.told(RemoveCameras) == [RemoveCameras(("b",))], "it has no position"
    world.panels.camera_removed("a")
    assert world.told(RemoveCameras)[-1] == RemoveCameras(("a",))


def test_nobody_hears_of_cameras_without_a_map() -> None:
    world = World(GAUGE)
    world.ready()
    world.board.feed_changed("a/main", FeedState.LIVE, Reason())
    world.panels.camera_removed("a")
    assert world.told(PutCameras, RemoveCameras) == []


def test_what_changes_is_told(world: World) -> None:
    text = Panel("t", "文字", PanelKind.TEXT)
    world.panels.put(text)
    assert world.told(PutPanels) == [PutPanels((text,))]
    world.panels.tell("level", [Value(utc_ns() - 90_000_000_000, True, Figure(4.5))])
    kind, event = world.events[-1]
    assert kind == "data" and isinstance(event, PanelEvent)
    document = event.panel
    assert (document.value, document.timed, document.stale) == (4.5, True, True)
    assert 90 <= document.age_s < 91 and not document.visible and document.configured
    world.panels.remove("t")
    assert world.told(RemovePanels) == [RemovePanels(("t",))]
    assert world.events[-1][1].removed
    with pytest.raises(NotFoundError):
        world.panels.document("t")


def test_a_clock_that_was_put_back_keeps_no_value_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ahead = utc_ns() + 3600 * NS_PER_S
    with monkeypatch.context() as patch:
        patch.setattr("commandwall.control.panels.utc_ns", lambda: ahead)
        world.panels.tell("level", [Value(ahead, False, Figure(4.5))])
        assert world.panels.document("level").value == 4.5
    world.panels.tell("level", [Value(utc_ns() - NS_PER_S, True, Figure(1.5))])
    assert world.panels.document("level").value == 1.5


def test_a_value_that_was_kept_before_the_clock_was_put_back_does_not_come_back_as_fresh(
    world: World,
) -> None:
    now = utc_ns()
    world.panels.put(GAUGE, [Value(now + 3600 * NS_PER_S, False, Figure(4.5))])
    assert world.panels.document("level").value is None
    series = Panel("rain", "雨量", PanelKind.SERIES)
    world.panels.put(series, [Value(now + ahead * NS_PER_S, True, Figure(1)) for ahead in (-20, -10, 3600)])
    document = world.panels.document("rain")
    assert (document.points, document.age_s < 20) == (2, True)
