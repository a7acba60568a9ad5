from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.clock import NS_PER_S as S
from commandwall.base.errors import InvalidError
from commandwall.control.panel_values import parse_points, parse_value
from commandwall.control.problem import FieldsError
from commandwall.model.data import Figure, Incidents, Panel, PanelKind, Row, Rows, Value, Words
from commandwall.model.level import PanelLevel

NOW = 1_795_305_600 * S
MS = 1_000_000
PANELS = {
    PanelKind.TEXT: Panel("p", "文字", PanelKind.TEXT),
    PanelKind.TABLE: Panel("p", "表", PanelKind.TABLE, columns=("街道", "mm")),
    PanelKind.GAUGE: Panel("p", "仪表", PanelKind.GAUGE, min=0, max=5),
    PanelKind.SERIES: Panel("p", "曲线", PanelKind.SERIES),
    PanelKind.MAP: Panel("p", "图", PanelKind.MAP),
    PanelKind.CLOCK: Panel("p", "钟", PanelKind.CLOCK),
    PanelKind.PICTURE: Panel("p", "画", PanelKind.PICTURE),
}


def value(kind: PanelKind, body: Any) -> Value:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return parse_value(PANELS[kind], data, NOW)


def test_every_kind_takes_its_own() -> None:
    assert value(PanelKind.GAUGE, {"value": 3}).body == Figure(3.0)
    assert value(PanelKind.TEXT, {"text": "到岗", "level": "alarm"}).body == Words("到岗", PanelLevel.ALARM)
    rows = {"rows": [["桂园", 1.5], {"cells": ["东门", None], "level": "alarm"}]}
    assert value(PanelKind.TABLE, rows).body == Rows(
        (Row(("桂园", 1.5)), Row(("东门", None), PanelLevel.ALARM))
    )
    point = {"type": "Point", "coordinates": [114.1, 22.5]}
    incidents = value(PanelKind.MAP, {"geojson": point}).body
    assert isinstance(incidents, Incidents) and incidents.features[0].points == ((114.1, 22.5),)


def test_simple_sensors_send_the_bare_value() -> None:
    assert value(PanelKind.SERIES, b"3.25").body == Figure(3.25)
    assert value(PanelKind.TEXT, '"到岗"'.encode()).body == Words("到岗")


@pytest.mark.parametrize(
    "at",
    ["2026-11-22T00:00:00.250Z", "2026-11-22T08:00:00.250+08:00", 1_795_305_600_250],
)
def test_a_value_carries_its_time(at: str | int) -> None:
    expected = Value(NOW + 250 * MS, True, Figure(1))
    assert value(PanelKind.GAUGE, {"value": 1, "at": at}) == expected


def test_without_a_time_it_is_that_of_arrival_and_says_so() -> None:
    assert value(PanelKind.GAUGE, {"value": 1}) == Value(NOW, False, Figure(1))


@pytest.mark.parametrize(
    ("kind", "body", "field", "words"),
    [
        (PanelKind.GAUGE, {}, "value", "missing"),
        (PanelKind.GAUGE, {"value": "3"}, "value", "number"),
        (PanelKind.GAUGE, {"value": True}, "value", "number"),
        (PanelKind.GAUGE, b'{"value": NaN}', "value", "number"),
        (PanelKind.GAUGE, b'{"value": 1e999}', "value", "number"),
        (PanelKind.GAUGE, {"value": 1e18}, "value", "or less"),
        (PanelKind.GAUGE, {"value": 1, "unit": "m"}, "unit", "known key"),
        (PanelKind.GAUGE, b"3.2 m", "body", "not JSON"),
        (PanelKind.GAUGE, b"\xff", "body", "not JSON"),
        (PanelKind.GAUGE, b"[1]", "value", "number"),
        (PanelKind.GAUGE, {"value": 1, "at": "2026-11-22T00:00:00"}, "at", "with its zone"),
        (PanelKind.GAUGE, {"value": 1, "at": "now"}, "at", "ISO 8601"),
        (PanelKind.GAUGE, {"value": 1, "at": 1_795_305_600}, "at", "milliseconds"),
        (PanelKind.GAUGE, {"value": 1, "at": True}, "at", "milliseconds"),
        (PanelKind.GAUGE, {"value": 1, "at": 1_795_305_610_000}, "at", "in the future"),
        (PanelKind.GAUGE, {"value": 1, "at": 10**30}, "at", "in the future"),
        (PanelKind.TEXT, {"text": 1}, "text", "text"),
        (PanelKind.TEXT, {"text": "x" * 2001}, "text", "2000"),
        (PanelKind.TEXT, {"text": "x", "level": "purple"}, "level", "alarm"),
        (PanelKind.TABLE, {"rows": [["a", 1], ["b"]]}, "rows[1]", "1 cells, not 2"),
        (PanelKind.TABLE, {"rows": [["a", 1]] * 201}, "rows", "200 entries"),
        (PanelKind.TABLE, {"rows": [[[], 1]]}, "rows[0].cells[0]", ""),
        (PanelKind.MAP, {"geojson": {"type": "Point"}}, "geojson.coordinates", "list"),
        (PanelKind.MAP, {"geojson": 1}, "geojson", "mapping"),
        (PanelKind.CLOCK, {"value": 1}, "", "takes no values"),
        (PanelKind.PICTURE, {"value": 1}, "", "PNG or JPEG"),
    ],
)
def test_nonsense_is_refused_naming_the_field(kind: PanelKind, body: Any, field: str, words: str) -> None:
    with pytest.raises(InvalidError) as raised:
        value(kind, body)
    error = raised.value
    fields = [fault.field for fault in error.faults] if isinstance(error, FieldsError) else [error.field]
    assert any(found.startswith(field) for found in fields), fields
    assert words in str(error) and error.zh != str(error)


def test_points_are_many_values() -> None:
    panel = PANELS[PanelKind.SERIES]
    points = [{"value": 1, "at": 1_795_305_500_000}, {"value": 2}]
    found = parse_points(panel, json.dumps({"points": points}).encode(), NOW)
    assert [(item.at_utc_ns, item.timed) for item in found] == [(NOW - 100 * S, True), (NOW, False)]
    late = json.dumps({"points": [{"value": 1}, {"value": 1, "at": 1_795_305_700_000}]}).encode()
    with pytest.raises(InvalidError) as raised:
        parse_points(panel, late, NOW)
    assert raised.value.field == "points[1].at"
    with pytest.raises(InvalidError, match="only a series"):
        parse_points(PANELS[PanelKind.GAUGE], late, NOW)
    with pytest.raises(FieldsError, match="points"):
        parse_points(panel, b'{"points": []}', NOW)


@given(st.datetimes(datetime(2001, 1, 1), datetime(2026, 11, 22)), st.integers(-14 * 60, 14 * 60))
def test_any_way_to_write_a_time_is_the_same_time(moment: datetime, offset_min: int) -> None:
    at = moment.replace(tzinfo=UTC, microsecond=moment.microsecond // 1000 * 1000)
    written = at.astimezone(timezone(timedelta(minutes=offset_min))).isoformat()
    ms = round(at.timestamp() * 1000)
    both = [value(PanelKind.GAUGE, {"value": 1, "at": each}).at_utc_ns for each in (written, ms)]
    assert both == [ms * MS] * 2


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["value", "text", "rows", "cells", "level", "geojson", "type", "coordinates", "at"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(
    st.sampled_from(PanelKind), json_values.map(lambda it: json.dumps(it).encode()) | st.binary(max_size=40)
)
def test_whatever_is_sent_is_a_value_or_a_refusal(kind: PanelKind, data: bytes) -> None:
    try:
        found = parse_value(PANELS[kind], data, NOW)
    except InvalidError as error:
        assert str(error) and error.zh
    else:
        assert PANELS[kind].takes(found.body) and found.at_utc_ns <= NOW + 5 * S
