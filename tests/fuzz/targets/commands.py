"""The JSON bodies of HTTP requests and MQTT commands."""

from __future__ import annotations

import json

from commandwall.base.errors import CommandwallError
from commandwall.control.changes import CellChange, parse
from commandwall.control.problem import problem_of
from commandwall.control.rearranging import ViewChange, WallCommand

WORDS = (
    b'{"layout": "4x4"',
    b'"sources": ["camera:',
    b'"revision": ',
    b'"source": "none"',
    b'"view": {"cell": "1", "crop": [0.1, 0.1, 0.5, 0.5], "aspect": "fit"}',
    b'"swap": {"first": "1", "second": "2"}',
    b'"full": {"cell": null}',
    b"[[[[[[[[",
    b"\\ud800",
)


def check(data: bytes) -> None:
    for model in (WallCommand, CellChange, ViewChange):
        try:
            parse(model, data)
        except CommandwallError as error:
            assert json.dumps(problem_of(error), ensure_ascii=False).encode()
