"""What is no longer there of an arrangement that was kept: by a scene, or as a step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest

from commandwall.control.walls import WallControl
from commandwall.model.arrangement import Arrangement


class Lost(StrEnum):
    """What can be gone that something kept still names."""

    WALL = "wall"
    LAYOUT = "layout"
    SOURCE = "source"


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that is not there any more: its ``cell`` is empty, or is not there either (``""``)."""

    wall: str
    what: Lost
    id: str
    cell: str = ""


def missing(wall: WallControl, kept: Arrangement) -> Iterator[Missing]:
    """Yield what ``wall`` could not show of ``kept``."""
    fitted = wall.fit(kept)
    if fitted.layout != kept.layout:
        yield Missing(wall.wall.id, Lost.LAYOUT, kept.layout)
    for cell, wanted, there in zip_longest(wall.cells(fitted.layout), kept.sources, fitted.sources):
        if wanted is not None and wanted != there:
            yield Missing(wall.wall.id, Lost.SOURCE, str(wanted), cell or "")
