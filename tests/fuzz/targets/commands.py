"""The JSON bodies of HTTP requests and MQTT commands."""

from __future__ import annotations

import json

from commandwall.base.errors import CommandwallError
from commandwall.control.changes import CellChange, LayoutCommand, parse
from commandwall.control.problem import problem_of

WORDS = (
    b'{"layout": "4x4"',
    b'"sources": ["camera:',
    b'"revision": ',
    b'"source": "none"',
    b"[[[[[[[[",
    b"\\ud800",
)


def check(data: bytes) -> None:
    for model in (LayoutCommand, CellChange):
        try:
            parse(model, data)
        except CommandwallError as error:
            assert json.dumps(problem_of(error), ensure_ascii=False).encode()
