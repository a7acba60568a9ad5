"""What the control plane knows of displays, whose processes never run here."""

from __future__ import annotations

import pytest

from commandwall.base.sentence import Sentence
from commandwall.control.displays import DisplayControl, displays_of
from commandwall.ipc.channel import Received
from commandwall.ipc.head_messages import NOTICE, SHOWN, ConfigureDisplay, DisplayReport
from commandwall.ipc.messages import Message
from commandwall.ipc.slots import Arena
from commandwall.model.head import Display, Head
from commandwall.model.rect import Rect
from commandwall.model.wall import Wall

HEADS = (
    Head("left", Rect(0, 0, 960, 1080), rotate=90, display=Display("HDMI-1", fullscreen=False)),
    Head("right", Rect(960, 0, 960, 1080)),
)
WALL = Wall("main", "主墙", 1920, 1080, 25, "1", HEADS)
SHOWS = DisplayReport("HDMI-1", 1080, 1920, 60, 70, 2, waiting=False)
GONE = Sentence.of("there is no monitor", "没有显示器")


class Desk:
    """A display with everything it says."""

    def __init__(self) -> None:
        self.changes = 0
        (self.display,) = displays_of(WALL, self._changed).values()
        self.posted: list[Message] = []

    def _changed(self) -> None:
        self.changes += 1

    def says(self, message: Message) -> None:
        self.display._hear(self.display.worker, Received(message, b"", 0))


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_heads_without_a_display_have_no_process(desk: Desk) -> None:
    assert set(displays_of(WALL, desk._changed)) == {"left"}
    assert (desk.display.worker.status.kind, desk.display.worker.status.name) == (
        "display",
        "display-main-left",
    )


def test_the_arena_has_a_picture_and_a_notice_of_the_turned_head_s_size(desk: Desk) -> None:
    arena = Arena(desk.display.arena.arena)
    assert len(arena.table) == 2
    for tile in (SHOWN, NOTICE):
        assert arena.planes(tile, 0).y.shape == (960, 1080)


def test_the_process_is_told_where_and_what(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = desk.display.worker
    monkeypatch.setattr(worker, "post", desk.posted.append)
    desk.display._ready(worker)
    path = desk.display.arena.arena
    display = Display("HDMI-1", fullscreen=False)
    assert desk.posted == [ConfigureDisplay("主墙 / left", display, path, 1080, 960, 25)]


def test_it_is_told_once_that_it_comes_and_goes(desk: Desk) -> None:
    desk.says(SHOWS)
    desk.says(SHOWS)
    assert desk.changes == 1
    desk.says(DisplayReport.dark(GONE, 70, 2))
    assert desk.changes == 2
    desk.display._down(desk.display.worker)
    assert desk.changes == 3


def test_its_document_says_what_is_wrong_in_both_languages(desk: Desk) -> None:
    before = desk.display.document()
    assert before.monitor == "" and before.fault.startswith("its process is not up yet")
    assert before.fault_zh.startswith("其进程尚未就绪")
    desk.says(DisplayReport.dark(GONE, 70, 2))
    dark = desk.display.document()
    assert (dark.wanted, dark.monitor, dark.fault, dark.fault_zh) == (
        "HDMI-1",
        "",
        "there is no monitor",
        "没有显示器",
    )
    desk.says(SHOWS)
    shown = desk.display.document()
    assert (shown.monitor, shown.mode, shown.shown, shown.left_out, shown.fault) == (
        "HDMI-1",
        (1080, 1920, 60),
        70,
        2,
        "",
    )


def test_a_display_control_is_made_for_one_head() -> None:
    display = DisplayControl(WALL, HEADS[0], Display(), lambda: None)
    assert display.name == "main/left"
