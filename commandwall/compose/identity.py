"""What a head is called, large, for whoever stands in front of the monitors and sorts their cables."""

from __future__ import annotations

from commandwall.compose.headpicture import Label
from commandwall.compose.palette import SOFT, rgb
from commandwall.compose.patch import Sheet
from commandwall.compose.placard import Line, placard
from commandwall.compose.view import View
from commandwall.model.head import LEAST_SIDE, Head
from commandwall.model.rect import Rect
from commandwall.model.wall import Wall

_GROUND = rgb(16, 82, 160)
_OPACITY = 0.94
_ROOM = 0.6
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
    place = Rect(0, 0, *view.upright)
    return [*_frame(place), *_name(words_of_head(wall, head), place, [])]


def canvas_labels(wall: Wall, view: View) -> list[Label]:
    """Return what names every head where it lies on the canvas, which is taken through ``view``.

    Of heads that overlap the smaller one has its name in its middle, the larger one beside it.
    """
    labels: list[Label] = []
    taken: list[Rect] = []
    for head in sorted(wall.heads, key=lambda head: head.visible.area):
        place = view.place(head.visible)
        if min(place.width, place.height) >= LEAST_SIDE:
            labels += [*_frame(place), *_name(words_of_head(wall, head), place, taken)]
    return labels


def _frame(place: Rect) -> list[Label]:
    """Return four bars along the sides of ``place`` (even)."""
    thick = max(2, min(place.width, place.height) // 90 // 2 * 2)
    flat = Sheet(place.width, thick, _GROUND).finish()
    upright = Sheet(thick, place.height, _GROUND).finish()
    return [
        Label(place.x, place.y, flat),
        Label(place.x, place.bottom - thick, flat),
        Label(place.x, place.y, upright),
        Label(place.right - thick, place.y, upright),
    ]


def _name(words: list[str], place: Rect, taken: list[Rect]) -> list[Label]:
    """Return ``words`` in the middle of ``place``, or above or below where that is ``taken``; notes it."""
    chinese, english, picture = words
    tall = min(place.height, _MOST_HEIGHT)
    lines = [Line(chinese, tall // 10), Line(english, tall // 14), Line(picture, tall // 18, SOFT)]
    patch = placard(lines, round(place.width * _ROOM), _GROUND, _OPACITY)
    if patch.width > place.width or patch.height > place.height:
        return []
    x = place.x + (place.width - patch.width) // 4 * 2
    room = place.height - patch.height
    spots = [Rect(x, place.y + room * part // 48 * 2, patch.width, patch.height) for part in (12, 1, 23)]
    free = (spot for spot in spots if not any(spot.overlaps(other) for other in taken))
    spot = next(free, spots[0])
    taken.append(spot)
    return [Label(spot.x, spot.y, patch)]
