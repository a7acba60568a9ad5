"""GeoJSON (RFC 7946) as a map needs it: features with names, levels and geometries in degrees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from commandwall.base.errors import InvalidError
from commandwall.model.level import PanelLevel

MAX_POSITIONS = 200_000

Position = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84), in the order of RFC 7946 section 4."""
Line = tuple[Position, ...]
Polygon = tuple[Line, ...]
"""Rings, the outer one first (section 3.1.6)."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing on a map."""

    name: str = ""
    level: PanelLevel = PanelLevel.NORMAL
    points: tuple[Position, ...] = ()
    lines: tuple[Line, ...] = ()
    polygons: tuple[Polygon, ...] = ()

    def positions(self) -> Iterator[Position]:
        """Yield every position of its geometry but those of holes."""
        yield from self.points
        for line in self.lines:
            yield from line
        for polygon in self.polygons:
            yield from polygon[0]


def parse_features(data: object, *, field: str, limit: int = MAX_POSITIONS) -> tuple[Feature, ...]:
    """Return the features of decoded JSON: a FeatureCollection, a Feature or a bare geometry.

    Raises :class:`InvalidError` that names the faulty place below ``field``; ``limit`` is how many
    positions there may be in all.
    """
    reader = _Reader(limit)
    kind = _type(data, field)
    if kind != "FeatureCollection":
        return (reader.feature(data, field),)
    members = _member(data, "features", list, field)
    return tuple(reader.feature(item, f"{field}.features[{i}]") for i, item in enumerate(members))


@dataclass(slots=True)
class _Geometry:
    points: list[Position] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    polygons: list[Polygon] = field(default_factory=list)


class _Reader:
    """Reads one document; counts positions, so that a small file cannot become a huge one."""

    def __init__(self, limit: int) -> None:
        self._left = self._limit = limit

    def feature(self, data: object, where: str) -> Feature:
        found = _Geometry()
        properties: dict[str, Any] = {}
        if _type(data, where) == "Feature":
            properties = _member(data, "properties", dict, where, absent={})
            geometry = _member(data, "geometry", dict, where, absent=None)
            if geometry is not None:
                self._geometry(geometry, f"{where}.geometry", found)
        else:
            self._geometry(data, where, found)
        return Feature(
            _text(properties, "name", where) or _text(properties, "title", where),
            _level(properties, where),
            tuple(found.points),
            tuple(found.lines),
            tuple(found.polygons),
        )

    def _geometry(self, data: object, where: str, into: _Geometry) -> None:
        kind = _type(data, where)
        if kind == "GeometryCollection":
            # Collections in collections are legal but pointless; RFC 7946 section 3.1.8 says to avoid them.
            for i, part in enumerate(_member(data, "geometries", list, where)):
                if _type(part, f"{where}.geometries[{i}]") == kind:
                    raise InvalidError(
                        "a collection must not hold another one", field=f"{where}.geometries[{i}]"
                    )
                self._geometry(part, f"{where}.geometries[{i}]", into)
            return
        if kind not in ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"):
            raise InvalidError("is not a geometry of GeoJSON (RFC 7946)", field=f"{where}.type")
        coordinates: list[Any] = _member(data, "coordinates", list, where)
        where = f"{where}.coordinates"
        parts = coordinates if kind.startswith("Multi") else [coordinates]
        for i, part in enumerate(parts):
            at = f"{where}[{i}]" if kind.startswith("Multi") else where
            if kind.endswith("Point"):
                into.points.append(self._position(part, at))
            elif kind.endswith("LineString"):
                into.lines.append(self._line(part, at, 2))
            else:
                rings = _list(part, at)
                if not rings:
                    raise InvalidError("a polygon has at least one ring", field=at)
                into.polygons.append(tuple(self._line(ring, f"{at}[{j}]", 4) for j, ring in enumerate(rings)))

    def _line(self, data: object, where: str, least: int) -> Line:
        positions = _list(data, where)
        if len(positions) < least:
            raise InvalidError("has fewer than {least} positions", least=least, field=where)
        return tuple(self._position(item, f"{where}[{i}]") for i, item in enumerate(positions))

    def _position(self, data: object, where: str) -> Position:
        self._left -= 1
        if self._left < 0:
            raise InvalidError("there are more than {limit} positions", limit=self._limit, field=where)
        numbers = _list(data, where)[:2]
        if len(numbers) < 2 or any(type(n) not in (int, float) for n in numbers):
            raise InvalidError("must be [longitude, latitude] in degrees", field=where)
        longitude, latitude = numbers
        if not (isfinite(longitude) and -180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise InvalidError("must be [longitude, latitude] in degrees, longitude first", field=where)
        return float(longitude), float(latitude)


def _type(data: object, where: str) -> str:
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise InvalidError("is not GeoJSON: it has no type", field=where)
    kind: str = data["type"]
    return kind


def _member(data: object, name: str, kind: type, where: str, **absent: Any) -> Any:
    """Return ``data[name]``, or ``absent`` where that is given and the member is missing or null."""
    value = data.get(name) if isinstance(data, dict) else None
    if value is None and absent:
        return absent["absent"]
    if not isinstance(value, kind):
        wanted = "must be a list" if kind is list else "must be a mapping (key: value)"
        raise InvalidError(wanted, field=f"{where}.{name}")
    return value


def _list(data: object, where: str) -> list[Any]:
    if not isinstance(data, list):
        raise InvalidError("must be a list", field=where)
    return data


def _text(properties: dict[str, Any], name: str, where: str) -> str:
    value = properties.get(name, "")
    if value is not None and not isinstance(value, str | int | float):
        raise InvalidError("must be text; put it in quotes", field=f"{where}.properties.{name}")
    return "" if value is None else str(value)[:200]


def _level(properties: dict[str, Any], where: str) -> PanelLevel:
    value = properties.get("level")
    if value is None:
        return PanelLevel.NORMAL
    if value not in tuple(PanelLevel):
        raise InvalidError(
            "must be {expected}", expected=", ".join(PanelLevel), field=f"{where}.properties.level"
        )
    return PanelLevel(value)
