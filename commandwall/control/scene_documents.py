"""Scenes, steps, tours and the schedule, as the API shows them."""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.control.documents import BudgetDocument, WallDocument
from commandwall.control.fitting import Missing
from commandwall.model.schedule import Entry
from commandwall.model.tour import Halt, TourState
from commandwall.model.transition import TransitionKind


@dataclass(frozen=True, slots=True)
class WallPartDocument:
    """What a scene shows on one wall; ``sources`` in the order of the layout's cells."""

    wall: str
    layout: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SceneDocument:
    """A scene; ``missing`` is what it names and would not show now, since it is no longer there."""

    id: str
    name: str
    transition: TransitionKind
    dissolve_ms: int
    walls: tuple[WallPartDocument, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class TakenDocument:
    """What came of taking a scene: its walls as they are now, and what could not be shown."""

    scene: str
    walls: tuple[WallDocument, ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class PreparedWallDocument:
    """What decoding would come to if this wall alone showed its part of a scene."""

    wall: str
    budget: BudgetDocument


@dataclass(frozen=True, slots=True)
class PreparedSceneDocument:
    """What was opened ahead for a scene: the cameras whose main streams were, and what it would cost."""

    cameras: tuple[str, ...]
    walls: tuple[PreparedWallDocument, ...]


@dataclass(frozen=True, slots=True)
class StepsDocument:
    """How many steps one can go back on a wall, and forward again."""

    wall: str
    undo: int
    redo: int


@dataclass(frozen=True, slots=True)
class SteppedDocument:
    """What came of going a step back or forward: the wall as it is now, and what could not be shown."""

    wall: WallDocument
    steps: StepsDocument
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class TourDocument:
    """A tour; ``live`` of its ``total`` sources have a picture now, the others are skipped."""

    id: str
    name: str
    wall: str
    cells: tuple[str, ...]
    dwell_s: float
    sources: tuple[str, ...]
    area: str
    state: TourState
    halt: Halt
    live: int
    total: int


@dataclass(frozen=True, slots=True)
class EntryDocument:
    """An entry of the schedule; ``next_utc_s`` is when it is due next, ``None`` while it is not."""

    entry: Entry
    next_utc_s: float | None


@dataclass(frozen=True, slots=True)
class SceneEvent:
    """What an event ``scene`` carries."""

    scene: SceneDocument
    removed: bool = False


@dataclass(frozen=True, slots=True)
class StepsEvent:
    """What an event ``steps`` carries."""

    steps: StepsDocument


@dataclass(frozen=True, slots=True)
class TourEvent:
    """What an event ``tour`` carries."""

    tour: TourDocument
    removed: bool = False


@dataclass(frozen=True, slots=True)
class EntryEvent:
    """What an event ``schedule`` carries."""

    entry: EntryDocument
    removed: bool = False
