"""Data panels: sources that are not video, what each kind takes, and the values that they show."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from itertools import pairwise

from commandwall.base.errors import InvalidError
from commandwall.model.geojson import Feature
from commandwall.model.level import PanelLevel

WINDOW_S = 3600.0
"""How much of the past a time series shows where nothing else is said."""
MAX_WINDOW_S = 7 * 86_400.0
MAX_COLUMNS = 12


class PanelKind(StrEnum):
    """What a panel shows."""

    TEXT = "text"
    TABLE = "table"
    GAUGE = "gauge"
    SERIES = "series"
    MAP = "map"
    CLOCK = "clock"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Threshold:
    """From the value ``at`` upwards a figure has this ``level``."""

    at: float
    level: PanelLevel


@dataclass(frozen=True, slots=True)
class Panel:
    """One data panel. ``name`` is what lists and the tile's strip say, ``title`` what stands on it.

    ``min`` and ``max`` are the ends of a scale, ``decimals`` how many digits follow the point (``None``:
    as they come). ``window_s`` is how much of the past a series shows, ``columns`` head a table,
    ``geojson`` are files that a map draws and ``area`` the one whose cameras it shows (``None``: all),
    ``zone`` the IANA time zone of a clock (``""``: the daemon's), ``file`` the picture to begin with.
    A value older than ``stale_after_s`` is said to be old (``None``: never).

    Raises :class:`InvalidError` for what its kind does not take, and for scales that run backwards.
    """

    id: str
    name: str
    kind: PanelKind
    title: str = ""
    unit: str = ""
    min: float | None = None
    max: float | None = None
    decimals: int | None = None
    thresholds: tuple[Threshold, ...] = ()
    window_s: float | None = None
    columns: tuple[str, ...] = ()
    geojson: tuple[str, ...] = ()
    area: str | None = None
    zone: str = ""
    file: str = ""
    stale_after_s: float | None = None

    def __post_init__(self) -> None:
        for field in fields(self)[_COMMON:]:
            given = getattr(self, field.name) != field.default
            if given and self.kind not in _TAKEN_BY[field.name]:
                raise InvalidError(
                    "a {kind} does not take it; remove it", kind=self.kind.value, field=field.name
                )
        if self.kind is PanelKind.TABLE and not self.columns:
            raise InvalidError("a table needs columns; name them", field="columns")
        if self.kind is PanelKind.GAUGE and (self.min is None or self.max is None):
            raise InvalidError(
                "a gauge needs both ends of its scale", field="max" if self.max is None else "min"
            )
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise InvalidError("must be more than min", field="max")
        for index, (low, high) in enumerate(pairwise(self.thresholds), 1):
            if low.at >= high.at:
                raise InvalidError(
                    "must rise from one threshold to the next", field=f"thresholds[{index}].at"
                )

    @property
    def heading(self) -> str:
        """What stands on the panel."""
        return self.title or self.name

    @property
    def fed(self) -> bool:
        """Whether it takes values."""
        return self.kind is not PanelKind.CLOCK

    @property
    def span_s(self) -> float:
        """How much of the past it keeps: the window of a series, nothing of any other."""
        return (self.window_s or WINDOW_S) if self.kind is PanelKind.SERIES else 0.0

    def takes(self, body: Body) -> bool:
        """Return whether ``body`` is what this panel shows; rows have a cell for each column."""
        if isinstance(body, Rows):
            cells = {len(row.cells) for row in body.rows}
            return self.kind is PanelKind.TABLE and cells <= {len(self.columns)}
        return isinstance(body, _BODIES.get(self.kind, ()))

    def level(self, figure: float) -> PanelLevel:
        """Return how serious ``figure`` is."""
        reached = [threshold.level for threshold in self.thresholds if figure >= threshold.at]
        return reached[-1] if reached else PanelLevel.NORMAL


_FIGURES = frozenset({PanelKind.GAUGE, PanelKind.SERIES})
_TAKEN_BY: dict[str, frozenset[PanelKind]] = {
    "unit": _FIGURES,
    "min": _FIGURES,
    "max": _FIGURES,
    "decimals": _FIGURES,
    "thresholds": _FIGURES,
    "window_s": frozenset({PanelKind.SERIES}),
    "columns": frozenset({PanelKind.TABLE}),
    "geojson": frozenset({PanelKind.MAP}),
    "area": frozenset({PanelKind.MAP}),
    "zone": frozenset({PanelKind.CLOCK}),
    "file": frozenset({PanelKind.PICTURE}),
    "stale_after_s": frozenset(PanelKind) - {PanelKind.CLOCK},
}
_COMMON = len(fields(Panel)) - len(_TAKEN_BY)


@dataclass(frozen=True, slots=True)
class Words:
    """What a text panel shows."""

    text: str
    level: PanelLevel = PanelLevel.NORMAL


@dataclass(frozen=True, slots=True)
class Figure:
    """What a gauge shows, or one point of a series."""

    value: float


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: a cell for each column."""

    cells: tuple[str | float | None, ...]
    level: PanelLevel = PanelLevel.NORMAL


@dataclass(frozen=True, slots=True)
class Rows:
    """What a table shows."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Incidents:
    """What a map shows beside cameras and outlines."""

    features: tuple[Feature, ...]


@dataclass(frozen=True, slots=True)
class PictureFile:
    """What a picture panel shows: a file of this machine."""

    path: str


Body = Words | Figure | Rows | Incidents | PictureFile

_BODIES: dict[PanelKind, type] = {
    PanelKind.TEXT: Words,
    PanelKind.GAUGE: Figure,
    PanelKind.SERIES: Figure,
    PanelKind.MAP: Incidents,
    PanelKind.PICTURE: PictureFile,
}


@dataclass(frozen=True, slots=True)
class Value:
    """What a panel shows, and since when that is so.

    Where the sender did not say (``timed`` is false), ``at_utc_ns`` is when it arrived.
    """

    at_utc_ns: int
    timed: bool
    body: Body
