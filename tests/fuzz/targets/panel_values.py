"""What sensors send for data panels: JSON values and points, GeoJSON, and headers of pictures."""

from __future__ import annotations

from commandwall.base.errors import InvalidError
from commandwall.control.panel_values import parse_points, parse_value
from commandwall.model.data import Panel, PanelKind
from commandwall.model.picture_size import picture_size

WORDS = (
    b'{"value": ',
    b'"at": "2026-11-22T00:00:00Z"',
    b'{"rows": [["a", 1], {"cells": ["b", null], "level": "alarm"}]}',
    b'{"geojson": {"type": "MultiPolygon", "coordinates": [[[[',
    b'"features": [{"type": "Feature", "properties": {"level": "notice"}, "geometry": null}]',
    b"1e999",
    b"\\ud800",
    b"IHDR",
    b"\xff\xc0",
)
_NOW_NS = 1_795_305_600_000_000_000
_PANELS = (
    Panel("p", "x", PanelKind.TEXT),
    Panel("p", "x", PanelKind.TABLE, columns=("a", "b")),
    Panel("p", "x", PanelKind.SERIES),
    Panel("p", "x", PanelKind.MAP),
)


def check(data: bytes) -> None:
    for panel in _PANELS:
        try:
            assert panel.takes(parse_value(panel, data, _NOW_NS).body)
        except InvalidError as error:
            assert error.zh
    try:
        assert parse_points(_PANELS[2], data, _NOW_NS)
    except InvalidError as error:
        assert error.zh
    try:
        width, height = picture_size(data, field="body")
        assert width > 0 and height > 0
    except InvalidError as error:
        assert error.zh
