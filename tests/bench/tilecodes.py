"""What the bar codes in a wall's tiles say over time, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulators import barcode
from simulators.barcode import Kind, Payload
from tests.bench.headvideo import Luma

Codes = dict[str, Payload]
"""What could be read, by cell."""

_LIVE_FRAMES = 2.5
"""A tile is live when it is no further behind than this; it is drawn and seen in whole ticks."""


@dataclass(frozen=True, slots=True)
class Sight:
    """The tiles' codes at one moment (UTC ms)."""

    at_ms: float
    codes: Codes


@dataclass(frozen=True, slots=True)
class Loop:
    """How a recorded camera counts its frames: ``frames`` in its loop, ``fps`` a second."""

    frames: int
    fps: int

    @property
    def ms(self) -> float:
        """How long the loop is."""
        return 1000 * self.frames / self.fps


def read_tiles(luma: Luma, tiles: Iterable[Mapping[str, Any]]) -> Codes:
    """Return the codes in the ``tiles`` of a wall document; ``luma`` is the whole canvas."""
    found = {}
    for tile in tiles:
        x, y, width, height = tile["rect"]
        code = barcode.read(luma[y : y + height, x : x + width])
        if code is not None:
            found[tile["cell"]] = code
    return found


def first_pictures_ms(sights: Sequence[Sight], cameras: Mapping[str, int]) -> float | None:
    """Return when every cell of ``cameras`` showed its camera; ``None`` if that was never so."""
    for sight in sights:
        if all(
            cell in sight.codes and sight.codes[cell].camera == camera for cell, camera in cameras.items()
        ):
            return sight.at_ms
    return None


def all_live_ms(sights: Sequence[Sight], cameras: Mapping[str, int], loop: Loop) -> float | None:
    """Return when the last cell of ``cameras`` had caught up with its camera, ``None`` if one never did.

    The end of ``sights`` is taken for live: what a cell is behind is counted from there back.
    """
    times = [_cell_live_ms(sights, cell, camera, loop) for cell, camera in cameras.items()]
    known = [at_ms for at_ms in times if at_ms is not None]
    return max(known) if len(known) == len(cameras) else None


def latencies_ms(sights: Iterable[Sight]) -> list[float]:
    """Return how old each picture of each live camera was when it was first seen."""
    seen: set[tuple[str, int]] = set()
    ages = []
    for sight in sights:
        for cell, code in sight.codes.items():
            if code.kind is Kind.UTC_MS and (cell, code.value) not in seen:
                seen.add((cell, code.value))
                ages.append(sight.at_ms - code.value)
    return ages


def _cell_live_ms(sights: Sequence[Sight], cell: str, camera: int, loop: Loop) -> float | None:
    seen = [
        (sight.at_ms, _drift_ms(sight.at_ms, code.value, loop))
        for sight in sights
        if (code := sight.codes.get(cell)) is not None and code.camera == camera and code.kind is Kind.FRAME
    ]
    if not seen:
        return None
    reference = seen[-1][1]
    behind = [(at_ms, _wrapped(drift - reference, loop.ms)) for at_ms, drift in seen]
    last_ms = seen[-1][0]
    best = min(lag for at_ms, lag in behind if at_ms > last_ms - 1000)
    return next(at_ms for at_ms, lag in behind if lag - best <= _LIVE_FRAMES * 1000 / loop.fps)


def _drift_ms(at_ms: float, frame: int, loop: Loop) -> float:
    """Return the time since the frame was due if its loop had begun at zero, modulo the loop."""
    return (at_ms - 1000 * frame / loop.fps) % loop.ms


def _wrapped(difference_ms: float, period_ms: float) -> float:
    """Return ``difference_ms`` brought into half a period around zero."""
    return (difference_ms + period_ms / 2) % period_ms - period_ms / 2
