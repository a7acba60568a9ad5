from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import InvalidError
from commandwall.model.geojson import Feature, parse_features
from commandwall.model.level import PanelLevel

RING = [[114.0, 22.5], [114.1, 22.5], [114.1, 22.6], [114.0, 22.5]]


def feature(kind: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def test_every_geometry_is_read() -> None:
    collection = {
        "type": "FeatureCollection",
        "features": [
            feature("Point", [114.1, 22.5, 30.0], name="积水", level="alarm"),
            feature("MultiPoint", [[114.1, 22.5], [114.2, 22.6]]),
            feature("LineString", RING[:2], title="深南东路"),
            feature("MultiLineString", [RING[:2], RING[1:3]]),
            feature("Polygon", [RING]),
            feature("MultiPolygon", [[RING], [RING, RING]]),
            {"type": "Feature", "properties": None, "geometry": None},
        ],
    }
    point, points, line, lines, polygon, polygons, nothing = parse_features(collection, field="geojson")
    assert point == Feature("积水", PanelLevel.ALARM, points=((114.1, 22.5),))
    assert len(points.points) == 2 and line.name == "深南东路" and len(lines.lines) == 2
    assert polygon.polygons == ((tuple((x, y) for x, y in RING),),)
    assert [len(rings) for rings in polygons.polygons] == [1, 2]
    assert list(nothing.positions()) == []
    assert len(list(polygons.positions())) == 8, "holes are no extent"


def test_a_bare_geometry_and_a_collection_of_them_are_features() -> None:
    parts = [
        {"type": "Point", "coordinates": [1, 2]},
        {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
    ]
    (found,) = parse_features({"type": "GeometryCollection", "geometries": parts}, field="g")
    assert (found.points, found.lines) == (((1.0, 2.0),), (((1.0, 2.0), (3.0, 4.0)),))
    assert parse_features(parts[0], field="g")[0].points == ((1.0, 2.0),)


@pytest.mark.parametrize(
    ("data", "field", "words"),
    [
        ([], "g", "no type"),
        ({"type": "FeatureCollection"}, "g.features", "list"),
        ({"type": "Circle", "coordinates": []}, "g.type", "not a geometry"),
        ({"type": "Point", "coordinates": [22.5, 114.1]}, "g.coordinates", "longitude first"),
        ({"type": "Point", "coordinates": ["a", 1]}, "g.coordinates", "degrees"),
        ({"type": "Point", "coordinates": [float("nan"), 1]}, "g.coordinates", "degrees"),
        ({"type": "Point", "coordinates": [True, 1]}, "g.coordinates", "degrees"),
        ({"type": "LineString", "coordinates": [[1, 2]]}, "g.coordinates", "fewer than 2"),
        ({"type": "Polygon", "coordinates": [[[1, 2]]]}, "g.coordinates[0]", "fewer than 4"),
        ({"type": "Polygon", "coordinates": []}, "g.coordinates", "at least one ring"),
        (
            {"type": "FeatureCollection", "features": [feature("Point", [1, 2], level="purple")]},
            "g.features[0].properties.level",
            "alarm",
        ),
        (
            {"type": "GeometryCollection", "geometries": [{"type": "GeometryCollection", "geometries": []}]},
            "g.geometries[0]",
            "another one",
        ),
    ],
)
def test_what_is_wrong_is_named(data: Any, field: str, words: str) -> None:
    with pytest.raises(InvalidError, match=re.escape(words)) as raised:
        parse_features(data, field="g")
    assert raised.value.field == field


def test_there_is_an_end_to_positions() -> None:
    with pytest.raises(InvalidError, match="more than 3 positions"):
        parse_features({"type": "MultiPoint", "coordinates": [[1, 2]] * 4}, field="g", limit=3)


json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "features", "geometry", "coordinates", "properties", "name", "level"]),
            inner | st.sampled_from(["Feature", "FeatureCollection", "Point", "Polygon", "MultiPolygon"]),
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(json)
def test_anything_else_is_refused_and_nothing_else_happens(data: Any) -> None:
    try:
        found = parse_features(data, field="g")
    except InvalidError as error:
        assert error.field.startswith("g")
    else:
        assert all(isinstance(item, Feature) for item in found)
