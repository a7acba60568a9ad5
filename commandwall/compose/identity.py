"""What a head is called, large, for whoever stands in front of the monitors and sorts their cables."""

from __future__ import annotations

from commandwall.compose.headpicture import Label
from commandwall.compose.palette import SOFT, rgb
from commandwall.compose.patch import Sheet
from commandwall.compose.placard import Line, placard
from commandwall.compose.view import View
from commandwall.model.head import Head
from commandwall.model.rect import Rect
from commandwall.model.wall import Wall

_GROUND = rgb(16, 82, 160)
_OPACITY = 0.9
_ROOM = 0.7
"""How much of a head's width its name may take."""
_MOST_HEIGHT = 2160
"""Of taller heads the name grows no more."""


def words_of_head(wall: Wall, head: Head) -> list[str]:
    """Return the name of ``head`` in both languages, and its picture: ``1920x1080@25``."""
    width, height = head.output
    turn = f" {head.rotate}°" if head.rotate else ""
    return [f"屏幕 {head.id}", f"Head {head.id}", f"{width}x{height}@{wall.fps}{turn} · {wall.name}"]


def head_labels(wall: Wall, head: Head, view: View) -> list[Label]:
    """Return what names ``head`` in its own picture, which is taken through ``view``."""
    return _labels(words_of_head(wall, head), Rect(0, 0, *view.upright))


def canvas_labels(wall: Wall, view: View) -> list[Label]:
    """Return what names every head where it lies on the canvas, which is taken through ``view``.

    The smaller ones come last: they lie over the larger ones.
    """
    labels = []
    for head in sorted(wall.heads, key=lambda head: -head.visible.area):
        place = view.place(head.visible)
        if min(place.width, place.height) >= 16:
            labels += _labels(words_of_head(wall, head), place)
    return labels


def _labels(words: list[str], place: Rect) -> list[Label]:
    """Return a frame around ``place`` (even) and ``words`` in its middle."""
    thick = max(2, min(place.width, place.height) // 90 // 2 * 2)
    flat = Sheet(place.width, thick, _GROUND).finish()
    upright = Sheet(thick, place.height, _GROUND).finish()
    frame = [
        Label(place.x, place.y, flat),
        Label(place.x, place.bottom - thick, flat),
        Label(place.x, place.y, upright),
        Label(place.right - thick, place.y, upright),
    ]
    chinese, english, picture = words
    tall = min(place.height, _MOST_HEIGHT)
    lines = [Line(chinese, tall // 8), Line(english, tall // 10), Line(picture, tall // 14, SOFT)]
    name = placard(lines, round(place.width * _ROOM), _GROUND, _OPACITY)
    if name.width > place.width or name.height > place.height:
        return frame
    x = place.x + (place.width - name.width) // 4 * 2
    y = place.y + (place.height - name.height) // 4 * 2
    return [*frame, Label(x, y, name)]
