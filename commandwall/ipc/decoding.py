"""The messages about decoding: what it costs, what it may cost, and what each tile gets.

They belong to :data:`commandwall.ipc.messages.Message`, as all do.
"""

from __future__ import annotations

from dataclasses import dataclass

from commandwall.model.camera import StreamName
from commandwall.model.decoding import DecodeChoice
from commandwall.model.wall import DecodeLevel


@dataclass(frozen=True, slots=True)
class DecodeBudget:
    """Control -> ingest, once a second and before other tiles are shown: this worker's part of the budget.

    In cores: ``keep_cores`` is what feeds may take that have their rung, ``take_cores``, which is less,
    what they may go up to.
    """

    keep_cores: float
    take_cores: float


@dataclass(frozen=True, slots=True)
class DecodingBy:
    """Ingest -> control, once: who decodes here, and why not who was asked for, in both languages."""

    choice: DecodeChoice
    refusal: str = ""
    refusal_zh: str = ""


@dataclass(frozen=True, slots=True)
class TileFigures:
    """How a tile is fed: from which stream, at which rung, how many pictures a second.

    ``decoded`` counts pictures decoded for this tile since it was shown.
    """

    wall: str
    cell: str
    stream: StreamName
    decode: DecodeLevel
    fps: float
    decoded: int


@dataclass(frozen=True, slots=True)
class FeedCost:
    """What was learnt of a feed: CPU seconds of a key frame and of another, painting included.

    Both without deblocking.
    """

    feed: str
    key_s: float
    frame_s: float


@dataclass(frozen=True, slots=True)
class TileReport:
    """Ingest -> control, once a second: all tiles that this worker paints, and what that costs.

    ``decode_cores`` is what its decode threads took, ``lag_s`` how long live frames waited for one on
    average; neither says much while decoders are ``catching_up``. ``costs`` are those that are others
    than told before. ``decoded`` counts pictures since the worker started, each once however many tiles
    show it, and ``skipped`` the frames of shown feeds that came and were not painted.
    """

    tiles: tuple[TileFigures, ...]
    decode_cores: float
    lag_s: float = 0.0
    catching_up: bool = False
    costs: tuple[FeedCost, ...] = ()
    decoded: int = 0
    skipped: int = 0
