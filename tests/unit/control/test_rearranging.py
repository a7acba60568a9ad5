"""Commands that name one change of a wall: what they take, and what is said of those that do not."""

from __future__ import annotations

import pytest

from commandwall.control.changes import parse
from commandwall.control.problem import FieldsError
from commandwall.control.rearranging import Biggest, CellView, FullScreen, Swap, WallCommand


@pytest.mark.parametrize(
    ("data", "change"),
    [
        (b'{"layout": "2x2", "sources": ["none"], "revision": 7}', None),
        (b'{"layout": "auto"}', None),
        (b'{"swap": {"first": "1", "second": "2"}}', Swap(first="1", second="2")),
        (b'{"biggest": {"source": "camera:a"}}', Biggest(source="camera:a")),
        (b'{"full": {"cell": null}, "revision": 3}', FullScreen(cell=None)),
        (b'{"view": {"cell": "3", "crop": [0, 0, 0.5, 0.5]}}', CellView(cell="3", crop=(0, 0, 0.5, 0.5))),
    ],
)
def test_a_command_is_one_change(data: bytes, change: object) -> None:
    assert parse(WallCommand, data).rearrangement == change


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"{}", "body"),
        (b'{"sources": ["none"]}', "body"),
        (b'{"layout": "1", "full": {"cell": "1"}}', "body"),
        (b'{"sources": ["none"], "full": {"cell": "1"}}', "body"),
        (b'{"full": {"cell": "1"}, "biggest": {"source": "none"}}', "body"),
        (b'{"full": {"cel": "1"}}', "full.cel"),
        (b'{"layout": "1", "revision": -1}', "revision"),
        (b'{"view": {"cell": "1", "crop": [0, 0, 0, 7]}}', "view.crop[3]"),
    ],
)
def test_a_command_that_is_none_is_named(data: bytes, field: str) -> None:
    with pytest.raises(FieldsError) as caught:
        parse(WallCommand, data)
    assert field in {fault.field for fault in caught.value.faults}
