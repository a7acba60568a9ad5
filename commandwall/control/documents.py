"""Walls, and what operates cameras, as the API shows them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from commandwall.control.displays import DisplayDocument
from commandwall.model.layout import Aspect
from commandwall.model.wall import DecodeLevel, TileState
from commandwall.onvif.ptz import Position, Preset


@dataclass(frozen=True, slots=True)
class HeadDocument:
    """A head in the API: ``rect`` is (x, y, width, height) on the canvas, ``size`` that of its picture.

    ``test_pattern``: it shows one of its own; ``display`` is the monitor of this machine that shows it.
    """

    id: str
    rect: tuple[int, int, int, int]
    bezel: tuple[int, int, int, int]
    rotate: int
    size: tuple[int, int]
    test_pattern: bool
    display: DisplayDocument | None


@dataclass(frozen=True, slots=True)
class TileDocument:
    """A tile in the API, right now. ``age_s`` is -1 without a picture.

    ``damaged``: packets of the picture were lost (``loss``), or it could not be decoded without error; the
    tile says which.
    ``skew_ms`` is how much later than the common time of an aligned wall, or than now on others, its
    picture was captured; ``None`` where that is not known. ``crop`` is the part of the picture that is
    shown, as x, y, width, height from 0 to 1; tiles with a greater ``z`` lie over the others.
    ``pinned``: an operator has said that this source is decoded in full before all others.
    """

    cell: str
    source: str
    name: str
    rect: tuple[int, int, int, int]
    state: TileState
    age_s: float
    damaged: bool
    loss: bool
    fps: float
    stream: str
    decode: DecodeLevel
    skew_ms: float | None
    aspect: Aspect
    crop: tuple[float, float, float, float]
    z: int
    pinned: bool


@dataclass(frozen=True, slots=True)
class BudgetDocument:
    """How many tiles of a wall are decoded and how far, and what decoding takes.

    ``budget_share`` is the part of the decoding budget that all walls together take: 1 is all of it.
    """

    tiles: int
    budget_share: float
    key_only: int
    nodeblock: int
    full: int


@dataclass(frozen=True, slots=True)
class WallDocument:
    """A wall in the API. The cell ``full``, unless it is empty, fills the wall: it is the only tile then.

    ``identifying``: its heads say what they are called; ``test_pattern``: one is shown over its canvas.
    """

    id: str
    name: str
    size: tuple[int, int]
    fps: int
    align_ms: int
    revision: int
    layout: str
    full: str
    heads: tuple[HeadDocument, ...]
    budget: BudgetDocument
    tiles: tuple[TileDocument, ...]
    identifying: bool
    test_pattern: bool


@dataclass(frozen=True, slots=True)
class PreparedDocument:
    """What a change would come to: the cameras whose main streams it needs, by id, and what it costs."""

    cameras: tuple[str, ...]
    budget: BudgetDocument


class Cause(StrEnum):
    """Why a wall is told anew: who changed it, a conference that it reacts to, or its process and heads."""

    OPERATOR = "operator"
    SCENE = "scene"
    UNDO = "undo"
    TOUR = "tour"
    SOURCE = "source"
    PROCESS = "process"
    CONFERENCE = "conference"


@dataclass(frozen=True, slots=True)
class WallEvent:
    """What an event ``wall`` carries: the wall as it is now, and why it is told."""

    wall: WallDocument
    cause: Cause


@dataclass(frozen=True, slots=True)
class TileNow:
    """What changes of a tile from second to second."""

    cell: str
    state: TileState
    age_s: float
    damaged: bool
    loss: bool
    fps: float
    stream: str
    decode: DecodeLevel
    skew_ms: float | None


@dataclass(frozen=True, slots=True)
class TilesEvent:
    """What an event ``tiles`` carries: every tile of the wall named ``wall``."""

    wall: str
    budget: BudgetDocument
    tiles: tuple[TileNow, ...]


@dataclass(frozen=True, slots=True)
class LeaseDocument:
    """Who operates a camera, empty for nobody, and for how long if no further command comes."""

    camera: str
    holder: str
    remaining_s: float


@dataclass(frozen=True, slots=True)
class PtzDocument:
    """What a camera can be made to do, where it looks (``None``: it does not tell), who operates it."""

    lease: LeaseDocument
    pan_tilt: bool
    zoom: bool
    absolute: bool
    home: bool
    presets: tuple[Preset, ...]
    position: Position | None
