from __future__ import annotations

import json

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


def test_of_very_many_faults_the_first_are_named_and_the_others_counted() -> None:
    with pytest.raises(FieldsError) as caught:
        parse(LayoutChange, json.dumps({"layout": "1", **{f"k{i}": 0 for i in range(1000)}}).encode())
    assert [fault.field for fault in caught.value.faults] == [f"k{i}" for i in range(20)]
    assert str(caught.value).endswith("; k19: is not a known key; remove it; and 980 more")
    assert caught.value.zh.endswith("；另有 980 项")


def test_a_field_is_named_in_a_few_words_however_long_it_is() -> None:
    with pytest.raises(FieldsError) as caught:
        parse(LayoutChange, json.dumps({"layout": "1", "k" * 900_000: 0}).encode())
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("data", [b'{"source": "\\ud800"}', b'{"source": "\xed\xa0\x80"}'])
def test_half_a_character_is_no_json(data: bytes) -> None:
    with pytest.raises(FieldsError, match="is not JSON"):
        parse(CellChange, data)


@given(st.binary(max_size=100))
def test_garbage_is_a_fault_of_the_whole(data: bytes) -> None:
    with pytest.raises(FieldsError) as caught:
        parse(CellChange, data)
    assert caught.value.faults
