from __future__ import annotations

from pathlib import Path

import pytest

from commandwall.base.errors import NotFoundError, StaleError
from commandwall.control.candidates import Candidates
from commandwall.control.events import EventLog
from commandwall.control.rota import WARM_AHEAD_S, Rota
from commandwall.ingest.board import WARM_S
from commandwall.model.camera import Camera, FeedState, StreamAddress
from commandwall.model.reason import Reason
from commandwall.model.source import Source, SourceKind
from commandwall.model.tour import Tour
from tests.unit.control.rig import AREAS, make_board
from tests.unit.control.stage import Hands, Stage


class Round:
    """A rota over the stage's walls, with six cameras of which all are live."""

    def __init__(self, directory: Path) -> None:
        events = EventLog()
        self.board = make_board(events, 6)
        self.stage = Stage(self.board, events, directory)
        self.clock = Hands(1000.0)
        self.turned: list[str] = []
        candidates = Candidates(self.board, self.stage.sources, AREAS)
        self.rota = Rota(self.stage.walls, candidates, self.clock, lambda tour: self.turned.append(tour.id))
        for number in range(6):
            self.is_now(number, FeedState.LIVE)

    def is_now(self, camera: int, state: FeedState) -> None:
        self.board.feed_changed(f"c-{camera}/sub", state, Reason())

    def after(self, seconds: float) -> list[str]:
        """Let the rota do what there is to do in ``seconds``; return what the wall shows then."""
        end = self.clock.now_s + seconds
        while (wait_s := self.rota.wait_s()) is not None and self.clock.now_s + wait_s <= end:
            self.clock.now_s += wait_s
            self.rota.advance()
        self.clock.now_s = end
        return self.stage.shows()


@pytest.fixture
def round(short_dir: Path) -> Round:
    return Round(short_dir)


def tour(*cameras: int, cells: tuple[str, ...] = ("4",), dwell_s: float = 10, area: str = "") -> Tour:
    sources = tuple(Source(SourceKind.CAMERA, f"c-{number}") for number in cameras)
    return Tour("t", "轮巡", "main", cells, dwell_s, sources, area)


def test_without_a_tour_there_is_nothing_to_wait_for(round: Round) -> None:
    assert round.rota.wait_s() is None


def test_a_tour_has_its_first_turn_at_once_and_the_next_after_its_dwell(round: Round) -> None:
    round.rota.begin(tour(4, 5), 0)
    assert [round.after(step)[3] for step in (0, 9.9, 0.1, 10)] == ["c-4", "c-4", "c-5", "c-4"]
    assert round.stage.shows()[:3] == ["c-0", "c-1", "c-2"]
    assert round.turned == ["t"] * 3
    round.rota.end("t")
    assert round.after(60)[3] == "c-4"


def test_all_cells_of_a_tour_change_in_one_revision(round: Round) -> None:
    round.rota.begin(tour(0, 1, 2, 3, 4, 5, cells=("1", "4")), 0)
    before = round.stage.walls["main"].arrangement.revision
    assert round.after(0) == ["c-4", "c-1", "c-2", "c-5"]
    assert round.stage.walls["main"].arrangement.revision == before + 1


def test_dead_cameras_are_skipped_until_they_are_live_again(round: Round) -> None:
    round.is_now(4, FeedState.LOST)
    round.is_now(5, FeedState.CONNECTING)
    round.rota.begin(tour(3, 4, 5, 2), 0)
    assert [round.after(step)[3] for step in (0, 10, 10)] == ["c-2", "c-3", "c-2"]
    round.is_now(4, FeedState.LIVE)
    assert [round.after(10)[3] for _ in range(3)] == ["c-3", "c-4", "c-2"]


def test_nobody_alive_leaves_the_cell_as_it_is(round: Round) -> None:
    for number in (4, 5):
        round.is_now(number, FeedState.REFUSED)
    round.rota.begin(tour(4, 5), 0)
    assert round.after(30)[3] == "c-3"


def test_an_area_is_followed_as_cameras_come_and_go(round: Round) -> None:
    round.rota.begin(tour(area="luohu"), 0)
    assert round.after(0)[3] == "c-4"
    address = StreamAddress("rtsp://h/new")
    round.board.put(Camera("new", "新", "dongmen", address, address))
    round.board.feed_changed("new/sub", FeedState.LIVE, Reason())
    round.board.put(Camera("c-0", "0", "elsewhere", address, address))
    assert [round.after(10)[3] for _ in range(3)] == ["c-5", "new", "c-1"]


def test_the_main_stream_of_the_next_one_is_opened_ahead(round: Round) -> None:
    round.stage.walls["main"].set_layout("1", ["camera:c-0"], None)
    round.rota.begin(tour(4, 5, cells=("1",)), 0)
    round.after(10 - WARM_AHEAD_S - 0.1)
    assert round.stage.warmed == []
    round.after(0.1)
    assert round.stage.warmed == [["c-5"]]


def test_a_short_dwell_opens_the_next_one_at_once(round: Round) -> None:
    round.stage.walls["main"].set_layout("1", ["camera:c-0"], None)
    round.rota.begin(tour(4, 5, cells=("1",), dwell_s=2), 0)
    round.after(0)
    assert round.stage.warmed == [["c-5"]]


def test_a_turn_makes_no_change_of_an_operator_stale(round: Round) -> None:
    wall = round.stage.walls["main"]
    seen = wall.arrangement.revision
    round.rota.begin(tour(4, 5), 0)
    round.after(0)
    assert wall.set_cell("1", "camera:c-5", seen).revision == seen + 2
    with pytest.raises(StaleError, match=f"revision {seen + 2}, not {seen}"):
        wall.set_cell("1", "camera:c-5", seen)


def test_what_is_told_ahead_is_still_decoded_when_its_turn_comes() -> None:
    assert WARM_AHEAD_S < WARM_S


def test_a_turn_that_cannot_be_done_is_said_and_the_next_one_comes(
    round: Round, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(sources: object) -> None:
        raise NotFoundError("no camera is called 'c-4'")

    round.rota.begin(tour(4, 5), 0)
    with monkeypatch.context() as patch:
        patch.setattr(round.stage.walls["main"], "rotate", refuse)
        assert round.after(10)[3] == "c-3"
    assert "tour t: no camera is called 'c-4'" in caplog.text
    assert round.after(10)[3] == "c-4"
