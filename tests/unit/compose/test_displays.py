"""Pictures for displays: written when they change, now and then otherwise, and words for when they stop."""

from __future__ import annotations

import numpy as np
import pytest

from commandwall.base.errors import ProtocolError
from commandwall.compose.canvas import Canvas, fill
from commandwall.compose.displays import open_displays
from commandwall.compose.faces import Faces
from commandwall.compose.headpicture import HeadPictures
from commandwall.compose.palette import rgb
from commandwall.compose.patches import PatchBook
from commandwall.compose.words import words_of
from commandwall.ipc.arena import ArenaHandle, create_arena
from commandwall.ipc.head_messages import HEARTBEAT_NS, NOTICE, SHOWN, DisplayArena
from commandwall.ipc.slots import Arena
from commandwall.model.head import Display, Head
from commandwall.model.rect import Rect
from commandwall.model.wall import Wall

FACES = Faces(words_of("zh"), PatchBook())
HEAD = Head("left", Rect(0, 0, 320, 180), rotate=90, display=Display())
WALL = Wall("main", "主墙", 640, 360, 25, "1", (HEAD,))
TICK = 40_000_000


@pytest.fixture
def handle() -> ArenaHandle:
    return create_arena([HEAD.output, HEAD.output])


def test_a_picture_is_written_when_it_changed_and_five_times_a_second(handle: ArenaHandle) -> None:
    (display,) = open_displays(WALL, HeadPictures(WALL, FACES), [DisplayArena("left", handle.path)])
    arena, canvas = Arena(handle.path), Canvas(640, 360)
    fill(canvas.planes, rgb(200, 10, 10))
    for tick in range(26):
        display.offer(canvas, 1, tick, tick * TICK)
    assert arena.published[SHOWN] == 6
    assert (arena.planes(SHOWN, 0).v == rgb(200, 10, 10).v).all()
    display.offer(canvas, 2, 26, 25 * TICK + 1)
    assert arena.published[SHOWN] == 7
    slot = arena.table["slots"][SHOWN][6 % arena.slots]
    assert (int(slot["arrival_ns"]), int(slot["sequence"])) == (25 * TICK + 1, 14)
    assert HEARTBEAT_NS == 5 * TICK


def test_the_notice_is_black_with_words_turned_as_the_head_is(handle: ArenaHandle) -> None:
    open_displays(WALL, HeadPictures(WALL, FACES), [DisplayArena("left", handle.path)])
    arena = Arena(handle.path)
    assert arena.published[NOTICE] == 1 and arena.published[SHOWN] == 0
    luma = arena.planes(NOTICE, 0).y
    assert luma.shape == (320, 180)
    rows, columns = np.nonzero(luma > 120)
    assert np.ptp(rows) > 2 * np.ptp(columns)  # Lines of words, on their side.
    assert (luma == 16).mean() > 0.8


def test_a_wall_that_comes_back_goes_on_in_the_same_arena(handle: ArenaHandle) -> None:
    canvas = Canvas(640, 360)
    for life in range(2):
        (display,) = open_displays(WALL, HeadPictures(WALL, FACES), [DisplayArena("left", handle.path)])
        display.offer(canvas, 1, 1, 1000 + life)
    assert list(Arena(handle.path).published) == [2, 2]


def test_an_arena_that_is_gone_is_an_error() -> None:
    with pytest.raises(ProtocolError, match="picture arena"):
        open_displays(WALL, HeadPictures(WALL, FACES), [DisplayArena("left", "/proc/self/fd/9999#1")])
