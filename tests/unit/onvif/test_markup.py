"""Hostile and broken XML is refused; everything else is found where it is."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.base.errors import ProtocolError
from commandwall.onvif.markup import MAX_DEPTH, find, instant, local, number, parse_xml, text

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">
<!ENTITY lol1 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]><lolz>&lol1;</lolz>"""
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'
REMOTE = b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>'


@pytest.mark.parametrize("data", [LAUGHS, OUTSIDE, REMOTE])
def test_entities_are_refused_before_they_expand(data: bytes) -> None:
    with pytest.raises(ProtocolError, match="document type"):
        parse_xml(data)


@pytest.mark.parametrize(
    "data", [b"", b"<a>", b"<a></b>", b"<a/><b/>", b"<a>&x;</a>", b"<a>\xff</a>", b"<x:a/>"]
)
def test_what_is_not_well_formed_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError, match="XML"):
        parse_xml(data)


def test_nesting_is_bounded() -> None:
    assert local(parse_xml(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH)) == "a"
    with pytest.raises(ProtocolError, match="nested"):
        parse_xml(b"<a>" * 100_000)


@given(st.binary(max_size=300) | st.text("<>/a&;!=\"' ?xmlns:", max_size=80).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ProtocolError):
        parse_xml(data)


def test_names_are_found_whatever_the_device_calls_their_namespaces() -> None:
    root = parse_xml(
        '<q:Preset xmlns:q="http://www.onvif.org/ver20/ptz/wsdl" token="7" q:x="1">'
        '<Name xmlns="http://www.onvif.org/ver10/schema"> 大门 </Name></q:Preset>'.encode()
    )
    assert (local(root), root.get("token"), text(root, "tt:Name")) == ("Preset", "7", "大门")
    assert root.get("{http://www.onvif.org/ver20/ptz/wsdl}x") == "1"
    assert (text(root, "tt:Missing"), find(root, "tptz:Name")) == ("", None)


@pytest.mark.parametrize(
    ("value", "expected"), [("0.5", 0.5), ("-1", -1), ("", 0), (None, 0), ("x", 0), ("nan", 0), ("inf", 0)]
)
def test_figures_that_are_none_are_0(value: str | None, expected: float) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ((2026, 3, 4, 1, 2, 59), datetime(2026, 3, 4, 1, 2, 59, tzinfo=UTC).timestamp()),
        ((2026, 3, 4, 1, 2, ""), None),
        ((2026, 3, 4, 1, 2, 5.5), None),
        ((2026, 13, 4, 1, 2, 3), None),
        ((9999, 12, 31, 23, 59, 59), None),
        ((0, 0, 0, 0, 0, 0), None),
    ],
)
def test_a_date_is_whole_or_none(date: tuple[object, ...], expected: float | None) -> None:
    names = ("Year", "Month", "Day", "Hour", "Minute", "Second")
    parts = [f"<tt:{name}>{value}</tt:{name}>" for name, value in zip(names, date, strict=True)]
    root = parse_xml(
        f'<a xmlns:tt="http://www.onvif.org/ver10/schema"><tt:U><tt:Time>{"".join(parts[3:])}</tt:Time>'
        f"<tt:Date>{''.join(parts[:3])}</tt:Date></tt:U></a>".encode()
    )
    assert instant(root, "tt:U") == expected
    assert instant(root, "tt:Other") is None
