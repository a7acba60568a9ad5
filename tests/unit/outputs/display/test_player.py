"""A display from the arena to the pixels of an X server, and what it says where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
import sdl2

from commandwall.base.clock import monotonic_ns
from commandwall.base.errors import UnavailableError
from commandwall.ipc.arena import create_arena
from commandwall.ipc.head_messages import ConfigureDisplay, DisplayReport
from commandwall.ipc.slots import Arena, SlotInfo, SlotWriter
from commandwall.model.head import Display
from commandwall.outputs.display import player
from commandwall.outputs.display.monitors import find_monitor, monitors, video
from commandwall.outputs.display.player import Player
from tests.xserver import XServer

pytestmark = pytest.mark.needs("Xvfb", "ffmpeg")
RED, GREEN, BLUE = (63, 102, 240), (173, 42, 26), (32, 240, 118)  # BT.709, limited range


class Stand:
    """An arena with a picture and a notice, and a player that shows them."""

    def __init__(self, monitor: int | str = 0, size: tuple[int, int] = (1280, 720)) -> None:
        handle = create_arena([size, size])
        arena = Arena(handle.path)
        self.head, self.notice = SlotWriter(arena, 0), SlotWriter(arena, 1)
        self.reports: list[DisplayReport] = []
        order = ConfigureDisplay("主墙 / left", Display(monitor), handle.path, *size, 25)
        self.player = Player(order, self.reports.append)

    @contextmanager
    def playing(self) -> Iterator[None]:
        thread = threading.Thread(target=self.player.run)
        thread.start()
        try:
            yield
        finally:
            self.player.stop()
            thread.join()


def write(writer: SlotWriter, *colours: tuple[int, int, int], at_ns: int | None = None) -> None:
    """Publish a picture of vertical stripes of ``colours``."""
    planes = writer.begin()
    for number, colour in enumerate(colours):
        for plane, value in zip(planes, colour, strict=True):
            width = plane.shape[1] // len(colours)
            plane[:, number * width : (number + 1) * width] = value
    writer.publish(SlotInfo(monotonic_ns() if at_ns is None else at_ns, 0, 0, 0, 0))


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def shows(server: XServer, x: int, y: int, red: int, green: int, blue: int) -> bool:
    found = server.screenshot()[y, x].astype(int)
    return bool(np.abs(found - (blue, green, red)).max() <= 3)


def test_pictures_are_on_the_screen_in_their_colours(
    x_screen: XServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player, "GONE_NS", 3_600_000_000_000)
    stand = Stand()
    write(stand.head, RED, GREEN)
    with stand.playing():
        until(lambda: shows(x_screen, 300, 360, 255, 0, 0) and shows(x_screen, 900, 360, 0, 255, 0))
        write(stand.head, BLUE)
        until(lambda: shows(x_screen, 300, 360, 0, 0, 255) and shows(x_screen, 1270, 10, 0, 0, 255))
        until(lambda: stand.reports and stand.reports[-1].shown == 2)
    report = stand.reports[-1]
    assert (report.monitor, report.width, report.height, report.fault) == ("screen", 1280, 720, "")


def test_a_picture_of_another_shape_keeps_it_between_black_bars(
    x_screen: XServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player, "GONE_NS", 3_600_000_000_000)
    stand = Stand(size=(360, 360))
    write(stand.head, GREEN)
    with stand.playing():
        until(lambda: shows(x_screen, 640, 5, 0, 255, 0))
        assert shows(x_screen, 270, 360, 0, 0, 0) and shows(x_screen, 290, 360, 0, 255, 0)


def test_a_wall_that_has_stopped_is_replaced_by_words_until_it_is_back(x_screen: XServer) -> None:
    stand = Stand()
    write(stand.notice, BLUE)
    write(stand.head, RED, at_ns=monotonic_ns() - player.GONE_NS)
    with stand.playing():
        until(lambda: shows(x_screen, 640, 360, 0, 0, 255))
        until(lambda: stand.reports and stand.reports[-1].waiting)
        write(stand.head, GREEN, at_ns=monotonic_ns() + 3_600_000_000_000)
        until(lambda: shows(x_screen, 640, 360, 0, 255, 0))
        until(lambda: not stand.reports[-1].waiting)


def test_a_graphics_card_that_shows_nothing_any_more_is_told_and_the_screen_opened_anew(
    x_screen: XServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player, "GONE_NS", 3_600_000_000_000)
    monkeypatch.setattr(player, "RETRY_S", 0.01)
    stand = Stand()
    write(stand.head, RED)
    with stand.playing():
        until(lambda: shows(x_screen, 640, 360, 255, 0, 0))
        with monkeypatch.context() as broken:
            broken.setattr(sdl2, "SDL_RenderCopy", lambda *_: -1)
            write(stand.head, GREEN)
            until(lambda: "graphics card" in stand.reports[-1].fault)
        until(lambda: shows(x_screen, 640, 360, 0, 255, 0) and not stand.reports[-1].fault)


def test_a_monitor_that_is_not_there_is_named_with_those_that_are(x_screen: XServer) -> None:
    stand = Stand("HDMI-7")
    with stand.playing():
        until(lambda: stand.reports)
    assert stand.reports[0].fault == "there is no monitor 'HDMI-7'; connected are 0: screen, 1280 x 720"
    assert "没有显示器 'HDMI-7'" in stand.reports[0].fault_zh


def test_monitors_are_found_by_number_and_by_name(x_screen: XServer) -> None:
    with video():
        (monitor,) = monitors()
        assert find_monitor(0) == find_monitor("SCREEN") == monitor
        assert str(monitor) == "0: screen, 1280 x 720"


@pytest.mark.parametrize(
    ("variables", "words"),
    [({"DISPLAY": ""}, "neither DISPLAY nor"), ({"DISPLAY": ":4711"}, "the display server :4711 does not")],
)
def test_without_a_display_server_it_is_said_what_to_set(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], words: str
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UnavailableError, match=words), video():
        pass


def test_the_command_line_lists_monitors(x_screen: XServer) -> None:
    command = [sys.executable, "-m", "commandwall", "displays"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ, timeout=60)
    assert listed.stdout.splitlines()[0].startswith("0: screen, 1280 x 720")
