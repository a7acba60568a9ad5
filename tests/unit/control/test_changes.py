from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commandwall.control.changes import CellChange, LayoutChange, parse
from commandwall.control.problem import FieldsError


def test_changes_are_read_from_json() -> None:
    assert parse(LayoutChange, b'{"layout": "2x2"}') == LayoutChange(layout="2x2")
    assert parse(CellChange, bytearray(b'{"source": "camera:a"}')).source == "camera:a"


def test_every_faulty_field_is_named() -> None:
    with pytest.raises(FieldsError) as caught:
        parse(LayoutChange, b'{"layout": 1, "sources": ["none", 2], "more": 0}')
    assert {fault.field for fault in caught.value.faults} == {"layout", "sources[1]", "more"}


@pytest.mark.parametrize("data", [b'{"source": "\\ud800"}', b'{"source": "\xed\xa0\x80"}'])
def test_half_a_character_is_no_json(data: bytes) -> None:
    with pytest.raises(FieldsError, match="is not JSON"):
        parse(CellChange, data)


@given(st.binary(max_size=100))
def test_garbage_is_a_fault_of_the_whole(data: bytes) -> None:
    with pytest.raises(FieldsError) as caught:
        parse(CellChange, data)
    assert caught.value.faults
