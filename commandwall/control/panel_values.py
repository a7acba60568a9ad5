"""Values for data panels as JSON: checked field by field, the same by HTTP and by MQTT."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import from_json

from commandwall.base.clock import utc_iso
from commandwall.base.errors import InvalidError
from commandwall.base.sentence import Sentence
from commandwall.control.changes import parse
from commandwall.control.problem import FieldFault, FieldsError
from commandwall.model.data import Body, Figure, Incidents, Panel, PanelKind, Row, Rows, Value, Words
from commandwall.model.geojson import parse_features
from commandwall.model.level import PanelLevel
from commandwall.model.record import AHEAD_NS, MAX_POINTS

_NS_PER_MS = 1_000_000
_OLDEST_MS = 946_684_800_000
"""The year 2000: what is before it is a sensor that does not know the time, or counts seconds."""
_MOST_ROWS = 200
_MOST_POSITIONS = 5000


def _time(value: Any) -> int:
    """Return UTC nanoseconds of ISO 8601 text with a zone, or of whole milliseconds."""
    if type(value) is int and value >= _OLDEST_MS:
        return value * _NS_PER_MS
    if isinstance(value, str):
        try:
            at = datetime.fromisoformat(value)
        except ValueError:
            at = datetime.min
        if at.tzinfo is not None and at.year >= datetime.fromtimestamp(_OLDEST_MS / 1000, UTC).year:
            return round(at.timestamp() * 1000) * _NS_PER_MS
    raise ValueError("must be ISO 8601 with its zone, or milliseconds UTC")


At = Annotated[
    int | None,
    BeforeValidator(_time),
    Field(default=None, json_schema_extra={"examples": ["2026-11-22T08:00:00.250+08:00", 1795305600250]}),
]
_Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1e15, le=1e15)]
_Cell = Annotated[str, Field(max_length=200)]


class _Timed(BaseModel):
    """What every value may say: since when it is so."""

    model_config = ConfigDict(extra="forbid")

    at: At


class WordsValue(_Timed):
    """What a text panel is to show."""

    text: str = Field(max_length=2000)
    level: PanelLevel = PanelLevel.NORMAL


class FigureValue(_Timed):
    """A figure of a gauge, or the newest point of a series."""

    value: _Number


class PointsValue(BaseModel):
    """Points of a series."""

    model_config = ConfigDict(extra="forbid")

    points: list[FigureValue] = Field(min_length=1, max_length=MAX_POINTS)


class RowEntry(BaseModel):
    """One row of a table."""

    model_config = ConfigDict(extra="forbid")

    cells: list[_Number | _Cell | None]
    level: PanelLevel = PanelLevel.NORMAL


class RowsValue(_Timed):
    """All rows of a table; a row that is a plain list has no level."""

    rows: list[
        Annotated[RowEntry, BeforeValidator(lambda row: {"cells": row} if type(row) is list else row)]
    ] = Field(max_length=_MOST_ROWS)


class FeaturesValue(_Timed):
    """The incidents of a map, as GeoJSON."""

    geojson: dict[str, Any]


_T = TypeVar("_T", bound=BaseModel)


def parse_value(panel: Panel, data: bytes | bytearray, now_utc_ns: int) -> Value:
    """Return the value in the JSON ``data``.

    Gauges and series also take a bare number, texts bare text: what simple sensors send. Raises
    :class:`FieldsError` or :class:`InvalidError` naming every faulty field.
    """
    match panel.kind:
        case PanelKind.GAUGE | PanelKind.SERIES:
            figure = _read(FigureValue, "value", data)
            return timed(figure.at, Figure(figure.value), now_utc_ns)
        case PanelKind.TEXT:
            words = _read(WordsValue, "text", data)
            return timed(words.at, Words(words.text, words.level), now_utc_ns)
        case PanelKind.TABLE:
            rows = parse(RowsValue, data)
            return timed(rows.at, _rows(panel, rows.rows), now_utc_ns)
        case PanelKind.MAP:
            features = parse(FeaturesValue, data)
            found = parse_features(features.geojson, field="geojson", limit=_MOST_POSITIONS)
            return timed(features.at, Incidents(found), now_utc_ns)
        case PanelKind.PICTURE:
            raise InvalidError("a picture panel takes PNG or JPEG, not JSON")
        case PanelKind.CLOCK:
            raise InvalidError("a clock takes no values")


def parse_points(panel: Panel, data: bytes, now_utc_ns: int) -> list[Value]:
    """Return the points in the JSON ``data``; raises as :func:`parse_value` does."""
    if panel.kind is not PanelKind.SERIES:
        raise InvalidError("only a series takes points")
    points = parse(PointsValue, data).points
    return [
        timed(point.at, Figure(point.value), now_utc_ns, field=f"points[{index}].at")
        for index, point in enumerate(points)
    ]


def timed(at_utc_ns: int | None, body: Body, now_utc_ns: int, *, field: str = "at") -> Value:
    """Return a value of its time, or of now; raises :class:`InvalidError` for one of the future."""
    if at_utc_ns is None:
        return Value(now_utc_ns, False, body)
    if at_utc_ns > now_utc_ns + AHEAD_NS:
        raise InvalidError(
            "is in the future; it is {now} here: set the sender's clock", now=utc_iso(now_utc_ns), field=field
        )
    return Value(at_utc_ns, True, body)


def _read(model: type[_T], bare: str, data: bytes | bytearray) -> _T:
    """Return ``data`` as a ``model``; what is neither an object nor broken goes into the field ``bare``."""
    try:
        plain = from_json(data)
    except ValueError:
        return parse(model, data)
    if isinstance(plain, dict):
        return parse(model, data)
    return parse(model, b'{"%s":%s}' % (bare.encode(), bytes(data)))


def _rows(panel: Panel, rows: Sequence[RowEntry]) -> Rows:
    count = len(panel.columns)
    wrong = [(index, len(row.cells)) for index, row in enumerate(rows) if len(row.cells) != count]
    if wrong:
        raise FieldsError.of(wrong, lambda each: _row_fault(*each, columns=count))
    return Rows(tuple(Row(tuple(row.cells), row.level) for row in rows))


def _row_fault(index: int, count: int, *, columns: int) -> FieldFault:
    said = Sentence("has {count} cells, not {columns}", count=count, columns=columns)
    return FieldFault.of(f"rows[{index}]", said)
