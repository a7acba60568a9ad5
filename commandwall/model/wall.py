"""Walls, their heads, and the truth of what their tiles show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from commandwall.base.errors import InvalidError, NotFoundError
from commandwall.model.head import Head, place_of
from commandwall.model.overlays import Labels, Logo
from commandwall.model.rect import Rect

MAX_CANVAS_PIXELS = 16 * 3840 * 2160
MAX_ALIGN_MS = 1000


class TileState(StrEnum):
    """What a tile is, said on the picture itself."""

    LIVE = "live"
    LATE = "late"
    FROZEN = "frozen"
    LOST = "lost"
    CONNECTING = "connecting"
    EMPTY = "empty"


class DecodeLevel(StrEnum):
    """The rungs of the decode ladder, from nothing to everything."""

    OFF = "off"
    KEY = "key"
    NODEBLOCK = "nodeblock"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Wall:
    """One canvas of ``width`` x ``height`` pixels (even numbers) at ``fps`` pictures a second.

    ``align_ms`` is how long pictures may be held back so that all tiles show the same moment; 0: each
    tile shows its newest picture. ``voice_ms`` is how long those of participants of conferences may be, so
    that they are in step with their voices, which are held back to be mixed.
    ``numbered``: empty tiles say the number of their cell.

    Raises :class:`InvalidError` when the size is odd or too large, or a head cannot be.
    """

    id: str
    name: str
    width: int
    height: int
    fps: int
    layout: str
    heads: tuple[Head, ...]
    align_ms: int = 0
    labels: Labels = field(default_factory=Labels)
    logo: Logo | None = None
    voice_ms: int = 0
    numbered: bool = True

    def __post_init__(self) -> None:
        if self.width < 16 or self.height < 16 or self.width % 2 or self.height % 2:
            raise InvalidError("width and height must be even and at least 16", field="size")
        if self.width * self.height > MAX_CANVAS_PIXELS:
            raise InvalidError("a canvas has at most the pixels of 16 x 4K", field="size")
        if not 1 <= self.fps <= 60:
            raise InvalidError("must be from 1 to 60", field="fps")
        if not 0 <= self.align_ms <= MAX_ALIGN_MS:
            raise InvalidError(
                "must be a whole number from {least} to {most}", field="align_ms", least=0, most=MAX_ALIGN_MS
            )
        canvas = Rect(0, 0, self.width, self.height)
        for index, head in enumerate(self.heads):
            try:
                head.check(canvas)
            except InvalidError as error:
                raise InvalidError(error.reason, field=f"heads[{index}].{error.field}") from None

    def head(self, head_id: str) -> Head:
        """Return the head named ``head_id``; raises :class:`NotFoundError`."""
        for head in self.heads:
            if head.id == head_id:
                return head
        raise NotFoundError("wall {id!r} has no head {head_id!r}", id=self.id, head_id=head_id)


def check_places(places: Sequence[str], walls: Iterable[Wall]) -> None:
    """Raise :class:`InvalidError` unless each of ``places`` is a head, ``WALL/HEAD``, of ``walls``."""
    known = {place_of(wall.id, head.id) for wall in walls for head in wall.heads}
    for index, place in enumerate(places):
        if place not in known:
            raise InvalidError(
                "there is no head {place!r}; write WALL/HEAD", place=place, field=f"heads[{index}]"
            )
