"""Heads on displays of this machine: their pictures, put where a display process takes them from.

A picture is written at each tick at which the head may have changed, and now and then in any case, so
that the display can tell a canvas that stands still from a wall that is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from commandwall.base.clock import monotonic_ns
from commandwall.compose.canvas import Canvas, cut, fill
from commandwall.compose.headpicture import HeadPicture, HeadPictures
from commandwall.compose.overlays import Laid
from commandwall.compose.palette import SOFT
from commandwall.compose.pattern import BLACK
from commandwall.compose.placard import Line, placard
from commandwall.compose.view import View
from commandwall.ipc.head_messages import HEARTBEAT_NS, NOTICE, SHOWN, DisplayArena
from commandwall.ipc.messages import WallTile
from commandwall.ipc.slots import Arena, Planes, SlotInfo, SlotWriter
from commandwall.model.wall import Wall


class DisplaySlots:
    """Writes the pictures of one head; in the tick's thread."""

    def __init__(self, arena: Arena, picture: HeadPicture) -> None:
        self._writer = SlotWriter(arena, SHOWN)
        self._picture = picture
        self._version = (-1, 0, 0)
        self._written_ns = 0

    def ready(self) -> bool:
        """Return true: there is always a slot to write."""
        return True

    def arranged(self, tiles: Sequence[WallTile], overlays: Sequence[Laid]) -> None:
        """Do nothing: what is hidden of the head's picture is the matter of :class:`Heads`."""

    def offer(self, canvas: Canvas, version: int, tick: int, now_ns: int) -> None:
        """Write the picture if it changed, or 0.2 s after the last."""
        newest = self._picture.version(version, tick)
        if newest == self._version and now_ns - self._written_ns < HEARTBEAT_NS:
            return
        self._version, self._written_ns = newest, now_ns
        self._picture.take(canvas, tick, self._writer.begin())
        self._writer.publish(SlotInfo(now_ns, now_ns, now_ns, HEARTBEAT_NS, 0))


def open_displays(wall: Wall, pictures: HeadPictures, arenas: Iterable[DisplayArena]) -> list[DisplaySlots]:
    """Return who writes the heads of ``arenas``, where each has been told what to show without them.

    Raises :class:`ProtocolError` when an arena cannot be mapped.
    """
    displays = []
    for place in arenas:
        arena, picture = Arena(place.arena), pictures.heads[place.head]
        writer = SlotWriter(arena, NOTICE)
        draw_notice(wall, picture.view, writer.begin())
        now_ns = monotonic_ns()
        writer.publish(SlotInfo(now_ns, now_ns, now_ns, HEARTBEAT_NS, 0))
        displays.append(DisplaySlots(arena, picture))
    return displays


def draw_notice(wall: Wall, view: View, target: Planes) -> None:
    """Draw black with the words that the wall's process sends nothing, turned as the head is."""
    upright = view.begin(target)
    fill(upright, BLACK)
    width, height = view.upright
    px = min(width, height) // 14
    lines = [
        Line(f"大屏“{wall.name}”没有画面，正在恢复", px),
        Line(f"Nothing comes from wall {wall.id}; it is being restarted", px * 2 // 3, SOFT),
    ]
    words = placard(lines, width, BLACK)
    x, y = (width - words.width) // 4 * 2, (height - words.height) // 4 * 2
    if min(x, y) >= 0:
        words.lay(cut(upright, x, y, words.width, words.height))
    view.turn(upright, target)
