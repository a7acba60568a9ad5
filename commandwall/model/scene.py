"""Scenes: what one wall or several are to show, saved under a name."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.base.errors import InvalidError
from commandwall.model.arrangement import Arrangement
from commandwall.model.transition import HOLD, Transition


@dataclass(frozen=True, slots=True)
class WallScene:
    """What a scene puts on one wall; the arrangement's revision means nothing."""

    wall: str
    arrangement: Arrangement


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown on each of ``walls`` when the scene is taken; other walls stay as they are.

    Raises :class:`InvalidError` when there is no wall in it, or one twice.
    """

    id: str
    name: str
    walls: tuple[WallScene, ...]
    transition: Transition = HOLD

    def __post_init__(self) -> None:
        if not self.walls:
            raise InvalidError("must not be empty; leave it out or add an entry", field="walls")
        seen: set[str] = set()
        for index, part in enumerate(self.walls):
            if part.wall in seen:
                raise InvalidError(
                    "{id!r} is there twice; ids are unique", id=part.wall, field=f"walls[{index}].wall"
                )
            seen.add(part.wall)
